"""From a ledger and its tables to the labels worth training on: what `soesift select` runs, from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from soesift.evaluate.arrays import UNKNOWN, Floats, Ints
from soesift.label.humans import HumanLabel, human_labels
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers
from soesift.select.by_name import Material, Selected, select_by
from soesift.select.combine import Combined
from soesift.select.from_ledger import Opinions, groups_of, opinions, truth_of, votes_of_models
from soesift.select.pots import from_humans, from_reference, known_humans, read_known
from soesift.select.recentre import Parting, recentred
from soesift.select.rules import with_human
from soesift.select.write_labels import label_lines, report_text, write_labels, write_plot
from soesift.table.record import TableRecord


class Choosing(BaseModel):
    """How to choose. views: only these (none: all of the ledger). recentre: see `select.recentre`.

    audit: `humans` (the ledger's audit pot), or a file of reference labels of which `audit_size` a class are drawn by
    `seed`. reference: labels for the report only. hybrid: human labels where the rule drops a table. alpha, delta:
    share of wrong labels allowed and the risk of missing it, in (0, 1). sure: probability, in [0.5, 1), that a student
    must give a label to confirm it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: str = "agreement"
    views: tuple[str, ...] = ()
    recentre: bool = False
    audit: str | None = None
    audit_size: int = Field(default=60, ge=1)
    reference: Path | None = None
    hybrid: bool = False
    alpha: float = Field(default=0.05, gt=0, lt=1)
    delta: float = Field(default=0.1, gt=0, lt=1)
    sure: float = Field(default=0.5, ge=0.5, lt=1)
    seed: int = 0


class Choice(NamedTuple):
    """found: the beliefs. moves: by how much each column was recentred ([]: not asked). truth: (n,) 1, 0, -1 of the
    report. lines: of `labels.jsonl`. report: Markdown.
    """

    found: Opinions
    moves: list[Parting]
    selected: Selected
    truth: Ints
    lines: list[str]
    report: str


def choose(ledger: Path, tables: Sequence[TableRecord], how: Choosing | None = None) -> Choice:
    """Choose the labels of a ledger to train on. Raises UsageError (no answers, no audit, unknown rule or view)."""
    how = how or Choosing()
    book = Ledger(ledger)
    answers, humans = stored_answers(book), human_labels(book)
    book.close()
    records = {record.table_id: record for record in tables}
    found = opinions([a for a in answers if a.table_id in records], how.views)
    beliefs, moves = recentred(found.beliefs) if how.recentre else (found.beliefs, [])
    found = found._replace(beliefs=beliefs)
    material = _material(found, records, humans, how)
    done = select_by(how.rule, material)
    told = truth_of(found.tables, known_humans(humans))
    if how.hybrid:
        rest = (~done.selection.keep).nonzero()[0]
        done = done._replace(selection=with_human(done.selection, rest, told[rest]))
    known = truth_of(found.tables, read_known(how.reference)) if how.reference else None
    truth, weight = (known, None) if known is not None else _judged(material, done.votes)
    models = ", ".join(sorted({column.model for column in found.columns}))
    simulated = "simulated human" if any(one.simulated for one in humans) else "human"
    lines = label_lines(found, done.selection, f"{models}, {how.rule}", simulated)
    return Choice(found, moves, done, truth, lines, report_text(how.rule, done, found, truth, weight))


def write_choice(out: Path, chosen: Choice) -> list[Path]:
    """Write the labels to `out`, the report (.md) and the curve (.png) beside it; returns the three paths."""
    write_labels(out, chosen.lines)
    write_labels(out.with_suffix(".md"), [chosen.report])
    return [out, out.with_suffix(".md"), write_plot(out.with_suffix(".png"), chosen.selected, chosen.truth)]


def _material(
    found: Opinions, records: Mapping[str, TableRecord], humans: Sequence[HumanLabel], how: Choosing
) -> Material:
    from soesift.classify.features import features

    votes, models = votes_of_models(found)
    material = Material(found.beliefs, groups_of(found), votes, models,
                        lambda: features([records[t] for t in found.tables]),
                        alpha=how.alpha, delta=how.delta, seed=how.seed, sure=how.sure)  # fmt: skip
    if how.audit is None:
        return material
    if how.audit == "humans":
        return material._replace(audit=lambda combined: from_humans(humans, found.tables, combined))
    truth = truth_of(found.tables, read_known(Path(how.audit)))
    return material._replace(audit=lambda combined: from_reference(truth, combined, how.audit_size, how.seed))


def _judged(material: Material, votes: Combined) -> tuple[Ints, Floats]:
    """Truth and weights for a report without reference: the audit, weighted by its draw; else nothing."""
    truth, weight = np.full(len(votes.label), UNKNOWN), np.ones(len(votes.label))
    if material.audit is not None:
        audit = material.audit(votes)
        truth[audit.draw.items] = audit.truth
        weight[audit.draw.items] = 1 / audit.draw.chance
    return truth, weight
