"""The servers that are compared: `roost serve`, and `llama-server` with its defaults. Both run the same engine and the same model file."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import chat

REPOSITORIES = {"one": "bench/one", "two": "bench/two"}


class Failed(Exception):
    """A server did not do what the measurement needs."""


class Server:
    """A running server, a context manager."""

    def __init__(self, command, environment, log, port, names):
        self.command, self.environment, self.log, self.port, self.names = command, environment, log, port, names
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.await_health()

    def await_health(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.get("/health", 5) == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise Failed(f"{self.command[0]} did not start; see {self.log}")

    def get(self, path, timeout):
        """Returns the status of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def stop(self):
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def engine_socket(self):
        """Returns the socket of the first model's engine."""
        return self.engine()[1]

    def engine_process(self):
        """Returns the process id of that engine."""
        return self.engine()[0]

    def engine(self):
        """Returns the process id and the socket of the first model's engine that is a descendant of this server."""
        folder = "models--" + self.names["one"].replace("/", "--")
        rows = [line.split(None, 2) for line in output(["ps", "-axo", "pid=,ppid=,args="]).splitlines()]
        parents = {int(pid): int(parent) for pid, parent, *_ in rows}
        for pid, _, *words in rows:
            match = re.search(rf"llama-server .*{folder}/.*--host (\S+)", " ".join(words))
            ancestor = int(pid)
            while match and "engine-guard" not in words[0] and ancestor in parents:
                ancestor = parents[ancestor]
                if ancestor == self.process.pid:
                    return int(pid), match.group(1)
        raise Failed("the engine of roost was not found")

    def memory(self):
        """Returns the resident memory of the server alone in MB."""
        return int(output(["ps", "-o", "rss=", "-p", str(self.process.pid)])) / 1000


def output(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Contestants:
    """Makes servers in a folder of the benchmark's own."""

    def __init__(self, options, place):
        self.options, self.place = options, place
        self.base = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR") if key in os.environ}

    def roost(self, context, **settings):
        port = free_port()
        environment = self.base | {
            "HOME": str(self.place), "ROOST_HOME": str(self.place / "home"), "HF_HOME": str(self.place / "hf"), "HF_ENDPOINT": "http://127.0.0.1:9",
            "ROOST_LLAMA_SERVER": str(self.options.engine), "ROOST_THREADS": str(self.options.threads), "ROOST_CONTEXT_LENGTH": str(context),
            "ROOST_LOG_LEVEL": "error", "ROOST_MAX_CONNECTIONS_PER_ADDRESS": "1024", **settings,
        }
        return Server([str(self.options.roost), "serve", "--port", str(port)], environment, self.place / "roost.log", port, REPOSITORIES)

    def plain(self, context):
        port = free_port()
        command = [str(self.options.engine), "-m", str(self.options.model), "-c", str(context)] + self.common(port)
        return Server(command, self.base, self.place / "llama-server.log", port, {"one": "one", "two": "two"})

    def router(self, context):
        """llama-server's router mode with two models and room for one."""
        port = free_port()
        command = [str(self.options.engine), "--models-dir", str(self.place / "models"), "--models-max", "1", "-c", str(context)] + self.common(port)
        return Server(command, self.base, self.place / "router.log", port, {"one": "one", "two": "two"})

    def common(self, port):
        return ["-t", str(self.options.threads), "--host", "127.0.0.1", "--port", str(port), "--offline"]

    def prepare(self):
        """Puts the model under two names into Roost's cache by real pulls, and into the folder of the router."""
        for name, repository in REPOSITORIES.items():
            for file in [self.place / "hub" / repository / "model-Q4_1.gguf", self.place / "models" / f"{name}.gguf"]:
                file.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(self.options.model, file)
                except OSError:
                    shutil.copyfile(self.options.model, file)
        port = free_port()
        environment = self.base | {"HOME": str(self.place), "ROOST_HOME": str(self.place / "hub-home")}
        hub = Server([str(self.options.roost), "hub", "serve", str(self.place / "hub"), "--port", str(port)], environment, self.place / "hub.log", port, {})
        hub.await_health = lambda: wait_for_port(port)
        with hub, self.roost(4096, HF_ENDPOINT=f"http://127.0.0.1:{port}") as server:
            for repository in REPOSITORIES.values():
                words = [str(self.options.roost), "pull", repository, "--server", f"http://127.0.0.1:{server.port}"]
                if subprocess.run(words, env=server.environment, stdout=sys.stderr, check=False).returncode:
                    raise Failed(f"the pull of {repository} failed; see {self.place / 'roost.log'}")
        # Roost measures an engine once, when it is first idle, and may start it again for that: not during a measurement.
        for count, name in enumerate(REPOSITORIES, 1):
            with self.roost(4096) as server:
                chat.warm(server, name)
                chat.until(lambda: self.speeds() >= count)

    def speeds(self):
        """Returns the number of engines whose speed Roost has measured."""
        file = self.place / "home" / "engine-speeds.json"
        return len(json.loads(file.read_text())) if file.exists() else 0


def wait_for_port(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Failed("roost hub serve did not start")
