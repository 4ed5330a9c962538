"""Loads of the page as a person's browser makes them: the network is not observed, which costs milliseconds for each file."""

import itertools
import json
import os
import pathlib
import subprocess
import tempfile

WATCH = pathlib.Path(__file__).with_name("watch.js").read_text()
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe"]


class QuietBrowser:
    """Chromium without a window, which is told by its debugging pipe what to open; a context manager."""

    def __init__(self, program):
        self.program, self.numbers = program, itertools.count(1)

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory()
        theirs, self.commands = os.pipe()
        self.answers, ours = os.pipe()

        def place():
            # Chromium reads commands from 3 and answers on 4.
            os.dup2(theirs, 30)
            os.dup2(ours, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)

        self.process = subprocess.Popen(
            [self.program, *FLAGS, f"--user-data-dir={self.profile.name}", "about:blank"], preexec_fn=place, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(ours)
        self.rest = b""
        return self

    def __exit__(self, *_):
        self.call("Browser.close")
        self.process.wait(30)
        for pipe in (self.commands, self.answers):
            os.close(pipe)
        self.profile.cleanup()

    def call(self, method, session=None, **parameters):
        """Sends a command and returns its result."""
        number = next(self.numbers)
        os.write(self.commands, json.dumps({"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                raise RuntimeError("Chromium has ended.")
            self.rest += piece
        first, self.rest = self.rest.split(b"\0", 1)
        return json.loads(first)

    def loads(self, url):
        """Returns the milliseconds until the page is interactive, with a new cache and again with what that one has."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Page.addScriptToEvaluateOnNewDocument", session, source=WATCH)
        times = []
        for _ in range(2):
            for address in ("about:blank", f"{url}/"):
                self.call("Page.navigate", session, url=address)
            result = self.call("Runtime.evaluate", session, expression="window.watch.interactive", awaitPromise=True, returnByValue=True)
            times.append(result["result"]["value"])
        self.call("Target.disposeBrowserContext", browserContextId=context)
        return times
