"""Error correlation: the formula against simulation, phi by hand, its interval's coverage."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.agreement import between_views, kept_error, kept_share, phi, phi_of


def correlated_errors(n, e, rho, rng):
    joint = e * e + rho * e * (1 - e)
    kind = rng.choice(4, n, p=[joint, e - joint, e - joint, 1 - 2 * e + joint])
    return (kind == 0) | (kind == 1), (kind == 0) | (kind == 2)


def test_formula_gives_the_published_examples():
    assert kept_error(0.1, [0, 0.5, 0.9]) == pytest.approx([0.012, 0.060, 0.093], abs=5e-4)
    assert kept_error(0.1, 1) == pytest.approx(0.1)


@pytest.mark.parametrize(("e", "rho"), [(0.1, 0.0), (0.1, 0.5), (0.3, 0.9), (0.2, -0.2)])
def test_formula_agrees_with_simulation(e, rho):
    a, b = correlated_errors(200_000, e, rho, np.random.default_rng(0))
    agreed = a == b
    assert a[agreed].mean() == pytest.approx(float(kept_error(e, rho)), abs=0.004)
    assert agreed.mean() == pytest.approx(float(kept_share(e, rho)), abs=0.004)


def test_phi_is_the_correlation_of_the_indicators():
    a, b = correlated_errors(500, 0.2, 0.4, np.random.default_rng(1))
    got = phi(a, b)
    assert got.value == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert got.low < got.value < got.high
    assert (got.n, got.both) == (500, int((a & b).sum()))
    assert got.error_a == pytest.approx(a.mean())


def test_without_errors_phi_is_unknown_and_its_interval_wide():
    got = phi(np.zeros(40), np.zeros(40))
    assert np.isnan(got.value)
    assert got.high - got.low > 0.5
    assert phi_of([5, 0, 0, 5]) == 1


def test_items_nobody_judged_are_left_out():
    a, b = [1, 0, 1, -1, 0, np.nan], [1, 0, 0, 1, 0, 1]
    assert phi(a, b).n == 4


@pytest.mark.parametrize(("e", "rho", "n"), [(0.15, 0.0, 150), (0.15, 0.5, 150), (0.08, 0.3, 400)])
def test_interval_covers_rho_about_as_often_as_it_says(e, rho, n, monkeypatch):
    monkeypatch.setattr("soesift.select.agreement.SAMPLES", 1000)
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        got = phi(*correlated_errors(n, e, rho, rng))
        covered += got.low <= rho <= got.high
    assert covered / 400 >= 0.91


def test_protocols_that_err_together_widen_the_interval():
    rng = np.random.default_rng(3)
    a, b = correlated_errors(30, 0.2, 0.3, rng)
    a, b, protocol = np.repeat(a, 10), np.repeat(b, 10), np.repeat(np.arange(30), 10)
    alone, grouped = phi(a, b), phi(a, b, protocol)
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_pairs_of_views_with_missing_beliefs():
    beliefs = [[0.9, 0.9, 0.1], [0.1, np.nan, 0.9], [0.9, 0.1, 0.9], [0.2, 0.2, 0.2]]
    pairs = between_views(beliefs, [0, 0, 0, -1])
    assert sorted(pairs) == [(0, 1), (0, 2), (1, 2)]
    assert pairs[0, 1].n == 2
    assert pairs[0, 2].n == 3


def test_impossible_input_is_refused():
    with pytest.raises(ValueRangeError, match="rho is outside"):
        kept_error(0.1, -0.5)
    with pytest.raises(ValueRangeError, match="strictly between"):
        kept_error(0.0, 0.5)
    with pytest.raises(ShapeError, match="wrong_a is length 1 and wrong_b is length 2"):
        phi([1], [1, 0])
