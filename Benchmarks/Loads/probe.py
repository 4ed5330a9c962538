"""Requests `/health` of a server every 20 ms from 127.0.0.2, until a line arrives on standard input. Prints a line after the first one, and at the
end the latencies in ms as JSON.

Each latency counts from the time at which the request was due: a server that is silent for a second has delayed fifty requests, not one.
"""

import http.client
import json
import sys
import threading
import time

PAUSE = 0.02


def main(port):
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
    connection, times = None, []
    due = time.monotonic()
    while not over.is_set():
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=("127.0.0.2", 0))
            connection.request("GET", "/health", headers={"Host": "localhost"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        except (OSError, http.client.HTTPException):
            connection = None
            times.append(60_000)
        else:
            times.append((time.monotonic() - due) * 1000)
        if len(times) == 1:
            print("begun", flush=True)
        due += PAUSE
        # Requests that were due while this one waited were delayed too.
        while due < time.monotonic() - PAUSE:
            times.append((time.monotonic() - due) * 1000)
            due += PAUSE
        over.wait(max(0, due - time.monotonic()))
    print(json.dumps(times))


main(int(sys.argv[1]))
