"""Cross-validation of the whole detector: no document is judged by a model that learnt from it.

Documents are read once; the models (linear, trees, and a student's held-out logits if given) change from fold to
fold, and each document's result is written as `soesift detect` would write it, to be scored by the benchmark's scorer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import features
from soesift.classify.judge import CLASSES, Judge, rule_probabilities, softmax
from soesift.classify.shipped import Stack, log_odds, of_linear, of_trees
from soesift.classify.trees import tree_features
from soesift.detect.detector import Detector
from soesift.errors import UsageError
from soesift.evaluate.scores import group_folds
from soesift.result.models import ModelInfo, Result
from soesift.table.record import TableRecord
from soesift.train.baselines import BASELINES, Numbers, Predict, fit_baseline, seen_by
from soesift.train.gold import ReadDocument, held
from soesift.train.light_fit import Extra, fit_stack, fit_trees_with_extra, fit_with_extra, held_out_trees

SYSTEMS = ("rule", "linear", "trees", *BASELINES)  # and, with a student's held-out logits, "student" and "stack"
Array = NDArray[np.float64]


def cross_detect(
    documents: Sequence[ReadDocument],
    system: str,
    out: Path,
    *,
    student: Mapping[str, Array] | None = None,
    groups: Sequence[str] | None = None,
    folds: int = 5,
    seed: int = 0,
    yes: float = 0.5,
    extra: Extra | None = None,
    tree_extra: Extra | None = None,
    frozen: Numbers | None = None,
) -> dict[str, Array]:
    """Write one result a document into `out`; returns table_id -> (2,) held-out probabilities before joining.

    system: one of SYSTEMS, student or stack. frozen: embeddings of tables, for the baselines that see them.
    groups: what is never split (default: each document its own; give sponsors for the harder split).
    extra, tree_extra: made-up rows for the linear model (`features`) and for the trees (`tree_features`).
    """
    fold = group_folds(list(groups or [d.path.stem for d in documents]), folds, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, Array] = {}
    for number in range(folds):
        seen = [d for d, f in zip(documents, fold, strict=True) if f != number]
        judge = fold_judge(
            system, seen, np.asarray([f for f in fold if f != number]), student or {}, yes, extra, tree_extra, frozen
        )
        for document, f in zip(documents, fold, strict=True):
            if f == number:
                result = detect_read(document, judge)
                (out / f"{document.path.stem}.json").write_text(result.model_dump_json(), "utf-8")
                records = [x.record for x in document.fragments]
                found |= dict(zip((r.table_id for r in records), judge.probabilities(records), strict=True))
    return found


def detect_read(document: ReadDocument, judge: Judge) -> Result:
    return Detector(judge).decide(document.path, document.sha256, document.fragments, document.lines, document.reading)


def fold_judge(
    system: str,
    seen: Sequence[ReadDocument],
    fold: NDArray[np.intp],
    student: Mapping[str, Array],
    yes: float,
    extra: Extra | None = None,
    tree_extra: Extra | None = None,
    frozen: Numbers | None = None,
) -> Judge:
    """A judge that has learnt from the documents `seen`, and made-up ones, only."""
    info = ModelInfo(name=system, version="crossval", sha256="", threshold=yes, unsure_threshold=0.15)
    if system == "rule":
        return Judge(info, rule_probabilities)
    if system == "student":
        return Judge(info, lambda records: held(records, student)[:, 1:])
    numbers = np.concatenate([d.features for d in seen])
    labels = np.concatenate([d.labels for d in seen])
    if system == "linear":
        first = of_linear(fit_with_extra(numbers, labels, extra))
        return Judge(info, lambda records: first(records)[:, 1:])
    records = [f.record for d in seen for f in d.fragments]
    if system in BASELINES:
        return Judge(info, _baseline(system, records, labels, frozen))
    counted = tree_features(records)
    trees = of_trees(fit_trees_with_extra(counted, labels, tree_extra).trees)
    if system == "trees":
        return Judge(info, lambda some: trees(some)[:, 1:])
    inner = held_out_trees(counted, labels, np.repeat(fold, [len(d.labels) for d in seen]), tree_extra)
    stack = fit_stack(held(records, student), inner, labels, yes)
    return Judge(info, lambda some: combine(held(some, student), trees(some), stack))


def _baseline(name: str, records: Sequence[TableRecord], labels: NDArray[np.intp], frozen: Numbers | None) -> Predict:
    """records -> (n, 2) of a baseline taught by the labelled ones of `records`."""
    if "frozen" in name and frozen is None:
        raise UsageError(f"{name} needs a base model to embed tables with")
    known = np.flatnonzero(labels >= 0)
    numbers = seen_by(name, features, frozen or features)
    target = np.eye(len(CLASSES))[labels[known]]
    predict = fit_baseline(name, [records[i] for i in known.tolist()], target, np.ones(len(known)), numbers)
    return lambda some: predict(some)[:, 1:] if some else np.zeros((0, 2))


def combine(student: Array, light: Array, stack: Stack) -> Array:
    """(n, 2) of the stack; below its gate the light model's word stands."""
    odds = np.concatenate([log_odds(student), log_odds(light)], axis=1)
    both = softmax(odds @ np.asarray(stack.weights) + np.asarray(stack.bias))[:, 1:]
    return np.where(light[:, 1:].sum(axis=1, keepdims=True) >= stack.gate, both, light[:, 1:])
