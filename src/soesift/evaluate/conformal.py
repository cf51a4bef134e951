"""Sets of answers (yes, no, or both: unsure) that hold the truth as often as promised, in each class.

Split conformal prediction, class by class (Vovk 2012; "Mondrian"): of the held-out tables of a class, the threshold is
the quantile of their own probability at rank ceil((n + 1)(1 - alpha)). For a new table exchangeable with them, its set
then misses the truth with probability at most alpha, whatever the model is worth. A poor model gives many unsure sets,
a very good one some that are empty: tables unlike either class. Tables of one protocol go together, so exchangeable
means: of protocols like these. With few held-out tables of a class nothing can be promised, and every set holds it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Bools, labels, probabilities, same_length, share


class Conformal(NamedTuple):
    """yes: YES is in the set from this probability on; no: NO is in it up to this one. alpha: chance of a miss."""

    yes: float
    no: float
    alpha: float

    def sets(self, p: ArrayLike) -> tuple[Bools, Bools]:
        """(n,) whether YES, and whether NO, is in the set of each probability p (n,); both is "unsure"."""
        given = probabilities("p", p)
        return np.asarray(given >= self.yes), np.asarray(given <= self.no)


def fit_conformal(truth: ArrayLike, p: ArrayLike, alpha: float = 0.1) -> Conformal:
    """Thresholds from held-out truth (n,) 0/1 and probabilities of YES p (n,); alpha in (0, 1)."""
    same_length(truth=truth, p=p)
    t, given = labels("truth", truth, unknown=False), probabilities("p", p)
    share("alpha", alpha)
    low = _rank(-given[t == 1], alpha)
    return Conformal(0.0 if low is None else -low, _none_is_one(_rank(given[t == 0], alpha)), alpha)


def _rank(score: np.ndarray, alpha: float) -> float | None:
    """The score at rank ceil((n + 1)(1 - alpha)), None where there are too few."""
    at = math.ceil((len(score) + 1) * (1 - alpha) - 1e-9)
    return float(np.sort(score)[at - 1]) if at <= len(score) else None


def _none_is_one(value: float | None) -> float:
    return 1.0 if value is None else value
