"""Our grids against pdfplumber's on the same files (an oracle, never used at run time)."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, Spanned, draw_table, full_grid, save
from soesift.document.pdf import open_pdf, read_page
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable

pdfplumber = pytest.importorskip("pdfplumber")

XS = [60.0, 180.0, 240.0, 310.0, 360.0, 450.0]
YS = [90.0, 112.0, 140.0, 165.0, 187.0, 215.0, 240.0]


def plain(rows: int, columns: int) -> list[Spanned]:
    return full_grid([[f"r{r}c{c}" if (r + c) % 3 else "" for c in range(columns)] for r in range(rows)])


def spanned() -> list[Spanned]:
    head = [Spanned(0, 0, "Procedure", row_span=2), Spanned(0, 1, "Period one", column_span=2)]
    head += [Spanned(0, 3, "Period two", column_span=2), *[Spanned(1, c, f"Day {c}") for c in range(1, 5)]]
    body = [Spanned(r, c, f"r{r}c{c}") for r in range(2, 6) for c in range(5) if r != 3]
    return [*head, Spanned(3, 0, "A category over all columns", column_span=5), *body]


CASES = {
    "plain": (plain(6, 5), "stroke"),
    "narrow": (plain(2, 3), "stroke"),
    "fill": (plain(5, 4), "fill"),
    "outline": (plain(6, 5), "outline"),
    "path": (plain(4, 5), "path"),
    "spans": (spanned(), "stroke"),
    "spans filled": (spanned(), "fill"),
    "spans outlined": (spanned(), "outline"),
}


def first_positions(table: FoundTable) -> list[list[str]]:
    """pdfplumber's way: the text of a merged cell at its first position, nothing at the others."""
    height, width = table.shape
    grid = [[""] * width for _ in range(height)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


@pytest.mark.parametrize("case", CASES)
def test_grid_equals_pdfplumbers(tmp_path: Path, case: str) -> None:
    cells, style = CASES[case]
    rows = max(c.row + c.row_span for c in cells)
    columns = max(c.column + c.column_span for c in cells)
    path = save(tmp_path, [draw_table(Sheet(), XS[: columns + 1], YS[: rows + 1], cells, style)])
    with pdfplumber.open(path) as other:
        [expected] = other.pages[0].extract_tables()
        box = other.pages[0].find_tables()[0].bbox
    with open_pdf(path) as document:
        [found] = find_tables(read_page(document, 0)).tables
    assert first_positions(found) == [[(text or "").replace("\n", " ") for text in row] for row in expected]
    assert found.bbox == pytest.approx(box, abs=1)


def test_two_tables_of_a_page(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, plain(6, 5))
    path = save(tmp_path, [draw_table(sheet, XS[:4], [y + 300 for y in YS[:4]], plain(3, 3), "fill")])
    with pdfplumber.open(path) as other:
        expected = [[[t or "" for t in row] for row in table] for table in other.pages[0].extract_tables()]
    with open_pdf(path) as document:
        assert [first_positions(t) for t in find_tables(read_page(document, 0)).tables] == expected
