"""How views agree, and how their errors go together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import (
    UNKNOWN,
    Floats,
    Ints,
    ShapeError,
    Strings,
    ValueRangeError,
    labels,
    same_length,
    share,
)
from soesift.evaluate.scores import labels as label_array
from soesift.select.combine import beliefs_array

# How much annotators agree: pairwise agreement and Cohen's kappa.


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


# How far agreement of views can help: the correlation of their errors, and what it leaves among kept
# labels.

SAMPLES = 10_000


class Phi(NamedTuple):
    """Correlation of two error indicators with its interval.

    value: NaN where a view made no error, or only errors (then the interval still says what is compatible).
    n: items judged. error_a, error_b: error rate of each view. both: items wrong in both views.
    """

    value: float
    low: float
    high: float
    n: int
    error_a: float
    error_b: float
    both: int


def kept_error(error: ArrayLike, rho: ArrayLike) -> Floats:
    """Expected error among labels on which two views agree: error rate e of each view, error correlation rho.

    (e^2 + rho e (1-e)) / (1 - 2 e (1-e) (1-rho)): .012, .060 and .093 at e = .1 and rho = 0, .5, .9. Shapes
    broadcast. Valid for two views with one error rate; rho cannot be below -e / (1-e) (no joint errors left),
    nor below -(1-e) / e: ValueRangeError.
    """
    e, r = np.asarray(error, np.float64), np.asarray(rho, np.float64)
    if ((e <= 0) | (e >= 1)).any():
        raise ValueRangeError("error must lie strictly between 0 and 1")
    joint = e**2 + r * e * (1 - e)
    if (r > 1).any() or (joint < -1e-12).any() or ((1 - e) ** 2 + r * e * (1 - e) < -1e-12).any():
        raise ValueRangeError("rho is outside what two errors of this rate can have")
    return np.asarray(np.maximum(joint, 0) / (1 - 2 * e * (1 - e) * (1 - r)))


def kept_share(error: ArrayLike, rho: ArrayLike) -> Floats:
    """Expected share of items on which the two views agree, 1 - 2 e (1-e) (1-rho)."""
    e, r = np.asarray(error, np.float64), np.asarray(rho, np.float64)
    return np.asarray(1 - 2 * e * (1 - e) * (1 - r))


def phi_of(cells: ArrayLike) -> Floats:
    """Phi of (..., 4) counts or shares both wrong, only a, only b, neither; NaN where a margin is empty."""
    both, a, b, none = np.moveaxis(np.asarray(cells, np.float64), -1, 0)
    margins = (both + a) * (both + b) * (a + none) * (b + none)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (both * none - a * b) / np.sqrt(margins)
    return np.asarray(np.where(margins > 0, value, np.nan))


def phi(
    wrong_a: ArrayLike,
    wrong_b: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> Phi:
    """Correlation of the errors of two views on reference labels, each (n,) 0/1, -1 or NaN where unknown.

    Interval: from the Dirichlet posterior of the four cells under Jeffreys' prior, which stays sensible with
    few errors or none; with `groups` (n,) (the protocols), from resampling whole groups, added to the same
    prior, since tables of one protocol err together and items taken as independent would claim too much.
    """
    same_length(wrong_a=wrong_a, wrong_b=wrong_b)
    a, b = labels("wrong_a", wrong_a), labels("wrong_b", wrong_b)
    known = (a >= 0) & (b >= 0)
    kind = 3 - 2 * a[known] - b[known]  # 0 both, 1 only a, 2 only b, 3 neither
    cells = np.bincount(kind, minlength=4)
    rng = np.random.default_rng(seed)
    if groups is None:
        drawn = rng.dirichlet(cells + 0.5, SAMPLES)
    else:
        same_length(wrong_a=wrong_a, groups=groups)
        drawn = _resampled(kind, np.asarray(groups, str)[known], rng)
    tail = (1 - share("confidence", confidence)) / 2
    low, high = np.quantile(phi_of(drawn), [tail, 1 - tail])
    n = int(known.sum())
    rates = [float(w[known].mean()) if n else float("nan") for w in (a, b)]
    return Phi(float(phi_of(cells)), float(low), float(high), n, rates[0], rates[1], int(cells[0]))


def _resampled(kind: Ints, groups: Strings, rng: np.random.Generator) -> Floats:
    names, place = np.unique(groups, return_inverse=True)
    counts = np.bincount(4 * place + kind, minlength=4 * len(names)).reshape(-1, 4)
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=SAMPLES)
    # a draw of the prior's worth keeps empty cells possible, as in the ungrouped interval
    return np.asarray(weights @ counts + rng.gamma(0.5, size=(SAMPLES, 4)))


def between_views(
    beliefs: ArrayLike, truth: ArrayLike, groups: ArrayLike | None = None, *, confidence: float = 0.95
) -> dict[tuple[int, int], Phi]:
    """Phi of each pair of views (columns of beliefs (n, v)) on items with truth (n,) 0/1, -1 unknown.

    A belief of exactly one half is counted as NO, as the label rule does.
    """
    p = beliefs_array(beliefs)
    same_length(beliefs=p, truth=truth)
    t = labels("truth", truth)[:, None]
    wrong = np.where(np.isnan(p) | (t < 0), -1, (p > 0.5) != t)
    pairs = [(a, b) for a in range(p.shape[1]) for b in range(a + 1, p.shape[1])]
    return {(a, b): phi(wrong[:, a], wrong[:, b], groups, confidence=confidence) for a, b in pairs}
