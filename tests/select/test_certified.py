"""Certified selection: the guarantee by simulation, the exact test, and what it says when it fails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.select.audit import RepairRowsCertify, draw_audit, strata
from soesift.select.certified import (
    audit_size,
    certify,
    certify_class,
    hypergeometric_tail,
    levels,
    needed_audit,
    start_at,
)

hypergeom = pytest.importorskip("scipy.stats").hypergeom
AUDITS = 1000
ALPHA, DELTA = 0.05, 0.1


def world(kind, rng):
    """Labels, scores and truth of 1,500 items, a quarter of them labelled YES."""
    n = 1500
    said = (rng.random(n) < 0.25).astype(int)
    score = np.round(rng.random(n), 3)
    rates = {
        "informative": 0.3 * (1 - score) ** 2,  # 10 % wrong in all, hardly any at the top
        "uninformative": np.full(n, 0.08),
        "anti-informative": 0.3 * score**2,
        "ties": np.full(n, 0.06),
    }
    wrong = rng.random(n) < rates.get(kind, np.zeros(n))
    if kind == "ties":
        score = np.full(n, 0.5)
    if kind == "edge":  # one error more than allowed in each class, spread at random: the hardest case
        for c in (0, 1):
            members = np.flatnonzero(said == c)
            wrong[rng.choice(members, int(ALPHA * len(members)) + 1, replace=False)] = True
    return said, score, np.where(wrong, 1 - said, said)


def simulate(kind, *, audits=AUDITS, chance=None, sizes=(200, 150), seed=0, delta=DELTA):
    """Share of audits after which some class keeps more than alpha wrong labels, and mean share kept by
    class.
    """
    rng = np.random.default_rng(seed)
    violations, kept = 0, np.zeros(2)
    for i in range(audits):
        if i % 50 == 0:
            said, score, truth = world(kind, rng)
            agree = np.ones(len(said), bool)
        audit = draw_audit(strata(said, agree), dict(enumerate(sizes)), seed=i)
        done = certify(said, agree, score, audit, truth[audit.items], alpha=ALPHA, delta=delta, chance=chance)
        errors = [(truth != said)[done.keep & (said == c)] for c in (0, 1)]
        violations += any(len(e) and e.mean() > ALPHA for e in errors)
        kept += [len(e) / (said == c).sum() for c, e in enumerate(errors)]
    return violations / audits, kept / audits


LIMIT = DELTA + 3 * (DELTA * (1 - DELTA) / AUDITS) ** 0.5


@pytest.mark.parametrize("kind", ["informative", "uninformative", "anti-informative", "edge", "ties"])
def test_violations_stay_below_delta(kind):
    rate, kept = simulate(kind)
    assert rate <= LIMIT
    if kind in ("uninformative", "anti-informative", "ties"):
        assert kept.max() < 0.05  # fails closed
    if kind == "informative":
        assert kept.min() > 0.05  # and is of use where it can be


def test_a_good_class_is_certified_even_where_scores_tell_nothing():
    """2 % wrong, alpha .10, 100 of 1,000 audited: the sequence alone ended at its first error in half of the audits."""
    rng = np.random.default_rng(3)
    kept = []
    for _ in range(200):
        wrong = rng.permutation(1000) < 20
        seen = rng.permutation(1000) < 100
        done = certify_class(rng.random(1000), seen, wrong, label=1, alpha=0.10, delta=0.05)
        kept.append(done.kept / 1000)
    assert np.mean(np.array(kept) > 0) >= 0.95
    assert np.mean(kept) >= 0.93


def test_the_sequence_still_serves_where_the_whole_class_is_too_wrong():
    rate, kept = simulate("informative", audits=300, chance=0.9, seed=5)
    assert rate <= DELTA + 3 * (DELTA * (1 - DELTA) / 300) ** 0.5
    assert kept.min() > 0.05
    _, perfect = simulate("perfect", audits=100, seed=6)
    assert perfect.min() == 1


def test_the_simulation_would_notice_a_broken_promise():
    rate, _ = simulate("edge", audits=300, delta=0.6)
    assert rate > LIMIT


@pytest.mark.parametrize(("alpha", "size"), [(0.10, 29), (0.05, 59), (0.03, 99), (0.02, 149), (0.01, 299)])
def test_audit_size_is_the_published_table(alpha, size):
    assert audit_size(alpha, 0.05) == size


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_hypergeometric_tail_is_the_sum_over_draws(pool, data):
    audited = data.draw(st.integers(1, pool))
    wrong = data.draw(st.integers(0, audited))
    alpha = data.draw(st.sampled_from([0.02, 0.05, 0.07, 0.1, 0.3]))
    bad = int(np.floor(round(alpha * pool, 9))) + 1
    expected = hypergeom.pmf(np.arange(wrong + 1), pool, bad, audited).sum()
    assert hypergeometric_tail(wrong, pool, audited, alpha) == pytest.approx(expected, abs=1e-9)


def test_tail_of_no_audit_is_one_and_whole_numbers_survive_floats():
    assert hypergeometric_tail(0, 100, 0, 0.05) == 1
    assert hypergeometric_tail(7, 100, 100, 0.07) == pytest.approx(0)  # 7 of 100 wrong is not more than 7 %
    assert hypergeometric_tail(8, 100, 100, 0.07) == pytest.approx(1)
    with pytest.raises(ValueRangeError, match="3 wrong, 2 audited"):
        hypergeometric_tail(3, 10, 2, 0.1)


def test_the_null_is_rejected_at_most_delta_of_the_time_for_every_pool():
    for pool in (40, 133, 1000):
        bad = int(ALPHA * pool) + 1
        for n in (30, 39):
            k = np.arange(n + 1)
            rejected = [hypergeometric_tail(int(i), pool, n, ALPHA) <= 0.05 for i in k]
            assert hypergeom.pmf(k, pool, bad, n)[rejected].sum() <= 0.05 + 1e-12


def test_needed_audit_is_the_smallest_that_passes_from_there_on():
    for pool, error in [(1000, 0.0), (1000, 0.02), (300, 0.0), (60, 0.03)]:
        size = needed_audit(pool, 0.05, 0.05, error)
        p = [hypergeometric_tail(int(np.ceil(error * n)), pool, n, 0.05) for n in (size - 1, size)]
        assert p[1] <= 0.05 < p[0]
    assert needed_audit(100_000, 0.05, 0.05) == 59
    assert needed_audit(1000, 0.05, 0.05, 0.05) is None
    assert needed_audit(0, 0.05, 0.05) is None


def test_levels_are_distinct_strict_to_loose_and_end_with_everything():
    cuts = levels([0.1, 0.2, 0.2, 0.9, 0.5], 20)
    assert cuts.tolist() == [0.9, 0.5, 0.2, 0.1]
    assert levels(np.full(30, 0.5)).tolist() == [0.5]
    assert len(levels(np.zeros(0))) == 0


def test_start_is_where_the_expected_count_reaches_the_needed_number():
    pools = np.arange(100, 1001, 100)
    assert start_at(pools, 150, 0.05, 0.05) == 3  # 150 * 400 / 1000 = 60 >= 59
    assert start_at(pools, 59, 0.05, 0.05) == 9
    assert start_at(pools, 50, 0.05, 0.05) == 10  # none
    assert start_at(pools, 150, 0.05, 0.05, chance=0.95) > 3
    assert start_at([], 0, 0.05, 0.05) == 0


def test_a_small_pool_needs_fewer_than_a_large_one():
    """39 of 100 without error certify 5 %: exact, though the formula for large pools asks for 59."""
    audited = np.arange(100) < 39
    done = certify_class(np.full(100, 0.5), audited, np.zeros(100), label=1, alpha=0.05, delta=0.05)
    assert done.kept == 100
    short = certify_class(np.full(100, 0.5), np.arange(100) < 30, np.zeros(100), label=1, alpha=0.05, delta=0.05)
    assert (short.kept, short.needed) == (0, 39)


def one_class(wrong_at_top, n=1000, audited=300):
    score = np.linspace(1, 0, n)
    seen = np.arange(n) % (n // audited + 1) == 0
    wrong = (np.arange(n) < n // 4) & (np.arange(n) % 2 == 0) if wrong_at_top else np.zeros(n, bool)
    return certify_class(score, seen, wrong, label=1, alpha=0.05, delta=0.05)


def test_steps_are_recorded_and_stop_at_the_first_failure():
    done = one_class(wrong_at_top=True)
    assert done.threshold == np.inf
    assert [step.accepted for step in done.steps] == [False, False]  # the whole class, and the strictest threshold
    assert "no audit is large enough" in done.why
    assert done.needed is None
    fine = one_class(wrong_at_top=False)
    assert fine.kept == 1000
    assert all(step.accepted for step in fine.steps)
    assert fine.why == "certified: 0 wrong of 250 audited among 1000 kept"


def test_a_failure_by_little_says_how_large_an_audit_would_do():
    seen = np.arange(1000) < 100
    done = certify_class(np.full(1000, 0.5), seen, np.arange(1000) < 3, label=1, alpha=0.05, delta=0.05)
    assert done.kept == 0
    assert done.needed == needed_audit(1000, 0.05, 0.05, 0.03)
    assert f"about {done.needed} audited items" in done.why


def case(n=400):
    said = np.arange(n) % 2
    return said, np.ones(n, bool), np.linspace(0, 1, n)


def test_repair_rows_never_certify():
    said, agree, score = case()
    audit = draw_audit(strata(said, agree), {0: 80, 1: 80}, seed=0)
    with pytest.raises(RepairRowsCertify, match="1 rows"):
        certify(said, agree, score, audit, said[audit.items], repair=[int(audit.items[3])])


def test_only_the_stratum_that_was_drawn_from_is_certified():
    said, agree, score = case()
    audit = draw_audit(strata(said, agree), {1: 80}, seed=0, exclude=[1, 3])
    done = certify(said, agree, score, audit, said[audit.items])
    assert not done.keep[said == 0].any()
    assert not done.keep[[1, 3]].any()
    assert done.keep[said == 1].sum() == 198
    assert done.classes[0].why.startswith("nothing to certify")


def test_audited_items_that_reviewers_could_not_judge_count_as_wrong():
    said, agree, score = case()
    audit = draw_audit(strata(said, agree), {0: 80, 1: 80}, seed=0)
    done = certify(said, agree, score, audit, np.where(said[audit.items] == 1, -1, 0))
    assert done.keep[said == 0].all()
    assert not done.keep[said == 1].any()


def test_disagreeing_items_are_never_kept_and_classes_may_differ_in_alpha():
    said, agree, score = case()
    agree[:100] = False
    audit = draw_audit(strata(said, agree), {0: 60, 1: 60, 2: 10}, seed=0)
    done = certify(said, agree, score, audit, said[audit.items], alpha=(0.05, 0.02))
    assert not done.keep[:100].any()
    assert [c.alpha for c in done.classes] == [0.05, 0.02]
    assert [c.kept > 0 for c in done.classes] == [True, False]


def test_lengths_are_named():
    said, agree, score = case()
    audit = draw_audit(strata(said, agree), {1: 8}, seed=0)
    with pytest.raises(ShapeError, match="label is length 400 and score is length 399"):
        certify(said, agree, score[1:], audit, np.zeros(8))
    with pytest.raises(ShapeError, match="audit is length 8 and truth is length 7"):
        certify(said, agree, score, audit, np.zeros(7))
