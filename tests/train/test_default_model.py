"""The shipped model's parts: made-up rows, held-out linear probabilities, the stack of both judges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soesift.classify.judge import CLASSES, softmax
from soesift.classify.shipped import of_trees, stacked_probabilities
from soesift.sample import make_protocol
from soesift.study.detection import cross_detect
from soesift.train.gold import ReadDocument, read_document, read_gold, read_made_up, rows_of
from soesift.train.light_fit import held_out_linear
from soesift.train.recipe import combine_models, read_labels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    for seed in range(8):
        make_protocol(seed, place, kind="small")
    return place


@pytest.fixture(scope="module")
def documents(folder: Path) -> list[ReadDocument]:
    return [read_document(path, read_gold(folder), "never") for path in sorted(folder.glob("*.pdf"))]


def held_out_file(documents: list[ReadDocument], path: Path, sure: float) -> Path:
    """A student that is right with log-odds `sure` on every labelled table."""
    with path.open("w") as file:
        for document in documents:
            for fragment, label in zip(document.fragments, document.labels, strict=True):
                logits = [sure * (k == max(label, 0)) for k in range(len(CLASSES))]
                file.write(json.dumps({"table_id": fragment.record.table_id, "logits": logits}) + "\n")
    return path


def test_made_up_rows_hold_every_class_known_and_no_unknown(folder: Path) -> None:
    extra = rows_of(read_made_up(folder), 0.5)
    assert extra.weight == 0.5
    assert set(extra.labels.tolist()) <= {0, 1, 2}
    assert (extra.labels == 1).sum() >= 8
    assert len(extra.features) == len(extra.labels)


def test_a_fold_is_not_predicted_by_a_model_that_saw_it(documents: list[ReadDocument]) -> None:
    numbers = np.concatenate([d.features for d in documents])
    labels = np.concatenate([d.labels for d in documents])
    folds = np.repeat(np.arange(len(documents)), [len(d.labels) for d in documents])
    flipped = labels.copy()
    flipped[folds == 0] = np.where(labels[folds == 0] == 1, 0, labels[folds == 0])
    first, second = (held_out_linear(numbers, y, folds)[folds == 0] for y in (labels, flipped))
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_the_stack_follows_a_student_that_is_right(documents: list[ReadDocument], tmp_path: Path) -> None:
    records = [f.record for d in documents for f in d.fragments]
    labels = np.concatenate([d.labels for d in documents])
    trees, stack, together = combine_models(records, labels, held_out_file(documents, tmp_path / "h.jsonl", 6.0), None)
    right = {r.table_id: max(label, 0) for r, label in zip(records, labels, strict=True)}
    student = lambda some: softmax(6.0 * np.eye(3)[[right[r.table_id] for r in some]])  # noqa: E731
    assert ((together[:, 0] > 0.5) == (labels == 1))[labels >= 0].all()
    found = stacked_probabilities(records, of_trees(trees.trees), student, stack)
    assert ((found[:, 0] > 0.5) == (labels == 1))[labels >= 0].all()
    assert (of_trees(trees.trees)(records)[labels == 1, 1:].sum(axis=1) >= stack.gate).all()


def test_cross_detection_writes_a_result_a_document(documents: list[ReadDocument], tmp_path: Path) -> None:
    found = cross_detect(documents, "rule", tmp_path / "out", folds=2)
    assert {p.stem for p in (tmp_path / "out").glob("*.json")} == {d.path.stem for d in documents}
    assert len(found) == sum(len(d.fragments) for d in documents)


def test_labels_of_unknown_tables_are_unknown(documents: list[ReadDocument], tmp_path: Path) -> None:
    records = [f.record for f in documents[0].fragments]
    (tmp_path / "l.jsonl").write_text(json.dumps({"table_id": records[0].table_id, "label": "soe"}) + "\n")
    labels = read_labels(tmp_path / "l.jsonl", records)
    assert labels[0] == 1
    assert (labels[1:] == -1).all()
