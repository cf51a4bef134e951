"""What an arm takes besides its score: teacher tokens, money, waiting for answers, labels by people, training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from soesift.evaluate.arrays import Bools, Floats
from soesift.label.config import PriceConfig
from soesift.label.report import StoredAnswer
from soesift.select.from_ledger import Column
from soesift.study.config import base_of

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
