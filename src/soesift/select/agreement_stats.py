"""How much annotators agree: pairwise agreement and Cohen's kappa."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import UNKNOWN, Floats, ShapeError, same_length
from soesift.evaluate.arrays import labels as label_array


def cohen_kappa(a: ArrayLike, b: ArrayLike) -> float:
    """Agreement of two annotators above chance (Cohen 1960), over items both labelled; a, b: (n,) 0/1, -1
    missing.

    NaN where neither chance nor data leave room to disagree (both always gave the same one label), or no
    item is shared.
    """
    same_length(a=a, b=b)
    first, second = label_array("a", a), label_array("b", b)
    both = (first != UNKNOWN) & (second != UNKNOWN)
    if not both.any():
        return float("nan")
    yes_a, yes_b = first[both].mean(), second[both].mean()
    chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    seen = (first[both] == second[both]).mean()
    return float((seen - chance) / (1 - chance)) if chance < 1 else float("nan")


def pairwise_agreement(votes: ArrayLike) -> Floats:
    """(m, m) share of shared items on which each pair agrees, NaN where a pair shares none; votes: (n, m)."""
    said = _votes(votes)
    present, yes, no = (
        np.asarray(said >= 0, float),
        np.asarray(said == 1, float),
        np.asarray(said == 0, float),
    )
    shared = present.T @ present
    with np.errstate(invalid="ignore"):
        return np.asarray((yes.T @ yes + no.T @ no) / np.where(shared > 0, shared, np.nan))


def mean_pairwise_agreement(votes: ArrayLike) -> float:
    """Mean over pairs of annotators that share an item; NaN for fewer than two annotators."""
    matrix = pairwise_agreement(votes)
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    return float(np.nanmean(pairs)) if len(pairs) and not np.isnan(pairs).all() else float("nan")


def _votes(votes: ArrayLike) -> Floats:
    said = np.asarray(votes)
    if said.ndim != 2:
        raise ShapeError(f"votes has shape {said.shape}: it must have shape (n, m), one column an annotator")
    return label_array("votes", said.ravel()).reshape(said.shape).astype(np.float64)
