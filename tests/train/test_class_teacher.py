"""More than two classes from the teacher to `detect`: real command line, loopback teacher, made-up protocols."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rule_teacher import RuleTeacher

from soesift.cli.main import main
from soesift.train.gold import class_labels, read_gold

CLASSES = ["none", "main", "track", "sampling"]
TEACHER = (
    r"SAMPLING=(?i)pharmacokinetic|sampling times|PK sampling|\b\d+ ?h\b",
    r"TRACK=(?i)sub-?study|cross over|country|cohort|part [ab]\b|laborator",
    r"MAIN=(?i)screening|week \d|day \d",
    "NONE",
)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """protocols, tables.jsonl, labels.db answered by a teacher that knows four classes."""
    for package in ("reportlab", "httpx"):
        pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("kinds")
    assert run("sample", "--kind", "tracks", "--seed", "300", "--count", "5", "--out", str(folder / "protocols")) == 0
    assert run("tables", str(folder / "protocols"), "--ocr", "never", "--out", str(folder / "tables.jsonl")) == 0
    with RuleTeacher(TEACHER, noise=0.05) as teacher:
        (folder / "label.toml").write_text(f"""
task = "soe-kinds-v1"
[provider]
model = "rules"
base_url = "{teacher.url}"
[views]
names = ["json", "markdown"]
tokens = 400
[sampling]
mode = "logprobs"
max_tokens = 2
""")
        words = ("-c", str(folder / "label.toml"), "--ledger", str(folder / "labels.db"), "--quiet")
        assert run("label", "run", str(folder / "tables.jsonl"), *words) == 0
    return folder


def chosen(folder: Path, rule: str, *more: str) -> list[dict[str, object]]:
    words = ("--tables", str(folder / "tables.jsonl"), "--rule", rule, "--out", str(folder / f"{rule}.jsonl"))
    assert run("select", str(folder / "labels.db"), *words, *more) == 0
    return [json.loads(line) for line in (folder / f"{rule}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def truth(labelled: Path) -> dict[str, str]:
    """The class of each table by the gold of its protocol; in truth.jsonl too."""
    from soesift.json_lines import model_lines
    from soesift.table.record import TableRecord

    records = list(model_lines(labelled / "tables.jsonl", TableRecord))
    found = class_labels(records, read_gold(labelled / "protocols"), "kinds")
    known = {r.table_id: k for r, k in zip(records, found, strict=True) if k}
    assert set(known.values()) == set(CLASSES)
    lines = [json.dumps({"table_id": t, "label": k}) for t, k in known.items()]
    (labelled / "truth.jsonl").write_text("\n".join(lines) + "\n")
    return known


def test_agreed_labels_name_the_classes_of_the_task(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agreed, every = chosen(labelled, "agreement"), chosen(labelled, "all")
    assert 0 < len(agreed) < len(every)
    assert {row["label"] for row in agreed} == set(CLASSES)
    capsys.readouterr()
    assert run("status", str(labelled / "labels.db")) == 0
    assert "classes, json (rules): main" in capsys.readouterr().out
    assert run("explain", str(agreed[0]["table_id"]), "--ledger", str(labelled / "labels.db")) == 0
    said = capsys.readouterr().out
    assert "belief json (rules): none " in said
    assert f'decision (last selection, all {{"rule":"all"}}): {agreed[0]["label"]}, kept' in said


def test_soft_targets_are_shares_of_all_classes_without_an_audit(labelled: Path) -> None:
    soft = [row["label"] for row in chosen(labelled, "soft_beliefs") if isinstance(row["label"], dict)]
    assert soft
    assert all(list(label) == CLASSES for label in soft)
    np.testing.assert_allclose([sum(label.values()) for label in soft], 1, atol=1e-5)


def test_the_report_counts_what_is_wrong_and_taken_for_what(labelled: Path, truth: dict[str, str]) -> None:
    rows = {
        str(r["table_id"]): r["label"]
        for r in chosen(labelled, "agreement", "--reference", str(labelled / "truth.jsonl"))
    }
    wrong = sum(rows[t] != k for t, k in truth.items() if t in rows)
    told = (labelled / "agreement.md").read_text().splitlines()
    cells = [line.split("|")[2:6] for line in told if line.startswith("| ") and not line.startswith("| class")]
    assert sum(int(row[3]) for row in cells) == wrong
    assert sum(int(line.rpartition(":")[2]) for line in told if " taken for " in line) == wrong
    assert sum(int(row[1]) for row in cells) == len(rows)


def test_an_audit_certifies_each_class_and_its_labels_replace_the_teachers(
    labelled: Path, truth: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    audit = ("--audit", str(labelled / "truth.jsonl"), "--audit-size", "400", "--alpha", "0.3", "--delta", "0.4")
    kept = {str(row["table_id"]): row for row in chosen(labelled, "certified", *audit)}
    report = (labelled / "certified.md").read_text()
    assert all(f"certificate {name} (at most 30.0% wrong, risk 10.0%)" in report for name in CLASSES)
    assert "test 1 of 1 planned, at risk 0.4" in report
    assert kept
    # every table with a known class was audited, so none of those kept is wrong any more
    assert all(row["label"] == truth[table] for table, row in kept.items() if table in truth)
    capsys.readouterr()
    words = ("--tables", str(labelled / "tables.jsonl"), "--rule", "certified", "--out", str(labelled / "again.jsonl"))
    assert run("select", str(labelled / "labels.db"), *words, *audit, "--seed", "5") == 2
    assert "this audit was drawn with --seed 0" in capsys.readouterr().err
    again = chosen(labelled, "agreement", *audit)
    assert {row["provenance"] for row in again} == {"human", "rules, agreement"}
    assert all(row["label"] == truth[str(row["table_id"])] for row in again if row["table_id"] in truth)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "certified", "--audit", "humans"), "--audit humans knows only YES and NO"),
        (("--rule", "certified"), "give --audit a file of class labels"),
        (("--rule", "confident"), "rule confident knows only YES and NO"),
        (("--rule", "agreement", "--recentre"), "--recentre knows only YES and NO"),
    ],
)
def test_what_knows_two_classes_says_so(
    labelled: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    given = ("--tables", str(labelled / "tables.jsonl"), "--out", str(labelled / "no.jsonl"))
    assert run("select", str(labelled / "labels.db"), *given, *words) == 2
    assert said in capsys.readouterr().err
    assert not (labelled / "no.jsonl").exists()


def test_the_student_types_schedules_as_the_teacher_did(
    labelled: Path, tiny_base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("onnx", "peft", "onnxruntime"):
        pytest.importorskip(package)
    chosen(labelled, "agreement")
    (labelled / "student.toml").write_text(f"""
out = "{tmp_path}/student"
classes = ["none", "main", "track", "sampling"]
positive = ["main", "track"]
[data]
tables = "tables.jsonl"
labels = "agreement.jsonl"
[model]
base = "{tiny_base}"
max_tokens = 64
signs = true
[fit]
epochs = 8
rate = 5e-3
head_rate = 2e-2
precision = "float32"
threads = 1
validation = 0
warm_head = 1.0
[crossval]
folds = 2
seeds = [1]
[export]
quantise = false
""")
    assert run("train", str(labelled / "student.toml"), "--cross-validate") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("calibration error ")]
    assert "not calibrated: too few rows in the rest" in told[0]
    assert run("train", str(labelled / "student.toml")) == 0
    assert told[0] in capsys.readouterr().out
    model = str(tmp_path / "student" / "model")
    out = ("--out", str(tmp_path / "results"), "--format", "json", "--ocr", "never")
    assert run("detect", str(labelled / "protocols"), "--model", model, *out) == 0
    found = [json.loads(p.read_text()) for p in sorted((tmp_path / "results").glob("*.json"))]
    types = {table["table_type"] for one in found for table in one["tables"]}
    assert "main_soa" in types
    assert {"track", "domain"} & types
