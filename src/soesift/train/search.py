"""Hyper-parameter search by Optuna: each trial is a cross-validation in a folder of its own, so a search resumes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra, UsageError
from soesift.train.config import FitConfig, ModelConfig, TrainConfig
from soesift.train.data import Row

STUDY = "search.db"
# (section, key): the range that is searched, as Optuna suggests it
SPACE: dict[str, tuple[str, dict[str, Any]]] = {
    "fit.rate": ("float", {"low": 1e-5, "high": 5e-4, "log": True}),
    "fit.head_rate": ("float", {"low": 1e-4, "high": 5e-3, "log": True}),
    "fit.weight_decay": ("float", {"low": 1e-3, "high": 0.2, "log": True}),
    "fit.smoothing": ("float", {"low": 0.0, "high": 0.1}),
    "fit.batch": ("categorical", {"choices": [8, 16, 32]}),
    "model.dropout": ("float", {"low": 0.0, "high": 0.3}),
}


def search(
    rows: Sequence[Row], config: TrainConfig, trials: int, judge: Callable[[Sequence[Row], TrainConfig], float]
) -> dict[str, Any]:
    """Try `trials` settings in all (those of an earlier call count), and return the best: {"value", "settings"}.

    `judge` gives the value, the lower the better, such as `crossval.held_out_loss`. The best of many is too good:
    judge its settings on other protocols. `OUT/search.db` keeps the trials. Raises MissingExtra, UsageError.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtra("optuna", "train") from error
    if trials < 1:
        raise UsageError("a search needs at least one trial")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    config.out.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name="soesift",
        storage=f"sqlite:///{config.out / STUDY}",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=config.fit.seed),
    )
    done = [t for t in study.trials if t.state.is_finished()]
    study.optimize(lambda trial: judge(rows, tried(config, trial)), n_trials=max(0, trials - len(done)))
    best = {"value": study.best_value, "settings": study.best_params, "trials": len(study.trials)}
    (config.out / "search.json").write_text(json.dumps(best, indent=1), "utf-8")
    return best


def tried(config: TrainConfig, trial: Any) -> TrainConfig:
    """The configuration of one trial, in a folder named by what was drawn."""
    drawn = {name: getattr(trial, f"suggest_{kind}")(name, **how) for name, (kind, how) in SPACE.items()}
    return with_settings(config, drawn, config.out / f"trial-{trial.number}")


def with_settings(config: TrainConfig, settings: dict[str, Any], out: Path) -> TrainConfig:
    """A copy of the configuration with some settings ("fit.rate": 1e-4), checked as if they stood in its file."""
    fit, model = config.fit.model_dump(), config.model.model_dump()
    for name, value in settings.items():
        section, _, key = name.partition(".")
        (fit if section == "fit" else model)[key] = value
    return config.model_copy(update={"fit": FitConfig(**fit), "model": ModelConfig(**model), "out": out})
