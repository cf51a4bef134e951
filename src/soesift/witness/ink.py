"""Ink against text: what is dark in a cell of the page's picture, beside what was read there.

The picture knows nothing of characters, rules or reading order, so it errs in other places than the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.document.kind import has_pages
from soesift.document.pdf import draw_page, open_pdf
from soesift.errors import DocumentError
from soesift.result.models import Cell, Doubt, SoeTable
from soesift.witness.settings import WitnessSettings

Grey = NDArray[np.uint8]
PAPER = 0.85  # of a cell's pixels are darker than its paper, or as dark
LARGEST = 4000  # pixels of a side: a larger page is drawn smaller
_DRAWN = ("→", "↔", "←", "⟶", "↓", "↑")  # arrows are lines, which are not counted as ink


def pictures(
    pdf: Path | None, numbers: Iterable[int], settings: WitnessSettings, password: str | None = None
) -> dict[int, tuple[Grey, float]]:
    """Grey pictures of 1-based pages with their pixels a point; empty where there are no pages to draw."""
    if pdf is None or not has_pages(pdf):
        return {}
    found: dict[int, tuple[Grey, float]] = {}
    try:
        with open_pdf(pdf, password) as document:
            for number in numbers:
                drawn = _draw(document, number, settings) if 1 <= number <= len(document) else None
                if drawn is not None:
                    found[number] = drawn
    except DocumentError:
        return {}
    return found


def _draw(document: object, number: int, settings: WitnessSettings) -> tuple[Grey, float] | None:
    import pypdfium2

    try:
        drawn = draw_page(document, number - 1, settings.scale, LARGEST, grey=True)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None
    return drawn.pixels, drawn.scale


def ink_of(grey: Grey, scale: float, box: tuple[float, float, float, float], settings: WitnessSettings) -> int:
    """Dark pixels of a cell that belong to no drawn line, `box` in points; 0 for a cell too small to look into."""
    x0, y0 = (round((v + settings.inset) * scale) for v in box[:2])
    x1, y1 = (round((v - settings.inset) * scale) for v in box[2:])
    cell = grey[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if min(cell.shape) < 3:
        return 0
    dark = cell < _paper(cell) - settings.dark
    lines = np.count_nonzero(dark, axis=1) / cell.shape[1] >= settings.rule
    columns = np.count_nonzero(dark, axis=0) / cell.shape[0] >= settings.rule
    return int(np.count_nonzero(dark[~lines][:, ~columns]))


def _paper(cell: Grey) -> int:
    """Grey of the paper: the 85th percentile, rounded down; sorting the cell costs a third of numpy's own."""
    place = PAPER * (cell.size - 1)
    low = int(place)
    below, above = np.partition(cell, [low, min(low + 1, cell.size - 1)], axis=None)[low : low + 2].tolist()
    return int(below + (place - low) * (above - below))


def ink_doubts(
    table: SoeTable, drawn: dict[int, tuple[Grey, float]], settings: WitnessSettings
) -> list[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`."""
    scanned = "image_only" in table.flags
    seen = [
        (index, cell, ink_of(*drawn[cell.page], cell.bbox, settings))
        for index, cell in enumerate(table.cells)
        if cell.page in drawn and cell.bbox is not None and "redacted" not in cell.states
    ]
    rate = _ink_a_letter(seen, settings)
    found = []
    for index, cell, ink in seen:
        doubt = _doubt(cell, ink, rate, settings.scan_ink if scanned else settings.least_ink, settings)
        if doubt is not None:
            found.append((index, doubt))
    return found


def _ink_a_letter(seen: list[tuple[int, Cell, int]], settings: WitnessSettings) -> float | None:
    """Median ink a letter over the cells with words; None for a table with few letters."""
    counted = [(ink, _letters(cell)) for _, cell, ink in seen if _letters(cell) >= 4 and ink > 0]
    if sum(letters for _, letters in counted) < settings.letters:
        return None
    return float(np.median([ink / letters for ink, letters in counted]))


def _letters(cell: Cell) -> int:
    return sum(not c.isspace() for c in cell.printed)


def _doubt(cell: Cell, ink: int, rate: float | None, least: int, settings: WitnessSettings) -> Doubt | None:
    if not cell.printed.strip():
        return Doubt(kind="ink", why="Something is printed in this cell that was not read.") if ink >= least else None
    if rate is None or cell.text in _DRAWN or any(sign in cell.text for sign in _DRAWN):
        return None
    expected = rate * _letters(cell)
    if ink < settings.scarce * expected:
        return Doubt(kind="no_ink", why="This text is not seen in the picture of the page.")
    if ink > settings.plenty * expected and ink - expected > settings.least_excess:
        return Doubt(kind="ink", why="More is printed in this cell than was read.")
    return None
