"""Schedules made of header rows, for tests of what columns mean."""

from __future__ import annotations

from soesift.result.models import Cell, Footnote, SoeTable
from soesift.schedule import Schedule, Visit, read_schedule

TIMES = (  # what is said of when a column is and how
    "kind",
    "in_cycle",
    "cycle",
    "last_cycle",
    "cycles",
    "day",
    "last_day",
    "week",
    "last_week",
    "month",
    "hours",
    "offset_days",
    "relative_to",
    "every_days",
    "every_months",
    "before_days",
    "after_days",
    "contact",
)


def made(
    header: list[list[str]],
    body: list[list[str]] | None = None,
    notes: dict[str, str] | None = None,
    title: str = "Schedule of Activities",
    cells: list[Cell] | None = None,
) -> Schedule:
    """The schedule of a table; without `body`, one row with X in each column and one with X in the first."""
    width = max(len(row) for row in header)
    rows = body or [["Vital signs", *["X"] * (width - 1)], ["Informed consent", "X", *[""] * (width - 2)]]
    table = SoeTable(
        id="t1",
        title=title,
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        pages=[1],
        header_rows=len(header),
        grid=[*header, *rows],
        cells=cells or [],
        footnotes=[Footnote(marker="" if m.startswith("-") else m, text=t) for m, t in (notes or {}).items()],
    )
    return read_schedule(table)


def visits(header: list[list[str]], **more: object) -> list[Visit]:
    return made(header, **more).visits  # type: ignore[arg-type]


def facts(visit: Visit) -> dict[str, object]:
    """What is said of a visit: its kind, and the values that are not None."""
    names = (
        "cycle",
        "last_cycle",
        "day",
        "last_day",
        "week",
        "last_week",
        "month",
        "hours",
        "offset_days",
        "every_days",
        "relative_to",
        "before_days",
        "after_days",
        "contact",
    )
    found = {"kind": visit.kind} | {n: v for n in names if (v := getattr(visit, n)) is not None}
    if visit.last_cycle == visit.cycle:
        found.pop("last_cycle", None)
    return found
