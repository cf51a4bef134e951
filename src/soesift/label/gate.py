"""The candidate gate: which tables are worth asking a teacher about, and what the gate loses.

The paper gates with its base model, zero-shot; here any judge that gives a probability does, the hand rule first,
because it learns from no label. What a gate loses no later stage brings back, so its recall always comes with it.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate.bootstrap import Share, exact_share
from soesift.evaluate.scores import UNKNOWN, Bools, labels, same_length, vector

MIN_RECALL = 0.995


class Gated(NamedTuple):
    """passes: (n,) probability of at least `threshold`. recall: of the true schedules, with its exact interval;
    NaN where no label is known. lost: (k,) indices of the known schedules that do not pass.
    """

    passes: Bools
    threshold: float
    recall: Share
    lost: list[int]
    chosen_on_them: bool = False  # the threshold was chosen on the labels that measure the recall

    def summary(self) -> dict[str, float | int | str | None]:
        """Numbers for a report; recall is None where it is unknown."""
        known = not np.isnan(self.recall.value)
        return {
            "tables": len(self.passes),
            "passed": int(self.passes.sum()),
            "threshold": self.threshold,
            "lost": len(self.lost) if known else None,
            "recall": self.recall.value if known else None,
            "recall_low": self.recall.low if known else None,
            "recall_high": self.recall.high if known else None,
            "recall_of": "labels that chose the threshold" if self.chosen_on_them else "known labels",
        }

    def __str__(self) -> str:
        """One line."""
        told = f"{int(self.passes.sum())} of {len(self.passes)} tables pass (probability from {self.threshold:.4g})"
        if np.isnan(self.recall.value):
            return f"{told}; recall unknown: no labels given"
        share = f"{self.recall.value:.4f} ({self.recall.low:.4f} to {self.recall.high:.4f})"
        whose = "of the labels its threshold was chosen on, not of others" if self.chosen_on_them else "of known labels"
        return f"{told}; recall {share} {whose}, {len(self.lost)} known schedules lost"


def gate(p: ArrayLike, truth: ArrayLike, *, threshold: float | None = None, min_recall: float = MIN_RECALL) -> Gated:
    """Gate by probabilities p (n,); truth (n,) 1, 0, or -1 unknown.

    Without a threshold the highest one that keeps `min_recall` of the known schedules; UsageError where none is
    known. Chosen and measured on the same labels its recall flatters: measure on others where you have them.
    """
    score, known = vector("p", p), labels("truth", truth, unknown=True)
    same_length(p=score, truth=known)
    yes = np.flatnonzero(known == 1)
    chosen = threshold is None
    if threshold is None:
        threshold = highest_threshold(score[yes], min_recall)
    passes = score >= threshold
    lost = yes[~passes[yes]]
    judged = bool((known != UNKNOWN).any())
    recall = exact_share(len(yes) - len(lost), len(yes) if judged else 0)
    return Gated(np.asarray(passes, bool), float(threshold), recall, lost.tolist(), chosen)


def highest_threshold(p: ArrayLike, min_recall: float) -> float:
    """Highest t with at least `min_recall` of the schedules' probabilities p (k,) at or above it."""
    score = np.sort(vector("p", p))
    if not len(score):
        raise UsageError("no known schedule to choose a threshold by: give --threshold, or labels with schedules")
    if not 0 < min_recall <= 1:
        raise UsageError(f"the least recall is {min_recall}: it must be above 0 and at most 1")
    may_lose = int(np.floor((1 - min_recall) * len(score) + 1e-9))
    return float(score[may_lose])


def report_line(model: str, gated: Gated, lost: list[str]) -> str:
    """JSON for the file beside the gated tables."""
    return json.dumps({"model": model, **gated.summary(), "lost_tables": lost}, indent=1) + "\n"
