"""A tiny base model and toy labelled tables, made here: training tests need neither network nor weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_base import make_base

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two narrow layers with random weights and a word tokenizer."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    return make_base(tmp_path_factory.mktemp("base"), 32)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tables.jsonl and labels.jsonl: schedules with visits and marks, others with doses and grades."""
    folder = tmp_path_factory.mktemp("toy")
    tables, labels = [], []
    for i in range(60):
        soe = i % 2 == 0
        head = ["activity", "visit 1", "visit 2"] if soe else ["grade", "dose 1", "dose 2"]
        body = [["activity" if soe else "grade", *(["x", "x"] if soe else ["3", "4"])]] * (1 + i % 5)
        tables.append({"table_id": f"t{i}", "document": f"d{i % 10}", "header_rows": 1, "grid": [head, *body]})
        label: object = {"soe": 0.9, "other": 0.1} if i % 10 == 0 else ("soe" if soe else "other")
        labels.append({"table_id": f"t{i}", "label": label, "provenance": "toy"})
    for name, lines in (("tables", tables), ("labels", labels)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture(scope="session")
def write_toml(tiny_base: Path, toy: Path) -> Callable[[Path], Path]:
    """Writes a training of the tiny base on the toy tables into a folder, which then holds its run."""
    return lambda folder: _write_toml(folder, tiny_base, toy)


@pytest.fixture
def toml(write_toml: Callable[[Path], Path], tmp_path: Path) -> Path:
    return write_toml(tmp_path)


def _write_toml(folder: Path, tiny_base: Path, toy: Path) -> Path:
    path = folder / "train.toml"
    path.write_text(f"""
classes = ["other", "soe"]
out = "run"
[data]
tables = "{toy}/tables.jsonl"
labels = "{toy}/labels.jsonl"
[model]
base = "{tiny_base}"
max_tokens = 64
[fit]
epochs = 6
batch = 8
micro_tokens = 96
rate = 5e-3
head_rate = 2e-2
threads = 1
precision = "float32"
validation = 0.2
checkpoint_steps = 2
[crossval]
folds = 2
seeds = [1]
""")
    return path
