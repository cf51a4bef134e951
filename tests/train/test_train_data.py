"""Configuration, rows, folds, batches and calibration: the parts of training that need no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated
from soesift.errors import UsageError
from soesift.evaluate.calibration import best_f1, calibrate, expected_calibration_error, recall_threshold, temperature
from soesift.evaluate.scores import at_threshold, group_folds, hold_out, wider_groups
from soesift.train.config import read_config
from soesift.train.data import Row, class_weights, read_rows, summary
from soesift.train.forward import epoch_batches, micro_batches, padded


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("epochs = 6", "epoch = 3", "did you mean epochs"),
        ("epochs = 6", "epochs = -1", "fit.epochs"),
        ("[crossval]", "[crossvalidate]", "did you mean crossval"),
        ('"other", "soe"', '"soe", "soe"', "differ"),
        ("epochs = 6", "epochs = ", "Invalid value"),
    ],
)
def test_bad_settings_are_named(toml: Path, old: str, new: str, says: str) -> None:
    toml.write_text(toml.read_text().replace(old, new))
    with pytest.raises(UsageError, match=says):
        read_config(toml)


def test_paths_are_relative_to_the_file(toml: Path) -> None:
    assert read_config(toml).out == toml.parent / "run"


def test_rows_join_tables_and_labels(toy: Path) -> None:
    rows = read_rows(toy / "tables.jsonl", toy / "labels.jsonl", ["other", "soe"], lambda r: r.table_id)
    assert [row.text for row in rows[:2]] == ["t0", "t1"]
    assert rows[0].target == pytest.approx((0.1, 0.9))
    assert rows[1].group == "d1"
    assert summary(rows, ["other", "soe"])["soft"] == 6


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"table_id": "t0", "label": "maybe"}', "'maybe' of t0"),
        ('{"table_id": "t0", "label": {"soe": -1, "other": 3}}', "not a distribution"),
        ('{"table_id": "t0"}', "labels.jsonl, line 1: label"),
        ("{", "Invalid JSON"),
        ('{"table_id": "unknown", "label": "soe"}', "no label matches"),
    ],
)
def test_bad_labels_are_named(toy: Path, tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "labels.jsonl").write_text(line + "\n")
    with pytest.raises(UsageError, match=says):
        read_rows(toy / "tables.jsonl", tmp_path / "labels.jsonl", ["other", "soe"], lambda r: r.table_id)


def test_class_weights_give_classes_equal_mass() -> None:
    rows = [Row("a", "", (1.0, 0.0), weight=3.0), Row("b", "", (0.0, 1.0))]
    mass = class_weights(rows, "balanced", 2) * [3.0, 1.0]
    assert mass[0] == pytest.approx(mass[1])
    assert class_weights(rows, "root", 2) == pytest.approx(np.sqrt(class_weights(rows, "balanced", 2)))
    assert class_weights(rows[:1], "balanced", 2)[1] == 1.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=30, max_size=90), st.integers(0, 9))
def test_folds_never_split_a_group_and_none_is_empty(rows: list[tuple[int, int]], seed: int) -> None:
    groups, strata = [str(g) for g, _ in rows], np.array([s for _, s in rows])
    assume(len(set(groups)) > 1)
    k = min(4, len(set(groups)))
    folds = group_folds(groups, k, seed=seed, strata=strata)
    assert set(folds.tolist()) == set(range(k))
    assert all(len(set(folds[np.array(groups) == g].tolist())) == 1 for g in set(groups))
    assert (folds == group_folds(groups, k, seed=seed, strata=strata)).all()


def test_held_out_part_looks_like_the_whole() -> None:
    groups = [f"g{i // 10}" for i in range(300)]
    strata = np.array([1 if i % 10 < 3 else 0 for i in range(290)] + [2] * 10)  # a rare class in one group
    held = hold_out(groups, strata, 0.2, seed=3)
    assert 0.1 < held.mean() < 0.3
    assert strata[held].mean() == pytest.approx(0.3, abs=0.1)
    assert not hold_out(groups, strata, 0.0, 3).any()


def test_groups_can_be_widened(tmp_path: Path) -> None:
    (tmp_path / "g.tsv").write_text("a\tsponsor\nb\tsponsor\n")
    assert wider_groups(["a", "b", "c"], tmp_path / "g.tsv") == ["sponsor", "sponsor", "c"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=200), st.integers(1, 40), st.integers(0, 5))
def test_batches_hold_each_row_once_and_waste_little(lengths: list[int], batch: int, epoch: int) -> None:
    steps = epoch_batches(lengths, batch, seed=1, epoch=epoch)
    parts = [part for step in steps for part in micro_batches(step, lengths, 512)]
    assert sorted(i for part in parts for i in part) == list(range(len(lengths)))
    assert all(len(part) == 1 or max(lengths[i] for i in part) * len(part) <= 512 for part in parts)


def test_bucketing_leaves_under_five_per_cent_padding() -> None:
    lengths = np.random.default_rng(0).integers(20, 256, 2000).tolist()
    parts = [p for s in epoch_batches(lengths, 32, 1, 0) for p in micro_batches(s, lengths, 2048)]
    padded_tokens = sum(max(lengths[i] for i in part) * len(part) for part in parts)
    assert sum(lengths) / padded_tokens > 0.95


def test_padding_is_masked() -> None:
    tokens, mask = padded([[5, 6, 7], [8]], pad=9)
    assert tokens.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_class_weights_leave_a_bias_that_is_fitted() -> None:
    """Trained with class weights, logits are shifted; a temperature alone left an error of .066."""
    rng = np.random.default_rng(3)
    true = np.stack([np.zeros(4000), rng.normal(-2.5, 2.0, 4000)], axis=1)
    yes = rng.random(4000) < 1 / (1 + np.exp(-true[:, 1]))
    target = np.eye(2)[yes.astype(int)]
    found = calibrate(true + np.array([0.0, 1.3]), target, [1], 0.99, "rows")
    share = calibrated(true + np.array([0.0, 1.3]), found)[:, 1]
    assert found.method == "bias"
    assert expected_calibration_error(yes.astype(int), share) < 0.02


def test_too_few_rows_keep_the_plain_thresholds_and_say_so() -> None:
    rng = np.random.default_rng(4)
    target = np.eye(2)[(rng.random(32) < 0.14).astype(int)]
    found = calibrate(rng.normal(size=(32, 2)), target, [1], 0.99, "validation rows (32)")
    assert (found.method, found.yes, found.unsure) == ("none", 0.5, 0.2)
    assert found.fitted_on.startswith("nothing: validation rows (32) hold")


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 2) that class weights of 1 and 2.5 moved, and targets (n, 2)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-3.0, 2.5, n)
    yes = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    return np.stack([np.zeros(n), z + np.log(2.5)], axis=1), np.eye(2)[yes]


def test_what_class_weights_did_is_taken_back_without_any_row() -> None:
    """Of 32 rows nothing is fitted: probabilities are honest all the same, and decisions those of the plain ones."""
    fresh, target = drawn(20_000, 1)
    found = calibrate(*drawn(32, 2), [1], 0.99, "validation rows (32)", np.array([1.0, 2.5]))
    share, plain = calibrated(fresh, found)[:, 1], calibrated(fresh, Calibration())[:, 1]
    assert found.fitted_on.startswith("nothing: ")
    assert expected_calibration_error(target[:, 1], share) < 0.012
    assert expected_calibration_error(target[:, 1], plain) > 0.04
    assert ((share >= found.yes) == (plain >= 0.5)).all()
    assert ((share >= found.unsure) == (plain >= 0.2)).all()
    doubled = calibrate(*drawn(32, 2), [1], 0.99, "rows", np.array([2.0, 2.0]))
    assert (doubled.method, doubled.yes) == ("none", 0.5)


def test_few_rows_are_pulled_to_what_the_weights_did() -> None:
    fresh, target = drawn(20_000, 3)
    errors = []
    for weights in (None, np.array([1.0, 2.5])):
        each = [calibrate(*drawn(90, seed), [1], 0.99, "rows", weights) for seed in range(10, 20)]
        errors.append(np.mean([expected_calibration_error(target[:, 1], calibrated(fresh, c)[:, 1]) for c in each]))
    assert errors[1] < 0.8 * errors[0]


def test_temperature_is_recovered_from_overconfident_logits() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, (4000, 3))
    share = calibrated(true, Calibration())
    drawn = (share.cumsum(1) > rng.random((4000, 1))).argmax(1)
    assert temperature(3 * true, np.eye(3)[drawn]) == pytest.approx(1 / 3, rel=0.08)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=2, max_size=40))
def test_best_f1_is_that_of_exhaustive_search(rows: list[tuple[int, bool]]) -> None:
    share, truth = np.array([r[0] / 10 for r in rows]), np.array([r[1] for r in rows])
    threshold, f1 = best_f1(share, truth)
    every = [at_threshold(truth, share, t)["f1"] for t in np.unique(share)]
    assert f1 == pytest.approx(max(every))
    assert at_threshold(truth, share, threshold)["f1"] == pytest.approx(f1)


def test_recall_threshold_keeps_the_share_asked_for() -> None:
    share, truth = np.linspace(0, 1, 101), np.ones(101, bool)
    assert (share >= recall_threshold(share, truth, 0.9)).mean() >= 0.9
    assert recall_threshold(share, ~truth, 0.9) == 0.0


def test_calibration_orders_its_thresholds() -> None:
    logits = np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 0.8], [0.0, 1.0]])
    found = calibrate(logits, np.eye(2)[[0, 1, 1, 1]], [1], 0.99, "test")
    assert found.unsure <= found.yes


def test_average_precision_by_hand() -> None:
    found = at_threshold(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), 0.5)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["precision"] == pytest.approx(2 / 3)
