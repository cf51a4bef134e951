"""Every table of a Word document, with its place and surroundings, read from the XML itself.

Word has no pages until it is laid out, so a table's place is its number and the headings above it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soesift.document.docx_lines import CAPTION_LINES, Line, caption_below, find_caption, notes_around
from soesift.document.docx_package import Package, open_package
from soesift.document.docx_styles import (
    Numbering,
    Style,
    next_number,
    outline_level,
    read_numbering,
    read_styles,
    style_chain,
)
from soesift.document.docx_table import DocxCell, boxed_tables, inside, is_shaded, lay_out, spread_texts
from soesift.document.docx_text import W, attribute, child, write_paragraph
from soesift.document.raised import DOWN, UP, markers_of
from soesift.errors import DocumentError
from soesift.result.models import State

NEAR = 600  # characters of body text kept on each side
DEEPEST = 8  # tables within tables


@dataclass(slots=True)
class DocxTable:
    """A table. grid: text of a merged cell repeated in each position it covers; header_rows: rows that Word
    repeats on each page (0 if the author set none); table_number: 1-based among all tables of the document,
    nested ones after their parent; notes: footnote-like paragraphs directly below, raised characters between signs.
    """

    grid: list[list[str]]
    cells: list[DocxCell]
    table_number: int
    header_rows: int = 0
    heading_path: list[str] = field(default_factory=list)
    caption: str = ""
    above: str = ""
    below: str = ""
    notes: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)  # paragraphs since the table before, without its notes
    nested: bool = False
    landscape: bool = False


@dataclass(slots=True)
class _Place:
    """Where a table stands: the body lines before it, and the lines before it in the cell that holds it."""

    line: int
    within: list[Line]


@dataclass(slots=True)
class _Reader:
    styles: dict[str, Style]
    numbering: Numbering
    notes: dict[str, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=list)
    tables: list[DocxTable] = field(default_factory=list)
    places: list[_Place] = field(default_factory=list)
    count: int = 0
    sections: list[tuple[int, bool]] = field(default_factory=list)  # tables up to its end, landscape


def read_docx(path: Path | str) -> list[DocxTable]:
    """All tables with text, in document order. Raises DocumentError for what is no readable DOCX."""
    path = Path(path)
    package = open_package(path)
    reader = _Reader(read_styles(package.styles), read_numbering(package.numbering))
    body = child(package.document, "body")
    try:
        _read_body([] if body is None else body, reader)
    except (RecursionError, ValueError) as error:
        raise DocumentError(f"{path.name}: malformed XML in the document ({type(error).__name__})") from error
    _place_tables(reader, _note_texts(package, reader.notes))
    return reader.tables


def _read_body(body: Any, reader: _Reader) -> None:
    for block in inside(body, "p", "tbl"):
        if block.tag == f"{W}tbl":
            _read_table(block, reader, _Place(len(reader.lines), []), 0)
            continue
        line = _read_line(block, reader)
        if line.text and not line.style.startswith("toc "):
            reader.lines.append(line)
        if line.text and line.level is not None:
            reader.path = [step for step in reader.path if step[0] < line.level] + [(line.level, line.text)]
        for table in boxed_tables(block):
            _read_table(table, reader, _Place(len(reader.lines), []), 0)
        _end_section(child(block, "pPr", "sectPr"), reader)
    _end_section(next(inside(body, "sectPr"), None), reader)


def _read_line(paragraph: Any, reader: _Reader) -> Line:
    chain = style_chain(paragraph, reader.styles)
    written = write_paragraph(paragraph, reader.notes)
    text = written.text()
    number = next_number(paragraph, chain, reader.numbering) if text else ""
    names = " ".join(style.name for style in chain).lower()
    level = outline_level(paragraph, chain)
    line = Line(f"{number} {text}".strip(), level, names, written.superscripts)
    line.shown = f"{number} {written.shown()}".strip()
    line.struck = written.struck > 0 and not written.standing
    return line


def _end_section(properties: Any | None, reader: _Reader) -> None:
    size = child(properties, "pgSz")
    if properties is None:
        return
    wide = False
    if size is not None:
        width, height = (_size(size, name) for name in ("w", "h"))
        wide = attribute(size, "orient") == "landscape" or width > height
    reader.sections.append((reader.count, wide))


def _size(node: Any, name: str) -> int:
    value = attribute(node, name) or ""
    return int(value) if value.isdecimal() else 0


def _read_table(element: Any, reader: _Reader, place: _Place, depth: int) -> None:
    """Append a table, then those nested in its cells."""
    layout = lay_out(element)
    if not layout.rows:
        return  # deleted in a tracked change
    reader.count += 1
    cells = [cell for cell, _ in layout.cells]
    table = DocxTable([], cells, reader.count, layout.header_rows, nested=depth > 0)
    table.heading_path = [text for _, text in reader.path]
    reader.tables.append(table)
    reader.places.append(place)
    inner: list[tuple[Any, list[Line]]] = []
    for cell, content in layout.cells:
        inner += _read_cell(cell, content, reader)
    table.grid = spread_texts(layout)
    if not any(cell.text for cell in table.cells):
        reader.tables.pop()
        reader.places.pop()
    for nested, within in inner if depth < DEEPEST else []:
        _read_table(nested, reader, _Place(place.line, [*place.within, *within]), depth + 1)


def _read_cell(cell: DocxCell, element: Any, reader: _Reader) -> list[tuple[Any, list[Line]]]:
    """Fill in a cell's text; nested tables with the lines above them in the cell."""
    lines: list[Line] = []
    nested = []
    for block in inside(element, "p", "tbl"):
        if block.tag == f"{W}tbl":
            nested.append((block, list(lines)))
            continue
        line = _read_line(block, reader)
        cell.superscripts += line.superscripts
        nested += [(table, list(lines)) for table in boxed_tables(block)]
        if line.text:
            lines.append(line)
    cell.text = " ".join(line.text for line in lines)
    shown = " ".join(line.shown for line in lines)
    cell.shown = shown if UP in shown else ""
    struck = bool(lines) and all(line.struck for line in lines)
    states: list[tuple[State, bool]] = [("shaded", is_shaded(element)), ("struck", struck)]
    cell.states = tuple(name for name, holds in states if holds)
    return nested


def _note_texts(package: Package, numbers: dict[str, int]) -> dict[int, str]:
    """Printed number to text of the footnotes and endnotes that the document refers to."""
    texts = {}
    for root, kind in ((package.footnotes, "footnote"), (package.endnotes, "endnote")):
        for note in [] if root is None else root.iterfind(f"{W}{kind}"):
            number = numbers.get(f"{kind} {attribute(note, 'id')}")
            if number is not None:
                parts = (write_paragraph(p, {}).text() for p in inside(note, "p"))
                texts[number] = " ".join(p for p in parts if p)
    return texts


def _place_tables(reader: _Reader, notes: dict[int, str]) -> None:
    """Caption, text on both sides, notes and page orientation, once all lines are known."""
    ends = [place.line for place in reader.places]
    for order, (table, place) in enumerate(zip(reader.tables, reader.places, strict=True)):
        previous = 0 if table.nested else max((end for end in ends[:order]), default=0)
        following = next((end for end in ends[order + 1 :] if end > place.line), len(reader.lines))
        over = [*reader.lines[previous : place.line], *place.within]
        table.caption = find_caption(over)
        under = [] if table.nested else reader.lines[place.line : following]
        later = zip(reader.places[order + 1 :], reader.tables[order + 1 :], strict=True)
        after = next((other.line for other, one in later if not one.nested), None)
        free = after is None or after - place.line > CAPTION_LINES
        if not table.caption and (named := caption_below(under, free)):
            table.caption, under = named, under[1:]
        table.above = " ".join(line.text for line in [*reader.lines[: place.line], *place.within])[-NEAR:]
        table.below = " ".join(line.text for line in reader.lines[place.line :])[:NEAR]
        raised = {mark for cell in table.cells for mark in cell.superscripts}
        markers = frozenset(marker for mark in raised for marker in markers_of(mark, ""))
        table.notes = [] if table.nested else notes_around(under, over, markers, reader.lines[place.line :])
        if order and not table.nested:
            noted = set(reader.tables[order - 1].notes)
            table.between = [line.text for line in over if (line.shown or line.text) not in noted]
        table.notes += [f"{UP}{number}{DOWN} {text}" for number, text in sorted(notes.items()) if str(number) in raised]
        table.landscape = next((wide for end, wide in reader.sections if end >= table.table_number), False)
