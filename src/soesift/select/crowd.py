"""`crowd`: Dawid and Skene's model of annotators (1979) over three or more different LLMs, by crowd-kit.

With fewer, or with several prompts of one model, the model cannot tell a good annotator from two that err
alike, and tends to lose to a majority vote: refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Floats, Ints, ShapeError, ValueRangeError, optional, same_length
from soesift.evaluate.scores import labels as label_array
from soesift.select.rules import Reason, Selection, select, with_human

MODELS = 3


class TooFewModels(UsageError):
    """Fewer than three different models answered."""


class NoContrast(UsageError):
    """All votes are the same label, so no annotator model can be fitted."""


class Crowd(NamedTuple):
    """p: (n,) probability of YES, NaN without a vote. confusion: (m, 2, 2) P(said | true) as [model, true,
    said].
    """

    p: Floats
    confusion: Floats


def check_models(models: Sequence[str], n_columns: int) -> None:
    """TooFewModels unless the `n_columns` voters are three or more different models, one column each."""
    if len(models) != n_columns:
        raise ShapeError(f"votes has {n_columns} columns and models is length {len(models)}: name each column")
    names = sorted(set(models))
    if len(names) < MODELS:
        raise TooFewModels(
            f"{len(names)} different models ({', '.join(names)}): Dawid-Skene needs {MODELS}; "
            "use agreement or certified with fewer"
        )
    if len(names) < len(models):
        raise ValueRangeError("models names one model twice: combine its views into one vote first")


def dawid_skene(
    votes: ArrayLike, models: Sequence[str], known: ArrayLike | None = None, *, iterations: int = 200
) -> Crowd:
    """Fit the model to votes (n, m), 1, 0 or -1 missing, one column a model.

    known: (n,) true labels, -1 unknown; these rows are clamped throughout. Valid where models err
    independently given the truth; models that share an error are believed too much.
    """
    said = np.asarray(votes)
    if said.ndim != 2:
        raise ShapeError(f"votes has shape {said.shape}: it must have shape (n, m), one column a model")
    check_models(models, said.shape[1])
    said = label_array("votes", said.ravel()).reshape(said.shape)
    item, model = np.nonzero(said != UNKNOWN)
    if len(np.unique(said[item, model])) < 2:
        raise NoContrast("all votes are the same label: nothing to learn about the models; use agreement")
    pandas = optional("pandas", "pandas", "data")
    frame = pandas.DataFrame({"task": item, "worker": model, "label": said[item, model]})
    fitted = optional("crowdkit.aggregation", "crowd-kit").DawidSkene(n_iter=iterations)
    clamped = _clamped(known, said, pandas)
    with warnings.catch_warnings():  # crowd-kit calls pandas in ways that pandas deprecates, at each iteration
        warnings.simplefilter("ignore", DeprecationWarning)
        fitted.fit(frame, clamped)
    p = np.full(len(said), np.nan)
    p[fitted.probas_.index.to_numpy()] = fitted.probas_[1].to_numpy()
    if clamped is not None:  # the library keeps its probabilities a little away from 0 and 1
        p[clamped.index.to_numpy()] = clamped.to_numpy()
    return Crowd(p, _confusion(fitted.errors_, len(models)))


def _clamped(known: ArrayLike | None, said: Ints, pandas: Any) -> Any:
    if known is None:
        return None
    same_length(votes=said, known=known)
    truth = label_array("known", known)
    rows = np.flatnonzero((truth != UNKNOWN) & (said != UNKNOWN).any(1))
    return pandas.Series(truth[rows], index=rows) if len(rows) else None


def _confusion(errors: Any, n_models: int) -> Floats:
    # a model without any vote, or that never said one label, has no row for it: zero
    matrix = np.zeros((n_models, 2, 2))
    for (model, said), row in errors.iterrows():
        matrix[int(model), :, int(said)] = row[[0, 1]]
    return matrix


def crowd(votes: ArrayLike, models: Sequence[str], known: ArrayLike | None = None) -> Selection:
    """Nothing dropped: target is the model's probability of YES, label its side of one half; known rows are
    human.
    """
    p = dawid_skene(votes, models, known).p
    said = np.where(np.isnan(p), UNKNOWN, p > 0.5)
    chosen = select(said, np.ones(len(p), bool), Reason.NO_BELIEF, target=p)
    return chosen if known is None else with_human(chosen, np.arange(len(p)), known)
