"""Fitting what stands beside the student: linear model, boosted trees, and how they are combined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soesift.classify.judge import CLASSES, Linear, softmax
from soesift.classify.shipped import Stack, log_odds
from soesift.classify.trees import Trees, from_rows
from soesift.errors import MissingExtra, ModelError

# Fitting the linear model (scikit-learn) that gates the student and is judged beside it.

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


# Fitting how student and linear model are combined, on held-out probabilities of both.

Array = NDArray[np.float64]
STACK_STRENGTH = 0.3  # inverse of the L2 penalty: two opinions, few numbers to learn
GATE_SHARE = 0.2  # of the lowest light probability of a schedule that both together take; below, no student is asked
SOE = CLASSES.index("soe")


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
    model = LogisticRegression(C=STACK_STRENGTH, max_iter=5000).fit(odds, labels[known])
    weights, bias = np.zeros((4, 3)), np.full(3, -20.0)
    two = len(model.classes_) == 2  # then there is one set of coefficients, for the second class
    weights[:, model.classes_] = np.stack([np.zeros(4), model.coef_[0]], axis=1) if two else model.coef_.T
    bias[model.classes_] = [0.0, model.intercept_[0]] if two else model.intercept_
    taken = softmax(odds @ weights + bias)[:, SOE] >= unsure
    lowest = linear[known][taken & (labels[known] == SOE), 1:].sum(axis=1).min(initial=1.0)
    return Stack(
        gate=round(float(min(0.01, GATE_SHARE * lowest)), 6),
        weights=np.round(weights, 4).tolist(),
        bias=np.round(bias, 4).tolist(),
        yes=yes,
        unsure=unsure,
    )


# Fitting boosted trees (scikit-learn), and writing them as `classify.trees` reads them.

Floats = NDArray[np.float64]
ROUNDS = 120  # one tree a class and round
RATE = 0.08  # share of a tree's word that is added
LEAVES = 8  # of a tree: three questions in a row decide
PENALTY = 5.0  # L2, on the values of leaves


class Fitted(NamedTuple):
    """Trees as lists of nodes, the class of each, and where the log-odds begin; `trees` is the same, ready to use."""

    rows: list[list[list[float]]]
    of: list[int]
    start: list[float]
    trees: Trees


def fit_trees(numbers: Floats, labels: NDArray[np.integer], weights: Floats) -> Fitted:
    """numbers (n, d) of `tree_features`, labels (n,) places in CLASSES, weights (n,). Raises MissingExtra, ModelError.

    A class without a row gets no tree and log-odds of -20.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        l2_regularization=PENALTY,
        early_stopping=False,
        random_state=0,
    ).fit(numbers, labels, sample_weight=weights)
    fitted = as_lists(model)
    exact, ours = model.predict_proba(numbers), softmax(fitted.trees.logits(numbers))[:, model.classes_]
    if not np.allclose(exact, ours, atol=1e-4):
        raise ModelError(
            "the trees written differ from scikit-learn's, whose inner form has changed: train/light_fit.py"
        )
    return fitted


def fit_trees_with_extra(numbers: Floats, labels: NDArray[np.integer], extra: Extra | None) -> Fitted:
    """Trees on known labels, with made-up rows (`tree_features` of them) at their weight."""
    known = labels >= 0
    numbers, labels = numbers[known], labels[known]
    weights = np.ones(len(labels))
    if extra is not None:
        weights = np.concatenate([weights, extra.weights])
        numbers = np.concatenate([numbers, extra.features])
        labels = np.concatenate([labels, extra.labels])
    return fit_trees(numbers, labels, weights)


def held_out_trees(
    numbers: Floats, labels: NDArray[np.integer], folds: NDArray[np.integer], extra: Extra | None = None
) -> Floats:
    """(n, 3) probabilities of trees that have not seen the row's fold; rows with label -1 are not learnt from."""
    out = np.zeros((len(numbers), len(CLASSES)))
    for fold in np.unique(folds):
        found = fit_trees_with_extra(numbers[folds != fold], labels[folds != fold], extra)
        out[folds == fold] = softmax(found.trees.logits(numbers[folds == fold]))
    return out


def as_lists(model: object) -> Fitted:
    """scikit-learn's predictors as lists of nodes; two classes are one tree a round, for the second."""
    classes = [int(k) for k in model.classes_]  # type: ignore[attr-defined]
    start = [-20.0] * len(CLASSES)
    first = np.ravel(model._baseline_prediction)  # type: ignore[attr-defined]  # there is no public way
    shown = classes if len(first) > 1 else classes[1:]
    for k in classes:
        start[k] = 0.0
    for k, value in zip(shown, first.tolist(), strict=True):
        start[k] = round(value, 6)
    rows, of = [], []
    for stage in model._predictors:  # type: ignore[attr-defined]
        for k, tree in zip(shown, stage, strict=True):
            rows.append([_node(node) for node in tree.nodes])
            of.append(k)
    return Fitted(rows, of, start, from_rows(rows, of, start))


def _node(node: np.void) -> list[float]:
    if node["is_leaf"]:
        return [round(float(node["value"]), 6)]
    return [int(node["feature_idx"]), float(node["num_threshold"]), int(node["left"]), int(node["right"])]
