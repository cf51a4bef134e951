"""The Excel workbook: an index sheet, then one sheet a logical table with its footnotes and page numbers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from soesift.export.sheet_cells import PADDING, Notes, StyledSheet, head_pages, sheet_name, shortened
from soesift.export.table_sheet import INDEX, add_table_sheet
from soesift.export.wording import document_facts, heading_of, percent, running_head, type_name, where
from soesift.export.zip_bytes import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Result

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
