"""One Word table as cells on a grid: merged cells, ragged rows, deleted rows, content controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from soesift.document.docx_text import W, attribute, child, is_on, local_name
from soesift.result.models import State

MOST_COLUMNS = 200  # Word's own limit is 63
_WRAPPERS = {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"}


@dataclass(slots=True)
class DocxCell:
    """A cell covering `row_span` x `column_span` positions; `superscripts`: raised runs, also in the text; shown: the
    text with them between signs, where there are any (soesift.document.raised); states: shaded, struck.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str = ""
    superscripts: list[str] = field(default_factory=list)
    shown: str = ""
    states: tuple[State, ...] = ()


@dataclass(slots=True)
class Layout:
    """Cells with the elements that they were made of, the grid's shape, and the repeated header rows."""

    cells: list[tuple[DocxCell, Any]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    header_rows: int = 0


def inside(container: Any, *names: str) -> Iterator[Any]:
    """Children with these local names, also those within content controls and accepted insertions."""
    for node in container:
        name = local_name(node)
        if name in names:
            yield node
        elif name in _WRAPPERS:
            yield from inside(node, *names)


def lay_out(table: Any) -> Layout:
    """Cells and spans of a `w:tbl`; a cell that continues a merge adds to the span of the one above."""
    layout = Layout()
    above: dict[int, DocxCell] = {}  # cells of the previous row that a merge can continue, by first column
    heading = True
    for row in inside(table, "tr"):
        if child(row, "trPr", "del") is not None:
            continue
        above = _lay_row(row, layout, above)
        heading = heading and is_on(child(row, "trPr", "tblHeader"))
        layout.header_rows += heading
        layout.rows += 1
    if layout.header_rows == layout.rows:
        layout.header_rows = 0  # a table that is all header says nothing
    return layout


def _lay_row(row: Any, layout: Layout, above: dict[int, DocxCell]) -> dict[int, DocxCell]:
    column = min(_count(child(row, "trPr", "gridBefore"), 0), MOST_COLUMNS)
    open_cells: dict[int, DocxCell] = {}
    last: DocxCell | None = None
    for element in inside(row, "tc"):
        span = min(_count(child(element, "tcPr", "gridSpan"), 1), MOST_COLUMNS - column)
        if span < 1:
            break
        vertical = _merge(element, "vMerge")
        owner = above.get(column)
        if last is not None and _merge(element, "hMerge") == "continue":
            last.column_span += span
        elif vertical == "continue" and owner is not None and owner.column_span == span:
            owner.row_span += 1
            open_cells[column] = last = owner
        else:
            last = DocxCell(layout.rows, column, 1, span)
            layout.cells.append((last, element))
            if vertical:
                open_cells[column] = last
        column += span
    after = min(_count(child(row, "trPr", "gridAfter"), 0), MOST_COLUMNS - column)
    layout.columns = max(layout.columns, column + after)
    return open_cells


def _count(node: Any | None, default: int) -> int:
    value = "" if node is None else attribute(node, "val") or ""
    return int(value[:9]) if value.isdecimal() else default


def _merge(element: Any, name: str) -> str:
    """How a cell merges: "restart", "continue" (where no value stands), or "" for a cell of its own."""
    node = child(element, "tcPr", name)
    return "" if node is None else attribute(node, "val") or "continue"


def is_shaded(element: Any) -> bool:
    """Whether a cell's ground is set to another colour than white."""
    shading = child(element, "tcPr", "shd")
    if shading is None:
        return False
    fill = (attribute(shading, "fill") or "auto").lower()
    pattern = attribute(shading, "val") or "clear"
    grey = fill not in ("auto", "ffffff", "") or attribute(shading, "themeFill") not in (None, "background1")
    return grey or pattern.startswith("pct") or pattern == "solid"


def spread_texts(layout: Layout) -> list[list[str]]:
    """The grid of texts, that of a merged cell in each position it covers; empty where a row is short."""
    grid = [[""] * layout.columns for _ in range(layout.rows)]
    for cell, _ in layout.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            grid[row][cell.column : cell.column + cell.column_span] = [cell.text] * cell.column_span
    return grid


def boxed_tables(paragraph: Any) -> list[Any]:
    """Tables in text boxes of a paragraph, not in the fallback drawing, not nested in one another."""
    found = []
    for table in paragraph.iter(f"{W}tbl"):
        over = table.getparent()
        while over is not paragraph and local_name(over) not in ("tbl", "Fallback"):
            over = over.getparent()
        if over is paragraph:
            found.append(table)
    return found
