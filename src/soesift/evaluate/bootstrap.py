"""Bootstrap over protocols: whole protocols are drawn with replacement, since tables of one protocol go
together.

Every arm is weighed by the same draws, so a difference between two arms is paired. All in numpy: a resample
is a row of weights (how often each protocol was drawn), and a score of all resamples is one matrix product.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats, Ints, ShapeError, labels, same_length, share, vector
from soesift.evaluate.scores import from_counts

RESAMPLES = 10_000
BLOCK = 4_000_000  # numbers held at once in the ranked bootstrap, 32 MB


class Estimate(NamedTuple):
    """A score with its percentile interval."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """Arm a minus arm b: `above` is the share of resamples in which a is the better one (ties count half)."""

    value: float
    low: float
    high: float
    above: float


def draw(n_protocols: int, *, resamples: int = RESAMPLES, seed: int = 0) -> Ints:
    """(resamples, n_protocols) how often each protocol is drawn; each row sums to n_protocols."""
    if n_protocols < 1:
        raise ShapeError("no protocol to resample: give the scores of at least one")
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_protocols, np.full(n_protocols, 1 / n_protocols), size=resamples)


def macro_samples(values: ArrayLike, weights: Ints) -> Floats:
    """(resamples,) mean over protocols of `values` (p,); NaN entries are left out of each mean."""
    v = vector("values", values)
    if weights.shape[1] != len(v):
        raise ShapeError(f"values is length {len(v)} and weights is for {weights.shape[1]} protocols")
    known = ~np.isnan(v)
    total = weights[:, known].sum(1)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights[:, known] @ v[known] / np.where(total, total, np.nan))


def pooled_samples(counts: ArrayLike, weights: Ints) -> Floats:
    """(resamples, 4) pooled precision, recall, F1, accuracy of counts (p, 4) tp, fp, fn, tn."""
    c = np.asarray(counts)
    if c.ndim != 2 or len(c) != weights.shape[1]:
        raise ShapeError(f"counts has shape {c.shape} and weights is for {weights.shape[1]} protocols")
    return from_counts(weights @ c)


def ranked_samples(truth: ArrayLike, score: ArrayLike, place: ArrayLike, weights: Ints) -> Floats:
    """(resamples,) pooled average precision; place: (n,) index of each item's protocol in `weights`.

    NaN for a resample without a true item. Ties are one step, as in `scores.average_precision`.
    """
    same_length(truth=truth, score=score, place=place)
    t, s = labels("truth", truth, unknown=False), vector("score", score)
    order = np.argsort(-s, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(s[order]) != 0, True))
    column, true = np.asarray(place, np.int64)[order], t[order].astype(np.float64)
    rows = max(1, BLOCK // max(1, len(t)))
    return np.concatenate([_ranked(weights[i : i + rows, column], true, ends) for i in range(0, len(weights), rows)])


def _ranked(weight: Ints, true: Floats, ends: Ints) -> Floats:
    found = np.cumsum(weight, 1)[:, ends].astype(np.float64)
    hits = np.cumsum(weight * true, 1)[:, ends]
    steps = np.diff(hits, axis=1, prepend=0) * hits / np.maximum(found, 1)
    total = hits[:, -1]
    return np.asarray(steps.sum(1) / np.where(total > 0, total, np.nan))


def interval(value: float, samples: Floats, confidence: float = 0.95) -> Estimate:
    """`value` with the percentile interval of `samples` (resamples,); NaN samples are left out."""
    tail = (1 - share("confidence", confidence)) / 2
    known = samples[~np.isnan(samples)]
    if not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))


def difference(
    value_a: float, samples_a: Floats, value_b: float, samples_b: Floats, confidence: float = 0.95
) -> Difference:
    """a - b with its paired interval; both arms must have been weighed by the same draws."""
    same_length(samples_a=samples_a, samples_b=samples_b)
    gap = samples_a - samples_b
    known = gap[~np.isnan(gap)]
    above = float(((known > 0) + 0.5 * (known == 0)).mean()) if len(known) else float("nan")
    return Difference(*interval(value_a - value_b, gap, confidence), above)


def macro_estimate(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """Mean over protocols of `values` (p,) with its 95 % interval."""
    v = vector("values", values)
    samples = macro_samples(v, draw(len(v), resamples=resamples, seed=seed))
    return interval(float(np.nanmean(v)) if not np.isnan(v).all() else float("nan"), samples)


def macro_difference(a: ArrayLike, b: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> Difference:
    """Mean over protocols of a - b, both (p,) for the same protocols in the same order, paired, 95 %.

    A protocol where either is NaN (average precision without a true SoE) is left out of both.
    """
    same_length(a=a, b=b)
    gap = vector("a", a) - vector("b", b)
    samples = macro_samples(gap, draw(len(gap), resamples=resamples, seed=seed))
    mean = float(np.nanmean(gap)) if not np.isnan(gap).all() else float("nan")
    return difference(mean, samples, 0.0, np.zeros_like(samples))
