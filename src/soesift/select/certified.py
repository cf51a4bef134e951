"""Certified selection: with probability 1 - delta over the draw of the audit, at most a fraction alpha of
the kept labels are wrong, in each predicted class.

Per class: thresholds are score quantiles of its agreed items, fixed before the audit is looked at, strict to
loose. Each is tested in turn by the exact finite-pool (hypergeometric) test; the first that fails ends the
sequence, and the last that passed wins (fixed-sequence testing, as in Jung et al. 2024, arXiv 2407.18370;
finite pool as in Candes et al. 2025, arXiv 2506.10908). Nothing passed: nothing is kept, and the audit that
would be needed is stated.

Valid if, within each predicted class, the audited items are drawn at random without replacement from its
agreed items by a draw that does not look at scores or truth (`audit.draw_audit`). The guarantee is about
this pool and these labels, not about later protocols.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Bools, Floats, Ints, optional, same_length, share, vector
from soesift.evaluate.arrays import labels as label_array
from soesift.select.audit import AuditDraw, refuse_repair
from soesift.select.feasible import audit_size, hypergeometric_tail, needed_audit

LEVELS = 20  # quantile thresholds: keep 5 %, 10 %, ... of the class


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
    """keep: (n,) items certified. classes: one certificate for predicted NO and YES."""

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
    chance: float | None = None,
) -> ClassCertificate:
    """Certify one predicted class: its agreed items, score (n,), audited (n,) bool, wrong (n,) bool (read
    where audited). `delta` is this class's share of the risk.
    """
    same_length(score=score, audited=audited, wrong=wrong)
    s, seen = vector("score", score), np.asarray(audited, bool)
    bad = np.asarray(wrong, bool) & seen
    cuts = levels(s, n_levels)
    kept = s >= cuts[:, None]  # (k, n)
    counts = np.stack([kept.sum(1), (kept & seen).sum(1), (kept & bad).sum(1)], 1)
    first = start_at(counts[:, 0], int(seen.sum()), share("alpha", alpha), share("delta", delta), chance=chance)
    steps = _sequence(cuts, counts, first, alpha, delta)
    passed = [step for step in steps if step.accepted]
    threshold, n_kept = (passed[-1].threshold, passed[-1].pool) if passed else (math.inf, 0)
    needed, why = _explain(counts, steps, first, alpha, delta)
    return ClassCertificate(label, alpha, delta, len(s), int(seen.sum()), threshold, n_kept, steps, needed, why)


def _sequence(cuts: Floats, counts: Ints, first: int, alpha: float, delta: float) -> list[Step]:
    steps = []
    for cut, (pool, n, k) in zip(cuts[first:].tolist(), counts[first:].tolist(), strict=True):
        p = hypergeometric_tail(k, pool, n, alpha)
        steps.append(Step(cut, pool, n, k, p, p <= delta))
        if p > delta:
            break
    return steps


def _explain(counts: Ints, steps: list[Step], first: int, alpha: float, delta: float) -> tuple[int | None, str]:
    if steps and steps[0].accepted:
        last = [step for step in steps if step.accepted][-1]
        return None, f"certified: {last.wrong} wrong of {last.audited} audited among {last.pool} kept"
    if not len(counts):
        return None, "nothing to certify: no agreed item in this class"
    whole, n, _ = counts[-1].tolist()
    if first == len(counts):
        size = needed_audit(whole, alpha, delta)
        return (
            size,
            f"nothing certified: the audit holds {n} of {whole} items and needs {size} without an error",
        )
    step = steps[0]
    here = needed_audit(step.pool, alpha, delta, step.wrong / step.audited if step.audited else 0.0)
    seen = f"nothing certified: {step.wrong} wrong of {step.audited} audited at the strictest threshold tested"
    if here is None:
        return None, f"{seen}; no audit is large enough at that error rate"
    total = min(whole, math.ceil(here * whole / step.pool))
    return total, f"{seen}; at that error rate about {total} audited items of this class would be needed"


def certify(
    label: ArrayLike,
    agree: ArrayLike,
    score: ArrayLike,
    audit: AuditDraw,
    truth: ArrayLike,
    *,
    repair: ArrayLike = (),
    alpha: float | tuple[float, float] = 0.05,
    delta: float = 0.1,
    n_levels: int = LEVELS,
    chance: float | None = None,
) -> Certificate:
    """Certify predicted NO and YES, each at delta / 2 and its own alpha (NO, YES).

    label: (n,) 0/1, -1 without belief. agree: (n,) bool. score: (n,). audit: the random draw, indices into
    the n items. truth: one entry 0/1 for each audited item, -1 where the reviewers could not tell: it counts
    as wrong, the safe side. repair: indices of the repair pot; RepairRowsCertify if any of them is in the
    audit.
    """
    same_length(label=label, agree=agree, score=score, audit_frame=audit.frame)
    same_length(audit=audit.items, truth=truth)
    refuse_repair(audit.items, repair)
    said = label_array("label", label)
    audited, wrong = np.zeros(len(said), bool), np.zeros(len(said), bool)
    audited[audit.items] = True
    wrong[audit.items] = label_array("truth", truth) != said[audit.items]
    alphas = alpha if isinstance(alpha, tuple) else (alpha, alpha)
    keep, classes = np.zeros(len(said), bool), []
    for c in (0, 1):
        pool = np.flatnonzero((said == c) & np.asarray(agree, bool) & (audit.frame == c))
        s = vector("score", score)[pool]
        done = certify_class(
            s,
            audited[pool],
            wrong[pool],
            label=c,
            alpha=alphas[c],
            delta=share("delta", delta) / 2,
            n_levels=n_levels,
            chance=chance,
        )
        keep[pool[s >= done.threshold]] = True
        classes.append(done)
    return Certificate(keep, tuple(classes))
