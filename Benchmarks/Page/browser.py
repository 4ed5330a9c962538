"""A page of the server in Chromium, which tells what happens on it."""

import pathlib

from playwright.sync_api import sync_playwright

VIEWS = ("pulls", "models", "engines", "chat", "usage", "log", "settings")
WATCH = pathlib.Path(__file__).with_name("watch.js").read_text()


class Browser:
    """Chromium without a window, a context manager."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(
            executable_path=str(self.program), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        return self

    def __exit__(self, *_):
        self.chromium.close()
        self.playwright.stop()

    def visit(self, url, **options):
        """Returns a page with a cache of its own."""
        return Visit(self.chromium, url, options)


class Visit:
    """A page, the bytes of its files, and what the browser complained of; a context manager."""

    def __init__(self, chromium, url, options):
        self.url, self.bytes, self.faults = url, {}, []
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(60_000)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("response", self.count)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def count(self, response):
        """Counts an answer with a file of the page."""
        path = response.url.removeprefix(self.url)
        if response.status == 200 and (path == "/" or path.startswith("/page/")) and "content-length" in response.headers and path != "/page/me":
            self.bytes[path] = int(response.headers["content-length"])

    def open(self):
        """Opens the page as from a bookmark; returns the milliseconds until the first pulls are shown and input is possible."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/")
        return self.page.evaluate("window.watch.interactive")

    def see(self, view):
        self.page.goto(f"{self.url}/#/{view}")
        self.page.wait_for_function("view => document.querySelector('main > :first-child')?.localName === `roost-${view}`", arg=view)
