"""Tables for pandas and Arrow: a table as a DataFrame, results as a Parquet dataset.

The dataset is a catalogue of many documents that is read as one table, without opening each JSON. Under `OUT/parquet`,
`tables` has a row a schedule and `documents` a row a document. Each document writes part files of its own, named after
its bytes and its result, in folders by the first two digits of the hash (`shard=3f`). Part files are whole or not
there, and writing them again changes nothing, so workers need not know of each other.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra
from soesift.export.spans import grid_size, header_count
from soesift.files import safe_stem, write_atomically
from soesift.result.models import Result, SoeTable
from soesift.result.store import result_json

FOLDER, KINDS = "parquet", ("tables", "documents")
_MODEL = {"model": "text", "model_version": "text", "model_sha256": "text"}
COLUMNS: dict[str, dict[str, str]] = {
    "tables": {
        "document": "text",
        "result": "text",
        "sha256": "text",
        "table_id": "text",
        "title": "text",
        "table_type": "text",
        "type_probability": "number",
        "probability": "number",
        "population_track": "text",
        "pages": "counts",
        "footnote_pages": "counts",
        "flags": "texts",
        "n_rows": "count",
        "n_columns": "count",
        "header_rows": "count",
        "grid": "text",
        "footnotes": "text",
        **_MODEL,
    },
    "documents": {
        "document": "text",
        "result": "text",
        "sha256": "text",
        "url": "text",
        "n_pages": "count",
        "has_soe": "text",
        "n_tables": "count",
        "image_only_pages": "counts",
        "unsure_pages": "text",
        "error": "text",
        "review": "text",
        "ocr": "text",
        "span": "text",
        "seconds": "number",
        "threshold": "number",
        **_MODEL,
    },
}


def write_parquet(result: Result, folder: Path | str, stem: str) -> list[Path]:
    """Write the part files of one document under `folder/parquet`; the paths. No table, no part in `tables`.

    Part files that an earlier run wrote of this result (other bytes, or tables where there are none now) are deleted.
    Raises WriteError, MissingExtra.
    """
    folder, stem = Path(folder), safe_stem(stem)
    old = parts(folder, _hash_before(folder / f"{stem}.json"), stem)
    new = parts(folder, result.document.sha256, stem)
    rows = rows_of(result, stem)
    written = [write_atomically(new[kind], part_bytes(kind, rows[kind])) for kind in KINDS if rows[kind]]
    for stale in {*old.values(), *new.values()} - set(written):
        stale.unlink(missing_ok=True)
    return written


def parts(folder: Path, sha256: str, stem: str) -> dict[str, Path]:
    """Where the part files of a document lie; a document that could not be opened has no hash."""
    name = f"shard={sha256[:2] or '00'}/{sha256 or 'unread'}-{stem}.parquet"
    return {kind: folder / FOLDER / kind / name for kind in KINDS}


def rows_of(result: Result, stem: str) -> dict[str, list[dict[str, Any]]]:
    """A result as rows of both kinds, with the names of `soe-result/2`; lists of records as JSON text."""
    told = json.loads(result_json(result))  # halves of surrogate pairs are gone
    document, model, settings = told["document"], told["model"], told["settings"]
    common = {
        "document": document["name"],
        "result": stem,
        "sha256": document["sha256"],
        "model": model["name"],
        "model_version": model["version"],
        "model_sha256": model["sha256"],
    }
    tables = [
        {k: table.get(k) for k in COLUMNS["tables"]}
        | common
        | {
            "table_id": table["id"],
            "grid": _text(table["grid"]),
            "footnotes": _text(table["footnotes"]),
            "n_rows": grid_size(source)[0],
            "n_columns": grid_size(source)[1],
        }
        for table, source in zip(told["tables"], result.tables, strict=True)
    ]
    one = (
        {k: document.get(k) for k in COLUMNS["documents"]}
        | common
        | {
            "n_tables": len(tables),
            "unsure_pages": _text(document["unsure_pages"]),
            "threshold": model["threshold"],
            "ocr": settings.get("ocr"),
            "span": settings.get("pages"),
            "url": settings.get("url"),
            "seconds": told["timing"]["total"],
        }
    )
    return {"tables": tables, "documents": [one]}


def part_bytes(kind: str, rows: list[dict[str, Any]]) -> bytes:
    """Rows as a Parquet file. Raises MissingExtra."""
    arrow, parquet = require()
    types = {
        "text": arrow.string(),
        "number": arrow.float64(),
        "count": arrow.int64(),
        "counts": arrow.list_(arrow.int64()),
        "texts": arrow.list_(arrow.string()),
    }
    fields = [arrow.field(name, types[of]) for name, of in COLUMNS[kind].items()]
    schema = arrow.schema(fields, metadata={"format": f"soesift-{kind}/1"})
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return out.getvalue()


def require() -> tuple[Any, Any]:
    """pyarrow and its Parquet part; raises MissingExtra."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "data") from error
    return pyarrow, parquet


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _hash_before(path: Path) -> str:
    """The hash that the result at `path`, which is about to be replaced, is of."""
    try:
        return str(json.loads(path.read_bytes())["document"]["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


# A table as a pandas DataFrame.


def to_dataframe(table: SoeTable) -> Any:
    """The joined grid: header rows as column labels, the other rows as data, all of it text.

    One header row gives an Index, several a MultiIndex with one level a row, none the numbers 0, 1, ...
    A label that occurs again gets " (2)", " (3)", ... on its last level: every column can be addressed.
    Raises MissingExtra without pandas.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtra("pandas", "data") from error
    n_columns, n_headers = grid_size(table)[1], header_count(table)
    rows = [[*row, *[""] * (n_columns - len(row))] for row in table.grid]
    labels = unique_labels([tuple(column) for column in zip(*rows[:n_headers], strict=True)])
    columns: Any = range(n_columns)
    if n_headers == 1:
        columns = [label[0] for label in labels]
    elif n_headers > 1:
        columns = pandas.MultiIndex.from_tuples(labels) if labels else None
    return pandas.DataFrame(rows[n_headers:], columns=columns, dtype=object)


def unique_labels(labels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The labels with the later ones of equal ones numbered on their last level."""
    used: set[tuple[str, ...]] = set()
    found: list[tuple[str, ...]] = []
    for label in labels:
        fresh, number = label, 1
        while fresh in used:
            number += 1
            fresh = (*label[:-1], f"{label[-1]} ({number})".strip())
        used.add(fresh)
        found.append(fresh)
    return found
