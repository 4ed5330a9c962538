"""Uses the web page of a server in a real Chromium, as people would: web_page.py TASK URL [ARGUMENT…]

Each task prints `good` at the end, or what is wrong. Nothing on the page may cause an error in the console, a report of its Content
Security Policy, or a finding of axe; no text of a name, an error or an answer may become an element.
"""

import hashlib
import json
import os
import pathlib
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

task, url, *arguments = sys.argv[1:]
expect.set_options(timeout=300_000)
hostile = "<img src=x onerror=window.hacked=1>"
watch = """
window.reports = [];
document.addEventListener('securitypolicyviolation', (event) => window.reports.push(event.violatedDirective + ' ' + event.blockedURI));
"""


def ask(method, path, body=None, headers={}):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, dict(headers), method=method)) as response:
        text = response.read()
    return json.loads(text) if text else None


def until(look, what, limit=300):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = look()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"did not happen: {what}")


class Browser:
    """A page, and everything that went wrong on it."""

    def __init__(self, chromium, **options):
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(300_000)
        self.context.add_init_script(watch)
        self.faults, self.bytes = [], {}
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        # A status of 4xx is an answer that the page shows; the console repeats it.
        self.page.on("console", lambda said: said.type in ("error", "warning") and "status of 4" not in said.text and self.faults.append(f"console: {said.text}"))
        self.page.on("response", self.count)

    def count(self, response):
        path = response.url.removeprefix(url)
        if response.status == 200 and (path == "/" or path.startswith("/page/")) and path not in ("/page/me", "/page/login"):
            self.bytes[path] = int(response.headers["content-length"])

    def see(self, view, heading=None):
        self.page.goto(f"{url}/#/{view}")
        expect(self.page.locator("h1")).to_have_text(heading or view.split("/")[0].capitalize())

    def sound(self, what):
        """No fault until now, and no finding of axe."""
        reports = self.page.evaluate("window.reports")
        hacked = self.page.evaluate("window.hacked")
        assert not self.faults and not reports and hacked is None, (what, self.faults, reports, hacked)
        found = Axe().run(self.page).response["violations"]
        assert not found, (what, [(finding["id"], finding["help"], [node["html"][:200] for node in finding["nodes"]]) for finding in found])

    def row(self, name):
        return self.page.locator("roost-rows [role=row]:visible", has=self.page.locator(".name", has_text=name))

    def press(self, name, scope=None):
        (scope or self.page).get_by_role("button", name=name, exact=True).click()

    def confirm(self, name):
        self.press(name, self.page.locator("dialog"))

    def note(self, text):
        expect(self.page.locator(".notes")).to_contain_text(text)


def middle(locator):
    box = locator.bounding_box()
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def dragged(page, row, target, send):
    """Goes from the grip of a row to another row, in steps."""
    begin, end = middle(row.locator(".grip")), middle(target)
    send("press", begin)
    for step in range(1, 11):
        send("move", {"x": begin["x"], "y": begin["y"] + (end["y"] - begin["y"]) * step / 10})
    expect(page.page.locator("[role=row].dragged")).to_have_count(1)
    expect(page.page.locator("[data-drop=before], [data-drop=after]")).to_have_count(1)
    send("release", end)


def finger(page, row, target):
    session = page.context.new_cdp_session(page.page)
    kinds = {"press": "touchStart", "move": "touchMove", "release": "touchEnd"}
    dragged(page, row, target, lambda kind, point: session.send(
        "Input.dispatchTouchEvent", {"type": kinds[kind], "touchPoints": [] if kind == "release" else [point]}))
    session.detach()


def pen(page, row, target):
    session = page.context.new_cdp_session(page.page)
    kinds = {"press": "mousePressed", "move": "mouseMoved", "release": "mouseReleased"}
    dragged(page, row, target, lambda kind, point: session.send(
        "Input.dispatchMouseEvent", {"type": kinds[kind], "pointerType": "pen", "button": "left", "buttons": int(kind != "release"), "clickCount": 1, **point}))
    session.detach()


def job(identifier):
    return ask("GET", f"/jobs/{identifier}")


def pulls(page, model):
    """What a person does with pulls: by the keyboard, by buttons, by dragging."""
    page.see("pulls")
    expect(page.page.locator(".empty")).to_contain_text("No pulls yet")
    page.sound("no pulls")
    page.page.keyboard.press("Alt+n")
    expect(page.page.get_by_label("Model", exact=True)).to_be_focused()
    page.page.keyboard.type(model)
    page.page.keyboard.press("Enter")
    preview = page.page.locator("dialog .preview")
    expect(preview).to_contain_text("Q4_1")
    for text in ("98.4 MB", "Disk", "Memory", "SmolLM2-135M-Instruct-Q4_1.gguf", "fits"):
        expect(preview).to_contain_text(text)
    page.sound("dry run")
    page.page.keyboard.press("Enter")
    detail = page.page.locator("aside")
    expect(detail.locator(".badge").first).to_have_text("done")
    for text in ("created", "started", "succeeded", "Folder"):
        expect(detail).to_contain_text(text)
    detail.locator("summary", has_text="Files").click()
    expect(detail.locator("table")).to_contain_text("sha256:")
    page.sound("detail")
    page.page.keyboard.press("Escape")
    expect(detail).to_have_count(0)

    # Another quantisation than the proposed one: a look at it, and its pull.
    page.press("New pull")
    page.page.get_by_label("Model", exact=True).fill("noise/two")
    page.page.keyboard.press("Enter")
    offered = preview.get_by_role("group", name="Other quantisations")
    expect(offered.get_by_role("button", name="Q4_0")).to_have_attribute("aria-pressed", "true")
    page.press("Q8_0", offered)
    expect(offered.get_by_role("button", name="Q8_0")).to_have_attribute("aria-pressed", "true")
    expect(preview).to_contain_text("noise-Q8_0.gguf")
    page.sound("another quantisation")
    page.press("Pull", page.page.locator("dialog"))
    expect(detail.locator(".name").first).to_have_text("noise/two:Q8_0")
    until(lambda: page.page.locator("aside .badge").first.inner_text() in ("done", "failed"), "the pull has ended")
    page.press("Delete", detail)
    page.confirm("Delete the job")
    expect(page.row("noise/two")).to_have_count(0)

    # One pull runs at a time, slowly; four wait.
    slow = ask("POST", "/pull", {"model": "noise/slow", "max_bytes_per_second": 65536, "user_id": hostile, "tags": [hostile]})["job_id"]
    until(lambda: job(slow)["status"] == "running", "the slow pull runs")
    names = ["noise/a", "noise/b", "noise/c", "noise/d"]
    queued = {name: ask("POST", "/pull", {"model": name})["job_id"] for name in names}
    expect(page.row("noise/slow").locator(".line")).to_contain_text(hostile)
    expect(page.row("noise/slow").locator(".size")).to_contain_text("of 62.9 MB")

    def order():
        return [text for text in page.page.locator("roost-rows [role=row]:visible").evaluate_all(
            "rows => rows.sort((one, other) => one.index - other.index).map(row => row.querySelector('.name').textContent)") if text in names]

    def ranks():
        jobs = {name: job(identifier) for name, identifier in queued.items()}
        return sorted(names, key=lambda name: time.mktime(time.strptime(jobs[name]["created_at"][:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + jobs[name]["created_at"][19:23]) - 600 * jobs[name]["priority"])

    until(lambda: order() == names, "the queue is shown in its order")
    page.page.locator("roost-rows [tabindex='0']").first.focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.page.keyboard.press(key)
    page.page.keyboard.press("Alt+ArrowUp")
    wanted = ["noise/a", "noise/c", "noise/b", "noise/d"]
    until(lambda: order() == wanted and ranks() == wanted, "a job moves up by the keyboard")
    assert page.page.evaluate("document.activeElement.querySelector('.name').textContent") == "noise/c", "the focus stays with the job"
    # Who may give no priority above 0 lowers the others instead.
    plans = page.page.evaluate("""async () => {
        const { moved } = await import(new URL('./queue.js', document.querySelector('script[type=module]').src));
        const queue = ['a', 'b', 'c'].map((id, created) => ({ id, created, priority: 0 }));
        return [moved(queue, 2, 0), moved(queue, 2, 0, 0)].map((plan) => [...plan]);
    }""")
    assert plans == [[["c", 1]], [["a", -1], ["b", -1]]], plans
    page.row("noise/d").drag_to(page.row("noise/a"))
    wanted = ["noise/d", "noise/a", "noise/c", "noise/b"]
    until(lambda: order() == wanted and ranks() == wanted, "a job is dragged to the front")
    expect(detail).to_have_count(0)
    begin, end = middle(page.row("noise/b")), middle(page.row("noise/d"))
    page.page.mouse.move(**begin)
    page.page.mouse.down()
    page.page.mouse.move(**end, steps=5)
    expect(page.page.locator("[role=row].dragged")).to_have_count(1)
    page.page.keyboard.press("Escape")
    expect(page.page.locator("[role=row].dragged")).to_have_count(0)
    page.page.mouse.up()
    assert order() == wanted, "Escape lets go of a row"
    page.row("noise/b").focus()
    page.page.keyboard.press("Alt+Home")
    wanted = ["noise/b", "noise/d", "noise/a", "noise/c"]
    until(lambda: order() == wanted and ranks() == wanted, "a job gets to the front by the keyboard")
    for how, wanted in ((finger, ["noise/d", "noise/a", "noise/b", "noise/c"]), (pen, ["noise/d", "noise/b", "noise/a", "noise/c"])):
        how(page, page.row("noise/b"), page.row("noise/a"))
        until(lambda: order() == wanted and ranks() == wanted, f"a job is dragged by a {how.__name__}")
        expect(detail).to_have_count(0)
    page.row("noise/c").focus()
    page.page.keyboard.press("Enter")
    for name, wanted in (("First", ["noise/c", "noise/d", "noise/b", "noise/a"]), ("Down", ["noise/d", "noise/c", "noise/b", "noise/a"]), ("Up", ["noise/c", "noise/d", "noise/b", "noise/a"])):
        page.press(name, detail)
        until(lambda: order() == wanted and ranks() == wanted, f"a job moves by the button {name}")
    page.row("noise/b").click()
    priority = detail.get_by_label("Priority")
    priority.fill("50")
    for action, state in (("pause", "paused"), ("resume", "queued")):
        ask("POST", f"/jobs/{queued['noise/b']}/{action}")
        expect(detail.locator(".badge").first).to_have_text(state)
        expect(priority).to_have_value("50")
        expect(priority).to_be_focused()
    page.press("Set priority", detail)
    until(lambda: job(queued["noise/b"])["priority"] == 50, "the priority is set")
    until(lambda: order()[0] == "noise/b", "the priority moves the job")

    # A pull that leaves the queue under the pointer takes no other one to the first place.
    until(lambda: len(order()) == 4, "the queue is shown")
    first, *_, target, last = order()
    page.page.mouse.move(**middle(page.row(last)))
    page.page.mouse.down()
    page.page.mouse.move(**middle(page.row(target)), steps=5)
    expect(page.page.locator("[data-drop=before]")).to_have_count(1)
    ask("POST", f"/jobs/{queued[target]}/pause")
    expect(page.row(target).locator(".line")).to_contain_text("paused")
    before = ranks()
    page.page.mouse.up()
    expect(page.page.locator("[role=row].dragged")).to_have_count(0)
    ask("POST", f"/jobs/{queued[target]}/resume")
    expect(page.row(target).locator(".line")).to_contain_text("queued")
    assert order()[0] == first and ranks() == before, (order(), before)
    waiting = page.page.evaluate("async () => (await import(document.querySelector('[href$=\"/pulls.js\"]').href)).actionsOf({status: 'queued', stage: 'waiting_network'})")
    assert waiting == ["resume", "pause", "cancel"], waiting

    # Pause, resume, cancel, retry: of the slow one, and of one in the queue.
    page.press("Pause", page.row("noise/a"))
    until(lambda: job(queued["noise/a"])["stage"] == "paused", "a queued job is paused")
    expect(page.row("noise/a").locator(".line")).to_contain_text("paused")
    page.press("Resume", page.row("noise/a"))
    until(lambda: job(queued["noise/a"])["stage"] is None, "a paused job is resumed")
    page.row("noise/c").focus()
    page.page.keyboard.press("Delete")
    page.confirm("Cancel the pull")
    expect(page.row("noise/c").locator(".line")).to_contain_text("canceled")
    page.press("Retry", page.row("noise/c"))
    until(lambda: job(queued["noise/c"])["status"] == "queued", "a canceled job is retried")
    page.page.locator("[data-key=failed]").click()
    expect(page.page.locator(".empty")).to_contain_text("No such pull")
    page.page.locator("[data-key=all]").click()
    page.page.get_by_label("Find a pull").fill("slow")
    expect(page.page.locator("roost-rows [role=row]:visible")).to_have_count(1)
    page.row("noise/slow").click()
    expect(detail).to_contain_text(hostile)
    page.sound("hostile names")
    page.page.get_by_label("Find a pull").fill("")

    # A tab that is hidden is quiet, and misses nothing.
    hide(page)
    sent = []
    page.page.on("request", lambda request: sent.append(request))
    for identifier in (slow, *queued.values()):
        ask("POST", f"/jobs/{identifier}/cancel")
    page.page.wait_for_timeout(3500)
    assert not sent, [request.url for request in sent]
    expect(page.row("noise/slow").locator(".line")).not_to_contain_text("canceled")
    show(page)
    expect(page.row("noise/slow").locator(".line")).to_contain_text("canceled")
    for name in names:
        expect(page.row(name).locator(".line")).to_contain_text("canceled")
    page.page.keyboard.press("Escape")

    # A lost line misses nothing either.
    page.context.set_offline(True)
    again = ask("POST", f"/jobs/{queued['noise/a']}/retry")["id"]
    page.page.wait_for_timeout(1000)
    page.context.set_offline(False)
    until(lambda: job(again)["status"] in ("succeeded", "failed"), "the retried pull ends")
    expect(page.row("noise/a").locator(".line")).not_to_contain_text("canceled")
    expect(page.row("noise/a").locator(".line")).to_contain_text({"succeeded": "done", "failed": "failed"}[job(again)["status"]])
    expect(page.page.locator("roost-pulls > .fault")).to_be_hidden()
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in page.faults), page.faults
    page.faults.clear()

    # A pull that fails says why; a refused dry run too. A job is deleted.
    failed = ask("POST", "/pull", {"model": "no/such"})["job_id"]
    page.row("no/such").click()
    expect(detail.locator(".fault")).to_contain_text("Repository Not Found")
    detail.locator("summary", has_text="Details for a report").click()
    expect(detail.locator("pre")).to_contain_text("[repository_not_found]")
    # The history has ended; after a retry it goes on.
    page.page.keyboard.press("Escape")
    with page.page.expect_response(lambda answer: answer.url.endswith(f"/jobs/{failed}/events") and answer.status == 204):
        page.row("no/such").click()
    ended = detail.locator(".history strong", has_text="failed")
    expect(ended).to_have_count(1)
    page.press("Retry", detail)
    expect(ended).to_have_count(2)
    page.press("Delete", detail)
    page.confirm("Delete the job")
    expect(page.row("no/such")).to_have_count(0)
    assert failed not in [each["id"] for each in ask("GET", "/jobs")]
    page.press("New pull")
    page.page.get_by_label("Model", exact=True).fill("no/such")
    look = page.page.get_by_role("button", name="Look first")
    page.page.route("**/pull", lambda route: None)
    page.page.keyboard.press("Enter")
    expect(look).to_be_disabled()
    page.page.get_by_label("Revision").fill("main")
    expect(look).to_be_enabled()
    page.page.unroute("**/pull")
    page.page.keyboard.press("Enter")
    expect(preview.locator(".fault")).to_contain_text("Repository Not Found")
    page.page.keyboard.press("Escape")
    page.page.reload()
    for name in names[1:]:
        expect(page.row(name).locator(".line")).to_contain_text("canceled")
    page.sound("pulls")


def models(page, model, damaged):
    """Receipt, fit, verification, repair, removal, loading."""
    name = model + ":Q4_1"
    page.see("models")
    card = page.page.locator(f"[data-model='{name}']")
    card.get_by_role("link", name=name).click()
    detail = page.page.locator("aside")
    for text in ("Pulled", "Context", "weights", "It needs", "sha256:"):
        expect(detail).to_contain_text(text)
    page.sound("model")
    page.press("Verify", detail)
    result = page.page.locator("dialog")
    expect(result).to_contain_text("are as they should be")
    page.sound("verify")
    page.press("Close", result)
    with open(next(pathlib.Path(damaged).glob("*/*.gguf")), "r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    page.press("Verify", detail)
    expect(result).to_contain_text("1 fault")
    page.sound("a fault")
    page.press("Repair", result)
    result.get_by_role("link", name="A pull fetches").click()
    expect(detail.locator(".badge").first).to_have_text("done")
    page.see("models")
    page.press("Verify all")
    expect(result).to_contain_text("All models")
    expect(result).to_contain_text("are as they should be")
    page.press("Close", result)
    lost = pathlib.Path(damaged).parent / "blobs" / hashlib.sha256(b"lost").hexdigest()
    lost.write_bytes(b"lost")
    os.utime(lost, (0, 0))
    page.press("Clean up")
    expect(result).to_contain_text(lost.name)
    page.sound("clean up")
    page.confirm("Clean up")
    page.note("Freed")
    assert not lost.exists()
    page.press("Load", card)
    page.note("is loaded")
    expect(card.get_by_role("button", name="Unload")).to_be_visible()
    page.see("engines")
    engine = page.page.locator(f"[data-engine='{name}']")
    expect(engine).to_contain_text("ready")
    expect(engine).to_contain_text("0 of")
    expect(page.page.get_by_role("table")).to_contain_text("ready")
    page.sound("engines")

    def busy(route):
        answer = ask("GET", "/engines")
        answer["engines"][0].update(running=1, waiting=2)
        route.fulfill(json=answer)

    engine.get_by_role("button", name="Unload").focus()
    page.page.route("**/engines", busy)
    expect(engine).to_contain_text("2 requests waiting")
    expect(engine).to_contain_text("1 of")
    expect(engine.get_by_role("button", name="Unload")).to_be_focused()
    page.page.unroute("**/engines")
    page.press("Unload", engine)
    page.note("has left memory")
    expect(engine).to_have_count(0)


def chat(page, model):
    """Streams, stops, folds thoughts, shows images, and keeps HTML a text."""
    page.see("models")
    page.page.locator(f"[data-model='{model}:Q4_1']").get_by_role("link", name="Chat").click()
    expect(page.page.get_by_label("Model", exact=True)).to_have_value(f"{model}:Q4_1")
    page.page.locator("summary", has_text="System prompt").click()
    page.page.get_by_label("System prompt").fill("Be brief.")
    page.page.get_by_label("Most tokens").fill("2")
    page.page.get_by_label("Temperature").fill("0")
    with page.page.expect_request("**/chat") as sent:
        page.page.get_by_label("Message", exact=True).fill("Count from one to five.")
        page.page.keyboard.press("Enter")
    body = sent.value.post_data_json
    assert body["max_tokens"] == 2 and body["temperature"] == 0 and body["messages"][0] == {"role": "system", "content": "Be brief."}, body
    answers = page.page.locator(".message.assistant")
    expect(answers.last.locator(".end")).to_contain_text("limit of tokens")
    assert answers.last.locator(".text").inner_text().strip()
    page.sound("chat")
    page.page.get_by_label("Most tokens").fill("100000")

    def leave():
        page.see("models")
        page.see("chat")

    page.page.get_by_label("System prompt").fill("You write very long stories.")
    for stop in (lambda: page.press("Stop"), lambda: page.page.keyboard.press("Escape"), page.page.reload, leave):
        page.press("New chat")
        page.page.get_by_label("Message", exact=True).fill("Write a very long story.")
        page.press("Send")
        until(lambda: answers.count() == 1 and answers.locator(".text").inner_text().strip(), "the first words")
        stop()
        expect(answers.locator(".end")).to_have_text("Stopped.")
        assert answers.locator(".text").inner_text().strip()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.press("Copy the text", answers.last)
    page.note("Copied.")
    assert page.page.evaluate("navigator.clipboard.readText()").strip() == page.page.evaluate("JSON.parse(sessionStorage.getItem('roost.chat')).messages.at(-1).text").strip()
    until(lambda: all(engine["running"] == 0 for engine in ask("GET", "/engines")["engines"]), "the engine stops")

    # What a model may say: thoughts, HTML, code.
    said = [{"delta": {"reasoning_content": hostile + " hm"}, "done": False}, {"delta": {"content": hostile + "\n```\n" + hostile + "\n```\n**bold**"}, "done": False}, {"delta": {}, "done": True, "done_reason": "stop"}]
    page.page.route("**/chat", lambda route: route.fulfill(status=200, content_type="text/event-stream", body="".join(f"data: {json.dumps(each)}\n\n" for each in said)))
    page.page.get_by_label("Message", exact=True).fill(hostile)
    page.page.keyboard.press("Enter")
    expect(answers.last.locator(".text")).to_contain_text(hostile)
    expect(answers.last.locator("pre code")).to_have_text(hostile + "\n")
    assert not answers.last.locator(".thoughts pre").is_visible()
    answers.last.locator("summary").click()
    expect(answers.last.locator(".thoughts pre")).to_have_text(hostile + " hm")
    assert page.page.locator(".message .text img").count() == 0
    page.sound("hostile answer")
    page.page.unroute("**/chat")
    page.page.reload()
    expect(answers.last.locator(".text")).to_contain_text(hostile)

    # An image, for a model that sees, and for one that does not.
    page.press("New chat")
    picture = bytes.fromhex("424d460000000000000036000000280000000200000002000000010018000000000010000000000000000000000000000000000000000000ff00ff000000000000ff00ff0000")
    for name, text in (("tiny/vision:F16", None), (model + ":Q4_1", "projector")):
        page.page.get_by_label("Model", exact=True).select_option(name)
        if not page.page.get_by_label("Most tokens").is_visible():
            page.page.locator("summary", has_text="System prompt").click()
        page.page.get_by_label("Most tokens").fill("4")
        page.page.locator("input[type=file]").set_input_files({"name": "dot.bmp", "mimeType": "image/bmp", "buffer": picture})
        expect(page.page.locator(".pictures img")).to_have_count(1)
        page.press("Remove dot.bmp")
        expect(page.page.locator(".pictures img")).to_have_count(0)
        page.page.locator("input[type=file]").set_input_files({"name": "dot.bmp", "mimeType": "image/bmp", "buffer": picture})
        expect(page.page.locator(".pictures img")).to_have_count(1)
        page.page.get_by_label("Message", exact=True).fill("What is it?")
        page.page.keyboard.press("Enter")
        if text:
            expect(page.page.locator("roost-chat .fault")).to_contain_text(text)
            expect(page.page.locator(".message")).to_have_count(0)
            expect(page.page.get_by_label("Message", exact=True)).to_have_value("What is it?")
            page.sound("a refused image")
            page.press("Remove dot.bmp")
            page.press("Send")
        end = answers.last.locator(".end")
        expect(end).not_to_have_text("")
        expect(end).to_have_attribute("data-kind", "")
        expect(page.page.locator(".message.user img")).to_have_count(0 if text else 1)
        page.press("New chat")
    page.sound("images")

    # A question that is stopped before the first word is asked again, and no two questions follow each other.
    message = page.page.get_by_label("Message", exact=True)
    page.page.route("**/chat", lambda route: None)
    message.fill("One?")
    page.press("Send")
    page.press("Stop")
    expect(page.page.locator("roost-chat .fault")).to_have_text("Stopped.")
    expect(message).to_have_value("One?")
    page.page.unroute("**/chat")
    bodies = []

    def answer(route):
        bodies.append(route.request.post_data_json["messages"])
        route.fulfill(status=200, content_type="text/event-stream", body="".join(f"data: {json.dumps(each)}\n\n" for each in said))

    page.page.route("**/chat", answer)
    # More images than a message may have, five times: a request has the newest sixteen.
    for turn in range(1, 6):
        page.page.locator("input[type=file]").set_input_files([{"name": f"{number}.bmp", "mimeType": "image/bmp", "buffer": picture + bytes([number])} for number in range(5)])
        expect(page.page.locator(".pictures img")).to_have_count(4)
        page.note("at most 4 images")
        assert page.page.locator(".pictures img").evaluate_all("images => images.map(image => image.alt)") == [f"{number}.bmp" for number in range(4)]
        message.press("Enter")
        expect(answers).to_have_count(turn)
        expect(answers.last.locator(".end")).to_contain_text("in ")
        if turn == 1:
            assert bodies[0][-1]["content"][0] == {"type": "text", "text": "One?"}, bodies
    roles = [each["role"] for each in bodies[-1] if each["role"] != "system"]
    counts = [sum(part["type"] == "image_url" for part in each["content"]) if isinstance(each["content"], list) else 0 for each in bodies[-1] if each["role"] == "user"]
    assert roles == ["user", "assistant"] * 4 + ["user"] and counts == [0, 4, 4, 4, 4], (roles, counts)
    page.page.unroute("**/chat")
    page.press("New chat")


def records(page, model):
    page.see("usage")
    expect(page.page.get_by_role("table")).to_contain_text(model + ":Q4_1")
    expect(page.page.locator(".tile").first).to_contain_text("Requests")
    page.page.get_by_label("Days").select_option("6")
    expect(page.page.locator(".chart figcaption span").first).to_have_text(time.strftime("%Y-%m-%d", time.gmtime(time.time() - 6 * 86_400)))
    page.sound("usage")
    counts = {"requests": 1, "errors": 0, "prompt_tokens": 1, "cached_tokens": 0, "generated_tokens": 1}
    rows = [{"day": time.strftime("%Y-%m-%d", time.gmtime()), "key": f"key-{number}", "model": "many/rows", **counts} for number in range(10_000)]
    page.page.route("**/usage?*", lambda route: route.fulfill(json={"usage": rows, "total": counts}))
    page.page.get_by_label("Days").select_option("29")
    expect(page.page.locator("roost-usage .fault")).to_contain_text("Only the newest")
    page.page.unroute("**/usage?*")
    page.see("log", "Log of actions")
    for text in ("POST /pull", "POST /jobs/{id}/pause", "POST /models/verify", "local"):
        expect(page.page.get_by_role("table")).to_contain_text(text)
    page.sound("log")
    for _ in range(200):
        ask("DELETE", "/bandwidth")
    page.page.reload()
    table = page.page.get_by_role("table")
    expect(table).to_contain_text("DELETE /bandwidth")
    page.press("Earlier")
    expect(table).not_to_contain_text("DELETE /bandwidth")
    page.page.get_by_label("Only the actions of this key").fill("none")
    page.page.keyboard.press("Enter")
    expect(page.page.locator(".empty")).to_contain_text("No such actions")
    page.see("settings")
    page.page.get_by_label("Find a setting").fill("max_concurrent")
    expect(page.page.get_by_role("table")).to_contain_text("max_concurrent_pulls")
    expect(page.page.locator("td strong")).to_have_text("1")
    page.sound("settings")
    for digit, heading in enumerate(("Pulls", "Models", "Engines", "Chat", "Usage", "Log of actions", "Settings"), 1):
        page.page.keyboard.press(f"Alt+{digit}")
        expect(page.page.locator("h1")).to_have_text(heading)
    page.page.route("**/health", lambda route: route.fulfill(json={"status": "degraded", "problems": ["The disk is full."]}))
    page.page.reload()
    expect(page.page.locator(".health")).to_have_text("The disk is full.")
    page.sound("a problem")
    page.page.unroute("**/health")


def remove(page, model):
    name = model + ":Q4_1"
    page.see("models")
    card = page.page.locator(f"[data-model='{name}']")
    page.press("Unload", card)
    page.note("has left memory")
    page.press("Load", card)
    expect(card.get_by_role("button", name="Unload")).to_be_visible()
    card.get_by_role("link", name=name).click()
    page.press("Remove", page.page.locator("aside"))
    expect(page.page.locator("dialog")).to_contain_text("This frees")
    expect(page.page.locator("dialog")).to_contain_text("leaves memory first")
    page.sound("removal")
    page.confirm("Remove")
    page.note("Freed")
    expect(card).to_have_count(0)
    assert name not in [each["model"] for each in ask("GET", "/models")]


def hide(page):
    page.page.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true}); document.dispatchEvent(new Event('visibilitychange'))")


def show(page):
    page.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")


def later(chromium):
    """What minutes change: a connection without a byte is lost; times are of now. Jobs that were deleted elsewhere go from the list, also if the tab was hidden then."""
    page = Browser(chromium)
    page.page.clock.install()
    page.see("pulls")
    expect(page.row("noise/b")).to_have_count(1)
    line = page.row("noise/c").locator(".line")
    before = line.inner_text()
    ask("DELETE", f"/jobs/{page.row('noise/b').evaluate('row => row.item.id')}")
    expect(page.row("noise/b")).to_have_count(0)
    with page.page.expect_request("**/jobs/events"):
        page.page.clock.fast_forward("07:00")
    expect(line).not_to_have_text(before)
    hide(page)
    ask("DELETE", f"/jobs/{page.row('noise/d').evaluate('row => row.item.id')}")
    page.page.clock.fast_forward("07:00")
    expect(page.row("noise/d")).to_have_count(1)
    with page.page.expect_request("**/jobs/events"):
        show(page)
    expect(page.row("noise/d")).to_have_count(0)
    # All at once.
    assert ask("POST", "/jobs/prune", {"days": 0})["deleted"] > 0
    expect(page.row("noise/c")).to_have_count(0)
    page.sound("later")
    page.context.close()


def apple(chromium):
    """On a Mac, Alt and a digit write a letter in a field, and open a view elsewhere."""
    page = Browser(chromium)
    page.page.add_init_script("Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})")
    page.see("chat")
    page.page.get_by_label("Message", exact=True).focus()
    page.page.keyboard.press("Alt+5")
    page.page.locator(".thread").focus()
    page.page.keyboard.press("Alt+3")
    expect(page.page.locator("h1")).to_have_text("Engines")
    page.page.go_back()
    expect(page.page.locator("h1")).to_have_text("Chat")
    page.context.close()


def every_view(chromium, where):
    """axe, in the dark and on a phone; nothing is wider than the screen. Screenshots for people go to a folder if one is named."""
    for name, options in (("dark", {"color_scheme": "dark"}), ("phone", {"viewport": {"width": 360, "height": 740}}), ("wide", {"viewport": {"width": 1920, "height": 1080}})):
        page = Browser(chromium, **options)
        for view, heading in (("pulls", "Pulls"), ("models", "Models"), ("engines", "Engines"), ("chat", "Chat"), ("usage", "Usage"), ("log", "Log of actions"), ("settings", "Settings")):
            page.see(view, heading)
            page.page.wait_for_timeout(600)
            wide = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (name, view, wide)
            if where:
                page.page.screenshot(path=f"{where}/{name}-{view}.png")
            page.sound(f"{name} {view}")
        page.context.close()


def use(chromium):
    model, damaged, *where = arguments
    page = Browser(chromium)
    started = time.monotonic()
    page.page.goto(url)
    expect(page.page.locator("h1")).to_have_text("Pulls")
    print(f"{1000 * (time.monotonic() - started):.0f} ms until the page is there")
    pulls(page, model)
    later(chromium)
    models(page, model, damaged)
    apple(chromium)
    chat(page, model)
    records(page, model)
    total = sum(page.bytes.values())
    print(f"{total} bytes of {len(page.bytes)} files")
    assert len(page.bytes) > 15 and total <= 150_000, page.bytes
    every_view(chromium, where[0] if where else None)
    remove(page, model)


def access(chromium):
    """Log-in, what a key shows, log-out, and pages of other origins."""
    reader, admin, chatter = arguments
    page = Browser(chromium)
    page.page.goto(url)
    page.page.get_by_label("Key").fill("rst_" + "0" * 40)
    page.page.keyboard.press("Enter")
    expect(page.page.get_by_role("alert")).to_contain_text("not one of this server")
    page.sound("log-in")

    def log_in(key):
        page.page.get_by_label("Key").fill(key)
        page.press("Log in")
        expect(page.page.locator("nav")).to_be_visible()

    def views():
        return page.page.locator("nav a[data-view] span").all_inner_texts()

    waiting = ask("POST", "/pull", {"model": "noise/a", "run_after": "2099-01-01T00:00:00Z", "user_id": "reader"}, {"Authorization": f"Bearer {admin}"})["job_id"]
    log_in(reader)
    assert views() == ["Pulls", "Models", "Engines", "Usage"], views()
    expect(page.row("noise/a")).to_have_count(1)
    for forbidden in ("New pull", "Pause", "Resume", "Cancel"):
        assert page.page.get_by_role("button", name=forbidden).count() == 0, forbidden
    # It follows the events of its own jobs: nothing is asked again and again, and nothing of another owner's.
    asked = []
    page.page.on("request", lambda request: asked.append(request.url.removeprefix(url)))
    ask("POST", "/pull", {"model": "noise/b", "run_after": "2099-01-01T00:00:00Z", "user_id": "another"}, {"Authorization": f"Bearer {admin}"})
    ask("POST", f"/jobs/{waiting}/priority", {"priority": 7}, {"Authorization": f"Bearer {admin}"})
    expect(page.row("noise/a").locator(".line")).to_contain_text("priority 7")
    assert set(asked) <= {f"/jobs/{waiting}", "/health"}, asked
    assert page.row("noise/b").count() == 0
    page.row("noise/a").click()
    expect(page.page.locator("aside")).to_contain_text("created")
    assert page.page.locator("aside .actions button").count() == 0
    for view in ("models", "engines", "usage"):
        page.see(view)
        page.page.wait_for_timeout(500)
        page.sound(f"reader {view}")
        assert page.page.locator("main button").count() == 0, view
    page.page.reload()
    expect(page.page.locator("nav")).to_be_visible()
    name = "roost_page_" + url.rsplit(":", 1)[1]
    cookie = [each for each in page.context.cookies() if each["name"] == name][0]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and reader[-32:] not in json.dumps(page.context.storage_state()), cookie
    page.press("Log out")
    expect(page.page.get_by_label("Key")).to_be_visible()
    assert not [each for each in page.context.cookies() if each["name"] == name] and page.page.evaluate("localStorage.length") == 0
    log_in(chatter)
    assert views() == ["Models", "Chat", "Usage"], views()

    # A conversation is of the person who has logged in, and gone with the log-out.
    said = [{"delta": {"content": "A secret."}, "done": False}, {"delta": {}, "done": True, "done_reason": "stop"}]
    page.page.route("**/models", lambda route: route.fulfill(json=[{"model": "tiny/one:F16", "loaded": False}]))
    page.page.route("**/chat", lambda route: route.fulfill(status=200, content_type="text/event-stream", body="".join(f"data: {json.dumps(each)}\n\n" for each in said)))
    page.see("chat")
    expect(page.page.get_by_label("Model", exact=True)).to_have_value("tiny/one:F16")
    message = page.page.get_by_label("Message", exact=True)
    message.fill("Tell me.")
    message.press("Enter")
    thread = page.page.get_by_role("log")
    expect(thread.locator(".end").last).to_contain_text("in ")
    message.fill("And more.")
    page.page.reload()
    expect(thread).to_contain_text("A secret.")
    expect(message).to_have_value("And more.")
    kept = page.page.evaluate("sessionStorage.getItem('roost.chat')")
    page.press("Log out")
    expect(page.page.get_by_label("Key")).to_be_visible()
    assert page.page.evaluate("sessionStorage.length") == 0

    # A log-in without a cookie, and one that has ended, say so; a first visit has nothing to say.
    alert = page.page.get_by_role("alert")
    expect(alert).to_have_count(0)
    page.page.route("**/page/login", lambda route: route.fulfill(json={"needs_key": False, "scopes": [], "key": None, "version": None, "half": "00" * 44}))
    page.page.get_by_label("Key").fill(admin)
    page.press("Log in")
    expect(alert).to_contain_text("did not keep the cookie")
    page.page.unroute("**/page/login")
    log_in(admin)
    page.page.evaluate("text => sessionStorage.setItem('roost.chat', text)", kept)
    page.see("chat")
    expect(message).to_have_value("")
    expect(thread).not_to_contain_text("A secret.")
    page.page.unroute("**/models")
    page.page.unroute("**/chat")
    page.context.clear_cookies()
    page.page.reload()
    expect(alert).to_contain_text("The log-in has ended.")
    page.sound("an ended log-in")
    log_in(admin)
    page.context.clear_cookies()
    page.page.keyboard.press("Alt+2")
    expect(alert).to_contain_text("The log-in has ended.")
    log_in(admin)
    page.see("pulls")
    assert views() == ["Pulls", "Models", "Engines", "Chat", "Usage", "Log", "Settings"], views()

    # A page of another port of this machine gets the cookie sent along, and can do nothing with it.
    class Other(BaseHTTPRequestHandler):
        seen = []

        def do_GET(self):
            Other.seen.append(self.headers.get("Cookie") or "")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_):
            pass

    other = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    stranger = page.context.new_page()
    stranger.goto(f"http://127.0.0.1:{other.server_port}/")
    assert any(name in each for each in Other.seen) and not any(admin[-32:] in each for each in Other.seen)
    for how in ({"mode": "no-cors"}, {}, {"headers": {"X-Roost-Page": "0" * 88}}):
        stranger.evaluate("([url, how]) => fetch(url, {method: 'POST', credentials: 'include', ...how}).catch(() => null)", [f"{url}/jobs/{waiting}/cancel", how])
    assert ask("GET", f"/jobs/{waiting}", headers={"Authorization": f"Bearer {admin}"})["status"] == "queued"
    other.shutdown()
    page.press("Cancel", page.row("noise/a"))
    page.confirm("Cancel the pull")
    expect(page.row("noise/a").locator(".line")).to_contain_text("canceled")
    page.sound("admin")


def many(chromium):
    """Ten thousand jobs: few elements, and a smooth scroll."""
    count = int(arguments[0])
    page = Browser(chromium)
    page.see("pulls")
    until(lambda: page.page.locator("roost-rows").get_attribute("aria-rowcount") == str(count), "all jobs are listed")
    frames = page.page.evaluate("""async () => {
        const rows = document.querySelector('roost-rows');
        const times = [];
        let most = 0;
        for (let step = 0; step < 240; step++) {
            rows.scrollTop += 900;
            times.push(await new Promise(requestAnimationFrame));
            most = Math.max(most, rows.querySelectorAll('[role=row]').length);
        }
        return { seconds: (times.at(-1) - times[0]) / 1000, frames: times.length - 1, most, top: rows.scrollTop };
    }""")
    print(f"{frames['frames'] / frames['seconds']:.1f} frames a second over {count} jobs, {frames['most']} rows")
    assert frames["most"] < 60 and frames["top"] > 100_000, frames
    page.page.locator("roost-rows [tabindex='0'], roost-rows [role=row]:visible").first.focus()
    page.page.keyboard.press("End")
    until(lambda: page.page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == str(count), "the last row has the focus")
    page.page.keyboard.press("Home")
    until(lambda: page.page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == "1", "the first row has the focus")
    page.page.keyboard.press("PageDown")
    until(lambda: int(page.page.evaluate("document.activeElement.getAttribute('aria-rowindex')")) > 3, "a later row has the focus")
    page.page.keyboard.press("PageUp")
    until(lambda: page.page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == "1", "the first row has the focus again")
    # The row with the focus keeps it, and its job, while the list is scrolled.
    focused = page.page.evaluate("document.activeElement.item.id")
    page.page.evaluate("document.querySelector('roost-rows').scrollTop = 100_000")
    until(lambda: page.page.locator("roost-rows [role=row][aria-rowindex='1570']").count(), "a later row is seen")
    assert page.page.evaluate("document.activeElement.item?.id") == focused
    page.page.keyboard.press("ArrowDown")
    until(lambda: page.page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == "2", "the keys go on from the row with the focus")
    delays = []
    for index in range(10):
        identifier = ask("POST", "/pull", {"model": f"fresh/m{index}", "run_after": "2099-01-01T00:00:00Z"})["job_id"]
        begin = time.monotonic()
        page.page.wait_for_function("id => [...document.querySelectorAll('roost-rows [role=row]')].some(row => row.item?.id === id)", arg=identifier, polling="raf")
        delays.append(1000 * (time.monotonic() - begin))
    print(f"an accepted job is on the page after {sorted(delays)[5]:.0f} ms (median), at most {max(delays):.0f} ms")
    page.sound("many jobs")


with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
    {"use": use, "access": access, "many": many}[task](chromium)
    chromium.close()
print("good")
