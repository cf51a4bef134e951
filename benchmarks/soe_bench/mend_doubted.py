"""A reviewer who looks only at what is marked doubtful: how many whole tables are perfect afterwards?

    python benchmarks/soe_bench/mend_doubted.py FACTS RESULTS DOCUMENTS... [--half H] [--only ID...] [--per-table]

FACTS and RESULTS are those of `score_facts.py`, DOCUMENTS folders with `ID.pdf`. Each result is copied, and every place
of a table that carries a doubt is set right as a person would who looks at the page: by lines of the corrections'
sidecar, as the app writes them. Places without a doubt are left, however wrong. The corrected result is exported as
JSON, which is scored, and as CSV, where each place that was mended must say the same.

The facts hold hashes and no text, so what is right is looked for among the words of the table's pages and cells, and
a few signs, until a hash fits. Where none fits (a page that is a picture, words set over several lines) the place is
left and counted as not to be typed. So the count is a lower bound of what a person reaches, and "perfect once
mended" of `score_facts.py` the upper one.
"""

from __future__ import annotations

import argparse
import csv
import json
import string
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from facts import digest, letters
from score_facts import (
    Found,
    Pairs,
    Score,
    accepted,
    columns_of,
    found_marks,
    found_table,
    has_doubt,
    header_places,
    marker_of,
    rows_by_name,
    rows_of,
    same_text,
    score_best,
    score_table,
    whole_column,
)

from soesift.corrections import add_corrections, corrected_result, sidecar_of
from soesift.document.pdf import open_pdf, read_page
from soesift.document.words import Words, find_words
from soesift.export.write import write

SIGNS = ("X", "x", "✓", "→", "–", "☎", "☐", "O", "N/A", "P", "C")
LONGEST = 60  # words of a cell
NEXT = 6.0  # points around a cell in which a person still takes a word for the cell's
NOBODY = "benchmark"


@dataclass
class Page:
    """What is printed where the table stands: texts by hash, and its words in the file's order for long notes."""

    pages: dict[int, Words]
    words: list[str]
    texts: dict[str, str] = field(default_factory=dict)

    def typed(self, hashes: Iterable[str], cell: dict[str, Any]) -> str | None:
        """The printed text that has one of the hashes, in the cell or wherever it stands; None if there is none."""
        near = {digest(text) or "": text for text in runs(self.within(cell))}
        return next((known[one] for known in (near, self.texts, short_texts()) for one in hashes if one in known), None)

    def within(self, cell: dict[str, Any]) -> list[str]:
        """The words in a cell and next to it, line by line."""
        words, box = self.pages.get(cell.get("page") or 0), cell.get("bbox")
        if words is None or box is None:
            return []
        x, y = (words.boxes[:, 0] + words.boxes[:, 2]) / 2, (words.boxes[:, 1] + words.boxes[:, 3]) / 2
        inside = (x > box[0] - NEXT) & (x < box[2] + NEXT) & (y > box[1] - NEXT) & (y < box[3] + NEXT)
        return [words.text[i] for i in sorted(np.flatnonzero(inside), key=lambda i: (round(y[i] / 4), x[i]))]

    def note(self, wanted: dict[str, Any]) -> str | None:
        """The run of words with a note's hash and number of letters."""
        plain = [letters(word) for word in self.words]
        for start in range(len(plain)):
            count = 0
            for end in range(start, len(plain)):
                count += len(plain[end])
                if count >= wanted["length"]:
                    break
            text = " ".join(self.words[start : end + 1])
            if count == wanted["length"] and digest(text) == wanted["hash"]:
                return text
        return None


def page_of_table(document: Path | None, pages: Iterable[int], table: dict[str, Any]) -> Page:
    """Texts that may be meant: signs, the table's own, every run of words of its pages."""
    read: dict[int, Words] = {}
    if document is not None:
        with open_pdf(document) as pdf:
            read = {n: find_words(read_page(pdf, n - 1)) for n in sorted({*pages}) if 1 <= n <= len(pdf)}
    words = [word for one in read.values() for word in one.text]
    own = [text or "" for row in table["grid"] for text in row]
    found = Page(read, words)
    for run in (*([sign] for sign in SIGNS), *(text.split() for text in own), words):
        for text in runs(run):
            if key := digest(text):
                found.texts.setdefault(key, text)
    return found


@cache
def short_texts() -> dict[str, str]:
    """All of one to three letters and digits by hash, as a person types without looking twice."""
    signs = string.ascii_letters + string.digits
    return {digest(text) or "": text for text in ("".join(one) for n in (3, 2, 1) for one in product(signs, repeat=n))}


def runs(words: Sequence[str]) -> Iterator[str]:
    """Every run of at most `LONGEST` words, short ones first."""
    for length in range(1, min(LONGEST, len(words)) + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


@dataclass
class Reviewer:
    """What is said of one table, in the order in which it counts; `untyped`: places whose right text was not found."""

    facts: dict[str, Any]
    found: Found
    page: Page
    said: list[dict[str, Any]] = field(default_factory=list)
    untyped: Counter[str] = field(default_factory=Counter)

    def say(self, action: str, **what: Any) -> None:
        self.said.append({"action": action, "table": self.found.raw["id"], **what})

    def set(self, row: int, column: int, hashes: Sequence[str]) -> None:
        """A cell as it should be; nothing where no hash is wanted."""
        cell = self.found.cells.get((row, column), {})
        text = self.page.typed(hashes, cell) if hashes else ""
        if text is None:
            self.untyped["cells"] += 1
            return
        if cell.get("row_span", 1) * cell.get("column_span", 1) > 1:
            self.say("merge_cells", row=cell["row"], column=cell["column"], row_span=1, column_span=1)
        self.say("edit_cell", row=row, column=column, text=text)

    def look(self) -> None:
        """All doubtful places; rows that are none last, from below, so that places stay what they are."""
        by_name = rows_by_name(self.facts, self.found)
        columns = columns_of(self.facts, self.found, by_name)
        rows = rows_of(self.facts, self.found, by_name, columns)
        self.headers(columns)
        self.bodies(rows, columns)
        self.notes()
        for place in sorted(self.rows_too_many(rows), reverse=True):
            self.say("remove_row", at=place)

    def headers(self, columns: Pairs) -> None:
        head, shift = self.found.head, self.found.head - self.facts["header_rows"]
        for column, places in header_places(self.facts, self.found, columns).items():
            wanted = self.facts["columns"][column]
            right = {*accepted(wanted["whole"], self.found)}
            if not wanted["whole"] or any(whole_column(self.found, place) & right for place in places):
                continue
            spot = next((p for p in places if any(self.found.doubted(r, p) for r in range(head))), None)
            if spot is None:
                continue
            cells = {row + shift: self.found.cells.get((row + shift, spot), {}) for row in range(-shift, head - shift)}
            levels = {row + shift: level for row, level in enumerate(wanted["levels"]) if level}
            if shift < 0 or any(self.page.typed([level], cells.get(row, {})) is None for row, level in levels.items()):
                self.untyped["headers"] += 1
                continue
            for row in range(head):
                self.set(row, spot, [levels[row]] if row in levels else [])

    def bodies(self, rows: Pairs, columns: Pairs) -> None:
        for number, row in enumerate(self.facts["rows"]):
            place = rows.get(number)
            if place is None or place < self.found.head:
                continue
            if row["name"] and self.found.doubted(place, 0) and not self.found.names(place) & {*row["name"]}:
                self.set(place, 0, accepted(row["name"], self.found))
            self.marks(row, place, columns)

    def marks(self, row: dict[str, Any], place: int, columns: Pairs) -> None:
        shown = found_marks(self.found, place, columns)
        back = {spot: str(column) for column, spot in columns.items()}
        for spot in {*shown, *columns.values()}:
            wanted = row["cells"].get(back.get(spot, ""), [])
            good = same_text(accepted(wanted, self.found), row["long"].get(back.get(spot, "")), shown.get(spot, ""))
            if self.found.doubted(place, spot) and not (good if wanted else spot not in shown):
                self.set(place, spot, accepted(wanted, self.found))

    def rows_too_many(self, rows: Pairs) -> list[int]:
        extra = [place for place in range(self.found.head, len(self.found.grid)) if place not in rows.values()]
        return [place for place in extra if any(self.found.doubted(place, column) for column in range(2))]

    def notes(self) -> None:
        shown = self.found.raw.get("footnotes", [])
        named = {marker_of(doubt.get("marker") or "") for doubt in self.found.raw.get("doubt", [])} - {""}
        used: set[int] = set()
        lost = []
        for wanted in self.facts["notes"]:
            hits = [n for n, note in enumerate(shown) if n not in used and is_note(note, wanted)]
            used |= {*hits[:1]}
            lost += [] if hits or not wanted["marker"] or not wanted["length"] else [wanted]
        for wanted in lost:
            self.lost_note(wanted, shown, used, named)
        gone = [n for n, note in enumerate(shown) if n not in used and note["marker"] and has_doubt(note)]
        for number in reversed(gone):
            self.say("remove_note", note=number)

    def lost_note(self, wanted: dict[str, Any], shown: list[dict[str, Any]], used: set[int], named: set[str]) -> None:
        marker = marker_of(wanted["marker"])
        close = [n for n, note in enumerate(shown) if n not in used and marker_of(note["marker"]) == marker]
        if not (has_doubt(shown[close[0]]) if close else marker in named):
            return
        used |= {*close[:1]}
        text = self.page.note(wanted)
        if text is None:
            self.untyped["notes"] += 1
        elif close:
            self.say("edit_note", note=close[0], marker=wanted["marker"], text=text)
        else:
            self.say("add_note", marker=wanted["marker"], text=text)


def is_note(note: dict[str, Any], wanted: dict[str, Any]) -> bool:
    marker = marker_of(wanted["marker"])
    return same_text([wanted["hash"]], wanted, note["text"]) and (not marker or marker_of(note["marker"]) == marker)


def best(facts: dict[str, Any], tables: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The found table that `score_best` takes."""
    near = [t for t in tables if t.get("grid") and (not t.get("pages") or {*t["pages"]} & {*facts["pages"]})]
    counts = [score_table(facts, table).counts for table in near]
    return max(zip(counts, near, strict=True), key=lambda p: p[0]["marks_ok"] + p[0]["rows_ok"], default=({}, None))[1]


def mended(
    facts: dict[str, Any], source: Path, document: Path | None, home: Path
) -> tuple[dict[str, Any], Counter[str]]:
    """The exported JSON of a result after the reviewer, and counts of what was said."""
    raw = json.loads(source.read_text("utf-8"))
    path = home / source.name
    path.write_text(json.dumps(raw), "utf-8")
    counts: Counter[str] = Counter()
    said: list[dict[str, Any]] = []
    for true in facts["tables"]:
        if (table := best(true, raw["tables"])) is None:
            continue
        pages = {*true["pages"], *table.get("footnote_pages", [])}
        one = Reviewer(
            true, found_table(table, true.get("markers_raised", True)), page_of_table(document, pages, table)
        )
        one.look()
        said += one.said
        counts += one.untyped
    lines = [{"id": f"{source.stem}-{n}", "who": NOBODY, "what": what, "why": ""} for n, what in enumerate(said)]
    add_corrections(sidecar_of(path), lines)
    result, left_out = corrected_result(path)
    counts.update(said=len(said), left_out=len(left_out))
    [written] = write(result, "json", home / "out", source.stem)
    export = json.loads(written.read_text("utf-8"))
    write(result, "csv", home / "out", source.stem, repeat=True)
    counts["csv differs"] += differing(export["tables"], home / "out", source.stem)
    return export, counts


def differing(tables: Sequence[dict[str, Any]], folder: Path, stem: str) -> int:
    """Tables whose CSV says another text somewhere than the JSON, markers and formula signs aside."""
    count = 0
    for number, table in enumerate(tables, 1):
        with (folder / f"{stem}_table{number}.csv").open(encoding="utf-8-sig", newline="") as file:
            shown = [row[1:] for row in csv.reader(file)]
        pairs = ((a or "", b) for left, right in zip(table["grid"], shown, strict=True) for a, b in zip(left, right))  # noqa: B905
        count += any(letters(a) and not letters(b).startswith(letters(a)[:5]) for a, b in pairs)
    return count


def find(folders: Sequence[Path], name: str) -> Path | None:
    return next((path for folder in folders for path in sorted(folder.rglob(f"{name}.pdf"))), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("facts", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--half", choices=("dev", "aside"))
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--per-table", action="store_true")
    asked = parser.parse_args()
    sums: Counter[str] = Counter()
    for path in sorted(asked.facts.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        chosen = (not asked.half or facts["half"] == asked.half) and (not asked.only or path.stem in asked.only)
        if chosen and (asked.results / path.name).exists():
            sums += of_document(facts, asked.results / path.name, find(asked.documents, path.stem), asked.per_table)
    print(
        f"tables {sums['tables']}: perfect {sums['before']}, after {sums['after']} (at most {sums['bound']});"
        f" corrections {sums['said']}, not to be typed {sums['headers']} headers,"
        f" {sums['cells']} cells, {sums['notes']} notes; that did not fit {sums['left_out']},"
        f" tables whose CSV differs {sums['csv differs']}"
    )


def of_document(facts: dict[str, Any], source: Path, document: Path | None, tell: bool) -> Counter[str]:
    before = json.loads(source.read_text("utf-8"))["tables"]
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "out").mkdir()
        export, sums = mended(facts, source, document, Path(home))
    for number, true in enumerate(facts["tables"], 1):
        first, then = score_best(true, before), score_best(true, export["tables"])
        sums.update(tables=1, before=perfect(first), after=perfect(then))
        sums["bound"] += first.counts.get("perfect_once_mended", 0)
        if tell:
            print(f"{source.stem} {number}: slips {slips(first)} -> {slips(then)}")
    return sums


def perfect(score: Score) -> int:
    return score.counts.get("perfect", 0)


def slips(score: Score) -> str:
    return f"{score.counts.get('slips', 0)} ({score.counts.get('slips_doubted', 0)} doubted)"


if __name__ == "__main__":
    main()
