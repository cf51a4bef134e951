"""Deviations from a planned time: ± 3, (-3/+5 days), 28 ± 2 days."""

from __future__ import annotations

import re

from soesift.schedule.cursor import LONGEST_BARE, Bounds, Cursor
from soesift.schedule.models import Unit, Window
from soesift.schedule.offsets import waiting
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
    if _is_time(c, start):
        c.at = start + c.tokens[start].text.startswith("+")
        return False
    if c.peek().text == "%":  # a share of what?
        c.unread.append(c.shown[c.tokens[start].start : c.peek().end])
        c.at += 1
        return True
    c.at += c.sees("dash") and unit_of(c.peek(1)) is not None  # "±3-day window"
    unit = c.unit_here() or _lone_m(c) or (c.timing.window.unit if c.timing.window else None)
    found = Window(before=before, after=after, unit=unit)
    side = max(before, after)
    tens = c.tokens[start].kind == "plusminus" and side % 10 == 0  # "85 ±32" may have a note's 2 behind it, too
    far = side > (_point_before(c) if tens else 0)
    if unit is None and c.kind != "window" and side > LONGEST_BARE and far:
        c.unread.append(
            c.shown[c.tokens[start].start : c.peek(-1).end]
        )  # "Day 48+54": two days, or one and a deviation
    if c.timing.window is not None and c.timing.window.unit is not None and c.timing.window != found:
        c.unread.append(c.shown[c.tokens[start].start : c.peek(-1).end])  # "± 7d/± 14d": the second is said
        return True
    c.timing.window = found
    return True


def _point_before(c: Cursor) -> float:
    """The last time that was read, without its sign: "60 ±30" may deviate so far, "3 ±22" has a note's 2 behind it."""
    points = [abs(span.last) for span in c.timing.times if span.last is not None]
    return points[-1] if points else 0.0


def _lone_m(c: Cursor) -> Unit | None:
    """ "M24 (±1m)" deviates by a month, "2 h (±5m)" by minutes: the "m" is stepped over."""
    if c.peek().text.lower() != "m" or not c.peek().glued:
        return None
    lengths = [offset.length for offset in c.timing.offsets if offset.length is not None]
    units = {span.unit for span in (*c.timing.times, *lengths)}
    if not units & {"hour", "minute", "month", "year"}:
        return None
    c.at += 1
    return "minute" if units & {"hour", "minute"} else "month"


def _is_time(c: Cursor, start: int) -> bool:
    """Whether one signed number of hours is a time: "Day 1 +2 h", "Pre-dose (-1 h)"; "Day 1 (+2 h)" is a deviation."""
    signs = [t for t in c.tokens[start : c.at] if t.kind in ("plus", "dash", "plusminus")]
    if len(signs) != 1 or signs[0].kind == "plusminus" or unit_of(c.peek()) not in ("hour", "minute"):
        return False
    dosed = waiting(c) is not None
    return dosed or (not c.depth and signs[0].kind == "plus" and c.kind != "window" and not c.timing.offsets)


def signed(c: Cursor) -> Bounds:
    """ "+7", "-3/+5", "-2 to +3", "+3/-2"; (None, None) if it is no deviation."""
    found: dict[str, float] = {}
    paren = c.depth > 0 or c.kind == "window"
    if nothing_before(c):
        found["dash"] = c.number()
        c.at += 1
    if _range_after(c):
        return None, None
    while c.sees("plus", "dash") and c.sees("number", ahead=1) and c.peek().kind not in found:
        found[c.peek().kind] = float(c.peek(1).value)
        c.at += 2
        more = 1 if c.sees("slash", "and", "to") else 0
        if c.unit_here(keep=True) is not None and c.sees("slash", "and", "to", ahead=1):
            more = 2
        if c.sees("plus", "dash", ahead=more) and c.sees("number", ahead=more + 1):
            c.at += more
    if set(found) == {"dash"} and c.sees("to", "slash", "and") and c.sees("number", ahead=1) and _is_zero(c, 1):
        found["plus"] = 0.0  # "-3 to 0 days", "-3/0"
        c.at += 2
    behind = c.unit_behind_number(1) if c.sees("to", "slash") and c.sees("number", ahead=1) else None
    if set(found) == {"dash"} and behind is not None and (paren or c.based()):
        found["plus"] = float(c.peek(1).value)  # "(-1 to 4 days)"
        c.at += 2
    again = c.sees("to", "dash") and c.starts_number(1)  # "-28 to -1" is a range
    alone = "plus" not in found and not paren and not (c.timing.times or c.timing.cycles or c.timing.offsets)
    if (
        again
        or not found
        or found == {"dash": 0.0}  # "-4W-0day" is a range
        or alone
        or ("plus" not in found and not paren and unit_of(c.peek(-1)) is None and unit_of(c.peek()) is None)
    ):
        return None, None
    return found.get("dash", 0.0), found.get("plus", 0.0)


def _range_after(c: Cursor) -> bool:
    """ "V1 + 49-83 days": from 49 to 83 days after, no deviation to both sides."""
    if not (c.sees("plus") and c.sees("number", ahead=1) and c.sees("dash", ahead=2) and c.sees("number", ahead=3)):
        return False
    return c.peek(2).glued and c.peek(3).glued and float(c.peek(1).value) < float(c.peek(3).value)


def nothing_before(c: Cursor, ahead: int = 0) -> bool:
    """Whether a deviation to one side is there that says 0 for the other: "0 to +3 days", "0/+3"."""
    return (
        c.sees("number", ahead=ahead)
        and _is_zero(c, ahead)
        and c.sees("to", "slash", "and", "dash", ahead=ahead + 1)
        and c.sees("plus", ahead=ahead + 2)
        and c.sees("number", ahead=ahead + 3)
    )


def _is_zero(c: Cursor, ahead: int) -> bool:
    return float(re.sub(r"[a-z]+$", "", c.peek(ahead).value) or 1) == 0


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
