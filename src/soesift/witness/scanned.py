"""Places of pages that were read from a picture: what the reader was unsure of, ink against text, and text against the
layer of text that the file has over the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Box, Page
from soesift.result.models import Cell, Doubt, SoeTable
from soesift.table.signs import is_mark
from soesift.witness.settings import WitnessSettings

_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class SeenPage:
    """A page as read from its picture, and as its text layer has it, None if it has none worth the name."""

    page: Page
    layer: Page | None = None
    _centres: NDArray[np.float32] | None = field(default=None, repr=False)

    def within(self, box: Box) -> NDArray[np.intp]:
        """Indices of the visible characters whose middle lies in a box, in reading order."""
        if self._centres is None:
            self._centres = _middles(self.page)
        return _inside(self._centres, box)

    def ink(self, box: Box, inset: float) -> float:
        """Ink in a box in square points, without lines that run through it."""
        x0, y0, x1, y1 = box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset
        pieces = self.page.pieces
        x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
        own = (x > x0) & (x < x1) & (y > y0) & (y < y1)
        own &= (pieces[:, 2] - pieces[:, 0] < x1 - x0 + inset) & (pieces[:, 3] - pieces[:, 1] < y1 - y0 + inset)
        return float(self.page.piece_ink[own].sum())


def _middles(page: Page) -> NDArray[np.float32]:
    """(n, 2) middles of characters; those that are not seen lie nowhere."""
    middles = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
    middles[(page.codes <= 32) | (page.boxes[:, 3] <= page.boxes[:, 1])] = np.nan
    return middles


def _inside(middles: NDArray[np.float32], box: Box) -> NDArray[np.intp]:
    with np.errstate(invalid="ignore"):
        x, y = middles[:, 0], middles[:, 1]
        return np.flatnonzero((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))


def scan_doubts(
    table: SoeTable, seen: Mapping[int, SeenPage], settings: WitnessSettings
) -> Iterator[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`."""
    placed = [
        (index, cell, seen[cell.page], cell.bbox)
        for index, cell in enumerate(table.cells)
        if cell.page in seen and cell.bbox is not None and "redacted" not in cell.states
    ]
    inks = {index: page.ink(box, settings.inset) for index, _, page, box in placed}
    mark = _usual_mark(table, inks)
    for index, cell, page, box in placed:
        why = _unsure(page, box, settings)
        if why:
            yield index, Doubt(kind="ocr", why=why)
        why = _ink_against_text(cell, inks[index], mark, settings)
        if why:
            yield index, Doubt(kind="ink", why=why)


def _usual_mark(table: SoeTable, inks: dict[int, float]) -> float | None:
    """Median ink of the cells that hold one mark; None where few do."""
    found = [ink for index, ink in inks.items() if is_mark(table.cells[index].text) and ink > 0]
    return float(np.median(found)) if len(found) >= 5 else None


def _unsure(seen: SeenPage, box: Box, settings: WitnessSettings) -> str:
    """What the reader of the picture was least sure of in a box."""
    own = seen.within(box)
    page = seen.page
    if not len(own) or len(page.sure) != len(page.codes):
        return ""
    least = int(own[page.sure[own].argmin()])
    if page.sure[least] >= settings.unsure:
        return ""
    return f"“{_word_at(page, least)}” was read from a picture, and not for sure."


def _word_at(page: Page, index: int) -> str:
    """The run of characters around one."""
    first = last = index
    while first and page.codes[first - 1] > 32:
        first -= 1
    while last + 1 < len(page.codes) and page.codes[last + 1] > 32:
        last += 1
    return "".join(map(chr, page.codes[first : last + 1].tolist()))


def _ink_against_text(cell: Cell, ink: float, mark: float | None, settings: WitnessSettings) -> str:
    if mark is None:
        return ""
    if not cell.printed.strip():
        return "Something is printed in this cell that was not read." if ink >= settings.blank * mark else ""
    if is_mark(cell.text) and not cell.markers and ink > settings.crowded * mark:
        return "More is printed in this cell than was read."
    return ""
