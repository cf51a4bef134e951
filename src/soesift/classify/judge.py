"""A model folder as one function: table records in, probabilities of "schedule" and "sampling grid" out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import NAMES, features
from soesift.errors import ModelError
from soesift.result.models import ModelInfo
from soesift.table.record import TableRecord

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """probabilities: records -> (n, 2), P(schedule) and P(sampling grid), summing to at most 1.

    Or (n, 3): third, which share of P(schedule) is that of one arm, part or group (a track).
    """

    info: ModelInfo
    probabilities: Callable[[Sequence[TableRecord]], Probabilities]


# The linear model: multinomial logistic regression on table features, as plain arrays in JSON.

CLASSES = ("other", "soe", "sampling")


@dataclass(frozen=True, slots=True)
class Linear:
    """mean, scale: (d,); weights: (d, k); bias: (k,) for the k classes of CLASSES."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, k) log-odds of the classes, up to a constant a row."""
        scaled = np.clip((features - self.mean) / self.scale, -4, 4)
        return np.asarray(scaled @ self.weights + self.bias, np.float64)


def read_linear(path: Path) -> Linear:
    """Read linear.json; raises ModelError if it is damaged or its features are not this version's."""
    try:
        data = json.loads(path.read_text())
        if tuple(data["features"]) != NAMES:
            raise ModelError(f"{path}: made for other features; train it again")
        return Linear(*(np.asarray(data[name], np.float64) for name in ("mean", "scale", "weights", "bias")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: not a usable linear.json ({error!r}); train it again") from error


def write_linear(model: Linear, path: Path) -> None:
    data = {name: np.round(getattr(model, name), 6).tolist() for name in ("mean", "scale", "weights", "bias")}
    path.write_text(json.dumps({"features": list(NAMES), "classes": list(CLASSES), **data}, indent=0))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, k) rows that sum to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


# The hand rule: marks, planned times, activities and a title, counted. A baseline that needs no training.

_AT = {name: place for place, name in enumerate(NAMES)}


def rule_probabilities(records: Sequence[TableRecord]) -> NDArray[np.float64]:
    """(n, 2): P(schedule) from points, P(sampling grid) always 0. Six of ten points make an even chance."""
    numbers = features(records)

    def column(name: str) -> NDArray[np.float64]:
        return numbers[:, _AT[name]]

    points = (
        2.0 * (column("marks") > np.log1p(7))
        + 1.0 * (column("marks") > np.log1p(2))
        + 2.0 * (column("header_times") > np.log1p(2.5))
        + 1.0 * (column("phases") >= 2)
        + 1.0 * (column("activities") > np.log1p(1.5))
        + 1.0 * ((column("landscape") > 0) | (column("rotated") > 0))
        + 1.0 * (column("title_caption") + column("title_heading") + column("title_above") > 0)
        + 1.0 * (column("columns") > np.log1p(3.5))
    )
    chance = 1 / (1 + np.exp(-1.5 * (points - 6.0)))
    return np.stack([chance, np.zeros_like(chance)], axis=1)
