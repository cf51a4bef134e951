"""The exact test of a pool that an audit sampled by strata, each at a rate of its own.

An audit drawn within strata of the beliefs of its day is, in a class by other beliefs, no uniform sample: a part of the
class was sampled often, another seldom. Within each old stratum it still is a random sample without replacement, also
of the part that lies in the new class, given how many of that part were drawn. So each part has an exact
hypergeometric p value for every number of errors it may hold; Fisher's sum of the logarithms joins the parts, and the
worst way of spreading one error too many over them is what counts (stratified audits of elections: Ottoboni et al.
2018, arXiv 1809.04235).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats, Ints, ValueRangeError, optional, same_length
from soesift.select.feasible import hypergeometric_tail, too_many


def stratified_tail(wrong: ArrayLike, pool: ArrayLike, audited: ArrayLike, alpha: float) -> float:
    """P value of "more than a fraction alpha of the whole pool is wrong"; wrong, pool, audited: (s,) counts a stratum.

    With one stratum it is `hypergeometric_tail`. A stratum without an audited item may be all wrong for all we know.
    """
    k, sizes, n = (np.asarray(x, np.int64) for x in (wrong, pool, audited))
    same_length(wrong=k, pool=sizes, audited=n)
    if not (k >= 0).all() or not (k <= n).all() or not (n <= sizes).all():
        raise ValueRangeError("wrong, audited and pool of a stratum must each contain the one before")
    total, seen = int(sizes.sum()), n > 0
    if not seen.any():
        return 1.0
    if seen.all() and len(sizes) == 1:
        return hypergeometric_tail(int(k[0]), total, int(n[0]), alpha)
    left = too_many(total, alpha) - int(sizes[~seen].sum())  # the strata nobody looked at hold what they can
    if left <= 0:
        return 1.0
    worst = np.zeros(1)
    for place in np.flatnonzero(seen).tolist():
        worst = _spread(worst, _log_tails(int(k[place]), int(sizes[place]), int(n[place])), left)
    if left >= len(worst):
        return 0.0  # the strata cannot hold that many errors
    law = optional("scipy.stats", "scipy").chi2
    return float(law.sf(-2 * worst[left], 2 * int(seen.sum()))) if np.isfinite(worst[left]) else 0.0


def _log_tails(wrong: int, pool: int, audited: int) -> Floats:
    """(pool + 1,) log P(at most `wrong` seen) for 0, 1, ... errors in the stratum."""
    law = optional("scipy.stats", "scipy").hypergeom
    with np.errstate(divide="ignore"):
        return np.asarray(np.minimum(np.log(law.cdf(wrong, pool, np.arange(pool + 1), audited)), 0.0))


def _spread(before: Floats, tails: Floats, most: int) -> Floats:
    """Best sum for 0 to `most` errors over the strata before and one more (a convolution in max and plus)."""
    size = min(most + 1, len(before) + len(tails) - 1)
    best = np.full(size, -math.inf)
    for errors, value in enumerate(before[:size].tolist()):
        part = tails[: size - errors] + value
        best[errors : errors + len(part)] = np.maximum(best[errors : errors + len(part)], part)
    return best


def counts_by(stratum: Ints, *masks: ArrayLike) -> list[Ints]:
    """(s,) counts of each mask (n,) within the strata 0 to s - 1 of `stratum` (n,)."""
    size = int(stratum.max()) + 1 if len(stratum) else 1
    return [np.bincount(stratum[np.asarray(mask, bool)], minlength=size) for mask in masks]
