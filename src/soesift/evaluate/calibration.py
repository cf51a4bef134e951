"""How honest probabilities are, the fits that make them so, and the thresholds that are chosen on them.

All on arrays. Fit on data that trained neither the student nor the thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated
from soesift.errors import UsageError
from soesift.evaluate.scores import (
    Bools,
    Floats,
    Ints,
    ValueRangeError,
    labels,
    optional,
    probabilities,
    same_length,
    share,
    vector,
)


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


RESAMPLES = 2000  # of groups, for an interval of the calibration error
PARTS = 10  # of the groups; each is judged by what is fitted on the others
FEWEST_GROUPS = 4  # of which parts can be made that say anything of each other


class HeldOutError(NamedTuple):
    """Calibration error of held-out rows, each part of the groups judged by the calibration of the others; 95 %
    interval over groups. fitted: whether there were always enough rows to fit anything.
    """

    value: float
    low: float
    high: float
    rows: int
    fitted: bool


def held_out_error(
    logits: Floats,
    target: Floats,
    positive: list[int],
    groups: Sequence[str],
    weights: Floats | None = None,
    *,
    recall: float = 0.99,
    bins: int = 10,
) -> HeldOutError | None:
    """Expected calibration error that a fit on rows like these leaves: logits, target (n, k); groups n names.

    Few rows make the error itself look larger than it is, and resampling them more so: the interval leans upwards.
    None with fewer than FEWEST_GROUPS groups.
    """
    names, of = np.unique(np.asarray(groups, np.str_), return_inverse=True)
    if len(names) < FEWEST_GROUPS:
        return None
    share, fitted = np.zeros(len(of)), True
    for number in range(min(PARTS, len(names))):
        part = of % PARTS == number
        found = calibrate(logits[~part], target[~part], positive, recall, "the other groups", weights)
        fitted &= not found.fitted_on.startswith("nothing")
        share[part] = calibrated(logits[part], found)[:, positive].sum(axis=1)
    truth = (target[:, positive].sum(axis=1) > 0.5).astype(np.float64)
    place = np.minimum((share * bins).astype(np.int64), bins - 1)
    gap, size = np.zeros((len(names), bins)), np.bincount(of, minlength=len(names))
    np.add.at(gap, (of, place), truth - share)
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
    errors = np.abs(drawn @ gap).sum(axis=1) / (drawn @ size)
    low, high = np.quantile(errors, (0.025, 0.975))
    return HeldOutError(float(np.abs(gap.sum(axis=0)).sum() / len(of)), float(low), float(high), len(of), fitted)


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


def temperature(logits: Floats, target: Floats, weight: Floats | None = None) -> float:
    """Scale 1 / T of the logits (n, k) that minimises log loss against targets (n, k) (Guo et al. 2017).

    Golden-section search over log T in [1/20, 20]; the loss is convex in the scale.
    """
    w = np.ones(len(logits)) if weight is None else weight
    low, high, ratio = np.log(0.05), np.log(20.0), (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if _scaled_loss(logits, target, w, np.exp(a)) < _scaled_loss(logits, target, w, np.exp(b)):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def best_f1(share: Floats, truth: Bools) -> tuple[float, float]:
    """(threshold, F1): the threshold on probabilities (n,) of best F1, half-way to the next lower value."""
    order = np.argsort(-share, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(truth.sum(), 1))
    ranked = share[order]
    ends = np.append(ranked[1:] < ranked[:-1], True)  # equal values fall on the same side
    at = int(np.argmax(np.where(ends, f1, -1.0)))
    below = ranked[at + 1] if at + 1 < len(ranked) else 0.0
    return float((ranked[at] + below) / 2), float(f1[at])


def recall_threshold(share: Floats, truth: Bools, recall: float) -> float:
    """Highest threshold at which at least `recall` of the true rows are kept; 0 without true rows."""
    positive = np.sort(share[truth])
    if not len(positive):
        return 0.0
    allowed = int(np.floor((1 - recall) * len(positive) + 1e-9))
    return float(positive[allowed])


FEWEST_ROWS = 60  # held-out rows below which nothing is fitted: 32 gave thresholds of .03 and a precision of .26
FEWEST_EACH = 10  # of them schedules, and as many others
PULL_BIAS = 2.0  # rows' worth of log loss for a bias one unit from what class weights do by themselves; .5 to 2 tried
PULL_SCALE = 1.0  # the same for a scale e times as large as 1. Of no weight from some hundred rows on


def unweighted(weights: Floats) -> Floats:
    """(k,) biases, the first 0, that take class weights (k,) back: a weighted loss moves each logit by log(weight)."""
    return np.asarray(-np.log(weights / weights[0]), np.float64)


def scale_and_bias(logits: Floats, target: Floats, expected: Floats | None = None) -> tuple[float, list[float]]:
    """Scale and a bias a class (the first is 0) that minimise log loss of softmax(scale * logits + bias).

    Class weights in training move all logits of a class; a temperature alone cannot take that back. Few rows say
    little, so biases are pulled to those `expected` (k,), and the scale to 1.
    """
    minimize = optional("scipy.optimize", "scipy").minimize

    n, k = logits.shape
    prior = np.zeros(k) if expected is None else expected

    def loss(x: Floats) -> float:
        scores = np.exp(x[0]) * logits + np.append(0.0, x[1:])
        top = scores.max(1, keepdims=True)
        log_share = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
        pull = PULL_BIAS * ((x[1:] - prior[1:]) ** 2).sum() + PULL_SCALE * x[0] ** 2
        return float((pull - (target * log_share).sum()) / n)

    start = np.append(0.0, prior[1:])
    bounds = [(np.log(0.05), np.log(20.0)), *[(-8.0, 8.0)] * (k - 1)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(found[0])), [0.0, *(round(float(b), 6) for b in found[1:])]


def enough(truth: Bools) -> bool:
    """Whether held-out rows (n,) suffice to fit a calibration and thresholds."""
    yes = int(truth.sum())
    return len(truth) >= FEWEST_ROWS and min(yes, len(truth) - yes) >= FEWEST_EACH


def calibrate(
    logits: Floats,
    target: Floats,
    positive: list[int],
    recall: float,
    fitted_on: str,
    weights: Floats | None = None,
) -> Calibration:
    """Scale, biases, the threshold of best F1, and an unsure threshold that keeps `recall` of the schedules.

    weights: class weights (k,) of the training. Of fewer rows than `enough` wants nothing is fitted: only what the
    class weights did is taken back, decisions stay those of the plain thresholds, and `Calibration.fitted_on` says so.
    """
    truth = target[:, positive].sum(axis=1) > 0.5
    expected = unweighted(np.ones(target.shape[1]) if weights is None else weights)
    if not enough(truth):
        few = f"nothing: {fitted_on} hold {int(truth.sum())} schedules of {len(truth)}, too few"
        return _by_weights(expected, positive, few)
    scale, bias = scale_and_bias(logits, target, expected)
    share = calibrated(logits, Calibration(scale=scale, bias=bias))[:, positive].sum(axis=1)
    yes = best_f1(share, truth)[0]
    unsure = min(recall_threshold(share, truth, recall), yes)
    return Calibration(method="bias", scale=scale, bias=bias, yes=yes, unsure=unsure, fitted_on=fitted_on)


def _by_weights(bias: Floats, positive: list[int], fitted_on: str) -> Calibration:
    """The plain calibration, or the one that class weights alone ask for: decisions are the same."""
    plain = Calibration(fitted_on=fitted_on)
    if not bias.any():
        return plain
    inside = np.isin(np.arange(len(bias)), positive)
    moved = float(bias[inside].mean() - bias[~inside].mean()) if 0 < inside.sum() < len(bias) else 0.0
    yes, unsure = (float(sigmoid(np.log(p / (1 - p)) + moved)) for p in (plain.yes, plain.unsure))
    return Calibration(method="bias", bias=bias.tolist(), yes=yes, unsure=unsure, fitted_on=fitted_on)


def _scaled_loss(logits: Floats, target: Floats, weight: Floats, scale: float) -> float:
    share = calibrated(logits, Calibration(scale=float(scale)))
    return float(-(target * np.log(np.maximum(share, 1e-300))).sum(axis=1) @ weight)


# Sets of answers (yes, no, or both: unsure) that hold the truth as often as promised, in each class.
#
# Split conformal prediction, class by class (Vovk 2012; "Mondrian"): of the held-out tables of a class, the threshold
# is the quantile of their own probability at rank ceil((n + 1)(1 - alpha)). For a new table exchangeable with them, its
# set then misses the truth with probability at most alpha, whatever the model is worth. A poor model gives many unsure
# sets, a very good one some that are empty: tables unlike either class. Tables of one protocol go together, so
# exchangeable means: of protocols like these. With few held-out tables of a class nothing can be promised, and every
# set holds it.


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
