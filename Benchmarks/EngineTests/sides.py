"""A plugin for pytest that runs llama.cpp's tests of its server against a server that runs already: the engine itself, or Roost.

A test that starts the server with options of its own, or asks for a route that Roost does not have, says nothing about Roost's API, and is skipped on both
sides. `SIDE_PORTS` are the ports by the alias of a model as JSON, and `SIDE_MODEL` is `yes` if requests have to name their model, as to Roost.
"""

import json
import os
import re
import sys
import types

import pytest

PORTS = json.loads(os.environ["SIDE_PORTS"])
NAMES_MODELS = os.environ["SIDE_MODEL"] == "yes"
# Options that change what a server can hold, and not what its API means.
SIZES = {
    "model_alias", "n_ctx", "n_batch", "n_ubatch", "n_slots", "n_predict", "seed", "temperature", "kv_unified", "fa", "offline", "server_embeddings", "server_reranking",
    "server_port", "external_server", "model_hf_repo", "model_hf_file", "jinja", "process", "cache_ram",
}
# llama-server's routes that Roost has, all under /v1 and some beside it.
ROUTES = re.compile(
    r"/(v1/)?(chat/completions|completions|embeddings|rerank|responses|messages|messages/count_tokens|models|health|tokenize|detokenize|apply-template)$")
# Downloads are not tested, and nothing may leave this machine.
sys.modules["wget"] = types.ModuleType("wget")


def pytest_configure():
    import utils

    default = utils.ServerProcess()
    presets = {
        (server.model_hf_repo, server.model_hf_file): server.model_alias
        for server in (utils.ServerPreset.tinyllama2(), utils.ServerPreset.bert_bge_small(), utils.ServerPreset.jina_reranker_tiny())
    }

    def start(self, timeout_seconds=0):
        alias = presets.get((self.model_hf_repo, self.model_hf_file))
        if alias not in PORTS:
            pytest.skip("a model that is not here")
        own = [name for name, value in vars(self).items() if name not in SIZES and value != getattr(default, name, None)]
        if own:
            pytest.skip(f"starts the server with options of its own: {', '.join(own)}")
        self.server_port, self.alias = PORTS[alias], alias

    make_url = utils.ServerProcess.make_url
    make_request, make_stream_request = utils.ServerProcess.make_request, utils.ServerProcess.make_stream_request

    def url(self, path, host=None):
        if not ROUTES.fullmatch(path.partition("?")[0]):
            pytest.skip(f"{path} is a route of the engine alone")
        if NAMES_MODELS and not path.startswith("/v1") and path not in ("/health", "/tokenize", "/detokenize", "/apply-template"):
            path = "/v1" + path
        return make_url(self, path, host)

    def named(self, data):
        return {**data, "model": self.alias} if NAMES_MODELS and isinstance(data, dict) else data

    utils.ServerProcess.start, utils.ServerProcess.stop, utils.ServerProcess.make_url = start, lambda self: None, url
    utils.ServerProcess.make_request = lambda self, method, path, data=None, *more, **options: make_request(
        self, method, path, named(self, data), *more, **options)
    utils.ServerProcess.make_stream_request = lambda self, method, path, data=None, *more, **options: make_stream_request(
        self, method, path, named(self, data), *more, **options)
    utils.ServerPreset.load_all = staticmethod(lambda: None)


def pytest_runtest_logreport(report):
    """Writes the outcome of each test, and why it failed."""
    if report.when == "call" or report.outcome != "passed":
        with open(os.environ["SIDE_REPORT"], "a", encoding="utf-8") as file:
            why = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(getattr(report.longrepr, "reprcrash", None), "message", ""))
            file.write(json.dumps([report.nodeid, report.outcome, why[:400]]) + "\n")
