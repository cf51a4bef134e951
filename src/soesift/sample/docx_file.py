"""The same blocks as a Word document."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from soesift.sample.blocks import (
    Block,
    Bullets,
    Contents,
    Figure,
    Heading,
    NewPage,
    Paragraph,
    Table,
    TitlePage,
)
from soesift.sample.grid import RAISED, Cell, Grid
from soesift.sample.layout import column_blocks
from soesift.sample.style import PageStyle

EPOCH = (2020, 1, 1, 0, 0, 0)  # written as the date of every part, so that the bytes depend on the seed only


def write_docx(blocks: list[Block], style: PageStyle, names: dict[str, str]) -> tuple[bytes, dict[int, list[int]]]:
    """The file, and by number of each table block the 1-based numbers of its Word tables.

    Word has no place for rotated pages, pictures and black boxes here: tables are ordinary ones, on landscape
    sections where the block asks for a wide page; redacted cells are empty.
    """
    import docx

    document = docx.Document()
    stamp = datetime(*EPOCH)
    properties = document.core_properties
    properties.created = properties.modified = stamp
    properties.author, properties.title = "", names.get("number", "")
    document.sections[0].header.paragraphs[0].text = style.header.replace("|", "\t").format(**names)
    numbers: dict[int, list[int]] = {}
    count = 0
    for i, block in enumerate(blocks):
        added = add_block(document, block)
        if added:
            numbers[i] = list(range(count + 1, count + added + 1))
            count += added
    target = io.BytesIO()
    document.save(target)
    return repacked(target.getvalue()), numbers


def repacked(content: bytes) -> bytes:
    """The zip with one fixed date for all parts."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(zipfile.ZipInfo(name, EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def add_block(document: Any, block: Block) -> int:
    """Write one block; returns the number of tables written."""
    match block:
        case Heading():
            document.add_heading(block.text, block.level)
        case Paragraph():
            document.add_paragraph().add_run(block.text).bold = block.bold
        case Bullets():
            for item in block.items:
                document.add_paragraph(item, style="List Bullet")
        case TitlePage():
            for text, _, _ in block.lines:
                document.add_paragraph(text, style="Title")
            for name, fact in block.facts:
                document.add_paragraph(f"{name}: {fact}")
        case Figure():
            document.add_paragraph(block.caption, style="Caption")
        case Contents() | NewPage():
            document.add_page_break()
        case Table():
            return add_tables(document, block)
    return 0


def add_tables(document: Any, table: Table) -> int:
    """A table with caption and notes, in as many Word tables as it has column blocks."""
    if table.mode != "portrait":
        turn(document, wide=True)
    if table.caption:
        document.add_paragraph(table.caption, style="Caption")
    parts = list(column_blocks(table))
    for n, part in enumerate(parts):
        if n:  # Word joins tables that touch
            document.add_paragraph(table.caption + table.continued)
        add_grid(document, part, table)
    for marker, text in [("", table.remark), *table.notes]:
        if text:
            paragraph = document.add_paragraph()
            paragraph.add_run(marker).font.superscript = True
            paragraph.add_run(f" {text}" if marker else text)
    if table.mode != "portrait":
        turn(document, wide=False)
    return len(parts)


def turn(document: Any, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT, WD_SECTION

    section = document.add_section(WD_SECTION.NEW_PAGE)
    longer, shorter = (
        max(section.page_width, section.page_height),
        min(section.page_width, section.page_height),
    )
    section.page_width, section.page_height = (longer, shorter) if wide else (shorter, longer)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT


def add_grid(document: Any, grid: Grid, table: Table) -> None:
    height, width = grid.shape
    word = document.add_table(height, width)
    if table.look.borders not in ("none", "header"):
        word.style = "Table Grid"
    places = [list(row.cells) for row in word.rows]  # row.cells is slow, once a row is enough
    for r, row in enumerate(grid.cells):
        for c, cell in enumerate(row):
            if cell is not None:
                place = places[r][c]
                if cell.rows > 1 or cell.columns > 1:
                    place = place.merge(places[r + cell.rows - 1][c + cell.columns - 1])
                write_cell(place, cell, table)
    for row in word.rows[: grid.header_rows]:
        repeat_on_every_page(row)


def write_cell(place: Any, cell: Cell, table: Table) -> None:
    from docx.shared import Pt

    text = "" if cell.redacted else cell.text or cell.said or ""
    paragraph = place.paragraphs[0]
    for i, part in enumerate(RAISED.split(text)):
        if part:
            run = paragraph.add_run(part)
            run.bold, run.font.size, run.font.superscript = (
                cell.bold or None,
                Pt(table.look.size),
                bool(i % 2) or None,
            )


def repeat_on_every_page(row: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = row._tr.get_or_add_trPr()
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)
