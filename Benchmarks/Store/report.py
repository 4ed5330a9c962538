"""The results of the runs of one size: medians, ratios, the Markdown table, and the targets."""

import statistics
from collections import defaultdict

OURS = "roost"
ONCE = ("recover", "open")


class Results:
    """Every line of JSON of one size, by operation and contestant, in order of the runs."""

    def __init__(self, rows):
        self.rows = rows
        self.lines = defaultdict(list)

    def add(self, operation, contestant, line):
        self.lines[operation, contestant].append(line)

    def has(self, operation, contestant):
        return bool(self.lines.get((operation, contestant)))

    def median(self, operation, contestant, field):
        """Returns the median of the runs; None when it was not measured."""
        if not self.has(operation, contestant):
            return None
        return statistics.median(line[field] for line in self.lines[operation, contestant])

    def worst(self, operation, contestant):
        return max(line["max_ms"] for line in self.lines[operation, contestant])

    def locked(self, operation, contestant):
        return sum(line["locked"] for line in self.lines[operation, contestant]) if self.has(operation, contestant) else None

    def ratio(self, operation, other, other_operation=None):
        """Returns Roost's rate relative to another contestant's: the median of the ratios within each run, because its contestants had the same conditions."""
        ours, theirs = self.lines.get((operation, OURS)), self.lines.get((other_operation or operation, other))
        if not ours or not theirs:
            return None
        return statistics.median(mine["per_second"] / its["per_second"] for mine, its in zip(ours, theirs))


def number(value):
    """Formats a number with three significant digits, the precision of these measurements."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1}f}"


def times(value):
    return "" if value is None else f"{number(value)}×"


def table(results, operations, contestants):
    """Returns the Markdown table."""
    head = ("operation", "contestant", "ops/s", "p50 ms", "p99 ms", "max ms", "locked", "ours/raw", "ours/schema", "ours/v1")
    lines = ["| " + " | ".join(head) + " |", "| --- | --- |" + " ---: |" * 8]
    for operation in operations:
        for contestant in contestants:
            if not results.has(operation, contestant):
                continue
            figures = [results.median(operation, contestant, field) for field in ("per_second", "p50_ms", "p99_ms")]
            cells = [operation, contestant, *map(number, figures), number(results.worst(operation, contestant)), str(results.locked(operation, contestant))]
            if operation in ONCE:
                cells[2] = cells[4] = cells[6] = ""
            single = "create" if operation == "create64" else operation
            bases = (("raw", single), ("schema", operation), ("v1", single))
            cells += [times(results.ratio(operation, *base)) if contestant == OURS else "" for base in bases]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def targets(results):
    """Returns the targets: description, measured value, limit, and whether the limit is a minimum."""

    def mixed_p99():
        ours, raw = (results.median("mixed", contestant, "p99_ms") for contestant in (OURS, "raw"))
        return None if ours is None or raw is None else ours / raw

    def seconds(operation):
        once = results.median(operation, OURS, "p50_ms")
        return None if once is None else once / 1000

    return (
        ("create, 1 caller ≥ 0.8 × raw", results.ratio("create", "raw"), 0.8, True),
        ("create, 64 callers ≥ 5 × raw's 1 caller", results.ratio("create64", "raw", "create"), 5, True),
        ("get ≥ 0.5 × raw", results.ratio("get", "raw"), 0.5, True),
        ("get ≥ 20,000/s", results.median("get", OURS, "per_second"), 20_000, True),
        ("list(50) p50 ≤ 0.35 ms", results.median("list", OURS, "p50_ms"), 0.35, False),
        ("claim p99 ≤ 10 ms", results.median("claim", OURS, "p99_ms"), 10, False),
        ("mixed, 8 workers ≥ 1.2 × raw", results.ratio("mixed", "raw"), 1.2, True),
        ("mixed p99 ≤ 1 × raw's", mixed_p99(), 1, False),
        ("mixed: `database is locked` ≤ 0 times", results.locked("mixed", OURS), 0, False),
        ("mixed ≥ 100 × v1", results.ratio("mixed", "v1"), 100, True),
        ("list(50) ≥ 500 × v1", results.ratio("list", "v1"), 500, True),
        ("recover 10,000 running jobs ≤ 1 s", seconds("recover"), 1, False),
        ("open with quick_check ≤ 3 s", seconds("open"), 3, False),
    )


def verdict(results):
    """Returns the targets as a Markdown list."""
    lines = []
    for words, value, limit, is_floor in targets(results):
        if value is None:
            lines.append(f"- not measured: {words}")
        else:
            reached = value >= limit if is_floor else value <= limit
            lines.append(f"- {'reached' if reached else '**not reached**'}: {words} (measured: {number(value)})")
    return "\n".join(lines)
