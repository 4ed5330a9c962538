"""The contestants from the request for a model to its first token. Each begins without any files, and returns seconds by part, including `total`."""

import socket
import time

import conversions
import measured

REPOSITORY = conversions.REPOSITORY


class Roads:
    def __init__(self, place, tools, endpoint):
        self.place, self.tools, self.endpoint = place, tools, endpoint
        self.convert = conversions.Conversions(place, tools)
        self.turn = 0

    def fresh(self):
        """Makes an unused folder. The old one is not emptied and reused, because some file systems are slow to create files where they have just deleted some."""
        self.turn += 1
        folder = self.place / str(self.turn)
        folder.mkdir()
        return folder

    def server(self, folder):
        environment = self.convert.environment(self.endpoint, folder / "hf", folder / "home")
        return measured.serving([self.tools.built("roost"), "serve", "--port", "0"], folder / "serve.log", environment)

    def ours(self, folder):
        """POST /pull with `init`, then POST /chat."""
        with self.server(folder) as (_, port):
            server = f"http://127.0.0.1:{port}"
            began = time.perf_counter()
            identity = measured.pull(server, {"model": REPOSITORY, "quantize": "q4", "init": True})
            pulled = time.perf_counter()
            measured.first_token(server, "/chat", {"model": REPOSITORY})
            ended = time.perf_counter()
            return {"pull and load": pulled - began, "first token": ended - pulled, "total": ended - began, **self.stages(server, identity)}

    @staticmethod
    def stages(server, identity):
        """Seconds of each stage of a job."""
        begun = [(event.get("stage"), measured.seconds(event["time"])) for event in measured.ask(f"{server}/jobs/{identity}/events?format=json")
                 if event["event"] in ("stage", "succeeded")]
        return {f"stage {stage}": end - start for (stage, start), (_, end) in zip(begun, begun[1:]) if stage}

    def load(self, folder):
        """An existing model and a new server: from POST /chat to the first token."""
        with self.server(folder) as (_, port):
            began = time.perf_counter()
            measured.first_token(f"http://127.0.0.1:{port}", "/chat", {"model": REPOSITORY})
            return {"total": time.perf_counter() - began}

    def download(self, folder):
        """The download alone: a pull without a conversion."""
        with self.server(folder) as (_, port):
            began = time.perf_counter()
            measured.pull(f"http://127.0.0.1:{port}", {"model": REPOSITORY, "allow_patterns": ["*"]})
            return {"total": time.perf_counter() - began}

    def quantize(self, _):
        return {"total": self.convert.ours()[0].seconds}

    def chain(self, folder):
        """curl, the converter, the quantiser, and llama-server with Roost's options."""
        snapshot = folder / REPOSITORY
        snapshot.mkdir(parents=True)
        began = time.perf_counter()
        address = f"{self.endpoint}/{REPOSITORY}/resolve/main"
        names = sorted(file.name for file in self.convert.snapshot.iterdir())
        (folder / "list").write_text("".join(f'url = "{address}/{name}"\noutput = "{snapshot / name}"\n' for name in names), encoding="utf-8")
        parts = {"curl": measured.run(["curl", "-sSfL", "-K", folder / "list"], folder / "curl.log").seconds}
        self.convert.snapshot, kept = snapshot, self.convert.snapshot
        parts["converter"] = self.convert.converted(folder / "f16.gguf").seconds
        self.convert.snapshot = kept
        parts["quantiser"] = self.convert.quantized(folder / "f16.gguf", folder / "q4.gguf").seconds
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [self.tools.engine, "--model", folder / "q4.gguf", "--port", str(port), "--ctx-size", "4096", "--jinja", "--no-webui", "--offline"]
        loading = time.perf_counter()
        with measured.process(command, folder / "engine.log") as engine:
            measured.wait_for_health(engine, port)
            measured.first_token(f"http://127.0.0.1:{port}", "/v1/chat/completions", {"model": "any"})
            ended = time.perf_counter()
        return {**parts, "load and first token": ended - loading, "total": ended - began}
