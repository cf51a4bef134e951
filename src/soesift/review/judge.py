"""Judgements made on the review page: written to the ledger as they come, each once, none lost."""

from __future__ import annotations

import sqlite3
import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.errors import UsageError
from soesift.label.humans import HumanLabel, Pot, human_labels
from soesift.label.ledger import Ledger
from soesift.select.pots import ADJUDICATED

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
