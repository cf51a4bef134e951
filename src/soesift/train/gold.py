"""Labels of found tables, from gold pages or made-up protocols; documents read once with what is known of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import features
from soesift.classify.judge import CLASSES, softmax
from soesift.detect.detector import fragments_and_lines
from soesift.detect.options import Ocr, ReadOptions
from soesift.detect.reading import Reading
from soesift.files import file_sha256, write_atomically
from soesift.join.fragment import Fragment
from soesift.json_lines import json_lines, model_lines
from soesift.table.context import TextLine
from soesift.table.record import TableRecord
from soesift.train.light_fit import Extra

# Labels of found tables from gold pages: which fragment on a labelled page is the schedule.

STRICT = {"main_soa", "track", "domain"}
SMALL = 0.35  # of the fullest table on the page: a smaller one may be a piece of something else


def read_gold(folder: Path) -> dict[str, dict[str, Any]]:
    """Gold labels by document id."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def gold_labels(records: Sequence[TableRecord], gold: dict[str, dict[str, Any]]) -> list[str | None]:
    """ "soe", "sampling", "other" or None (not to be learnt from) for each record.

    On a page with rows of a schedule its fullest tables are the schedule; small ones, footnote pages,
    pages with only a heading and uncertain pages are left out.
    """
    fullest: dict[tuple[str, int | None], int] = defaultdict(int)
    for record in records:
        place = (record.document, record.page)
        fullest[place] = max(fullest[place], _filled(record))
    return [_label(r, gold.get(r.document), fullest[(r.document, r.page)]) for r in records]


def _label(record: TableRecord, gold: dict[str, Any] | None, fullest: int) -> str | None:
    if gold is None:
        return None
    tables = [t for t in gold["soe_tables"] if record.page in t["grid_pages"]]
    uncertain = {entry["page"] for entry in gold.get("uncertain_pages", [])}
    if tables:
        strict = any(t["type"] in STRICT for t in tables)
        if _filled(record) < SMALL * fullest or (not strict and record.page in uncertain):
            return None
        return "soe" if strict else "sampling"
    beside = set(gold.get("heading_only_pages", [])) | uncertain
    beside |= {page for t in gold["soe_tables"] for page in t.get("footnote_pages", [])}
    return None if record.page in beside else "other"


def _filled(record: TableRecord) -> int:
    return sum(bool(text) for row in record.grid for text in row)


# Labels of found tables for any class of table, from the truth of made-up protocols or from labelled pages.
#
#     python -m soesift.train.gold TABLES FOLDER --class dose_modification --out gold.jsonl
#
# In the labels the class looked for is named `soe` and the rest `other`, whatever it is: these are the names that
# selection, training and evaluation go by. `--class kinds` writes main, track, sampling and none in their place: the
# classes of the task `soe-kinds-v1`.

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
    return [_class_label(r, gold.get(r.document), name, company[(r.document, r.page)]) for r in records]


def _kind(record: TableRecord, gold: dict[str, Any] | None, label: str | None) -> str | None:
    if label is None or gold is None:
        return None
    kinds = {KINDS[t["type"]] for t in gold["soe_tables"] if record.page in t["grid_pages"]}
    return "none" if label == "other" else kinds.pop() if len(kinds) == 1 else None


def _class_label(record: TableRecord, gold: dict[str, Any] | None, name: str, company: int) -> str | None:
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


# Documents read once with what is known of their tables, and what a student said of them when it had not seen them.

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One gold document: its fragments, lines outside tables, features (n, d) and labels (n,), -1 unknown."""

    path: Path
    sha256: str
    fragments: list[Fragment]
    lines: dict[int, list[TextLine]]
    reading: Reading
    features: Array
    labels: NDArray[np.intp]


def read_document(path: Path, gold: Mapping[str, dict[str, Any]], ocr: Ocr = "auto") -> ReadDocument:
    """Read a PDF or Word document and label its tables from gold pages; raises DocumentError."""
    sha256, reading = file_sha256(path), Reading()
    fragments, lines = fragments_and_lines(path, sha256, reading, ReadOptions(ocr))
    records = [f.record for f in fragments]
    labels = [-1 if name is None else CLASSES.index(name) for name in gold_labels(records, dict(gold))]
    return ReadDocument(path, sha256, fragments, lines, reading, features(records), np.asarray(labels, np.intp))


def read_made_up(folder: Path) -> list[tuple[str, ReadDocument]]:
    """Generated protocols (`soesift sample`: ID.pdf beside its truth ID.json), each with its kind."""
    gold = read_gold(folder)
    paths = sorted(folder.glob("*.pdf"))
    return [(str(gold[path.stem].get("kind", "")), read_document(path, gold, "never")) for path in paths]


def rows_of(
    made_up: Sequence[tuple[str, ReadDocument]],
    weight: float,
    numbers: Callable[[Sequence[TableRecord]], Array] = features,
    without: Sequence[str] = (),
) -> Extra:
    """Their tables as rows to learn from. numbers: what is counted of a table. without: kinds that are left out."""
    documents = [document for kind, document in made_up if kind not in without]
    labels = np.concatenate([d.labels for d in documents])
    records = [f.record for d in documents for f in d.fragments]
    return Extra(numbers(records)[labels >= 0], labels[labels >= 0], weight)


def read_student(held_out: Path) -> dict[str, Array]:
    """table_id -> (3,) held-out probabilities, mean over seeds, of a student's `held_out.jsonl`."""
    logits: dict[str, list[list[float]]] = {}
    for row in json_lines(held_out):
        logits.setdefault(row["table_id"], []).append(row["logits"])
    return {key: softmax(np.asarray(rows, np.float64)).mean(axis=0) for key, rows in logits.items()}


def held(records: Sequence[TableRecord], student: Mapping[str, Array]) -> Array:
    """(n, 3) held-out probabilities; a table that was not among the student's rows counts as other."""
    unknown = np.array([0.98, 0.01, 0.01])
    return np.asarray([student.get(r.table_id, unknown) for r in records], np.float64).reshape(-1, 3)


if __name__ == "__main__":
    main()
