"""Frozen layers computed once: what they make of a text is the same in every epoch, fold and seed; a head begun on it.

The head to begin from is logistic regression on what the frozen base makes of the texts, and on the signs.
Fine-tuning from a random head first bends the encoder towards noise; from a fitted one it keeps what the base knows
(linear probing, then fine-tuning: Kumar et al., ICLR 2022).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from soesift.errors import MissingExtra
from soesift.train.config import FitConfig
from soesift.train.forward import Floats, Material, micro_batches, predict, row_losses, tensors
from soesift.train.network import Classifier

States = dict[str, NDArray[np.float32]]  # by the hash of the token ids: (length, width)

SURE = 0.02  # log loss (nats) of a row, below which the warm head is sure of it: .98 on the right class


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


def warm_head(model: Classifier, learn: Material, scale: Floats, config: FitConfig) -> None:
    """Put a regression's weights into the head, in place. `scale` (k,) are class weights."""
    states = text_states(model, learn, config)
    signs = None
    if learn.signs.shape[1]:
        given = torch.tensor(learn.signs, dtype=torch.float32, device=model.centre.device)
        signs = model.standard(given).cpu().numpy()
    centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    parts = [np.clip((states - centre) / spread, -4, 4), *([signs] if signs is not None else [])]
    table, bias = regression(np.concatenate(parts, axis=1), learn.target * scale, learn.weight, config.warm_head)
    width = states.shape[1]
    text = table[:, :width] / spread
    own: Any = model.head if signs is None else model.head["text"]
    with torch.no_grad():
        own.weight.copy_(torch.from_numpy(text))
        own.bias.copy_(torch.from_numpy(bias - text @ centre))
        if signs is not None:
            model.head["signs"].weight.copy_(torch.from_numpy(table[:, width:]))


def sure_rows(model: Classifier, learn: Material, config: FitConfig) -> list[int]:
    """Rows that the warm head gets right and is sure of: their gradients are next to nothing, their cost is not."""
    each = row_losses(predict(model, learn, config), learn.target)
    return [int(i) for i in np.flatnonzero(each < SURE)]


def shown(rows: int, sure: list[int], share: float, seed: int, epoch: int) -> tuple[list[int], Floats]:
    """Rows of an epoch, and the weight (n,) of each row in it: 1, or 1 / share of the sure rows drawn for it.

    Each epoch draws anew, by seed and epoch; sums over rows keep their expectation.
    """
    count = round(share * len(sure))
    every = np.asarray(sure, np.int64)
    drawn = np.random.default_rng([seed, epoch, 1]).permutation(every)[:count]
    weight = np.ones(rows)
    weight[drawn] = len(sure) / max(count, 1)
    kept = np.ones(rows, np.bool_)
    kept[np.setdiff1d(every, drawn)] = False
    return np.flatnonzero(kept).tolist(), weight


def text_states(model: Classifier, given: Material, config: FitConfig) -> Floats:
    """(n, width) pooled states of the base as it stands, in float32."""
    out: Floats | None = None
    model.eval()
    with torch.inference_mode():
        for part in micro_batches(range(len(given.ids)), given.lengths, config.micro_tokens):
            found = model.text(*given.inputs(part)[:2]).double().cpu().numpy()
            out = np.zeros((len(given.ids), found.shape[1])) if out is None else out
            out[part] = found
    assert out is not None  # there are rows to learn from
    return out


def regression(numbers: Floats, target: Floats, weight: Floats, strength: float) -> tuple[Floats, Floats]:
    """(k, d) weights and (k,) bias of multinomial logistic regression on soft targets (n, k).

    A class that is never seen gets bias -20.

    Raises MissingExtra.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    k = target.shape[1]
    mass = target * weight[:, None]
    rows, said = np.nonzero(mass > 0)
    table, bias = np.zeros((k, numbers.shape[1])), np.full(k, -20.0)
    seen = np.unique(said)
    if len(seen) < 2:
        bias[seen] = 0.0
        return table, bias
    found = LogisticRegression(C=strength, max_iter=2000).fit(numbers[rows], said, sample_weight=mass[rows, said])
    two = len(seen) == 2
    table[seen] = np.stack([-found.coef_[0] / 2, found.coef_[0] / 2]) if two else found.coef_
    bias[seen] = [-found.intercept_[0] / 2, found.intercept_[0] / 2] if two else found.intercept_
    return table, bias
