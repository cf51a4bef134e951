"""Dawid-Skene: a good model outweighs two bad ones, known rows stay, two models are refused."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.rules import NoContrast, Reason, TooFewModels, check_models, crowd, dawid_skene

NAMES = ["model-a", "model-b", "model-c", "model-d"]


def crowd_votes(n=500, errors=(0.02, 0.3, 0.35, 0.3), seed=0):
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.3).astype(int)
    wrong = rng.random((n, len(errors))) < errors
    return np.where(wrong, 1 - truth[:, None], truth[:, None]), truth


@pytest.fixture(autouse=True)
def installed():
    pytest.importorskip("crowdkit")


def test_it_beats_majority_and_recovers_the_error_rates():
    votes, truth = crowd_votes()
    votes[np.random.default_rng(1).random(votes.shape) < 0.1] = -1  # missing votes are allowed
    fitted = dawid_skene(votes, NAMES)
    majority = (votes == 1).sum(1) > (votes == 0).sum(1)
    assert ((fitted.p > 0.5) == truth).mean() > (majority == truth).mean() + 0.03
    errors = fitted.confusion[:, [0, 1], [1, 0]].mean(1)
    assert errors == pytest.approx([0.02, 0.3, 0.35, 0.3], abs=0.08)
    assert fitted.confusion.sum(2) == pytest.approx(np.ones((4, 2)))


def test_known_rows_are_clamped_and_named_human():
    votes, truth = crowd_votes()
    known = np.where(np.arange(len(truth)) < 50, 1 - truth, -1)  # even against all votes
    fitted = dawid_skene(votes, NAMES, known)
    assert (fitted.p[:50] == known[:50]).all()
    s = crowd(votes, NAMES, known)
    assert (s.label[:50] == known[:50]).all()
    assert set(s.reason[:50]) == {Reason.HUMAN}
    assert set(s.reason[50:]) == {Reason.KEPT}


def test_items_without_a_vote_have_no_belief():
    votes, _ = crowd_votes()
    votes[7] = -1
    s = crowd(votes, NAMES)
    assert s.label[7] == -1
    assert not s.keep[7]
    assert s.keep.sum() == len(votes) - 1


def test_fewer_than_three_different_models_are_refused():
    votes, _ = crowd_votes(errors=(0.1, 0.1, 0.1))
    with pytest.raises(TooFewModels, match="2 different models"):
        crowd(votes, ["a", "b", "b"])
    with pytest.raises(ShapeError, match="3 columns and models is length 2"):
        crowd(votes, ["a", "b"])
    with pytest.raises(ValueRangeError, match="one model twice"):
        check_models(["a", "b", "c", "c"], 4)
    with pytest.raises(NoContrast):
        crowd(np.ones((5, 3)), ["a", "b", "c"])
