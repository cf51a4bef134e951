"""From detected line boxes to characters with boxes: cut at rulings, tighten to ink, read, place letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_marks import is_blurred_cross, is_one_piece, name_shape, read_raised, vote
from soesift.document.scan_rules import Boxes, Grey
from soesift.document.scan_text import Picture, Reading, mend_words, read_crops

TALL = 1.5  # height to width: such a line may be turned text
STACKED = 2.5  # height to width: such a line is no single upright character
SPACE = 0.22  # text heights: a wider gap between letters is a space that the recogniser missed
SPACE_TO_DIGIT = 0.28  # the same before a digit: a 1 has room on both sides
CLEAR = 0.9  # confidence from which a turned piece is not read the other way about
LEAST_MARK = 8  # pixels: smaller crosses are read, their shape is blurred
WIDE = 0.8  # usual heights: shorter lines are not parted from their neighbours
TO_LINE = 1.8  # times the height of small letters reaches a line from ascenders to descenders
CLOSE = 1.15  # usual heights: a higher line may hold parts of its neighbours
LEFT = 0.7  # of the usual height is left of it at least
FREE = 0.004  # of a row of pixels has ink: none, but for dust
EMPTY, FULL = 0.12, 0.3  # of its fullest row's ink: between two lines, and in another line
DASH = 0.25, 1.1, 0.06, 0.32  # usual heights: least and most width of a dash that stands alone, and its heights
VOTED = 1.3  # times as large as other small signs may be what is put to the vote
SHAPED = 0.97  # how sure a mark is whose shape is that of the page's other marks
VOTE = 0.85  # how sure a mark is that was named for its likeness to the others
SURE = 0.5  # confidence below which a reading is not taken
LETTER_X = 0.62  # of the usual ink height of lines: a taller x is a capital
_WIDE_FORMS = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
GUESSED = 0.7  # how sure a sign is that was put in for another, since that makes no sense
_SLASHES = re.compile(r"(?<![\d.])[+±]([1lI|])[-–−](?=\d|$)|(?<![\w.])[-–−]\d{1,2}([1lI|])[+±]\d|\bN([1lI|])A\b")
_CROSSES = frozenset("xX×✕✖Χχ乂")
_TICKS = frozenset("√✓✔")
_SOLID = frozenset("▲◆")  # no letter is filled like these


@dataclass(slots=True)
class Line:
    """A piece of text. box: ink box in pixels; turn: clockwise degrees by which it is turned."""

    box: tuple[float, float, float, float]
    turn: int = 0
    reading: Reading = field(default_factory=lambda: Reading("", 0.0, np.zeros(0, np.float32)))


def split_lines(boxes: Boxes, horizontal: Boxes, vertical: Boxes) -> Boxes:
    """Line boxes cut where a ruling passes through them: a detector joins the texts of neighbouring cells."""
    pieces = []
    for x0, y0, x1, y1 in boxes.tolist():
        wide = x1 - x0 >= y1 - y0
        if wide:
            pieces += [(a, y0, b, y1) for a, b in _cuts((x0, x1), (y0, y1), vertical)]
        else:
            pieces += [(x0, a, x1, b) for a, b in _cuts((y0, y1), (x0, x1), horizontal[:, [1, 0, 3, 2]])]
    return np.asarray(pieces, np.float32).reshape(-1, 4)


def _cuts(along: tuple[float, float], across: tuple[float, float], rulings: Boxes) -> list[tuple[float, float]]:
    """Intervals of `along` between the rulings (given as if vertical) that cover most of `across`."""
    margin = 0.25 * (across[1] - across[0])
    place = (rulings[:, 0] + rulings[:, 2]) / 2
    covered = np.minimum(rulings[:, 3], across[1]) - np.maximum(rulings[:, 1], across[0])
    inside = (place > along[0] + margin) & (place < along[1] - margin)
    through = inside & (covered > 0.6 * (across[1] - across[0]))
    stops = [along[0], *sorted(place[through].tolist()), along[1]]
    return [(a, b) for a, b in pairwise(stops) if b - a > margin]


def tighten(boxes: Boxes, ink: Grey) -> Boxes:
    """Boxes shrunk to the text ink in them; those without ink go."""
    kept = []
    for x0, y0, x1, y1 in np.round(boxes).astype(int).tolist():
        part = ink[y0:y1, x0:x1]
        ys, xs = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if len(xs):
            kept.append((x0 + xs[0], y0 + ys[0], x0 + xs[-1] + 1, y0 + ys[-1] + 1))
    return np.asarray(kept, np.float32).reshape(-1, 4)


def part_rows(boxes: Boxes, ink: Grey) -> Boxes:
    """Boxes of lines without what they hold of the lines above and below, where print is set close.

    Where a line ends is seen from its rows of pixels: they are full of ink, then nearly free, then full again. A whole
    line that no other box holds becomes a box of its own.
    """
    usual = min(usual_height(boxes), TO_LINE * _letter_height(boxes, ink))
    parted: list[tuple[float, float, float, float]] = []
    for x0, y0, x1, y1 in boxes.astype(int).tolist():
        if usual and y1 - y0 > CLOSE * usual and WIDE * usual < x1 - x0 and y1 - y0 <= TALL * (x1 - x0):
            full = (ink[y0:y1, x0:x1] > 0).mean(axis=1)
            first, last = _own_rows(full, round(LEFT * usual))
            rests = [(x0, top, x1, bottom) for top, bottom in ((y0, y0 + first), (y0 + last, y1))]
            parted += [rest for rest in rests if rest[3] - rest[1] >= LEFT * usual and not _is_held(rest, boxes)]
            y0, y1 = y0 + first, y0 + last
        parted.append((x0, y0, x1, y1))
    return tighten(np.asarray(parted, np.float32).reshape(-1, 4), ink)


def _letter_height(boxes: Boxes, ink: Grey) -> float:
    """Median height of connected ink in wide lines: that of small letters, however much the boxes hold besides."""
    import cv2

    rest = np.zeros_like(ink)
    for x0, y0, x1, y1 in boxes.astype(int).tolist():
        if x1 - x0 > 3 * (y1 - y0):
            rest[y0:y1, x0:x1] = ink[y0:y1, x0:x1]
    count, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    high = stats[1:count, 3]
    high = high[high >= 0.3 * np.percentile(high, 90)] if len(high) else high
    return float(np.median(high)) if len(high) else 0.0


def _is_held(box: tuple[float, float, float, float], boxes: Boxes) -> bool:
    """Whether another box has its middle height within this one, and some of its width."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    beside = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    return bool(((middle > box[1]) & (middle < box[3]) & (beside > 0)).any())


def _own_rows(full: NDArray[np.floating], least: int) -> tuple[int, int]:
    """First row and one past the last of the line in the middle; full: (h,) share of ink in each row."""
    most = full.max(initial=0.0)
    middle = len(full) // 3 + int(full[len(full) // 3 : len(full) - len(full) // 3].argmax())
    last = middle + _valley(full[middle:], most, least // 2)
    first = middle - _valley(full[middle::-1], most, least // 2) + 1
    first = max(0, first)
    return (first, last) if last - first >= least else (0, len(full))


def _valley(full: NDArray[np.floating], most: float, least: int) -> int:
    """How many rows, counted away from the middle of a line, belong to it: to the emptiest before another line."""
    for place in range(least, len(full)):
        if full[place] <= FREE:
            return place
        beyond = full[place:]
        if full[place] <= EMPTY * most and beyond.max() >= max(FULL * most, 3 * full[place]):
            rise = place + int(np.flatnonzero(beyond >= max(FULL * most, 3 * full[place]))[0])
            return place + int(full[place:rise].argmin())
    return len(full)


def join_pieces(boxes: Boxes, horizontal: Boxes, vertical: Boxes) -> Boxes:
    """Boxes of one line joined where they overlap, for turned (tall) lines also where they nearly touch."""
    size = boxes[:, 2:] - boxes[:, :2]
    tall = size[:, 1] > TALL * size[:, 0]
    swapped = [1, 0, 3, 2]
    columns = _chain(boxes[tall][:, swapped], horizontal[:, swapped], reach=0.4)[:, swapped]
    return np.concatenate([_chain(boxes[~tall], vertical, reach=-0.1), columns])


def _chain(boxes: Boxes, crossing: Boxes, reach: float) -> Boxes:
    """Boxes of horizontal lines joined over gaps up to `reach` of their height, never across a ruling."""
    done: list[list[float]] = []
    for box in boxes[np.argsort(boxes[:, 0], kind="stable")].tolist():
        for other in done:
            low = min(box[3] - box[1], other[3] - other[1])
            shared = min(box[3], other[3]) - max(box[1], other[1])
            hull = [other[0], min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]
            close = shared >= 0.6 * low and box[0] - other[2] <= reach * low
            if close and len(_cuts((hull[0], hull[2]), (hull[1], hull[3]), crossing)) == 1:
                other[:] = hull
                break
        else:
            done.append(box)
    return np.asarray(done, np.float32).reshape(-1, 4)


def usual_height(boxes: Boxes) -> float:
    """Median ink height of the lines that are clearly wider than high; 0 if there is none."""
    size = boxes[:, 2:] - boxes[:, :2]
    wide = size[:, 0] > 3 * size[:, 1]
    return float(np.median(size[wide, 1])) if wide.any() else 0.0


def read_lines(boxes: Boxes, picture: Picture, ink: Grey, height: float) -> list[Line]:
    """Lines with what they say; those that say nothing for sure are left out. height: usual ink height.

    Crosses are known by their shape and not read. What may be turned is read in the likeliest way first, and
    in the others only where that says little.
    """
    shapes = {box: sign for box in map(tuple, boxes.tolist()) if (sign := _plain_mark(box, ink, height))}
    ways = {tuple(box): _turns(box) for box in boxes.tolist() if tuple(box) not in shapes}
    best: dict[tuple[float, ...], Line] = {}
    _read_ways([(box, turns[0]) for box, turns in ways.items()], picture, best)
    open_ways = [(box, turn) for box, turns in ways.items() if not _settled(best[box]) for turn in turns[1:]]
    _read_ways(open_ways, picture, best)
    for line in best.values():
        mend_slashes(line.reading)
    upright = [line for line in best.values() if line.turn == 0]
    _read_again(upright, picture, ink, height)
    read_raised([line.reading for line in upright], [line.box for line in upright], picture, ink)
    for line in best.values():
        mend_words(line.reading)
    marks = [Line(box, 0, Reading(sign, CLEAR, np.asarray([0.5], np.float32))) for box, sign in shapes.items()]
    for line in [*upright, *marks]:
        settle_mark(line, ink, height)
    _settle_by_vote([*upright, *marks], ink, height)
    return [line for line in [*best.values(), *marks] if line.reading.text and line.reading.confidence >= SURE]


def _read_ways(
    wanted: list[tuple[tuple[float, ...], int]], picture: Picture, best: dict[tuple[float, ...], Line]
) -> None:
    """Read boxes turned as given; the best reading of each stays, the first one unless clearly beaten."""
    crops = [_crop(picture, box, turn) for box, turn in wanted]
    for (box, turn), reading in zip(wanted, read_crops(crops), strict=True):
        reading.text = reading.text.translate(_WIDE_FORMS)
        reading.centres = _within_box(reading.centres, box, turn)
        known = best.get(box)
        # upright comes first, and has to be beaten clearly
        margin = 0.1 if known is not None and known.turn == 0 else 0.0
        if known is None or reading.confidence > known.reading.confidence + margin:
            best[box] = Line((box[0], box[1], box[2], box[3]), turn, reading)


def mend_slashes(reading: Reading) -> None:
    """Put back slashes that were read as a one, where nothing else makes sense, in place: "+1-7", "-71+5", "N1A"."""
    for match in _SLASHES.finditer(reading.text):
        at = match.start(match.lastindex or 0)
        reading.text = f"{reading.text[:at]}/{reading.text[at + 1 :]}"
        if len(reading.sure) == len(reading.text):
            reading.sure[at] = min(float(reading.sure[at]), GUESSED)


def _settled(line: Line) -> bool:
    """Whether the first way of reading says enough: one sign that stands upright, or a turned word."""
    return line.reading.confidence >= CLEAR and (line.turn != 0 or len(line.reading.text) == 1)


def _plain_mark(box: tuple[float, ...], ink: Grey, height: float) -> str:
    """The cross that a small box holds, "" for anything else: that is read. A blurred cross may look like a tick."""
    x0, y0, x1, y1 = (int(v) for v in box)
    if _is_dash(ink, (x0, y0, x1, y1), height):
        return "-"
    if not _is_small((box[0], box[1], box[2], box[3]), height) or min(x1 - x0, y1 - y0) < LEAST_MARK:
        return ""
    part = ink[y0:y1, x0:x1]
    shape = name_shape(part) if is_one_piece(part) else ""  # a cross with a raised letter is read
    return shape if shape == "X" else ""


def _is_dash(ink: Grey, box: tuple[int, int, int, int], height: float) -> bool:
    """A short solid bar with no ink near it, as an empty cell of a schedule holds; a reader of lines sees none."""
    x0, y0, x1, y1 = box
    wide, high = x1 - x0, y1 - y0
    if not (
        DASH[0] * height <= wide <= DASH[1] * height
        and max(2, DASH[2] * height) <= high <= min(DASH[3] * height, wide / 1.35)
    ):
        return False
    around = round(0.5 * height)
    near = ink[max(0, y0 - around) : y1 + around, max(0, x0 - around) : x1 + around] > 0
    own = ink[y0:y1, x0:x1] > 0
    return bool(own.mean() >= 0.75 and near.sum() == own.sum())


def _read_again(lines: list[Line], picture: Picture, ink: Grey, height: float) -> None:
    """Small signs that were not read: once more with a wider margin; then a cross is known by its shape."""
    poor = [line for line in lines if line.reading.confidence < SURE and _is_small(line.box, height)]
    crops = []
    for line in poor:
        x0, y0, x1, y1 = (int(v) for v in line.box)
        pad = int(0.5 * height)
        crops.append(picture[max(0, y0 - pad) : y1 + pad, max(0, x0 - pad) : x1 + pad])
    for line, reading in zip(poor, read_crops(crops), strict=True):
        x0, y0, x1, y1 = (int(v) for v in line.box)
        if len(reading.text) == 1 and reading.confidence >= SURE:
            line.reading = Reading(reading.text, reading.confidence, np.asarray([0.5], np.float32))
        elif is_blurred_cross(ink[y0:y1, x0:x1]):
            line.reading = Reading("x", SURE, np.asarray([0.5], np.float32))


def _is_small(box: tuple[float, float, float, float], height: float) -> bool:
    """Of the size of one letter or mark."""
    width, tall = box[2] - box[0], box[3] - box[1]
    return 0.25 * height <= min(width, tall) and max(width, tall) <= 1.5 * height


def _turns(box: list[float]) -> tuple[int, ...]:
    """Ways to try reading a box: tall ones are turned either way, short tall ones may be upright."""
    width, height = box[2] - box[0], box[3] - box[1]
    if height <= TALL * width:
        return (0,)
    return (270, 90) if height > STACKED * width else (0, 270, 90)


def _crop(picture: Picture, box: tuple[float, ...], turn: int) -> Picture:
    """The upright crop of a line, with a margin as the recogniser was trained on."""
    x0, y0, x1, y1 = box
    pad = _pad(box)
    top, left = max(0, int(y0 - pad)), max(0, int(x0 - pad))
    crop = picture[top : int(np.ceil(y1 + pad)), left : int(np.ceil(x1 + pad))]
    return np.ascontiguousarray(np.rot90(crop, {0: 0, 90: 1, 270: -1}[turn]))


def _pad(box: tuple[float, ...]) -> float:
    return 0.15 * min(box[2] - box[0], box[3] - box[1]) + 2


def _within_box(centres: NDArray[np.float32], box: tuple[float, ...], turn: int) -> NDArray[np.float32]:
    """Positions along a crop as positions along the box in it, which has no margin."""
    length = box[3] - box[1] if turn in (90, 270) else box[2] - box[0]
    share = 2 * _pad(box) / length
    return np.clip(centres * (1 + share) - share / 2, 0, 1).astype(np.float32)


def _settle_by_vote(lines: list[Line], ink: Grey, height: float) -> None:
    """Let lone marks that look like the page's usual one be it, whatever they were read as."""
    lone = [line for line in lines if len(_base(line.reading)) == 1 and _is_small(line.box, VOTED * height)]
    blobs = []
    for line in lone:
        x0, y0, x1, y1 = (int(v) for v in line.box)
        part = ink[y0:y1, x0:x1]
        blobs.append(_first_part(part) if line.reading.raised else part)
    signs = [_base(line.reading) for line in lone]
    for line, (sign, fits), was in zip(lone, vote(signs, blobs), signs, strict=True):
        if fits:
            reading = line.reading
            certain = SHAPED if sign == was else VOTE
            known = reading.sure if len(reading.sure) == len(reading.text) else np.full(len(reading.text), certain)
            text, sure = sign + reading.text[1:], max(reading.confidence, certain)
            line.reading = Reading(text, sure, reading.centres, reading.raised, sure=known.astype(np.float32))
            line.reading.sure[:1] = certain


def _base(reading: Reading) -> str:
    """The text without its raised end."""
    return reading.text[: len(reading.text) - reading.raised].strip()


def settle_mark(line: Line, ink: Grey, height: float) -> None:
    """Name a lone sign, or one with a footnote marker: shape tells dots and ticks, size tells x from X."""
    x0, y0, x1, y1 = (int(v) for v in line.box)
    _settle_disc(line, ink[y0:y1, x0:x1], height)
    reading, text = line.reading, line.reading.text
    if max(x1 - x0, y1 - y0) > 3 * max(height, 1.0) or len(text) > 4:
        return
    first = _first_part(ink[y0:y1, x0:x1]) if len(text) > 1 else ink[y0:y1, x0:x1]
    shape = name_shape(first) if len(text) < 2 else ""
    poor = reading.confidence < SURE
    if text[:1] in _CROSSES or (shape == "X" and reading.confidence < 0.8):
        tall = np.flatnonzero(first.any(axis=1))
        sign = "X" if len(tall) and tall[-1] - tall[0] + 1 >= LETTER_X * height else "x"
    elif text in _TICKS or (shape == "✓" and not (text.isdigit() and reading.confidence >= CLEAR)):
        sign = "✓"
    elif shape and (poor or not (text.isascii() and text.isalnum()) or shape in _SOLID):  # no ideograph is a disc
        sign = shape
    else:
        return
    line.reading = Reading(sign + text[1:], max(reading.confidence, SURE), reading.centres, reading.raised)
    if len(text) < 2:
        line.reading.centres = np.asarray([0.5], np.float32)


def _settle_disc(line: Line, ink: Grey, height: float) -> None:
    """Put back the disc before a raised sign, which readers of lines take for a speck."""
    reading = line.reading
    if not 0 < len(reading.text) <= 2 or reading.text[0] in "•●.·" or ink.shape[1] > 2 * height:
        return
    first = _first_part(ink)
    rest = ink[:, first.shape[1] :]
    if first.shape == ink.shape or not rest.any() or name_shape(first) != "•":
        return
    middle, ends = (float(np.flatnonzero(part.any(axis=1)).mean()) for part in (first, rest))
    if ends < middle:
        size = len(reading.text)
        places = np.append(0.2, np.linspace(0.6, 0.9, size)).astype(np.float32)
        reading.text, reading.centres, reading.raised = "•" + reading.text, places, size
        reading.sure = np.append(CLEAR, np.full(size, min(reading.confidence, SURE))).astype(np.float32)


def _first_part(ink: Grey) -> Grey:
    """The ink up to its first free column."""
    inked = ink.any(axis=0)
    free = np.flatnonzero(~inked)
    return ink[:, : int(free[0])] if len(free) and free[0] > 2 else ink


def place_letters(reading: Reading, inked: NDArray[np.bool_], height: float) -> list[tuple[str, float, float]]:
    """Characters with start and end along an upright line, in pixels; spaces also at wide gaps.

    inked: (w,) whether a column of the line has ink.
    """
    spots = zip(reading.text, (reading.centres * len(inked)).tolist(), strict=True)
    shown = [(char, at, index) for index, (char, at) in enumerate(spots) if not char.isspace()]
    if not shown:
        return []
    placed: list[tuple[str, float, float]] = []
    start = 0.0
    for (char, at, index), (following, next_at, next_index) in pairwise(shown):
        end, begin = _gap(inked, at, next_at)
        placed.append((char, start, end))
        wide = begin - end >= (SPACE if following.isalpha() else SPACE_TO_DIGIT) * height
        missed = wide and char.isalpha() and following.isalnum()
        if next_index > index + 1 or missed:
            placed.append((" ", end, begin))
        start = begin
    return [*placed, (shown[-1][0], start, float(len(inked)))]


def _gap(inked: NDArray[np.bool_], at: float, next_at: float) -> tuple[float, float]:
    """Start and end of the widest ink-free run between two centres; their middle twice if there is none."""
    first, last = int(at), min(len(inked), int(np.ceil(next_at)))
    free = np.flatnonzero(~inked[first:last])
    if not len(free):
        return (at + next_at) / 2, (at + next_at) / 2
    runs = np.split(free, np.flatnonzero(np.diff(free) > 1) + 1)
    widest = max(runs, key=len)
    return float(first + widest[0]), float(first + widest[-1] + 1)
