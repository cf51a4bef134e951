"""Which tables people judge, in which order: the pots `audit` (random) and `repair` (least confident first)."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from soesift.label.humans import Pot, human_labels
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers
from soesift.select.audit import draw_repair, strata
from soesift.select.combine import Combined, combine
from soesift.select.from_ledger import fingerprint_of, opinions
from soesift.table.record import TableRecord

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
