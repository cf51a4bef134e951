"""Turning a page so that its main text reads upright, and boxes back to the page as displayed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from soesift.document.frame import turn_boxes
from soesift.document.page import Box, Floats, Page

EDGE = 0.12  # of the page's height at each end: running lines stay upright on a turned page
SIDEWAYS_LEAST = 0.15  # sideways characters for each upside down; with fewer the page is upside down
UPRIGHT_MOST = 0.35  # upright characters for each turned one; more, and only column heads are turned


def main_turn(page: Page) -> int:
    """Clockwise degrees by which most of the page's text is turned: 0, 90, 180 or 270."""
    if not page.upright.any():
        return 0
    middle = (page.boxes[:, 1] + page.boxes[:, 3]) / 2
    inner = (middle > EDGE * page.height) & (middle < (1 - EDGE) * page.height)
    visible = page.upright[(page.codes > 32) & (page.boxes[:, 3] > page.boxes[:, 1]) & inner]
    turns, counts = np.unique(visible, return_counts=True)
    turned = turns != 0
    if not turned.any() or counts[~turned].sum() > UPRIGHT_MOST * counts[turned].sum():
        return 0
    sideways = (turns == 90) | (turns == 270)
    if counts[sideways].sum() > SIDEWAYS_LEAST * counts[turns == 180].sum():
        turned = sideways  # text upside down stands for visits across a turned table's columns; pages do not
    return int(turns[turned][counts[turned].argmax()])


def turn_page(page: Page, degrees: int) -> Page:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees % 360 == 0:
        return page
    width, height = page.width, page.height

    def turn(boxes: Floats) -> Floats:
        return turn_boxes(boxes, width, height, degrees)

    swap = degrees in (90, 270)
    return replace(
        page,
        width=height if swap else width,
        height=width if swap else height,
        boxes=turn(page.boxes),
        upright=((page.upright + degrees) % 360).astype(np.int16),
        horizontal=turn(page.vertical if swap else page.horizontal),
        vertical=turn(page.horizontal if swap else page.vertical),
        fills=turn(page.fills),
        images=turn(page.images),
        pieces=turn(page.pieces),
    )


def turn_box(box: Box, width: float, height: float, degrees: int) -> Box:
    """One box after turning a page of `width` x `height` clockwise."""
    x0, y0, x1, y1 = turn_boxes(np.asarray([box], np.float32), width, height, degrees)[0].tolist()
    return x0, y0, x1, y1
