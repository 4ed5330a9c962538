"""The service of the package in a new Debian, and a hub for it."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

from debian import ENVIRONMENT, Failed

ADDRESS = "http://127.0.0.1:8005"
SETTINGS = "etc/roost/config.json"
SECRETS = "etc/roost/environment"


class Service:
    """A context manager with the hub."""

    def __init__(self, debian, sample, model, other):
        self.debian, self.sample, self.models = debian, sample, [model, other]
        self.hub = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.hub:
            self.hub.kill()
            self.hub.wait()

    def prepare_hub(self, command):
        """A hub with the sample model under two names, and the setting that makes the service use it."""
        for model in self.models:
            folder = self.debian.path("test/hub") / model
            folder.mkdir(parents=True)
            for file in (self.sample / self.models[0]).iterdir():
                (folder / file.name).write_bytes(file.read_bytes())
        self.debian.put(command, "hub-command")
        self.debian.path("test/hub-command").chmod(0o755)
        self.debian.path("etc/roost").mkdir()
        self.debian.path(SECRETS).write_text("HF_ENDPOINT=http://127.0.0.1:8006\n", "utf-8")

    def serve_hub(self):
        """Starts the hub, which needs libraries that the package brings."""
        words = self.debian.words("/test/hub-command", "hub", "serve", "/test/hub")
        log = self.debian.path("test/hub.log").open("ab")
        self.hub = subprocess.Popen(words, env={**ENVIRONMENT, "ROOST_HOME": "/test/hub-home"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.await_answer("http://127.0.0.1:8006/api/models/" + self.models[0])

    def await_answer(self, address=f"{ADDRESS}/health", limit=60):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            try:
                with self.debian.network(), urllib.request.urlopen(address, timeout=10) as answer:
                    return answer.read()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise Failed(f"{address} does not answer in {limit} s")

    def set(self, **settings):
        """Changes settings as an administrator does."""
        path = self.debian.path(SETTINGS)
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **settings}), "utf-8")

    def state(self, name):
        return self.debian.run("systemctl", "show", "--property", name, "--value", "roost").strip()

    def client(self, *words):
        """Runs a command as a user of the machine who is not the service."""
        return self.debian.run("/usr/bin/roost", *words, user="nobody", environment={"HOME": "/tmp"})

    def stream(self, model, question):
        """Starts a chat, and returns it when its answer has begun, with the beginning."""
        words = self.debian.words("/usr/bin/roost", "chat", model, question, user="nobody")
        process = subprocess.Popen(words, env={**ENVIRONMENT, "HOME": "/tmp"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return process, os.read(process.stdout.fileno(), 4096).decode("utf-8", "replace")

    def get(self, path):
        return json.loads(self.await_answer(ADDRESS + path))

    def post(self, path, body):
        request = urllib.request.Request(ADDRESS + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
        with self.debian.network(), urllib.request.urlopen(request, timeout=30) as answer:
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
        return self.debian.run("journalctl", "--no-pager", "-u", "roost", "-n", "60", fails="kept")[-6000:]
