"""From a ledger and its tables to the labels worth training on: what `soesift select` runs, from Python."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from soesift.classify.features import features
from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints
from soesift.files import write_atomically
from soesift.label.humans import HumanLabel, drawn_strata, human_labels
from soesift.label.ledger import Ledger
from soesift.label.prompt import sha256
from soesift.label.report import current, stored_answers
from soesift.select import report
from soesift.select.agreement import between_views
from soesift.select.audit import HUMANS, Draw, Look, keep_draw, keep_test, source_of
from soesift.select.belief import Failure, Parting, recentred
from soesift.select.by_name import Material, Selected, select_by
from soesift.select.certified import Certificate
from soesift.select.classes import (
    CERTIFIED,
    ClassOpinions,
    ClassSelection,
    audit_of_classes,
    certified_classes,
    class_lines,
    class_opinions,
    class_report,
    classes_asked,
    known_classes,
    select_classes,
    with_audited,
)
from soesift.select.combine import Combined, combine
from soesift.select.from_ledger import (
    Opinions,
    fingerprint,
    fingerprint_of_shares,
    groups_of,
    opinions,
    truth_of,
    votes_of_models,
)
from soesift.select.pots import Audit, frame_of, from_humans, from_reference, known_humans, read_known
from soesift.select.report import coverage_plot
from soesift.select.rules import Reason, Selection, with_human
from soesift.table.record import TableRecord

# `labels.jsonl` as `soesift train` reads it, and the report of a selection beside it.


def label_lines(found: Opinions, selection: Selection, provenance: str, human: str = "human") -> list[str]:
    """One JSON line a kept table, as `soesift train` reads it; a soft target as two shares."""
    lines = []
    for i in selection.keep.nonzero()[0].tolist():
        target = float(selection.target[i])
        hard = target in (0.0, 1.0)
        row = {
            "table_id": found.tables[i],
            "label": ("soe" if target else "other")
            if hard
            else {"soe": round(target, 6), "other": round(1 - target, 6)},
            "weight": float(selection.weight[i]),
            "provenance": human if selection.reason[i] == Reason.HUMAN else provenance,
            "group": found.documents[i],
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return lines


def write_labels(path: Path, lines: Sequence[str]) -> None:
    """Whole file or none."""
    write_atomically(path, "".join(lines))


def report_text(rule: str, done: Selected, found: Opinions, truth: Ints, weight: Floats | None = None) -> str:
    """Markdown of a selection judged on truth (n,), -1 unknown; weight (n,): 1 / chance of being judged."""
    pairs = between_views(found.beliefs, truth, groups_of(found)) if (truth >= 0).any() else {}
    lines = [report.markdown(report.report(rule, done.selection, truth, weight=weight))]
    for (a, b), phi in pairs.items():
        value = "not measured (a view without errors)" if phi.value != phi.value else f"{phi.value:.2f}"
        lines.append(
            f"- error correlation (rho) of {found.columns[a]} and {found.columns[b]}: {value} "
            f"({phi.low:.2f} to {phi.high:.2f}), errors {phi.error_a:.1%} and {phi.error_b:.1%}, "
            f"of {phi.n} judged"
        )
    for one in done.certificate.classes if done.certificate else ():
        name = report.CLASSES[one.label]
        aim = f"at most {one.alpha:.1%} wrong, risk {one.delta:.1%}"
        lines.append(f"- certificate {name} ({aim}): {one.kept} of {one.pool} kept; {one.why}")
    return "\n".join([*lines, ""])


def write_plot(path: Path, done: Selected, truth: Ints) -> Path:
    """Coverage against error by score (curve plot), one line a predicted class."""
    votes = done.votes
    curves = {}
    for c, name in ((1, "YES"), (0, "NO")):
        inside = votes.label == c
        if inside.any():
            curves[name] = report.coverage_curve(votes.score[inside], votes.label[inside], truth[inside])
    return coverage_plot(curves, path)


class Choosing(BaseModel):
    """How to choose. views, models, prompts: only these (none: all views and models, each with the prompt asked last).
    recentre: see `select.belief`.

    audit: `humans` (the ledger's audit pot), or a file of reference labels of which `audit_size` a class are drawn by
    `seed`. reference: labels for the report only. hybrid: human labels where the rule drops a table. alpha, delta:
    share of wrong labels allowed and the risk of missing it, in (0, 1). sure: probability, in [0.5, 1), that a student
    must give a label to confirm it. looks: how often the audit may be tested in all, each test at delta / looks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: str = "agreement"
    views: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    recentre: bool = False
    audit: str | None = None
    audit_size: int = Field(default=60, ge=1)
    reference: Path | None = None
    hybrid: bool = False
    alpha: float = Field(default=0.05, gt=0, lt=1)
    delta: float = Field(default=0.1, gt=0, lt=1)
    looks: int = Field(default=1, ge=1)
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


class ClassChoice(NamedTuple):
    """`Choice` where the teacher told more than two classes apart. lines: of `labels.jsonl`. report: Markdown."""

    found: ClassOpinions
    selected: ClassSelection
    lines: list[str]
    report: str


def choose(ledger: Path, tables: Sequence[TableRecord], how: Choosing | None = None) -> Choice:
    """Choose the labels of a ledger to train on. Raises UsageError (no answers, no audit, unknown rule or view; the
    teacher told more classes apart: `choose_classes`) and AuditSpent (the audit's plan says otherwise).

    What people judged replaces the teacher's label where the two differ; the report is of the teacher's.
    """
    book = Ledger(ledger)
    try:
        return _choose(book, {record.table_id: record for record in tables}, how or Choosing())
    finally:
        book.close()


def choose_classes(ledger: Path, tables: Sequence[TableRecord], how: Choosing | None = None) -> ClassChoice | None:
    """`choose` for a ledger whose teacher told more than two classes apart; None where it said YES or NO.

    audit: a file of class labels, of which `audit_size` a class are drawn. Raises UsageError: what is only for YES and
    NO was asked for (the ledger's own audit, recentring, people's labels); AuditSpent as `choose` does.
    """
    how, given = how or Choosing(), {record.table_id for record in tables}
    book = Ledger(ledger)
    try:
        answers = [a for a in stored_answers(book) if a.table_id in given]
        asked = current(answers, how.views, how.models, how.prompts).current
        if not (classes := classes_asked(asked)):
            return None
        humans = ["audit humans"] if how.audit == HUMANS else []
        if beside := [*humans, *(name for name in ("recentre", "hybrid") if getattr(how, name))]:
            raise UsageError(f"--{beside[0]} knows only YES and NO; this teacher tells {', '.join(classes)} apart")
        found = class_opinions(answers, classes, how.views, how.models, how.prompts)
        _some_belief(found.beliefs, found.failures)
        chosen, certificate, looks = _of_classes(book, found, how)
        known = known_classes(how.reference, classes) if how.reference else {}
        names = [found.classes[i] if i != UNKNOWN else UNKNOWN for i in chosen.label.tolist()]
        said = how.model_dump_json(exclude_defaults=True)
        keep_choice(book, found.cells.tables, names, chosen.keep, chosen.reason, how.rule, said)
        teachers = ", ".join(sorted({column.model for column in found.cells.columns}))
        text = class_report(how.rule, found, chosen, known, certificate)
        text += "".join(f"- {line}\n" for line in [*_put_aside(found.cells.stale), *looks])
        return ClassChoice(found, chosen, class_lines(found, chosen, f"{teachers}, {how.rule}"), text)
    finally:
        book.close()


def _of_classes(
    book: Ledger, found: ClassOpinions, how: Choosing
) -> tuple[ClassSelection, Certificate | None, list[str]]:
    """The selection, its certificate for `certified`, and lines about the audit, whose labels replace the teacher's."""
    if how.audit is None:
        if how.rule == CERTIFIED:
            raise UsageError(f"rule {CERTIFIED} needs a random audit; give --audit a file of class labels")
        return select_classes(how.rule, found.beliefs), None, []
    known = known_classes(Path(how.audit), found.classes)
    source = source_of(book, known)
    keep_draw(book, Draw(source, how.seed, how.audit_size))
    audit = audit_of_classes(truth_of(found.cells.tables, known), found.beliefs, how.audit_size, how.seed)
    certificate, looks = None, []
    if how.rule == CERTIFIED:
        agreed = fingerprint_of_shares(found.cells, found.beliefs)
        risk, line = _looked(book, source, audit, found.cells.tables, agreed, how)
        chosen, certificate = certified_classes(found.beliefs, audit, alpha=how.alpha, delta=risk)
        looks = [line]
    else:
        chosen = select_classes(how.rule, found.beliefs)
    done = with_audited(chosen, audit)
    changed = sum(a != b for a, b in zip(done.label.tolist(), chosen.label.tolist(), strict=True))
    return done, certificate, [*looks, f"the audit's labels: {changed} replace the teacher's"]


def _choose(book: Ledger, records: Mapping[str, TableRecord], how: Choosing) -> Choice:
    answers, humans = stored_answers(book), human_labels(book)
    if classes := classes_asked(current(answers, how.views, how.models, how.prompts).current):
        raise UsageError(f"the teacher told {', '.join(classes)} apart, not YES and NO: take choose_classes")
    found = opinions([a for a in answers if a.table_id in records], how.views, how.models, how.prompts)
    _some_belief(found.beliefs, found.failures)
    beliefs, moves = recentred(found.beliefs) if how.recentre else (found.beliefs, [])
    raw, found = found.beliefs, found._replace(beliefs=beliefs)
    draw = _draw(book, how)
    audit = _audit(book, found, humans, how, draw, changed=how.recentre or bool(how.views or how.models or how.prompts))
    votes, models = votes_of_models(found)
    material = Material(
        found.beliefs,
        groups_of(found),
        votes,
        models,
        lambda: features([records[t] for t in found.tables]),
        audit,
        alpha=how.alpha,
        delta=how.delta,
        seed=how.seed,
        sure=how.sure,
    )
    looks: list[str] = []
    if draw is not None:
        name = draw.source
        material = material._replace(risk=lambda voted, drawn: _risk(book, found, voted, drawn, name, how, looks))
    done = select_by(how.rule, material)
    known = truth_of(found.tables, read_known(how.reference)) if how.reference else None
    truth, weight = (known, None) if known is not None else _judged(material, done)
    text = report_text(how.rule, done, found, truth, weight)
    looks = [*_put_aside(found.stale), *looks]
    if moves:
        looks = [*_moved(raw, found, moves), *looks]
    done, told = _with_people(done, _drawn(material, done), found, humans, how.hybrid)
    text += "".join(f"- {line}\n" for line in [*looks, *told])
    teachers = ", ".join(sorted({column.model for column in found.columns}))
    simulated = "simulated human" if any(one.simulated for one in humans) else "human"
    kept, said = done.selection, how.model_dump_json(exclude_defaults=True)
    keep_choice(book, found.tables, kept.label.tolist(), kept.keep, kept.reason.tolist(), how.rule, said)
    lines = label_lines(found, done.selection, f"{teachers}, {how.rule}", simulated)
    return Choice(found, moves, done, truth, lines, text)


def _some_belief(beliefs: Floats, failures: Sequence[Sequence[Failure | None]]) -> None:
    """UsageError where no answer gives a belief, with the reasons counted."""
    if np.isnan(beliefs).all():
        why = Counter(str(reason) for row in failures for reason in row)
        told = ", ".join(f"{count} {reason}" for reason, count in why.most_common())
        raise UsageError(f"no answer gives a belief ({told}): see `soesift explain TABLE`")


def _put_aside(stale: Mapping[str, int]) -> list[str]:
    return [f"stale: {n} answers of {what}, asked in another way since; not used" for what, n in stale.items()]


def keep_choice(
    book: Ledger,
    tables: Sequence[str],
    labels: Sequence[int | str],
    keep: Bools,
    reasons: Sequence[Any],
    rule: str,
    how: str,
) -> None:
    """Write what was decided about each table into the ledger: what `soesift explain` tells.

    labels: 1, 0, -1 without a belief, or the name of a class.
    """
    now = time.time()
    rows = [
        (table, label, int(kept), str(reason), rule, how, now)
        for table, label, kept, reason in zip(tables, labels, keep.tolist(), reasons, strict=True)
    ]
    with book.transaction() as db:
        db.execute("DELETE FROM chosen")
        db.executemany("INSERT INTO chosen VALUES (?,?,?,?,?,?,?)", rows)


def _moved(raw: Floats, found: Opinions, moves: Sequence[Parting]) -> list[str]:
    """By how much each column was recentred, and the share of YES before and after."""
    lines = []
    for place, (column, move) in enumerate(zip(found.columns, moves, strict=True)):
        before, after = (float(np.nanmean(p[:, place] > 0.5)) for p in (raw, found.beliefs))
        how = f"logits part at {move.place:.2f}" if move.moved else f"left as they are: {move.why}"
        lines.append(f"recentred, {column}: {how}; YES before {before:.1%}, after {after:.1%}")
    return lines


def _with_people(
    done: Selected, audit: Audit | None, found: Opinions, humans: Sequence[HumanLabel], hybrid: bool
) -> tuple[Selected, list[str]]:
    """The selection with people's labels: where they differ from a kept one, and with `hybrid` where none is kept.

    Those of the audit count whatever the rule is: they were paid for, and what is known to be wrong teaches nothing.
    """
    told = truth_of(found.tables, known_humans(humans))
    if audit is not None:
        items, truth = audit.draw.items, audit.truth
        told[items] = np.where(truth == UNKNOWN, told[items], truth)
    kept = done.selection.keep
    corrected = kept & (told != UNKNOWN) & (told != done.selection.label)
    extra = ~kept & (told != UNKNOWN) & hybrid
    index = np.flatnonzero(corrected | extra)
    lines = [
        f"people's labels: {int(corrected.sum())} replace the teacher's, {int(extra.sum())} where it has none kept"
    ]
    return done._replace(selection=with_human(done.selection, index, told[index])), lines if len(index) else []


def write_choice(out: Path, chosen: Choice) -> list[Path]:
    """Write the labels to `out`, the report (.md) and the curve (.png) beside it; returns the three paths."""
    write_labels(out, chosen.lines)
    write_labels(out.with_suffix(".md"), [chosen.report])
    return [out, out.with_suffix(".md"), write_plot(out.with_suffix(".png"), chosen.selected, chosen.truth)]


def _audit(
    book: Ledger, found: Opinions, humans: Sequence[HumanLabel], how: Choosing, draw: Draw | None, *, changed: bool
) -> Callable[[Combined], Audit] | None:
    """What draws the audit on votes, its draw written down first; None where none is asked for."""
    if how.audit is None or draw is None:
        return None
    keep_draw(book, draw)
    if how.audit != HUMANS:
        truth = truth_of(found.tables, read_known(Path(how.audit)))
        return lambda combined: from_reference(truth, combined, how.audit_size, how.seed)
    whole = opinions(stored_answers(book))
    place = {table: i for i, table in enumerate(whole.tables)}
    raw = combine(whole.beliefs[[place[table] for table in found.tables]])
    frame = frame_of(humans, found.tables, drawn_strata(book), raw, fingerprint(whole), changed=changed)
    return lambda combined: from_humans(humans, found.tables, frame)


def _draw(book: Ledger, how: Choosing) -> Draw | None:
    """What decides which tables are audited; None where no audit is asked for."""
    if how.audit is None:
        return None
    if how.audit == HUMANS:
        return Draw(HUMANS)
    return Draw(source_of(book, read_known(Path(how.audit))), how.seed, how.audit_size)


def _risk(
    book: Ledger, found: Opinions, votes: Combined, audit: Audit, source: str, how: Choosing, told: list[str]
) -> float:
    """Delta of this test of the audit, written down; `told` gets a line about it."""
    agreed = sha256(json.dumps([fingerprint(found), votes.agree.tolist()]))
    risk, line = _looked(book, source, audit, found.tables, agreed, how)
    told.append(line)
    return risk


def _looked(
    book: Ledger, source: str, audit: Audit, tables: Sequence[str], beliefs: str, how: Choosing
) -> tuple[float, str]:
    """`keep_test` of an audit of `tables` under beliefs of this fingerprint: delta of the test, and a line about it."""
    judged = sha256(json.dumps([[tables[i] for i in audit.draw.items.tolist()], audit.truth.tolist()]))
    test = Look(how.rule, how.alpha, how.delta, how.looks, beliefs, judged)
    risk, number = keep_test(book, source, test)
    return risk, f"audit: test {number} of {how.looks} planned, at risk {risk:g}; the plan is kept in the ledger"


def _drawn(material: Material, done: Selected) -> Audit | None:
    """The audit that was asked for: the one that the rule used, else drawn now; None where none was asked for."""
    return done.audit or (material.audit(done.votes) if material.audit is not None else None)


def _judged(material: Material, done: Selected) -> tuple[Ints, Floats]:
    """Truth and weights for a report without reference: the audit, weighted by its draw; else nothing."""
    truth, weight = np.full(len(done.votes.label), UNKNOWN), np.ones(len(done.votes.label))
    audit = _drawn(material, done)
    if audit is not None:
        truth[audit.draw.items] = audit.truth
        weight[audit.draw.items] = 1 / audit.draw.chance
    return truth, weight
