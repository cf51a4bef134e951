"""Audit and repair pots, annotator statistics, simulated annotators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.agreement import (
    cohen_kappa,
    mean_pairwise_agreement,
    pairwise_agreement,
)
from soesift.select.audit import draw_audit, draw_repair, error_rate, jaccard, shingles, simulated_non_experts, strata


def test_strata_separate_agreed_classes_disagreements_and_failures():
    assert strata([0, 1, 1, -1], [True, True, False, False]).tolist() == [0, 1, 2, -1]


@settings(deadline=None)
@given(st.lists(st.integers(-1, 2), min_size=1, max_size=60), st.integers(0, 20), st.integers(0, 20))
def test_audit_is_stratified_without_repeats(stratum, n_no, n_yes):
    groups = np.array(stratum)
    draw = draw_audit(groups, {0: n_no, 1: n_yes}, seed=1, exclude=[0])
    assert len(set(draw.items)) == len(draw.items)
    assert 0 not in draw.items
    for c, wanted in ((0, n_no), (1, n_yes)):
        free = (groups[1:] == c).sum()
        assert (draw.stratum == c).sum() == min(wanted, free)
        if free and wanted:
            assert draw.chance[draw.stratum == c] == pytest.approx(min(wanted, free) / free)
    assert draw.frame[0] == -1
    assert set(draw.frame) <= {-1, 0, 1}


def test_every_item_of_a_stratum_is_equally_likely_to_be_drawn():
    groups = np.array([1] * 10 + [0] * 30)
    times = np.zeros(40)
    for seed in range(2000):
        times[draw_audit(groups, {1: 3, 0: 3}, seed=seed).items] += 1
    assert times[:10] / 2000 == pytest.approx(np.full(10, 0.3), abs=0.05)
    assert times[10:] / 2000 == pytest.approx(np.full(30, 0.1), abs=0.04)


def test_audit_follows_its_seed_and_rejects_nonsense():
    groups = np.zeros(100)
    assert draw_audit(groups, {0: 5}, seed=1).items.tolist() == draw_audit(groups, {0: 5}, seed=1).items.tolist()
    assert draw_audit(groups, {0: 5}, seed=1).items.tolist() != draw_audit(groups, {0: 5}, seed=2).items.tolist()
    with pytest.raises(ValueRangeError, match="stratum 0 asks for -1"):
        draw_audit(groups, {0: -1}, seed=1)
    with pytest.raises(ValueRangeError, match="index 100 lies outside"):
        draw_audit(groups, {0: 1}, seed=1, exclude=[100])


VISITS = "Procedure Screening Day 1 Day 8 Day 15 Consent X Vital signs X X X Weight X ECG X X Laboratory X X X"
ORGANS = "Organ function Value Haemoglobin at least 9 Platelets at least 100 Creatinine below 1.5 times normal"


def test_repair_takes_the_least_confident_and_passes_over_near_duplicates():
    texts = [VISITS, VISITS + " PK", ORGANS, "short"]
    draw = draw_repair([0.1, 0.2, 0.3, 4.0], texts, 3)
    assert draw.items.tolist() == [0, 2, 3]
    assert draw.duplicates == {1: 0}


def test_repair_leaves_the_audit_alone_and_starts_with_items_without_belief():
    draw = draw_repair([0.1, np.nan, 0.3], ["a b c d", "e f g h", "i j k l"], 2, exclude=[0])
    assert draw.items.tolist() == [1, 2]
    assert draw_repair([1.0], ["a"], 5).items.tolist() == [0]
    with pytest.raises(ShapeError, match="confidence is length 1 and texts is length 2"):
        draw_repair([1.0], ["a", "b"], 1)


def test_shingles_ignore_case_and_blanks():
    assert shingles("Day  1 Visit 2") == shingles("day 1\nvisit 2")
    assert jaccard(shingles(""), shingles("")) == 1
    assert jaccard(shingles("a b c"), shingles("d e f")) == 0


def test_kappa_of_the_papers_teacher_and_non_experts():
    """1,748 against 1,536 of 2,800 called SoE, 251 and 39 called so by one only: agreement 89.6 %, kappa
    .79.
    """
    teacher = [1] * 1497 + [1] * 251 + [0] * 39 + [0] * 1013
    humans = [1] * 1497 + [0] * 251 + [1] * 39 + [0] * 1013
    assert cohen_kappa(teacher, humans) == pytest.approx(0.79, abs=0.005)
    assert mean_pairwise_agreement(np.column_stack([teacher, humans])) == pytest.approx(0.896, abs=5e-4)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    a, b = map(np.array, zip(*pairs, strict=True))
    ours = cohen_kappa(a, b)
    if len(set(a) | set(b)) == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(metrics.cohen_kappa_score(a, b))


def test_agreement_counts_shared_items_only():
    votes = [[1, 1, -1], [0, 1, -1], [1, -1, 0]]
    matrix = pairwise_agreement(votes)
    assert matrix[0, 1] == 0.5
    assert matrix[0, 2] == 0
    assert np.isnan(matrix[1, 2])
    assert mean_pairwise_agreement(votes) == 0.25
    assert np.isnan(cohen_kappa([1, -1], [-1, 0]))
    with pytest.raises(ShapeError, match="one column an annotator"):
        pairwise_agreement([1, 0])


def test_simulated_annotators_agree_as_asked():
    truth = (np.random.default_rng(0).random(8000) < 0.5).astype(int)
    made = simulated_non_experts(truth, seed=1, do_not_know=0.1)
    assert made.votes.shape == (8000, 6)
    assert mean_pairwise_agreement(made.votes) == pytest.approx(0.812, abs=0.01)
    assert (made.votes == -1).mean() == pytest.approx(0.1, abs=0.01)
    assert made.asked_expert.mean() == pytest.approx(0.1, abs=0.02)
    assert (made.label[made.asked_expert] == truth[made.asked_expert]).all()
    assert (made.label != truth).mean() == pytest.approx(0.9 * error_rate(0.812), abs=0.01)
    assert all("simulated" in name for name in made.names)


def test_error_rate_inverts_agreement_and_limits_are_checked():
    e = error_rate(0.812)
    assert (1 - e) ** 2 + e**2 == pytest.approx(0.812)
    assert error_rate(1) == 0
    with pytest.raises(ValueRangeError, match=r"agreement is 0\.4"):
        error_rate(0.4)
    with pytest.raises(ValueRangeError, match="do_not_know"):
        simulated_non_experts([1], seed=0, do_not_know=2)
