"""The tutorial on another class of table, from its definition to the figures, with a tiny base; labels from truths."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from soesift.label.prompt import load_task, prompt_for
from soesift.table.record import TableRecord
from soesift.train.gold import class_labels, main

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/tutorials/another-table-class.md"
WORDS = ("hold|delay|interrupt", "reduc|lower|adjust", "discontinu|stop|resume", "grade")


def record(number: int, page: int, *rows: list[str]) -> TableRecord:
    return TableRecord(table_id=f"t{number}", document="d", page=page, grid=[list(row) for row in rows])


def test_the_tutorial_ends_in_figures(tiny_base: Path, tmp_path: Path) -> None:
    for package in ("onnx", "peft", "reportlab", "httpx", "scipy"):
        pytest.importorskip(package)
    fewer = {
        "sentence-transformers/all-MiniLM-L6-v2": str(tiny_base),
        "--count 24": "--count 3",
        "--count 12": "--count 1",
        "epochs = 4": 'epochs = 1\nprecision = "float32"',
        "int8_tolerance = 0.25": "quantise = false",
    }
    replace = [word for pair in fewer.items() for word in ("--replace", *pair)]
    command = [sys.executable, "benchmarks/tutorial.py", PAGE, "--out", str(tmp_path), "--teacher", *WORDS, *replace]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout[-3000:]
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert figures["model"] == "dose-modification"
    assert figures["schedules"] >= 2
    task = load_task(str(tmp_path / "dose-modification.toml"))
    asked = prompt_for("json", task).messages("a table")
    assert "dose modification table" in asked[0]["content"]
    assert "Schedule" not in "".join(message["content"] for message in asked)


def test_a_table_of_the_class_is_known_by_its_texts() -> None:
    true = [["Grade", "What to do"], ["3", "Hold the dose"], ["4", "Stop"]]
    gold = {"d": {"soe_tables": [], "hard_negatives": [{"class": "doses", "pages": [5, 6], "grid": true}]}}
    tables = [
        record(0, 5, ["Grade", "What  to do"], ["3", "Hold the\ndose"]),
        record(1, 5, ["Visit", "Week 1"]),
        record(2, 6, ["4", "Stop"]),
        record(3, 7, ["4", "Stop"]),
    ]
    assert class_labels(tables, gold, "doses") == ["soe", "other", "soe", "other"]
    assert class_labels(tables, {}, "doses") == [None] * 4


def test_without_texts_only_a_table_alone_on_its_page_is_known() -> None:
    gold = {"d": {"soe_tables": [], "hard_negatives": [{"class": "doses", "pages": [5, 6]}]}}
    tables = [record(0, 5, ["a"]), record(1, 5, ["b"]), record(2, 6, ["c"]), record(3, 9, ["d"])]
    assert class_labels(tables, gold, "doses") == [None, None, "soe", "other"]


def test_a_class_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(record(0, 1, ["a"]).model_dump_json() + "\n")
    (tmp_path / "d.json").write_text('{"soe_tables": [], "hard_negatives": []}')
    run = CliRunner().invoke(main, [str(tmp_path / "t.jsonl"), str(tmp_path), "--class", "doses"])
    assert run.exit_code == 1
    assert "no table of" in run.output
