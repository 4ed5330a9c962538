"""Engines that are killed, aborted and stopped while they answer."""

import http.client
import json
import os
import signal
import statistics
import sys
import threading
import time

from place import MODEL, ChaosServer, Hub

PART = "kills"
SIGNALS = [signal.SIGKILL, signal.SIGABRT, signal.SIGSTOP]
# One more than an engine has slots: one of them waits for its turn.
STREAMS = 5
TOKENS = 60
# The rate at which the pull beside the engines runs, so that it lasts as long as they do.
RATE = 65_536
# Characters after the signal that must be those that the engine generates after the same begin.
SEAM = 20
# By how much an engine that answers others at the same time may find a token less probable (as a natural logarithm) than its best, and take it: rounding.
TIE = 0.3
# Growth of the server's memory that is not a leak.
MOST_GROWTH = 20


class Stream(threading.Thread):
    """A streamed answer without chance."""

    def __init__(self, port, number, begin=""):
        """
        :param begin: the begin of the answer, which the engine is to continue.
        """
        super().__init__()
        self.begin = begin
        self.port, self.number = port, number
        self.text, self.times, self.is_complete, self.error = "", [], False, None
        # The length of the text before each piece.
        self.starts = []

    def question(self, begin):
        messages = [{"role": "user", "content": f"Tell story number {self.number} about the sea."}]
        body = {"model": MODEL, "messages": messages, "temperature": 0, "timeout": 240}
        if begin:
            messages.append({"role": "assistant", "content": begin})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        return body

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        body = self.question(self.begin) | {"max_tokens": TOKENS, "stream": True}
        try:
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            answer = connection.getresponse()
            if answer.status != 200:
                self.error = f"{answer.status} {answer.read(400)!r}"
                return
            while line := answer.readline():
                self.read(line)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.error = self.error or repr(error)
        finally:
            connection.close()

    def read(self, line):
        if line.startswith(b"data: [DONE]"):
            self.is_complete = True
        if not line.startswith(b"data: {"):
            return
        event = json.loads(line[6:])
        if event.get("error"):
            self.error = json.dumps(event["error"])[:400]
        for choice in event.get("choices") or []:
            if text := (choice.get("delta") or {}).get("content"):
                self.starts.append(len(self.text))
                self.text += text
                self.times.append(time.monotonic())

    def disadvantage(self, place):
        """
        Returns by how much less probable than its best token the engine finds the piece of the text at a place, when it answers nothing else; None if
        the piece is none of its best.
        """
        start = max(start for start in self.starts if start <= place)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        try:
            body = self.question(self.text[:start]) | {"max_tokens": 1, "logprobs": True, "top_logprobs": 5}
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            best = json.loads(connection.getresponse().read())["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        finally:
            connection.close()
        taken = [each["logprob"] for each in best if each["token"] and self.text[start:].startswith(each["token"])]
        return max(each["logprob"] for each in best) - max(taken) if taken else None

    def gap(self, moment):
        """Returns the seconds between the last piece before a moment and the first one after it; None without one of them."""
        before = [time for time in self.times if time <= moment]
        after = [time for time in self.times if time > moment]
        return after[0] - before[-1] if before and after else None


def common(one, other):
    return len(os.path.commonprefix([one, other]))


class Rounds:
    """The rounds, and what was seen in them."""

    def __init__(self, server, report):
        self.server, self.report = server, report
        self.undisturbed = []
        # For each signal: streams, those that went on, and those with the undisturbed text.
        self.streams, self.gaps, self.later = {name: [0, 0, 0] for name in SIGNALS}, {name: [] for name in SIGNALS}, []
        # Texts that differed from the undisturbed ones already before the signal.
        self.other = 0
        # By how much less probable the other token was where a text left the expected one soon after the signal.
        self.ties = []

    def answer_undisturbed(self):
        for number in range(STREAMS):
            stream = Stream(self.server.port, number)
            stream.run()
            if not stream.is_complete or stream.error:
                raise RuntimeError(f"the undisturbed answer failed: {stream.error}")
            self.undisturbed.append(stream.text)

    def run(self, number):
        """Sends a signal to the engine while it answers, and examines all answers."""
        name = SIGNALS[number % len(SIGNALS)]
        streams = [Stream(self.server.port, number) for number in range(STREAMS)]
        for stream in streams:
            stream.start()
        pieces = 1 + number * 7 % 40
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and any(stream.is_alive() for stream in streams):
            counts = [len(stream.times) for stream in streams]
            # All but the one that waits have begun.
            if sum(count > 0 for count in counts) >= STREAMS - 1 and max(counts) >= pieces:
                break
            time.sleep(0.002)
        engine = self.server.engine()
        begins = [len(stream.text) for stream in streams]
        moment = time.monotonic()
        if not engine:
            self.report.breach(f"round {number}: there is no engine")
        else:
            os.kill(engine, name)
        for stream in streams:
            stream.join(300)
        for stream, begin in zip(streams, begins):
            self.examine(number, name, stream, begin, moment)
        if name == signal.SIGSTOP:
            # More crashes in a row would be one model's fault, and that is another part.
            self.server.unload()

    def examine(self, number, name, stream, begin, moment):
        whole = self.undisturbed[stream.number]
        self.streams[name][0] += 1
        what = f"round {number}, signal {name.name}, stream {stream.number}"
        if stream.is_alive() or stream.error or not stream.is_complete:
            self.report.breach(f"{what}: {stream.error or 'no end'} after {len(stream.text)} characters, {begin} of them before the signal")
            return
        same = common(stream.text, whole)
        if stream.text != whole and same <= begin:
            # Answers at the same time change the rounding, also without a signal. So the text after the signal is compared
            # with what an engine says after the same begin.
            self.other += 1
            reference = Stream(self.server.port, stream.number, stream.text[:begin])
            reference.run()
            rest = stream.text[begin:]
            if (expected := common(rest, reference.text)) < min(SEAM, len(rest)):
                less = stream.disadvantage(begin + expected)
                if less is None or less > TIE:
                    self.report.breach(f"{what}: after {stream.text[:begin]!r} came {rest!r}, and {reference.text!r} was expected ({less} less probable)")
                    return
                self.ties.append(less)
        if (gap := stream.gap(moment)) is not None:
            self.gaps[name].append(gap)
        self.streams[name][1] += 1
        if stream.text == whole:
            self.streams[name][2] += 1
        elif same > begin:
            self.later.append(same - begin)


def cool_down(server, report):
    """An engine that ends again and again is not started again and again."""
    server.unload()
    killed = 0
    deadline = time.monotonic() + 120
    answer = None
    while killed < 8 and time.monotonic() < deadline:
        answer = server.chat()
        if answer.status != 200:
            break
        if engine := server.engine():
            os.kill(engine, signal.SIGKILL)
            killed += 1
            time.sleep(0.2)
    report.check(answer and answer.status in (429, 502) and not answer.fault, f"after {killed} kills in a row the answer is {answer and answer.status}")
    report.row(PART, "SIGKILL again and again", killed, f"{answer.status} {answer.code}: {answer.sentence}" if answer else "no answer")


def jobs(server):
    return [(job["id"], job["status"], job["attempt"]) for job in server.call("GET", "/jobs")]


def run(options, report):
    """SIGKILL, SIGABRT and SIGSTOP in turn, each under five streams, beside a running pull; then the end of the server itself."""
    server = ChaosServer(options)
    # A round lasts up to half a minute on a slow machine.
    with Hub(options.roost, server.folder, max(32 << 20, options.kills * 30 * RATE)) as hub:
        server.environment["HF_ENDPOINT"] = hub.endpoint
        with server:
            disturb(server, options, report)
            end(server, report)


def disturb(server, options, report):
    rounds = Rounds(server, report)
    rounds.answer_undisturbed()
    pull = server.call("POST", "/pull", {"model": Hub.REPOSITORY, "max_bytes_per_second": RATE})["job_id"]
    deadline = time.monotonic() + 60
    while jobs(server) != [(pull, "running", 1)] and time.monotonic() < deadline:
        time.sleep(0.05)
    before, touched, begin = server.memory(), 0, time.monotonic()
    with server.watched() as seen:
        for number in range(options.kills):
            if number % 10 == 0:
                print(f"  signal {number} of {options.kills}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
            rounds.run(number)
            # On a slow machine the pull can be complete before the last round.
            if (now := jobs(server)) not in ([(pull, "running", 1)], [(pull, "succeeded", 1)]):
                touched += 1
                report.breach(f"round {number}: the jobs are {now}")
    for name in SIGNALS:
        total, went_on, equal = rounds.streams[name]
        gaps = rounds.gaps[name]
        pause = f"; pause {statistics.median(gaps):.1f} s in the median, {max(gaps):.1f} s at most" if gaps else ""
        report.row(PART, f"{name.name} under {STREAMS} streams", total // STREAMS, f"{went_on} of {total} streams went on, {equal} with the undisturbed text to the end{pause}")
    if rounds.later:
        report.row(PART, "texts that differ later", len(rounds.later), f"{min(rounds.later)} to {max(rounds.later)} characters after the signal")
    if rounds.other:
        report.row(PART, "texts that differed before the signal, because of the other streams", rounds.other, "went on as an engine goes on after the same begin")
    if rounds.ties:
        report.row(PART, "of them, left the expected text for a token that is as probable", len(rounds.ties), f"at most {max(rounds.ties):.2f} less (natural logarithm)")
    report.health(PART, seen)
    server.call("POST", f"/jobs/{pull}/rate", {"max_bytes_per_second": None})
    deadline = time.monotonic() + 300
    while jobs(server)[0][1] == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    report.check(jobs(server) == [(pull, "succeeded", 1)], f"the pull beside them ended as {jobs(server)}")
    report.row(PART, "the pull beside them", 1, f"{jobs(server)[0][1]}, touched {touched} times in {time.monotonic() - begin:.0f} s")
    time.sleep(options.rest)
    after = server.memory()
    report.check(after <= before + MOST_GROWTH, f"the server's memory was {before} MB before and is {after} MB after")
    report.row(PART, "memory of the server before / most / after, MB", 1, f"{before} / {seen.most_memory} / {after}")
    cool_down(server, report)


def end(server, report):
    """The engines end with the server, however it ends."""
    server.stop()
    left = server.left_behind()
    report.check(not left, f"after the server's end there is still {left}")
    server.start()
    loaded = server.chat()
    engine = server.engine()
    server.kill()
    orphans = server.left_behind()
    report.check(loaded.status == 200 and engine and not orphans, f"after kill -9 of the server ({loaded.status}) there is still {orphans}")
    report.row(PART, "processes after the end of the server, and after its kill -9", 2, f"{len(left)} and {len(orphans)}")
