"""Rows of a band that no rule parts, by the room between the names that are printed in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BandSettings:
    """When the room between names tells the rows of a band. Heights are those of characters."""

    least: int = 4  # lines of names: fewer tell nothing of the usual room. 3 to 6
    jump: float = 1.08  # times the pitch of lines of one name that of two rows is, at least. 1.05 to 1.2
    same: float = 0.6  # of the height: a mark this far from the middle or first line of a name stands beside it
    wrong: float = 0.05  # of the marks may stand beside no name, or two in one row. 0 to .1


SETTINGS = BandSettings()
Floats = NDArray[np.float64]


def cuts_between(names: list[float], marks: list[float], size: float, s: BandSettings = SETTINGS) -> Floats | None:
    """Heights between the rows of a band; None if no way to part its names agrees with its marks.

    names: heights of the middles of the lines of its first cell; marks: of the marks beside them, one for each row of
    marks; size: of the print.
    """
    if len(names) < s.least or not marks:
        return None
    lines = np.sort(np.asarray(names))
    pitch = np.diff(lines)
    tried = [rows_at(lines, pitch > limit) for limit in limits(pitch, s)]
    ranked = [(missed(rows, marks, size, s), number) for number, rows in enumerate(tried)]
    wrong, best = min(ranked)
    if wrong > s.wrong * len(marks) or len(tried[best]) < 2:
        return None
    rows = tried[best]
    return np.asarray([(a[-1] + b[0]) / 2 for a, b in pairwise(rows)])


def limits(pitch: Floats, s: BandSettings) -> list[float]:
    """Pitches above which a new row may begin: each jump between the pitches, the largest first, and none."""
    order = np.sort(pitch)
    ratio = order[1:] / np.maximum(order[:-1], 0.1)
    jumps = [int(at) for at in np.argsort(-ratio) if ratio[at] >= s.jump]
    return [*(float(order[at] + order[at + 1]) / 2 for at in jumps[:3]), 0.0]


def rows_at(lines: Floats, begins: NDArray[np.bool_]) -> list[Floats]:
    """The lines of each row, where `begins` tells which line opens a new one (all but the first)."""
    return np.split(lines, np.flatnonzero(begins) + 1)


def missed(rows: list[Floats], marks: list[float], size: float, s: BandSettings) -> int:
    """Marks that stand beside no name, or with another in one row."""
    places = [(row[0], (row[0] + row[-1]) / 2) for row in rows]
    held = [min(range(len(places)), key=lambda k: min(abs(m - p) for p in places[k])) for m in marks]
    far = sum(min(abs(m - p) for p in places[k]) > s.same * size for m, k in zip(marks, held, strict=True))
    return int(far) + len(held) - len(set(held))
