"""What a study reads, as arrays over the tables that have an answer or a gold label."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from soesift.classify.features import features
from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, Strings, wider_groups
from soesift.label.config import PriceConfig
from soesift.label.gate import Gated
from soesift.label.ledger import Ledger
from soesift.label.report import StoredAnswer, stored_answers
from soesift.label.request import read_tables
from soesift.select.belief import recentred
from soesift.select.by_name import gate_tables
from soesift.select.from_ledger import Column, opinions, truth_of, votes_of_models
from soesift.select.pots import read_known
from soesift.study.config import BesideConfig, StudyConfig, base_of
from soesift.table.record import TableRecord

# What an arm takes besides its score: teacher tokens, money, waiting for answers, labels by people, training.

COSTS = ("asked", "human", "tokens", "money", "label_seconds", "train_seconds")
NO_TEACHER = ("human", "human_all", "human_simulated", "linear", "rule")


class Spent(NamedTuple):
    """Of n tables and v columns, failures and repeats included: tokens, money (NaN: unknown), seconds, each (n, v).

    Seconds are those of the answers one after another; an answer that serves several tables of equal text counts
    for each of them.
    """

    tokens: Floats
    money: Floats
    seconds: Floats


def spent_on(
    answers: Sequence[StoredAnswer],
    place: Mapping[str, int],
    columns: Sequence[Column],
    prices: Mapping[str, PriceConfig],
) -> Spent:
    """Sums by table (row place[table_id]) and column; configured prices stand before what the ledger noted."""
    at = {column: i for i, column in enumerate(columns)}
    found = Spent(*(np.zeros((len(place), len(columns))) for _ in range(3)))
    for a in answers:
        column, row = at.get(Column(a.view, a.model, a.prompt, a.prompt_hash)), place.get(a.table_id)
        if column is None or row is None:
            continue
        found.tokens[row, column] += a.tokens
        found.money[row, column] += money(a, prices.get(a.model))
        found.seconds[row, column] += a.seconds or 0.0
    return found


def money(answer: StoredAnswer, price: PriceConfig | None) -> float:
    """Of one answer: by the price a million tokens, else as noted when it came; NaN where neither is known."""
    if price is None:
        return float("nan") if answer.cost is None else answer.cost
    cached = price.input if price.cached_input is None else price.cached_input
    fresh = max(answer.tokens_in - answer.tokens_cached, 0)
    return (fresh * price.input + answer.tokens_cached * cached + answer.tokens_out * price.output) / 1e6


def asks_teacher(arm: str) -> bool:
    """Whether an arm needs answers of the teacher."""
    return base_of(arm) not in NO_TEACHER


def teacher_cost(spent: Spent | None, items: Bools, columns: Bools) -> dict[str, float]:
    """Tables asked about, tokens, money, seconds of items (n,) in columns (v,)."""
    if spent is None:
        return {"asked": float(items.sum()), "tokens": 0.0, "money": float("nan"), "label_seconds": 0.0}
    chosen = np.ix_(items, columns)
    return {
        "asked": float(items.sum()),
        "tokens": float(spent.tokens[chosen].sum()),
        "money": float(spent.money[chosen].sum()),
        "label_seconds": float(spent.seconds[chosen].sum()),
    }


def mean_cost(costs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """COSTS, mean over folds and seeds."""
    return {name: float(np.mean([one.get(name, 0.0) for one in costs])) for name in COSTS} if costs else {}


class Beside(NamedTuple):
    """Tables that teach every arm: items (m,) indices into the data, truth (m,) 1 or 0, weight (m,)."""

    items: Ints
    truth: Ints
    weight: Floats


class StudyData(NamedTuple):
    """n tables. truth: (n,) 1, 0, -1 unknown. beliefs: (n, v), NaN without an answer. votes: (n, m) of m models.

    groups: (n,) protocols, what scores are averaged over; blocks: (n,) what folds never split (protocols or
    sponsors). pool: (n,) tables that may teach. features: (n, d) of the linear model. spent: tokens and money of the
    whole ledger; took: of each table and column. gate: which tables the teacher was worth asking about. beside: tables
    that teach every arm and stand in no fold; their `truth` is unknown here, so that nothing is scored on them.
    """

    records: list[TableRecord]
    truth: Ints
    groups: Strings
    blocks: list[str]
    beliefs: Floats
    columns: list[Column]
    votes: Ints
    models: list[str]
    pool: Bools
    features: Floats
    spent: tuple[int, float]
    took: Spent | None = None
    gate: Gated | None = None
    beside: Beside | None = None

    def digest(self) -> str:
        """Names the content, so that results of other data are never taken for these."""
        known = hashlib.sha256("".join(r.model_dump_json() for r in self.records).encode())
        for array in (self.truth, self.beliefs, self.votes, self.pool):
            known.update(np.ascontiguousarray(array).tobytes())
        if self.gate is not None:
            known.update(self.gate.passes.tobytes())
        for array in self.beside or ():
            known.update(np.ascontiguousarray(array).tobytes())
        known.update(repr((self.blocks, self.columns)).encode())
        return known.hexdigest()[:16]


def read_data(config: StudyConfig) -> StudyData:
    """Read tables, ledger and gold labels. UsageError: a file is missing, or they share no table."""
    if not config.ledger.exists():
        raise UsageError(f"{config.ledger}: no such ledger; `soesift label` writes one")
    book = Ledger(config.ledger)
    answers, spent = stored_answers(book), book.spent()
    book.close()
    known = read_known(config.gold, config.positive)
    found = opinions(answers, config.views)
    if config.recentre:
        found = found._replace(beliefs=recentred(found.beliefs)[0])
    place = {table: i for i, table in enumerate(found.tables)}
    every = {r.table_id: r for r in read_tables(config.tables)[0]}
    records = [r for r in every.values() if r.table_id in place or r.table_id in known]
    truth = truth_of([r.table_id for r in records], known)
    if not (truth >= 0).any():
        raise UsageError(f"{config.gold}: no label matches a table of {config.tables}; are the ids of one run?")
    rows = np.array([place.get(r.table_id, -1) for r in records])
    votes, models = votes_of_models(found)
    beliefs = np.where((rows >= 0)[:, None], found.beliefs[rows], np.nan)
    answered = ~np.isnan(beliefs)
    pool = answered.all(1) if config.pool == "complete" else answered.any(1)
    gated = gate_tables(records, config.gate, known) if config.gate else None
    if gated is not None:
        pool &= gated.passes
    if not pool.any():
        behind = " and passes the [gate]" if gated is not None else ""
        raise UsageError(
            f'{config.ledger}: no table has an answer in all views{behind}; set pool = "any" or fewer views'
        )
    groups = [r.document for r in records]
    data = StudyData(
        records,
        truth,
        np.asarray(groups, np.str_),
        wider_groups(groups, config.groups),
        beliefs,
        found.columns,
        np.where((rows >= 0)[:, None], votes[rows], -1),
        models,
        np.asarray(pool, bool),
        features(records),
        spent,
        spent_on(answers, {r.table_id: i for i, r in enumerate(records)}, found.columns, config.prices),
        gated,
    )
    return with_beside(data, config.beside, config.positive) if config.beside else data


def with_beside(data: StudyData, given: Sequence[BesideConfig], positive: Sequence[str]) -> StudyData:
    """The data with tables that teach every arm at its end; of no sponsor, without answers, in no fold.

    UsageError: a file is missing or bad, none of its tables has a label, or a table is one of the study's own.
    """
    mine = {r.table_id for r in data.records} | set(data.groups.tolist())
    added: list[TableRecord] = []
    truth: list[int] = []
    weight: list[float] = []
    for one in given:
        known = read_known(one.labels, positive)
        found = [r for r in read_tables(one.tables)[0] if r.table_id in known]
        if not found:
            raise UsageError(f"{one.labels}: no label matches a table of {one.tables}; are the ids of one run?")
        for record in found:
            if record.table_id in mine or record.document in mine:
                raise UsageError(f"{one.tables}: {record.document} is of the study itself; [[beside]] is for others")
        mine |= {record.table_id for record in found}
        added += found
        truth += [known[record.table_id] for record in found]
        weight += [one.weight] * len(found)
    m, before = len(added), len(data.records)
    names = [r.document for r in added]
    return data._replace(
        records=[*data.records, *added],
        truth=np.append(data.truth, np.full(m, UNKNOWN, np.int64)),
        groups=np.append(data.groups, np.asarray(names, np.str_)),
        blocks=[*data.blocks, *names],
        beliefs=np.vstack([data.beliefs, np.full((m, data.beliefs.shape[1]), np.nan)]),
        votes=np.vstack([data.votes, np.full((m, data.votes.shape[1]), UNKNOWN)]),
        pool=np.append(data.pool, np.zeros(m, bool)),
        features=np.vstack([data.features, features(added)]),
        took=data.took and Spent(*(np.vstack([kind, np.zeros((m, kind.shape[1]))]) for kind in data.took)),
        gate=data.gate and data.gate._replace(passes=np.append(data.gate.passes, np.zeros(m, bool))),
        beside=Beside(np.arange(before, before + m), np.array(truth, np.int64), np.array(weight)),
    )
