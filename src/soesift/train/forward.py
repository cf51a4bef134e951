"""Rows as numbers in batches of like length, through the network, to logits and losses; the optimizer.

Batches of like length have little padding, a fresh order each epoch, and the same order for the same seed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from soesift.errors import MissingExtra
from soesift.train import workers
from soesift.train.config import FitConfig
from soesift.train.data import Row, targets, weights
from soesift.train.network import Classifier, trainable

_POOL = 32  # batches whose rows are sorted by length together

Floats = NDArray[np.float64]


def epoch_batches(lengths: Sequence[int], batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Rows of each optimizer step: shuffled, sorted by length within pools of batches, shuffled again."""
    rng = np.random.default_rng([seed, epoch])
    order = rng.permutation(len(lengths))
    size = np.asarray(lengths)
    steps: list[list[int]] = []
    for start in range(0, len(order), batch * _POOL):
        pool = order[start : start + batch * _POOL]
        pool = pool[np.argsort(size[pool], kind="stable")]
        steps += [pool[i : i + batch].tolist() for i in range(0, len(pool), batch)]
    return [steps[i] for i in rng.permutation(len(steps)).tolist()]


def micro_batches(rows: Sequence[int], lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """A step's rows in parts of at most `tokens` padded tokens (at least one row each), longest first."""
    parts: list[list[int]] = []
    for row in sorted(rows, key=lambda i: (-lengths[i], i)):
        if parts and lengths[parts[-1][0]] * (len(parts[-1]) + 1) <= tokens:
            parts[-1].append(row)
        else:
            parts.append([row])
    return parts


def padded(ids: Sequence[Sequence[int]], pad: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and mask, both (n, longest), padded right."""
    width = max(1, *map(len, ids)) if ids else 1
    tokens = np.full((len(ids), width), pad, np.int64)
    mask = np.zeros((len(ids), width), np.int64)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = values
        mask[row, : max(len(values), 1)] = 1
    return tokens, mask


@dataclass(frozen=True, slots=True)
class Material:
    """Rows as numbers: token ids, targets (n, k), weights (n,), padding id, counted features (n, d), d 0 without."""

    ids: list[list[int]]
    target: Floats
    weight: Floats
    pad: int
    signs: Floats
    states: list[NDArray[np.float32]] | None = None  # (length, width) each: after the frozen layers

    @property
    def lengths(self) -> list[int]:
        return [len(i) for i in self.ids]

    def part(self, chosen: Sequence[int]) -> Material:
        ids = [self.ids[i] for i in chosen]
        states = None if self.states is None else [self.states[i] for i in chosen]
        return Material(ids, self.target[chosen], self.weight[chosen], self.pad, self.signs[chosen], states)

    def inputs(self, chosen: Sequence[int]) -> tuple[Any, ...]:
        """What the network is given of some rows: token ids, mask, and the counted features if there are any."""
        given = tensors([self.ids[i] for i in chosen], self.pad)
        if self.states is not None:
            rows = [torch.from_numpy(self.states[i]) for i in chosen]
            given = (torch.nn.utils.rnn.pad_sequence(rows, batch_first=True).to(workers.device()), given[1])
        if not self.signs.shape[1]:
            return given
        return (*given, torch.tensor(self.signs[chosen], dtype=torch.float32, device=workers.device()))


def prepare(rows: Sequence[Row], tokenizer: Tokenizer, pad: int, most: int) -> Material:
    """Encode rows once. Texts were made to fit; longer ones are cut at `most` tokens."""
    ids = [encoding.ids[:most] for encoding in tokenizer.encode_batch([row.text for row in rows])]
    signs = np.array([row.signs for row in rows], np.float64).reshape(len(rows), -1 if rows else 0)
    return Material(ids, targets(rows), weights(rows), pad, signs)


def predict(model: Classifier, given: Material, config: FitConfig) -> Floats:
    """(n, k) logits without dropout, in batches of like length."""
    out: Floats | None = None
    model.eval()
    with torch.inference_mode(), autocast(config):
        for part in micro_batches(range(len(given.ids)), given.lengths, config.micro_tokens):
            logits = model(*given.inputs(part)).double().cpu().numpy()
            out = np.zeros((len(given.ids), logits.shape[1])) if out is None else out
            out[part] = logits
    workers.fold(model)
    return np.zeros((0, 0)) if out is None else out


def soft_cross_entropy(logits: Any, target: Any, weight: Any, scale: Any) -> Any:
    """Sum over rows of weight * sum_k scale_k * target_k * -log p_k, for soft or hard targets."""
    return -(torch.log_softmax(logits.float(), 1) * target * scale).sum(1).mul(weight).sum()


def log_loss(logits: Floats, target: Floats, weight: Floats) -> float:
    """Weighted mean of -sum_k target_k log p_k (natural logarithm)."""
    return float(row_losses(logits, target) @ weight / max(weight.sum(), 1e-12))


def row_losses(logits: Floats, target: Floats) -> Floats:
    """(n,) -sum_k target_k log p_k of each row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.asarray(-(target * logs).sum(axis=1), np.float64)


def tensors(ids: Sequence[Sequence[int]], pad: int) -> tuple[Any, Any]:
    """Token ids and mask of some rows, padded to the longest, on this process's device."""
    tokens, mask = padded(ids, pad)
    where = workers.device()
    return torch.from_numpy(tokens).to(where), torch.from_numpy(mask).to(where)


def precision_of(config: FitConfig) -> str:
    """What is computed in: "float32" or "bfloat16"."""
    if config.precision != "auto":
        return config.precision
    return "bfloat16" if workers.has_bfloat16() else "float32"


def autocast(config: FitConfig) -> AbstractContextManager[Any]:
    """bfloat16 where the configuration asks for it, or the device is made for it."""
    context: AbstractContextManager[Any] = torch.autocast(
        workers.device().type, torch.bfloat16, enabled=precision_of(config) == "bfloat16"
    )
    return context


def make_optimizer(model: Classifier, config: FitConfig) -> Any:
    """AdamW: the head at a rate of its own, no decay for vectors; `peak` of a group is its highest rate."""
    head = [v for n, v in trainable(model).items() if n.startswith("head.")]
    body = [v for n, v in trainable(model).items() if not n.startswith("head.") and v.ndim > 1]
    flat = [v for n, v in trainable(model).items() if not n.startswith("head.") and v.ndim <= 1]
    decay = config.weight_decay
    groups = [
        {"params": body, "peak": config.rate, "weight_decay": decay},
        {"params": flat, "peak": config.rate, "weight_decay": 0.0},
        {"params": head, "peak": config.head_rate, "weight_decay": decay},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=config.rate, fused=True)


def set_rates(optimizer: Any, config: FitConfig, update: int, total: int) -> None:
    """Linear warm-up to the peak, then linear decay to 0."""
    warm = max(1, int(config.warmup * total))
    share = min((update + 1) / warm, (total - update) / max(total - warm, 1))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share


# Frozen layers computed once: what they make of a text is the same in every epoch, fold and seed; a head begun on it.
#
# The head to begin from is logistic regression on what the frozen base makes of the texts, and on the signs.
# Fine-tuning from a random head first bends the encoder towards noise; from a fitted one it keeps what the base knows
# (linear probing, then fine-tuning: Kumar et al., ICLR 2022).

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


def warm_head(model: Classifier, learn: Material, scale: Floats, config: FitConfig) -> Floats:
    """Put a regression's weights into the head, in place; `scale` (k,) are class weights. (n, k) logits of the rows."""
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
    beside = 0.0 if signs is None else signs @ table[:, width:].T
    return np.asarray((states - centre) @ text.T + bias + beside, np.float64)


def sure_rows(logits: Floats, target: Floats) -> list[int]:
    """Rows that the warm head gets right and is sure of: their gradients are next to nothing, their cost is not."""
    return [int(i) for i in np.flatnonzero(row_losses(logits, target) < SURE)]


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
