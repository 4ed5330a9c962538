"""Requests with a key, and what the server said about them."""

import http.client
import json
import pathlib
import time

import chat

PATHS = {
    "OpenAI": "/v1/chat/completions", "Responses": "/v1/responses", "Ollama": "/api/chat", "Anthropic": "/v1/messages", "Roost": "/chat",
}


def body(dialect, model, text, tokens):
    """Returns a streamed request for so many tokens in a dialect."""
    message = [{"role": "user", "content": text}]
    return {
        "OpenAI": {"model": model, "messages": message, "max_tokens": tokens, "stream": True, "ignore_eos": True, "temperature": 0,
                   "stream_options": {"include_usage": True}},
        "Responses": {"model": model, "input": text, "max_output_tokens": tokens, "stream": True, "store": False, "temperature": 0,
                      "logit_bias": {"2": -100}},
        "Ollama": {"model": model, "messages": message, "options": {"num_predict": tokens, "temperature": 0}},
        "Anthropic": {"model": model, "messages": message, "max_tokens": tokens, "stream": True, "temperature": 0},
        "Roost": {"model": model, "messages": message, "max_tokens": tokens, "stream": True, "temperature": 0},
    }[dialect]


class Client:
    """A client with one connection."""

    def __init__(self, server, key=None, timeout=180):
        self.server, self.connection = server, http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def get(self, path):
        """Returns the status and the body of an answer."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def tokens(self, text):
        """Returns the status and the body of an answer of the engine for which it generates nothing."""
        self.connection.request("POST", "/tokenize", json.dumps({"model": self.server.names["one"], "content": text}), self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def complete(self, text, tokens):
        """Returns the status, the usage that the server tells, and the seconds that it asks to wait."""
        fields = body("OpenAI", self.server.names["one"], text, tokens) | {"stream": False}
        del fields["stream_options"]
        self.connection.request("POST", PATHS["OpenAI"], json.dumps(fields), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content).get("usage") or {}, float(answer.headers.get("Retry-After") or 0)

    def stream(self, dialect, text, tokens):
        """Returns the seconds until the first bytes of the answer's body, and its lines."""
        began = time.monotonic()
        self.connection.request("POST", PATHS[dialect], json.dumps(body(dialect, self.server.names["one"], text, tokens)), self.headers)
        answer = self.connection.getresponse()
        first = answer.readline()
        seconds = time.monotonic() - began
        content = first + answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{dialect}: {answer.status} {content[:300]!r}")
        return seconds, content.splitlines()


class Engine(Client):
    """A client of the engine that a server has loaded, past the server."""

    def __init__(self, server, secret=None):
        super().__init__(server, secret)
        name = server.names["one"]
        pid = next(engine["pid"] for engine in json.loads(self.get("/engines")[1])["engines"] if engine["model"].split(":")[0] == name.split(":")[0])
        notes = (pathlib.Path(server.environment["ROOST_HOME"]) / "run").glob("*.sock.pid")
        path = next(note.with_suffix("") for note in notes if int(note.read_text()) == pid)
        self.connection = chat.UnixConnection(str(path), 180)

    def stream(self, *request):
        # An engine closes a connection that was idle for a moment.
        self.connection.close()
        return super().stream(*request)
