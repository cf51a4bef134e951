"""A reviewer who looks only at what is marked doubtful, through the app: how many whole tables are perfect afterwards?

    python benchmarks/doubts_session.py --out DIR [--seeds 0-12] [--worn 4] [--show]

Needs playwright and a Chromium on the PATH. Made-up schedules (`soesift.sample.restyled`), of the last `--worn` seeds
as pictures (benchmarks/worn_pages.py), are read by `soesift detect`. In a headless Chromium each document is opened in
`soesift app`; `.` leads to one doubt after the other. A place that is right is said to be (`c`), a wrong one is typed
as printed (`e`); for a doubt about the table as a whole, rows that are missing are put in, those that are too many go,
the header is made shorter or longer, lost notes are added. Nothing else is touched. Then every item is accepted or
rejected, the document signed (`S`), taken away as JSON, and held against the truth by benchmarks/whole_tables.py.
Of pictures neither case nor spaces count.
Visits are not in that truth: doubts about them are said to be right. What was read is kept in DIR.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import urllib.request
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from app_session import SAVED, SOESIFT, App, launch, named, until
from whole_tables import Reading, Score, best_table, compare, letters, plain
from worn_pages import KINDS, make_worn

from soesift.result.models import Result, SoeTable
from soesift.sample.restyled.press import restyle
from soesift.sample.restyled.style import WholeTruth

WORN = ("200 dpi, skew", "300 dpi", "fax", "grey paper", "turned", "running lines")
FIRST = 90_000  # of the seeds, so that nobody has looked at what they make
MOST = 400  # doubts of one document


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="0-12", help="first and one past the last")
    parser.add_argument("--worn", type=int, default=4, help="of them as pictures")
    parser.add_argument("--show", action="store_true", help="what stayed wrong")
    asked = parser.parse_args()
    first, end = map(int, asked.seeds.split("-"))
    truths = {f"made-{seed}": made(asked.out, seed, seed >= end - asked.worn) for seed in range(first, end)}
    worn = {f"made-{seed}" for seed in range(end - asked.worn, end)}
    detect(asked.out)
    with tempfile.TemporaryDirectory() as folder:
        return reviewed(asked.out, Path(folder), truths, worn, asked.show)


def made(out: Path, seed: int, as_picture: bool) -> WholeTruth:
    """A protocol, and what it says."""
    protocols, born = out / "protocols", out / "born"
    for place in (protocols, born):
        place.mkdir(parents=True, exist_ok=True)
    truth = restyle(FIRST + seed, born / f"made-{seed}.pdf")
    path = protocols / f"made-{seed}.pdf"
    if as_picture and not path.exists():
        make_worn(born / path.name, dict.fromkeys(truth.pages), KINDS[WORN[seed % len(WORN)]], path, seed)
    if as_picture:
        truth.pages = list(range(1, len(truth.pages) + 1))  # the picture has these pages alone
    if not as_picture:
        path.write_bytes((born / path.name).read_bytes())
    return truth


def detect(out: Path) -> None:
    words = ["detect", out / "protocols", "--out", out / "results", "--format", "json", "--resume"]
    subprocess.run([*SOESIFT, *map(str, words)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reviewed(out: Path, space: Path, truths: dict[str, WholeTruth], worn: set[str], show: bool) -> int:
    """Review each document on a copy of what was read; print before and after."""
    for part in ("protocols", "results"):
        (space / part).mkdir()
        for path in (out / part).glob("made-*"):
            (space / part / path.name).write_bytes(path.read_bytes())
    total: Counter[str] = Counter()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser, app = launch(running.chromium), App(space)
        try:
            for name, truth in truths.items():
                page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
                named(page, app.url)
                total.update(one(Reviewer(page, app, name, truth, name in worn), show))
                page.close()
        finally:
            app.kill()
            browser.close()
    print(
        f"tables perfect {total['before']} of {len(truths)}, {total['after']} once a reviewer of doubts alone went "
        f"through the app; {total['stops']} doubts, {total['mended']} places mended; signed {total['signed']}"
    )
    return int(total["after"] < 0.95 * len(truths))


def one(reviewer: Reviewer, show: bool) -> dict[str, int]:
    before = reviewer.score()
    stops = reviewer.review()
    signed = reviewer.sign()
    after = reviewer.score()
    print(
        f"{reviewer.name}: {len(before.told)} slips, {len(after.told)} after {stops} doubts, {reviewer.mended} mended"
        f"{'' if signed else ', NOT SIGNED'}",
        flush=True,
    )
    for line in after.told if show else ():
        print(f"  {line}")
    told = {"before": before.perfect, "after": after.perfect, "stops": stops, "mended": reviewer.mended}
    return {**told, "signed": signed}


class Reviewer:
    """One document in the browser, and what is printed in it."""

    def __init__(self, page: Any, app: App, name: str, truth: WholeTruth, worn: bool) -> None:
        self.page, self.app, self.name, self.truth, self.worn = page, app, name, truth, worn
        self.key = next(row["key"] for row in self.get("studies")["studies"] if row["name"] == f"{name}.pdf")
        self.mended = 0

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.app.url}api/{path}") as answer:
            return json.loads(answer.read())

    def result(self) -> Result:
        return Result.model_validate(self.get(f"documents/{self.key}/export/json"))

    def score(self) -> Score:
        found = [table for table in self.result().tables if set(table.pages) & set(self.truth.pages)]
        if self.worn:
            return compare(folded_truth(self.truth), [folded(table) for table in found], 0)
        return compare(self.truth, found, 0)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def review(self) -> int:
        """Along all doubts; how many there were."""
        self.page.goto(f"{self.app.url}#check/{self.key}/")
        self.page.reload()
        until(self.page, "document.querySelector('.detail h2')?.textContent")
        for count in range(MOST):
            self.page.evaluate("document.getElementById('told').textContent = ''")
            self.press(".")
            until(self.page, "document.getElementById('told').textContent")
            if self.page.text_content("#told").startswith("No doubtful"):
                return count
            self.at_doubt()
            until(self.page, SAVED)
        raise SystemExit(f"{self.name}: more than {MOST} doubts")

    def at_doubt(self) -> None:
        """Mend the place that one was led to, or say that it is right."""
        table, reading = self.here()
        where = self.page.evaluate(WHERE)
        if table is None or where["visits"]:
            return self.press("c")
        if where["note"] is not None:
            return self.note(table, int(where["note"]))
        if where["cell"] is None:
            return self.whole(table)
        row, column = map(int, where["cell"].split())
        wanted = printed(reading, row, column) if reading else None
        return self.cell(table, row, column, wanted)

    def here(self) -> tuple[SoeTable | None, Reading | None]:
        """The table that is open, if it is the one whose truth is known."""
        result, key = self.result(), self.page.evaluate("decodeURIComponent(location.hash).split('/')[2]")
        tables = [table for table in result.tables if set(table.pages) & set(self.truth.pages)]
        truth, shown = (folded_truth(self.truth), [*map(folded, tables)]) if self.worn else (self.truth, tables)
        best = best_table(truth, shown)
        if best is None or best.id != key:
            return None, None
        reading = Reading(truth, best)  # which rows and columns are which; what is typed is as printed
        reading.truth, reading.table = self.truth, tables[shown.index(best)]
        return reading.table, reading

    def cell(self, table: SoeTable, row: int, column: int, wanted: tuple[str, list[str]] | None) -> None:
        now = next(c for c in table.cells if (c.row, c.column) == (row, column))
        if wanted is None or (plain(now.text), now.markers) == wanted:
            return self.press("c")
        self.press("e")
        return self.dialog({"text": wanted[0], "markers": ", ".join(wanted[1])})

    def note(self, table: SoeTable, number: int) -> None:
        now = table.footnotes[number]
        texts = [text for marker, text in self.truth.notes if marker == now.marker]
        texts = texts or ([self.truth.legend] if not now.marker and self.truth.legend else [])
        if texts and letters(texts[0]) == letters(now.text):
            return self.press("c")
        self.press("e")
        return self.dialog({"text": texts[0] if texts else ""})

    def dialog(self, values: dict[str, str]) -> None:
        self.page.wait_for_selector("#mending[open]")
        for name, value in values.items():
            self.page.fill(f"#mend-{name}", value)
        self.press("Control+Enter")
        self.page.wait_for_selector("#mending:not([open])", state="attached")
        self.mended += 1

    def step(self, key: str) -> None:
        """A key that changes the shape of the table, and its answer."""
        self.press(key)
        until(self.page, SAVED)
        self.mended += 1

    def to_cell(self, row: int, column: int) -> None:
        self.page.locator(f'.grid [data-at="{row} {column}"]').click(position={"x": 4, "y": 4})

    def whole(self, table: SoeTable) -> None:
        """Header, rows and notes of the table as printed; then it is said to be right."""
        for _ in range(abs(table.header_rows - self.truth.header_rows)):
            self.step("h" if table.header_rows > self.truth.header_rows else "H")
        self.rows()
        self.notes()
        self.page.evaluate("document.activeElement?.blur()")
        table, _ = self.here()
        if table is not None and table.doubt:
            self.press(".")  # back to the first of its doubts
            for _ in range(MOST):
                if self.page.evaluate(WHERE)["cell"] is None and not self.page.evaluate(WHERE)["visits"]:
                    break
                self.press(".")
            self.press("c")

    def rows(self) -> None:
        """Rows that are missing are put in and filled; rows that are not printed go."""
        for _ in range(MOST):
            table, reading = self.here()
            if table is None or reading is None:
                return
            lost = missing(reading)
            extra = [r for r in unread(reading) if not between(reading, r)]
            if extra:
                self.to_cell(extra[-1], 0)
                self.step("x")
            elif lost is not None:
                self.put_in(*lost)
            else:
                return

    def put_in(self, row: int, at: int) -> None:
        """A printed row, read nowhere, before row `at` of the table."""
        count = len(self.result_table().grid)
        self.to_cell(min(at, count - 1), 0)
        self.step("i")
        for column, text in enumerate(self.truth.grid[row]):
            markers = self.truth.markers.get((row, column), [])
            if text or markers:
                self.to_cell(min(at, count - 1), column)
                self.press("e")
                self.dialog({"text": plain(text), "markers": ", ".join(markers)})
                until(self.page, SAVED)

    def result_table(self) -> SoeTable:
        table, _ = self.here()
        assert table is not None
        return table

    def notes(self) -> None:
        known = {note.marker for note in self.result_table().footnotes}
        for marker, text in self.truth.notes:
            if marker not in known:
                self.press("f")
                self.dialog({"marker": marker, "text": text})
                until(self.page, SAVED)

    def sign(self) -> bool:
        for _ in range(50):
            item = next((i for i in self.get(f"documents/{self.key}")["items"] if i["open"] or i["unseen"]), None)
            if item is None:
                break
            self.page.locator(f'[data-id="document {self.key} {item["key"]}"]').click()
            until(self.page, f"decodeURIComponent(location.hash).endsWith({json.dumps('/' + item['key'])})")
            self.press("y" if item["key"].startswith(("t", "added")) else "n")
            until(self.page, SAVED)
        self.press("S")
        until(self.page, SAVED)
        return bool(self.get(f"documents/{self.key}")["signed"])


WHERE = """
(() => ({
  visits: Boolean(document.querySelector('.visits')),
  note: document.activeElement?.id?.match(/^note-(\\d+)$/)?.[1] ?? null,
  cell: document.querySelector('.grid .held')?.dataset.at ?? null,
}))()
"""


def fold(text: str) -> str:
    """Of a picture neither case nor spaces count: a mark is no other mark for being large."""
    return letters(text).casefold()


def folded_truth(truth: WholeTruth) -> WholeTruth:
    notes = [(marker, fold(text)) for marker, text in truth.notes]
    grid = [[fold(text) for text in row] for row in truth.grid]
    return replace(truth, title=fold(truth.title), grid=grid, notes=notes, legend=fold(truth.legend))


def folded(table: SoeTable) -> SoeTable:
    notes = [note.model_copy(update={"text": fold(note.text)}) for note in table.footnotes]
    grid = [[fold(text) for text in row] for row in table.grid]
    return table.model_copy(update={"title": fold(table.title), "grid": grid, "footnotes": notes})


def printed(reading: Reading, row: int, column: int) -> tuple[str, list[str]] | None:
    """What stands on the page at a cell that was read; None where that cannot be told."""
    truth, table = reading.truth, reading.table
    columns = {read: true for true, read in enumerate(reading.columns) if read is not None}
    if row < table.header_rows:
        true_row = row if table.header_rows == truth.header_rows else None
    else:
        true_row = {read: true for true, read in reading.rows.items()}.get(row, between(reading, row))
    true_column = columns.get(column)
    if true_row is None or true_column is None:
        return None
    return plain(truth.grid[true_row][true_column]), truth.markers.get((true_row, true_column), [])


def unread(reading: Reading) -> list[int]:
    """Rows of the table whose name is that of no printed row."""
    known = set(reading.rows.values())
    return [r for r in range(reading.table.header_rows, len(reading.table.grid)) if r not in known]


def between(reading: Reading, row: int) -> int | None:
    """The printed row that a row with a wrong name is: where as many rows stand between the same neighbours."""
    pairs = sorted(reading.rows.items())
    before = max(
        (p for p in pairs if p[1] < row), default=(reading.truth.header_rows - 1, reading.table.header_rows - 1)
    )
    after = min((p for p in pairs if p[1] > row), default=(len(reading.truth.grid), len(reading.table.grid)))
    if after[0] - before[0] != after[1] - before[1]:
        return None
    return before[0] + row - before[1]


def missing(reading: Reading) -> tuple[int, int] | None:
    """The first printed row that was not read at all, and the row of the table before which it belongs."""
    taken = {between(reading, r) for r in unread(reading)}
    for row in range(reading.truth.header_rows, len(reading.truth.grid)):
        if row not in reading.rows and row not in taken and row not in reading.truth.unknown:
            before = max(
                (read for true, read in reading.rows.items() if true < row), default=reading.table.header_rows - 1
            )
            return row, before + 1
    return None


if __name__ == "__main__":
    raise SystemExit(main())
