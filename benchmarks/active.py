"""Which table to ask next, beside asking at random: macro F1 on held-out protocols by the number of labels.

    python benchmarks/active.py TABLES.jsonl GOLD.jsonl [--start 40] [--step 20] [--rounds 6] [--seeds 10]

Gold labels stand for the person. Each seed holds a fifth of the protocols out, labels --start tables of the others at
random, and then --step more a round, chosen by `soesift.select.by_name` or at random; the linear model is the student.
Differences are paired; 95 % by a bootstrap of the seeds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from soesift.classify.features import features
from soesift.evaluate.scores import group_folds, macro, per_protocol
from soesift.json_lines import model_lines
from soesift.select.by_name import ask_next, chances, linear_probability
from soesift.select.pots import read_known
from soesift.table.record import TableRecord


def curve(
    numbers: np.ndarray, truth: np.ndarray, groups: list[str], seed: int, how: str, given: argparse.Namespace
) -> list[float]:
    """Macro F1 after the start and after each round."""
    rng, names = np.random.default_rng(seed), [str(i) for i in range(len(truth))]
    held = group_folds(groups, 5, seed=seed) == 0
    free = np.flatnonzero(~held)
    taken = rng.permutation(free)[: given.start].tolist()
    out = []
    for _ in range(given.rounds + 1):
        y = truth[taken].astype(float)
        p = linear_probability(numbers[taken], y, np.ones(len(y)), numbers[held])
        mine = [g for g, h in zip(groups, held.tolist(), strict=True) if h]
        out.append(macro(per_protocol(truth[held], p > 0.5, mine))["f1"])
        left = np.setdiff1d(free, taken)
        if how == "next":
            chance = chances(numbers, names, {names[i]: int(truth[i]) for i in taken})
            taken += left[ask_next(chance[left], [groups[i] for i in left.tolist()], given.step)].tolist()
        else:
            taken += rng.permutation(left)[: given.step].tolist()
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=Path)
    parser.add_argument("gold", type=Path)
    for name, value in (("start", 40), ("step", 20), ("rounds", 6), ("seeds", 10)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    known = read_known(given.gold, ["soe"])
    records = [r for r in model_lines(given.tables, TableRecord) if r.table_id in known]
    numbers, truth = features(records), np.array([known[r.table_id] for r in records])
    groups = [r.document for r in records]
    found = {
        how: np.array([curve(numbers, truth, groups, seed, how, given) for seed in range(given.seeds)])
        for how in ("random", "next")
    }
    gap = found["next"] - found["random"]
    drawn = gap[np.random.default_rng(0).integers(0, given.seeds, (10_000, given.seeds))].mean(axis=1)
    print(f"{len(truth)} tables, {int(truth.sum())} schedules, {len(set(groups))} protocols, {given.seeds} seeds")
    print("| labels | at random | asked next | difference (95 %) |")
    print("|---|---|---|---|")
    for k in range(given.rounds + 1):
        low, high = np.percentile(drawn[:, k], [2.5, 97.5])
        means = [f"{found[how][:, k].mean():.3f}" for how in ("random", "next")]
        count = given.start + k * given.step
        print(f"| {count} | {' | '.join(means)} | {gap[:, k].mean():+.3f} ({low:+.3f} to {high:+.3f}) |")


if __name__ == "__main__":
    main()
