"""Checkpoints: one safetensors file of weights and optimizer state, its progress as JSON in the header."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from soesift.errors import ModelError
from soesift.files import WriteError
from soesift.train import workers

FILE, BEST = "checkpoint.safetensors", "best.safetensors"


class Progress(BaseModel):
    """Where a run stands: next comes `step` of `epoch`; losses are validation log losses by epoch."""

    model_config = ConfigDict(extra="forbid")

    fingerprint: str
    epoch: int = 0
    step: int = 0
    updates: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = []
    warm_loss: float | None = None  # of the regression that the run began from, where it did
    train_losses: list[float] = []
    sure: list[int] = []  # rows that the warm head was sure of
    best_epoch: int = -1
    done: bool = False


def fingerprint(*parts: Any) -> str:
    """Names what a run depends on (settings, rows), so that a checkpoint of another run is never resumed."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:16]


def state(parameters: Mapping[str, Any], optimizer: Any) -> dict[str, Any]:
    """Weights and optimizer state by name, whole: every process calls this where the model is cut over them."""
    tensors = {f"model.{name}": value for name, value in parameters.items()}
    for name, value in parameters.items():
        for key, kept in optimizer.state.get(value, {}).items():
            tensors[f"optimizer.{key}.{name}"] = kept
    return workers.all_whole(tensors)


def save(folder: Path, tensors: dict[str, Any], progress: Progress) -> None:
    """Write a `state` and progress together; a reader sees the old file or the new one."""
    _write(folder / FILE, tensors, {"progress": progress.model_dump_json()})


def save_best(folder: Path, tensors: Mapping[str, Any]) -> None:
    """Write the weights of a `state`, which is the best so far."""
    _write(folder / BEST, {name[6:]: value for name, value in tensors.items() if name.startswith("model.")}, {})


def restore(folder: Path, parameters: Mapping[str, Any], optimizer: Any, wanted: str) -> Progress | None:
    """Load a checkpoint of the same run into parameters and optimizer; None if there is none.

    Raises ModelError: the folder holds a checkpoint of other settings or rows, or a damaged one.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    progress, tensors = _read(path)
    if progress.fingerprint != wanted:
        raise ModelError(f"{path} belongs to other settings or rows; choose another `out` or remove the folder")
    load_parameters(parameters, {k[6:]: v for k, v in tensors.items() if k.startswith("model.")}, path)
    for name, value in parameters.items():
        kept = {
            k.split(".", 2)[1]: v
            for k, v in tensors.items()
            if k.startswith("optimizer.") and k.split(".", 2)[2] == name
        }
        if kept:
            optimizer.state[value] = {
                k: v.to(value.device) if k == "step" else workers.cut_like(v, value) for k, v in kept.items()
            }
    return progress


def load_parameters(parameters: Mapping[str, Any], tensors: Mapping[str, Any], path: Path) -> None:
    """Copy tensors into parameters of the same names and shapes. Raises ModelError."""
    if set(parameters) != set(tensors):
        raise ModelError(f"{path} does not hold the weights of this model; was `model` changed?")
    for name, value in parameters.items():
        if value.shape != tensors[name].shape:
            raise ModelError(f"{path}: {name} has shape {tuple(tensors[name].shape)}, want {tuple(value.shape)}")
        with torch.no_grad():
            value.copy_(workers.cut_like(tensors[name], value))


def read_best(folder: Path) -> dict[str, Any]:
    """Weights of the best epoch."""
    tensors: dict[str, Any] = load_file(folder / BEST)
    return tensors


def begun(folder: Path) -> bool:
    """Whether a run has left a checkpoint here."""
    return (folder / FILE).is_file()


def read_progress(folder: Path) -> Progress | None:
    """Only the progress of a run, without its weights."""
    path = folder / FILE
    return _read(path, weights=False)[0] if path.is_file() else None


def _read(path: Path, weights: bool = True) -> tuple[Progress, dict[str, Any]]:
    try:
        with safe_open(path, "pt") as file:
            progress = Progress.model_validate_json(file.metadata()["progress"])
            return progress, {name: file.get_tensor(name) for name in list(file.keys())} if weights else {}
    except (SafetensorError, OSError, KeyError, TypeError, ValidationError) as error:
        raise ModelError(f"{path} is damaged ({type(error).__name__}); remove it to start again") from error


def _write(path: Path, tensors: dict[str, Any], metadata: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with writing(path):
            save_file({name: value.cpu().contiguous() for name, value in tensors.items()}, part, metadata)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises WriteError where the system, or safetensors for it, says that `path` cannot be written."""
    try:
        yield
    except (SafetensorError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"cannot write {path}: {reason}; free some space and run it again") from error
