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
from soesift.select.one_mode import one_mode, one_shape

FEWEST = 20  # beliefs of a column below which nothing is moved
LEAST_VALUES = 8  # different logits: spoken confidences and single answers have fewer, and are left alone
APART = 2.0  # Ashman's D from which two groups of one spread count as two; below it their sum has one mode
SMALLEST = 0.02  # share of the tables that the smaller group must hold: fewer are strays, not a class
CLEARLY = 10.0  # BIC by which two normals must beat every single group, skewed and flat ones too (very strong evidence)
ONE_MODE = 0.05  # p value of "the logits have one mode" from which they are left alone


class Parting(NamedTuple):
    """Of one column: logit p = slope * (z - place); where `moved` is False, `why` says so."""

    place: float
    slope: float
    moved: bool
    why: str = ""


def stays(why: str) -> Parting:
    """Beliefs left as they are."""
    return Parting(0.0, 1.0, False, why)


def parting(z: ArrayLike) -> Parting:
    """Where the logits z (n,) part into two groups, NaN left out; `stays` where they do not, or are too few.

    That a mixture of two normals fits better than one says only that the logits are not normal: a skewed or flat single
    group does so too. So they must also be apart (Ashman's D), both hold a share, and either the gap between them is
    deeper than a single group's chance gaps (`one_mode`), or no single group of any shape fits nearly as well
    (`one_shape`).
    """
    x = np.asarray(z, np.float64)
    x = x[~np.isnan(x)]
    if len(x) < FEWEST or len(np.unique(x)) < LEAST_VALUES:
        return stays("too few beliefs, or too few different ones")
    from sklearn.mixture import GaussianMixture

    one, two = (GaussianMixture(k, covariance_type="tied", n_init=5, random_state=0).fit(x[:, None]) for k in (1, 2))
    if two.bic(x[:, None]) >= one.bic(x[:, None]):
        return stays("one group fits as well as two")
    low, high = np.argsort(two.means_[:, 0])
    apart, variance = float(two.means_[high, 0] - two.means_[low, 0]), float(two.covariances_[0, 0])
    if apart < APART * np.sqrt(variance) or two.weights_.min() < SMALLEST:
        return stays(f"no two groups apart (D {apart / np.sqrt(variance):.1f}, smaller {two.weights_.min():.1%})")
    if (chance := one_mode(x)) >= ONE_MODE and two.bic(x[:, None]) > one_shape(x) - CLEARLY:
        return stays(f"no gap between two groups (p {chance:.2f} for a single one)")
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
