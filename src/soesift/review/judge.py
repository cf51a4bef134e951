"""Labels judged on the page: which tables, in which order, by whom, and how far the guarantee has come.

The pots are `audit` (random) and `repair` (least confident first). Judgements are written to the ledger as they come,
each once, none lost.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN
from soesift.label.humans import HumanLabel, Pot, human_labels
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers
from soesift.select.agreement import cohen_kappa
from soesift.select.audit import draw_repair, strata
from soesift.select.certified import hypergeometric_tail
from soesift.select.combine import Combined, combine
from soesift.select.from_ledger import fingerprint_of, opinions
from soesift.select.pots import ADJUDICATED, WORTH, first_judgements
from soesift.table.record import TableRecord

# Which tables people judge, in which order: the pots `audit` (random) and `repair` (least confident first).

ROUND = (0, 1, 0, 1, 0, 1, 0, 1, 2)  # strata in turn: agreed NO, agreed YES, and a few on which views part


def draw_pots(ledger: Ledger, records: Sequence[TableRecord], repair: int = 100, seed: int = 0) -> dict[Pot, int]:
    """Lay out both pots among `records`, once for a ledger; tables drawn by pot.

    The audit is each stratum in random order, so what is judged of it so far always is a random sample; it takes all
    tables but `repair`'s. Without answers in the ledger all tables are one stratum, and there is no repair pot.
    """
    there = drawn(ledger)
    if there:
        return _counts(there)
    asked, votes = _votes(ledger, records)
    chosen = _repair(ledger, records, asked, votes, repair)
    stratum = dict(zip(asked, _strata(votes, asked), strict=True))
    order = _audit([table for table in asked if table not in set(chosen)], stratum, seed)
    rows = [(table, "repair", place, "") for place, table in enumerate(chosen)]
    rows += [(table, "audit", place, stratum) for place, (table, stratum) in enumerate(order)]
    beliefs = fingerprint_of(ledger)
    with ledger.transaction() as db:
        if not db.execute("SELECT 1 FROM draw").fetchone():
            end = (time.time(), beliefs)
            db.executemany("INSERT INTO draw VALUES (?,?,?,?,?,?)", [(*row, *end) for row in rows])
    return _counts(drawn(ledger))


def drawn(ledger: Ledger, pot: Pot | None = None) -> list[tuple[str, str, str]]:
    """(table_id, pot, stratum) in the order in which they are to be judged."""
    query = "SELECT table_id, pot, stratum FROM draw WHERE ? IS NULL OR pot = ? ORDER BY pot, place"
    return [(row[0], row[1], row[2]) for row in ledger.db.execute(query, (pot, pot))]


def _counts(rows: Sequence[tuple[str, str, str]]) -> dict[Pot, int]:
    return {"audit": sum(r[1] == "audit" for r in rows), "repair": sum(r[1] == "repair" for r in rows)}


def _votes(ledger: Ledger, records: Sequence[TableRecord]) -> tuple[list[str], Combined | None]:
    """The tables asked about, with their votes; all tables and no votes where nothing was asked."""
    known = {record.table_id for record in records}
    answers = [answer for answer in stored_answers(ledger) if answer.table_id in known]
    if not answers:
        return sorted(known), None
    found = opinions(answers)
    return found.tables, combine(found.beliefs)


def _strata(votes: Combined | None, tables: Sequence[str]) -> list[int]:
    return [3] * len(tables) if votes is None else strata(votes.label, votes.agree).tolist()


def _repair(
    ledger: Ledger, records: Sequence[TableRecord], tables: list[str], votes: Combined | None, size: int
) -> list[str]:
    """The least confident, without near-duplicates and without what was judged for the audit already."""
    if votes is None:
        return []
    texts = {r.table_id: " ".join([r.caption, *(text for row in r.grid for text in row)]) for r in records}
    place = {table: number for number, table in enumerate(tables)}
    judged = {one.table_id for one in human_labels(ledger, "audit")}
    exclude = [place[table] for table in judged if table in place]
    chosen = draw_repair(np.abs(votes.z), [texts[t] for t in tables], min(size, len(tables) // 2), exclude=exclude)
    return [tables[item] for item in chosen.items.tolist()]


def _audit(tables: list[str], stratum: dict[str, int], seed: int) -> list[tuple[str, str]]:
    """(table, stratum) in turns over the strata, each in random order; the rest when a stratum is used up."""
    mixed = [tables[i] for i in np.random.default_rng(seed).permutation(len(tables))]
    queues = {s: [t for t in mixed if stratum[t] == s][::-1] for s in sorted(set(stratum.values()))}
    order: list[tuple[str, str]] = []
    while any(queues.values()):
        turns = [s for s in ROUND if queues.get(s)] or [s for s in queues if queues[s]]
        for s in turns:
            if queues[s]:
                order.append((queues[s].pop(), str(s)))
    return order


# Judgements made on the review page: written to the ledger as they come, each once, none lost.

SOURCE = "review"
ANNOTATORS = 2  # people who judge each table before it is settled


class Judgement(BaseModel):
    """One judgement or its withdrawal. `id` is made by the page: sent twice, it counts once."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    action: Literal["judge", "withdraw", "adjudicate"]
    table_id: str = Field(min_length=1, max_length=64)
    annotator: str = Field(min_length=1, max_length=200)
    pot: Literal["audit", "repair"]
    label: Literal["yes", "no", "unsure"] | None = None
    why: str = Field("", max_length=2000)

    @model_validator(mode="after")
    def _says(self) -> Judgement:
        if (self.label is None) != (self.action == "withdraw"):
            raise ValueError("a judgement has a label, a withdrawal has none")
        return self


def record(ledger: Ledger, one: Judgement) -> str | None:
    """Write one judgement; what stands afterwards for its table and annotator (None: nothing).

    An annotator's first judgement stands until it is withdrawn; every step stays in the table `judgement`. Committed
    when this returns. Raises UsageError if the table was not drawn for the pot.
    """
    with ledger.transaction() as db:
        query = "SELECT stratum, beliefs FROM draw WHERE table_id = ? AND pot = ?"
        row = db.execute(query, (one.table_id, one.pot)).fetchone()
        if row is None:
            raise UsageError(f"table {one.table_id} is not in the {one.pot} pot; reload the page")
        now = _now(db)
        values = (one.id, one.action, one.table_id, one.annotator, one.pot, one.label, one.why, now)
        if db.execute("INSERT OR IGNORE INTO judgement VALUES (?,?,?,?,?,?,?,?)", values).rowcount:
            _put(db, one, row["stratum"], row["beliefs"], now)
        return _standing(db, one)


def _now(db: sqlite3.Connection) -> float:
    """The time, but after every judgement before: which was first decides, also where the clock was set back."""
    last = db.execute("SELECT max(created) FROM judgement").fetchone()[0]
    return time.time() if last is None else max(time.time(), float(last) + 1e-3)


def _put(db: sqlite3.Connection, one: Judgement, stratum: str, beliefs: str, now: float) -> None:
    if one.action == "withdraw":
        where = "table_id = ? AND pot = ? AND annotator IN (?, ?)"
        who = (one.annotator, settler(one.annotator))
        last = f"SELECT annotator FROM human WHERE {where} ORDER BY created DESC LIMIT 1"
        found = db.execute(last, (one.table_id, one.pot, *who)).fetchone()
        if found is not None:
            delete = "DELETE FROM human WHERE table_id = ? AND pot = ? AND annotator = ?"
            db.execute(delete, (one.table_id, one.pot, found["annotator"]))
        return
    who_says = settler(one.annotator) if one.action == "adjudicate" else one.annotator
    source = ADJUDICATED if one.action == "adjudicate" else SOURCE
    row = (one.table_id, who_says, one.pot, one.label, source, stratum, None, False, now, beliefs)
    db.execute("INSERT OR IGNORE INTO human VALUES (?,?,?,?,?,?,?,?,?,?)", row)


def _standing(db: sqlite3.Connection, one: Judgement) -> str | None:
    who = settler(one.annotator) if one.action == "adjudicate" else one.annotator
    where = "SELECT label FROM human WHERE table_id = ? AND pot = ? AND annotator = ?"
    found = db.execute(where, (one.table_id, one.pot, who)).fetchone()
    return None if found is None else str(found["label"])


def settler(annotator: str) -> str:
    """The name under which somebody settles a disagreement; it may be one of the two who disagree."""
    return f"{annotator} (adjudicator)"


def queue_of(ledger: Ledger, pot: Pot, annotator: str) -> list[str]:
    """Tables that `annotator` has still to judge, in order: not judged by them, and not by two others.

    Tables that somebody else has judged come first, so that pairs are made early.
    """
    judged: dict[str, list[str]] = {}
    for one in human_labels(ledger, pot):
        if one.source != ADJUDICATED:
            judged.setdefault(one.table_id, []).append(one.annotator)
    query = "SELECT table_id FROM draw WHERE pot = ? ORDER BY place"
    waiting = [row[0] for row in ledger.db.execute(query, (pot,))]
    mine = [t for t in waiting if annotator not in judged.get(t, []) and len(judged.get(t, [])) < ANNOTATORS]
    return sorted(mine, key=lambda t: t not in judged)


def disagreements(labels: list[HumanLabel]) -> dict[str, list[HumanLabel]]:
    """Tables that two judged differently and nobody has settled, with the judgements."""
    by_table: dict[str, list[HumanLabel]] = {}
    for one in labels:
        by_table.setdefault(one.table_id, []).append(one)
    return {
        table: said
        for table, said in by_table.items()
        if len({one.label for one in said}) > 1 and all(one.source != ADJUDICATED for one in said)
    }


# How far the labels of a pot have come: who judged what, how much they agree, what the audit still needs.

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
