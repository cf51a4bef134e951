"""What belongs to what in two versions: likeness, pairs, and the alignment of two tables.

Pure functions on arrays and texts. rapidfuzz is imported on use; without it MissingExtra names the extra.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.errors import MissingExtra

# How alike texts and patterns of marks are, as matrices: the evidence that rows and columns are paired on.
#
# rapidfuzz is imported on use; without it MissingExtra names the extra.

Matrix = NDArray[np.float64]
NOT_EQUAL = 0.97  # the most that two different texts can be alike
OTHER_WORDS = 0.85  # worth of one text holding all words of the other
_DASHES = re.compile(r"[‐‑‒–—―−]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def normal(text: str) -> str:
    """`text` for comparing: compatibility forms, one kind of dash, single spaces, no case."""
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).casefold()
    return " ".join(folded.split())


def bare(text: str) -> str:
    """`text` for telling whether anything changed: `normal` without spaces, as a narrow cell breaks words."""
    return normal(text).replace(" ", "")


def text_likeness(old: Sequence[str], new: Sequence[str], other_number: float, no_number: float = 1.0) -> Matrix:
    """(n, m) likeness 0 to 1; exactly 1 for texts that are equal once `bare`, two empty ones included.

    `other_number` is the factor where both texts hold numbers and the numbers differ: "Week 4" and "Week 8"
    are spelt alike and mean other visits. `no_number`: the factor where only one text holds numbers.
    """
    if not old or not new:
        return np.zeros((len(old), len(new)))
    a, b = [normal(t) for t in old], [normal(t) for t in new]
    words_a, words_b = [_words(t) for t in a], [_words(t) for t in b]
    fuzz, cdist = _rapidfuzz()
    spelling = np.maximum(
        cdist(words_a, words_b, scorer=fuzz.ratio, dtype=np.float64),
        cdist(words_a, words_b, scorer=fuzz.token_sort_ratio, dtype=np.float64),
    )
    held = cdist(words_a, words_b, scorer=fuzz.token_set_ratio, dtype=np.float64) * OTHER_WORDS
    alike = np.minimum(np.maximum(spelling, held) / 100, NOT_EQUAL)
    empty = np.array([not t for t in a])[:, None] | np.array([not t for t in b])[None, :]
    alike = np.where(empty, 0.0, alike) * _number_factor(a, b, other_number, no_number)
    one, two = np.array([bare(t) for t in a]), np.array([bare(t) for t in b])
    return np.where(one[:, None] == two[None, :], 1.0, alike)


def pattern_likeness(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> Matrix:
    """(n, m) Jaccard index of the rows of (n, k) and (m, k) marks; 0.5, which says nothing, without any mark."""
    a, b = old.astype(np.float64), new.astype(np.float64)
    both = a @ b.T
    either = a.sum(1)[:, None] + b.sum(1)[None, :] - both
    return np.where(either > 0, both / np.maximum(either, 1), 0.5)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+|[<>≤≥±+]", text))


def _number_factor(a: Sequence[str], b: Sequence[str], other: float, lacking: float) -> Matrix:
    one, two = [tuple(_NUMBER.findall(t)) for t in a], [tuple(_NUMBER.findall(t)) for t in b]
    return np.array([[1.0 if x == y else other if x and y else lacking for y in two] for x in one])


def _rapidfuzz() -> tuple[Any, Any]:
    try:
        from rapidfuzz import fuzz
        from rapidfuzz.process import cdist
    except ImportError as error:
        raise MissingExtra("rapidfuzz", "app") from error
    return fuzz, cdist


# Pairing two sequences: who belongs to whom, and who of them moved. Pure functions on arrays.

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


# Rows and columns of two grids paired jointly: by text, by marks of what is already paired, by order.

ROUNDS = 5  # rows and columns in turn; in practice nothing changes after the second
LABEL_WEIGHTS = (0.35, 0.45, 0.2)  # of a column's label, time and epoch
OTHER_NUMBER_ROW, OTHER_NUMBER_COLUMN, NO_NUMBER_COLUMN = 0.75, 0.4, 0.7
MARKS_NEEDED = 2  # marks that a pattern must have to speak for itself


@dataclass(frozen=True, slots=True)
class Side:
    """One grid: n row names with their category, m columns as (label, time, epoch), marks (n, m)."""

    rows: Sequence[str]
    groups: Sequence[str]
    columns: Sequence[tuple[str, str, str]]
    marks: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a pair may be. `sure`: text alike enough anywhere; `near`: text alike enough between the same
    neighbours with like marks; `marks`: marks alike enough there, whatever the text says.
    """

    sure: float
    near: float
    near_marks: float
    marks: float


ROW_RULE = Rule(sure=0.8, near=0.5, near_marks=0.5, marks=0.99)
COLUMN_RULE = Rule(sure=0.82, near=0.35, near_marks=0.6, marks=0.9)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs (old, new) by old index; `moved_*` are the pairs that do not keep their order."""

    rows: Pairs
    columns: Pairs
    moved_rows: set[tuple[int, int]] = field(default_factory=set)
    moved_columns: set[tuple[int, int]] = field(default_factory=set)


def align(old: Side, new: Side) -> Alignment:
    """Pair the rows and columns of two grids. `align(new, old)` is the mirror image of `align(old, new)`.

    Raises MissingExtra without rapidfuzz or scipy.
    """
    if _digest(old) > _digest(new):  # always worked out in one direction: ties cannot fall differently
        back = _align(new, old)
        moved = [{(i, j) for j, i in pairs} for pairs in (back.moved_rows, back.moved_columns)]
        return Alignment(flipped(back.rows), flipped(back.columns), *moved)
    return _align(old, new)


def flipped(pairs: Pairs) -> Pairs:
    """Pairs with sides exchanged, by first index again."""
    return sorted((j, i) for i, j in pairs)


def _align(old: Side, new: Side) -> Alignment:
    row_text = text_likeness(old.rows, new.rows, OTHER_NUMBER_ROW)
    column_text = labels_likeness(old.columns, new.columns)
    group = text_likeness(old.groups, new.groups, 1.0)
    keys_old, keys_new = _column_keys(old), _column_keys(new)
    columns = unique_equals(keys_old, keys_new)
    rows = unique_equals([*map(bare, old.rows)], [*map(bare, new.rows)])
    for _ in range(ROUNDS):
        before = rows, columns
        columns = pair_axis(column_text, column_text, _marks(old.marks.T, new.marks.T, rows), columns, COLUMN_RULE)
        rows = pair_axis(row_text, group, _marks(old.marks, new.marks, columns), rows, ROW_RULE)
        if (rows, columns) == before:
            break
    return Alignment(
        rows,
        columns,
        _moved(rows, old.rows, new.rows, old.marks, new.marks),
        _moved(columns, keys_old, keys_new, old.marks.T, new.marks.T),
    )


def labels_likeness(old: Sequence[tuple[str, str, str]], new: Sequence[tuple[str, str, str]]) -> Matrix:
    """(n, m) weighted likeness of labels, times and epochs; a label that neither has does not count."""
    total = np.zeros((len(old), len(new)))
    weights = np.zeros_like(total)
    for k, weight in enumerate(LABEL_WEIGHTS):
        a, b = [c[k] for c in old], [c[k] for c in new]
        given = np.array([bool(t) for t in a])[:, None].astype(float) + np.array([bool(t) for t in b])[None, :]
        share = weight * given / 2  # a label that only one has counts half
        total += share * text_likeness(a, b, OTHER_NUMBER_COLUMN, NO_NUMBER_COLUMN)
        weights += share
    return np.where(weights > 0, total / np.maximum(weights, 1e-12), 0.5)


def pair_axis(text: Matrix, group: Matrix, marks: Matrix, known: Pairs, rule: Rule) -> Pairs:
    """Pairs of one axis: first by text with order and marks, then what is left between the same neighbours."""
    gap = gap_distance(text.shape[0], text.shape[1], known)
    score = 0.68 * text + 0.17 * marks + 0.1 / (1 + gap) + 0.05 * group
    allowed = (text >= rule.sure) | ((gap == 0) & (text >= rule.near) & (marks >= rule.near_marks))
    pairs = assign(score, allowed)
    free = np.ones(text.shape, bool)
    for i, j in pairs:
        free[i, :] = free[:, j] = False
    gap = gap_distance(text.shape[0], text.shape[1], pairs)
    alike = (marks >= rule.marks) | ((text >= rule.near) & (marks >= rule.near_marks))
    return sorted([*pairs, *assign(score, free & (gap == 0) & alike)])


def _marks(old: NDArray[np.bool_], new: NDArray[np.bool_], across: Pairs) -> Matrix:
    """Likeness of mark patterns over what is paired on the other axis; a pattern of few marks says nothing."""
    one, two = old[:, [i for i, _ in across]], new[:, [j for _, j in across]]
    few = (one.sum(1)[:, None] < MARKS_NEEDED) & (two.sum(1)[None, :] < MARKS_NEEDED)
    return np.where(few, 0.5, pattern_likeness(one, two))


def _moved(
    pairs: Pairs, old: Sequence[str], new: Sequence[str], marks_old: NDArray[np.bool_], marks_new: NDArray[np.bool_]
) -> set[tuple[int, int]]:
    """The fewest pairs whose move explains the new order; of equals, those with fewer marks."""
    weights = []
    for i, j in pairs:
        size = int(marks_old[i].sum() + marks_new[j].sum())
        tie = sum(int.from_bytes(hashlib.sha256(t.encode("utf-8", "replace")).digest()[:6]) for t in (old[i], new[j]))
        weights.append((1 << 80) + (size << 56) + tie)
    kept = staying(pairs, weights)
    return {pair for x, pair in enumerate(pairs) if x not in kept}


def _column_keys(side: Side) -> list[str]:
    return ["\n".join(bare(t) for t in labels) for labels in side.columns]


def _digest(side: Side) -> str:
    text = repr((list(side.rows), list(side.groups), list(side.columns), side.marks.shape, side.marks.tobytes()))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
