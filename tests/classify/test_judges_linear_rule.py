"""Features, the linear model, the hand rule, evidence, and how a model's name becomes a judge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.classify.evidence import evidence, likely_class
from soesift.classify.features import CLASSES, NAMES, features
from soesift.classify.judge import Linear, read_linear, rule_probabilities, softmax, write_linear
from soesift.classify.model_folder import Card
from soesift.classify.shipped import (
    MODELS,
    Stack,
    judged_kinds,
    load_judge,
    log_odds,
    of_classes,
    of_linear,
    read_stack,
    shipped_names,
    stacked_probabilities,
)
from soesift.errors import ModelError
from soesift.table.record import TableRecord

SCHEDULE = [
    ["Procedure", "Screening", "Treatment", "Treatment", "Follow-up"],
    ["Procedure", "Day -28", "Day 1", "Day 15", "Day 30"],
    ["Informed consent", "X", "", "", ""],
    ["Physical examination", "X", "X", "", "X"],
    ["ECG", "X", "→", "X", "X"],
    ["Adverse events", "", "X", "X", "X"],
]
DOSES = [["Toxicity", "Dose modification"], ["Grade 3", "Withhold the dose"], ["Grade 4", "Permanently discontinue"]]


def record(grid: list[list[str]], **more) -> TableRecord:
    given = {"header_rows": 1, "page": 5, "n_pages": 50, "bbox": (72, 72, 540, 400), "page_size": (612, 792)}
    return TableRecord(table_id="t", document="d", grid=grid, **(given | more))


schedule = record(SCHEDULE, header_rows=2, caption="Table 1 Schedule of Activities", page_size=(792.0, 612.0))
doses = record(DOSES, caption="Table 9 Dose modifications")


def named(one: TableRecord) -> dict[str, float]:
    return dict(zip(NAMES, features([one])[0].tolist(), strict=True))


def test_features_of_a_schedule_say_what_is_seen() -> None:
    found = named(schedule)
    assert found["marks"] == pytest.approx(np.log1p(11))
    assert found["mark_columns"] == found["mark_rows"] == 1.0
    assert found["header_time"] == found["title_caption"] == found["landscape"] == found["consent"] == 1.0
    assert found["phases"] == 3.0
    assert found["arrows"] == 1.0
    assert found["first_column_activity"] == 1.0
    assert found["position"] == pytest.approx(0.1)
    assert found["width_share"] == pytest.approx(468 / 792)


def test_features_of_another_table_point_to_its_class() -> None:
    found = named(doses)
    assert found["marks"] == found["phases"] == found["title_caption"] == 0.0
    assert found["dose_modification_caption"] == 1.0
    assert found["dose_modification_grid"] > 0.9


def test_width_and_height_follow_the_turned_text() -> None:
    turned = named(record(SCHEDULE, rotation=90, bbox=(100, 50, 200, 750)))
    assert turned["rotated"] == 1.0
    assert turned["width_share"] == pytest.approx(700 / 612)


def test_no_records_give_no_rows() -> None:
    assert features([]).shape == (0, len(NAMES))
    assert rule_probabilities([]).shape == (0, 2)
    assert load_judge("linear").probabilities([]).shape == (0, 2)


texts = st.text(alphabet="aXx →•1 -\u00df\u4e2d()", max_size=12)


@st.composite
def any_records(draw: st.DrawFn) -> TableRecord:
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    grid = [[draw(texts) for _ in range(width)] for _ in range(height)]
    place = draw(st.sampled_from([{}, {"page": None, "bbox": None, "page_size": None, "n_pages": None}]))
    return record(grid, header_rows=draw(st.integers(0, height)), caption=draw(texts), **place)


@settings(max_examples=100, deadline=None)
@given(st.lists(any_records(), max_size=4))
def test_any_table_gets_finite_features_and_sound_probabilities(records: list[TableRecord]) -> None:
    values = features(records)
    assert values.shape == (len(records), len(NAMES))
    assert np.isfinite(values).all()
    for model in ("linear", "rule"):
        found = load_judge(model).probabilities(records)
        assert found.shape == (len(records), 2)
        assert (found >= 0).all()
        assert (found.sum(axis=1) <= 1 + 1e-9).all()


@pytest.mark.parametrize("model", ["linear", "rule"])
def test_both_judges_tell_a_schedule_from_a_dose_table(model: str) -> None:
    judge = load_judge(model)
    first, second = judge.probabilities([schedule, doses]).sum(axis=1)
    assert first >= judge.info.threshold
    assert second < judge.info.unsure_threshold


def test_a_table_is_judged_alone() -> None:
    judge = load_judge("linear")
    together = judge.probabilities([doses, schedule, doses])
    np.testing.assert_allclose(together[1], judge.probabilities([schedule])[0], atol=1e-12)


def test_the_rule_counts_points() -> None:
    bare = record([["a", "b"], ["c", "d"]])
    chance = rule_probabilities([bare, schedule])
    assert chance[0, 0] == pytest.approx(1 / (1 + np.exp(9.0)))
    assert chance[1, 0] == pytest.approx(1 / (1 + np.exp(-1.5 * 4.0)))
    assert (chance[:, 1] == 0).all()


def test_evidence_is_in_words_and_most_telling_first() -> None:
    found = evidence(schedule)
    assert found[0].startswith("7 planned times in the header: Screening")
    assert found[1] == "11 marks in the body"
    assert found[2].startswith("4 rows name activities: Informed consent")
    assert found[3] == "title: Table 1 Schedule of Activities"
    assert evidence(record(DOSES)) == []
    assert evidence(record(DOSES, heading="6.1 Schedule of Events")) == ["heading: 6.1 Schedule of Events"]


def test_the_likely_class_is_the_one_of_most_words() -> None:
    assert likely_class(doses) == "dose_modification"
    assert likely_class(record([["one", "two"], ["three", "four"]])) == "other"
    labs = [["Panel", "Tests"], ["Chemistry", "Sodium Potassium Creatinine Bilirubin Albumin Glucose"]]
    assert likely_class(record(labs)) == "lab_list"
    assert "dose_modification" in CLASSES


def toy_linear() -> Linear:
    shape = (len(NAMES), 3)
    return Linear(np.zeros(shape[0]), np.ones(shape[0]), np.full(shape, 0.25), np.array([0.0, 1.0, -1.0]))


def test_a_linear_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_linear(toy_linear(), tmp_path / "linear.json")
    back = read_linear(tmp_path / "linear.json")
    for name in ("mean", "scale", "weights", "bias"):
        np.testing.assert_array_equal(getattr(back, name), getattr(toy_linear(), name))


def test_scaled_features_are_clipped() -> None:
    far, edge = np.full((1, len(NAMES)), 1e9), np.full((1, len(NAMES)), 4.0)
    np.testing.assert_array_equal(toy_linear().logits(far), toy_linear().logits(edge))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"features": ["rows"]}', json.dumps({"features": list(NAMES)})])
def test_a_damaged_linear_model_is_a_model_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "linear.json").write_text(text)
    with pytest.raises(ModelError, match=r"linear\.json"):
        read_linear(tmp_path / "linear.json")


def test_a_missing_linear_model_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"linear\.json"):
        read_linear(tmp_path / "linear.json")


@pytest.mark.parametrize("text", ["", "{}", '{"weights": [], "bias": [], "yes": 0.5, "unsure": 0.1, "more": 1}'])
def test_a_damaged_stack_is_a_model_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)
    with pytest.raises(ModelError, match=r"stack\.json"):
        read_stack(tmp_path / "stack.json")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(-700, 700), min_size=3, max_size=3), min_size=1, max_size=5))
def test_softmax_rows_sum_to_one_and_log_odds_are_bounded(rows: list[list[float]]) -> None:
    found = softmax(np.array(rows))
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert (np.abs(log_odds(found)) <= 8).all()


def test_names_of_shipped_models_load_and_say_who_they_are() -> None:
    names = shipped_names()
    assert names[0] == "rule"
    assert {"linear", "default"} <= set(names)
    for name in ("rule", "linear"):
        info = load_judge(name).info
        assert (info.name, len(info.sha256)) == (name, 64)
        assert 0 < info.unsure_threshold < info.threshold < 1


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no model nosuch: give a folder.* or one of rule, default, linear"):
        load_judge("nosuch")


def test_a_folder_is_a_model_and_its_hash_follows_its_bytes(tmp_path: Path) -> None:
    folder = shutil.copytree(MODELS / "linear", tmp_path / "mine")
    assert load_judge(folder).info.sha256 == load_judge("linear").info.sha256
    (folder / "card.json").unlink()  # with a card, a changed file is refused
    before = load_judge(folder).info
    assert before.name == "mine"
    stack = json.loads((folder / "stack.json").read_text())
    (folder / "stack.json").write_text(json.dumps(stack | {"yes": 0.9}))
    after = load_judge(folder).info
    assert after.threshold == 0.9
    assert after.sha256 != before.sha256


def test_the_gate_spares_the_student_and_both_judge_the_rest() -> None:
    linear = of_linear(read_linear(MODELS / "linear" / "linear.json"))
    shown: list[int] = []

    def student(records):
        shown.append(len(records))
        return np.tile([0.1, 0.8, 0.1], (len(records), 1))

    weights = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    stack = Stack(gate=0.2, weights=weights, bias=[0.0, 0.0, 0.0], yes=0.5, unsure=0.1)
    found = stacked_probabilities([doses, schedule], linear, student, stack)
    assert shown == [1]
    np.testing.assert_allclose(found[1], [0.8, 0.1], atol=1e-9)
    np.testing.assert_allclose(found[0], load_judge("linear").probabilities([doses])[0])
    assert stacked_probabilities([doses], linear, student, stack).shape == (1, 2)
    assert shown == [1]  # nothing passed, nothing asked


def test_positive_classes_count_as_schedules_and_tracks_are_told() -> None:
    """What `detect` makes of classes: whatever is positive is a schedule, `sampling` and `track` go by their names."""
    shares = np.array([[0.1, 0.5, 0.3, 0.1]])
    base = {"name": "n", "base": "b", "method": "full"}
    kinds = Card(**base, classes=["none", "main", "track", "sampling"], positive=["main", "track"])
    np.testing.assert_allclose(of_classes(shares, kinds), [[0.1, 0.8, 0.1]])
    np.testing.assert_allclose(judged_kinds(shares, kinds), [[0.8, 0.1, 0.375]])
    usual = Card(**base, classes=["other", "soe", "sampling"], positive=["soe"])
    np.testing.assert_array_equal(of_classes(shares[:, :3], usual), shares[:, :3])
    np.testing.assert_array_equal(judged_kinds(shares[:, :3], usual), shares[:, 1:3])
    two = Card(**base, classes=["other", "dose"], positive=["dose"])
    np.testing.assert_allclose(judged_kinds(np.array([[0.2, 0.8]]), two), [[0.8, 0.0]])
