"""Whole tables: one schedule's content printed in many styles, read, and held against what is printed.

    python benchmarks/whole_tables.py [--seeds 0-200] [--jobs 1] [--keep DIR] [--show N] [--factors]

Prints, for the even seeds (on which repairs may be tried) and the odd ones (kept aside): perfect tables, header columns
with all their levels, names, cells, notes, wrong places that carry a doubt and right ones that do; with --factors the
perfect tables by each value of each factor of print, worst first; with --show the first differences of N tables.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from soesift.detect.detector import Detector
from soesift.result.models import SoeTable
from soesift.sample.restyled.press import restyle
from soesift.sample.restyled.style import WholeTruth

_DETECTOR: list[Detector] = []


@dataclass
class Score:
    """Counts of one table, and its differences in words. Places are header columns, names, cells and notes."""

    seed: int
    style: dict[str, str]
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def place(self, kind: str, right: bool, doubted: bool, said: str = "") -> None:
        self.counts[kind] += 1
        self.counts[f"{kind} right"] += right
        self.counts["right" if right else "wrong"] += 1
        self.counts[("right" if right else "wrong") + " doubted"] += doubted
        if not right:
            self.told.append(f"{kind}{' (doubted)' if doubted else ''}: {said}")

    @property
    def perfect(self) -> bool:
        return not self.told


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def plain(text: str) -> str:
    return " ".join(text.split())


def best_table(truth: WholeTruth, tables: list[SoeTable]) -> SoeTable | None:
    names = {letters(row[0]) for row in truth.grid[truth.header_rows :]}
    ranked = [(len(names & {letters(t) for row in table.grid for t in row[:2]}), -n) for n, table in enumerate(tables)]
    best = max(ranked, default=(0, 0))
    return tables[-best[1]] if best[0] else None


def compare(truth: WholeTruth, tables: list[SoeTable], seed: int) -> Score:
    """All places of the truth, and what was read beyond it."""
    score = Score(seed, truth.style)
    table = best_table(truth, tables)
    if table is None:
        score.counts["lost"] += 1
        score.told.append("not found")
        for kind, count in (("column", len(truth.grid[0]) - 1), ("name", len(truth.grid) - truth.header_rows)):
            score.counts.update({kind: count, "wrong": count})
        return score
    if len(tables) > 1:
        score.told.append(f"{len(tables)} tables")
    reading = Reading(truth, table)
    score_header(score, reading)
    score_body(score, reading)
    score_notes(score, truth, table)
    title = letters(truth.title) in letters(table.title)
    score.counts.update({"title right": title, "header rows right": truth.header_rows == table.header_rows})
    return score


class Reading:
    """What was read, laid over the truth: for each column and row of the truth the one that was read, or None."""

    def __init__(self, truth: WholeTruth, table: SoeTable) -> None:
        self.truth, self.table = truth, table
        self.markers = {(c.row, c.column): c.markers for c in table.cells if c.markers}
        self.doubted: set[tuple[int, int]] = set()
        for cell in table.cells:
            if cell.doubt:
                self.doubted |= {
                    (r, c)
                    for r in range(cell.row, cell.row + cell.row_span)
                    for c in range(cell.column, cell.column + cell.column_span)
                }
        self.named = any(d.place != "note" and d.marker is None for d in table.doubt)
        self.name, self.read_name = self._names()
        self.columns = self._columns()
        self.rows = self._rows()

    def _names(self) -> tuple[int, int]:
        """The columns of the names: where categories are printed before them, they may be set behind."""
        if self.truth.style["second"] != "category":
            return 0, 0
        names = {letters(row[1]) for row in self.truth.grid}
        seen = [sum(letters(row[at]) in names for row in self.table.grid) for at in (0, 1)]
        return 1, int(seen[1] > seen[0])

    def _columns(self) -> list[int | None]:
        wide, read = len(self.truth.grid[0]), max(map(len, self.table.grid))
        order = list(range(wide))
        if self.name == 1 and self.read_name == 0:
            order[:2] = [1, 0]
        if wide == read:
            return list(order)
        one = ["".join(letters(row[c]) for row in self.truth.grid) for c in range(wide)]
        two = ["".join(letters(row[c]) if c < len(row) else "" for row in self.table.grid) for c in range(read)]
        found: list[int | None] = [None] * wide
        for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
            for k in range(block.size):
                found[block.a + k] = block.b + k
        return found

    def _rows(self) -> dict[int, int]:
        truth, table = self.truth, self.table
        one = [letters(row[self.name])[:40] for row in truth.grid[truth.header_rows :]]
        two = [letters(row[self.read_name])[:40] for row in table.grid[table.header_rows :]]
        blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
        return {b.a + k + truth.header_rows: b.b + k + table.header_rows for b in blocks for k in range(b.size)}

    def marks(self, row: int, column: int) -> list[str]:
        return self.markers.get((row, column), [])


def score_header(score: Score, reading: Reading) -> None:
    truth, table = reading.truth, reading.table
    for column, read in enumerate(reading.columns):
        want = [plain(row[column]) for row in truth.grid[: truth.header_rows]]
        if read is None:
            score.place("column", False, reading.named, f"{want} was not read")
            continue
        got = [plain(row[read]) if read < len(row) else "" for row in table.grid[: table.header_rows]]
        marked = [truth.markers.get((r, column), []) for r in range(truth.header_rows)]
        read_marks = [reading.marks(r, read) for r in range(table.header_rows)]
        doubted = any((r, read) in reading.doubted for r in range(table.header_rows))
        score.place("column", (want, marked) == (got, read_marks), doubted, f"{want} {marked} read {got} {read_marks}")
    extra = set(range(len(table.grid[0]))) - {c for c in reading.columns if c is not None}
    for column in sorted(extra):
        doubted = any((r, column) in reading.doubted for r in range(table.header_rows)) or reading.named
        score.place("column extra", False, doubted, f"column {column}")


def score_body(score: Score, reading: Reading) -> None:
    truth, table = reading.truth, reading.table
    for row in range(truth.header_rows, len(truth.grid)):
        if row in truth.unknown:
            continue
        read = reading.rows.get(row)
        name = plain(truth.grid[row][reading.name])
        if read is None:
            near = nearest(name, table, reading.read_name)
            doubted = (near, reading.read_name) in reading.doubted if near is not None else reading.named
            score.place("name", False, doubted, f"{name!r} was read {table.grid[near][0] if near else ''!r}")
            continue
        got, marks = plain(table.grid[read][reading.read_name]), reading.marks(read, reading.read_name)
        want_marks = truth.markers.get((row, reading.name), [])
        doubted = (read, reading.read_name) in reading.doubted
        score.place("name", (name, want_marks) == (got, marks), doubted, f"{name!r} {want_marks} read {got!r} {marks}")
        if row not in truth.groups:
            score_cells(score, reading, row, read)
    known = set(reading.rows.values())
    for row in range(table.header_rows, len(table.grid)):
        if row not in known and any(table.grid[row]) and not (truth.unknown and not table.grid[row][0]):
            score.place("row extra", False, (row, reading.read_name) in reading.doubted, f"{table.grid[row][:4]}")


def nearest(name: str, table: SoeTable, at: int) -> int | None:
    """The row that may hold a name that was not found."""
    known = letters(name)[:12]
    return next((r for r, row in enumerate(table.grid) if known and known in letters(row[at])), None)


def score_cells(score: Score, reading: Reading, row: int, read: int) -> None:
    truth, table = reading.truth, reading.table
    for column, at in enumerate(reading.columns):
        if column == reading.name or at is None:
            continue
        want, got = plain(truth.grid[row][column]), plain(table.grid[read][at]) if at < len(table.grid[read]) else ""
        if want or got:
            pair = (want, truth.markers.get((row, column), [])), (got, reading.marks(read, at))
            score.place("cell", pair[0] == pair[1], (read, at) in reading.doubted, f"row {row} column {column}: {pair}")


def score_notes(score: Score, truth: WholeTruth, table: SoeTable) -> None:
    gaps = {d.marker for d in table.doubt if d.marker}
    left = [(n.marker, letters(n.text), bool(n.doubt)) for n in table.footnotes]
    for marker, text in truth.notes:
        match = next((n for n in left if n[0] == marker), None)
        if match is not None:
            left.remove(match)
        right = match is not None and match[1] == letters(text)
        doubted = match[2] if match is not None else marker in gaps
        score.place("note", right, doubted, f"{marker} {text[-40:]!r} read {match[1][-60:] if match else None!r}")
    loose = "".join(text for marker, text, _ in left if not marker)
    right = letters(truth.legend) == loose
    if truth.legend or loose:
        doubted = any(n[2] for n in left) or not loose
        score.place("note", right, doubted and not right, f"unmarked {loose[-80:]!r}")
    for marker, text, doubted in left:
        if marker:
            score.place("note foreign", False, doubted, f"{marker} {text[:60]}")


def score_seed(seed: int, folder: str) -> Score:
    """One seed printed and read."""
    if not _DETECTOR:
        _DETECTOR.append(Detector.load())
    path = Path(folder) / f"{seed}.pdf"
    truth = restyle(seed, path)
    result = _DETECTOR[0].detect(path, ocr="never")
    return compare(truth, [t for t in result.tables if set(t.pages) & set(truth.pages)], seed)


def report(name: str, scores: list[Score]) -> None:
    total: Counter[str] = Counter()
    for score in scores:
        total.update(score.counts)
    perfect = sum(s.perfect for s in scores)
    print(f"{name}: perfect {perfect} of {len(scores)}")
    print(f"  header rows {total['header rows right']}, titles {total['title right']} of {len(scores)}")
    for kind in ("column", "name", "cell", "note"):
        print(f"  {kind}s {total[f'{kind} right']} of {total[kind]}")
    extra = {kind: total[kind] for kind in ("note foreign", "row extra", "column extra")}
    print("  " + ", ".join(f"{kind} {count}" for kind, count in extra.items()))
    print(
        f"  wrong with a doubt {total['wrong doubted']} of {total['wrong']}; "
        f"right with a doubt {total['right doubted']} of {total['right']}"
    )


def by_factor(scores: list[Score]) -> None:
    """Perfect tables by each value of each factor, worst first."""
    seen: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for score in scores:
        for factor, value in score.style.items():
            seen[factor, value].append(score.perfect)
    for (factor, value), found in sorted(seen.items(), key=lambda item: sum(item[1]) / len(item[1])):
        print(f"  {factor} = {value}: {sum(found)} of {len(found)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0-200", help="first and one past the last")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the PDFs and scores here")
    parser.add_argument("--show", type=int, default=0, help="differences of so many tables of even seeds")
    parser.add_argument("--factors", action="store_true")
    options = parser.parse_args()
    first, end = map(int, options.seeds.split("-"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = str(options.keep or scratch)
        Path(folder).mkdir(parents=True, exist_ok=True)
        if options.jobs > 1:
            with ProcessPoolExecutor(options.jobs) as pool:
                scores = list(pool.map(score_seed, range(first, end), [folder] * (end - first)))
        else:
            scores = [score_seed(seed, folder) for seed in range(first, end)]
    if options.keep:
        (options.keep / "scores.json").write_text(json.dumps([as_json(s) for s in scores]))
    report("even seeds", [s for s in scores if s.seed % 2 == 0])
    report("odd seeds", [s for s in scores if s.seed % 2])
    if options.factors:
        by_factor(scores)
    for score in [s for s in scores if s.told and s.seed % 2 == 0][: options.show]:
        print(
            score.seed,
            {k: v for k, v in score.style.items() if k in ("rules", "paper", "notes", "form", "series", "second")},
        )
        for line in score.told[:6]:
            print("   ", line[:220])


def as_json(score: Score) -> dict[str, Any]:
    return {"seed": score.seed, "style": score.style, "counts": score.counts, "told": score.told}


if __name__ == "__main__":
    main()
