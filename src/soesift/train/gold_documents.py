"""Documents read once with what is known of their tables, and what a student said of them when it had not seen them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import features
from soesift.classify.judge import CLASSES, softmax
from soesift.detect.detector import fragments_and_lines
from soesift.detect.options import Ocr, ReadOptions
from soesift.detect.reading import Reading
from soesift.files import file_sha256
from soesift.join.fragment import Fragment
from soesift.json_lines import json_lines
from soesift.table.context import TextLine
from soesift.table.record import TableRecord
from soesift.train.gold_labels import gold_labels, read_gold
from soesift.train.stack_fit import Extra

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
