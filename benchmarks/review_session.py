"""How fast the review page takes decisions by keyboard alone, and how many a killed server loses.

    python benchmarks/review_session.py [--documents 12] [--kills 20] [--labels-a-round 15] [--seed 0]

Makes sample protocols, detects them, and drives `soesift review` with a headless Chromium (playwright and a Chromium on
the PATH). First a session: each decision is one key, pressed as soon as the next item and the picture of its page are
shown; so the figure is the page's own pace, without a person's reading. Then kills: while two browsers decide (one
checks, one labels), the server is ended by SIGKILL at random moments and started again; what the browsers decided is
compared with the sidecars and the ledger, by id.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from restarted import SOESIFT, Restarted

from soesift.review.corrections import read_corrections

WAITS = "document.querySelector('.state')?.textContent === 'not decided'"
SAVED = (  # all is written, and what it makes of the document is shown
    "document.getElementById('saved').textContent === 'All saved' && !document.querySelector('#main[aria-busy=true]')"
)
SHOWN = "document.querySelector('nav .item[aria-current]')?.dataset.id"
COUNT = """
const put = Storage.prototype.setItem; window.made = [];
Storage.prototype.setItem = function (key, value) {
  if (key.startsWith('soesift.out.')) window.made.push(JSON.parse(value).body.id);
  return put.call(this, key, value);
};
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--labels-a-round", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        place = Path(folder)
        prepare(place, asked.documents)
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        server = Server(place)
        try:
            session(browser, server)
            lost = kills(browser, server, asked.kills, asked.labels_a_round, random.Random(asked.seed))
        finally:
            server.kill()
            browser.close()
    return 1 if lost else 0


def prepare(place: Path, documents: int) -> None:
    """Protocols, results and tables, made by the program itself."""
    for what in (
        ["sample", "--out", place / "docs", "--count", documents, "--kind", "small"],
        ["detect", place / "docs", "--out", place / "out", "--format", "json", "--model", "linear", "--ocr", "never"],
        ["tables", place / "docs", "--out", place / "tables.jsonl"],
    ):
        subprocess.run([*SOESIFT, *map(str, what)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    from soesift.label.ledger import Ledger

    Ledger(place / "labels.db").close()


class Server(Restarted):
    """`soesift review` on one port, however often it is started again."""

    def __init__(self, place: Path) -> None:
        self.place = place
        words = ["review", place / "out", place / "labels.db", "--tables", place / "tables.jsonl"]
        super().__init__(*words, "--documents", place / "docs")


def open_page(browser: Any, url: str, who: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(COUNT)
    page.goto(url)
    page.fill("#asked", who)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.detail h2')?.textContent")
    return page


def until(page: Any, expression: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        if time.monotonic() > end:
            raise SystemExit(f"never: {expression}")
        time.sleep(0.005)


def pictured(page: Any) -> None:
    """Wait until the picture shown is that of the page the item is on."""
    until(
        page,
        "document.querySelector('.note').textContent || "
        "(document.querySelector('.number').textContent.match(/[0-9]+/)?.[0] === "
        "document.querySelector('.sheet img').alt.match(/[0-9]+/)?.[0])",
    )


def waits(page: Any, seconds: float = 2) -> bool:
    """Whether the item shown waits for a decision; the next may still be on its way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if page.evaluate(WAITS):
            return True
        time.sleep(0.005)
    return False


def session(browser: Any, server: Server) -> None:
    """Go through every document's items by keyboard: one key, one decision."""
    page = open_page(browser, server.url, "session")
    documents = page.evaluate("fetch('/api/documents').then(a => a.json()).then(s => s.documents.map(d => d.key))")
    if not page.evaluate(f"{SHOWN}.startsWith('document')"):
        page.keyboard.press("o")
        until(page, f"{SHOWN}.startsWith('document')")
    for _ in documents:  # to the first item of the first document
        page.keyboard.press("k")
        time.sleep(0.15)
    decided, started = 0, time.monotonic()
    while True:
        until(page, f"{SHOWN}?.startsWith('document')")
        pictured(page)
        if not waits(page):
            break  # come to the end
        shown = page.evaluate(SHOWN)
        page.keyboard.press("n" if shown.split()[-1].startswith(("r", "p")) else "y")
        decided += 1
        until(page, f"{SHOWN} !== {shown!r} || !({WAITS})")
    seconds = time.monotonic() - started - 2  # the last wait found nothing
    until(page, SAVED)
    whole = max(seconds, time.monotonic() - started - 2)
    print(
        f"session: {decided} decisions on {len(documents)} documents in {seconds:.1f} s, "
        f"all written after {whole:.1f} s: {3600 * decided / whole:.0f} an hour"
    )
    page.close()


def kills(browser: Any, server: Server, count: int, labels: int, chance: random.Random) -> int:
    """Decide and label while the server is killed `count` times; the number of decisions lost."""
    check, label = open_page(browser, server.url, "anna"), open_page(browser, server.url, "ben")
    label.click("text=Label tables")
    until(label, "document.querySelector('.side .facts')")
    during = 0
    for _ in range(count):
        moment = time.monotonic() + chance.uniform(0.05, 1.0)
        killed = False
        for _ in range(labels):
            check.keyboard.press(chance.choice("nnyu"))
            label.keyboard.press(chance.choice("yndu"))
            if not killed and time.monotonic() > moment:
                server.kill()
                killed = True
            during += killed
        if not killed:
            server.kill()
        server.start()
        if chance.random() < 0.3:  # somebody reloads while decisions wait to be written
            check.evaluate(
                "sessionStorage.made = JSON.stringify([...JSON.parse(sessionStorage.made ?? '[]'), ...made])"
            )
            check.reload()
            until(check, "document.querySelector('.detail h2')?.textContent")
    for page in (check, label):
        until(page, SAVED, 120)
    made = check.evaluate("[...JSON.parse(sessionStorage.made ?? '[]'), ...made]")
    lines = [one["id"] for path in (server.place / "out").glob("*.jsonl") for one in read_corrections(path)]
    db = sqlite3.connect(server.place / "labels.db")
    judged = label.evaluate("made")
    rows = [row[0] for row in db.execute("SELECT id FROM judgement")]
    lost = len(set(made) - set(lines)) + len(set(judged) - set(rows))
    twice = len(lines) - len(set(lines)) + len(rows) - len(set(rows))
    print(
        f"kills: {count}; {len(made)} corrections and {len(judged)} judgements, "
        f"{during} times both keys while the server was gone; lost {lost}, written twice {twice}"
    )
    return lost


if __name__ == "__main__":
    sys.exit(main())
