"""Four requests that fit one by one, and not together."""

import chat
from goal import Goal

CONTEXT = 1024
GOALS = [Goal("answered", "(c) answered of 4 requests that together exceed the context", "of 4", lambda ours, _: ours == 4, "4 of 4")]


def measure(server, options):
    """Prompts of about 160 tokens and answers of 240: 1,600 tokens together in a context of 1,024."""
    chat.warm(server)
    answers = chat.together([chat.Chat(server, chat.text(120), 240) for _ in range(4)])
    return {"answered": sum(answer.is_complete for answer in answers)}
