"""Makes the table of Documentation/faults.md of the lines that FaultTests print: one row a fault, all its runs together."""

import pathlib
import re
import sys

log, document = map(pathlib.Path, sys.argv[1:])
BEGIN, END = "<!-- made by scripts/faults -->", "<!-- end -->"

runs = {}
for line in log.read_text(errors="replace").splitlines():
    if line.startswith("fault | "):
        number, name, seed, way, end, requests, seconds, memory, words = [field.strip() for field in line.split(" | ", 9)[1:]]
        runs.setdefault(int(number), []).append((name, int(seed), way, end, int(requests), float(seconds), int(memory), words))


def span(values, digits=0):
    low, high = (f"{value:.{digits}f}" for value in (min(values), max(values)))
    return low if low == high else f"{low}–{high}"


# What differs from run to run says nothing; nor do the words about the next try.
SHORTER = [
    (r" Try \d+ in a row; the next begins in \d+ s\.$", ""), (r"127\.0\.0\.1:\d+", "hub"), (r"x{64}", "…"), (r"sha256:([0-9a-f]{8})[0-9a-f]{56}", r"sha256:\1…"),
    (r"\b([0-9a-f]{8})[0-9a-f]{32}\b", r"\1…"), (r"^The server that ran it ended\.$", "–"),
]


def shorter(words):
    for pattern, replacement in SHORTER:
        words = re.sub(pattern, replacement, words)
    return words


def ends(some):
    return ", ".join(sorted({run[3] for run in some}))


rows = ["| no. | fault | seeds: end | after `kill -9` | requests | seconds | peak, MiB | what the job says |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
for number, all_runs in sorted(runs.items()):
    pulls = [run for run in all_runs if run[2] == "pull"]
    kills = [run for run in all_runs if run[2] == "kill"]
    words = next((run[7] for run in pulls if run[7]), "") or next((run[7] for run in kills if run[7]), "–")
    rows.append(
        f"| {number} | {all_runs[0][0]} | {len(pulls)}: {ends(pulls)} | {ends(kills)} | {span([run[4] for run in all_runs])} | "
        f"{span([run[5] for run in all_runs], 1)} | {max([run[6] for run in kills], default=0)} | {shorter(words)} |"
    )

text = document.read_text()
head, rest = text.split(BEGIN, 1)
document.write_text(head + BEGIN + "\n\n" + "\n".join(rows) + "\n\n" + END + rest.split(END, 1)[1])
