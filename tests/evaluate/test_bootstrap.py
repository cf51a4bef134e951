"""Bootstrap over protocols: equality with a plain loop, pairing, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.bootstrap import (
    difference,
    draw,
    holm,
    interval,
    macro_difference,
    macro_estimate,
    macro_samples,
    pooled_samples,
    ranked_samples,
    two_sided,
)
from soesift.evaluate.scores import ShapeError, average_precision, count, from_counts


def items(n=60, protocols=7, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    score = np.round(np.clip(truth * 0.3 + rng.random(n) * 0.7, 0, 1), 1)
    return truth, score, rng.integers(0, protocols, n)


def repeated(place, weights):
    """Indices of the items of one resample, each as often as its protocol was drawn."""
    return np.repeat(np.arange(len(place)), weights[place])


def test_each_resample_draws_as_many_protocols_as_there_are():
    weights = draw(9, resamples=500)
    assert weights.shape == (500, 9)
    assert (weights.sum(1) == 9).all()
    assert weights.mean(0) == pytest.approx(np.ones(9), abs=0.2)


def test_pooled_samples_equal_a_plain_loop():
    truth, score, place = items()
    predicted = (score > 0.5).astype(int)
    weights = draw(7, resamples=30)
    counts = np.array([count(truth[place == p], predicted[place == p]) for p in range(7)])
    got = pooled_samples(counts, weights)
    for row, w in zip(got, weights, strict=True):
        index = repeated(place, w)
        assert row == pytest.approx(from_counts(count(truth[index], predicted[index])))


def test_ranked_samples_equal_a_plain_loop_with_ties(monkeypatch):
    monkeypatch.setattr("soesift.evaluate.bootstrap.BLOCK", 500)  # several blocks
    truth, score, place = items()
    weights = draw(7, resamples=40)
    got = ranked_samples(truth, score, place, weights)
    expected = [average_precision(truth[i], score[i]) for w in weights for i in [repeated(place, w)]]
    assert got == pytest.approx(np.array(expected), nan_ok=True)


def test_macro_samples_leave_out_nan_protocols():
    weights = np.array([[2, 1, 0], [0, 3, 0], [1, 1, 1]])
    got = macro_samples([1.0, np.nan, 0.0], weights)
    assert got == pytest.approx([1.0, np.nan, 0.5], nan_ok=True)


def test_paired_difference_is_tighter_than_two_intervals():
    rng = np.random.default_rng(1)
    hard = rng.normal(0.7, 0.15, 60)  # protocols differ much, arms little
    a, b = hard + 0.02 + rng.normal(0, 0.01, 60), hard
    gap = macro_difference(a, b, resamples=4000)
    assert gap.value == pytest.approx((a - b).mean())
    assert 0 < gap.low < gap.value < gap.high
    assert gap.above == 1
    first, second = macro_estimate(a, resamples=4000), macro_estimate(b, resamples=4000)
    assert first.low < second.high  # unpaired intervals overlap


def test_equal_arms_differ_by_nothing():
    gap = macro_difference([0.1, 0.9, 0.5], [0.1, 0.9, 0.5], resamples=100)
    assert gap == (0, 0, 0, 0.5)


def test_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    weights = draw(50, resamples=600, seed=3)
    trials, covered = 600, 0
    for _ in range(trials):
        sample = rng.beta(8, 2, 50)  # skewed like F1 of protocols
        low, high = interval(sample.mean(), macro_samples(sample, weights))[1:]
        covered += low <= 0.8 <= high
    assert 0.90 <= covered / trials <= 0.975


def test_paired_interval_covers_the_true_difference_of_arms():
    rng = np.random.default_rng(4)
    weights = draw(40, resamples=500, seed=5)
    trials, covered = 500, 0
    for _ in range(trials):
        base = rng.beta(8, 2, 40)
        a, b = base, base - 0.05 + rng.normal(0, 0.05, 40)
        gap = difference(a.mean() - b.mean(), macro_samples(a, weights), 0.0 + 0, macro_samples(b, weights))
        covered += gap.low <= 0.05 <= gap.high
    assert 0.90 <= covered / trials <= 0.975


def test_wrong_shapes_are_named():
    with pytest.raises(ShapeError, match="no protocol"):
        draw(0)
    with pytest.raises(ShapeError, match="values is length 2 and weights is for 3"):
        macro_samples([1.0, 2.0], draw(3, resamples=2))
    with pytest.raises(ShapeError, match="weights is for 3 protocols"):
        pooled_samples(np.zeros((2, 4)), draw(3, resamples=2))
    with pytest.raises(ShapeError, match="must be alike"):
        macro_difference([1.0], [1.0, 2.0])


def test_two_equal_arms_differ_by_nothing_at_the_promised_rate_with_a_seed_effect():
    """3 seeds, each moving an arm by .02: protocols alone covered 0 in 38 %."""
    rng = np.random.default_rng(0)
    runs, covered = 150, 0
    for number in range(runs):
        base = np.clip(0.95 + 0.08 * rng.standard_normal(36), 0, 1)
        arms = [base + 0.02 * rng.standard_normal((3, 1)) + 0.02 * rng.standard_normal((3, 36)) for _ in range(2)]
        gap = macro_difference(*arms, resamples=400, seed=number)
        covered += gap.low <= 0 <= gap.high
    assert covered / runs >= 0.93 - 3 * (0.07 * 0.93 / runs) ** 0.5


def test_seeds_that_happen_to_be_alike_do_not_narrow_the_interval():
    """Two or three seeds, small effects: with degrees of freedom pooled over both sources 0 was covered in 88 %."""
    rng = np.random.default_rng(0)
    covered = 0
    for number in range(300):
        arms = [0.01 * rng.standard_normal((2, 1)) + 0.02 * rng.standard_normal((2, 36)) for _ in range(2)]
        gap = macro_difference(*arms, resamples=300, seed=number)
        covered += gap.low <= 0 <= gap.high
    assert covered / 300 >= 0.93


def test_one_seed_is_the_bootstrap_of_protocols_and_estimates_stay_within_0_and_1():
    v = np.random.default_rng(1).random(20)
    assert macro_estimate(v) == macro_estimate(v[None])
    e = macro_estimate(np.stack([np.ones(20), np.full(20, 0.9), np.ones(20)]))
    assert 0 <= e.low <= e.value <= e.high <= 1


def test_sponsors_are_drawn_whole():
    blocks = ["a", "a", "b", "c", "c", "c"]
    weights = draw(6, resamples=300, blocks=blocks)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(1) == 3).all()
    with pytest.raises(ShapeError, match="blocks is length 2"):
        draw(6, blocks=["a", "b"])


def test_protocols_that_go_by_sponsor_widen_the_interval():
    rng = np.random.default_rng(0)
    blocks = np.repeat(np.arange(8), 5)
    values = np.clip(0.8 + np.repeat(rng.normal(0, 0.1, 8), 5) + rng.normal(0, 0.01, 40), 0, 1)
    alone, whole = macro_estimate(values), macro_estimate(values, blocks=blocks)
    assert whole.high - whole.low > 1.5 * (alone.high - alone.low)
    gap = macro_difference(values, np.full(40, 0.75), blocks=blocks)
    assert gap.low < values.mean() - 0.75 < gap.high


def test_chances_are_corrected_for_their_number_step_down():
    assert holm([0.01, 0.04, 0.03, float("nan")])[:3] == pytest.approx([0.03, 0.06, 0.06])
    assert np.isnan(holm([0.01, float("nan")])[1])
    assert holm([0.4, 0.6]).max() <= 1
    rng = np.random.default_rng(1)
    wrong = sum(holm(rng.uniform(size=20)).min() < 0.05 for _ in range(2000))
    assert wrong / 2000 < 0.065


def test_a_bootstrap_chance_is_twice_the_smaller_tail():
    rng = np.random.default_rng(2)
    same = macro_difference(np.ones(9), np.ones(9))
    assert two_sided(same) == 1
    clear = macro_difference(rng.uniform(0.8, 1, 30), rng.uniform(0, 0.2, 30), resamples=500)
    assert two_sided(clear, 500) == 1 / 500
