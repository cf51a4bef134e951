"""Labels from gold pages; the linear fit; the fit that combines two judges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soesift.classify.judge import softmax
from soesift.classify.shipped import log_odds
from soesift.table.record import TableRecord
from soesift.train.gold import gold_labels, read_gold
from soesift.train.light_fit import Extra, fit_linear, fit_stack, fit_with_extra, held_out_linear


def table(page: int, filled: int = 20, document: str = "toy") -> TableRecord:
    return TableRecord(table_id=f"{page}-{filled}", document=document, page=page, grid=[["x"] * filled])


def gold(*tables: dict, **more) -> dict:
    return {"toy": {"soe_tables": list(tables), **more}}


MAIN = {"type": "main_soa", "grid_pages": [3, 4], "footnote_pages": [5]}
SUB = {"type": "subsidiary", "grid_pages": [8]}


def test_pages_give_labels_and_doubtful_ones_none() -> None:
    known = gold(MAIN, SUB, heading_only_pages=[2], uncertain_pages=[{"page": 9, "why": "cut"}])
    pages = [1, 2, 3, 4, 5, 8, 9]
    labels = gold_labels([table(page) for page in pages], known)
    assert labels == ["other", None, "soe", "soe", None, "sampling", None]


def test_only_the_fullest_tables_of_a_page_are_the_schedule() -> None:
    assert gold_labels([table(3, 100), table(3, 36), table(3, 34)], gold(MAIN)) == ["soe", "soe", None]


def test_a_page_with_a_schedule_and_a_sampling_grid_counts_as_schedule() -> None:
    assert gold_labels([table(3)], gold(MAIN, {**SUB, "grid_pages": [3]})) == ["soe"]


def test_an_uncertain_page_teaches_nothing_about_sampling_but_a_schedule_stays() -> None:
    unsure = {"uncertain_pages": [{"page": 8}, {"page": 3}]}
    assert gold_labels([table(8), table(3)], gold(MAIN, SUB, **unsure)) == [None, "soe"]


def test_a_document_without_gold_has_no_labels() -> None:
    assert gold_labels([table(3, document="unknown")], gold(MAIN)) == [None]
    assert gold_labels([], gold(MAIN)) == []


def test_gold_is_read_by_document(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(gold(MAIN)["toy"]))
    (tmp_path / "a.json").write_text(json.dumps({"soe_tables": []}))
    assert list(read_gold(tmp_path)) == ["a", "b"]
    assert read_gold(tmp_path)["b"]["soe_tables"] == [MAIN]


def clouds(count: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes in the plane, at distance 3 of each other, and a constant feature."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    middle = np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 1.0], [0.0, 3.0, 1.0]])
    return middle[labels] + generator.normal(size=(count, 3)) * [0.7, 0.7, 0.0], labels


@pytest.mark.parametrize("classes", [2, 3])
def test_the_linear_fit_separates_clouds(classes: int) -> None:
    features, labels = clouds(300, classes)
    model = fit_linear(features, labels)
    assert model.weights.shape == (3, 3)
    fresh, truth = clouds(300, classes, seed=1)
    chance = softmax(model.logits(fresh))
    assert (chance.argmax(axis=1) == truth).mean() > 0.95
    assert chance[:, classes:].max(initial=0.0) < 1e-6  # a class that was never seen is never said


def test_with_classes_other_and_sampling_only_schedule_is_never_said() -> None:
    features, labels = clouds(200, 2)
    model = fit_linear(features, labels * 2)
    chance = softmax(model.logits(features))
    assert chance[:, 1].max() < 1e-6
    assert (chance.argmax(axis=1) == labels * 2).mean() > 0.95


def test_weights_count_as_copies_do() -> None:
    features, labels = clouds(60, 3)
    scale = fit_linear(np.concatenate([features, features]), np.concatenate([labels, labels]))
    weighted = fit_linear(features, labels, np.full(60, 2.0))
    np.testing.assert_allclose(weighted.weights, scale.weights, atol=2e-3)


def test_made_up_rows_teach_at_their_weight_and_unknown_labels_do_not() -> None:
    features, labels = clouds(90, 3)
    extra = Extra(features, (labels + 1) % 3, 0.0)
    alone = fit_with_extra(features, labels, None)
    hidden = np.where(np.arange(90) % 2, labels, -1)
    swayed = fit_with_extra(features, hidden, Extra(features, (labels + 1) % 3, 50.0))
    assert (softmax(alone.logits(features)).argmax(axis=1) == labels).mean() > 0.95
    ignored = softmax(fit_with_extra(features, labels, extra).logits(features)).argmax(axis=1)
    assert (ignored == labels).mean() > 0.95
    assert (softmax(swayed.logits(features)).argmax(axis=1) == (labels + 1) % 3).mean() > 0.95


def test_held_out_rows_are_judged_by_a_model_that_has_not_seen_their_fold() -> None:
    generator = np.random.default_rng(3)
    features, labels = generator.normal(size=(120, 30)), generator.integers(0, 3, 120)
    folds = np.arange(120) % 4
    chance = held_out_linear(features, labels, folds)
    np.testing.assert_allclose(chance.sum(axis=1), 1.0)
    seen = softmax(fit_linear(features, labels).logits(features))
    fit = (seen.argmax(axis=1) == labels).mean()
    honest = (chance.argmax(axis=1) == labels).mean()
    assert fit > 0.55  # noise is learnt by heart
    assert honest < 0.48  # and is worth nothing on rows not seen: chance is 1/3, 3 standard errors 0.13
    one = fit_linear(features[folds != 0], labels[folds != 0])
    np.testing.assert_allclose(chance[folds == 0], softmax(one.logits(features[folds == 0])))


def opinions(count: int, classes: int, sharpness: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that favour the true class by `sharpness` on average, and the labels."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    logits = generator.normal(size=(count, 3))
    logits[np.arange(count), labels] += sharpness
    return softmax(logits), labels


@pytest.mark.parametrize("classes", [2, 3])
def test_two_opinions_are_better_than_one(classes: int) -> None:
    student, labels = opinions(900, classes, 1.5, 0)
    generator = np.random.default_rng(9)
    logits = generator.normal(size=(900, 3))
    logits[np.arange(900), labels] += 1.5
    linear = softmax(logits)
    stack = fit_stack(student, linear, labels)
    odds = np.concatenate([log_odds(student), log_odds(linear)], axis=1)
    both = softmax(odds @ np.asarray(stack.weights) + np.asarray(stack.bias))
    right = (both.argmax(axis=1) == labels).mean()
    alone = [(p[:, :classes].argmax(axis=1) == labels).mean() for p in (student, linear)]
    assert right > max(alone) + 0.03
    confident = both.max(axis=1)
    assert abs(confident.mean() - right) < 0.04  # calibrated on what it was fitted to


def test_the_gate_lets_every_schedule_through_that_both_together_take() -> None:
    student, labels = opinions(400, 3, 2.0, 4)
    logits = np.random.default_rng(5).normal(size=(400, 3))
    logits[np.arange(400), labels] += 2.0
    linear = softmax(logits)
    unseen = np.flatnonzero(labels == 1)[:10]
    linear[unseen], student[unseen] = [0.9998, 1e-4, 1e-4], [0.98, 0.01, 0.01]  # neither would take them
    stack = fit_stack(student, linear, labels, yes=0.6, unsure=0.2)
    odds = np.concatenate([log_odds(student), log_odds(linear)], axis=1)
    both = softmax(odds @ np.asarray(stack.weights) + np.asarray(stack.bias))[:, 1]
    taken = linear[(both >= 0.2) & (labels == 1), 1:].sum(axis=1)
    assert stack.gate == pytest.approx(min(0.01, 0.2 * taken.min()), abs=1e-6)
    assert (linear[unseen, 1:].sum(axis=1) < stack.gate).all()  # for them the student need not be asked
    assert (stack.yes, stack.unsure) == (0.6, 0.2)


def test_unknown_labels_do_not_move_the_stack() -> None:
    student, labels = opinions(300, 3, 1.0, 6)
    linear, _ = opinions(300, 3, 1.0, 7)
    unknown = np.concatenate([labels, np.full(50, -1)])
    noise = np.concatenate([student, softmax(np.random.default_rng(8).normal(size=(50, 3)))])
    more = np.concatenate([linear, np.full((50, 3), 1 / 3)])
    assert fit_stack(noise, more, unknown) == fit_stack(student, linear, labels)
