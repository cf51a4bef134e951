"""Selection rules: each returns the same kind of result; controls drop what agreement drops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.calibration import OneClassOnly, sigmoid
from soesift.evaluate.scores import LeakingFolds, ShapeError
from soesift.select import rules
from soesift.select.audit import RepairRowsCertify, draw_audit, strata
from soesift.select.combine import combine
from soesift.select.rules import Reason, confident, label_issues

NAN = float("nan")
BELIEFS = [[0.9, 0.8], [0.9, 0.2], [0.1, 0.2], [0.7, 0.1], [NAN, NAN], [0.9, NAN], [0.6, 0.9]]
VOTES = combine(BELIEFS)


def test_all_keeps_everything_with_a_belief():
    s = rules.keep_all(VOTES)
    assert s.keep.tolist() == [True] * 4 + [False] + [True] * 2
    assert s.reason[4] == Reason.NO_BELIEF
    assert np.isnan(s.target[4])
    assert s.weight.sum() == 6


def test_agreement_is_the_papers_rule():
    s = rules.agreement(VOTES)
    assert np.flatnonzero(s.keep).tolist() == [0, 2, 6]
    assert s.reason[1] == s.reason[5] == Reason.DISAGREE
    assert s.target[s.keep].tolist() == [1, 0, 1]


def test_controls_drop_as_many_as_agreement():
    dropped = rules.number_dropped(VOTES)
    assert dropped == 3
    at_random = rules.random_drop(VOTES, seed=0)
    assert (at_random.reason == Reason.RANDOM).sum() == 3
    positives = rules.positive_drop(VOTES, seed=0)
    gone = positives.reason == Reason.POSITIVE
    assert gone.sum() == ((VOTES.label == 1) & ~VOTES.agree).sum() == 2  # as many YES as agreement drops of them
    assert (VOTES.label[gone] == 1).all()


def test_controls_follow_their_seed():
    votes = combine(np.random.default_rng(0).random((300, 2)))
    first, again, other = (rules.random_drop(votes, seed=s).keep.tolist() for s in (1, 1, 2))
    assert first == again != other


def test_relabelling_keeps_all_with_another_label():
    assert rules.relabel_or(BELIEFS).label.tolist() == [1, 1, 0, 1, -1, 1, 1]
    assert rules.relabel_and(BELIEFS).label.tolist() == [1, 0, 0, 0, -1, 1, 1]
    assert rules.relabel_and(BELIEFS).keep.sum() == 6


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([NAN, 0, 0.2, 0.5, 0.8, 1]), min_size=2, max_size=2), min_size=1, max_size=30))
def test_every_rule_returns_the_same_kind_of_result(beliefs):
    votes = combine(beliefs)
    for s in (
        rules.keep_all(votes),
        rules.agreement(votes),
        rules.random_drop(votes, seed=0),
        rules.positive_drop(votes, seed=0),
        rules.relabel_or(beliefs),
        rules.relabel_and(beliefs),
    ):
        assert all(len(part) == len(beliefs) for part in s)
        assert not (s.keep & (s.label < 0)).any()
        assert ((s.weight > 0) == s.keep).all()
        assert ((s.reason == Reason.KEPT) == s.keep).all()
        assert np.isnan(s.target).tolist() == (s.label < 0).tolist()
        assert set(s.reason) <= set(Reason)


def calibrated(n=6000, seed=0, a=-1.0, b=0.6):
    """Beliefs of two overconfident, biased views, and truth with P(YES) = sigma(a + b z)."""
    rng = np.random.default_rng(seed)
    beliefs = sigmoid(rng.normal(0, 2, (n, 1)) + rng.normal(0, 0.7, (n, 2)))
    votes = combine(beliefs)
    return votes, (rng.random(n) < sigmoid(a + b * votes.z)).astype(int)


def test_soft_targets_are_calibrated_though_strata_were_sampled_unevenly():
    votes, truth = calibrated()
    audit = draw_audit(strata(votes.label, votes.agree), {0: 300, 1: 900, 2: 300}, seed=1)
    fit = rules.fit_soft(votes, audit, truth[audit.items])
    assert (fit.a, fit.b) == pytest.approx((-1, 0.6), abs=0.3)
    s = rules.soft(votes, audit, truth[audit.items])
    assert s.keep.all()
    assert s.target.mean() == pytest.approx(truth.mean(), abs=0.03)
    assert (s.label == (s.target > 0.5)).all()
    assert s.label.mean() < votes.label.mean()  # the bias towards YES is taken out


def test_soft_ignores_what_reviewers_could_not_judge_and_needs_both_classes():
    votes, truth = calibrated(400)
    audit = draw_audit(strata(votes.label, votes.agree), {0: 40, 1: 40}, seed=1)
    some = truth[audit.items].copy()
    some[::2] = -1
    assert np.isfinite(rules.fit_soft(votes, audit, some)).all()
    with pytest.raises(OneClassOnly, match="80 YES and 0 NO"):
        rules.fit_soft(votes, audit, np.ones(80))
    with pytest.raises(OneClassOnly, match="no judged item"):
        rules.fit_soft(votes, audit, np.full(80, -1))
    with pytest.raises(RepairRowsCertify):
        rules.soft(votes, audit, some, repair=audit.items[:2])
    with pytest.raises(ShapeError, match="audit is length 80 and truth is length 3"):
        rules.soft(votes, audit, [1, 0, 1])


def test_certified_rule_gives_reasons_per_class():
    pytest.importorskip("scipy")
    n = 1200
    rng = np.random.default_rng(0)
    p = np.where(np.arange(n) % 2, 0.95, 0.05)
    beliefs = np.column_stack([p, np.where(rng.random(n) < 0.1, 1 - p, p)])
    votes = combine(beliefs)
    truth = np.where(np.arange(n) % 2, rng.random(n) < 0.6, 0).astype(int)  # YES labels are bad, NO labels good
    audit = draw_audit(strata(votes.label, votes.agree), {0: 120, 1: 120}, seed=3)
    s, certificate = rules.certified(votes, audit, truth[audit.items])
    assert set(s.label[s.keep]) == {0}
    assert set(s.reason[votes.agree & (votes.label == 1)]) == {Reason.NOT_CERTIFIED}
    assert set(s.reason[~votes.agree]) == {Reason.DISAGREE}
    assert [c.kept > 0 for c in certificate.classes] == [True, False]


def test_certified_rule_names_items_below_the_threshold():
    pytest.importorskip("scipy")
    n = 2000
    sure = np.linspace(0.5, 1, n + 2)[1:-1]
    beliefs = np.column_stack([sure, sure])
    truth = np.where(np.arange(n) < n // 2, np.arange(n) % 3 > 0, 1).astype(int)  # the less sure half is a third wrong
    votes = combine(beliefs)
    audit = draw_audit(strata(votes.label, votes.agree), {1: 400}, seed=0)
    s, _ = rules.certified(votes, audit, truth[audit.items])
    below = s.reason == Reason.BELOW
    assert below.any()
    assert s.keep.any()
    assert votes.score[below].max() < votes.score[s.keep].min()


def test_human_labels_replace_teacher_labels_in_the_hybrid_arm():
    s = rules.with_human(rules.agreement(VOTES), [1, 3, 4, 5], [0, 1, 1, -1])
    assert np.flatnonzero(s.keep).tolist() == [0, 1, 2, 3, 4, 6]
    assert s.label[[1, 3, 4]].tolist() == [0, 1, 1]
    assert s.target[4] == s.weight[4] == 1
    assert s.reason[4] == Reason.HUMAN
    assert s.reason[5] == Reason.DISAGREE


def noisy_labels(n=600, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    wrong = rng.random(n) < 0.1
    p = np.clip(0.5 + 0.4 * (2 * truth - 1) + rng.normal(0, 0.05, n), 0, 1)
    return np.where(wrong, 1 - truth, truth), p, wrong


def test_confident_learning_finds_flipped_labels():
    pytest.importorskip("cleanlab")
    said, p, wrong = noisy_labels()
    found = label_issues(said, p)
    assert found[wrong].mean() > 0.9
    assert found[~wrong].mean() < 0.05
    assert not label_issues(np.ones(5), p[:5]).any()


def test_confident_rule_keeps_unjudged_items_and_checks_folds():
    pytest.importorskip("cleanlab")
    said, p, wrong = noisy_labels()
    votes = combine(np.where(said == 1, 0.9, 0.1)[:, None].repeat(2, 1))
    p[:3] = NAN
    protocol = np.arange(len(said)) // 10
    s = confident(votes, p, protocol, protocol % 5)
    assert s.keep[:3].all()
    assert s.keep[~wrong].mean() > 0.95
    assert (s.reason[~s.keep] == Reason.LABEL_ISSUE).all()
    with pytest.raises(LeakingFolds, match="protocol 0"):
        confident(votes, p, protocol, np.arange(len(said)) % 5)


def test_matched_drop_drops_as_many_of_each_label_as_agreement():
    """`positive_drop` took the number of all dropped from YES alone, and left none."""
    rng = np.random.default_rng(1)
    beliefs = rng.random((300, 2)) * 0.9 + 0.05
    beliefs[:, 0] = np.where(rng.random(300) < 0.1, 0.9, 0.2)
    votes = combine(beliefs)
    chosen, agreed = rules.matched_drop(votes, seed=2), rules.agreement(votes)
    for c in (0, 1):
        assert (chosen.keep & (votes.label == c)).sum() == (agreed.keep & (votes.label == c)).sum()
    assert (chosen.keep != agreed.keep).any()
    assert (rules.positive_drop(votes, seed=2).keep & (votes.label == 1)).any()


def test_beliefs_are_targets_where_there_is_no_audit():
    s = rules.soft_beliefs(VOTES)
    assert s.keep.tolist() == [True] * 4 + [False] + [True] * 2
    assert s.target[s.keep] == pytest.approx(sigmoid(VOTES.z[s.keep]))
    assert s.label[s.keep].tolist() == (s.target[s.keep] > 0.5).astype(int).tolist()
