"""What is measured: each function yields figures."""

import contextlib
import random
import sqlite3
import time
from datetime import datetime

from axe_playwright_python.sync_playwright import Axe
from browser import VIEWS, Browser
from figures import Figure
from quiet import QuietBrowser
from server import Server

MOST_BYTES, INTERACTIVE, EVENT, FRAMES = 150_000, 300, 100, 50
COUNTS = (1_000, 10_000)
LATER = "2099-01-01T00:00:00Z"


def all_figures(options):
    with Browser(options.chromium) as browser:
        for count in COUNTS:
            with filled(options, count) as server:
                if count == COUNTS[0]:
                    yield from whole(browser, server)
                yield from loads(options.chromium, server, count, 2 if options.quick else 10)
                yield from events(browser, server, count, 5 if options.quick else 60)
                yield from scrolling(browser, server, count, 2 if options.quick else 10)


@contextlib.contextmanager
def filled(options, count):
    """A server with pulls that wait for the year 2099, so that only the measurement changes them."""
    with Server(options.roost, {}) as server:
        server.stop()
        with contextlib.closing(database(server)) as jobs:
            jobs.execute("BEGIN")
            jobs.executemany(
                "INSERT INTO jobs (id, model, status, created_at, run_after) VALUES (?, ?, 'queued', ?, ?)",
                ((f"job-{number}", f"many/model-{number}", f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z", LATER) for number in range(count)))
            jobs.execute("COMMIT")
        server.start()
        server.url = f"http://127.0.0.1:{server.port}"
        yield server


def database(server):
    return sqlite3.connect(server.home / "jobs.db", isolation_level=None)


def whole(browser, server):
    """All views: their bytes, what axe finds, and what the browser reports."""
    files, findings, reports = {}, [], []
    for scheme in ("light", "dark"):
        with browser.visit(server.url, color_scheme=scheme) as visit:
            for view in VIEWS:
                visit.see(view)
                visit.page.wait_for_timeout(500)
                findings += Axe().run(visit.page).response["violations"]
            visit.page.keyboard.press("Alt+n")
            visit.page.wait_for_selector("dialog")
            findings += Axe().run(visit.page).response["violations"]
            files |= visit.bytes
            reports += visit.page.evaluate("window.watch.reports") + visit.faults
    for finding in findings:
        print(f"  {finding['id']}: {finding['help']}", flush=True)
    for report in reports:
        print(f"  {report}", flush=True)
    yield Figure(f"bytes of the page, in {len(files)} files", [sum(files.values())], "B", MOST_BYTES)
    yield Figure("findings of axe, in all views, light and dark", [len(findings)], "", 0)
    yield Figure("reports of the Content Security Policy, and errors of scripts", [len(reports)], "", 0)


def loads(chromium, server, count, times):
    """From the start of a load to rows and input: each time with a new cache, and again with what that one has."""
    with QuietBrowser(chromium) as browser:
        cold, warm = zip(*(browser.loads(server.url) for _ in range(times)))
    yield Figure(f"load until interactive, {count:,} pulls, empty cache", cold, "ms", INTERACTIVE)
    yield Figure(f"load until interactive, {count:,} pulls, warm cache", warm, "ms", INTERACTIVE)


def events(browser, server, count, times):
    """From a change that is written, which is when its request is answered, to its row: of pulls that are there, and of new ones. Beside it the same
    from the event's own time, which is before its commit and so has the disk in it."""
    chance = random.Random(1)
    with browser.visit(server.url) as visit, contextlib.closing(database(server)) as jobs:
        visit.open()
        visit.page.wait_for_function("count => document.querySelector('roost-rows').getAttribute('aria-rowcount') === String(count)", arg=count)
        visit.page.evaluate("window.watch.rows()")
        wanted, added = [], []
        newest = f"job-{count - 1}"

        def change(*request):
            # Not in step with the browser's frames.
            time.sleep(chance.uniform(0.1, 0.2))
            return server.call("POST", *request).get("job_id", newest), time.time() * 1000

        for number in range(1, times + 1):
            wanted.append((*change(f"/jobs/{newest}/priority", {"priority": number}), f"priority {number}"))
        for number in range(times):
            added.append((*change("/pull", {"model": f"fresh/model-{number}", "run_after": LATER}), "begins"))
        visit.page.wait_for_function("id => window.watch.changes.some((change) => change.id === id)", arg=added[-1][0])
        seen = visit.page.evaluate("window.watch.changes")
        for title, expected in (("a changed row", wanted), ("a new row", added)):
            written, stamped = delays(jobs, expected, seen)
            yield Figure(f"event written until {title}, {count:,} pulls", written, "ms", EVENT, of="largest")
            yield Figure(f"the same from the event's own time, with the disk, {count:,} pulls", stamped, "ms", of="largest")


def delays(jobs, expected, seen):
    """Returns the milliseconds until the first text of a row that tells its event: from the answer to the change, and from the event's time."""
    ids, written, stamped = {identifier for identifier, _, _ in expected}, [], []
    rows = jobs.execute("SELECT job_id, time FROM job_events WHERE kind IN ('created', 'reprioritized') ORDER BY seq").fetchall()
    times = [datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp() * 1000 for identifier, when in rows if identifier in ids]
    changes = iter(seen)
    for (identifier, answered, word), when in zip(expected, times, strict=True):
        change = next(each for each in changes if each["id"] == identifier and word in each["text"] and each["time"] >= when - 1)
        # A row can be there before the answer has been read.
        written.append(max(0, change["time"] - answered))
        stamped.append(change["time"] - when)
    return written, stamped


def scrolling(browser, server, count, seconds):
    """Frames while a list is scrolled from its top to its end."""
    with browser.visit(server.url, viewport={"width": 1440, "height": 900}) as visit:
        visit.open()
        visit.page.wait_for_function("count => Number(document.querySelector('roost-rows').getAttribute('aria-rowcount')) >= count", arg=count)
        seen = visit.page.evaluate("seconds => window.watch.scroll(seconds)", seconds)
        frames = seen["frames"]
        yield Figure(f"frames per second of a scroll over {count:,} pulls", [len(frames) * 1000 / sum(frames)], "", FRAMES, is_least=True)
        yield Figure(f"time between frames, {count:,} pulls", frames, "ms")
        yield Figure(f"longest task of that scroll, {count:,} pulls", [seen["longest"]], "ms")
