"""Trackers by transformers' names: what TensorBoard's file holds is what the run did; a missing one is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from soesift.errors import MissingExtra, UsageError
from soesift.train.config import read_config
from soesift.train.fit import fit
from soesift.train.search import FOLDER, open_trackers
from soesift.train.ship import rows_of


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Name -> update -> value of all event files of a folder."""
    pytest.importorskip("tensorboard", reason="pip install 'soesift[train]'")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {name: {e.step: e.value for e in events.Scalars(name)} for name in events.Tags()["scalars"]}


def test_tensorboard_holds_the_losses_of_the_run(toml: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="pip install 'soesift[train]'")
    toml.write_text(toml.read_text().replace("[fit]", '[fit]\nreport_to = ["tensorboard"]\nlog_steps = 3'))
    config = read_config(toml)
    done = fit(rows_of(config), config, tmp_path / "run", 1).progress
    told = scalars(tmp_path / "run" / FOLDER)
    assert list(told["eval/log_loss"].values()) == pytest.approx(done.losses, rel=1e-5)
    assert list(told["train/epoch_loss"].values()) == pytest.approx(done.train_losses, rel=1e-5)
    assert max(told["eval/log_loss"]) == done.updates
    assert set(told["train/loss"]) == set(range(3, done.updates + 1, 3))
    rates = list(told["train/learning_rate"].values())
    assert 0 <= rates[-1] < max(rates) <= config.fit.head_rate
    quiet = read_config(toml)
    quiet.fit.report_to, quiet.fit.log_steps = [], 10
    assert fit(rows_of(quiet), quiet, tmp_path / "run", 1).progress == done  # the same run: nothing is trained again


def test_without_a_tracker_nothing_is_opened(tmp_path: Path) -> None:
    trackers = open_trackers([], tmp_path, 10)
    trackers.begin(None)
    trackers.log({"loss": 1.0}, 1, 0.1)
    trackers.end()
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_name_and_a_missing_package_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="unknown tracker tensorbord; did you mean tensorboard"):
        open_trackers(["tensorbord"], tmp_path, 10)
    from transformers.integrations import integration_utils

    monkeypatch.setattr(integration_utils, "is_tensorboard_available", lambda: False)
    with pytest.raises(MissingExtra, match=r"soesift\[train\]"):
        open_trackers(["tensorboard"], tmp_path, 10)
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(UsageError, match="wandb is not there"):
        open_trackers(["wandb"], tmp_path, 10)


def test_only_the_first_process_reports(tmp_path: Path) -> None:
    assert open_trackers(["tensorboard"], tmp_path, 10, rank=1).callbacks == []


def tracked(name: str, toml: Path, tmp_path: Path) -> list[float]:
    """Train with a tracker whose real package is installed; the training losses of the epochs."""
    toml.write_text(toml.read_text().replace("[fit]", f'[fit]\nreport_to = ["{name}"]\nlog_steps = 3'))
    config = read_config(toml)
    return fit(rows_of(config), config, tmp_path / "run", 1).progress.train_losses


def test_wandb_offline_holds_the_losses_of_the_run(toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb", reason="pip install wandb")
    for key, value in {"WANDB_MODE": "offline", "WANDB_DIR": str(tmp_path), "WANDB_SILENT": "true"}.items():
        monkeypatch.setenv(key, value)
    losses = tracked("wandb", toml, tmp_path)
    assert wandb.run is not None  # transformers leaves it open
    assert wandb.run.summary["train/epoch_loss"] == pytest.approx(losses[-1], rel=1e-5)
    wandb.finish()
    (kept,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    assert kept.stat().st_size > 100


def test_mlflow_in_a_folder_holds_the_losses_of_the_run(
    toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow", reason="pip install mlflow")
    for key, value in {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_EXPERIMENT_NAME": "toys"}.items():
        monkeypatch.setenv(key, value)
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    try:
        losses = tracked("mlflow", toml, tmp_path)
        assert mlflow.active_run() is None  # transformers ends the run that it began
        client = mlflow.MlflowClient()
        (run,) = client.search_runs([client.get_experiment_by_name("toys").experiment_id])
        told = client.get_metric_history(run.info.run_id, "epoch_loss")
    finally:
        mlflow.set_tracking_uri(None)
    assert [one.value for one in sorted(told, key=lambda one: one.step)] == pytest.approx(losses, rel=1e-5)
    assert run.info.status == "FINISHED"
    assert {"loss", "learning_rate", "tokens_per_second"} <= set(run.data.metrics)
