#!/usr/bin/env python3
"""Contestant `v1`: the use of jobs.db by the Python server of v1.0.

Every call opens a new connection with SQLite's defaults: rollback journal, synchronous=FULL, a wait of 5 s for a lock, and only
the index of the primary key. Written from the description of that server, as the baseline.
"""

import contextlib
import sqlite3
import uuid
from datetime import datetime, timezone

import measure

COLUMNS = (
    "id, model, quantize, init, status, created_at, started_at, finished_at, error, traceback, local_path, size_bytes, downloaded_bytes, "
    "progress, total_bytes, preferred_quantized"
)


class Store:
    """The database, by path only: nothing is kept open."""

    def __init__(self, path, synchronous):
        if synchronous != "full":
            raise SystemExit("v1 knows SQLite's default, which is full.")
        self.path = path

    @contextlib.contextmanager
    def connection(self):
        connection = sqlite3.connect(self.path)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def session(self):
        return self

    def running_ids(self, limit):
        with self.connection() as connection:
            return [row["id"] for row in connection.execute("SELECT id FROM jobs WHERE status = 'running' LIMIT ?", (limit,))]

    def create(self):
        now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
        job = str(uuid.uuid4())
        values = (job, "bench/" + job, "auto", False, "queued", now, None, None, None, None, None, None, 0, None, None, None)
        with self.connection() as connection:
            connection.execute(f"INSERT INTO jobs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return job

    def get(self, job):
        with self.connection() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone()
            return dict(row) if row else None

    def update(self, job, downloaded, progress):
        with self.connection() as connection:
            return connection.execute("UPDATE jobs SET downloaded_bytes = ?, progress = ? WHERE id = ?", (downloaded, progress, job)).rowcount

    def newest(self, limit):
        with self.connection() as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM jobs ORDER BY created_at DESC LIMIT ?", (limit,))]

    def close(self):
        pass


if __name__ == "__main__":
    measure.main("The v1.0 server's way with jobs.db.", Store, ("create", "get", "update", "list", "mixed"))
