"""Reference labels for selection: audit and repair rows, from files or the ledger, kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Ints
from soesift.json_lines import json_rows, text_of
from soesift.label.humans import HumanLabel
from soesift.select.audit import AuditDraw, RepairRowsCertify, draw_audit, refuse_repair, strata
from soesift.select.combine import Combined
from soesift.select.from_ledger import NO_BELIEFS, truth_of

ADJUDICATED = "adjudication"  # `source` of the judgement that settles a disagreement
WORTH = {"yes": 1, "no": 0, "unsure": UNKNOWN}


class Audit(NamedTuple):
    """draw: which rows were audited. truth: (m,) 1, 0, -1 (could not tell), one an audited row.

    why_not: why it certifies nothing ("": it may); such an audit still calibrates and reports, by its chances.
    """

    draw: AuditDraw
    truth: Ints
    why_not: str = ""


class Frame(NamedTuple):
    """In which stratum each of n items could have been drawn (-1: in none), and why that is unknown ("": it is not)."""

    stratum: Ints
    why_not: str = ""


def read_known(path: Path, positive: Sequence[str] = ("soe",)) -> dict[str, int]:
    """table_id -> 1 or 0 of a labels file ({table_id, label, ...}; soft labels: which side of one half).

    Raises UsageError naming the line; RepairRowsCertify for a row that says `"pot": "repair"`.
    """
    known: dict[str, int] = {}
    for number, row in json_rows(text_of(path), path):
        try:
            table, said, pot = str(row["table_id"]), row["label"], row.get("pot")
        except (KeyError, TypeError, AttributeError):
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


def frame_of(
    labels: Sequence[HumanLabel],
    tables: Sequence[str],
    drawn: Mapping[str, str],
    raw: Combined,
    beliefs: str,
    *,
    changed: bool,
) -> Frame:
    """In which stratum each of `tables` could have been drawn for the ledger's audit pot.

    drawn: table_id -> stratum of the pot's recorded draw (empty: drawn elsewhere). raw: votes of `tables` by all the
    ledger's beliefs as they are, whose fingerprint is `beliefs`. changed: others are used now (moved, or not all).
    Labels drawn elsewhere are random within strata of the beliefs of their day, or of no belief at all: if these are
    not known any more, nothing can be certified with them.
    """
    if drawn:
        known = {table: int(stratum or 3) for table, stratum in drawn.items()}
        return Frame(np.array([known.get(table, -1) for table in tables], np.int64))
    days = {one.beliefs for one in labels if one.pot == "audit"}
    if days == {NO_BELIEFS}:
        return Frame(np.zeros(len(tables), np.int64))
    groups = strata(raw.label, raw.agree)
    if days <= {beliefs} or (days <= {beliefs, ""} and not changed):
        return Frame(groups)
    return Frame(
        groups,
        "the audit was judged on other beliefs than the ledger holds now, and its draw was not kept: "
        "draw it with `soesift review`, or judge tables anew",
    )


def from_humans(labels: Sequence[HumanLabel], tables: Sequence[str], frame: Frame) -> Audit:
    """The ledger's pot `audit`; RepairRowsCertify if the pot `repair` shares a table with it.

    A table judged by several: the first judgement that is not "unsure". The frame leaves the repair rows out:
    the audit does not speak for them. Tables outside the frame were not drawn, and are left out.
    """
    judged = first_judgements([one for one in labels if one.pot == "audit"])
    place = {table: i for i, table in enumerate(tables)}
    repaired = {x.table_id for x in labels if x.pot == "repair"}
    repair = np.array(sorted(place[table] for table in repaired if table in place), np.int64)
    items = np.array(sorted(place[table] for table in judged if table in place), np.int64)
    refuse_repair(items, repair)
    groups = frame.stratum.copy()
    groups[repair] = -1
    items = items[groups[items] >= 0]
    if not len(items):
        raise UsageError("the ledger's audit pot holds no answered table; import one with `soesift label`")
    said = {x.table_id: x.probability for x in labels if x.pot == "audit"}
    share = {c: float((groups[items] == c).sum() / max(1, (groups == c).sum())) for c in set(groups.tolist())}
    chance = np.array([said[tables[i]] or share[int(groups[i])] for i in items.tolist()], np.float64)
    draw = AuditDraw(items, groups[items], chance, groups)
    worth = {table: WORTH[word] for table, word in judged.items()}
    truth = truth_of([tables[i] for i in items.tolist()], worth)
    return Audit(draw, truth, frame.why_not or _uneven(draw))


def _uneven(draw: AuditDraw) -> str:
    """Why the items of a stratum were not drawn with one chance ("": they were, as far as is told)."""
    for c in np.unique(draw.stratum).tolist():
        chances = draw.chance[draw.stratum == c]
        if chances.max() > 1.01 * chances.min():
            return (
                f"the audited tables of one stratum were drawn with chances from {chances.min():.3g} to "
                f"{chances.max():.3g}: only an even draw certifies"
            )
    return ""


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
