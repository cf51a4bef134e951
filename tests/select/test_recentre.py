"""Beliefs moved to where they part: a leaning teacher is set right, a balanced or silent one left alone."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.scores import ValueRangeError
from soesift.select.belief import FEWEST, parting, recentred
from soesift.select.combine import combine


def leaning(n: int, lean: float, seed: int, apart: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """truth (n,) and logits (n,) of a teacher whose answers lie `lean` too high."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    return truth, np.where(truth, apart / 2, -apart / 2) + lean + 0.5 * rng.standard_normal(n)


@pytest.mark.parametrize("lean", [-3.0, 0.0, 3.0])
def test_a_lean_is_taken_out_whichever_way_it_goes(lean: float) -> None:
    truth, z = leaning(400, lean, 1)
    p, (move,) = recentred(1 / (1 + np.exp(-z[:, None])))
    assert move.moved
    assert move.place == pytest.approx(lean, abs=0.3)
    assert ((p[:, 0] > 0.5) == truth).mean() > 0.98


def test_the_new_beliefs_are_calibrated_under_the_model() -> None:
    truth, z = leaning(20_000, 2.0, 2, apart=1.5)
    p = recentred(1 / (1 + np.exp(-z[:, None])))[0][:, 0]
    for low in np.arange(0.1, 0.9, 0.2):
        within = (p >= low) & (p < low + 0.2)
        assert truth[within].mean() == pytest.approx(p[within].mean(), abs=0.06)


def test_order_is_kept_and_missing_stays_missing() -> None:
    _, z = leaning(300, 2.0, 3)
    z[::7] = np.nan
    p, _ = recentred(1 / (1 + np.exp(-z[:, None])))
    assert np.array_equal(np.isnan(p[:, 0]), np.isnan(z))
    known = ~np.isnan(z)
    assert (np.diff(p[known, 0][np.argsort(z[known])]) >= 0).all()


@pytest.mark.parametrize(
    "z",
    [
        np.random.default_rng(4).standard_normal(400) + 2,  # one group only
        np.linspace(-3, 3, FEWEST - 1),  # too few
        np.repeat([-1.0986, 1.0986], 200),  # plain YES and NO: nothing to move by
        np.full(100, np.nan),
    ],
    ids=["one group", "few", "two values", "none"],
)
def test_what_does_not_part_stays(z: np.ndarray) -> None:
    assert parting(z)[:3] == (0.0, 1.0, False)
    assert parting(z).why


@pytest.mark.parametrize("shape", ["exponential", "uniform", "lognormal"])
def test_one_group_of_any_shape_is_not_moved(shape: str) -> None:
    """Two normals fit a skewed or flat group better than one: all of these were moved, and half of a class changed."""
    rng = np.random.default_rng(9)
    draws = {
        "exponential": rng.exponential,
        "uniform": rng.random,
        "gamma": lambda size: rng.gamma(2.0, size=size),
        "lognormal": lambda size: rng.lognormal(0, 0.6, size),
        "normal": rng.standard_normal,
    }
    moved = [parting(draws[shape](size=300) * 2 - 1).moved for _ in range(2)]
    assert not any(moved)


def test_a_small_class_far_off_still_parts() -> None:
    rng = np.random.default_rng(10)
    truth = rng.random(400) < 0.14
    assert parting(np.where(truth, 2.0, -2.0) + 2 + 0.6 * rng.standard_normal(400)).moved


def test_beliefs_that_stay_are_unchanged() -> None:
    p = np.random.default_rng(5).uniform(0.3, 0.9, (30, 1))
    p[:] = np.where(p > 0.6, 0.75, 0.25)
    assert recentred(p)[0] == pytest.approx(p)


def test_agreement_of_two_leaning_views_becomes_worth_something() -> None:
    truth, a = leaning(400, 3.0, 6, apart=1.6)
    b = np.where(truth, 0.8, -0.8) - 1 + 0.5 * np.random.default_rng(7).standard_normal(400)
    beliefs = 1 / (1 + np.exp(-np.stack([a, b], 1)))
    before, after = combine(beliefs), combine(recentred(beliefs)[0])
    assert (before.label == truth).mean() < 0.75
    assert (after.label == truth)[after.agree].mean() > 0.95
    assert after.agree.mean() > 0.8


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueRangeError):
        recentred([[1.2]])
