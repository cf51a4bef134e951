"""Places of pages that were read from a picture: what the reader was unsure of, ink against text, and text against the
layer of text that the file has over the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Box, Page
from soesift.result.models import Cell, Doubt, SoeTable
from soesift.table.signs import is_mark
from soesift.witness.settings import WitnessSettings

BEGINNING = 14  # characters of a note by which it is found on its page


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
    middles = ((page.boxes[:, :2] + page.boxes[:, 2:]) / 2).astype(np.float32)
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
        (index, cell, page, cell.bbox)
        for index, cell in enumerate(table.cells)
        if (page := seen.get(cell.page or 0)) and cell.bbox is not None and "redacted" not in cell.states
    ]
    inks = {index: page.ink(box, settings.inset) for index, _, page, box in placed}
    mark = _usual_mark(table, inks)
    layers = _layers(placed, settings)
    for index, cell, page, box in placed:
        if index in layers:
            yield index, Doubt(kind="layer", why=f"The file's own text over this picture says “{layers[index]}”.")
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


def _layers(placed: list[tuple[int, Cell, SeenPage, Box]], settings: WitnessSettings) -> dict[int, str]:
    """What the text layer over a picture says of cells, where it says another thing.

    A layer that differs in many cells is a poor one, and no witness.
    """
    texts = {index: _layer_text(page.layer, box) for index, _, page, box in placed if page.layer is not None}
    compared = [
        (index, _letters(cell.printed), _letters(texts[index])) for index, cell, _, _ in placed if index in texts
    ]
    compared = [(index, read, said) for index, read, said in compared if read or said]
    differ = [index for index, read, said in compared if read != said]
    if len(compared) < settings.compared or len(differ) > settings.differ * len(compared):
        return {}
    return {index: texts[index] for index in differ}


def _layer_text(layer: Page, box: Box) -> str:
    chosen = _inside(_middles(layer), box)
    return "".join(map(chr, layer.codes[chosen].tolist()))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def scan_note_doubts(
    table: SoeTable, seen: Mapping[int, SeenPage], settings: WitnessSettings
) -> Iterator[tuple[int, Doubt]]:
    """Doubts about notes, by their place in `table.footnotes`: of what the reader was unsure in text and marker."""
    for index, note in enumerate(table.footnotes):
        found = seen.get(note.page or 0)
        if found is None or len(found.page.sure) != len(found.page.codes):
            continue
        page = found.page
        said = page.text()
        start = said.find(note.text[:BEGINNING])
        if start < 0:
            continue
        sure = page.sure[start : start + len(note.text)]
        if float((sure < settings.unsure).mean()) >= settings.unsure_share:
            word = _word_at(page, start + int(sure.argmin()))
            yield index, Doubt(kind="ocr", why=f"This note was read from a picture, and “{word}” not for sure.")
        before = page.sure[max(0, start - len(note.marker) - 2) : start]
        if note.marker and len(before) and before.min() < settings.unsure:
            yield index, Doubt(kind="ocr", why=f"Marker {note.marker} was read from a picture, and not for sure.")
