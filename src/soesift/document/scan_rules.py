"""Rulings, filled areas and skew of a page picture, by morphology (no model).

Lengths are in pixels of the picture; `unit` is pixels per point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # (h, w), 0 black to 255 white
Boxes = NDArray[np.float32]  # (n, 4) rows [x0, y0, x1, y1]

WINDOW = 17.0  # points: neighbourhood whose mean a pixel must be darker than
DARKER = 14  # grey levels below that mean
STROKE = 5.0  # points: side of the largest square that is a stroke of letters and rules, and no shaded area
SHADED = (
    2.0  # times as much darker as on white must ink be on a shaded area, whose print is dark and whose grain is coarse
)
LONG = 8.0  # points: shortest run that is looked at
ALONE = 30.0  # points: shorter lines must end at a crossing line
THICK = 3.5  # points: thicker is an area
MEET = 1.5  # points: an end this close to a crossing line meets it
BESIDE = 1.5  # points on each side of a line that should be free of ink
CROWDED = 0.4  # of its length may have ink beside it
INKED = 0.85  # of its length must have ink
BROAD = 1.6  # points: a thicker run may be a word in small letters
WORD = 120.0  # points: no word is as long
HOLLOW = 0.09  # of a word's length, or more, has white between its strokes
LETTER = 2.2  # times its height: so long on average are stretches of white between two lines; in words shorter
ARROW = 40.0  # points: arrows through a row are longer
HEAD_REACH = 5.0  # points: so far from its line no head of an arrow reaches; a rule that crosses does
HEAD_ROOM = 14.0  # points at the end of a line in which its head lies, with some line behind it
HEAD_SIDE = 0.7  # points: a head is at least so much wider than its line, on both sides
HEAD_LONG = 1.2, 8.0  # points: length of the wide part of a head
AREA = 5.0  # points: least width and height of a filled area
BLACK = 51  # grey level below which an area is a redaction or a heading in white letters
SHADE = 236  # grey level above which a background counts as white
MOST_SKEW = 4.0  # degrees
SKEW_STEP = 0.05
LEAST_SKEW = 0.08  # degrees: less is not worth a resampling
_MOST_POINTS = 150_000


def noise_level(grey: Grey) -> float:
    """Robust standard deviation of a picture's noise in grey levels; about 0 for a rendered page."""
    import cv2

    part = grey[::4]
    apart = cv2.absdiff(part[:, 1:], part[:, :-1])
    return 1.05 * float(np.median(apart))  # median |difference| of two normals is 0.954 sigma


def find_ink(grey: Grey, unit: float, darker: float = DARKER) -> Grey:
    """255 where a pixel is darker than its neighbourhood: text and lines, also on shading, else 0."""
    import cv2

    window = max(3, int(WINDOW * unit) | 1)  # the least that there is; a picture of a few pixels has no more
    mean, below = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    ink = np.asarray(cv2.adaptiveThreshold(grey, 255, mean, below, window, darker), np.uint8)
    # the mean at the edge of a shaded cell is lighter than the cell: there ink must be darker than the cell itself
    stroke = max(3, round(STROKE * unit) | 1)
    ground = cv2.morphologyEx(cv2.blur(grey, (3, 3)), cv2.MORPH_CLOSE, np.ones((stroke, stroke), np.uint8))
    ink[(ground < SHADE) & (cv2.subtract(ground, grey) < SHADED * darker)] = 0
    return ink


def estimate_skew(ink: Grey) -> float:
    """Degrees clockwise by which rows and columns of ink lie askew, within 4; 0 for an empty picture.

    The angle that makes the projections of the ink onto both axes sharpest (Postl 1986).
    """
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    every = len(xs) // _MOST_POINTS + 1
    xs, ys = xs[::every].astype(np.float32), ys[::every].astype(np.float32)
    coarse = np.arange(-MOST_SKEW, MOST_SKEW + 1e-6, 0.25)
    best = float(coarse[int(np.argmax([_sharpness(xs, ys, a) for a in coarse]))])
    fine = best + np.arange(-0.25, 0.25 + 1e-6, SKEW_STEP)
    return round(float(fine[int(np.argmax([_sharpness(xs, ys, a) for a in fine]))]), 3)


def _sharpness(xs: NDArray[np.float32], ys: NDArray[np.float32], degrees: float) -> float:
    slope = float(np.tan(np.radians(degrees)))
    total = 0.0
    for across in (ys - xs * slope, xs + ys * slope):
        counts = np.bincount((across - across.min()).astype(np.intp))
        total += float((counts.astype(np.float64) ** 2).sum())
    return total


def straighten(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The picture turned back by a skew of `degrees` clockwise around its centre; same size."""
    import cv2

    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    white = (255, 255, 255) if picture.ndim == 3 else 255
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return np.asarray(turned, np.uint8)


def find_fills(grey: Grey, unit: float) -> tuple[Boxes, NDArray[np.float32]]:
    """Evenly shaded rectangles and their luminance 0 to 1: shaded rows, redaction boxes; black apart from grey."""
    import cv2

    side = max(3, int(AREA * unit))
    square = np.ones((side, side), np.uint8)
    black = cv2.morphologyEx((grey < BLACK).astype(np.uint8), cv2.MORPH_OPEN, square)
    # text inside is bridged, so that a heading row stays one area; then specks and lines go
    whole = cv2.morphologyEx((grey < SHADE).astype(np.uint8), cv2.MORPH_OPEN, square)
    shaded = cv2.morphologyEx(cv2.subtract(whole, black), cv2.MORPH_OPEN, square)
    found = [_areas(grey, part, side) for part in (black, shaded)]
    return np.concatenate([boxes for boxes, _ in found]), np.concatenate([greys for _, greys in found])


def _areas(grey: Grey, whole: Any, side: int) -> tuple[Boxes, NDArray[np.float32]]:
    """Connected parts of a mask that fill their boxes."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    boxes, greys = [], []
    for number in range(1, min(count, 2000)):
        x, y, w, h, area = stats[number].tolist()
        if area < 0.6 * w * h or max(w, h) < 2.5 * side:
            continue  # a drawing, a bold letter
        inside = grey[y : y + h, x : x + w][labels[y : y + h, x : x + w] == number]
        boxes.append((x, y, x + w, y + h))
        greys.append(float(np.median(inside)) / 255)
    return np.asarray(boxes, np.float32).reshape(-1, 4), np.asarray(greys, np.float32)


def find_rulings(ink: Grey, unit: float) -> tuple[Boxes, Boxes]:
    """Horizontal and vertical rulings of an upright picture as boxes as thick as drawn."""
    horizontal = _long_runs(ink, unit)
    vertical = _long_runs(np.ascontiguousarray(ink.T), unit)
    strong_h, strong_v = (lines[_length(lines) >= ALONE * unit] for lines in (horizontal, vertical))
    horizontal = horizontal[_anchored(horizontal, strong_v, unit)]
    vertical = vertical[_anchored(vertical, strong_h, unit)]
    return horizontal, vertical[:, [1, 0, 3, 2]]


def _length(lines: Boxes) -> NDArray[np.float32]:
    return lines[:, 2] - lines[:, 0]


def _long_runs(ink: Grey, unit: float) -> Boxes:
    """Boxes of thin horizontal runs; small waves, and gaps of a pixel or two, are forgiven."""
    import cv2

    length = int(LONG * unit)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    joined = cv2.dilate(joined, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    x, y, w, h, area = stats[1:count].T.astype(np.float32)
    thick = np.maximum(area / np.maximum(w, 1) - 2, 1)  # the dilation added a pixel on each side
    fine = (thick <= THICK * unit) & (h - 2 <= 1.5 * thick + 0.02 * w + 1) & (w >= length)
    middle = y + h / 2
    lines = np.stack((x, middle - thick / 2, x + w, middle + thick / 2), axis=1)[fine].astype(np.float32)
    clean = [_is_clean(ink, line, unit) for line in lines.tolist()]
    return lines[np.asarray(clean, bool)]


def _is_clean(ink: Grey, line: list[float], unit: float) -> bool:
    """Whether a run is inked throughout and stands free: a run through letters has strokes above or below."""
    x0, y0, x1, y1 = (round(v) for v in line)
    top, bottom = max(0, y0 - 1), y1 + 1
    inked = ink[top:bottom, x0:x1].any(axis=0).mean()
    if y1 - y0 > BROAD * unit and x1 - x0 < WORD * unit and _is_hollow(ink, (x0, y0, x1, y1), round(unit)):
        return False
    reach = max(2, round(BESIDE * unit))
    over = ink[max(0, top - 2 * reach) : max(0, top - 1), x0:x1][::-1]
    under = ink[bottom + 1 : bottom + 2 * reach, x0:x1]
    return bool(inked >= INKED and _is_free(over, reach) and _is_free(under, reach))


def _is_free(beside: Grey, reach: int) -> bool:
    """Whether rows of pixels, counted away from a line, are free of letters: another line a hair apart is none."""
    if beside[: reach - 1].any(axis=0).mean() <= CROWDED:
        return True
    shares = (beside > 0).mean(axis=1)  # row by row: a row of letters is inked throughout only with its neighbours
    line = np.flatnonzero(shares[:reach] >= INKED)
    if not len(line):
        return False
    after = int(line[0]) + next((k for k, share in enumerate(shares[line[0] :]) if share < INKED), len(shares))
    return bool(beside[after + 1 : after + reach].any(axis=0).mean() <= CROWDED) if after + 1 < len(beside) else True


def _is_hollow(ink: Grey, line: tuple[int, int, int, int], pad: int) -> bool:
    """Whether a run has white inside, as the bowls of letters have, rather than one stroke throughout, or two.

    Along two lines a hair apart white begins and ends a few times, in a word with each letter.
    """
    x0, y0, x1, y1 = line
    part = np.pad(ink[max(0, y0 - pad) : y1 + pad, x0:x1] > 0, ((1, 0), (0, 0)))
    strokes = (part[1:] & ~part[:-1]).sum(axis=0)
    apart = strokes > 1
    changes = np.count_nonzero(apart[1:] != apart[:-1])
    return bool(apart.mean() > HOLLOW and changes * LETTER * (y1 - y0) > x1 - x0)


def _anchored(lines: Boxes, crossing: Boxes, unit: float) -> NDArray[np.bool_]:
    """Lines long enough to stand alone, or with both ends at a crossing line (given transposed)."""
    kept = _length(lines) >= ALONE * unit
    if not len(crossing):
        return np.asarray(kept)
    slack = MEET * unit
    middle = (lines[:, 1] + lines[:, 3]) / 2
    at = (crossing[:, 1] + crossing[:, 3]) / 2
    within = (middle[:, None] >= crossing[:, 0] - slack) & (middle[:, None] <= crossing[:, 2] + slack)
    ends = [((np.abs(lines[:, side, None] - at) <= slack) & within).any(axis=1) for side in (0, 2)]
    return np.asarray(kept | (ends[0] & ends[1]))


def find_heads(ink: Grey, horizontal: Boxes, unit: float) -> Boxes:
    """(n, 4) boxes around the heads of arrows at the ends of horizontal lines, with the number of the line in a fifth
    column: ink that widens on both sides of a line and narrows again, short of the next vertical."""
    found = []
    for number, (x0, y0, x1, y1) in enumerate(horizontal.tolist()):
        if x1 - x0 < ARROW * unit:
            continue
        reach, length = round(HEAD_REACH * unit), round(HEAD_ROOM * unit)
        middle = round((y0 + y1) / 2)
        for at, step in ((round(x0), 1), (round(x1) - 1, -1)):
            columns = np.clip(at + step * np.arange(-round(unit), length), 0, ink.shape[1] - 1)
            up, down = (_extent(ink, middle, columns, side, reach) for side in (-1, 1))
            head = _head(up, down, unit, reach)
            if head is not None:
                a, b = sorted((int(columns[head[0]]), int(columns[head[1] - 1])))
                found.append((a - 1, middle - reach, b + 2, middle + reach + 1, number))
    return np.asarray(found, np.float32).reshape(-1, 5)


def _extent(ink: Grey, middle: int, columns: NDArray[np.intp], side: int, reach: int) -> NDArray[np.intp]:
    """How many pixels of ink go on from a line in each column, up (side -1) or down, at most `reach`."""
    rows = np.clip(middle + side * np.arange(reach + 1), 0, ink.shape[0] - 1)
    free = ink[np.ix_(rows, columns)] == 0
    free[0] = False  # a line may waver by a pixel
    return np.where(free.any(axis=0), free.argmax(axis=0), reach + 1).astype(np.intp)


def _head(up: NDArray[np.intp], down: NDArray[np.intp], unit: float, reach: int) -> tuple[int, int] | None:
    """First and end of the columns, counted from the end of a line, that are the head of an arrow."""
    line = len(up) // 2  # behind the head
    more = np.minimum(up - np.median(up[line:]), down - np.median(down[line:])) / unit
    wide = (more >= HEAD_SIDE) & (up <= reach) & (down <= reach)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], wide, [False]]).astype(np.int8))).reshape(-1, 2)
    if len(ends) != 1:
        return None
    first, end = int(ends[0, 0]), int(ends[0, 1])
    short = HEAD_LONG[0] * unit <= end - first <= HEAD_LONG[1] * unit
    return (first, end) if short and end < len(up) - unit else None


def count_crossings(horizontal: Boxes, vertical: Boxes, unit: float) -> int:
    """How many pairs of rulings touch or cross: the corners of a grid."""
    slack = MEET * unit
    x = (vertical[:, 0] + vertical[:, 2]) / 2
    y = (horizontal[:, 1] + horizontal[:, 3]) / 2
    meets = (
        (x >= horizontal[:, 0, None] - slack)
        & (x <= horizontal[:, 2, None] + slack)
        & (y[:, None] >= vertical[:, 1] - slack)
        & (y[:, None] <= vertical[:, 3] + slack)
    )
    return int(meets.sum())


def erase(ink: Grey, boxes: Any, pad: float) -> None:
    """Clear boxes, grown by `pad` pixels, in place."""
    height, width = ink.shape
    for x0, y0, x1, y1 in np.asarray(boxes).reshape(-1, 4).tolist():
        top, left = max(0, int(y0 - pad)), max(0, int(x0 - pad))
        ink[top : min(height, int(np.ceil(y1 + pad))), left : min(width, int(np.ceil(x1 + pad)))] = 0


# Dark cells of a page picture made light: white letters on a filled ground become dark ones on white.

DARK = 165  # grey level below which a ground is dark
DARK_STROKE = 3.0  # points: light strokes up to this width are letters or rules on a dark ground
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
    stroke, least = (max(3, round(size * unit)) for size in (DARK_STROKE, LEAST))
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((stroke, stroke), np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    if not whole.any():
        return np.zeros(grey.shape, np.bool_)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    filled = np.bincount(labels[dark > 0], minlength=count)
    keep = filled >= FILLED * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    return np.asarray(keep[labels])
