"""Labelled tables as a Hugging Face data set and back: Parquet, with a card that says where labels come from.

`datasets.load_dataset("FOLDER")` reads what is written. Tables of protocols are their sponsors': publish only what is
yours to publish.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soesift.errors import UsageError
from soesift.export.frames import require
from soesift.files import write_atomically
from soesift.table.record import TableRecord
from soesift.train.data import Label

DATA = "data/train-00000-of-00001.parquet"


def write_dataset(records: Sequence[TableRecord], labels: Sequence[Label], folder: Path, name: str = "tables") -> int:
    """Write every table with its label (empty: none) as one Parquet file, and the card. Returns how many rows.
    Raises MissingExtra, WriteError.

    Columns: table_id, document, page, label, weight, provenance, group, grid (list of rows), record (all as JSON).
    """
    arrow, parquet = require()
    known = {label.table_id: label for label in labels}
    rows = [_row(record, known.get(record.table_id)) for record in records]
    table = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=_schema(arrow)), table)
    write_atomically(folder / DATA, table.getvalue())
    write_atomically(folder / "README.md", card(rows, name))
    return len(rows)


def read_dataset(folder: Path) -> tuple[list[TableRecord], list[Label]]:
    """Tables and labels of such a folder, or of one that `datasets` has saved as Parquet. Raises UsageError."""
    _, parquet = require()
    files = sorted(Path(folder).rglob("*.parquet"))
    if not files:
        raise UsageError(f"{folder}: no Parquet file in it; write one with soesift.train.hub_data.write_dataset")
    records, labels = [], []
    for path in files:
        try:
            rows = parquet.read_table(path, columns=["record", "table_id", "label", "weight", "provenance", "group"])
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read: {str(error).splitlines()[0][:160]}") from error
        for row in rows.to_pylist():
            records.append(TableRecord.model_validate_json(row["record"]))
            if row["label"]:
                labels.append(_label(row))
    return records, labels


def card(rows: Sequence[dict[str, Any]], name: str) -> str:
    """The data set's card: YAML for the hub, then what is in it, counted."""
    classes = Counter(row["label"] or "without a label" for row in rows)
    origin = Counter(row["provenance"] or "not stated" for row in rows if row["label"])
    documents = len({row["document"] for row in rows})
    lines = [
        "---",
        f"pretty_name: {name}",
        "task_categories:",
        "- text-classification",
        "tags:",
        "- tables",
        "- clinical-trials",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/*.parquet",
        "---",
        "",
        f"# {name}",
        "",
        f"{len(rows)} tables of {documents} documents, found by SoESift. `record` is all of a table as JSON.",
        "",
        "| label | tables |",
        "|---|---|",
        *(f"| {key} | {count} |" for key, count in sorted(classes.items())),
        "",
        "| labels from | tables |",
        "|---|---|",
        *(f"| {key} | {count} |" for key, count in sorted(origin.items())),
        "",
        "Split by `group` (the protocol), never by row: tables of one protocol are alike.",
        "",
    ]
    return "\n".join(lines)


def _row(record: TableRecord, label: Label | None) -> dict[str, Any]:
    said = "" if label is None else label.label if isinstance(label.label, str) else json.dumps(label.label)
    return {
        "table_id": record.table_id,
        "document": record.document,
        "page": record.page,
        "label": said,
        "weight": 1.0 if label is None else label.weight,
        "provenance": "" if label is None else label.provenance,
        "group": (label.group if label else "") or record.document,
        "grid": record.grid,
        "record": record.model_dump_json(),
    }


def _label(row: dict[str, Any]) -> Label:
    said: str | dict[str, float] = json.loads(row["label"]) if row["label"].startswith("{") else row["label"]
    rest = {name: row[name] for name in ("table_id", "weight", "provenance", "group")}
    return Label(label=said, **rest)


def _schema(arrow: Any) -> Any:
    text, number = arrow.string(), arrow.int64()
    kinds = {
        "table_id": text,
        "document": text,
        "page": number,
        "label": text,
        "weight": arrow.float64(),
        "provenance": text,
        "group": text,
        "grid": arrow.list_(arrow.list_(text)),
        "record": text,
    }
    return arrow.schema(list(kinds.items()))
