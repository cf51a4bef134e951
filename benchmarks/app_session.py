"""The app as a person uses it, in a headless Chromium: planted errors mended, kills survived, time to the first result.

    python benchmarks/app_session.py mend [--documents 10] [--by keyboard|mouse|both] [--keep DIR]
    python benchmarks/app_session.py kills [--kills 50] [--seed 0]
    python benchmarks/app_session.py first [--pages 100]
    python benchmarks/app_session.py edit [--pages 300] [--edits 60]

Needs playwright and a Chromium on the PATH. All protocols are made by the program itself.

`mend`: of each document, one error of each of eight kinds is planted in the result: a cell, a header cell, a merged
header parted, a note, a cell's markers, the title, a table left out, and the day of a visit. A browser mends them,
and every format that the app hands out is compared with that of the result without errors. `kills`: one browser
edits, decides, undoes and reloads while the server is ended by SIGKILL, and is itself killed now and then; ids that
the page has kept (its outbox is on disk) are compared with the sidecar. `first`: from the start of the command to the
first table on the screen. `edit`: from the key that saves a cell to the mended cell on the screen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "app"))

from app_process import in_full
from restarted import SOESIFT, Restarted

from soesift.app.takeaway import BURDEN, formats
from soesift.burden.count import count_result, load_vocabulary
from soesift.burden.report import burden_html
from soesift.diff.compare import diff_results
from soesift.export.write import write
from soesift.result.models import Cell, Result, SoeTable, VisitSaid
from soesift.result.store import read_result
from soesift.review.corrections import read_corrections
from soesift.review.documents import corrected_result

SAVED = (  # all is written, and what it makes of the document is shown
    "document.getElementById('saved').textContent === 'All saved' && !document.querySelector('#main[aria-busy=true]')"
)
KINDS = ("cell", "header", "span", "note", "link", "title", "missed table", "visit day")
KEPT = ("runs", "marker_guess", "doubt", "bbox", "page", "states")  # of a cell: how it was read, not what it says
NEW_DAY = 77.0
CHECK = '.studies [data-at^="check"]'  # the button of a protocol in the list, also of one that is still being read
READ = f'{CHECK}:not([aria-label^="Look"])'  # of one that is read: only that can be mended
DRAWN = """
['x', 'y', 'width', 'height'].map((name) => Number(document.querySelector('.box.drawing').getAttribute(name)))
"""
COUNT = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  const asked = put.call(this, value, key);
  asked.transaction.addEventListener('complete', () => {
    const made = JSON.parse(localStorage.getItem('made') ?? '[]');
    localStorage.setItem('made', JSON.stringify([...made, JSON.parse(value).body.id]));
  });
  return asked;
};
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["mend", "kills", "first", "edit"])
    parser.add_argument("--documents", type=int, default=10)
    parser.add_argument("--by", choices=["keyboard", "mouse", "both"], default="both")
    parser.add_argument("--keep", type=Path, help="mend: folder whose documents are taken, and kept for another run")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    jobs: dict[str, Callable[[Any, Path, argparse.Namespace], int]] = {
        "mend": mend,
        "kills": kills,
        "first": first,
        "edit": edit,
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        return jobs[asked.what](running.chromium, Path(folder), asked)


# What all of them share


class App(Restarted):
    """`soesift app` on one port, however often it is started again."""

    def __init__(self, space: Path) -> None:
        self.space = space
        super().__init__("app", space, "--no-open")

    def take(self, key: str, kind: str) -> str:
        with urllib.request.urlopen(f"{self.url}api/documents/{key}/export/{kind}") as answer:
            return in_full(answer.read())


def launch(chromium: Any) -> Any:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return chromium.launch(executable_path=path, args=["--no-sandbox"])


def until(page: Any, expression: str, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        if time.monotonic() > end:
            raise SystemExit(f"never: {expression}\n{page.inner_text('body')[:3000]}")
        time.sleep(0.005)


def named(page: Any, url: str, who: str = "anna") -> None:
    page.goto(url)
    page.wait_for_selector("#asking[open]")
    page.fill("#asked", who)
    page.keyboard.press("Enter")


def samples(folder: Path, count: int, seed: int, kind: str = "full") -> None:
    """Protocols and their results, as an app's folder."""
    for what in (
        ["sample", "--out", folder / "made", "--count", count, "--kind", kind, "--seed", seed],
        ["detect", folder / "made", "--out", folder / "results", "--format", "json", "--ocr", "never"],
    ):
        subprocess.run([*SOESIFT, *map(str, what)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (folder / "protocols").mkdir(exist_ok=True)
    for path in sorted((folder / "made").glob("*.pdf")):
        shutil.move(path, folder / "protocols" / path.name)


# Planted errors


def mend(chromium: Any, place: Path, asked: argparse.Namespace) -> int:
    """Ten documents, eight kinds of errors each; what is right afterwards in every format."""
    place = asked.keep or place
    made = fitting(place / "made", asked.documents)
    wrong = 0
    for by in ("keyboard", "mouse") if asked.by == "both" else (asked.by,):
        shutil.rmtree(place / by, ignore_errors=True)
        shutil.copytree(place / "made", place / by)
        wrong += mended(chromium, place / by, {place / by / "results" / p.name: one for p, one in made.items()}, by)
    return int(wrong > 0)


def mended(chromium: Any, place: Path, gold: dict[Path, Result], by: str) -> int:
    plants = {path: planted(result, path) for path, result in gold.items()}
    browser, app = launch(chromium), App(place)
    try:
        for path in gold:
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            named(page, app.url)
            hand = (Keyboard if by == "keyboard" else Mouse)(page, path.stem)
            hand.mend_all(plants[path], gold[path])
            until(page, SAVED)
            page.context.close()
            print(f"  {path.stem} mended by {by}", flush=True)
        return told(app, gold, plants, by)
    finally:
        app.kill()
        browser.close()


def fitting(place: Path, count: int) -> dict[Path, Result]:
    """Made-up documents in which all kinds of errors can be planted: as many seeds are tried as that takes; what an
    earlier run left in `place` is taken first."""
    gold: dict[Path, Result] = {}
    tried = len([*(place / "made").glob("*.json")]) // 10 * 10
    for seed in range(490 + tried, 490 + tried + 40 * count, 10):
        if seed > 490 + tried:
            samples(place, 10, seed)
        for path in sorted((place / "results").glob("*.json")):
            if path in gold:
                continue
            result = read_result(path)
            if len(gold) < count and fit(result):
                gold[path] = result
            else:
                path.unlink()
                (place / "protocols" / f"{path.stem}.pdf").unlink()
        if len(gold) == count:
            break
    return gold


def fit(result: Result) -> bool:
    """Whether all kinds can be planted: notes, markers, a merged header, a second table of one page."""
    if len(result.tables) < 2 or len(result.tables[1].pages) != 1 or result.tables[1].footnotes:
        return False
    one = result.tables[0]
    return bool(one.footnotes and linked(one) and merged(one) and visit_column(one) is not None)


def linked(one: SoeTable) -> Cell | None:
    return next((c for c in one.cells if c.markers and c.row >= one.header_rows and c.row_span == 1), None)


def merged(one: SoeTable) -> Cell | None:
    return next((c for c in one.cells if c.column_span in (2, 3) and c.row_span == 1 and c.row < one.header_rows), None)


def plain_cell(one: SoeTable, head: bool) -> Cell | None:
    return next(
        (
            c
            for c in one.cells
            if (c.row < one.header_rows) == head
            and c.text
            and c.column > 0
            and not c.markers
            and c.row_span == c.column_span == 1
        ),
        None,
    )


def visit_column(one: SoeTable) -> int | None:
    from soesift.schedule import read_schedule

    dayed = (v.column for v in read_schedule(one).visits if v.is_visit and v.day is not None and v.cycle is None)
    return next(dayed, None)


def planted(gold: Result, path: Path) -> dict[str, Any]:
    """Write the result with errors; where they are, by kind."""
    bad = gold.model_copy(deep=True)
    one = bad.tables[0]
    places: dict[str, Any] = {"title": one.title, "note": 0, "visit day": visit_column(one)}
    one.title, one.footnotes[0].text = "TTable 9", "A note that was read wrongly."
    for kind, head in (("cell", False), ("header", True)):
        cell = plain_cell(one, head) or (next(c for c in one.cells if c.text and c.row == 0) if head else None)
        assert cell is not None
        places[kind] = cell.model_copy(deep=True)
        cell.text = one.grid[cell.row][cell.column] = f"T{cell.text}"
    cell = linked(one)
    assert cell is not None
    places["link"] = cell.model_copy(deep=True)
    cell.markers, cell.runs = [], []
    cell = merged(one)
    assert cell is not None
    places["span"] = cell.model_copy(deep=True)
    one.cells += [
        Cell(row=cell.row, column=cell.column + n, text="", page=cell.page) for n in range(1, cell.column_span)
    ]
    for n in range(1, cell.column_span):
        one.grid[cell.row][cell.column + n] = ""
    cell.column_span = 1
    places["missed table"] = bad.tables.pop(1)
    bad.to_json(path)
    return places


class Hand:
    """How a person mends; by keyboard or by mouse."""

    def __init__(self, page: Any, name: str) -> None:
        self.page, self.name = page, name

    def dialog(self, values: dict[str, str]) -> None:
        self.page.wait_for_selector("#mending[open]")
        for name, value in values.items():
            field = self.page.locator(f"#mend-{name}")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.submit()
        self.page.wait_for_selector("#mending:not([open])", state="attached")
        until(self.page, SAVED)

    def mend_all(self, places: dict[str, Any], gold: Result) -> None:
        self.open_document()
        one = gold.tables[0]
        for kind in ("cell", "header", "link", "span"):
            cell = places[kind]
            self.to_cell(cell.row, cell.column)
            if kind == "span":
                for _ in range(cell.column_span - 1):
                    self.act("l", "Merge right")
                    until(self.page, SAVED)
                continue
            self.act("e", "Edit")
            self.dialog({"text": cell.text, "markers": ", ".join(cell.markers)})
        self.act("t", "Title")
        self.dialog({"title": places["title"]})
        self.to_note(0)
        self.dialog({"text": one.footnotes[0].text, "marker": one.footnotes[0].marker})
        self.to_visit(places["visit day"])
        self.dialog({"day": f"{NEW_DAY:g}"})
        self.act("v", "Grid")
        missed: SoeTable = places["missed table"]
        self.add(missed)

    def turn_to(self, number: int) -> None:
        for _ in range(60):
            now = int(re.findall(r"\d+", self.page.text_content(".number"))[0])
            if now == number:
                break
            self.act("ArrowRight" if now < number else "ArrowLeft", "Next page" if now < number else "Previous page")
        until(self.page, f"document.querySelector('.sheet img').alt.startsWith('Page {number}:')")

    def submit(self) -> None: ...
    def act(self, key: str, name: str) -> None: ...
    def open_document(self) -> None: ...
    def to_cell(self, row: int, column: int) -> None: ...
    def to_note(self, number: int) -> None: ...
    def to_visit(self, column: int) -> None: ...
    def add(self, missed: SoeTable) -> None: ...

    def held(self) -> tuple[int, int]:
        at = self.page.evaluate("document.querySelector('.grid .held')?.dataset.at")
        return (-1, -1) if at is None else tuple(map(int, at.split()))  # type: ignore[return-value]

    def visits(self) -> list[str]:
        return [str(one) for one in self.page.locator(".visits tbody td:first-child").all_text_contents()]


class Keyboard(Hand):
    def submit(self) -> None:
        self.page.keyboard.press("Control+Enter")

    def act(self, key: str, name: str) -> None:
        self.page.keyboard.press(key)

    def open_document(self) -> None:
        self.page.wait_for_selector(READ)
        button = self.page.locator("tr", has_text=f"{self.name}.pdf").get_by_role("button", name="Check")
        button.focus()
        self.page.keyboard.press("Enter")
        until(self.page, "document.querySelector('.detail h2')?.textContent")
        for _ in range(60):  # to the main schedule, along the document's items
            if self.page.text_content(".detail h2") == "TTable 9":
                return
            self.page.keyboard.press("j" if _ < 20 else "k")
            time.sleep(0.5)
        raise SystemExit("the main schedule is not among the items")

    def to_cell(self, row: int, column: int) -> None:
        for _ in range(300):
            now = self.held()
            if now[0] == row:
                break
            self.page.keyboard.press("ArrowUp" if now[0] > row else "ArrowDown")
        for _ in range(80):
            now = self.held()
            if now == (row, column):
                return
            self.page.keyboard.press("[" if now[1] > column else "]")
        raise SystemExit(f"cell {row} {column} is not reached: {self.held()}")

    def to_note(self, number: int) -> None:
        for _ in range(number + 1):
            self.page.keyboard.press("N")
        self.page.keyboard.press("e")

    def to_visit(self, column: int) -> None:
        self.page.keyboard.press("v")
        self.page.wait_for_selector(".visits")
        at = self.visits().index(str(column + 1))
        for _ in range(at):
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("e")

    def add(self, missed: SoeTable) -> None:
        self.turn_to(missed.pages[0])
        self.page.keyboard.press("a")
        until(self.page, "document.querySelector('.box.drawing')")
        wanted = missed.fragments[0].bbox
        assert wanted is not None
        for _ in range(400):
            box = self.page.evaluate(DRAWN)
            left, top = box[0] - wanted[0] + 6, box[1] - wanted[1] + 6
            wide, high = box[0] + box[2] - wanted[2] - 6, box[1] + box[3] - wanted[3] - 6
            steps = [
                ("ArrowLeft", left > 6),
                ("ArrowRight", left < -6),
                ("ArrowUp", top > 6),
                ("ArrowDown", top < -6),
                ("Shift+ArrowLeft", wide > 6),
                ("Shift+ArrowRight", wide < -6),
                ("Shift+ArrowUp", high > 6),
                ("Shift+ArrowDown", high < -6),
            ]
            key = next((key for key, needed in steps if needed), None)
            if key is None:
                break
            self.page.keyboard.press(key)
        self.page.keyboard.press("Enter")
        self.dialog({"table_type": missed.table_type, "title": missed.title})
        until(self.page, "document.getElementById('told').textContent.startsWith('Added')")


class Mouse(Hand):
    def submit(self) -> None:
        self.page.locator("#mending button[value=save]").click()

    def act(self, key: str, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{name}( {re.escape(key)})?$")).last.click()

    def open_document(self) -> None:
        self.page.locator("tr", has_text=f"{self.name}.pdf").get_by_role("button", name="Check").click()
        until(self.page, "document.querySelector('.detail h2')?.textContent")
        self.page.locator('[data-id^="document "]', has_text="TTable 9").first.click()
        until(self.page, "document.querySelector('.detail h2').textContent === 'TTable 9'")
        self.page.get_by_text("Rows, columns, header, split and join").click()

    def to_cell(self, row: int, column: int) -> None:
        self.page.locator(f'.grid [data-at="{row} {column}"]').click(position={"x": 4, "y": 4})

    def to_note(self, number: int) -> None:
        self.page.locator(f"#note-{number}").dblclick(position={"x": 4, "y": 4})  # not on its way back

    def to_visit(self, column: int) -> None:
        self.act("v", "Visits")
        self.page.wait_for_selector(".visits")
        self.page.locator(".visits tbody tr").nth(self.visits().index(str(column + 1))).dblclick()

    def add(self, missed: SoeTable) -> None:
        self.turn_to(missed.pages[0])
        self.page.get_by_role("button", name="Add a table").click()
        until(self.page, "document.querySelector('.box.drawing')")
        image = self.page.locator(".sheet img").bounding_box()
        wide = float(self.page.get_attribute(".layer", "viewBox").split()[2])
        box = missed.fragments[0].bbox
        assert box is not None
        scale = image["width"] / wide
        self.page.mouse.move(image["x"] + (box[0] - 4) * scale, image["y"] + (box[1] - 4) * scale)
        self.page.mouse.down()
        self.page.mouse.move(image["x"] + (box[2] + 4) * scale, image["y"] + (box[3] + 4) * scale, steps=5)
        self.page.mouse.up()
        self.dialog({"table_type": missed.table_type, "title": missed.title})
        until(self.page, "document.getElementById('told').textContent.startsWith('Added')")


def told(app: App, gold: dict[Path, Result], plants: dict[Path, dict[str, Any]], by: str) -> int:
    """Print, by kind, how many are right, and in which formats the document differs from the one without errors."""
    keys = {one["name"]: one["key"] for one in studies(app)}
    right = dict.fromkeys(KINDS, 0)
    differ: dict[str, int] = {}
    for path, result in gold.items():
        now = corrected_result(path)[0]
        for kind, good in by_kind(now, result, plants[path]).items():
            right[kind] += good
        wanted = expected(now, result, plants[path])
        if any(diff_results(wanted, now).counts().values()):
            differ["diff"] = differ.get("diff", 0) + 1
        for kind in formats():
            text = written(wanted, kind, path.stem, app.space / "protocols" / f"{path.stem}.pdf")
            one, other = timeless(text), timeless(app.take(keys[result.document.name], kind))
            if one != other:
                differ[kind] = differ.get(kind, 0) + 1
                at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
                start = max(0, at - 80)
                print(f"  {path.stem} {kind}: wanted {one[start : at + 80]!r}, is {other[start : at + 80]!r}")
    whole = sum(count == len(gold) for count in right.values())
    print(
        f"by {by}: {whole} of {len(KINDS)} kinds, of {len(gold)} errors each; "
        + ", ".join(f"{kind} {count}" for kind, count in right.items()),
        flush=True,
    )
    kinds = len(formats()) + 1
    print(
        f"formats (and diff) that say the same as without errors, in all documents: {kinds - len(differ)} of {kinds}"
        + (f"; others: {differ}" if differ else ""),
        flush=True,
    )
    return int(whole < len(KINDS) or bool(differ))


def written(wanted: Result, kind: str, stem: str, pdf: Path) -> str:
    """A format of the result without errors, as text."""
    if kind == BURDEN:
        return burden_html(count_result(wanted, load_vocabulary()))
    with tempfile.TemporaryDirectory() as folder:
        return "\n".join(in_full(one.read_bytes()) for one in sorted(write(wanted, kind, Path(folder), stem, pdf=pdf)))


def studies(app: App) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{app.url}api/studies") as answer:
        return list(json.loads(answer.read())["studies"])


def by_kind(now: Result, gold: Result, places: dict[str, Any]) -> dict[str, bool]:
    from soesift.schedule import read_schedule

    one, true = now.tables[0], gold.tables[0]
    found = {}
    for kind in ("cell", "header", "link", "span"):
        cell = places[kind]
        mine = next((c for c in one.cells if (c.row, c.column) == (cell.row, cell.column)), cell)
        found[kind] = content(mine) == content(cell)
    visit = next(v for v in read_schedule(one).visits if v.column == places["visit day"])
    missed = [t for t in now.tables if t.id.startswith("added")]
    found |= {
        "note": [(n.marker, n.text) for n in one.footnotes] == [(n.marker, n.text) for n in true.footnotes],
        "title": one.title == true.title,
        "visit day": visit.day == NEW_DAY,
        "missed table": bool(missed) and missed[0].grid == places["missed table"].grid,
    }
    return found


def content(cell: Cell) -> tuple[Any, ...]:
    return cell.text, cell.markers, cell.row_span, cell.column_span


def expected(now: Result, gold: Result, places: dict[str, Any]) -> Result:
    """The result without errors and with the new visit day; what says how it came about is taken from the mended one,
    and the printed runs of a cell, which a person's text replaces."""
    tables = []
    for mine, true in zip(now.tables, gold.tables, strict=True):
        runs = {(c.row, c.column): c for c in mine.cells}
        cells = [
            c.model_copy(update={k: getattr(runs[c.row, c.column], k) for k in KEPT})
            if (c.row, c.column) in runs
            else c
            for c in true.cells
        ]
        kept = {
            name: getattr(mine, name)
            for name in (
                "id",
                "evidence",
                "doubt",
                "probability",
                "type_probability",
                "title_source",
                "fragments",
                "pages",
                "footnote_pages",
                "row_pages",
                "flags",
                "population_track",
            )
        }
        notes = [n.model_copy(update={"doubt": m.doubt}) for n, m in zip(true.footnotes, mine.footnotes, strict=False)]
        tables.append(true.model_copy(update={**kept, "cells": cells, "footnotes": notes}))
    said = VisitSaid(column=places["visit day"], said={"day": NEW_DAY})
    tables[0] = tables[0].model_copy(update={"visits_said": [said]})
    return now.model_copy(update={"tables": tables})


def timeless(text: str) -> str:
    """Without moments and random ids."""
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "MOMENT", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)


# Kills


def kills(chromium: Any, place: Path, asked: argparse.Namespace) -> int:
    """Edits, decisions and undos while server and browser are killed; what is lost."""
    samples(place, 1, 500)
    chance, app, made = random.Random(asked.seed), App(place), set[str]()
    browser, browsers = Browser(chromium, place / "profile", app), 0
    try:
        for number in range(asked.kills):
            act(browser.page, chance, app, chance.uniform(0.1, 0.6), kill=number % 5 < 4)
            made |= ids(browser.page)
            if number % 5 == 4:  # the browser, in the middle of its work
                browser.kill()
                browser.start()
                browsers += 1
            else:
                app.start()
        until(browser.page, SAVED, 300)
    finally:
        app.kill()
        browser.kill()
    lines = [one["id"] for path in (place / "results").glob("*.jsonl") for one in read_corrections(path)]
    gone = made - set(lines)
    lost, twice = len(gone - browser.refused), len(lines) - len(set(lines))
    print(
        f"kills: {asked.kills - browsers} of the server, {browsers} of the browser; {len(made)} actions made, "
        f"{len(gone & browser.refused)} of them refused with a reason; "
        f"lost {lost}, written twice {twice}"
    )
    return int(lost > 0)


class Browser:
    """A Chromium of its own process group on one profile, so that it can be killed as a whole and started again."""

    def __init__(self, chromium: Any, profile: Path, app: App) -> None:
        self.chromium, self.profile, self.app = chromium, profile, app
        self.refused: set[str] = set()  # actions that the server would not take, and told the person why
        self.start()

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        path = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        options = ["--headless=new", "--no-sandbox", "--no-first-run", f"--user-data-dir={self.profile}"]
        options += [f"--remote-debugging-port={port}", "--window-size=1280,800", "about:blank"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([path, *options], stdout=quiet, stderr=quiet, start_new_session=True)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version").close()
                break
            except OSError:
                time.sleep(0.05)
        self.browser = self.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.page = self.browser.contexts[0].new_page()
        self.page.add_init_script(COUNT)
        self.page.on("response", self.heard)
        self.page.goto(self.app.url)
        until(self.page, "document.querySelector('#asking[open], .studies')")
        if self.page.query_selector("#asking[open]"):
            self.page.fill("#asked", "anna")
            self.page.keyboard.press("Enter")
        self.page.wait_for_selector(READ)
        self.page.locator(READ).first.click()
        until(self.page, "document.querySelector('.detail h2')?.textContent")
        for _ in range(20):  # to a table
            if self.page.query_selector(".grid tbody tr"):
                break
            self.page.keyboard.press("j")
            time.sleep(0.5)

    def heard(self, answer: Any) -> None:
        if answer.status == 409 and answer.request.post_data:
            with suppress(Exception):  # the page may be gone by now
                self.refused.add(json.loads(answer.request.post_data)["id"])

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with suppress(Exception):  # it is gone: that is what was wanted
            self.browser.close()


def ids(page: Any) -> set[str]:
    return set(json.loads(page.evaluate("localStorage.getItem('made')") or "[]"))


def act(page: Any, chance: random.Random, app: App, seconds: float, kill: bool = False) -> None:
    """Press keys as a person in a hurry would; the server is killed after `seconds`, and a few keys follow."""
    end, after = time.monotonic() + seconds, 4
    while after > 0:
        if time.monotonic() > end:
            if kill:
                app.kill()
                kill = False
            after -= 1
        what = chance.random()
        if what < 0.5:
            page.keyboard.press("ArrowDown")
            page.keyboard.press("e")
            try:
                page.wait_for_selector("#mending[open]", timeout=1500)
            except Exception:  # noqa: BLE001  # another item is shown that cannot be mended
                continue
            page.fill("#mend-text", f"word {chance.random():.6f}")
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press(chance.choice("uurHhyj"))


# Times


def first(chromium: Any, place: Path, asked: argparse.Namespace) -> int:
    """From the start of the command to the first table on the screen."""
    protocol = long_protocol(place, asked.pages or 100)
    browser = launch(chromium)
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    started = time.monotonic()
    app = App(place / "space")
    listening = time.monotonic() - started
    named(page, app.url)
    page.wait_for_selector("#file", state="attached")
    page.set_input_files("#file", str(protocol))
    dropped = time.monotonic() - started
    until(page, f"document.querySelector('{CHECK}')")
    listed = time.monotonic() - started
    page.locator(CHECK).first.click()
    until(page, "document.querySelectorAll('.grid tbody tr').length > 0")
    seen = time.monotonic() - started
    print(
        f"{asked.pages or 100} pages: page answers after {listening:.1f} s, protocol dropped at {dropped:.1f} s, "
        f"listed at {listed:.1f} s, first table on the screen at {seen:.1f} s"
    )
    app.kill()
    browser.close()
    return int(seen > 10)


def edit(chromium: Any, place: Path, asked: argparse.Namespace) -> int:
    """From the key that saves to the mended cell on the screen, on the first table that is found."""
    space = place / "space"
    (space / "protocols").mkdir(parents=True)
    protocol = long_protocol(place, asked.pages or 300)
    shutil.move(protocol, space / "protocols" / protocol.name)
    subprocess.run(
        [*SOESIFT, "detect", str(space / "protocols"), "--out", str(space / "results"), "--format", "json"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    browser, app = launch(chromium), App(space)
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    named(page, app.url)
    page.wait_for_selector(READ)
    page.locator(READ).first.click()
    until(page, "document.querySelectorAll('.grid tbody tr').length > 0")
    for _ in range(60):  # what is only a near miss cannot be mended, and doubtful ones come first
        if page.query_selector(".item[aria-current=true] .chip:is(.unsure, .near_miss, .unlikely)") is None:
            break
        page.keyboard.press("j")
        page.wait_for_timeout(500)
    cells = page.evaluate("document.querySelectorAll('.grid [data-at]').length")
    shown, written = [], []
    for number in range(asked.edits):
        page.keyboard.press("ArrowDown" if number < 30 else "ArrowUp")
        page.keyboard.press("e")
        page.wait_for_selector("#mending[open]")
        page.fill("#mend-text", f"word {number}")
        took = page.evaluate(TIMED, f"word {number}")
        shown.append(took["shown"])
        written.append(took["written"])
    for name, times in (("on the screen", sorted(shown)), ("written down", sorted(written))):
        print(
            f"{name}: median {times[len(times) // 2]:.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms; "
            f"{asked.edits} edits, {cells} cells, {asked.pages or 300} pages"
        )
    app.kill()
    browser.close()
    return 0


TIMED = """async (word) => {
  const start = performance.now();
  document.getElementById('mending-form').requestSubmit(document.querySelector('#mending button[value=save]'));
  const there = () => [...document.querySelectorAll('.grid [data-at]')]
    .some((cell) => cell.textContent.startsWith(word));
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (!there()) await frame();
  const shown = performance.now() - start;
  while (document.getElementById('saved').textContent !== 'All saved') await frame();
  return { shown, written: performance.now() - start };
}"""


def long_protocol(place: Path, pages: int) -> Path:
    """A made-up protocol of that many pages with text: several behind each other, as one PDF."""
    from pypdfium2 import PdfDocument

    made = place / "parts"
    options = ["--kind", "full", "--seed", "700", "--count", str(-(-pages // 12))]
    subprocess.run([*SOESIFT, "sample", "--out", str(made), *options], check=True, stdout=subprocess.DEVNULL)
    whole = PdfDocument.new()
    for path in sorted(made.glob("*.pdf")):
        part = PdfDocument(path)
        texts = [page.get_textpage().get_text_bounded() for page in part]
        whole.import_pages(part, [number for number, text in enumerate(texts) if len(text) > 200])
    for number in range(len(whole) - 1, pages - 1, -1):
        del whole[number]
    out = place / "long.pdf"
    whole.save(str(out))
    return out


if __name__ == "__main__":
    sys.exit(main())
