"""The loads: each is a function that puts a load on a server and returns its observations in words. Its docstring is its description.

The attribute `prepare` fills the home of the stopped server first; `environment` contains settings that the server needs; `before_stop` runs right
before the server is stopped.
"""

import concurrent.futures
import hashlib
import json
import os
import socket
import sqlite3
import time

LOADS = {}


def load(name, prepare=None, environment=None, before_stop=None):
    def add(function):
        function.prepare, function.environment, function.before_stop = prepare, environment or {}, before_stop
        LOADS[name] = function
        return function

    return add


def together(count, work):
    """Calls a function a number of times in parallel; returns the results of successful calls, the seconds of the slowest, and the number of failures in words."""
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        futures = [threads.submit(work, number) for number in range(count)]
    results = [future.result() for future in futures if not isinstance(future.exception(), OSError)]
    broken = count - len(results)
    return results, time.monotonic() - began, f", {broken} broke off or heard nothing for two minutes" if broken else ""


def read_until(connection, ending):
    """Reads an answer until it ends with these bytes or the server closes it; returns the number of bytes."""
    total, tail = 0, b""
    while ending is None or ending not in tail:
        chunk = connection.recv(1 << 18)
        if not chunk:
            break
        total += len(chunk)
        tail = (tail + chunk)[-256:]
    return total


def database(server):
    return sqlite3.connect(server.home / "jobs.db", isolation_level=None)


EVENTS = 49_000
JOBS = 100_000


def fill_events(server):
    """A job that waits for the year 2099, with a long history."""
    with database(server) as jobs:
        jobs.execute("BEGIN")
        jobs.execute(
            "INSERT INTO jobs (id, model, status, created_at, run_after) "
            "VALUES ('long', 'a/b', 'queued', '2026-01-01T00:00:00Z', '2099-01-01T00:00:00Z')")
        jobs.executemany(
            "INSERT INTO job_events (job_id, time, kind, status, stage, message) VALUES ('long', '2026-01-01T00:00:00.000Z', ?, 'queued', NULL, ?)",
            (("requeued", f"attempt {number}: connection refused; next in 8 s") for number in range(EVENTS)))
        jobs.execute("COMMIT")


def fill_jobs(server):
    with database(server) as jobs:
        jobs.execute("BEGIN")
        jobs.executemany(
            "INSERT INTO jobs (id, model, status, created_at, finished_at, error) VALUES (?, ?, 'failed', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', ?)",
            ((f"job-{number}", f"org/model-{number % 500}", "The Hub did not answer. " * 4) for number in range(JOBS)))
        jobs.execute("COMMIT")


def fill_cache(server):
    """Makes a model of 1 GiB in the form of the Hub's own tools."""
    repository = server.cache / "hub" / "models--a--b"
    snapshot = repository / "snapshots" / ("0" * 40)
    for folder in [repository / "blobs", repository / "refs", snapshot]:
        folder.mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    for number in range(4):
        block, digest = os.urandom(1 << 20), hashlib.sha256()
        part = repository / "blobs" / "part"
        with open(part, "wb") as file:
            for _ in range(256):
                file.write(block)
                digest.update(block)
        part.rename(repository / "blobs" / digest.hexdigest())
        (snapshot / f"model-{number}.safetensors").symlink_to(repository / "blobs" / digest.hexdigest())


@load("events", prepare=fill_events)
def events(server):
    """50 clients replay a history of 49,000 events."""

    def replay(_):
        with server.connect() as connection:
            server.request(connection, "GET", "/jobs/long/events")
            return read_until(connection, f"id: {EVENTS}\n".encode())

    sizes, seconds, broken = together(50, replay)
    return f"{sum(sizes) / 1e6:.0f} MB in {seconds:.1f} s{broken}"


@load("export", prepare=fill_jobs)
def export(server):
    """8 clients export 100,000 jobs, and 8 more list them in pages of 1000."""

    def read(number):
        path = "/jobs/export" if number < 8 else "/jobs?limit=1000"
        total = 0
        for _ in range(1 if number < 8 else 20):
            with server.connect() as connection:
                server.request(connection, "GET", path, headers="Connection: close\r\n")
                total += read_until(connection, None)
        return total

    sizes, seconds, broken = together(16, read)
    return f"{sum(sizes) / 1e6:.0f} MB in {seconds:.1f} s{broken}"


@load("json")
def large_json(server):
    """20 bodies of 0.94 MB at once, of each of six kinds, to four routes."""
    size = 940_000
    kinds = [
        b'{"model":"a/b","tags":[' + b"1," * (size // 2) + b"1]}",
        b'{"model":"a/b","tags":[' + b'{"a":0},' * (size // 8) + b"1]}",
        b"{" + b",".join(b'"k%d":0' % number for number in range(size // 11)) + b',"model":"a/b"}',
        b"[" * size,
        b'{"a":' * (size // 5),
        b'{"model":"' + "é\\n".encode() * (size // 4) + b'"}',
    ]
    statuses = {}
    durations = []
    for kind in kinds:
        for path in ["/pull", "/models/gc", "/v1/chat/completions", "/chat"]:

            def send(_):
                with server.connect() as connection:
                    server.request(connection, "POST", path, kind, "Connection: close\r\n")
                    return connection.recv(1 << 16).split()[1].decode()

            results, seconds, _ = together(20, send)
            durations.append(seconds)
            for status in results:
                statuses[status] = statuses.get(status, 0) + 1
    return f"{json.dumps(statuses)}, 20 needed at most {max(durations):.2f} s"


@load("verify", prepare=fill_cache)
def verify(server):
    """30 clients verify 1 GiB at once."""

    def ask(_):
        with server.connect() as connection:
            server.request(connection, "POST", "/models/verify", b"{}", "Connection: close\r\n")
            with connection.makefile("rb") as answer:
                return answer.readline().split()[1].decode(), len(answer.read())

    results, seconds, broken = together(30, ask)
    statuses = [status for status, _ in results]
    return f"{ {status: statuses.count(status) for status in set(statuses)} } in {seconds:.1f} s{broken}"


def fill_both(server):
    fill_events(server)
    fill_jobs(server)


def stall(server, count):
    """Opens connections that request much and do not read."""
    connections = []
    for number in range(count):
        connection = server.connect(receive_buffer=4096)
        server.request(connection, "GET", "/jobs/long/events" if number % 2 else "/jobs/export")
        connections.append(connection)
    return connections


def stall_at_stop(server):
    server.held = stall(server, 10)
    time.sleep(2)


@load("stalled", prepare=fill_both, before_stop=stall_at_stop)
def stalled(server):
    """100 clients request events and exports and do not read; 10 more do so when the server is stopped."""
    before = server.connections()
    held = stall(server, 100)
    time.sleep(60)
    # Seen from the server: a client that does not read never learns that its connection was closed.
    left = server.connections() - before
    for connection in held:
        connection.close()
    return f"the server had {left} more sockets after a minute than before the 100 came"


@load("bodies")
def bodies(server):
    """20 clients send 200 MB after a refusal, and 20 more send a byte a second."""
    block = b"x" * 65536

    def pour(number):
        with server.connect() as connection:
            connection.settimeout(20)
            host = ["evil.example", "localhost"][number % 2]
            path = ["/pull", "/nothing", "/health", "/jobs/long/events"][number % 4]
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 200000000\r\n\r\n".encode())
            sent = 0
            try:
                while sent < 200_000_000:
                    sent += connection.send(block)
            except OSError:
                pass
            return sent

    def drip(_):
        began = time.monotonic()
        with server.connect() as connection:
            connection.settimeout(1)
            connection.sendall(b"POST /pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
            while time.monotonic() - began < 90:
                try:
                    connection.send(b"x")
                    if connection.recv(65536) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            return time.monotonic() - began

    with concurrent.futures.ThreadPoolExecutor(40) as threads:
        pours = [threads.submit(pour, number) for number in range(20)]
        drips = [threads.submit(drip, number) for number in range(20)]
        sizes, times = [pour.result() for pour in pours], [drip.result() for drip in drips]
    return f"at most {max(sizes) / 1e6:.1f} MB were accepted; a slow body was ended after {max(times):.0f} s"


@load("connections")
def connections(server):
    """One address opens 3000 connections and sends nothing."""
    held, refused = [], 0
    for _ in range(3000):
        try:
            held.append(server.connect())
        except OSError:
            refused += 1
    time.sleep(5)
    closed = 0
    for connection in held:
        connection.setblocking(False)
        try:
            closed += connection.recv(65536) is not None
        except BlockingIOError:
            pass
        except OSError:
            closed += 1
    time.sleep(5)
    for connection in held:
        connection.close()
    return f"{len(held) - closed} of 3000 stayed open"
