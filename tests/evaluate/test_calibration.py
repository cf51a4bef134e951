"""Calibration fits recover what made the data."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.calibration import (
    OneClassOnly,
    brier,
    expected_calibration_error,
    fit_platt,
    held_out_error,
    log_loss,
    reliability,
    sigmoid,
)
from soesift.evaluate.scores import LeakingFolds, ShapeError, ValueRangeError, check_folds, group_folds


def logits(n=20_000, seed=0, a=0.0, b=1.0):
    """z and labels with P(YES) = sigma(a + b z)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 3, n)
    return z, (rng.random(n) < sigmoid(a + b * z)).astype(int)


def test_sigmoid_does_not_overflow():
    assert sigmoid([-1000.0, 0.0, 1000.0]).tolist() == [0, 0.5, 1]


def test_platt_finds_slope_and_shift():
    z, truth = logits(a=-1.0, b=0.5)
    fit = fit_platt(z, truth)
    assert (fit.a, fit.b) == pytest.approx((-1, 0.5), abs=0.05)
    assert expected_calibration_error(truth, fit(z)) < 0.02 < expected_calibration_error(truth, sigmoid(z))


def test_platt_with_inverse_sampling_weights_undoes_biased_sampling():
    z, truth = logits(40_000)
    chance = np.where(z > 0, 0.05, 0.5) * np.where(truth == 1, 1, 0.4)
    taken = np.random.default_rng(1).random(len(z)) < chance
    fit = fit_platt(z[taken], truth[taken], 1 / chance[taken])
    assert (fit.a, fit.b) == pytest.approx((0, 1), abs=0.15)
    assert abs(fit_platt(z[taken], truth[taken]).a) > 0.5  # without weights it is off


def test_platt_of_separable_data_is_finite_and_needs_both_classes():
    fit = fit_platt([-2.0, -1, 1, 2], [0, 0, 1, 1])
    assert 0 < fit.b < 50
    with pytest.raises(OneClassOnly, match="3 YES and 0 NO"):
        fit_platt([1.0, 2, 3], [1, 1, 1])


def test_brier_and_log_loss_by_hand():
    assert brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)
    assert log_loss([1, 0], [0.5, 0.5]) == pytest.approx(np.log(2))
    assert np.isfinite(log_loss([1], [0.0]))


def test_reliability_bins_by_hand():
    table = reliability([0, 1, 1, 1], [0.05, 0.15, 0.95, 1.0], bins=10)
    assert table.n.tolist() == [1, 1, 2]
    assert table.observed.tolist() == [0, 1, 1]
    assert table.predicted == pytest.approx([0.05, 0.15, 0.975])
    assert expected_calibration_error([0, 1, 1, 1], [0.05, 0.15, 0.95, 1.0]) == pytest.approx(0.95 / 4)


def held_out(n: int, groups: int, seed: int = 0):
    """Logits (n, 2) three times too sure and moved by 2, targets (n, 2), names of the groups."""
    z, truth = logits(n, seed)
    told = np.stack([np.zeros(n), 3 * z + 2], axis=1)
    return told, np.eye(2)[truth], [f"g{i % groups}" for i in range(n)]


def test_the_error_of_held_out_rows_is_what_a_fit_on_others_leaves():
    told, target, names = held_out(4000, 40)
    raw = expected_calibration_error(target[:, 1], sigmoid(told[:, 1]))
    found = held_out_error(told, target, [1], names)
    assert found is not None
    assert found.fitted
    assert found.low < found.value < 0.02 < raw
    assert found.value <= found.high < 0.04
    assert found.rows == 4000


def test_the_interval_is_of_groups_and_holds_a_group_that_differs():
    told, target, names = held_out(4000, 40)
    even = held_out_error(told, target, [1], names)
    odd = np.array([int(name[1:]) < 4 for name in names])
    target[odd] = 1 - target[odd]  # of four groups all labels are turned
    uneven = held_out_error(told, target, [1], names)
    assert even is not None
    assert uneven is not None
    assert uneven.high - uneven.low > 2 * (even.high - even.low)


def test_few_rows_are_not_fitted_and_few_groups_tell_nothing():
    found = held_out_error(*held_out(32, 8)[:2], [1], held_out(32, 8)[2])
    assert found is not None
    assert not found.fitted
    assert held_out_error(*held_out(32, 3)[:2], [1], held_out(32, 3)[2]) is None


def test_equal_mass_bins_hold_equal_numbers():
    z, truth = logits(1000)
    assert reliability(truth, sigmoid(z), bins=8, equal_mass=True).n.tolist() == [125] * 8


def test_folds_keep_protocols_whole_and_even():
    rng = np.random.default_rng(0)
    protocol = np.repeat([f"P{i}" for i in range(30)], rng.integers(1, 20, 30))
    fold = group_folds(protocol, 5, seed=3)
    check_folds(protocol, fold)
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= 10
    assert not np.array_equal(fold, group_folds(protocol, 5, seed=4))


def test_folds_that_leak_or_do_not_fit_are_refused():
    with pytest.raises(LeakingFolds, match="protocol P lies in more than one fold"):
        check_folds(["P", "P"], [0, 1])
    with pytest.raises(ValueRangeError, match="2 groups cannot make 3 folds"):
        group_folds(["a", "b"], 3)
    with pytest.raises(ShapeError, match="z is length 1 and truth is length 2"):
        fit_platt([1.0], [0, 1])
    with pytest.raises(ValueRangeError, match=r"p holds 1\.5"):
        brier([1], [1.5])
