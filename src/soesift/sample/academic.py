"""Schedules as academic groups write them: small, plain, often without a title; ticks, shades or text for marks."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Mode, Schedule, Table
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.negatives.scene import Scene
from soesift.sample.schedule import MadeSchedule
from soesift.sample.style import Borders, Look

TITLES = (
    "Scheme of the evaluation points in time",
    "Time schedule of the measurements",
    "Measurement plan",
    "Overview of data collection",
    "Participant timeline",
    "Schedule of enrolment, interventions, and assessments",
    "Study timeline and outcome measures",
    "Data collection time points",
    "Outcome measures and time of assessment",
    "Summary of assessments",
    "Plan of investigations",
    "Evaluation calendar",
    "Table of examinations",
    "Timing of outcome measurement",
    "Follow-up scheme",
    "Visits and examinations",
    "Moments of measurement",
    "Course of the study for the patient",
    "Examination schedule",
    "Chronology of the controls",
)
MEASURES = (
    "Pain (VAS)",
    "Range of motion",
    "Quality of life (SF-36)",
    "Anxiety and depression (HADS)",
    "Six-minute walk test",
    "Grip strength",
    "Demographic data",
    "Medical history",
    "Informed consent",
    "Inclusion criteria",
    "Randomisation",
    "Blood sample",
    "Blood pressure",
    "Weight and height",
    "Ultrasound",
    "X-ray",
    "MRI",
    "Physical activity (IPAQ)",
    "Sleep quality (PSQI)",
    "Diet diary",
    "Saliva sample",
    "Cognitive test (MoCA)",
    "Adverse events",
    "Complications",
    "Medication use",
    "Plaque index",
    "Wound healing",
    "Satisfaction",
    "Functional score",
    "Spirometry",
    "Electrocardiogram",
    "Questionnaire",
    "Interview",
    "Telephone contact",
    "Training session",
    "Mobility",
    "Fatigue scale",
    "Balance test",
    "Accelerometer",
    "Clinical examination",
    "Photographs",
    "Microbiology swab",
    "Costs (iMCQ)",
)
TIMES: tuple[tuple[str, ...], ...] = (
    ("Baseline", "1 month", "3 months", "6 months", "1 year"),
    ("T0", "T1", "T2", "T3"),
    ("Pre-test", "Post-test", "Follow-up"),
    ("Preoperative", "Day of surgery", "Day 1", "Discharge", "6 weeks", "3 months", "1 year"),
    ("Inclusion", "V1", "V2", "V3", "V4"),
    ("Visit 1", "Visit 2", "Visit 3", "Visit 4", "Visit 5"),
    ("Before", "After 4 weeks", "After 8 weeks", "After 6 months"),
    ("Enrolment", "Allocation", "Week 6", "Week 12", "Close-out"),
    ("Screening", "Week 0", "Week 2", "Week 4", "Week 8", "Week 12"),
    ("Admission", "24 hours", "48 hours", "72 hours", "Day 7", "Day 28", "Day 90"),
    ("M0", "M3", "M6", "M12", "M24"),
    ("1st session", "2nd session", "3rd session", "End", "3 months later"),
    ("Day -7", "Day 0", "Day 14", "Day 28", "Day 56"),
    ("Preselection", "Inclusion visit", "Follow-up visit 1", "Follow-up visit 2", "End of research visit"),
    ("Induction", "Intraoperative", "PACU", "POD1", "POD2", "POD 30"),
    ("Antenatal", "Birth", "6 weeks", "6 months", "12 months"),
)
LABELS = (
    "",
    "Measurement",
    "Assessment",
    "Variable",
    "Instrument",
    "Outcome",
    "Time point",
    "Procedure",
    "Evaluation",
    "Data",
    "Examination",
    "Actions",
    "Tests",
)
DOMAINS = (
    "Pain",
    "Function",
    "Quality of life",
    "Safety",
    "Mood",
    "Costs",
    "Participation",
    "Body structure",
    "Adherence",
)
PHASES = (
    ("Baseline", "T0", "Day -1", "Screening"),
    ("Day 3", "Session 1", "Week 1", "Week 2", "Week 4", "Week 6", "Session 10"),
    ("3 months", "6 months", "1 year", "T4", "Week 24"),
)
SIGNS = ("X", "x", "✓", "•", "●", "√", "+", "Yes", "*", "■", "(X)", "shade")


def plain_look(rng: Random, face: str) -> Look:
    """As a word processor makes it when asked for nothing: thin rules, rarely a grey header."""
    borders: Borders = rng.choice(("full", "full", "full", "rects", "rects", "header", "rules"))
    shade = rng.choice((None, None, None, 0.85))
    return Look(
        rng.choice((face, "Times", "Helvetica")),
        rng.choice((8.0, 9.0, 10.0, 11.0)),
        borders,
        shade,
        None,
        False,
        4.0,
        0.5,
    )


def times_of(rng: Random) -> list[str]:
    times = list(rng.choice(TIMES))
    return times[: rng.randint(min(3, len(times)), len(times))]


def marks_grid(rng: Random) -> Grid:
    """Measures against times, with marks of one sort; sometimes a row of times below the visits."""
    times, measures, sign = times_of(rng), rng.sample(MEASURES, rng.randint(4, 14)), rng.choice(SIGNS)
    head: list[Row] = [[Cell(rng.choice(LABELS), bold=True), *(Cell(t, bold=True, centred=True) for t in times)]]
    if rng.random() < 0.25:
        head.append(
            [
                Cell(rng.choice(("", "Week", "Time", "Window"))),
                *(Cell(f"{4 * i} wk" if i else "0", centred=True) for i in range(len(times))),
            ]
        )
    body: list[Row] = [[Cell(m), *(mark(sign, rng.random() < 0.55) for _ in times)] for m in measures]
    return Grid([*head, *body], len(head))


def mark(sign: str, on: bool) -> Cell:
    if sign == "shade":
        return Cell(shade=0.6 if on else None, centred=True)
    return Cell(sign if on else "", centred=True)


def spirit_grid(rng: Random) -> Grid:
    """The figure of the SPIRIT statement: enrolment, interventions and assessments over time points."""
    count = rng.randint(4, 7)
    times = ["-t1", "0", *(f"t{i}" for i in range(1, count - 1)), rng.choice(("tx", "Close-out", f"t{count}"))]
    top: Row = [
        Cell("", bold=True),
        Cell("STUDY PERIOD", columns=len(times), bold=True, centred=True),
        *[None] * (len(times) - 1),
    ]
    second: Row = [
        Cell("", bold=True),
        Cell("Enrolment", bold=True),
        Cell("Allocation", bold=True),
        Cell("Post-allocation", columns=len(times) - 3, bold=True, centred=True),
        *[None] * (len(times) - 4),
        Cell("Close-out", bold=True),
    ]
    third: Row = [Cell("TIMEPOINT", bold=True), *(Cell(t, bold=True, centred=True) for t in times)]
    cells, bands, sign = [top, second, third], set[int](), rng.choice(("X", "X", "x", "✓"))
    for name, rows in (
        ("ENROLMENT:", ["Eligibility screen", "Informed consent", "Allocation"]),
        ("INTERVENTIONS:", ["Intervention A", "Control"]),
        ("ASSESSMENTS:", rng.sample(MEASURES, rng.randint(3, 7))),
    ):
        bands.add(len(cells))
        cells.append([Cell(name, columns=len(times) + 1, bold=True), *[None] * len(times)])
        for row in rows:
            first = 2 if name != "ENROLMENT:" else 0
            on = [i == first if name == "ENROLMENT:" else i >= 1 and rng.random() < 0.6 for i in range(len(times))]
            cells.append([Cell(row), *(mark(sign, x) for x in on)])
    return Grid(cells, 3, bands)


def text_grid(rng: Random) -> Grid:
    """What is measured stands as text in the cells below each visit, in one row or in a few named ones."""
    times = times_of(rng)[:6]
    joint = rng.choice((", ", ", ", "; ", " / "))
    named = rng.choice(
        (
            [""],
            ["Assessments"],
            ["Tests", "Treatment"],
            ["Questionnaires", "Clinical tests", "Other"],
            ["Group A", "Group B"],
            ["What", "Who"],
        )
    )
    bare = named == [""] and rng.random() < 0.6
    rows: list[list[str]] = [[*([] if bare else [rng.choice(LABELS)]), *times]]
    for name in named:
        cells = [joint.join(rng.sample(MEASURES, rng.randint(2, 5))) for _ in times]
        if name == "Who":
            cells = [rng.choice(("Nurse", "Physiotherapist", "Physician", "By telephone")) for _ in times]
        rows.append([*([] if bare else [name]), *cells])
    return cells_of(rows)


def listed_grid(rng: Random) -> Grid:
    """Visits down, and what is done in each as text."""
    times = times_of(rng)
    head = rng.choice(
        (
            ["Visit", "Time", "Procedures"],
            ["Time point", "Measurements"],
            ["Visit", "Assessments", "Treatment"],
            ["When", "What", "Where"],
            ["Phase", "Time", "Examinations"],
        )
    )
    known: dict[str, Callable[[int], str]] = {
        "Time": lambda i: f"Week {4 * i}",
        "Where": lambda i: rng.choice(("Hospital", "At home", "Telephone")),
        "Treatment": lambda i: rng.choice(("Dose " + str(i + 1), "Session", "-")),
    }
    rows = [head]
    for i, time in enumerate(times):
        rows.append(
            [
                time,
                *(known[h](i) if h in known else ", ".join(rng.sample(MEASURES, rng.randint(2, 6))) for h in head[1:]),
            ]
        )
    return cells_of(rows)


def turned_grid(rng: Random) -> Grid:
    """Visits down, measures across, marks where they meet."""
    times, measures, sign = times_of(rng), rng.sample(MEASURES, rng.randint(4, 8)), rng.choice(SIGNS[:-1])
    rows = [[rng.choice(("Visit", "Time", "", "Time point")), *measures]]
    rows += [[t, *(sign if rng.random() < 0.55 else "" for _ in measures)] for t in times]
    return cells_of(rows)


def small_grid(rng: Random) -> Grid:
    """Three to six short rows: what a study of one questionnaire or one operation needs."""
    times, sign = times_of(rng)[:5], rng.choice(SIGNS)
    rows = rng.sample(MEASURES, rng.randint(2, 5))
    head: Row = [Cell(rng.choice(LABELS), bold=True), *(Cell(t, bold=True, centred=True) for t in times)]
    body: list[Row] = [[Cell(m), *(mark(sign, rng.random() < 0.6) for _ in times)] for m in rows]
    return Grid([head, *body], 1)


def instruments_grid(rng: Random) -> Grid:
    """Two columns of names before the times: the outcome and how it is measured."""
    times, sign = times_of(rng)[:6], rng.choice(SIGNS[:-1])
    names = rng.choice((("Outcome", "Instrument"), ("Domain", "Measure"), ("Variable", "Method"), ("Who", "What")))
    rows = [[*names, *times]]
    for measure in rng.sample(MEASURES, rng.randint(3, 9)):
        first = rng.choice(("Patient", "Assessor", "Nurse")) if names[0] == "Who" else rng.choice(DOMAINS)
        rows.append([first, measure, *(sign if rng.random() < 0.6 else "" for _ in times)])
    return cells_of(rows)


def bulleted_grid(rng: Random) -> Grid:
    """Lists inside the cells, one line a thing done; times across or down."""
    times, point = times_of(rng)[:5], rng.choice(("• ", "- ", "", "", "1. "))

    def listed() -> str:
        return "\n".join(point + m for m in rng.sample(MEASURES, rng.randint(2, 6)))

    if rng.random() < 0.5:
        head = rng.choice((["Visit", "Procedures"], ["Time", "What is done"], ["Time point", "Data collected"], []))
        return cells_of([*([head] if head else []), *([t, listed()] for t in times)])
    label = [rng.choice(("Procedures", "Assessments", "Data collected"))] if rng.random() < 0.4 else []
    return cells_of([[*["" for _ in label], *times], [*label, *(listed() for _ in times)]])


def values_grid(rng: Random) -> Grid:
    """How a thing is measured stands where a mark would: how long, by what way, how often."""
    times = times_of(rng)[:6]
    ways = rng.choice((("phone", "clinic", "online"), ("30 min", "1 h", "10 min"), ("1x", "2x")))
    rows = [[rng.choice(LABELS), *times]]
    for measure in rng.sample(MEASURES, rng.randint(3, 9)):
        rows.append([measure, *(rng.choice(ways) if rng.random() < 0.55 else rng.choice(("", "", "-")) for _ in times)])
    return cells_of(rows)


def in_order(rng: Random, texts: tuple[str, ...], count: int) -> list[str]:
    return [texts[i] for i in sorted(rng.sample(range(len(texts)), count))]


def phases_grid(rng: Random) -> Grid:
    """Phases above, times below them, groups or measures down; text or marks."""
    counts = (1, rng.randint(2, 3), rng.randint(1, 2))
    before, during, after = (in_order(rng, part, k) for part, k in zip(PHASES, counts, strict=True))
    names = rng.choice(
        (("Before", "Intervention", "After"), ("Pre", "Treatment", "Follow-up"), ("Start", "Course", "End"))
    )
    times = [*before, *during, *after]
    top: Row = [Cell("", rows=2, bold=True)]
    for name, part in zip(names, (before, during, after), strict=True):
        top += [Cell(name, columns=len(part), bold=True, centred=True), *[None] * (len(part) - 1)]
    below: Row = [None, *(Cell(t, bold=True, centred=True) for t in times)]
    sign, text = rng.choice(SIGNS[:-1]), rng.random() < 0.35
    rows = rng.sample(("Group A", "Group B", "Both groups"), 2) if text else rng.sample(MEASURES, rng.randint(3, 8))
    body: list[Row] = []
    for row in rows:
        said = [", ".join(rng.sample(MEASURES, rng.randint(1, 3))) if text else "" for _ in times]
        body.append([Cell(row), *(Cell(t) if text else mark(sign, rng.random() < 0.6) for t in said)])
    return Grid([top, below, *body], 2)


def cells_of(rows: list[list[str]]) -> Grid:
    return Grid([[Cell(t, bold=r == 0, centred=r > 0 and len(t) < 4) for t in row] for r, row in enumerate(rows)], 1)


WAYS: tuple[Callable[[Random], Grid], ...] = (
    marks_grid,
    marks_grid,
    spirit_grid,
    text_grid,
    text_grid,
    listed_grid,
    turned_grid,
    small_grid,
    instruments_grid,
    bulleted_grid,
    values_grid,
    phases_grid,
)


def academic_schedule(rng: Random, scene: Scene) -> Table:
    """One schedule of an academic protocol; it is what amendments of the document would quote."""
    grid = rng.choice(WAYS)(rng)
    scene.main = MadeSchedule(grid, [], [], [])
    title = rng.choice(TITLES)
    caption = rng.choice(("", "", f"Table {rng.randint(1, 5)}. {title}", f"Table {rng.randint(1, 5)}: {title}", title))
    notes = [("*", "If clinically needed.")] if rng.random() < 0.2 else []
    mode: Mode = rng.choice(("portrait", "portrait", "portrait", "landscape")) if grid.shape[1] <= 8 else "landscape"
    look = plain_look(rng, scene.style.face)
    return Table(
        grid,
        look,
        caption,
        notes,
        "",
        Schedule("main_soa", title, []),
        mode,
        rng.random() < 0.5,
        "",
        rng.random() < 0.2,
    )
