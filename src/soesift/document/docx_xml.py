"""The XML of a DOCX file: parts opened with care, styles and numbering, text as displayed, a table on a grid."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soesift.document.raised import DOWN, UP, mark_own, plain, show_symbol
from soesift.errors import DocumentError
from soesift.result.models import State

# Text of a Word paragraph as displayed: tracked changes accepted, symbols and checkboxes as characters.

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
W = f"{{{WORD}}}"

LIFT = 4  # half points above the line from which on a run is raised
SMALL = 16  # half points: larger print that is lifted is no superscript
# deleted or moved text, field codes, properties, and the second rendering of the same drawing
_UNSEEN = {"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sdtPr", "Fallback", "tbl", "rt"}
_UNPRINTED = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])  # soft hyphen, zero-width marks
_BLANKS = {"tab", "br", "cr", "ptab"}


@dataclass(slots=True)
class Written:
    """What a paragraph shows; `superscripts` are its raised runs in order, which also stand in the text."""

    parts: list[str] = field(default_factory=list)
    superscripts: list[str] = field(default_factory=list)
    struck: int = 0  # characters of runs that are struck through
    standing: int = 0  # characters of the others

    def text(self) -> str:
        return plain(self.shown())

    def shown(self) -> str:
        """The text with raised characters between signs (soesift.document.raised)."""
        text = "".join(self.parts).translate(_UNPRINTED)
        return " ".join(mark_own(text).split())


def local_name(element: Any) -> str:
    """Tag without namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by local name: producers disagree on namespaces (w, w14, strict)."""
    value: str | None = element.get(W + name)
    if value is None:
        value = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)
    return value


def is_on(element: Any | None) -> bool:
    """Whether a Word on/off property is present and not switched off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


def child(element: Any | None, *path: str) -> Any | None:
    """The first descendant along a path of local names in Word's namespace."""
    for name in path:
        element = None if element is None else element.find(W + name)
    return element


def write_paragraph(paragraph: Any, note_numbers: dict[str, int]) -> Written:
    """Text of a paragraph; `note_numbers` maps footnote ids to printed numbers and grows on the way."""
    written = Written()
    _write(paragraph, written, note_numbers)
    return written


def _write(element: Any, written: Written, notes: dict[str, int]) -> None:
    for node in element:
        name = local_name(node)
        if name in _UNSEEN or not name:
            continue
        if name == "r":
            _write_run(node, written, notes)
        elif name == "sdt" and _checkbox(node) is not None:
            written.parts.append("☒" if _checkbox(node) else "☐")
        else:
            _write(node, written, notes)
            if name == "p":  # of a text box
                written.parts.append(" ")


def _write_run(run: Any, written: Written, notes: dict[str, int]) -> None:
    if is_on(child(run, "rPr", "vanish")):
        return
    before = len(written.parts)
    fonts = child(run, "rPr", "rFonts")
    font = "" if fonts is None else attribute(fonts, "ascii") or ""
    for node in run:
        _write_piece(node, font, written, notes)
    length = len("".join("".join(written.parts[before:]).split()))
    if is_on(child(run, "rPr", "strike")) or is_on(child(run, "rPr", "dstrike")):
        written.struck += length
    else:
        written.standing += length
    raised = child(run, "rPr", "vertAlign")
    marker = plain("".join(written.parts[before:])).strip()
    if marker and ((raised is not None and attribute(raised, "val") == "superscript") or _is_lifted(run)):
        written.superscripts.append(marker)
        written.parts[before:] = [UP, *(part for part in written.parts[before:] if part not in (UP, DOWN)), DOWN]


def _is_lifted(run: Any) -> bool:
    """Whether a run is set higher by its position and smaller, as superscripts are where no style is used."""
    position, size = child(run, "rPr", "position"), child(run, "rPr", "sz")
    if position is None or size is None:
        return False
    lift, half_points = attribute(position, "val") or "", attribute(size, "val") or ""
    return lift.isdecimal() and half_points.isdecimal() and int(lift) >= LIFT and int(half_points) <= SMALL


def _write_piece(node: Any, font: str, written: Written, notes: dict[str, int]) -> None:
    name = local_name(node)
    if name in _UNSEEN:
        return
    if name == "t":
        written.parts.append("".join(show_symbol(ord(c), font) for c in node.text or ""))
    elif name in _BLANKS:
        written.parts.append(" ")
    elif name == "noBreakHyphen":
        written.parts.append("-")
    elif name == "sym":
        written.parts.append(_symbol(node))
    elif name in ("footnoteReference", "endnoteReference"):
        key = f"{name[:-9]} {attribute(node, 'id')}"
        number = str(notes.setdefault(key, len(notes) + 1))
        written.parts += [UP, number, DOWN]
        written.superscripts.append(number)
    elif name == "fldChar":
        box = child(node, "ffData", "checkBox")
        if box is not None:
            checked = child(box, "checked") if child(box, "checked") is not None else child(box, "default")
            written.parts.append("☒" if is_on(checked) else "☐")
    else:
        _write(node, written, notes)


def _symbol(node: Any) -> str:
    try:
        code = int(attribute(node, "char") or "", 16)
        return show_symbol(code, attribute(node, "font") or "")
    except (ValueError, OverflowError):
        return ""


def _checkbox(content: Any) -> bool | None:
    """State of a content control that is a checkbox, None for other controls."""
    properties = child(content, "sdtPr")
    for node in [] if properties is None else properties:
        if local_name(node) == "checkbox":
            state = next((c for c in node if local_name(c) == "checked"), None)
            return is_on(state)
    return None


# One Word table as cells on a grid: merged cells, ragged rows, deleted rows, content controls.

MOST_COLUMNS = 200  # Word's own limit is 63
_WRAPPERS = {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"}


@dataclass(slots=True)
class DocxCell:
    """A cell covering `row_span` x `column_span` positions; `superscripts`: raised runs, also in the text; shown: the
    text with them between signs, where there are any (soesift.document.raised); states: shaded, struck.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str = ""
    superscripts: list[str] = field(default_factory=list)
    shown: str = ""
    states: tuple[State, ...] = ()


@dataclass(slots=True)
class Layout:
    """Cells with the elements that they were made of, the grid's shape, and the repeated header rows."""

    cells: list[tuple[DocxCell, Any]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    header_rows: int = 0


def inside(container: Any, *names: str) -> Iterator[Any]:
    """Children with these local names, also those within content controls and accepted insertions."""
    for node in container:
        name = local_name(node)
        if name in names:
            yield node
        elif name in _WRAPPERS:
            yield from inside(node, *names)


def lay_out(table: Any) -> Layout:
    """Cells and spans of a `w:tbl`; a cell that continues a merge adds to the span of the one above."""
    layout = Layout()
    above: dict[int, DocxCell] = {}  # cells of the previous row that a merge can continue, by first column
    heading = True
    for row in inside(table, "tr"):
        if child(row, "trPr", "del") is not None:
            continue
        above = _lay_row(row, layout, above)
        heading = heading and is_on(child(row, "trPr", "tblHeader"))
        layout.header_rows += heading
        layout.rows += 1
    if layout.header_rows == layout.rows:
        layout.header_rows = 0  # a table that is all header says nothing
    return layout


def _lay_row(row: Any, layout: Layout, above: dict[int, DocxCell]) -> dict[int, DocxCell]:
    column = min(_count(child(row, "trPr", "gridBefore"), 0), MOST_COLUMNS)
    open_cells: dict[int, DocxCell] = {}
    last: DocxCell | None = None
    for element in inside(row, "tc"):
        span = min(_count(child(element, "tcPr", "gridSpan"), 1), MOST_COLUMNS - column)
        if span < 1:
            break
        vertical = _merge(element, "vMerge")
        owner = above.get(column)
        if last is not None and _merge(element, "hMerge") == "continue":
            last.column_span += span
        elif vertical == "continue" and owner is not None and owner.column_span == span:
            owner.row_span += 1
            open_cells[column] = last = owner
        else:
            last = DocxCell(layout.rows, column, 1, span)
            layout.cells.append((last, element))
            if vertical:
                open_cells[column] = last
        column += span
    after = min(_count(child(row, "trPr", "gridAfter"), 0), MOST_COLUMNS - column)
    layout.columns = max(layout.columns, column + after)
    return open_cells


def _count(node: Any | None, default: int) -> int:
    value = "" if node is None else attribute(node, "val") or ""
    return int(value[:9]) if value.isdecimal() else default


def _merge(element: Any, name: str) -> str:
    """How a cell merges: "restart", "continue" (where no value stands), or "" for a cell of its own."""
    node = child(element, "tcPr", name)
    return "" if node is None else attribute(node, "val") or "continue"


def is_shaded(element: Any) -> bool:
    """Whether a cell's ground is set to another colour than white."""
    shading = child(element, "tcPr", "shd")
    if shading is None:
        return False
    fill = (attribute(shading, "fill") or "auto").lower()
    pattern = attribute(shading, "val") or "clear"
    grey = fill not in ("auto", "ffffff", "") or attribute(shading, "themeFill") not in (None, "background1")
    return grey or pattern.startswith("pct") or pattern == "solid"


def spread_texts(layout: Layout) -> list[list[str]]:
    """The grid of texts, that of a merged cell in each position it covers; empty where a row is short."""
    grid = [[""] * layout.columns for _ in range(layout.rows)]
    for cell, _ in layout.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            grid[row][cell.column : cell.column + cell.column_span] = [cell.text] * cell.column_span
    return grid


def boxed_tables(paragraph: Any) -> list[Any]:
    """Tables in text boxes of a paragraph, not in the fallback drawing, not nested in one another."""
    found = []
    for table in paragraph.iter(f"{W}tbl"):
        over = table.getparent()
        while over is not paragraph and local_name(over) not in ("tbl", "Fallback"):
            over = over.getparent()
        if over is paragraph:
            found.append(table)
    return found


# Word styles and automatic numbers: outline levels of headings, and "1.2" or "a." that no text run holds.

LEVELS = 9
_HEADING = re.compile(r"^heading\s*([1-9])\b", re.IGNORECASE)


@dataclass(slots=True)
class Style:
    name: str
    parent: str | None
    level: int | None  # outline level, 0 is the highest; 9 is body text
    number: tuple[str | None, int | None]  # numbering id and level


@dataclass(slots=True)
class Level:
    start: int
    kind: str
    pattern: str


@dataclass(slots=True)
class Numbering:
    """Definitions, and the counters as the document is read from top to bottom."""

    levels: dict[str, list[Level]] = field(default_factory=dict)  # by numbering id
    lists: dict[str, str] = field(default_factory=dict)  # numbering id -> list whose counters it shares
    counts: dict[str, list[int]] = field(default_factory=dict)


def read_styles(root: Any | None) -> dict[str, Style]:
    """Paragraph styles by id."""
    styles = {}
    for node in [] if root is None else root.iterfind(f"{W}style"):
        name, parent = child(node, "name"), child(node, "basedOn")
        styles[attribute(node, "styleId") or ""] = Style(
            "" if name is None else attribute(name, "val") or "",
            None if parent is None else attribute(parent, "val"),
            _integer(child(node, "pPr", "outlineLvl")),
            _number(child(node, "pPr", "numPr")),
        )
    return styles


def style_chain(paragraph: Any, styles: dict[str, Style]) -> list[Style]:
    """The style of a paragraph and those it is based on, nearest first."""
    node = child(paragraph, "pPr", "pStyle")
    key = None if node is None else attribute(node, "val")
    chain: list[Style] = []
    while key in styles and len(chain) < 20:
        chain.append(styles[key])
        key = chain[-1].parent
    return chain


def outline_level(paragraph: Any, chain: list[Style]) -> int | None:
    """0-based level of a heading; None for body text."""
    level = _integer(child(paragraph, "pPr", "outlineLvl"))
    for style in chain:
        if level is not None:
            break
        named = _HEADING.match(style.name)
        level = style.level if style.level is not None or not named else int(named[1]) - 1
    return level if level is not None and 0 <= level < LEVELS else None


def read_numbering(root: Any | None) -> Numbering:
    """Definitions of automatic numbers; overrides of single levels are taken over, their restarts are not."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {attribute(n, "abstractNumId"): _levels(n) for n in root.iterfind(f"{W}abstractNum")}
    for node in root.iterfind(f"{W}num"):
        reference = child(node, "abstractNumId")
        key = None if reference is None else attribute(reference, "val")
        number = attribute(node, "numId") or ""
        numbering.levels[number] = list(abstract.get(key, []))
        restarted = child(node, "lvlOverride", "startOverride") is not None
        numbering.lists[number] = f"num {number}" if restarted else f"abstract {key}"
    return numbering


def next_number(paragraph: Any, chain: list[Style], numbering: Numbering) -> str:
    """The automatic number in front of a paragraph ("" for none and for bullets); advances the counter."""
    number, depth = _number(child(paragraph, "pPr", "numPr"))
    for style in chain:
        number = style.number[0] if number is None else number
        depth = style.number[1] if depth is None else depth
    levels = numbering.levels.get(number or "0", [])
    place = depth or 0
    if not 0 <= place < len(levels):
        return ""
    counts = numbering.counts.setdefault(
        numbering.lists.get(number or "", ""), [level.start - 1 for level in levels] + [0] * LEVELS
    )
    counts[place] += 1
    for deeper in range(place + 1, len(levels)):
        counts[deeper] = levels[deeper].start - 1
    if levels[place].kind in ("bullet", "none"):
        return ""
    printed = re.sub(r"%([1-9])", lambda m: _printed(levels, counts, int(m[1]) - 1), levels[place].pattern)
    return printed.strip()


def _printed(levels: list[Level], counts: list[int], place: int) -> str:
    if place >= len(levels):
        return ""
    return format_number(max(counts[place], levels[place].start), levels[place].kind)


def format_number(value: int, kind: str) -> str:
    """A count as Word prints it; kinds that protocols do not use come out as decimals."""
    if kind in ("lowerLetter", "upperLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26) * min(1 + (value - 1) // 26, 9)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < value < 400:
        roman = _roman(value)
        return roman if kind == "lowerRoman" else roman.upper()
    return f"{value:02d}" if kind == "decimalZero" else str(value)


_ROMAN = {100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}


def _roman(value: int) -> str:
    text = ""
    for size, sign in _ROMAN.items():
        text += sign * (value // size)
        value %= size
    return text


def _levels(node: Any) -> list[Level]:
    found = [Level(1, "none", "")] * LEVELS
    for level in node.iterfind(f"{W}lvl"):
        place = int(attribute(level, "ilvl") or 0)
        if 0 <= place < LEVELS:
            kind, pattern = child(level, "numFmt"), child(level, "lvlText")
            start = _integer(child(level, "start"))
            found[place] = Level(
                1 if start is None else start,
                "decimal" if kind is None else attribute(kind, "val") or "decimal",
                "" if pattern is None else attribute(pattern, "val") or "",
            )
    return found


def _number(node: Any | None) -> tuple[str | None, int | None]:
    number = child(node, "numId")
    return None if number is None else attribute(number, "val"), _integer(child(node, "ilvl"))


def _integer(node: Any | None) -> int | None:
    value = None if node is None else attribute(node, "val")
    return int(value) if value is not None and value.lstrip("-").isdigit() else None


# The parts of a DOCX file, opened with care: a bad file gives one line, never a full disk or memory.

MOST_BYTES = 512 * 2**20  # of all parts, unpacked
MOST_PART = 200 * 2**20  # of one XML part
MOST_RATIO = 200  # unpacked to packed size, for packages above SMALL; prose reaches about 30
SMALL_PART = 32 * 2**20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(slots=True)
class Package:
    """Parsed parts; None for those a document does without."""

    document: Any
    styles: Any | None
    numbering: Any | None
    footnotes: Any | None
    endnotes: Any | None


def open_package(path: Path) -> Package:
    """Parse the parts of a DOCX file that tables need.

    Raises DocumentError for what is no DOCX, is encrypted, damaged, or unpacks to an absurd size.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLE:
            raise DocumentError(f"{path.name}: encrypted or an old .doc; save it as .docx without a password")
        with zipfile.ZipFile(path) as package:
            return _read(package, path)
    except FileNotFoundError as error:
        raise DocumentError(f"{path.name}: no such file") from error
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
        raise DocumentError(f"{path.name}: not a readable DOCX ({_one_line(error)})") from error


def _read(package: zipfile.ZipFile, path: Path) -> Package:
    _check_size(package, path)
    names = set(package.namelist())
    main = _main_part(package, names, path)
    if main not in names:
        raise DocumentError(f"{path.name}: no Word document in it (word/document.xml is missing)")
    folder = main.rpartition("/")[0]
    document = _parse(package, main, path)

    def part(name: str) -> Any | None:
        whole = f"{folder}/{name}" if folder else name
        return _parse(package, whole, path) if whole in names else None

    others = (part(f"{name}.xml") for name in ("styles", "numbering", "footnotes", "endnotes"))
    return Package(document, *others)


def _check_size(package: zipfile.ZipFile, path: Path) -> None:
    parts = package.infolist()
    unpacked = sum(p.file_size for p in parts)
    packed = max(1, sum(p.compress_size for p in parts))
    if unpacked > MOST_BYTES or (unpacked > SMALL_PART and unpacked > MOST_RATIO * packed):
        sizes = f"{unpacked // 2**20} MB from {packed // 2**10} KB"
        raise DocumentError(f"{path.name}: refused, it would unpack to {sizes}")
    if any(p.flag_bits & 1 for p in parts):
        raise DocumentError(f"{path.name}: encrypted; save it without a password")


def _main_part(package: zipfile.ZipFile, names: set[str], path: Path) -> str:
    """Where the package says that its main document is; nearly always word/document.xml."""
    if "word/document.xml" in names or "_rels/.rels" not in names:
        return "word/document.xml"
    for relation in _parse(package, "_rels/.rels", path):
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _parse(package: zipfile.ZipFile, name: str, path: Path) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    if package.getinfo(name).file_size > MOST_PART:
        raise DocumentError(f"{path.name}: refused, {name} is larger than {MOST_PART // 2**20} MB")
    data = package.read(name).replace(STRICT.encode(), WORD.encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"{path.name}: {name} is damaged ({_one_line(error)})") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{path.name}: refused, {name} declares a document type")
    return root


def _one_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
