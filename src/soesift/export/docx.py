"""A Word document: each schedule as a table with merged header cells, its footnotes below, landscape."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra
from soesift.export.raised import pieces
from soesift.export.spans import grid_size, header_count, placed_cells
from soesift.export.wording import heading_of, plain, type_name, where
from soesift.export.zip_bytes import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Result, SoeTable

SMALL, SMALLEST, MOST_COLUMNS = 8, 5, 60  # points; Word itself allows 63 columns
PAGE = (11.69, 8.27)  # inches, A4 landscape


def write_docx(result: Result, path: Path | str) -> Path:
    """Write the document; the same result gives the same bytes. Raises WriteError, MissingExtra."""
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
        from docx.shared import Inches
    except ImportError as error:
        raise MissingExtra("python-docx", "export") from error
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Inches(PAGE[0]), Inches(PAGE[1])
    section.left_margin = section.right_margin = Inches(0.6)
    document.core_properties.author = "soesift"
    document.add_heading(plain(f"Schedules of {result.document.name}"), level=1)
    for number, table in enumerate(result.tables, start=1):
        _add(document, table, number)
    if not result.tables:
        document.add_paragraph("No schedule was found.")
    out = io.BytesIO()
    document.save(out)
    return write_atomically(path, same_bytes(out.getvalue()))


def _add(document: Any, table: SoeTable, number: int) -> None:
    """One schedule: heading, facts, grid, footnotes; a wide one goes on in a second block."""
    document.add_heading(plain(heading_of(table, number)), level=2)
    document.add_paragraph(plain(f"{type_name(table.table_type)} · {where(table)}"))
    n_columns = grid_size(table)[1]
    for start in range(0, n_columns, MOST_COLUMNS):
        _add_grid(document, table, range(start, min(start + MOST_COLUMNS, n_columns)))
    for note in table.footnotes:
        paragraph = document.add_paragraph()
        marker = paragraph.add_run(plain(note.marker))
        marker.font.superscript = True
        paragraph.add_run(plain(f" {note.text}" if note.marker else note.text))


def _add_grid(document: Any, table: SoeTable, columns: range) -> None:
    from docx.shared import Pt

    n_rows, heads = len(table.grid), header_count(table)
    word = document.add_table(rows=n_rows, cols=len(columns))
    word.style = "Table Grid"
    size = Pt(max(SMALLEST, SMALL - max(0, len(columns) - 12) // 6))
    rows = [row.cells for row in word.rows]  # once: python-docx looks merged cells up each time
    for cell in placed_cells(table):
        left, right = max(cell.column, columns.start), min(cell.column + cell.column_span, columns.stop) - 1
        if left > right:
            continue
        first = rows[cell.row][left - columns.start]
        last = rows[cell.row + cell.row_span - 1][right - columns.start]
        target = first if first is last else first.merge(last)
        target.text = ""
        paragraph = target.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        for piece, raised in pieces(cell):
            run = paragraph.add_run(plain(piece))
            run.font.size, run.font.bold, run.font.superscript = size, cell.row < heads, raised or None
    for row in word.rows[:heads]:
        _repeat(row)


def _repeat(row: Any) -> None:
    """Make the row a header row that Word repeats on each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
