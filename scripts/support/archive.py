"""Makes a .tar.gz of a folder whose bytes depend on its files alone: archive.py FOLDER ARCHIVE SECONDS

Names are in order, owners are root, and all times are the given one, in seconds since 1970.
"""

import gzip
import pathlib
import sys
import tarfile

folder, archive, seconds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])


def same(info):
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = seconds
    return info


with open(archive, "wb") as out, gzip.GzipFile("", "wb", 9, out, seconds) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
    for path in [folder, *sorted(folder.rglob("*"))]:
        tar.add(path, path.relative_to(folder.parent).as_posix(), recursive=False, filter=same)
