"""A new Debian in a folder, with programs that run in it."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import types

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "roost"
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
}


class Failed(Exception):
    pass


class Debian:
    """A context manager that makes the folder, and removes it."""

    def __init__(self, suite, is_kept):
        self.suite, self.is_kept = suite, is_kept
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="roost-debian-"))
        self.mounts = []

    def __enter__(self):
        try:
            base = self.base()
            subprocess.run(["tar", "-xpf", base, "-C", self.root, "--numeric-owner"], check=True)
            # How this machine reaches its mirror works for the new one too.
            for name in ["resolv.conf", "hosts", "ssl/certs/ca-certificates.crt"]:
                source = pathlib.Path("/etc") / name
                if source.exists():
                    (self.root / "etc" / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, self.root / "etc" / name)
            for name in ["proc", "dev"]:
                subprocess.run(["mount", "--rbind", f"/{name}", self.root / name], check=True)
                subprocess.run(["mount", "--make-rslave", self.root / name], check=True)
                self.mounts.append(self.root / name)
            (self.root / "test").mkdir()
            self.run("apt-get", "update", "-qq")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for mount in reversed(self.mounts):
            subprocess.run(["umount", "-R", "-l", mount], check=True)
        if self.is_kept:
            print(f"The new Debian is in {self.root}.", file=sys.stderr)
        else:
            shutil.rmtree(self.root)

    def base(self):
        """The files of a new Debian as an archive, which is kept."""
        archive = CACHE / "package-test" / f"{self.suite}.tar"
        if not archive.exists():
            print(f"Making a Debian ({self.suite})…", file=sys.stderr, flush=True)
            archive.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=archive.parent) as name:
                root = pathlib.Path(name) / "root"
                words = ["debootstrap", "--variant=minbase", self.suite, root, *mirror()]
                done = subprocess.run(words, capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"package-test: debootstrap failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
                subprocess.run(["tar", "-cpf", pathlib.Path(name) / "root.tar", "-C", root, "--numeric-owner", "."], check=True)
                os.rename(pathlib.Path(name) / "root.tar", archive)
        return archive

    def path(self, inside):
        return self.root / inside

    def put(self, file, name):
        shutil.copyfile(file, self.root / "test" / name)

    def words(self, *command, user=None):
        return ["chroot", *([f"--userspec={user}"] if user else []), self.root, *command]

    def run(self, *command, user=None, environment=None, fails="refused"):
        """Runs a command to its end; its output."""
        words = self.words("/usr/bin/env", "-C", "/test", *command, user=user)
        done = subprocess.run(words, capture_output=True, text=True, env={**ENVIRONMENT, **(environment or {})}, timeout=600)
        if done.returncode and fails == "refused":
            raise Failed(f"{' '.join(map(str, command))} exited with {done.returncode}: {done.stdout[-1500:]} {done.stderr[-1500:]}")
        return done.stdout + (done.stderr if fails == "kept" else "")

    def apt(self, verb, *packages):
        return self.run("apt-get", verb, "-y", "-qq", "--no-install-recommends", *packages)

    @contextlib.contextmanager
    def timer(self):
        timer, started = types.SimpleNamespace(seconds=0.0), time.monotonic()
        yield timer
        timer.seconds = time.monotonic() - started


def mirror():
    """The mirror that this machine's apt uses, so that no other is asked."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"], capture_output=True, text=True)
    found = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("Debian main ") and not line.rstrip("/").endswith("-security")]
    return found[:1]
