"""A made-up schedule as a Word file, which `stranger_tables.py` lets LibreOffice print."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PIECES = re.compile(r"(<sup>.*?</sup>|<br>)")
_MARGIN = 42.0  # points
_FILLER = (
    "The study comprises a screening period, a treatment period and a follow-up period. Participants who stop early "
    "will be asked to attend the remaining visits, so that the analysis by intention to treat can be made.",
    "Study medication is supplied in blister packs, labelled in the language of each country, and stored between 15 "
    "and 25 °C in a locked cabinet with access limited to authorised staff.",
)


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell of a row: its text as HTML, where it begins, how far it reaches, and what it is (name, group, header)."""

    text: str
    row: int
    column: int
    down: int
    across: int
    kind: str


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table to be printed: (rows, columns) of `shape`, the first `head` of them its header, and the lines `below`."""

    options: Mapping[str, str]
    title: str
    cells: Sequence[WordCell]
    shape: tuple[int, int]
    head: int
    below: Sequence[str]


def write_word(path: Path, table: MadeTable) -> None:
    """Write the table among pages of text."""
    from docx import Document
    from docx.shared import Pt

    options, document = table.options, Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = options["font"], Pt(10)
    style.paragraph_format.space_after = Pt(0)
    _page(document.sections[0], options, wide=False)
    document.add_heading("1 Synopsis", 1)
    for text in _FILLER:
        document.add_paragraph(text)
    _section(document, options, wide=options["land"] != "portrait")
    if options.get("cap") != "row":
        _runs(document.add_paragraph(), table.title, 10, bold=True)
    _grid(document, table)
    for line in table.below:
        _runs(document.add_paragraph(), line, float(options["nsize"]))
    _section(document, options, wide=False)
    document.add_heading("2 Study population", 1)
    for text in reversed(_FILLER):
        document.add_paragraph(text)
    document.save(str(path))


def _section(document: Any, options: Mapping[str, str], wide: bool) -> None:
    from docx.enum.section import WD_SECTION

    _page(document.add_section(WD_SECTION.NEW_PAGE), options, wide)


def _page(section: Any, options: Mapping[str, str], wide: bool) -> None:
    """Size, margins, and the running lines of the first section, which the others share."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    sides = (841.9, 595.3) if wide else (595.3, 841.9)
    section.page_width, section.page_height = map(Pt, sides)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Pt(_MARGIN)
    section.top_margin = section.bottom_margin = Pt(1.5 * _MARGIN)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    _runs(section.header.paragraphs[0], f"{options['left']}\t{options['right']}", 8)
    footer = section.footer.paragraphs[0]
    for text, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        _runs(footer, text, 8)
        _element(footer._p, "fldSimple", instr=field)


def _grid(document: Any, table: MadeTable) -> None:
    from docx.shared import Pt

    options, shape = table.options, table.shape
    framed = int(options.get("cap") == "row")
    grid = document.add_table(shape[0] + framed, shape[1])
    grid.autofit = False
    rules = options.get("rules", "full")
    if rules == "full":
        grid.style = "Table Grid"
    width = (595.3 if options["land"] == "portrait" else 841.9) - 2 * _MARGIN
    for column, share in enumerate(_shares(options, shape[1])):
        grid.columns[column].width = Pt(share * width)
        for cell in grid.columns[column].cells:
            cell.width = Pt(share * width)
    places = [list(row.cells) for row in grid.rows]
    if framed:
        _runs(places[0][0].merge(places[0][-1]).paragraphs[0], table.title, float(options["size"]), bold=True)
    for one in table.cells:
        place = places[one.row + framed][one.column]
        if one.down > 1 or one.across > 1:
            place = place.merge(places[one.row + framed + one.down - 1][one.column + one.across - 1])
        _fill(place, one, options)
        edges = _element(place._tc.get_or_add_tcPr(), "tcBorders")
        for side in _ruled_sides(one, rules, table.head, shape[0]):
            _element(edges, side, val="single", sz="4", color="000000")
        if options.get("vert") and one.kind == "H" and one.column:
            _element(place._tc.get_or_add_tcPr(), "textDirection", val="btLr")
            grid.rows[one.row + framed].height = Pt(60)
    for row in grid.rows[: table.head + framed]:
        _element(row._tr.get_or_add_trPr(), "tblHeader", val="true")


def _ruled_sides(cell: WordCell, rules: str, head: int, height: int) -> list[str]:
    """Sides of a cell that are ruled, where cells are ruled by themselves."""
    if rules == "h":
        return ["top", "bottom"]
    bottom = cell.row + cell.down
    ruled = {"top": cell.row == 0, "bottom": bottom in (head, height)} if rules == "book" else {}
    return [side for side, is_ruled in ruled.items() if is_ruled]


def _shares(options: Mapping[str, str], columns: int) -> Iterator[float]:
    """Each column's share of the width: that of names, that of a last column of notes, the rest in equal parts."""
    told = {"namew": "25%", "notew": "0"} | {name: width for name, width in options.items() if width != "auto"}
    first, last = (float(told[name].rstrip("%")) / 100 for name in ("namew", "notew"))
    each = (1 - first - last) / (columns - 1 - bool(last))
    return (first if not column else last if last and column == columns - 1 else each for column in range(columns))


def _fill(place: Any, cell: WordCell, options: Mapping[str, str]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = place.paragraphs[0]
    head, group = cell.kind == "H", cell.kind == "G"
    left = not cell.column or group or len(cell.text) > 30
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
    _runs(paragraph, cell.text, float(options["size"]), bold=head or (group and options.get("groups") != "italic"))
    shade = options["fill"] if head else "#E7E6E6" if group and options.get("groups", "band") == "band" else "none"
    if shade != "none":
        _element(place._tc.get_or_add_tcPr(), "shd", val="clear", color="auto", fill=shade.lstrip("#"))


def _runs(paragraph: Any, text: str, size: float, bold: bool = False) -> None:
    """Add a text of HTML with raised characters and new lines."""
    from docx.shared import Pt

    for piece in _PIECES.split(text):
        if piece == "<br>":
            paragraph.add_run().add_break()
        elif piece:
            run = paragraph.add_run(html.unescape(re.sub("</?sup>", "", piece)))
            run.bold, run.font.size = bold or None, Pt(size)
            run.font.superscript = True if piece.startswith("<sup>") else None


def _element(parent: Any, name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    child = OxmlElement(f"w:{name}")
    for key, text in attributes.items():
        child.set(qn(f"w:{key}"), text)
    parent.append(child)
    return child
