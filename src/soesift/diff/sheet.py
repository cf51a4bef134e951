"""A schedule as it is compared: names, labels, marks and notes, each with its place in the table's grid.

A found table becomes such a sheet by way of the understood schedule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from soesift.diff.models import TableName
from soesift.diff.pairing import Side, bare, normal
from soesift.result.models import SoeTable
from soesift.schedule import Activity, Encounter, Offset, Schedule, Span, Timing, Window, read_schedule
from soesift.schedule import Mark as PrintedMark

Notes = tuple[str, ...]
ENDINGS = "sdyrn"  # drug, drugs; dispense, dispensed
_SIGNS = {sign: name for name, signs in {"x": "x×✕✗✘", "✓": "✓✔√☑"}.items() for sign in signs}
_WINDOW = re.compile(r"(?:±|\+/?[-−])\s*\d+(?:\s*(?:days?|d|hours?|h|weeks?|wks?))?|[-−]\d+\s*/\s*\+\d+")
_TIMES = re.compile(
    r"\d+(?:[.,]\d+)?|[^\w\s]+|\b(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|cycles?|[hdwmyc])\b"
    r"|(?<=\d)[hdwmyc]\b|\b[hdwmyc](?=-?\d)"
)

# Header rows that a page break printed again and that were read as activities.
MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Row:
    """An activity or a category; `index` is its row in the grid (its column, if the table is transposed).

    `parent`: position of its category in the sheet's rows. `details`: other columns about it, such as
    comments, as (title, text).
    """

    name: str
    category: str = ""
    notes: Notes = ()
    details: tuple[tuple[str, str], ...] = ()
    index: int = 0
    parent: int | None = None
    is_category: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A column. `label`: its header but for the epoch; `headers`: all of it; `number`: the visit's; `time` and
    `window`: what is understood of the label, in one way of writing for all.
    """

    label: str
    epoch: str = ""
    number: str = ""
    time: str = ""
    window: str = ""
    notes: Notes = ()
    index: int = 0
    headers: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.label or self.time or self.epoch or f"column {self.index + 1}"

    @property
    def words(self) -> str:
        """The label without numbers, units and signs: what is left when a time only moved."""
        return _words(self.label)

    @property
    def all_words(self) -> str:
        return _words(" ".join(self.headers))

    @property
    def key(self) -> str:
        """The header without its window, for recognising the visit however its parts were understood."""
        text = " / ".join(self.headers) or self.label
        return " ".join(_WINDOW.sub(" ", text).split()) or text


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that is not empty; cells of one merged cell share `merged` (-1: not merged)."""

    text: str
    notes: Notes = ()
    merged: int = -1

    @property
    def sign(self) -> str:
        """The text for comparing: ways to write X, and ways to write a check mark, are one each."""
        text = bare(self.text)
        return _SIGNS.get(text, text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `marks` by (position in `rows`, position in `visits`); `footnotes`: marker and text."""

    name: TableName
    rows: tuple[Row, ...]
    visits: tuple[Visit, ...]
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)
    footnotes: tuple[tuple[str, str], ...] = ()

    def side(self) -> Side:
        """The sheet as arrays and texts, for aligning."""
        marks = np.zeros((len(self.rows), len(self.visits)), bool)
        for place in self.marks:
            marks[place] = True
        return Side(
            [r.name for r in self.rows],
            [r.category for r in self.rows],
            [(v.key, v.time, v.epoch) for v in self.visits],
            marks,
        )


def same_print(a: str, a_notes: Notes, b: str, b_notes: Notes) -> bool:
    """Whether two texts with their markers are printed alike, so that only the reading of markers differs."""
    return sorted(_letters(a, a_notes)) == sorted(_letters(b, b_notes)) and _letters(a, ())[:3] == _letters(b, ())[:3]


def with_markers(name: str, notes: Notes, other: str, other_notes: Notes) -> tuple[str, Notes]:
    """`name` and `notes` with the markers taken off the name that the other version shows to be markers:
    "Urinalysisb" beside "Urinalysis" with note b.
    """
    for marker in notes:  # or the other way round: "for" with note m beside "form (local)"
        if marker not in other_notes and not other.endswith(marker) and normal(name + marker) in normal(other):
            name, notes = name + marker, tuple(m for m in notes if m != marker)
    for marker in other_notes:
        apart = not other.endswith(marker) or normal(name) == normal(other + marker)
        if marker not in notes and name.endswith(marker) and apart:
            name, notes = name.removesuffix(marker).rstrip(), (*notes, marker)
    return name, notes


def marker_between(short: str, long: str, known: Iterable[str]) -> Notes:
    """The footnote marker that is all by which `long` differs: "b" for "Hematology" and "Hematologyb".

    Not "s" and other letters that words end with.
    """
    return tuple(m for m in known if normal(short + m) == normal(long) and m not in ENDINGS)


def _words(text: str) -> str:
    return " ".join(_TIMES.sub(" ", normal(text)).split())


def _letters(text: str, notes: Notes) -> str:
    return "".join((text + "".join(notes)).split()).casefold()


# Times and windows of visits in one way of writing, so that "Wk 4" and "Week 4" are the same time.
def time_text(timing: Timing) -> str:
    """All that is understood but the window and the visit's number: "cycle 1, day 8"."""
    parts = [span_text(s) for s in (*timing.cycles, *timing.times)]
    parts += [event.replace("_", " ") for event in timing.events]
    parts += [offset_text(o) for o in timing.offsets]
    parts += [f"every {span_text(timing.every)}"] if timing.every else []
    parts += [f"lasting {span_text(timing.duration)}"] if timing.duration else []
    return ", ".join(dict.fromkeys(parts))


def window_text(window: Window | None) -> str:
    """ "±3 day", "-1/+3 day", or nothing."""
    if window is None:
        return ""
    unit = f" {window.unit}" if window.unit else ""
    if window.before == window.after:
        return f"±{_number(window.before)}{unit}"
    return f"-{_number(window.before)}/+{_number(window.after)}{unit}"


def span_text(span: Span) -> str:
    """ "week 4", "week 4 to 8", "week 4 or later"."""
    first, last = (None if v is None else _number(v) for v in (span.first, span.last))
    if first == last:
        return f"{span.unit} {first or ''}".strip()
    if last is None:
        return f"{span.unit} {first} or later"
    return f"{span.unit} up to {last}" if first is None else f"{span.unit} {first} to {last}"


def offset_text(offset: Offset) -> str:
    length = span_text(offset.length) if offset.length else ""
    return " ".join(filter(None, [length, offset.relation or "", offset.anchor or ""]))


def _number(value: float) -> str:
    return f"{value:g}"


def reprinted_headers(schedule: Schedule) -> set[int]:
    """Positions of activities whose cells (two or more) mostly say what the header of their column says, or
    that repeat an earlier row of words, not marks, cell for cell.
    """
    cells: dict[int, list[PrintedMark]] = {}
    for mark in schedule.marks:
        if bare(mark.text) != bare(schedule.activities[mark.activity].name):
            cells.setdefault(mark.activity, []).append(mark)
    heads = [_said(encounter) for encounter in schedule.encounters]
    found: set[int] = set()
    earlier: set[tuple[object, ...]] = set()
    for k in sorted(cells):
        row = cells[k]
        alike = sum(bare(m.text) in heads[m.encounter] for m in row)
        words = all(m.kind == "text" for m in row)
        key = (bare(schedule.activities[k].name), *((m.encounter, bare(m.text)) for m in row))
        if len(row) > 1 and (alike >= MOSTLY * len(row) or (words and key in earlier)):
            found.add(k)
        earlier.add(key)
    return found


def _said(encounter: Encounter) -> set[str]:
    window = encounter.timing.window
    bounds = window_text(window.model_copy(update={"unit": None})) if window else ""
    return {bare(text) for text in (*encounter.headers, bounds) if text}


def sheet_of(table: SoeTable) -> Sheet:
    """The sheet of one table."""
    schedule = read_schedule(table)
    merged, again = _merged(schedule), reprinted_headers(schedule)
    kept = [k for k in range(len(schedule.activities)) if k not in again]
    place = {k: position for position, k in enumerate(kept)}
    marks = {
        (place[m.activity], m.encounter): Mark(m.text, tuple(m.footnotes), merged.get(k, -1))
        for k, m in enumerate(schedule.marks)
        if m.activity in place
        and bare(m.text) != bare(schedule.activities[m.activity].name)  # a category over the whole width
    }
    return Sheet(
        TableName(id=table.id, title=table.title, table_type=table.table_type, pages=table.pages),
        tuple(_row(schedule.activities[k], schedule, place) for k in kept),
        tuple(_visit(e, schedule) for e in schedule.encounters),
        marks,
        tuple(dict.fromkeys((n.marker, n.text) for n in table.footnotes)),
    )


def _row(activity: Activity, schedule: Schedule, place: dict[int, int]) -> Row:
    names: list[str] = []
    parent = activity.parent
    while parent is not None and len(names) < len(schedule.activities):
        names.insert(0, schedule.activities[parent].name)
        parent = schedule.activities[parent].parent
    details = tuple((title, text) for title, text in activity.details.items() if text)
    return Row(
        activity.name,
        " › ".join(names),
        tuple(activity.footnotes),
        details,
        activity.row,
        None if activity.parent is None else place.get(activity.parent),
        activity.category,
    )


def _visit(encounter: Encounter, schedule: Schedule) -> Visit:
    epoch = schedule.epochs[encounter.epoch] if encounter.epoch < len(schedule.epochs) else None
    phase = "" if epoch is None or epoch.inferred else epoch.name
    label = [h for h in encounter.headers if bare(h) != bare(phase)] or [encounter.name]
    timing = encounter.timing
    return Visit(
        " / ".join(label),
        phase,
        timing.visit or "",
        time_text(timing),
        window_text(timing.window),
        tuple(encounter.footnotes),
        encounter.column,
        tuple(encounter.headers),
    )


def _merged(schedule: Schedule) -> dict[int, int]:
    """Position of a mark to the number of the merged cell that it is part of."""
    number: dict[int, int] = {}
    current = -1
    order = sorted(range(len(schedule.marks)), key=lambda k: (schedule.marks[k].activity, schedule.marks[k].encounter))
    for k in order:
        span = schedule.marks[k].span
        current = k if span > 1 else current if span == 0 else -1
        if current >= 0:
            number[k] = current
    return number
