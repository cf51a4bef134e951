"""Combining views: labels, agreement and score by hand, missing views, symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.combine import agreement, at_least, combine, label, logit, mean_logit

NAN = float("nan")


def test_logits_are_clipped_so_that_certainties_can_be_averaged():
    assert logit([0, 0.5, 1]).tolist() == [-6, 0, 6]
    assert mean_logit([[0, 1], [1, 1]]).tolist() == [0, 6]


def test_two_views_by_hand():
    c = combine([[0.9, 0.8], [0.9, 0.4], [0.2, 0.1], [0.5, 0.9]])
    assert c.label.tolist() == [1, 1, 0, 1]
    assert c.agree.tolist() == [True, False, True, False]  # one half is on neither side
    assert c.score == pytest.approx([0.6, 0, 0.6, 0])
    assert c.z[0] == pytest.approx((np.log(9) + np.log(4)) / 2)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mean", [1, 0, 1, 0, -1]),
        ("or", [1, 1, 1, 1, -1]),
        ("and", [0, 0, 1, 0, -1]),
        ("majority", [1, 0, 1, 0, -1]),
    ],
)
def test_label_rules(rule, expected):
    beliefs = [[0.99, 0.3, NAN], [0.6, 0.1, NAN], [0.9, 0.7, 0.6], [0.6, 0.4, 0.1], [NAN] * 3]
    assert label(beliefs, rule).tolist() == expected


def test_majority_and_mean_differ_where_one_view_is_very_sure():
    beliefs = [[0.999, 0.4, 0.4]]
    assert label(beliefs, "mean").tolist() == [1]
    assert label(beliefs, "majority").tolist() == [0]


def test_missing_views_break_agreement_unless_ignored():
    beliefs = [[0.9, NAN], [NAN, NAN], [0.1, 0.2]]
    assert agreement(beliefs).tolist() == [False, False, True]
    assert agreement(beliefs, missing="ignore").tolist() == [True, False, True]
    c = combine(beliefs, missing="ignore")
    assert c.label.tolist() == [1, -1, 0]
    assert c.present.tolist() == [1, 0, 2]
    assert c.score == pytest.approx([0.8, 0, 0.6])
    assert np.isnan(c.z[1])


def test_k_of_n_counts_yes_views():
    beliefs = [[0.9, 0.9, 0.1, 0.1], [0.9, NAN, NAN, NAN], [NAN] * 4]
    assert [at_least(beliefs, k).tolist() for k in (1, 2, 3)] == [[1, 1, -1], [1, 0, -1], [0, 0, -1]]


grids = st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20)


@settings(deadline=None)
@given(grids)
def test_rules_are_ordered_and_agree_on_agreed_items(rows):
    c = combine(rows)
    by_rule = {rule: label(rows, rule) for rule in ("mean", "or", "and", "majority")}
    assert (by_rule["and"] <= by_rule["majority"]).all()
    assert (by_rule["majority"] <= by_rule["or"]).all()
    for labels in by_rule.values():
        assert (labels[c.agree] == by_rule["mean"][c.agree]).all()
    assert ((c.score > 0) <= c.agree).all()
    assert (by_rule["or"] == at_least(rows, 1)).all()
    assert (by_rule["and"] == at_least(rows, 3)).all()


@settings(deadline=None)
@given(grids)
def test_order_of_views_does_not_matter(rows):
    a, b = combine(rows), combine(np.array(rows)[:, ::-1])
    assert a.agree.tolist() == b.agree.tolist()
    assert a.score == pytest.approx(b.score)
    assert a.z == pytest.approx(b.z, abs=1e-12)


def test_wrong_input_is_named():
    with pytest.raises(ShapeError, match=r"beliefs has shape \(2,\)"):
        combine([0.1, 0.9])
    with pytest.raises(ValueRangeError, match=r"beliefs holds 1\.2"):
        combine([[1.2]])
    with pytest.raises(ValueRangeError, match="k is 3"):
        at_least([[0.1, 0.9]], 3)
    with pytest.raises(ValueRangeError, match="'best'"):
        label([[0.1, 0.9]], "best")
