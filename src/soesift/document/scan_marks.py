"""Small ink that a text detector passes over (X, tick, bullet): found by components, named by shape."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_rules import Boxes, Grey

SMALLEST = 0.22  # of the text height: smaller is a speck
TALLEST = 3.0  # text heights: taller is a drawing
NEAR = 0.3  # text heights: parts this close side by side are one word
DUST = 0.15  # square points: connected ink that is smaller is no print
USUAL_MARKS = 6  # lone marks of one sign that show how a page prints it
MOSTLY = 0.6  # of a page's lone marks are the usual one
SLACK = 0.03  # of correlation: so much less like the usual mark may another of its kind be
CONFUSED = {  # marks, and the signs that they are read as
    "✓": "VvYyJj/√7XxrK",
    "X": "xKkYyVv%*✓×",
    "•": ".·-,°*oOe˙'",
}
CUT = 2  # pixels around a ruling that belong to no blob


def find_blobs(ink: Grey, height: float) -> Boxes:
    """Boxes of ink that may be a word or mark.

    ink: of text only, rulings and lines that were found erased; height: usual ink height of text, pixels.
    """
    import cv2

    reach = max(1, round(NEAR * height))
    joined = cv2.dilate(ink, np.ones((max(1, reach // 2), 2 * reach + 1), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    if count <= 1:
        return np.zeros((0, 4), np.float32)
    ys, xs = np.nonzero(ink)
    owner = labels[ys, xs]
    low = np.full((count, 2), 10**9)
    high = np.zeros((count, 2), np.intp)
    points = np.stack((xs, ys), axis=1)
    np.minimum.at(low, owner, points)
    np.maximum.at(high, owner, points + 1)
    boxes = np.concatenate([low, high], axis=1)[1:].astype(np.float32)
    size = boxes[:, 2:] - boxes[:, :2]
    return boxes[(size.max(axis=1) >= SMALLEST * height) & (size[:, 1] <= TALLEST * height)]


def ink_pieces(ink: Grey, unit: float) -> tuple[Boxes, NDArray[np.float32]]:
    """Boxes of connected ink in points, and its area in square points; dust is left out. unit: pixels per point."""
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, w, h, area = stats[1:count].T.astype(np.float32)
    kept = area >= DUST * unit**2
    boxes = np.stack((x, y, x + w, y + h), axis=1)[kept] / np.float32(unit)
    return boxes.astype(np.float32).reshape(-1, 4), (area[kept] / np.float32(unit) ** 2).astype(np.float32)


def name_shape(blob: Grey) -> str:
    """ "•", "■", "▲", "◆", "X" or "✓" for a blob of that shape (a crop of ink, tight around it), else "".

    Shapes are told by the ink in the parts of the box: a disc fills pi/4 of a square, a cross its diagonals,
    a tick rises from a low point left of the middle.
    """
    tight = _tight(blob)
    height, width = tight.shape
    if min(height, width) < 3:
        return ""
    filled = float(tight.mean())
    ratio = width / height
    if 0.75 <= ratio <= 1.33 and filled > 0.93:
        return "■"
    if 0.75 <= ratio <= 1.33 and filled > 0.62 and not _has_hole(tight) and _is_round(tight):
        return "•"
    if 0.7 <= ratio <= 1.45 and 0.4 < filled < 0.68 and (solid := _solid_shape(tight)):
        return solid
    if 0.6 <= ratio <= 1.7 and _is_cross(tight):
        return "X"
    if 0.6 <= ratio <= 1.9 and filled < 0.5 and not _has_hole(tight) and _is_tick(tight):
        return "✓"
    return ""


def is_one_piece(blob: Grey) -> bool:
    """Whether the ink hangs together."""
    import cv2

    count, _ = cv2.connectedComponents(blob, connectivity=8)
    return bool(count == 2)


def _tight(blob: Grey) -> NDArray[np.bool_]:
    ys, xs = np.nonzero(blob)
    if not len(xs):
        return np.zeros((0, 0), bool)
    return np.asarray(blob[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] > 0)


def _has_hole(tight: NDArray[np.bool_]) -> bool:
    import cv2

    around = np.pad(~tight, 1, constant_values=True).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(around, connectivity=4)
    holes = sorted(stats[1:count, 4].tolist())[:-1]
    return bool(holes) and max(holes) >= 0.02 * tight.size


def _solid_shape(tight: NDArray[np.bool_]) -> str:
    """A triangle, whose rows widen from a point to the foot, or a diamond, widest in the middle; one run a row."""
    square = _on_square(tight) > 0.5
    runs = (np.diff(np.pad(square, ((0, 0), (1, 0))).astype(np.int8), axis=1) == 1).sum(axis=1)
    if (runs > 1).any():
        return ""
    width = square.mean(axis=1)
    ramp = np.linspace(0.02, 0.98, len(width))
    if np.abs(width - ramp).max() < 0.2:
        return "▲"
    return "◆" if np.abs(width - 2 * np.minimum(ramp, 1 - ramp)).max() < 0.2 else ""


def _on_square(tight: NDArray[np.bool_], side: int = 24) -> NDArray[np.float32]:
    import cv2

    whole: Any = cv2.resize(tight.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(whole, np.float32)


def _is_round(tight: NDArray[np.bool_]) -> bool:
    """Ink at the middles of the four sides, little in the corners: a blurred x has it the other way about."""
    sides, corners = _rim(tight)
    return sides > 0.7 and corners < 0.45


def is_blurred_cross(blob: Grey) -> bool:
    """Whether a blob too blurred to read has its ink in corners and middle rather than at the sides."""
    tight = _tight(blob)
    if min(tight.shape) < 6 or not 0.6 <= tight.shape[1] / tight.shape[0] <= 1.7:
        return False
    sides, corners = _rim(tight)
    return corners - sides > 0.15 and bool(_on_square(tight)[9:15, 9:15].mean() > 0.7)


def _rim(tight: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of ink at the middles of the sides, and in the corners."""
    square = _on_square(tight)
    ends = (slice(0, 4), slice(20, 24))
    corners = float(np.mean([square[a, b].mean() for a in ends for b in ends]))
    sides = float(np.mean([part[end, 10:14].mean() for part in (square, square.T) for end in ends]))
    return sides, corners


def _is_cross(tight: NDArray[np.bool_]) -> bool:
    """Ink on both diagonals, none at the middles of the four sides."""
    square = _on_square(tight)
    place = np.arange(24)
    near = np.minimum(np.abs(place[:, None] - place), np.abs(place[:, None] + place - 23))
    diagonal = np.stack([square[place, place], square[place, 23 - place]])
    # serifs widen the ends, so only the middle of the strokes must be inked
    inked = diagonal[:, 4:20].mean(axis=1).min()
    sides = [part.mean() for part in (square[9:15, :5], square[9:15, 19:], square[:4, 10:14], square[20:, 10:14])]
    share = square[near <= 4].sum() / max(1e-6, square.sum())
    return bool(inked > 0.6 and max(sides) < 0.3 and share > 0.75)


def _is_tick(tight: NDArray[np.bool_]) -> bool:
    """The lowest ink lies in the left half, the right arm reaches the top, the left arm part of the way."""
    height, width = tight.shape
    columns = np.flatnonzero(tight[int(0.88 * height) :].any(axis=0))
    left = np.flatnonzero(tight[:, : max(1, int(0.15 * width))].any(axis=1))
    right = np.flatnonzero(tight[:, int(0.85 * width) :].any(axis=1))
    if not len(columns) or not len(left) or not len(right):
        return False
    low = columns.mean() / width
    return bool(0.15 < low < 0.5 and 0.3 < left.min() / height < 0.85 and right.min() < 0.2 * height)


def vote(signs: list[str], blobs: list[Grey]) -> list[tuple[str, bool]]:
    """The signs of lone marks of a page, those put right that look like the page's usual mark and were read otherwise;
    each with whether its shape bears it out.

    blobs: crops of ink, tight around each mark without its marker. A page's marks are printed alike: one that fits the
    mean of the usual ones as well as they themselves do is one of them.
    """
    classes = [next((name for name, others in CONFUSED.items() if sign in (name, name.lower())), "") for sign in signs]
    counts = Counter(filter(None, classes))
    usual, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < USUAL_MARKS or count < MOSTLY * sum(counts.values()):
        return [(sign, False) for sign in signs]
    squares = [_on_square(tight) if min((tight := _tight(blob)).shape) else None for blob in blobs]
    ratios = [tight.shape[1] / tight.shape[0] if min((tight := _tight(blob)).shape) else 0.0 for blob in blobs]
    members = [k for k, name in enumerate(classes) if name == usual and squares[k] is not None]
    if len(members) < USUAL_MARKS:
        return [(sign, False) for sign in signs]
    mean = np.mean([squares[k] for k in members], axis=0)
    likeness = [0.0 if square is None else _correlation(square, mean) for square in squares]
    least = float(np.percentile([likeness[k] for k in members], 10)) - SLACK
    narrow, wide = np.percentile([ratios[k] for k in members], [5, 95]).tolist()
    sign = Counter(signs[k] for k in members).most_common(1)[0][0]
    fits = [
        like >= least and 0.8 * narrow <= ratio <= 1.25 * wide for like, ratio in zip(likeness, ratios, strict=True)
    ]
    named = [
        fit and (bool(name) or one in CONFUSED[usual]) for fit, one, name in zip(fits, signs, classes, strict=True)
    ]
    return [
        (sign if like and name != usual else one, like) for one, name, like in zip(signs, classes, named, strict=True)
    ]


def _correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    a, b = one - one.mean(), two - two.mean()
    return float((a * b).sum() / max(1e-6, float(np.sqrt((a * a).sum() * (b * b).sum()))))
