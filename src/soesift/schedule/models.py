"""What a schedule says, typed: epochs, encounters (columns) with their timing, activities (rows) and marks.

Numbers are as printed; what has no typed reading stays text (`unread`). Rows and columns count from 0 in the
grid that was read; `epoch`, `activity`, `encounter` and `parent` are positions in the lists of the `Schedule`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from soesift.result.models import TableType

Unit = Literal["minute", "hour", "day", "week", "month", "year", "cycle"]
Event = Literal[
    "screening",
    "baseline",
    "randomization",
    "admission",
    "discharge",
    "follow_up",
    "unscheduled",
    "early_termination",
    "end_of_treatment",
    "end_of_study",
    "end_of_infusion",
    "end_of_phase",
    "progression",
    "retrieval",
    "final_visit",
]
Relation = Literal["before", "after", "within"]
VisitKind = Literal["planned", "range", "repeat", "event", "unscheduled", "annotation"]
Contact = str  # "site", "phone", "home", "video", or two of them: "site or phone"
NoteClass = Literal["condition", "timing", "repetition", "alternative", "comment"]


class Part(BaseModel):
    """Common base: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Span(Part):
    """A point (`first == last`), a range, or an open range (None: no bound)."""

    first: float | None
    last: float | None
    unit: Unit


class Window(Part):
    """Allowed deviation: `before` and `after` are not negative; the unit is None where none is printed."""

    before: float
    after: float
    unit: Unit | None


class Offset(Part):
    """A length of time, by itself or counted from an event: "30 days after last dose", "2 h", "predose"."""

    length: Span | None = None
    relation: Relation | None = None
    anchor: str | None = None  # the event in the words of the header, lower case


class Timing(Part):
    """When a column takes place; several parts may be given at once ("Cycle 1, Day 8, Week 2")."""

    text: str = ""  # all that the header says of it
    times: list[Span] = []  # days, weeks, months, ... on the study's (or the cycle's) own count
    cycles: list[Span] = []
    visit: str | None = None  # number or name of the visit, as printed
    events: list[Event] = []
    offsets: list[Offset] = []
    every: Span | None = None  # repeated at this interval
    duration: Span | None = None  # of the visit, cycle or period, from a row that says so
    window: Window | None = None

    def known(self) -> bool:
        """Whether any part has a typed value."""
        parts = (self.times, self.cycles, self.events, self.offsets)
        return any(parts) or any(p is not None for p in (self.visit, self.every, self.duration, self.window))


class Epoch(Part):
    """A study phase; `inferred` if no header cell names it."""

    name: str
    inferred: bool = False


class Encounter(Part):
    """A column of the grid: one visit, or several that share a column ("Weeks 4, 8, 12")."""

    column: int
    name: str  # the most telling header text, markers removed
    headers: list[str] = []  # header cells from the top, repeats once; bare numbers with their row's label
    printed: list[str] = []  # the same as printed
    epoch: int = 0
    timing: Timing = Timing()
    footnotes: list[str] = []  # markers
    unread: list[str] = []  # parts of the header with figures or time words that got no value
    leftover: list[str] = []  # words beside a time that may change it
    limits: list[str] = []  # words that limit the visit: "if needed"
    contact: Contact | None = None  # of a header row that says it


class Activity(Part):
    """A row of the grid."""

    row: int
    name: str
    parent: int | None = None  # the category row above it, or the category column beside it
    category: bool = False  # names a group; has no marks of its own
    footnotes: list[str] = []
    details: dict[str, str] = {}  # other label columns and comment columns, by their title
    page: int | None = None


class Moment(Part):
    """A time of a sub-timeline ("P, 1, 2h"): `hours` from the dose (negative: before), None where words only."""

    text: str
    hours: float | None = None


class Mark(Part):
    """A cell of the grid that says that the activity takes place at the encounter."""

    activity: int
    encounter: int
    text: str  # markers removed
    kind: Literal["done", "text"]  # a plain mark, or words ("predose, 2 h")
    span: int = 1  # columns that the printed cell covers, on its first column; 0 on the others
    footnotes: list[str] = []
    condition: str = ""  # words behind the mark that limit it: "if necessary", "odd cycles only"
    contact: Contact | None = None
    moments: list[Moment] = []


class Remark(Part):
    """A cell that schedules nothing: `no` says that it is not done ("-", "No", an empty box), `reference` sends the
    reader elsewhere, `annotation` stands in a column that is no visit (`encounter` is then None).
    """

    activity: int
    encounter: int | None
    column: int  # of the grid
    text: str
    kind: Literal["no", "reference", "annotation"]
    title: str = ""  # of the annotation's column
    footnotes: list[str] = []


class Condition(Part):
    """A footnote and where its marker stands; (activity, None) is a row label, (None, encounter) a header,
    (None, None) the title, the corner or the label of a header row: it holds for the whole table.
    """

    marker: str
    text: str
    used: list[tuple[int | None, int | None]] = []
    note_class: NoteClass = "comment"


class Visit(Part):
    """What a printed column right of the activity names means; None where the print does not say.

    `day` is the study day or, with `cycle`, the day of the cycle. `offset_days` and `hours` count from the event
    in `relative_to`, and `month` where it is set. Days, weeks and hours are as printed: a week is never turned into a
    day, nor a month.
    """

    column: int
    name: str
    printed: list[str] = []  # header levels from the top, markers removed
    markers: list[str] = []
    epoch: str | None = None
    is_visit: bool = True
    kind: VisitKind = "planned"
    cycle: int | None = None
    last_cycle: int | None = None  # equal to `cycle` for one; None with kind "repeat": without a printed end
    in_cycle: bool = False  # `day` is the day of a cycle, also of one without a number
    cycles: list[int] = []  # where the print lists some: "cycles 2, 4 and 8"
    day: float | None = None
    last_day: float | None = None
    week: float | None = None
    last_week: float | None = None
    month: float | None = None
    hours: float | None = None
    offset_days: float | None = None
    every_days: float | None = None
    every_months: float | None = None  # where the interval is printed in months or years
    relative_to: str | None = None
    before_days: float | None = None
    after_days: float | None = None
    contact: Contact | None = None
    conditions: list[str] = []  # texts of the footnotes on the column
    doubts: list[str] = []  # sentences
    encounter: int | None = None  # position in the schedule; None for an annotation


class Schedule(Part):
    """One logical table, understood."""

    table_id: str
    title: str = ""
    table_type: TableType = "main_soa"
    track: str | None = None
    transposed: bool = False  # visits were the rows; rows and columns count in the turned grid
    epochs: list[Epoch] = []
    encounters: list[Encounter] = []
    activities: list[Activity] = []
    marks: list[Mark] = []
    remarks: list[Remark] = []  # cells that schedule nothing
    conditions: list[Condition] = []
    visits: list[Visit] = []  # one for each printed column right of the activity names
    cycle_length: dict[str, int] = {}  # days of a cycle by its number; "*": of all others
    doubts: list[str] = []  # sentences on the whole table
    unread: list[str] = []  # what stayed text, with its place
