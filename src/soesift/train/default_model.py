"""Putting the shipped model together: the student's folder, trees as gate, and how both are combined."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.judge import CLASSES
from soesift.classify.model_folder import sha256, verify
from soesift.classify.shipped import Stack
from soesift.classify.trees import tree_features, write_trees
from soesift.evaluate.scores import group_folds
from soesift.json_lines import json_lines
from soesift.table.record import TableRecord
from soesift.train.gold_documents import held, read_student
from soesift.train.stack_fit import Extra, fit_stack
from soesift.train.trees_fit import Fitted, fit_trees_with_extra, held_out_trees

WEIGHT = 0.5  # of a made-up table against a labelled one
FOLDS = 5


def combine_models(
    records: Sequence[TableRecord],
    labels: NDArray[np.intp],
    held_out: Path,
    extra: Extra | None,
    groups: Sequence[str] | None = None,
) -> tuple[Fitted, Stack]:
    """The trees on all labels, and the stack on held-out probabilities of both; labels (n,), -1 unknown.

    extra: rows of `tree_features`. groups (n,): what folds never split, such as sponsors; default: the documents.
    """
    numbers = tree_features(records)
    fold = group_folds(groups or [r.document for r in records], FOLDS, seed=0)
    trees = held_out_trees(numbers, labels, fold, extra)
    stack = fit_stack(held(records, read_student(held_out)), trees, labels)
    return fit_trees_with_extra(numbers, labels, extra), stack


def seal_folder(student: Path, trees: Fitted, stack: Stack, out: Path) -> None:
    """Copy a student's folder, add trees.json and stack.json, and list them in its card; verified at the end."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(student, out)
    write_trees(out / "trees.json", trees.rows, trees.of, trees.start)
    (out / "stack.json").write_text(stack.model_dump_json(indent=1), "utf-8")
    card = json.loads((out / "card.json").read_text("utf-8"))
    card["files"] |= {name: sha256(out / name) for name in ("trees.json", "stack.json")}
    (out / "card.json").write_text(json.dumps(card, indent=1, sort_keys=True), "utf-8")
    verify(out)


def read_labels(path: Path, records: Sequence[TableRecord]) -> NDArray[np.intp]:
    """(n,) places in CLASSES, -1 where a table has no label."""
    known = {line["table_id"]: CLASSES.index(line["label"]) for line in json_lines(path)}
    return np.asarray([known.get(record.table_id, -1) for record in records], np.intp)
