"""Drawings with lines and words that are no tables: charts, slides, plans of machines, forms, schemes of studies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import exp
from random import Random
from typing import Any

from soesift.sample.blocks import Block, Figure, Mode, Negative, NegativeClass, Paragraph
from soesift.sample.drawing import arrow, draw_line, draw_lines, wrap
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.negatives.scene import Scene, false_table

# Study flow figures, and a mention of the schedule in a synopsis.


def flow_figure(rng: Random, scene: Scene) -> list[Block]:
    """Epochs as boxes from left to right, two arms between; arrows join them; a time line below."""
    study, font = scene.study, scene.style.plain
    arms = [f"{study.drug} {study.dose}", study.area.comparator]
    weeks = ["Day -28", "Day 1", "Week 12", "Week 24", "Week 28"]
    title = rng.choice(("Study Schema", "Study Flow Chart", "Overview of Study Design", "Study Design"))

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        w = width / 4.6
        middle = y - 75
        box(canvas, x, middle, w * 0.9, "Screening (up to 28 days)", font)
        for i, arm in enumerate(arms):
            level = middle + (32 if i == 0 else -32)
            box(canvas, x + 1.7 * w, level, 1.4 * w, f"Arm {'AB'[i]}: {arm}", font)
            arrow(canvas, x + 1.25 * w, x + 1.68 * w, level)
            arrow(canvas, x + 3.12 * w, x + 3.55 * w, level)
        box(canvas, x + w * 1.0, middle, w * 0.24, "R", font)
        box(canvas, x + 3.58 * w, middle, w, "Safety follow-up", font)
        arrow(canvas, x + 0.9 * w, x + 0.99 * w, middle)
        canvas.line(x + 1.24 * w, middle - 32, x + 1.24 * w, middle + 32)
        canvas.line(x, y - 150, x + width, y - 150)
        for i, week in enumerate(weeks):
            at = x + width * i / (len(weeks) - 1)
            canvas.line(at, y - 147, at, y - 153)
            draw_lines(canvas, min(max(at, x + 18), x + width - 18), y - 154, (week,), font, 8, "centre")

    return [Figure(draw, 175, f"Figure 1. {title}", Negative("figure", title))]


def decision_figure(rng: Random, scene: Scene) -> list[Block]:
    """Boxes from top to bottom: what to do after a visit."""
    font = scene.style.plain
    steps = rng.sample(
        (
            "Assessed for eligibility at screening",
            "Randomized (Visit 2)",
            "Treatment period, visits every 4 weeks",
            "Progression confirmed by imaging?",
            "Continue treatment",
            "End of treatment visit",
            "Survival follow-up every 12 weeks",
        ),
        5,
    )

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        for i, step in enumerate(steps):
            middle = y - 20 - 48 * i
            box(canvas, x + width * 0.25, middle, width * 0.5, step, font)
            if i:
                canvas.line(x + width / 2, middle + 16, x + width / 2, middle + 32)

    return [Figure(draw, 48.0 * len(steps) + 6, "Figure 2. Participant Flow", Negative("figure", "Participant Flow"))]


def box(canvas: Any, x: float, middle: float, width: float, text: str, font: str) -> None:
    lines = wrap(text, font, 8, width - 6)
    height = max(24.0, 10.0 * len(lines) + 8)
    canvas.setLineWidth(0.8)
    canvas.rect(x, middle - height / 2, width, height, stroke=1, fill=0)
    draw_lines(canvas, x + width / 2, middle + 4.8 * len(lines), lines, font, 8, "centre")


def synopsis_mention(rng: Random, scene: Scene) -> list[Block]:
    text = rng.choice(
        (
            "Visits and procedures are given in the Schedule of Activities: screening (Day -28 to -1), "
            "baseline, Weeks 2, 4, 8 and 12, end of treatment and follow-up.",
            "Schedule of assessments: informed consent, physical examination, vital signs, ECG and "
            "laboratory tests take place at each visit, see Section 1.3.",
        )
    )
    return [Paragraph(text, label=Negative("synopsis_mention", "Schedule of assessments (synopsis)"))]


PAGES: tuple[Mode, ...] = ("portrait", "landscape", "landscape")
VALUES = (
    "Change from baseline",
    "Mean score",
    "Survival probability",
    "Concentration (ng/mL)",
    "HbA1c (%)",
    "Visits",
    "Cost in thousands",
    "Participants",
    "Response rate (%)",
)


def figure(
    rng: Random,
    kind: NegativeClass,
    title: str,
    height: float,
    draw: Callable[[Any, float, float, float], None],
    mode: Mode | None = None,
) -> list[Block]:
    caption = rng.choice((f"Figure {rng.randint(1, 9)}. {title}", title, ""))
    paper: Mode = rng.choice(PAGES) if mode is None else mode
    return [Figure(draw, height, caption, Negative(kind, title), paper)]


def ticks(rng: Random) -> list[str]:
    """Labels of a time axis."""
    step, count = rng.choice((1, 2, 4, 12)), rng.randint(4, 10)
    form = rng.choice(("Week {}", "{}", "Month {}", "Day {}", "W{}", "Q{}", "Visit {}"))
    return [form.format(step * i) for i in range(count)]


def axes(
    canvas: Any, frame: tuple[float, float, float, float], labels: list[str], font: str, ruled: tuple[bool, bool]
) -> None:
    """Frame, grid lines across and down as asked, numbers at the left, labels below."""
    x, y, width, height = frame
    canvas.setLineWidth(0.5)
    canvas.rect(x, y, width, height, stroke=1, fill=0)
    for i in range(6):
        level = y + height * i / 5
        if ruled[0]:
            canvas.line(x, level, x + width, level)
        draw_line(canvas, x - 4, level - 2, f"{20 * i}", font, 7, "right")
    for i, label in enumerate(labels):
        at = x + width * (i + 0.5) / len(labels)
        if ruled[1]:
            canvas.line(x + width * i / len(labels), y, x + width * i / len(labels), y + height)
        draw_line(canvas, at, y - 10, label, font, 6.5, "centre")


def line_chart(rng: Random, scene: Scene) -> list[Block]:
    """Courses of arms over visits, with marks at each point; often the numbers at risk below."""
    labels, font, arms = ticks(rng), scene.style.plain, rng.randint(1, 4)
    falls, bases = [rng.uniform(0.05, 0.4) for _ in range(arms)], [rng.uniform(0.6, 0.95) for _ in range(arms)]
    ruled, at_risk, steps = (rng.random() < 0.8, rng.random() < 0.5), rng.random() < 0.5, rng.random() < 0.35
    counts = [[max(0, int(200 * exp(-fall * i))) for i in range(len(labels))] for fall in falls]
    signs = [rng.choice(("x", "X", "+", "o", "•")) for _ in range(arms)]

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        frame = (x + 60, y - 190, width - 80, 180.0)
        axes(canvas, frame, labels, font, ruled)
        for arm in range(arms):
            points = [
                (frame[0] + frame[2] * (i + 0.5) / len(labels), frame[1] + 180 * bases[arm] * exp(-falls[arm] * i))
                for i in range(len(labels))
            ]
            for (x0, y0), (x1, y1) in pairwise(points):
                canvas.lines([(x0, y0, x1, y0), (x1, y0, x1, y1)] if steps else [(x0, y0, x1, y1)])
            for px, py in points:
                draw_line(canvas, px, py - 2, signs[arm], font, 7, "centre")
            draw_line(canvas, frame[0] + 8 + 90 * arm, y - 8, f"{signs[arm]} Arm {arm + 1}", font, 7)
            for i, n in enumerate(counts[arm] if at_risk else []):
                draw_line(canvas, points[i][0], frame[1] - 24 - 10 * arm, str(n), font, 6.5, "centre")
            if at_risk:
                draw_line(canvas, x, frame[1] - 24 - 10 * arm, f"Arm {arm + 1}", font, 6.5)

    title = f"{rng.choice(VALUES)} over Time"
    return figure(rng, "chart", title, 215 + 10 * arms, draw)


def bar_chart(rng: Random, scene: Scene) -> list[Block]:
    """Bars of groups, with or without numbers on them and grid lines behind."""
    labels, font, arms, ruled = (
        ticks(rng),
        scene.style.plain,
        rng.randint(1, 3),
        (rng.random() < 0.8, rng.random() < 0.4),
    )
    heights = [[rng.uniform(0.1, 0.95) for _ in labels] for _ in range(arms)]
    told, across = rng.random() < 0.6, rng.random() < 0.25

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        frame = (x + 60, y - 200, width - 80, 185.0)
        axes(canvas, frame, labels, font, ruled)
        slot = (185.0 if across else frame[2]) / len(labels)
        for arm in range(arms):
            canvas.setFillGray(0.3 + 0.25 * arm)
            for i, share in enumerate(heights[arm]):
                at = slot * (i + 0.15 + 0.7 * arm / arms)
                if across:
                    canvas.rect(frame[0], frame[1] + at, frame[2] * share, 0.65 * slot / arms, stroke=1, fill=1)
                else:
                    canvas.rect(frame[0] + at, frame[1], 0.65 * slot / arms, 185 * share, stroke=1, fill=1)
            canvas.setFillGray(0)
            for i, share in enumerate(heights[arm] if told and not across else []):
                draw_line(
                    canvas,
                    frame[0] + slot * (i + 0.45),
                    frame[1] + 185 * share + 2,
                    f"{100 * share:.0f}",
                    font,
                    6,
                    "centre",
                )

    return figure(rng, "chart", f"{rng.choice(VALUES)} by Visit", 220, draw)


def slide(rng: Random, scene: Scene) -> list[Block]:
    """A slide: frames, few words, arrows; like a table only in its lines."""
    font, columns, rows = scene.style.plain, rng.randint(2, 5), rng.randint(1, 3)
    words = (
        "Screening",
        "Treatment",
        "Follow-up",
        "Results",
        "Budget",
        "Next steps",
        "Week 4",
        "Q1",
        "Q2",
        "Team",
        "Visit 1",
        "Enrolment",
        "Data lock",
        "Safety",
        "Sites",
        "Month 6",
        "X",
        "✓",
        "20",
        "Goals",
    )
    texts = [[rng.choice(words) for _ in range(columns)] for _ in range(rows)]
    gap = rng.choice((0.0, 0.0, 6.0, 14.0))

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        draw_line(canvas, x, y - 18, rng_title, scene.style.bold, 18)
        canvas.line(x, y - 24, x + width, y - 24)
        w, h = width / columns, 120.0 / rows
        for r, row in enumerate(texts):
            for c, text in enumerate(row):
                canvas.setFillGray(0.85 if r == 0 else 1.0)
                canvas.rect(x + c * w + gap / 2, y - 50 - (r + 1) * (h + gap), w - gap, h, stroke=1, fill=1)
                canvas.setFillGray(0)
                draw_line(canvas, x + (c + 0.5) * w, y - 50 - (r + 0.6) * (h + gap), text, font, 11, "centre")

    rng_title = rng.choice(("Project Timeline", "Study Overview", "Visit Flow", "Key Milestones", "Summary of Results"))
    return figure(rng, "chart", rng_title, 200 + 15 * rows, draw, "landscape")


def machine_drawing(rng: Random, scene: Scene) -> list[Block]:
    """A drawing sheet: border with letters and numbers of fields, a part with dimensions, a title block."""
    font, across, down = scene.style.plain, rng.randint(4, 8), rng.randint(3, 6)
    circles = [(rng.uniform(0.2, 0.7), rng.uniform(0.3, 0.8), rng.uniform(6, 30)) for _ in range(rng.randint(2, 7))]
    parts = rng.sample(("Housing", "Screw M4", "Plate", "Valve", "Seal", "Shaft", "Spring", "Nut"), rng.randint(3, 6))

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        height, bottom = 380.0, y - 385
        canvas.rect(x, bottom, width, height, stroke=1, fill=0)
        canvas.rect(x + 14, bottom + 14, width - 28, height - 28, stroke=1, fill=0)
        for i in range(across):
            at = x + width * i / across
            canvas.lines([(at, bottom, at, bottom + 14), (at, bottom + height - 14, at, bottom + height)])
            for level in (bottom + 4, bottom + height - 10):
                draw_line(canvas, at + width / across / 2, level, str(i + 1), font, 7, "centre")
        for i in range(down):
            at = bottom + height * i / down
            canvas.lines([(x, at, x + 14, at), (x + width - 14, at, x + width, at)])
            for place in (x + 7, x + width - 7):
                draw_line(canvas, place, at + height / down / 2, "ABCDEFGH"[i], font, 7, "centre")
        for cx, cy, r in circles:
            canvas.circle(x + width * cx, bottom + height * cy, r, stroke=1, fill=0)
            canvas.line(x + width * cx - r - 6, bottom + height * cy, x + width * cx + r + 6, bottom + height * cy)
            draw_line(canvas, x + width * cx + r + 8, bottom + height * cy, f"Ø{2 * r:.1f} ±0.1", font, 6)
        title_block(canvas, x + width - 214, bottom + 14, parts, font)

    return figure(rng, "chart", rng.choice(("Drawing of the Device", "Assembly", "Sheet 1 of 2")), 392, draw)


def title_block(canvas: Any, x: float, y: float, parts: list[str], font: str) -> None:
    """List of parts over the fields of a drawing's title."""
    lines = [
        ["Pos.", "Part", "Qty", "Material"],
        *[[str(i), p, "2", "Steel"] for i, p in enumerate(parts, 1)],
        ["Drawn", "12 Mar", "Scale", "1:2"],
        ["Checked", "14 Mar", "Rev.", "B"],
    ]
    for r, line in enumerate(lines):
        for c, text in enumerate(line):
            canvas.rect(x + 50 * c, y + 12 * r, 50, 12, stroke=1, fill=0)
            draw_line(canvas, x + 50 * c + 3, y + 12 * r + 3, text, font, 6)


def boxed_form(rng: Random, scene: Scene) -> list[Block]:
    """A form of an office: numbered boxes of uneven width, few filled, some to be ticked."""
    font = scene.style.plain
    names = (
        "Name (last, first)",
        "Address",
        "Date of birth",
        "Tax number",
        "Employer",
        "1 Wages",
        "2 Tax withheld",
        "3 Interest",
        "4 Other income",
        "Telephone",
        "Signature",
        "Date",
        "City, state",
        "Single",
        "Married",
        "Visit no.",
        "Amount",
        "Total",
        "Yes",
        "No",
        "5a Deductions",
        "5b Credits",
        "Day",
        "Month",
        "Year",
        "Account",
    )
    rows = [
        [
            (rng.choice(names), rng.uniform(0.6, 2.4), rng.choice(("", "", "X", "", "0.00", "[ ]")))
            for _ in range(rng.randint(1, 6))
        ]
        for _ in range(rng.randint(8, 18))
    ]

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        for r, row in enumerate(rows):
            total, left = sum(share for _, share, _ in row), x
            for name, share, entry in row:
                w = width * share / total
                canvas.rect(left, y - 24 * (r + 1), w, 24, stroke=1, fill=0)
                draw_line(canvas, left + 2, y - 24 * r - 7, name[: max(3, int(w / 3.4))], font, 5.5)
                draw_line(canvas, left + w / 2, y - 24 * r - 20, entry, font, 8, "centre")
                left += w

    return figure(
        rng,
        "form",
        rng.choice(("Application Form", "Annual Return", "Registration", "Case Report Form")),
        24.0 * len(rows) + 6,
        draw,
        "portrait",
    )


def synopsis_scheme(rng: Random, scene: Scene) -> list[Block]:
    """The design of a study as adjoining boxes: periods over arms over visits, doses inside."""
    study, font = scene.study, scene.style.plain
    periods = rng.sample(
        ("Screening", "Run-in", "Treatment", "Double-blind", "Open-label extension", "Washout", "Follow-up"),
        rng.randint(3, 5),
    )
    arms = [f"{study.drug} {study.dose}", study.area.comparator, f"{study.drug} twice {study.dose}"][
        : rng.randint(1, 3)
    ]
    visits = [rng.choice(("V{}", "Visit {}", "W{}", "Day {}")).format(i + 1) for i in range(rng.randint(4, 10))]
    doses = [[rng.choice(("", arm[:14], "R", "dose")) for _ in periods] for arm in arms]

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        w = width / len(periods)
        for c, period in enumerate(periods):
            canvas.rect(x + c * w, y - 30, w, 24, stroke=1, fill=0)
            draw_lines(canvas, x + (c + 0.5) * w, y - 12, (period,), font, 8, "centre")
            for r, row in enumerate(doses):
                canvas.rect(x + c * w, y - 60 - 28 * r, w, 26, stroke=1, fill=0)
                draw_lines(canvas, x + (c + 0.5) * w, y - 42 - 28 * r, (row[c],), font, 7.5, "centre")
        bottom = y - 66 - 28 * len(arms)
        for i, visit in enumerate(visits):
            at = x + width * (i + 0.5) / len(visits)
            canvas.rect(x + width * i / len(visits), bottom - 16, width / len(visits), 16, stroke=1, fill=0)
            draw_line(canvas, at, bottom - 12, visit, font, 7, "centre")
        arrow(canvas, x, x + width, bottom - 26)

    title = rng.choice(
        ("Study Design", "Overview of the Study", "Study Scheme", "Schematic of Study Design", "Flow Chart")
    )
    return figure(rng, "figure", title, 110 + 28.0 * len(arms), draw)


def visit_flow(rng: Random, scene: Scene) -> list[Block]:
    """The way of a participant as boxes, a visit each with what is done in it: a drawing, no table."""
    font, count = scene.style.plain, rng.randint(4, 9)
    acts = ("Consent", "Demographics", "Medical history", "Questionnaires", "Diary", "Interview", "Blood sample", "MRI")
    names = ("Visit {}", "Phone call {}", "Week {}", "Crossover {}")
    texts = [[rng.choice(names).format(i + 1), *rng.sample(acts, rng.randint(1, 4))] for i in range(count)]
    across = rng.randint(2, 4)

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        w = width / across
        for i, lines in enumerate(texts):
            left, top = x + (i % across) * w + 8, y - 10 - (i // across) * 80
            canvas.rect(left, top - 62, w - 24, 62, stroke=1, fill=0)
            draw_lines(canvas, left + (w - 24) / 2, top - 11, tuple(lines), font, 8, "centre")
            if i % across < across - 1 and i + 1 < count:
                canvas.line(left + w - 24, top - 31, left + w, top - 31)

    return figure(
        rng, "figure", rng.choice(("Study Flowchart", "Participant Path")), 20 + 80.0 * -(-count // across), draw
    )


def flow_boxes(rng: Random, scene: Scene) -> list[Block]:
    """Numbers of participants from assessed to analysed, or what to do at a result: boxes joined by lines."""
    font, rows = scene.style.plain, rng.randint(3, 6)
    words = (
        "Assessed (n= )",
        "Excluded (n= )",
        "Randomised (n= )",
        "Allocated to intervention",
        "Lost to follow-up",
        "Analysed (n= )",
        "Week 12 visit",
        "Positive",
        "Negative",
        "Repeat test within 7 days",
        "Discontinue",
        "Continue",
    )
    texts = [[rng.choice(words) for _ in range(rng.choice((1, 2, 2, 3)))] for _ in range(rows)]

    def draw(canvas: Any, x: float, y: float, width: float) -> None:
        for r, row in enumerate(texts):
            for c, text in enumerate(row):
                w = width / len(row)
                box(canvas, x + c * w + 10, y - 20 - 46 * r, w - 20, text, font)
                if r:
                    canvas.line(x + (c + 0.5) * w, y - 20 - 46 * r + 14, x + (c + 0.5) * w, y - 20 - 46 * (r - 1) - 14)

    return figure(
        rng,
        "figure",
        rng.choice(("Flow Diagram", "Participant Flow", "Algorithm", "Flow Chart")),
        46.0 * rows + 10,
        draw,
    )


def project_plan(rng: Random, scene: Scene) -> list[Block]:
    """Tasks of the team over months, shaded, marked or with arrows: nothing that is done to a participant."""
    count = rng.randint(6, 14)
    form = rng.choice(("Month {}", "M{}", "{}", "Q{}", "Year {}", "Week {}"))
    tasks = rng.sample(
        (
            "Protocol writing",
            "Ethics approval",
            "Site contracts",
            "Recruitment",
            "Data entry",
            "Monitoring visits",
            "Database lock",
            "Statistical analysis",
            "Publication",
            "Training of staff",
            "Drug supply",
            "Interim analysis",
            "Follow-up of patients",
            "Final report",
            "Registration of the trial",
        ),
        rng.randint(5, 10),
    )
    head: Row = [
        Cell(rng.choice(("Task", "Activity", "Work package", "Milestone")), bold=True),
        *(Cell(form.format(i + 1), bold=True, centred=True) for i in range(count)),
    ]
    sign, rows = rng.choice(("X", "", "", "■")), [head]
    for i, task in enumerate(tasks):
        start = min(count - 1, i * count // len(tasks))
        on = range(start, min(count, start + rng.randint(1, 5)))
        rows.append(
            [
                Cell(task),
                *(
                    Cell(sign if j in on else "", centred=True, shade=0.6 if j in on and sign != "X" else None)
                    for j in range(count)
                ),
            ]
        )
    title = rng.choice(
        ("Project Plan", "Timeline of the Study", "Gantt Chart", "Time Schedule of the Project", "Work Plan")
    )
    return [false_table(rng, scene, "project_plan", title, Grid(rows, 1), mode=rng.choice(("portrait", "landscape")))]


MAKERS: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    line_chart,
    bar_chart,
    slide,
    machine_drawing,
    boxed_form,
    synopsis_scheme,
    flow_boxes,
    visit_flow,
    project_plan,
)
