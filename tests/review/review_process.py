"""A real `soesift review` in a process of its own, on loopback, and the browser to look at it with."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

PATIENCE_S = 300  # seconds that a busy machine may take for what an idle one does in one
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Reviewing:
    """A running page; `kill` and `start` again keep the address."""

    def __init__(self, places: list[Path], options: list[str], log: Path, token: str = "") -> None:
        self.places, self.options, self.log, self.token = places, options, log, token
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "soesift.cli.main", "review", *map(str, self.places), *self.options]
        environment = {key: value for key, value in os.environ.items() if key != "SOESIFT_TOKEN"}
        environment |= {"PYTHONUNBUFFERED": "1"} | ({"SOESIFT_TOKEN": self.token} if self.token else {})
        with open(self.log, "ab") as out:
            before = out.tell()
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)], stdout=out, stderr=out, env=environment
            )
        self.url = self._told(before)
        self.port = int(self.url.rpartition(":")[2])
        self.http = httpx.Client(base_url=self.url, timeout=300, trust_env=False)
        assert self.http.get("/").status_code == 200, self.log.read_text()

    def _told(self, before: int) -> str:
        """The address in the log: the page says it when it listens there, so that nobody else answers."""
        for _ in range(2400):
            if found := re.search(rb"http://[\w.]+:\d+(?=\S*\s)", self.log.read_bytes()[before:]):
                return found.group().decode()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"did not start:\n{self.log.read_text()}")

    def csrf(self) -> dict[str, str]:
        return {"x-soesift-csrf": self.http.get("/api/csrf").json()["csrf"]}

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers=self.csrf() | headers)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(300)
        self.http.close()

    def stop(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(300)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def reviewing(places: list[Path], log: Path, *options: str, token: str = "") -> Iterator[Reviewing]:
    page = Reviewing(places, list(options), log, token)
    try:
        yield page
    finally:
        page.stop()


def find_chromium() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium of this machine; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (dependency group test)")
    path = find_chromium()
    if path is None:
        pytest.skip(f"needs a Chromium on the PATH ({', '.join(BROWSERS)})")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=1000 * PATIENCE_S)
        yield browser
        browser.close()


def open_page(browser: Any, url: str, who: str, shown: str = ".detail h2", **context: Any) -> Any:
    """A page of a browser profile of its own, its reviewer named; what the page's script reports fails the test."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context}).new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("console", lambda line: page.said.append(line.text) if "Content Security" in line.text else None)
    page.goto(url)
    page.fill("#asked", who)
    page.keyboard.press("Enter")
    page.wait_for_selector("#main section")
    until(page, f"document.querySelector('{shown}')?.textContent")
    return page


def until(page: Any, expression: str, seconds: float = PATIENCE_S) -> None:
    """Wait until an expression holds; playwright's own wait needs eval in the page, which its policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"never: {expression}\n{page.inner_text('body')}"
        time.sleep(0.03)


def saved(page: Any) -> None:
    """Wait until all is written, and what it makes of the document is shown."""
    until(page, "document.getElementById('saved').textContent === 'All saved'")
    until(page, "!document.querySelector('#main[aria-busy=true]')")


def title(page: Any) -> str:
    """The heading of what is shown."""
    return str(page.text_content(".detail h2"))
