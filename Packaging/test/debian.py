"""A new Debian in a folder, with systemd as the first process of namespaces of its own."""

import contextlib
import ctypes
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
# Mounts what a system needs in the folder, makes it the root, and becomes systemd.
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do set -- $device; mknod -m 666 dev/$1 c $2 $3; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s /proc/self/fd dev/fd
pivot_root . mnt
cd /
umount -l mnt
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --log-target=journal --unit=multi-user.target
"""


class Failed(Exception):
    pass


class Debian:
    """A context manager that starts the system, and removes it."""

    def __init__(self, suite, is_kept):
        self.suite, self.is_kept = suite, is_kept
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="roost-debian-"))
        self.outer = self.first = None

    def __enter__(self):
        try:
            subprocess.run(["tar", "-xpf", self.base(), "-C", self.root, "--numeric-owner"], check=True)
            shutil.copyfile("/etc/resolv.conf", self.root / "etc/resolv.conf")
            (self.root / "test").mkdir()
            self.boot()
            self.run("apt-get", "update", "-qq", is_online=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.outer:
            # With it all processes of its namespace end, and all of its mounts.
            self.outer.kill()
            self.outer.wait()
        if self.is_kept:
            print(f"The new Debian is in {self.root}.", file=sys.stderr)
        else:
            shutil.rmtree(self.root)

    def base(self):
        """The files of a new Debian as an archive, which is kept."""
        archive = CACHE / "package-test" / f"{self.suite}-systemd.tar"
        if not archive.exists():
            print(f"Making a Debian ({self.suite})…", file=sys.stderr, flush=True)
            archive.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=archive.parent) as name:
                root = pathlib.Path(name) / "root"
                words = ["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", self.suite, root, *mirror()]
                done = subprocess.run(words, capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"package-test: debootstrap failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
                subprocess.run(["tar", "-cpf", pathlib.Path(name) / "root.tar", "-C", root, "--numeric-owner", "."], check=True)
                os.rename(pathlib.Path(name) / "root.tar", archive)
        return archive

    def boot(self):
        words = ["unshare", "--mount", "--pid", "--fork", "--cgroup", "--uts", "--ipc", "--net", "--kill-child=KILL", "bash", "-c", BOOT, self.root]
        self.outer = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.outer.poll() is None:
            children = pathlib.Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
            self.first = int(children[0]) if children else None
            if self.first and self.run("systemctl", "is-system-running", fails="kept").strip() in ("running", "degraded"):
                return
            time.sleep(0.2)
        raise SystemExit("package-test: systemd does not start in the new Debian.")

    def path(self, inside):
        return self.root / inside

    def put(self, file, name):
        shutil.copyfile(file, self.root / "test" / name)

    def words(self, *command, user=None, is_online=False):
        """The command line for a command in the new Debian: in its network, or in this machine's for the package manager."""
        enter = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", *([] if is_online else ["--net"])]
        return [*enter, "/usr/bin/env", "-C", "/test", *(["runuser", "-u", user, "--"] if user else []), *map(str, command)]

    def run(self, *command, user=None, environment=None, fails="refused", is_online=False):
        """Runs a command to its end; its output."""
        words = self.words(*command, user=user, is_online=is_online)
        done = subprocess.run(words, capture_output=True, text=True, env={**ENVIRONMENT, **(environment or {})}, timeout=300)
        if done.returncode and fails == "refused":
            raise Failed(f"{' '.join(map(str, command))} exited with {done.returncode}: {done.stdout[-1500:]} {done.stderr[-1500:]}")
        return done.stdout + (done.stderr if fails == "kept" else "")

    def apt(self, verb, *packages):
        return self.run("apt-get", verb, "-y", "-qq", "--no-install-recommends", *packages, is_online=True)

    @contextlib.contextmanager
    def network(self):
        """This process is in the network of the new Debian."""
        enter = ctypes.CDLL(None, use_errno=True).setns
        with open("/proc/self/ns/net") as own, open(f"/proc/{self.first}/ns/net") as other:
            if enter(other.fileno(), 0):
                raise Failed(f"the network of the new Debian cannot be entered: {os.strerror(ctypes.get_errno())}")
            try:
                yield
            finally:
                enter(own.fileno(), 0)

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
