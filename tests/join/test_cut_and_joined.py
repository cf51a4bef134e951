"""Tables cut into pages and tiles by a seed and joined again: the whole is what was cut, cell by cell."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from toy_fragments import BODY, Grid, Span, fragment

from soesift.document.raised import DOWN, UP
from soesift.join.fragment import Fragment
from soesift.join.group import group_fragments
from soesift.join.stack import Joined, join_fragments
from soesift.table.grid import GridCell

NAMES = [
    *(row[0] for row in BODY),
    "Urinalysis",
    "Weight and height",
    "Pregnancy test",
    "Randomization",
    "Dispense study drug",
    "Patient diary",
    "Quality of life",
    "Blood for storage",
]
LONG = "Review of concomitant medication and non-drug treatment"  # a page break may cut it behind "and"
Rng = random.Random


def whole_table(r: Rng, stacked: bool) -> tuple[Grid, list[Span]]:
    """A schedule with one or two header rows, and the cells of its header that reach over several columns."""
    columns, rows = r.randint(4, 8), r.randint(6, 12)
    visits = [r.choice(("Day {}", "Visit {}", "Week {}")).format(1 + 7 * k) for k in range(columns)]
    if stacked:
        cut = r.randint(2, columns - 2)
        header = [["Procedure", *["Screening"] * cut, *["Treatment"] * (columns - cut)], ["Procedure", *visits]]
        spans = [(0, 0, 2, 1), (0, 1, 1, cut), (0, 1 + cut, 1, columns - cut)]
    else:
        header, spans = [["Procedure", *visits]], []
    body = [[name, *("X" if r.random() < 0.5 else "" for _ in range(columns))] for name in r.sample(NAMES, rows)]
    for row in body:
        row[r.randint(1, columns)] = "X"
    return [*header, *body], spans


def paged(grid: Grid, spans: Sequence[Span], head: int, r: Rng, reprint: bool) -> list[Fragment]:
    """The rows on two or three pages; the header on each, or on the first alone."""
    body = grid[head:]
    cuts = [0, *sorted(r.sample(range(2, len(body) - 1), r.randint(1, 2))), len(body)]
    found = []
    for page, (a, b) in enumerate(pairwise(cuts), 3):
        shown = grid[:head] if reprint or a == 0 else []
        own = [row.copy() for row in [*shown, *body[a:b]]]
        headers = len(shown) or 0
        found.append(
            fragment(
                own, page, header_rows=headers, spans=list(spans) if shown else [], above="" if a else "text " * 20
            )
        )
    return found


def placed(joined: Joined) -> Grid:
    """The grid as its cells say it: each text in all rows and columns of its cell."""
    out = [[""] * joined.width for _ in joined.grid]
    for cell in joined.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                assert not out[row][column], (row, column)
                out[row][column] = cell.text
    return out


@pytest.mark.parametrize("seed", range(60))
def test_pages_are_joined_to_the_table_that_was_cut(seed: int) -> None:
    r = Rng(f"pages {seed}")
    head = 1 + seed % 2
    grid, spans = whole_table(r, head == 2)
    pages = paged(grid, spans, head, r, reprint=seed % 4 < 2)
    (group,) = group_fragments(pages)
    joined = join_fragments(group)
    assert joined.grid == grid
    assert joined.header_rows == head
    assert placed(joined) == grid
    rows = [len(one.record.grid) - (one.record.header_rows if number else 0) for number, one in enumerate(pages)]
    assert joined.pages == [page for page, count in enumerate(rows, 3) for _ in range(count)]
    assert {cell.page for cell in joined.cells} == {one.page for one in pages}


@pytest.mark.parametrize("marks", [["X", "X", "X", ""], ["X", "X", "X", "X"], ["", "X", "X", "X"]])
def test_a_page_without_header_may_begin_with_a_row_marked_like_one_before(marks: list[str]) -> None:
    """Marks in the same places make no reprint of a header: such a row was lost."""
    header = ["Procedure", "Day 1", "Day 8", "Day 15", "Day 22"]
    first = [header, ["Randomization", *marks], ["Patient diary", "", "X", "", "X"]]
    rest = [["Vital signs", *marks], ["ECG", "X", "", "", "X"], ["Weight", "", "X", "", ""]]
    more = [["Urinalysis", *marks], ["Pregnancy test", "", "X", "", "X"]]
    pages = [fragment(rows, page, header_rows=page == 3, above="") for page, rows in enumerate((first, rest, more), 3)]
    joined = join_fragments(pages)
    assert joined.grid == [*first, *rest, *more]
    assert joined.header_rows == 1


@pytest.mark.parametrize("seed", range(16))
def test_tiles_are_put_side_by_side(seed: int) -> None:
    r = Rng(f"tiles {seed}")
    grid, _ = whole_table(r, False)
    at = r.randint(2, len(grid[0]) - 2)
    left = fragment([row[: at + 1] for row in grid], 3)
    right = fragment([[row[0], *row[at + 1 :]] for row in grid], 4, above="")
    (group,) = group_fragments([left, right])
    joined = join_fragments(group)
    assert joined.grid == grid
    assert placed(joined) == grid
    assert {cell.page for cell in joined.cells if cell.column > at} == {4}
    assert {cell.page for cell in joined.cells if cell.column <= at} == {3}


@pytest.mark.parametrize("reprint", [True, False])
def test_a_name_cut_by_the_page_is_one_again(reprint: bool) -> None:
    header = [["Procedure", "Day 1", "Day 8", "Day 15"]]
    first = [*header, ["Vital signs", "X", "X", "X"], ["Review of concomitant medication and", "X", "", "X"]]
    rest = [["non-drug treatment", "", "", ""], ["ECG", "", "X", ""], ["Weight", "X", "", "X"]]
    pages = [fragment(first, 3), fragment([*(header if reprint else []), *rest], 4, header_rows=int(reprint), above="")]
    joined = join_fragments(pages)
    assert joined.grid == [*first[:-1], [LONG, "X", "", "X"], *rest[1:]]
    assert placed(joined) == joined.grid
    assert joined.pages == [3, 3, 3, 4, 4]


@pytest.mark.parametrize(
    "rest", [["Non-drug treatment", "X", "", ""], ["ECG", "", "", ""], ["", "", "", ""], ["2", "", "", ""]]
)
def test_a_row_of_its_own_stays_one(rest: list[str]) -> None:
    header = ["Procedure", "Day 1", "Day 8", "Day 15"]
    pages = [
        fragment([header, ["Vital signs", "X", "X", "X"], ["Concomitant medication", "X", "", "X"]], 3),
        fragment([header, rest, ["Weight", "X", "", "X"]], 4, above=""),
    ]
    assert join_fragments(pages).grid[3] == rest


def test_remarks_cut_by_the_page_are_one_again_with_their_raised_letters() -> None:
    header = ["Procedure", "Day 1", "Day 8", "Remarks"]
    said, goes = f"Sitting, after five{UP}a{DOWN}", f"minutes of rest{UP}b{DOWN}"
    one = fragment([header, ["ECG", "X", "X", "At the site only"], ["Vital signs", "X", "", "Sitting, after five"]], 3)
    one.cells = [replaced(cell, 2, 3, said) for cell in one.cells]
    two = fragment(
        [header, ["", "", "", "minutes of rest"], ["Weight", "X", "", ""], ["Diary", "", "X", ""]], 4, above=""
    )
    two.cells = [replaced(cell, 1, 3, goes) for cell in two.cells]
    joined = join_fragments([one, two])
    assert joined.grid[2] == ["Vital signs", "X", "", "Sitting, after five minutes of rest"]
    assert [row[0] for row in joined.grid] == ["Procedure", "ECG", "Vital signs", "Weight", "Diary"]
    (cell,) = (c for c in joined.cells if (c.row, c.column) == (2, 3))
    assert cell.markers == ["a", "b"]
    assert "".join(run.text for run in cell.runs) == "Sitting, after fivea minutes of restb"
    assert [run.text for run in cell.runs if run.raised] == ["a", "b"]
    assert {c.row for c in joined.cells} == set(range(5))
    short = fragment([header, ["", "", "X", ""], ["Weight", "X", "", ""]], 4, above="")
    assert len(join_fragments([one, short]).grid) == 5  # a mark begins a row


def replaced(cell: GridCell, row: int, column: int, shown: str) -> GridCell:
    return GridCell(row, column, 1, 1, cell.text, shown) if (cell.row, cell.column) == (row, column) else cell


def test_a_page_that_shows_fewer_columns_is_laid_on_those_of_the_table() -> None:
    header = ["Procedure", "Day 1", "Day 8", "Day 15", "Day 22"]
    first = fragment([header, ["ECG", "X", "", "X", ""], ["Weight", "", "X", "", "X"]], 3)
    second = fragment(
        [["Diary", "daily", "X"], ["Adverse events", "at each visit", "X"]],
        4,
        header_rows=0,
        columns=[40, 100, 280, 340],
        above="",
    )
    joined = join_fragments([first, second])
    assert joined.grid[3] == ["Diary", "daily", "daily", "daily", "X"]
    wide = [(c.row, c.column, c.column_span) for c in joined.cells if c.text in ("daily", "at each visit")]
    assert wide == [(3, 1, 3), (4, 1, 3)]
    boxes = [cell.bbox for cell in joined.cells if cell.text == "daily"]
    assert boxes == [(100.0, 40.0, 280.0, 60.0)]


def test_the_place_of_each_cell_is_that_on_its_page() -> None:
    header = ["Procedure", "Day 1", "Day 8"]
    joined = join_fragments(
        [
            fragment([header, ["ECG", "X", ""], ["Diary", "", "X"]], 3),
            fragment([header, ["Weight", "", "X"], ["Pulse", "X", ""]], 4, above=""),
        ]
    )
    boxes = {(c.row, c.column): (c.page, c.bbox) for c in joined.cells}
    assert boxes[1, 1] == (3, (100.0, 60.0, 160.0, 80.0))
    assert boxes[3, 2] == (4, (160.0, 60.0, 220.0, 80.0))
    assert boxes[4, 0] == (4, (40.0, 80.0, 100.0, 100.0))
