"""What Roost adds to its own engine: the same requests through Roost and directly to the socket of its engine, in turn."""

import statistics

import chat
from goal import Goal

CONTEXT = 4096
ONLY_ROOST = True
GOALS = [
    Goal("ttft", "(g) first token, more than directly at Roost's engine", "ms", lambda ours, _: ours <= 3, "≤ 3 ms"),
    Goal("rate", "(g) tokens/s of a stream", "tokens/s", lambda _, ratio: ratio >= 0.98, "≥ 0.98 ×", other="the engine directly"),
]


def measure(server, options):
    """Short prompts, 64 tokens, through Roost and directly."""
    chat.warm(server)
    path = server.engine_socket()
    through, direct = [], []
    for number in range(4 if options.quick else 16):
        pair = [(through, None), (direct, path)]
        for answers, socket in pair if number % 2 else reversed(pair):
            answer = chat.ask(server, chat.text(16), 64, path=socket)
            if not answer.is_complete:
                raise RuntimeError(f"a request failed: {answer.error}")
            answers.append(answer)
    added = statistics.median(map(waiting, through)) - statistics.median(map(waiting, direct))
    return {"ttft": 1000 * added, "rate": statistics.median(answer.rate for answer in through)}, {
        "rate": statistics.median(answer.rate for answer in direct)}


def waiting(answer):
    """Returns the seconds until the first token without those in which the engine read the prompt, because prompts of as many words have other numbers of tokens."""
    return answer.ttft - answer.timings["prompt_ms"] / 1000
