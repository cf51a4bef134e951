"""Objectives, analysis sets with X marks, sample sizes, operating characteristics."""

from __future__ import annotations

from random import Random

from soesift.sample.blocks import Block
from soesift.sample.negatives.scene import Scene, false_table


def objectives_endpoints(rng: Random, scene: Scene) -> list[Block]:
    study = scene.study
    rows = [
        ["Objectives", "Endpoints"],
        [f"Primary: to compare {study.drug} with {study.area.comparator}", study.area.primary],
    ]
    rows += [
        [
            f"{rng.choice(('Secondary', 'Key secondary'))}: to evaluate the effect on {e}",
            f"{e.capitalize()} at Week {rng.choice((8, 12, 24, 52))}",
        ]
        for e in study.area.secondary
    ]
    rows += [
        [
            "Safety: to characterise tolerability",
            "Incidence of adverse events; vital signs; ECG; laboratory tests",
        ]
    ]
    return [
        false_table(
            rng,
            scene,
            "objectives_endpoints",
            rng.choice(("Objectives and Endpoints", "Study Objectives", "Objectives, Endpoints and Estimands")),
            rows,
        )
    ]


def statistical_matrix(rng: Random, scene: Scene) -> list[Block]:
    """Analyses by population, marked with X: the densest marks outside schedules."""
    populations = rng.sample(
        ("Enrolled", "ITT", "mITT", "Per protocol", "Safety", "PK", "Completers", "Immunogenicity"),
        rng.randint(3, 5),
    )
    analyses = rng.sample(
        (
            "Demographics",
            "Disposition",
            "Primary endpoint",
            "Secondary endpoints",
            "Adverse events",
            "Exposure",
            "Laboratory tests",
            "Vital signs",
            "Concomitant medication",
            "Plasma concentrations",
            "Subgroup analyses",
            "Medical history",
            "Protocol deviations",
        ),
        rng.randint(6, 11),
    )
    sign = rng.choice(("X", "X", "✓", "•"))
    rows = [
        ["Analysis", *populations],
        *[[a, *[sign if rng.random() < 0.4 else "" for _ in populations]] for a in analyses],
    ]
    return [
        false_table(
            rng,
            scene,
            "statistical_matrix",
            rng.choice(("Analysis Sets by Endpoint", "Populations for Analyses", "Summary of Analyses by Population")),
            rows,
        )
    ]


def model_terms(rng: Random, scene: Scene) -> list[Block]:
    """Marks by visit, but of statistical models: nothing is done to a participant."""
    weeks = ["Week 4", "Week 8", "Week 12", "Week 24"]
    rows = [
        ["Endpoint and model", *weeks],
        *[
            [
                f"{scene.study.area.secondary[i % 3].capitalize()} ({m})",
                *["X" if rng.random() < 0.6 else "" for _ in weeks],
            ]
            for i, m in enumerate(("MMRM", "ANCOVA", "logistic regression", "Cox model"))
        ],
    ]
    return [false_table(rng, scene, "statistical_matrix", "Statistical Methods by Time Point of Analysis", rows)]


def power_table(rng: Random, scene: Scene) -> list[Block]:
    rows = [["True difference", *[f"N = {n}" for n in (80, 120, 160, 200)]]]
    rows += [
        [f"{d / 10:.1f}", *[f"{min(99, 12 * d + n // 4 + rng.randint(0, 4))}%" for n in (80, 120, 160, 200)]]
        for d in (2, 3, 4, 5)
    ]
    return [false_table(rng, scene, "other", "Power by Sample Size", rows)]


def adverse_event_rates(rng: Random, scene: Scene) -> list[Block]:
    names = (
        "Headache",
        "Nausea",
        "Fatigue",
        "Nasopharyngitis",
        "Dizziness",
        "Pyrexia",
        "Injection site pain",
    )
    rows = [["Preferred term", "Placebo (N=102)", "Low dose (N=99)", "High dose (N=101)"]]
    rows += [[n, *[f"{k} ({k}%)" for k in (rng.randint(1, 9), rng.randint(2, 14), rng.randint(3, 22))]] for n in names]
    return [false_table(rng, scene, "other", "Common Adverse Events in Earlier Studies", rows)]


def pk_parameters(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Parameter", "Day 1", "Day 7", "Day 14", "Definition"],
        ["Cmax", "X", "X", "X", "Maximum observed concentration"],
        ["tmax", "X", "X", "X", "Time of Cmax"],
        ["AUCtau", "", "X", "X", "Area under the curve over a dosing interval"],
        ["t1/2", "", "", "X", "Terminal half-life"],
        ["Rac", "", "X", "X", "Accumulation ratio"],
    ]
    return [false_table(rng, scene, "statistical_matrix", "Pharmacokinetic Parameters to Be Calculated", rows)]
