"""Contestant: one `snapshot_download`; prints the seconds of that call alone, without the start of Python and the imports."""

import sys
import time

from huggingface_hub import snapshot_download

began = time.perf_counter()
snapshot_download(sys.argv[1])
print(time.perf_counter() - began)
