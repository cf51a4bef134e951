"""Belief of one answer: values by hand, refusals with a reason, properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.belief import (
    Belief,
    Failure,
    from_confidence,
    from_counts,
    from_logprobs,
    from_one,
    from_samples,
    table,
)


def logs(**chances):
    return {token: math.log(chance) for token, chance in chances.items()}


def test_variants_of_yes_and_no_are_summed():
    belief = from_logprobs(
        {"YES": math.log(0.5), " yes": math.log(0.1), "\u0120Yes": math.log(0.1), "NO": math.log(0.2)}
    )
    assert belief.p == pytest.approx(0.7 / 0.9)
    assert belief.off_label == pytest.approx(0.1)
    assert belief.failure is None


def test_more_than_half_off_label_is_refused_with_the_mass_kept():
    belief = from_logprobs(logs(YES=0.3, NO=0.1, The=0.6))
    assert belief.failure is Failure.OFF_LABEL
    assert math.isnan(belief.p)
    assert belief.off_label == pytest.approx(0.6)
    assert from_logprobs(logs(YES=0.3, NO=0.2, The=0.5)).p == pytest.approx(0.6)


def test_tokens_the_provider_did_not_list_count_as_off_label():
    assert from_logprobs(logs(YES=0.4)).failure is Failure.OFF_LABEL


def test_words_that_only_begin_like_a_label_are_off_label():
    belief = from_logprobs(logs(YES=0.6, Not=0.2, Yesterday=0.1))
    assert (belief.p, belief.off_label) == (1.0, pytest.approx(0.4))


def test_unsure_counts_one_half():
    assert from_logprobs(logs(YES=0.2, UNSURE=0.6, NO=0.2)).p == pytest.approx(0.5)
    assert from_logprobs(logs(YES=0.6, UNSURE=0.4)).p == pytest.approx(0.8)
    assert from_samples(["yes", "unsure"]).p == pytest.approx((1.5 + 0.5) / 3)
    assert from_one("unsure").p == 0.5


@pytest.mark.parametrize("bad", [{"YES": 0.7}, {"YES": math.nan}, {"YES": -0.1, "NO": -0.1}])
def test_impossible_logprobs_are_a_failure_not_a_belief(bad):
    assert from_logprobs(bad).failure is Failure.BAD_LOGPROBS


def test_zero_probability_and_repeated_tokens_are_fine():
    belief = from_logprobs([("YES", math.log(0.5)), ("YES", math.log(0.25)), ("NO", -math.inf)])
    assert belief.p == 1


def test_samples_follow_the_formula_and_skip_unparsable_ones():
    assert from_samples(["yes", "yes", "no", "yes", "yes"]).p == pytest.approx(4.5 / 6)
    assert from_samples(["yes", None, None]).p == from_one("yes").p == 0.75
    assert from_one("no").p == 0.25


def test_nothing_readable_has_a_reason():
    assert from_samples([]).failure is Failure.NO_ANSWER
    assert from_samples([None, None]).failure is Failure.UNPARSABLE
    assert from_logprobs({}).failure is Failure.NO_ANSWER
    assert math.isnan(from_one(None).p)


@pytest.mark.parametrize(
    ("answer", "confidence", "expected"),
    [
        ("yes", 90, 0.9),
        ("no", 90, 0.1),
        ("no", 100, 0),
        ("yes", 30, 0.5),
        ("unsure", 80, 0.5),
        ("yes", None, 0.75),
    ],
)
def test_spoken_confidence(answer, confidence, expected):
    assert from_confidence(answer, confidence).p == pytest.approx(expected)


@pytest.mark.parametrize("confidence", [101, -1, math.nan])
def test_confidence_outside_its_scale_is_a_failure(confidence):
    assert from_confidence("yes", confidence).failure is Failure.BAD_CONFIDENCE
    assert from_confidence("yes", 0.9, scale=1).p == pytest.approx(0.9)


def test_an_answer_that_is_none_of_the_words_is_the_callers_error():
    with pytest.raises(ValueRangeError, match="'maybe'"):
        from_samples(["maybe"])


@settings(deadline=None)
@given(st.lists(st.sampled_from(["yes", "no", "unsure", None]), max_size=12))
def test_counts_give_the_same_as_lists_and_swapping_answers_mirrors(answers):
    n = {word: answers.count(word) for word in ("yes", "no", "unsure")}
    from_array = float(from_counts(n["yes"], n["no"], n["unsure"]))
    belief = from_samples(answers).p
    assert from_array == pytest.approx(belief, nan_ok=True)
    swapped = [{"yes": "no", "no": "yes"}.get(a, a) for a in answers]
    assert from_samples(swapped).p == pytest.approx(1 - belief, nan_ok=True)
    assert math.isnan(belief) or 0 < belief < 1


def test_table_keeps_reasons_beside_the_numbers():
    p, reasons = table([[Belief(0.9), from_one(None)], [Belief(0.2), Belief(0.1)]])
    assert np.isnan(p).tolist() == [[False, True], [False, False]]
    assert reasons == [[None, Failure.UNPARSABLE], [None, None]]
    assert table([])[0].shape[0] == 0
    with pytest.raises(ShapeError, match="1 to 2 beliefs"):
        table([[Belief(0.9)], [Belief(0.2), Belief(0.1)]])
