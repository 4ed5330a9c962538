"""The contestants that convert a repository of safetensors to Q4_K_M. Every function returns its cost and the size of its result."""

import os
import shutil
import time

import measured

REPOSITORY = "real/SmolLM2-135M-Instruct"


class Conversions:
    def __init__(self, place, tools):
        self.place, self.tools = place, tools
        self.snapshot = tools.hub / REPOSITORY

    def prepare(self, endpoint):
        """Prepares an f16 file for the quantiser, and a Hub cache with all files."""
        self.converted(self.place / "f16.gguf")
        self.pull(endpoint)

    def ours(self):
        """Roost's conversion alone: one pass, flushed to the disk."""
        target = self.place / "ours.gguf"
        target.unlink(missing_ok=True)
        cost = measured.run([self.tools.built("convert-bench"), self.snapshot, target, "--engine", self.tools.engine], self.place / "ours.log")
        return cost, target.stat().st_size

    def chain(self):
        """The converter, then the quantiser."""
        middle, target = self.place / "chain-f16.gguf", self.place / "chain.gguf"
        for file in (middle, target):
            file.unlink(missing_ok=True)
        return self.converted(middle).then(self.quantized(middle, target)), target.stat().st_size

    def quantize(self):
        """The quantiser alone, with an existing f16 file."""
        middle, target = self.place / "f16.gguf", self.place / "quantized.gguf"
        target.unlink(missing_ok=True)
        return self.quantized(middle, target), target.stat().st_size

    def converted(self, target):
        return measured.run([*self.tools.converter, self.snapshot, "--outtype", "f16", "--outfile", target], self.place / "convert.log")

    def quantized(self, source, target):
        return measured.run([self.tools.quantizer, source, target, "Q4_K_M"], self.place / "quantize.log")

    def pull(self, endpoint):
        """A pull at a running server whose Hub cache has all files: they are hashed again and converted. Also returns the latencies of `GET /health`."""
        environment = self.environment(endpoint, self.place / "hf", self.place / "home")
        shutil.rmtree(self.place / "home", ignore_errors=True)
        with measured.serving([self.tools.built("roost"), "serve", "--port", "0"], self.place / "serve.log", environment) as (server, port):
            cpu, written = measured.cpu_of(server.pid), measured.written_by(server.pid)
            with measured.Pulse(port) as pulse:
                began = time.perf_counter()
                measured.pull(f"http://127.0.0.1:{port}", {"model": REPOSITORY, "quantize": "q4"})
                seconds = time.perf_counter() - began
            all_written = measured.written_by(server.pid)
            cost = measured.Cost(
                seconds, measured.cpu_of(server.pid) - cpu, measured.peak_of(server.pid), None if all_written is None else all_written - written)
        model = next((self.place / "home").glob("models/*/*/*/model.gguf"))
        return cost, model.stat().st_size, pulse.durations

    def environment(self, endpoint, hub_cache, home):
        """The settings of a server with a separate home."""
        return dict(os.environ, HF_HOME=str(hub_cache), HF_ENDPOINT=endpoint, ROOST_HOME=str(home), ROOST_LLAMA_SERVER=str(self.tools.engine))
