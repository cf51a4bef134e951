"""Rows and columns of two grids paired jointly: by text, by marks of what is already paired, by order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soesift.diff.likeness import Matrix, bare, pattern_likeness, text_likeness
from soesift.diff.pairing import Pairs, assign, gap_distance, staying, unique_equals

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
        rows, columns,
        _moved(rows, old.rows, new.rows, old.marks, new.marks),
        _moved(columns, keys_old, keys_new, old.marks.T, new.marks.T),
    )  # fmt: skip


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


def _moved(pairs: Pairs, old: Sequence[str], new: Sequence[str], marks_old: NDArray[np.bool_],
           marks_new: NDArray[np.bool_]) -> set[tuple[int, int]]:  # fmt: skip
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
