"""What keys, limits, usage and the log of actions cost, with a keys.db of 1,000 keys and a million rows."""

import json
import statistics
import time

import asking
import chat
import connections
import filling
from goal import Goal

ROWS, KEYS = 1_000_000, 1_000
GOALS = [
    Goal("health", "`/health` requests/s with a key / without keys", "requests/s", lambda _, ratio: ratio >= 0.95, "≥ 0.95 ×", other="without keys"),
    Goal("models", "`/v1/models` with a key, more than without keys", "ms", lambda ours, _: ours <= 1, "≤ 1 ms"),
    Goal("tokens", "the engine's answer to `/tokenize` with a key and limits, more than without keys", "ms", lambda ours, _: ours <= 1, "≤ 1 ms"),
    Goal("ttft", "first token with a key and limits, more than without keys", "ms", lambda ours, _: ours <= 1, "≤ 1 ms"),
]


def prepare(server, options):
    """Fills keys.db, and returns the secret of a key with limits that no measurement reaches."""
    secret = filling.create(
        server, "measured", ["admin"], requests_per_minute=10**6, requests_per_day=10**8, output_tokens_per_minute=10**8, concurrent_requests=100)[1]
    filling.fill(server, 10 if options.quick else KEYS, 1000 if options.quick else ROWS)
    return secret


def measure(plain, keyed, secret, options):
    """Compares two servers with the same models, one of them with keys. Both run during all of it, and are asked in turn.

    Two engines need times for a first token that differ by milliseconds, so what counts is what each server adds to its own engine.
    """
    sides = [asking.Client(plain), asking.Client(keyed, secret)]
    for side in sides:
        side.stream("OpenAI", "warm", 1)
    engines = [asking.Engine(plain), asking.Engine(keyed, secret)]
    count = 20 if options.quick else 200
    models, tokens, first = ([], []), ([], []), ([], [])
    for number in range(count):
        for index in (0, 1) if number % 2 else (1, 0):
            models[index].append(timed(lambda: sides[index].get("/v1/models")))
            tokens[index].append(timed(lambda: sides[index].tokens(chat.text(4))))
            first[index].append(waiting(sides[index]) - waiting(engines[index]))
    health = ([], [])
    for number in range(1 if options.quick else 10):
        for index in (0, 1) if number % 2 else (1, 0):
            health[index].append(requests_per_second((plain, keyed)[index], (None, secret)[index], options))
    return {
        "health": statistics.median(health[1]), "models": added(models), "tokens": added(tokens), "ttft": added(first),
    }, {"health": statistics.median(health[0])}


def waiting(client):
    """Returns the milliseconds until the first token without those in which the engine read the prompt, because prompts of as many words have other numbers of tokens."""
    seconds, lines = client.stream("OpenAI", chat.text(4), 1)
    told = next(line for line in reversed(lines) if b'"prompt_ms"' in line)
    return 1000 * seconds - json.loads(told.removeprefix(b"data: "))["timings"]["prompt_ms"]


def added(values):
    """Returns the median of the differences of requests that were sent one after the other."""
    return statistics.median(late - early for early, late in zip(*values))


def timed(ask):
    began = time.monotonic()
    status, answer = ask()
    if status != 200:
        raise RuntimeError(f"{status}: {answer[:300]!r}")
    return 1000 * (time.monotonic() - began)


def requests_per_second(server, key, options):
    head = f"Authorization: Bearer {key}\r\n" if key else ""
    request = connections.REQUEST.replace(b"\r\n\r\n", f"\r\n{head}\r\n".encode())
    return connections.requests_per_second(server.port, 0.5 if options.quick else 2, request)
