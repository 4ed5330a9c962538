"""The repositories of the pull benchmark: random bytes, made once."""

import os
import pathlib

MEBI = 1 << 20
# Name, number of files, bytes of each, special feature.
CASES = {
    "one": ("1 × 1 GiB", "bench/one", 1, 1024 * MEBI),
    "eight": ("8 × 256 MiB", "bench/eight", 8, 256 * MEBI),
    "small": ("200 × 2 KiB", "bench/small", 200, 2048),
    "far": ("1 GiB, 50 ms away, 20 MB/s a connection", "bench/one", 1, 1024 * MEBI),
}


def names(case):
    _, _, count, size = CASES[case]
    if size < MEBI:
        return ["model-Q8_0.gguf", *(f"part-{index:03}.json" for index in range(1, count))]
    return ["model-Q8_0.gguf"] if count == 1 else [f"model-Q8_0-{index:05}-of-{count:05}.gguf" for index in range(1, count + 1)]


def make(folder):
    for case, (_, repository, _, size) in CASES.items():
        place = pathlib.Path(folder) / repository
        place.mkdir(parents=True, exist_ok=True)
        for name in names(case):
            path = place / name
            if not path.exists() or path.stat().st_size != size:
                with open(path, "wb") as file:
                    for _ in range(0, size, MEBI):
                        file.write(os.urandom(min(size, MEBI)))
