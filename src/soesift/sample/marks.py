"""Which activity is done at which visit."""

from __future__ import annotations

from random import Random

from soesift.sample.columns import Column

PLAN: dict[str, tuple[str, ...]] = {  # roles always marked
    "consent": (),
    "entry": ("screen",),
    "random": (),
    "base": ("base",),
    "every": ("screen", "base", "visit", "end", "early", "follow"),
    "labs": ("screen", "base", "end", "early"),
    "sparse": ("base", "end"),
    "dosing": (),
    "dispense": ("base",),
    "return": ("visit", "end", "early"),
    "follow": ("follow",),
    "end": ("end", "early"),
    "imaging": ("screen", "end"),
    "inhouse": ("base", "visit"),
    "continuous": ("screen", "base", "visit", "end", "early", "follow", "unsched"),
}
STEPS = {
    "labs": (1, 2, 2),
    "sparse": (3, 4),
    "imaging": (2, 3),
    "return": (1,),
    "every": (1,),
    "dispense": (1, 2),
}  # every nth treatment visit


def plan_marks(rng: Random, pattern: str, columns: list[Column]) -> list[bool]:
    """One value a column; at least one is true."""
    roles = PLAN[pattern]
    steps = STEPS.get(pattern)
    every, phase = (rng.choice(steps), rng.randrange(2)) if steps else (0, 0)
    marks, seen = [], 0
    for column in columns:
        treated = column.role == "visit"
        seen += treated
        due = bool(every) and treated and pattern != "end" and (seen + phase) % every == 0
        marks.append(done(rng, pattern, column, column.role in roles or due))
    if not any(marks) or pattern in ("consent", "random"):
        marks = [i == only(pattern, columns) for i in range(len(columns))]
    return marks


def done(rng: Random, pattern: str, column: Column, planned: bool) -> bool:
    if pattern == "dosing":
        return column.dose
    if pattern == "dispense" and column.role in ("end", "early", "follow"):
        return False
    if pattern in ("labs", "every") and column.role in ("follow", "unsched") and not planned:
        return rng.random() < 0.35
    return planned


def only(pattern: str, columns: list[Column]) -> int:
    """The visit of an activity that is done once: baseline for randomisation, else the first."""
    if pattern in ("random", "dosing", "base"):
        return next((i for i, c in enumerate(columns) if c.role == "base"), 0)
    if pattern in ("follow", "end"):
        return len(columns) - 1
    return 0
