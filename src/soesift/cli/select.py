"""`soesift select`: from a ledger's answers to the labels worth training on, with a report."""

from __future__ import annotations

from pathlib import Path

import click

from soesift.cli.label_inputs import FILE, ledger_of, tables_of

OPEN = click.FloatRange(0, 1, min_open=True, max_open=True)
RULES = ["agreement", "certified", "soft", "soft_beliefs", "confident", "crowd", "all",
         "confirmed", "certified_confirmed", "self_trained",
         "random_drop", "matched_drop", "positive_drop", "relabel_or", "relabel_and"]  # fmt: skip


@click.command("select")
@click.argument("ledger", type=FILE)
@click.option("--tables", type=FILE, required=True, help="The tables that were labelled (JSON Lines).")
@click.option("--rule", type=click.Choice(RULES), default="agreement", show_default=True)
@click.option("--views", default="", help="Only these, comma-separated (default: all in the ledger).")
@click.option("--view", "view", multiple=True, help="The same, one at a time.")
@click.option("--model", "models", multiple=True, help="Only answers of this model; may be given again.")
@click.option("--prompt", "prompts", multiple=True, help="Only this prompt (its id, or the first digits of its hash); "
              "several stand side by side. Default: the one asked last.")  # fmt: skip
@click.option("--recentre", is_flag=True, help="Move each view's beliefs to where they part: for a teacher that "
              "leans to one answer.")  # fmt: skip
@click.option("--audit", help="`humans` (the ledger's audit pot) or a file of reference labels to draw from.")
@click.option("--audit-size", type=click.IntRange(1), default=60, show_default=True,
              help="Items drawn in each class when --audit is a file.")  # fmt: skip
@click.option("--reference", type=FILE, help="Reference labels for the report only (default: the audit's).")
@click.option("--hybrid", is_flag=True, help="Put the ledger's human labels in where the rule drops a table.")
@click.option("--alpha", type=OPEN, default=0.05, show_default=True, help="Wrong share allowed (certified).")
@click.option("--delta", type=OPEN, default=0.1, show_default=True, help="Risk of missing it (certified).")
@click.option("--looks", type=click.IntRange(1), default=1, show_default=True,
              help="How often this audit may be tested in all, each time at DELTA / LOOKS.")  # fmt: skip
@click.option("--sure", type=click.FloatRange(0.5, 0.999), default=0.5, show_default=True,
              help="Probability that the student must give a label to confirm it.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=FILE, required=True, help="labels.jsonl for `soesift train`.")
def command(
    ledger: Path,
    tables: Path,
    rule: str,
    views: str,
    view: tuple[str, ...],
    models: tuple[str, ...],
    prompts: tuple[str, ...],
    recentre: bool,
    audit: str | None,
    audit_size: int,
    reference: Path | None,
    hybrid: bool,
    alpha: float,
    delta: float,
    looks: int,
    sure: float,
    seed: int,
    out: Path,
) -> None:
    """Choose the labels of LEDGER to train on; writes OUT, its report (.md) and curve (.png)."""
    from soesift.select.choose import Choosing, choose, write_choice

    ledger_of(ledger, must_exist=True).close()
    how = Choosing(
        rule=rule, views=(*(v for v in views.split(",") if v), *view),
        models=models, prompts=prompts, recentre=recentre, audit=audit, audit_size=audit_size,
        reference=reference, hybrid=hybrid, alpha=alpha, delta=delta, looks=looks, sure=sure, seed=seed,
    )  # fmt: skip
    chosen = choose(ledger, tables_of(tables), how)
    click.echo(chosen.report)
    _, report, picture = write_choice(out, chosen)
    click.echo(f"wrote {out} ({len(chosen.lines)} of {len(chosen.found.tables)} tables), {report}, {picture}")
