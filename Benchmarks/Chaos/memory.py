"""Engines with too little memory."""

import os
import pathlib
import time

from place import ChaosServer

PART = "memory"


class Group:
    """A control group with a limit of memory, below the one of this process; a context manager.

    :raises OSError: when groups cannot be made here.
    """

    def __init__(self, limit):
        self.limit = limit

    def __enter__(self):
        self.folder, limit = self.place()
        self.folder.mkdir()
        try:
            (self.folder / limit).write_text(str(self.limit))
        except OSError:
            self.folder.rmdir()
            raise
        return self

    def __exit__(self, *_):
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.folder.rmdir()
            except OSError:
                # The system may still be ending its processes.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    @staticmethod
    def place():
        """Returns the folder for a new group and the file of its limit, for both versions of the interface."""
        name = f"roost-chaos-{os.getpid()}"
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if "memory" in controllers.split(","):
                return pathlib.Path(f"/sys/fs/cgroup/memory{path}") / name, "memory.limit_in_bytes"
        if "memory" in pathlib.Path("/sys/fs/cgroup/cgroup.controllers").read_text().split():
            own = pathlib.Path("/proc/self/cgroup").read_text().strip().rpartition("::")[2]
            return pathlib.Path(f"/sys/fs/cgroup{own}") / name, "memory.max"
        raise OSError("there is no control group of memory")

    def wrap(self, command):
        """Returns a shell script that runs a command in the group."""
        return f"#!/bin/sh\necho $$ >{self.folder}/cgroup.procs\nexec {command} \"$@\"\n"


def program(server, text):
    """Puts a script in the place of llama-server. It uses files that a confined engine may not use."""
    path = server.folder / "engine"
    path.write_text(text)
    path.chmod(0o755)
    server.environment |= {"ROOST_LLAMA_SERVER": str(path), "ROOST_UNCONFINED_ENGINES": "true"}


def run(options, report):
    """An engine under `ulimit`, a server in a control group smaller than the model, and an engine in one that is too small."""
    size = options.model.stat().st_size
    server = ChaosServer(options, {"MODEL_LOAD_COOLDOWN": "0"})
    program(server, f"#!/bin/sh\nulimit -v {size // 1024 + 50_000}\nexec {options.engine} \"$@\"\n")
    with server:
        examine(server, "an engine under `ulimit -v`", (502,), report)
    with ChaosServer(options, {"MODEL_LOAD_COOLDOWN": "0", "ROOST_ENGINE_MEMORY_LIMIT": "256MiB", "ROOST_CONTEXT_LENGTH": "8192"}) as server:
        examine(server, "an engine that may have too little (`engine_memory_limit`)", (502,), report)
    try:
        with Group(size * 9 // 10) as group:
            in_group(options, group, report)
        with Group(size) as group:
            engine_in_group(options, group, report)
    except OSError as error:
        report.row(PART, "control groups", 0, f"not possible here: {error}")


def in_group(options, group, report):
    """The server counts with the limit of its group, and does not start an engine that cannot fit."""
    server = ChaosServer(options, {"MODEL_LOAD_COOLDOWN": "0"})
    wrapper = server.folder / "roost"
    wrapper.write_text(group.wrap(options.roost))
    wrapper.chmod(0o755)
    server.roost = wrapper
    with server:
        examine(server, "a server in a control group smaller than the model", (400,), report)


def engine_in_group(options, group, report):
    """The system kills an engine that needs more than its group has."""
    server = ChaosServer(options, {"MODEL_LOAD_COOLDOWN": "0"})
    program(server, group.wrap(options.engine))
    with server:
        examine(server, "an engine in a control group smaller than what it needs", (502,), report)


def examine(server, what, statuses, report):
    with server.watched() as seen:
        answer = server.chat()
    report.check(answer.status in statuses and not answer.fault, f"{what}: {answer.fault or answer.status}")
    failed = sum(1 for time in seen.times if time >= 60_000)
    report.check(seen.times and not failed, f"{what}: {failed} requests for /health failed")
    server.stop()
    left = server.left_behind()
    report.check(not left, f"{what}: there is still {left}")
    report.row(PART, what, 1, f"{answer.status} {answer.code}: {answer.sentence.replace(str(server.folder), '…')}")
