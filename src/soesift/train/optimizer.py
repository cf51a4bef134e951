"""The optimizer and its learning rates."""

from __future__ import annotations

from typing import Any

import torch

from soesift.train.config import FitConfig
from soesift.train.network import Classifier, trainable


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
