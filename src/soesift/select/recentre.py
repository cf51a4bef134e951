"""Beliefs of a teacher that leans one way, moved to where its answers part: without any label.

Small language models say YES (or NO) to nearly everything, while their log-probabilities still order the tables.
Per column, the logits z are taken for a mixture of two normal distributions with one variance (tables that are a
schedule, and others). The posterior of the upper one is the new belief:

    logit p = (m1 - m0) / s^2 * (z - (m0 + m1) / 2) + log(w1 / w0)

with means m0 < m1, variance s^2 and weights w0, w1 (linear discriminant analysis with unknown classes; in the
spirit of Zhao et al. 2021, "Calibrate before use", arXiv 2102.09690, which moves by a content-free prompt instead).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats
from soesift.select.combine import beliefs_array, logit

FEWEST = 20  # beliefs of a column below which nothing is moved
LEAST_VALUES = 8  # different logits: spoken confidences and single answers have fewer, and are left alone


class Parting(NamedTuple):
    """Of one column: logit p = slope * (z - place); moved is False where one normal fits as well (by BIC)."""

    place: float
    slope: float
    moved: bool


STAYS = Parting(0.0, 1.0, False)


def parting(z: ArrayLike) -> Parting:
    """Where the logits z (n,) part into two groups, NaN left out; STAYS where they do not, or are too few."""
    x = np.asarray(z, np.float64)
    x = x[~np.isnan(x)]
    if len(x) < FEWEST or len(np.unique(x)) < LEAST_VALUES:
        return STAYS
    from sklearn.mixture import GaussianMixture

    one, two = (GaussianMixture(k, covariance_type="tied", n_init=5, random_state=0).fit(x[:, None]) for k in (1, 2))
    if two.bic(x[:, None]) >= one.bic(x[:, None]):
        return STAYS
    low, high = np.argsort(two.means_[:, 0])
    apart, variance = float(two.means_[high, 0] - two.means_[low, 0]), float(two.covariances_[0, 0])
    slope = apart / variance
    odds = float(np.log(two.weights_[high] / two.weights_[low]))
    # rounded, or the last bits of a parallel sum would make a resumed study take its own results for others'
    return Parting(round(float(two.means_.mean()) - odds / slope, 4), round(slope, 4), True)


def recentred(beliefs: ArrayLike) -> tuple[Floats, list[Parting]]:
    """Beliefs (n, v) moved column by column, and how; NaN stays NaN. Raises as `beliefs_array` does."""
    z = logit(beliefs_array(beliefs))
    moves = [parting(column) for column in z.T]
    place, slope = np.array([[m.place, m.slope] for m in moves]).T
    return np.asarray(1 / (1 + np.exp(-slope * (z - place)))), moves
