"""Safe, styled cells of an openpyxl sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

from soesift.export.wording import plain

LONGEST_CELL = 32_767  # characters (UTF-16 units) that Excel allows in a cell
FONT, SIZE = "Arial", 10  # points; named, and one that Excel has and LibreOffice has letter for letter as wide
LINE = 13.2  # points of a row of one line in that font
HIGHEST = 400.0  # points of a row; Excel allows 409
MOST_LINES = int(HIGHEST / LINE)
UNIT = 5.25  # points of one unit of a column's width
PADDING = 1.0  # units of a column that its cells keep free at their edges
BOLD = 1.08  # width of a bold letter beside a plain one
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]/-` \u00a0"), frozenset("mwMW@%\u2014\u2026\u2192\u2190\u2265\u2264")
LONGEST_NAME = 31  # characters of a sheet name
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\s]+")

Notes = list[str]  # what had to be changed, for the index sheet


class StyledSheet:
    """A sheet to which text is put by 1-based row and column, never as a formula."""

    def __init__(self, sheet: Any, notes: Notes) -> None:
        self.sheet = sheet
        self.notes = notes
        self.looks: dict[str, Any] = {}

    def put(self, row: int, column: int, text: str, style: str) -> None:
        """Write `text` with a style of `_style`; cut it if it is too long for Excel."""
        cell = self.sheet.cell(row, column)
        shown = _cut(plain(text))
        self._dress(cell, style)
        cell.value = shown
        cell.data_type = "s"  # openpyxl takes "=..." for a formula and "#N/A" for an error
        if shown.startswith(FORMULA_STARTS):
            cell.quotePrefix = True  # stays text when someone edits the cell
        if len(shown) < len(plain(text)):
            cell.fill = _style("warning")["fill"]
            place = f"{cell.coordinate} of sheet {self.sheet.title!r}"
            self.notes.append(f"Cut at Excel's limit of {LONGEST_CELL:,} characters: {place}")

    def put_pieces(self, row: int, column: int, pieces: list[tuple[str, bool]], style: str) -> None:
        """Write (text, raised) pieces as rich text; where nothing is raised, or all is too long, as plain text."""
        text = "".join(piece for piece, _ in pieces)
        self.put(row, column, text, style)
        if not any(raised for _, raised in pieces) or len(plain(text)) >= LONGEST_CELL // 2:
            return
        from openpyxl.cell.rich_text import CellRichText, TextBlock
        from openpyxl.cell.text import InlineFont

        font = _style(style).get("font")
        look = {"rFont": FONT, "sz": SIZE}
        look |= {} if font is None else {"b": font.b, "color": font.color, "i": font.i}
        base, up = InlineFont(**look), InlineFont(**look, vertAlign="superscript")
        cell = self.sheet.cell(row, column)
        cell.value = CellRichText(*(TextBlock(up if raised else base, plain(piece)) for piece, raised in pieces))
        cell.data_type = "s"

    def doubt(self, row: int, column: int, why: str) -> None:
        """Colour the cell as doubtful and say why in a comment."""
        from openpyxl.comments import Comment

        cell = self.sheet.cell(row, column)
        cell.fill = _style("warning")["fill"]
        if cell.font.color is not None and cell.font.color.rgb == "00FFFFFF":  # white print of a header row
            cell.font = _style("name")["font"]
        cell.comment = Comment(plain(why), "soesift", width=320, height=110)

    def shade(self, row: int, column: int) -> None:
        """Grey, as a cell that is shaded in print."""
        self.sheet.cell(row, column).fill = _style("shaded")["fill"]

    def number(self, row: int, column: int, value: int | None, style: str = "page") -> None:
        """Write a number as a number (None: an empty cell)."""
        cell = self.sheet.cell(row, column)
        self._dress(cell, style)
        cell.value = value

    def link(self, row: int, column: int, sheet: str, style: str = "link") -> None:
        """Make the cell a link to the top of another sheet of the workbook."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell = self.sheet.cell(row, column)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
        cell.data_type = "s"
        self._dress(cell, style)

    def _dress(self, cell: Any, style: str) -> None:
        """Give a cell a style of `_style`: openpyxl hashes each part anew, so its own record of the first is copied."""
        bare = not cell.has_style
        if bare and style in self.looks:
            cell._style = copy(self.looks[style])
            return
        for part, value in _style(style).items():
            setattr(cell, part, value)
        if bare:
            self.looks[style] = copy(cell._style)

    def link_file(self, row: int, column: int, target: str) -> None:
        """Make the cell a link to a file beside the workbook."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell = self.sheet.cell(row, column)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=target)
        cell.data_type = "s"
        for part, value in _style("link").items():
            setattr(cell, part, value)

    def merge(self, row: int, column: int, rows: int, columns: int) -> None:
        """Merge a block; its text is that of the cell at the top left."""
        if rows > 1 or columns > 1:
            last = {"end_row": row + rows - 1, "end_column": column + columns - 1}
            self.sheet.merge_cells(start_row=row, start_column=column, **last)

    def width(self, column: int, characters: float) -> None:
        from openpyxl.utils import get_column_letter

        self.sheet.column_dimensions[get_column_letter(column)].width = characters

    def height(self, row: int, lines: int) -> None:
        """Room for so many lines: rows with merged cells do not grow by themselves."""
        self.sheet.row_dimensions[row].height = min(HIGHEST, LINE * max(1, lines) + 1.5)

    def fit(self, row: int, texts: Sequence[str], widths: Sequence[float], bold: bool = False) -> None:
        """Room for these texts, wrapped in columns of these widths."""
        pairs = zip(texts, widths, strict=False)
        self.height(row, max((wrapped(text, width - PADDING, bold) for text, width in pairs), default=1))

    def print_landscape(self, title_rows: str | None) -> None:
        """One page wide, landscape, the header repeated on each page."""
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        if title_rows:
            self.sheet.print_title_rows = title_rows


def head_pages(workbook: Any, about: str) -> None:
    """On each printed page of each sheet: what it is of, and its number."""
    for sheet in workbook.worksheets:
        sheet.oddHeader.left.text = about.replace("&", "&&")[:200]
        sheet.oddFooter.right.text = "Page &P of &N"


def units(text: str, bold: bool = False) -> float:
    """The width of a text in units of a column's width."""
    ems = sum(
        0.31 if c in _NARROW else 0.92 if c in _WIDE else 1.0 if ord(c) > 0x2E7F else 0.71 if c.isupper() else 0.556
        for c in text
    )
    return ems * SIZE / UNIT * (BOLD if bold else 1.0)


def shortened(text: str, room: float) -> str:
    """A text that fits one line: LibreOffice does not wrap the text of a link."""
    if units(text) <= room:
        return text
    while text and units(text) + units("…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, room: float, bold: bool = False) -> int:
    """Lines of a text in a column with so many units of room, broken between words and in words that are too wide."""
    room, count = max(room, 1.0), 0
    for part in text[:8000].split("\n") or [""]:
        count, used = count + 1, 0.0
        for word in part.split():
            wide = units(word, bold)
            if used and used + units(" ", bold) + wide > room:
                count, used = count + 1, 0.0
            used += wide + (units(" ", bold) if used else 0.0)
            if used > room:
                more = int((used - 0.01) // room)
                count, used = count + more, used - more * room
    return max(1, count)


def sheet_name(number: int, title: str) -> str:
    """ "2 Schedule of Activities": unique by its number, at most 31 UTF-16 units, all of them allowed."""
    name = f"{number} {_NOT_IN_NAMES.sub(' ', plain(title)).strip()}"
    return _shortened(name, LONGEST_NAME).strip()


def _cut(text: str) -> str:
    return _shortened(text, LONGEST_CELL)


def _shortened(text: str, units: int) -> str:
    """The longest start of `text` of at most `units` UTF-16 units, no pair broken."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


@cache
def _style(name: str) -> dict[str, Any]:
    """Font, fill, alignment and border of a kind of cell."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    line = Side(style="thin", color="C9D3DC")
    box = Border(left=line, right=line, top=line, bottom=line)
    wrap = Alignment(vertical="top", wrap_text=True)
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    head_fill, side_fill = PatternFill("solid", fgColor="1F4E5F"), PatternFill("solid", fgColor="EEF3F6")
    warn_fill = PatternFill("solid", fgColor="FFE9A8")
    styles: dict[str, dict[str, Any]] = {
        "title": {"font": Font(name=FONT, bold=True, size=14, color="1F4E5F")},
        "name": {"font": Font(name=FONT, size=SIZE, bold=True)},
        "note": {"font": Font(name=FONT, size=SIZE, italic=True, color="5B6B77")},
        "shaded": {"fill": PatternFill("solid", fgColor="D9D9D9")},
        "text": {"font": Font(name=FONT, size=SIZE), "alignment": wrap, "border": box},
        "text_line": {"font": Font(name=FONT, size=SIZE), "alignment": Alignment(vertical="top")},
        "footnote": {"font": Font(name=FONT, size=SIZE), "alignment": wrap},
        "marker": {
            "alignment": Alignment(horizontal="right", vertical="top"),
            "font": Font(name=FONT, size=SIZE, bold=True),
        },
        "header": {
            "font": Font(name=FONT, size=SIZE, bold=True, color="FFFFFF"),
            "fill": head_fill,
            "alignment": middle,
            "border": box,
        },
        "side": {"font": Font(name=FONT, size=SIZE, bold=True), "fill": side_fill, "alignment": wrap, "border": box},
        "mark": {"font": Font(name=FONT, size=SIZE), "alignment": middle, "border": box},
        "page": {"font": Font(name=FONT, size=SIZE, color="5B6B77"), "alignment": middle, "border": box},
        "warning": {"font": Font(name=FONT, size=SIZE), "fill": warn_fill, "alignment": wrap},
        "link": {
            "font": Font(name=FONT, size=SIZE, color="0563C1", underline="single"),
            "alignment": wrap,
            "border": box,
        },
        "back": {"font": Font(name=FONT, size=SIZE, color="0563C1", underline="single")},
    }
    return styles[name]
