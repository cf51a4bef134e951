"""Scores: conventions at the edges, agreement with scikit-learn, arrays that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.scores import (
    ShapeError,
    ValueRangeError,
    average_precision,
    count,
    from_counts,
    full_shares,
    macro,
    per_protocol,
    pooled,
)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 0, 0, 5], [1, 1, 1, 1]),  # no schedule, none claimed
        ([0, 2, 0, 3], [0, 1, 0, 0.6]),  # no schedule, false alarms
        ([0, 0, 3, 1], [0, 0, 0, 0.25]),  # schedules, all missed
        ([2, 1, 1, 0], [2 / 3, 2 / 3, 2 / 3, 0.5]),
        ([0, 0, 0, 0], [1, 1, 1, 1]),  # no table at all
    ],
)
def test_conventions_where_a_ratio_has_no_denominator(counts, expected):
    assert from_counts(counts) == pytest.approx(expected)


def test_counts_are_tp_fp_fn_tn():
    assert count([1, 0, 1, 0, 1, 1], [1, 1, 0, 0, 1, 1]).tolist() == [3, 1, 1, 1]


labelled = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=1, max_size=40)


@settings(deadline=None)
@given(labelled)
def test_average_precision_is_that_of_scikit_learn_with_ties(items):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, score = map(np.array, zip(*items, strict=True))
    if not truth.any():
        assert np.isnan(average_precision(truth, score))
    else:
        assert average_precision(truth, score) == pytest.approx(metrics.average_precision_score(truth, score))


@settings(deadline=None)
@given(labelled)
def test_average_precision_depends_on_the_order_alone(items):
    truth, score = map(np.array, zip(*items, strict=True))
    shuffled = np.random.default_rng(0).permutation(len(truth))
    again = average_precision(truth[shuffled], np.exp(score[shuffled]))
    assert again == pytest.approx(average_precision(truth, score), nan_ok=True)


def test_macro_weighs_protocols_and_pooled_weighs_tables():
    protocol = ["b"] * 1 + ["a"] * 9
    truth = [1] + [1] * 9
    predicted = [0] + [1] * 9
    scores = per_protocol(truth, predicted, protocol)
    assert scores.protocol == ["a", "b"]
    assert macro(scores)["recall"] == pytest.approx(0.5)
    assert pooled(truth, predicted)["recall"] == pytest.approx(0.9)


def test_average_precision_leaves_out_protocols_without_a_schedule_and_says_so():
    scores = per_protocol([1, 0, 0, 0], [1, 0, 0, 0], ["a", "a", "b", "b"], [0.9, 0.2, 0.3, 0.1])
    means = macro(scores)
    assert means["average_precision"] == 1
    assert means["average_precision_left_out"] == 1
    assert means["f1"] == 1


def test_shares_of_protocols_with_full_recall_and_precision():
    scores = per_protocol([1, 1, 1, 0, 0], [1, 0, 1, 1, 0], ["a", "a", "b", "b", "c"])
    assert full_shares(scores) == pytest.approx({"full_recall": 2 / 3, "full_precision": 2 / 3, "full_both": 1 / 3})


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=50))
def test_counts_per_protocol_sum_to_the_pooled_ones(items):
    truth, predicted, protocol = map(np.array, zip(*items, strict=True))
    counts = per_protocol(truth, predicted, protocol.astype(str)).counts
    assert counts.sum(0).tolist() == count(truth, predicted).tolist()


def test_errors_name_the_array_and_both_lengths():
    with pytest.raises(ShapeError, match="truth is length 2 and predicted is length 3"):
        count([1, 0], [1, 0, 1])
    with pytest.raises(ValueRangeError, match="predicted holds 2"):
        count([1, 0], [1, 2])
    with pytest.raises(ShapeError, match=r"counts has shape \(3,\)"):
        from_counts([1, 2, 3])
