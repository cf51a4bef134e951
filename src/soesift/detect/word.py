"""The tables of a Word document as fragments: each is whole, and has a place instead of a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.detect.assemble import fragments_of
from soesift.detect.options import Ocr
from soesift.detect.reading import Reading, late, no_ocr
from soesift.document.docx import DocxTable, docx_pictures, read_docx
from soesift.document.page import Page
from soesift.document.raised import markers_of, plain, runs_of
from soesift.errors import MissingExtra, fault
from soesift.files import as_text
from soesift.join.fragment import Fragment
from soesift.result.models import Location
from soesift.table.context import TextLine
from soesift.table.continuation_rows import rows_of_notes
from soesift.table.find import find_tables
from soesift.table.records import grid_cells, page_records, to_records

LINE = 12.0  # stands for a printed line's height, so that notes are read like those of a page
DPI = 200.0  # taken for a picture whose size on paper is not known


def word_fragments(
    path: Path, sha256: str, reading: Reading, ocr: Ocr = "auto", stem: str | None = None
) -> list[Fragment]:
    """One fragment a table of a DOCX, with the notes below it, then those of pictures; raises DocumentError.

    `stem` names the document where `path` is a copy of it.
    """
    name = as_text(path.stem if stem is None else stem)
    fragments: list[Fragment] = []
    for table in read_docx(path):
        try:
            fragments.append(_table_fragment(table, name, sha256, len(fragments)))
            if len(fragments) > 1:
                fragments[-2].below += _listed_notes(fragments[-1], fragments[-2])
        except Exception as error:  # noqa: BLE001  # a fault of ours on one table must not lose the others
            reading.unplaced.append(f"table {table.table_number} could not be read ({fault(error)})")
    return fragments + picture_fragments(path, sha256, reading, ocr, len(fragments), name)


def _table_fragment(table: DocxTable, name: str, sha256: str, order: int) -> Fragment:
    [record] = to_records([table], name, sha256)
    record.location = Location(heading_path=table.heading_path, table_number=table.table_number)
    notes = [_line(text, place) for place, text in enumerate(table.notes)]
    size = _counted(len(record.grid)), _counted(len(record.grid[0]))
    between = None if table.nested else table.between
    return Fragment(record, grid_cells(table), *size, order, below=notes, between=between)


def _listed_notes(table: Fragment, before: Fragment) -> list[TextLine]:
    """The rows of a table of two columns as notes of the table before it, whose cells carry most of their markers."""
    grid = table.record.grid
    rows = rows_of_notes(grid)
    raised = [text for cell in before.cells for text, up in runs_of(cell.shown) if up] if rows else []
    carried = {marker for text in raised for marker in markers_of(text, "")}
    listed = [grid[row][0].strip("()[].: ") for row in rows]
    if not rows or 2 * len(carried.intersection(listed)) < len(rows):
        return []
    first = len(before.below)
    shown = {(cell.row, cell.column): cell.shown or cell.text for cell in table.cells}
    texts = [f"{shown.get((row, 0), '')} {shown.get((row, 1), '')}" for row in rows]
    return [_line(text, place) for place, text in enumerate(texts, first)]


def _line(shown: str, place: int) -> TextLine:
    """A paragraph as a printed line, the `place`-th below its table."""
    return TextLine(plain(shown), LINE * place, LINE * (place + 1), LINE, shown)


def picture_fragments(
    path: Path, sha256: str, reading: Reading, ocr: Ocr, first: int, name: str = ""
) -> list[Fragment]:
    """Tables read from pictures; under `never` each picture with a ruled grid is named as unread."""
    from soesift.document.ocr import read_scan, shows_table

    fragments: list[Fragment] = []
    if why := no_ocr():
        if count := sum(1 for _ in docx_pictures(path)):
            reading.unplaced.append(f"{count} pictures not read ({why})")
        return fragments
    for number, picture in docx_pictures(path):
        try:
            if not shows_table(picture):
                continue
            if why := "--ocr never" if ocr == "never" else late(reading):
                reading.unplaced.append(f"picture {number} shows a ruled grid; not read ({why})")
                continue
            high, wide = picture.shape[:2]
            page = read_scan(picture, wide * 72 / DPI, high * 72 / DPI, number)
            fragments += _picture_tables(page, name, sha256, first + len(fragments))
        except MissingExtra:
            raise
        except Exception as error:  # noqa: BLE001  # as above
            reading.unplaced.append(f"picture {number} could not be read ({fault(error)})")
    return fragments


def _picture_tables(page: Page, name: str, sha256: str, first: int) -> list[Fragment]:
    found = find_tables(page)
    fragments = fragments_of(found, page_records(found, name, sha256, 0, ""), page.fills, page.fill_grey, first)
    for fragment in fragments:
        record = fragment.record
        record.location = Location(heading_path=[f"picture {found.number}"], table_number=fragment.order + 1)
        record.page, record.n_pages, record.bbox = None, None, None
    return fragments


def _counted(count: int) -> NDArray[np.float32]:
    return np.arange(count + 1, dtype=np.float32)
