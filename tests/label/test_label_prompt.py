from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from toys import config, toy

from soesift.errors import UsageError
from soesift.label.prompt import load_prompt, load_task, prompt_for, sha256
from soesift.label.request import build_requests, read_tables
from soesift.view import VIEWS, render

# Versioned files are never edited in place: old answers in ledgers refer to them. Add a new file instead.
RELEASED = {
    "tasks/soe-v1.toml": "48d1bbd9fa9acd05",
    "prompts/table-v1.toml": "0406a44bab80fe05",
    "prompts/page-v1.toml": "6bad4de0b324537a",
    "prompts/picture-v1.toml": "ab2fcd7fabbf7121",
    "prompts/part-v1.toml": "1439d443aab26f56",
    "tasks/soe-kinds-v1.toml": "ab56d446071e591a",
    "prompts/classes-v1.toml": "bd271064f0b2b756",
    "prompts/classes-page-v1.toml": "8a34852f73201d03",
}


def shipped() -> dict[str, Path]:
    root = Path(str(files("soesift.label")))
    return {f"{folder}/{p.name}": p for folder in ("tasks", "prompts") for p in (root / folder).glob("*.toml")}


def test_released_prompt_files_are_unchanged() -> None:
    assert {name: sha256(path.read_text("utf-8"))[:16] for name, path in shipped().items()} == RELEASED


@pytest.mark.parametrize("view", VIEWS)
def test_a_prompt_has_all_of_the_papers_parts_and_no_open_place(view: str) -> None:
    task, prompt = load_task("soe-v1"), prompt_for(view, load_task("soe-v1"))
    system = prompt.prefix[0]["content"]
    assert "{{" not in system
    for part in [*task.traits, *task.not_classes, "informed consent", "YES", "NO"]:
        assert part in system
    assert (len(task.traits), len(task.not_classes)) == (3, 5)
    assert ("Study Calendar" in system) == (view == "page")


@pytest.mark.parametrize("view", VIEWS)
def test_the_unchanging_part_comes_first_and_the_table_last(view: str) -> None:
    prompt = prompt_for(view, load_task("soe-v1"))
    one, two = prompt.messages("first table"), prompt.messages("second table")
    assert one[:-1] == two[:-1]
    assert "first table" in one[-1]["content"]
    assert [message["role"] for message in one[1:]] == ["user", "assistant"] * 4 + ["user"]
    assert [message["content"] for message in one[2::2]] == ["YES", "NO", "YES", "NO"]


def test_text_that_looks_like_a_place_is_left_alone() -> None:
    prompt = prompt_for("json", load_task("soe-v1"))
    assert prompt.messages("{{yes}} {{view}} {")[-1]["content"].count("{{yes}} {{view}} {") == 1


def test_hashes_differ_by_view_and_are_stable() -> None:
    task = load_task("soe-v1")
    hashes = [prompt_for(view, task).hash for view in VIEWS]
    assert len(set(hashes)) == len(VIEWS)
    assert hashes == [prompt_for(view, task).hash for view in VIEWS]


def test_another_table_class_needs_only_another_task_file(tmp_path: Path) -> None:
    path = tmp_path / "dosing.toml"
    path.write_text(
        'id = "dosing-v1"\nname = "dosing table"\nsource = "protocols"\ndefinition = "Says the dose."\n'
        'traits = ["a", "b", "c"]\n[labels]\nyes = ["DOSING"]\nno = ["OTHER"]\n'
    )
    prompt = prompt_for("json", load_task(str(path)))
    assert prompt.id == "dosing-v1/table-v1"
    assert "is it a dosing table?" in prompt.prefix[0]["content"]
    assert "Reply DOSING or OTHER." in prompt.messages("x")[-1]["content"]


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: load_task("soe-v9"), "no task 'soe-v9'; known: soe-kinds-v1, soe-v1"),
        (
            lambda: load_prompt("nothing"),
            "no prompt 'nothing'; known: classes-page-v1, classes-v1, page-v1, part-v1, picture-v1, table-v1",
        ),
        (lambda: prompt_for("json", load_task("soe-v1"), "page-v1"), "is for page, not for view json"),
    ],
)
def test_mistakes_in_names_are_one_line(act: object, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        act()  # type: ignore[operator]
    assert says in str(caught.value)


def test_requests_carry_what_was_left_out_and_hash_the_text() -> None:
    how = config("http://127.0.0.1:1/v1", views={"tokens": 20})
    (request,) = build_requests([toy(1)], how, True)
    assert request.left_out
    assert request.view_hash == sha256(request.text)
    assert request.text == render("json", toy(1), how.views.budget()).text


def test_an_unreadable_line_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(f'{toy(1).model_dump_json()}\n{{"table_id": 3}}\nnot json\n\n{toy(2).model_dump_json()}\n')
    records, wrong = read_tables(path)
    assert [record.table_id for record in records] == [toy(1).table_id, toy(2).table_id]
    assert len(wrong) == 2
    assert "line 2: table_id" in wrong[0]


@pytest.mark.parametrize("text", ["", "not json\n"])
def test_a_file_without_tables_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(UsageError, match="no table in it"):
        read_tables(tmp_path / "t.jsonl")


def test_line_separators_inside_a_cell_do_not_cut_the_line(tmp_path: Path) -> None:
    record = toy(1, grid=[["a\u2028b", "c\x85d"]])
    (tmp_path / "t.jsonl").write_text(record.model_dump_json() + "\n", encoding="utf-8")
    assert read_tables(tmp_path / "t.jsonl") == ([record], [])
