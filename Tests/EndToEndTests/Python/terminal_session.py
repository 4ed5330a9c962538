"""Runs a command on a terminal of its own and types on it.

Usage: terminal_session.py STEPS COMMAND...

STEPS is a JSON array: {"await": TEXT} waits until the terminal shows the text after what was awaited before, {"send": TEXT, "times": N} types,
{"columns": N} sets the width, {"signal": N} sends a signal to the command. Prints all that the terminal showed; exits as the command does,
and with 99 when something awaited did not come in 60 seconds.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time


def main():
    steps = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, place = bytearray(), 0
    gone = False

    def read(pause):
        nonlocal gone
        if gone or not select.select([terminal], [], [], pause)[0]:
            return
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:
            data = b""
        gone = not data
        shown.extend(data)

    failure = None
    for step in steps:
        if "columns" in step:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, step["columns"], 0, 0))
        if "signal" in step:
            os.kill(child, step["signal"])
        if "send" in step:
            rest = step["send"].encode() * step.get("times", 1)
            while rest and not gone:
                # Both directions, so that neither side waits for the other for ever.
                read(0)
                if select.select([], [terminal], [], 0.1)[1]:
                    rest = rest[os.write(terminal, rest[:1024]):]
        if "await" in step:
            wanted, deadline = step["await"].encode(), time.monotonic() + 300
            while (found := shown.find(wanted, place)) < 0 and not gone and time.monotonic() < deadline:
                read(0.1)
            if found < 0:
                failure = f"\n[not shown: {step['await']!r}]"
                break
            place = found + len(wanted)
    deadline = time.monotonic() + (1 if failure else 60)
    while not gone and time.monotonic() < deadline:
        read(0.1)
    sys.stdout.write(shown.decode(errors="replace") + (failure or ""))
    sys.stdout.flush()
    if failure or not gone:
        os.kill(child, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(99 if failure else 128 - status if status < 0 else status)


main()
