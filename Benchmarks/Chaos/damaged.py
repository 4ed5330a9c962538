"""Model files with flipped bits and files that are cut, in the cache of a running server."""

import collections
import os
import random
import struct

from place import ChaosServer

PART = "damaged models"


class Head:
    """Reads a GGUF file, version 3, as far as its weights (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""

    SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    TEXT, LIST = 8, 9

    def __init__(self, file):
        self.file = file

    def number(self, form):
        return struct.unpack("<" + form, self.file.read(struct.calcsize(form)))[0]

    def skip_text(self):
        self.file.seek(self.number("Q"), os.SEEK_CUR)

    def skip_value(self, kind):
        if kind == self.TEXT:
            self.skip_text()
        elif kind == self.LIST:
            kind, count = self.number("I"), self.number("Q")
            if kind in self.SIZES:
                self.file.seek(self.SIZES[kind] * count, os.SEEK_CUR)
            else:
                for _ in range(count):
                    self.skip_value(kind)
        else:
            self.file.seek(self.SIZES[kind], os.SEEK_CUR)

    def ends(self):
        """Returns the offsets of the end of the fields and of the end of the table."""
        self.file.seek(8)
        tensors, fields = self.number("Q"), self.number("Q")
        for _ in range(fields):
            self.skip_text()
            self.skip_value(self.number("I"))
        end_of_fields = self.file.tell()
        for _ in range(tensors):
            self.skip_text()
            self.file.seek(8 * self.number("I") + 12, os.SEEK_CUR)
        return end_of_fields, self.file.tell()


class Cases:
    """Damages the model's file, and examines what a request gets."""

    def __init__(self, server, report):
        self.server, self.report = server, report
        self.ends, self.sentences = collections.Counter(), {}

    def examine(self, what):
        process = self.server.process.pid
        try:
            answer = self.server.chat()
        except OSError as error:
            self.report.breach(f"{what}: no answer: {error!r}")
            return
        if answer.fault:
            self.report.breach(f"{what}: {answer.fault}")
        self.report.check(self.server.process.poll() is None and self.server.process.pid == process, f"{what}: the server has ended")
        self.ends["answers" if answer.status == 200 else f"{answer.status} {answer.code}"] += 1
        self.sentences.setdefault(f"{answer.status} {answer.code}", answer.sentence)
        self.server.unload()

    def row(self, what):
        words = ", ".join(f"{count} × {end}" for end, count in self.ends.most_common())
        self.report.row(PART, what, sum(self.ends.values()), words)
        self.ends.clear()


def run(options, report):
    """The real model with random flips in its fields and in the table of its tensors, and cut at many places."""
    generator = random.Random(options.seed)
    with ChaosServer(options, {"MODEL_LOAD_COOLDOWN": "0", "ROOST_MODEL_LOAD_TIMEOUT": "120"}, copies=True) as server:
        with open(server.file, "rb") as file:
            fields, table = Head(file).ends()
        with server.watched() as seen:
            cases = Cases(server, report)
            for part, begin, end in [("flips in the fields", 0, fields), ("flips in the table of tensors", fields, table), ("flips in the weights", table, None)]:
                for _ in range(max(1, options.damages // 4)):
                    flip(server.file, generator, begin, end or server.file.stat().st_size, lambda words: cases.examine(f"{part}: {words}"))
                cases.row(part)
            # From the end to the begin, so that nothing has to be written again.
            size = server.file.stat().st_size
            places = [0, 1, 3, 4, 7, 8, 23, 24, 25, fields - 1, fields, fields + 1, table - 1, table, table + 1, size - 1, size // 2]
            places += [generator.randrange(fields) for _ in range(options.damages // 16)] + [generator.randrange(table, size) for _ in range(options.damages // 16)]
            for place in sorted(set(places), reverse=True):
                os.truncate(server.file, place)
                cases.examine(f"cut after {place} bytes")
            cases.row("cut")
        report.health(PART, seen)
        for end, sentence in cases.sentences.items():
            if sentence:
                report.row(PART, f"for example {end}", 1, sentence.replace(str(server.folder), "…").replace("|", "\\|"))


def flip(path, generator, begin, end, examine):
    """Flips one to three bits, calls `examine` and flips them back."""
    places = [(generator.randrange(begin, end), 1 << generator.randrange(8)) for _ in range(generator.randrange(1, 4))]

    def toggle():
        with open(path, "r+b") as file:
            for place, bit in places:
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ bit]))

    toggle()
    examine(", ".join(f"byte {place} bit {bit}" for place, bit in places))
    toggle()
