"""The shared code of the Python contestants of the store benchmark: the command line, the workers, and the line of JSON.

A contestant is a command

    contestant --database FILE --operation NAME --seconds S [--workers N] [--synchronous full|normal]

that works on FILE for S seconds and prints {"ops", "seconds", "per_second", "p50_ms", "p99_ms", "max_ms", "locked"}. FILE.ids
contains the ids of existing rows, one per line (see fixture.py).

A store has `session()`, one for each thread, with `create()`, `get(id)`, `update(id, downloaded, progress)` and `newest(limit)`, and optionally
`claim()` and `add_queued(count)`, or `create64()`; the store itself has `running_ids(limit)` and `close()`.
"""

import argparse
import json
import random
import sqlite3
import threading
import time

LIST_LIMIT = 50
RUNNING_ROWS = 100
QUEUE_REFILL = 10_000


class Tally:
    """The times of one worker's calls."""

    def __init__(self):
        self.nanoseconds = []
        self.done = 0
        self.locked = 0
        self.paused = 0
        self.failure = None

    def run(self, operation, refill, start, seconds):
        """Calls `operation` until the time is over. The duration of `refill` does not count."""
        try:
            self._run(operation, refill, start, seconds)
        except BaseException as error:  # handed to the main thread, which raises it
            self.failure = error

    def _run(self, operation, refill, start, seconds):
        clock = time.perf_counter_ns
        deadline = start + int(seconds * 1e9)
        began = clock()
        while began < deadline:
            if refill is not None and refill():
                pause = clock() - began
                self.paused += pause
                deadline += pause
                began = clock()
            try:
                operation()
                self.done += 1
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                self.locked += 1
            now = clock()
            self.nanoseconds.append(now - began)
            began = now


def percentile(ordered, share):
    """Returns a percentile of sorted values by the nearest rank."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def result(tallies, elapsed_ns, each=1):
    """Returns the line of JSON; a call counts for `each` operations.

    Calls that failed because the file was locked count in the times, because their callers waited, but not in `ops`.
    """
    times = sorted(time for tally in tallies for time in tally.nanoseconds)
    done = sum(tally.done for tally in tallies) * each
    seconds = elapsed_ns / 1e9
    return {
        "ops": done,
        "seconds": round(seconds, 4),
        "per_second": round(done / seconds, 2),
        "p50_ms": round(percentile(times, 0.50) / 1e6, 5),
        "p99_ms": round(percentile(times, 0.99) / 1e6, 5),
        "max_ms": round(times[-1] / 1e6, 5),
        "locked": sum(tally.locked for tally in tallies),
    }


def once(call):
    """The result of one call."""
    tally = Tally()
    began = time.perf_counter_ns()
    call()
    tally.nanoseconds.append(time.perf_counter_ns() - began)
    tally.done = 1
    return result([tally], tally.nanoseconds[0])


def calls(session, ids, running, chance):
    """Returns the operations of one worker, by name."""

    def get():
        if session.get(chance.choice(ids)) is None:
            raise RuntimeError("A known row was not found.")

    def update():
        share = chance.random()
        if session.update(chance.choice(running), int(share * 4e9), share) != 1:
            raise RuntimeError("A running row was not updated.")

    def newest():
        if len(session.newest(LIST_LIMIT)) != LIST_LIMIT:
            raise RuntimeError(f"The list is shorter than {LIST_LIMIT} rows.")

    def claim():
        if session.claim() is None:
            raise RuntimeError("The queue ran empty.")

    def mixed():
        dice = chance.random()
        if dice < 0.5:
            get()
        elif dice < 0.8:
            update()
        elif dice < 0.9:
            session.create()
        else:
            newest()

    create64 = getattr(session, "create64", None)
    return {"create": session.create, "create64": create64, "get": get, "update": update, "list": newest, "claim": claim, "mixed": mixed}


def queue_keeper(session):
    """Keeps the queue filled for claims; returns whether rows were added. Queued rows of others only make the queue longer."""
    left = 0

    def refill():
        nonlocal left
        left -= 1
        if left > 0:
            return False
        session.add_queued(QUEUE_REFILL)
        left = QUEUE_REFILL
        return True

    return refill


def contest(store, operation, workers, seconds, ids, each):
    """Runs the operation in the workers for a number of seconds; a call counts for `each` operations."""
    running = store.running_ids(RUNNING_ROWS)
    tallies = [Tally() for _ in range(workers)]
    ready = threading.Barrier(workers + 1)
    start = [0]

    def work(index):
        session = store.session()
        names = calls(session, ids, running, random.Random(index))
        for warmup in ("get", "list"):
            names[warmup]()
        refill = queue_keeper(session) if operation == "claim" else None
        if refill:
            refill()
        ready.wait()
        ready.wait()
        tallies[index].run(names[operation], refill, start[0], seconds)

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(workers)]
    for thread in threads:
        thread.start()
    ready.wait(timeout=600)
    start[0] = time.perf_counter_ns()
    ready.wait()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter_ns() - start[0] - max(tally.paused for tally in tallies)
    for tally in tallies:
        if tally.failure:
            raise tally.failure
    return result(tallies, elapsed, each)


def main(description, open_store, operations, batches=None):
    """The command of a contestant. `open_store(path, synchronous)` returns its store; `batches` are the operations that count for several."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--database", required=True, metavar="FILE")
    parser.add_argument("--operation", required=True, choices=operations)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--workers", type=int, help="default: 8 for mixed, else 1")
    parser.add_argument("--synchronous", choices=("full", "normal"), default="full")
    options = parser.parse_args()
    if options.operation == "open":
        line = once(lambda: open_store(options.database, options.synchronous).check())
    else:
        with open(options.database + ".ids", encoding="ascii") as file:
            ids = file.read().split()
        store = open_store(options.database, options.synchronous)
        workers = options.workers or (8 if options.operation == "mixed" else 1)
        line = contest(store, options.operation, workers, options.seconds, ids, (batches or {}).get(options.operation, 1))
        store.close()
    print(json.dumps(line))
