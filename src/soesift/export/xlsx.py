"""The Excel workbook: an index sheet, then one sheet a logical table with its footnotes and page numbers."""

from __future__ import annotations

import io
import math
import textwrap
from pathlib import Path
from typing import Any

from soesift.export.sheet_cells import (
    MOST_LINES,
    PADDING,
    Notes,
    StyledSheet,
    head_pages,
    sheet_name,
    shortened,
    units,
    wrapped,
)
from soesift.export.spans import grid_size, header_count, pieces, placed_cells
from soesift.export.wording import document_facts, heading_of, percent, running_head, type_name, where
from soesift.export.write import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Cell, Result, SoeTable

# One logical table as a sheet: title, grid with merged cells, the page of each row, footnotes.

TOP = 3  # sheet row of the first grid row
MOST_FROZEN = 12  # rows; more would leave no room to scroll on a small screen
LEAST_WIDTH, MOST_WIDTH, MOST_FIRST = 6.0, 26.0, 48.0  # characters
INDEX = "Index"
LEAST_FIRST = 18.0  # units of the first column, which holds the way back to the index
MOST_STEPS = 12  # by which columns are widened for rows that would be too high
MARK_LENGTH = 3  # characters up to which a cell is centred like a mark


def add_table_sheet(sheet: StyledSheet, table: SoeTable, number: int) -> None:
    """Fill the sheet of the table; `number` is its 1-based place in the result."""
    n_rows = len(table.grid)
    sheet.put(1, 1, heading_of(table, number), "title")
    sheet.put(2, 1, "Back to the index", "back")
    sheet.link(2, 1, INDEX, "back")
    sheet.put(2, 2, _facts(table), "note")
    sheet.height(1, 2)
    if table.doubt:
        sheet.doubt(1, 1, " ".join(doubt.why for doubt in table.doubt))
    _put_grid(sheet, table)
    _put_pages(sheet, table)
    widths = column_widths(table)
    for column, width in enumerate([*widths, 7.0], start=1):
        sheet.width(column, width)
    for row, lines in enumerate(row_lines(table, widths)):
        sheet.height(TOP + row, lines)
    _freeze(sheet, header_count(table))
    _filter(sheet, table)
    _put_footnotes(sheet, table, TOP + n_rows + 1, widths)


def column_widths(table: SoeTable) -> list[float]:
    """Units for each column: the longest word fits, long text wraps into a few lines, and no row needs more lines than
    a row may have."""
    n_columns = grid_size(table)[1]
    widths: list[float] = []
    for c in range(n_columns):
        texts = [row[c][:400] for row in table.grid if c < len(row) and (c == 0 or row[c] != row[c - 1])]
        word = max((units(w, True) for text in texts for w in text.split()), default=0)
        text = max((units(t, c == 0) for t in texts), default=0)
        most = MOST_FIRST if c == 0 else MOST_WIDTH
        widths.append(
            min(
                most,
                max(
                    LEAST_FIRST if c == 0 else LEAST_WIDTH, word + 2.0, text + 1.5 if c == 0 else 2.5 * math.sqrt(text)
                ),
            )
        )
    for _ in range(MOST_STEPS):
        tall = [cell for cell in placed_cells(table) if _lines(table, cell, widths) > MOST_LINES]
        if not tall:
            break
        for column in {column for cell in tall for column in range(cell.column, cell.column + cell.column_span)}:
            widths[column] *= 1.25
    return [min(width, 250.0) for width in widths]


def row_lines(table: SoeTable, widths: list[float]) -> list[int]:
    """Lines that each row of the grid needs at these widths, each word whole; a cell over several rows shares them."""
    lines = [1] * len(table.grid)
    for cell in placed_cells(table):
        need = _lines(table, cell, widths)
        for row in range(cell.row, cell.row + cell.row_span):
            lines[row] = max(lines[row], need)
    return lines


def _lines(table: SoeTable, cell: Cell, widths: list[float]) -> int:
    room = sum(widths[cell.column : cell.column + cell.column_span]) - PADDING
    bold = cell.row < header_count(table) or cell.column == 0
    return math.ceil(wrapped(cell.printed, room, bold) / cell.row_span)


def _facts(table: SoeTable) -> str:
    facts = [f"{type_name(table.table_type)} ({percent(table.type_probability)})", where(table)]
    facts += [
        table.population_track or "",
        f"probability {percent(table.probability)}",
        ", ".join(table.flags),
    ]
    return " · ".join(filter(None, facts))


def _put_grid(sheet: StyledSheet, table: SoeTable) -> None:
    n_header = header_count(table)
    for cell in placed_cells(table):
        row, column = TOP + cell.row, 1 + cell.column
        mark = len(cell.text) <= MARK_LENGTH or cell.column_span > 1
        style = "header" if cell.row < n_header else "side" if cell.column == 0 else "mark" if mark else "text"
        sheet.put_pieces(row, column, pieces(cell), style)
        if "shaded" in cell.states and cell.row >= n_header and cell.column:
            sheet.shade(row, column)
        if cell.doubt:
            sheet.doubt(row, column, " ".join(doubt.why for doubt in cell.doubt))
        sheet.merge(row, column, cell.row_span, cell.column_span)


def _put_pages(sheet: StyledSheet, table: SoeTable) -> None:
    """The page of each body row, in a column of its own on the right."""
    n_header, column = header_count(table), grid_size(table)[1] + 1
    if column == 1:
        return
    sheet.put(TOP if n_header else TOP - 1, column, "Page", "header" if n_header else "name")
    sheet.merge(TOP, column, n_header, 1)
    for r, page in enumerate(table.row_pages[: len(table.grid)]):
        if r >= n_header:
            sheet.number(TOP + r, column, page)


def _freeze(sheet: StyledSheet, n_header: int) -> None:
    rows = min(TOP + n_header, TOP + MOST_FROZEN)
    sheet.sheet.freeze_panes = sheet.sheet.cell(rows, 2).coordinate
    sheet.print_landscape(f"{TOP}:{TOP + n_header - 1}" if n_header else None)


def _filter(sheet: StyledSheet, table: SoeTable) -> None:
    """A filter under the header, on its last row, over the whole body."""
    from openpyxl.utils import get_column_letter

    heads, n_rows = header_count(table), len(table.grid)
    if heads and n_rows > heads:
        last = get_column_letter(grid_size(table)[1] + 1)
        sheet.sheet.auto_filter.ref = f"A{TOP + heads - 1}:{last}{TOP + n_rows - 1}"


def _put_footnotes(sheet: StyledSheet, table: SoeTable, row: int, widths: list[float]) -> None:
    """Marker in the first column, text over the others; merged cells don't grow by themselves."""
    if not table.footnotes:
        return
    sheet.put(row, 1, "Footnotes", "name")
    columns = max(1, len(widths) - 1)
    room = max(20.0, sum(widths[1:]))
    row += 1
    for note in table.footnotes:
        for first, part in enumerate(in_rows(note.text, room)):
            sheet.put(row, 1, "" if first else note.marker, "marker")
            sheet.put(row, 2, part, "footnote")
            if note.doubt and not first:
                sheet.doubt(row, 1, " ".join(doubt.why for doubt in note.doubt))
            sheet.number(row, 2 + columns, None if first else note.page)
            sheet.merge(row, 2, 1, columns)
            sheet.height(row, wrapped(part, room - PADDING))
            row += 1


def in_rows(text: str, room: float) -> list[str]:
    """A text in pieces, none of which needs more lines than a row may have."""
    if len(text) < MOST_LINES or wrapped(text, room - PADDING) <= MOST_LINES:
        return [text]
    letters = max(40, int(0.6 * (MOST_LINES - 2) * room / units("n")))
    return textwrap.wrap(text, letters, break_on_hyphens=False) or [text]


_TABLE_COLUMNS = (
    "Table",
    "Type",
    "Type probability",
    "Probability",
    "Population",
    "Where",
    "Flags",
    "Evidence",
)
_REJECTED_COLUMNS = ("Near miss", "Likely", "", "Probability", "", "Where", "", "Evidence")
_WIDTHS = (44, 22, 16, 12, 18, 24, 20, 60)


def write_xlsx(result: Result, path: Path | str) -> Path:
    """Write the workbook and return the path; the same result gives the same bytes. Raises WriteError.

    No cell is ever a formula: what begins with = + - @ is stored as quoted text. Text above 32,767
    characters, Excel's limit, is cut, coloured and named on the index sheet.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    notes: Notes = []
    index = workbook.active
    index.title = INDEX
    names: list[str] = []
    for number, table in enumerate(result.tables, start=1):
        names.append(sheet_name(number, heading_of(table, number)))
        add_table_sheet(StyledSheet(workbook.create_sheet(names[-1]), notes), table, number)
    _fill_index(StyledSheet(index, notes), result, names)
    head_pages(workbook, running_head(result))
    return write_atomically(Path(path), _workbook_bytes(workbook))


def _workbook_bytes(workbook: Any) -> bytes:
    out = io.BytesIO()
    workbook.properties.creator = "soesift"
    workbook.save(out)
    return same_bytes(out.getvalue())


def _fill_index(sheet: StyledSheet, result: Result, names: list[str]) -> None:
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.width(column, width)
    sheet.put(1, 1, "Schedule-of-Event tables", "title")
    row = 3
    for name, value in document_facts(result):
        sheet.put(row, 1, name, "name")
        sheet.put(row, 2, value, "footnote")
        sheet.merge(row, 2, 1, len(_WIDTHS) - 1)
        sheet.fit(row, [value], [sum(_WIDTHS[1:])])
        row += 1
    row = _list_tables(sheet, result, names, row + 1)
    row = _list_rejected(sheet, result, row + 1)
    for note in list(sheet.notes):
        sheet.put(row + 1, 1, note, "warning")
        row += 1
    sheet.print_landscape(None)


def _list_tables(sheet: StyledSheet, result: Result, names: list[str], row: int) -> int:
    """The list of tables from `row` on; returns the row after it."""
    if not result.tables:
        sheet.put(row, 1, "No tables", "text_line")
        return row + 1
    _put_row(sheet, row, _TABLE_COLUMNS, "header")
    for number, (table, name) in enumerate(zip(result.tables, names, strict=True), start=1):
        row += 1
        texts = (
            shortened(heading_of(table, number), _WIDTHS[0] - PADDING),
            type_name(table.table_type),
            percent(table.type_probability),
            percent(table.probability),
            table.population_track or "",
            where(table),
            ", ".join(table.flags),
            "; ".join(table.evidence),
        )
        _put_row(sheet, row, texts, "text")
        sheet.link(row, 1, name)
    return row + 1


def _list_rejected(sheet: StyledSheet, result: Result, row: int) -> int:
    if not result.rejected:
        return row
    sheet.put(row, 1, "Near misses: judged not to be a Schedule of Events. Look here if a table is missing.", "name")
    row += 1
    _put_row(sheet, row, _REJECTED_COLUMNS, "header")
    for item in result.rejected:
        row += 1
        place, evidence = where(item), "; ".join(item.evidence)
        texts = (item.title or "(untitled)", type_name(item.likely_class), "", percent(item.probability), "")
        _put_row(sheet, row, (*texts, place, "", evidence), "text")
    return row + 1


def _put_row(sheet: StyledSheet, row: int, texts: tuple[str, ...], style: str) -> None:
    sheet.fit(row, texts, _WIDTHS, bold=style == "header")
    for column, text in enumerate(texts, start=1):
        sheet.put(row, column, text, style)
