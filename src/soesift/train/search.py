"""Beside one run: a search over settings by Optuna, and progress for the trackers of transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra, UsageError
from soesift.train.config import FitConfig, ModelConfig, TrainConfig
from soesift.train.data import Row

# Hyper-parameter search by Optuna: each trial is a cross-validation in a folder of its own, so a search resumes.

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


# Progress for the trackers that transformers reports to (TensorBoard, MLflow, ...), by their names there.
#
# Nothing is reported unless a configuration names a tracker; TensorBoard writes files beside the checkpoints, others
# may send what they are given to their own server.

FOLDER = "tensorboard"
EXTRA = {"tensorboard": "train"}  # trackers that an extra of this package brings; others by their own name


@dataclass(slots=True)
class Trackers:
    """Open trackers of one run; does nothing when there are none."""

    callbacks: list[Any]
    arguments: Any = None
    state: Any = None
    control: Any = None

    def begin(self, model: Any) -> None:
        for one in self.callbacks:
            one.on_train_begin(self.arguments, self.state, self.control, model=model)

    def log(self, values: Mapping[str, float], step: int, epoch: float) -> None:
        """Values by name at an update; names that begin with eval_ are of the rows held out."""
        for one in self.callbacks:
            self.state.global_step, self.state.epoch = step, epoch
            one.on_log(self.arguments, self.state, self.control, logs=dict(values) | {"epoch": epoch})

    def end(self) -> None:
        for one in self.callbacks:
            one.on_train_end(self.arguments, self.state, self.control)


def open_trackers(names: Sequence[str], folder: Path, total: int, rank: int = 0) -> Trackers:
    """Trackers by transformers' names; only the first of several processes reports.

    UsageError: no such tracker; MissingExtra: its package is not installed.
    """
    if not names:
        return Trackers([])
    from transformers import TrainerControl, TrainerState, TrainingArguments

    arguments = TrainingArguments(output_dir=str(folder), report_to="none", run_name=folder.name, disable_tqdm=True)
    state = TrainerState(max_steps=total, is_world_process_zero=rank == 0, is_local_process_zero=rank == 0)
    opened = [_open(name, folder) for name in names] if rank == 0 else []
    return Trackers(opened, arguments, state, TrainerControl())


def _open(name: str, folder: Path) -> Any:
    from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

    if name not in INTEGRATION_TO_CALLBACK:
        near = get_close_matches(name, INTEGRATION_TO_CALLBACK, 1, 0.4)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(INTEGRATION_TO_CALLBACK)}"
        raise UsageError(f"fit.report_to: unknown tracker {name}; {hint}")
    try:
        callback = INTEGRATION_TO_CALLBACK[name]()
    except (RuntimeError, ImportError) as error:
        if name in EXTRA:
            raise MissingExtra(name, EXTRA[name]) from error
        raise UsageError(f"fit.report_to: {name} is not there: {str(error).splitlines()[0][:160]}") from error
    if name == "tensorboard" and callback.logging_dir is None:
        callback.logging_dir = str(folder / FOLDER)  # the default names this machine and the hour
    return callback
