"""The fine-tuned student within a study: one fold of a tiny model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from soesift.classify.features import features
from soesift.select.from_ledger import Column
from soesift.study.config import StudyConfig
from soesift.study.data import StudyData
from soesift.study.run import run_study
from soesift.table.record import TableRecord
from soesift.train.config import FitConfig, ModelConfig

N = 24


def toy_data() -> StudyData:
    records = [
        TableRecord(
            table_id=f"t{i}",
            document=f"TOY-{i // 4}",
            page=i,
            grid=[["visit", "week 1", "week 2"], ["dose", *(["x", "x"] if i % 2 else ["", "-"])]],
        )
        for i in range(N)
    ]
    truth = np.arange(N) % 2
    groups = np.array([r.document for r in records])
    beliefs = np.where(truth, 0.9, 0.1)[:, None]
    return StudyData(
        records,
        truth,
        groups,
        groups.tolist(),
        beliefs,
        [Column("json", "toy", "p")],
        truth[:, None],
        ["toy"],
        np.ones(N, bool),
        features(records),
        (0, 0.0),
    )


def test_encoder_arm_trains_predicts_and_is_read_back(tiny_base: Path, tmp_path: Path) -> None:
    config = StudyConfig(
        tables=Path("t"),
        ledger=Path("l"),
        gold=Path("g"),
        out=tmp_path,
        arms=["human"],
        seeds=[1],
        folds=2,
        student="encoder",
        model=ModelConfig(base=str(tiny_base), max_tokens=64, freeze_embeddings=False),
        fit=FitConfig(epochs=1, validation=0.0, precision="float32", threads=1),
    )
    data = toy_data()
    results = run_study(config, data)
    assert sorted(t for r in results for t in r.tables) == sorted(r.table_id for r in data.records)
    assert all(p is not None and 0 < p < 1 for r in results for p in r.p)
    assert all(r.taught["wrong"] == 0 and r.taught["rows"] + len(r.p) == N for r in results)
    assert not list((tmp_path / "runs").iterdir())
    stamps = [p.stat().st_mtime_ns for p in sorted(tmp_path.rglob("*.json"))]
    assert run_study(config, data) == results
    assert [p.stat().st_mtime_ns for p in sorted(tmp_path.rglob("*.json"))] == stamps


def test_folds_side_by_side_say_what_one_after_another_says(tiny_base: Path, tmp_path: Path) -> None:
    config = StudyConfig(
        tables=Path("t"),
        ledger=Path("l"),
        gold=Path("g"),
        out=tmp_path / "two",
        seeds=[1],
        folds=2,
        student="encoder",
        arms=["human", "human=features", "human+linear"],
        model=ModelConfig(base=str(tiny_base), max_tokens=64, freeze_embeddings=False),
        fit=FitConfig(epochs=1, validation=0.0, precision="float32", threads=1),
    )
    told: list[tuple[str, int, int]] = []
    two = run_study(config, toy_data(), lambda *said: told.append(said), side_by_side=2)
    config.out = tmp_path / "one"
    one = run_study(config, toy_data())
    assert [(r.arm, r.fold, r.tables, r.p, r.taught) for r in two] == [
        (r.arm, r.fold, r.tables, r.p, r.taught) for r in one
    ]
    assert told[-1][1:] == (6, 6)
