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

Folds never split a group: tables of one protocol (or sponsor) are all in training or all held out. Arrays are
checked at the door: a wrong call says which array is wrong and how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from soesift.errors import MissingExtra, UsageError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Strings = NDArray[np.str_]

UNKNOWN = -1  # in arrays of labels: 1 YES, 0 NO, -1 nobody knows

METRICS = ("precision", "recall", "f1", "accuracy", "average_precision")


class ShapeError(UsageError):
    """Arrays that belong together differ in length, or one has the wrong number of dimensions."""


class ValueRangeError(UsageError):
    """A number lies outside the range in which the computation means anything."""


def same_length(**arrays: ArrayLike) -> int:
    """Length shared by all arrays; ShapeError names the first that differs from the first one given."""
    lengths = {name: len(np.atleast_1d(np.asarray(array))) for name, array in arrays.items()}
    (first, wanted), *others = lengths.items()
    for name, length in others:
        if length != wanted:
            raise ShapeError(f"{first} is length {wanted} and {name} is length {length}: give one entry an item")
    return wanted


def vector(name: str, values: ArrayLike) -> Floats:
    """`values` as a float vector of shape (n,); ShapeError otherwise."""
    array = np.asarray(values, np.float64)
    if array.ndim != 1:
        raise ShapeError(f"{name} has shape {array.shape}: it must have shape (n,)")
    return array


def labels(name: str, values: ArrayLike, *, unknown: bool = True, k: int = 2) -> Ints:
    """`values` as labels of k classes, shape (n,): 0 to k - 1 and, where allowed, -1 (NaN becomes -1)."""
    array = vector(name, values)
    array = np.where(np.isnan(array), UNKNOWN, array)
    allowed = (UNKNOWN, *range(k)) if unknown else tuple(range(k))
    strange = array[~np.isin(array, allowed)]
    if len(strange):
        raise ValueRangeError(f"{name} holds {strange[0]:g}: labels are {', '.join(map(str, allowed))}")
    return array.astype(np.int64)


def probabilities(name: str, values: ArrayLike, *, missing: bool = False) -> Floats:
    """`values` as floats of any shape within [0, 1]; NaN only where `missing` is true."""
    array = np.asarray(values, np.float64)
    bad = ~((array >= 0) & (array <= 1)) & ~(np.isnan(array) & missing)
    if bad.any():
        raise ValueRangeError(f"{name} holds {array[bad].flat[0]:g}: probabilities lie in [0, 1]")
    return array


def share(name: str, value: float) -> float:
    """A number strictly between 0 and 1 (an error rate, a confidence level)."""
    if not 0 < value < 1:
        raise ValueRangeError(f"{name} is {value:g}: it must lie strictly between 0 and 1")
    return float(value)


def optional(module: str, package: str, extra: str = "train") -> Any:
    """Import a module of an optional dependency, or raise MissingExtra naming what to install."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == module.split(".")[0]:
            raise MissingExtra(package, extra) from error
        raise


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


class LeakingFolds(ValueRangeError):
    """One protocol lies in more than one fold, so a student was judged on what it was trained on."""


def group_folds(groups: Sequence[str], folds: int = 5, *, seed: int = 0, strata: ArrayLike | None = None) -> Ints:
    """(n,) fold 0 to folds - 1 of each row; a group (protocol, sponsor) is never split.

    Groups are shuffled, then given, largest first, to the fold where they keep the number of rows most even, in each
    of the strata (n,) (classes of the rows) if given. Called with each name once it goes by names and seed alone: rows
    that are added to a group later move nothing. Raises ValueRangeError when there are fewer groups than folds.
    """
    names = sorted(set(groups))
    if not 2 <= folds <= len(names):
        raise ValueRangeError(
            f"{len(names)} groups cannot make {folds} folds; set folds from 2 to at most {len(names)}"
        )
    counts = _counts(groups, np.zeros(len(groups), np.int64) if strata is None else np.asarray(strata), names)
    total = np.maximum(counts.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-(counts[order] / total).max(axis=1), kind="stable")]
    load, fold_of = np.zeros((folds, counts.shape[1])), {}
    for place, i in enumerate(order.tolist()):
        # the first groups open the folds, so that none stays empty
        cost = (counts[i] * (2 * load + counts[i]) / total**2).sum(axis=1)
        choice = place if place < folds else int(np.argmin(cost))
        load[choice] += counts[i]
        fold_of[names[i]] = choice
    return np.array([fold_of[group] for group in groups], np.int64)


def hold_out(groups: Sequence[str], strata: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """(n,) true for rows held out for early stopping: whole groups, about `share` of them, none for 0."""
    if share <= 0 or len(set(groups)) < 3:
        return np.zeros(len(groups), np.bool_)
    parts = min(max(2, round(1 / share)), len(set(groups)))
    fold = group_folds(groups, parts, seed=seed, strata=strata)
    totals = np.maximum(np.bincount(strata), 1)
    shares = np.array([np.bincount(strata[fold == i], minlength=len(totals)) / totals for i in range(parts)])
    # the part most like the whole: one with all rows of a rare class would stop training at once
    chosen = int(np.argmin(((shares - 1 / parts) ** 2).sum(axis=1)))
    held: NDArray[np.bool_] = fold == chosen
    return held


def wider_groups(groups: Sequence[str], path: Path | None) -> list[str]:
    """Replace groups by the larger ones of a tab-separated file (protocol, sponsor); those not named stay."""
    if path is None:
        return list(groups)
    wider = read_groups(path)
    return [wider.get(group, group) for group in groups]


def read_groups(path: Path) -> Mapping[str, str]:
    try:
        lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    short = [i for i, line in enumerate(lines, 1) if len(line) < 2]
    if short:
        raise UsageError(f"{path}:{short[0]}: want two columns parted by a tab")
    return {line[0].strip(): line[1].strip() for line in lines}


def check_folds(protocol: ArrayLike, fold: ArrayLike) -> None:
    """LeakingFolds if any protocol has items in two folds; both (n,)."""
    same_length(protocol=protocol, fold=fold)
    names, place = np.unique(np.asarray(protocol, str), return_inverse=True)
    folds = np.asarray(fold)
    for index, name in enumerate(names):
        if len(np.unique(folds[place == index])) > 1:
            raise LeakingFolds(f"protocol {name} lies in more than one fold: make folds with group_folds")


def _counts(groups: Sequence[str], strata: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.float64]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    k = int(strata.max()) + 1
    return np.array([np.bincount(strata[members[name]], minlength=k) for name in names], np.float64)
