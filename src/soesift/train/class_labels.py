"""Labels of found tables for any class of table, from the truth of made-up protocols or from labelled pages.

    python -m soesift.train.class_labels TABLES FOLDER --class dose_modification --out gold.jsonl

In the labels the class looked for is named `soe` and the rest `other`, whatever it is: these are the names that
selection, training and evaluation go by. `--class kinds` writes main, track, sampling and none in their place: the
classes of the task `soe-kinds-v1`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from soesift.files import write_atomically
from soesift.json_lines import model_lines
from soesift.table.record import TableRecord
from soesift.train.gold_labels import gold_labels, read_gold

KINDS = {"main_soa": "main", "track": "track", "domain": "track", "subsidiary": "sampling"}  # by type of a gold table
SHARED = 0.6  # of a found table's texts, for it to be (a part of) a true one


def class_labels(records: Sequence[TableRecord], gold: Mapping[str, dict[str, Any]], name: str) -> list[str | None]:
    """ "soe" (of the class), "other" or None (not known) for each record.

    gold: page labels by document, whose `hard_negatives` have `class`, `pages` and, made up, `grid`. Where there is
    no grid, a table of the class is known only if it is alone on its page. `name` "soe": the schedules themselves.
    "kinds": main, track, sampling or none; where tables of two kinds share a page, those on it are not known.
    """
    if name == "kinds":
        known = gold_labels(records, dict(gold))
        return [_kind(r, gold.get(r.document), label) for r, label in zip(records, known, strict=True)]
    if name == "soe":
        return [label if label in ("soe", "other") else None for label in gold_labels(records, dict(gold))]
    company = Counter((record.document, record.page) for record in records)
    return [_label(r, gold.get(r.document), name, company[(r.document, r.page)]) for r in records]


def _kind(record: TableRecord, gold: dict[str, Any] | None, label: str | None) -> str | None:
    if label is None or gold is None:
        return None
    kinds = {KINDS[t["type"]] for t in gold["soe_tables"] if record.page in t["grid_pages"]}
    return "none" if label == "other" else kinds.pop() if len(kinds) == 1 else None


def _label(record: TableRecord, gold: dict[str, Any] | None, name: str, company: int) -> str | None:
    if gold is None:
        return None
    here = [one for one in gold["hard_negatives"] if one["class"] == name and record.page in one["pages"]]
    if not here:
        return "other"
    if all(one.get("grid") for one in here):
        return "soe" if any(_shares(record.grid, one["grid"]) >= SHARED for one in here) else "other"
    return "soe" if company == 1 else None


def _shares(found: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> float:
    """Share of the found texts that the true table has, spaces aside."""
    texts, known = _texts(found), set(_texts(true))
    return sum(text in known for text in texts) / max(1, len(texts))


def _texts(grid: Sequence[Sequence[str]]) -> list[str]:
    return [plain for row in grid for text in row if (plain := "".join(text.split()))]


@click.command("class_labels")
@click.argument("tables", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--class", "name", required=True, help="`soe`, `kinds`, or a class of hard negative.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("gold.jsonl"), show_default=True)
def main(tables: Path, folder: Path, name: str, out: Path) -> None:
    """Label the TABLES (JSON Lines) of the protocols whose truth (ID.json) is in FOLDER."""
    records = list(model_lines(tables, TableRecord))
    labels = class_labels(records, read_gold(folder), name)
    if not set(labels) - {None, "other", "none"}:
        raise click.ClickException(f"{folder}: no table of {tables} is of the class {name}")
    lines = [
        json.dumps({"table_id": record.table_id, "label": label, "provenance": "truth", "group": record.document})
        for record, label in zip(records, labels, strict=True)
        if label is not None
    ]
    write_atomically(out, "".join(f"{line}\n" for line in lines))
    counted = Counter(label for label in labels if label is not None)
    click.echo(f"wrote {out}: " + ", ".join(f"{n} {label}" for label, n in sorted(counted.items(), reverse=True)))


if __name__ == "__main__":
    main()
