"""Words are conserved: each one printed within a table stands in one of its cells, its title, header or notes.

The file's own characters are counted again by place, without words, lines, rules or joins.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.characters import SPACE
from soesift.document.page import Box, Floats, text_of
from soesift.result.models import Cell, PlacedDoubt, SoeTable
from soesift.table.context import TextLine
from soesift.table.unruled import CAPTION_WORDS
from soesift.witness.settings import WitnessSettings

APART = 1.5  # of a character's side: one so much farther along or lower begins a word
NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_FRAME = re.compile(r"(?i)\bcont(?:inued|inuation|['’]?d)?\b|\bpage\b")  # of the page, not of the table


@dataclass(frozen=True, slots=True)
class Print:
    """The visible characters of a page as displayed: codes (n,), middles (n, 2) and the number of the word (n,) that
    each belongs to, in the file's order."""

    codes: NDArray[np.uint32]
    middles: Floats
    words: NDArray[np.intp]

    def within(self, box: Box) -> NDArray[np.bool_]:
        """(n,) whether a character's middle lies in a box."""
        x, y = self.middles[:, 0], self.middles[:, 1]
        return np.asarray((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))

    def text(self, chosen: NDArray[np.bool_]) -> str:
        return text_of(self.codes[chosen])


def print_of(codes: NDArray[np.uint32], boxes: Floats) -> Print:
    """The characters of `read_characters` that are seen."""
    seen = (codes > SPACE) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    low, high = boxes[seen, :2], boxes[seen, 2:]
    middles, sides = ((low + high) / 2).astype(np.float32), high - low
    parted = np.diff(np.cumsum(codes <= SPACE)[seen], prepend=0) > 0
    parted[1:] |= (np.abs(np.diff(middles, axis=0)) > APART * np.maximum(sides[1:], sides[:-1])).any(axis=1)
    return Print(codes[seen], middles, np.cumsum(parted))


def letters_of(text: str) -> str:
    """Letters and figures of a text, alike whether they are capital, raised or joined in one sign."""
    if text.isascii():
        return text.lower().encode("ascii").translate(None, _SIGNS).decode("ascii")
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def lost_words(
    table: SoeTable,
    prints: Mapping[int, Print],
    lines: Mapping[int, Sequence[TextLine]],
    settings: WitnessSettings,
) -> Iterator[PlacedDoubt]:
    """A doubt for each row whose cells do not hold what is printed in them, and for words that stand in none.

    prints: of pages with a text layer, by number; lines: of the document, outside tables, by page.
    """
    rows = list(_rows(table, prints))
    if len(rows) <= settings.differ * len(table.grid):  # a poor witness otherwise
        yield from rows
    for page, print_ in sorted(prints.items()):
        words = [*_between_cells(table, page, print_), *_between_parts(table, page, lines.get(page, ()))]
        told = _told(table, page) if words else ""
        lost = [word for word in words if _is_lost(word, told, settings)]
        if lost and not _FRAME.search(" ".join(words)):
            shown = " ".join(lost)[: settings.shown]
            why = f"“{shown}” is printed within this table on page {page}, and stands in none of its cells."
            yield PlacedDoubt(kind="words", why=why, place="table")


def _told(table: SoeTable, page: int) -> str:
    """Where words of a page that stand in none of its cells may stand: what is printed again is of another page, unless
    several parts of the table share this one."""
    alone = sum(part.page == page for part in table.fragments) == 1
    cells = [c for c in table.cells if c.row < table.header_rows or c.page != page or not alone]
    notes = [f"{note.marker} {note.text}" for note in table.footnotes]
    return letters_of(" ".join([table.title, *(cell.printed for cell in cells), *notes]))


def _is_lost(word: str, told: str, settings: WitnessSettings) -> bool:
    bare = letters_of(word)
    return len(bare) >= settings.lost and bare not in told and bare not in CAPTION_WORDS


def _rows(table: SoeTable, prints: Mapping[int, Print]) -> Iterator[PlacedDoubt]:
    """Doubts about rows, counted over the cells that begin in each: what crosses a column's side may be given to the
    next, and what stands raised at a row's upper side to the row above."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.page in prints and cell.bbox is not None and "redacted" not in cell.states:
            rows.setdefault(cell.row, []).append(cell)
    counted = {row: _balance(cells, prints) for row, cells in rows.items()}
    nothing = Counter[str](), Counter[str]()
    for row, (lacking, more) in sorted(counted.items()):
        near = [counted.get(row + step, nothing) for step in (-1, 1)]
        lacking = lacking - near[0][1] - near[1][1]
        more = more - near[0][0] - near[1][0]
        last = row + 1 < len(table.row_pages) and table.row_pages[row + 1] != table.row_pages[row]
        if lacking:
            why = f"Printed in this row, and in none of its cells: “{''.join(sorted(lacking.elements()))}”."
            yield PlacedDoubt(kind="words", why=why, place="row", row=row)
        elif more and not last:  # a text of the last row may go on at the top of the next page
            why = f"In the cells of this row, and not printed in it: “{''.join(sorted(more.elements()))}”."
            yield PlacedDoubt(kind="words", why=why, place="row", row=row)


def _balance(cells: Sequence[Cell], prints: Mapping[int, Print]) -> tuple[Counter[str], Counter[str]]:
    """The letters and figures that cells lack of the print within their boxes, and those that they have more."""
    printed, read = Counter[str](), Counter[str]()
    for cell in cells:
        page = prints[cell.page or 0]
        printed.update(letters_of(page.text(page.within(cell.bbox or NOWHERE))))
        read.update(letters_of(cell.printed))
    return printed - read, read - printed


def _between_cells(table: SoeTable, page: int, print_: Print) -> Iterator[str]:
    """Words within the table's outline on a page and within none of its cells."""
    free = np.zeros(len(print_.codes), bool)
    for part in table.fragments:
        if part.page == page and part.bbox is not None and part.role == "grid":
            free |= print_.within(part.bbox)
    for cell in table.cells:
        if cell.page == page and cell.bbox is not None:
            free &= ~print_.within(cell.bbox)
    for word in np.unique(print_.words[free]).tolist():
        yield print_.text(free & (print_.words == word))


def _between_parts(table: SoeTable, page: int, lines: Sequence[TextLine]) -> Iterator[str]:
    """Words of lines in no table that stand between its first and its last row on an upright page."""
    boxes = [f.bbox for f in table.fragments if f.page == page and f.bbox and f.role == "grid" and not f.rotation]
    if boxes:
        top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
        for line in lines:
            if top < (line.top + line.bottom) / 2 < bottom and not line.covered:
                yield from line.text.split()
