"""What redaction leaves: black boxes hide a table's rules, whose places their edges tell, and cover lines of text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats, Page
from soesift.document.rulings import Lines
from soesift.document.words import Words
from soesift.table.context import TextLine
from soesift.table.grid import FoundTable

DARK = 0.15  # luminance
LEAST = (60.0, 5.0)  # points: smallest width and height of a box whose edges part rows
LEAST_COVER = (8.0, 5.0)  # points: smallest width and height of a box that covers text
TAG_SIZE = 1.15  # of the page's usual print: a tag outside any box is larger
# tags that sponsors print on what they take out: company confidential information, personal data, and the like
_TAGS = frozenset({"CCI", "PPD", "CBI", "CPI", "PII"})
LONGEST_TAG = 5  # characters, with a stop or the like


def redaction_tags(words: Words, page: Page) -> NDArray[np.bool_]:
    """(w,) words that only name the kind of what was taken out: large, or on a box of their own."""
    tags = np.zeros(len(words), bool)
    tags[[place for place, text in enumerate(words.text) if text[:3] in _TAGS and len(text) <= LONGEST_TAG]] = True
    if not tags.any():
        return tags
    large = words.size > TAG_SIZE * float(np.median(words.size))
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    boxes = page.fills[(page.fills[:, 2] - page.fills[:, 0] >= LEAST_COVER[0])] if len(page.fills) else page.fills
    within = np.zeros(len(words), bool)
    for index in np.flatnonzero(tags & ~large).tolist():
        x, y = middle[index]
        on = (boxes[:, 0] < x) & (boxes[:, 2] > x) & (boxes[:, 1] < y) & (boxes[:, 3] > y)
        within[index] = bool(on.any())
    return np.asarray(tags & (large | within), np.bool_)


def covered_outside(page: Page, words: Words, tags: NDArray[np.bool_], tables: list[FoundTable]) -> list[TextLine]:
    """Boxes that hide text outside tables: dark ones, and the places of tags."""
    boxes = [words.boxes[tags]]
    if len(page.fills):
        wide, high = page.fills[:, 2] - page.fills[:, 0], page.fills[:, 3] - page.fills[:, 1]
        large = (wide >= LEAST_COVER[0]) & (high >= LEAST_COVER[1])
        boxes.append(page.fills[large & (page.fill_grey < DARK)])
    found = []
    for x0, y0, x1, y1 in np.concatenate(boxes).tolist():
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        hulls = [table.hull for table in tables]
        if not any(h[0] <= x <= h[2] and h[1] <= y <= h[3] for h in hulls):
            found.append(TextLine("", y0, y1, y1 - y0, left=x0, covered=True))
    return found


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
