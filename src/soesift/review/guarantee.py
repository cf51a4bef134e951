"""How far the labels of a pot have come: who judged what, how much they agree, what the audit still needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from soesift.evaluate.scores import UNKNOWN
from soesift.label.humans import HumanLabel, human_labels
from soesift.label.ledger import Ledger
from soesift.review.draw import drawn
from soesift.review.judge import disagreements
from soesift.select.agreement import cohen_kappa
from soesift.select.certified import hypergeometric_tail
from soesift.select.pots import ADJUDICATED, WORTH, first_judgements

STRATA = {"0": "agreed NO", "1": "agreed YES"}


class Need(NamedTuple):
    """One class of the teacher's agreed labels: pool, judged of it (without "unsure"), of these wrong; `more` labels
    that the guarantee needs if no further error comes up (None: it cannot be reached any more)."""

    name: str
    pool: int
    judged: int
    wrong: int
    more: int | None


class Pair(NamedTuple):
    """Two annotators, the tables that both judged yes or no, and their kappa (None where it is not defined)."""

    first: str
    second: str
    shared: int
    kappa: float | None


def state_of(ledger: Ledger, annotator: str, alpha: float, delta: float) -> dict[str, Any]:
    """By pot: tables, judged by whom, pairs with kappa, disagreements; for the audit also what it needs."""
    pots: dict[str, Any] = {}
    for pot in ("audit", "repair"):
        rows, labels = drawn(ledger, pot), human_labels(ledger, pot)
        said = [one for one in labels if one.source != ADJUDICATED]
        pots[pot] = {
            "tables": len(rows),
            "mine": sum(one.annotator == annotator for one in said),
            "judged": len({one.table_id for one in said}),
            "by_two": _by_two(said),
            "differ": len(disagreements(labels)),
            "pairs": [pair._asdict() for pair in pairs_of(said)],
        }
        if pot == "audit":
            pots[pot]["needs"] = [need._asdict() for need in needs_of(rows, labels, alpha, delta)]
    return {"pots": pots, "alpha": alpha, "delta": delta}


def pairs_of(labels: Sequence[HumanLabel]) -> list[Pair]:
    """Every two annotators who share a table; "unsure" takes no part in kappa."""
    said: dict[str, dict[str, int]] = {}
    for one in labels:
        said.setdefault(one.annotator, {})[one.table_id] = WORTH[one.label]
    found = []
    for first, second in combinations(sorted(said), 2):
        both = sorted(
            t for t in said[first].keys() & said[second].keys() if UNKNOWN not in (said[first][t], said[second][t])
        )
        if both:
            a, b = np.array([said[first][t] for t in both]), np.array([said[second][t] for t in both])
            kappa = cohen_kappa(a, b)
            found.append(Pair(first, second, len(both), None if np.isnan(kappa) else round(kappa, 3)))
    return found


def needs_of(
    rows: Sequence[tuple[str, str, str]], labels: Sequence[HumanLabel], alpha: float, delta: float
) -> list[Need]:
    """For each of the teacher's two classes: audit labels still needed for at most a share `alpha` wrong, at risk
    `delta` (half of it a class), by the exact test for a pool without replacement.
    """
    judged = {table: WORTH[word] for table, word in first_judgements(labels).items() if WORTH[word] != UNKNOWN}
    needs = []
    for stratum, name in STRATA.items():
        pool = [table for table, _, at in rows if at == stratum]
        known = [judged[table] for table in pool if table in judged]
        wrong = sum(truth != int(stratum) for truth in known)
        needs.append(Need(name, len(pool), len(known), wrong, _more(len(pool), len(known), wrong, alpha, delta / 2)))
    return needs


def _more(pool: int, judged: int, wrong: int, alpha: float, risk: float) -> int | None:
    """Smallest number of further right labels with which the test passes; longer audits only make it easier."""
    if not pool or hypergeometric_tail(wrong, pool, pool, alpha) > risk:
        return None
    low, high = judged, pool
    while low < high:
        middle = (low + high) // 2
        if hypergeometric_tail(wrong, pool, middle, alpha) <= risk:
            high = middle
        else:
            low = middle + 1
    return low - judged


def _by_two(labels: Sequence[HumanLabel]) -> int:
    seen: dict[str, set[str]] = {}
    for one in labels:
        seen.setdefault(one.table_id, set()).add(one.annotator)
    return sum(len(who) >= 2 for who in seen.values())
