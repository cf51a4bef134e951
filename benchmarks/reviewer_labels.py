"""What retraining on a reviewer's corrections brings: macro F1 on held-out protocols, before and after.

    python benchmarks/reviewer_labels.py TABLES.jsonl GOLD.jsonl [--start 8] [--reviewed 12] [--leave-out ID...]

Gold labels stand for the person. Each seed draws a few protocols whose tables are all labelled (what a user begins
with), then others that go through the app, and holds the rest out. A linear model is fitted on the first; in the app a
person is asked about what it found and about near misses (`soesift.review.worklist`), so only those tables of the
reviewed protocols get a label, as `soesift label import-corrections` gives it. The model is fitted again on both.
Beside it: as many labels at random among the tables of the reviewed protocols, and all of theirs. Differences are
paired by seed; 95 % by a bootstrap of the seeds, which share protocols: read them as the least that is unsure.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from soesift.classify.features import features
from soesift.evaluate.scores import macro, per_protocol
from soesift.json_lines import model_lines
from soesift.review.worklist import NEAR
from soesift.select.by_name import linear_probability
from soesift.select.pots import read_known
from soesift.table.record import TableRecord

ARMS = ("before", "after review", "as many at random", "all of the reviewed")


def one_seed(
    numbers: np.ndarray, truth: np.ndarray, groups: np.ndarray, seed: int, start: int, reviewed: int
) -> tuple[list[float], int, int]:
    """Macro F1 of each arm; how many tables the person said a word about, and how many words changed the model's."""
    rng = np.random.default_rng(seed)
    names = rng.permutation(np.unique(groups))
    first = np.flatnonzero(np.isin(groups, names[:start]))
    through = np.flatnonzero(np.isin(groups, names[start : start + reviewed]))
    held = np.flatnonzero(np.isin(groups, names[start + reviewed :]))

    def score(taken: np.ndarray) -> float:
        p = linear_probability(numbers[taken], truth[taken].astype(float), np.ones(len(taken)), numbers[held])
        return float(macro(per_protocol(truth[held], p > 0.5, groups[held].tolist()))["f1"])

    p = linear_probability(numbers[first], truth[first].astype(float), np.ones(len(first)), numbers[through])
    asked = through[p >= NEAR]  # found tables, and near misses that the page lists
    changed = int(((p > 0.5) != truth[through])[p >= NEAR].sum())
    random = rng.permutation(through)[: len(asked)]
    arms = [first, *(np.concatenate([first, more]) for more in (asked, random, through))]
    return [score(taken) for taken in arms], len(asked), changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--start", type=int, default=8)
    parser.add_argument("--reviewed", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--leave-out", nargs="*", default=[])
    given = parser.parse_args()
    known = read_known(given.gold)
    records = [
        one
        for one in {r.table_id: r for r in model_lines(given.tables, TableRecord)}.values()
        if one.table_id in known and not any(name in one.document for name in given.leave_out)
    ]
    numbers, truth = features(records), np.array([bool(known[r.table_id]) for r in records])
    groups = np.array([r.document for r in records])
    told = [one_seed(numbers, truth, groups, seed, given.start, given.reviewed) for seed in range(given.seeds)]
    scores, rng = np.array([scores for scores, _, _ in told]), np.random.default_rng(0)
    print(f"{len(records)} tables, {truth.sum()} schedules, {len(set(groups))} protocols; {given.seeds} seeds")
    asked, changed = np.mean([n for _, n, _ in told]), np.mean([n for _, _, n in told])
    print(f"words of the reviewer a seed: {asked:.0f}, against the model: {changed:.1f}")
    for place, name in enumerate(ARMS):
        gain = scores[:, place] - scores[:, 0]
        drawn = gain[rng.integers(0, len(gain), (5000, len(gain)))].mean(axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        print(
            f"{name}: {scores[:, place].mean():.3f}"
            + (f", {gain.mean():+.3f} ({low:+.3f} to {high:+.3f})" if place else "")
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
