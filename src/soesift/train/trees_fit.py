"""Fitting boosted trees (scikit-learn), and writing them as `classify.trees` reads them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soesift.classify.judge import CLASSES, softmax
from soesift.classify.trees import Trees, from_rows
from soesift.errors import MissingExtra, ModelError
from soesift.train.stack_fit import Extra

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
            "the trees written differ from scikit-learn's, whose inner form has changed: train/trees_fit.py"
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
