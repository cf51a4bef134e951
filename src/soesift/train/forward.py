"""Rows as numbers, through the network, to logits and losses."""

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
from soesift.train.batches import micro_batches, padded
from soesift.train.config import FitConfig
from soesift.train.data import Row, targets, weights
from soesift.train.network import Classifier

Floats = NDArray[np.float64]


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


def autocast(config: FitConfig) -> AbstractContextManager[Any]:
    """bfloat16 where the configuration asks for it."""
    context: AbstractContextManager[Any] = torch.autocast(
        workers.device().type, torch.bfloat16, enabled=config.precision == "bfloat16"
    )
    return context
