"""Tables of academic documents that plan nothing to be measured: programmes, budgets, outcome lists, literature.

Many name sessions, weeks and measures as schedules do; what a cell says is a content, a price or a result.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Block
from soesift.sample.negatives.scene import Scene, false_table, keep

EXERCISES = (
    "Warm-up, stretching",
    "Squats 3 x 10",
    "Bridging, 2 sets of 12",
    "Elastic band, 3 x 15",
    "Treadmill 20 min",
    "Breathing exercises",
    "Step-ups",
    "Progressive load 60% 1RM",
    "Cool-down",
    "Balance on foam pad",
)
TOPICS = (
    "Introduction and goals",
    "Healthy eating",
    "Coping with stress",
    "Thoughts and feelings",
    "Physical activity in daily life",
    "Communication",
    "Relapse prevention",
    "Mindful breathing",
    "Problem solving",
    "Family and friends",
    "Review and farewell",
)
OUTCOMES = (
    ("Pain", "VAS", "0-100 mm"),
    ("Quality of life", "SF-36", "0-100"),
    ("Depression", "BDI-II", "0-63"),
    ("Function", "DASH", "0-100"),
    ("Sleep", "PSQI", "0-21"),
    ("Anxiety", "STAI", "20-80"),
    ("Balance", "Berg balance scale", "0-56"),
    ("Fatigue", "FSS", "9-63"),
    ("Strength", "Dynamometer", "kg"),
)


def programme(rng: Random, scene: Scene) -> list[Block]:
    """Sessions or weeks of a treatment and what each is about: the content of an intervention."""
    unit, topics = rng.choice(("Session", "Week", "Module", "Meeting")), rng.choice((EXERCISES, TOPICS))
    count = rng.randint(4, 10)
    head = rng.choice(
        ([unit, "Content"], [unit, "Topic", "Homework"], [unit, "Exercise", "Duration"], [unit, "Aim", "Activities"])
    )
    rows = [head]
    for i in range(count):
        rest = [rng.choice(("15 min", "30 min", "Diary", "Worksheet", "Practise daily", "Handout"))] * (len(head) - 2)
        rows.append([f"{unit} {i + 1}", ", ".join(rng.sample(topics, rng.randint(1, 3))), *rest])
    title = rng.choice(("Content of the Intervention", "Training Programme", "Outline of the Sessions", "Curriculum"))
    return [false_table(rng, scene, "other", title, rows)]


def exercise_weeks(rng: Random, scene: Scene) -> list[Block]:
    """Exercises against weeks, with sets and loads: how the treatment grows, nothing measured."""
    weeks = [
        f"Week{'s' if s > 1 else ''} {1 + s * i}{f'-{s * (i + 1)}' if s > 1 else ''}"
        for s in (rng.choice((1, 2, 4)),)
        for i in range(4)
    ]
    rows = [[rng.choice(("Exercise", "Component", "Parameter")), *weeks]]
    rows += [
        [e.split(",")[0], *(rng.choice(("2 x 10", "3 x 10", "3 x 12", "20 min", "60%", "70%", "-")) for _ in weeks)]
        for e in rng.sample(EXERCISES, rng.randint(3, 6))
    ]
    return [false_table(rng, scene, "dosing_schedule", rng.choice(("Progression", "Exercise Protocol")), rows)]


def outcome_list(rng: Random, scene: Scene) -> list[Block]:
    """Outcomes and their instruments without any time."""
    heads = rng.choice((["Outcome", "Instrument", "Range"], ["Variable", "Measured by", "Unit"]))
    return [
        false_table(
            rng,
            scene,
            "other",
            rng.choice(("Outcome Measures", "Instruments", "Variables")),
            [heads, *keep(rng, OUTCOMES, 4)],
        )
    ]


def budget(rng: Random, scene: Scene) -> list[Block]:
    years = [f"Year {i}" for i in range(1, rng.randint(2, 4))] or ["Cost"]
    rows = [[rng.choice(("Item", "Budget line", "Cost")), *years, "Total"]]
    for name in keep(
        rng,
        [
            ["Personnel"],
            ["Blood tests"],
            ["MRI scans"],
            ["Travel of patients"],
            ["Publication"],
            ["Questionnaires (licence)"],
            ["Statistician"],
            ["Consumables"],
        ],
        4,
    ):
        sums = [rng.randint(1, 90) * 100 for _ in years]
        rows.append([*name, *(f"{x:,}" for x in sums), f"{sum(sums):,}"])
    return [false_table(rng, scene, "other", rng.choice(("Budget", "Costs of the Study", "Financial Plan")), rows)]


def literature(rng: Random, scene: Scene) -> list[Block]:
    """Earlier studies, how long they followed and what they found."""
    rows = [["Author, year", "Design", "Follow-up", "Outcome", "Result"]]
    for letter in rng.sample("ABCDEFGHKLM", rng.randint(4, 7)):
        months = rng.choice((3, 6, 12, 24))
        rows.append(
            [
                f"{letter}. et al., {rng.randint(1999, 2023)}",
                rng.choice(("RCT", "Cohort", "Case series")),
                f"{months} months",
                rng.choice(OUTCOMES)[1],
                rng.choice(("Improved", "No difference", "p=0.03")),
            ]
        )
    return [false_table(rng, scene, "other", rng.choice(("Earlier Studies", "Summary of the Literature")), rows)]


def results_over_time(rng: Random, scene: Scene) -> list[Block]:
    """Measures against times filled with means: what was found, not what is planned."""
    times = rng.choice(
        (("Baseline", "6 weeks", "3 months"), ("T0", "T1", "T2"), ("Pre", "Post"), ("Day 0", "Day 7", "Day 28"))
    )
    rows = [[rng.choice(("", "Variable", "Outcome")), *times, rng.choice(("p-value", "p", "Difference"))]]
    for name, _, _ in keep(rng, OUTCOMES, 4):
        rows.append(
            [
                name,
                *(
                    f"{rng.randint(5, 90)}.{rng.randint(0, 9)} ({rng.randint(1, 19)}.{rng.randint(0, 9)})"
                    for _ in times
                ),
                f"0.{rng.randint(1, 99):02d}",
            ]
        )
    return [
        false_table(
            rng,
            scene,
            "statistical_matrix",
            rng.choice(("Results of the Pilot Study", "Changes over Time", "Pilot Data")),
            rows,
        )
    ]


def case_form(rng: Random, scene: Scene) -> list[Block]:
    """An empty sheet to fill in at the visits: dates and values of one patient."""
    times = rng.choice(
        (("Baseline", "1 month", "3 months"), ("Visit 1", "Visit 2", "Visit 3", "Visit 4"), ("Day 1", "Day 2", "Day 3"))
    )
    rows = [["Patient no. ____", *times], ["Date", *["__/__/____"] * len(times)]]
    rows += [[f"{name} ({unit})", *[rng.choice(("", "____"))] * len(times)] for name, _, unit in keep(rng, OUTCOMES, 3)]
    return [
        false_table(
            rng,
            scene,
            "crf_worksheet",
            rng.choice(("Data Collection Sheet", "Case Record Form", "Patient Chart")),
            rows,
        )
    ]


MAKERS: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    programme,
    exercise_weeks,
    outcome_list,
    budget,
    literature,
    results_over_time,
    case_form,
)
