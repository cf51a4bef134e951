"""The gate of a configuration applied to tables, its recall measured against every human label there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from soesift.classify.shipped import load_judge
from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Floats
from soesift.label.config import GateConfig
from soesift.label.gate import Gated, gate
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers
from soesift.select.from_ledger import opinions
from soesift.select.pots import read_known
from soesift.table.record import TableRecord

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
