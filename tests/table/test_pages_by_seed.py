"""Schedules drawn by a seed, with and without rules: what is drawn is what is found, cell by cell.

The truth is known as the page is drawn from it. Phases over several columns, wrapped names, marks with a raised letter
and empty cells are drawn by chance; so are the widths, and where the table stands.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from test_drawn_pages import page_of

from soesift.document.page import Page
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable
from soesift.table.records import page_records

NAMES = [
    "Informed consent",
    "Vital signs",
    "ECG",
    "Blood sampling",
    "Urine test",
    "Physical exam",
    "Drug supply",
    "Diary",
]
LONG = ["Review of concomitant medication", "Pregnancy test for women only", "Quality of life questionnaire"]
PHASES = [["Scr", "Main", "FU"], ["Run", "Open", "FU"], ["Pre", "Blind", "Post"]]
VISITS = [["D{}", 1, 7], ["Wk{}", 0, 4], ["V{}", 1, 1], ["M{}", 1, 3]]

Drawn = tuple[list[str], list[list[str]], int]  # lines, the grid, its header rows
Rng = random.Random


def parts(r: Rng, columns: int, most: int = 3) -> list[int]:
    """Widths, in columns, of up to `most` phases that cover `columns`."""
    cuts = sorted(r.sample(range(1, columns), min(most, columns) - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, columns], strict=True)]


def body(r: Rng, columns: int, rows: int) -> list[list[str]]:
    """Rows of names and marks; a caret stands before a raised letter. Each row has a mark."""
    names = r.sample(NAMES, rows)
    found = [[name, *("X" if r.random() < 0.55 else "" for _ in range(columns))] for name in names]
    for row in found:
        row[r.randrange(1, columns + 1)] = r.choice(["X", "X", "X^a", "X^b"])
    return found


def header(r: Rng, columns: int) -> tuple[list[int], list[str], list[str]]:
    widths = parts(r, columns)
    form, first, step = r.choice(VISITS)
    visits = [str(form).format(int(str(first)) + k * int(str(step))) for k in range(columns)]
    return widths, r.choice(PHASES), visits


def said(text: str) -> str:
    return text.replace("^", "")


def ruled(r: Rng) -> Drawn:
    """A table with all rules: a corner over two rows, phases above visits, or visits alone."""
    columns, rows, wide = r.randint(3, 7), r.randint(3, 7), r.randint(5, 8)
    widths, phases, visits = header(r, columns)
    stacked, first = r.random() < 0.6, r.randint(24, 34)
    body_ = body(r, columns, rows)
    if r.random() < 0.5:
        body_[r.randrange(rows)][0] = r.choice(LONG)
    every = "+" + "-" * first + "+" + ("-" * wide + "+") * columns
    lines, grid = [every], []
    if stacked:
        spans = [(w * (wide + 1) - 1) for w in widths]
        lines.append(
            "|"
            + "Procedure".center(first)
            + "|"
            + "".join(p.center(s) + "|" for p, s in zip(phases, spans, strict=False))
        )
        lines.append("|" + " " * first + "+" + ("-" * wide + "+") * columns)
        grid.append(["Procedure", *(p for p, w in zip(phases, widths, strict=False) for _ in range(w))])
    lines += [
        "|" + ("" if stacked else "Procedure").center(first) + "|" + "".join(v.center(wide) + "|" for v in visits),
        every,
    ]
    grid.append(["Procedure", *visits])
    for row in body_:
        for text, cells in wrapped(row, first):
            lines.append("|" + (" " + text).ljust(first) + "|" + "".join(c.center(wide) + "|" for c in cells))
        lines.append(every)
        grid.append([said(cell) for cell in row])
    return lines, grid, 1 + stacked


def wrapped(row: list[str], first: int) -> list[tuple[str, list[str]]]:
    """The printed lines of a row whose name may be too long for its column."""
    name, *cells = row
    if len(name) < first - 1:
        return [(name, cells)]
    cut = name.rindex(" ", 0, first - 1)
    return [(name[:cut], cells), (name[cut + 1 :], [""] * len(cells))]


def plain(r: Rng) -> Drawn:
    """A table without vertical rules, with rules above and below its header, or with none at all."""
    columns, rows, wide = r.randint(5, 7), r.randint(5, 8), r.randint(8, 9)
    widths, phases, visits = header(r, columns)
    stacked, first, lined = r.random() < 0.4, r.randint(26, 36), r.random() < 0.7
    across = "-" * (first + wide * columns)
    lines, grid = [across] * lined, []
    if stacked:
        spans = [w * wide for w in widths]
        lines.append(" " * first + "".join(p.center(s - 1).ljust(s) for p, s in zip(phases, spans, strict=False)))
        grid.append(["", *(p for p, w in zip(phases, widths, strict=False) for _ in range(w))])
    name = r.choice(["", "Visit", "Procedure"]) if lined else "Procedure"
    lines += [name.ljust(first) + "".join(v.center(wide - 2).ljust(wide) for v in visits), *[across] * lined]
    grid.append([name, *visits])
    for row in body(r, columns, rows):
        lines.append(row[0].ljust(first) + "".join(c.center(wide - 2).ljust(wide) for c in row[1:]))
        grid.append([said(cell) for cell in row])
    return [*lines, *[across] * lined], grid, 1 + stacked


def drawn(kind: str, seed: int) -> Drawn:
    r = Rng(f"{kind} {seed}")
    lines, grid, head = (ruled if kind == "ruled" else plain)(r)
    before = ["The visits are those of the table below.", "", "Table 4. Schedule of Activities", ""]
    after = ["", "a Only once.", "b Before the dose.", "", "All visits are made at the site."]
    left = " " * r.randint(0, 6)
    return [left + line for line in [*before, *lines, *after]], grid, head


def shaken(page: Page, seed: int) -> Page:
    """The same page, with each rule and letter a little beside its place, as programs that print set them."""
    rng = np.random.default_rng(seed)
    for boxes in (page.horizontal, page.vertical):
        boxes += rng.uniform(-0.3, 0.3, boxes.shape).astype(np.float32)
    page.boxes += np.repeat(rng.uniform(-0.2, 0.2, (len(page.boxes), 2)), 2, axis=0).reshape(-1, 4).astype(np.float32)
    return page


def only(page: Page) -> tuple[FoundTable, str, int]:
    found = find_tables(page)
    (record,) = page_records(found, "d", "", 1, "")
    return found.tables[0], record.caption, record.header_rows


CASES = [(kind, seed) for kind in ("ruled", "plain") for seed in range(60)]


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_what_is_drawn_is_found(kind: str, seed: int) -> None:
    lines, grid, head = drawn(kind, seed)
    table, caption, header_rows = only(shaken(page_of("\n".join(lines), 1), seed))
    assert table.texts() == grid, "\n".join(lines)
    assert (caption, header_rows) == ("Table 4. Schedule of Activities", head)


if __name__ == "__main__":
    wrong = []
    for case in CASES:
        try:
            test_what_is_drawn_is_found(*case)
        except (AssertionError, ValueError, IndexError) as error:
            wrong.append(case)
            print(case, str(error)[:3000])
    print(len(wrong), wrong)
