"""Lines of text on a picture of a page, found by a small net of our own.

PP-OCR's detector takes 1 to 2 seconds of CPU for a page, most of it for what no protocol has: text on curved, coloured,
tiny or huge things. This net of 0.2 million weights was learnt from made-up protocols and from pages with a text layer,
worn as scans are (benchmarks/line_finder, find_lines.json), and takes a seventh of that. It looks at a page in cells of
4 x 4 pixels, and says of each 2 x 2 pixels whether they lie in the inner part of a line: half of its height, whichever
way it runs. Lines that it grows into one another are parted by their ink (scan_lines.part_rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_nets import session

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
Floats = NDArray[np.float32]
NET = Path(__file__).with_name("find_lines.onnx")


@dataclass(frozen=True, slots=True)
class FindSettings:
    """How the finder's map becomes boxes; chosen on worn pages with a text layer (benchmarks/scan_reading.py)."""

    side: int = 16  # pixels: sides of the picture it sees are multiples of this
    text: float = 0.5  # certainty of a pixel of an inner part; .3 to .7
    line: float = 0.6  # mean certainty of an inner part; .5 to .8
    least: float = 1.5  # pixels of the map: lesser side of an inner part; 1 to 2
    grow: float = 0.5  # of an inner part's lesser side: how far its line reaches beyond it; .4 to .55
    mark: float = 0.7  # the same of what is as high as wide: a tick's arm reaches out of its box; .6 to .8
    square: float = 1.8  # an inner part at most so much longer than wide may be that of a mark; 1.5 to 2.5


SETTINGS = FindSettings()


@lru_cache(maxsize=1)
def _net() -> Any:
    return session(str(NET), arena=False)


def find_lines(picture: Picture, longest: int, settings: FindSettings = SETTINGS) -> Floats:
    """(n, 4) boxes of text lines in pixels, from top to bottom; the net sees at most `longest` pixels a side."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    wide, high = (max(settings.side, round(scale * side / settings.side) * settings.side) for side in (width, height))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    ink = (255 - np.asarray(small, np.float32)) / 255
    likely = _net().run(None, {"x": ink[None, None]})[0][0, 0]
    boxes = _grown(likely, settings) * np.asarray([2 * width / wide, 2 * height / high] * 2, np.float32)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    return np.asarray(boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))], np.float32)


def _grown(likely: Floats, settings: FindSettings) -> Floats:
    """Boxes of whole lines in pixels of the map, from the inner parts it shows: half of a line's lesser side."""
    import cv2

    inside = np.asarray(likely > settings.text, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    mean = np.bincount(labels.ravel(), likely.ravel(), count) / np.maximum(stats[:, 4], 1)
    x, y, w, h = stats[:, :4].T.astype(np.float32)
    less, more = np.minimum(w, h), np.maximum(w, h)
    kept = (less >= settings.least) & (mean >= settings.line)
    kept[0] = False
    grow = less * np.where(more <= settings.square * less, settings.mark, settings.grow)
    boxes = np.stack((x - grow, y - grow, x + w + grow, y + h + grow), axis=1)
    return np.asarray(boxes[kept], np.float32)
