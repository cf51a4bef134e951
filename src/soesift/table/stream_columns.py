"""Columns of a table without vertical rules: white gaps, found although headings span several columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StreamColumnSettings:
    """Which white gaps part columns. Lengths in points."""

    valley: float = 4.0  # points: narrowest white gap between columns. 3 to 6
    crossed: float = 0.04  # of the lines may cross a white gap. .02 to .08
    narrow: float = 40.0  # points: a chunk up to this width spans no columns. 30 to 60
    span: float = 3.0  # times the usual width: a wider chunk may span columns. 2 to 4
    flush: float = 1.5  # points between left edges of lines of one cell. 1 to 3
    reach: float = 2.0  # points by which a chunk must enter a column to count as in it. 1 to 4


SETTINGS = StreamColumnSettings()


def column_bounds(lines: list[Floats]) -> Floats:
    """Boundaries of the columns of some lines, each an (k, 4) array of chunk boxes; both ends included.

    Chunks that lie over several columns of narrower chunks (headings of column groups, remarks across a row)
    are left out of account; in each gap the boundary is where the fewest chunks of all cross.
    """
    chunks = np.concatenate(lines)
    left, right = float(chunks[:, 0].min()), float(chunks[:, 2].max())
    later = np.concatenate([line[1:] for line in lines]) if any(len(line) > 1 for line in lines) else chunks
    limit = max(SETTINGS.narrow, SETTINGS.span * float(np.median(later[:, 2] - later[:, 0])))
    narrow = chunks[chunks[:, 2] - chunks[:, 0] <= limit]
    points = np.arange(left, right + 1, 1.0)
    first = _gaps(_cover(narrow, points), len(lines))
    wide = chunks[chunks[:, 2] - chunks[:, 0] > limit]
    kept = np.concatenate([narrow, wide[_entered(wide, narrow, left + first.mean(axis=1)) <= 1]])
    gaps = _gaps(_cover(kept, points), len(lines))
    everything = _cover(chunks, points)
    middle = [left + _quietest(everything, int(a), int(b)) for a, b in gaps]
    return np.asarray([left, *middle, right], np.float32)


def _cover(chunks: Floats, points: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many chunks lie over each point."""
    return np.asarray(((points[:, None] >= chunks[None, :, 0]) & (points[:, None] <= chunks[None, :, 2])).sum(axis=1))


def _gaps(cover: NDArray[np.intp], lines: int) -> NDArray[np.intp]:
    """(g, 2) first and last point of the inner runs that at most a few lines cross."""
    white = cover <= SETTINGS.crossed * lines
    change = np.flatnonzero(np.diff(np.concatenate([[0], white.astype(np.int8), [0]])))
    gaps = change.reshape(-1, 2)
    return gaps[(gaps[:, 1] - gaps[:, 0] >= SETTINGS.valley) & (gaps[:, 0] > 0) & (gaps[:, 1] < len(cover))]


def _entered(wide: Floats, narrow: Floats, bounds: NDArray[np.floating]) -> NDArray[np.intp]:
    """In how many columns of narrow chunks each wide chunk lies, its own last words printed below it left out."""
    middle = (narrow[:, 0] + narrow[:, 2]) / 2
    column = np.searchsorted(bounds, middle)
    flush = np.abs(wide[:, None, 0] - narrow[None, :, 0]) <= SETTINGS.flush
    flush &= flush.sum(axis=1, keepdims=True) == 1  # more of them are a column of their own
    below = narrow[None, :, 1] - wide[:, None, 3]
    own = flush & (below > -SETTINGS.flush) & (below < (wide[:, 3] - wide[:, 1])[:, None])
    count = np.zeros(len(wide), np.intp)
    for number in np.unique(column):
        mine, other = narrow[column == number], ~own[:, column == number]
        left = np.where(other, mine[:, 0], np.inf).min(axis=1)
        right = np.where(other, mine[:, 2], -np.inf).max(axis=1)
        count += np.minimum(wide[:, 2], right) - np.maximum(wide[:, 0], left) > SETTINGS.reach
    return count


def _quietest(cover: NDArray[np.intp], first: int, last: int) -> float:
    """Middle of the widest stretch of a gap that the fewest chunks cross."""
    part = cover[first:last] == cover[first:last].min()
    change = np.flatnonzero(np.diff(np.concatenate([[0], part.astype(np.int8), [0]]))).reshape(-1, 2)
    start, end = max(change.tolist(), key=lambda run: run[1] - run[0])
    return first + (start + end) / 2
