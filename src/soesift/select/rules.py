"""Selection rules: which items to train on, with which label or target. One function each, one common result.

Every rule takes what `combine` gives and returns a `Selection` of the same n items; an item without any
belief is never kept. Rules named "control" exist to show what a filter owes to dropping items at all, or
positives.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from soesift.evaluate.calibration import OneClassOnly, Platt, fit_platt
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, labels, same_length
from soesift.select.audit import AuditDraw, mask, refuse_repair
from soesift.select.certified import CHANCE, LEVELS, Certificate, certify
from soesift.select.combine import Combined, label

Reasons = NDArray[np.object_]


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
