"""A real server with a real model in its cache, the processes that belong to it, and its answers."""

import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Loads"))

from server import Server  # noqa: E402

MODEL = "chaos/model"
# What a person must not read in an error.
PROGRAMMERS_WORDS = re.compile(r"\n|0x[0-9a-f]{6}|\.swift|Optional\(|RoostError|Fatal error|nil\b")


class Answer:
    """The answer to a request: its status, and the code and the sentence of an error."""

    def __init__(self, status, body):
        self.status, self.code, self.sentence = status, None, ""
        try:
            fields = json.loads(body)
        except ValueError:
            fields = {}
        error = fields.get("error") if isinstance(fields, dict) else None
        if isinstance(error, dict):
            self.code, self.sentence = error.get("code"), error.get("message") or ""

    @property
    def fault(self):
        """What is wrong with this answer as an error; None for a good one, or for no error."""
        if self.status == 200:
            return None
        if self.status == 500 or not 400 <= self.status < 600:
            return f"the status is {self.status} ({self.code}): {self.sentence[:200]}"
        if not self.code or not self.sentence.endswith((".", "`")) or len(self.sentence) > 2000 or PROGRAMMERS_WORDS.search(self.sentence):
            return f"{self.status} {self.code} is not a sentence for people: {self.sentence[:400]!r}"
        return None


class ChaosServer(Server):
    """The server of one part of the chaos, a context manager."""

    def __init__(self, options, environment=None, engine=None, copies=False):
        """
        :param engine: the program that the server takes for llama-server.
        :param copies: whether the model is copied, because its file will be damaged.
        """
        super().__init__(options.roost, {"ROOST_LLAMA_SERVER": str(engine or options.engine), **(environment or {})})
        self.file = self.add_model(options.model, copies)

    def add_model(self, model, copies):
        """Puts a model into the cache as the Hub's own tools do, and returns the path of its content."""
        repository = self.cache / "hub" / f"models--{MODEL.replace('/', '--')}"
        snapshot = repository / "snapshots" / ("0" * 40)
        for folder in [repository / "blobs", repository / "refs", snapshot]:
            folder.mkdir(parents=True)
        (repository / "refs" / "main").write_text("0" * 40)
        with open(model, "rb") as file:
            blob = repository / "blobs" / hashlib.file_digest(file, "sha256").hexdigest()
        try:
            (shutil.copyfile if copies else os.link)(model, blob)
        except OSError:
            shutil.copyfile(model, blob)
        (snapshot / "model-Q4_1.gguf").symlink_to(os.path.relpath(blob, snapshot))
        return blob

    def chat(self, tokens=4, timeout=120, prompt="Say hello."):
        """Requests a short answer in one piece."""
        body = {"model": MODEL, "messages": [{"role": "user", "content": prompt}], "max_tokens": tokens, "temperature": 0}
        return self.ask("POST", "/v1/chat/completions", body, timeout)

    def ask(self, method, path, body=None, timeout=120):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def unload(self):
        self.call("POST", "/models/unload", {"model": MODEL})

    def engine(self):
        """Returns the process id of the engine; None without one."""
        marks = f"--host {self.home}/run"
        found = [pid for pid, words in self.processes() if marks in words and "engine-guard" not in words]
        return found[0] if found else None

    def processes(self):
        """Returns the engines and guards of this server, with their command lines."""
        rows = subprocess.run(["ps", "-axo", "pid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
        split = [row.split(None, 1) for row in rows]
        return [(int(row[0]), row[1]) for row in split if len(row) == 2 and f"{self.home}/run" in row[1]]

    def left_behind(self, within=15):
        """Waits until no process of this server is left, and returns those that are left nevertheless."""
        deadline = time.monotonic() + within
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def kill(self):
        """Ends the server as a power cut would, without a warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process = None


class Hub:
    """A hub with a model of noise, a context manager."""

    REPOSITORY = "chaos/beside"

    def __init__(self, roost, folder, size):
        self.roost, self.folder, self.process = roost, folder, None
        file = folder / "hub" / self.REPOSITORY / "noise-Q4_0.gguf"
        file.parent.mkdir(parents=True)
        with open(file, "wb") as noise:
            block = os.urandom(1 << 20)
            for number in range(size >> 20):
                noise.write(number.to_bytes(8, "little") + block[8:])

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.roost, "hub", "serve", self.folder / "hub", "--port", "0"], stdout=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "ROOST_HOME": str(self.folder / "hub-home")})
        for line in self.process.stdout:
            if found := re.search(r"HF_ENDPOINT=(\S+)", line):
                self.endpoint = found.group(1)
                return self
        raise RuntimeError("the hub does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
