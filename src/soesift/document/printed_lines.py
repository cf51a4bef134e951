"""Words as printed lines: grouped, put in reading order, and joined to text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.raised import DOWN, UP
from soesift.document.words import SETTINGS as WORDS
from soesift.document.words import Words

SAME_LINE = 0.65  # of the character height
SMALL = 0.8  # of the usual character height: smaller words may be footnote markers
JOINS = 0.3  # of a small word's height must overlap a line to join it
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
        usual = (1 - WORDS.smaller) * _usual(words.size[chosen])
        texts = [_alone(words, line, text, usual) for line, text in zip(lines, texts, strict=True)]
    return join_lines(texts)


def _alone(words: Words, line: NDArray[np.intp], text: str, usual: float) -> str:
    """A line of a cell that holds nothing but a short word in smaller print: a marker that was wrapped."""
    wrapped = len(line) == 1 and len(text) <= 2 * SHORT and UP not in text and words.size[line[0]] < usual
    return f"{UP}{text}{DOWN}" if wrapped else text


def join_lines(lines: list[str]) -> str:
    """Lines joined by a space, or by nothing behind a hyphen or stroke within a word, or a sign that stands alone."""
    text = lines[0]
    for line in lines[1:]:
        broken = text[-1:] in ("-", "/") and text[-2:-1].isalnum() and line[:1].isalnum()
        broken |= text[-1:] in SIGNS and not text[-2:-1].strip() and line[:1].isdigit()  # "Day -" and "1"
        text = f"{text}{line}" if broken else f"{text} {line}"
    return text


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
    return min(sizes) < (1 - WORDS.smaller) * tall or max(bottoms) - min(bottoms) > 0.8 * WORDS.above * tall


def raised_words(
    lines: NDArray[np.float32], size: NDArray[np.float32], lengths: list[int] | None = None
) -> NDArray[np.bool_]:
    """(w,) words of a line that are smaller than its largest print and stand above its base line.

    lengths: of their texts; a short word of the same size that is set higher is raised, too.
    """
    tall = float(size.max())
    small = size < (1 - WORDS.smaller) * tall
    base = lines[:, 3] - WORDS.descent * size
    if lengths is not None and not small.all():
        short = (np.array(lengths) <= SHORT) & ~small
        high = float(np.median(base[~small])) - base > WORDS.lifted * tall
        small = small | (short & high)
    if not small.any() or small.all():
        return np.zeros(len(small), bool)
    raised: NDArray[np.bool_] = np.less(base, float(np.median(base[~small])) - WORDS.above * tall) & small
    return raised


def _text(words: Words, index: int, shown: bool) -> str:
    return words.shown.get(index, words.text[index]) if shown else words.text[index]
