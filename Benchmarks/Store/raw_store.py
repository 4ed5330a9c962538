#!/usr/bin/env python3
"""Contestant `raw`: the limit of SQLite itself, used from Python.

One open writer connection behind a lock, and one open reader per thread; write-ahead log; indexes on created_at and on
(status, created_at). Each write is one statement and one commit, without validation, readable errors and fencing.
"""

import sqlite3
import threading
import uuid
from datetime import datetime, timedelta, timezone

import measure
from v1_store import COLUMNS

INSERT = f"INSERT INTO jobs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CLAIM = """
    UPDATE jobs SET status = 'running', started_at = ?
    WHERE id = (SELECT id FROM jobs WHERE status = 'queued' ORDER BY created_at LIMIT 1) RETURNING *
    """


def new_row(when):
    job = str(uuid.uuid4())
    return job, "bench/" + job, "auto", False, "queued", text(when), None, None, None, None, None, None, 0, None, None, None


def now():
    return text(datetime.now(timezone.utc))


def text(when):
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Store:
    """The writer with its lock, and the source of readers."""

    indexes = ("raw_by_creation ON jobs (created_at)", "raw_by_status ON jobs (status, created_at)")

    def __init__(self, path, synchronous):
        self.path = path
        self.lock = threading.Lock()
        self.writer = self.connect()
        (mode,) = self.writer.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise SystemExit(f"SQLite answers {mode} instead of wal.")
        self.writer.execute(f"PRAGMA synchronous = {synchronous}")
        for index in self.indexes:
            self.writer.execute(f"CREATE INDEX IF NOT EXISTS {index}")
        self.columns = [column[1] for column in self.writer.execute("PRAGMA table_info (jobs)")]

    def connect(self):
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 5000")
        return connection

    def session(self):
        return Session(self)

    def running_ids(self, limit):
        return [job for (job,) in self.writer.execute("SELECT id FROM jobs WHERE status = 'running' LIMIT ?", (limit,))]

    def check(self):
        """SQLite's quick check of the whole file, for `open`."""
        answer = self.writer.execute("PRAGMA quick_check").fetchall()
        if answer != [("ok",)]:
            raise SystemExit(f"quick_check says {answer[:3]}.")

    def close(self):
        self.writer.close()


class Session:
    """The session of one thread: the shared writer and its own reader."""

    def __init__(self, store):
        self.store = store
        self.reader = store.connect()

    def write(self, sql, values):
        with self.store.lock:
            return self.store.writer.execute(sql, values)

    def named(self, rows):
        return [dict(zip(self.store.columns, row)) for row in rows]

    def create(self):
        row = new_row(datetime.now(timezone.utc))
        self.write(INSERT, row)
        return row[0]

    def get(self, job):
        row = self.reader.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone()
        return self.named([row])[0] if row else None

    def update(self, job, downloaded, progress):
        return self.write("UPDATE jobs SET downloaded_bytes = ?, progress = ? WHERE id = ?", (downloaded, progress, job)).rowcount

    def newest(self, limit):
        return self.named(self.reader.execute("SELECT * FROM jobs ORDER BY created_at DESC LIMIT ?", (limit,)).fetchall())

    def claim(self):
        with self.store.lock:  # the statement commits when its rows are read
            rows = self.store.writer.execute(CLAIM, (now(),)).fetchall()
        return self.named(rows)[0] if rows else None

    def add_queued(self, count):
        first = datetime.now(timezone.utc)
        with self.store.lock:
            self.store.writer.execute("BEGIN IMMEDIATE")
            self.store.writer.executemany(INSERT, (new_row(first + timedelta(milliseconds=number)) for number in range(count)))
            self.store.writer.execute("COMMIT")


if __name__ == "__main__":
    measure.main("Raw SQLite over kept connections.", Store, ("create", "get", "update", "list", "claim", "mixed", "open"))
