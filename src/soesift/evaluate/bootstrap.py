"""Bootstrap over protocols and training seeds: whole protocols are drawn with replacement, since tables of one
protocol go together; where there are several seeds, their spread is added.

Three seeds drawn from three are too alike to show how far seeds differ. So a seed's part is a normal draw of the
variance of the seeds' mean, and the deviations of each source are widened by its own Student's t over the normal
quantile (Cochran and Cox). Degrees of freedom pooled over both sources (Satterthwaite) covered too seldom: three seeds
that happen to be alike look like none. `benchmarks/simulated_rows.py interval` counts how often 0 is covered.

Every arm is weighed by the same draws, so a difference between two arms is paired. All in numpy: a resample
is a row of weights (how often each protocol was drawn), and a score of all resamples is one matrix product.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import (
    Floats,
    Ints,
    ShapeError,
    ValueRangeError,
    from_counts,
    labels,
    optional,
    same_length,
    share,
    vector,
)

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


def draw(n_protocols: int, *, resamples: int = RESAMPLES, seed: int = 0, blocks: ArrayLike | None = None) -> Ints:
    """(resamples, n_protocols) how often each protocol is drawn; each row sums to n_protocols.

    blocks: (n_protocols,) what is drawn whole instead, such as sponsors; rows then sum to n_protocols on average.
    """
    if n_protocols < 1:
        raise ShapeError("no protocol to resample: give the scores of at least one")
    if blocks is not None:
        names, place = np.unique(np.asarray(blocks), return_inverse=True)
        if len(place) != n_protocols:
            raise ShapeError(f"blocks is length {len(place)} and there are {n_protocols} protocols")
        return draw(len(names), resamples=resamples, seed=seed)[:, place]
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


def share_interval(value: float, samples: Floats) -> Estimate:
    """`interval` of a score between 0 and 1, cut there: the spread of seeds, added as a normal draw, goes beyond."""
    found = interval(value, samples)
    return found if np.isnan(found.low) else Estimate(value, max(found.low, 0.0), min(found.high, 1.0))


def difference(
    value_a: float, samples_a: Floats, value_b: float, samples_b: Floats, confidence: float = 0.95
) -> Difference:
    """a - b with its paired interval; both arms must have been weighed by the same draws."""
    same_length(samples_a=samples_a, samples_b=samples_b)
    gap = samples_a - samples_b
    known = gap[~np.isnan(gap)]
    above = float(((known > 0) + 0.5 * (known == 0)).mean()) if len(known) else float("nan")
    return Difference(*interval(value_a - value_b, gap, confidence), above)


def with_seeds(value: float, samples: Floats, by_seed: ArrayLike, protocols: int, *, seed: int = 0) -> Floats:
    """Samples (r,) over protocols about `value`, with the spread of training seeds added and widened for their number.

    by_seed: (s,) the score of each seed; one seed adds nothing, and its spread stays unknown.
    """
    each = vector("by_seed", by_seed)
    each = each[~np.isnan(each)]
    if len(each) < 2:
        return samples
    of_seeds = float(each.var(ddof=1)) / len(each)
    if not of_seeds:
        return samples
    law = optional("scipy.stats", "scipy")
    wider = law.t.ppf(0.975, [max(1, protocols - 1), len(each) - 1]) / law.norm.ppf(0.975)
    shift = np.sqrt(of_seeds) * np.random.default_rng(seed + 1).standard_normal(len(samples))
    return np.asarray(value + wider[0] * (samples - value) + wider[1] * shift)


def macro_estimate(
    values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0, blocks: ArrayLike | None = None
) -> Estimate:
    """Mean over protocols (and seeds) of `values` (p,) or (s, p) with its 95 % interval, within 0 and 1.

    Near 1 a percentile interval is too short: no resample makes an error that no protocol made.
    """
    v = np.atleast_2d(np.asarray(values, np.float64))
    mean = _mean_over_seeds(v)
    value = float(np.nanmean(mean)) if not np.isnan(mean).all() else float("nan")
    samples = macro_samples(mean, draw(len(mean), resamples=resamples, seed=seed, blocks=blocks))
    return share_interval(value, with_seeds(value, samples, _by_seed(v), _count(mean, blocks), seed=seed))


def macro_difference(
    a: ArrayLike, b: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0, blocks: ArrayLike | None = None
) -> Difference:
    """Mean over protocols (and seeds) of a - b, both (p,) or (s, p) for the same protocols in the same order, paired.

    A protocol where either is NaN (average precision without a true SoE) is left out of both. 95 %.
    """
    first, second = (np.atleast_2d(np.asarray(x, np.float64)) for x in (a, b))
    if first.shape != second.shape:
        raise ShapeError(f"a is shape {first.shape} and b is shape {second.shape}: they must be alike")
    gaps = first - second
    gap = _mean_over_seeds(gaps)
    mean = float(np.nanmean(gap)) if not np.isnan(gap).all() else float("nan")
    samples = macro_samples(gap, draw(len(gap), resamples=resamples, seed=seed, blocks=blocks))
    samples = with_seeds(mean, samples, _by_seed(gaps), _count(gap, blocks), seed=seed)
    return difference(mean, samples, 0.0, np.zeros_like(samples))


def two_sided(gap: Difference, resamples: int = RESAMPLES) -> float:
    """Two-sided bootstrap p-value of no difference: twice the smaller tail, at least 1 / resamples, at most 1."""
    return float("nan") if np.isnan(gap.above) else min(1.0, max(2 * min(gap.above, 1 - gap.above), 1 / resamples))


def holm(p: ArrayLike) -> Floats:
    """(m,) p-values corrected for their number, step down (Holm 1979); NaN stays and counts for nothing."""
    each = vector("p", p)
    known = np.flatnonzero(~np.isnan(each))
    order = known[np.argsort(each[known], kind="stable")]
    raised = each[order] * np.arange(len(order), 0, -1)
    out = np.full(len(each), np.nan)
    out[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return out


def _count(values: Floats, blocks: ArrayLike | None) -> int:
    """How many units are drawn: protocols, or blocks of them."""
    return len(values) if blocks is None else len(np.unique(np.asarray(blocks)))


def _mean_over_seeds(values: Floats) -> Floats:
    """(p,) mean of (s, p) over seeds, NaN where any is."""
    return np.asarray(values.mean(0))


def _by_seed(values: Floats) -> Floats:
    """(s,) mean over the protocols known in all seeds."""
    known = ~np.isnan(values).any(0)
    return np.asarray(values[:, known].mean(1)) if known.any() else np.full(len(values), np.nan)


# Exact intervals of a share (Clopper and Pearson 1934), also for weighted samples.


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
