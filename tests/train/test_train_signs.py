"""Text and signs together: the head sees the counted features, from a fitted start, in torch and in ONNX alike."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch

from soesift.classify.features import NAMES
from soesift.classify.shipped import load_judge
from soesift.classify.student import load
from soesift.classify.trees import TREE_NAMES, tree_features
from soesift.errors import ModelError, UsageError
from soesift.table.record import TableRecord
from soesift.train.checkpoint import Progress
from soesift.train.config import read_config
from soesift.train.fit import fit
from soesift.train.forward import after_frozen, predict, prepare, regression, shown, warm_head
from soesift.train.network import base_tokenizer, build
from soesift.train.ship import rows_of, seal, ship


def with_signs(toml: Path, extra: str = "") -> None:
    told = toml.read_text().replace("[model]", "[model]\nsigns = true").replace("[fit]", f"[fit]\n{extra}")
    toml.write_text(told + "[export]\nint8_agreement = 0.9\n")


def tables_of(toml: Path) -> list[TableRecord]:
    path = read_config(toml).data.tables
    return [TableRecord.model_validate_json(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_onnx_and_torch_agree_and_detection_reads_the_signs(toml: Path, method: str) -> None:
    with_signs(toml)
    config = read_config(toml)
    config.model.method, config.fit.epochs, config.model.rank = method, 2, 4  # type: ignore[assignment]
    config.export.quantise = False
    rows, records = rows_of(config), tables_of(toml)
    assert all(len(row.signs) == len(NAMES) for row in rows)
    fitted = fit(rows, config, config.out / "final", config.fit.seed)
    student = load(ship(rows, config))
    tokenizer, pad = base_tokenizer(config.model.base)
    wanted = predict(fitted.model, prepare(rows, tokenizer, pad, config.model.max_tokens), config.fit)
    assert student.logits(records) == pytest.approx(wanted, abs=2e-3)
    bare = [replace(row, signs=(0.0,) * len(NAMES)) for row in rows]
    blind = predict(fitted.model, prepare(bare, tokenizer, pad, config.model.max_tokens), config.fit)
    assert np.abs(blind - wanted).max() > 0.01  # they are really looked at
    judged = load_judge(config.out / "model").probabilities(records)
    assert judged[:, 0] == pytest.approx(student.positive(records))


def test_a_student_that_sees_what_the_trees_see_begins_at_their_regression_and_ships(toml: Path) -> None:
    with_signs(toml, "warm_head = 1.0")
    toml.write_text(toml.read_text().replace("signs = true", 'signs = "axes"'))
    config = read_config(toml)
    config.fit.epochs, config.export.quantise = 1, False
    rows, records = rows_of(config), tables_of(toml)
    assert np.array([row.signs for row in rows]) == pytest.approx(tree_features(records))
    student = load(ship(rows, config))
    assert tuple(student.card.signs) == TREE_NAMES
    truth = np.array([row.target[1] > 0.5 for row in rows])
    assert ((student.positive(records) >= 0.5) == truth).mean() > 0.95
    mixed = [r.model_copy(update={"grid": [row[::-1] for row in r.grid]}) for r in records]  # times stand elsewhere
    assert np.abs(student.logits(mixed) - student.logits(records)).max() > 0.01


def test_int8_keeps_the_signs_in_float(toml: Path) -> None:
    with_signs(toml)
    config = read_config(toml)
    student = load(ship(rows_of(config), config))
    records = tables_of(toml)
    truth = np.array([row.target[1] > 0.5 for row in rows_of(config)])
    assert ((student.positive(records) >= 0.5) == truth).mean() > 0.95
    with pytest.raises(UsageError, match="give table records"):
        student.logits(["visit week x"])


def test_int8_is_near_to_torch_and_smaller(toml: Path) -> None:
    config = read_config(toml)
    config.export.int8_tolerance = 0.02
    log = logging.getLogger()
    before = (log.level, list(log.handlers))
    small = (ship(rows_of(config), config) / "model.onnx").stat().st_size
    assert (log.level, list(log.handlers)) == before
    config.export.quantise = False
    config.out = config.out / "whole"
    assert small < (ship(rows_of(config), config) / "model.onnx").stat().st_size * 0.6


def test_a_model_of_other_signs_is_refused(toml: Path) -> None:
    with_signs(toml)
    config = read_config(toml)
    config.fit.epochs = 1
    folder = ship(rows_of(config), config)
    student = load(folder)
    card = student.card.model_copy(update={"signs": [*student.card.signs[:-1], "something_else"], "files": {}})
    seal(folder, card, student.calibration)
    with pytest.raises(ModelError, match="other counted features"):
        load(folder)
    assert json.loads((folder / "card.json").read_text())["signs"][-1] == "something_else"


def test_the_warm_head_is_the_regression_on_the_frozen_base(toml: Path, tmp_path: Path) -> None:
    with_signs(toml, "warm_head = 1.0")
    config = read_config(toml)
    rows = rows_of(config)
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare(rows, tokenizer, pad, 64)
    model = build(config.model, 2, 1, signs=len(NAMES))
    model.measure(given.signs)
    before = [p.detach().clone() for p in model.backbone.parameters()]
    told, found = warm_head(model, given, np.ones(2), config.fit), predict(model, given, config.fit)
    assert told == pytest.approx(found, abs=1e-3)  # what says which rows it is sure of
    said = found.argmax(axis=1)
    assert (said == given.target.argmax(axis=1)).mean() > 0.95
    assert all(torch.equal(a, b) for a, b in zip(before, model.backbone.parameters(), strict=True))
    config.fit.rate = config.fit.head_rate = 1e-9
    config.fit.epochs = 1
    progress = fit(rows, config, tmp_path / "still", 1).progress
    assert progress.warm_loss == pytest.approx(progress.losses[0], abs=1e-3)  # so small a rate leaves it as it was
    again = fit(rows, config, tmp_path / "still", 1).progress
    assert again == progress


def test_a_start_that_no_epoch_betters_is_kept(toml: Path, tmp_path: Path) -> None:
    with_signs(toml, "warm_head = 1.0")
    config = read_config(toml)
    config.fit.rate, config.fit.head_rate = (
        5.0,
        1e-9,
    )  # a broken encoder under a fitted head
    config.fit.epochs = 1
    progress = fit(rows_of(config), config, tmp_path / "wild", 1).progress
    assert progress.warm_loss is not None
    assert progress.best_epoch == -1
    assert min(progress.losses) > progress.warm_loss


def test_frozen_layers_are_computed_once_and_change_nothing(toml: Path, tmp_path: Path) -> None:
    config = read_config(toml)
    config.model.freeze_layers = 1
    rows = rows_of(config)
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare(rows, tokenizer, pad, 64)
    model = build(config.model, 2, 1)
    once = after_frozen(model, given, config.fit, tmp_path)
    (kept,) = tmp_path.glob("frozen-*.safetensors")
    stamp = kept.stat().st_mtime_ns
    again = after_frozen(model, given, config.fit, tmp_path)
    assert kept.stat().st_mtime_ns == stamp
    assert all(np.array_equal(a, b) for a, b in zip(once.states or [], again.states or [], strict=True))
    assert once.states is not None
    assert [len(s) for s in once.states] == given.lengths
    assert predict(model, once, config.fit) == pytest.approx(predict(model, given, config.fit), abs=1e-5)
    fitted = fit(rows, config, tmp_path / "run", 1)
    assert fitted.progress.losses[-1] < fitted.progress.losses[0]
    said = predict(fitted.model, given, config.fit).argmax(axis=1)
    assert (said == given.target.argmax(axis=1)).mean() > 0.9


def test_rows_that_the_start_is_sure_of_are_drawn_and_weighed_up(toml: Path, tmp_path: Path) -> None:
    rows, weight = shown(10, [0, 2, 4, 6], 0.5, 1, 0)
    assert len(rows) == 8
    assert set(rows) > {1, 3, 5, 7, 8, 9}
    assert weight[rows].sum() == 10  # two of the four sure ones, each for two
    draws = [tuple(shown(10, [0, 2, 4, 6], 0.5, 1, epoch)[0]) for epoch in range(20)]
    assert len(set(draws)) > 3
    assert shown(5, [], 1.0, 1, 0)[0] == [0, 1, 2, 3, 4]
    with_signs(toml, "warm_head = 1.0\nsure_share = 0.25")
    config = read_config(toml)
    config.fit.epochs = 2
    whole = fit(rows_of(config), config, tmp_path / "whole", 1)
    assert len(whole.progress.sure) > 20
    assert whole.progress.updates < 2 * 60 * 0.8 / 8

    def kill(progress: Progress, _: int) -> None:
        if progress.updates == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(rows_of(config), config, tmp_path / "cut", 1, kill)
    again = fit(rows_of(config), config, tmp_path / "cut", 1)
    assert again.progress.model_dump(exclude={"seconds"}) == whole.progress.model_dump(exclude={"seconds"})
    assert all(torch.equal(a, b) for a, b in zip(again.model.parameters(), whole.model.parameters(), strict=True))


def test_regression_on_soft_targets_of_classes_seen_and_not() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 1))
    p = 1 / (1 + np.exp(-2 * x[:, 0] - 0.5))
    target = np.stack([1 - p, p, np.zeros(len(p))], axis=1)
    table, bias = regression(x, target, np.ones(len(p)), 1e4)
    assert table[1, 0] - table[0, 0] == pytest.approx(2.0, abs=0.05)
    assert bias[1] - bias[0] == pytest.approx(0.5, abs=0.05)
    assert bias[2] == -20
