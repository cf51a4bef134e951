"""What a schedule says, before any style of print: levels of its header, rows, markers, notes.

Raised markers stand in the texts as "X^[a]" (soesift.sample.grid).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from soesift.sample.columns import SCHEMES, Column, calendar
from soesift.sample.kinds import make_study
from soesift.sample.schedule import Activity, category_name, choose_activities, plan_marks
from soesift.sample.words import prose as note_words

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
NUMBERS = tuple(str(n) for n in range(1, 30))
SIGNS = ("*", "†", "‡", "§", "#", "**", "††", "‡‡", "§§", "##")
MOST_NOTES = {"letters": 16, "numbers": 16, "signs": 9}
SERIES = {"letters": LETTERS, "numbers": NUMBERS, "signs": SIGNS}
LEVELS = ("epoch", "cycle", "visit", "number", "week", "day", "since", "window", "fasting", "contact")
LABELS = {
    "epoch": ("Study Period", "Phase", "Epoch", "", "Trial Stage", "Study Phase/Period", "Part"),
    "cycle": ("Cycle", "Treatment cycle", ""),
    "visit": ("Visit", "Study Visit", "Visit Name", "Assessment", "Procedure"),
    "number": ("Visit Number", "Visit No.", "Visit #", "Visit"),
    "week": (
        "Week",
        "Study Week",
        "Weeks from randomisation",
        "Week of Treatment",
        "Timing (weeks)",
        "Approximate duration",
        "",
    ),
    "day": ("Day", "Study Day", "Days", "Relative day within a cycle", "Timing of visit (day)", "Nominal Day", "D", ""),
    "since": (
        "Days from randomisation",
        "Days since first dose",
        "Days since most recent vaccination",
        "Time after dose (days)",
    ),
    "window": (
        "Window (days)",
        "Visit Window",
        "Allowable Deviation (days)",
        "Window allowance (days)",
        "Tolerance",
        "Scheduling Window (Days)",
        "Time window",
        "Visit window in days",
        "",
    ),
    "fasting": ("Fasting", "Fasting Visit", "Fasting status", "Fasting required", "Fasted visit"),
    "contact": (
        "Telephone Visit",
        "Clinic Visit",
        "Location of visit",
        "Type of visit",
        "Clinic (C) or phone (P)",
        "Site visit",
    ),
}
TEXTS = (
    "BP, HR, temperature",
    "Dispense, return",
    "Questionnaires A and B",
    "Sample 1",
    "pre-dose, 2 h",
    "as indicated",
)
LONG_NOTES = (
    "If a participant stops treatment before Week {n}, the visit is done within {n} days (Day -28 to Day -1), "
    "between the first and the last dose, and the next contact follows as planned in Section 8.{n}.",
    "12-lead ECGs are recorded in triplicate on Day 1, and once at the other visits; see Table {n} for the times. "
    "Readings outside of the range are repeated within {n} hours",
    "mBPI-sf and the diary are handed out at the start of the visit: (i) before any sample, (ii) before the dose.",
    "5 mL of blood at each time point, i.e. {n} tubes; local rules may ask for less. Not done if consent is withdrawn.",
    "Only participants with a body weight ≥ {n}0 kg; others as decided by the investigator, e.g. by telephone.",
)
MORE = (
    "The sample is taken before the dose and at least {n} hours after the last meal.",
    "On days of dosing all procedures are done before the injection.",
    "If the window is missed, the visit is not repeated, and the reason is recorded.",
    "Results of local laboratories within {n} days before Day 1 may be used.",
    "Participants who enter the extension go on with its Visit {n} instead.",
    "a second sample is drawn in case of a value above {n} times the limit.",
)


@dataclass(slots=True)
class Level:
    """One row of the header: its name and a text for each visit; equal neighbours of a `span` are one cell."""

    name: str
    label: str
    texts: list[str]
    span: bool = False


@dataclass(slots=True)
class Line:
    """One row of the body. kind: row, group (a heading), sub (indented below the row or heading before it).

    continuous: first and last visit over which one mark reaches; grey: visits at which nothing is to be done.
    """

    name: str
    cells: list[str]
    kind: str = "row"
    category: str = ""
    continuous: tuple[int, int] | None = None
    grey: frozenset[int] = frozenset()
    remark: str = ""


@dataclass(slots=True)
class Content:
    title: str
    levels: list[Level]
    lines: list[Line]
    notes: list[tuple[str, str]]
    legend: str = ""
    number: str = ""
    sponsor: str = ""
    prose: list[str] = field(default_factory=list)

    @property
    def visits(self) -> int:
        return len(self.levels[0].texts)


class _Notes:
    """Footnotes in the order in which they are first used."""

    def __init__(self, rng: Random, series: str, length: str = "short") -> None:
        self.rng, self.series, self.most, self.length = rng, SERIES[series], MOST_NOTES[series], length
        texts = [*note_words.NOTES, *LONG_NOTES, *LONG_NOTES]
        self.texts = rng.sample(texts, len(texts))
        self.used: list[tuple[str, str]] = []

    def mark(self) -> str:
        if self.used and (len(self.used) >= self.most or self.rng.random() < 0.25):
            known = self.rng.sample(self.used, min(len(self.used), self.rng.choice((1, 1, 1, 2))))
            return "^[" + ",".join(marker for marker, _ in sorted(known, key=self.used.index)) + "]"
        self.used.append((self.series[len(self.used)], self.text()))
        return f"^[{self.used[-1][0]}]"

    def text(self) -> str:
        """A note of one paragraph, of several sentences, or with a list in it."""
        rng, first = self.rng, self.texts[len(self.used)]
        more = rng.sample(
            MORE, {"short": 0, "long": rng.choice((0, 1, 3)), "lists": rng.choice((0, 0, 2))}[self.length]
        )
        joint = "\n• " if self.length == "lists" else " "
        return joint.join([first.rstrip(".") + ":" if more and joint != " " else first, *more]).format(
            n=rng.choice((2, 3, 5, 8))
        )

    def maybe(self, share: float) -> str:
        return self.mark() if self.rng.random() < share else ""


def make_content(
    rng: Random, series: str = "letters", groups: bool = True, most: int = 14, length: str = "short"
) -> Content:
    """A schedule of at most about `most` visits, its markers of one series; length: that of its notes."""
    study = make_study(rng)
    visits = calendar(rng, rng.choice(tuple(SCHEMES)), most)
    notes = _Notes(rng, series, length)
    share = rng.choice((0.0, 0.03, 0.06, 0.1))
    levels = header_levels(rng, visits, notes, share)
    activities = choose_activities(rng, study.area, rng.choice((8, 14, 20, 26, 34)))
    lines = body_lines(rng, activities, visits, notes, share, groups)
    legend = rng.choice(("", *note_words.ABBREVIATIONS, *note_words.ABBREVIATIONS))
    title = rng.choice(
        ("Schedule of Activities", "Schedule of Assessments", "Time and Events Schedule", "Study Flow Chart")
    )
    return Content(title, levels, lines, notes.used, legend, study.number, study.sponsor)


def header_levels(rng: Random, visits: list[Column], notes: _Notes, share: float) -> list[Level]:
    """One to eight levels, among them one that tells the visits apart."""
    chosen = {rng.choice(("visit", "week", "day", "visit"))}
    chosen |= set(rng.sample(LEVELS, rng.choice((0, 1, 1, 2, 2, 3, 4, 6))))
    made = [
        Level(name, rng.choice(LABELS[name]), level_texts(rng, name, visits), name in ("epoch", "cycle"))
        for name in LEVELS
        if name in chosen
    ]
    made = [level for level in made if len(set(level.texts)) > 1] or [
        Level("visit", "Visit", [c.visit for c in visits])
    ]
    used: set[str] = set()
    for level in made:  # two rows of one name cannot be told apart
        if level.label in used:
            level.label = LABELS[level.name][0]
        used.add(level.label)
        note_level(rng, level, notes, share)
    return made


def folded(levels: list[Level]) -> list[Level]:
    """The last two levels as one, time below name in each cell, where both tell visits."""
    if len(levels) < 2 or any(level.span or level.name in ("fasting", "contact") for level in levels[-2:]):
        return levels
    upper, lower = levels[-2:]
    texts = [" ".join(filter(None, (a, f"({b})" if b else ""))) for a, b in zip(upper.texts, lower.texts, strict=True)]
    return [*levels[:-2], Level("visit", upper.label, texts)]


def note_level(rng: Random, level: Level, notes: _Notes, share: float) -> None:
    """Markers in a level's name and texts."""
    if level.label:
        level.label += notes.maybe(share)
    if level.span:
        for text in dict.fromkeys(level.texts):
            mark = notes.maybe(share) if text else ""
            level.texts = [t + mark if t == text else t for t in level.texts]
    else:
        level.texts = [t + notes.maybe(share) if t else t for t in level.texts]


def level_texts(rng: Random, name: str, visits: list[Column]) -> list[str]:
    """The text of a level for each visit."""
    days = running_days(rng, visits)
    if name == "epoch":
        return [c.epoch for c in visits]
    if name == "cycle":
        return [
            c.epoch if c.epoch.startswith("Cycle") else f"Cycle {1 + i // 3}" if c.role == "visit" else ""
            for i, c in enumerate(visits)
        ]
    if name == "visit":
        return [c.visit for c in visits]
    if name == "number":
        form = rng.choice(("{}", "V{}", "{}", "Visit {}"))
        return [form.format(i + 1) for i in range(len(visits))]
    if name == "week":
        form = rng.choice(("{}", "W{}", "Wk {}", "Week {}", "{}"))
        planned = [c.role in ("base", "visit", "end", "follow") for c in visits]
        return [
            form.format(round(day / 7)) if on else rng.choice(("", "-4 to 0"))
            for on, day in zip(planned, days, strict=True)
        ]
    if name == "day":
        form = rng.choice(("{}", "D{}", "Day {}", "{} ± 3"))
        none = {"screen": "-28 to -1", "early": "", "unsched": ""}
        return [none.get(c.role, form.format(day)) for c, day in zip(visits, days, strict=True)]
    if name == "since":
        return [
            "-" if c.role in ("screen", "unsched", "early") else str(day - 1)
            for c, day in zip(visits, days, strict=True)
        ]
    if name == "window":
        form = rng.choice(("±{}", "± {}", "+{}", "-{}/+5", "±{} d", "+/-{}"))
        blank = rng.choice(("", "", "N/A", "-"))
        return [
            blank if c.role in ("screen", "base", "unsched") else form.format(rng.choice((1, 2, 3, 7))) for c in visits
        ]
    if name == "fasting":
        return [rng.choice(("X", "")) for _ in visits]
    kinds = rng.choice((("C", "P"), ("Clinic", "Phone"), ("X", ""), ("On site", "Remote")))
    return [kinds[c.role in ("follow", "unsched")] for c in visits]


def running_days(rng: Random, visits: list[Column]) -> list[int]:
    step, day, days = rng.choice((7, 14, 28)), 1, []
    for column in visits:
        days.append(day)
        day += 0 if column.role == "screen" else step
    return days


def body_lines(
    rng: Random, activities: list[Activity], visits: list[Column], notes: _Notes, share: float, groups: bool
) -> list[Line]:
    """Rows in order, with headings where `groups`, and now and then sub-rows, texts in cells and grey cells."""
    sign = rng.choice(("X", "X", "X", "x", "✓", "•"))
    lines: list[Line] = []
    before = ""
    for activity in activities:
        if groups and activity.category != before:
            before = activity.category
            lines.append(Line(category_name(rng, before) + notes.maybe(share), [""] * len(visits), "group", before))
        line = activity_line(rng, activity, visits, sign, notes, share)
        lines.append(line)
        if activity.category == "Laboratory" and rng.random() < 0.3:
            line.cells, line.continuous = [""] * len(visits), None
            names = rng.sample(("Serum sodium", "Glucose (fasting)", "Lipid panel", "HbA1c", "Creatinine"), 3)
            lines += [marked_line(rng, name, visits, sign, notes, share, activity.category) for name in names]
    named: set[str] = set()
    return [line for line in lines if not (line.name in named or named.add(line.name))]  # type: ignore[func-returns-value]


def activity_line(
    rng: Random, activity: Activity, visits: list[Column], sign: str, notes: _Notes, share: float
) -> Line:
    name = activity.name + notes.maybe(2 * share)
    on = plan_marks(rng, activity.pattern, visits)
    cells = [sign + notes.maybe(share) if x else "" for x in on]
    line = Line(name, cells, "row", activity.category)
    if activity.pattern == "continuous" and len(visits) > 4:
        first = rng.choice((0, 1))
        line.continuous = (first, len(visits) - 1 - rng.choice((0, 0, 1)))
        line.cells = [sign if line.continuous[0] <= i <= line.continuous[1] else "" for i in range(len(visits))]
    elif rng.random() < 0.06:
        line.cells = [rng.choice(TEXTS) if x else "" for x in on]
    elif rng.random() < 0.05:
        line.grey = frozenset(i for i, text in enumerate(line.cells) if not text)
    if rng.random() < 0.4:
        line.remark = rng.choice(note_words.ROW_NOTES)
    return line


def marked_line(
    rng: Random, name: str, visits: list[Column], sign: str, notes: _Notes, share: float, category: str
) -> Line:
    on = plan_marks(rng, rng.choice(("labs", "sparse", "every")), visits)
    return Line(name, [sign + notes.maybe(share) if x else "" for x in on], "sub", category)
