"""What a long prompt does to streams that are running, and to the next client after its own client has left."""

import threading
import time

import chat
from goal import Goal

CONTEXT = 8192
GOALS = [
    Goal("gap", "(b) longest gap of 3 streams while a 4k-token prompt is read", "s", lambda ours, _: ours <= 0.5, "≤ 0.5 s"),
    Goal("departure", "(e) first token of the next client after one left in a long prefill", "s", lambda ours, _: ours <= 0.6, "≤ 0.6 s"),
]


def measure(server, options):
    """A prompt of 4,000 tokens among three streams; a client that leaves in its prefill."""
    chat.warm(server)
    return {"gap": gap(server, options), "departure": departure(server, options)}


def gap(server, options):
    streams = [chat.Chat(server, chat.text(20), 700) for _ in range(3)]
    threads = [threading.Thread(target=stream.run) for stream in streams]
    for thread in threads:
        thread.start()
    chat.until(lambda: all(stream.tokens() >= 5 for stream in streams))
    began = time.monotonic()
    answer = chat.ask(server, chat.text(600 if options.quick else 4000), 1)
    # A stream that has had no token since is in a gap that lasts until now.
    gaps = [max(stream.answer.longest_gap(began), 0 if stream.answer.is_complete else time.monotonic() - stream.answer.times[-1]) for stream in streams]
    errors = [each.error for each in [answer, *(stream.answer for stream in streams)] if each.error]
    for stream, thread in zip(streams, threads):
        stream.leave()
        thread.join()
    if errors:
        raise RuntimeError(f"a stream failed: {errors[0]}")
    return max(gaps)


def departure(server, options):
    leaving = chat.Chat(server, chat.text(1500 if options.quick else 4000), 1)
    thread = threading.Thread(target=leaving.run)
    thread.start()
    time.sleep(1)
    leaving.leave()
    answer = chat.ask(server, chat.text(8), 1)
    thread.join()
    return answer.ttft
