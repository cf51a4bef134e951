"""One logical table as a sheet: title, grid with merged cells, the page of each row, footnotes."""

from __future__ import annotations

import math
import textwrap

from soesift.export.sheet_cells import MOST_LINES, PADDING, StyledSheet, units, wrapped
from soesift.export.spans import grid_size, header_count, pieces, placed_cells
from soesift.export.wording import heading_of, percent, type_name, where
from soesift.result.models import Cell, SoeTable

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
