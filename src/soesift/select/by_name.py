"""One selection by the name of its rule, as `soesift select` and the arms of a study call it; and whom to ask next.

Active learning: which tables to ask a person about next, so that few labels teach much. Uncertainty sampling (Lewis
& Gale 1994): what a model of the labels so far is least sure of, spread over protocols, since the doubtful tables of
one are much alike. The labels are no random sample: they may teach, and never certify.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from soesift.classify.judge import Judge, softmax
from soesift.classify.shipped import load_judge
from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, Strings, group_folds
from soesift.label.config import GateConfig
from soesift.label.gate import Gated, gate
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers
from soesift.select import RULES, rules
from soesift.select.certified import Certificate
from soesift.select.combine import Combined, combine
from soesift.select.from_ledger import opinions
from soesift.select.pots import Audit, read_known
from soesift.select.rules import Selection, confident, confirm, confirmed, crowd, self_trained
from soesift.table.record import TableRecord

NEEDS_AUDIT = ("certified", "soft", "certified_confirmed")
INNER_FOLDS = 5


class Material(NamedTuple):
    """What rules read of n items: beliefs (n, v), groups (n,), votes (n, m) of m models, features (n, d).

    audit draws a random audit on votes when a rule asks for one (None: there is none). risk: delta of a test, given the
    votes and the audit (None: `delta`). sure: what a student must give a label that it confirms.
    """

    beliefs: Floats
    groups: Strings
    votes: Ints
    models: list[str]
    features: Callable[[], Floats]
    audit: Callable[[Combined], Audit] | None = None
    alpha: float = 0.05
    delta: float = 0.1
    seed: int = 0
    sure: float = 0.5
    risk: Callable[[Combined, Audit], float] | None = None


class Selected(NamedTuple):
    """A selection, the combined votes it rests on, for `certified` the certificate, and the audit that was used."""

    selection: Selection
    votes: Combined
    certificate: Certificate | None = None
    audit: Audit | None = None


def select_by(rule: str, material: Material) -> Selected:
    """Apply one of RULES. UsageError: no such rule, or it needs an audit and there is none."""
    votes = combine(material.beliefs)
    if rule in NEEDS_AUDIT:
        return _with_audit(rule, material, votes)
    plain: Mapping[str, Callable[[], Selection]] = {
        "agreement": lambda: rules.agreement(votes),
        "all": lambda: rules.keep_all(votes),
        "soft_beliefs": lambda: rules.soft_beliefs(votes),
        "random_drop": lambda: rules.random_drop(votes, seed=material.seed),
        "matched_drop": lambda: rules.matched_drop(votes, seed=material.seed),
        "positive_drop": lambda: rules.positive_drop(votes, seed=material.seed),
        "relabel_or": lambda: rules.relabel_or(material.beliefs),
        "relabel_and": lambda: rules.relabel_and(material.beliefs),
        "crowd": lambda: crowd(material.votes, material.models),
        "confident": lambda: _confident(material, votes),
        "confirmed": lambda: confirmed(votes, _student(material, votes, votes.agree), sure=material.sure),
        "self_trained": lambda: _self_trained(material, votes),
    }
    if rule not in plain:
        raise UsageError(f"no rule {rule!r}; known are {', '.join(RULES)}")
    return Selected(plain[rule](), votes)


def _with_audit(rule: str, material: Material, votes: Combined) -> Selected:
    if material.audit is None:
        raise UsageError(f"rule {rule} needs a random audit; give `humans` or a file of reference labels")
    if rule == "certified_confirmed":
        votes = confirm(votes, _student(material, votes, votes.agree), sure=material.sure)
    audit = material.audit(votes)
    if rule == "soft":
        return Selected(rules.soft(votes, audit.draw, audit.truth), votes, audit=audit)
    if audit.why_not:
        raise UsageError(f"nothing can be certified: {audit.why_not}")
    delta = material.risk(votes, audit) if material.risk is not None else material.delta
    chosen, certificate = rules.certified(votes, audit.draw, audit.truth, alpha=material.alpha, delta=delta)
    return Selected(chosen, votes, certificate, audit)


def _inner_folds(material: Material) -> Ints:
    n_groups = len(np.unique(material.groups))
    return group_folds(material.groups.tolist(), min(INNER_FOLDS, n_groups), seed=material.seed)


def _confident(material: Material, votes: Combined) -> Selection:
    fold = _inner_folds(material)
    p = out_of_fold(material.features(), votes.label, fold)
    return confident(votes, np.where(votes.label == UNKNOWN, np.nan, p), material.groups, fold)


def _student(material: Material, votes: Combined, taught: Bools) -> Floats:
    """(n,) P(YES) of all items, by a student of the labels `taught` (n,) of other protocols."""
    said = np.where(taught, votes.label, UNKNOWN)
    return out_of_fold(material.features(), said, _inner_folds(material))


def _self_trained(material: Material, votes: Combined) -> Selection:
    kept = confirmed(votes, _student(material, votes, votes.agree)).keep
    return self_trained(_student(material, votes, kept))


def out_of_fold(features: Floats, said: Ints, fold: Ints) -> Floats:
    """(n,) P(YES) of the linear model of labels `said` (-1: none), each item by one that saw no table of its fold."""
    p = np.full(len(said), np.nan)
    for number in np.unique(fold):
        learn, check = (fold != number) & (said != UNKNOWN), fold == number
        if learn.any():
            target = said[learn].astype(np.float64)
            p[check] = linear_probability(features[learn], target, np.ones(len(target)), features[check])
    return p


def linear_probability(learn: Floats, target: Floats, weight: Floats, check: Floats) -> Floats:
    """(m,) P(YES) of `check` (m, d) from a linear model of `learn` (n, d) with targets (n,) in [0, 1].

    A soft target is two rows, YES and NO, weighted by its shares. One class only: its share everywhere.
    """
    from soesift.train.light_fit import fit_linear

    both = np.concatenate([target * weight, (1 - target) * weight])
    used, labels = both > 0, np.repeat([1, 0], len(target))
    if len(np.unique(labels[used])) < 2:
        return np.full(len(check), float(target.mean()) if len(target) else 0.0)
    model = fit_linear(np.concatenate([learn, learn])[used], labels[used], both[used])
    return np.asarray(softmax(model.logits(check))[:, 1], np.float64)


def ask_next(p: Floats, groups: Sequence[str], count: int) -> Ints:
    """Indices of at most `count` tables, most worth asking first, of p (n,) chances of YES and their protocols.

    The table nearest to one half of each protocol, then the second of each, and so on. NaN is never asked about.
    """
    order = sorted(np.flatnonzero(~np.isnan(p)).tolist(), key=lambda i: (abs(p[i] - 0.5), i))
    taken: Counter[str] = Counter()
    turn = {}
    for i in order:
        turn[i] = taken[groups[i]]
        taken[groups[i]] += 1
    return np.array(sorted(order, key=lambda i: (turn[i], abs(p[i] - 0.5), i))[:count], np.int64)


def chances(features: Floats, tables: Sequence[str], known: Mapping[str, int]) -> Floats:
    """(n,) P(YES) by a linear model of the tables with a known label, 1 or 0; NaN for those themselves.

    Raises UsageError where the known labels are not of both kinds.
    """
    label = np.array([known.get(table, -1) for table in tables], np.int64)
    learn = label >= 0
    if len(np.unique(label[learn])) < 2:
        raise UsageError("the known labels of these tables are not of both kinds: label a few of each at random first")
    p = linear_probability(features[learn], label[learn].astype(float), np.ones(int(learn.sum())), features)
    return np.where(learn, np.nan, p)


# Distillation: what models say of tables nobody labelled, as soft targets of a smaller one (Hinton et al. 2015).

DISTILLED = ("other", "soe", "sampling")


def distilled(records: Sequence[TableRecord], judges: Sequence[Judge]) -> Floats:
    """(n, 3) chances of DISTILLED, the mean over judges (at least one); raises ModelError."""
    said = np.zeros((len(records), len(DISTILLED)))
    for judge in judges if records else ():
        found = np.asarray(judge.probabilities(records)[:, :2], np.float64)
        said += np.column_stack([1 - found.sum(1), found]) / len(judges)
    return np.clip(said, 0, 1)


# The gate of a configuration applied to tables, its recall measured against every human label there is.

BASE_THRESHOLD = 0.5  # a base model's YES, where none is configured and no label is known


def gate_tables(records: Sequence[TableRecord], how: GateConfig, known: Mapping[str, int]) -> Gated:
    """Gate `records`; known: table_id -> 1 or 0 by people, beside those of `how.gold`.

    UsageError: no threshold and no known schedule to choose one by, or a file is missing.
    """
    labels = {**(read_known(how.gold) if how.gold else {}), **known}
    truth = [labels.get(record.table_id, UNKNOWN) for record in records]
    threshold = how.threshold
    if threshold is None and how.ledger is not None and 1 not in truth:
        threshold = BASE_THRESHOLD
    return gate(gate_probabilities(records, how), truth, threshold=threshold, min_recall=how.min_recall)


def gate_probabilities(records: Sequence[TableRecord], how: GateConfig) -> Floats:
    """(n,) probability of each table: of a judge, or the highest belief over a base model's views."""
    if not records:
        return np.zeros(0)
    if how.ledger is not None:
        return _base_model(records, how)
    return np.asarray(load_judge(how.model).probabilities(records)[:, :2].sum(1), np.float64)


def _base_model(records: Sequence[TableRecord], how: GateConfig) -> Floats:
    """The paper's gate: both prompts of the base model, OR; a table without any answer passes."""
    if how.ledger is None or not how.ledger.exists():
        raise UsageError(f"{how.ledger}: no such ledger; label with the base model first, or name a [gate] model")
    book = Ledger(how.ledger)
    found = opinions(stored_answers(book))
    book.close()
    highest = np.where(np.isnan(found.beliefs), -1.0, found.beliefs).max(1)
    said = dict(zip(found.tables, highest.tolist(), strict=True))
    return np.array([p if (p := said.get(record.table_id, -1.0)) >= 0 else 1.0 for record in records])


def gate_name(how: GateConfig) -> str:
    """What gates, in a word."""
    return f"answers in {how.ledger.name}" if how.ledger is not None else how.model
