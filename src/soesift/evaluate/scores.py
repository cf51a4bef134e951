"""Precision, recall, F1, accuracy and average precision: per protocol, macro over protocols, and pooled.

Where a ratio has no denominator, the convention is that of the page scorer (`evaluate.pages`):

| true SoE | predicted SoE | precision | recall | F1 |
|---|---|---|---|---|
| none | none | 1 | 1 | 1 |
| none | some | 0 | 1 | 0 |
| some | none | 0 | 0 | 0 |

So a protocol without a schedule is worth full marks when left alone and none after one false alarm. Average
precision ranks tables within a protocol and says nothing without a true one: it is NaN there, left out of the
macro mean, and the number of protocols left out is reported.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats, Ints, ShapeError, labels, same_length, vector

METRICS = ("precision", "recall", "f1", "accuracy", "average_precision")


class Ratios(NamedTuple):
    """Precision, recall and F1, each of the shape of the counts given."""

    precision: Floats
    recall: Floats
    f1: Floats


class ProtocolScores(NamedTuple):
    """Scores of p protocols in sorted order of their names.

    protocol: (p,) names. counts: (p, 4) true positives, false positives, false negatives, true negatives.
    values: (p, 5) in the order of METRICS.
    """

    protocol: list[str]
    counts: Ints
    values: Floats


def ratios(hit: ArrayLike, found: ArrayLike, true: ArrayLike) -> Ratios:
    """Precision, recall, F1 from counts of any one shape: found and true, found, true (table above)."""
    h, f, t = (np.asarray(a, np.float64) for a in (hit, found, true))
    precision = np.where(f > 0, h / np.maximum(f, 1), (t == 0).astype(np.float64))
    recall = np.where(t > 0, h / np.maximum(t, 1), 1.0)
    both = precision + recall
    return Ratios(precision, recall, np.where(both > 0, 2 * precision * recall / np.where(both > 0, both, 1), 0.0))


def from_counts(counts: ArrayLike) -> Floats:
    """(..., 4) counts tp, fp, fn, tn -> (..., 4) precision, recall, F1, accuracy (1 without any item)."""
    c = np.asarray(counts, np.float64)
    if not c.ndim or c.shape[-1] != 4:
        raise ShapeError(f"counts has shape {c.shape}: its last axis must be tp, fp, fn, tn")
    tp, fp, fn, tn = np.moveaxis(c, -1, 0)
    total = c.sum(-1)
    accuracy = np.where(total > 0, (tp + tn) / np.maximum(total, 1), 1.0)
    return np.stack([*ratios(tp, tp + fp, tp + fn), accuracy], -1)


def count(truth: ArrayLike, predicted: ArrayLike) -> Ints:
    """(4,) tp, fp, fn, tn of labels 0/1 of shape (n,)."""
    same_length(truth=truth, predicted=predicted)
    t, p = labels("truth", truth, unknown=False), labels("predicted", predicted, unknown=False)
    return np.bincount(2 * (1 - t) + (1 - p), minlength=4)[[0, 2, 1, 3]]


def average_precision(truth: ArrayLike, score: ArrayLike) -> float:
    """Area under the precision-recall steps, sum (R_k - R_k-1) P_k over distinct scores; NaN without a true
    item.

    truth: (n,) 0/1, score: (n,) higher is more SoE. Tied scores enter together, so their order does not
    matter.
    """
    same_length(truth=truth, score=score)
    t, s = labels("truth", truth, unknown=False), vector("score", score)
    if not t.any():
        return float("nan")
    order = np.argsort(-s, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(s[order]) != 0, True))  # last item of each group of ties
    hits = np.cumsum(t[order])[ends]
    return float((np.diff(hits, prepend=0) * hits / (ends + 1)).sum() / t.sum())


def per_protocol(
    truth: ArrayLike, predicted: ArrayLike, protocol: ArrayLike, score: ArrayLike | None = None
) -> ProtocolScores:
    """Scores of each protocol.

    truth, predicted: (n,) 0/1; protocol: (n,) names; score: (n,) for average precision (NaN column without
    it). A protocol with no table at all has no row here: add it to the counts as four zeros if it must count.
    """
    same_length(truth=truth, predicted=predicted, protocol=protocol)
    t, p = labels("truth", truth, unknown=False), labels("predicted", predicted, unknown=False)
    names, place = np.unique(np.asarray(protocol, str), return_inverse=True)
    kind = np.array([3, 1, 2, 0])[2 * t + p]  # 2 truth + predicted -> column of tp, fp, fn, tn
    counts = np.bincount(4 * place + kind, minlength=4 * len(names)).reshape(-1, 4)
    ranked = np.full(len(names), np.nan)
    if score is not None:
        same_length(truth=truth, score=score)
        s = vector("score", score)
        ranked = np.array([average_precision(t[place == i], s[place == i]) for i in range(len(names))])
    return ProtocolScores(names.tolist(), counts, np.column_stack([from_counts(counts), ranked]))


def macro(scores: ProtocolScores) -> dict[str, float]:
    """Mean over protocols of each metric, and `average_precision_left_out` protocols without a true SoE."""
    if not len(scores.values):
        return {name: float("nan") for name in METRICS} | {"average_precision_left_out": 0.0}
    ranked = scores.values[:, 4]
    left_out = np.isnan(ranked)
    means = dict(zip(METRICS[:4], scores.values[:, :4].mean(0).tolist(), strict=True))
    means["average_precision"] = float(ranked[~left_out].mean()) if not left_out.all() else float("nan")
    return means | {"average_precision_left_out": float(left_out.sum())}


def pooled(truth: ArrayLike, predicted: ArrayLike, score: ArrayLike | None = None) -> dict[str, float]:
    """Each metric over all items at once, whatever protocol they are from."""
    values = from_counts(count(truth, predicted)).tolist()
    ranked = float("nan") if score is None else average_precision(truth, score)
    return dict(zip(METRICS, [*values, ranked], strict=True))


def at_threshold(truth: ArrayLike, share: ArrayLike, threshold: float) -> dict[str, float]:
    """`pooled` of the items whose probability is at least `threshold`; NaN average precision without a true item."""
    p = vector("share", share)
    return pooled(truth, p >= threshold, p)


def full_shares(scores: ProtocolScores) -> dict[str, float]:
    """Share of protocols with full recall, full precision, and both (the paper's second table)."""
    whole = scores.values[:, :2] >= 1
    return {
        "full_recall": float(whole[:, 1].mean()),
        "full_precision": float(whole[:, 0].mean()),
        "full_both": float(whole.all(1).mean()),
    }
