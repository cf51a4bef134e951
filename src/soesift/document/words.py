"""Words of a page, cut where cells are printed without a gap, and joined to printed lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats, Page, text_of, turn_boxes
from soesift.document.raised import DOWN, UP, mark_own
from soesift.document.scan_text import KNOWN_FROM, known_words

# Entries of neighbouring cells that are printed without a gap ("V20P21V22", "XX"), cut where a ruling parts them.
#
# A ruling may also cross a word that is wider than its cell, which must stay whole; so a word is cut only if all of its
# parts are marks, visits or times that run on, or windows.

INSET = 1.0  # points: a ruling so near to a word's end bounds it
BESIDE = 0.3  # of a character's width: so far may a ruling lie within it
MARK = re.compile(r"[Xx•●✓✔√]")
SIGNED = re.compile(r"[±+\-−–]\d+")
# an unplanned visit, or a number with the sign of a note; only where one of them ends a part is the cut sure
EVENT = re.compile(r"(?:ED|ET|EOT|EOS|EW|FU|SFU|UNS|UV|PRN)[*†‡§]?|\d{1,3}[*†‡§]")
NUMBERED = re.compile(r"([A-Z]{0,2})(\d+)")


def cuts(
    boxes: Floats, codes: NDArray[np.uint32], starts: NDArray[np.integer], hulls: Floats, rulings: Floats, axis: int
) -> list[int]:
    """Indices of characters that begin a word because a ruling stands before them.

    boxes: (n, 4) characters and hulls: (w, 4) words on the page; starts: (w,) first characters of words; rulings:
    (r, 4) across the way of reading, which runs along `axis` (0 or 1).
    """
    at = (rulings[:, axis] + rulings[:, axis + 2]) / 2
    middle = (hulls[:, 1 - axis] + hulls[:, 3 - axis]) / 2
    crossed = (at > hulls[:, axis, None] + INSET) & (at < hulls[:, axis + 2, None] - INSET)
    crossed &= (rulings[:, 1 - axis] < middle[:, None]) & (rulings[:, 3 - axis] > middle[:, None])
    ends = np.append(starts[1:], len(boxes))
    found: list[int] = []
    for word in np.flatnonzero(crossed.any(axis=1)).tolist():
        first, last = int(starts[word]), int(ends[word])
        places = _between(boxes[first:last, axis], boxes[first:last, axis + 2], at[crossed[word]])
        if places and _run_on(text_of(codes[first:last]), places):
            found += [first + place for place in places]
    return found


def _between(low: NDArray[np.float32], high: NDArray[np.float32], at: NDArray[np.float32]) -> list[int]:
    """Indices of the characters that follow a ruling; none if one of the rulings goes through a character."""
    if len(low) > 1 and low[0] > low[-1]:  # read from the bottom up
        low, high, at = -high, -low, -at
    places = np.searchsorted((low + high) / 2, np.sort(at))
    if places.min() < 1 or places.max() >= len(low):
        return []
    slack = BESIDE * float(np.median(high - low))
    free = (np.sort(at) > high[places - 1] - slack) & (np.sort(at) < low[places] + slack)
    return sorted(set(places.tolist())) if free.all() else []


def _run_on(text: str, places: list[int]) -> bool:
    """Whether all parts are what neighbouring cells of a schedule hold."""
    parts = [text[a:b] for a, b in pairwise([0, *places, len(text)])]
    if all(MARK.fullmatch(part) for part in parts) or all(SIGNED.fullmatch(part) for part in parts):
        return True
    found = [NUMBERED.fullmatch(part) for part in parts]
    if all(one or EVENT.fullmatch(part) for one, part in zip(found, parts, strict=True)) and not all(found):
        return True
    numbers = [int(match[2]) for match in found if match]
    if len(numbers) < len(parts) or max(numbers) > 9999:
        return False
    lettered = {bool(match[1]) for match in found if match}
    steps = {b - a for a, b in pairwise(numbers)}
    if len(lettered) > 1 or len(steps) > 1 or min(steps) < 1:
        return False
    return len(parts) > 2 or (numbers[-1] < 100 and (lettered == {True} or steps == {1}))


# Words of a page: runs of characters that belong together, whichever way they are turned.


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Where words end and what in them is raised. Shares of the character height."""

    gap: float = 0.28  # a wider gap ends a word. .2 to .35
    touch: float = 0.12  # gap between a word and its raised marker. .08 to .18
    smaller: float = 0.07  # difference in height that tells a marker. .04 to .12
    step: float = 0.45  # a larger step in y ends a word. .35 to .6
    space: float = 0.15  # so far on a space that counts moves the next word. .1 to .2
    # the least gap at which a space that pdfium adds is believed
    hair: float = 0.08  # .05 to .12
    descent: float = 0.2  # a box reaches so far below the base line. .15 to .25
    # print of the same size stands so far above the first letter's base line
    lifted: float = 0.15  # .1 to .2
    # raised print has its base line so far above that of its line
    above: float = 0.12  # .08 to .18


SETTINGS = WordSettings()


@dataclass(slots=True)
class Words:
    """Words as arrays. boxes: (w, 4) on the page; lines: (w, 4) in the frame in which the word reads upright;
    turn: (w,) clockwise degrees; size: (w,) character height; text: list of w strings; shown: the texts, by index, of
    words of which a part is raised, with that part between signs (soesift.document.raised). parted: (w,) a space of the
    file that takes room stands before the word; None if that is not known.
    grouped: the last words that were grouped into lines, as bytes, and those lines (printed_lines.page_lines).
    """

    boxes: Floats
    lines: Floats
    turn: NDArray[np.int16]
    size: NDArray[np.float32]
    text: list[str]
    shown: dict[int, str] = field(default_factory=dict)
    parted: NDArray[np.bool_] | None = None
    grouped: tuple[bytes, list[NDArray[np.intp]]] | None = None

    def __len__(self) -> int:
        return len(self.text)

    def take(self, index: NDArray[np.integer]) -> Words:
        return Words(
            self.boxes[index],
            self.lines[index],
            self.turn[index],
            self.size[index],
            [self.text[i] for i in index],
            {new: self.shown[i] for new, i in enumerate(index.tolist()) if i in self.shown} if self.shown else {},
            None if self.parted is None else self.parted[index],
        )


def find_words(page: Page) -> Words:
    """All words of a page, in file order per way of turning."""
    parts = []
    for turn in np.unique(page.upright) if len(page.upright) else []:
        chosen = np.flatnonzero(page.upright == turn)
        parts.append(_words_of(page, chosen, int(turn)))
    return join_words(parts)


def join_words(parts: list[Words]) -> Words:
    if not parts:
        empty = np.zeros((0, 4), np.float32)
        return Words(empty, empty, np.zeros(0, np.int16), np.zeros(0, np.float32), [], parted=np.zeros(0, bool))
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    return Words(
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.lines for p in parts]),
        np.concatenate([p.turn for p in parts]),
        np.concatenate([p.size for p in parts]),
        [t for p in parts for t in p.text],
        {start + i: shown for start, p in zip(starts, parts, strict=False) for i, shown in p.shown.items()},
        None
        if any(p.parted is None for p in parts)
        else np.concatenate([p.parted for p in parts if p.parted is not None]),
    )


def _words_of(page: Page, chosen: NDArray[np.integer], turn: int) -> Words:
    codes, boxes = page.codes[chosen], page.boxes[chosen]
    lines = turn_boxes(boxes, page.width, page.height, (360 - turn) % 360)
    seen = (codes > 32) & (codes != 0xA0) & (codes != 0xAD) & (lines[:, 3] > lines[:, 1])
    # zero-width marks and the like add nothing to a table
    seen &= ~((codes >= 0x2000) & (codes <= 0x200F)) & (codes != 0xFEFF)
    # a spread text layer has a space after each letter: trust the gaps alone
    # what pdfium puts between turned letters that are drawn one by one is no space
    counted = seen | ((codes < 32) if turn else False)
    spaced = np.diff(np.flatnonzero(counted), prepend=-2)[seen[counted]] > 1 if page.problem != "spread" else None
    kept = np.flatnonzero(seen)
    if not len(kept):
        return join_words([])
    every, all_codes = lines, codes
    lines, boxes, codes = lines[kept], boxes[kept], codes[kept]
    if turn and spaced is not None:
        spaced &= ~_added_in_vain(every, all_codes, kept)
    starts = _starts(lines, spaced)
    axis = int(turn in (90, 270))
    if len(rulings := page.horizontal if axis else page.vertical):
        cut = cuts(boxes, codes, starts, _hulls(boxes, starts), rulings, axis)
        starts = np.sort(np.append(starts, cut)).astype(np.intp) if cut else starts
    ends = np.append(starts[1:], len(kept))
    hull, page_hull = _hulls(lines, starts), _hulls(boxes, starts)
    size = np.maximum.reduceat(lines[:, 3] - lines[:, 1], starts)
    letters = text_of(codes)
    text = [letters[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    shown = _shown(text, raised_in_words(lines, starts, size, exact=page.source == "text"), starts)
    parted = _behind_space(every, all_codes, kept[starts]) if spaced is not None else np.zeros(len(starts), bool)
    return Words(page_hull, hull, np.full(len(starts), turn, np.int16), size, text, shown, parted)


def _added_in_vain(lines: Floats, codes: NDArray[np.uint32], kept: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(k,) characters before which pdfium added a space to turned text, though the letters all but touch.

    lines, codes: of all characters; kept: indices of those that are seen.
    """
    before = np.maximum(kept - 1, 0)
    added = (codes[before] == 32) & (lines[before, 2] <= lines[before, 0])
    gap = lines[kept, 0] - lines[kept[np.maximum(np.arange(len(kept)) - 1, 0)], 2]
    return np.asarray(added & (gap < SETTINGS.space * (lines[kept, 3] - lines[kept, 1])), np.bool_)


def _behind_space(lines: Floats, codes: NDArray[np.uint32], firsts: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(w,) words before which the file has a space that takes room; one that is drawn over parts nothing.

    lines, codes: of all characters; firsts: index of the first character of each word.
    """
    before = np.maximum(firsts - 1, 0)
    space, first = lines[before], lines[firsts]
    height = first[:, 3] - first[:, 1]
    beside = np.minimum(space[:, 3], first[:, 3]) - np.maximum(space[:, 1], first[:, 1]) > 0.5 * height
    is_space = (firsts > 0) & ((codes[before] == 32) | (codes[before] == 0xA0))
    own = (space[:, 2] > space[:, 0]) & beside & (first[:, 0] - space[:, 0] >= SETTINGS.space * height)
    # a space without a box is pdfium's guess: with some gap, it is right
    last = lines[np.maximum(firsts - 2, 0)]
    beside = np.minimum(last[:, 3], first[:, 3]) - np.maximum(last[:, 1], first[:, 1]) > 0.5 * height
    guessed = (space[:, 2] <= space[:, 0]) & beside & (first[:, 0] - last[:, 2] >= SETTINGS.hair * height)
    return np.asarray(is_space & (own | guessed), np.bool_)


def raised_in_words(
    lines: Floats, starts: NDArray[np.integer], size: NDArray[np.float32], exact: bool = True
) -> NDArray[np.bool_]:
    """(n,) characters that are smaller than the largest of their word and stand above its base line.

    `exact`: base lines are those of the file, so that print of the same size that is set higher is raised, too.
    """
    counts = np.diff(np.append(starts, len(lines)))
    height = lines[:, 3] - lines[:, 1]
    tall = np.repeat(size, counts)
    small = height < (1 - SETTINGS.smaller) * tall
    base = lines[:, 3] - SETTINGS.descent * height
    lifted = np.repeat(base[starts], counts) - base > SETTINGS.lifted * tall if exact else np.zeros(len(lines), bool)
    lifted &= ~small
    if not small.any():
        return np.asarray(lifted, np.bool_)
    line = np.maximum.reduceat(np.where(small, -np.inf, base), starts)
    return np.asarray(lifted | (small & (np.repeat(line, counts) - base > SETTINGS.above * tall)), np.bool_)


def _shown(text: list[str], raised: NDArray[np.bool_], starts: NDArray[np.integer]) -> dict[int, str]:
    """By index, the words in which a character is raised, those characters between signs."""
    shown = {i: marked for i, word in enumerate(text) if not word.isascii() and (marked := mark_own(word)) != word}
    if not raised.any():
        return shown
    for index in np.unique(np.searchsorted(starts, np.flatnonzero(raised), side="right") - 1).tolist():
        flags = raised[starts[index] : starts[index] + len(text[index])].tolist()
        if len(flags) == len(text[index]):
            signed = "".join(f"{UP}{c}{DOWN}" if up else c for c, up in zip(text[index], flags, strict=True))
            shown[index] = signed.replace(DOWN + UP, "")
    return shown


def _hulls(boxes: Floats, starts: NDArray[np.integer]) -> Floats:
    """One box around each run of boxes."""
    low, high = np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)
    return np.concatenate([low, high], axis=1)


def _starts(lines: Floats, spaced: NDArray[np.bool_] | None) -> NDArray[np.integer]:
    """Indices of the characters that begin a word."""
    height = lines[:, 3] - lines[:, 1]
    tall = np.maximum(height[1:], height[:-1])
    gap = lines[1:, 0] - lines[:-1, 2]
    middle = (lines[:, 1] + lines[:, 3]) / 2
    limit = SETTINGS.gap if spaced is not None else _spread_gap(gap, tall)
    step = np.abs(np.diff(middle))
    # a marker of smaller print that touches its word belongs to it, however far it is raised
    marker = (np.abs(gap) < SETTINGS.touch * tall) & (np.abs(np.diff(height)) > SETTINGS.smaller * tall) & (step < tall)
    broken = (gap > limit * tall) | (gap < -0.6 * tall) | ((step > SETTINGS.step * tall) & ~marker)
    # the space character's own box may fill the gap; pdfium takes a far raised marker for a line of its own
    if spaced is not None:
        lifted = np.abs(np.diff(lines[:, 3] - SETTINGS.descent * height)) > SETTINGS.above * tall
        broken |= spaced[1:] & ~(marker & lifted)
    return np.concatenate([[0], np.flatnonzero(broken) + 1])


def _spread_gap(gap: NDArray[np.float32], tall: NDArray[np.float32]) -> float:
    """Typical gap between letters of a spread line, plus a margin, as a share of the height."""
    ratio = gap / np.maximum(tall, 0.1)
    near = ratio[(ratio > -0.5) & (ratio < 2)]
    return float(np.median(near) + 0.25) if len(near) else SETTINGS.gap


# Words as printed lines: grouped, put in reading order, and joined to text.

SAME_LINE = 0.65  # of the character height
SMALL = 0.8  # of the usual character height: smaller words may be footnote markers
JOINS = 0.3  # of a small word's height must overlap a line to join it
HYPHEN = "‐"  # U+2010, with which browsers and some typesetters hyphenate
_LAST_WORD, _FIRST_WORD = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")
SHORT = 3  # characters of a marker that is printed as large as its word
SIGNS = "-–−±"  # of a number that may stand on the next line
TOUCH = 0.12  # of the character height: closer words are written together (superscripts, markers)


def text_lines(words: Words, chosen: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Words grouped into printed lines, top to bottom, each left to right, where they read upright.

    Raised or lowered small words (footnote markers) join the line they overlap most.
    """
    if len(chosen) == 1:
        return [chosen]
    lines, size = words.lines[chosen], words.size[chosen]
    base = size >= SMALL * _usual(size)
    middle = (lines[:, 1] + lines[:, 3]) / 2
    order = np.flatnonzero(base)[np.argsort(middle[base], kind="stable")]
    line_of = np.full(len(chosen), -1, np.intp)
    line_of[order] = _line_numbers(middle[order].tolist(), (SAME_LINE * size[order]).tolist())
    if not base.all():
        _attach_small(lines, base, line_of)
    alone = chosen[line_of < 0]
    ordered = chosen[np.lexsort((lines[:, 0], line_of))]  # by line, then from left to right
    ends = np.cumsum(np.bincount(line_of + 1))
    found = [ordered[start:end] for start, end in pairwise(ends.tolist())]
    if not len(alone):
        return found
    return sorted([*found, *text_lines(words, alone)], key=lambda line: float(words.lines[line, 1].mean()))


def page_lines(words: Words, chosen: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """`text_lines` of the words of a page, kept: tables without rules and what stands around tables both read them."""
    key = chosen.tobytes()
    if words.grouped is None or words.grouped[0] != key:
        words.grouped = key, text_lines(words, chosen)
    return words.grouped[1]


def _usual(size: NDArray[np.float32]) -> float:
    """The 0.6 quantile (numpy's takes twenty times as long on the few words of a cell)."""
    ranked, place = np.sort(size), 0.6 * (len(size) - 1)
    low = int(place)
    before, after = float(ranked[low]), float(ranked[min(low + 1, len(size) - 1)])
    return before + (after - before) * (place - low)


def _line_numbers(middles: list[float], limits: list[float]) -> list[int]:
    """Line numbers of sorted middles: a line ends where the next middle is too far from its first one."""
    numbers, number, anchor = [], 0, middles[0]
    for middle, limit in zip(middles, limits, strict=True):
        if middle - anchor > limit:
            number, anchor = number + 1, middle
        numbers.append(number)
    return numbers


def _attach_small(lines: NDArray[np.float32], base: NDArray[np.bool_], line_of: NDArray[np.intp]) -> None:
    """Give each small word the line whose extent overlaps it most; one that overlaps none keeps -1."""
    count = line_of.max() + 1
    top, bottom = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(top, line_of[base], lines[base, 1])
    np.maximum.at(bottom, line_of[base], lines[base, 3])
    small = np.flatnonzero(~base)
    overlap = np.minimum(lines[small, 3, None], bottom) - np.maximum(lines[small, 1, None], top)
    best = overlap.argmax(axis=1)
    joins = overlap.max(axis=1) > JOINS * (lines[small, 3] - lines[small, 1])
    line_of[small[joins]] = best[joins]


def read_lines(words: Words, chosen: NDArray[np.intp], shown: bool = False) -> str:
    """Text of some words in reading order, single-spaced, lines joined by a space.

    With `shown`, raised characters stand between signs (soesift.document.raised).
    """
    if len(chosen) == 1:
        return _text(words, int(chosen[0]), shown)
    turns = words.turn[chosen]
    if (turns != turns[0]).any():
        return " ".join(read_lines(words, chosen[turns == turn], shown) for turn in np.unique(turns))
    lines = text_lines(words, chosen)
    texts = [join_line(words, line, shown) for line in lines]
    if shown and len(lines) > 1:
        usual = (1 - SETTINGS.smaller) * _usual(words.size[chosen])
        texts = [_alone(words, line, text, usual) for line, text in zip(lines, texts, strict=True)]
    return join_lines(texts)


def _alone(words: Words, line: NDArray[np.intp], text: str, usual: float) -> str:
    """A line of a cell that holds nothing but a short word in smaller print: a marker that was wrapped."""
    short = len(text) <= (SHORT if text.isalpha() else 2 * SHORT)  # small letters below a tall one are no marker
    wrapped = len(line) == 1 and short and UP not in text and words.size[line[0]] < usual
    return f"{UP}{text}{DOWN}" if wrapped else text


def join_lines(lines: list[str]) -> str:
    """Lines joined by a space, or by nothing behind a hyphen or stroke within a word, or a sign that stands alone."""
    text = lines[0]
    for line in lines[1:]:
        if text[-1:] == HYPHEN and text[-2:-1].isalpha() and line[:1].islower():
            text = (text if _is_compound(text[:-1], line) else text[:-1]) + line
            continue
        broken = text[-1:] in ("-", "/") and text[-2:-1].isalnum() and line[:1].isalnum()
        broken |= text[-1:] in SIGNS and not text[-2:-1].strip() and line[:1].isdigit()  # "Day -" and "1"
        text = f"{text}{line}" if broken else f"{text} {line}"
    return text


def _is_compound(before: str, after: str) -> bool:
    """Whether two known words meet at a hyphen: "follow‐up"; printers hyphenate words with the same sign."""
    one, two = _LAST_WORD.search(before), _FIRST_WORD.match(after)
    parts = [part[0].lower() for part in (one, two) if part is not None]
    return all(len(part) < KNOWN_FROM or part in known_words() for part in parts)


def join_line(words: Words, line: NDArray[np.intp], shown: bool = False) -> str:
    """One printed line; words that all but touch are written together. `shown`: as for `read_lines`."""
    places = line.tolist()
    text = words.text
    texts = [_text(words, index, shown) for index in places] if shown and words.shown else [text[i] for i in places]
    if len(texts) == 1:
        return texts[0]
    sides, size = words.lines[line], words.size[line]
    up: NDArray[np.bool_] | None = None
    if shown and _may_be_raised(sides[:, 3].tolist(), size.tolist()):
        up = raised_words(sides, size, [len(words.text[index]) for index in places])
        texts = [
            f"{UP}{t}{DOWN}" if raised and UP not in t else t for t, raised in zip(texts, up.tolist(), strict=True)
        ]
    close = sides[1:, 0] - sides[:-1, 2] < TOUCH * np.maximum(size[1:], size[:-1])
    if not close.any():
        return " ".join(texts)
    if words.parted is not None and (parted := close & words.parted[line[1:]]).any():
        # the file's own space parts words that are drawn close, but for raised markers
        up = raised_words(sides, size) if up is None else up
        close &= ~parted | up[1:]
    return texts[0] + "".join(t if c else " " + t for t, c in zip(texts[1:], close.tolist(), strict=True))


def join_each(words: Words, lines: list[NDArray[np.intp]]) -> list[str]:
    """`join_line` of many lines; those in which no two words touch, as nearly all, are joined at once."""
    flat, count = np.concatenate(lines), np.array([len(line) for line in lines])
    sides, size = words.lines[flat], words.size[flat]
    close = np.zeros(len(flat), bool)
    close[1:] = sides[1:, 0] - sides[:-1, 2] < TOUCH * np.maximum(size[1:], size[:-1])
    starts = np.cumsum(count) - count
    close[starts] = False
    touching = np.logical_or.reduceat(close, starts).tolist()
    texts, places, ends = words.text, flat.tolist(), (starts + count).tolist()
    return [
        join_line(words, line) if touch else " ".join([texts[i] for i in places[start:end]])
        for line, touch, start, end in zip(lines, touching, starts.tolist(), ends, strict=True)
    ]


def _may_be_raised(bottoms: list[float], sizes: list[float]) -> bool:
    """Whether the words of a line differ at all in size or base line; cheap, for nearly all lines are plain."""
    tall = max(sizes)
    return min(sizes) < (1 - SETTINGS.smaller) * tall or max(bottoms) - min(bottoms) > 0.8 * SETTINGS.above * tall


def raised_words(
    lines: NDArray[np.float32], size: NDArray[np.float32], lengths: list[int] | None = None
) -> NDArray[np.bool_]:
    """(w,) words of a line that are smaller than its largest print and stand above its base line.

    lengths: of their texts; a short word of the same size that is set higher is raised, too.
    """
    tall = float(size.max())
    small = size < (1 - SETTINGS.smaller) * tall
    base = lines[:, 3] - SETTINGS.descent * size
    if lengths is not None and not small.all():
        short = (np.array(lengths) <= SHORT) & ~small
        high = float(np.median(base[~small])) - base > SETTINGS.lifted * tall
        small = small | (short & high)
    if not small.any() or small.all():
        return np.zeros(len(small), bool)
    raised: NDArray[np.bool_] = np.less(base, float(np.median(base[~small])) - SETTINGS.above * tall) & small
    return raised


def _text(words: Words, index: int, shown: bool) -> str:
    return words.shown.get(index, words.text[index]) if shown else words.text[index]
