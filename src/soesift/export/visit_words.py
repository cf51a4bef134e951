"""A visit in words, for the tables that people read."""

from __future__ import annotations

from soesift.export.wording import page_ranges
from soesift.result.models import SoeTable
from soesift.schedule import Schedule, Visit

COLUMNS = (
    "Column",
    "Visit",
    "Epoch",
    "Kind",
    "Time",
    "Window (days)",
    "Relative to",
    "Contact",
    "Repeats",
    "Conditions",
    "Procedures",
    "Where printed",
    "Doubt",
)


def visit_rows(table: SoeTable, schedule: Schedule) -> list[tuple[str, ...]]:
    """One row of texts a printed column, in the order of `COLUMNS`."""
    counts = _procedures(schedule)
    where = f"page {page_ranges(table.pages)}" if len(table.pages) == 1 else f"pages {page_ranges(table.pages)}"
    return [
        (
            str(visit.column + 1),
            " / ".join(visit.printed) or visit.name,
            visit.epoch or "",
            visit.kind,
            time_words(visit),
            window_words(visit),
            visit.relative_to or "",
            visit.contact or "",
            repeat_words(visit),
            "; ".join(visit.conditions),
            str(counts.get(visit.encounter, 0)) if visit.encounter is not None and visit.is_visit else "",
            where if table.pages else "",
            " ".join(visit.doubts),
        )
        for visit in schedule.visits
    ]


def time_words(visit: Visit) -> str:
    """ "Cycle 2, day 8", "week 4", "day -28 to -1", "30 days after last dose", "open"."""
    parts: list[str] = []
    if visit.cycle is not None:
        last = "" if visit.last_cycle in (None, visit.cycle) else f" to {visit.last_cycle}"
        last = " onwards" if visit.kind == "repeat" and visit.last_cycle is None else last
        last = "" if visit.cycles else last
        parts.append(f"cycle {', '.join(map(str, visit.cycles)) or visit.cycle}{last}")
    parts += [_span("day", visit.day, visit.last_day), _span("week", visit.week, visit.last_week)]
    parts.append("" if visit.month is None else f"month {visit.month:g}")
    parts.append("" if visit.hours is None else f"{visit.hours:g} h")
    if visit.offset_days is not None:
        side = "after" if visit.offset_days >= 0 else "before"
        parts.append(f"{abs(visit.offset_days):g} days {side} {visit.relative_to or '?'}")
    shown = ", ".join(filter(None, parts))
    if visit.is_visit:
        return shown or ("no fixed time" if visit.kind in ("event", "unscheduled") else "open")
    return shown


def window_words(visit: Visit) -> str:
    """ "±3", "-1/+2" in days, "-0/+0.5 h" where it is less than days, or nothing."""
    if visit.before_days is None and visit.after_days is None:
        return ""
    before, after = visit.before_days or 0.0, visit.after_days or 0.0
    unit = ""
    if not (before.is_integer() and after.is_integer()):
        before, after, unit = round(before * 24, 2), round(after * 24, 2), " h"
    return (f"±{before:g}" if before == after else f"-{before:g}/+{after:g}") + unit


def window_said(visit: Visit) -> str:
    """ "window ±3 days", or nothing."""
    shown = window_words(visit)
    return f"window {shown}{'' if shown.endswith('h') else ' days'}" if shown else ""


def repeat_words(visit: Visit) -> str:
    """ "every 28 days", "until week 140", "each cycle"."""
    if visit.kind != "repeat":
        return ""
    every = "" if visit.every_days is None else f"every {visit.every_days:g} days"
    every = every if visit.every_months is None else f"every {visit.every_months:g} months"
    ends = [
        ("week", visit.last_week),
        ("day", visit.last_day),
        ("cycle", None if visit.last_cycle == visit.cycle else visit.last_cycle),
    ]
    end = next((f"until {unit} {value:g}" for unit, value in ends if value is not None), "")
    return ", ".join(filter(None, [every, end])) or "repeats"


def _span(unit: str, first: float | None, last: float | None) -> str:
    if first is None and last is None:
        return ""
    if first is None:
        return f"up to {unit} {last:g}"
    return f"{unit} {first:g}" if last is None or last == first else f"{unit} {first:g} to {last:g}"


def _procedures(schedule: Schedule) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for mark in schedule.marks:
        found[mark.encounter] = found.get(mark.encounter, 0) + 1
    return found
