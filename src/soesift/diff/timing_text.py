"""Times and windows of visits in one way of writing, so that "Wk 4" and "Week 4" are the same time."""

from __future__ import annotations

from soesift.schedule.models import Offset, Span, Timing, Window


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
