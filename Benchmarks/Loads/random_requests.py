"""Random requests from a seed: every route, with valid, nearly valid and invalid paths, queries, headers and bodies."""

import json
import random
import string
import uuid

GET, POST, PUT, DELETE = "GET", "POST", "PUT", "DELETE"
ROUTES = [
    (POST, "/pull"), (GET, "/jobs"), (GET, "/jobs/{job}"), (GET, "/jobs/{job}/files"), (GET, "/jobs/export"), (GET, "/jobs/events"),
    (GET, "/jobs/{job}/events"), (POST, "/jobs/{job}/cancel"), (POST, "/jobs/{job}/pause"), (POST, "/jobs/{job}/resume"), (POST, "/jobs/{job}/retry"),
    (POST, "/jobs/{job}/priority"), (POST, "/jobs/{job}/rate"), (DELETE, "/jobs/{job}"), (POST, "/jobs/prune"), (GET, "/bandwidth"), (PUT, "/bandwidth"),
    (DELETE, "/bandwidth"), (POST, "/chat"), (GET, "/models"), (GET, "/models/{model}"), (DELETE, "/models/{model}"), (GET, "/partials"),
    (POST, "/models/unload"), (POST, "/models/verify"), (POST, "/models/repair"), (POST, "/models/gc"), (GET, "/status"), (GET, "/health"),
    (GET, "/diag"), (POST, "/v1/chat/completions"), (POST, "/v1/embeddings"), (GET, "/v1/models"), (GET, "/v1/models/{model}"), (GET, "/{text}"),
]
METHODS = [GET, POST, PUT, DELETE, "HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]
FIELDS = {
    "model": "model", "quantize": "quantize", "init": "flag", "revision": "text", "user_id": "text", "workspace_id": "text", "tags": "texts",
    "priority": "number", "max_retries": "number", "run_after": "time", "callback_url": "text", "allow_patterns": "texts", "ignore_patterns": "texts",
    "max_bytes_per_second": "number", "dry_run": "flag", "messages": "messages", "max_tokens": "few", "temperature": "number", "stream": "flag",
    "timeout": "number", "n": "number", "stop": "texts", "logprobs": "flag", "top_logprobs": "number", "n_probs": "number", "seed": "number",
    "grammar": "text", "json_schema": "any", "response_format": "any", "tools": "any", "tool_choice": "any", "logit_bias": "any", "input": "texts",
    "revisions": "flag", "older_than_hours": "number", "bytes_per_second": "number", "closed": "flag", "status": "text", "before": "time", "top_p": "number",
    "dimensions": "number", "encoding_format": "text", "id_slot": "number", "samplers": "any", "stream_options": "any",
}
QUERY = ["status", "model", "user", "workspace", "tag", "since", "limit", "cursor", "after", "format", "revision", "force", "dry_run", "partials"]
TEXTS = [
    "", "a", "main", "q4", "failed", "\0", "a\0b", "../../etc/passwd", "%00", "%2e%2e%2f", "é", "e\u0301", "\U0001f600", "\ud800", "x" * 5000, "a/b", "-1", "null",
    "http://127.0.0.1:1/", "http://169.254.169.254/", "javascript:1", "'; DROP TABLE jobs; --", "*" * 200, "[" * 300, "{" * 300, "\r\nX-A: b", " a ", "\u202e",
]
NUMBERS = [0, 1, -1, 2, 4, 5, 100, 0.5, 1e308, -1e308, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**40, 1e-320, 65536, True]


class RandomRequests:
    """Generates requests; the same seed and the same ids of jobs give the same requests.

    A request is a method, a target, a list of header fields and a body.
    """

    def __init__(self, seed, model):
        self.random = random.Random(seed)
        self.model = model
        self.jobs = []

    def text(self):
        choice = self.random.random()
        if choice < 0.6:
            return self.random.choice(TEXTS)
        return "".join(self.random.choice(string.printable) for _ in range(self.random.randrange(40)))

    def name(self):
        choice = self.random.random()
        if choice < 0.4:
            return self.model
        if choice < 0.6:
            return self.model.partition(":")[0]
        return self.random.choice(["org/name", "a/b:Q4_K_M", "a/b:UD-Q4_K_XL", "a", "a/b/c", "hf.co/a/b", "a/b:", "A" * 300 + "/b", self.text()])

    def any(self, depth=0):
        kind = self.random.randrange(9 if depth < 5 else 6)
        if kind < 2:
            return self.text()
        if kind < 4:
            return self.random.choice(NUMBERS)
        if kind == 4:
            return None
        if kind == 5:
            return self.random.random() < 0.5
        if kind == 6:
            return [self.any(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 7:
            return {self.text(): self.any(depth + 1) for _ in range(self.random.randrange(4))}
        return self.nested(self.random.choice([10, 100, 600]))

    def nested(self, depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return value

    def messages(self):
        roles = ["system", "user", "assistant", "tool", "developer", "", "x"]
        return [{"role": self.random.choice(roles), "content": self.text() if self.random.random() < 0.8 else self.any()} for _ in range(self.random.randrange(4))]

    def value(self, kind):
        if self.random.random() < 0.2:
            return self.any()
        makers = {
            "model": self.name, "flag": lambda: self.random.random() < 0.5, "text": self.text, "number": lambda: self.random.choice(NUMBERS),
            "few": lambda: self.random.choice([1, 2, 3, 0, -1, 10**9]), "texts": lambda: [self.text() for _ in range(self.random.randrange(4))],
            "quantize": lambda: self.random.choice(["auto", "q4", "fp16", "no", "banana", ""]), "messages": self.messages, "any": self.any,
            "time": lambda: self.random.choice(["2026-01-31T12:00:00Z", "2099-01-01T00:00:00Z", "now", "9999-99-99T99:99:99Z"]),
        }
        return makers[kind]()

    def body(self):
        choice = self.random.random()
        if choice < 0.05:
            return b""
        if choice < 0.1:
            return self.random.randbytes(self.random.randrange(400))
        fields = {"model": self.name()} if self.random.random() < 0.8 else {}
        if self.random.random() < 0.3:
            fields |= {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
        for name in self.random.sample(sorted(FIELDS), self.random.choice([0, 1, 1, 2, 4])):
            fields[name] = self.value(FIELDS[name])
        value = fields if choice < 0.95 else self.any()
        text = json.dumps(value).encode()
        if choice > 0.99:
            text = text[: len(text) // 2]
        return text

    def escaped(self, text):
        """Encodes a text as a part of a target: mostly percent-encoded, sometimes unchanged where the syntax of HTTP allows it."""
        plain = string.ascii_letters + string.digits + "-._~" + ("/:" if self.random.random() < 0.5 else "")
        return "".join(chr(byte) if chr(byte) in plain else f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))

    def target(self, path):
        job = self.random.choice(self.jobs) if self.jobs and self.random.random() < 0.5 else self.random.choice([str(uuid.UUID(int=7)), self.text()])
        path = path.replace("{job}", self.escaped(job)).replace("{model}", self.escaped(self.name())).replace("{text}", self.escaped(self.text()))
        if self.random.random() < 0.05:
            path = self.random.choice([path + "/", "/" + path, path.replace("/", "//"), path + "/x"])
        if self.random.random() < 0.3:
            names = self.random.sample(QUERY, self.random.randrange(1, 4))
            path += "?" + "&".join(f"{name}={self.escaped(self.text())}" for name in names)
        return path[:8000]

    def headers(self):
        fields = [("Host", "localhost")]
        extra = [
            ("Origin", "http://evil.example"), ("Origin", "null"), ("Host", "evil.example"), ("Last-Event-ID", "1"), ("Last-Event-ID", "x" * 99), ("Accept", "*/*"),
            ("Accept", "application/json"), ("Content-Type", "text/plain"), ("Content-Encoding", "gzip"), ("Range", "bytes=0-1"), ("If-None-Match", "*"),
            ("Authorization", "Bearer x"), ("Sec-Fetch-Site", "cross-site"), ("Access-Control-Request-Method", "POST"), ("X-Forwarded-For", "1.2.3.4"),
            ("Upgrade", "h2c"), ("TE", "trailers"), ("Content-Type", "application/json"),
        ]
        return fields + self.random.sample(extra, self.random.choice([0, 0, 0, 1, 2]))

    def next(self):
        method, path = self.random.choice(ROUTES)
        if self.random.random() < 0.1:
            method = self.random.choice(METHODS)
        return method, self.target(path), self.headers(), self.body() if method in (POST, PUT, "PATCH") or self.random.random() < 0.05 else b""
