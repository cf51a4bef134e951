"""Training on a toy: it learns, resumes exactly, exports what it learnt."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from click.testing import CliRunner

from soesift.classify.student import load
from soesift.errors import ModelError
from soesift.train import crossval, workers
from soesift.train.checkpoint import read_progress
from soesift.train.config import FitConfig, read_config
from soesift.train.fit import fit
from soesift.train.forward import precision_of, soft_cross_entropy
from soesift.train.network import SharedDropout, trainable
from soesift.train.ship import Agreement, check, make_card, rows_of, ship


def weights_of(model: Any) -> np.ndarray:
    return np.concatenate([v.detach().numpy().ravel() for v in trainable(model).values()])


class Killed(Exception):
    pass


def test_soft_cross_entropy_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    target = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    loss = soft_cross_entropy(logits, target, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0]))
    log2, last = np.log(2), np.log(1 + np.exp(-2))
    assert float(loss) == pytest.approx(0.25 * log2 + 3 * 0.75 * log2 + 2 * last, rel=1e-5)


def test_shared_dropout_keeps_the_mean_and_rests_when_evaluated() -> None:
    torch.manual_seed(0)
    drop, x = SharedDropout(0.25), torch.ones(400, 3, 50)
    out = drop(x)
    assert float(out.mean()) == pytest.approx(1.0, abs=0.02)
    assert torch.equal(out[:, 0], out[:, 2])
    assert drop.eval()(x) is x


@pytest.mark.parametrize("method", ["full", "lora"])
def test_killed_run_resumes_to_the_same_weights(toml: Path, tmp_path: Path, method: str) -> None:
    config = read_config(toml)
    config.model.method = method  # type: ignore[assignment]
    rows = rows_of(config)
    whole = fit(rows, config, tmp_path / "whole", 1)

    def kill(progress: Any, _: int) -> None:
        if progress.updates == 9:
            raise Killed

    with pytest.raises(Killed):
        fit(rows, config, tmp_path / "cut", 1, kill)
    begun = read_progress(tmp_path / "cut")
    assert begun is not None
    assert 0 < begun.updates < 9
    again = fit(rows, config, tmp_path / "cut", 1)
    assert again.progress.losses == whole.progress.losses
    assert np.array_equal(weights_of(again.model), weights_of(whole.model))


def test_the_card_calls_a_base_by_its_name_not_by_the_folder_that_held_it(toml: Path) -> None:
    config = read_config(toml)
    assert make_card(config, {}, {}, {}).base == Path(config.model.base).name
    config.model.base_name = "owner/base"
    card = make_card(config, {}, {}, {})
    assert (card.base, len(card.base_sha256)) == ("owner/base", 64)


def test_another_run_is_not_resumed(toml: Path, tmp_path: Path) -> None:
    config = read_config(toml)
    rows = rows_of(config)
    config.fit.epochs = 1
    fit(rows, config, tmp_path / "run", 1)
    with pytest.raises(ModelError, match="other settings or rows"):
        fit(rows, config, tmp_path / "run", 2)


@pytest.mark.parametrize("own", [True, False])
def test_bfloat16_is_left_to_devices_that_compute_with_it(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "has_bfloat16", lambda: own)
    assert precision_of(FitConfig()) == ("bfloat16" if own else "float32")
    assert precision_of(FitConfig(precision="float32")) == "float32"
    assert precision_of(FitConfig(precision="bfloat16")) == "bfloat16"


def test_a_run_is_not_resumed_on_a_device_of_another_precision(
    toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text(toml.read_text().replace('"float32"', '"auto"').replace("epochs = 6", "epochs = 1"))
    config = read_config(toml)
    monkeypatch.setattr(workers, "has_bfloat16", lambda: False)
    fit(rows_of(config), config, tmp_path / "run", 1)
    fit(rows_of(config), config, tmp_path / "run", 1)
    monkeypatch.setattr(workers, "has_bfloat16", lambda: True)
    with pytest.raises(ModelError):
        fit(rows_of(config), config, tmp_path / "run", 1)


def test_micro_batches_do_not_change_the_step(toml: Path, tmp_path: Path) -> None:
    config = read_config(toml)
    config.model.dropout, config.fit.epochs = 0.0, 1
    rows = rows_of(config)
    found = []
    for tokens in (32, 4096):
        config.fit.micro_tokens = tokens
        found.append(fit(rows, config, tmp_path / str(tokens), 1).progress.train_losses[0])
    assert found[0] == pytest.approx(found[1], rel=0.05)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_command_trains_exports_and_the_folder_reproduces_torch(toml: Path, method: str) -> None:
    from soesift.cli.models import train_verb

    toml.write_text(toml.read_text().replace("[model]", f'[model]\nmethod = "{method}"\nrank = 4'))
    result = CliRunner().invoke(train_verb, [str(toml)], catch_exceptions=False)
    assert result.exit_code == 0
    folder = toml.parent / "run" / "model"
    student, config = load(folder), read_config(toml)
    rows = rows_of(config)
    said = student.positive([row.text for row in rows]) >= 0.5
    truth = np.array([row.target[1] > 0.5 for row in rows])
    assert (said == truth).mean() > 0.95
    card = json.loads((folder / "card.json").read_text())
    assert card["scores"]["reload"]["float32_difference"] < 1e-4
    error = card["scores"]["validation"]["calibration_error"]
    told = "not known, too few" if error is None else f"{error['value']:.3f} ({error['low']:.3f} to {error['high']:.3f}"
    assert f"calibration error: {told}" in result.output or f"calibration error {told}" in result.output
    assert card["data"]["provenance"] == {"toy": 60}
    assert str(toml.parent) not in (folder / "card.json").read_text() + (folder / "card.md").read_text()
    assert (folder / "adapter" / "adapter_model.safetensors").is_file() == (method == "lora")


def test_a_refused_int8_export_keeps_the_float_model_and_names_the_way_out(toml: Path) -> None:
    """And the way out is cheap: the second call takes no further step."""
    config = read_config(toml)
    config.fit.epochs, config.export.int8_tolerance = 2, 1e-12
    rows = rows_of(config)
    with pytest.raises(ModelError, match=r"\(export\.int8_tolerance\).*export\.quantise = false and run it again"):
        ship(rows, config)
    assert not (config.out / "model").exists()
    kept = load(config.out / "model-float32").probabilities([rows[0].text])
    config.export.quantise = False
    steps: list[int] = []
    folder = ship(rows, config, lambda progress, total: steps.append(progress.updates))
    assert len(set(steps)) <= 1
    assert load(folder).probabilities([rows[0].text]) == pytest.approx(kept)


def test_a_student_that_rests_on_little_is_told_so(toml: Path) -> None:
    from soesift.cli.models import train_verb

    labels = toml.parent / "few.jsonl"
    words = [{"table_id": f"t{i}", "label": "soe" if i % 6 == 0 else "other"} for i in range(36)]
    labels.write_text("".join(json.dumps(one) + "\n" for one in words))
    text = re.sub(r'labels = ".*"', f'labels = "{labels}"', toml.read_text())
    toml.write_text(text.replace("epochs = 6", "epochs = 1") + "[export]\nquantise = false\n")
    result = CliRunner().invoke(train_verb, [str(toml)], catch_exceptions=False)
    assert "warning: only 6 schedules and 30 others to learn from" in result.output
    assert "warning: not calibrated, thresholds are the plain ones" in result.output
    assert "run with --cross-validate first" in result.output


def test_student_does_not_depend_on_company_or_order(toml: Path) -> None:
    config = read_config(toml)
    config.fit.epochs = 1
    config.export.int8_agreement = 0.9
    student = load(ship(rows_of(config), config))
    texts = [row.text for row in rows_of(config)] + ["", "word " * 500]
    together = student.probabilities(texts)
    alone = np.concatenate([student.probabilities([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert together.sum(axis=1) == pytest.approx(np.ones(len(texts)))
    assert student.probabilities([]).shape == (0, 2)


def test_cross_validation_predicts_each_row_once_and_resumes(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(toml)
    rows = rows_of(config)
    real, calls = crossval._one, []

    def one(*args: Any) -> None:
        calls.append(args[3:5])
        if len(calls) == 2:
            raise Killed
        real(*args)

    monkeypatch.setattr(crossval, "_one", one)
    with pytest.raises(Killed):
        crossval.cross_validate(rows, config)
    held = crossval.cross_validate(rows, config)
    assert calls == [(1, 0), (1, 1), (1, 1)]
    assert held.logits.shape == (1, 60, 2)
    lines = [json.loads(line) for line in (config.out / crossval.FILE).read_text().splitlines()]
    assert sorted(line["table_id"] for line in lines) == sorted(row.table_id for row in rows)
    assert json.loads((config.out / crossval.SUMMARY).read_text())["mean"]["pooled"]["f1"] > 0.9
    assert crossval.pooled_calibration(rows, config).fitted_on.startswith("cross-validation")


def test_a_model_that_is_not_reproduced_is_refused(toml: Path) -> None:
    config = read_config(toml).export
    check(Agreement(9, 1e-6, 0.01, 0.001, 1.0), config, Path("m"))
    for bad in (
        Agreement(9, 0.1, 0.0, 0.0, 1.0),
        Agreement(9, 0.0, 0.5, 0.0, 1.0),
        Agreement(9, 0.0, 0.0, 0.0, 0.9),
    ):
        with pytest.raises(ModelError):
            check(bad, config, Path("m"))
