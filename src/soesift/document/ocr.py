"""Reading a page that is a picture: straighten, turn upright, find rulings, read lines and lone marks.

Lines are found and read by PP-OCR's models as packed by RapidOCR; everything else is morphology. The same picture
always gives the same page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document import scan_rules as rules
from soesift.document.drawing import as_lines, connected
from soesift.document.page import Box, Floats, Page, turn_boxes
from soesift.document.scan_lines import (
    DASH,
    Line,
    join_pieces,
    part_rows,
    place_letters,
    read_lines,
    split_lines,
    tighten,
    usual_height,
)
from soesift.document.scan_marks import CUT, find_blobs, ink_pieces
from soesift.document.scan_rules import Boxes, Grey, even_paper, lighten
from soesift.document.scan_text import Picture, detect_lines, read_crops

# Turning a page so that its main text reads upright, and boxes back to the page as displayed.

TURN_EDGE = 0.12  # of the page's height at each end: running lines stay upright on a turned page
SIDEWAYS_LEAST = 0.15  # sideways characters for each upside down; with fewer the page is upside down
UPRIGHT_MOST = 0.35  # upright characters for each turned one; more, and only column heads are turned


def main_turn(page: Page) -> int:
    """Clockwise degrees by which most of the page's text is turned: 0, 90, 180 or 270."""
    if not page.upright.any():
        return 0
    middle = (page.boxes[:, 1] + page.boxes[:, 3]) / 2
    inner = (middle > TURN_EDGE * page.height) & (middle < (1 - TURN_EDGE) * page.height)
    visible = page.upright[(page.codes > 32) & (page.boxes[:, 3] > page.boxes[:, 1]) & inner]
    turns, counts = np.unique(visible, return_counts=True)
    turned = turns != 0
    if not turned.any() or counts[~turned].sum() > UPRIGHT_MOST * counts[turned].sum():
        return 0
    sideways = (turns == 90) | (turns == 270)
    if counts[sideways].sum() > SIDEWAYS_LEAST * counts[turns == 180].sum():
        turned = sideways  # text upside down stands for visits across a turned table's columns; pages do not
    return int(turns[turned][counts[turned].argmax()])


def turn_page(page: Page, degrees: int) -> Page:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees % 360 == 0:
        return page
    width, height = page.width, page.height

    def turn(boxes: Floats) -> Floats:
        return turn_boxes(boxes, width, height, degrees)

    swap = degrees in (90, 270)
    return replace(
        page,
        width=height if swap else width,
        height=width if swap else height,
        boxes=turn(page.boxes),
        upright=((page.upright + degrees) % 360).astype(np.int16),
        horizontal=turn(page.vertical if swap else page.horizontal),
        vertical=turn(page.horizontal if swap else page.vertical),
        fills=turn(page.fills),
        images=turn(page.images),
        pieces=turn(page.pieces),
    )


def turn_box(box: Box, width: float, height: float, degrees: int) -> Box:
    """One box after turning a page of `width` x `height` clockwise."""
    x0, y0, x1, y1 = turn_boxes(np.asarray([box], np.float32), width, height, degrees)[0].tolist()
    return x0, y0, x1, y1


FINEST, COARSEST = 220.0, 150.0  # dots per inch within which a picture is read as it is
LONGEST = 1600  # pixels: side of the picture that is looked at for lines
SAMPLE = 4  # lines that are read to tell how the page is turned
SHARE = 7.0  # of a line's height: so much of its length is read for that
UPRIGHT = 0.9  # mean confidence of the usual way from which the other is not tried
LETTERS = 2.5, 16.0  # points: sides of connected ink that may be a letter
FAINT = 90  # of 255: so much of a coarse pixel is ink
MANY = 40  # letters of a page whose turn is seen from its ink
TOGETHER = 0.3  # of a letter's height: nearer ones are of one line
SURELY = 2.5  # times as long are all lines one way: on upright and turned pages at least 3, with a few at 1.3
LOOSE = 1.15  # of the usual ink height: least height of a character box
RAISED = 0.6  # of the height of a line's boxes: so high are those of raised characters
LONE = 0.4, 1.6  # of the usual ink height: sizes of a mark that stands alone outside of a grid
MOST_LONE = 400  # such signs of a page; more are a drawing or dust
BLACKENED = 0.2  # luminance: a darker area hides what was there, unless letters stand on it
EDGE = 2.0  # points at the edge of a filled area, where there is ink of the edge itself
LETTERED = (0.01, 0.5)  # of a dark area is ink of letters: less is dust on a redaction, more no letters
RESTS = frozenset(" |_¦")  # no print of schedules, but what is left of rules
DASHES = frozenset("-–—_=~− ")
ALONG = 2.0  # points from a rule, in which no dash of a text stands
WITHIN = 4.0  # points behind its head at which an arrow is taken to end
GRAIN = 6.0  # grey levels of noise above which a picture is smoothed
GRID = 9  # crossings of rulings that make a table likely
LONG_RULE = 0.4  # of the side of a page: so long are the rules over and under a table
LONG_RULES = 3  # one more than the lines under a page's head and over its foot


@dataclass(slots=True)
class _Scan:
    """An upright picture, its dark grounds made light, with its ink; grey: as printed; unit: pixels per point."""

    picture: Picture
    grey: Grey
    ink: Grey
    unit: float


def read_scan(
    image: NDArray[np.uint8], width_pt: float, height_pt: float, number: int, label: str | None = None
) -> Page:
    """The page shown by an (h, w, 3) RGB picture of `width_pt` x `height_pt` points, source "ocr".

    Boxes are in points of the page as displayed, after taking out a skew of up to 4 degrees. Text turned by
    90, 180 or 270 degrees is read too; `upright` says how each character is turned.
    Raises UsageError without RapidOCR.
    """
    scan = _straight(_scale(image, width_pt), width_pt)
    turn, lines = _sideways(scan) or _find_turn(scan)
    if turn:
        scan = _turned(scan, turn)
        lines = detect_lines(scan.picture, LONGEST)
    page = _read_upright(scan, lines)
    page.number, page.label = number, label
    page.width, page.height = (height_pt, width_pt) if turn in (90, 270) else (width_pt, height_pt)
    return turn_page(page, turn)


def shows_table(image: NDArray[np.uint8]) -> bool:
    """Whether a page picture (h, w, 3) shows a ruled grid, or the long rules of a table without verticals; cheap,
    no model."""
    unit = max(image.shape[:2]) / 800  # pages are about that long in points
    scan = _straight(image, image.shape[1] / unit)
    horizontal, vertical = rules.find_rulings(scan.ink, scan.unit)
    enough = min(len(horizontal), len(vertical)) >= 3
    if enough and rules.count_crossings(horizontal, vertical, scan.unit) >= GRID:
        return True
    across, down = ((lines[:, 2:] - lines[:, :2]).max(axis=1, initial=0) for lines in (horizontal, vertical))
    height, width = scan.ink.shape
    return max((across >= LONG_RULE * width).sum(), (down >= LONG_RULE * height).sum()) >= LONG_RULES


def _scale(image: NDArray[np.uint8], width_pt: float) -> Picture:
    import cv2

    dpi = image.shape[1] / max(1.0, width_pt) * 72
    scale = float(np.clip(dpi, COARSEST, FINEST)) / dpi
    if scale == 1:
        return image
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def _straight(picture: Picture, width_pt: float) -> _Scan:
    """The picture freed of noise and skew, with its ink."""
    import cv2

    unit = picture.shape[1] / max(1.0, width_pt)
    picture = even_paper(picture, unit)
    picture, darker = _calm(picture)
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    ink = rules.find_ink(grey, unit, darker)
    skew = rules.estimate_skew(ink[::2, ::2])
    if abs(skew) >= rules.LEAST_SKEW:
        picture = rules.straighten(picture, skew)
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    light = lighten(picture, grey, unit)
    if light is not picture or abs(skew) >= rules.LEAST_SKEW:
        ink = rules.find_ink(np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2GRAY), np.uint8), unit, darker)
    return _Scan(light, grey, ink, unit)


def _calm(picture: Picture) -> tuple[Picture, float]:
    """A grainy picture smoothed, and how much darker than its surroundings ink must be."""
    import cv2

    if rules.noise_level(picture[:, :, 1]) < GRAIN:
        return picture, rules.DARKER
    smooth = np.asarray(cv2.medianBlur(np.ascontiguousarray(picture), 3), np.uint8)
    return smooth, rules.DARKER + 2 * rules.noise_level(smooth[:, :, 1])


def _turned(scan: _Scan, turn: int) -> _Scan:
    """The scan turned back (counterclockwise) by `turn` degrees."""
    picture, grey, ink = (_rotate(part, turn) for part in (scan.picture, scan.grey, scan.ink))
    return _Scan(picture, grey, ink, scan.unit)


def _rotate(part: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(part, turn // 90))


def _sideways(scan: _Scan) -> tuple[int, Boxes] | None:
    """The turn of a page whose ink surely runs down it, without a look for its lines as they are: None for others."""
    boxes = lines_down(scan.ink, scan.unit)
    if not len(boxes):
        return None
    turn, sure = _end_up(scan.picture, boxes[:SAMPLE], (270, 90))
    return (turn, boxes) if sure >= UPRIGHT else None


def lines_down(ink: Grey, unit: float) -> Boxes:
    """(n, 4) boxes of lines of letters that run down a picture, the longest first, if far more run down than across.

    Letters nearer to one another than lines of text are closed to one piece, either way; rules are left out.
    """
    import cv2

    half = (cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) > FAINT).astype(np.uint8)
    least, most = LETTERS[0] * unit / 2, LETTERS[1] * unit / 2
    _, labels, stats, _ = cv2.connectedComponentsWithStats(half, connectivity=8)
    side = stats[:, 2:4].max(axis=1)
    letter = (side >= least) & (side <= most)
    letter[0] = False
    if letter.sum() < MANY:
        return np.zeros((0, 4), np.float32)
    tall = float(np.median(side[letter]))
    letters = letter[labels].astype(np.uint8)
    reach = max(2, round(TOGETHER * tall))
    down, across = (_line_pieces(part, reach, tall) for part in (letters.T, letters))
    if (down[:, 2] - down[:, 0]).sum() < SURELY * (across[:, 2] - across[:, 0]).sum():
        return np.zeros((0, 4), np.float32)
    return down[np.argsort(down[:, 0] - down[:, 2], kind="stable")][:, [1, 0, 3, 2]] * np.float32(2)


def _line_pieces(letters: Grey, reach: int, tall: float) -> Boxes:
    """Boxes of lines across a picture of letters, with a margin."""
    import cv2

    joined = cv2.morphologyEx(np.ascontiguousarray(letters), cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    x, y, w, h = stats[1:count, :4].T.astype(np.float32)
    line = (w > 3 * h) & (h <= 2 * tall)
    pad = np.float32(0.2 * tall)
    return np.stack((x - pad, y - pad, x + w + pad, y + h + pad), axis=1)[line].reshape(-1, 4)


def _find_turn(scan: _Scan) -> tuple[int, Boxes]:
    """Clockwise degrees by which most of the text is turned, and the line boxes as they are.

    Whether lines run down or across the page is seen from their boxes; which end is up, from how surely the
    longest of them are read either way.
    """
    boxes = detect_lines(scan.picture, LONGEST)
    size = boxes[:, 2:] - boxes[:, :2]
    down, across = (size[:, i] > 1.8 * size[:, 1 - i] for i in (1, 0))
    sideways = size[down, 1].sum() > 1.2 * size[across, 0].sum()
    chosen = np.flatnonzero(down if sideways else across)
    chosen = chosen[np.argsort(-size[chosen].max(axis=1), kind="stable")][:SAMPLE]
    if not len(chosen):
        return 0, boxes
    turn, _ = _end_up(scan.picture, boxes[chosen], (270, 90) if sideways else (0, 180))
    return turn, boxes


def _end_up(picture: Picture, lines: Boxes, ways: tuple[int, int]) -> tuple[int, float]:
    """By which of two turns lines are read more surely, the usual one first, and how surely."""
    sure = []
    for way in ways:
        crops = [_cut(picture, line, way) for line in lines]
        sure.append(float(np.mean([reading.confidence for reading in read_crops(crops)])))
        if sure[0] >= UPRIGHT:
            return ways[0], sure[0]
    return (ways[1], sure[1]) if sure[1] > sure[0] + 0.05 else (ways[0], sure[0])


def _cut(picture: Picture, box: NDArray[np.float32], turn: int) -> Picture:
    """The middle of a line, turned back by `turn` degrees."""
    half = (box[2:] - box[:2]) / 2
    half = np.minimum(half, SHARE * half.min())
    x0, y0 = np.round((box[:2] + box[2:]) / 2 - half).astype(int).tolist()
    x1, y1 = np.round((box[:2] + box[2:]) / 2 + half).astype(int).tolist()
    return _rotate(picture[y0:y1, x0:x1], turn)


def _read_upright(scan: _Scan, found: Boxes) -> Page:
    horizontal, vertical = rules.find_rulings(scan.ink, scan.unit)
    fills, greys = rules.find_fills(scan.grey, scan.unit)
    dark, said = greys < BLACKENED, lettered(scan.ink, fills, scan.unit)
    horizontal = reach_on(horizontal, vertical, fills[dark & said], scan.unit)
    heads = rules.find_heads(scan.ink, horizontal, scan.unit)
    text_ink = scan.ink.copy()
    rules.erase(text_ink, np.concatenate([horizontal, vertical, heads[:, :4]]), 1)
    rules.erase(text_ink, fills[dark & ~said], 2)
    clean = _without(scan, horizontal, vertical)
    boxes = tighten(split_lines(found, horizontal, vertical), text_ink)
    boxes = join_pieces(part_rows(boxes, text_ink), horizontal, vertical)
    height = usual_height(boxes) or 8 * scan.unit
    blobs = _left_over(text_ink, boxes, horizontal, vertical, scan.unit, height)
    lines = read_lines(np.concatenate([boxes, blobs]), clean, text_ink, height)
    lines = [line for line in lines if not is_rest(line, horizontal, scan.unit)]
    page = Page(0, 0.0, 0.0, source="ocr")
    page.codes, page.boxes, page.upright, page.sure = _characters(lines, text_ink, height, scan.unit)
    page.pieces, page.piece_ink = ink_pieces(text_ink, scan.unit)
    page.horizontal, page.vertical = draw_in(horizontal, heads, scan.unit) / scan.unit, vertical / scan.unit
    page.fills, page.fill_grey = fills / scan.unit, greys
    return page


def is_rest(line: Line, horizontal: Boxes, unit: float) -> bool:
    """Whether a line says only dashes and lies along a rule: ink of the rule, or of another a hair apart from it."""
    if not set(line.reading.text) <= DASHES:
        return False
    x0, y0, x1, y1 = line.box
    beside = np.minimum(horizontal[:, 2], x1) - np.maximum(horizontal[:, 0], x0) >= 0.5 * (x1 - x0)
    middle = (horizontal[:, 1] + horizontal[:, 3]) / 2
    return bool((beside & (middle > y0 - ALONG * unit) & (middle < y1 + ALONG * unit)).any())


def draw_in(horizontal: Boxes, heads: Boxes, unit: float) -> Boxes:
    """The lines with those that have heads ending well within a cell, as no rule does; heads: of `find_heads`."""
    drawn = horizontal.copy()
    for x0, _, x1, _, number in heads.tolist():
        line = drawn[int(number)]
        if x1 - line[0] < line[2] - x0:
            line[0] = max(line[0], x1) + WITHIN * unit
        else:
            line[2] = min(line[2], x0) - WITHIN * unit
    return drawn


def reach_on(horizontal: Boxes, vertical: Boxes, dark: Boxes, unit: float) -> Boxes:
    """Rules on dark grounds, whose faint ends letters take away, drawn on to the next vertical in their direction."""
    found = horizontal.copy()
    near = EDGE * unit
    for place, (x0, y0, x1, y1) in enumerate(horizontal.tolist()):
        y = (y0 + y1) / 2
        on = (dark[:, 1] < y) & (dark[:, 3] > y) & (dark[:, 0] < x1) & (dark[:, 2] > x0)
        if not on.any():
            continue
        crossing = vertical[(vertical[:, 1] <= y + near) & (vertical[:, 3] >= y - near)]
        middle = (crossing[:, 0] + crossing[:, 2]) / 2
        if len(before := middle[middle <= x0 + near]):
            found[place, 0] = min(x0, float(before.max()))
        if len(after := middle[middle >= x1 - near]):
            found[place, 2] = max(x1, float(after.min()))
    return found


def lettered(ink: Grey, fills: Boxes, unit: float) -> NDArray[np.bool_]:
    """(f,) filled areas that letters stand on: `ink` is of the picture whose dark grounds were made light."""
    shares = np.zeros(len(fills), np.float32)
    for place, (x0, y0, x1, y1) in enumerate((fills + np.array([1, 1, -1, -1]) * EDGE * unit).astype(int).tolist()):
        inside = ink[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
        shares[place] = (inside > 0).mean() if inside.size else 0
    return (shares >= LETTERED[0]) & (shares <= LETTERED[1])


def _without(scan: _Scan, horizontal: Boxes, vertical: Boxes) -> Picture:
    """The picture with its rulings painted over by what is beside them, so that none reads as a letter."""
    import cv2

    mask = np.zeros_like(scan.ink)
    for x0, y0, x1, y1 in np.concatenate([horizontal, vertical]).tolist():
        mask[int(y0) : int(np.ceil(y1)) + 1, int(x0) : int(np.ceil(x1)) + 1] = 1
    side = 2 * round(rules.THICK * scan.unit / 2) + 3
    around = cv2.dilate(scan.picture, np.ones((side, side), np.uint8))
    return np.asarray(cv2.copyTo(around, mask, scan.picture.copy()), np.uint8)


def _left_over(ink: Grey, boxes: Boxes, horizontal: Boxes, vertical: Boxes, unit: float, height: float) -> Boxes:
    """Ink that lies in no detected line: within grids of rulings any, elsewhere what is of the size of a mark."""
    rest = ink.copy()
    rules.erase(rest, boxes, 2)
    rules.erase(rest, np.concatenate([horizontal, vertical]), CUT)
    blobs = find_blobs(rest, height)
    middle = (blobs[:, :2] + blobs[:, 2:]) / 2
    inside = np.zeros(len(blobs), bool)
    for grid in _grids(horizontal, vertical, unit):
        inside |= ((middle >= grid[:2]) & (middle <= grid[2:])).all(axis=1)
    size = blobs[:, 2:] - blobs[:, :2]
    marks = ~inside & (size.min(axis=1) >= LONE[0] * height) & (size.max(axis=1) <= LONE[1] * height)
    wide, high = size[:, 0], size[:, 1]
    marks |= ~inside & (wide >= DASH[0] * height) & (wide <= DASH[1] * height) & (high <= DASH[3] * height)
    return blobs[inside | marks] if marks.sum() <= MOST_LONE else blobs[inside]


def _grids(horizontal: Boxes, vertical: Boxes, unit: float) -> Boxes:
    """Outer boxes of rulings that cross: at least two each way."""
    hulls = []
    for some_h, some_v in connected(as_lines(horizontal, 1), as_lines(vertical, 0), rules.MEET * unit):
        if min(len(some_h), len(some_v)) >= 2:
            both = np.concatenate([horizontal[some_h], vertical[some_v]])
            hulls.append(np.concatenate([both[:, :2].min(axis=0), both[:, 2:].max(axis=0)]))
    return np.asarray(hulls, np.float32).reshape(-1, 4)


def _characters(
    lines: list[Line], ink: Grey, height: float, unit: float
) -> tuple[NDArray[np.uint32], Boxes, NDArray[np.int16], NDArray[np.float32]]:
    """Codes, boxes in points, turns and sureness of all lines in reading order, a space after each line."""
    codes: list[int] = []
    sure: list[float] = []
    boxes: list[tuple[float, ...]] = []
    turns: list[int] = []
    for line in sorted(lines, key=lambda item: (round(item.box[1] / max(1.0, height)), item.box[0])):
        letters = _line_letters(line, ink, height)
        codes += [*(ord(char) for char, _ in letters), 32]
        boxes += [*(box for _, box in letters), (0.0, 0.0, 0.0, 0.0)]
        turns += [line.turn] * (len(letters) + 1)
        sure += [*_sure_of(line, [char for char, _ in letters]), 1.0]
    array = np.asarray(boxes, np.float32).reshape(-1, 4) / np.float32(unit)
    return np.asarray(codes, np.uint32), array, np.asarray(turns, np.int16), np.asarray(sure, np.float32)


def _sure_of(line: Line, letters: list[str]) -> list[float]:
    """How sure each of the placed letters was read; a space is as sure as can be."""
    reading = line.reading
    known = [s for c, s in zip(reading.text, reading.sure.tolist(), strict=False) if not c.isspace()]
    shown = [k for k, char in enumerate(letters) if char != " "]
    found = [1.0] * len(letters)
    for place, k in enumerate(shown):
        found[k] = known[place] if len(known) == len(shown) else reading.confidence
    return found


def _without_rests(letters: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Letters without what rests of rules are read as: bars at the ends, and lines that stand for nothing."""
    shown = [letter for letter in letters if letter[0] != "_"]
    while shown and shown[0][0] in RESTS:
        shown = shown[1:]
    while shown and shown[-1][0] in RESTS:
        shown = shown[:-1]
    return shown


def _line_letters(line: Line, ink: Grey, height: float) -> list[tuple[str, tuple[float, ...]]]:
    """Characters of a line with boxes in pixels, as high as text of the usual size at least."""
    x0, y0, x1, y1 = line.box
    part = np.asarray(ink[int(y0) : int(y1), int(x0) : int(x1)] > 0)
    inked = np.asarray(part.any(axis=1 if line.turn else 0), np.bool_)
    if line.turn == 270:
        inked = inked[::-1]
    letters = place_letters(line.reading, inked, height)
    letters = [] if set(line.reading.text) <= RESTS else _without_rests(letters)
    low, high = (x0, x1) if line.turn else (y0, y1)
    grow = max(0.0, LOOSE * height - (high - low)) / 2
    low, high = low - grow, high + grow
    if line.turn == 270:
        return [(char, (low, y1 - b, high, y1 - a)) for char, a, b in letters]
    if line.turn == 90:
        return [(char, (low, y0 + a, high, y0 + b)) for char, a, b in letters]
    lifted = low + RAISED * (high - low)
    first = len(letters) - line.reading.raised
    plain = range(line.reading.lifted, first)
    return [(char, (x0 + a, low, x0 + b, high if k in plain else lifted)) for k, (char, a, b) in enumerate(letters)]
