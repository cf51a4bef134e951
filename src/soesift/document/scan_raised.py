"""Raised footnote markers at the end of a line, read on their own: within it they are too small."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_rules import Grey
from soesift.document.scan_signs import PURE, cut_signs, read_signs
from soesift.document.scan_text import Picture, Reading, read_crops

ABOVE = 0.25  # of the letters' height: a raised sign ends this far above the base line
LEAST = 0.38  # of the letters' height: smaller are quotes, dashes and degrees
MOST = 0.85
MOST_OF_X = 1.15  # of the height of a mark, which may be a small letter
DUST = 0.1  # of the letters' height squared: smaller ink is none
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
NEAR = 1.6  # times as far as the sign reaches: there the reader may have placed it
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
        kept = 1 + np.flatnonzero(stats[1:, 4] >= (DUST * letters) ** 2)
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
    if after and _HEAD.fullmatch(own) and reading.centres[len(reading.text) - len(rest)] < NEAR * end:
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
