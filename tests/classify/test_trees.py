"""Trees as plain arrays: what is written is read, what is damaged is refused; where activities stand against times."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soesift.classify.features import AXES, axes
from soesift.classify.judge import softmax
from soesift.classify.model_folder import sha256
from soesift.classify.shipped import Stack, load_judge
from soesift.classify.trees import TREE_NAMES, from_rows, read_trees, write_trees
from soesift.errors import ModelError
from soesift.table.record import TableRecord
from soesift.train.light_fit import Extra, fit_trees, fit_trees_with_extra, held_out_trees

D = len(TREE_NAMES)


def numbers(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which the class is whether two numbers are large, which no plane tells: exclusive or.

    Rounded: scikit-learn takes eight seconds to bin numbers of more than 255 values.
    """
    made = np.random.default_rng(seed).normal(size=(count, D)).round(1)
    return made, ((made[:, 3] > 0) ^ (made[:, 7] > 0)).astype(int) + (made[:, 9] > 1.2)


def record(grid: list[list[str]], **more: object) -> TableRecord:
    return TableRecord.model_validate({"table_id": "t", "document": "d", "header_rows": 1, "grid": grid} | more)


def of(name: str, grid: list[list[str]]) -> float:
    return float(axes([record(grid)])[0, AXES.index(name)])


def test_trees_learn_what_no_plane_can() -> None:
    pytest.importorskip("sklearn")
    learn, labels = numbers(1500)
    check, truth = numbers(500, 1)
    found = softmax(fit_trees(learn, labels, np.ones(1500)).trees.logits(check))
    assert (found.argmax(axis=1) == truth).mean() > 0.9
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize("classes", [2, 3])
def test_what_is_written_is_read_and_is_what_scikit_learn_says(tmp_path: Path, classes: int) -> None:
    pytest.importorskip("sklearn")
    learn, labels = numbers(300)
    fitted = fit_trees(learn, np.minimum(labels, classes - 1), np.ones(300))  # raises where they differ
    write_trees(tmp_path / "trees.json", fitted.rows, fitted.of, fitted.start)
    back = read_trees(tmp_path / "trees.json")
    np.testing.assert_array_equal(back.logits(learn), fitted.trees.logits(learn))
    assert softmax(back.logits(learn))[:, classes:].max(initial=0.0) < 1e-3


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    learn, labels = numbers(200)
    for name in ("a", "b"):
        found = fit_trees(learn, labels, np.ones(200))
        write_trees(tmp_path / name, found.rows, found.of, found.start)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_unknown_labels_teach_nothing_and_made_up_rows_at_their_weight() -> None:
    pytest.importorskip("sklearn")
    learn, labels = numbers(240)
    hidden = np.where(np.arange(240) % 3 == 0, -1, labels)
    known = fit_trees(learn[hidden >= 0], hidden[hidden >= 0], np.ones((hidden >= 0).sum()))
    assert fit_trees_with_extra(learn, hidden, None).rows == known.rows
    other = Extra(learn, (labels + 1) % 3, 30.0)
    swayed = softmax(fit_trees_with_extra(learn, labels, other).trees.logits(learn)).argmax(axis=1)
    assert (swayed == (labels + 1) % 3).mean() > 0.9


def test_a_fold_is_judged_by_trees_that_have_not_seen_it() -> None:
    pytest.importorskip("sklearn")
    learn, labels = numbers(120)
    folds = np.arange(120) % 2
    found = held_out_trees(learn, labels, folds)
    alone = fit_trees(learn[folds == 1], labels[folds == 1], np.ones(60)).trees
    np.testing.assert_allclose(found[folds == 0], softmax(alone.logits(learn[folds == 0])))


TREE = [[0, 0.5, 1, 2], [-1.0], [1.0]]


def test_a_row_goes_left_up_to_the_threshold() -> None:
    trees = from_rows([TREE], [1], [0.0, 0.25, -20.0])
    rows = np.zeros((2, D))
    rows[1, 0] = 0.6
    np.testing.assert_allclose(trees.logits(rows), [[0.0, -0.75, -20.0], [0.0, 1.25, -20.0]])


@pytest.mark.parametrize(
    "trees",
    [[[[0, 0.5, 0, 0]]], [[[0, 0.5, 1, 9], [1.0]]], [[[D, 0.5, 1, 2], [1.0], [2.0]]], [[["x", 1, 1, 2]]], "none"],
)
def test_trees_that_turn_in_circles_or_lead_nowhere_are_refused(tmp_path: Path, trees: object) -> None:
    data = {"features": list(TREE_NAMES), "of": [1], "start": [0.0, 0.0, 0.0], "trees": trees}
    (tmp_path / "trees.json").write_text(json.dumps(data))
    with pytest.raises(ModelError, match=r"trees\.json"):
        read_trees(tmp_path / "trees.json")


@pytest.mark.parametrize("text", ["", "{}", '{"features": ["rows"], "of": [], "start": [], "trees": []}'])
def test_damaged_trees_are_a_model_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "trees.json").write_text(text)
    with pytest.raises(ModelError, match=r"trees\.json"):
        read_trees(tmp_path / "trees.json")


def test_activities_are_seen_inside_cells_beside_rows_and_above_columns() -> None:
    inside = [["", "Baseline", "3 months"], ["", "Pain, mobility", "X-ray, pain"]]
    down = [["Visit", "Procedures"], ["V1", "Blood sample, weight"], ["V2", "Questionnaire"]]
    marked = [["", "Week 1", "Week 2"], ["Blood sample", "X", "X"], ["Weight", "", "X"]]
    assert of("cell_activity", inside) == 1.0 == of("times_over_activities", inside)
    assert of("times_beside_activities", down) == 1.0 > of("times_beside_activities", marked)
    assert of("times_and_activities", marked) == 1.0
    assert of("time_rows", down) == pytest.approx(np.log1p(2))


def test_what_plans_of_analysis_and_programmes_fill_cells_with() -> None:
    windows = [["Visit", "Target day", "Window"], ["Week 2", "15", "2 to 21"], ["Week 4", "29", "≥22"]]
    shell = [["Statistic", "Week 2"], ["Mean (SD)", "xx.x (x.xx)"], ["n", "xx"]]
    training = [["Exercise", "Week 1"], ["Squats", "3 x 10"], ["Bridging", "2 x 12"]]
    assert (of("ranges", windows), of("window_head", windows)) == (0.5, pytest.approx(2 / 3))
    assert (of("masks", shell), of("programme", training)) == (1.0, 1.0)
    assert of("statistics", shell) > 0
    assert of("ranges", training) == of("masks", windows) == of("programme", shell) == 0


def test_a_light_model_whose_bytes_are_not_those_of_its_card_is_refused(tmp_path: Path) -> None:
    write_trees(tmp_path / "trees.json", [TREE], [1], [0.0, 0.25, -20.0])
    (tmp_path / "stack.json").write_text(Stack(weights=[], bias=[], yes=0.5, unsure=0.15).model_dump_json())
    table = record([["", "Week 1"], ["Weight", "X"]])
    assert load_judge(tmp_path).probabilities([table]).shape == (1, 2)
    files = {name: sha256(tmp_path / name) for name in ("trees.json", "stack.json")}
    (tmp_path / "card.json").write_text(json.dumps({"files": files}))
    assert load_judge(tmp_path).info.threshold == 0.5
    (tmp_path / "stack.json").write_text((tmp_path / "stack.json").read_text().replace("0.5", "0.4"))
    with pytest.raises(ModelError, match=r"stack\.json does not match its sha256"):
        load_judge(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(ModelError, match=r"card\.json"):
        load_judge(tmp_path)


def test_the_shipped_trees_tell_text_under_visits_from_windows_and_programmes() -> None:
    where: dict[str, object] = {"page": 3, "n_pages": 9}
    text = [
        ["", "Baseline", "1 month", "3 months", "1 year"],
        ["Assessments", *["Informed consent, pain (VAS), X-ray"] * 4],
    ]
    windows = [
        ["Visit", "Target day", "Window"],
        *([f"Week {w}", str(7 * w + 1), f"{7 * w - 6} to {7 * w + 7}"] for w in (2, 4, 6)),
    ]
    listing = [["Site", "Patient id.", "Visit", "Date", "Haemoglobin (g/dl)", "Weight (kg)"], [""] * 6]
    found = load_judge("trees").probabilities([record(grid, **where) for grid in (text, windows, listing)])[:, 0]
    assert found[0] > 0.3 > 0.05 > found[1:].max()
