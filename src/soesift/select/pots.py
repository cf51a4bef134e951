"""Reference labels for selection: audit and repair rows, from files or the ledger, kept apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.arrays import UNKNOWN, Ints
from soesift.label.humans import HumanLabel
from soesift.select.audit import AuditDraw, RepairRowsCertify, draw_audit, refuse_repair, strata
from soesift.select.combine import Combined
from soesift.select.from_ledger import truth_of

ADJUDICATED = "adjudication"  # `source` of the judgement that settles a disagreement
WORTH = {"yes": 1, "no": 0, "unsure": UNKNOWN}


class Audit(NamedTuple):
    """draw: which rows were audited. truth: (m,) 1, 0, -1 (could not tell), one an audited row."""

    draw: AuditDraw
    truth: Ints


def read_known(path: Path, positive: Sequence[str] = ("soe",)) -> dict[str, int]:
    """table_id -> 1 or 0 of a labels file ({table_id, label, ...}; soft labels: which side of one half).

    Raises UsageError naming the line; RepairRowsCertify for a row that says `"pot": "repair"`.
    """
    known: dict[str, int] = {}
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            table, said, pot = str(row["table_id"]), row["label"], row.get("pot")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(f"{path}:{number}: needs JSON with table_id and label") from None
        if pot == "repair":
            raise RepairRowsCertify(
                f"{path}:{number}: table {table} was chosen for repair: only rows drawn at random certify"
            )
        known[table] = WORTH[said] if said in ("yes", "no", "unsure") else _class(said, positive)
    return {table: value for table, value in known.items() if value != UNKNOWN}


def _class(said: object, positive: Sequence[str]) -> int:
    if isinstance(said, dict):
        return int(sum(float(said.get(name, 0)) for name in positive) > 0.5)
    return int(said in positive)


def from_humans(labels: Sequence[HumanLabel], tables: Sequence[str], votes: Combined) -> Audit:
    """The ledger's pot `audit`; RepairRowsCertify if the pot `repair` shares a table with it.

    A table judged by several: the first judgement that is not "unsure". The frame leaves the repair rows out:
    the audit does not speak for them.
    """
    judged = first_judgements([one for one in labels if one.pot == "audit"])
    place = {table: i for i, table in enumerate(tables)}
    repaired = {x.table_id for x in labels if x.pot == "repair"}
    repair = np.array(sorted(place[table] for table in repaired if table in place), np.int64)
    items = np.array(sorted(place[table] for table in judged if table in place), np.int64)
    if not len(items):
        raise UsageError("the ledger's audit pot holds no answered table; import one with `soesift label`")
    refuse_repair(items, repair)
    frame = strata(votes.label, votes.agree)
    frame[repair] = -1
    said = {x.table_id: x.probability for x in labels if x.pot == "audit"}
    share = {c: float((frame[items] == c).sum() / max(1, (frame == c).sum())) for c in set(frame.tolist())}
    chance = [said[tables[i]] or share[int(frame[i])] for i in items.tolist()]
    draw = AuditDraw(items, frame[items], np.array(chance, np.float64), frame)
    worth = {table: WORTH[word] for table, word in judged.items()}
    return Audit(draw, truth_of([tables[i] for i in items.tolist()], worth))


def first_judgements(labels: Sequence[HumanLabel]) -> dict[str, str]:
    """table_id -> what an adjudicator said, else the first judgement that is yes or no, else "unsure"."""
    judged: dict[str, str] = {one.table_id: one.label for one in labels if one.source == ADJUDICATED}
    settled = set(judged)
    for one in labels:
        if one.table_id in settled:
            continue
        if judged.get(one.table_id, "unsure") == "unsure":
            judged[one.table_id] = one.label
    return judged


def from_reference(truth: Ints, votes: Combined, size: int, seed: int) -> Audit:
    """Draw `size` items of each stratum (agreed NO, agreed YES; a quarter of it of the rest).

    truth: (n,) with -1 unknown. The audit speaks for the items with known truth only.
    """
    frame = np.where(truth == UNKNOWN, -1, strata(votes.label, votes.agree))
    draw = draw_audit(frame, {0: size, 1: size, 2: max(1, size // 4)}, seed=seed)
    return Audit(draw, truth[draw.items])


def known_humans(labels: Sequence[HumanLabel]) -> Mapping[str, int]:
    """table_id -> 1 or 0 of human labels of any pot (they may all train)."""
    return {t: WORTH[w] for t, w in first_judgements(labels).items() if w != "unsure"}
