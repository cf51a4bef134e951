"""Human labels: kept in the ledger, imported from and exported to JSONL, CSV, Label Studio and Argilla.

Pots are kept apart: `audit` (drawn at random, may certify), `repair` (chosen for a reason, may train but
never certify), `other`. The pot is said at import or stands in each row; it is never guessed.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.errors import UsageError
from soesift.files import write_atomically
from soesift.json_lines import numbered
from soesift.label.ledger import Ledger
from soesift.table.record import TableRecord
from soesift.view import TokenBudget, render

Pot = Literal["audit", "repair", "other"]
Form = Literal["jsonl", "csv", "labelstudio", "argilla"]
WORDS = {
    "yes": "yes",
    "soe": "yes",
    "true": "yes",
    "1": "yes",
    "no": "no",
    "not soe": "no",
    "false": "no",
    "0": "no",
    "unsure": "unsure",
    "do not know": "unsure",
    "don't know": "unsure",
}


class HumanLabel(BaseModel):
    """One judgement. `probability`: chance with which the table was drawn, for weighting stratified audits.

    `simulated` is True for judgements made up from reference labels; it stays with the label everywhere.
    `beliefs`: fingerprint of the teacher's beliefs when the label came (`select.from_ledger.fingerprint`).
    """

    model_config = ConfigDict(extra="forbid")
    table_id: str
    label: Literal["yes", "no", "unsure"]
    annotator: str = "human"
    pot: Pot
    source: str = ""
    stratum: str = ""
    probability: float | None = Field(default=None, gt=0, le=1)
    simulated: bool = False
    created: float = Field(default_factory=time.time)
    beliefs: str = ""


def add_labels(ledger: Ledger, labels: Iterable[HumanLabel]) -> int:
    """Write labels; an annotator's first judgement of a table in a pot stands. Returns how many are new.

    Each keeps the fingerprint of the beliefs that the ledger holds now, unless it brings one.
    """
    from soesift.select.from_ledger import fingerprint_of

    new, now = 0, fingerprint_of(ledger)
    with ledger.transaction() as db:
        for one in labels:
            row = (one.table_id, one.annotator, one.pot, one.label, one.source, one.stratum, one.probability)
            cursor = db.execute(
                "INSERT OR IGNORE INTO human VALUES (?,?,?,?,?,?,?,?,?,?)",
                (*row, one.simulated, one.created, one.beliefs or now),
            )
            new += cursor.rowcount
    return new


def human_labels(ledger: Ledger, pot: Pot | None = None, table_id: str | None = None) -> list[HumanLabel]:
    """Labels of one pot (None: all) and one table (None: all), by table and time."""
    where = "(? IS NULL OR pot = ?) AND (? IS NULL OR table_id = ?)"
    query = f"SELECT * FROM human WHERE {where} ORDER BY table_id, created"
    rows = ledger.db.execute(query, (pot, pot, table_id, table_id))
    return [HumanLabel(**dict(row)) for row in rows]


def drawn_strata(ledger: Ledger) -> dict[str, str]:
    """table_id -> stratum of all tables that were drawn for the audit pot; empty where the ledger drew none."""
    rows = ledger.db.execute("SELECT table_id, stratum FROM draw WHERE pot = 'audit'")
    return {row["table_id"]: row["stratum"] for row in rows}


def read_labels(path: str | Path, form: Form, pot: Pot | None = None) -> list[HumanLabel]:
    """Labels of a file. `pot` is for rows that do not say theirs. Raises UsageError naming the row."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None
    try:
        rows = list(_READERS[form](text))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UsageError(f"{path}: is not {form} ({type(error).__name__}: {error})") from None
    return [_checked(row, f"{path}, row {number}", pot, str(path)) for number, row in enumerate(rows, 1)]


def _checked(row: dict[str, Any], where: str, pot: Pot | None, source: str) -> HumanLabel:
    given = {key: value for key, value in row.items() if value not in (None, "")}
    if "pot" not in given and pot is None:
        raise UsageError(f"{where}: no pot; say which one (audit, repair or other)")
    word = str(given.get("label", "")).strip().casefold()
    if word not in WORDS:
        raise UsageError(f"{where}: label {given.get('label')!r} is none of {', '.join(WORDS)}")
    try:
        return HumanLabel.model_validate({"pot": pot, "source": source} | given | {"label": WORDS[word]})
    except ValidationError as error:
        raise UsageError(f"{where}: {first_mistake(error)}") from None


def _from_jsonl(text: str) -> Iterable[dict[str, Any]]:
    return (json.loads(line) for _, line in numbered(text))


def _from_csv(text: str) -> Iterable[dict[str, Any]]:
    return csv.DictReader(io.StringIO(text))


def _from_labelstudio(text: str) -> Iterable[dict[str, Any]]:
    """Task list of Label Studio's JSON export: one label an annotation, of its first `choices` result."""
    for task in json.loads(text):
        for annotation in task.get("annotations") or []:
            choices = [item["value"]["choices"] for item in annotation.get("result", []) if item["type"] == "choices"]
            if annotation.get("was_cancelled") or not choices:
                continue  # skipped by the annotator
            who = annotation.get("completed_by", "human")
            who = who.get("email") or who.get("id") if isinstance(who, dict) else who
            kept = {key: task["data"].get(key) for key in ("table_id", "pot", "stratum", "probability")}
            yield kept | {"label": choices[0][0], "annotator": str(who)}


def _from_argilla(text: str) -> Iterable[dict[str, Any]]:
    """Records as Argilla 2 writes them (`Dataset.records.to_json`): responses by question, here `label`."""
    for record in json.loads(text):
        metadata = record.get("metadata") or {}
        kept = {key: metadata.get(key) for key in ("pot", "stratum", "probability")}
        table = metadata.get("table_id") or record["id"]
        for response in (record.get("responses") or {}).get("label") or []:
            yield kept | {
                "table_id": table,
                "label": response["value"],
                "annotator": str(response.get("user_id")),
            }


_READERS: dict[str, Callable[[str], Iterable[dict[str, Any]]]] = {
    "jsonl": _from_jsonl,
    "csv": _from_csv,
    "labelstudio": _from_labelstudio,
    "argilla": _from_argilla,
}


def write_labels(path: str | Path, labels: Sequence[HumanLabel], form: Literal["jsonl", "csv"]) -> None:
    """Labels as they are, with their provenance; reading the file back gives them again."""
    rows = [label.model_dump() for label in labels]
    if form == "jsonl":
        write_atomically(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, list(HumanLabel.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, out.getvalue())


def write_tasks(
    path: str | Path, records: Sequence[TableRecord], pot: Pot, form: Literal["labelstudio", "argilla"]
) -> None:
    """Tables to be judged, without any teacher's label (a judge must not see it), as tasks of a tool."""
    write_atomically(path, json.dumps([_task(record, pot, form) for record in records], ensure_ascii=False, indent=1))


def _task(record: TableRecord, pot: Pot, form: str) -> dict[str, Any]:
    about = {"table_id": record.table_id, "document": record.document, "page": record.page, "pot": pot}
    shown = {
        "table": render("html", record, TokenBudget(4000)).text,
        "title": record.caption or record.heading,
        "page_text": record.page_text,
    }
    if form == "labelstudio":
        return {"data": about | shown}
    return {"id": record.table_id, "fields": shown, "metadata": about, "suggestions": {}, "responses": {}}


LABEL_STUDIO_CONFIG = """<View>
  <Header value="$title"/>
  <HyperText name="table" value="$table"/>
  <Choices name="label" toName="table" choice="single" required="true">
    <Choice value="yes"/><Choice value="no"/><Choice value="unsure"/>
  </Choices>
</View>
"""
