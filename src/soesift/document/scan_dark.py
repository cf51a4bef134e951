"""Dark cells of a page picture made light: white letters on a filled ground become dark ones on white."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_rules import Grey

DARK = 165  # grey level below which a ground is dark
STROKE = 3.0  # points: light strokes up to this width are letters or rules on a dark ground
LEAST = 8.0  # points: least width and height of a dark ground
FILLED = 0.72  # of a ground is dark even where letters stand on it; of a dark word on white it is less
COARSE = 4.0  # points: side of the squares in which paper is looked for
LIGHTEST = 60.0  # points: width of the neighbourhood whose lightest square is paper
WHITE = 238  # grey level: paper as light as this is white
DARKEST = 90  # grey level: paper is not darker; such a ground is filled
AROUND = 12.0  # points: neighbourhood whose median is the ground


def even_paper(picture: NDArray[np.uint8], unit: float) -> NDArray[np.uint8]:
    """The (h, w, 3) picture as if on white paper, if its paper is grey or darker on one side; unit: pixels a point.

    The paper is the lightest neighbourhood of each place. The same object is returned where it is white.
    """
    import cv2

    height, width = picture.shape[:2]
    side = max(1, round(COARSE * unit))
    size = max(1, width // side), max(1, height // side)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    reach = max(3, round(LIGHTEST / COARSE) | 1)
    paper = cv2.blur(cv2.dilate(grey, np.ones((reach, reach), np.uint8)), (reach, reach))
    if np.percentile(paper, 20) >= WHITE:
        return picture
    paper = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), DARKEST).astype(np.float32)
    whitened = np.empty_like(picture)
    for channel in range(3):
        whitened[:, :, channel] = np.minimum(picture[:, :, channel] * (np.float32(255) / paper), 255).astype(np.uint8)
    return whitened


def lighten(picture: NDArray[np.uint8], grey: Grey, unit: float) -> NDArray[np.uint8]:
    """The (h, w, 3) picture with its dark grounds white, and what differs from them dark; unit: pixels a point.

    grey: (h, w) luminance of the picture. The same object is returned where there is no dark ground.
    """
    import cv2

    ground = dark_grounds(grey, unit)
    if not ground.any():
        return picture
    x, y, w, h = cv2.boundingRect(ground.astype(np.uint8))
    part, own = grey[y : y + h, x : x + w], ground[y : y + h, x : x + w]
    half = cv2.resize(part, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA)
    half = cv2.medianBlur(half, int(AROUND * unit / 2) | 1)  # a wide median is dear, and a ground has no detail
    base = np.asarray(cv2.resize(half, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)[own]
    apart = cv2.absdiff(part[own], base).ravel().astype(np.uint16)
    room = np.maximum(base, 255 - base).astype(np.uint16)  # the greatest difference that there can be
    light = picture.copy()
    light[y : y + h, x : x + w][own] = (255 - apart * 255 // room).astype(np.uint8)[:, None]
    return light


def dark_grounds(grey: Grey, unit: float) -> NDArray[np.bool_]:
    """(h, w) whether a pixel lies in a dark filled area, letters on it included."""
    import cv2

    dark = (grey < DARK).astype(np.uint8)
    stroke, least = (max(3, round(size * unit)) for size in (STROKE, LEAST))
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((stroke, stroke), np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    if not whole.any():
        return np.zeros(grey.shape, np.bool_)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    filled = np.bincount(labels[dark > 0], minlength=count)
    keep = filled >= FILLED * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    return np.asarray(keep[labels])
