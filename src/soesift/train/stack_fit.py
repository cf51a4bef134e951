"""Fitting how student and linear model are combined, on held-out probabilities of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.classify.linear import softmax
from soesift.classify.shipped import Stack, log_odds
from soesift.errors import MissingExtra
from soesift.train.linear_fit import fit_linear

Array = NDArray[np.float64]
STRENGTH = 0.3  # inverse of the L2 penalty: two opinions, few numbers to learn
GATE_SHARE = 0.2  # of the lowest linear probability of any labelled schedule: what lies below is not shown on


def held_out_linear(features: Array, labels: NDArray[np.integer], folds: NDArray[np.integer]) -> Array:
    """(n, 3) probabilities of the linear model, each row from a model that has not seen its fold.

    Rows with label -1 (unknown) are predicted and not learnt from.
    """
    out = np.zeros((len(features), 3))
    for fold in np.unique(folds):
        seen = (folds != fold) & (labels >= 0)
        out[folds == fold] = softmax(fit_linear(features[seen], labels[seen]).logits(features[folds == fold]))
    return out


def fit_stack(student: Array, linear: Array, labels: NDArray[np.integer], yes: float = 0.5, unsure: float = 0.15) -> Stack:
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
    weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    lowest = linear[known][labels[known] > 0, 1:].sum(axis=1).min()
    return Stack(
        gate=round(float(min(0.01, GATE_SHARE * lowest)), 6),
        weights=np.round(weights, 4).tolist(),
        bias=np.round(bias, 4).tolist(),
        yes=yes,
        unsure=unsure,
    )
