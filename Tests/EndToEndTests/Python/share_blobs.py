"""Moves the large blobs of a repository into the store that repositories share, by huggingface_hub's own hand: share_blobs.py REPOSITORY CACHE"""

import os
import sys

repository, cache = sys.argv[1:3]

from huggingface_hub.file_download import repo_folder_name  # noqa: E402
from huggingface_hub.utils import _shared_blobs as shared  # noqa: E402

blobs = os.path.join(cache, repo_folder_name(repo_id=repository, repo_type="model"), "blobs")
for name in sorted(os.listdir(blobs)):
    path = os.path.join(blobs, name)
    # A Xet hash is another one than the etag; any 64 digits do here.
    if len(name) == 64 and not os.path.islink(path):
        assert shared.publish_blob_to_shared_store(
            blob_path=path, xet_hash=name[::-1], cache_dir=cache, expected_size=os.path.getsize(path)
        )
print(len(shared.shared_store_blob_paths(cache)), len(shared.unreferenced_shared_blobs(cache)))
