"""Deviations from a planned time: ± 3, (-3/+5 days), 28 ± 2 days."""

from __future__ import annotations

from soesift.schedule.cursor import Bounds, Cursor
from soesift.schedule.models import Window
from soesift.schedule.tokens import unit_of


def read_window(c: Cursor) -> bool:
    """±3, (±3 days), +7, (-3/+5 days): a deviation, given a point before it or a window row."""
    before: float | None = None
    after: float | None = None
    start = c.at
    if c.sees("plusminus") and c.starts_number(1):
        c.at += 1
        before = after = abs(c.number())
    elif not c.based() and c.kind != "window":
        return False
    else:
        before, after = signed(c)
    if before is None or after is None:
        c.at = start
        return False
    unit = c.unit_here() or (c.timing.window.unit if c.timing.window else None)
    found = Window(before=before, after=after, unit=unit)
    if c.timing.window is not None and c.timing.window.unit is not None and c.timing.window != found:
        c.unread.append(c.shown[c.tokens[start].start : c.peek(-1).end])  # "± 7d/± 14d": the second is said
        return True
    c.timing.window = found
    return True


def signed(c: Cursor) -> Bounds:
    """ "+7", "-3/+5", "-2 to +3", "+3/-2"; (None, None) if it is no deviation."""
    found: dict[str, float] = {}
    paren = c.depth > 0 or c.kind == "window"
    while c.sees("plus", "dash") and c.sees("number", ahead=1) and c.peek().kind not in found:
        found[c.peek().kind] = float(c.peek(1).value)
        c.at += 2
        more = 1 if c.sees("slash", "and", "to") else 0
        if c.unit_here(keep=True) is not None and c.sees("slash", "and", "to", ahead=1):
            more = 2
        if c.sees("plus", "dash", ahead=more) and c.sees("number", ahead=more + 1):
            c.at += more
    again = c.sees("to", "dash") and c.starts_number(1)  # "-28 to -1" is a range
    if again or not found or ("plus" not in found and not paren):
        return None, None
    return found.get("dash", 0.0), found.get("plus", 0.0)


def inner_window(c: Cursor) -> tuple[float, float] | None:
    """The deviation between a number and its unit: "28 ± 2 days", "30 (+7) days"."""
    start, depth = c.at, c.depth
    if c.sees("open_paren"):
        c.at, c.depth = c.at + 1, depth + 1
    before: float | None
    after: float | None
    if c.sees("plusminus") and c.sees("number", ahead=1):
        c.at += 1
        before = after = c.number()
    else:
        before, after = signed(c)
    closed = c.depth == depth or c.sees("close_paren")
    c.at += c.depth > depth and closed
    unit_follows = unit_of(c.peek()) is not None and not c.starts_number(1)
    c.depth = depth
    if before is None or after is None or not closed or not unit_follows:
        c.at = start
        return None
    return before, after
