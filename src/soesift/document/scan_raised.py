"""Raised footnote markers at the end of a line, read on their own: within it they are too small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_rules import Grey
from soesift.document.scan_text import Picture, Reading, read_crops

ABOVE = 0.25  # of the letters' height: a raised sign ends this far above the base line
LEAST = 0.38  # of the letters' height: smaller are quotes, dashes and degrees
MOST = 0.85
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹'`", "0123456789  ")


def find_raised(ink: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Box [x0, y0, x1, y1] of the raised signs that end a line, None if there are none.

    ink: (h, w) ink of one upright line.
    """
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    if count < 3:
        return None
    x, y, w, h = stats[1:, :4].T
    letters = float(np.percentile(h, 75))
    large = h >= 0.6 * letters
    # the base line of a raised pair of letters is not that of the line
    base = float(np.percentile((y + h)[large], 60))
    raised = (y + h <= base - ABOVE * letters) & (h >= LEAST * letters) & (h <= MOST * letters)
    start = int((x + w)[~raised].max(initial=0))
    tail = raised & (x >= start - 1)
    if not tail.any() or tail.all():
        return None
    return int(x[tail].min()), int(y[tail].min()), int((x + w)[tail].max()), int((y + h)[tail].max())


def read_raised(
    readings: list[Reading], boxes: list[tuple[float, float, float, float]], picture: Picture, ink: Grey
) -> None:
    """Read the raised end of each upright line again, enlarged, and put it in the reading's place."""
    found: list[tuple[Reading, int, int]] = []
    crops: list[Picture] = []
    for reading, box in zip(readings, boxes, strict=True):
        x0, y0, x1, y1 = (int(v) for v in box)
        tail = find_raised(ink[y0:y1, x0:x1] > 0)
        if tail is not None and len(reading.text) > 1:
            found.append((reading, tail[0], x1 - x0))
            crops.append(_around(picture, x0 + tail[0], y0 + tail[1], x0 + tail[2], y0 + tail[3]))
    for (reading, start, width), sign in zip(found, read_crops(crops), strict=True):
        _replace_end(reading, sign, start / max(1, width))


def _around(picture: Picture, x0: int, y0: int, x1: int, y1: int) -> Picture:
    pad = 2 + (y1 - y0) // 5
    left = x0 - 1  # no further: the letter before stands close
    return np.ascontiguousarray(picture[max(0, y0 - pad) : y1 + pad, max(0, left) : x1 + pad])


def _replace_end(reading: Reading, sign: Reading, start: float) -> None:
    """Let `sign` stand for what was read from `start` (share of the width) on, if it was read surely."""
    text = sign.text.translate(_PLAIN).strip()
    kept = int((reading.centres < start).sum())
    if not text or len(text) > 6 or sign.confidence < 0.6 or not 0 < kept <= len(reading.text):
        return
    ends = start + (1 - start) * (np.arange(len(text)) + 0.5) / len(text)
    reading.text = reading.text[:kept].rstrip() + text
    reading.raised = len(text)
    kept = len(reading.text) - len(text)
    reading.centres = np.concatenate([reading.centres[:kept], ends]).astype(np.float32)
