"""The report of a selection: figures by hand, rendering, the curve and its picture."""

from __future__ import annotations

import re

import numpy as np
import pytest

from soesift.errors import MissingExtra
from soesift.evaluate.scores import ShapeError, optional
from soesift.files import WriteError
from soesift.select.agreement import phi
from soesift.select.combine import combine
from soesift.select.report import Cost, confusion, coverage_curve, coverage_plot, facts, markdown, percent, report, rows
from soesift.select.rules import agreement, keep_all

pytest.importorskip("scipy")

#        agreed YES, agreed YES, disagree YES, agreed NO, agreed NO, disagree NO, nothing
BELIEFS = [[0.9, 0.9], [0.8, 0.9], [0.9, 0.4], [0.1, 0.1], [0.2, 0.2], [0.1, 0.6], [np.nan, np.nan]]
TRUTH = [1, 0, 1, 0, -1, 0, 1]
VOTES = combine(BELIEFS)


def test_figures_by_hand():
    r = report("agreement", agreement(VOTES), TRUTH)
    no, yes, everything = r.classes
    assert (yes.items, yes.kept, yes.judged, yes.wrong) == (3, 2, 2, 1)
    assert (no.items, no.kept, no.judged, no.wrong) == (3, 2, 1, 0)
    assert (everything.coverage.value, everything.error.value) == (4 / 6, 1 / 3)
    assert r.true_yes_kept.value == pytest.approx(1 / 3)  # an unreadable true YES is a lost one
    assert (r.balance_before, r.balance_after) == (0.5, 0.5)
    assert r.confusion.tolist() == [[2, 1], [0, 2]]


def test_class_error_hides_in_the_overall_one():
    said = np.array([0] * 980 + [1] * 20)
    truth = said.copy()
    truth[-4:] = 0
    votes = combine(np.where(said == 1, 0.9, 0.1)[:, None])
    r = report("all", keep_all(votes), truth)
    assert r.classes[2].error.value == pytest.approx(0.004)
    assert r.classes[1].error.value == pytest.approx(0.2)
    assert r.classes[1].error.high > 0.4


def test_sampling_weights_correct_the_share_of_true_yes():
    votes = combine([[0.9, 0.9]] * 10 + [[0.9, 0.1]] * 10)
    truth = np.array([1] * 10 + [1, 1] + [-1] * 8)
    plain = report("a", agreement(votes), truth)
    weighted = report("a", agreement(votes), truth, weight=np.array([1.0] * 10 + [5.0] * 10))
    assert plain.true_yes_kept.value == pytest.approx(10 / 12)
    assert weighted.true_yes_kept.value == pytest.approx(0.5)


def test_nothing_kept_or_judged_says_not_measured():
    r = report("none", agreement(combine([[0.9, 0.1]])), [-1])
    assert percent(r.classes[1].error) == "not measured"
    assert "not measured" in markdown(r)
    assert np.isnan(r.balance_after)


def test_right_and_wrong_labels_are_counted_by_class():
    told = dict(facts(report("agreement", agreement(VOTES), TRUTH)))
    assert told["label against reference"] == "2 YES and 2 NO right"
    assert told["wrong labels"] == "1 false YES, 0 false NO"
    nothing = dict(facts(report("agreement", agreement(VOTES), [-1] * len(TRUTH))))
    assert nothing["label against reference"] == nothing["wrong labels"] == "not measured"


def test_markdown_is_complete():
    wrong = [[1, 0, 1, 0, 0], [1, 0, 0, 0, 0]]
    r = report("agreement", agreement(VOTES), TRUTH, rho=phi(*wrong), cost=Cost(14, 9000, 30, 0.125, "USD", 6))
    text = markdown(r)
    assert text.splitlines()[2] == "| predicted | items | kept | coverage | judged | wrong | error among kept |"
    assert "| YES | 3 | 2 | 66.7 % (9.4-99.2) | 2 | 1 | 50.0 % (1.3-98.7) |" in text
    assert "14 calls, 9000 + 30 tokens, 0.12 USD, 6 human labels" in text
    assert "error correlation of views: 0.61" in text
    assert re.search(r"expected of agreement: \d+\.\d% wrong of \d+\.\d% kept, by formula; \d+\.\d% wrong if", text)
    assert "1 false YES, 0 false NO" in text
    assert {len(row) for row in rows(r)} == {7}


def test_curve_counts_at_distinct_scores_only():
    c = coverage_curve([0.9, 0.9, 0.5, 0.1, 0.7], [1, 1, 0, 0, -1], [1, 0, 0, -1, 1])
    assert c.coverage.tolist() == [0.5, 0.75, 1]
    assert c.error == pytest.approx([1 / 2, 1 / 3, 1 / 3])
    assert (c.low <= c.error).all()
    assert (c.error <= c.high).all()
    unknown = coverage_curve([0.9, 0.1], [1, 1], [-1, 1])
    assert np.isnan(unknown.error[0])
    assert (unknown.low[0], unknown.high[0]) == (0, 1)
    assert len(coverage_curve([0.5], [-1], [1]).coverage) == 0


def test_confusion_leaves_out_what_is_unknown():
    assert confusion([1, 1, 0, -1], [1, 0, 0, 1]).tolist() == [[1, 0], [1, 1]]
    with pytest.raises(ShapeError, match="reference is length 1 and label is length 2"):
        confusion([1], [1, 0])


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_picture_is_written_whole(tmp_path, suffix, magic):
    pytest.importorskip("matplotlib")
    c = coverage_curve([0.9, 0.5, 0.1], [1, 1, 0], [-1, 1, 1])
    path = coverage_plot({"YES": c}, tmp_path / "new" / f"curve.{suffix}")
    assert path.read_bytes().startswith(magic)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "curve.png").mkdir()
    with pytest.raises(WriteError, match="choose another place"):
        coverage_plot({}, tmp_path / "curve.png")
    assert [p.name for p in tmp_path.iterdir()] == ["curve.png"]


def test_a_missing_library_is_named_with_its_extra():
    with pytest.raises(MissingExtra, match=r"pip install 'soesift\[train\]'"):
        optional("no_such_library_here.stats", "no-such-library")
