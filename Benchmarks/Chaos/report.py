"""The table, and what must not have happened."""

import sys


class Report:
    def __init__(self):
        self.breaches = []

    def begin(self):
        print("| part | what | times | result |\n| --- | --- | --- | --- |", flush=True)

    def row(self, part, what, times, result):
        print(f"| {part} | {what} | {times} | {result} |", flush=True)

    def breach(self, words):
        self.breaches.append(words)
        print(f"  breach: {words}", file=sys.stderr, flush=True)

    def check(self, is_good, words):
        """Records a breach unless something is as it must be."""
        if not is_good:
            self.breach(words)

    def health(self, part, seen):
        """Adds the row about `/health`, which must never fail."""
        failed = sum(1 for time in seen.times if time >= 60_000)
        self.check(seen.times and not failed, f"{part}: {failed} of {len(seen.times)} requests for /health failed")
        self.row(part, "`/health`: p50 / p99 / slowest, ms", len(seen.times), f"{seen}; {failed} failed")
