"""A server in its own process, and a Chromium that opens its pages: what the tests of pages share.

The server's clock stands on a fixed day, so that demo accounts and facts are what they were when a test was written.
`python -m playwright` downloads no browser here: the machine's own Chromium is driven.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

TODAY = "2026-11-24"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVE = """
import functools
from datetime import UTC, date, datetime
from agent.web import app, serving, services
began = datetime.now(UTC)
opened = functools.partial(
    services.open_services,
    now=lambda: datetime.fromisoformat("{today}T04:00:00+00:00") + (datetime.now(UTC) - began),
    today=lambda: date.fromisoformat("{today}"),
)
serving.build_app = functools.partial(app.build_app, services=opened)
"""
RUN = "\nfrom agent.cli.main import run; run()"
PAGE_SECONDS = 10_000  # a loaded machine with two cores; in milliseconds


def chromium_path():
    """Name the machine's Chromium; without one, skip here and fail under CI."""
    found = os.environ.get("KOSNOTE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        assert not os.environ.get("CI"), "no Chromium on this machine: .ci/run installs one"
        pytest.skip("needs a Chromium (Debian: apt-get install chromium fonts-noto-cjk)")
    return found


class Served:
    """Run `agent serve` with the offline author on a port of its own; `before` is Python that runs first in it.

    `home` keeps its record: give the same folder to a second server to see what outlives the first.
    """

    def __init__(self, home=None, *, before="", env=()):
        self._folder = tempfile.TemporaryDirectory(prefix="kosnote-web-") if home is None else None
        self.home = Path(home or self._folder.name)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        self._kept = ""
        self.env = {**os.environ, "KOSNOTE_AUTHOR": "offline", "KOSNOTE_HOME": str(self.home), **dict(env)}
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-c", SERVE.format(today=TODAY) + before + RUN, "serve", "--port", "0"],
            stdout=subprocess.DEVNULL, stderr=self._said, env=self.env, start_new_session=True,
        )  # fmt: skip
        self.url = self._address()

    def agent(self, *arguments):
        """Run another command line on the same record and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=60, env=self.env
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self, how=signal.SIGTERM):
        """Stop the server; `how` SIGKILL leaves it no time to say goodbye."""
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._kept = self.log
        self._said.close()

    def forget(self):
        """Remove the record, if it is this server's own."""
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def log(self):
        """Return everything the server has written to stderr."""
        if self._said.closed:
            return self._kept
        return os.pread(self._said.fileno(), 1_000_000, 0).decode("utf-8", "replace")

    def _address(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            if found := re.search(r"http://[0-9.:]+[0-9](?=\s)", self.log):
                return found.group()
            time.sleep(0.05)
        said = self.log
        self.stop(signal.SIGKILL)
        raise AssertionError(f"the server did not start:\n{said}")


class Visits:
    """Open pages as people of the bank; whatever a page may not do is found when the test ends."""

    def __init__(self, browser, url):
        self._browser = browser
        self._url = url
        self._contexts = []
        self.wrong = []

    def __call__(self, path="/chat", *, user="aning", size="phone", dark=False, tongue="zh", url=""):
        """Open a page in a browser context of its own and return the Playwright page, loaded and connected."""
        origin = url or self._url
        context = self._browser.new_context(
            viewport=SIZES[size], color_scheme="dark" if dark else "light", locale="zh-CN", has_touch=size == "phone",
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        self._contexts.append(context)
        context.set_default_timeout(PAGE_SECONDS)
        context.add_cookies(
            [
                {"name": "kosnote_who", "value": user, "url": origin},
                {"name": "kosnote_tongue", "value": tongue, "url": origin},
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"a script failed: {error}"))
        page.on("request", lambda request: self._at_home(request.url, origin))
        page.goto(f"{origin}{path}", wait_until="domcontentloaded")
        return page

    def close(self):
        """Close every page; fail for scripts that failed and addresses outside of the server."""
        for context in self._contexts:
            context.close()
        assert not self.wrong, self.wrong

    def _at_home(self, asked, origin):
        if not asked.startswith((origin, origin.replace("http", "ws", 1), "data:", "blob:", "about:")):
            self.wrong.append(f"asked another host: {asked}")


def overflow(page, seconds=5):
    """Return how many pixels a page stays wider than its window; whoever scrolls sideways cannot read.

    Styles and late parts of a page may take a moment to arrive on a loaded machine.
    """
    until = time.monotonic() + seconds
    while True:
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider <= 0 or time.monotonic() > until:
            return wider
        page.wait_for_timeout(100)
