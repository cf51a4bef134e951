"""Progress for the trackers that transformers reports to (TensorBoard, MLflow, ...), by their names there.

Nothing is reported unless a configuration names a tracker; TensorBoard writes files beside the checkpoints, others
may send what they are given to their own server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra, UsageError

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
