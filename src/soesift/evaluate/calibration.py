"""How honest probabilities are, and the fit that makes them so (Platt; temperatures are `train.calibrate`'s).

All on arrays, in numpy alone. Fit on data that trained neither the student nor the thresholds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate.arrays import Floats, Ints, ValueRangeError, labels, probabilities, same_length, vector


class OneClassOnly(UsageError):
    """A fit needs both YES and NO among its labels."""


class Platt(NamedTuple):
    """p = sigma(a + b z); b = 1 / temperature and a = 0 is temperature scaling."""

    a: float
    b: float

    def __call__(self, z: ArrayLike) -> Floats:
        return sigmoid(self.a + self.b * np.asarray(z, np.float64))


class Reliability(NamedTuple):
    """Per filled bin (b,): mean probability, observed share of YES, number of items."""

    predicted: Floats
    observed: Floats
    n: Ints


def sigmoid(z: ArrayLike) -> Floats:
    """1 / (1 + exp(-z)), without overflow."""
    x = np.asarray(z, np.float64)
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0, small) / (1 + small))


def brier(truth: ArrayLike, p: ArrayLike) -> float:
    """Mean squared distance of p (n,) in [0, 1] to truth (n,) 0/1; 0 is best, always .5 scores .25."""
    same_length(truth=truth, p=p)
    return float(((probabilities("p", p) - labels("truth", truth, unknown=False)) ** 2).mean())


def log_loss(truth: ArrayLike, p: ArrayLike) -> float:
    """Mean -log p(truth), probabilities kept 1e-12 away from 0 and 1."""
    same_length(truth=truth, p=p)
    t = labels("truth", truth, unknown=False)
    q = np.clip(probabilities("p", p), 1e-12, 1 - 1e-12)
    return float(-np.log(np.where(t == 1, q, 1 - q)).mean())


def reliability(truth: ArrayLike, p: ArrayLike, *, bins: int = 10, equal_mass: bool = False) -> Reliability:
    """Bins of equal width over [0, 1], or (`equal_mass`) of equal numbers of items; empty bins are left
    out.
    """
    same_length(truth=truth, p=p)
    t, q = labels("truth", truth, unknown=False), probabilities("p", p)
    if bins < 1:
        raise ValueRangeError(f"bins is {bins}: at least 1")
    if equal_mass:
        place = np.empty(len(q), np.int64)
        place[np.argsort(q, kind="stable")] = np.arange(len(q)) * bins // max(1, len(q))
    else:
        place = np.minimum((q * bins).astype(np.int64), bins - 1)
    n = np.bincount(place, minlength=bins)
    filled = n > 0
    means = [np.bincount(place, weights, minlength=bins)[filled] / n[filled] for weights in (q, t)]
    return Reliability(means[0], means[1], n[filled])


def expected_calibration_error(truth: ArrayLike, p: ArrayLike, *, bins: int = 10, equal_mass: bool = False) -> float:
    """Mean over items of |observed - predicted| of their bin (Naeini et al. 2015). Biased upwards when
    small.
    """
    table = reliability(truth, p, bins=bins, equal_mass=equal_mass)
    return float(np.average(np.abs(table.observed - table.predicted), weights=table.n))


def fit_platt(z: ArrayLike, truth: ArrayLike, weight: ArrayLike | None = None) -> Platt:
    """Logistic regression of truth (n,) on z (n,) with weights (n,), by Newton's method.

    Targets are smoothed as in Platt 1999, (n1 + 1)/(n1 + 2) and 1/(n0 + 2), so that separable data has a
    finite answer; n1, n0 count items, not weights. OneClassOnly if either class is absent.
    """
    same_length(z=z, truth=truth)
    x, t = vector("z", z), labels("truth", truth, unknown=False)
    w = np.ones(len(t)) if weight is None else vector("weight", weight)
    same_length(z=x, weight=w)
    yes, no = int(t.sum()), int(len(t) - t.sum())
    if not yes or not no:
        raise OneClassOnly(f"{yes} YES and {no} NO labels: a calibration fit needs both, so label more items")
    target = np.where(t == 1, (yes + 1) / (yes + 2), 1 / (no + 2))
    return _newton(np.column_stack([np.ones(len(x)), x]), target, w / w.mean())


def _newton(design: Floats, target: Floats, weight: Floats) -> Platt:
    theta = np.zeros(2)
    loss = _cross_entropy(design @ theta, target, weight)
    for _ in range(100):
        p = sigmoid(design @ theta)
        gradient = design.T @ (weight * (p - target))
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        # halve the step until the loss falls: plain Newton can overshoot on nearly separable data
        while size > 1e-6 and _cross_entropy(design @ (theta - size * step), target, weight) > loss:
            size /= 2
        theta = theta - size * step
        loss = _cross_entropy(design @ theta, target, weight)
        if np.abs(size * step).max() < 1e-9:
            break
    return Platt(float(theta[0]), float(theta[1]))


def _cross_entropy(z: Floats, target: Floats, weight: Floats) -> float:
    return float((weight * (np.logaddexp(0, z) - target * z)).sum())
