#!/usr/bin/env python3
"""Makes a jobs.db in the form of the v1.0 server: N finished rows of the last year, and 100 running rows.

The order of the rows in the file determines the speed at which the v1.0 server lists the newest ones. `shuffled`, the default, is the better one for it, so that no
figure favours Roost; `created`, the order that a real server produces, makes its listing about ten times slower, because every row it reads is then the
newest so far and passes through its sorter.

Also writes FILE.ids: the ids of up to 100,000 of the finished rows, in random order, for contestants that look up rows. The same N and seed
give the same rows except for their times, which end at the moment of the call.
"""

import argparse
import itertools
import os
import random
import sqlite3
import uuid
from datetime import datetime, timedelta, timezone

SCHEMA = """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        quantize TEXT,
        init BOOLEAN,
        status TEXT NOT NULL DEFAULT 'queued',
        created_at TEXT NOT NULL,
        started_at TEXT,
        finished_at TEXT,
        error TEXT,
        traceback TEXT,
        local_path TEXT,
        size_bytes INTEGER,
        downloaded_bytes INTEGER DEFAULT 0,
        progress REAL,
        total_bytes INTEGER,
        preferred_quantized BOOLEAN
    )
    """
RUNNING = 100
ORDERS = ("shuffled", "created")
KNOWN_IDS = 100_000
SIZES = {"SmolLM2-135M": 0.1, "Qwen3-0.6B": 0.5, "Llama-3.2-1B": 0.9, "gemma-3-4b-it": 2.5, "Mistral-7B-v0.3": 4.4, "Qwen3-14B": 9.0, "Llama-3.3-70B": 42.5}
OWNERS = ("HuggingFaceTB", "Qwen", "bartowski", "unsloth", "ggml-org", "lmstudio-community")
QUANTIZATIONS = ("Q4_K_M", "Q4_0", "Q5_K_M", "Q8_0", "F16")
FAILURES = (
    ("404 Client Error: Repository Not Found", "HTTPStatusError"),
    ("[Errno 28] No space left on device", "OSError"),
    ("Connection reset by peer", "ConnectionResetError"),
)


def stamp(when):
    """Formats a time as Python's isoformat does: six digits, or none when they are zero."""
    return when.replace(tzinfo=None).isoformat() + "Z"


def job_row(number, chance, created, running):
    """Returns a job in the form of the v1.0 server. Each has a different model, so no two are identical pulls."""
    job = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    base, gigabytes = chance.choice(list(SIZES.items()))
    model = f"{chance.choice(OWNERS)}/{base}-r{number}-GGUF:{chance.choice(QUANTIZATIONS)}"
    size = int(gigabytes * 1e9) + chance.randrange(1_000_000)
    started = created + timedelta(milliseconds=chance.randrange(20, 5_000))
    options = (chance.choice(("auto", "auto", "q4", "no")), chance.random() < 0.3)
    path = f"/home/roost/.cache/huggingface/hub/models--{model.split(':')[0].replace('/', '--')}/snapshots/{chance.getrandbits(160):040x}"
    if running:
        done = chance.randrange(size)
        return job, model, *options, "running", stamp(created), stamp(started), None, None, None, None, size, done, done / size, size, True
    finished = stamp(started + timedelta(microseconds=int(size / 50) + chance.randrange(1_000_000)))
    if chance.random() < 0.05:
        sentence, kind = chance.choice(FAILURES)
        trace = "Traceback (most recent call last):\n" + '  File "/srv/server/app.py", line 214, in run_pull\n    await pull(job)\n' * 4
        done = chance.randrange(size)
        failure = (sentence, f"{trace}{kind}: {sentence}")
        return job, model, *options, "failed", stamp(created), stamp(started), finished, *failure, None, size, done, done / size, size, True
    return job, model, *options, "succeeded", stamp(created), stamp(started), finished, None, None, path, size, size, 1.0, size, True


def job_rows(count, order, seed, now):
    """Returns `count` finished rows over a year, then the running ones of the last hour."""
    chance = random.Random(seed)
    numbers = list(range(count))
    if order == "shuffled":
        chance.shuffle(numbers)
    first = now - timedelta(days=365)
    step = timedelta(days=364) / max(count, 1)
    for number in numbers:
        yield job_row(number, chance, first + step * (number + chance.random()), running=False)
    for number in range(count, count + RUNNING):
        yield job_row(number, chance, now - timedelta(hours=1) + timedelta(seconds=30 * (number - count)), running=True)


def make(count, path, order="shuffled", seed=1):
    """Writes the file and its ids under temporary names first, so that files with the final names are complete."""
    for stale in (path, path + ".ids"):
        if os.path.exists(stale):
            raise SystemExit(f"{stale} exists; remove it or choose another name.")
    temporary = f"{path}.{os.getpid()}"
    connection = sqlite3.connect(temporary)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA cache_size = -200000")  # the random ids land all over the primary key
    connection.execute(SCHEMA)
    rows = job_rows(count, order, seed, datetime.now(timezone.utc))
    while batch := list(itertools.islice(rows, 50_000)):
        with connection:
            connection.executemany(f"INSERT INTO jobs VALUES ({', '.join('?' * 16)})", batch)
    ids = [job for (job,) in connection.execute("SELECT id FROM jobs WHERE status <> 'running' ORDER BY id")]
    connection.close()
    known = random.Random(seed).sample(ids, min(KNOWN_IDS, count))
    with open(temporary + ".ids", "w", encoding="ascii") as file:
        file.writelines(job + "\n" for job in known)
    os.rename(temporary + ".ids", path + ".ids")
    os.rename(temporary, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("count", type=int, metavar="N")
    parser.add_argument("path", metavar="FILE")
    parser.add_argument("--order", choices=ORDERS, default=ORDERS[0])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make(options.count, options.path, options.order, options.seed)
