"""Prints what huggingface_hub finds in a cache, without a network, as JSON: inspect_cache.py REPOSITORY CACHE"""

import json
import os
import sys

repository, cache = sys.argv[1:3]
# Read when the library is imported. Any request would fail.
os.environ["HF_HUB_OFFLINE"] = "1"

import huggingface_hub  # noqa: E402

scan = huggingface_hub.scan_cache_dir(cache)
repositories = list(scan.repos)
files = sorted(file.file_name for repo in repositories for revision in repo.revisions for file in revision.files)
snapshot = huggingface_hub.snapshot_download(repository, cache_dir=cache, local_files_only=True)
print(
    json.dumps(
        {
            "repositories": [repo.repo_id for repo in repositories],
            "files": files,
            "warnings": [str(warning) for warning in scan.warnings],
            "snapshot": snapshot,
        }
    )
)
