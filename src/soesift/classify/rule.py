"""The hand rule: marks, planned times, activities and a title, counted. A baseline that needs no training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import NAMES, features
from soesift.table.record import TableRecord

_AT = {name: place for place, name in enumerate(NAMES)}


def rule_probabilities(records: Sequence[TableRecord]) -> NDArray[np.float64]:
    """(n, 2): P(schedule) from points, P(sampling grid) always 0. Six of ten points make an even chance."""
    numbers = features(records)

    def column(name: str) -> NDArray[np.float64]:
        return numbers[:, _AT[name]]

    points = (
        2.0 * (column("marks") > np.log1p(7))
        + 1.0 * (column("marks") > np.log1p(2))
        + 2.0 * (column("header_times") > np.log1p(2.5))
        + 1.0 * (column("phases") >= 2)
        + 1.0 * (column("activities") > np.log1p(1.5))
        + 1.0 * ((column("landscape") > 0) | (column("rotated") > 0))
        + 1.0 * (column("title_caption") + column("title_heading") + column("title_above") > 0)
        + 1.0 * (column("columns") > np.log1p(3.5))
    )
    chance = 1 / (1 + np.exp(-1.5 * (points - 6.0)))
    return np.stack([chance, np.zeros_like(chance)], axis=1)
