"""The arms: whose labels the student learns from in the training folds, and what needs no student."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from soesift.classify.judge import rule_probabilities
from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints
from soesift.select.audit import simulated_non_experts
from soesift.select.by_name import Material, select_by
from soesift.select.combine import Combined, mean_logit
from soesift.select.pots import Audit, from_reference
from soesift.select.rules import Selection, select, with_human
from soesift.study.config import StudyConfig, base_of
from soesift.study.data import StudyData, asks_teacher

SIMULATED_SHARE = 0.05  # of "do not know", as in simulated_humans


class Taught(NamedTuple):
    """Rows to learn from: items (m,) indices into the data, target (m,) in [0, 1], weight (m,).

    human: how many labels by people it took, those of an audit included. beside: the last so many are not the arm's own
    but of tables that teach every arm.
    """

    items: Ints
    target: Floats
    weight: Floats
    human: int = 0
    beside: int = 0


def is_direct(arm: str) -> bool:
    """Whether an arm judges without learning from labels here (rule, teacher)."""
    return arm == "rule" or arm.startswith(("zero_shot:", "vote:"))


def direct(arm: str, data: StudyData, items: Ints) -> Floats:
    """(m,) probability of YES of items (m,) by a direct arm, NaN without an answer; YES above one half.

    zero_shot:or and :and are the highest and lowest belief over views, vote:K the K-th highest: it is above one
    half exactly where K beliefs are. zero_shot:NAME takes the columns of a view or of a model. What does not pass
    the gate, if there is one, is NO.
    """
    kind, _, name = arm.partition(":")
    if arm == "rule":
        return np.asarray(rule_probabilities([data.records[i] for i in items.tolist()]).sum(1))
    beliefs = data.beliefs[items]
    known = ~np.isnan(beliefs)
    if arm == "zero_shot:or":
        p = np.where(known, beliefs, -1).max(1)
    elif arm == "zero_shot:and":
        p = np.where(known, beliefs, 2).min(1)
    elif kind == "vote":
        p = np.sort(np.where(known, beliefs, 0))[:, ::-1][:, _count(arm, name, beliefs.shape[1]) - 1]
    else:
        chosen = columns_of(data, name)
        p, known = 1 / (1 + np.exp(-mean_logit(beliefs[:, chosen]))), known[:, chosen]
    p = np.where(known.any(1), p, np.nan)
    return np.asarray(p if data.gate is None else np.where(data.gate.passes[items], p, 0.0))


def _count(arm: str, name: str, most: int) -> int:
    if not name.isdigit() or not 1 <= int(name) <= most:
        raise UsageError(f"arm {arm}: give the least number of YES votes, 1 to {most}")
    return int(name)


def columns_of(data: StudyData, name: str) -> Bools:
    """(v,) the columns of a view or of a model. UsageError where the ledger has neither."""
    chosen = np.array([name in (c.view, c.model) for c in data.columns])
    if not chosen.any():
        known = sorted({c.view for c in data.columns} | set(data.models))
        raise UsageError(f"no answers of a view or model {name!r}; the ledger holds {', '.join(known)}")
    return chosen


def taught(arm: str, data: StudyData, learn: Bools, seed: int, config: StudyConfig) -> Taught:
    """Labels of an arm within the training folds `learn` (n,) bool; nothing held out is looked at.

    UsageError where the arm cannot be made (no audit of both classes, fewer than three models, nothing kept).
    """
    name, index = base_of(arm), np.flatnonzero(learners(arm, data, learn, seed))
    done, human = _selection(name, data, index, seed, config)
    kept = done.keep & (done.weight > 0)
    if not kept.any():
        raise UsageError(f"arm {arm} keeps no label in a training fold of {len(index)} tables")
    own = Taught(index[kept], done.target[kept], done.weight[kept], human)
    if data.beside is None:
        return own
    items, known, weight = data.beside
    targets = np.append(own.target, known.astype(np.float64))
    return Taught(np.append(own.items, items), targets, np.append(own.weight, weight), human, len(items))


def learners(arm: str, data: StudyData, learn: Bools, seed: int) -> Bools:
    """(n,) tables of the training folds `learn` (n,) that an arm may learn from, before its rule drops any."""
    share = arm.partition("@")[2]
    if share:
        learn = learn & _some_protocols(data, learn, float(share), seed)
    return learn if base_of(arm) in ("human_all", "linear") else learn & data.pool


def columns_read(arm: str, data: StudyData) -> Bools:
    """(v,) the columns of answers that an arm reads; none for arms without a teacher."""
    kind, _, name = base_of(arm).partition(":")
    if not asks_teacher(arm):
        return np.zeros(len(data.columns), bool)
    single = kind in ("view", "zero_shot") and name not in ("or", "and")
    return columns_of(data, name) if single else np.ones(len(data.columns), bool)


def _selection(name: str, data: StudyData, index: Ints, seed: int, config: StudyConfig) -> tuple[Selection, int]:
    """The selection of an arm, and how many labels by people it took."""
    truth = data.truth[index]
    known = int((truth != UNKNOWN).sum())
    if name in ("human", "human_all", "linear"):
        return select(truth, truth != UNKNOWN, "no gold label"), known
    if name == "human_simulated":
        return select(_simulated(truth, seed), truth != UNKNOWN, "no gold label"), known
    columns, drawn = columns_read(name, data), [0]

    def audit(votes: Combined) -> Audit:
        found = from_reference(truth, votes, config.audit.size, seed)
        drawn[0] = len(found.draw.items)
        return found

    material = Material(
        data.beliefs[index][:, columns],
        data.groups[index],
        data.votes[index],
        data.models,
        lambda: data.features[index],
        audit,
        config.audit.alpha,
        config.audit.delta,
        seed,
    )
    rule = {"hybrid": "agreement"}.get(name, "all" if name.startswith("view:") else name)
    chosen = select_by(rule, material).selection
    if name != "hybrid":
        return chosen, drawn[0]
    dropped = np.flatnonzero(~chosen.keep)
    said = _simulated(truth, seed) if config.humans == "simulated" else truth
    return with_human(chosen, dropped, said[dropped]), int((truth[dropped] != UNKNOWN).sum())


def _simulated(truth: Ints, seed: int) -> Ints:
    """Labels of simulated non-experts where the truth is known, -1 elsewhere."""
    known, said = truth != UNKNOWN, truth.copy()
    said[known] = simulated_non_experts(truth[known], seed=seed, do_not_know=SIMULATED_SHARE).label
    return said


def _some_protocols(data: StudyData, learn: Bools, share: float, seed: int) -> Bools:
    """(n,) tables of a share of the training protocols; a smaller share is part of a larger one."""
    names = np.random.default_rng(seed).permutation(np.unique(data.groups[learn & data.pool]))
    return np.asarray(np.isin(data.groups, names[: max(1, round(share * len(names)))]))


def quality(data: StudyData, rows: Taught) -> dict[str, int]:
    """How many rows and protocols of an arm teach, how many say YES, how many of those with gold are wrong; and rows
    beside it.
    """
    items = rows.items[: len(rows.items) - rows.beside]
    said, truth = rows.target[: len(items)] > 0.5, data.truth[items]
    judged = truth != UNKNOWN
    return {
        "rows": len(items),
        "beside": rows.beside,
        "protocols": len(np.unique(data.groups[items])),
        "yes": int(said.sum()),
        "judged": int(judged.sum()),
        "wrong": int((said != truth)[judged].sum()),
    }
