"""A student of other protocols as a third witness: what it confirms is less often wrong, and no human label is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.errors import UsageError
from soesift.select import rules
from soesift.select.by_name import Material, select_by
from soesift.select.combine import combine
from soesift.select.pots import from_reference
from soesift.select.rules import Reason, confirm, confirmed, self_trained

NAN = float("nan")
VOTES = combine([[0.9, 0.8], [0.9, 0.2], [0.1, 0.2], [0.9, 0.8], [NAN, NAN], [0.1, 0.2]])


def test_keeps_what_views_and_student_say_alike() -> None:
    done = confirmed(VOTES, [0.7, 0.9, 0.2, 0.3, 0.9, NAN])
    assert done.keep.tolist() == [True, False, True, False, False, False]
    assert done.label.tolist() == VOTES.label.tolist()
    assert done.reason[1] == Reason.DISAGREE
    assert done.reason[3] == done.reason[5] == Reason.UNCONFIRMED
    assert done.reason[4] == Reason.NO_BELIEF


def test_a_student_asked_to_be_sure_confirms_less() -> None:
    p = [0.7, 0.9, 0.2, 0.3, 0.9, 0.05]
    assert confirmed(VOTES, p, sure=0.75).keep.tolist() == [False, False, True, False, False, True]
    assert confirmed(VOTES, p, sure=0.9).keep.tolist() == [False, False, False, False, False, True]
    for sure in (0.4, 1.0, NAN):
        with pytest.raises(UsageError):
            confirmed(VOTES, p, sure=sure)


def test_one_who_is_just_sure_enough_confirms_a_no() -> None:
    assert confirmed(VOTES, [NAN, NAN, 0.25, NAN, NAN, 0.26], sure=0.75).keep.tolist()[2::3] == [True, False]


def test_self_trained_takes_the_students_word_where_it_is_sure() -> None:
    done = self_trained([0.95, 0.7, 0.5, 0.1, NAN, 0.8])
    assert done.keep.tolist() == [True, False, False, True, False, True]
    assert done.label.tolist() == [1, 1, 0, 0, -1, 1]
    assert done.reason[1] == Reason.UNSURE
    assert done.reason[4] == Reason.NO_BELIEF


def test_probabilities_are_checked() -> None:
    with pytest.raises(UsageError):
        confirmed(VOTES, [0.5] * 5)
    with pytest.raises(UsageError):
        confirm(VOTES, [1.5] * 6)


@given(st.lists(st.tuples(*[st.floats(0.01, 0.99)] * 3), min_size=1, max_size=30))
def test_confirmed_is_part_of_agreement(rows: list[tuple[float, float, float]]) -> None:
    votes = combine([row[:2] for row in rows])
    done = confirmed(votes, [row[2] for row in rows])
    assert not (done.keep & ~rules.agreement(votes).keep).any()
    assert (confirm(votes, [row[2] for row in rows]).agree == done.keep).all()


def made(seed: int, correlated: float = 0.8) -> tuple[Material, np.ndarray]:
    """600 items of 30 protocols; two views that mostly err on the same 15 %, features that tell the truth noisily."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(600) < 0.4).astype(int)
    both = rng.random(600) < 0.15
    views = []
    for _ in range(2):
        own = np.where(rng.random(600) < correlated, both, rng.random(600) < 0.15)
        views.append(np.where(own, 1 - truth, truth))
    beliefs = np.where(np.column_stack(views) == 1, 0.9, 0.1)
    features = np.column_stack([truth + rng.normal(0, 0.4, 600), rng.normal(0, 1, (600, 3))])
    groups = np.asarray([f"p{i % 30}" for i in range(600)])
    votes = np.asarray(beliefs > 0.5, int)
    return Material(
        beliefs, groups, votes[:, :1], ["m"], lambda: features, lambda v: from_reference(truth, v, 60, seed), seed=seed
    ), truth


@pytest.mark.parametrize("seed", range(3))
def test_fewer_wrong_labels_than_agreement(seed: int) -> None:
    material, truth = made(seed)
    agreed = select_by("agreement", material).selection
    chosen = select_by("confirmed", material).selection
    taught = select_by("self_trained", material).selection
    wrong = [float((s.label != truth)[s.keep].mean()) for s in (agreed, chosen, taught)]
    assert wrong[0] > 0.08
    assert wrong[1] < wrong[0] / 2
    assert wrong[2] < wrong[0] / 2
    assert chosen.keep.sum() > 0.6 * agreed.keep.sum()


def test_an_audit_certifies_what_is_confirmed_and_not_what_only_agrees() -> None:
    material, truth = made(1)
    plain = select_by("certified", material)
    done = select_by("certified_confirmed", material)
    assert plain.selection.keep.sum() < done.selection.keep.sum()
    kept = done.selection.keep
    assert kept.sum() > 200
    assert (done.selection.label != truth)[kept].mean() <= material.alpha
    assert not (kept & ~select_by("confirmed", material).selection.keep).any()


def test_an_items_own_protocol_has_no_say() -> None:
    """Its answers turned upside down, a protocol is judged as before: by what others taught."""
    material, _ = made(2)
    own = material.groups == "p7"
    flipped = material.beliefs.copy()
    flipped[own] = 1 - flipped[own]
    before = select_by("self_trained", material).selection
    after = select_by("self_trained", material._replace(beliefs=flipped)).selection
    changed = (before.label != after.label)[own]
    assert changed.mean() < 0.1


def test_without_an_audit_it_says_so() -> None:
    material, _ = made(0)
    with pytest.raises(UsageError, match="audit"):
        select_by("certified_confirmed", material._replace(audit=None))
