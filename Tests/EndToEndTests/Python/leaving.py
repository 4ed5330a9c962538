"""Checks that an engine stops when its client leaves."""

import json
import time
import urllib.request

COUNT = "Count from 1 to 1000, and leave out no number: 1, 2, 3,"
# The tokens of an answer that is not left, and those that it may have had when its client left after the first pieces.
WHOLE, MOST = 900, 700


def generated(url):
    with urllib.request.urlopen(url + "/usage", timeout=60) as answer:
        return json.load(answer)["total"]["generated_tokens"]


def check(url, pieces):
    """Takes three pieces of a stream of 900 tokens, leaves it, and waits until the server has counted what the engine made."""
    before = generated(url)
    iterator = iter(pieces)
    for _ in range(3):
        next(iterator)
    pieces.close()
    deadline = time.monotonic() + 300
    while generated(url) == before:
        assert time.monotonic() < deadline, "the answer did not end"
        time.sleep(0.05)
    assert generated(url) - before < MOST, generated(url) - before
