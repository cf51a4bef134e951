"""A found table as a sheet to compare, by way of the understood schedule."""

from __future__ import annotations

from soesift.diff.models import TableName
from soesift.diff.pairing import bare
from soesift.diff.sheet import Mark, Row, Sheet, Visit
from soesift.result.models import SoeTable
from soesift.schedule import Activity, Encounter, Offset, Schedule, Span, Timing, Window, read_schedule
from soesift.schedule import Mark as PrintedMark

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


# Header rows that a page break printed again and that were read as activities.

MOSTLY = 0.8


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
