"""A Word document: each schedule as a table with merged header cells, its footnotes below, landscape."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra
from soesift.export.sheet_cells import SIZE, UNIT, wrapped
from soesift.export.spans import grid_size, header_count, pieces, placed_cells
from soesift.export.wording import heading_of, plain, review_words, running_head, type_name, unsigned_words, where
from soesift.export.write import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Result, SoeTable

SMALL, SMALLEST, MOST_COLUMNS = 8, 5, 60  # points; Word itself allows 63 columns
PAGE = (11.69, 8.27)  # inches, A4 landscape
MARGIN = 0.6  # inches, left and right
LABELS = 0.32  # of the width, at most, for the names of the activities
FONT = "Arial"  # there, or one of its widths, wherever the file is opened
NARROWEST, LONGEST = 4.5, 30.0  # letters that a column is made for, at least and at most
PADDING, BOLD = 3.0, 1.15  # letters that a cell's padding takes; width of a bold letter
SIDES, LINE = 10.8, 1.2  # points of a cell's padding at both sides; a line's height beside its letters' size
BROAD = 2.4  # letters of width for the square root of a text's letters: about four lines of a long one
GREY = "D9D9D9"  # of a cell that is shaded in print


def write_docx(result: Result, path: Path | str) -> Path:
    """Write the document; the same result gives the same bytes. Raises WriteError, MissingExtra."""
    document = _landscape(running_head(result))
    document.add_heading(plain(f"Schedules of {result.document.name}"), level=1)
    if said := review_words(result):
        document.add_paragraph(said)
    for number, table in enumerate(result.tables, start=1):
        document.add_heading(plain(heading_of(table, number)), level=2)
        document.add_paragraph(plain(f"{type_name(table.table_type)} · {where(table)}"))
        _add(document, table)
    if not result.tables:
        document.add_paragraph("No schedule was found.")
    return _saved(document, path)


def write_m11(result: Result, path: Path | str) -> Path:
    """Write section 1.3 of ICH M11's template: the schedules under their headings, on landscape pages, header rows
    repeated, footnotes below. What the template wants besides is not in a schedule and is left out. Raises WriteError,
    MissingExtra.
    """
    document = _landscape(running_head(result))
    document.add_heading("1 PROTOCOL SUMMARY", level=1)
    document.add_heading("1.3 Schedule of Activities", level=2)
    if said := unsigned_words(result):
        document.add_paragraph(said)
    for number, table in enumerate(result.tables, start=1):
        if len(result.tables) > 1:
            document.add_heading(plain(f"1.3.{number} {heading_of(table, number)}"), level=3)
        else:
            document.add_paragraph(plain(heading_of(table, number)))
        _add(document, table)
    if not result.tables:
        document.add_paragraph("No schedule was found in the protocol.")
    return _saved(document, path)


def _landscape(about: str) -> Any:
    """An empty document on landscape A4 pages; `about` stands at the top of each."""
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
        from docx.shared import Inches, Pt
    except ImportError as error:
        raise MissingExtra("python-docx", "app") from error
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Inches(PAGE[0]), Inches(PAGE[1])
    section.left_margin = section.right_margin = Inches(MARGIN)
    section.header.paragraphs[0].text = about
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(10)
    document.core_properties.author = "soesift"
    return document


def _saved(document: Any, path: Path | str) -> Path:
    out = io.BytesIO()
    document.save(out)
    return write_atomically(path, same_bytes(out.getvalue()))


def _add(document: Any, table: SoeTable) -> None:
    """One schedule: grid and footnotes; a wide one goes on in a second block."""
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
        if "shaded" in cell.states and cell.row >= heads and cell.column:
            _shade(target)
        paragraph = target.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        for piece, raised in pieces(cell):
            run = paragraph.add_run(plain(piece))
            run.font.size, run.font.bold, run.font.superscript = size, cell.row < heads, raised or None
    _set_widths(word, table, columns)
    _set_heights(word, table, columns, size.pt)
    for row in word.rows:
        _mark(row, "w:cantSplit")
    for row in word.rows[:heads]:
        _mark(row, "w:tblHeader")  # Word repeats it on each page


def _shares(table: SoeTable, columns: range) -> list[float]:
    """Of the width, for each column: its longest word fits on a line where there is room, and a column of long texts
    gets more than one of marks; the names of the activities get LABELS at most."""
    wanted = dict.fromkeys(columns, NARROWEST)
    for cell in placed_cells(table):
        if cell.column_span == 1 and cell.column in wanted and cell.text:
            bold = BOLD if cell.row < header_count(table) else 1.0
            word = bold * max(map(len, cell.text.split()), default=0) + PADDING
            even = BROAD * len(cell.text) ** 0.5 * (1.5 if cell.column == 0 else 1.0)
            wanted[cell.column] = max(wanted[cell.column], min(word, LONGEST), min(even, LONGEST))
    total = sum(wanted.values())
    shares = [wanted[column] / total for column in columns]
    if columns.start == 0 and len(shares) > 1 and shares[0] > LABELS:
        rest = (1 - LABELS) / (1 - shares[0])
        shares = [LABELS, *(share * rest for share in shares[1:])]
    return shares


def _set_widths(word: Any, table: SoeTable, columns: range) -> None:
    """Widths by content, on the columns and on each cell."""
    from docx.shared import Inches

    width, shares = PAGE[0] - 2 * MARGIN, _shares(table, columns)
    word.autofit = False
    for column, share in zip(word.columns, shares, strict=True):
        column.width = Inches(width * share)
    for row in word._tbl.tr_lst:  # not the cells: a merged one would be set once for each column that it covers
        at = 0
        for cell in row.tc_lst:
            cell.width = Inches(width * sum(shares[at : at + cell.grid_span]))
            at += cell.grid_span


def _set_heights(word: Any, table: SoeTable, columns: range, size: float) -> None:
    """The last row of a cell over several rows is high enough for what these have no room for: LibreOffice cuts such
    a text where its header rows are repeated."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.shared import Pt

    width, shares, heads = 72 * (PAGE[0] - 2 * MARGIN), _shares(table, columns), header_count(table)
    for cell in placed_cells(table):
        own = [shares[c - columns.start] for c in range(cell.column, cell.column + cell.column_span) if c in columns]
        if cell.row_span == 1 or not own:
            continue
        room = (width * sum(own) - SIDES) / UNIT * SIZE / size
        missing = wrapped(cell.text, room, cell.row < heads) - (cell.row_span - 1)
        last = word.rows[cell.row + cell.row_span - 1]
        if missing > 1 and missing * LINE * size > (last.height or Pt(0)).pt:
            last.height, last.height_rule = Pt(missing * LINE * size), WD_ROW_HEIGHT_RULE.AT_LEAST


def _shade(cell: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    fill = OxmlElement("w:shd")
    fill.set(qn("w:val"), "clear")
    fill.set(qn("w:fill"), GREY)
    cell._tc.get_or_add_tcPr().append(fill)


def _mark(row: Any, name: str) -> None:
    """Set a property of a row to true."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
