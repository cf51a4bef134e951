"""Folds that never split a group: tables of one protocol (or sponsor) are all in training or all held out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.errors import UsageError


def group_folds(groups: Sequence[str], strata: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each row, 0 to folds - 1, balanced greedily over strata (class of each row).

    Groups, largest in any class first, else in random order, go to the fold that keeps classes most even.
    Raises UsageError when there are fewer groups than folds.
    """
    names = sorted(set(groups))
    if len(names) < folds:
        raise UsageError(f"{len(names)} groups cannot make {folds} folds; set crossval.folds to at most {len(names)}")
    counts = _counts(groups, strata, names)
    total = np.maximum(counts.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-(counts[order] / total).max(axis=1), kind="stable")]
    load = np.zeros((folds, counts.shape[1]))
    fold_of = {}
    for place, i in enumerate(order.tolist()):
        share = counts[i] / total
        # the first groups open the folds, so that none stays empty
        choice = place if place < folds else int(np.argmin(((load + share) ** 2 - load**2).sum(axis=1)))
        load[choice] += share
        fold_of[names[i]] = choice
    return np.array([fold_of[group] for group in groups], np.int64)


def named_folds(names: Iterable[str], folds: int, seed: int) -> dict[str, int]:
    """Group -> fold, 0 to folds - 1, of as many groups each as can be; by the set of names and the seed alone.

    No count of rows or classes has a say: what is added to a ledger later never moves a protocol.
    Raises UsageError when there are fewer groups than folds.
    """
    ordered = sorted(set(names))
    if len(ordered) < folds:
        raise UsageError(f"{len(ordered)} groups cannot make {folds} folds; set folds to at most {len(ordered)}")
    order = np.random.default_rng(seed).permutation(len(ordered))
    return {ordered[i]: place % folds for place, i in enumerate(order.tolist())}


def hold_out(groups: Sequence[str], strata: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """(n,) true for rows held out for early stopping: whole groups, about `share` of them, none for 0."""
    if share <= 0 or len(set(groups)) < 3:
        return np.zeros(len(groups), np.bool_)
    parts = min(max(2, round(1 / share)), len(set(groups)))
    fold = group_folds(groups, strata, parts, seed)
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


def _counts(groups: Sequence[str], strata: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.float64]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    k = int(strata.max()) + 1
    return np.array([np.bincount(strata[members[name]], minlength=k) for name in names], np.float64)
