"""Combine the beliefs of several views (or models) into one label, an agreement and a score per item.

A missing view (NaN) takes part in nothing: z and the vote are over the views present, and the item does not
count as agreed unless `missing="ignore"`, since agreement of fewer views is weaker evidence.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, ShapeError, ValueRangeError, probabilities

LIMIT = 6.0  # of |logit|: one certain view (p = .9975) cannot outvote all others for ever

Rule = Literal["mean", "or", "and", "majority"]


class Combined(NamedTuple):
    """Per item, all of shape (n,).

    z: mean logit, NaN without any view. label: 1, 0, or -1 without any view. agree: all views on one side of
    one half (a belief of exactly one half is on neither). score: agree * min |2p - 1| over views, in [0, 1].
    present: number of views with a belief.
    """

    z: Floats
    label: Ints
    agree: Bools
    score: Floats
    present: Ints


def beliefs_array(beliefs: ArrayLike) -> Floats:
    """`beliefs` as floats (n, v) in [0, 1] or NaN, v >= 1; ShapeError or ValueRangeError otherwise."""
    p = np.asarray(beliefs, np.float64)
    if p.ndim != 2 or not p.shape[1]:
        raise ShapeError(f"beliefs has shape {p.shape}: it must have shape (n, v), one column a view")
    return probabilities("beliefs", p, missing=True)


def logit(p: ArrayLike) -> Floats:
    """log(p / (1 - p)) clipped to |6|; NaN stays NaN."""
    q = np.asarray(p, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log(q) - np.log1p(-q), -LIMIT, LIMIT))


def mean_logit(beliefs: ArrayLike) -> Floats:
    """(n,) mean over views present of the clipped logit; NaN without any.

    Each logit is clipped before the mean (so the mean is within |6| too): p of exactly 0 and 1 then cancel
    instead of giving infinity minus infinity.
    """
    z = logit(beliefs_array(beliefs))
    present = (~np.isnan(z)).sum(1)
    return np.asarray(np.where(present > 0, np.nansum(z, 1) / np.maximum(present, 1), np.nan))


def at_least(beliefs: ArrayLike, k: int) -> Ints:
    """(n,) label 1 where at least k views present have p > 1/2, else 0; -1 without any view (k-of-n vote)."""
    p = beliefs_array(beliefs)
    if not 1 <= k <= p.shape[1]:
        raise ValueRangeError(f"k is {k}: it must lie between 1 and the {p.shape[1]} views")
    return np.where(np.isnan(p).all(1), UNKNOWN, (p > 0.5).sum(1) >= k).astype(np.int64)


def label(beliefs: ArrayLike, rule: Rule = "mean") -> Ints:
    """(n,) label by `rule`: 1, 0, or -1 without any view.

    mean: z > 0. or: any view YES (the paper's inference). and: all views present YES. majority: more views
    YES than not; a tie is decided by z.
    """
    p = beliefs_array(beliefs)
    z, said_yes, present = mean_logit(p), (p > 0.5).sum(1), (~np.isnan(p)).sum(1)
    if rule == "mean":
        chosen = z > 0
    elif rule == "or":
        chosen = said_yes >= 1
    elif rule == "and":
        chosen = said_yes == present
    elif rule == "majority":
        chosen = np.where(2 * said_yes == present, z > 0, 2 * said_yes > present)
    else:
        raise ValueRangeError(f"rule is {rule!r}: it must be mean, or, and, majority")
    return np.where(present > 0, chosen, UNKNOWN).astype(np.int64)


def agreement(beliefs: ArrayLike, *, missing: Literal["break", "ignore"] = "break") -> Bools:
    """(n,) whether all views lie on one side of one half; a missing view breaks agreement or is ignored."""
    p = beliefs_array(beliefs)
    gone = np.isnan(p)
    high, low = np.where(gone, True, p > 0.5).all(1), np.where(gone, True, p < 0.5).all(1)
    agreed = (high | low) & ~gone.all(1)
    return np.asarray(agreed & ~gone.any(1) if missing == "break" else agreed)


def combine(beliefs: ArrayLike, *, rule: Rule = "mean", missing: Literal["break", "ignore"] = "break") -> Combined:
    """All of `Combined` from beliefs (n, v). With v = 1, agreement says only that the view is not
    undecided.
    """
    p = beliefs_array(beliefs)
    agreed = agreement(p, missing=missing)
    margin = np.where(np.isnan(p), 1.0, np.abs(2 * p - 1)).min(1)
    return Combined(mean_logit(p), label(p, rule), agreed, np.where(agreed, margin, 0.0), (~np.isnan(p)).sum(1))
