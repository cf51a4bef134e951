"""Calibration and thresholds, from held-out logits: pure functions on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]


def temperature(logits: Floats, target: Floats, weight: Floats | None = None) -> float:
    """Scale 1 / T of the logits (n, k) that minimises log loss against targets (n, k) (Guo et al. 2017).

    Golden-section search over log T in [1/20, 20]; the loss is convex in the scale.
    """
    w = np.ones(len(logits)) if weight is None else weight
    low, high, ratio = np.log(0.05), np.log(20.0), (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if _loss(logits, target, w, np.exp(a)) < _loss(logits, target, w, np.exp(b)):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def best_f1(share: Floats, truth: Truth) -> tuple[float, float]:
    """(threshold, F1): the threshold on probabilities (n,) of best F1, half-way to the next lower value."""
    order = np.argsort(-share, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(truth.sum(), 1))
    ranked = share[order]
    ends = np.append(ranked[1:] < ranked[:-1], True)  # equal values fall on the same side
    at = int(np.argmax(np.where(ends, f1, -1.0)))
    below = ranked[at + 1] if at + 1 < len(ranked) else 0.0
    return float((ranked[at] + below) / 2), float(f1[at])


def recall_threshold(share: Floats, truth: Truth, recall: float) -> float:
    """Highest threshold at which at least `recall` of the true rows are kept; 0 without true rows."""
    positive = np.sort(share[truth])
    if not len(positive):
        return 0.0
    allowed = int(np.floor((1 - recall) * len(positive) + 1e-9))
    return float(positive[allowed])


FEWEST_ROWS = 60  # held-out rows below which nothing is fitted: 32 gave thresholds of .03 and a precision of .26
FEWEST_EACH = 10  # of them schedules, and as many others
RIDGE = 1e-3  # pull of the biases to 0, a row's worth of log loss for each unit squared and 1,000 rows


def scale_and_bias(logits: Floats, target: Floats) -> tuple[float, list[float]]:
    """Scale and a bias a class (the first is 0) that minimise log loss of softmax(scale * logits + bias).

    Class weights in training move all logits of a class; a temperature alone cannot take that back.
    """
    from scipy.optimize import minimize

    n, k = logits.shape

    def loss(x: Floats) -> float:
        scores = np.exp(x[0]) * logits + np.append(0.0, x[1:])
        top = scores.max(1, keepdims=True)
        log_share = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
        return float(-(target * log_share).sum() / n + RIDGE * (x[1:] ** 2).sum())

    start = np.append(np.log(temperature(logits, target)), np.zeros(k - 1))
    bounds = [(np.log(0.05), np.log(20.0)), *[(-8.0, 8.0)] * (k - 1)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(found[0])), [0.0, *(round(float(b), 6) for b in found[1:])]


def enough(truth: Truth) -> bool:
    """Whether held-out rows (n,) suffice to fit a calibration and thresholds."""
    yes = int(truth.sum())
    return len(truth) >= FEWEST_ROWS and min(yes, len(truth) - yes) >= FEWEST_EACH


def calibrate(logits: Floats, target: Floats, positive: list[int], recall: float, fitted_on: str) -> Calibration:
    """Scale, biases, the threshold of best F1, and an unsure threshold that keeps `recall` of the schedules.

    Of fewer rows than `enough` wants nothing is fitted: the plain probabilities and thresholds stay, and
    `Calibration.fitted_on` says so.
    """
    truth = target[:, positive].sum(axis=1) > 0.5
    if not enough(truth):
        return Calibration(fitted_on=f"nothing: {fitted_on} hold {int(truth.sum())} schedules of {len(truth)}, too few")
    scale, bias = scale_and_bias(logits, target)
    share = calibrated(logits, Calibration(scale=scale, bias=bias))[:, positive].sum(axis=1)
    yes = best_f1(share, truth)[0]
    unsure = min(recall_threshold(share, truth, recall), yes)
    return Calibration(method="bias", scale=scale, bias=bias, yes=yes, unsure=unsure, fitted_on=fitted_on)


def scores(share: Floats, truth: Truth, threshold: float) -> dict[str, float]:
    """Recall, precision, F1, accuracy at a threshold; average precision (mean precision at each true row)."""
    said = share >= threshold
    hits, n = float((said & truth).sum()), max(len(truth), 1)
    order = np.argsort(-share, kind="stable")
    ranks = np.flatnonzero(truth[order])
    precision_at = np.arange(1, len(ranks) + 1) / (ranks + 1)
    return {
        "recall": hits / max(float(truth.sum()), 1.0),
        "precision": hits / max(float(said.sum()), 1.0),
        "f1": 2 * hits / max(float(said.sum() + truth.sum()), 1.0),
        "accuracy": float((said == truth).sum()) / n,
        "average_precision": float(precision_at.mean()) if len(ranks) else 0.0,
    }


def _loss(logits: Floats, target: Floats, weight: Floats, scale: float) -> float:
    share = calibrated(logits, Calibration(scale=float(scale)))
    return float(-(target * np.log(np.maximum(share, 1e-300))).sum(axis=1) @ weight)
