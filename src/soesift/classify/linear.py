"""The linear model: multinomial logistic regression on table features, as plain arrays in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import NAMES
from soesift.errors import ModelError

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
