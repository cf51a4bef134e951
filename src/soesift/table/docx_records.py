"""The tables of a Word document as records."""

from __future__ import annotations

from soesift.document.docx import DocxTable
from soesift.table.grid import GridCell, without_markers
from soesift.table.headers import count_header_rows
from soesift.table.record import TableRecord, table_id


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
