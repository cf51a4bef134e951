"""Selection rules: which items to train on, with which label or target. One function each, one common result.

`confident` drops labels that a student trained on the others finds wrong (confident learning, Northcutt et al.
2021), by cleanlab. `confirmed` keeps those that a third witness confirms, a student that learnt from the agreed
labels of other protocols only: two views of one teacher err together, it errs otherwise. No human label is used, so
an audit may certify what is left (`certified_confirmed`). `crowd` is Dawid and Skene's model of annotators (1979)
over three or more different LLMs, by crowd-kit. With fewer, or with several prompts of one model, it cannot tell a
good annotator from two that err alike, and tends to lose to a majority vote: refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from soesift.errors import UsageError
from soesift.evaluate.calibration import OneClassOnly, Platt, fit_platt
from soesift.evaluate.scores import (
    UNKNOWN,
    Bools,
    Floats,
    Ints,
    ShapeError,
    ValueRangeError,
    check_folds,
    labels,
    optional,
    probabilities,
    same_length,
)
from soesift.evaluate.scores import labels as label_array
from soesift.select.audit import AuditDraw, mask, refuse_repair
from soesift.select.certified import CHANCE, LEVELS, Certificate, certify
from soesift.select.combine import Combined, label

Reasons = NDArray[np.object_]

SURE = 0.8  # probability from which `self_trained` takes the student's word, on either side

MODELS = 3


class Reason(StrEnum):
    """Why an item is kept or not; also printed by `explain`."""

    KEPT = "kept"
    NO_BELIEF = "no belief: no view gave a readable answer"
    DISAGREE = "views disagree, or one is missing"
    RANDOM = "dropped at random (control)"
    MATCHED = "dropped at random within its label (control)"
    POSITIVE = "positive dropped at random (control)"
    BELOW = "score below the certified threshold"
    NOT_CERTIFIED = "nothing certified in this predicted class"
    UNCONFIRMED = "views agree, but a student of other protocols does not confirm"
    UNSURE = "the student is not sure"
    LABEL_ISSUE = "label looks wrong to the student (confident learning)"
    HUMAN = "human label"


class Selection(NamedTuple):
    """What to train on, all (n,).

    keep: bool. label: 1, 0, or -1 without belief, also for items not kept. target: in [0, 1], what a
    soft-target cross-entropy learns; the label itself for hard rules, NaN without belief. weight: 1 kept, 0
    dropped. reason: a `Reason` for each item.
    """

    keep: Bools
    label: Ints
    target: Floats
    weight: Floats
    reason: Reasons


def select(
    said: ArrayLike, keep: ArrayLike, reason: ArrayLike | Reason, *, target: ArrayLike | None = None
) -> Selection:
    """Build a Selection from labels (n,), a keep mask (n,) and the reason (one, or (n,)) of items not
    kept.
    """
    same_length(label=said, keep=keep)
    chosen, believed = labels("label", said), labels("label", said) != UNKNOWN
    kept = np.asarray(keep, bool) & believed
    why = np.full(len(chosen), Reason.KEPT, object)
    why[~kept] = np.broadcast_to(np.asarray(reason, object), len(chosen))[~kept]
    why[~believed] = Reason.NO_BELIEF
    soft = chosen.astype(np.float64) if target is None else np.asarray(target, np.float64)
    return Selection(kept, chosen, np.where(believed, soft, np.nan), kept.astype(np.float64), why)


def keep_all(votes: Combined) -> Selection:
    """`all`: every item with a belief, with its label."""
    return select(votes.label, np.ones(len(votes.label), bool), Reason.NO_BELIEF)


def agreement(votes: Combined) -> Selection:
    """`agreement`, the paper's rule: items on which all views are on one side."""
    return select(votes.label, votes.agree, Reason.DISAGREE)


def number_dropped(votes: Combined) -> int:
    """Items with a belief that `agreement` drops: what the controls drop too."""
    return int(((votes.label != UNKNOWN) & ~votes.agree).sum())


def random_drop(votes: Combined, *, seed: int) -> Selection:
    """Control: as many items as `agreement` drops, at random among those with a belief."""
    return _drop(votes, votes.label != UNKNOWN, Reason.RANDOM, seed, number_dropped(votes))


def positive_drop(votes: Combined, *, seed: int) -> Selection:
    """Control: as many items labelled YES as `agreement` drops of them, at random; all labelled NO stay."""
    yes = votes.label == 1
    return _drop(votes, yes, Reason.POSITIVE, seed, int((yes & ~votes.agree).sum()))


def matched_drop(votes: Combined, *, seed: int) -> Selection:
    """Control: as many items labelled YES and as many labelled NO as `agreement` drops of each, at random.

    What agreement gains over it is owed to which items it drops, not to how many, nor to the share of YES left.
    """
    rng = np.random.default_rng(seed)
    gone = []
    for c in (0, 1):
        pool = np.flatnonzero(votes.label == c)
        gone.append(rng.choice(pool, size=int((~votes.agree[pool]).sum()), replace=False))
    return select(votes.label, mask(len(votes.label), np.concatenate(gone), invert=True), Reason.MATCHED)


def _drop(votes: Combined, among: Bools, reason: Reason, seed: int, count: int) -> Selection:
    pool = np.flatnonzero(among)
    size = min(count, len(pool))
    gone = np.random.default_rng(seed).choice(pool, size=size, replace=False)
    return select(votes.label, mask(len(votes.label), gone, invert=True), reason)


def relabel_or(beliefs: ArrayLike) -> Selection:
    """Control: nothing dropped, YES where any view (n, v) says YES (the paper's inference rule)."""
    said = label(beliefs, "or")
    return select(said, np.ones(len(said), bool), Reason.NO_BELIEF)


def relabel_and(beliefs: ArrayLike) -> Selection:
    """Control: nothing dropped, YES only where all views (n, v) present say YES."""
    said = label(beliefs, "and")
    return select(said, np.ones(len(said), bool), Reason.NO_BELIEF)


def fit_soft(votes: Combined, audit: AuditDraw, truth: ArrayLike, *, repair: ArrayLike = ()) -> Platt:
    """Calibration sigma(a + b z) on the audit, each item weighted by 1 / its chance of having been drawn.

    truth: 0/1, -1 unknown (left out), one entry per audited item. OneClassOnly if the audit shows one class
    only. Repair rows are refused: they are not a random sample, so the fit would be off.
    """
    same_length(audit=audit.items, truth=truth)
    refuse_repair(audit.items, repair)
    t, z = labels("truth", truth), votes.z[audit.items]
    known = (t != UNKNOWN) & ~np.isnan(z)
    if not known.any():
        raise OneClassOnly("the audit holds no judged item with a belief: judge some before the soft rule")
    return fit_platt(z[known], t[known], 1 / audit.chance[known])


def soft(votes: Combined, audit: AuditDraw, truth: ArrayLike, *, repair: ArrayLike = ()) -> Selection:
    """`soft`: nothing dropped; the target is the calibrated belief and the label its side of one half.

    Valid for items like those audited: draw some of the disagreeing stratum too (`audit.draw_audit`), or
    their targets are extrapolated.
    """
    target = fit_soft(votes, audit, truth, repair=repair)(np.nan_to_num(votes.z))
    said = np.where(votes.label == UNKNOWN, UNKNOWN, target > 0.5)
    return select(said, np.ones(len(said), bool), Reason.NO_BELIEF, target=target)


def soft_beliefs(votes: Combined) -> Selection:
    """`soft_beliefs`: nothing dropped; the target is the belief as it is, sigma(z), where no audit calibrates it.

    Teachers are mostly too sure, so targets lie nearer to 0 and 1 than they should; `soft` mends that.
    """
    target = 1 / (1 + np.exp(-np.nan_to_num(votes.z)))
    said = np.where(votes.label == UNKNOWN, UNKNOWN, target > 0.5)
    return select(said, np.ones(len(said), bool), Reason.NO_BELIEF, target=target)


def certified(
    votes: Combined,
    audit: AuditDraw,
    truth: ArrayLike,
    *,
    repair: ArrayLike = (),
    alpha: float | tuple[float, float] = 0.05,
    delta: float = 0.1,
    n_levels: int = LEVELS,
    chance: float | None = CHANCE,
) -> tuple[Selection, Certificate]:
    """`certified`: agreed items above the certified score of their class; see `select.certified.certify`."""
    said, agree, score = votes.label, votes.agree, votes.score
    done = certify(
        said,
        agree,
        score,
        audit,
        truth,
        repair=repair,
        alpha=alpha,
        delta=delta,
        n_levels=n_levels,
        chance=chance,
    )
    empty = np.array([c.kept == 0 for c in done.classes])[np.maximum(said, 0)]
    why = np.where(agree, np.where(empty, Reason.NOT_CERTIFIED, Reason.BELOW), Reason.DISAGREE)
    return select(said, done.keep, why), done


def with_human(selection: Selection, index: ArrayLike, truth: ArrayLike) -> Selection:
    """Put human labels in (the Hybrid arm: for the items dropped; any pot may train).

    index: (m,) items; truth: (m,) 0/1, -1 where the human could not tell: that item stays as it was.
    """
    same_length(index=index, truth=truth)
    t = labels("truth", truth)
    told = np.asarray(index, np.int64)[t != UNKNOWN]
    human = mask(len(selection.keep), told)
    said = selection.label.copy()
    said[told] = t[t != UNKNOWN]
    why = selection.reason.copy()
    why[human] = Reason.HUMAN
    return Selection(
        selection.keep | human,
        said,
        np.where(human, said, selection.target),
        np.where(human, 1.0, selection.weight),
        why,
    )


def label_issues(said: ArrayLike, p: ArrayLike, *, filter_by: str = "prune_by_noise_rate") -> Bools:
    """(n,) whether each label 0/1 looks wrong. p: (n,) probability of YES, out of fold.

    Valid only for probabilities of a student that did not see the item (nor another table of its protocol).
    filter_by: cleanlab's method. Nothing is flagged where only one class is labelled: there is nothing to
    confuse.
    """
    same_length(label=said, p=p)
    given, yes = label_array("label", said, unknown=False), probabilities("p", p)
    if len(np.unique(given)) < 2:
        return np.zeros(len(given), bool)
    find = optional("cleanlab.filter", "cleanlab").find_label_issues
    # one process: the arrays are small, and cleanlab's workers cost more than they save
    flagged = find(given, np.column_stack([1 - yes, yes]), filter_by=filter_by, n_jobs=1, min_examples_per_class=0)
    return np.asarray(flagged, bool)


def confident(
    votes: Combined,
    p: ArrayLike,
    protocol: ArrayLike,
    fold: ArrayLike,
    *,
    filter_by: str = "prune_by_noise_rate",
) -> Selection:
    """Keep the items whose label the out-of-fold student does not find wrong.

    p: (n,) student's probability of YES, NaN where it judged nothing (such items are kept). protocol, fold:
    (n,) of the items; LeakingFolds if one protocol lies in two folds.
    """
    same_length(votes=votes.label, p=p, protocol=protocol, fold=fold)
    check_folds(protocol, fold)
    yes = probabilities("p", p, missing=True)
    judged = (votes.label != UNKNOWN) & ~np.isnan(yes)
    wrong = np.zeros(len(yes), bool)
    wrong[judged] = label_issues(votes.label[judged], yes[judged], filter_by=filter_by)
    return select(votes.label, ~wrong, Reason.LABEL_ISSUE)


def confirm(votes: Combined, p: ArrayLike, *, sure: float = 0.5) -> Combined:
    """The votes, agreed only where the student gives their label more than `sure`.

    p: (n,) student's P(YES), out of fold by protocol; NaN where it judged nothing (such items are not confirmed).
    sure: in [0.5, 1); more keeps less, and lets fewer orders in a document through.
    """
    same_length(votes=votes.label, p=p)
    if not 0.5 <= sure < 1:
        raise ValueRangeError(f"sure is {sure}: give at least 0.5 and less than 1")
    yes = probabilities("p", p, missing=True)
    said = np.select([yes > sure, 1 - yes >= sure], [1, 0], UNKNOWN)  # NaN: neither
    return votes._replace(agree=votes.agree & (said == votes.label))


def confirmed(votes: Combined, p: ArrayLike, *, sure: float = 0.5) -> Selection:
    """Keep agreed labels that the student confirms. p and sure as in `confirm`."""
    agreed = confirm(votes, p, sure=sure).agree
    return select(votes.label, agreed, np.where(votes.agree, Reason.UNCONFIRMED, Reason.DISAGREE))


def self_trained(p: ArrayLike, *, sure: float = SURE) -> Selection:
    """The student's own labels, where P(YES) is at least `sure` on one side; the teacher's are left aside.

    p: (n,) as in `confirm`. Items between are not kept.
    """
    yes = probabilities("p", p, missing=True)
    judged = ~np.isnan(yes)
    said = np.where(judged, yes > 0.5, UNKNOWN)
    return select(said, judged & (np.abs(yes - 0.5) >= sure - 0.5), Reason.UNSURE)


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
