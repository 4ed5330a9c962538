"""The service of the package in a new Debian: started and stopped as its unit says, and its API."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

from debian import ENVIRONMENT, Failed


class Service:
    """A context manager with a hub for the service, which ends both."""

    def __init__(self, debian, sample, model, other):
        self.debian, self.sample, self.models = debian, sample, [model, other]
        self.process = self.hub = self.endpoint = None
        self.port = 8005

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [self.process, self.hub]:
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def unit(self):
        """The command and the environment of the unit."""
        command, environment = [], {}
        for line in self.debian.path("lib/systemd/system/roost.service").read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            if name == "ExecStart":
                command = value.split()
            elif name == "Environment":
                environment.update(word.split("=", 1) for word in value.split())
        return command, environment

    def start_hub(self):
        """A hub with the sample model under two names, run by the package's own command."""
        for model in self.models:
            folder = self.debian.path("test/hub") / model
            folder.mkdir(parents=True)
            for file in (self.sample / self.models[0]).iterdir():
                os.link(file, folder / file.name) if file.stat().st_dev == folder.stat().st_dev else folder.joinpath(file.name).write_bytes(file.read_bytes())
        words = self.debian.words("/usr/bin/roost", "hub", "serve", "/test/hub", "--port", "0")
        self.hub = subprocess.Popen(
            words, env={**ENVIRONMENT, "ROOST_HOME": "/test/hub-home"}, stdout=subprocess.PIPE, stderr=self.debian.path("test/hub.log").open("ab"), text=True)
        line = self.hub.stdout.readline()
        while line and not line.startswith("HF_ENDPOINT="):
            line = self.hub.stdout.readline()
        self.endpoint = line.strip().removeprefix("HF_ENDPOINT=")
        if not self.endpoint:
            raise Failed(f"the hub does not start: {self.debian.path('test/hub.log').read_text('utf-8')}")

    def choose_port(self):
        """Changes the setting as an administrator does, because another server may use the port on this machine."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        path = self.debian.path("etc/roost/config.json")
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "port": self.port}), "utf-8")

    def configured_port(self):
        return json.loads(self.debian.path("etc/roost/config.json").read_text("utf-8"))["port"]

    def start(self):
        if not self.hub:
            self.start_hub()
        command, environment = self.unit()
        self.process = subprocess.Popen(
            self.debian.words(*command, user="roost"), env={**ENVIRONMENT, "HOME": "/var/lib/roost", **environment, "HF_ENDPOINT": self.endpoint},
            stdout=subprocess.PIPE, stderr=self.debian.path("test/serve.log").open("ab"), text=True)
        if "listening on" not in self.process.stdout.readline():
            raise Failed("the server does not start")

    def stop(self):
        """Stops the server as systemd does; the seconds until its end, and its exit code."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(90)
        return time.monotonic() - started, code

    def command(self, *words):
        """Runs a command of roost as the service's user."""
        _, environment = self.unit()
        return self.debian.run("/usr/bin/roost", *words, user="roost", environment={"HOME": "/var/lib/roost", **environment}, fails="kept")

    def first_answer(self, model, question):
        """Pulls a model and asks it, as a user of the machine who is not the service."""
        environment = {"HOME": "/tmp", "ROOST_SERVER": f"http://127.0.0.1:{self.port}"}
        self.debian.run("/usr/bin/roost", "pull", model, user="nobody", environment=environment)
        return self.debian.run("/usr/bin/roost", "chat", model, question, user="nobody", environment=environment)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait(self, job, is_there, limit=120):
        """Waits for a state of a job."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            state = self.get(f"/jobs/{job}")
            if is_there(state):
                return state
            if state["status"] in ("succeeded", "failed"):
                raise Failed(f"the pull has ended too soon: {state}")
            time.sleep(0.05)
        raise Failed(f"the pull does not get there in {limit} s: {state}")

    def log(self):
        path = self.debian.path("test/serve.log")
        return path.read_text("utf-8", "replace")[-4000:] if path.exists() else ""
