"""Certified selection: with probability 1 - delta over the draw of the audit, at most a fraction alpha of
the kept labels are wrong, in each predicted class.

Per class: thresholds are score quantiles of its agreed items, fixed before the audit is looked at. The class's risk
is split. A part (`WHOLE`) tests the whole class at once; where that passes, all of it is kept. The rest tests the
thresholds in turn, strict to loose, until the first that fails (fixed-sequence testing, as in Jung et al. 2024, arXiv
2407.18370); where the sequence arrives at the whole class, its part is added to the other. Each test is exact for a
finite pool (hypergeometric, as in Candes et al. 2025, arXiv 2506.10908). Nothing passed: nothing is kept, and the
audit that would be needed is stated.

Valid if the audited items were drawn at random without replacement within strata that the draw names
(`AuditDraw.frame`), by a draw that does not look at scores or truth. The strata may be those of other beliefs than
today's: then the stratified test is used (`select.certified`). The guarantee is about this pool and these labels,
not about later protocols, and about one plan: see `select.audit`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import Bools, Floats, Ints, ValueRangeError, optional, same_length, share, vector
from soesift.evaluate.scores import labels as label_array
from soesift.select.audit import AuditDraw, refuse_repair

# What an audit of a given size can certify, before any label is bought: what `plan` and `review` count with.


def audit_size(alpha: float, delta: float) -> int:
    """Smallest audit that can certify error <= alpha at risk delta, if no error is seen, from a large pool.

    ceil(log(delta) / log(1 - alpha)): at delta = .05, alpha .10 needs 29, .05 59, .03 99, .02 149, .01 299.
    """
    return math.ceil(math.log(share("delta", delta)) / math.log(1 - share("alpha", alpha)) - 1e-12)


def hypergeometric_tail(wrong: int, pool: int, audited: int, alpha: float) -> float:
    """P(at most `wrong` errors among `audited` of `pool`) if the pool held floor(alpha pool) + 1, one too
    many.

    The p value of "more than a fraction alpha of the pool is wrong"; 1 for an audit of nothing.
    """
    if not 0 <= wrong <= audited <= pool:
        raise ValueRangeError(f"{wrong} wrong, {audited} audited, {pool} in the pool: each must contain the one before")
    if not audited:
        return 1.0
    law = optional("scipy.stats", "scipy").hypergeom
    return float(law.cdf(wrong, pool, too_many(pool, alpha), audited))


def too_many(pool: int, alpha: float) -> int:
    """The smallest number of wrong items in `pool` that is more than a fraction alpha of it."""
    # alpha * pool may be a whole number that floats put just below itself (.07 * 100)
    return min(pool, math.floor(alpha * pool + 1e-9) + 1)


def needed_audit(pool: int, alpha: float, delta: float, error: float = 0.0) -> int | None:
    """Smallest audit of a pool that passes if the share `error` of it, rounded up, is wrong.

    None where `error` >= alpha or the pool is empty: no audit can show what is not so. For planning: the
    number of errors seen will scatter around its mean, and one more can fail.
    """
    if pool < 1 or error >= alpha:
        return None

    def passes(audited: int, wrong: int) -> bool:
        return hypergeometric_tail(min(wrong, audited), pool, audited, alpha) <= delta

    # audits with the same number of errors form a run, in which a longer one is always better: find the first
    # run whose longest audit passes, then the shortest that passes within it
    ends = _run_ends(pool, error)
    run = bisect_left(ends, True, key=lambda end: passes(end, math.ceil(error * end - 1e-9)))
    if run == len(ends):
        return None
    wrong = math.ceil(error * ends[run] - 1e-9)
    start = ends[run - 1] + 1 if run else 1
    return start + bisect_left(range(start, ends[run] + 1), True, key=lambda n: passes(n, wrong))


def _run_ends(pool: int, error: float) -> Sequence[int]:
    if not error:
        return [pool]
    wrong = np.arange(1, math.ceil(error * pool - 1e-9))
    return [*np.floor(wrong / error + 1e-9).astype(int).tolist(), pool]


# The exact test of a pool that an audit sampled by strata, each at a rate of its own.
#
# An audit drawn within strata of the beliefs of its day is, in a class by other beliefs, no uniform sample: a part of
# the class was sampled often, another seldom. Within each old stratum it still is a random sample without replacement,
# also of the part that lies in the new class, given how many of that part were drawn. So each part has an exact
# hypergeometric p value for every number of errors it may hold; Fisher's sum of the logarithms joins the parts, and the
# worst way of spreading one error too many over them is what counts (stratified audits of elections: Ottoboni et al.
# 2018, arXiv 1809.04235).


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


LEVELS = 20  # quantile thresholds: keep 5 %, 10 %, ... of the class
WHOLE = 0.5  # share of a class's risk for one test of the whole class, in (0, 1): it passes where scores tell nothing
CHANCE = 0.95  # probability with which the first threshold of the sequence holds the audited items it needs, in (0, 1)


class Step(NamedTuple):
    """One tested threshold: `pool` items kept at it, `audited` of them, `wrong` of these, p value,
    accepted.
    """

    threshold: float
    pool: int
    audited: int
    wrong: int
    p_value: float
    accepted: bool


class ClassCertificate(NamedTuple):
    """Outcome for one predicted class. threshold: inf where nothing is certified. needed: audit of the class
    (items in all) that would have been enough at the error seen, None where none would be. why: one
    sentence."""

    label: int
    alpha: float
    delta: float
    pool: int
    audited: int
    threshold: float
    kept: int
    steps: list[Step]
    needed: int | None
    why: str


class Certificate(NamedTuple):
    """keep: (n,) items certified. classes: one certificate a predicted class, with two NO and YES."""

    keep: Bools
    classes: tuple[ClassCertificate, ...]


def levels(score: ArrayLike, n_levels: int = LEVELS) -> Floats:
    """Thresholds at the quantiles of score (n,), strict to loose, each keeping `score >= threshold`.

    Distinct values only; the last keeps all. They depend on scores alone, so they are fixed before the audit.
    """
    s = np.sort(vector("score", score))[::-1]
    if not len(s):
        return s
    kept = np.ceil(len(s) * np.arange(1, n_levels + 1) / n_levels).astype(np.int64)
    return np.unique(s[kept - 1])[::-1]


def start_at(pools: ArrayLike, audited: int, alpha: float, delta: float, *, chance: float | None = None) -> int:
    """Index of the first threshold to test, from pool sizes (k,) strict to loose, the last the whole class.

    The first whose expected audit count, audited * pool / whole, reaches `audit_size(alpha, delta)`; k if
    none does. With `chance`, the first that holds that many audited items with at least this probability
    over the draw: the expected count is reached only every other time, and a test that lacks one item of the
    number needed fails even without any error. An audit of the class smaller than `audit_size` is measured
    against the exact finite-pool number of each threshold instead, which is lower for small pools. None of
    this looks at a label or at the draw, so the guarantee holds either way.
    """
    sizes = np.asarray(pools, np.int64)
    needed = np.full(len(sizes), audit_size(alpha, delta))
    if len(sizes) and audited < needed[-1]:
        needed = np.array([needed_audit(int(pool), alpha, delta) for pool in sizes])
    enough = _expected_or_likely(sizes, audited, needed, chance)
    return int(np.argmax(enough)) if enough.any() else len(sizes)


def _expected_or_likely(sizes: Ints, audited: int, needed: Ints, chance: float | None) -> Bools:
    if not len(sizes):
        return np.zeros(0, bool)
    if chance is None:
        return np.asarray(audited * sizes / sizes[-1] >= needed - 1e-9)
    law = optional("scipy.stats", "scipy").hypergeom
    return np.asarray(law.sf(needed - 1, sizes[-1], sizes, audited) >= chance - 1e-12)


def certify_class(
    score: ArrayLike,
    audited: ArrayLike,
    wrong: ArrayLike,
    *,
    label: int,
    alpha: float,
    delta: float,
    n_levels: int = LEVELS,
    chance: float | None = CHANCE,
    stratum: ArrayLike | None = None,
) -> ClassCertificate:
    """Certify one predicted class: its agreed items, score (n,), audited (n,) bool, wrong (n,) bool (read
    where audited), stratum (n,) ints from 0 in which each item could have been drawn (None: one for all). `delta` is
    this class's share of the risk.
    """
    same_length(score=score, audited=audited, wrong=wrong)
    s, seen = vector("score", score), np.asarray(audited, bool)
    bad = np.asarray(wrong, bool) & seen
    groups = np.zeros(len(s), np.int64) if stratum is None else np.asarray(stratum, np.int64)
    cuts = levels(s, n_levels)
    pools = np.array([(s >= cut).sum() for cut in cuts], np.int64)
    share("alpha", alpha)
    rest = share("delta", delta) * (1 - WHOLE)
    whole_only = start_at(pools, int(seen.sum()), alpha, delta, chance=None)  # is the audit enough for anything?
    first = start_at(pools, int(seen.sum()), alpha, rest, chance=chance)
    first = min(first, len(cuts) - 1) if whole_only < len(cuts) else len(cuts)

    def test(place: int, risk: float) -> Step:
        kept = s >= cuts[place]
        n, size, k = counts_by(groups, kept & seen, kept, kept & bad)
        p = stratified_tail(k, size, n, alpha)
        return Step(float(cuts[place]), int(size.sum()), int(n.sum()), int(k.sum()), p, p <= risk)

    steps = _steps(test, first, len(cuts), delta)
    passed = [step for step in steps if step.accepted]
    best = max(passed, key=lambda step: step.pool) if passed else None
    threshold, n_kept = (best.threshold, best.pool) if best else (math.inf, 0)
    needed, why = _explain(s, seen, bad, steps, alpha, delta)
    return ClassCertificate(label, alpha, delta, len(s), int(seen.sum()), threshold, n_kept, steps, needed, why)


def _steps(test: Callable[[int, float], Step], first: int, size: int, delta: float) -> list[Step]:
    """The whole class at its part of the risk, then the sequence from `first` on at the rest."""
    if first >= size:
        return []
    if first == size - 1:  # the sequence is the whole class: nothing to split
        return [test(first, delta)]
    steps = [test(size - 1, delta * WHOLE)]
    if steps[0].accepted:
        return steps
    for place in range(first, size):
        steps.append(test(place, delta * (1 - WHOLE) if place < size - 1 else delta))
        if not steps[-1].accepted:
            break
    return steps


def _explain(
    score: Floats, seen: Bools, bad: Bools, steps: list[Step], alpha: float, delta: float
) -> tuple[int | None, str]:
    passed = [step for step in steps if step.accepted]
    if passed:
        best = max(passed, key=lambda step: step.pool)
        return None, f"certified: {best.wrong} wrong of {best.audited} audited among {best.pool} kept"
    if not len(score):
        return None, "nothing to certify: no agreed item in this class"
    whole, n, k = len(score), int(seen.sum()), int(bad.sum())
    if not steps:
        size = needed_audit(whole, alpha, delta)
        return size, f"nothing certified: the audit holds {n} of {whole} items and needs {size} without an error"
    told = f"nothing certified: {k} wrong of {n} audited in the whole class"
    if len(steps) > 1:
        told += f", {steps[1].wrong} of {steps[1].audited} at the strictest threshold tested"
    error = k / n if n else 0.0
    here = needed_audit(whole, alpha, delta if len(steps) == 1 else delta * WHOLE, error)
    if here is None:
        return None, f"{told}; no audit is large enough at that error rate"
    if here <= n:  # the strata, not the number, stand in the way
        return None, f"{told}; no larger audit of this kind is known to help"
    return here, f"{told}; at that error rate about {here} audited items of this class would be needed"


def certify(
    label: ArrayLike,
    agree: ArrayLike,
    score: ArrayLike,
    audit: AuditDraw,
    truth: ArrayLike,
    *,
    repair: ArrayLike = (),
    alpha: float | tuple[float, ...] = 0.05,
    delta: float = 0.1,
    n_levels: int = LEVELS,
    chance: float | None = CHANCE,
    k: int = 2,
) -> Certificate:
    """Certify k predicted classes (two: NO and YES), each at delta / k and its own alpha.

    audit.frame: the stratum in which each item could have been drawn, -1 for those that the audit does not speak for.
    Where an agreed class holds items of several strata, the stratified test is used.

    label: (n,) 0 to k - 1, -1 without belief. agree: (n,) bool. score: (n,). audit: the random draw, indices into
    the n items. truth: one entry 0 to k - 1 for each audited item, -1 where the reviewers could not tell: it counts
    as wrong, the safe side. repair: indices of the repair pot; RepairRowsCertify if any of them is in the
    audit.
    """
    same_length(label=label, agree=agree, score=score, audit_frame=audit.frame)
    same_length(audit=audit.items, truth=truth)
    refuse_repair(audit.items, repair)
    said = label_array("label", label, k=k)
    audited, wrong = np.zeros(len(said), bool), np.zeros(len(said), bool)
    audited[audit.items] = True
    wrong[audit.items] = label_array("truth", truth, k=k) != said[audit.items]
    alphas = alpha if isinstance(alpha, tuple) else (alpha,) * k
    keep, classes = np.zeros(len(said), bool), []
    for c in range(k):
        pool = np.flatnonzero((said == c) & np.asarray(agree, bool) & (audit.frame >= 0))
        s = vector("score", score)[pool]
        done = certify_class(
            s,
            audited[pool],
            wrong[pool],
            label=c,
            alpha=alphas[c],
            delta=share("delta", delta) / k,
            n_levels=n_levels,
            chance=chance,
            stratum=np.unique(audit.frame[pool], return_inverse=True)[1],
        )
        keep[pool[s >= done.threshold]] = True
        classes.append(done)
    return Certificate(keep, tuple(classes))
