"""Entries of neighbouring cells that are printed without a gap ("V20P21V22", "XX"), cut where a ruling parts them.

A ruling may also cross a word that is wider than its cell, which must stay whole; so a word is cut only if all of its
parts are marks, visits or times that run on, or windows.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats

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
        if places and _run_on("".join(map(chr, codes[first:last].tolist())), places):
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
