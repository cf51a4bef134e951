"""Frozen layers computed once: what they make of a text is the same in every epoch, fold and seed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from soesift.train.batches import micro_batches
from soesift.train.config import FitConfig
from soesift.train.forward import Material, tensors
from soesift.train.network import Classifier

States = dict[str, NDArray[np.float32]]  # by the hash of the token ids: (length, width)


def after_frozen(model: Classifier, given: Material, config: FitConfig, folder: Path | None = None) -> Material:
    """The rows with what the frozen layers make of them, without dropout, which frozen layers have no use for.

    Memory: 4 bytes a token and width. What is computed is kept in `folder`, if one is given, for other folds and calls.
    """
    if not model.frozen:
        return given
    name = hashlib.sha256(model.frozen_key.encode()).hexdigest()[:16]
    path = folder / f"frozen-{name}.safetensors" if folder else None
    known = _read(path)
    keys = [hashlib.sha256(np.asarray(ids, np.int64).tobytes()).hexdigest()[:32] for ids in given.ids]
    new = [i for i, key in enumerate(keys) if key not in known]
    model.eval()
    with torch.inference_mode():
        for part in micro_batches(new, given.lengths, config.micro_tokens):
            found = model.lower(*tensors([given.ids[i] for i in part], given.pad)).float().cpu().numpy()
            for row, i in zip(found, part, strict=True):
                known[keys[i]] = row[: max(len(given.ids[i]), 1)].copy()
    if path and new:
        _write(path, known)
    return replace(given, states=[known[key] for key in keys])


def _read(path: Path | None) -> States:
    """What is kept; nothing where there is no file, or it is not whole."""
    if path is None or not path.is_file():
        return {}
    try:
        kept: States = load_file(path)
    except (SafetensorError, OSError):
        return {}
    return kept


def _write(path: Path, states: States) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")  # others may write the same beside
    save_file(states, part)
    part.replace(path)
