"""Two models, two clients that ask for them in turn, and room for one model."""

import threading
import time

import chat
from goal import Goal

CONTEXT = 2048
ROUTER = True
SETTINGS = {"MAX_CACHE_MODELS": "1"}
GOALS = [
    Goal("answers", "(i) answers a minute, two models in turn from two clients, room for one", "a minute", lambda _, ratio: ratio >= 2, "≥ 2 ×",
         other="llama-server's router"),
]


def measure(server, options):
    """Each client alternates between the models; an answer has 16 tokens."""
    seconds = 5 if options.quick else 20
    answers, over = [], time.monotonic() + seconds

    def client(first):
        names = ["one", "two"]
        number = first
        while (left := over - time.monotonic()) > 0:
            answer = chat.ask(server, chat.text(16), 16, name=names[number % 2], timeout=max(left, 0.1))
            if answer.is_complete and answer.end <= over:
                answers.append(answer)
            elif answer.error:
                time.sleep(0.1)
            number += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"answers": len(answers) * 60 / seconds}
