"""Study flow figures, and a mention of the schedule in a synopsis."""

from __future__ import annotations

from random import Random
from typing import Any

from soesift.sample.blocks import Block, Figure, Negative, Paragraph
from soesift.sample.draw_table import arrow
from soesift.sample.negatives.scene import Scene
from soesift.sample.rich_text import draw_lines, wrap


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
