"""A Word document in the order of its text: tables, the paragraphs that name them or are notes, and pictures."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.docx_xml import (
    DocxCell,
    Numbering,
    Package,
    Style,
    W,
    attribute,
    boxed_tables,
    child,
    inside,
    is_shaded,
    lay_out,
    next_number,
    open_package,
    outline_level,
    read_numbering,
    read_styles,
    spread_texts,
    style_chain,
    write_paragraph,
)
from soesift.document.raised import DOWN, UP, marker_of, markers_of, plain
from soesift.document.title_page import has_schedule_title, is_head_of_notes
from soesift.errors import DocumentError
from soesift.result.models import State

# Paragraphs around a Word table: which names it, which are its footnotes.

CAPTION_LINES = 3  # printed lines above a table among which its caption may stand
BEFORE = 3  # paragraphs between a table and the first note with one of its markers
WITHIN = 8  # paragraphs of a list within a note
FAR = 60  # paragraphs behind a table among which a head over its notes may stand
SEVERAL = 3  # markers, from which notes are looked for elsewhere
_CAPTION = re.compile(
    r"^\W{0,3}(?:(?:in-?text\s+)?table|tabelle|tableau|tabla|appendix|annex\w*|attachment|exhibit|schedule|schema)\b"
    r"(?!\s+\S+\s+(?:shows?|presents?|lists?|summari[sz]es?|provides?|describes?|is|are|contains?|below)\b)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:[*†‡§¶#]|\(?[a-z]{1,2}[.):]\s|[a-z]\s+[A-Z]|\(?\d{1,2}[.):]?\s|abbreviations?\b|notes?\b|footnotes?\b|legend\b|key\b|"
    r"[A-Za-z][\w/+-]{0,9}\s*[=:]\s)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Line:
    """A paragraph of body text; level: 0-based outline level of a heading."""

    text: str
    level: int | None = None
    style: str = ""
    superscripts: list[str] = field(default_factory=list)
    shown: str = ""  # the text with raised characters between signs
    struck: bool = False  # all of it is struck through

    @property
    def raised(self) -> bool:
        """Whether it begins with a superscript, as footnotes do."""
        return bool(self.superscripts) and self.text.startswith(self.superscripts[0])


def find_caption(over: list[Line]) -> str:
    """The nearest of the last lines above a table that names it; "" if none does."""
    for line in reversed(over[-CAPTION_LINES:]):
        named = len(line.text) < 300 and _CAPTION.match(line.text) is not None
        titled = has_schedule_title(line.text) and len(line.text) < 160 and not line.text.endswith(".")
        if "caption" in line.style or named or titled:
            return line.text[:300]
        if line.level is not None:
            break
    return ""


def caption_below(lines: list[Line], free: bool) -> str:
    """The first line below a table if it names it: styled as a caption, or "Table 3 ...". `free`: it does not stand
    right above another table, whose caption it would be.
    """
    if not lines or lines[0].level is not None or not free:
        return ""
    line = lines[0]
    named = len(line.text) < 300 and _CAPTION.match(line.text) is not None and not line.raised
    return line.text[:300] if named or "caption" in line.style else ""


def notes_around(under: list[Line], over: list[Line], markers: Collection[str], later: list[Line]) -> list[str]:
    """The notes of a table, raised print between signs: below it; else above it, or further below under a head.

    markers: what is raised in its cells; `under` ends with the next table, `over` begins with the table before,
    `later` is all that follows.
    """
    notes = notes_below(under, markers)
    if _enough(notes, markers):
        return notes
    head = next((k for k, line in enumerate(later[:FAR]) if is_head_of_notes(line.text)), len(later))
    for lines in (over, later[head:]):
        opening = [k for k, line in enumerate(lines) if _is_sure(line, markers)]
        found = notes_below(lines[opening[0] :], markers) if opening else []
        if _enough(found, markers):
            return [*notes, *found]
    return notes


def _enough(notes: list[str], markers: Collection[str]) -> bool:
    """Whether notes explain at least half of the markers of a table, if it has several."""
    opened = {found[0] for note in notes if (found := marker_of(plain(note), markers))}
    opened |= {marker for note in notes for marker in markers if note.startswith(UP + marker)}
    return len(markers) < SEVERAL or 2 * len(opened) >= len(markers)


def notes_below(lines: list[Line], markers: Collection[str] = ()) -> list[str]:
    """Footnote-like paragraphs directly below a table, raised print between signs, to the first that is none and that
    no note with a marker of the table follows closely."""
    end = gap = 0
    for place, line in enumerate(lines):
        head = is_head_of_notes(line.text)
        if line.level is not None and not head:
            break
        if _is_sure(line, markers):
            end, gap = place + 1, 0
        elif gap == 0 and (head or "note" in line.style or "footer" in line.style or _NOTE.match(line.text)):
            end = place + 1
        elif (gap := gap + 1) > (WITHIN if end else BEFORE):
            break
    return [line.shown or line.text for line in lines[:end]]


def _is_sure(line: Line, markers: Collection[str]) -> bool:
    """Whether a paragraph opens a note for certain: with raised print, or with a marker that the cells carry."""
    return line.raised or marker_of(line.text, markers) is not None


# Every table of a Word document, with its place and surroundings, read from the XML itself.
#
# Word has no pages until it is laid out, so a table's place is its number and the headings above it.

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


# Pictures of a Word document in the order of the text: a schedule may be pasted as one.

KINDS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
MOST_BYTES = 60 * 2**20
MOST_PIXELS = 60_000_000
LEAST = (500, 300)  # pixels: smaller pictures hold no readable table
_EMBED = re.compile(rb'r:(?:embed|id)="([^"]+)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'(Id|Target)="([^"]*)"')


def docx_pictures(path: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """(number from 1, (h, w, 3) RGB) of each picture that is large enough, in document order, each once.

    The package must have been opened by `open_package` before, which refuses what unpacks to an absurd size.
    """
    with zipfile.ZipFile(path) as package:
        for number, name in enumerate(_names(package), 1):
            picture = _decode(package, name)
            if picture is not None:
                yield number, picture


def _names(package: zipfile.ZipFile) -> list[str]:
    names = set(package.namelist())
    if not {"word/document.xml", "word/_rels/document.xml.rels"} <= names:
        return []
    targets = {}
    for relation in _RELATION.findall(package.read("word/_rels/document.xml.rels")):
        fields = dict(_ATTRIBUTE.findall(relation))
        if b"Id" in fields and b"Target" in fields:
            targets[fields[b"Id"]] = "word/" + fields[b"Target"].decode("utf-8", "replace").removeprefix("/word/")
    used = (targets.get(key, "") for key in _EMBED.findall(package.read("word/document.xml")))
    return [n for n in dict.fromkeys(used) if n in names and PurePosixPath(n).suffix.lower() in KINDS]


def _decode(package: zipfile.ZipFile, name: str) -> NDArray[np.uint8] | None:
    from io import BytesIO

    from PIL import Image

    if package.getinfo(name).file_size > MOST_BYTES:
        return None
    try:
        with Image.open(BytesIO(package.read(name))) as picture:
            wide, high = picture.size
            if wide < LEAST[0] or high < LEAST[1] or wide * high > MOST_PIXELS:
                return None
            return np.asarray(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
