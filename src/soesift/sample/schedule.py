"""A schedule as a grid: merged headers, categories, marks of many kinds, footnotes, notes, arrows."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from soesift.sample.activities import Activity, category_name
from soesift.sample.columns import Column
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.headers import header_rows
from soesift.sample.marks import plan_marks
from soesift.sample.truth import TrueEdit
from soesift.sample.words import prose as note_words
from soesift.sample.words import timing

SIGNS = ("X", "X", "X", "X", "X", "x", "✓", "•", "●", "√")
LETTERS = [*"abcdefghijklmnopqrstuvwxyz"]


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
