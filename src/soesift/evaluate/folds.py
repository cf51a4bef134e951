"""Folds that never split a group: tables of one protocol (or sponsor) are all in training or all held out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from soesift.errors import UsageError
from soesift.evaluate.arrays import Ints, ValueRangeError, same_length


class LeakingFolds(ValueRangeError):
    """One protocol lies in more than one fold, so a student was judged on what it was trained on."""


def group_folds(groups: Sequence[str], folds: int = 5, *, seed: int = 0, strata: ArrayLike | None = None) -> Ints:
    """(n,) fold 0 to folds - 1 of each row; a group (protocol, sponsor) is never split.

    Groups are shuffled, then given, largest first, to the fold where they keep the number of rows most even, in each
    of the strata (n,) (classes of the rows) if given. Called with each name once it goes by names and seed alone: rows
    that are added to a group later move nothing. Raises ValueRangeError when there are fewer groups than folds.
    """
    names = sorted(set(groups))
    if not 2 <= folds <= len(names):
        raise ValueRangeError(
            f"{len(names)} groups cannot make {folds} folds; set folds from 2 to at most {len(names)}"
        )
    counts = _counts(groups, np.zeros(len(groups), np.int64) if strata is None else np.asarray(strata), names)
    total = np.maximum(counts.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-(counts[order] / total).max(axis=1), kind="stable")]
    load, fold_of = np.zeros((folds, counts.shape[1])), {}
    for place, i in enumerate(order.tolist()):
        # the first groups open the folds, so that none stays empty
        cost = (counts[i] * (2 * load + counts[i]) / total**2).sum(axis=1)
        choice = place if place < folds else int(np.argmin(cost))
        load[choice] += counts[i]
        fold_of[names[i]] = choice
    return np.array([fold_of[group] for group in groups], np.int64)


def hold_out(groups: Sequence[str], strata: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """(n,) true for rows held out for early stopping: whole groups, about `share` of them, none for 0."""
    if share <= 0 or len(set(groups)) < 3:
        return np.zeros(len(groups), np.bool_)
    parts = min(max(2, round(1 / share)), len(set(groups)))
    fold = group_folds(groups, parts, seed=seed, strata=strata)
    totals = np.maximum(np.bincount(strata), 1)
    shares = np.array([np.bincount(strata[fold == i], minlength=len(totals)) / totals for i in range(parts)])
    # the part most like the whole: one with all rows of a rare class would stop training at once
    chosen = int(np.argmin(((shares - 1 / parts) ** 2).sum(axis=1)))
    held: NDArray[np.bool_] = fold == chosen
    return held


def wider_groups(groups: Sequence[str], path: Path | None) -> list[str]:
    """Replace groups by the larger ones of a tab-separated file (protocol, sponsor); those not named stay."""
    if path is None:
        return list(groups)
    wider = read_groups(path)
    return [wider.get(group, group) for group in groups]


def read_groups(path: Path) -> Mapping[str, str]:
    try:
        lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    short = [i for i, line in enumerate(lines, 1) if len(line) < 2]
    if short:
        raise UsageError(f"{path}:{short[0]}: want two columns parted by a tab")
    return {line[0].strip(): line[1].strip() for line in lines}


def check_folds(protocol: ArrayLike, fold: ArrayLike) -> None:
    """LeakingFolds if any protocol has items in two folds; both (n,)."""
    same_length(protocol=protocol, fold=fold)
    names, place = np.unique(np.asarray(protocol, str), return_inverse=True)
    folds = np.asarray(fold)
    for index, name in enumerate(names):
        if len(np.unique(folds[place == index])) > 1:
            raise LeakingFolds(f"protocol {name} lies in more than one fold: make folds with group_folds")


def _counts(groups: Sequence[str], strata: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.float64]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    k = int(strata.max()) + 1
    return np.array([np.bincount(strata[members[name]], minlength=k) for name in names], np.float64)
