"""Honest baselines taught by the labels of an arm: words, frozen embeddings, counted features, and both together."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from soesift.classify.features import features
from soesift.classify.trees import tree_features
from soesift.study.arms import Taught
from soesift.study.config import StudyConfig, base_of, student_of
from soesift.study.run import baseline_probability, seen_numbers
from soesift.table.record import TableRecord
from soesift.train.baselines import embed, fit_baseline, header_and_first_column, remembered

N = 40


def record(i: int) -> TableRecord:
    marks = [["Procedure", "Day 1", "Day 8"], [f"Toy test {i}", "X", "X"], ["Weight", "X", "X"]]
    plain = [["Term", "Meaning", "Note"], [f"Toy word {i}", "a thing", "b"], ["Other", "c", "d"]]
    grid = plain if i % 2 else marks
    return TableRecord(table_id=f"t{i}", document=f"d{i // 4}", grid=grid, header_rows=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    sys.path.append(str(Path(__file__).parents[1] / "train"))
    from toy_base import make_base

    return make_base(tmp_path_factory.mktemp("base"), 32)


def settings(tmp_path: Path, base: Path | str = "x") -> StudyConfig:
    return StudyConfig(
        tables="t",
        ledger="l",
        gold="g",
        out=tmp_path,
        arms=["human", "human=frozen"],
        model={"base": str(base), "max_tokens": 64},
    )


def judged(student: str, config: StudyConfig) -> np.ndarray:
    records = [record(i) for i in range(N)]
    data = SimpleNamespace(records=records, features=features(records), digest=lambda: "toy")
    learn, check = np.arange(N // 2), np.arange(N // 2, N)
    target = (learn % 2 == 0).astype(float)
    p = baseline_probability(student, config, data, Taught(learn, target, np.ones(len(learn))), check)  # type: ignore[arg-type]
    return np.asarray((p > 0.5) == (check % 2 == 0))


def test_with_axes_the_baselines_see_all_numbers_of_the_trees(tmp_path: Path) -> None:
    config = settings(tmp_path)
    records = [record(i) for i in range(4)]
    data = SimpleNamespace(records=records, features=features(records))
    assert seen_numbers(config, data) is data.features  # type: ignore[arg-type]
    config.model.signs = "axes"  # type: ignore[union-attr]
    assert seen_numbers(config, data) == pytest.approx(tree_features(records))  # type: ignore[arg-type]


@pytest.mark.parametrize("student", ["tfidf", "features"])
def test_words_and_features_learn_what_parts_the_toys(student: str, tmp_path: Path) -> None:
    assert judged(student, settings(tmp_path)).all()


@pytest.mark.parametrize("student", ["frozen", "features+frozen"])
def test_embeddings_are_made_once_and_kept(student: str, tmp_path: Path, base: Path) -> None:
    config = settings(tmp_path, base)
    assert judged(student, config).mean() > 0.9
    (kept,) = tmp_path.glob("embeddings-*.npy")
    before = kept.stat().st_mtime_ns
    assert judged(student, config).mean() > 0.9
    assert kept.stat().st_mtime_ns == before


def test_arms_name_their_student() -> None:
    assert [base_of("agreement=tfidf@0.5"), student_of("agreement=tfidf@0.5")] == ["agreement", "tfidf"]
    with pytest.raises(ValueError, match="after = comes one of"):
        StudyConfig(tables="t", ledger="l", gold="g", out="o", arms=["human", "human=bow"])
    with pytest.raises(ValueError, match="teaches no student"):
        StudyConfig(tables="t", ledger="l", gold="g", out="o", arms=["human", "rule=tfidf"])
    with pytest.raises(ValueError, match="needs a"):
        StudyConfig(tables="t", ledger="l", gold="g", out="o", arms=["human", "human=frozen"])


def test_the_bag_of_words_reads_header_and_first_column() -> None:
    assert header_and_first_column(record(0)) == "Procedure Day 1 Day 8 Procedure Toy test 0 Weight"


def test_a_baseline_knows_as_many_classes_as_its_labels() -> None:
    pytest.importorskip("sklearn")
    records = [record(i) for i in range(N)]
    kind = np.arange(N) % 2
    kind[kind == 0] = np.where(np.arange(0, N, 2) % 3 == 0, 2, 0)
    predict = fit_baseline("features", records, np.eye(4)[kind], np.ones(N), features)
    p = predict(records)
    assert p.shape == (N, 4)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (p[:, 3] == 0).all()  # a class that never occurs
    assert ((p[:, 1] > 0.5) == (kind == 1)).all()


def test_soft_targets_teach_by_their_shares() -> None:
    pytest.importorskip("sklearn")
    records = [record(0)] * 10
    predict = fit_baseline("features", records, np.tile([0.5, 0.5], (10, 1)), np.ones(10), features)
    np.testing.assert_allclose(predict(records[:1]), [[0.5, 0.5]], atol=1e-6)


def test_an_embedding_is_made_once_a_table(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(records: list[TableRecord], *rest: object) -> np.ndarray:
        asked.append(len(records))
        return embed(records, str(base), 64)

    monkeypatch.setattr("soesift.train.baselines.embed", counted)
    numbers = remembered(str(base), 64)
    first = numbers([record(0), record(1), record(0)])
    assert asked == [2]
    np.testing.assert_allclose(numbers([record(1)])[0], first[1])
    assert asked == [2]
