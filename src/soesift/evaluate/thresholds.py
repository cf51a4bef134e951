"""Thresholds chosen on validation data: best F1, recall first, and a pair that leaves room for "unsure".

A table is called SoE where p >= threshold. Every threshold returned lies halfway between two probabilities
seen, so that rounding on another machine does not flip a decision.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats, ValueRangeError, labels, probabilities, same_length
from soesift.evaluate.scores import ratios

Decision = Literal["yes", "unsure", "no"]


class Curve(NamedTuple):
    """One row per useful threshold (k,), strict to loose, the first one calling nothing SoE."""

    threshold: Floats
    precision: Floats
    recall: Floats
    f1: Floats


class Pair(NamedTuple):
    """yes: p >= high; no: p < low; unsure between. low <= high."""

    low: float
    high: float


def curve(truth: ArrayLike, p: ArrayLike) -> Curve:
    """Precision, recall and F1 at every threshold that splits truth (n,), p (n,) differently."""
    same_length(truth=truth, p=p)
    t, q = labels("truth", truth, unknown=False), probabilities("p", p)
    values = np.unique(q)[::-1]
    edges = np.concatenate([[1.0 + 1e-9], (values[:-1] + values[1:]) / 2, [0.0]])
    found = np.array([(q >= edge).sum() for edge in edges])
    hits = np.array([t[q >= edge].sum() for edge in edges])
    return Curve(edges, *ratios(hits, found, np.full(len(edges), t.sum())))


def best_f1(truth: ArrayLike, p: ArrayLike) -> float:
    """Threshold of the highest F1; of equal ones the middle one, least exposed to the sample drawn."""
    c = curve(truth, p)
    best = np.flatnonzero(c.f1 >= c.f1.max() - 1e-12)
    return float(c.threshold[best[len(best) // 2]])


def recall_first(truth: ArrayLike, p: ArrayLike, recall: float = 0.99) -> float:
    """The largest threshold whose recall on this data is at least `recall`.

    It is the strictest cut that meets the aim, so precision is not given away below it. Without a true item
    every recall is 1, and nothing can be learnt: ValueRangeError.
    """
    if not 0 < recall <= 1:
        raise ValueRangeError(f"recall is {recall:g}: it must lie in (0, 1]")
    if not labels("truth", truth, unknown=False).any():
        raise ValueRangeError("no true SoE in the validation data: a recall threshold cannot be chosen")
    c = curve(truth, p)
    return float(c.threshold[np.flatnonzero(c.recall >= recall - 1e-12)[0]])


def yes_unsure_no(truth: ArrayLike, p: ArrayLike, *, recall: float = 0.99, precision: float = 0.95) -> Pair:
    """Two thresholds: below `low` at most 1 - recall of the true ones lie, at and above `high` precision
    holds.

    `high` is the loosest threshold whose precision reaches the aim; where none does, nothing is a plain yes
    (high just above 1).
    """
    low = recall_first(truth, p, recall)
    c = curve(truth, p)
    good = np.flatnonzero(c.precision[1:] >= precision - 1e-12)
    high = float(c.threshold[good[-1] + 1] if len(good) else c.threshold[0])
    return Pair(min(low, high), high)


def decide(p: ArrayLike, pair: Pair) -> list[Decision]:
    """The decision for each probability of shape (n,)."""
    names: tuple[Decision, ...] = ("no", "unsure", "yes")
    q = probabilities("p", p)
    return [names[i] for i in (np.asarray(q >= pair.low, int) + np.asarray(q >= pair.high, int)).tolist()]
