"""Downloads a repository with huggingface_hub and prints where it lies, as JSON: snapshot.py ENDPOINT REPOSITORY CACHE [TYPE]"""

import json
import os
import sys

endpoint, repository, cache = sys.argv[1:4]
kind = sys.argv[4] if len(sys.argv) > 4 else "model"
# Read when the library is imported.
os.environ["HF_ENDPOINT"] = endpoint
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import huggingface_hub  # noqa: E402

path = huggingface_hub.snapshot_download(repository, cache_dir=cache, repo_type=kind)
print(json.dumps({"path": path, "version": huggingface_hub.__version__}))
