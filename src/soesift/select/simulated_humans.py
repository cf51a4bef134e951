"""Simulated non-experts, for the human arm when only expert labels exist. They are not people: every name,
column and report that uses them says "simulated".

The paper's six non-experts agreed pairwise on 81.2 % of tables; "do not know" went to an expert; the first
annotation won. Here each simulated annotator errs independently with one probability, in both directions
alike, set so that two agree as often as wanted. Real ones share difficult tables, so their errors go
together: a majority of simulated annotators is better than one of real annotators.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import UNKNOWN, Bools, Ints, ValueRangeError, labels

PAPER_AGREEMENT = 0.812
PAPER_ANNOTATORS = 6
SIMULATED = "simulated non-expert"


class SimulatedNonExperts(NamedTuple):
    """votes: (n, m) 1, 0, -1 "do not know". label: (n,) first annotation, or the expert's where it was "do
    not know". asked_expert: (n,) bool. names: m names, each saying simulated."""

    votes: Ints
    label: Ints
    asked_expert: Bools
    names: list[str]


def error_rate(agreement: float) -> float:
    """Error e of each of two independent annotators that agree this often: (1-e)^2 + e^2 = agreement, e <
    1/2.
    """
    if not 0.5 <= agreement <= 1:
        raise ValueRangeError(f"agreement is {agreement:g}: two annotators that guess agree on half, so give .5 to 1")
    return float((1 - np.sqrt(2 * agreement - 1)) / 2)


def simulated_non_experts(
    truth: ArrayLike,
    *,
    seed: int,
    agreement: float = PAPER_AGREEMENT,
    do_not_know: float = 0.05,
    annotators: int = PAPER_ANNOTATORS,
) -> SimulatedNonExperts:
    """Simulate annotations of truth (n,) 0/1. `agreement` is of pairs that both answered; at .812, e = .105.

    do_not_know: chance of each annotator to pass on each item, in [0, 1]. Who is first is drawn for each
    item.
    """
    t = labels("truth", truth, unknown=False)
    if not 0 <= do_not_know <= 1 or annotators < 1:
        raise ValueRangeError("do_not_know must lie in [0, 1], and at least one annotator is needed")
    rng = np.random.default_rng(seed)
    shape = (len(t), annotators)
    wrong = rng.random(shape) < error_rate(agreement)
    votes = np.where(wrong, 1 - t[:, None], t[:, None])
    votes[rng.random(shape) < do_not_know] = UNKNOWN
    first = votes[np.arange(len(t)), rng.integers(0, annotators, len(t))]
    asked = first == UNKNOWN
    names = [f"{SIMULATED} {i}" for i in range(1, annotators + 1)]
    return SimulatedNonExperts(votes, np.where(asked, t, first), asked, names)
