"""`soesift gate`: the tables worth asking a teacher about, with the recall of that choice."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command("gate")
@click.argument("tables", type=PATH)
@click.option("--model", default="rule", show_default=True, help="rule, linear, or a model folder.")
@click.option("--answers", type=PATH, help="Ledger of a base model instead: YES in any view passes, as in the paper.")
@click.option("--humans", type=PATH, help="Ledger whose human labels measure what the gate loses, beside --gold.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Least probability that passes.")
@click.option(
    "--min-recall",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.995,
    show_default=True,
    help="Without --threshold: the highest one that keeps this share of the known schedules.",
)
@click.option("--gold", type=PATH, help="Labels {table_id, label}: measures what the gate loses.")
@click.option("--out", type=PATH, default=Path("gated.jsonl"), show_default=True)
def command(
    tables: Path,
    model: str,
    answers: Path | None,
    humans: Path | None,
    threshold: float | None,
    min_recall: float,
    gold: Path | None,
    out: Path,
) -> None:
    """Write the TABLES (JSON Lines) that pass the gate to OUT, and its recall beside it (.gate.json)."""
    from soesift.cli.label_inputs import ledger_of
    from soesift.label.config import GateConfig
    from soesift.label.gate import report_line
    from soesift.label.humans import human_labels
    from soesift.label.request import read_tables
    from soesift.label.write import write_whole
    from soesift.select.gate_tables import gate_name, gate_tables
    from soesift.select.pots import known_humans

    records, known = read_tables(tables)[0], {}
    if humans is not None:
        book = ledger_of(humans, must_exist=True)
        known = dict(known_humans(human_labels(book)))
        book.close()
    how = GateConfig(model=model, ledger=answers, threshold=threshold, min_recall=min_recall, gold=gold)
    done, name = gate_tables(records, how, known), gate_name(how)
    lines = [r.model_dump_json() + "\n" for r, passes in zip(records, done.passes, strict=True) if passes]
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, "".join(lines))
    beside = out.with_suffix(".gate.json")
    write_whole(beside, report_line(name, done, [records[i].table_id for i in done.lost]))
    click.echo(f"{name}: {done}")
    click.echo(f"wrote {out} and {beside}")
