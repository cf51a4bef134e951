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
    """Rows as numbers: token ids, targets (n, k), weights (n,), padding id."""

    ids: list[list[int]]
    target: Floats
    weight: Floats
    pad: int

    @property
    def lengths(self) -> list[int]:
        return [len(i) for i in self.ids]

    def part(self, chosen: Sequence[int]) -> Material:
        return Material([self.ids[i] for i in chosen], self.target[chosen], self.weight[chosen], self.pad)


def prepare(rows: Sequence[Row], tokenizer: Tokenizer, pad: int, most: int) -> Material:
    """Encode rows once. Texts were made to fit; longer ones are cut at `most` tokens."""
    ids = [encoding.ids[:most] for encoding in tokenizer.encode_batch([row.text for row in rows])]
    return Material(ids, targets(rows), weights(rows), pad)


def predict(model: Classifier, ids: Sequence[Sequence[int]], pad: int, config: FitConfig) -> Floats:
    """(n, k) logits without dropout, in batches of like length."""
    out: Floats | None = None
    model.eval()
    lengths = [len(i) for i in ids]
    with torch.inference_mode(), autocast(config):
        for part in micro_batches(range(len(ids)), lengths, config.micro_tokens):
            logits = model(*tensors([ids[i] for i in part], pad)).double().cpu().numpy()
            out = np.zeros((len(ids), logits.shape[1])) if out is None else out
            out[part] = logits
    shard.fold(model)
    return np.zeros((0, 0)) if out is None else out


def soft_cross_entropy(logits: Any, target: Any, weight: Any, scale: Any) -> Any:
    """Sum over rows of weight * sum_k scale_k * target_k * -log p_k, for soft or hard targets."""
    return -(torch.log_softmax(logits.float(), 1) * target * scale).sum(1).mul(weight).sum()


def log_loss(logits: Floats, target: Floats, weight: Floats) -> float:
    """Weighted mean of -sum_k target_k log p_k (natural logarithm)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-(target * logs).sum(axis=1) @ weight / max(weight.sum(), 1e-12))


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
