#!/usr/bin/env python3
"""Contestant `schema`: the limit of SQLite when each create writes the same rows as Roost, to Roost's file with all of its indexes.

A v1.5 row and its event, in one transaction on one open connection, without validation and other writers; create64 has 64 rows in each
transaction, as a perfect group commit of 64 callers would have. Together with `raw` it separates the cost of the schema from that of Roost's code.
"""

import itertools
import os
import time

import measure
import raw_store

EVENT = "INSERT INTO job_events (job_id, time, kind, status) VALUES (?, ?, 'created', 'queued')"
INSERT = "INSERT INTO jobs (id, model, quantize, init, status, created_at, downloaded_bytes, max_retries) VALUES (?, ?, 'auto', 0, 'queued', ?, 0, 5)"
CALLERS = 64


def time_ordered_id():
    """A UUIDv7, RFC 9562 section 5.7."""
    value = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Store(raw_store.Store):
    indexes = ()

    def session(self):
        return Session(self)


class Session(raw_store.Session):
    def __init__(self, store):
        super().__init__(store)
        self.numbers = itertools.count()

    def insert(self, callers):
        writer, number = self.store.writer, next(self.numbers)
        with self.store.lock:
            writer.execute("BEGIN IMMEDIATE")
            for caller in range(callers):
                job, now = time_ordered_id(), raw_store.now()
                writer.execute(INSERT, (job, f"bench/{caller}-{time.time_ns()}-{number}", now))
                writer.execute(EVENT, (job, now))
            writer.execute("COMMIT")

    def create(self):
        self.insert(1)

    def create64(self):
        self.insert(CALLERS)


if __name__ == "__main__":
    measure.main("Raw SQLite that writes the rows of Roost.", Store, ("create", "create64"), {"create64": CALLERS})
