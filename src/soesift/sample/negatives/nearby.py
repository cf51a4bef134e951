"""Small tables beside the schedules of `pragmatic`, in the same words and dress: they plan no procedure for anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from soesift.sample.blocks import Block, Negative, NegativeClass, Table
from soesift.sample.negatives import analysis, paperwork, treatment
from soesift.sample.negatives.scene import Scene
from soesift.sample.pragmatic import SIGNS, caption_of, cells_of, look_of
from soesift.sample.words.everyday import PEOPLE, PLACES, elapsed, initials, measure, measures, time_points

Rows = Sequence[Sequence[str]]


def beside(rng: Random, scene: Scene, kind: NegativeClass, title: str, rows: Rows) -> list[Block]:
    """A table in the dress of such a schedule, labelled as none."""
    grid, look = cells_of([list(row) for row in rows]), look_of(rng, scene.style.face)
    below = rng.random() < 0.35
    return [Table(grid, look, caption_of(rng, title), label=Negative(kind, title), caption_below=below)]


def volumes(rng: Random, scene: Scene) -> list[Block]:
    """Amounts of blood or urine by visit: numbers where a schedule has marks."""
    times = time_points(rng, 3)
    names = rng.sample(
        ("Whole blood", "Serum", "Plasma", "EDTA tube", "Citrate tube", "Urine", "Saliva", "DNA", "Total"),
        rng.randint(2, 5),
    )
    rows = [[rng.choice(("Test", "Tube", "Sample", "Sample (mL)", "")), *times]]
    for name in names:
        amount = rng.choice((2, 2.5, 4, 5, 6, 7.5, 10, 20))
        rows.append([name, *(f"{amount:g}" if rng.random() < 0.75 else rng.choice(("", "-", "0")) for _ in times)])
    title = rng.choice(
        ("Blood volumes (mL) by visit", "Volume of samples", "Sample volumes", "Tubes and volumes per visit")
    )
    return beside(rng, scene, "volume", title, rows)


def sample_handling(rng: Random, scene: Scene) -> list[Block]:
    names = rng.sample(
        ("Whole blood", "Serum", "Plasma", "Urine", "Saliva", "Swab", "Biopsy", "Stool"), rng.randint(2, 5)
    )
    rows = [["Sample", "Tube", "Volume", rng.choice(("Storage", "Stability", "Laboratory"))]]
    rows += [
        [
            n,
            rng.choice(("EDTA", "Plain", "Citrate", "Cup")),
            f"{rng.randint(2, 10)} mL",
            rng.choice(("-80 °C", "4 °C", "24 h", "Local", "Central")),
        ]
        for n in names
    ]
    return beside(rng, scene, "sampling_list", rng.choice(("Handling of samples", "Samples and storage")), rows)


def doses(rng: Random, scene: Scene) -> list[Block]:
    """What is taken when, by arm: amounts under weeks or days."""
    later, unit = elapsed(rng, rng.randint(3, 6)), rng.choice(("mg", "mg", "mL", "drops", "IU", "tablets", "puffs"))
    rows = [[rng.choice(("Arm", "Group", "Drug", "")), *(f"{one.capitalize()} {n}" for n, one, *_ in later)]]
    for arm in rng.sample(
        ("Intervention", "Control", "Arm A", "Arm B", "Low dose", "High dose", "Placebo", "Step-down"),
        rng.randint(2, 4),
    ):
        amount = rng.choice((5, 10, 25, 50, 100))
        rows.append([arm, *(f"{amount * (i + 1)} {unit}" if rng.random() < 0.9 else "-" for i in range(len(later)))])
    if rng.random() < 0.3:
        rows = [list(row) for row in zip(*rows, strict=True)]
    return beside(
        rng,
        scene,
        "dosing_schedule",
        rng.choice(("Dose by week", "Titration", "Dosing scheme", "Study medication")),
        rows,
    )


def changes_of_dose(rng: Random, scene: Scene) -> list[Block]:
    rows = [[rng.choice(("Finding", "Event", "Symptom", "Result")), rng.choice(("Action", "Dose", "What to do"))]]
    if rng.random() < 0.5:
        rows[0].append(rng.choice(("Check again", "Next visit", "Restart")))
    for _ in range(rng.randint(3, 6)):
        row = [
            f"{measure(rng)} {rng.choice(('above', 'below', '>', '<', 'worse by'))} {rng.randint(2, 90)}",
            rng.choice(("Halve the dose", "Stop", "Continue", "Pause for one week", "Refer", "Reduce by one step")),
        ]
        rows.append([*row, rng.choice(("After 1 week", "At the next visit", "Day 7", "When resolved"))][: len(rows[0])])
    return beside(
        rng, scene, "dose_modification", rng.choice(("Change of dose", "Rules for stopping", "Actions")), rows
    )


def windows(rng: Random, scene: Scene) -> list[Block]:
    """Which day counts as which visit, at analysis."""
    times = time_points(rng, 3)
    heads = rng.choice(
        (["Visit", "Target day", "Window"], ["Time point", "Days", "Interval used"], ["Visit", "From", "To"])
    )
    rows, day = [heads], 0
    for time in times:
        low, high = day - rng.randint(1, 14), day + rng.randint(1, 14)
        rows.append(
            [time, str(low if heads[1] == "From" else day), str(high) if heads[2] == "To" else f"{low} to {high}"]
        )
        day = high + rng.randint(10, 60)
    return beside(rng, scene, "analysis_windows", rng.choice(("Windows of analysis", "Days counted as visits")), rows)


def sessions(rng: Random, scene: Scene) -> list[Block]:
    """What is taught or trained in each session of the intervention."""
    topics = (
        "Goals",
        "Breathing",
        "Pacing",
        "Sleep habits",
        "Thoughts",
        "Exercises at home",
        "Relapse",
        "Diet",
        "Role play",
        "Warm-up",
        "Review",
    )
    unit = rng.choice(("Session", "Week", "Module", "Class", "Lesson"))
    heads = [
        unit,
        rng.choice(("Topic", "Content", "Theme", "Aim")),
        *rng.sample(("Homework", "Minutes", "Materials", "Led by"), rng.randint(0, 2)),
    ]
    rows = [heads]
    for i, topic in enumerate(rng.sample(topics, rng.randint(3, 8)), 1):
        known = {"Homework": rng.choice(("Diary", "Practice", "None")), "Minutes": str(rng.choice((30, 45, 60, 90)))}
        known |= {"Materials": rng.choice(("Leaflet", "Video", "Mat", "App")), "Led by": rng.choice(PEOPLE)}
        rows.append([rng.choice((f"{i}", f"{unit} {i}")), topic, *(known[h] for h in heads[2:])])
    return beside(
        rng, scene, "other", rng.choice(("Content of the sessions", "The programme", "Outline of the course")), rows
    )


def duties(rng: Random, scene: Scene) -> list[Block]:
    """Marks, but of persons or sites and not of times."""
    who = rng.choice(
        (
            rng.sample(PEOPLE, rng.randint(3, 5)),
            [f"{rng.choice(('Site', 'Centre'))} {i}" for i in range(1, rng.randint(4, 7))],
        )
    )
    sign = rng.choice(SIGNS)
    things = rng.choice(
        (
            measures(rng, rng.randint(3, 7)),
            rng.sample(
                ("Recruits", "Treats", "Enters data", "Reports events", "Trains staff", "Analyses", "Stores samples"),
                rng.randint(3, 6),
            ),
        )
    )
    rows = [[rng.choice(("Task", "Duty", "", "Facility")), *who]]
    rows += [[t, *(sign if rng.random() < 0.5 else "" for _ in who)] for t in things]
    return beside(
        rng, scene, "other", rng.choice(("Who does what", "Duties", "Facilities of the centres", "Roles")), rows
    )


def results(rng: Random, scene: Scene) -> list[Block]:
    """What an earlier trial found, over time."""
    times = time_points(rng, 3, 6)
    rows = [[rng.choice(("Group", "Outcome", "", "Mean (SD)")), *times]]
    for name in rng.choice((["Intervention", "Control", "Difference"], measures(rng, rng.randint(2, 6)))):
        rows.append([name, *(f"{rng.uniform(1, 90):.1f} ({rng.uniform(0.5, 15):.1f})" for _ in times)])
    return beside(
        rng,
        scene,
        "other",
        rng.choice(("Results of the pilot", "Scores over time", "Outcomes of an earlier trial")),
        rows,
    )


def progress(rng: Random, scene: Scene) -> list[Block]:
    """Expected recruitment or answers, by month and centre."""
    later = elapsed(rng, rng.randint(3, 6))
    rows = [[rng.choice(("Centre", "Practice", "Site", "")), *(f"{one.capitalize()} {n}" for n, one, *_ in later)]]
    share = rng.random() < 0.4
    for i in range(1, rng.randint(3, 7)):
        rows.append(
            [
                f"{rng.choice(('Centre', 'Practice', 'Ward'))} {i}",
                *(f"{rng.randint(1, 99)}{'%' if share else ''}" for _ in later),
            ]
        )
    return beside(
        rng, scene, "other", rng.choice(("Expected recruitment", "Return of forms", "Recruitment by centre")), rows
    )


def instruments(rng: Random, scene: Scene) -> list[Block]:
    """Questionnaires with what they hold; no time at which they are filled in."""
    heads = [
        "Instrument",
        *rng.sample(
            ("Items", "Range", "Domain", "Minutes", "Higher means", "Reference", "Filled in by"), rng.randint(2, 4)
        ),
    ]
    rows = [heads]
    for _ in range(rng.randint(3, 8)):
        known = {
            "Items": str(rng.randint(3, 60)),
            "Range": f"0-{rng.choice((10, 20, 27, 63, 100))}",
            "Minutes": str(rng.randint(2, 30)),
        }
        known |= {
            "Domain": measure(rng),
            "Higher means": rng.choice(("better", "worse")),
            "Reference": f"({rng.randint(1, 60)})",
        }
        known["Filled in by"] = rng.choice(PEOPLE)
        rows.append([rng.choice((initials(rng), measure(rng))), *(known[h] for h in heads[1:])])
    return beside(
        rng, scene, "other", rng.choice(("Questionnaires used", "Properties of the measures", "Instruments")), rows
    )


def outcomes(rng: Random, scene: Scene) -> list[Block]:
    """Outcomes with how each is analysed; a time stands in a cell, but no visit."""
    heads = ["Outcome", *rng.sample(("Measure", "Time of analysis", "Type", "Model", "Hypothesis"), rng.randint(2, 3))]
    rows = [heads]
    for name in measures(rng, rng.randint(3, 7)):
        n, one, *_ = elapsed(rng, 1)[0]
        known = {
            "Measure": initials(rng),
            "Time of analysis": f"{one.capitalize()} {n}",
            "Type": rng.choice(("Continuous", "Binary", "Count")),
        }
        known |= {
            "Model": rng.choice(("Linear mixed", "Logistic", "Cox", "Poisson")),
            "Hypothesis": rng.choice(("Superior", "Not worse")),
        }
        rows.append([name, *(known[h] for h in heads[1:])])
    return beside(
        rng,
        scene,
        "objectives_endpoints",
        rng.choice(("Outcomes and analysis", "Primary and secondary outcomes")),
        rows,
    )


def form(rng: Random, scene: Scene) -> list[Block]:
    """A page of a form: boxes to tick, no times; or a diary with empty days."""
    if rng.random() < 0.5:
        answers = rng.choice(
            (["Never", "Sometimes", "Often", "Always"], ["No", "Yes"], ["0", "1", "2", "3", "4"], ["Left", "Right"])
        )
        box = rng.choice(("[ ]", "", "o"))
        rows = [["", *answers], *([m, *(box for _ in answers)] for m in measures(rng, rng.randint(3, 7)))]
    else:
        days = rng.choice(
            (
                ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                [f"Day {i}" for i in range(1, 6)],
                ["Date", "Time", "Initials"],
            )
        )
        rows = [["", *days], *([m, *("" for _ in days)] for m in measures(rng, rng.randint(2, 5)))]
    return beside(rng, scene, "crf_worksheet", rng.choice(("Diary", "Checklist", "Form A", "Page of the record")), rows)


def costs(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Item", rng.choice(("Unit", "Number", "Source")), rng.choice(("Price", "Unit cost", "Euro"))]]
    rows += [
        [m, rng.choice(("per visit", "per day", "each", "tariff", *PLACES[:3])), f"{rng.uniform(5, 900):.2f}"]
        for m in measures(rng, rng.randint(3, 7))
    ]
    return beside(rng, scene, "other", rng.choice(("Unit costs", "Prices used", "Budget per patient")), rows)


def pairs(rng: Random, scene: Scene) -> list[Block]:
    """Two columns: terms, criteria, contacts, synopsis."""
    who = [[p, f"{rng.choice(('Dr', 'Ms', 'Mr'))} {initials(rng)}"] for p in rng.sample(PEOPLE, rng.randint(3, 6))]
    short = [[initials(rng), measure(rng)] for _ in range(rng.randint(4, 12))]
    criteria = [
        [
            f"{rng.choice('IE')}{i}",
            f"{measure(rng)} {rng.choice(('known', 'above the limit', 'within a month', 'not possible'))}",
        ]
        for i in range(1, rng.randint(4, 9))
    ]
    facts = [
        ["Design", "Parallel groups"],
        ["Number", str(rng.randint(20, 900))],
        ["Follow-up", f"{rng.randint(3, 24)} months"],
        ["Primary outcome", measure(rng)],
    ]
    kind, title, rows = rng.choice(
        (
            ("other", "Contacts", who),
            ("abbreviations", "Abbreviations", short),
            ("eligibility", "Eligibility criteria", criteria),
            ("synopsis_mention", "Summary of the trial", facts),
        )
    )
    head = [] if rng.random() < 0.4 else [rng.choice((["No.", "Text"], ["Term", "Meaning"], ["Item", "Detail"]))]
    return beside(rng, scene, kind, title, [*head, *rows])  # type: ignore[arg-type]


NEARBY: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    volumes,
    sample_handling,
    doses,
    changes_of_dose,
    windows,
    sessions,
    duties,
    results,
    progress,
    instruments,
    outcomes,
    form,
    costs,
    pairs,
)

USUAL: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    *paperwork.ACADEMIC,
    paperwork.eligibility,
    paperwork.abbreviations,
    paperwork.objectives_endpoints,
    paperwork.statistical_matrix,
    paperwork.responsibilities,
    paperwork.crf_worksheet,
    treatment.dosing_schedule,
    treatment.dose_modification,
    treatment.missed_doses,
    treatment.lab_list,
    treatment.blood_volume,
    treatment.visit_volume,
    treatment.sampling_list,
    treatment.visit_windows,
    analysis.analysis_windows,
    analysis.endpoints_by_visit,
    analysis.windows_by_assessment,
)
"""Makers of other kinds whose tables stand here in this kind's dress."""


def dressed(rng: Random, scene: Scene, blocks: list[Block]) -> list[Block]:
    """The same blocks, their tables in the dress of the schedules of this kind."""
    return [
        replace(one, look=look_of(rng, scene.style.face), caption_below=rng.random() < 0.35)
        if isinstance(one, Table)
        else one
        for one in blocks
    ]


def nearby(rng: Random, scene: Scene) -> list[Block]:
    """One table that is no schedule."""
    if rng.random() < 0.6:
        return rng.choice(NEARBY)(rng, scene)
    return dressed(rng, scene, rng.choice(USUAL)(rng, scene))
