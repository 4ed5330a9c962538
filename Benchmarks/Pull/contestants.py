"""The contestants of the pull benchmark: every function empties its own folder, fetches one repository, and returns seconds and CPU seconds."""

import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A contestant failed."""


def run(command, environment=None, folder=None):
    """Runs a command; returns its output, wall seconds and CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))[:200]}: {done.stderr or done.stdout}")
    return done.stdout, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_of(process):
    """Returns the CPU seconds of a running process so far; 0 where the system does not provide them."""
    try:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


class Contestants:
    def __init__(self, place, roost, pythons):
        self.place, self.roost, self.pythons = place, roost, pythons
        self.used = []

    def empty(self, name):
        """Makes a new folder. The old one is not emptied and reused, because some file systems are slow to create files where they have just deleted some."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.place))
        self.used.append(folder)
        return folder

    def tidy(self, size):
        """Deletes the files of the last turn, unless they are small."""
        if size >= 1 << 20:
            while self.used:
                shutil.rmtree(self.used.pop(), ignore_errors=True)

    def addresses(self, endpoint, repository, files):
        """Returns the URLs by commit. The other clients look the commit up first; here that time does not count."""
        with urllib.request.urlopen(f"{endpoint}/api/models/{repository}") as answer:
            commit = json.load(answer)["sha"]
        return [f"{endpoint}/{repository}/resolve/{commit}/{name}" for name in files]

    def curl(self, endpoint, repository, files):
        """One connection, one file after another, without verification and flush."""
        folder = self.empty("curl")
        lines = [f'url = "{url}"\noutput = "{folder / name}"\n' for url, name in zip(self.addresses(endpoint, repository, files), files)]
        (folder / "list").write_text("".join(lines), encoding="utf-8")
        return run(["curl", "-sSf", "-K", folder / "list"])[1:]

    def aria2c(self, endpoint, repository, files):
        """Eight connections."""
        folder = self.empty("aria2c")
        (folder / "list").write_text("\n".join(self.addresses(endpoint, repository, files)), encoding="utf-8")
        options = ["-q", "-x8", "-s8", "-j8", "--min-split-size=8M", "--file-allocation=none", "--allow-overwrite=true"]
        return run(["aria2c", *options, "-d", folder, "-i", folder / "list"])[1:]

    def python(self, version, endpoint, repository, extra):
        folder = self.empty(f"hub-{version}")
        environment = dict(os.environ, HF_HOME=str(folder), HF_ENDPOINT=endpoint, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_PROGRESS_BARS="1",
                           HF_HUB_DISABLE_TELEMETRY="1", **extra)
        output, _, cpu = run([self.pythons / f"huggingface_hub-{version}" / "bin" / "python", pathlib.Path(__file__).parent / "snapshot.py",
                              repository], environment)
        return float(output.split()[-1]), cpu

    def hub2(self, endpoint, repository, files):
        """huggingface_hub 2.4.0 over plain HTTP, eight workers."""
        return self.python("2.4.0", endpoint, repository, {})

    def hub036(self, endpoint, repository, files):
        """huggingface_hub 0.36.2 with hf_transfer."""
        return self.python("0.36.2", endpoint, repository, {"HF_HUB_ENABLE_HF_TRANSFER": "1"})

    def ours(self, endpoint, repository, files):
        """`roost pull` at a running server: verified by digest, flushed, and installed in the cache."""
        folder = self.empty("roost")
        environment = dict(os.environ, HF_HOME=str(folder / "hf"), HF_ENDPOINT=endpoint, ROOST_HOME=str(folder / "home"))
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen([self.roost, "serve", "--port", "0"], env=environment, stdout=log, stderr=log)
        try:
            port = port_of(server, folder / "log")
            # The start of the server is not measured.
            time.sleep(1)
            before = cpu_of(server)
            _, seconds, cpu = run([self.roost, "pull", repository, "--server", f"http://127.0.0.1:{port}", "--json"], environment)
            return seconds, cpu + cpu_of(server) - before
        finally:
            server.terminate()
            server.wait()


def port_of(process, log):
    """Returns the port in a server's output."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8")):
            return int(found[1])
        if process.poll() is not None:
            raise Failed(log.read_text(encoding="utf-8"))
        time.sleep(0.02)
    raise Failed(f"{process.args[0]} does not begin")
