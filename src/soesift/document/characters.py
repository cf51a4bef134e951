"""Characters of a PDF page with their boxes and the way they are turned."""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.page import Floats, Frame, to_display
from soesift.document.raised import show_symbols

# pdfium's questions about single characters, asked without what a binding adds to each.
#
# A page has thousands of characters, and ctypes spends longer on converting arguments and on letting go of the
# interpreter's lock than pdfium on the answer. These are the same functions of the same library, called with
# arguments that need no conversion: about 0.4 of the time.

AT_ONCE = 4096  # characters a round: as many places for answers are kept
OTHERWISE = 0xFFFE  # in pdfium's text: a character that has another code when asked for by itself
_KINDS: dict[str, Any] = {  # what each returns, and takes after page (or text page) and index
    "FPDFPage_GetObject": (ctypes.c_void_p,),
    "FPDFFormObj_GetObject": (ctypes.c_void_p,),
    "FPDFText_GetUnicode": (ctypes.c_uint,),
    "FPDFText_GetCharAngle": (ctypes.c_float,),
    "FPDFText_GetLooseCharBox": (ctypes.c_int, ctypes.c_void_p),
    "FPDFText_GetFontInfo": (ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p),
}
MOST_NAME = 256  # bytes of a font's name


@cache
def _call(name: str) -> Callable[..., Any]:
    answer, *more = _KINDS[name]
    kind = ctypes.PYFUNCTYPE(answer, ctypes.c_void_p, ctypes.c_int, *more)
    found: Callable[..., Any] = kind(ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value or 0)
    return found


@cache
def _slots() -> tuple[NDArray[np.float32], list[Any]]:
    """Places for boxes, and references to each of them."""
    array = np.zeros((AT_ONCE, 4), np.float32)
    return array, [ctypes.byref(slot) for slot in (pdfium.FS_RECTF * AT_ONCE).from_buffer(array)]


def _handle(text_page: Any) -> ctypes.c_void_p:
    return ctypes.cast(text_page, ctypes.c_void_p)


@cache
def _kind_of() -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(
        ctypes.cast(pdfium.FPDFPageObj_GetType, ctypes.c_void_p).value or 0
    )


def object_kinds(get: str, holder: Any, count: int) -> NDArray[np.int32]:
    """(count,) kinds of the objects of a page or form, found by the function named `get`."""
    found = map(_call(get), repeat(ctypes.cast(holder, ctypes.c_void_p)), range(count))
    return np.fromiter(map(_kind_of(), found), np.int32, count)


@cache
def _name_slots() -> tuple[Any, Any, Any]:
    """Room for a name and for flags, and a reference to these."""
    flags = ctypes.c_int()
    return ctypes.create_string_buffer(MOST_NAME), flags, ctypes.byref(flags)


def font_name(text_page: Any, index: int) -> str:
    """Name of the font of a character, "" if the file does not tell, or at length."""
    name, _, flags = _name_slots()
    length = _call("FPDFText_GetFontInfo")(_handle(text_page), index, name, MOST_NAME, flags)
    return name.raw[: length - 1].decode("utf-8", "replace") if 1 < length < MOST_NAME else ""


def char_codes(text_page: Any, count: int) -> NDArray[np.uint32]:
    """(count,) Unicode code points as pdfium has them."""
    if count == pdfium.FPDFText_CountChars(text_page) and (codes := _codes_at_once(text_page, count)) is not None:
        return codes
    answers = map(_call("FPDFText_GetUnicode"), repeat(_handle(text_page)), range(count))
    return np.fromiter(answers, np.uint32, count)


def _codes_at_once(text_page: Any, count: int) -> NDArray[np.uint32] | None:
    """All code points by one question; None where the page's text is not one unit of UTF-16 a character.

    pdfium leaves characters without a meaning out of the text, and writes those beyond 16 bits as two units.
    """
    units = np.zeros(count + 2, np.uint16)
    buffer = units.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    whole = written == count + 1 and not ((units >= 0xD800) & (units < 0xE000)).any() and bool(units[:count].all())
    if not whole:
        return None
    codes, ask = units[:count].astype(np.uint32), _call("FPDFText_GetUnicode")
    for index in np.flatnonzero(codes == OTHERWISE).tolist():  # a hyphen that ends a line, usually
        codes[index] = ask(_handle(text_page), index)
    return codes


def char_angles(text_page: Any, count: int) -> NDArray[np.float64]:
    """(count,) angles in radians."""
    answers = map(_call("FPDFText_GetCharAngle"), repeat(_handle(text_page)), range(count))
    return np.fromiter(answers, np.float64, count)


def char_boxes(text_page: Any, count: int) -> NDArray[np.float32]:
    """(count, 4) loose boxes in PDF space: left, top, right, bottom; zeros where pdfium has none."""
    page, get = _handle(text_page), _call("FPDFText_GetLooseCharBox")
    slots, places = _slots()
    boxes = np.empty((count, 4), np.float32)
    for start in range(0, count, AT_ONCE):
        some = min(AT_ONCE, count - start)
        slots[:some] = 0
        deque(map(get, repeat(page), range(start, start + some), places), maxlen=0)
        boxes[start : start + some] = slots[:some]
    return boxes


SPACE = 32
MOST_CHARACTERS = 200_000  # of a page; a full one has 6,000
SLANT = 12.0  # degrees off the page's axes
STACKED = 4  # letters drawn one by one, one above the other
LINE_END = 3  # places from a character to the next, with the two of a line end between them
AMONG = 2.5  # of a sign's larger side: letters nearer than that stand in one line with it
STACK_STEP = 0.9  # of a letter's larger side: lines of print are farther apart
STACK_SLIP = 0.3  # of a letter's larger side: a letter may be so far beside the one before
LIGATURES = re.compile(r"ff[iltbhjk]?|f[iltbhjk]|t[tif]|Th")  # drawn as one sign in common fonts
WAYS = (1, 3, 1), (0, 2, -1), (2, 0, 1)  # places of top and bottom in a box, and their sign: upright, turned up, down
SAME_INK = 0.01  # points
BESIDE = 0.3  # of a turned sign's length: its neighbours stand nearer in their word
DESCENTS = 0.12, 0.3  # of a character's height: what fonts leave below the base line
LINE_HYPHEN = 2  # pdfium's code for a hyphen that ends a line


def read_characters(
    text_page: Any, frame: Frame, most: int = MOST_CHARACTERS
) -> tuple[NDArray[np.uint32], Floats, NDArray[np.int16]]:
    """Code points (n,), display boxes (n, 4) and clockwise turn (n,) in degrees of `most` or fewer."""
    count = min(pdfium.FPDFText_CountChars(text_page), most)
    if count <= 0:
        return np.zeros(0, np.uint32), np.zeros((0, 4), np.float32), np.zeros(0, np.int16)
    codes, raw = char_codes(text_page, count), char_boxes(text_page, count)
    boxes = to_display(part_ligatures(codes, raw)[:, [0, 3, 2, 1]], frame)
    empty = ~raw.any(axis=1)
    boxes[empty] = 0
    codes[(codes == 0) | (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))] = 0xFFFD
    codes[codes == LINE_HYPHEN] = ord("-")
    codes = show_symbols(codes, lambda index: font_name(text_page, index))
    turns = read_turns(text_page, boxes, codes, frame)
    straight = turns >= 0
    return codes[straight], boxes[straight], turns[straight]


def part_ligatures(codes: NDArray[np.uint32], boxes: Floats) -> Floats:
    """The boxes (n, 4), left, top, right, bottom in PDF space, with letters of ligatures as high as their neighbours.

    pdfium shares out the ink of one sign for "ff" or "ti" among its letters, where other letters reach from the font's
    ascent to its descent: such letters would seem smaller than their word, and raised.
    """
    text = np.where(codes > 127, 63, codes).astype(np.uint8).tobytes().decode("ascii")
    spans = np.array([match.span() for match in LIGATURES.finditer(text)], np.intp).reshape(-1, 2)
    likely, upward = _may_be_ligatures(boxes, spans), _may_run_upward(boxes, spans)
    if not (likely.any() or upward.any()):
        return boxes
    boxes, changed = boxes.copy(), -1
    for first, last in spans[upward].tolist():
        _share_upward(boxes, first, last)
    for (first, last), is_likely in zip(spans.tolist(), likely.tolist(), strict=True):
        if not is_likely and first != changed:  # nor are the letters before it other than they were
            continue
        for top, bottom, sign in WAYS:
            sides = boxes[:, [top, bottom]] * sign
            alike = np.abs(sides[first:last] - sides[first]).max(axis=1) < SAME_INK
            end = first + int(alike.cumprod().sum())  # the i of "ffi" may be a sign of its own
            beside = [
                at for at in (first - 1, end) if 0 <= at < len(boxes) and _holds_ligature(sides[at], sides[first])
            ]
            if end - first > 1 and beside:
                boxes[first:end, [top, bottom]] = boxes[beside[0], [top, bottom]]
                changed = end
                break
    return boxes


def _may_be_ligatures(boxes: Floats, spans: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(s,) whether letters (s, 2), first and one past the last, lie with those beside them as one sign does.

    Of a page's thousand pairs of letters hardly any do: they are all asked at once.
    """
    likely = np.zeros(len(spans), np.bool_)
    (first, last), end = spans.T, len(boxes) - 1
    own, second, third, before = (boxes[at] for at in (first, first + 1, np.minimum(first + 2, end), first - 1))
    of_two, of_three = (boxes[np.minimum(first + count, end)] for count in (2, 3))
    for top, bottom, sign in WAYS:
        ink, *others = (some[:, [top, bottom]] * sign for some in (own, second, third, before, of_two, of_three))
        alike = [np.abs(other - ink).max(axis=1) < SAME_INK for other in others[:2]]
        count = 2 + ((last - first > 2) & alike[1])
        on_before, on_two, on_three = (_holds_ligature(other, ink) for other in others[2:])
        behind = (first + count <= end) & np.where(count == 3, on_three, on_two)
        likely |= alike[0] & (((first > 0) & on_before) | behind)
    return likely


def _may_run_upward(boxes: Floats, spans: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(s,) whether letters (s, 2), first and one past the last, may be shares of one turned sign: side by side, with
    a neighbour above or below them."""
    (first, last), end = spans.T, len(boxes) - 1
    own, before, behind = boxes[first], boxes[first - 1], boxes[np.minimum(last, end)]
    alike = np.abs(boxes[first + 1][:, [1, 3]] - own[:, [1, 3]]).max(axis=1) < SAME_INK
    middle, room = boxes[last - 1, 2], BESIDE * (own[:, 1] - own[:, 3])
    beside = [
        (one[:, 0] <= (own[:, 0] + middle) / 2)
        & ((own[:, 0] + middle) / 2 <= one[:, 2])
        & (np.minimum(np.abs(own[:, 3] - one[:, 1]), np.abs(one[:, 3] - own[:, 1])) <= room)
        for one in (before, behind)
    ]
    return np.asarray(alike & (beside[0] | beside[1]), np.bool_)


def _share_upward(boxes: Floats, first: int, last: int) -> None:
    """Give letters of a ligature their places up or down the page, in place, where their word runs so: pdfium shares
    out the sign from left to right however it is turned."""
    ranges = boxes[first:last, [1, 3]]
    end = first + int((np.abs(ranges - ranges[0]).max(axis=1) < SAME_INK).cumprod().sum())
    left, right = boxes[first, 0], boxes[end - 1, 2]
    top, bottom = boxes[first, [1, 3]]
    steps = []
    for at, way in ((first - 1, 1), (end, -1)):
        if 0 <= at < len(boxes) and boxes[at].any():
            held = boxes[at, 0] <= (left + right) / 2 <= boxes[at, 2]
            up, down = abs(bottom - boxes[at, 1]), abs(boxes[at, 3] - top)
            if not held or min(up, down) > BESIDE * (top - bottom):
                return
            steps.append((way * (1 if up < down else -1), at))
    if end - first < 2 or len({step for step, _ in steps}) != 1:
        return
    way, at = steps[0]
    sides = np.linspace(*((bottom, top) if way > 0 else (top, bottom)), end - first + 1)
    boxes[first:end, 0], boxes[first:end, 2] = boxes[at, 0], boxes[at, 2]
    boxes[first:end, 1], boxes[first:end, 3] = np.maximum(sides[:-1], sides[1:]), np.minimum(sides[:-1], sides[1:])


def _holds_ligature(beside: Floats, ink: Floats) -> NDArray[np.bool_]:
    """(...) whether neighbours (..., 2), top and bottom, reach over the ink (..., 2), and below it by a descent: both
    stand on one line."""
    height = beside[..., 0] - beside[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        below = (ink[..., 1] - beside[..., 1]) / height
    inside = (DESCENTS[0] <= below) & (below <= DESCENTS[1])
    return np.asarray((height > 0) & (ink[..., 0] <= beside[..., 0]) & inside, np.bool_)


def read_turns(text_page: Any, boxes: Floats, codes: NDArray[np.uint32], frame: Frame) -> NDArray[np.int16]:
    """Clockwise turn of each character as displayed, -1 for slanted ones (watermarks).

    Asks pdfium only where the text may be turned. A space that pdfium adds where the file has none is turned as the
    character before it, of which pdfium knows nothing.

    Upright text advances along x; a page on which almost every step does, and whose /Rotate is 0, is upright.
    """
    if frame.rotation == 0 and not may_be_turned(boxes, codes):
        return np.zeros(len(codes), np.int16)
    turned = np.degrees(char_angles(text_page, len(codes))) + frame.rotation  # as seen here, pdfium measures clockwise
    quarter = np.round(turned / 90) * 90
    turns = np.where(np.abs(turned - quarter) > SLANT, -1, quarter % 360).astype(np.int16)
    added = (codes == SPACE) & (boxes[:, 2] <= boxes[:, 0]) & (boxes[:, 3] <= boxes[:, 1])
    turns = turns[np.maximum.accumulate(np.where(added, 0, np.arange(len(codes))))]
    return turned_with(boxes, codes, turns)


def turned_with(boxes: Floats, codes: NDArray[np.uint32], turns: NDArray[np.int16]) -> NDArray[np.int16]:
    """The turns, with each sign that stands among letters turned another way turned as they are: in text that runs
    down the page, browsers draw "±" and the like upright."""
    seen = np.flatnonzero((codes > SPACE) & (boxes[:, 3] > boxes[:, 1]))
    turn, (low, high) = turns[seen], (boxes[seen, :2], boxes[seen, 2:])
    alone = np.flatnonzero((turn[1:-1] != turn[:-2]) & (turn[:-2] == turn[2:])) + 1
    away, sides = np.abs(np.diff((low + high) / 2, axis=0)).max(axis=1), (high - low).max(axis=1)
    for place in alone.tolist():
        near = max(away[place - 1], away[place]) < AMONG * sides[place]
        if near and not chr(int(codes[seen[place]])).isalnum():
            turns[seen[place]] = turn[place - 1]
    return turns


def may_be_turned(boxes: Floats, codes: NDArray[np.uint32]) -> bool:
    """Whether three or more pairs of neighbouring characters step well off the x axis, or back on it, or letters that
    pdfium parts by line ends stand closer above one another than lines do."""
    visible = (codes > SPACE) & (boxes[:, 3] > boxes[:, 1])
    if letters_are_stacked(boxes[visible], np.diff(np.flatnonzero(visible))):
        return True
    pair = visible[1:] & visible[:-1]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    along, across = np.diff(centre, axis=0).T
    near = np.abs(along) + np.abs(across) < 150
    off = near & (np.abs(across) > 0.35 * np.abs(along) + 2.5)
    off |= near & (np.abs(across) > 0.2 * np.abs(along)) & (np.abs(across) > 6)  # large slanted letters
    back = (along < -1) & (along > -20) & (np.abs(across) < 1)
    return int((pair & (off | back)).sum()) >= 3


def letters_are_stacked(boxes: Floats, steps: NDArray[np.integer]) -> bool:
    """Whether four or more letters, drawn one by one up or down the page, follow one another.

    boxes: (v, 4) of visible characters; steps: (v - 1,) places from each to the next in the file, 3 across a line end.
    """
    if len(boxes) < STACKED:
        return False
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[1:]
    along, across = np.abs(np.diff((boxes[:, :2] + boxes[:, 2:]) / 2, axis=0)).T
    close = (steps == LINE_END) & (across < STACK_STEP * size) & (across > along) & (along < STACK_SLIP * size)
    together = np.convolve(close, np.ones(STACKED - 1, int), "valid")
    return bool((together == STACKED - 1).any())


def page_label(document: Any, index: int) -> str | None:
    """The printed label of page `index` (0-based), if the file states one."""
    length = pdfium.FPDF_GetPageLabel(document, index, None, 0)
    if length <= 2:
        return None
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDF_GetPageLabel(document, index, buffer, length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")
