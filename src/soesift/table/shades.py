"""How dark each row's background is."""

from __future__ import annotations

import numpy as np

from soesift.document.page import Page
from soesift.table.grid import FoundTable

PLACES = 9  # across the table at which a row's background is looked at; the median of them counts
INK = 0.15  # luminance: darker areas hide something and are no background


def row_shades(table: FoundTable, page: Page) -> list[float]:
    """Luminance of each row's background, 1 where nothing is filled; empty for a page without filled areas."""
    fills, grey = page.fills, page.fill_grey
    x0, y0, x1, y1 = table.hull
    near = (grey > INK) & (fills[:, 0] < x1) & (fills[:, 2] > x0) & (fills[:, 1] < y1) & (fills[:, 3] > y0)
    fills, grey = fills[near], grey[near]
    if not len(fills):
        return []
    xs = x0 + (x1 - x0) * (np.arange(PLACES) + 0.5) / PLACES
    ys = (table.rows[1:] + table.rows[:-1]) / 2
    across = (fills[:, None, 0] <= xs) & (fills[:, None, 2] >= xs)  # (f, places)
    down = (fills[:, None, 1] <= ys) & (fills[:, None, 3] >= ys)  # (f, rows)
    over = down[:, :, None] & across[:, None, :]
    last = len(fills) - 1 - over[::-1].argmax(axis=0)  # what is painted later lies above
    shade = np.where(over.any(axis=0), grey[last], 1.0)
    return [round(float(v), 3) for v in np.median(shade, axis=1)]
