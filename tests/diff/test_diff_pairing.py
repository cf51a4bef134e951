"""Pairing as pure functions: against brute force, and with ties."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.diff.pairing import assign, gap_distance, normal, pattern_likeness, staying, text_likeness, unique_equals


@given(st.permutations(range(7)))
def test_what_stays_is_a_longest_increasing_choice(order: list[int]) -> None:
    pairs = list(enumerate(order))
    kept = sorted(staying(pairs))
    longest = max(size for size in range(1, 8) for c in combinations(order, size) if list(c) == sorted(c))
    assert [order[x] for x in kept] == sorted(order[x] for x in kept)
    assert len(kept) == longest


def test_of_two_that_changed_places_the_lighter_one_moved() -> None:
    assert staying([(0, 1), (1, 0)], [5, 3]) == {0}
    assert staying([(0, 1), (1, 0)], [3, 5]) == {1}
    assert staying([]) == set()


@given(st.integers(1, 6), st.integers(1, 6))
def test_equal_scores_are_paired_in_order(n: int, m: int) -> None:
    pairs = assign(np.ones((n, m)), np.ones((n, m), bool))
    assert len(pairs) == min(n, m)
    assert [j for _, j in pairs] == sorted(j for _, j in pairs)


def test_only_allowed_pairs_are_made() -> None:
    score = np.array([[0.9, 0.8], [0.8, 0.1]])
    assert assign(score, np.ones((2, 2), bool)) == [(0, 1), (1, 0)]
    assert assign(score, np.array([[True, False], [False, False]])) == [(0, 0)]
    assert assign(np.zeros((0, 3)), np.zeros((0, 3), bool)) == []


def test_unique_equals_leaves_out_repeated_and_empty_texts() -> None:
    assert unique_equals(["a", "b", "b", ""], ["", "b", "a"]) == [(0, 2)]


def test_gaps_between_anchors_and_crossing_anchors() -> None:
    apart = gap_distance(4, 5, [(1, 2), (3, 4)])
    assert apart[0, 0] == apart[0, 1] == 0  # both before the first anchor
    assert apart[2, 3] == 0
    assert apart[0, 3] == 1
    assert apart[1, 2] == 0  # an anchor itself
    assert apart[1, 3] > 0
    assert gap_distance(2, 2, [(0, 1), (1, 0)]).max() <= 1  # one of two crossing anchors is no anchor


@pytest.mark.parametrize(("a", "b"), [("Vital  signs", "vital signs"), ("Day −1", "Day -1"), ("", " ")])
def test_equal_but_for_printing_is_exactly_one(a: str, b: str) -> None:
    assert text_likeness([a], [b], 0.4)[0, 0] == 1


def test_other_numbers_are_other_visits() -> None:
    alike = text_likeness(["Week 4", "Visit"], ["Week 8", "Week 4", "Visit 2"], 0.4, 0.7)
    assert alike[0].tolist().index(1) == 1
    assert alike[0, 0] < 0.4
    assert alike[1, 2] < 0.7
    assert normal("Ｗeek ４") == "week 4"


@given(st.lists(st.text(max_size=12), max_size=4), st.lists(st.text(max_size=12), max_size=4))
def test_text_likeness_is_symmetric_and_bounded(a: list[str], b: list[str]) -> None:
    there, back = text_likeness(a, b, 0.5, 0.8), text_likeness(b, a, 0.5, 0.8)
    assert there.shape == (len(a), len(b))
    assert np.allclose(there, back.T)
    assert ((there >= 0) & (there <= 1)).all()


def test_patterns_without_marks_say_nothing() -> None:
    one = np.array([[True, True, False], [False, False, False]])
    assert pattern_likeness(one, one).tolist() == [[1, 0], [0, 0.5]]
