"""What the verbs of labelling share: their options, and the tables, settings and ledger that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from soesift.label.config import LabelConfig
    from soesift.label.ledger import Ledger
    from soesift.table.record import TableRecord

FILE = click.Path(path_type=Path, dir_okay=False)
TABLES = click.argument("tables", type=FILE)
LEDGER = click.option("--ledger", type=FILE, default=Path("labels.db"), show_default=True, help="SQLite file.")
CONFIG = click.option(
    "--config", "-c", type=FILE, required=True, help="TOML file; examples lie in soesift/label/examples."
)


def settings(path: Path) -> LabelConfig:
    from soesift.config import load_toml
    from soesift.label.config import LabelConfig

    how = load_toml(path, LabelConfig)
    return how.model_copy(update={"gate": how.gate.rooted(path.parent)}) if how.gate else how


def passing(records: list[TableRecord], how: LabelConfig, book: Ledger | None) -> list[TableRecord]:
    """The tables that pass the configured gate, if any; tells its recall against gold and human labels."""
    from soesift.label.humans import human_labels
    from soesift.select.gate_tables import gate_name, gate_tables
    from soesift.select.pots import known_humans

    if how.gate is None:
        return records
    done = gate_tables(records, how.gate, known_humans(human_labels(book)) if book else {})
    click.echo(f"gate, {gate_name(how.gate)}: {done}")
    return [record for record, passes in zip(records, done.passes, strict=True) if passes]


def tables_of(path: Path) -> list[TableRecord]:
    """The tables of a file; unreadable lines are told, not fatal."""
    from soesift.label.request import read_tables

    records, wrong = read_tables(path)
    for line in wrong:
        click.echo(f"left out: {line}", err=True)
    return records


def ledger_of(path: Path, must_exist: bool = False) -> Ledger:
    from soesift.errors import UsageError
    from soesift.label.ledger import Ledger

    if must_exist and not path.exists():
        raise UsageError(f"{path}: no such ledger; `soesift label` writes one")
    return Ledger(path)
