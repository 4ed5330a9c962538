"""The command, the engine and the model of a benchmark."""

import os
import pathlib
import resource
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "roost"
repository = pathlib.Path(__file__).resolve().parent.parent.parent


def die(words):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {words}")


def add_options(parser):
    """Adds the options for them."""
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of each engine (default: all processors)")
    parser.add_argument("--roost", type=pathlib.Path, help="the command (default: the optimised build, which is built first)")
    parser.add_argument("--engine", type=pathlib.Path, help="llama-server (default: what scripts/engine finds or builds)")
    parser.add_argument("--model", type=pathlib.Path, help="a small GGUF model (default: what scripts/sample-model gets)")


def prepared(options):
    """Fills in what the options leave open."""
    if not options.roost:
        if subprocess.run([repository / "scripts" / "build"], stdout=sys.stderr, check=False).returncode:
            die("the build failed; the errors are above.")
        options.roost = repository / ".build" / "release" / "roost"
    options.engine = options.engine or last_line("engine")
    options.model = options.model or last_line("sample-model")
    for path in [options.roost, options.engine, options.model]:
        if not path.exists():
            die(f"{path} is missing.")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard) if hard != resource.RLIM_INFINITY else 4096, hard))
    return options


def last_line(script):
    """Returns the path that a script prints as its last line; a folder stands for the GGUF file in it."""
    result = subprocess.run([repository / "scripts" / script], stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        die(f"scripts/{script} failed; its errors are above.")
    path = pathlib.Path(result.stdout.strip().splitlines()[-1])
    return next(iter(sorted(path.rglob("*.gguf"))), path) if path.is_dir() else path
