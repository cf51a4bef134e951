"""From a PDF's own page space to the page as displayed: points from the top left, after /Rotate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible box of a page in PDF space (y upwards) and its clockwise display rotation in degrees."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation in (90, 270) else (width, height)


def to_display(boxes: NDArray[np.floating], frame: Frame) -> Floats:
    """(n, 4) PDF boxes `[left, bottom, right, top]`, in any corner order, as display boxes."""
    left, right = np.minimum(boxes[:, 0], boxes[:, 2]), np.maximum(boxes[:, 0], boxes[:, 2])
    low, high = np.minimum(boxes[:, 1], boxes[:, 3]), np.maximum(boxes[:, 1], boxes[:, 3])
    if frame.rotation == 90:
        sides = (low - frame.bottom, left - frame.left, high - frame.bottom, right - frame.left)
    elif frame.rotation == 180:
        sides = (frame.right - right, low - frame.bottom, frame.right - left, high - frame.bottom)
    elif frame.rotation == 270:
        sides = (frame.top - high, frame.right - right, frame.top - low, frame.right - left)
    else:
        sides = (left - frame.left, frame.top - high, right - frame.left, frame.top - low)
    return np.stack(sides, axis=1).astype(np.float32)


def turn_boxes(boxes: Floats, width: float, height: float, degrees: int) -> Floats:
    """Boxes after turning a page of `width` x `height` clockwise by 0, 90, 180 or 270 degrees."""
    x0, y0, x1, y1 = boxes.T
    if degrees == 90:
        return np.stack((height - y1, x0, height - y0, x1), axis=1)
    if degrees == 180:
        return np.stack((width - x1, height - y1, width - x0, height - y0), axis=1)
    if degrees == 270:
        return np.stack((y0, width - x1, y1, width - x0), axis=1)
    return boxes
