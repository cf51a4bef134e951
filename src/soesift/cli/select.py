"""`soesift select`: from a ledger's answers to the labels worth training on, with a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soesift.cli.label_inputs import FILE, ledger_of, tables_of

if TYPE_CHECKING:
    from soesift.select.by_name import Material
    from soesift.select.from_ledger import Opinions

RULES = ["agreement", "certified", "soft", "confident", "crowd", "all",
         "confirmed", "certified_confirmed", "self_trained",
         "random_drop", "positive_drop", "relabel_or", "relabel_and"]  # fmt: skip


@click.command("select")
@click.argument("ledger", type=FILE)
@click.option("--tables", type=FILE, required=True, help="The tables that were labelled (JSON Lines).")
@click.option("--rule", type=click.Choice(RULES), default="agreement", show_default=True)
@click.option("--views", default="", help="Only these, comma-separated (default: all in the ledger).")
@click.option("--recentre", is_flag=True, help="Move each view's beliefs to where they part: for a teacher that "
              "leans to one answer.")  # fmt: skip
@click.option("--audit", help="`humans` (the ledger's audit pot) or a file of reference labels to draw from.")
@click.option("--audit-size", type=click.IntRange(1), default=60, show_default=True,
              help="Items drawn in each class when --audit is a file.")  # fmt: skip
@click.option("--reference", type=FILE, help="Reference labels for the report only (default: the audit's).")
@click.option("--hybrid", is_flag=True, help="Put the ledger's human labels in where the rule drops a table.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Wrong share allowed (certified).")
@click.option("--delta", type=float, default=0.1, show_default=True, help="Risk of missing it (certified).")
@click.option("--sure", type=click.FloatRange(0.5, 0.999), default=0.5, show_default=True,
              help="Probability that the student must give a label to confirm it.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=FILE, required=True, help="labels.jsonl for `soesift train`.")
def command(
    ledger: Path,
    tables: Path,
    rule: str,
    views: str,
    recentre: bool,
    audit: str | None,
    audit_size: int,
    reference: Path | None,
    hybrid: bool,
    alpha: float,
    delta: float,
    sure: float,
    seed: int,
    out: Path,
) -> None:
    """Choose the labels of LEDGER to train on; writes OUT, its report (.md) and curve (.png)."""
    from soesift.label.humans import human_labels
    from soesift.label.report import stored_answers
    from soesift.select.by_name import select_by
    from soesift.select.from_ledger import opinions, truth_of
    from soesift.select.pots import known_humans, read_known
    from soesift.select.rules import with_human
    from soesift.select.write_labels import label_lines, report_text, write_labels, write_plot

    book = ledger_of(ledger, must_exist=True)
    answers, humans = stored_answers(book), human_labels(book)
    book.close()
    records = {record.table_id: record for record in tables_of(tables)}
    found = opinions([a for a in answers if a.table_id in records], [v for v in views.split(",") if v])
    if recentre:
        found = _moved(found)
    known = read_known(reference) if reference else {}
    material = _material(found, records, audit, audit_size, humans, seed)
    material = material._replace(alpha=alpha, delta=delta, seed=seed, sure=sure)
    done = select_by(rule, material)
    told = truth_of(found.tables, known_humans(humans))
    if hybrid:
        rest = (~done.selection.keep).nonzero()[0]
        done = done._replace(selection=with_human(done.selection, rest, told[rest]))
    truth, weight = (truth_of(found.tables, known), None) if reference else _judged(material, done.votes)
    models = ", ".join(sorted({column.model for column in found.columns}))
    simulated = "simulated human" if any(one.simulated for one in humans) else "human"
    lines = label_lines(found, done.selection, f"{models}, {rule}", simulated)
    text = report_text(rule, done, found, truth, weight)
    write_labels(out, lines)
    write_labels(out.with_suffix(".md"), [text])
    picture = write_plot(out.with_suffix(".png"), done, truth)
    click.echo(text)
    kept = f"{len(lines)} of {len(found.tables)} tables"
    click.echo(f"wrote {out} ({kept}), {out.with_suffix('.md')}, {picture}")


def _moved(found: Opinions) -> Opinions:
    """The opinions recentred; says by how much."""
    from soesift.select.recentre import recentred

    beliefs, moves = recentred(found.beliefs)
    for column, move in zip(found.columns, moves, strict=True):
        said = f"logits part at {move.place:.2f}" if move.moved else "left as they are: they do not part in two"
        click.echo(f"{column}: {said}")
    return found._replace(beliefs=beliefs)


def _material(
    found: Opinions, records: dict[str, Any], audit: str | None, size: int, humans: Any, seed: int
) -> Material:
    from soesift.classify.features import features
    from soesift.select.by_name import Material
    from soesift.select.from_ledger import groups_of, truth_of, votes_of_models
    from soesift.select.pots import from_humans, from_reference, read_known

    votes, models = votes_of_models(found)
    material = Material(found.beliefs, groups_of(found), votes, models,
                        lambda: features([records[t] for t in found.tables]))  # fmt: skip
    if audit is None:
        return material
    if audit == "humans":
        return material._replace(audit=lambda combined: from_humans(humans, found.tables, combined))
    truth = truth_of(found.tables, read_known(Path(audit)))
    return material._replace(audit=lambda combined: from_reference(truth, combined, size, seed))


def _judged(material: Material, votes: Any) -> tuple[Any, Any]:
    """Truth and weights for the report without --reference: the audit, weighted by its draw; else nothing."""
    import numpy as np

    truth, weight = np.full(len(votes.label), -1), np.ones(len(votes.label))
    if material.audit is not None:
        audit = material.audit(votes)
        truth[audit.draw.items] = audit.truth
        weight[audit.draw.items] = 1 / audit.draw.chance
    return truth, weight
