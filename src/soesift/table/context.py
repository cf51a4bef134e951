"""The surroundings of a table on its page: caption, heading, text above and below."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.raised import UP
from soesift.document.title_page import has_schedule_title
from soesift.document.words import Words, join_each, join_line, page_lines
from soesift.table.grid import FoundTable

NOTE_GAP = 1.6  # of the print's height: so far below one another stand notes
SMALL = 0.93  # of a line's largest print: a smaller word may be a raised marker
COLUMN_GAP = 1.2  # of the print's height: between two columns of notes
COLUMN_SLIP = 0.2  # of the print's height: so far left of its first line may another of the right column begin
LEAST = 6.0  # points: smaller print is spaced as if it were so high
INTO = 4.0  # points by which a line below a table may reach into it
_MARKER = re.compile(r"[\[(]?(?:[A-Za-z]|\d{1,2}|[*†‡§¶#]{1,3})(?:[\]).:]*$|(?=[A-Z][a-z])|(?<=[*†‡§¶#])\w)")
NEAR = 600  # characters of text kept on each side
CAPTION_REACH = 90.0  # points above a table in which its caption may stand
_CAPTION = re.compile(
    r"^\W{0,3}(?:(?:in-?text\s+)?table|tabelle|tab\.(?=\s*[a-z]?\d)|abb(?:\.(?=\s*[a-z]?\d)|ildung)|tableau|tabla|appendix|annex\w*|attachment|exhibit|schedule|schema|"
    r"figure|time\s+and\s)",
    re.IGNORECASE,
)
LONG = 60  # characters: a line so long that ends without a stop goes on in the next
_CONTINUED_ALONE = re.compile(
    r"\W*(?:(?:table|schedule)\s+)?cont(?:inued|['’]?d|inuation|\.)?(?:\s+from\s+(?:the\s+)?previous\s+page)?\W*",
    re.IGNORECASE,
)
TITLE_REACH = 180.0  # points above a table in which a line with a schedule's name may still be its title
_PROSE = re.compile(
    r"\b(?:is|are|was|were|may|will|should|must|shall|see|refer|includes?|provides?|shown|according|in\s+order)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z]\.\d?|appendix\s+\w+[.:]?)\s+\S", re.IGNORECASE)


@dataclass(slots=True)
class TextLine:
    """A printed line outside tables, in the upright frame.

    shown: the text with raised characters between signs (soesift.document.raised), where it has some; left, indent:
    where its first and its second word begin; covered: no line, but a black box.
    """

    text: str
    top: float
    bottom: float
    size: float
    shown: str = ""
    left: float = 0.0
    indent: float = 0.0
    covered: bool = False


@dataclass(slots=True)
class Context:
    caption: str
    heading: str
    above: str
    below: str


def lines_outside(words: Words, tables: list[FoundTable]) -> list[TextLine]:
    """Printed lines of a page that lie in none of its tables, top to bottom."""
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    outside = words.turn == 0
    for table in tables:
        x0, y0, x1, y1 = table.hull
        outside &= ~((middle >= (x0, y0)).all(axis=1) & (middle <= (x1, y1)).all(axis=1))
    chosen = np.flatnonzero(outside)
    if not len(chosen):
        return []
    lines, spread = part_columns(words, page_lines(words, chosen), tables)
    flat, count = np.concatenate(lines), np.array([len(line) for line in lines])
    first = np.cumsum(count) - count
    tops = np.minimum.reduceat(words.boxes[flat, 1], first).tolist()
    bottoms = np.maximum.reduceat(words.boxes[flat, 3], first).tolist()
    for place, (top, bottom) in spread.items():
        tops[place], bottoms[place] = top, bottom
    size = words.size[flat]
    ranked = size[np.lexsort((size, np.repeat(np.arange(len(lines)), count)))]
    medians = ((ranked[first + (count - 1) // 2] + ranked[first + count // 2]) / 2).tolist()
    texts = join_each(words, lines)
    smaller = np.minimum.reduceat(size, first) < SMALL * np.maximum.reduceat(size, first)
    shown = [_shown(words, line, small) for line, small in zip(lines, smaller.tolist(), strict=True)]
    heads = flat[first]
    second = flat[np.minimum(first + 1, first + count - 1)]
    lefts, indents = words.boxes[heads, 0].tolist(), words.boxes[second, 0].tolist()
    return [TextLine(*line) for line in zip(texts, tops, bottoms, medians, shown, lefts, indents, strict=True)]


def part_columns(
    words: Words, lines: list[NDArray[np.intp]], tables: list[FoundTable]
) -> tuple[list[NDArray[np.intp]], dict[int, tuple[float, float]]]:
    """The lines with notes that stand in two columns below a table one after the other, the left column first.

    Also the height at which such a line is to be thought, by its place: the room of both columns shared out in turn.
    """
    spread: dict[int, tuple[float, float]] = {}
    for table in tables:
        block = _columns_below(words, lines, table)
        if block is None:
            continue
        start, end, edge = block
        left = [line[words.boxes[line, 0] < edge] for line in lines[start:end]]
        right = [line[words.boxes[line, 0] >= edge] for line in lines[start:end]]
        parts = [part for part in [*left, *right] if len(part)]
        top = float(words.boxes[lines[start], 1].min())
        step = (float(words.boxes[lines[end - 1], 3].max()) - top) / len(parts)
        more = len(parts) - (end - start)
        spread = {place + more * (place >= end): height for place, height in spread.items()}
        spread |= {start + k: (top + k * step, top + (k + 1) * step) for k in range(len(parts))}
        lines = [*lines[:start], *parts, *lines[end:]]
    return lines, spread


def _columns_below(words: Words, lines: list[NDArray[np.intp]], table: FoundTable) -> tuple[int, int, float] | None:
    """The lines (first, end) right below a table that stand in two columns, both of which begin with the marker of a
    note, and where the right one begins; None if there are none."""
    bottom, begun = table.hull[3], False
    block: list[int] = []
    edge = 0.0
    for place, line in enumerate(lines):
        boxes = words.boxes[line]
        if float(boxes[:, 1].min()) < table.hull[3] - INTO:
            continue
        size = float(words.size[line].max())
        if float(boxes[:, 1].min()) - bottom > NOTE_GAP * max(size, LEAST):
            break
        bottom = float(boxes[:, 3].max())
        gaps = boxes[1:, 0] - np.maximum.accumulate(boxes[:-1, 2])
        if not begun:
            for at in np.flatnonzero(gaps > COLUMN_GAP * size).tolist():
                if at and _begins_note(words, line[:1]) and _begins_note(words, line[at + 1 : at + 2]):
                    begun, edge = True, float(boxes[at + 1, 0]) - COLUMN_SLIP * size
        elif (boxes[:, 0] < edge).any() and (boxes[:, 2] > edge).any():
            at = int((boxes[:, 0] < edge).sum()) - 1
            if at + 1 >= len(boxes) or boxes[at, 2] > edge or gaps[at] < COLUMN_GAP * size / 2:
                break
        if begun:
            block.append(place)
    return (block[0], block[-1] + 1, edge) if block else None


def _begins_note(words: Words, one: NDArray[np.intp]) -> bool:
    """Whether a word may be the marker of a note: a sign, or a letter or number with a stop or bracket, or alone."""
    return _MARKER.match(words.text[int(one[0])]) is not None


def _shown(words: Words, line: NDArray[np.intp], smaller: bool) -> str:
    """A line with its raised characters; "" if it has none. smaller: it has words in smaller print."""
    if not smaller and not (words.shown and any(index in words.shown for index in line.tolist())):
        return ""
    shown = join_line(words, line, shown=True)
    return shown if UP in shown else ""


def surroundings(table: FoundTable, lines: list[TextLine], heading_before: str) -> Context:
    """Caption, heading and nearest text of a table; `heading_before` is the last heading of earlier pages."""
    top, bottom = table.hull[1], table.hull[3]
    over = [line for line in lines if line.bottom <= top + 4]
    under = [line for line in lines if line.top >= bottom - 4]
    above = " ".join(line.text for line in over)[-NEAR:]
    below = " ".join(line.text for line in under)[:NEAR]
    heading = next((line.text for line in reversed(over) if is_heading(line) and not is_note(line)), heading_before)
    return Context(find_caption(over, top), heading[:200], above, below)


def find_caption(over: list[TextLine], top: float) -> str:
    """The nearest line above that reads like a caption, with a broken second line; else ""."""
    near = [line for line in over if top - line.bottom <= CAPTION_REACH]
    for place in range(len(near) - 1, -1, -1):
        line = near[place]
        if is_caption(line.text) and not is_tail(near, place):
            rest = near[place + 1 : place + 3]
            gap = line.bottom
            parts = [line.text]
            for more in rest:
                other = more.top - gap > 0.5 * line.size or abs(more.size - line.size) > 0.6
                if other or len(parts[-1]) < 40:
                    break
                parts.append(more.text)
                gap = more.bottom
            return " ".join(parts)[:300]
    far = [line for line in over if top - line.bottom <= TITLE_REACH and not is_heading(line)]
    titles = [line.text for line in far if has_schedule_title(line.text) and is_title_like(line.text)]
    alone = [line.text for line in near if _CONTINUED_ALONE.fullmatch(line.text.strip())]
    return titles[-1] if titles else alone[-1] if alone else ""


def is_tail(lines: list[TextLine], place: int) -> bool:
    """Whether a line goes on with the sentence of the line before it, as the last line of a note does."""
    if place == 0:
        return False
    line, before = lines[place], lines[place - 1]
    text = before.text.rstrip()
    close = line.top - before.bottom < 0.5 * line.size and abs(line.size - before.size) < 0.6
    return close and len(text) >= LONG and text[-1:] not in ".:;)" and not is_caption(before.text)


def is_caption(text: str) -> bool:
    """A line that begins like a caption, or has a schedule's name in it and is no prose."""
    begins = _CAPTION.match(text) is not None and not text.strip()[:1].islower()
    return begins or (has_schedule_title(text) and is_title_like(text))


def is_title_like(text: str) -> bool:
    """A line that may name a table: no part of a sentence."""
    text = text.strip()
    sentence = len(text) > 60 and text.endswith((".", ",", ";"))
    return len(text) < 160 and not text[:1].islower() and not sentence and _PROSE.search(text) is None


def is_note(line: TextLine) -> bool:
    """Whether a line begins with a raised marker, as notes do and headings never."""
    return line.shown.startswith(UP)


def attached(lines: list[TextLine], bottom: float) -> list[TextLine]:
    """The lines right below a table that ends at `bottom`, to the first wide gap: where its notes stand."""
    found: list[TextLine] = []
    for line in lines:
        if line.top < bottom - 4:
            continue
        if line.top - bottom > NOTE_GAP * max(line.size, 6.0) or (found and line.size > 1.1 * found[0].size):
            break
        found.append(line)
        bottom = line.bottom
    return found


def is_heading(line: TextLine) -> bool:
    """A short numbered line, as section headings are."""
    short = len(line.text) < 120 and not line.text.rstrip().endswith(".")
    return short and _NUMBERED.match(line.text) is not None
