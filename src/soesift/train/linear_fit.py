"""Fitting the linear model (scikit-learn) that gates the student and is judged beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.classify.judge import CLASSES, Linear
from soesift.errors import MissingExtra

STRENGTH = 0.1  # inverse of the L2 penalty


def fit_linear(
    features: NDArray[np.float64], labels: NDArray[np.integer], weights: NDArray[np.float64] | None = None
) -> Linear:
    """Multinomial logistic regression; features (n, d), labels (n,) places in CLASSES, weights (n,) or 1."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.clip((features - mean) / scale, -4, 4)
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(scaled, labels, sample_weight=weights)
    table, bias = np.zeros((features.shape[1], len(CLASSES))), np.full(len(CLASSES), -20.0)
    table[:, model.classes_] = (
        model.coef_.T if len(model.classes_) > 2 else np.stack([np.zeros(features.shape[1]), model.coef_[0]], axis=1)
    )
    bias[model.classes_] = model.intercept_ if len(model.classes_) > 2 else [0.0, model.intercept_[0]]
    return Linear(mean, scale, table, bias)
