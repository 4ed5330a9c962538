"""`/health` beside connections that do nothing, its requests per second, and the memory of a server at rest."""

import socket
import sys
import threading
import time

from goal import Goal

CONTEXT = 4096
GOALS = [
    Goal("health", "(h) p99 of /health with 500 idle and 200 half-open connections", "ms", lambda ours, _: ours <= 50, "≤ 50 ms"),
    Goal("requests", "/health requests/s", "requests/s", lambda _, ratio: ratio is not None and ratio >= 12, "≥ 12 × FastAPI with uvicorn", other="FastAPI"),
    Goal("memory", "resident memory of `roost serve` at rest", "MB", lambda ours, _: ours <= 60, "≤ 60 MB"),
]
REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def measure(server, options):
    """`/health` and nothing else; the requests per second are those of 4 connections with 16 requests under way each."""
    figures = {"memory": server.memory()} if server.names["one"] != "one" else {}
    if server.names["one"] != "one":
        figures["requests"] = requests_per_second(server.port, 0.5 if options.quick else 2)
    held = hold(server.port)
    try:
        figures["health"] = p99(server.port, 50 if options.quick else 300)
    finally:
        for connection in held:
            connection.close()
    return figures


def hold(port):
    held = []
    for number in range(700):
        connection = socket.socket()
        connection.settimeout(5)
        if sys.platform == "linux":
            connection.bind((f"127.0.0.{2 + number % 7}", 0))
        try:
            connection.connect(("127.0.0.1", port))
            if number >= 500:
                connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localh")
        except OSError:
            pass
        held.append(connection)
    return held


def p99(port, count):
    """Returns milliseconds; each request has a connection of its own and gets 2 s at most."""
    times, deadline = [], time.monotonic() + 10
    while len(times) < count and time.monotonic() < deadline:
        began = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.settimeout(2)
                connection.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    raise OSError
            times.append(time.monotonic() - began)
        except OSError:
            times.append(max(2, time.monotonic() - began))
        time.sleep(0.005)
    return 1000 * sorted(times)[int(0.99 * (len(times) - 1))]


def requests_per_second(port, seconds, request=REQUEST):
    counts, over = [], time.monotonic() + seconds

    def load():
        done = 0
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            while time.monotonic() < over:
                connection.sendall(request * 16)
                answered, tail = 0, b""
                while answered < 16:
                    block = connection.recv(1 << 16)
                    if not block:
                        raise OSError("the server closed the connection")
                    tail += block
                    answered += tail.count(b"HTTP/1.1 200")
                    tail = tail[-11:] if not tail.endswith(b"HTTP/1.1 200") else b""
                done += answered
        counts.append(done)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
