"""Pairing two sequences: who belongs to whom, and who of them moved. Pure functions on arrays."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soesift.diff.likeness import Matrix
from soesift.errors import MissingExtra

Pairs = list[tuple[int, int]]
EVEN = 1e-9  # scores closer than this are ties


def assign(score: Matrix, allowed: NDArray[np.bool_]) -> Pairs:
    """The one-to-one pairs with the greatest sum of (n, m) scores among those allowed, by first index.

    Where an exchange of partners costs nothing, pairs do not cross. Raises MissingExtra without scipy.
    """
    if not allowed.any():
        return []
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise MissingExtra("scipy", "app") from error
    value = np.where(allowed, score, 0.0)
    rows, columns = linear_sum_assignment(value, maximize=True)
    pairs = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if allowed[i, j]]
    return uncrossed(pairs, value, allowed)


def uncrossed(pairs: Pairs, value: Matrix, allowed: NDArray[np.bool_]) -> Pairs:
    """Partners exchanged where two pairs cross and the exchange loses nothing."""
    partner = dict(sorted(pairs))
    again = True
    while again:
        again = False
        order = list(partner)
        for x, i in enumerate(order):
            for k in order[x + 1 :]:
                j, m = partner[i], partner[k]
                free = j > m and allowed[i, m] and allowed[k, j]
                if free and value[i, m] + value[k, j] >= value[i, j] + value[k, m] - EVEN:
                    partner[i], partner[k] = m, j
                    again = True
    return sorted(partner.items())


def unique_equals(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pairs of texts that occur once on each side: sure without any other evidence."""
    count_old, count_new = Counter(old), Counter(new)
    place = {text: j for j, text in enumerate(new) if count_new[text] == 1}
    return [(i, place[text]) for i, text in enumerate(old) if text and count_old[text] == 1 and text in place]


def staying(pairs: Pairs, weights: Sequence[int] | None = None) -> set[int]:
    """Positions in `pairs` (sorted by first index) of those that keep their order: the increasing
    subsequence of greatest weight (default: longest). The others moved.
    """
    gain = [1] * len(pairs) if weights is None else list(weights)
    best, before = list(gain), [-1] * len(pairs)
    for x in range(len(pairs)):
        for y in range(x):
            if pairs[y][1] < pairs[x][1] and best[y] + gain[x] > best[x]:
                best[x], before[x] = best[y] + gain[x], y
    kept: set[int] = set()
    x = max(range(len(pairs)), key=best.__getitem__, default=-1)
    while x >= 0:
        kept.add(x)
        x = before[x]
    return kept


def gap_distance(n: int, m: int, anchors: Pairs) -> Matrix:
    """(n, m) number of anchors between an old and a new position: 0 where both lie in the same gap.

    Anchors that cross others do not count. An anchor lies in no gap but at its own place.
    """
    kept = staying(sorted(anchors))
    firm = [pair for x, pair in enumerate(sorted(anchors)) if x in kept]
    one, two = [i for i, _ in firm], [j for _, j in firm]
    rank_old = np.array([bisect_left(one, i) + 0.5 * (i in set(one)) for i in range(n)])
    rank_new = np.array([bisect_left(two, j) + 0.5 * (j in set(two)) for j in range(m)])
    apart: Matrix = np.abs(rank_old[:, None] - rank_new[None, :])
    return apart
