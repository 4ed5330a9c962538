"""Streamed chat completions, measured from outside."""

import concurrent.futures
import http.client
import json
import random
import socket
import sys
import time

WORDS = ("the water of time and people in work to day is hand that year for place with part on name as line at word by side from head").split()


def text(tokens, mark=None):
    """Returns a text of about so many tokens. Without a mark it begins differently each time."""
    start = mark or f"{random.getrandbits(64):x}"
    return f"({start}) " + " ".join(WORDS[(number * 5 + number // len(WORDS)) % len(WORDS)] for number in range(tokens))


class Answer:
    """What came of a request: times in seconds, and the server's own counts."""

    def __init__(self):
        self.begin = time.monotonic()
        self.times, self.error, self.is_complete = [], None, False
        self.usage, self.timings = {}, {}
        self.end = None

    @property
    def ttft(self):
        return self.times[0] - self.begin if self.times else float("inf")

    @property
    def seconds(self):
        return self.end - self.begin if self.is_complete else float("inf")

    @property
    def rate(self):
        """Tokens per second after the first one."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0]) if len(self.times) > 1 else 0

    def cached(self):
        """Returns the tokens of the prompt that were found in a cache, by the server's counts."""
        if "cache_n" in self.timings:
            return self.timings["cache_n"]
        return (self.usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)

    def prefilled(self):
        """Returns the tokens of the prompt that were computed, by the server's counts."""
        return self.timings["prompt_n"] if "prompt_n" in self.timings else self.usage.get("prompt_tokens", 0) - self.cached()

    def longest_gap(self, since):
        """Returns the longest time between two tokens of which the later one came after a moment."""
        return max((late - early for early, late in zip(self.times, self.times[1:]) if late > since), default=0)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Chat:
    """A request. It may be abandoned from another thread."""

    def __init__(self, server, prompt, tokens, name="one", client=0, path=None, timeout=180):
        # Roost tells clients apart by their addresses.
        source = (f"127.0.0.{1 + client}", 0) if client and sys.platform == "linux" else None
        self.connection = UnixConnection(path, timeout) if path else http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=timeout, source_address=source)
        self.body = json.dumps({
            "model": server.names[name], "messages": [{"role": "user", "content": prompt}], "max_tokens": tokens, "stream": True,
            "stream_options": {"include_usage": True}, "ignore_eos": True, "temperature": 0})
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer client-{client}"}
        self.answer = None

    def run(self):
        """Sends the request and returns the answer after its end, also when it failed."""
        self.answer = answer = Answer()
        try:
            self.connection.request("POST", "/v1/chat/completions", self.body, self.headers)
            response = self.connection.getresponse()
            if response.status != 200:
                answer.error = f"{response.status} {response.read(300)!r}"
            else:
                self.read(response, answer)
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            answer.error = answer.error or repr(error)
        finally:
            self.connection.close()
        answer.end = time.monotonic()
        return answer

    @staticmethod
    def read(response, answer):
        finished = False
        while line := response.readline():
            if not line.startswith(b"data: {"):
                finished = finished or line.startswith(b"data: [DONE]")
                continue
            now, event = time.monotonic(), json.loads(line[6:])
            if event.get("error"):
                answer.error = json.dumps(event["error"])[:300]
                return
            answer.usage, answer.timings = event.get("usage") or answer.usage, event.get("timings") or answer.timings
            for choice in event.get("choices") or []:
                delta = choice.get("delta") or {}
                if delta.get("content") or delta.get("reasoning_content"):
                    answer.times.append(now)
        answer.is_complete = finished

    def leave(self):
        """Closes the connection, as a client does that loses interest."""
        if sock := self.connection.sock:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def tokens(self):
        return len(self.answer.times) if self.answer else 0


def ask(server, prompt, tokens, **more):
    return Chat(server, prompt, tokens, **more).run()


def warm(server, name="one"):
    """Loads the model."""
    answer = ask(server, text(8), 1, name=name)
    if not answer.is_complete:
        raise RuntimeError(f"the first request failed: {answer.error}")


def together(chats):
    """Runs requests at once and returns their answers."""
    with concurrent.futures.ThreadPoolExecutor(len(chats)) as threads:
        return list(threads.map(lambda chat: chat.run(), chats))


def until(condition, limit=60):
    """Waits until a condition is true."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("a measurement waited in vain for a minute")
        time.sleep(0.005)
