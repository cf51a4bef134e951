"""What an audit of a given size can certify, before any label is bought: what `plan` and `review` count with."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from soesift.evaluate.arrays import ValueRangeError, optional, share


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
