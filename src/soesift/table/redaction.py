"""Black boxes over a table hide its rules: their edges stand in for them."""

from __future__ import annotations

import numpy as np

from soesift.document.page import Floats, Page
from soesift.document.rulings import Lines

DARK = 0.15  # luminance
LEAST = (60.0, 5.0)  # points: smallest width and height of a box whose edges part rows


def dark_boxes(page: Page) -> Floats:
    """Filled areas that are black or nearly, large enough to hide cells."""
    if not len(page.fills):
        return page.fills
    wide, high = page.fills[:, 2] - page.fills[:, 0], page.fills[:, 3] - page.fills[:, 1]
    return page.fills[(page.fill_grey < DARK) & (wide >= LEAST[0]) & (high >= LEAST[1])]


def add_hidden_rules(horizontal: Lines, vertical: Lines, page: Page) -> Lines:
    """Horizontal lines with the upper and lower edges of black boxes that cross at least three verticals."""
    added = []
    for x0, y0, x1, y1 in dark_boxes(page).tolist():
        near = vertical[(vertical[:, 1] < y1 + 5) & (vertical[:, 2] > y0 - 5)]
        crossed = near[(near[:, 0] > x0 - 3) & (near[:, 0] < x1 + 3), 0]
        if len(np.unique(crossed.round())) >= 3:
            added += [(y, float(crossed.min()), float(crossed.max())) for y in (y0, y1)]
    return np.concatenate([horizontal, np.asarray(added, np.float32).reshape(-1, 3)])
