"""Around the student: a data set for the hub and back, a transformers pipeline, a search of settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from soesift.classify.student import load
from soesift.errors import ModelError, UsageError
from soesift.table.record import TableRecord
from soesift.train.config import TrainConfig, read_config
from soesift.train.crossval import held_out_loss
from soesift.train.data import Label, read_rows
from soesift.train.ship import rows_of, ship


def test_a_full_fine_tune_is_a_pipeline_whose_scores_are_the_students(toml: Path) -> None:
    from soesift.train.hub import load_pipeline

    config = read_config(toml)
    config.export.quantise, config.fit.epochs = False, 2
    rows = rows_of(config)
    folder = ship(rows, config)
    assert {p.name for p in (folder / "encoder").iterdir()} == {"config.json", "model.safetensors", "head.safetensors"}
    assert str(toml.parent) not in (folder / "encoder" / "config.json").read_text()
    texts = [row.text for row in rows[:8]]
    found = load_pipeline(folder)(texts, top_k=None)
    said = np.array([[next(x["score"] for x in one if x["label"] == name) for name in config.classes] for one in found])
    assert said == pytest.approx(load(folder).probabilities(texts), abs=1e-3)


def test_what_is_no_plain_student_is_no_pipeline(toml: Path) -> None:
    from soesift.train.hub import load_pipeline

    config = read_config(toml)
    config.export.encoder, config.fit.epochs, config.export.quantise = False, 1, False
    folder = ship(rows_of(config), config)
    assert not (folder / "encoder").exists()
    with pytest.raises(ModelError, match="only a fully tuned student"):
        load_pipeline(folder)


def test_a_data_set_goes_out_and_comes_back(toy: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from soesift.train.hub import read_dataset, write_dataset

    records = [TableRecord.model_validate_json(x) for x in (toy / "tables.jsonl").read_text().splitlines()]
    labels = [Label.model_validate_json(x) for x in (toy / "labels.jsonl").read_text().splitlines()][:-5]
    assert write_dataset(records, labels, tmp_path / "set", "toy tables") == 60
    again, said = read_dataset(tmp_path / "set")
    assert again == records
    assert [x.label for x in said] == [x.label for x in labels]
    for name, lines in (("tables", again), ("labels", said)):
        (tmp_path / f"{name}.jsonl").write_text("".join(x.model_dump_json() + "\n" for x in lines))
    rows = read_rows(tmp_path / "tables.jsonl", tmp_path / "labels.jsonl", ["other", "soe"], lambda r: r.table_id)
    assert rows == read_rows(toy / "tables.jsonl", toy / "labels.jsonl", ["other", "soe"], lambda r: r.table_id)[:-5]
    card = (tmp_path / "set" / "README.md").read_text()
    assert "60 tables of 10 documents" in card
    assert "| without a label | 5 |" in card
    with pytest.raises(UsageError, match="no Parquet file"):
        read_dataset(tmp_path / "nothing")


def test_the_data_set_is_one_for_the_library_of_that_name(toy: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    from soesift.train.hub import write_dataset

    records = [TableRecord.model_validate_json(x) for x in (toy / "tables.jsonl").read_text().splitlines()]
    write_dataset(records, [], tmp_path / "set")
    found = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))["train"]
    assert found.num_rows == 60
    assert found[3]["grid"] == records[3].grid


def test_a_search_resumes_and_tells_the_best(toml: Path) -> None:
    pytest.importorskip("optuna")
    from soesift.train.search import search

    config, seen = read_config(toml), []

    def judge(rows: Any, tried: TrainConfig) -> float:
        seen.append(tried)
        return abs(np.log(tried.fit.rate) - np.log(1e-4))

    first = search([], config, 3, judge)
    assert first["trials"] == len(seen) == 3
    best = search([], config, 12, judge)
    assert best["trials"] == len(seen) == 12
    assert best["value"] <= first["value"]
    assert best["value"] == pytest.approx(min(abs(np.log(c.fit.rate / 1e-4)) for c in seen))
    assert len({c.out for c in seen}) == 12
    assert json.loads((config.out / "search.json").read_text())["settings"] == best["settings"]
    assert seen[0].fit.epochs == config.fit.epochs


def test_held_out_loss_is_that_of_the_folds(toml: Path) -> None:
    config = read_config(toml)
    config.fit.epochs = 1
    found = held_out_loss(rows_of(config), config)
    lines = [json.loads(x) for x in (config.out / "held_out.jsonl").read_text().splitlines()]
    target = {row.table_id: np.array(row.target) for row in rows_of(config)}
    each = [-(target[x["table_id"]] * (np.array(x["logits"]) - np.logaddexp(*x["logits"]))).sum() for x in lines]
    assert found == pytest.approx(np.mean(each), abs=1e-4)
