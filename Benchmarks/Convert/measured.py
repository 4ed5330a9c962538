"""The cost of a process: wall time, CPU time, peak memory, bytes written; and servers that run within a `with` block."""

import contextlib
import dataclasses
import datetime
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.request


class Failed(Exception):
    """A contestant failed."""


@dataclasses.dataclass
class Cost:
    seconds: float = 0.0
    cpu: float = 0.0
    # Peak resident memory and bytes written. None where the system does not provide them.
    memory: int | None = 0
    written: int | None = 0

    def then(self, other):
        """The cost of both, one after the other."""
        written = None if self.written is None or other.written is None else self.written + other.written
        memory = None if self.memory is None or other.memory is None else max(self.memory, other.memory)
        return Cost(self.seconds + other.seconds, self.cpu + other.cpu, memory, written)


def written_by(pid):
    """Returns the number of bytes that a process has written to files so far."""
    try:
        return int(re.search(r"^write_bytes: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text(encoding="ascii"), re.MULTILINE)[1])
    except OSError:
        return None


def peak_of(pid):
    """Returns the peak memory of a running process."""
    try:
        return int(re.search(r"^VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)[1]) << 10
    except OSError:
        return None


def cpu_of(pid):
    """Returns the CPU seconds of a running process so far; 0 where the system does not provide them."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(command, log, environment=None):
    """Runs a command to its end."""
    with open(log, "wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        # Ended, but not reaped yet, so its figures can be read.
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds, written = time.perf_counter() - began, written_by(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))[:300]}:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << (0 if sys.platform == "darwin" else 10), written)


@contextlib.contextmanager
def process(command, log, environment=None):
    """Runs a process within a `with` block."""
    with open(log, "wb") as file:
        started = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextlib.contextmanager
def serving(command, log, environment=None):
    """Runs a server within a `with` block: its process and its port."""
    with process(command, log, environment) as started:
        yield started, port_of(started, log)


def port_of(process, log):
    """Returns the port in a server's output."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8", errors="replace")):
            return int(found[1])
        if process.poll() is not None:
            break
        time.sleep(0.005)
    raise Failed(f"{process.args[0]} does not begin:\n{log.read_text(encoding='utf-8', errors='replace')}")


def wait_for_health(process, port):
    """Waits until a llama-server can answer."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return
        time.sleep(0.005)
    raise Failed(f"{process.args[0]} does not begin")


def seconds(text):
    """Parses a time of the server."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def ask(address, body=None):
    """Returns a JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, {"Content-Type": "application/json"}), timeout=300) as answer:
        return json.load(answer)


def pull(server, body):
    """Pulls and watches the job's events until the end; returns the job's id."""
    identity = ask(f"{server}/pull", body)["job_id"]
    with urllib.request.urlopen(f"{server}/jobs/{identity}/events", timeout=300) as events:
        for line in events:
            if line.strip() in (b"event: succeeded", b"event: failed"):
                break
    if (job := ask(f"{server}/jobs/{identity}"))["status"] != "succeeded":
        raise Failed(f"the pull failed: {job['error']}")
    return identity


def first_token(server, path, body):
    """Waits for the first piece of a streamed answer."""
    data = json.dumps({**body, "messages": [{"role": "user", "content": "What is the capital of France?"}], "max_tokens": 4, "stream": True}).encode()
    with urllib.request.urlopen(urllib.request.Request(server + path, data, {"Content-Type": "application/json"}), timeout=300) as answer:
        for line in answer:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[len(b"data: "):])
            if (event["choices"][0] if "choices" in event else event)["delta"].get("content"):
                return
    raise Failed("the answer ended without a token")


class Pulse(threading.Thread):
    """Requests `/health` fifty times a second and records the latencies."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.connection, self.durations, self.over = http.client.HTTPConnection("127.0.0.1", port, timeout=60), [], threading.Event()

    def run(self):
        while not self.over.wait(0.02):
            began = time.perf_counter()
            self.connection.request("GET", "/health")
            self.connection.getresponse().read()
            self.durations.append(time.perf_counter() - began)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
