"""What is read of one page, as arrays: characters with boxes, rulings, filled areas and pictures.

All coordinates are points from the top left of the page as displayed, boxes are rows `[x0, top, x1, bottom]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Box = tuple[float, float, float, float]


def no_boxes() -> Floats:
    return np.zeros((0, 4), np.float32)


@dataclass(slots=True)
class Page:
    """One page.

    codes: (n,) uint32 Unicode code points in reading order of the file; spaces and line ends are included and
        may have empty boxes. boxes: (n, 4) loose character boxes (font ascent to descent).
    upright: (n,) int16, degrees clockwise by which each character is turned as displayed (0, 90, 180, 270).
    horizontal: (h, 4) rulings as boxes much wider than high; vertical: (v, 4) the transpose.
    fills: (f, 4) filled areas thicker than a rule; fill_grey: (f,) their luminance 0 (black) to 1 (white).
    images: (i, 4) pictures.
    sure: (n,) how sure a character was read, 0 to 1, and pieces: (k, 4) connected ink that is no ruling, with
        piece_ink: (k,) its area in square points; empty but on pages read from a picture.
    source: "text" (digital text layer) or "ocr".
    problem: why the text layer cannot be trusted ("" if it can): "garbled", "spread", "image",
        or "scan" (a searchable scan).
    cut: it holds more characters than are read of a page.
    """

    number: int
    width: float
    height: float
    label: str | None = None
    codes: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    boxes: Floats = field(default_factory=no_boxes)
    upright: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    horizontal: Floats = field(default_factory=no_boxes)
    vertical: Floats = field(default_factory=no_boxes)
    fills: Floats = field(default_factory=no_boxes)
    fill_grey: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    images: Floats = field(default_factory=no_boxes)
    sure: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    pieces: Floats = field(default_factory=no_boxes)
    piece_ink: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    source: str = "text"
    problem: str = ""
    cut: bool = False

    def text(self) -> str:
        """All characters in file order."""
        return text_of(self.codes)


def text_of(codes: NDArray[np.uint32]) -> str:
    """The characters of code points (n,), halves of surrogate pairs too; a page's at once, not one by one."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


# From a PDF's own page space to the page as displayed: points from the top left, after /Rotate.


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
