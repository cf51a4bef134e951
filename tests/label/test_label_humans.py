from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import toys

from soesift.errors import UsageError
from soesift.label.humans import (
    LABEL_STUDIO_CONFIG,
    HumanLabel,
    add_labels,
    human_labels,
    read_labels,
    write_labels,
    write_tasks,
)
from soesift.label.ledger import Ledger

words = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=8)
labels = st.builds(
    HumanLabel,
    table_id=words,
    label=st.sampled_from(["yes", "no", "unsure"]),
    annotator=words,
    pot=st.sampled_from(["audit", "repair", "other"]),
    source=words,
    stratum=words,
    probability=st.none() | st.floats(0.01, 1),
    simulated=st.booleans(),
    created=st.floats(0, 2e9),
)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@settings(max_examples=40, deadline=None)
@given(given_labels=st.lists(labels, min_size=1, max_size=4))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, form: Any, given_labels: list[HumanLabel]
) -> None:
    path = tmp_path_factory.mktemp("h") / f"h.{form}"
    write_labels(path, given_labels, form)
    assert read_labels(path, form) == given_labels


def test_label_studio_exports_are_read(tmp_path: Path) -> None:
    def annotation(choice: str, who: Any, cancelled: bool = False) -> dict[str, Any]:
        result = [{"from_name": "label", "to_name": "table", "type": "choices", "value": {"choices": [choice]}}]
        return {"id": 1, "result": result, "completed_by": who, "was_cancelled": cancelled}

    task = {"id": 5, "data": {"table_id": "t1", "pot": "audit"}, "predictions": []}
    task["annotations"] = [
        annotation("yes", 3),
        annotation("no", {"email": "a@b.c"}),
        annotation("no", 4, True),
    ]
    (tmp_path / "ls.json").write_text(json.dumps([task]))
    read = read_labels(tmp_path / "ls.json", "labelstudio")
    assert [(one.table_id, one.label, one.annotator, one.pot) for one in read] == [
        ("t1", "yes", "3", "audit"),
        ("t1", "no", "a@b.c", "audit"),
    ]


def test_argilla_records_are_read(tmp_path: Path) -> None:
    responses = {"label": [{"value": "yes", "user_id": "u1"}, {"value": "unsure", "user_id": "u2"}]}
    record = {
        "id": "t1",
        "fields": {},
        "metadata": {"pot": "repair"},
        "suggestions": {},
        "responses": responses,
    }
    unanswered = {"id": "t2", "fields": {}, "metadata": {}, "responses": {}}
    (tmp_path / "a.json").write_text(json.dumps([record, unanswered]))
    read = read_labels(tmp_path / "a.json", "argilla")
    assert [(one.table_id, one.label, one.annotator, one.pot) for one in read] == [
        ("t1", "yes", "u1", "repair"),
        ("t1", "unsure", "u2", "repair"),
    ]


@pytest.mark.parametrize("form", ["labelstudio", "argilla"])
def test_tasks_come_back_once_answered_and_show_no_label(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    write_tasks(path, toys(2), "audit", form)
    tasks = json.loads(path.read_text())
    assert "<table>" in (tasks[0].get("data") or tasks[0]["fields"])["table"]
    assert '"YES"' not in path.read_text()
    for task in tasks:
        if form == "labelstudio":
            result = [{"type": "choices", "value": {"choices": ["no"]}}]
            task["annotations"] = [{"result": result, "completed_by": 1}]
        else:
            task["responses"] = {"label": [{"value": "no", "user_id": "1"}]}
    path.write_text(json.dumps(tasks))
    read = read_labels(path, form)
    assert [(one.table_id, one.label, one.pot) for one in read] == [(t.table_id, "no", "audit") for t in toys(2)]


def test_the_label_studio_view_uses_the_fields_of_the_tasks() -> None:
    for name in ('value="$title"', 'value="$table"', 'name="label"'):
        assert name in LABEL_STUDIO_CONFIG


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("table_id,label\nt1,yes\n", "row 1: no pot"),
        ("table_id,label,pot\nt1,yes,audit\nt2,perhaps,audit\n", "row 2: label 'perhaps'"),
        ("table_id,label,pot\nt1,yes,gold\n", "row 1: pot"),
        ("table_id,label,pot,zzz\nt1,yes,audit,3\n", "row 1: zzz"),
    ],
)
def test_a_bad_row_is_named(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(text)
    with pytest.raises(UsageError, match=says):
        read_labels(tmp_path / "h.csv", "csv")


@pytest.mark.parametrize("form", ["jsonl", "labelstudio", "argilla"])
def test_a_file_of_another_format_is_one_line(form: Any, tmp_path: Path) -> None:
    (tmp_path / "h").write_text("table_id,label\n")
    with pytest.raises(UsageError, match=f"is not {form}"):
        read_labels(tmp_path / "h", form)


def test_do_not_know_is_unsure(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("table_id,label\nt1,Do not know\nt2,SoE\n")
    assert [one.label for one in read_labels(tmp_path / "h.csv", "csv", "other")] == ["unsure", "yes"]


def test_pots_are_kept_apart_and_the_first_judgement_stands(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.db")
    first = HumanLabel(table_id="t", label="yes", pot="audit", probability=0.5, stratum="yes", source="s")
    others = [
        first.model_copy(update={"label": "no"}),
        first.model_copy(update={"pot": "repair", "label": "no"}),
    ]
    assert add_labels(ledger, [first]) == 1
    assert add_labels(ledger, others) == 1
    assert human_labels(ledger, "audit") == [first.model_copy(update={"beliefs": "none"})]  # no answers, no beliefs
    assert [one.pot for one in human_labels(ledger, table_id="t")] == ["audit", "repair"]
