"""What a dialect costs for each token, beside OpenAI's, which passes the engine's events on."""

import pathlib
import re
import statistics

import asking
import chat
from goal import Goal

GOALS = [
    Goal(dialect, f"processor time for a token of {path}, more than of {asking.PATHS['OpenAI']}", "ms", lambda ours, _: ours <= 0.1, "≤ 0.1 ms")
    for dialect, path in asking.PATHS.items() if dialect != "OpenAI"
]
COUNT = re.compile(rb'"(?:completion_tokens|eval_count|output_tokens)": ?(\d+)')


def measure(server, options):
    """Returns milliseconds by dialect."""
    tokens, rounds = (16, 1) if options.quick else (256, 5)
    costs = {dialect: [] for dialect in asking.PATHS}
    client = asking.Client(server)
    client.stream("OpenAI", "warm", 1)
    for _ in range(rounds):
        for dialect in costs:
            before = processor_time(server)
            lines = client.stream(dialect, chat.text(8), tokens)[1]
            costs[dialect].append((processor_time(server) - before) / count(lines))
    medians = {dialect: statistics.median(values) for dialect, values in costs.items()}
    print(f"  processor ms for a token: {medians}", flush=True)
    return {dialect: value - medians["OpenAI"] for dialect, value in medians.items() if dialect != "OpenAI"}


def count(lines):
    """Returns the number of tokens that the server reports at the end; without a report, as in `/chat`, that of the pieces."""
    counts = COUNT.findall(b"\n".join(lines))
    pieces = sum(line.startswith(b"data: {") for line in lines)
    if not counts and pieces < 2:
        raise RuntimeError(f"an answer has no tokens: {lines[-3:]!r}")
    return int(counts[-1]) if counts else pieces - 1


def processor_time(server):
    """Returns the milliseconds of processor time that the threads of the server have used, without its engines."""
    times = 0
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        try:
            times += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return times / 1e6
