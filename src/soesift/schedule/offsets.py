"""Times counted from an event: predose, 30 days after last dose, within 28 days of randomization, EOI + 1 h."""

from __future__ import annotations

import re
from typing import cast

from soesift.schedule.cursor import LONGEST_BARE, Cursor
from soesift.schedule.models import Event, Offset, Relation, Span, Unit, Window
from soesift.schedule.tokens import unit_of

_STOPS = {"and", "slash", "open_paren", "close_paren", "plusminus", "sign", "plus", "most", "least", "dash"}


_NAMES: dict[Event, str] = {
    "end_of_treatment": "end of treatment",
    "end_of_study": "end of study",
    "end_of_infusion": "end of infusion",
    "early_termination": "early termination",
    "randomization": "randomization",
}
_ANCHORS = frozenset(
    {
        "dose",
        "treatment",
        "infusion",
        "injection",
        "administration",
        "vaccination",
        "surgery",
        "procedure",
        "delivery",
        "birth",
        "transplant",
        "transplantation",
        "therapy",
        "dosing",
        "drug",
        "visit",
        "intake",
        "operation",
        "implantation",
        "booster",
        "flare",
        "relapse",
        "recurrence",
        "exacerbation",
        "attack",
        "onset",
    }
)


BEFORE = ("pre", "prior", "before", "vor", "avant", "antes", "prima", "voor", "précédant")
_COUNTS: tuple[Unit, ...] = ("day", "week", "hour", "minute")


def read_relation(c: Cursor) -> bool:
    """A relation by itself: predose, after last dose, within ..., up to ..."""
    if not c.sees("relative"):
        return False
    if c.peek().value in ("after", "following") and waiting_cycle(c):
        return True
    if c.peek().value in ("within", "until", "up to"):
        c.at += 1
        if c.sees("plus", "plusminus") and c.sees("number", ahead=1) and c.based():
            return True  # "Day 8 (up to +4 days)": a deviation
        if (pending := waiting(c)) is not None and pending.relation != "within" and c.sees("number"):
            return _at_most(c, pending)
        if c.sees("date"):
            c.words.append(c.peek().text)  # "until May 31": no event that a time counts from
            c.at += 1
        elif c.sees("unit", "letter") and c.starts_number(1):
            unit = cast(Unit, unit_of(c.peek()))
            c.at += 1
            low, high = c.span()
            c.add([(None if low == high else low, high)], unit)
        elif c.starts_number():
            c.timing.offsets.append(Offset(relation="within"))
        elif (anchor := read_anchor(c)) is not None:
            c.timing.offsets.append(Offset(relation="within", anchor=anchor))
        return True
    open_length = last_open(c)
    offset = open_length or Offset()
    start = c.at
    bind(c, offset)
    if offset.anchor is None and open_length is None:
        offset.relation, c.at = None, start
        return False
    if open_length is None:
        c.timing.offsets.append(offset)
    return True


def _at_most(c: Cursor, pending: Offset) -> bool:
    """ "Predose (within 60 min)": the length is the longest one before the dose."""
    start = c.at
    _, high = c.span()
    unit = c.unit_behind()
    if unit is None or c.sees("relative") or c.peek().value in ("of", "from"):
        c.at = start
        c.timing.offsets.append(Offset(relation="within"))
        return True
    pending.length = Span(first=None, last=high, unit=unit)
    return True


def waiting_cycle(c: Cursor) -> bool:
    """ "After Cycle 30", not behind a length: all later cycles; stepped over."""
    if last_open(c) is not None or unit_of(c.peek(1)) != "cycle" or not c.sees("number", ahead=2):
        return False
    c.at += 2
    _, high = c.span()
    c.timing.cycles.append(Span(first=None if high is None else high + 1, last=None, unit="cycle"))
    return True


def read_event(c: Cursor) -> bool:
    if not c.sees("event"):
        return False
    event = cast(Event, c.peek().value)
    if event not in c.timing.events:
        c.timing.events.append(event)
    name = _NAMES.get(event, c.peek().text.lower())
    c.at += 1
    if c.sees("open_paren") and _late_only(c):
        return True
    if c.sees("plus") and c.sees("number", ahead=1):  # "EOI + 1 h"
        start, c.at = c.at, c.at + 1
        low, high = c.span()
        unit = c.unit_behind() or (c.unit_here() if c.kind else None)  # "ET + 2 weeks 379" in a row of days
        unit = unit or (c.kind if c.kind in _COUNTS else None)  # "EOT + 28" in a row of days
        if unit is None:
            c.at = start
            return True
        length = Span(first=low, last=high, unit=unit)
        c.timing.offsets.append(Offset(length=length, relation="after", anchor=name))
    return True


def _late_only(c: Cursor) -> bool:
    """ "EOT (+7 days)", "EOI (+ 10 min)": a deviation, stepped over; what is longer may be a time after the event."""
    unit = unit_of(c.peek(3))
    if not (c.sees("plus", ahead=1) and c.sees("number", ahead=2) and c.sees("close_paren", ahead=4)):
        return False
    if unit not in ("minute", "hour", "day") or c.timing.window is not None or c.based():
        return False
    value = float(c.peek(2).value)
    if unit == "day" and value > LONGEST_BARE:
        return False
    c.timing.window = Window(before=0.0, after=value, unit=unit)
    c.at += 5
    return True


def read_words_plus(c: Cursor) -> bool:
    """ "Last dose + 30 days": a length after the event that the words before it name."""
    if not (c.sees("plus") and c.sees("number", ahead=1) and c.sees("word", ahead=-1)) or c.depth or c.based():
        return False
    back = c.at
    while back > 0 and c.tokens[back - 1].kind == "word":
        back -= 1
    name = c.shown[c.tokens[back].start : c.peek(-1).end].lower()
    start, c.at = c.at, c.at + 1
    low, high = c.span()
    unit = c.unit_behind()
    if unit is None or not any(word in _ANCHORS for word in name.split()):
        c.at = start
        return False
    length = Span(first=low, last=high, unit=unit)
    c.timing.offsets.append(Offset(length=length, relation="after", anchor=name.removeprefix("the ")))
    return True


def add_offset(c: Cursor, length: Span) -> None:
    """Add a length, counted from the event that follows, or from the one that came before."""
    pending = waiting(c)
    if pending is not None and pending.relation != "within" and _of_its_own(c):
        pending = None  # "Pre-discharge (≤ 72 h post implant)"
    if pending is not None:
        length = without_minus(length) if pending.relation == "before" else length  # "Predose (-1 h)"
        pending.length = length  # "predose, 30 min"; "within 28 days": the relation came first
        if pending.relation == "within":
            exact = c.timing.window is not None or length.first != length.last  # "within 28 ± 2 days": a point
            pending.length = length if exact else Span(first=None, last=length.last, unit=length.unit)
            pending.relation = None if c.sees("relative") else pending.relation
            if c.sees("relative"):
                bind(c, pending)
            elif c.peek().value in ("of", "from"):
                c.at += 1
                pending.anchor = read_anchor(c)
        return
    offset = Offset(length=length)
    c.timing.offsets.append(offset)
    if _of_its_own(c):
        bind(c, offset)
        if offset.relation == "before":  # "-30 to -1 min predose"
            offset.length = without_minus(length)
    elif after_word(c):
        offset.relation = "after"
        offset.anchor = "delivery" if "partum" in c.peek().text.lower() else "surgery"
        c.at += 1
    elif c.peek().value == "follow_up" and c.peek().text.lower().startswith("post"):
        offset.relation, offset.anchor = "after", "treatment"
    elif c.peek().value in ("from", "of"):
        c.at += 1
        offset.relation, offset.anchor = "after", read_anchor(c)


def _of_its_own(c: Cursor) -> bool:
    """Whether a relation follows that says from what the length counts."""
    return c.sees("relative") and c.peek().value not in ("within", "up to", "until")


def after_word(c: Cursor) -> bool:
    """Whether a word follows that says after what: "2 weeks post-op", "6 weeks postpartum"."""
    return c.sees("word") and re.match(r"post[\s-]?(?:op|partum|natal)", c.peek().text, re.IGNORECASE) is not None


def without_minus(length: Span) -> Span:
    """A length before an event without the minus that may say so once more."""
    if length.first is None or length.last is None or length.first >= 0 or length.last > 0:
        return length
    return length.model_copy(update={"first": 0.0 - length.last, "last": -length.first})


def waiting(c: Cursor) -> Offset | None:
    """The relation read just before that waits for its length: "within", "predose,"."""
    last = c.timing.offsets[-1] if c.timing.offsets else None
    return last if last is not None and last.length is None and last.relation is not None else None


def last_open(c: Cursor) -> Offset | None:
    last = c.timing.offsets[-1] if c.timing.offsets else None
    return last if last is not None and last.length is not None and last.relation is None else None


def bind(c: Cursor, offset: Offset) -> None:
    """Read relation and anchor at the cursor into the offset, and into unbound ones just before it."""
    value = c.peek().value
    relation: Relation = "before" if value.startswith(BEFORE) else "after"
    c.at += 1
    joined = value.removeprefix("pre").removeprefix("post").lstrip("-")
    anchor = joined if value.startswith(("pre", "post")) and joined not in ("", "ceding") else read_anchor(c, offset)
    for other in [*c.timing.offsets, offset]:
        if other is offset or (other.relation is None and other.length is not None):
            other.relation, other.anchor = relation, anchor


def read_anchor(c: Cursor, counted: Offset | None = None) -> str | None:
    """The event's words: up to the next stop, number of a new part, or unit. Behind a length that is `counted` from it,
    a last number is the event's own: "7 days after PET 2".
    """
    start = c.at
    if c.sees("visit", "letter", "unit") and c.starts_number(1):  # "after V1a", "after D1 D8", "after C1D1"
        while c.sees("visit", "letter", "unit") and c.starts_number(1) and (c.at == start or c.peek().glued):
            c.at += 2
        c.at += c.sees("word", "after") and c.peek().glued and len(c.peek().text) <= 2
        return c.shown[c.tokens[start].start : c.peek(-1).end].lower()
    while not c.sees("end", *_STOPS) and not (c.sees("number") and not c.sees("unit", ahead=-1)):
        if c.at > start and c.sees("unit", "letter") and c.starts_number(1):
            break  # "post EOT Week 4"
        c.at += 1
    if c.at == start:
        return None
    length = counted is not None and counted.length is not None
    c.at += (
        length and c.sees("word", ahead=-1) and c.sees("number") and c.sees("end", "open_paren", "close_paren", ahead=1)
    )
    text = c.shown[c.tokens[start].start : c.peek(-1).end].lower()
    return text.removeprefix("the ").removeprefix("of ") or None
