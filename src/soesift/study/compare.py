"""Scores of the arms on the same held-out protocols, with bootstrap intervals and paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from soesift.evaluate.bootstrap import (
    Difference,
    Estimate,
    draw,
    macro_difference,
    macro_estimate,
    pooled_samples,
    ranked_samples,
    share_interval,
    with_seeds,
)
from soesift.evaluate.scores import (
    METRICS,
    Bools,
    Floats,
    Ints,
    ProtocolScores,
    Strings,
    from_counts,
    full_shares,
    per_protocol,
    pooled,
)
from soesift.study.arms import columns_read, is_direct, learners
from soesift.study.config import StudyConfig
from soesift.study.data import StudyData, asks_teacher, mean_cost, teacher_cost
from soesift.study.run import Result, folds_of

THRESHOLDS = (0.1, 0.25, 0.5, 0.75)  # a quarter: a missed schedule costs three false alarms


class ArmScores(NamedTuple):
    """macro, pooled: METRICS by name, of the mean over seeds. values: (p, 5) by protocol, mean over seeds; by_seed:
    (s, p, 5).

    seed_f1: macro F1 of each seed. full: shares of protocols with full recall, precision, both. difference:
    macro precision, recall, F1 minus the reference arm's (empty for itself). unanswered: tables without an
    answer, counted as NO. labels: mean rows, judged, wrong, yes of a training fold. seconds: all folds and seeds.
    cost: COSTS, mean of a training fold (of a held-out one for arms that judge without learning); NaN is unknown.
    at: threshold -> macro recall, precision and F1 of YES above it, mean over seeds, for each of THRESHOLDS.
    """

    arm: str
    macro: dict[str, Estimate]
    pooled: dict[str, Estimate]
    values: Floats
    by_seed: Floats
    seed_f1: list[float]
    full: dict[str, float]
    difference: dict[str, Difference]
    unanswered: int
    labels: dict[str, float]
    seconds: float
    cost: dict[str, float]
    at: dict[float, tuple[float, float, float]]


class Comparison(NamedTuple):
    """One set of tables: its name, how many tables and protocols, the scored arms, and why others were not."""

    name: str
    tables: int
    yes: int
    protocols: int
    arms: list[ArmScores]
    not_scored: dict[str, str]


def compare(config: StudyConfig, data: StudyData, results: Sequence[Result]) -> list[Comparison]:
    """Scores on the tables of the pool, which all arms can judge, and on all gold tables if those are more.

    On the latter the teacher's own arms are left out, unless all that it was not asked about did not pass the gate.
    """
    known = data.truth >= 0
    found = [_on("tables that the teacher answered", config, data, results, known & data.pool, False)]
    if (known & ~data.pool).any():
        found.append(_on("all gold tables", config, data, results, known, True))
    return found


def _on(
    name: str, config: StudyConfig, data: StudyData, results: Sequence[Result], use: Bools, whole: bool
) -> Comparison:
    place = {record.table_id: i for i, record in enumerate(data.records)}
    arms: list[ArmScores] = []
    missing: dict[str, str] = {}
    for arm in _reference_first(config):
        mine = [r for r in results if r.arm == arm]
        wrong = [r.error for r in mine if r.error]
        if wrong:
            missing[arm] = f"{wrong[0]} ({len(wrong)} of {len(mine)} folds)"
        elif not (whole and arm.startswith(("zero_shot:", "vote:")) and not _all_judged(data, use)):
            p = probabilities(mine, config.seeds, place)
            reference = arms[0] if arms and arms[0].arm == config.reference else None
            arms.append(_scores(arm, p[:, use], data, use, mine, reference, config))
    order = config.all_arms()
    arms.sort(key=lambda one: order.index(one.arm))
    groups = np.unique(data.groups[use])
    return Comparison(name, int(use.sum()), int((data.truth[use] == 1).sum()), len(groups), arms, missing)


def _all_judged(data: StudyData, use: Bools) -> bool:
    """Whether every table has the teacher's answers or stopped at the gate."""
    return data.gate is not None and bool((data.pool | ~data.gate.passes)[use].all())


def _reference_first(config: StudyConfig) -> list[str]:
    return sorted(config.all_arms(), key=lambda arm: arm != config.reference)


def probabilities(results: Sequence[Result], seeds: Sequence[int], place: dict[str, int]) -> Floats:
    """(s, n) held-out probabilities by seed, NaN where there is none."""
    p = np.full((len(seeds), len(place)), np.nan)
    for r in results:
        told = [np.nan if x is None else x for x in r.p]
        p[seeds.index(r.seed), [place[table] for table in r.tables]] = told
    return p


def _scores(
    arm: str,
    p: Floats,
    data: StudyData,
    use: Bools,
    results: Sequence[Result],
    reference: ArmScores | None,
    config: StudyConfig,
) -> ArmScores:
    truth, groups = data.truth[use], data.groups[use]
    told = np.nan_to_num(p, nan=0.0)
    each = [per_protocol(truth, row > 0.5, groups, row) for row in told]
    seeds = np.stack([one.values for one in each])
    values = seeds.mean(0)
    drawn: dict[str, Any] = {"resamples": config.resamples, "blocks": blocks_of(config, data, use)}
    macro = {name: macro_estimate(seeds[:, :, i], **drawn) for i, name in enumerate(METRICS)}
    gaps = (
        {}
        if reference is None
        else {
            name: macro_difference(seeds[:, :, i], reference.by_seed[:, :, i], **drawn)
            for i, name in enumerate(METRICS[:3])
        }
    )
    full = [full_shares(one) for one in each]
    return ArmScores(
        arm,
        macro,
        _pooled(each, truth, told, groups, drawn),
        values,
        seeds,
        [float(one.values[:, 2].mean()) for one in each],
        {name: float(np.mean([one[name] for one in full])) for name in full[0]},
        gaps,
        int(np.isnan(p[0]).sum()),
        _labels(results),
        sum(r.seconds for r in results),
        mean_cost([cost_of(config, data, r) for r in results]),
        {level: _above(level, truth, told, groups) for level in THRESHOLDS},
    )


def blocks_of(config: StudyConfig, data: StudyData, use: Bools) -> list[str] | None:
    """The sponsor of each scored protocol, in the order of `per_protocol`; None where protocols are drawn."""
    if config.resample == "protocols":
        return None
    sponsor = dict(zip(data.groups.tolist(), data.blocks, strict=True))
    return [sponsor[name] for name in np.unique(data.groups[use]).tolist()]


def _above(level: float, truth: Ints, told: Floats, groups: Strings) -> tuple[float, float, float]:
    """Macro recall, precision, F1 of YES above level, mean over the seeds' rows of told (s, n)."""
    each = [per_protocol(truth, row > level, groups, row).values[:, :3].mean(0) for row in told]
    precision, recall, f1 = np.mean(each, axis=0).tolist()
    return recall, precision, f1


def cost_of(config: StudyConfig, data: StudyData, result: Result) -> dict[str, float]:
    """COSTS of one arm, seed and fold; money is the teacher's, and the people's where `human_price` is given."""
    held = folds_of(config, data, result.seed) == result.fold
    if is_direct(result.arm):
        items = held if data.gate is None else held & data.gate.passes
    else:
        items = learners(result.arm, data, ~held, result.seed)
    asks = asks_teacher(result.arm)
    cost = teacher_cost(data.took, items if asks else np.zeros_like(items), columns_read(result.arm, data))
    if result.human:
        price = float("nan") if config.human_price is None else config.human_price
        cost["money"] += result.human * price
    return cost | {"human": float(result.human), "train_seconds": result.train_seconds}


def _pooled(
    each: Sequence[ProtocolScores], truth: Ints, told: Floats, groups: Strings, drawn_by: dict[str, Any]
) -> dict[str, Estimate]:
    """Pooled over tables, counts summed over seeds; average precision is the mean over seeds."""
    counts = np.sum([one.counts for one in each], axis=0)
    weights = draw(len(counts), **drawn_by)
    samples = pooled_samples(counts, weights)
    whole = from_counts(counts.sum(0)).tolist()
    alone = np.array([from_counts(one.counts.sum(0)) for one in each])
    out = {
        name: share_interval(whole[i], with_seeds(float(whole[i]), samples[:, i], alone[:, i], len(counts)))
        for i, name in enumerate(METRICS[:4])
    }
    place = np.searchsorted(each[0].protocol, groups)
    ranks = [pooled(truth, row > 0.5, row)["average_precision"] for row in told]
    ranked = float(np.mean(ranks))
    drawn = np.mean([ranked_samples(truth, row, place, weights) for row in told], axis=0)
    return out | {"average_precision": share_interval(ranked, with_seeds(ranked, drawn, ranks, len(counts)))}


def _labels(results: Sequence[Result]) -> dict[str, float]:
    taught = [r.taught for r in results if r.taught]
    return {key: float(np.mean([one[key] for one in taught])) for key in taught[0]} if taught else {}
