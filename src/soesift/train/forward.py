"""Rows as numbers in batches of like length, through the network, to logits and losses; the optimizer.

Batches of like length have little padding, a fresh order each epoch, and the same order for the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from soesift.train import shard, workers
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
    shard.fold(model)
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
