"""Programs that are no engine, in the place of llama-server."""

import subprocess
import time

from place import ChaosServer

PART = "no engine"
LOAD_TIMEOUT = 5
# A stop may take as long as a program may ignore the request to end, and a little longer.
LONGEST_STOP = 20
SCRIPTS = {
    "a text file": "This is no program.\n",
    "a script that exits with 3": "#!/bin/sh\necho 'nothing to do here' >&2\nexit 3\n",
    "a script that hangs": "#!/bin/sh\nexec sleep 1000\n",
    "a script that hangs and cannot be asked to end": "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 1; done\n",
    "a script that prints without end": "#!/bin/sh\nexec yes 'I am no engine, but I have much to say.'\n",
    "a script that prints one line without end": "#!/bin/sh\nexec tr '\\0' x </dev/zero\n",
    "a script that kills itself": "#!/bin/sh\nkill -SEGV $$\n",
    "/bin/true": None,
}


def run(options, report):
    """Programs that are no engine: each must end in a sentence, and the server must live."""
    for what, text in SCRIPTS.items():
        server = ChaosServer(options, {"ROOST_MODEL_LOAD_TIMEOUT": str(LOAD_TIMEOUT)}, engine="/bin/true")
        if text:
            program = server.folder / "engine"
            program.write_text(text)
            program.chmod(0o755)
            server.environment["ROOST_LLAMA_SERVER"] = str(program)
        with server:
            examine(server, what, report)
    refused(options, report)


def examine(server, what, report):
    begin = time.monotonic()
    with server.watched() as seen:
        answer = server.chat()
        again = server.chat()
    seconds = time.monotonic() - begin
    for found in [answer, again]:
        report.check(found.status in (502, 503, 429) and not found.fault, f"{what}: {found.fault or found.status}")
    failed = sum(1 for time in seen.times if time >= 60_000)
    report.check(seen.times and not failed, f"{what}: {failed} requests for /health failed")
    stop = server.stop()
    left = server.left_behind()
    report.check(stop <= LONGEST_STOP and not left, f"{what}: the stop lasted {stop:.0f} s, and there is still {left}")
    sentence = answer.sentence.replace(str(server.folder), "…").replace("|", "\\|")
    report.row(PART, what, 2, f"{answer.status} after {seconds:.1f} s, {seen.most_memory} MB at most, slowest `/health` {max(seen.times, default=0):.0f} ms: {sentence}")


def refused(options, report):
    """A file that is no program at all is refused when the server starts."""
    with ChaosServer(options) as server:
        server.stop()
        file = server.folder / "engine"
        file.write_text("text")
        result = subprocess.run(
            [options.roost, "serve"], env=server.environment | {"ROOST_LLAMA_SERVER": str(file)}, capture_output=True, text=True, timeout=60)
        words = (result.stderr or result.stdout).strip().replace(str(server.folder), "…")
        report.check(result.returncode not in (0, None) and result.returncode > 0 and words.count("\n") == 0, f"a file without permission to run: {result.returncode} {words}")
        report.row(PART, "a file that is not executable", 1, f"the start ends with {result.returncode}: {words}")
