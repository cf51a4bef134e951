"""Pages read from pictures: what the reader was unsure of, and ink against text, raise a doubt where it stands."""

from __future__ import annotations

import numpy as np

from soesift.document.page import Page
from soesift.result.models import Cell, SoeTable
from soesift.witness import examine
from soesift.witness.pictures import SeenPage

WIDE, HIGH = 60.0, 20.0


def place(row: int, column: int) -> tuple[float, float, float, float]:
    return 50 + WIDE * column, 100 + HIGH * row, 50 + WIDE * (column + 1), 100 + HIGH * (row + 1)


def seen(
    grid: list[list[str]],
    sure: dict[str, float],
    ink: dict[tuple[int, int], float],
    lines: list[tuple[int, int]] | None = None,
) -> SoeTable:
    """A table of a picture with the doubts about it. sure: of the characters of a text; ink: square points in cells,
    else 8 a letter; lines: drawn through these cells."""
    codes, boxes, certain, pieces, areas, cells = [], [], [], [], [], []
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            x0, y0, x1, y1 = place(r, c)
            cells.append(Cell(row=r, column=c, text=text, page=1, bbox=(x0, y0, x1, y1)))
            for k, char in enumerate(text):
                codes.append(ord(char))
                boxes.append((x0 + 4 + 3 * k, y0 + 6, x0 + 7 + 3 * k, y0 + 15))
                certain.append(sure.get(text, 0.99))
            codes.append(32)
            boxes.append((0.0, 0.0, 0.0, 0.0))
            certain.append(1.0)
            area = ink.get((r, c), 8.0 * len(text))
            if area:
                pieces.append((x0 + 5, y0 + 6, x0 + 12, y0 + 14))
                areas.append(area)
    array = lambda rows: np.asarray(rows, np.float32).reshape(-1, 4)  # noqa: E731
    page = Page(1, 612, 792, codes=np.asarray(codes, np.uint32), boxes=array(boxes), source="ocr")
    page.upright, page.sure = np.zeros(len(codes), np.int16), np.asarray(certain, np.float32)
    page.pieces, page.piece_ink = array(pieces), np.asarray(areas, np.float32)
    middle = [(place(r, c), (place(r, c)[1] + place(r, c)[3]) / 2) for r, c in lines or []]
    page.horizontal = array([(box[0] + 2, y, box[2] - 2, y + 1) for box, y in middle])
    known = {"id": "t1", "title": "Schedule", "table_type": "main_soa", "type_probability": 1, "probability": 1}
    table = SoeTable(**known, fragments=[], header_rows=1, grid=grid, cells=cells, flags=["image_only"])
    examine([table], seen={1: SeenPage(page)})
    return table


def seen_table(
    grid: list[list[str]],
    sure: dict[str, float],
    ink: dict[tuple[int, int], float],
    lines: list[tuple[int, int]] | None = None,
) -> list[list[str]]:
    """Kinds of doubts by cell, of a table that was `seen`."""
    table = seen(grid, sure, ink, lines)
    found = [["" for _ in row] for row in grid]
    for cell in table.cells:
        found[cell.row][cell.column] = " ".join(d.kind for d in cell.doubt if d.kind in ("ocr", "ink"))
    return found


GRID = [["Procedure", "Day 1", "Day 2"], *([f"Test {name}", "X", "X"] for name in "abcd"), ["Test e", "X", ""]]


def test_a_table_read_for_sure_raises_none() -> None:
    assert not any(map(any, seen_table(GRID, {}, {})))


def test_a_line_through_a_cell_may_be_an_arrow_and_one_that_is_known_is_none() -> None:
    grid = [*GRID[:5], ["Test e", "→", "X"]]
    found = seen_table(grid, {}, {}, [(5, 1), (5, 2)])
    assert found[5] == ["", "", "ink"]


def test_words_read_poorly_are_doubted_where_they_stand() -> None:
    found = seen_table(GRID, {"Test b": 0.4, "Day 2": 0.6}, {})
    assert [found[2][0], found[0][2]] == ["ocr", "ocr"]
    assert sum(bool(kinds) for row in found for kinds in row) == 2


def test_ink_in_an_empty_cell_and_more_ink_than_a_mark() -> None:
    found = seen_table(GRID, {}, {(5, 2): 7.0, (3, 1): 20.0})
    assert [found[5][2], found[3][1]] == ["ink", "ink"]
    assert sum(bool(kinds) for row in found for kinds in row) == 2


def test_a_speck_is_no_mark() -> None:
    assert not any(map(any, seen_table(GRID, {}, {(5, 2): 1.0})))


def test_a_known_word_may_have_an_unsure_letter_and_an_odd_one_may_not() -> None:
    grid = [["Procedure", "Day 1", "Day 2"], ["Temperature", "X", ""], ["Angiogramf", "", "X"], ["F", "X", ""]]
    found = seen_table(grid, {"Temperature": 0.6, "Angiogramf": 0.85, "F": 0.85}, {})
    assert [row[0] for row in found] == ["", "", "ocr", ""]


def test_a_mark_that_has_the_ink_of_the_others_needs_no_surer_reading() -> None:
    grid = [*GRID[:4], ["Test d", "X", "X"], ["Test e", "X", "d"]]
    found = seen_table(grid, {"X": 0.6}, {(2, 1): 30.0})
    assert [found[2][1], found[5][2]] == ["ocr ink", "ocr"]  # another sign than the table's mark stands there
    assert sum(bool(kinds) for row in found for kinds in row) == 2


def test_a_range_that_runs_backwards_has_lost_a_sign() -> None:
    found = seen_table([["Procedure", "4 to 0", "-4 to 0"], *GRID[1:]], {}, {})
    assert [found[0][1], found[0][2]] == ["ocr", ""]


def test_an_unknown_word_that_stands_alone_may_have_lost_a_letter() -> None:
    """All letters are read for sure; one that is lost without a trace leaves nothing else to be doubted."""
    grid = [*GRID, ["Hematlogy", "X", ""], ["Sampled bloods", "X", "X"], ["ECG, EuroQol", "X", ""]]
    assert [row[0] for row in seen_table(grid, {}, {})[-3:]] == ["ocr", "", ""]
    twice = [*grid, ["Hematlogy again", "X", ""]]  # a name that the vocabulary lacks
    assert not any(row[0] for row in seen_table(twice, {}, {}))


def test_a_word_that_one_thin_letter_makes_much_commoner_is_doubted() -> None:
    found = seen_table([*GRID, ["Genera health", "X", ""], ["General health", "X", ""]], {}, {})
    assert [row[0] for row in found[-2:]] == ["ocr", ""]


def test_a_table_of_many_unknown_words_is_in_another_language() -> None:
    names = ["Einwilligung", "Blutdruck", "Urinprobe", "Begleitmedikation", "Fragebogen"]
    assert not any(row[0] for row in seen_table([*GRID, *([name, "X", ""] for name in names)], {}, {}))


def whole_doubts(grid: list[list[str]], sure: dict[str, float]) -> list[str]:
    """Kinds of doubts about the table as a whole."""
    return [doubt.kind for doubt in seen(grid, sure, {}).doubt]


def test_a_table_of_a_poor_picture_is_doubted_as_a_whole() -> None:
    names = [f"Test {number}" for number in range(30)]  # with their marks and the header 93 filled cells
    grid = [GRID[0], *([name, "X", "X"] for name in names)]
    assert whole_doubts(grid, dict.fromkeys(names[:6], 0.4)) == []
    assert whole_doubts(grid, dict.fromkeys(names[:8], 0.4)) == ["picture"]
    assert whole_doubts(grid[:6], dict.fromkeys(names[:2], 0.4)) == []  # so few say nothing
