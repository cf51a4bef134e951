"""Fitting how student and linear model are combined, on held-out probabilities of both."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soesift.classify.judge import Linear, softmax
from soesift.classify.shipped import Stack, log_odds
from soesift.errors import MissingExtra
from soesift.train.linear_fit import fit_linear

Array = NDArray[np.float64]
STRENGTH = 0.3  # inverse of the L2 penalty: two opinions, few numbers to learn
GATE_SHARE = 0.2  # of the lowest linear probability of any labelled schedule: what lies below is not shown on


class Extra(NamedTuple):
    """Rows of made-up protocols, learnt from in every fold: features (m, d), labels (m,), a weight for all or (m,)."""

    features: Array
    labels: NDArray[np.integer]
    weight: float | Array

    @property
    def weights(self) -> Array:
        """(m,)"""
        return np.broadcast_to(np.asarray(self.weight, np.float64), len(self.labels))


def fit_with_extra(features: Array, labels: NDArray[np.integer], extra: Extra | None) -> Linear:
    """The linear model on known labels, with made-up rows at their weight."""
    known = labels >= 0
    features, labels = features[known], labels[known]
    if extra is None:
        return fit_linear(features, labels)
    weights = np.concatenate([np.ones(len(labels)), extra.weights])
    return fit_linear(np.concatenate([features, extra.features]), np.concatenate([labels, extra.labels]), weights)


def held_out_linear(
    features: Array, labels: NDArray[np.integer], folds: NDArray[np.integer], extra: Extra | None = None
) -> Array:
    """(n, 3) probabilities of the linear model, each row from a model that has not seen its fold.

    Rows with label -1 (unknown) are predicted and not learnt from.
    """
    out = np.zeros((len(features), 3))
    for fold in np.unique(folds):
        model = fit_with_extra(features[folds != fold], labels[folds != fold], extra)
        out[folds == fold] = softmax(model.logits(features[folds == fold]))
    return out


def fit_stack(
    student: Array, linear: Array, labels: NDArray[np.integer], yes: float = 0.5, unsure: float = 0.15
) -> Stack:
    """Multinomial logistic regression on the log-odds of both, (n, 3) each; labels (n,) of CLASSES.

    Being fitted on held-out probabilities, it calibrates too; its thresholds are chances, not tuned scores.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    known = labels >= 0
    odds = np.concatenate([log_odds(student), log_odds(linear)], axis=1)[known]
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(odds, labels[known])
    weights, bias = np.zeros((4, 3)), np.full(3, -20.0)
    two = len(model.classes_) == 2  # then there is one set of coefficients, for the second class
    weights[:, model.classes_] = np.stack([np.zeros(4), model.coef_[0]], axis=1) if two else model.coef_.T
    bias[model.classes_] = [0.0, model.intercept_[0]] if two else model.intercept_
    lowest = linear[known][labels[known] > 0, 1:].sum(axis=1).min()
    return Stack(
        gate=round(float(min(0.01, GATE_SHARE * lowest)), 6),
        weights=np.round(weights, 4).tolist(),
        bias=np.round(bias, 4).tolist(),
        yes=yes,
        unsure=unsure,
    )
