"""Exact intervals of a share (Clopper and Pearson 1934), also for weighted samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats, ValueRangeError, optional, same_length, share, vector


class Share(NamedTuple):
    """An estimated share with its interval; all three NaN where nothing was counted."""

    value: float
    low: float
    high: float


NOTHING = Share(float("nan"), float("nan"), float("nan"))


def clopper_pearson(hits: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper bound of a share, each of the broadcast shape of `hits` and `trials`.

    Covers the true share with at least `confidence` for every sample size, so it is wide for small ones.
    Valid for independent trials; for a sample without replacement it errs on the wide side. `hits` may be
    fractional (effective counts). Zero trials give [0, 1]. ValueRangeError if hits exceed trials.
    """
    tail = (1 - share("confidence", confidence)) / 2
    k, n = np.broadcast_arrays(np.asarray(hits, np.float64), np.asarray(trials, np.float64))
    if ((k < 0) | (k > n)).any():
        raise ValueRangeError("hits must lie between 0 and trials")
    beta = optional("scipy.stats", "scipy").beta
    # the arguments are moved inside the range where a bound is known to be 0 or 1 anyway
    low = np.where(k > 0, beta.ppf(tail, np.maximum(k, 1e-9), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1e-9)), 1.0)
    return low, high


def exact_share(hits: int, trials: int, confidence: float = 0.95) -> Share:
    """`hits / trials` with its Clopper-Pearson interval."""
    if trials == 0:
        return NOTHING
    low, high = clopper_pearson(hits, trials, confidence)
    return Share(hits / trials, float(low), float(high))


def weighted_share(hit: ArrayLike, weight: ArrayLike, confidence: float = 0.95) -> Share:
    """Share of `hit` (n,) under sampling weights `weight` (n,), > 0.

    The interval is Clopper-Pearson at the effective sample size (sum w)^2 / sum w^2 (Korn and Graubard 1998);
    with equal weights it is the exact one.
    """
    same_length(hit=hit, weight=weight)
    h, w = vector("hit", hit), vector("weight", weight)
    if not len(w):
        return NOTHING
    if (w <= 0).any():
        raise ValueRangeError("weight must be above 0 for each item counted")
    value = float(np.average(h, weights=w))
    effective = float(w.sum() ** 2 / (w**2).sum())
    low, high = clopper_pearson(min(value * effective, effective), effective, confidence)
    return Share(value, float(low), float(high))
