"""Batches of like length: little padding, a fresh order each epoch, and the same order for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_POOL = 32  # batches whose rows are sorted by length together


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
