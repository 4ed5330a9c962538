"""50 clients with five keys: what each key gets, and what the server says that it has used."""

import json
import threading
import time

import asking
import chat
import filling
from goal import Goal

LIMITS = [160, 320, 480, 640, 800]
TOKENS = 16
GOALS = [
    Goal("least", "least use of a key's output_tokens_per_minute (of 160, 320, 480, 640, 800)", "%", lambda ours, _: ours >= 95, "≥ 95 %"),
    Goal("most", "most use of a key's limit", "%", lambda ours, _: ours <= 100, "≤ 100 %"),
    Goal("even", "farthest from an equal share of five keys without limits", "%", lambda ours, _: ours <= 5, "≤ 5 %"),
    Goal("wrong", "keys whose usage is not the sum of their answers' usage", "", lambda ours, _: ours == 0, "0"),
    Goal("failed", "answers other than 200 and 429", "", lambda ours, _: ours == 0, "0"),
]


class Tally:
    """What the answers to a key's clients said."""

    def __init__(self):
        self.lock, self.requests, self.prompt, self.output, self.refused, self.others = threading.Lock(), 0, 0, 0, 0, []

    def add(self, status, usage):
        with self.lock:
            if status == 200:
                self.requests += 1
                self.prompt += usage["prompt_tokens"]
                self.output += usage["completion_tokens"]
            elif status == 429:
                self.refused += 1
            else:
                self.others.append(status)


def measure(server, options):
    """Both parts of a minute each, with ten clients a key."""
    seconds = 6 if options.quick else 60
    admin = filling.create(server, "admin", ["admin"])[1]
    asking.Client(server, admin).complete("warm", 1)
    limited = [filling.create(server, f"limited {limit}", ["chat"], output_tokens_per_minute=limit) for limit in LIMITS]
    free = [filling.create(server, f"free {number}", ["chat"]) for number in range(5)]
    await_key(server, free[-1][1])
    tallies = {}
    run(server, limited, seconds, tallies)
    run(server, free, seconds, tallies)
    used = [100 * tallies[key].output / limit for (key, _), limit in zip(limited, LIMITS)]
    outputs = [tallies[key].output for key, _ in free]
    mean = sum(outputs) / len(outputs)
    for key, tally in tallies.items():
        print(f"  {key}: {tally.requests} answers, {tally.refused} refusals, {tally.output} tokens", flush=True)
    return {
        "least": min(used), "most": max(used), "even": 100 * max(abs(output - mean) for output in outputs) / mean,
        "wrong": wrong(server, admin, tallies), "failed": sum(len(tally.others) for tally in tallies.values()),
    }


def await_key(server, key):
    """A server that runs reads new keys within a second."""
    chat.until(lambda: asking.Client(server, key).get("/v1/models")[0] == 200, 10)


def run(server, keys, seconds, tallies):
    """Ten clients a key ask until the time is over, and end what they have begun."""
    over = time.monotonic() + seconds

    def client(key, tally):
        connection = asking.Client(server, key)
        while time.monotonic() < over:
            status, usage, wait = connection.complete(chat.text(8), TOKENS)
            tally.add(status, usage)
            if status != 200:
                time.sleep(max(0, min(wait, 1, over - time.monotonic())))

    threads = []
    for key, secret in keys:
        tallies[key] = Tally()
        threads += [threading.Thread(target=client, args=(secret, tallies[key])) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wrong(server, admin, tallies):
    """Returns the number of keys for which `GET /usage` has other sums."""
    report = json.loads(asking.Client(server, admin).get("/usage?limit=1000")[1])["usage"]
    count = 0
    for key, tally in tallies.items():
        rows = [row for row in report if row["key"] == key]
        sums = [sum(row[name] for row in rows) for name in ("requests", "prompt_tokens", "generated_tokens")]
        if sums != [tally.requests, tally.prompt, tally.output]:
            print(f"  {key}: GET /usage has {sums}, the answers had {[tally.requests, tally.prompt, tally.output]}", flush=True)
            count += 1
    return count
