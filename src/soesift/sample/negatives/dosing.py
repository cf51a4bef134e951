"""Doses: schedules of treatment, modification for toxicity, stopping rules."""

from __future__ import annotations

from random import Random

from soesift.sample.blocks import Block
from soesift.sample.negatives.scene import Scene, false_table, keep


def dosing_schedule(rng: Random, scene: Scene) -> list[Block]:
    study, other = scene.study, scene.study.area.comparator
    rows = rng.choice(
        (
            [
                ["Arm", "Treatment", "Dose", "Route", "Days of each cycle"],
                ["A", study.drug, study.dose, study.area.route, "1"],
                ["B", other, "per label", "per label", "1, 8, 15"],
            ],
            [
                ["Week", "Morning dose", "Evening dose", "Total daily dose"],
                *[[f"Week {w}", f"{5 * w} mg", f"{5 * w} mg", f"{10 * w} mg"] for w in range(1, rng.randint(4, 7))],
            ],
            [
                ["Treatment group", "Period 1", "Period 2", "Period 3"],
                ["AB", study.drug, other, study.drug],
                ["BA", other, study.drug, other],
            ],
            [
                ["Drug", "Day 1", "Day 8", "Day 15", "Day 22"],
                [study.drug, "X", "", "X", ""],
                [other, "X", "X", "X", ""],
            ],
            [
                ["Kit", "Visit 2", "Visit 4", "Visit 6", "Number of bottles"],
                [study.dose, "2", "2", "3", "7"],
                ["placebo", "2", "2", "3", "7"],
            ],
        )
    )
    title = rng.choice(
        ("Study Treatments", "Dosing Schedule", "Treatment Administration Schedule", "Titration Schedule")
    )
    return [false_table(rng, scene, "dosing_schedule", title, rows)]


def dose_levels(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Cohort", "Dose level", "Participants (active/placebo)", "Sentinel dosing"]]
    rows += [
        [str(i), f"{2**i * 5} mg", f"{rng.choice((6, 8))}/{rng.choice((2, 2, 4))}", "yes" if i < 3 else "no"]
        for i in range(1, 6)
    ]
    return [false_table(rng, scene, "dosing_schedule", "Dose Escalation Cohorts", rows)]


def dose_modification(rng: Random, scene: Scene) -> list[Block]:
    drug = scene.study.drug
    rows = [
        ["Toxicity", "Grade", "Action", f"Dose of {drug} at next cycle"],
        *keep(
            rng,
            (
                ("Neutropenia", "3", "Hold until grade ≤1", "Same dose"),
                ("Neutropenia", "4", "Hold until grade ≤1", "Reduce by one level"),
                ("Febrile neutropenia", "3", "Hold; give G-CSF", "Reduce by one level"),
                ("Thrombocytopenia", "4", "Hold", "Reduce by one level"),
                ("ALT or AST >3 x ULN", "2", "Repeat within 72 hours", "Same dose if resolved by Day 21"),
                ("ALT or AST >8 x ULN", "3", "Discontinue permanently", "Not applicable"),
                ("Rash", "2", "Topical steroids", "Same dose"),
                ("Diarrhea", "3", "Hold; loperamide", "Reduce by one level"),
                ("QTcF >500 ms", "3", "Hold; repeat ECG", "Discuss with monitor"),
                ("Infusion reaction", "2", "Interrupt; restart at half rate", "Same dose with premedication"),
            ),
            5,
        ),
    ]
    title = rng.choice(
        (
            "Dose Modification for Adverse Events",
            "Guidelines for Dose Delay and Reduction",
            "Management of Toxicity",
        )
    )
    return [false_table(rng, scene, "dose_modification", title, rows)]


def infusion_rates(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Time from start (min)", "Rate (mL/h)", "Volume given (mL)"],
        ["0-15", "20", "5"],
        ["15-30", "40", "15"],
        ["30-60", "80", "55"],
        ["60-120", "120", "175"],
    ]
    return [false_table(rng, scene, "dosing_schedule", "Infusion Rates", rows)]


def missed_doses(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Missed dose", "Time since planned dose", "What to do"],
        ["Week 4", "≤7 days", "Give as soon as possible"],
        ["Week 4", ">7 days", "Skip; next dose at Week 8"],
        ["Week 8 and later", "≤14 days", "Give; keep the calendar"],
    ]
    return [false_table(rng, scene, "dosing_schedule", "Handling of Missed Doses", rows)]
