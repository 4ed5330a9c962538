"""The preparation of both conversion benchmarks."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys

repository = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "roost"


def die(words):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {words}")


def say(words):
    print(words, file=sys.stderr, flush=True)


def folder(name, space):
    """An empty folder to work in."""
    place = CACHE / "bench" / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if shutil.disk_usage(place).free < space:
        die(f"{place} needs {space / 1e9:.0f} GB of free space; choose another XDG_CACHE_HOME.")
    return place


class Tools:
    """The paths of the reference's environment, the engine, and the folder of the hub."""

    def __init__(self):
        self.reference = script("conversion-reference")
        self.engine = script("engine")
        self.hub = CACHE / "models" / "snapshot-hub"
        self.converter = [self.reference / "bin" / "python", self.reference / "llama.cpp" / "convert_hf_to_gguf.py"]
        self.quantizer = self.engine.parent / "llama-quantize"

    @staticmethod
    def built(product):
        return repository / ".build" / "release" / product


def tools(*products):
    """Builds Roost and installs the reference."""
    static = ["--static-swift-stdlib"] if platform.system() == "Linux" else []
    for product in products:
        command = ["swift", "build", "-c", "release", "--product", product, "-Xlinker", "-S", *static]
        if subprocess.run(command, cwd=repository, stdout=sys.stderr, check=False).returncode:
            die("the build failed; the errors are above.")
    return Tools()


def script(name):
    """Runs a script of this repository; its last line is a path."""
    done = subprocess.run([repository / "scripts" / name], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        die(f"scripts/{name} failed; its words are above.")
    return pathlib.Path(done.stdout.splitlines()[-1])
