"""Pages drawn with letters and the tables found on them, in one golden file.

`PYTHONPATH=src:tests:tests/table python tests/table/test_drawn_pages.py` writes the file anew: then look whether each
table is the one that is drawn.

A letter takes 6 x 12 points. `---` is a rule, `|` over several lines one too, `+` their crossing; `#` is black, `~` a
thin line through the middle of its line, `^a` a raised a. Lines before the drawing tell what cannot be drawn: `grey ROW
COLUMN ROW COLUMN` (the corners of a grey ground), `strike ROW COLUMN COLUMN`, `turn DEGREES`, `times HOW_LARGE`, `ocr`;
`page` begins the next page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from soesift.document.page import Page, turn_boxes
from soesift.table.find import PageTables, find_tables, scaled
from soesift.table.grid import FoundTable
from soesift.table.records import last_heading, page_records

GOLDEN = Path(__file__).with_name("drawn_pages.txt")
WIDE, HIGH = 6, 12  # points a letter takes
BLEEDS = 2  # points by which black stands out of its letters
TOLD = re.compile(r"(grey|strike|turn|times|ocr)( \d+)*")


def sections() -> dict[str, tuple[str, str]]:
    """What is drawn and what is found, by name."""
    found = {}
    for part in GOLDEN.read_text("utf-8").split("## ")[1:]:
        name, body = part.split("\n", 1)
        drawn, _, wanted = body.partition("\n=>\n")
        found[name] = drawn, wanted.strip("\n")
    return found


def runs(flags: list[bool], least: int) -> Iterator[tuple[int, int]]:
    """First and last place of each run of `least` and more."""
    start = 0
    for place, flag in enumerate([*flags, False]):
        if not flag:
            if place - start >= least:
                yield start, place - 1
            start = place + 1


def boxes(found: list[tuple[float, float, float, float]]) -> np.ndarray:
    return np.array(found, np.float32).reshape(-1, 4)


def across(lines: list[str], signs: str, least: int) -> list[tuple[float, float, float, float]]:
    return [
        (WIDE * a + 3, HIGH * row + 6, WIDE * b + 3, HIGH * row + 6.5)
        for row, line in enumerate(lines)
        for a, b in runs([sign in signs for sign in line], least)
        if not set(line[a : b + 1]) <= {"+"}
    ]


def down(lines: list[str]) -> list[tuple[float, float, float, float]]:
    wide = max(map(len, lines))
    columns = ["".join(line.ljust(wide)[c] for line in lines) for c in range(wide)]
    return [
        (WIDE * c + 3, HIGH * a + 6, WIDE * c + 3.5, HIGH * b + 6)
        for c, column in enumerate(columns)
        for a, b in runs([sign in "|+" for sign in column], 2)
    ]


def letters(lines: list[str]) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for row, line in enumerate(lines):
        rules = {c for a, b in runs([sign in "-+" for sign in line], 3) for c in range(a, b + 1)}
        for c, sign in enumerate(line):
            raised = c > 0 and line[c - 1] == "^"
            if c in rules or sign in " |+#~^":
                continue
            x, y = WIDE * (c - raised), HIGH * row + 1
            yield sign, (x, y, x + 4, y + 6) if raised else (x, y, x + WIDE, y + 9)


def page_of(drawn: str, number: int) -> Page:
    every = drawn.split("\n")
    told = [line.split() for line in every if TOLD.fullmatch(line)]
    lines = [line for line in every if not TOLD.fullmatch(line)]
    signs = list(letters(lines))
    page = Page(number, 612, 792, codes=np.array([ord(sign) for sign, _ in signs], np.uint32))
    page.boxes, page.upright = boxes([box for _, box in signs]), np.zeros(len(signs), np.int16)
    page.horizontal = boxes(across(lines, "-+", 3) + across(lines, "~", 2))
    page.vertical = boxes(down(lines))
    ground = [
        (WIDE * a, HIGH * row - BLEEDS, WIDE * (b + 1), HIGH * (row + 1) + BLEEDS, 0.0)
        for row, line in enumerate(lines)
        for a, b in runs([sign == "#" for sign in line], 1)
    ]
    for name, *rest in told:
        place = list(map(int, rest))
        if name == "grey":
            ground.append((WIDE * place[1], HIGH * place[0], WIDE * place[3], HIGH * place[2], 0.8))
        elif name == "strike":
            y = HIGH * place[0] + 5.5
            page.horizontal = np.concatenate([page.horizontal, boxes([(WIDE * place[1], y, WIDE * place[2], y + 0.5)])])
        elif name == "ocr":
            page.source = "ocr"
        elif name == "times":
            page = scaled(page, place[0])
        else:
            page = turned(page, place[0])
    page.fills, page.fill_grey = boxes([b[:4] for b in ground]), np.array([b[4] for b in ground], np.float32)
    return page


def turned(page: Page, degrees: int) -> Page:
    """The page as it looks turned clockwise."""
    wide, high = (page.width, page.height) if degrees == 180 else (page.height, page.width)
    lying = [turn_boxes(some, page.width, page.height, degrees) for some in (page.horizontal, page.vertical)]
    across_, down_ = lying if degrees == 180 else lying[::-1]
    letters_ = turn_boxes(page.boxes, page.width, page.height, degrees)
    upright = np.full(len(page.codes), degrees, np.int16)
    return Page(page.number, wide, high, None, page.codes, letters_, upright, across_, down_)


def said(table: FoundTable) -> Iterator[str]:
    for row in table.texts():
        yield "  " + " | ".join(row)
    for cell in table.cells:
        spans = f" {cell.row_span}x{cell.column_span}" if (cell.row_span, cell.column_span) != (1, 1) else ""
        raised = f" raised in {cell.shown!a}" if cell.shown else ""
        if spans or raised or cell.states:
            yield f"  cell {cell.row},{cell.column}{spans}{raised} {' '.join(cell.states)}".rstrip()


def found_on(drawn: str) -> str:
    """Tables, their records' words and the lines outside, of all pages."""
    before: PageTables | None = None
    heading, told = "", []
    for number, part in enumerate(drawn.split("\npage\n"), 1):
        found = find_tables(page_of(part, number), before=before)
        records = page_records(found, "d", "", 1, heading)
        for table, record in zip(found.tables, records, strict=True):
            rows, columns = table.shape
            flags = "".join(f", {flag}" for flag in record.flags)
            told.append(f"table {rows}x{columns} on page {number}, header {record.header_rows}{flags}")
            told += said(table)
            names = {"caption": record.caption, "heading": record.heading, "below": record.below[:40]}
            told += [f"  {name}: {text}" for name, text in names.items() if text]
        told += [f"covered at {box.top:g}" for box in found.covered]
        told.append(f"{len(found.lines)} lines outside")
        heading, before = last_heading(found, heading), found
    return "\n".join(told)


@pytest.mark.parametrize("name", sections() if GOLDEN.exists() else [])
def test_the_tables_of_a_drawn_page(name: str) -> None:
    drawn, wanted = sections()[name]
    assert found_on(drawn) == wanted


if __name__ == "__main__":
    GOLDEN.write_text(
        "\n".join(f"## {name}\n{drawn}\n=>\n{found_on(drawn)}\n" for name, (drawn, _) in sections().items()), "utf-8"
    )
