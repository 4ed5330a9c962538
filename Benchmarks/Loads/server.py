"""A real server with a separate home, and its measurements from outside: its memory, and the latencies of `/health`."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

PROBE = pathlib.Path(__file__).with_name("probe.py")


class Seen:
    """The latencies of `/health` in milliseconds, and the memory of the server in MB."""

    def __init__(self):
        self.times, self.memories = [], []

    def quantile(self, part):
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("inf")

    @property
    def memory(self):
        return self.memories[-1]

    @property
    def most_memory(self):
        return max(self.memories)

    def __str__(self):
        return f"{self.quantile(0.5):.1f} / {self.quantile(0.99):.0f} / {max(self.times, default=float('inf')):.0f}"


class Server:
    """The server, a context manager that ends the process and deletes the folder."""

    def __init__(self, roost, environment):
        self.roost = roost
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-loads-"))
        self.home, self.cache = self.folder / "home", self.folder / "hf"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "ROOST_HOME": str(self.home), "HF_HOME": str(self.cache),
            "HF_ENDPOINT": "http://127.0.0.1:9", "ROOST_PORT": "0", "ROOST_LOG_LEVEL": "error", **environment,
        }
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process = subprocess.Popen(
            [self.roost, "serve"], env=self.environment, stdout=subprocess.PIPE, stderr=open(self.folder / "log", "ab"), text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            sys.exit(f"loads: the server does not start: {(self.folder / 'log').read_text()}")
        self.port = int(line.rstrip().rpartition(":")[2])

    def stop(self):
        """Stops the server, as an init system does, and returns the seconds until its end."""
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process = None
        return time.monotonic() - began

    def memory(self):
        """Returns the server's resident memory in MB."""
        text = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True).stdout
        return int(text) // 1000 if text.strip() else 0

    def connections(self):
        """Returns the number of the server's sockets."""
        if sys.platform == "linux":
            files = pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()
            return sum(os.readlink(file).startswith("socket:") for file in files)
        command = ["lsof", "-a", "-n", "-P", "-i", "-p", str(self.process.pid)]
        return len(subprocess.run(command, capture_output=True, text=True).stdout.splitlines())

    @contextlib.contextmanager
    def watched(self):
        """Requests `/health` fifty times a second from a separate process while the block runs."""
        seen, over = Seen(), threading.Event()

        def look():
            while not over.wait(0.2):
                seen.memories.append(self.memory())

        seen.memories.append(self.memory())
        probe = subprocess.Popen([sys.executable, PROBE, str(self.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # The block can be over before the process has begun.
        probe.stdout.readline()
        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield seen
        finally:
            over.set()
            looking.join()
            seen.memories.append(self.memory())
            seen.times = json.loads(probe.communicate("\n")[0])

    def connect(self, source="127.0.0.1", receive_buffer=None):
        """Opens a connection to the server."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.bind((source, 0))
        connection.settimeout(120)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def request(self, connection, method, path, body=b"", headers=""):
        """Sends a request whose body is complete."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)

    def call(self, method, path, body=None):
        """Sends a request and returns the JSON of the answer."""
        with self.connect() as connection:
            self.request(connection, method, path, json.dumps(body).encode() if body is not None else b"", "Connection: close\r\n")
            with connection.makefile("rb") as answer:
                text = answer.read()
        return json.loads(text.partition(b"\r\n\r\n")[2])


def serve_hub(roost):
    """Runs a hub with the sample model; its process and its address."""
    scripts = pathlib.Path(__file__).resolve().parents[2] / "scripts"
    folder = subprocess.run([scripts / "sample-model"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    hub = subprocess.Popen([roost, "hub", "serve", folder, "--port", "0"], stdout=subprocess.PIPE, text=True)
    for line in hub.stdout:
        if found := re.search(r"HF_ENDPOINT=(\S+)", line):
            return hub, found.group(1)
    sys.exit("The hub does not start.")
