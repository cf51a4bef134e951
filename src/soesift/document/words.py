"""Words of a page: runs of characters that belong together, whichever way they are turned."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soesift.document.frame import turn_boxes
from soesift.document.page import Floats, Page
from soesift.document.raised import DOWN, UP, mark_own
from soesift.document.run_together import cuts


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
    spaced = np.diff(np.flatnonzero(seen), prepend=-2) > 1 if page.problem != "spread" else None
    kept = np.flatnonzero(seen)
    if not len(kept):
        return join_words([])
    every, all_codes = lines, codes
    lines, boxes, codes = lines[kept], boxes[kept], codes[kept]
    starts = _starts(lines, spaced)
    axis = int(turn in (90, 270))
    if len(rulings := page.horizontal if axis else page.vertical):
        cut = cuts(boxes, codes, starts, _hulls(boxes, starts), rulings, axis)
        starts = np.sort(np.append(starts, cut)).astype(np.intp) if cut else starts
    ends = np.append(starts[1:], len(kept))
    hull, page_hull = _hulls(lines, starts), _hulls(boxes, starts)
    size = np.maximum.reduceat(lines[:, 3] - lines[:, 1], starts)
    letters = "".join(map(chr, codes.tolist()))
    text = [letters[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    shown = _shown(text, raised_in_words(lines, starts, size, exact=page.source == "text"), starts)
    parted = _behind_space(every, all_codes, kept[starts]) if spaced is not None else np.zeros(len(starts), bool)
    return Words(page_hull, hull, np.full(len(starts), turn, np.int16), size, text, shown, parted)


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
