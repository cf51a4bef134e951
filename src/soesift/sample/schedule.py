"""A schedule as a grid: merged headers, categories, marks of many kinds, footnotes, notes, arrows.

Its rows are activities, chosen with their words, the pattern of their marks and their category.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from random import Random

from soesift.sample.blocks import TrueEdit
from soesift.sample.columns import Column
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.words import activities as words
from soesift.sample.words import prose as note_words
from soesift.sample.words import timing
from soesift.sample.words.areas import Area, Special

LEVELS = (
    ("epoch", "visit", "time"),
    ("epoch", "visit"),
    ("epoch", "visit", "time", "window"),
    ("visit",),
    ("visit", "time"),
    ("epoch", "time"),
    ("epoch", "number", "visit", "window"),
    ("visit", "time", "window"),
    ("epoch", "visit", "time", "window"),
)
LABELS = {
    "epoch": timing.EPOCH_LABELS,
    "visit": timing.VISIT_LABELS,
    "time": timing.TIME_LABELS,
    "window": timing.WINDOW_LABELS,
    "number": ("Visit Number", "Visit No.", "#"),
}

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

ORDER = (
    "Eligibility",
    "General",
    "Procedure",
    "Education",
    "Treatment",
    "Efficacy",
    "Cognition",
    "Clinical",
    "Imaging",
    "Immunogenicity",
    "Safety",
    "Laboratory",
    "Pharmacokinetics",
    "Biomarkers",
    "Patient reports",
    "Follow-up",
)

SIGNS = ("X", "X", "X", "X", "X", "x", "✓", "•", "●", "√")
LETTERS = [*"abcdefghijklmnopqrstuvwxyz"]


def header_rows(rng: Random, columns: list[Column], language: str = "") -> list[Row]:
    """One row a level; the first column names the level, or the activities over all levels."""
    levels = [name for name in rng.choice(LEVELS) if len({value(name, i, c) for i, c in enumerate(columns)}) > 1]
    levels = levels or ["visit"]
    upright = len(columns) > 9 and "visit" in levels and rng.random() < 0.15
    rows = [level_row(rng, name, columns, upright and name == "visit", language) for name in levels]
    title = rng.choice(timing.ACTIVITY_LABELS) if not language else timing.FOREIGN[language]["Activity"]
    if len(rows) == 1 or rng.random() < 0.45:
        rows[0][0] = Cell(title, rows=len(rows), bold=True)
        for row in rows[1:]:
            row[0] = None
    return rows


def value(level: str, position: int, column: Column) -> str:
    return {
        "epoch": column.epoch,
        "visit": column.visit,
        "time": column.time,
        "window": column.window,
        "number": str(position + 1),
    }[level]


def level_row(rng: Random, level: str, columns: list[Column], upright: bool, language: str) -> Row:
    label = rng.choice(LABELS[level])
    texts = [translate(value(level, i, c), language) for i, c in enumerate(columns)]
    row: Row = [Cell(translate(label, language), bold=True)]
    if level != "epoch":
        return [*row, *(Cell(t, bold=True, centred=True, upright=upright and len(t) > 4) for t in texts)]
    for text, run in groupby(texts):
        length = len(list(run))
        row += [Cell(text, columns=length, bold=True, centred=True), *[None] * (length - 1)]
    return row


def translate(text: str, language: str) -> str:
    """Words of the header in another language, as far as they are known."""
    for english, word in timing.FOREIGN.get(language, {}).items():
        text = text.replace(english, word)
    return text


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


@dataclass(frozen=True, slots=True)
class Activity:
    name: str
    pattern: str
    category: str


def spoken(rng: Random, special: Special) -> Activity:
    names, pattern, category = special
    return Activity(rng.choice(names), pattern, category)


def choose_activities(rng: Random, area: Area, count: int) -> list[Activity]:
    """`count` activities, most of them general; consent first, categories together in most."""
    own = rng.sample(area.special, min(len(area.special), max(3, count // 3)))
    always = words.GENERAL[:2]
    general = rng.sample(words.GENERAL[2:], min(len(words.GENERAL) - 2, max(count - len(own) - 2, 1)))
    chosen = [spoken(rng, s) for s in (*always, *own, *general)][:count]
    if rng.random() < 0.85:
        chosen.sort(key=lambda a: ORDER.index(a.category))  # stable: the order within a category is random
    return chosen


def follow_up_activities(rng: Random, area: Area, count: int) -> list[Activity]:
    """Activities of a later track: nothing that is done at entry only."""
    pool = [s for s in (*words.GENERAL, *area.special) if s[1] not in ("consent", "entry", "random")]
    chosen = [spoken(rng, s) for s in rng.sample(pool, min(count, len(pool)))]
    return sorted(chosen, key=lambda a: ORDER.index(a.category))


def laboratory_activities(rng: Random, count: int) -> list[Activity]:
    pool = words.LABORATORY
    chosen = sorted(rng.sample(range(len(pool)), min(count, len(pool))))
    return [spoken(rng, pool[i]) for i in chosen]


def foreign_activities(rng: Random, language: str) -> list[Activity]:
    rows = list(zip(timing.FOREIGN_ACTIVITIES[language], timing.FOREIGN_PATTERNS, strict=True))
    kept = sorted(rng.sample(range(len(rows)), rng.randint(9, len(rows))))
    return [Activity(rows[i][0], rows[i][1], "") for i in kept]


def category_name(rng: Random, category: str) -> str:
    return rng.choice(words.CATEGORY_NAMES.get(category, (category,)))


@dataclass(slots=True)
class Wording:
    """Choices that hold for a whole schedule."""

    sign: str = "X"
    continuous: str = "marks"  # marks, text, dashes, arrow
    markers: list[str] = field(default_factory=lambda: list(LETTERS))
    raised: bool = True  # else "X (a)"
    noted: float = 0.06  # share of marks with a footnote
    bands: bool = False  # category rows over the width
    categories_left: bool = False  # category cells over several rows in front
    extra: str = ""  # notes, section or nothing: a further column
    grey: float | None = None  # background of marked cells
    language: str = ""

    def marker(self, marker: str) -> str:
        return f"^[{marker}]" if self.raised else f" ({marker})"


@dataclass(slots=True)
class MadeSchedule:
    grid: Grid
    notes: list[tuple[str, str]]
    columns: list[Column]
    activities: list[Activity]
    edits: list[TrueEdit] = field(default_factory=list)  # of an amended version


def choose_wording(rng: Random) -> Wording:
    numbers = [str(n) for n in range(1, 30)]
    return Wording(
        sign=rng.choice(SIGNS),
        continuous=rng.choice(("marks", "marks", "text", "dashes", "arrow")),
        markers=rng.choice((list(LETTERS), list(LETTERS), numbers, ["*", "†", "‡", "§", "#", *LETTERS])),
        raised=rng.random() < 0.85,
        noted=rng.choice((0.0, 0.04, 0.08, 0.15)),
        bands=rng.random() < 0.35,
        categories_left=rng.random() < 0.12,
        extra=rng.choice(("", "", "", "", "notes", "section")),
        grey=0.82 if rng.random() < 0.08 else None,
    )


class _Notes:
    """Footnotes in order of first use; a marker may be used again."""

    def __init__(self, rng: Random, wording: Wording) -> None:
        self.rng, self.wording = rng, wording
        self.texts = rng.sample(note_words.NOTES, len(note_words.NOTES))
        self.used: list[tuple[str, str]] = []

    def mark(self) -> str:
        if self.used and (len(self.used) >= min(len(self.texts), 14) or self.rng.random() < 0.3):
            return self.wording.marker(self.rng.choice(self.used)[0])
        marker = self.wording.markers[len(self.used)]
        self.used.append((marker, self.texts[len(self.used)].format(n=self.rng.choice((2, 3, 4, 5, 7, 8)))))
        return self.wording.marker(marker)


def make_schedule(rng: Random, columns: list[Column], activities: list[Activity], wording: Wording) -> MadeSchedule:
    """Header rows on top of one row an activity (and one a category, if categories are shown as rows)."""
    notes = _Notes(rng, wording)
    head = header_rows(rng, columns, wording.language)
    note_header(rng, head, notes)
    cells, bands = list(head), set()
    before = ""
    for activity in activities:
        if wording.bands and activity.category and activity.category != before:
            before = activity.category
            bands.add(len(cells))
            cells.append(band(category_name(rng, before), len(columns) + 1))
        cells.append(activity_row(rng, activity, columns, wording, notes))
    if wording.extra:
        add_column(rng, cells, len(head), bands, wording.extra)
    if wording.categories_left and not wording.bands:
        add_categories(rng, cells, len(head), activities)
    return MadeSchedule(Grid(cells, len(head), bands), notes.used, columns, activities)


def note_header(rng: Random, head: list[Row], notes: _Notes) -> None:
    for cell in head[-1][1:]:
        if cell is not None and cell.text and rng.random() < notes.wording.noted / 2:
            cell.text += notes.mark()


def band(name: str, width: int) -> Row:
    return [Cell(name, columns=width, bold=True), *[None] * (width - 1)]


def activity_row(rng: Random, activity: Activity, columns: list[Column], wording: Wording, notes: _Notes) -> Row:
    marks = plan_marks(rng, activity.pattern, columns)
    name = Cell(activity.name + (notes.mark() if rng.random() < min(3 * wording.noted, 0.3) else ""))
    if activity.pattern == "continuous" and wording.continuous != "marks" and len(columns) > 3:
        return [name, *continuous(rng, len(columns), wording)]
    return [name, *(mark_cell(rng, on, wording, notes) for on in marks)]


def mark_cell(rng: Random, on: bool, wording: Wording, notes: _Notes) -> Cell:
    if not on:
        return Cell(centred=True)
    text = rng.choice(note_words.CELL_TEXTS) if rng.random() < 0.015 and not wording.language else wording.sign
    note = notes.mark() if rng.random() < wording.noted else ""
    return Cell(text + note, centred=True, shade=wording.grey)


def continuous(rng: Random, width: int, wording: Wording) -> Row:
    """A row that is done all the time: a merged text, typed dashes, or a drawn arrow."""
    if wording.continuous == "arrow":
        first = rng.choice((0, 0, 1))
        front = [Cell(wording.sign if i == first else "", centred=True) for i in range(first + 1)]
        return [*front, *(Cell(said="→", arrow=True, centred=True) for _ in range(width - first - 1))]
    dashes = wording.sign + "-" * 12 + "> " if wording.continuous == "dashes" else ""
    text = dashes.strip() or rng.choice(note_words.CONTINUOUS_TEXTS)
    return [Cell(text, columns=width, centred=True), *[None] * (width - 1)]


def add_column(rng: Random, cells: list[Row], head: int, bands: set[int], what: str) -> None:
    """A last column with notes, or with the protocol section of each activity."""
    label = rng.choice(timing.NOTE_LABELS if what == "notes" else timing.SECTION_LABELS)
    cells[0].append(Cell(label, rows=head, bold=True, centred=True))
    for row in cells[1:head]:
        row.append(None)
    for r in range(head, len(cells)):
        if r in bands:
            first = cells[r][0]
            assert first is not None
            first.columns += 1
            cells[r].append(None)
        elif what == "section":
            cells[r].append(Cell(f"{rng.randint(5, 8)}.{rng.randint(1, 9)}", centred=True))
        else:
            cells[r].append(Cell(rng.choice(note_words.ROW_NOTES) if rng.random() < 0.45 else ""))


def add_categories(rng: Random, cells: list[Row], head: int, activities: list[Activity]) -> None:
    """Category names in a first column, merged over their rows."""
    for row in cells[:head]:
        first = row[0]
        if first is not None:
            first.columns += 1
        row.insert(1, None)
    for i, activity in enumerate(activities):
        same = i > 0 and activities[i - 1].category == activity.category
        length = (
            next(
                (j for j in range(i, len(activities)) if activities[j].category != activity.category),
                len(activities),
            )
            - i
        )
        cells[head + i].insert(0, None if same else Cell(category_name(rng, activity.category), rows=length, bold=True))


def redact(rng: Random, grid: Grid) -> None:
    """Black boxes over some names, header cells and blocks of marks."""
    height, width = grid.shape
    for r, row in enumerate(grid.cells):
        for c, cell in enumerate(row):
            share = 0.12 if r < grid.header_rows or c == 0 else 0.05
            if cell is not None and (cell.text or r < grid.header_rows) and not cell.arrow and rng.random() < share:
                cell.redacted = True
    top, left = rng.randrange(grid.header_rows, height), rng.randrange(1, width)
    for row in grid.cells[top : top + 4]:
        for cell in row[left : left + 3]:
            if cell is not None and not cell.arrow:
                cell.redacted = True
