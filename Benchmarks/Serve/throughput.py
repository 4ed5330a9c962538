"""Tokens per second of 1, 4 and 16 clients, by `roost bench`."""

import json
import subprocess

import chat
from goal import Goal

COUNTS = [1, 4, 16]
CONTEXT = 8192
GOALS = [
    Goal(f"clients{count}", f"(a) tokens/s, {count} client{'s' * (count > 1)}", "tokens/s", lambda _, ratio, least=1.0 if count == 1 else 1.1: ratio >= least,
         f"≥ {1.0 if count == 1 else 1.1} ×")
    for count in COUNTS
]


def measure(server, options):
    """1, 4 and 16 clients, each with prompts of its own."""
    chat.warm(server)
    figures = {}
    for count in COUNTS:
        requests = count * (1 if options.quick else 2)
        words = [options.roost, "bench", "--url", f"http://127.0.0.1:{server.port}", "--model", server.names["one"], "--clients", count, "--requests", requests]
        words += ["--prompt-tokens", 32, "--max-tokens", 8 if options.quick else 64, "--ignore-eos", "--json"]
        result = json.loads(subprocess.run([str(word) for word in words], capture_output=True, text=True).stdout)
        # A request that was refused or failed has no tokens, so it lowers the figure.
        figures[f"clients{count}"] = result["tokens_per_second"]["total"]
    return figures
