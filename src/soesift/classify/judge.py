"""A model folder as one function: table records in, probabilities of "schedule" and "sampling grid" out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.result.models import ModelInfo
from soesift.table.record import TableRecord

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """probabilities: records -> (n, 2), P(schedule) and P(sampling grid), summing to at most 1."""

    info: ModelInfo
    probabilities: Callable[[Sequence[TableRecord]], Probabilities]
