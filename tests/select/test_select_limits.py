"""Selection, function by function, with numbers that can be checked by hand: each limit from both of its sides."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soesift.errors import UsageError
from soesift.evaluate.scores import ShapeError, ValueRangeError
from soesift.label.humans import HumanLabel
from soesift.label.report import StoredAnswer
from soesift.select import belief, by_name, rules
from soesift.select.agreement import (
    between_views,
    cohen_kappa,
    kept_error,
    kept_share,
    mean_pairwise_agreement,
    pairwise_agreement,
    phi,
    phi_of,
)
from soesift.select.audit import (
    AuditDraw,
    RepairRowsCertify,
    draw_audit,
    draw_repair,
    error_rate,
    jaccard,
    mask,
    refuse_repair,
    shingles,
    simulated_non_experts,
    strata,
)
from soesift.select.belief import LEVELS, _spread, excess, one_mode, one_shape, parting, recentred
from soesift.select.by_name import gate_probabilities
from soesift.select.certified import (
    audit_size,
    certify,
    certify_class,
    counts_by,
    hypergeometric_tail,
    levels,
    needed_audit,
    start_at,
    stratified_tail,
    too_many,
)
from soesift.select.choose import label_lines
from soesift.select.combine import agreement, at_least, combine, label, logit, mean_logit
from soesift.select.from_ledger import (
    NO_BELIEFS,
    Column,
    Opinions,
    belief_of,
    fingerprint,
    groups_of,
    opinions,
    truth_of,
    votes_of_models,
)
from soesift.select.pots import Frame, first_judgements, frame_of, from_humans, from_reference, known_humans, read_known
from soesift.select.report import Cost, confusion, coverage_curve, facts, percent, report, rows
from soesift.select.rules import Reason, confirm, confirmed, label_issues, select, self_trained, with_human

NAN = float("nan")
stats = pytest.importorskip("scipy.stats")


# beliefs


def test_beliefs_from_the_probabilities_of_tokens() -> None:
    def p(**chances: float) -> float:
        return belief.from_logprobs({token: math.log(c) for token, c in chances.items()}).p

    assert p(Yes=0.6, no=0.2) == pytest.approx(0.75)
    assert p(Yes=0.4, no=0.2, Unsure=0.2) == pytest.approx(0.625)
    assert p(Y=0.5) == 1
    half = belief.from_logprobs({"yes": math.log(0.5), "other": math.log(0.5)})
    assert half.off_label == pytest.approx(0.5)
    off = belief.from_logprobs({"yes": math.log(0.49)})
    assert (off.failure, math.isnan(off.p)) == (belief.Failure.OFF_LABEL, True)
    assert belief.from_logprobs({"yes": 0.0}).p == 1
    assert belief.from_logprobs({"yes": 0.1}).failure == belief.Failure.BAD_LOGPROBS
    assert belief.from_logprobs([("yes", math.log(0.9)), ("no", math.log(0.2))]).failure == belief.Failure.BAD_LOGPROBS
    assert belief.from_logprobs({}).failure == belief.Failure.NO_ANSWER
    assert belief.plain(" \u0120Yes. ") == "yes"


def test_beliefs_from_answers_and_confidence() -> None:
    assert belief.from_samples(["yes", "yes", "no"]).p == pytest.approx(2.5 / 4)
    assert belief.from_samples(["yes", None]).p == 0.75
    assert belief.from_one("no").p == 0.25
    assert belief.from_one("unsure").p == 0.5
    assert belief.from_samples([]).failure == belief.Failure.NO_ANSWER
    assert belief.from_samples([None]).failure == belief.Failure.UNPARSABLE
    assert belief.from_confidence("yes", 90).p == 0.9
    assert belief.from_confidence("no", 90).p == pytest.approx(0.1)
    assert belief.from_confidence("yes", 20).p == 0.5
    assert belief.from_confidence("no", 7, scale=10).p == pytest.approx(0.3)
    assert belief.from_confidence("unsure", 90).p == 0.5
    assert belief.from_confidence("yes", None).p == 0.75
    assert belief.from_confidence(None, 50).failure == belief.Failure.UNPARSABLE
    assert belief.from_confidence("yes", 100).p == 1
    assert belief.from_confidence("yes", 101).failure == belief.Failure.BAD_CONFIDENCE
    assert belief.from_confidence("yes", 0).p == 0.5
    assert belief.from_confidence("yes", -1).failure == belief.Failure.BAD_CONFIDENCE
    assert belief.from_counts([2, 0, 0], [1, 0, 0], [0, 1, 0]).tolist()[:2] == [0.625, 0.5]
    assert math.isnan(belief.from_counts(0, 0))
    with pytest.raises(ValueRangeError):
        belief.from_one("maybe")  # type: ignore[arg-type]
    assert belief.table([])[0].shape == (0, 0)
    with pytest.raises(ShapeError):
        belief.table([[belief.Belief(0.5)], []])


def test_votes_are_combined_by_each_rule() -> None:
    assert logit([0, 0.5, 1]).tolist() == [-6, 0, 6]
    assert mean_logit([[0.9, NAN], [NAN, NAN]])[0] == pytest.approx(math.log(9))
    assert math.isnan(mean_logit([[NAN]])[0])
    p = [[0.9, 0.4], [0.6, 0.1], [NAN, 0.7], [NAN, NAN], [0.5, 0.5]]
    assert label(p).tolist() == [1, 0, 1, -1, 0]
    assert label(p, "or").tolist() == [1, 1, 1, -1, 0]
    assert label(p, "and").tolist() == [0, 0, 1, -1, 0]
    assert label(p, "majority").tolist() == [1, 0, 1, -1, 0]
    assert label([[0.9, 0.6, 0.1]], "majority").tolist() == [1]
    assert at_least(p, 2).tolist() == [0, 0, 0, -1, 0]
    assert at_least(p, 1).tolist() == [1, 1, 1, -1, 0]
    for k in (0, 3):
        with pytest.raises(ValueRangeError):
            at_least(p, k)
    assert agreement([[0.9, 0.6], [0.5, 0.6], [NAN, 0.7], [NAN, NAN], [0.1, 0.4]]).tolist() == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert agreement([[NAN, 0.7], [NAN, NAN]], missing="ignore").tolist() == [True, False]
    votes = combine([[0.9, 0.6], [0.9, 0.4], [NAN, 0.7], [0.1, 0.2]])
    assert votes.score.tolist() == pytest.approx([0.2, 0, 0, 0.6])
    assert votes.present.tolist() == [2, 2, 1, 2]
    with pytest.raises(ShapeError):
        combine([0.5])


def test_a_student_confirms_what_it_is_sure_of() -> None:
    votes = combine([[0.9], [0.9], [0.1], [0.1], [0.9], [0.9]])
    p = [0.6, 0.5, 0.4, 0.5, 0.4, NAN]
    assert confirm(votes, p).agree.tolist() == [True, False, True, True, False, False]
    assert confirm(votes, [0.75, 0.7, 0.25, 0.3, 1, 1], sure=0.75).agree.tolist() == [
        False,
        False,
        True,
        False,
        True,
        True,
    ]
    for sure in (0.49, 1.0):
        with pytest.raises(ValueRangeError):
            confirm(votes, p, sure=sure)
    assert confirm(votes, p, sure=0.99).agree.tolist() == [False] * 6
    kept = confirmed(combine([[0.9, 0.9], [0.9, 0.1], [0.9, 0.9]]), [0.9, 0.9, 0.1])
    assert kept.keep.tolist() == [True, False, False]
    assert [str(r) for r in kept.reason[1:]] == [Reason.DISAGREE, Reason.UNCONFIRMED]
    own = self_trained([0.75, 0.74, 0.25, 0.26, NAN], sure=0.75)
    assert own.keep.tolist() == [True, False, True, False, False]
    assert own.label.tolist() == [1, 1, 0, 0, -1]
    assert self_trained([0.81, 0.79]).keep.tolist() == [True, False]


def test_reasons_and_targets_of_a_selection() -> None:
    done = select([1, 0, -1, 1], [True, False, True, False], Reason.RANDOM)
    assert done.keep.tolist() == [True, False, False, False]
    assert done.weight.tolist() == [1, 0, 0, 0]
    assert [str(r) for r in done.reason] == [Reason.KEPT, Reason.RANDOM, Reason.NO_BELIEF, Reason.RANDOM]
    human = with_human(done, [1, 2, 3], [1, 0, -1])
    assert (human.keep.tolist(), human.label.tolist()) == ([True, True, True, False], [1, 1, 0, 1])
    assert human.target.tolist()[:3] == [1, 1, 0]
    assert human.weight.tolist() == [1, 1, 1, 0]
    assert [str(r) for r in human.reason] == [Reason.KEPT, Reason.HUMAN, Reason.HUMAN, Reason.RANDOM]
    assert done.label.tolist() == [1, 0, -1, 1]
    votes = combine([[0.9, 0.9], [0.9, 0.4], [0.1, 0.1], [0.1, 0.6], [NAN, NAN], [0.8, 0.8]])
    assert rules.number_dropped(votes) == 2
    assert rules.random_drop(votes, seed=1).keep.sum() == 3
    dropped = rules.positive_drop(votes, seed=1)
    assert (dropped.keep[votes.label == 1].sum(), dropped.keep[votes.label == 0].sum()) == (2, 2)
    matched = rules.matched_drop(votes, seed=1)
    assert [matched.keep[votes.label == c].sum() for c in (0, 1)] == [1, 2]
    assert rules.relabel_or([[0.9, 0.1]]).label.tolist() == [1]
    assert rules.relabel_and([[0.9, 0.1]]).label.tolist() == [0]
    soft = rules.soft_beliefs(combine([[0.8], [0.2], [NAN]]))
    assert soft.target.tolist()[:2] == pytest.approx([0.8, 0.2])
    assert soft.label.tolist() == [1, 0, -1]


# agreement and its errors


def test_agreement_above_chance_by_hand() -> None:
    assert cohen_kappa([1, 1, 0, 0, -1], [1, 0, 0, 0, 1]) == pytest.approx((0.75 - 0.5) / 0.5)
    assert math.isnan(cohen_kappa([1, 1], [1, 1]))
    assert math.isnan(cohen_kappa([1, -1], [-1, 1]))
    votes = [[1, 1, -1], [0, 1, -1], [1, 1, 1]]
    found = pairwise_agreement(votes)
    assert found[0, 1] == pytest.approx(2 / 3)
    assert found[0, 2] == 1
    assert mean_pairwise_agreement(votes) == pytest.approx((2 / 3 + 2) / 3)
    assert math.isnan(mean_pairwise_agreement([[1], [0]]))
    assert math.isnan(pairwise_agreement([[1, -1], [-1, 0]])[0, 1])
    with pytest.raises(ShapeError):
        pairwise_agreement([1, 0])


def test_what_agreement_leaves_by_formula() -> None:
    assert kept_error(0.1, [0, 0.5, 0.9]).tolist() == pytest.approx([0.012195, 0.060440, 0.092668], abs=1e-5)
    assert kept_error(0.1, 1) == pytest.approx(0.1)
    assert kept_share(0.1, 0) == pytest.approx(0.82)
    assert kept_error(0.4, -2 / 3) == pytest.approx(0)
    for error, rho in ((0, 0), (1, 0), (0.1, 1.01), (0.1, -0.2), (0.9, -0.2)):
        with pytest.raises(ValueRangeError):
            kept_error(error, rho)
    assert kept_error(0.1, -1 / 9) == pytest.approx(0)
    assert phi_of([2, 1, 1, 6]) == pytest.approx((12 - 1) / 21)
    assert math.isnan(phi_of([0, 0, 3, 4]))
    one = phi([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, -1], [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    assert (one.n, one.both, one.error_a, one.error_b) == (10, 2, 0.3, 0.3)
    assert one.value == pytest.approx((2 * 6 - 1) / 21)
    assert one.low < one.value < one.high
    wide = phi([1, 1, 1, 0] * 5, [1, 1, 0, 0] * 5, ["a"] * 10 + ["b"] * 10)
    assert wide.n == 20
    assert phi([1] * 5, [1] * 5, confidence=0.5).n == 5
    assert math.isnan(phi([-1], [1]).error_a)
    pairs = between_views([[0.9, 0.1, 0.5], [0.2, 0.3, NAN], [0.6, 0.7, 0.9]], [1, 0, 1])
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert (pairs[0, 1].n, pairs[0, 1].error_b, pairs[0, 2].n, pairs[0, 2].error_b) == (3, pytest.approx(1 / 3), 2, 0.5)


# audits


def test_audits_are_drawn_by_strata() -> None:
    assert strata([0, 1, 1, -1], [True, True, False, True]).tolist() == [0, 1, 2, -1]
    draw = draw_audit([0, 0, 0, 1, 1, 2, -1], {0: 2, 1: 5}, seed=3, exclude=[0])
    assert draw.items.tolist() == sorted(draw.items.tolist())
    assert draw.stratum.tolist().count(1) == 2
    assert draw.chance.tolist() == [1, 1, 1, 1]
    assert draw.frame.tolist() == [-1, 0, 0, 1, 1, -1, -1]
    assert draw_audit([0, 0, 0, 0], {0: 1}, seed=3).chance.tolist() == [0.25]
    assert draw_audit([0], {1: 2}, seed=3).items.tolist() == []
    for counts in ({0: -1}, {-1: 1}):
        with pytest.raises(ValueRangeError):
            draw_audit([0], counts, seed=0)
    assert mask(3, [1]).tolist() == [False, True, False]
    assert mask(3, [1], invert=True).tolist() == [True, False, True]
    assert mask(3, []).tolist() == [False] * 3
    for index in ([3], [-1]):
        with pytest.raises(ValueRangeError):
            mask(3, index)
    refuse_repair([1, 2], [3])
    with pytest.raises(RepairRowsCertify, match="first: 2"):
        refuse_repair([1, 2], [2])


def test_repair_passes_over_near_duplicates() -> None:
    texts = ["one two three four five six", "one two three four five six", "quite another text of words", "short"]
    found = draw_repair([0.1, 0.2, 0.3, NAN], texts, 2)
    assert (found.items.tolist(), found.duplicates) == ([3, 0], {})
    found = draw_repair([0.1, 0.2, 0.3, 0.4], texts, 3)
    assert (found.items.tolist(), found.duplicates) == ([0, 2, 3], {1: 0})
    assert draw_repair([0.1, 0.2, 0.3, 0.4], texts, 3, exclude=[0]).items.tolist() == [1, 2, 3]
    assert len(shingles("a b c d")) == 2
    assert shingles("A b") == shingles("a B")
    assert jaccard(shingles("a b c d e"), shingles("a b c d f")) == 0.5
    assert jaccard(frozenset(), frozenset()) == 1
    edge = [" ".join("abcdefghijk"), " ".join("abcdefghijx")]  # 8 of 10 runs are shared
    assert draw_repair([0, 1], edge, 2).duplicates == {1: 0}
    assert draw_repair([0, 1], edge, 2, alike=0.81).duplicates == {}


def test_simulated_people_err_as_often_as_wanted() -> None:
    assert error_rate(1) == 0
    assert error_rate(0.5) == 0.5
    assert error_rate(0.82) == pytest.approx(0.1)
    for bad in (0.49, 1.01):
        with pytest.raises(ValueRangeError):
            error_rate(bad)
    told = simulated_non_experts([1, 0] * 50, seed=1, agreement=1.0, do_not_know=0.0, annotators=2)
    assert told.label.tolist() == [1, 0] * 50
    assert not told.asked_expert.any()
    assert told.names == ["simulated non-expert 1", "simulated non-expert 2"]
    silent = simulated_non_experts([1, 0], seed=1, do_not_know=1.0)
    assert (silent.label.tolist(), silent.asked_expert.tolist(), silent.votes.shape) == ([1, 0], [True, True], (2, 6))
    for more in ({"do_not_know": 1.1}, {"do_not_know": -0.1}, {"annotators": 0}):
        with pytest.raises(ValueRangeError):
            simulated_non_experts([1], seed=1, **more)  # type: ignore[arg-type]
    assert simulated_non_experts([1], seed=1, annotators=1).votes.shape == (1, 1)


# certificates


def test_sizes_and_tails_by_hand() -> None:
    assert [audit_size(alpha, 0.05) for alpha in (0.1, 0.05, 0.03, 0.02, 0.01)] == [29, 59, 99, 149, 299]
    assert too_many(100, 0.07) == 8
    assert too_many(10, 0.05) == 1
    assert too_many(1, 1.0) == 1
    assert hypergeometric_tail(0, 10, 5, 0.05) == pytest.approx(0.5)
    assert hypergeometric_tail(0, 10, 0, 0.05) == 1
    assert hypergeometric_tail(1, 10, 5, 0.05) == 1
    assert hypergeometric_tail(0, 10, 10, 0.05) == 0
    for bad in ((-1, 10, 5), (6, 10, 5), (0, 4, 5)):
        with pytest.raises(ValueRangeError):
            hypergeometric_tail(*bad, 0.05)
    assert needed_audit(10, 0.05, 0.51) == 5
    assert needed_audit(10, 0.05, 0.49) == 6
    assert needed_audit(0, 0.05, 0.1) is None
    assert needed_audit(100, 0.05, 0.1, 0.05) is None
    assert needed_audit(1, 0.05, 0.1) == 1
    assert needed_audit(3, 0.05, 0.1, 1.0) is None
    size = needed_audit(1000, 0.05, 0.1, 0.02)
    assert size is not None
    assert hypergeometric_tail(math.ceil(0.02 * size - 1e-9), 1000, size, 0.05) <= 0.1
    assert stratified_tail([0], [10], [5], 0.05) == pytest.approx(0.5)
    assert stratified_tail([0, 0], [10, 10], [0, 0], 0.05) == 1
    assert stratified_tail([0, 0], [10, 10], [10, 0], 0.05) == 1  # what nobody looked at may be wrong
    assert stratified_tail([0, 0], [5, 5], [5, 5], 0.05) == 0
    both = stratified_tail([0, 0], [100, 100], [50, 50], 0.05)
    assert 0 < both < 0.1
    assert stratified_tail([2, 0], [100, 100], [50, 50], 0.05) > both
    for bad in (([-1], [5], [5]), ([6], [9], [5]), ([0], [4], [5])):
        with pytest.raises(ValueRangeError):
            stratified_tail(*bad, 0.05)
    counts = counts_by(np.array([0, 1, 1]), [True, True, False], [True, True, True])
    assert [c.tolist() for c in counts] == [[1, 1], [1, 2]]


@pytest.mark.parametrize("error", [0.0, 0.02, 0.04, 0.1])
@pytest.mark.parametrize(("alpha", "delta"), [(0.05, 0.1), (0.15, 0.1), (0.15, 0.3)])
def test_no_smaller_audit_would_do(error: float, alpha: float, delta: float) -> None:
    for pool in (1, 2, 19, 20, 21, 40, 99, 120):
        enough = [
            n
            for n in range(1, pool + 1)
            if hypergeometric_tail(min(math.ceil(error * n - 1e-9), n), pool, n, alpha) <= delta
        ]
        assert needed_audit(pool, alpha, delta, error) == (min(enough) if enough and error < alpha else None)


def test_levels_and_where_the_sequence_starts() -> None:
    assert levels([]).tolist() == []
    assert levels([0.1, 0.2, 0.3, 0.4], 4).tolist() == [0.4, 0.3, 0.2, 0.1]
    assert levels([0.1, 0.2, 0.3, 0.4], 2).tolist() == [0.3, 0.1]
    assert levels([0.5, 0.5, 0.1]).tolist() == [0.5, 0.1]
    assert start_at([100, 200, 300], 300, 0.05, 0.05) == 0
    assert start_at([50, 59, 300], 300, 0.05, 0.05) == 1
    assert start_at([50, 58, 300], 300, 0.05, 0.05) == 2
    assert start_at([10, 20], 2, 0.05, 0.05) == 2
    assert start_at([], 2, 0.05, 0.05) == 0
    assert start_at([59, 150, 600], 300, 0.05, 0.05, chance=0.95) == 1


def test_a_class_is_certified_as_far_as_its_audit_goes() -> None:
    score = np.linspace(0, 1, 200)

    def done(wrong: list[int], audited: int = 200, **more: Any) -> Any:
        bad, seen = np.zeros(200, bool), np.zeros(200, bool)
        bad[wrong], seen[np.linspace(0, 199, audited).astype(int)] = True, True
        return certify_class(score, seen, bad, label=1, alpha=0.05, delta=0.1, **more)

    whole = done([])
    assert (whole.kept, whole.threshold, len(whole.steps), whole.needed) == (200, 0, 1, None)
    assert whole.why == "certified: 0 wrong of 200 audited among 200 kept"
    part = done(list(range(20)))
    assert (part.kept, part.steps[0].accepted) == (180, False)
    assert part.steps[-1].accepted is False
    none = done(list(range(180, 200)))
    assert (none.kept, none.threshold) == (0, math.inf)
    assert "no audit is large enough" in none.why
    few = done([], 10)
    assert (few.kept, few.steps) == (0, [])
    assert "needs" in few.why
    assert few.needed is not None
    assert few.needed > 10
    empty = certify_class([], [], [], label=0, alpha=0.05, delta=0.1)
    assert (empty.kept, "no agreed item" in empty.why) == (0, True)
    unseen = done([0, 1, 2], 100)
    assert unseen.audited == 100


def test_both_classes_have_their_share_of_the_risk() -> None:
    said = np.array([0] * 100 + [1] * 100)
    items = np.arange(200)
    draw = AuditDraw(items, said, np.ones(200), said)
    truth = said.copy()
    found = certify(said, np.ones(200, bool), np.ones(200), draw, truth, delta=0.1)
    assert [c.delta for c in found.classes] == [0.05, 0.05]
    assert [c.label for c in found.classes] == [0, 1]
    assert found.keep.all()
    truth[100:120] = 0
    found = certify(said, np.ones(200, bool), np.ones(200), draw, truth, alpha=(0.05, 0.1))
    assert (found.keep[:100].all(), found.keep[100:].any()) == (True, False)
    assert [c.alpha for c in found.classes] == [0.05, 0.1]
    truth = said.copy()
    truth[:20] = -1  # not told counts as wrong
    assert not certify(said, np.ones(200, bool), np.ones(200), draw, truth).keep[:100].any()
    with pytest.raises(RepairRowsCertify):
        certify(said, np.ones(200, bool), np.ones(200), draw, said, repair=[3])


# people, files, the ledger


def person(table: str, said: Any = "yes", pot: Any = "audit", **more: Any) -> HumanLabel:
    return HumanLabel(table_id=table, label=said, pot=pot, **more)


def test_judgements_and_known_labels(tmp_path: Path) -> None:
    told = [
        person("a", "unsure"),
        person("a", "no"),
        person("a", "yes"),
        person("b", "no"),
        person("b", "yes", source="adjudication"),
    ]
    assert first_judgements(told) == {"b": "yes", "a": "no"}
    assert first_judgements([person("c", "unsure")]) == {"c": "unsure"}
    assert known_humans([*told, person("c", "unsure")]) == {"a": 0, "b": 1}
    path = tmp_path / "known.jsonl"
    path.write_text(
        '{"table_id": "a", "label": "soe"}\n{"table_id": "b", "label": "other"}\n{"table_id": "c", "label": "unsure"}\n'
        '{"table_id": "d", "label": {"soe": 0.6, "other": 0.4}}\n{"table_id": "e", "label": {"soe": 0.5}}\n'
        '{"table_id": "f", "label": "yes"}\n'
    )
    assert read_known(path) == {"a": 1, "b": 0, "d": 1, "e": 0, "f": 1}
    path.write_text('{"table_id": "a", "label": "yes", "pot": "repair"}\n')
    with pytest.raises(RepairRowsCertify):
        read_known(path)
    path.write_text('{"table_id": "a"}\n')
    with pytest.raises(UsageError, match="1"):
        read_known(path)


def test_soft_labels_are_known_by_the_side_of_one_half_on_which_all_positive_names_lie(tmp_path: Path) -> None:
    shares = {"a": {"soe": 0.5}, "b": {"soe": 0.51}, "c": {"other": 1}, "d": {"soe": 0.3, "sub": 0.3}, "e": {"sub": 1}}
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps({"table_id": name, "label": one}) + "\n" for name, one in shares.items()))
    assert read_known(path, ("soe", "sub")) == {"a": 0, "b": 1, "c": 0, "d": 1, "e": 1}
    assert read_known(path) == {"a": 0, "b": 1, "c": 0, "d": 0, "e": 0}


def test_what_an_audit_speaks_for() -> None:
    tables = list("abcd")
    votes = combine([[0.9, 0.9], [0.1, 0.1], [0.9, 0.1], [0.9, 0.8]])

    def frame(labels: list[HumanLabel], drawn: dict[str, str] | None = None, changed: bool = False) -> Frame:
        return frame_of(labels, tables, drawn or {}, votes, "now", changed=changed)

    assert frame([], {"a": "1", "b": ""}).stratum.tolist() == [1, 3, -1, -1]
    assert frame([person("a", beliefs=NO_BELIEFS)]).stratum.tolist() == [0] * 4
    today = frame([person("a", beliefs="now")])
    assert (today.stratum.tolist(), today.why_not) == ([1, 0, 2, 1], "")
    assert frame([person("a", beliefs="")]).why_not == ""
    assert frame([person("a", beliefs="")], changed=True).why_not != ""
    assert frame([person("a", beliefs="now")], changed=True).why_not == ""
    assert frame([person("a", beliefs="old")]).why_not != ""
    assert frame([person("a", beliefs="old", pot="repair")]).why_not == ""
    spoken = from_humans([person("a"), person("b", "no"), person("d", pot="repair")], tables, today)
    assert (spoken.draw.items.tolist(), spoken.truth.tolist()) == ([0, 1], [1, 0])
    assert spoken.draw.frame.tolist() == [1, 0, 2, -1]
    assert spoken.draw.chance.tolist() == [1, 1]
    half = from_humans([person("a"), person("b", "unsure")], tables, today)
    assert (half.draw.chance.tolist(), half.truth.tolist(), half.why_not) == ([0.5, 1], [1, -1], "")
    uneven = from_humans([person("a", probability=0.5), person("d", probability=0.25)], tables, today)
    assert "chances from 0.25 to 0.5" in uneven.why_not
    assert from_humans([person("a", probability=0.5), person("d", probability=0.5)], tables, today).why_not == ""
    with pytest.raises(RepairRowsCertify):
        from_humans([person("a"), person("a", pot="repair")], tables, today)
    with pytest.raises(UsageError):
        from_humans([person("x")], tables, today)
    drawn = from_reference(np.array([1, 0, 1, -1]), votes, 4, seed=1)
    assert (drawn.draw.items.tolist(), drawn.truth.tolist()) == ([0, 1, 2], [1, 0, 1])
    assert from_reference(np.array([1, 1, 1, 1]), combine([[0.9, 0.1]] * 4), 8, seed=1).draw.items.size == 2
    assert from_reference(np.array([1, 1, 1, 1]), combine([[0.9, 0.1]] * 4), 1, seed=1).draw.items.size == 1


def answer(table: str = "t", said: str | None = "yes", **more: Any) -> StoredAnswer:
    blank: dict[str, Any] = {one.name: "" for one in fields(StoredAnswer)}
    blank |= {"sample": 0, "logprobs": None, "token": None, "confidence": None, "left_out": [], "cost": None, "page": 1}
    blank |= {"failure": None, "tokens": 0, "created": 0.0, "tokens_in": 0, "tokens_out": 0, "tokens_cached": 0}
    blank |= {"seconds": None, "asked": 0.0} if "asked" in blank else {"seconds": None}
    return StoredAnswer(**blank | {"table_id": table, "document": "d", "view": "v", "model": "m", "label": said} | more)


def test_the_best_of_a_cells_answers_is_its_belief() -> None:
    assert belief_of([]).failure == belief.Failure.NO_ANSWER
    assert belief_of([answer(said=None)]).failure == belief.Failure.UNPARSABLE
    assert belief_of([answer()]).p == 0.75
    assert belief_of([answer(confidence=90)]).p == 0.9
    assert belief_of([answer(sample=0), answer(sample=1)]).p == pytest.approx(2.5 / 3)
    assert belief_of([answer(sample=1, confidence=90), answer(said=None)]).p == 0.9
    tokens = [["Y", -0.1, [["yes", math.log(0.8)], ["no", math.log(0.2)]]]]
    assert belief_of([answer(confidence=90, logprobs=tokens, token=0)]).p == pytest.approx(0.8)
    spelt = '{"yes": ["table"], "no": ["text"], "unsure": ["open"]}'
    other = [["t", -0.1, [["ta", math.log(0.6)], ["te", math.log(0.2)], ["t", math.log(0.1)], ["o", math.log(0.1)]]]]
    found = belief_of([answer(logprobs=other, token=0, words=spelt)])
    assert (found.p, found.off_label) == (pytest.approx(0.65 / 0.9), pytest.approx(0.1))
    assert belief_of([answer(confidence=90, logprobs=tokens)]).p == 0.9  # which token answers is not told
    assert belief_of([answer(confidence=90, token=0)]).p == 0.9
    half = '{"yes": ["yes"], "no": ["nein"], "unsure": ["offen"]}'
    german = [["n", -0.1, [["ne", math.log(0.6)], ["yes", math.log(0.3)], ["no", math.log(0.1)]]]]
    found = belief_of([answer(logprobs=german, token=0, words=half)])
    assert (found.p, found.off_label) == (pytest.approx(1 / 3), pytest.approx(0.1))


def test_opinions_are_tables_by_columns() -> None:
    some = [answer("b", view="w"), answer("a", "no"), answer("a", view="w"), answer("b", None, model="n")]
    found = opinions(some)
    assert found.tables == ["a", "b"]
    assert [str(column) for column in found.columns] == ["v (m)", "v (n)", "w (m)"]
    assert found.beliefs[0].tolist()[0] == 0.25
    assert found.failures[1][1] == belief.Failure.UNPARSABLE
    assert [column.view for column in opinions(some, ["w", "v"]).columns] == ["w", "v", "v"]
    assert [column.model for column in opinions(some, models=["n"]).columns] == ["n"]
    for bad in ({"views": ["x"]}, {"models": ["x"]}):
        with pytest.raises(UsageError):
            opinions(some, **bad)
    with pytest.raises(UsageError, match="no answers"):
        opinions([])
    votes, models = votes_of_models(found)
    assert (models, votes.tolist()) == (["m", "n"], [[0, -1], [1, -1]])
    assert fingerprint(found) == fingerprint(opinions(some[::-1]))
    assert fingerprint(found) != fingerprint(opinions([*some[:3], answer("b", "no", model="n")]))
    assert truth_of(["a", "b"], {"b": 1}).tolist() == [-1, 1]
    assert groups_of(found).tolist() == ["d", "d"]


def test_labels_are_written_as_training_reads_them() -> None:
    found = Opinions(["a", "b", "c"], ["d"] * 3, [Column("v", "m", "p")], np.zeros((3, 1)), [[None]] * 3)
    hard = label_lines(
        found, with_human(select([1, 0, 1], [True, True, False], Reason.RANDOM), [1], [0]), "m, rule", "human"
    )
    assert [line.strip() for line in hard] == [
        '{"table_id": "a", "label": "soe", "weight": 1.0, "provenance": "m, rule", "group": "d"}',
        '{"table_id": "b", "label": "other", "weight": 1.0, "provenance": "human", "group": "d"}',
    ]
    [soft] = label_lines(found, select([1, -1, -1], [True] * 3, Reason.RANDOM, target=[0.7, 0, 0]), "m", "human")
    assert '"label": {"soe": 0.7, "other": 0.3}' in soft


def test_rules_by_name() -> None:
    pytest.importorskip("sklearn")

    def material(**more: Any) -> by_name.Material:
        votes = np.array([[1], [0], [1]])
        return by_name.Material(
            np.array([[0.9, 0.8], [0.1, 0.2], [0.9, 0.1]]),
            np.array(list("abc")),
            votes,
            ["m"],
            lambda: np.zeros((3, 1)),
            **more,
        )

    for rule, kept in (
        ("agreement", 2),
        ("all", 3),
        ("soft_beliefs", 3),
        ("random_drop", 2),
        ("relabel_or", 3),
        ("relabel_and", 3),
    ):
        assert by_name.select_by(rule, material()).selection.keep.sum() == kept
    for rule in ("none", "certified", "soft"):
        with pytest.raises(UsageError):
            by_name.select_by(rule, material())
    votes = combine(material().beliefs)
    for rule in sorted(set(by_name.RULES) - {"crowd", "confident"}):  # these want packages of the extra train
        audit = from_reference(np.array([1, 0, 1]), votes, 4, seed=1)
        done = by_name.select_by(rule, material(audit=lambda _, drawn=audit: drawn))
        assert len(done.selection.keep) == len(done.votes.label) == 3
        assert (done.audit is audit) == (rule in by_name.NEEDS_AUDIT)
        assert (done.certificate is not None) == rule.startswith("certified")
    blocked = from_reference(np.array([1, 0, 1]), votes, 4, seed=1)._replace(why_not="they are old")
    with pytest.raises(UsageError, match="they are old"):
        by_name.select_by("certified", material(audit=lambda _: blocked))
    assert by_name.select_by("soft", material(audit=lambda _: blocked)).audit is blocked
    p = by_name.out_of_fold(np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([0, 1, 0, -1]), np.array([0, 0, 1, 1]))
    assert p.tolist()[:2] == [0, 0]  # one class alone is its share
    assert p[3] > p[2]
    assert by_name.linear_probability(np.zeros((0, 1)), np.zeros(0), np.zeros(0), np.zeros((2, 1))).tolist() == [0, 0]
    assert by_name.linear_probability(np.zeros((2, 1)), np.ones(2), np.ones(2), np.zeros((1, 1))).tolist() == [1]
    assert gate_probabilities([], None).tolist() == []  # type: ignore[arg-type]


# recentring and reports


def test_two_groups_of_logits_are_parted_between_them() -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(1)
    two = np.concatenate([rng.normal(-1, 0.4, 60), rng.normal(4, 0.4, 40)])
    found = parting(two)
    assert found.moved
    assert 1 < found.place < 2.5
    assert found.slope > 5
    assert not parting(two[:19]).moved
    assert not parting(np.repeat([1.0, 2.0, 3.0], 20)).moved
    assert not parting(rng.normal(0, 1, 100)).moved
    assert not parting(np.concatenate([rng.normal(-1, 0.4, 99), [9.0]])).moved  # a stray is no class
    beliefs = 1 / (1 + np.exp(-np.append(two, NAN)))
    moved, moves = recentred(np.column_stack([beliefs, beliefs * 0 + 0.5]))
    assert [m.moved for m in moves] == [True, False]
    assert (moved[:60, 0] < 0.5).all()
    assert (moved[60:100, 0] > 0.5).all()
    assert math.isnan(moved[100, 0])
    assert one_mode(two, samples=50) < 0.05
    assert one_mode(rng.normal(0, 1, 60), samples=50) > 0.05
    assert one_mode([1, 1, 1, 1]) == 1
    assert one_mode([1, 2, 3]) == 1
    split = excess(np.array([[0, 0.01, 0.02, 0.98, 0.99, 1.0], [0, 0.2, 0.4, 0.6, 0.8, 1.0]]))
    assert split[0] > 0.4
    assert split[1] < 0.2


def test_equal_numbers_are_spread_over_the_gaps_beside_them() -> None:
    assert _spread(np.array([0.0, 1.0, 1.0, 3.0])).tolist() == [0, 0.875, 1.625, 3]
    assert _spread(np.array([0.0, 0.0, 4.0, 4.0])).tolist() == [0.5, 1.5, 2.5, 3.5]
    assert _spread(np.array([2.0, 2.0])).tolist() == [2, 2]


def test_the_excess_of_two_intervals_by_hand() -> None:
    def best(values: list[float]) -> float:
        """The definition, interval by interval."""
        n, wide = len(values), values[-1] - values[0]
        spans = [(a, b) for a in range(n) for b in range(a, n)]
        found = []
        for level in LEVELS:
            worth = {(a, b): (b - a + 1) / n - level * (values[b] - values[a]) / wide for a, b in spans}
            one = max(worth.values())
            two = max(worth[s] + worth[t] for s in spans for t in spans if s[1] < t[0])
            found.append(max(two, one) - one)
        return max(found)

    for values in ([0.0, 0.1, 0.9, 1.0], [0.0, 2.0, 2.1, 2.2, 7.0, 7.1, 9.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]):
        assert excess(np.array([values]))[0] == pytest.approx(best(values))


def test_one_group_has_the_shape_that_fits_best() -> None:
    rng = np.random.default_rng(2)
    normal, skewed = rng.normal(3, 1, 200), rng.gamma(1.2, 1, 200)
    plain = -2 * float(stats.norm.logpdf(normal, *stats.norm.fit(normal)).sum()) + 2 * np.log(200)
    assert plain - 6 < one_shape(normal) <= plain
    assert one_shape(skewed) == pytest.approx(one_shape(-skewed))
    assert one_shape(skewed) < -2 * float(stats.norm.logpdf(skewed, *stats.norm.fit(skewed)).sum()) - 20


def test_few_beliefs_are_never_moved() -> None:
    pytest.importorskip("sklearn")
    two = np.concatenate([np.linspace(-4, -3.9, 10), np.linspace(3.9, 4, 10)])
    assert parting(two).moved
    assert parting(np.append(two, NAN)).place == parting(two).place
    assert "too few" in parting(two[:-1]).why
    assert "too few" in parting(np.repeat(two[[0, 3, 6, 10, 13, 16, 19]], 3)).why  # seven different ones
    assert parting(np.repeat(two[[0, 3, 6, 9, 10, 13, 16, 19]], 3)).moved


def test_the_curve_of_coverage_and_error_by_hand() -> None:
    curve = coverage_curve([0.9, 0.8, 0.8, 0.7, 0.6, 0.1], [1, 1, 0, -1, 1, 0], [-1, 1, 1, 1, 1, 1])
    assert curve.coverage.tolist() == [0.2, 0.6, 0.8, 1.0]
    assert curve.error.tolist()[1:] == pytest.approx([1 / 2, 1 / 3, 1 / 2])
    assert math.isnan(curve.error[0])
    assert (curve.low[0], curve.high[0]) == (0, 1)
    assert [len(part) for part in coverage_curve([0.5], [-1], [1])] == [0, 0, 0, 0]


def test_labels_of_one_class_have_no_issues() -> None:
    assert label_issues([1, 1, 1], [0.1, 0.9, 0.5]).tolist() == [False] * 3


def test_figures_of_a_report_by_hand() -> None:
    votes = combine([[0.9, 0.9], [0.8, 0.9], [0.9, 0.4], [0.1, 0.1], [0.2, 0.2], [0.1, 0.6], [NAN, NAN]])
    done = report(
        "agreement", rules.agreement(votes), [1, 0, 1, 0, -1, 0, 1], cost=Cost(3, 10, 20, 1.5, human_labels=2)
    )
    told = dict(facts(done))
    assert told["label against reference"] == "2 YES and 2 NO right"
    assert told["wrong labels"] == "1 false YES, 0 false NO"
    assert told["YES among labels"] == "before 50.0%, after 50.0%"
    assert told["cost"] == "3 calls, 10 + 20 tokens, 1.50 USD, 2 human labels"
    assert rows(done)[1][:3] == ["NO", "3", "2"]
    assert rows(done)[3][4:6] == ["3", "1"]
    assert (done.true_yes_kept.value, done.true_yes_as_yes.value) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    blank = report("all", rules.keep_all(votes), [-1] * 7)
    told = dict(facts(blank))
    assert (told["label against reference"], told["wrong labels"]) == ("not measured", "not measured")
    assert "cost" not in told
    assert percent(blank.true_yes_kept) == "not measured"
    errors = phi([1, 0, 0, 0] * 10, [1, 0, 0, 0] * 5 + [0, 1, 0, 0] * 5)
    told = dict(facts(report("all", rules.keep_all(votes), [-1] * 7, rho=errors)))
    assert "errors 25.0% and 25.0%, 5 shared, of 40 judged" in told["error correlation of views"]
    assert "by formula" in told["expected of agreement"]
    uneven = phi([1, 1, 1, 0] * 5, [1, 0, 0, 0] * 5)  # errors .75 and .25
    told = dict(facts(report("all", rules.keep_all(votes), [-1] * 7, rho=uneven)))
    left, share = float(kept_error(0.5, uneven.value)), float(kept_share(0.5, uneven.value))
    wanted = f"{left:.1%} wrong of {share:.1%} kept, by formula; 50.0% wrong if errors were independent"
    assert told["expected of agreement"] == wanted
    nothing = phi([0] * 9, [0] * 9)
    told = dict(facts(report("all", rules.keep_all(votes), [-1] * 7, rho=nothing)))
    assert "a view without errors" in told["error correlation of views"]
    assert "expected of agreement" not in told
    weighted = report("all", rules.keep_all(votes), [1, 0, 1, 0, 0, 0, 1], weight=[1, 3, 1, 1, 1, 1, 1])
    assert weighted.classes[1].error.value == pytest.approx(3 / 5)
    assert confusion([1, 1, 0, -1], [1, 0, 1, 1]).tolist() == [[0, 1], [1, 1]]


def test_error_against_coverage_at_each_score() -> None:
    curve = coverage_curve([0.9, 0.9, 0.5, 0.1, 0.7], [1, 1, 0, 1, -1], [1, 0, -1, 0, 1])
    assert curve.coverage.tolist() == [0.5, 0.75, 1]
    assert curve.error.tolist() == [0.5, 0.5, pytest.approx(2 / 3)]
    assert coverage_curve([], [], []).coverage.tolist() == []
    first = coverage_curve([0.9, 0.5], [1, 1], [-1, 1])
    assert math.isnan(first.error[0])
    assert (first.low[0], first.high[0]) == (0, 1)
