"""Prompts with a common beginning: at once, and after a restart."""

import random

import chat
from goal import Goal

CONTEXT = 8192
GOALS = [
    Goal("prefilled", "(d) tokens computed for 8 clients at once with a common 900-token prefix", "tokens", lambda _, ratio: ratio <= 0.25, "≤ 1/4 ×"),
    Goal("restart", "(f) first token of the same 900-token prompt after a restart", "s", lambda _, ratio: ratio <= 0.3, "≤ 0.3 ×"),
]


def measure(server, options):
    """Eight clients with one prefix; a prompt that is repeated after a restart."""
    chat.warm(server)
    shared = chat.text(200 if options.quick else 860, mark=f"{random.getrandbits(64):x}")
    answers = chat.together([chat.Chat(server, f"{shared} Question {number}.", 4) for number in range(8)])
    complete = [answer for answer in answers if answer.is_complete]
    # An answer that failed would look like saved work.
    prefilled = computed(complete) if len(complete) == 8 else None
    prompt = chat.text(200 if options.quick else 860)
    chat.ask(server, prompt, 4)
    server.stop()
    server.start()
    chat.warm(server)
    return {"prefilled": prefilled, "restart": chat.ask(server, prompt, 4).ttft}


def computed(answers):
    """Returns the tokens of prompts that were computed."""
    tokens = sum(answer.prefilled() for answer in answers)
    # What all answers found in a cache was read once too, by a request whose tokens are in no answer.
    return tokens + min(answer.cached() for answer in answers)
