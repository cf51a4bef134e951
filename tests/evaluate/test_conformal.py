"""Conformal sets: their coverage by simulation, and what few tables can promise."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.evaluate.calibration import fit_conformal
from soesift.evaluate.scores import ValueRangeError


def drawn(n: int, rng: np.random.Generator, worth: float) -> tuple[np.ndarray, np.ndarray]:
    truth = (rng.random(n) < 0.2).astype(int)
    return truth, 1 / (1 + np.exp(-(worth * (truth - 0.5) + rng.standard_normal(n))))


@pytest.mark.parametrize("worth", [0.0, 2.0, 6.0])
def test_each_class_is_covered_as_promised_whatever_the_model_is_worth(worth: float) -> None:
    rng, hits, size = np.random.default_rng(1), np.zeros(2), np.zeros(2)
    unsure = 0.0
    for _ in range(200):
        found = fit_conformal(*drawn(150, rng, worth), alpha=0.1)
        truth, p = drawn(200, rng, worth)
        yes, no = found.sets(p)
        hits += [no[truth == 0].sum(), yes[truth == 1].sum()]
        size += [(truth == 0).sum(), (truth == 1).sum()]
        unsure += (yes & no).mean() / 200
    assert (hits / size >= 0.9 - 3 * np.sqrt(0.09 / 200 / 30)).all()
    assert unsure < 0.05 if worth == 6 else unsure > 0.02


def test_too_few_tables_of_a_class_promise_nothing() -> None:
    found = fit_conformal([0, 0, 1], [0.1, 0.2, 0.9], alpha=0.1)
    assert (found.yes, found.no) == (0.0, 1.0)
    with pytest.raises(ValueRangeError):
        fit_conformal([0], [0.1], alpha=0.0)
