"""A header text as a typed `Timing`: a small reader over its tokens, from left to right.

"Day 15 ± 3" has a point and a window, "Days -28 to -1" a range, "Cycles 3-6, Day 1" cycles and a day,
"30 (+7) days after last dose" an offset. A bare number takes the unit of its row's label. Numbers that get no
value are returned as unread; plain words ("Period", "safety") are names and no timing.
"""

from __future__ import annotations

from typing import NamedTuple, cast

from soesift.schedule.cursor import Bounds, Cursor, Kind
from soesift.schedule.models import Span, Timing, Unit, Window
from soesift.schedule.offsets import add_offset, after_word, read_event, read_relation, read_words_plus, waiting
from soesift.schedule.tokens import STRENGTHS, Token, clean, tokens, unit_of
from soesift.schedule.windows import inner_window, read_window

ORDINAL_WORDS = frozenset(
    {
        "period",
        "part",
        "phase",
        "group",
        "cohort",
        "arm",
        "step",
        "stage",
        "dose",
        "treatment",
        "dosing",
        "segment",
        "course",
        "vaccination",
        "injection",
        "infusion",
        "block",
        "sequence",
        "intervention",
        "session",
        "follow-up",
        "screening",
        "appendix",
        "section",
        "table",
        "grade",
        "type",
        "call",
        "contact",
        "time",
        "timepoint",
        "point",
        "appointment",
        "assessment",
        "evaluation",
        "interview",
        "questionnaire",
        "survey",
        "wave",
        "test",
        "leg",
        "level",
        "tc",
        "t/c",
        "tel",
        "nurse",
        "telehealth",
    }
)
_OFTEN: dict[str, tuple[float, Unit]] = {
    "daily": (1, "day"),
    "weekly": (1, "week"),
    "biweekly": (2, "week"),
    "bi-weekly": (2, "week"),
    "monthly": (1, "month"),
    "quarterly": (3, "month"),
    "yearly": (1, "year"),
    "annually": (1, "year"),
    "annual": (1, "year"),
    "semi-annually": (6, "month"),
    "semiannually": (6, "month"),
    "fortnightly": (2, "week"),
    "day": (1, "day"),
    "week": (1, "week"),
    "month": (1, "month"),
    "year": (1, "year"),
}
_COUNTS = {
    "two": 2,
    "three": 3,
    "third": 3,
    "four": 4,
    "fourth": 4,
    "five": 5,
    "six": 6,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}


class Read(NamedTuple):
    timing: Timing
    unread: list[str]  # figures without a value
    words: list[str]  # plain words
    loose: list[str]  # joining words with their neighbours, where they join in no way that is known: "Birth to 72"


def read_timing(text: str, kind: Kind | None = None) -> Read:
    """The timing of one header cell; `kind` is what its row says of bare numbers ("Week" | 0 | 2 | 4)."""
    shown = clean(text)
    if kind == "visit" and (visit := _visit_only(shown)):
        return Read(Timing(text=shown, visit=visit), [], [], [])
    cursor = Cursor(shown, kind)
    while cursor.at < len(cursor.tokens):
        if not any(step(cursor) for step in STEPS):
            _leave(cursor)
    _open_cycles(cursor.timing)
    _go_on(cursor.timing)
    return Read(cursor.timing, cursor.unread, cursor.words, cursor.loose)


def _open_cycles(timing: Timing) -> None:
    """ "C3D1+": day 1 of cycle 3 and of all later ones; it is the cycles that go on."""
    cycles, days = timing.cycles, [s for s in timing.times if s.unit == "day"]
    single = len(cycles) == 1 and cycles[0].first == cycles[0].last
    if single and len(days) == 1 and days[0].first is not None and days[0].last is None:
        cycles[0] = cycles[0].model_copy(update={"last": None})
        timing.times[timing.times.index(days[0])] = days[0].model_copy(update={"last": days[0].first})


def _go_on(timing: Timing) -> None:
    """ "C4D1 and every 3rd cycle thereafter": what repeats in cycles has no last one."""
    cycles = timing.cycles
    if (
        timing.every is not None
        and timing.every.unit == "cycle"
        and len(cycles) == 1
        and cycles[0].first == cycles[0].last
    ):
        cycles[0] = cycles[0].model_copy(update={"last": None})


def _visit_only(shown: str) -> str | None:
    """The text of a cell of a visit row if it is but a number or code: 3, V3, 2a, 802 - 8XX, X-Y."""
    found = tokens(shown)
    if found and found[0].kind == "visit":
        found = found[1:]
    plain = all(t.kind in ("number", "dash", "slash", "to", "and", "word", "after", "open") for t in found)
    figures = any(map(str.isdigit, shown)) or (len(found) == 3 and found[1].kind == "dash")
    short = all(t.kind != "word" or len(t.text) <= 4 for t in found)
    return shown[found[0].start :] if found and plain and figures and short and len(shown) <= 24 else None


def _parens(c: Cursor) -> bool:
    if not c.sees("open_paren", "close_paren"):
        return False
    c.depth += 1 if c.sees("open_paren") else -1
    c.at += 1
    return True


def _cycle_length(c: Cursor) -> bool:
    """ "1 cycle = 28 days", "Cycle = 6 weeks = 42 days"."""
    skip = 1 if c.sees("number") or c.peek().value == "one" else 0
    if unit_of(c.peek(skip)) != "cycle" or c.peek(skip + 1).value != "=":
        return False
    start, c.at = c.at, c.at + skip + 1
    while c.peek().value == "=" and c.sees("number", ahead=1):
        c.at += 1
        low, high = c.span()
        c.at += c.sees("dash")
        unit = unit_of(c.peek())
        if unit is None:
            c.at = start
            return False
        c.at += 1
        c.timing.duration = c.timing.duration or Span(first=low, last=high, unit=unit)
    return c.at > start + skip + 1


def _often(c: Cursor) -> bool:
    """every 12 weeks, Q4W, every other week, weekly."""
    token = c.peek()
    if token.kind == "often":
        amount, unit = _OFTEN[token.value.split()[-1]]
        return c.set_every(amount, amount, unit, 1)
    if _n_weekly(c):
        return True
    if token.kind not in ("q", "every"):
        return False
    if c.peek(1).value == "subsequent":
        c.at += 1  # "every subsequent 84 days"
    other = c.peek(1).value in ("other", "second")
    counted = _COUNTS.get(c.peek(1).value)
    if counted is not None and (unit_counted := unit_of(c.peek(2))) is not None:
        return c.set_every(counted, counted, unit_counted, 3)
    if c.sees("number", ahead=1):
        start, c.at = c.at, c.at + 1
        low, high = c.span()
        c.at += c.sees("dash")
        unit_at = unit_of(c.peek())
        if unit_at is not None:
            return c.set_every(low, high, unit_at, 1)
        if c.kind in ("day", "week") and c.sees("end", "open_paren", "plusminus"):
            return c.set_every(low, high, cast(Unit, c.kind), 0)  # "every 90 (±14)" in a row of days
        c.at = start
        return False
    unit_after = unit_of(c.peek(2 if other else 1))
    if unit_after is None:
        return False
    return c.set_every(2 if other else 1, 2 if other else 1, unit_after, 3 if other else 2)


def _n_weekly(c: Cursor) -> bool:
    """ "2-weekly", "3 monthly": that many weeks or months apart; "2 x weekly" is something else."""
    word = c.peek(1) if c.sees("word") else c.peek(2) if c.sees("number") and c.sees("dash", ahead=1) else c.peek(1)
    amount = _COUNTS.get(c.peek().value) if c.sees("word") else None
    if c.sees("word") and c.sees("dash", ahead=1):
        word = c.peek(2)
    if c.sees("number"):
        amount = int(float(c.peek().value)) if float(c.peek().value).is_integer() else None
    if word.kind != "often" or word.value not in ("weekly", "monthly") or not amount:
        return False
    step = 3 if c.sees("dash", ahead=1) else 2
    unit: Unit = "week" if word.value == "weekly" else "month"
    return c.set_every(amount, amount, unit, step)


def _until(c: Cursor) -> bool:
    """ "Q12W through Week 88": the end of what repeats."""
    if not c.sees("to") or c.timing.every is None or c.timing.times or not c.sees("unit", "letter", ahead=1):
        return False
    unit = unit_of(c.peek(1))
    if unit is None or not c.sees("number", ahead=2):
        return False
    c.at += 2
    c.add([(None, c.number())], unit)
    return True


def _cycle_open(c: Cursor) -> bool:
    """ "subsequent cycles", "all following cycles"."""
    more = ("subsequent", "additional", "further", "later", "remaining", "other", "next", "following", "all")
    if c.peek().value not in more or unit_of(c.peek(1)) != "cycle" or c.starts_number(2):
        return False
    c.timing.cycles.append(Span(first=None, last=None, unit="cycle"))
    c.at += 2
    return True


def _unit_led(c: Cursor) -> bool:
    """Day 1; Weeks 4, 8, 12; C1D1; Days 1 and 15."""
    unit = unit_of(c.peek()) if c.sees("unit", "letter") else None
    if unit is None:
        return False
    skip = 2 if c.peek(1).value in ("no", "no.", "number", "#", ":") or c.sees("dash", ahead=1) else 1
    if skip == 2 and c.sees("dash", ahead=1) and c.starts_number(1):
        skip = 1
    if c.sees("close_paren", ahead=1) and c.depth and c.starts_number(2):
        skip, c.depth = 2, c.depth - 1  # "(Day) 5"
    elif c.sees("plus", ahead=1) and c.sees("number", ahead=2):
        skip = 2  # "Day +30"
    bounded = c.sees("most", "least", ahead=skip) and c.starts_number(skip + 1)
    if not c.starts_number(skip) and not bounded:
        return False
    hours = ("hour", "minute")
    if (
        unit == "day"
        and skip == 1
        and unit_of(c.peek(2)) in hours
        and c.sees("number", ahead=1)
        and not c.starts_number(3)
    ):
        return False  # "Dosing day 0 h"
    onwards = c.peek(-1).value in ("from", "starting", "beginning", "with", "at") and _starts(c)
    more = bounded and unit == "cycle" and c.peek(skip).text in (">", "more than")
    c.at += skip
    spans = c.spans()
    if more:  # "Cycle > 2"
        spans = [(None if low is None else low + 1, high) for low, high in spans]
    if onwards and len(spans) == 1 and spans[0][0] == spans[0][1]:
        spans = [(spans[0][0], None)]
    c.add(spans, unit)
    return True


def _starts(c: Cursor) -> bool:
    """ "From Cycle 3", "starting with Cycle 3": not what a length counts from, as in "30 days from Day 1"."""
    words = {c.peek(-1).value, c.peek(-2).value}
    return bool(words & {"starting", "beginning"}) or (c.peek(-1).value == "from" and not c.timing.offsets)


def _visit(c: Cursor) -> bool:
    """Visit 3, V2a, Visits 2-5."""
    if not c.sees("visit"):
        return False
    skip = 2 if c.peek(1).value in ("no", "no.", "number", "#") else 1
    if not c.starts_number(skip) or (skip == 1 and _is_length(c, 1)):
        return False
    far = c.sees("dash", ahead=skip) and not c.peek(skip).glued  # "Screening visit -7 to -1 days"
    weekly = c.sees("often", ahead=skip + 1) or c.sees("often", ahead=skip + 2)  # "Visits 2-weekly"
    if far or weekly:
        return False
    start = c.peek(skip).start
    c.at += skip
    c.spans()
    if c.sees("word", "after") and c.peek().glued and len(c.peek().text) <= 2:
        c.at += 1
    c.timing.visit = c.shown[start : c.peek(-1).end]
    return True


def _is_length(c: Cursor, at: int) -> bool:
    """Whether the number behind "visit" is one of days: "FU visit 28 days after", "visit 90 (± 3) days"."""
    if c.own_unit(at):
        return True
    inside = c.sees("open_paren", ahead=at + 1) and c.sees("plusminus", "plus", ahead=at + 2)
    closed = c.sees("number", ahead=at + 3) and c.sees("close_paren", ahead=at + 4)
    return inside and closed and c.sees("unit", ahead=at + 5) and not c.starts_number(at + 6)


def counts_names(number: Token, behind: Token) -> bool:
    """Whether the number says which of several has the name behind it: "1st follow-up", "2nd dose"."""
    ordinal = number.text[-1:].isalpha()
    return ordinal and (behind.text.lower() in ORDINAL_WORDS or behind.kind.startswith(("event", "visit")))


def _ordinal(c: Cursor) -> bool:
    """ "Period 1", "Follow-up 2", "1st follow-up": the number belongs to the name."""
    if c.sees("number") and counts_names(c.peek(), c.peek(1)):
        c.words.append(c.peek().text)
        c.at += 1
        return True
    last = c.peek(-1)
    named = last.text.lower().strip(".") in ORDINAL_WORDS or (last.kind.startswith("event") and not c.kind)
    if not (c.at and named and c.sees("number")) or _is_length(c, 0):
        return False
    c.words.append(c.peek().text)
    c.at += 1
    return True


def _number_led(c: Cursor) -> bool:
    """28 days; 30 (+7) days after last dose; 2 h; or a bare number of the row's kind."""
    if not c.starts_number() and not (c.sees("most", "least") and c.starts_number(1)):
        return False
    start = c.at
    ordinal = c.sees("number") and not c.peek().text[-1].isdigit()  # "2nd cycle"
    spans = c.spans(unit_behind=True)
    inner = inner_window(c)
    c.at += c.sees("dash") and unit_of(c.peek(1)) is not None
    c.at += c.peek().value in ("calendar", "consecutive") and unit_of(c.peek(1)) is not None
    unit = c.unit_behind()
    if unit is None:
        return _bare(c, spans, start)
    low, high = spans[0]
    bound = c.sees("relative") or c.peek().value in ("of", "from") or after_word(c) or _bound_behind_window(c)
    if inner is not None and c.kind in ("day", "week", "month") and unit != c.kind and not bound and not waiting(c):
        c.timing.window = Window(before=inner[0], after=inner[1], unit=unit)  # "4 -3/+5 d" in a row of weeks
        c.add(spans, c.kind)
        return True
    if (
        len(spans) == 1
        and unit in ("day", "week")
        and low is not None
        and high is not None
        and low < high <= (-1 if bound else 0)
    ):
        c.add(spans, unit)  # "Screening (-28 to -1 days)", "-7 to 0 days"
        return True
    if inner is not None:
        c.timing.window = Window(before=inner[0], after=inner[1], unit=unit)
    if ordinal and not c.sees("relative"):
        c.add(spans, unit)
        return True
    if c.sees("unit") and unit_of(c.peek()) == "cycle" and not c.starts_number(1):  # "28-day cycles"
        c.timing.duration = c.timing.duration or Span(first=spans[0][0], last=spans[0][1], unit=unit)
        c.at += 1
        return True
    if c.peek().value.startswith("interval"):  # "at 52-week intervals"
        return c.set_every(*spans[-1], unit, 1)
    if unit == c.kind and not bound and not waiting(c):
        c.add(spans, unit)
        return True
    for low, high in spans:
        add_offset(c, Span(first=low, last=high, unit=unit))
    return True


_OF_DEVIATIONS = ("open_paren", "close_paren", "plusminus", "plus", "dash", "slash", "to", "number", "unit", "after")


def _bound_behind_window(c: Cursor) -> bool:
    """Whether a deviation stands between a length and what it counts from: "30 d (±3 d) after last dose"."""
    at = 1 if c.sees("open_paren") else 0
    if not c.sees("plusminus", "plus", "dash", ahead=at):
        return False
    while c.sees(*_OF_DEVIATIONS, ahead=at):
        at += 1
    return c.sees("relative", ahead=at) and c.peek(at).value not in ("within", "until", "up to")


def _strength(c: Cursor) -> bool:
    """ "150 mg", "0.5 mL": how much is given, not when."""
    unit = c.peek(1).value.rstrip(".")
    marked = len(unit) == 1 and c.kind is not None  # "12 g" in a row of weeks: a note's letter
    if not c.sees("number") or unit not in STRENGTHS or marked:
        return False
    c.at += 2
    return True


def _bare(c: Cursor, spans: list[Bounds], start: int) -> bool:
    """Numbers without a unit: what the row says they are, else unread."""
    low, high = spans[0]
    printed = c.shown[c.tokens[start].start : c.peek(-1).end]
    if c.kind == "window" and low is not None and len(spans) == 1:
        if low == high:  # "3"; "-28": only before
            c.timing.window = Window(before=abs(low), after=max(low, 0.0), unit=None)
        else:
            c.add(spans, "day")
    elif c.kind == "window" and low is None and high is not None and len(spans) == 1:
        c.add(spans, "day")  # "≤28" under "Screening"
    elif c.depth and low is not None and high is not None and (around := _around(c, low, high)) is not None:
        c.add(spans, around)  # "Day 15 (13-17)"
    elif c.kind == "visit":
        c.timing.visit = printed
    elif c.kind == "duration":
        c.timing.duration = Span(first=low, last=high, unit="day")
    elif c.kind is not None and c.kind not in ("epoch", "window"):
        c.add(spans, cast(Unit, c.kind))
    elif low is not None and high is not None and low < high <= -1 + 2 * (low < -2) and len(spans) == 1:
        c.add(spans, "day")  # "Screening (-28 to -1)"
    else:
        c.unread.append(printed)
    return True


def _around(c: Cursor, low: float, high: float) -> Unit | None:
    """The unit of the point that was read last, if it lies between the two."""
    last = c.timing.times[-1] if c.timing.times else None
    point = last is not None and last.first is not None and last.first == last.last
    return last.unit if last is not None and point and low <= (last.first or 0) <= high and low < high else None


def _leave(c: Cursor) -> None:
    """What no step takes: a figure is unread, a word is a name, a sign is nothing."""
    token = c.peek()
    c.at += 1
    named = token.kind == "word" and len(token.text) > 2
    if named and c.sees("dash") and c.peek().glued and c.sees("number", ahead=1) and c.peek(1).glued:
        c.words.append(token.text)  # "CoV-2" is a name
        c.at += 2
        return
    if _joins(c, token):
        start = max(c.peek(-2).start, 0)  # "beyond Day 30" begins with it
        c.loose.append(c.shown[start : max(token.end, c.peek().end)])
    if token.kind in ("number", "plusminus", "unclear"):
        c.unread.append(token.text)
    elif token.kind not in ("and", "slash", "dash", "to", "sign", "plus", "open"):
        c.words.append(token.text)


_SIDES = ("number", "unit", "after", "letter", "close_paren")
_ENDINGS = ("early_termination", "end_of_treatment", "end_of_study", "final_visit", "unscheduled")


def _joins(c: Cursor, token: Token) -> bool:
    """Whether the token that was just left joins a time to something else: "Birth to 72 h", "Day 7 or discharge".
    "Week 52 or ET" is the usual name of the last visit.
    """
    before, behind = c.peek(-2), c.peek()
    another = token.value == "or" and behind.kind == "relative" and before.kind != "relative"
    if token.kind == "open" or (another and c.timing.offsets):
        return True  # "within 30 days of last dose or before new therapy"
    timed = before.kind in _SIDES or behind.kind in ("number", "unit", "letter") or c.starts_number()
    if token.kind == "to" and behind.value in ("randomization", "baseline") and c.peek(-3).kind == "dash":
        return False  # "Day -28 to randomization"
    if token.kind == "to":
        return (timed and before.kind in (*_SIDES, "word")) or before.kind.startswith("event")
    if token.kind == "slash":  # "POD 14/day of discharge"; "Day 5/check-out" is one day
        return before.kind in _SIDES and any(c.peek(ahead).text.lower() == "discharge" for ahead in range(3))
    ended = any(c.peek(ahead).value in _ENDINGS for ahead in range(3))
    return token.value == "or" and before.kind in _SIDES and behind.kind != "end" and not ended


STEPS = (
    _parens,
    _cycle_length,
    _often,
    _until,
    read_words_plus,
    read_window,
    _cycle_open,
    read_relation,
    _unit_led,
    _visit,
    _ordinal,
    _strength,
    _number_led,
    read_event,
)
"""In this order: each takes what it understands and says so, or leaves the cursor where it was."""
