"""Words are conserved: what is printed within a table and stands in no cell, and what no one printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soesift.result.models import Cell, Footnote, Fragment, SoeTable
from soesift.table.context import TextLine
from soesift.witness import WitnessSettings, examine
from soesift.witness.conserved import Print, lost_words, print_of
from soesift.witness.names import name_doubts
from toy_table import made_table

GRID = [
    ["Procedure", "Day 1", "Day 8"],
    ["Weight", "X", "X"],
    ["Pulse", "X", ""],
    ["Height", "X", ""],
    ["ECG", "", "X"],
]
WIDE, HIGH = 100.0, 12.0
SETTINGS = WitnessSettings()


def box_of(row: int, column: int) -> tuple[float, float, float, float]:
    return (WIDE * column, HIGH * row, WIDE * (column + 1), HIGH * (row + 1))


def printed(*texts: tuple[str, float, float]) -> Print:
    """Texts with the place where each begins, in letters of 4 by 8 points."""
    signs = [(ord(c), x + 4 * k, y) for text, x, y in texts for k, c in enumerate(f"{text} ")]
    boxes = np.asarray([(x, y, x + 4, y + 8) for _, x, y in signs], np.float32)
    return print_of(np.asarray([code for code, _, _ in signs], np.uint32), boxes)


def as_grid() -> list[tuple[str, float, float]]:
    return [(text, WIDE * c + 2, HIGH * r + 2) for r, row in enumerate(GRID) for c, text in enumerate(row) if text]


def table(**more: object) -> SoeTable:
    cells = [
        Cell(row=r, column=c, text=text, page=1, bbox=box_of(r, c))
        for r, row in enumerate(GRID)
        for c, text in enumerate(row)
    ]
    part = Fragment(page=1, bbox=(0, 0, 3 * WIDE, HIGH * len(GRID)), probability=1)
    return made_table(GRID, cells, fragments=[part], pages=[1], row_pages=[1] * len(GRID), **more)


def told(one: SoeTable, page: Print, lines: list[TextLine] | None = None) -> list[tuple[str, int | None]]:
    found = [*lost_words(one, {1: page}, {1: lines or []}, SETTINGS), *name_doubts(one, {1: page}, SETTINGS)]
    return [(doubt.place, doubt.row) for doubt in found]


def test_a_table_that_holds_what_is_printed() -> None:
    assert not told(table(), printed(*as_grid()))


def test_a_mark_that_was_lost_one_that_is_printed_once_and_read_twice_and_one_in_the_next_row() -> None:
    assert told(table(), printed(*as_grid(), ("X", 2 * WIDE + 2, 2 * HIGH + 2))) == [("row", 2)]
    assert told(table(), printed(*(text for text in as_grid() if text[1:] != (WIDE + 2, HIGH + 2)))) == [("row", 1)]
    raised = [("a", 40.0, HIGH - 5), *as_grid()]  # a marker above the upper side of its row
    one = table()
    one.cells[3].markers = ["a"]
    assert not told(one, printed(*raised))


def test_words_in_the_outline_that_stand_in_no_cell() -> None:
    one = table(title="Schedule of visits")
    one.cells = [cell for cell in one.cells if cell.row != 4]
    assert told(one, printed(*as_grid())) == [("table", None)]
    kept = [*as_grid()[:-2], ("Table visits", 2, 4 * HIGH + 2)]
    assert not told(one, printed(*kept))  # a caption in the outline; "ECG" and its mark are not printed here


def test_what_is_printed_twice_on_a_page_is_told_once() -> None:
    """A lost row whose words other rows of the page have; on another page they would be printed again."""
    one = table()
    one.cells = [cell for cell in one.cells if cell.row != 4]
    twice = [*as_grid()[:-2], ("Weight", 2, 4 * HIGH + 2)]
    assert told(one, printed(*twice)) == [("table", None)]
    one.fragments.append(one.fragments[0].model_copy(update={"bbox": (400, 0, 500, 50)}))
    assert not told(one, printed(*twice))


def test_a_note_in_the_outline_whose_marker_touches_its_first_word() -> None:
    one = table()
    one.footnotes = [Footnote(marker="1", text="At rest.")]
    one.cells = [cell for cell in one.cells if cell.row != 4]
    assert not told(one, printed(*as_grid()[:-2], ("1At rest.", 2, 4 * HIGH + 2)))


def test_a_line_between_rows_that_is_in_no_table() -> None:
    remark = TextLine("Done by the nurse", 2 * HIGH, 3 * HIGH, 8)
    assert told(table(), printed(*as_grid()), [remark]) == [("table", None)]
    assert not told(table(), printed(*as_grid()), [TextLine("Done by the nurse", 200, 210, 8)])
    assert not told(table(), printed(*as_grid()), [TextLine("Table continued on next page", 24, 36, 8)])


def test_a_layer_of_text_that_differs_everywhere_is_no_witness() -> None:
    assert not [d for d in told(table(), printed(*((t[::-1] + "q", x, y) for t, x, y in as_grid()))) if d[0] == "row"]


@pytest.mark.parametrize(("flags", "rows"), [(["borderless"], [2]), ([], [])])
def test_two_lines_of_a_name_as_far_apart_as_rows(flags: list[str], rows: list[int]) -> None:
    names = ["Procedure", "Weight", "Pulse Height", "ECG", "Chemistry", "Urine", "Diary"]
    steps, y = [1, 1, 2, 1, 1, 1, 1], 0.0
    cells, texts = [], []
    for row, (name, step) in enumerate(zip(names, steps, strict=True)):
        cells.append(Cell(row=row, column=0, text=name, page=1, bbox=(0, y, 100, y + step * HIGH)))
        texts += [(word, 2.0, y + 2 + k * HIGH) for k, word in enumerate(name.split())]
        y += step * HIGH
    part = Fragment(page=1, bbox=(0, 0, 100, y), probability=1)
    one = made_table([[name] for name in names], cells, fragments=[part], flags=flags, row_pages=[1] * len(names))
    assert told(one, printed(*texts)) == [("row", row) for row in rows]


def test_a_row_taken_out_of_a_table_that_was_read(detected: tuple[SoeTable, Path]) -> None:
    one, path = detected[0].model_copy(deep=True), detected[1]
    row = max(cell.row for cell in one.cells)
    gone = next(cell.text for cell in one.cells if (cell.row, cell.column) == (row, 0))
    one.cells = [cell for cell in one.cells if cell.row != row]
    examine([one], path)
    assert any(gone.split()[0] in doubt.why for doubt in one.doubt)
    again = detected[0].model_copy(deep=True)
    examine([again], path)
    assert not any(doubt.kind == "words" for part in (*again.cells, again) for doubt in part.doubt)


@pytest.mark.parametrize(
    ("head", "tail", "more", "doubted"),
    [
        ("Samenvattin", "gvan", "", True),
        ("Samenvattin", "Gvan", "", False),  # a name of its own
        ("Samenvattin", "test", "", False),  # a known word
        ("Samenvattin", "gvan", "Samenvattin gvan", False),  # elsewhere as well
        ("Samenva", "gvan", "", False),  # there was room
    ],
)
def test_a_word_that_a_narrow_cell_may_have_cut(head: str, tail: str, more: str, doubted: bool) -> None:
    name = f"{head} {tail}"
    cells = [
        Cell(row=0, column=0, text="Procedure", page=1, bbox=(0, 0, 48, 20)),
        Cell(row=1, column=0, text=name, page=1, bbox=(0, 20, 48, 44)),
        Cell(row=2, column=0, text=more, page=1, bbox=(0, 44, 48, 56)),
    ]
    part = Fragment(page=1, bbox=(0, 0, 48, 56), probability=1)
    one = made_table([["Procedure"], [name], [more]], cells, fragments=[part], row_pages=[1] * 3)
    page = printed(("Procedure", 2, 4), (head, 2, 22), (tail, 2, 32), (more, 2, 46))
    assert ([d for d in name_doubts(one, {1: page}, SETTINGS) if d.kind == "text"] != []) == doubted


@pytest.mark.parametrize(
    ("flags", "name", "step", "indent", "rows"),
    [
        (["borderless"], "Follow instructions", 1.0, 0.0, [3, 4]),
        (["borderless"], "FOLLOW INSTRUCTIONS", 1.0, 0.0, []),
        (["borderless"], "Follow instructions", 1.0, 8.0, []),  # the names below are set in
        (["borderless"], "Follow instructions", 1.2, 0.0, []),
        ([], "Follow instructions", 1.0, 0.0, []),
    ],
)
def test_a_name_alone_as_near_to_the_row_above_as_rows_are(
    flags: list[str], name: str, step: float, indent: float, rows: list[int]
) -> None:
    names = ["Procedure", "Weight", "Pulse", "Height", name, "Chemistry", "Urine", "Diary"]
    y, cells, texts = 0.0, [], []
    for row, text in enumerate(names):
        y += HIGH * (step if text == name else 1)
        cells.append(Cell(row=row, column=0, text=text, page=1, bbox=(0, y, 100, y + HIGH), indent=indent * (row > 4)))
        texts.append((text, 2.0, y + 2))
    grid = [[text, "" if text == name else "X"] for text in names]
    part = Fragment(page=1, bbox=(0, 0, 100, y + HIGH), probability=1)
    one = made_table(grid, cells, fragments=[part], flags=flags, row_pages=[1] * len(names))
    assert [doubt.row for doubt in name_doubts(one, {1: printed(*texts)}, SETTINGS)] == rows


@pytest.mark.parametrize(
    ("longest", "flags", "rows"),
    [
        ("Questionnaire of sleep", ["borderless"], [2]),
        ("Instrument", ["borderless"], []),  # the second word had no room
        ("Questionnaire of sleep", [], []),  # a rule parts the rows, so that a cell may hold two lines
    ],
)
def test_a_line_of_a_name_that_ends_although_the_next_word_had_room(
    longest: str, flags: list[str], rows: list[int]
) -> None:
    names, y = ["Procedure", longest, "Weight Pulse"], 0.0
    cells, texts = [], []
    for row, name in enumerate(names):
        lines = name.split() if row == 2 else [name]
        cells.append(Cell(row=row, column=0, text=name, page=1, bbox=(0, y, 100, y + HIGH * len(lines))))
        texts += [(text, 2.0, y + 2 + 9 * k) for k, text in enumerate(lines)]
        y += HIGH * len(lines)
    part = Fragment(page=1, bbox=(0, 0, 100, y), probability=1)
    one = made_table([[name] for name in names], cells, fragments=[part], flags=flags, row_pages=[1] * 3)
    assert [doubt.row for doubt in name_doubts(one, {1: printed(*texts)}, SETTINGS)] == rows
