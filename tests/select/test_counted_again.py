"""Figures of selection counted a second time, in the slow and plain way that their docstrings tell."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN
from soesift.label.config import GateConfig
from soesift.select import by_name as gate_tables
from soesift.select import choose
from soesift.select.agreement import between_views, phi, phi_of
from soesift.select.belief import FEWEST, LEVELS, _spread, excess, one_mode, one_shape, parting
from soesift.select.by_name import chances, linear_probability, out_of_fold
from soesift.select.certified import (
    Step,
    _explain,
    _steps,
    counts_by,
    levels,
    start_at,
    stratified_tail,
)
from soesift.select.certified import (
    _spread as most_errors,
)
from soesift.select.classes import CLASS_RULES
from soesift.select.combine import combine
from soesift.select.report import coverage_plot
from soesift.select.rules import _confusion, crowd


def best_mass(values: list[float], level: float, intervals: int) -> float:
    """The best share less cost of so many intervals that begin and end at a number, tried one by one."""
    n, width = len(values), values[-1] - values[0]
    spans = [(a, b) for a in range(n) for b in range(a, n)]
    worth = {(a, b): (b - a + 1) / n - level * (values[b] - values[a]) / width for a, b in spans}
    one = max(worth.values())
    if intervals == 1:
        return one
    return max([one, *(worth[s] + worth[t] for s, t in itertools.product(spans, spans) if s[1] < t[0])])


@pytest.mark.parametrize(
    "values", [[0, 1, 2, 3, 4.0], [0, 0.1, 0.2, 5, 5.1], [0, 3, 3.1, 3.2, 9, 9.3], [0, 8, 8.5, 9.0]]
)
def test_excess_is_what_two_intervals_win_over_one(values: list[float]) -> None:
    won = [best_mass(values, level, 2) - best_mass(values, level, 1) for level in LEVELS]
    assert excess(np.array([values])) == pytest.approx([max(won)], abs=1e-9)


def test_one_mode_is_the_share_of_flat_samples_that_part_as_much() -> None:
    rng = np.random.default_rng(7)
    two = np.concatenate([rng.normal(-4, 1, 30), rng.normal(4, 1, 30)])
    assert one_mode(two) == pytest.approx(1 / 301)
    assert one_mode(rng.normal(0, 1, 60)) > 0.05
    assert one_mode([1, 2, 3]) == one_mode([5, 5, 5, 5, 5]) == 1.0
    flat = np.sort(rng.random(40))
    chance = excess(np.sort(np.random.default_rng(3).random((50, 40)), 1))
    assert one_mode(flat, samples=50, seed=3) == (1 + (chance >= excess(flat[None])[0]).sum()) / 51


def test_equal_numbers_are_spread_over_the_gaps_beside_them() -> None:
    assert _spread(np.array([0.0, 2, 2, 6])).tolist() == [0, 1.75, 3.25, 6]
    assert _spread(np.array([0.0, 0, 0, 0, 4])).tolist() == [0.25, 0.75, 1.25, 1.75, 4]
    assert _spread(np.array([3.0, 3])).tolist() == [3, 3]


def test_one_shape_is_the_lowest_bic_of_any_law() -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(3, 2, 50)
    normal = -2 * stats.norm.logpdf(values, values.mean(), values.std()).sum() + 2 * math.log(50)
    assert one_shape(values) == pytest.approx(normal)
    skewed = rng.gamma(1, 2, 200)
    mirrored = one_shape(-skewed)
    assert one_shape(skewed) == pytest.approx(mirrored, abs=1.0)
    assert mirrored < -2 * stats.norm.logpdf(skewed, *stats.norm.fit(skewed)).sum()


def test_where_two_groups_part_and_why_others_stay() -> None:
    rng = np.random.default_rng(7)
    low, high = rng.normal(-4, 1, 60), rng.normal(2, 1, 60)
    moved = parting(np.concatenate([low, high]))
    assert moved.moved
    assert moved.place == pytest.approx((low.mean() + high.mean()) / 2, abs=0.2)
    spread = (low.var() + high.var()) / 2
    assert moved.slope == pytest.approx((high.mean() - low.mean()) / spread, rel=0.05)
    uneven = parting(np.concatenate([rng.normal(-4, 1, 30), rng.normal(2, 1, 120)]))
    assert uneven.place < -1.0  # the smaller group holds less: the border lies nearer to it
    assert parting(low[: FEWEST - 1]).why.startswith("too few")
    assert parting(np.repeat([-3.0, -2.5, 2, 2.5, 3, 3.5, 4], 10)).why.startswith("too few")
    assert parting(np.concatenate([low[: FEWEST // 2], high[: FEWEST // 2], [np.nan] * 5])).moved
    assert parting(rng.normal(0, 1, 200)).why == "one group fits as well as two"
    flat = parting(np.linspace(-5, 5, 200))
    assert not flat.moved
    assert (flat.slope, flat.place) == (1, 0)
    assert flat.why.startswith("no gap between two groups (p 1.00") or flat.why.startswith("no two groups")


def test_strata_are_tested_at_the_errors_that_fit_worst() -> None:
    def slow(wrong: list[int], pool: list[int], audited: list[int], alpha: float) -> float:
        most = math.floor(alpha * sum(pool)) + 1
        best = 0.0
        for errors in itertools.product(*(range(n + 1) for n in pool)):
            if sum(errors) == most:
                tails = [
                    stats.hypergeom.cdf(k, n, e, a) for k, n, e, a in zip(wrong, pool, errors, audited, strict=True)
                ]
                if min(tails) > 0:
                    best = max(best, stats.chi2.sf(-2 * np.log(tails).sum(), 2 * sum(a > 0 for a in audited)))
        return float(best)

    for wrong, pool, audited, alpha in (
        ([0, 0], [10, 12], [6, 7], 0.2),
        ([1, 0], [10, 12], [6, 7], 0.2),
        ([0, 1, 0], [6, 7, 8], [5, 4, 6], 0.3),
        ([0, 0], [10, 12], [8, 0], 0.6),
        ([2, 0], [9, 5], [5, 3], 0.3),
    ):
        assert stratified_tail(wrong, pool, audited, alpha) == pytest.approx(slow(wrong, pool, audited, alpha))
    assert stratified_tail([0, 0], [10, 3], [0, 0], 0.1) == 1.0
    assert stratified_tail([0, 0], [10, 9], [10, 0], 0.1) == 1.0  # nobody looked at nine that may all be wrong
    assert most_errors(np.array([0.0, -1]), np.array([-0.5, -3, -9]), 2).tolist() == [-0.5, -1.5, -4]
    assert [part.tolist() for part in counts_by(np.array([0, 2, 2]), [True, True, False])] == [[1, 0, 1]]
    assert [part.tolist() for part in counts_by(np.zeros(0, np.int64), [])] == [[0]]


def test_thresholds_keep_a_twentieth_more_each() -> None:
    assert levels(np.arange(40) / 40).tolist() == [k / 20 for k in range(19, -1, -1)]
    assert levels([0.2, 0.9, 0.9, 0.5], 2).tolist() == [0.9, 0.2]
    assert levels([]).tolist() == []
    assert start_at([100, 200, 400], 200, 0.1, 0.1) == 0  # 22 without an error are enough, 50 are expected
    assert start_at([20, 60, 400], 200, 0.1, 0.1) == 1
    assert start_at([20, 60, 400], 200, 0.1, 0.1, chance=0.95) == 1
    assert start_at([20, 46, 400], 200, 0.1, 0.1) == 1
    assert start_at([20, 46, 400], 200, 0.1, 0.1, chance=0.95) == 2
    assert start_at([10, 20], 1, 0.1, 0.1) == 2
    assert start_at([], 10, 0.1, 0.1) == 0


@pytest.mark.parametrize(
    ("first", "passes", "tried"),
    [
        (4, "", []),
        (3, "", [(3, 0.1)]),
        (1, "3", [(3, 0.05)]),
        (1, "", [(3, 0.05), (1, 0.05)]),
        (1, "1", [(3, 0.05), (1, 0.05), (2, 0.05)]),
        (1, "12", [(3, 0.05), (1, 0.05), (2, 0.05), (3, 0.1)]),
    ],
)
def test_the_order_of_tests_spends_the_risk_once(first: int, passes: str, tried: list[tuple[int, float]]) -> None:
    asked = []

    def test(place: int, risk: float) -> Step:
        asked.append((place, risk))
        return Step(0.5, 1, 1, 0, 0.0, str(place) in passes)

    assert len(_steps(test, first, 4, 0.1)) == len(tried)
    assert asked == tried


def test_why_nothing_is_certified_is_said_in_numbers() -> None:
    score, seen = np.linspace(1, 0, 100), np.arange(100) < 40
    none, some = np.zeros(100, bool), np.arange(100) < 20
    step = Step(0.5, 100, 40, 0, 0.3, False)
    assert _explain(np.zeros(0), np.zeros(0, bool), np.zeros(0, bool), [], 0.1, 0.1)[1].startswith("nothing to certify")
    size, why = _explain(score, seen, none, [], 0.05, 0.1)
    assert why == f"nothing certified: the audit holds 40 of 100 items and needs {size} without an error"
    assert _explain(score, seen, some, [step], 0.1, 0.1) == (
        None,
        "nothing certified: 20 wrong of 40 audited in the whole class; no audit is large enough at that error rate",
    )
    told = _explain(score, seen, none, [step, Step(0.9, 50, 21, 3, 0.5, False)], 0.1, 0.1)[1]
    assert (
        "0 wrong of 40 audited in the whole class, 3 of 21 at the strictest threshold tested; no larger audit" in told
    )
    passed = [Step(0.5, 80, 30, 1, 0.01, True), Step(0.4, 90, 35, 2, 0.02, True), step]
    assert _explain(score, seen, none, passed, 0.1, 0.1) == (None, "certified: 2 wrong of 35 audited among 90 kept")


def test_phi_by_hand() -> None:
    assert phi_of([1, 1, 1, 1]) == 0
    assert phi_of([2, 0, 0, 5]) == pytest.approx(1.0)
    assert phi_of([0, 2, 3, 0]) == pytest.approx(-1.0)
    assert phi_of([3, 1, 2, 9]) == pytest.approx((27 - 2) / math.sqrt(4 * 5 * 10 * 11))
    assert np.isnan(phi_of([0, 0, 2, 5]))
    one = phi([1, 1, 0, 0, -1], [1, 0, 1, 0, 1])
    assert (one.value, one.n, one.error_a, one.error_b, one.both) == (0, 4, 0.5, 0.5, 1)
    assert one.low < -0.4 < 0.4 < one.high
    grouped = phi([1, 0, 0, 0] * 8, [1, 0, 0, 0] * 8, ["a", "a", "b", "b"] * 8)
    assert grouped.value == pytest.approx(1.0)
    assert grouped.low < 0.9
    pairs = between_views([[0.9, 0.1, 0.5], [0.2, 0.8, np.nan], [0.9, 0.9, 0.9]], [1, 1, -1])
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert [(p.n, p.error_a, p.error_b) for p in pairs.values()] == [(2, 0.5, 0.5), (1, 0, 1), (1, 1, 1)]


def test_linear_probabilities_of_one_kind_are_its_share() -> None:
    two = np.array([[0.0], [1.0]])
    assert linear_probability(two, np.array([1.0, 1.0]), np.ones(2), two).tolist() == [1, 1]
    assert linear_probability(two[:0], np.zeros(0), np.zeros(0), two).tolist() == [0, 0]
    many = np.linspace(-2, 2, 40)[:, None]
    p = linear_probability(many, (many[:, 0] > 0).astype(float), np.ones(40), many)
    assert p[0] < 0.2 < 0.8 < p[-1]
    fold = np.arange(40) % 2
    apart = out_of_fold(many, np.where(many[:, 0] > 0, 1, 0), fold)
    assert apart[0] < 0.3 < 0.7 < apart[-1]
    known = np.where(fold == 0, 1, UNKNOWN)
    seen = out_of_fold(many, known, fold)
    assert np.isnan(seen[0])
    assert seen[1] == 1  # of the other fold nothing is known


def test_chances_are_of_tables_nobody_labelled() -> None:
    features, names = np.linspace(-1, 1, 6)[:, None], list("abcdef")
    p = chances(features, names, {"a": 0, "f": 1})
    assert np.isnan(p[[0, 5]]).all()
    assert p[1] < 0.5 < p[4]
    with pytest.raises(UsageError, match="not of both kinds"):
        chances(features, names, {"a": 1, "f": 1})


def test_error_rates_of_a_crowd_stand_by_model_and_label() -> None:
    pandas = pytest.importorskip("pandas")  # of the extra data, which the light tests go without

    rows = pandas.DataFrame([[0.9, 0.2], [0.1, 0.8], [1.0, 0.3]], [(0, 0), (0, 1), (1, 0)], [0, 1])
    rows.index = pandas.MultiIndex.from_tuples(rows.index)
    matrix = _confusion(rows, 2)
    assert matrix.tolist() == [[[0.9, 0.1], [0.2, 0.8]], [[1.0, 0.0], [0.3, 0.0]]]
    votes = [[1, 1, 1], [0, 0, 0], [1, 1, 0], [-1, -1, -1], [1, 1, 1], [0, 0, 1]]
    chosen = crowd(votes, ["a", "b", "c"])
    assert chosen.label.tolist() == [1, 0, 1, -1, 1, 0]
    assert chosen.keep.tolist() == [True, True, True, False, True, True]
    assert crowd(votes, ["a", "b", "c"], [0, -1, -1, 1, -1, -1]).label.tolist()[:2] == [0, 0]


def test_a_gate_by_answers_takes_the_highest_and_lets_pass_what_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records: Any = [SimpleNamespace(table_id=name) for name in ("a", "b", "c", "d")]
    found = SimpleNamespace(beliefs=np.array([[0.2, 0.7], [0.0, 0.0], [np.nan, 0.4]]), tables=["a", "b", "c"])
    monkeypatch.setattr(gate_tables, "Ledger", lambda path: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(gate_tables, "stored_answers", lambda book: None)
    monkeypatch.setattr(gate_tables, "opinions", lambda answers: found)
    (tmp_path / "answers.db").touch()
    how = GateConfig(ledger=tmp_path / "answers.db")
    assert gate_tables.gate_probabilities(records, how).tolist() == [0.7, 0.0, 0.4, 1.0]
    assert gate_tables.gate_probabilities([], how).tolist() == []
    assert gate_tables.gate_name(how) == "answers in answers.db"
    gated = gate_tables.gate_tables(records, how, {})
    assert gated.threshold == 0.5
    assert list(gated.passes) == [True, False, False, True]
    with pytest.raises(UsageError, match="no such ledger"):
        gate_tables.gate_probabilities(records, GateConfig(ledger=tmp_path / "none.db"))


def test_every_class_is_kept_where_all_are() -> None:
    assert CLASS_RULES["all"](np.zeros((3, 2, 2))).tolist() == [True] * 3


def test_the_picture_shows_each_class_that_has_labels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown = []
    monkeypatch.setattr(choose, "coverage_plot", lambda curves, path: shown.append(curves) or path)
    for beliefs in ([[0.9], [0.8], [0.3]], [[0.9], [0.8], [0.7]]):
        votes = combine(beliefs)
        choose.write_plot(tmp_path / "a.png", SimpleNamespace(votes=votes), np.array([1, 0, 0]))  # type: ignore[arg-type]
    assert [list(curves) for curves in shown] == [["YES", "NO"], ["YES"]]
    assert shown[1]["YES"].coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])


def test_the_axes_are_percent_with_a_line_a_class(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure
    from soesift.select import report

    drawn: list[Any] = []
    monkeypatch.setattr(figure, "savefig", lambda self, *_args, **_how: drawn.append(self))
    curve = report.coverage_curve([0.9, 0.5, 0.1], [1, 1, 0], [-1, 1, 1])
    coverage_plot({"YES": curve}, tmp_path / "a.png")
    (axes,) = drawn[0].axes
    assert axes.lines[0].get_xdata().tolist() == pytest.approx([100 / 3, 200 / 3, 100])
    assert axes.lines[0].get_ydata()[1:].tolist() == [0, 50]
    assert axes.get_xlim() == (0, 100)
    assert axes.get_ylim()[0] == 0
    assert axes.get_legend() is not None
    box = axes.collections[0].get_paths()[0].get_extents()
    assert box.x0 == pytest.approx(200 / 3)
    assert box.y1 > 90
