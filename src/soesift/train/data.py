"""Training rows: text, target (may be soft), weight, group that is never split, provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from soesift.classify.features import NAMES, features
from soesift.classify.serialise import asked, serialise
from soesift.classify.trees import TREE_NAMES, tree_features
from soesift.errors import UsageError
from soesift.json_lines import model_lines
from soesift.table.record import TableRecord
from soesift.train.config import ModelConfig
from soesift.train.network import base_tokenizer
from soesift.train.prompted import question_of

Floats = NDArray[np.float64]
T = TypeVar("T", bound=BaseModel)


class Label(BaseModel):
    """One line of `labels.jsonl`: a class name, or one probability a class (`{"soe": 0.7, "other": 0.3}`)."""

    model_config = ConfigDict(extra="forbid")

    table_id: str
    label: str | dict[str, float]
    weight: float = Field(default=1.0, ge=0)
    provenance: str = ""
    group: str = ""  # the protocol; empty: the table's document


@dataclass(frozen=True, slots=True)
class Row:
    """`target`: a distribution over the classes in the configuration's order; `signs`: counted features, or none."""

    table_id: str
    text: str
    target: tuple[float, ...]
    weight: float = 1.0
    group: str = ""
    provenance: str = ""
    signs: tuple[float, ...] = ()


def read_rows(
    tables: Path,
    labels: Path,
    classes: Sequence[str],
    text_of: Callable[[TableRecord], str],
    signs_of: Callable[[TableRecord], tuple[float, ...]] = lambda record: (),
) -> list[Row]:
    """Join labels to tables by id, in the order of the tables; tables without a label are left out.

    Raises UsageError: a file that cannot be read, a bad line, a label of no known class, nothing to train on.
    """
    named = {label.table_id: label for label in model_lines(labels, Label)}
    rows, seen = [], set()
    for record in model_lines(tables, TableRecord):
        label = named.get(record.table_id)
        if label is None or record.table_id in seen:
            continue
        seen.add(record.table_id)
        target = _target(label, classes, labels)
        group = label.group or record.document
        rows.append(
            Row(record.table_id, text_of(record), target, label.weight, group, label.provenance, signs_of(record))
        )
    if not rows:
        raise UsageError(f"{labels}: no label matches a table of {tables}; check that the table ids are of one run")
    return rows


def targets(rows: Sequence[Row]) -> Floats:
    """(n, k) target distributions."""
    return np.array([row.target for row in rows], np.float64)


def weights(rows: Sequence[Row]) -> Floats:
    """(n,) row weights."""
    return np.array([row.weight for row in rows], np.float64)


def class_weights(rows: Sequence[Row], kind: str | Sequence[float], k: int) -> Floats:
    """(k,) weights: all 1, n / (k * count) (balanced), its square root, or the numbers given.

    A class that never occurs gets weight 1.
    """
    if not isinstance(kind, str):
        return np.array(kind, np.float64)
    if kind == "none":
        return np.ones(k)
    mass = (targets(rows) * weights(rows)[:, None]).sum(axis=0)
    balanced = np.where(mass > 0, mass.sum() / (k * np.maximum(mass, 1e-9)), 1.0)
    return np.sqrt(balanced) if kind == "root" else balanced


def summary(rows: Sequence[Row], classes: Sequence[str]) -> dict[str, Any]:
    """Counts for the card: rows, groups, classes (by largest target), provenance."""
    best = [classes[int(np.argmax(row.target))] for row in rows]
    return {
        "rows": len(rows),
        "groups": len({row.group for row in rows}),
        "classes": dict(Counter(best)),
        "provenance": dict(Counter(row.provenance or "not stated" for row in rows)),
        "soft": sum(max(row.target) < 1 for row in rows),
    }


def _target(label: Label, classes: Sequence[str], path: Path) -> tuple[float, ...]:
    given = {label.label: 1.0} if isinstance(label.label, str) else label.label
    unknown = [name for name in given if name not in classes]
    if unknown:
        raise UsageError(f"{path}: label {unknown[0]!r} of {label.table_id} is not one of {', '.join(classes)}")
    total = sum(given.values())
    if total <= 0 or min(given.values()) < 0:
        raise UsageError(f"{path}: label of {label.table_id} is not a distribution")
    return tuple(given.get(name, 0.0) / total for name in classes)


# What a model reads of a table: one line of text, or the teacher's question about it.


def text_of(config: ModelConfig) -> Callable[[TableRecord], str]:
    """A table as text within `max_tokens` of the base's tokenizer. UsageError: the question leaves no room."""
    tokenizer, _ = base_tokenizer(config.base)
    if config.task == "prompted":
        question = question_of(config)
        return lambda record: asked(record, question, tokenizer, config.max_tokens)
    return lambda record: serialise(record, tokenizer, config.max_tokens)


def sign_names(config: ModelConfig) -> tuple[str, ...]:
    """Names of the numbers that the head sees beside the text; none without `signs`."""
    return TREE_NAMES if config.signs == "axes" else NAMES if config.signs else ()


def count_signs(config: ModelConfig, records: Sequence[TableRecord]) -> Floats:
    """(n, d) numbers of n tables, as `sign_names` names them; d 0 without `signs`."""
    if not config.signs:
        return np.zeros((len(records), 0))
    return tree_features(records) if config.signs == "axes" else features(records)


def signs_of(config: ModelConfig) -> Callable[[TableRecord], tuple[float, ...]]:
    """The numbers of one table, as a row keeps them."""
    return lambda record: tuple(count_signs(config, [record])[0].tolist())
