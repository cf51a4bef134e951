"""Clopper-Pearson: known values, coverage computed exactly, weighted samples."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.bootstrap import clopper_pearson, exact_share, weighted_share
from soesift.evaluate.scores import ValueRangeError

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (1, 59), (499, 500)])
def test_bounds_are_those_of_scipy(k, n):
    exact = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    low, high = clopper_pearson(k, n)
    assert (float(low), float(high)) == pytest.approx((exact.low, exact.high), abs=1e-9)


@pytest.mark.parametrize("true", [0.005, 0.03, 0.1, 0.5, 0.97])
@pytest.mark.parametrize("n", [5, 29, 149])
def test_coverage_is_at_least_what_is_claimed(true, n):
    hits = np.arange(n + 1)
    low, high = clopper_pearson(hits, n, 0.9)
    covered = stats.binom.pmf(hits, n, true)[(low <= true) & (true <= high)].sum()
    assert covered >= 0.9
    if n == 149 and true == 0.5:
        assert covered < 0.95  # not needlessly wide either


def test_coverage_by_simulation():
    hits = np.random.default_rng(0).binomial(80, 0.04, 5000)
    low, high = clopper_pearson(hits, 80)
    assert ((low <= 0.04) & (high >= 0.04)).mean() >= 0.95 - 3 * (0.05 * 0.95 / 5000) ** 0.5


def test_nothing_counted_is_nan_not_zero():
    assert np.isnan(exact_share(0, 0)).all()
    assert np.isnan(weighted_share([], [])).all()


def test_equal_weights_give_the_exact_interval_and_unequal_ones_a_wider():
    hit = np.array([1] * 5 + [0] * 45)
    assert weighted_share(hit, np.full(50, 3.0)) == pytest.approx(exact_share(5, 50))
    uneven = weighted_share(hit, np.tile([1.0, 9.0], 25))
    even = exact_share(5, 50)
    assert uneven.high - uneven.low > even.high - even.low


def test_impossible_counts_are_refused():
    with pytest.raises(ValueRangeError, match="hits"):
        clopper_pearson(3, 2)
    with pytest.raises(ValueRangeError, match="weight"):
        weighted_share([1, 0], [1, 0])
