"""Small ink that a reader of lines passes over: marks by their shape, raised markers at a line's end."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_nets import PURE, cut_signs, read_signs
from soesift.document.scan_rules import Boxes, Grey
from soesift.document.scan_text import Picture, Reading, read_crops

# Small ink that a text detector passes over (X, tick, bullet): found by components, named by shape.

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


# Raised footnote markers at the end of a line, read on their own: within it they are too small.

ABOVE = 0.25  # of the letters' height: a raised sign ends this far above the base line
LEAST = 0.38  # of the letters' height: smaller are quotes, dashes and degrees
MOST = 0.85
MOST_OF_X = 1.15  # of the height of a mark, which may be a small letter
RAISED_DUST = 0.1  # of the letters' height squared: smaller ink is none
FEW = 3  # pieces of ink: the first of them tells the base line
NARROWEST, WIDEST = 0.25, 1.6  # of the letters' height: width of raised signs that touch a letter
TOP = 0.75  # of the letters' height: so far above the base line they reach at least
ARMS = frozenset("7rfFPTYV")  # letters whose right side is an arm in the air: raised only if read so on its own
OPERATORS = frozenset("+-±/−–<>≤≥=")  # no marker follows them
HIGHEST_SIGN = 0.62  # of the letters' height: an arm in the air that reaches further down is part of its letter
POOR = 0.6  # sureness below which a raised sign is not taken for what it was read as
DOUBTED = 0.5  # the sureness of a raised sign that is only seen to be one
MANY = 8  # pieces of ink of a line that may begin with a raised sign
LEAST_SIGN = 0.28  # of the letters' height: an asterisk is not higher
WIDEST_HEAD = 2.2  # of the letters' height
RAISED_NEAR = 1.6  # times as far as the sign reaches: there the reader may have placed it
_HEAD = re.compile(r"[a-z]{1,2}|\d{1,2}|[*†‡§¶#]{1,4}")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹★☆∗＊'`", "0123456789****  ")
LIKE_SIGNS = frozenset("†‡§¶#*★☆∗$ł+tfTS8")  # what a sign at the end of a word is read as
CERTAIN = 0.9  # sureness from which the reader of single signs is believed
AGREED = 0.97  # how sure a raised sign is that both readers read alike
AGAINST = 0.6  # how sure it is where they are both sure of something else


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Connected ink of one line without dust. boxes: (n, 4); raised: (n,) ends far above the base line; letters: usual
    height; base: y of the base line; sound: (h, w) the ink without dust."""

    boxes: NDArray[np.intp]
    raised: NDArray[np.bool_]
    letters: float
    base: float
    sound: NDArray[np.bool_]

    @classmethod
    def of(cls, ink: NDArray[np.bool_]) -> _Pieces | None:
        import cv2

        count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
        if count < 2:
            return None
        letters = float(np.percentile(stats[1:, 3], 75))
        kept = 1 + np.flatnonzero(stats[1:, 4] >= (RAISED_DUST * letters) ** 2)
        if not len(kept):
            return None
        x, y, w, h = stats[kept, :4].T
        large = h >= 0.6 * letters
        if not large.any():
            return None
        # the base line of a raised pair of letters is not that of the line
        base = float(np.percentile((y + h)[large], 60))
        if len(x) <= FEW:  # a mark and its marker
            base = max(base, float((y + h)[large & (x <= x[large].min())].max()))
        standing = np.abs(y + h - base) <= ABOVE * letters
        letters = max(letters, float(np.percentile(base - y[standing], 85))) if standing.any() else letters
        most = MOST if len(x) > FEW else MOST_OF_X
        raised = (y + h <= base - ABOVE * letters) & (h <= most * letters)
        boxes = np.stack((x, y, x + w, y + h), axis=1).astype(np.intp)
        return cls(boxes, np.asarray(raised, np.bool_), letters, base, np.asarray(np.isin(labels, kept)))

    def hull(self, chosen: NDArray[np.bool_]) -> tuple[int, int, int, int]:
        low, high = self.boxes[chosen, :2].min(axis=0), self.boxes[chosen, 2:].max(axis=0)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def find_raised(ink: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Box [x0, y0, x1, y1] of the raised signs that end a line, None if there are none.

    ink: (h, w) ink of one upright line.
    """
    pieces = _Pieces.of(ink)
    return _raised_end(pieces) if pieces is not None else None


def find_lifted(ink: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Box of the raised signs that begin a line, as the marker of a note does, None if there are none."""
    pieces = _Pieces.of(ink)
    return _raised_start(pieces) if pieces is not None else None


def _raised_end(pieces: _Pieces) -> tuple[int, int, int, int] | None:
    raised = pieces.raised & (pieces.boxes[:, 3] - pieces.boxes[:, 1] >= LEAST * pieces.letters)
    start = int(pieces.boxes[~raised, 2].max(initial=0))
    tail = raised & (pieces.boxes[:, 0] >= start - 1)
    if not tail.any() or tail.all():
        return _touching(pieces.sound, pieces.base, pieces.letters)
    return pieces.hull(tail)


def _raised_start(pieces: _Pieces) -> tuple[int, int, int, int] | None:
    if len(pieces.boxes) < MANY:
        return None
    high = pieces.boxes[:, 3] - pieces.boxes[:, 1]
    raised = pieces.raised & (high >= LEAST_SIGN * pieces.letters)
    begin = int(pieces.boxes[~raised, 0].min(initial=pieces.sound.shape[1]))
    head = raised & (pieces.boxes[:, 2] <= begin + 1)
    if not head.any() or head.all():
        return None
    box = pieces.hull(head)
    return box if box[2] - box[0] <= WIDEST_HEAD * pieces.letters and box[0] <= pieces.letters else None


def _touching(ink: NDArray[np.bool_], base: float, letters: float) -> tuple[int, int, int, int] | None:
    """Box of raised signs that touch the letter before them: the last columns, whose ink ends far over the base."""
    height = len(ink)
    lowest = np.where(ink.any(axis=0), height - np.argmax(ink[::-1], axis=0), 0)
    low = np.flatnonzero(lowest > base - ABOVE * letters)
    start = int(low[-1]) + 1 if len(low) else 0
    ys, xs = np.nonzero(ink[:, start:])
    if not start or not len(xs):
        return None
    box = start + int(xs.min()), int(ys.min()), start + int(xs.max()) + 1, int(ys.max()) + 1
    wide, high = box[2] - box[0], box[3] - box[1]
    fits = NARROWEST * letters <= wide <= WIDEST * letters and LEAST * letters <= high <= MOST * letters
    return box if fits and box[1] <= base - TOP * letters else None


@dataclass(slots=True)
class _Raised:
    """Raised signs of a line. at: share of the line's width where they begin (or, at its start, end); crop: for the
    reader of lines; parts: (first, last) of the single signs that were cut out."""

    reading: Reading
    at: float
    crop: Picture
    parts: tuple[int, int]
    starts: bool


def read_raised(
    readings: list[Reading], boxes: list[tuple[float, float, float, float]], picture: Picture, ink: Grey
) -> None:
    """Read the raised end and start of each upright line again, enlarged and sign by sign, and put it in the reading's
    place."""
    found: list[_Raised] = []
    cuts: list[Grey] = []
    plain: list[tuple[Reading, int]] = []
    for reading, box in zip(readings, boxes, strict=True):
        x0, y0, x1, y1 = (int(v) for v in box)
        pieces = _Pieces.of(ink[y0:y1, x0:x1] > 0) if len(reading.text) > 1 else None
        if pieces is None:
            continue
        tail, head = _raised_end(pieces), _raised_start(pieces)
        if tail is not None and _is_arm(reading.text, tail, pieces):
            tail = None
        for part, starts in ((tail, False), (head, True)):
            if part is None:
                continue
            signs = cut_signs(pieces.sound, part, picture[y0:y1, x0:x1])
            at = (part[2] if starts else part[0]) / max(1, x1 - x0)
            crop = _around(picture, x0 + part[0], y0 + part[1], x0 + part[2], y0 + part[3])
            found.append(_Raised(reading, at, crop, (len(cuts), len(cuts) + len(signs)), starts))
            cuts += signs
        if tail is None and reading.text[-1] in LIKE_SIGNS:
            plain.append((reading, len(cuts)))
            cuts += cut_signs(pieces.sound, (0, 0, x1 - x0, y1 - y0), picture[y0:y1, x0:x1])[-1:]
    single = read_signs(cuts)
    for raised, sign in zip(found, read_crops([raised.crop for raised in found]), strict=True):
        sign.text = sign.text.translate(_PLAIN).strip()
        settled = settle_sign(sign, single[slice(*raised.parts)])
        (_replace_start if raised.starts else _replace_end)(raised.reading, settled, raised.at)
    for reading, place in plain:
        _settle_last(reading, *(single[place] if place < len(single) else ("", 0.0)))


def settle_sign(line: Reading, single: list[tuple[str, float]]) -> Reading:
    """What raised signs are, by the reader of lines and by that of single signs, each with its sureness."""
    text = "".join(sign for sign, _ in single)
    sure = min((sure for _, sure in single), default=0.0)
    if not text or any(not sign for sign, _ in single):
        return line
    places = np.linspace(0, 1, len(text)).astype(np.float32)
    if text == line.text:
        return Reading(text, max(AGREED, sure), places)
    if sure >= CERTAIN:
        return Reading(text, sure if line.confidence < CERTAIN else AGAINST, places)
    return Reading(line.text, min(line.confidence, AGAINST), places) if line.confidence >= AGAINST else line


def _settle_last(reading: Reading, sign: str, sure: float) -> None:
    """Let the sign of a footnote, of the size of the text, be what ends a line, if its shape says so."""
    if sign and set(sign) <= PURE and sure >= CERTAIN:
        again = len(reading.text) > 2 and reading.text[-2] == reading.text[-1]  # "††"
        count = 2 if again else 1
        reading.text = reading.text[:-count] + count * sign[0]
        if len(reading.sure) == len(reading.text):
            reading.sure[-count:] = sure
    elif reading.text[-1] in "★☆∗":
        reading.text = reading.text[:-1] + "*"


def _is_arm(text: str, tail: tuple[int, int, int, int], pieces: _Pieces) -> bool:
    """Whether what ends over the base is the right side of the last letter ("7", "r"): it reaches further down than
    raised signs, which are smaller."""
    return text[-1] in ARMS and tail[3] - tail[1] > HIGHEST_SIGN * pieces.letters


def _around(picture: Picture, x0: int, y0: int, x1: int, y1: int) -> Picture:
    pad = 2 + (y1 - y0) // 5
    left = x0 - 1  # no further: the letter before stands close
    return np.ascontiguousarray(picture[max(0, y0 - pad) : y1 + pad, max(0, left) : x1 + pad])


def _replace_end(reading: Reading, sign: Reading, start: float) -> None:
    """Let `sign` stand for what was read from `start` (share of the width) on, if it was read surely."""
    text = sign.text
    kept = int((reading.centres < start).sum())
    if not 0 < kept <= len(reading.text) or (reading.text[-1] in ARMS and text != reading.text[-1]):
        return
    if reading.text[:kept].rstrip()[-1:] in OPERATORS:  # "+/-7": the number of a window
        return
    if not text or len(text) > 6 or sign.confidence < POOR:
        _lift_end(reading, kept)
        return
    ends = start + (1 - start) * (np.arange(len(text)) + 0.5) / len(text)
    reading.text = reading.text[:kept].rstrip() + text
    reading.raised = len(text)
    kept = len(reading.text) - len(text)
    reading.sure = np.append(reading.sure[:kept], np.full(len(text), sign.confidence)).astype(np.float32)
    reading.centres = np.concatenate([reading.centres[:kept], ends]).astype(np.float32)


def _lift_end(reading: Reading, kept: int) -> None:
    """Let what was read behind the first `kept` characters be raised, as it is seen to be, with a doubt."""
    tail = reading.text[kept:]
    if not 0 < len(tail) <= 3 or " " in tail.strip():
        return
    reading.raised = len(tail)
    if len(reading.sure) == len(reading.text):
        reading.sure = np.append(reading.sure[:kept], np.minimum(reading.sure[kept:], DOUBTED)).astype(np.float32)


def _replace_start(reading: Reading, sign: Reading, end: float) -> None:
    """Let `sign` stand for what was read up to `end` (share of the width), if it is like the marker of a note."""
    text = sign.text
    first = int((reading.centres < end).sum())
    if not _HEAD.fullmatch(text) or first >= len(reading.text) or first > len(text) + 1:
        return
    rest = reading.text[first:].lstrip()
    own, _, after = rest.partition(" ")
    if after and _HEAD.fullmatch(own) and reading.centres[len(reading.text) - len(rest)] < RAISED_NEAR * end:
        # the reader saw the sign, or the rest of it, a little further on
        joins = (text + own).isdigit() and len(text + own) == 2
        text = own if own.startswith(text) else text + own if joins else text
        rest = after.lstrip()
    kept = len(rest)
    places = end * (np.arange(len(text)) + 0.5) / len(text)
    known = reading.sure[-kept:] if len(reading.sure) == len(reading.text) else np.full(kept, reading.confidence)
    reading.sure = np.concatenate([np.full(len(text), sign.confidence), [1.0], known]).astype(np.float32)
    reading.centres = np.concatenate([places, [end], reading.centres[-kept:]]).astype(np.float32)
    reading.text, reading.lifted = f"{text} {rest}", len(text)
