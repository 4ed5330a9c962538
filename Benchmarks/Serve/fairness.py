"""Ten clients with a key and an address each, one of which sends ten times as much."""

import threading

import chat
from goal import Goal

CONTEXT = 4096
GOALS = [
    Goal("alone", "(j) p95 of nine clients alone", "s", lambda ours, _: True, "for comparison"),
    Goal("slowdown", "(j) p95 of the nine beside the greedy one / alone", "×", lambda ours, _: ours <= 1.5, "≤ 1.5"),
]


def measure(server, options):
    """Answers of 16 tokens; the greedy client has ten requests under way at all times."""
    chat.warm(server)
    alone = p95(server, options)
    over = threading.Event()

    def greedy():
        while not over.is_set():
            if chat.ask(server, chat.text(16), 16, client=10).error:
                over.wait(0.1)

    threads = [threading.Thread(target=greedy) for _ in range(10)]
    for thread in threads:
        thread.start()
    try:
        beside = p95(server, options)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return {"alone": alone, "slowdown": beside / alone}


def p95(server, options):
    """Returns the 95th percentile of the seconds of an answer; one without an answer counts as infinite."""
    seconds, lock = [], threading.Lock()

    def client(number):
        for _ in range(1 if options.quick else 3):
            answer = chat.ask(server, chat.text(16), 16, client=number + 1)
            with lock:
                seconds.append(answer.seconds)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(seconds)[int(0.95 * (len(seconds) - 1) + 0.5)]
