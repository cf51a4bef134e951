"""Boosted trees of three classes as plain arrays in JSON: `trees.json` of a model folder, read without scikit-learn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import AXES, NAMES, axes, features
from soesift.errors import ModelError
from soesift.table.record import TableRecord

TREE_NAMES = (*NAMES, *AXES)
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Trees:
    """T trees of at most N nodes, node 0 the root; a leaf is its own child. Arrays are (T, N) but where said.

    feature: place in TREE_NAMES; threshold: a row goes left where its number is at most this; value: of leaves, added
    to the log-odds of class `of` (T,); start (k,): log-odds before the first tree; depth: steps to the lowest leaf.
    """

    feature: Places
    threshold: Floats
    left: Places
    right: Places
    value: Floats
    of: Places
    start: Floats
    depth: int

    def logits(self, numbers: Floats) -> Floats:
        """(n, k) from numbers (n, len(TREE_NAMES))."""
        rows, trees = np.arange(len(numbers))[:, None], np.arange(len(self.of))[None, :]
        node = np.zeros((len(numbers), len(self.of)), np.intp)
        for _ in range(self.depth):
            left = numbers[rows, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(left, self.left[trees, node], self.right[trees, node])
        out = np.tile(self.start, (len(numbers), 1))
        for k in range(len(self.start)):
            out[:, k] += self.value[trees, node][:, self.of == k].sum(axis=1)
        return out


def tree_features(records: Sequence[TableRecord]) -> Floats:
    """(n, len(TREE_NAMES)): the counted features, and where activities stand against times."""
    return np.concatenate([features(records), axes(records)], axis=1)


def read_trees(path: Path) -> Trees:
    """Read trees.json; raises ModelError if it is damaged or its features are not this version's."""
    try:
        data = json.loads(path.read_text())
        if tuple(data["features"]) != TREE_NAMES:
            raise ModelError(f"{path}: made for other features; train it again")
        return from_rows(data["trees"], data["of"], data["start"])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(f"{path}: not usable trees ({error!r}); train them again") from error


def from_rows(trees: Sequence[Sequence[Sequence[float]]], of: Sequence[int], start: Sequence[float]) -> Trees:
    """Trees as lists of nodes: [feature, threshold, left, right] inside, [value] at a leaf."""
    size = max(map(len, trees), default=1)
    feature, left, right = (np.zeros((len(trees), size), np.intp) for _ in range(3))
    threshold, value = np.zeros((len(trees), size)), np.zeros((len(trees), size))
    left[:] = right[:] = np.arange(size)
    for t, nodes in enumerate(trees):
        for i, node in enumerate(nodes):
            if len(node) == 1:
                value[t, i] = node[0]
                continue
            feature[t, i], threshold[t, i], left[t, i], right[t, i] = int(node[0]), node[1], int(node[2]), int(node[3])
            if not (i < left[t, i] < len(nodes) and i < right[t, i] < len(nodes) and feature[t, i] < len(TREE_NAMES)):
                raise ValueError(f"tree {t}: node {i} does not lead down")
    return Trees(feature, threshold, left, right, value, np.array(of, np.intp), np.array(start, np.float64), size)


def write_trees(
    path: Path, trees: Sequence[Sequence[Sequence[float]]], of: Sequence[int], start: Sequence[float]
) -> None:
    """One tree a line; see `from_rows`."""
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    head = json.dumps({"features": list(TREE_NAMES), "of": list(of), "start": list(start)})
    path.write_text(f'{head[:-1]}, "trees": [\n{lines}\n]}}\n')
