"""The visit table as an Excel workbook: one sheet a schedule."""

from __future__ import annotations

import io

from soesift.export.sheet_cells import Notes, StyledSheet, sheet_name
from soesift.export.visit_words import COLUMNS, visit_rows
from soesift.export.wording import heading_of
from soesift.export.zip_bytes import same_bytes
from soesift.result.models import Result, SoeTable
from soesift.schedule import Schedule, read_schedule

FILTER = 3.0  # units that the filter's button takes of a heading
_WIDTHS = (10, 30, 22, 12, 26, 14, 22, 12, 22, 40, 11, 14, 50)


def visits_workbook(result: Result) -> bytes:
    """The workbook's bytes; no cell is ever a formula."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    notes: Notes = []
    for number, table in enumerate(result.tables, start=1):
        sheet = StyledSheet(workbook.create_sheet(sheet_name(number, heading_of(table, number))), notes)
        _fill(sheet, table, read_schedule(table), number)
    if not result.tables:
        StyledSheet(workbook.create_sheet("Visits"), notes).put(1, 1, "No schedule was found.", "text_line")
    out = io.BytesIO()
    workbook.properties.creator = "soesift"
    workbook.save(out)
    return same_bytes(out.getvalue())


def _fill(sheet: StyledSheet, table: SoeTable, schedule: Schedule, number: int) -> None:
    from openpyxl.utils import get_column_letter

    sheet.put(1, 1, heading_of(table, number), "title")
    row = 2
    for doubt in schedule.doubts:
        sheet.put(row, 1, doubt, "warning")
        sheet.merge(row, 1, 1, len(COLUMNS))
        sheet.fit(row, [doubt], [sum(_WIDTHS)])
        row += 1
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), start=1):
        sheet.width(column, width)
        sheet.put(row, column, name, "header")
    sheet.fit(row, COLUMNS, [width - FILTER for width in _WIDTHS], bold=True)
    top = row
    for texts in visit_rows(table, schedule):
        row += 1
        sheet.fit(row, texts, _WIDTHS)
        for column, text in enumerate(texts, start=1):
            sheet.put(row, column, text, "warning" if column == len(texts) and text else "text")
    sheet.sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(COLUMNS))}{max(row, top)}"
    sheet.sheet.freeze_panes = f"C{top + 1}"
    sheet.print_landscape(f"{top}:{top}")
