"""Folds by protocol: all tables of one protocol (or sponsor) fall into the same fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Ints, ValueRangeError, same_length


class LeakingFolds(ValueRangeError):
    """One protocol lies in more than one fold, so a student was judged on what it was trained on."""


def protocol_folds(protocol: ArrayLike, n_folds: int = 5, *, seed: int = 0) -> Ints:
    """(n,) fold 0..n_folds-1 of each item; protocol: (n,) names.

    Protocols are shuffled, then given, largest first, to the fold with the fewest items.
    """
    names, place, size = np.unique(np.asarray(protocol, str), return_inverse=True, return_counts=True)
    if not 2 <= n_folds <= len(names):
        raise ValueRangeError(f"n_folds is {n_folds}: it must lie between 2 and the {len(names)} protocols")
    shuffled = np.random.default_rng(seed).permutation(len(names))
    fold, load = np.zeros(len(names), np.int64), np.zeros(n_folds, np.int64)
    for index in shuffled[np.argsort(-size[shuffled], kind="stable")]:
        fold[index] = int(load.argmin())
        load[fold[index]] += size[index]
    return fold[place]


def check_folds(protocol: ArrayLike, fold: ArrayLike) -> None:
    """LeakingFolds if any protocol has items in two folds; both (n,)."""
    same_length(protocol=protocol, fold=fold)
    names, place = np.unique(np.asarray(protocol, str), return_inverse=True)
    folds = np.asarray(fold)
    for index, name in enumerate(names):
        if len(np.unique(folds[place == index])) > 1:
            raise LeakingFolds(f"protocol {name} lies in more than one fold: make folds with protocol_folds")
