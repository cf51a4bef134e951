"""Table records, with their surroundings, of the tables found on a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from soesift.document.title_page import has_schedule_title
from soesift.table.context import attached, is_caption, is_heading, is_note, surroundings
from soesift.table.find import PageTables
from soesift.table.grid import GridCell, without_markers
from soesift.table.headers import count_header_rows
from soesift.table.lexicon import has_time, is_mark, is_point
from soesift.table.record import TableRecord, table_id

if TYPE_CHECKING:
    from soesift.document.docx import DocxTable

_DOTTED = re.compile(r"\d{1,2}\.\d|appendix", re.IGNORECASE)  # notes are never numbered so


def page_records(found: PageTables, document: str, sha256: str, n_pages: int, heading_before: str) -> list[TableRecord]:
    """One record for each table of a page, top to bottom."""
    text = "\n".join(line.text for line in found.lines)
    orders = range(len(found.tables))
    return [_record(found, order, document, sha256, n_pages, heading_before, text) for order in orders]


def last_heading(found: PageTables, before: str) -> str:
    """The last section heading up to the end of this page; a numbered line right below a table is a note of it, unless
    it names a schedule, as no note does in a short line.
    """
    notes = {id(line) for table in found.tables for line in attached(found.lines, table.hull[3])}
    headings = [line for line in found.lines if is_heading(line) and not is_note(line)]
    surely = (
        h for h in reversed(headings) if id(h) not in notes or _DOTTED.match(h.text) or has_schedule_title(h.text)
    )
    return next((h.text for h in surely), before)


def title_row(grid: list[list[str]]) -> str:
    """The text of a first row that is one merged cell, as captions set inside the frame are; else ""."""
    texts = {text for text in grid[0] if text}
    title = texts.pop() if len(texts) == 1 and all(grid[0]) and len(grid[0]) > 2 else ""
    return title[:300] if len(title) > 12 else ""


def caption_row(grid: list[list[str]]) -> str:
    """The first row's text over all columns, if it is a caption: by its words, or as it stands over a header. On pages
    that go on without one, a band that names a group of rows stands first as well."""
    title = title_row(grid)
    if not title or is_caption(title):
        return title
    below = [text for text in grid[1][1:] if text] if len(grid) > 1 else []
    heads = sum(has_time(text) or is_point(text) for text in below) >= 0.5 * len(below)
    return title if below and heads and not any(map(is_mark, below)) else ""


def _record(
    found: PageTables, order: int, document: str, sha256: str, n_pages: int, heading_before: str, text: str
) -> TableRecord:
    table = found.tables[order]
    grid = table.texts()
    context = surroundings(table, found.lines, heading_before)
    flags = [*table.flags]
    flags += ["borderless"] if table.borderless else []
    flags += ["rotated"] if table.rotation else []
    flags += ["image_only"] if found.source == "ocr" else []
    return TableRecord(
        table_id=table_id(document, found.number, table.bbox, order),
        document=document,
        sha256=sha256,
        page=found.number,
        n_pages=n_pages,
        page_label=found.label,
        bbox=table.bbox,
        page_size=(found.width, found.height),
        rotation=table.rotation,
        header_rows=count_header_rows(table.plain_texts(), table.shades),
        grid=grid,
        caption=context.caption or caption_row(grid),
        heading=context.heading,
        above=context.above,
        below=context.below,
        page_text=text,
        flags=flags,
        ruled=round(table.ruled, 3),
    )


# The tables of a Word document as records.


def grid_cells(table: DocxTable) -> list[GridCell]:
    """The cells of a Word table as those of any other."""
    return [GridCell(c.row, c.column, c.row_span, c.column_span, c.text, c.shown, c.states) for c in table.cells]


def to_records(tables: list[DocxTable], document: str, sha256: str) -> list[TableRecord]:
    """Table records without page and box; `document` is the file stem. Header rows are counted where Word's
    own header flag is missing.
    """
    return [
        TableRecord(
            table_id=table_id(document, None, None, table.table_number),
            document=document,
            sha256=sha256,
            header_rows=table.header_rows or count_header_rows(without_markers(table.grid, grid_cells(table))),
            grid=table.grid,
            caption=table.caption,
            heading=table.heading_path[-1][:200] if table.heading_path else "",
            above=table.above,
            below=table.below,
            page_text=f"{table.above}\n{table.below}".strip(),
            flags=[name for name, on in (("nested", table.nested), ("landscape", table.landscape)) if on],
        )
        for table in tables
    ]
