"""From what the numbers of a header row, of the rows below a cell, or of the columns of a note count."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from soesift.schedule.models import Offset, Relation, Schedule, Span, Timing, Unit, Visit
from soesift.schedule.offsets import without_minus
from soesift.schedule.table_notes import without_windows
from soesift.schedule.tokens import UNIT_WORDS, clean
from soesift.schedule.visits import NO_DAYS, NOT_SAID

_ANCHORED = re.compile(
    r"(?P<unit>minutes?|hours?|days?|weeks?|months?)\s+(?P<relation>after|post|since|following|before|prior\s+to|"
    r"(?:relative|related|in\s+relation)\s+to|from|post-)\s*(?P<anchor>.+)",
    re.IGNORECASE,
)
_SINCE = re.compile(  # the cells below have units of their own
    r"^(?:(?:scheduled\s+|nominal\s+|planned\s+)?(?:times?|timing|time\s?points?|intervals?|follow-?\s?up(?:\s+time)?)\s+"
    r"|(?=since\b|relative\s+to\b))"
    r"(?P<relation>after|post|since|following|from|before|prior\s+to|relative\s+to)\s*(?P<anchor>.+)",
    re.IGNORECASE,
)
_AFTER_SURGERY = re.compile(r"\bpost[\s-]?op(?:erative)?\s+(?P<unit>days?|weeks?|months?)\b|^\W*POD\W*$", re.IGNORECASE)
_FROM_VISIT = re.compile(  # a row of steps, not of times
    r"\bintervals?\b.*\bvisits?\b|\bbetween\s+visits\b|\b(?:since|after|from)\s+(?:the\s+)?(?:last|previous|prior)\s+visit\b",
    re.IGNORECASE,
)
_AGE = re.compile(  # age in the womb, or corrected for it, counts from elsewhere
    r"^(?!gestation|post-?\s?menstrual|corrected|adjusted|concept|bone|mental|f(?:o)?etal)(?:\w+\s+)?age\b(?!\s+group)|\bof\s+age\b",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\bfirst\b|randomi[sz]|baseline|\bbl\b|enrol|\bday\s*[01]\b|start|registration|\binitial\b", re.IGNORECASE
)
_EVENT = (
    r"(?:(?:the\s+)?(?:actual\s+)?(?:start\s+|end\s+|date\s+|day\s+|time\s+|onset\s+|completion\s+)?(?:of\s+)?(?:the\s+|their\s+|each\s+)?"
    r"(?:(?:first|last|final|most\s+recent|initial|previous|prior|study|second|third|booster|index)\s+)*"
    r"(?:dos(?:e|ing)|infusions?|injections?|administration|treatment|therapy|vaccinations?|randomi[sz]ation|enrol(?:l)?ment|registration|"
    r"surgery|operation|transplant(?:ation)?|delivery|birth|implant(?:ation)?|procedure|discharge|progression|diagnosis|onset|baseline|"
    r"leukapheresis|discontinuation|withdrawal|intake|visit\s*\d*|screening)"
    r"(?:\s+of\s+(?:the\s+)?(?:study|trial|investigational)\s+(?:drug|treatment|intervention|product|medication|vaccine))?)"
)
_COUNTED_FROM = re.compile(
    r"\b(?:calculated|counted|timed|measured|determined|reckoned|computed|scheduled|relative|dated)\s+(?:from|to|based\s+on|since)\s+"
    rf"(?P<what>{_EVENT})(?![\w-])",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:the\s+)?(?:actual\s+)?(?:(?:date|day|time)\s+of\s+)?(?:the\s+|their\s+|each\s+)?", re.IGNORECASE
)


_SAYS_FROM = re.compile(
    r"\b(?:days?|weeks?|visits?|times?|timepoints?|all)\b.{0,60}\b(?:calculated|counted|timed|measured|relative)\s+(?:from|to|since)\b",
    re.IGNORECASE,
)


class Anchored(NamedTuple):
    """What the numbers of a row or below a cell count from: "Weeks after surgery"; no relation: a count of its own
    that is named ("Day relative to randomisation"); no unit: numbers of any unit ("Time after surgery").
    """

    unit: Unit | None
    relation: Relation | None
    anchor: str


def unit_in(label: str) -> Unit | None:
    """The unit that a label names: "Visit window (days)"."""
    return next((UNIT_WORDS[word] for word in re.findall(r"[a-z]+", label.lower()) if word in UNIT_WORDS), None)


def anchored(text: str) -> Anchored | None:
    """The event from which a label without numbers says that the numbers count."""
    shown = without_windows(text)
    if any(map(str.isdigit, shown)):
        return None
    counted = _FROM_VISIT.search(shown) or _AGE.search(shown)
    if counted is not None:
        return Anchored(unit_in(shown), "after", "birth" if counted.re is _AGE else "previous visit")
    surgery = _AFTER_SURGERY.search(shown)
    if surgery is not None:
        return Anchored(UNIT_WORDS[(surgery["unit"] or "day").lower()], "after", "surgery")
    match = _ANCHORED.search(shown) or _SINCE.search(shown)
    if match is None:
        return None
    word = match["relation"].lower()
    anchor = re.sub(r"\s*[(\[].*", "", match["anchor"]).strip(" :;,.-)]").lower().removeprefix("the ")
    anchor = "surgery" if anchor in ("op", "operative", "operation") else anchor
    relation: Relation | None = "before" if word.startswith(("before", "prior")) else "after"
    named = word.startswith(("relat", "in")) or (word == "from" and _STARTS.search(anchor) is not None)
    if match.re is _ANCHORED and named:
        relation = None  # the study's own count, named
    unit = UNIT_WORDS[match["unit"].lower()] if match.re is _ANCHORED else None
    return Anchored(unit, relation, anchor) if anchor else None


def numbered_event(found: Anchored, above: list[str]) -> Anchored:
    """ "Days after vaccination" below "Vaccination 2": from the second."""
    last = found.anchor.split()[-1].rstrip("s")
    named = re.compile(rf"{re.escape(last)}\w*\s*(?:no\.?\s*|#\s*)?(?:\d+|I{{1,3}})", re.IGNORECASE)
    told = next((match.group() for text in reversed(above) if (match := named.search(clean(text)))), None)
    return found if told is None else found._replace(anchor=told.lower())


def counted_from(text: str) -> Anchored | None:
    """The event in words like "all visits are calculated from the date of randomization"."""
    match = _COUNTED_FROM.search(clean(text))
    if match is None:
        return None
    return Anchored(None, "after", _LEADING.sub("", match["what"]).lower())


def says_from_what(text: str) -> bool:
    """Whether a header cell says that its times count from something that was not understood."""
    return _SAYS_FROM.search(clean(text)) is not None and counted_from(text) is None and anchored(text) is None


def from_anchor(timing: Timing, found: Anchored) -> Timing:
    """The times of a reading as lengths after or before the anchor; months of an unnamed unit stay, with its name."""
    if found.relation is None:
        return timing.model_copy(update={"offsets": [*timing.offsets, Offset(anchor=found.anchor)]})
    counted = [s for s in timing.times if _counts(s, found.unit)]
    lengths = map(without_minus, counted) if found.relation == "before" else counted  # "Day before surgery | -1"
    offsets = [Offset(length=s, relation=found.relation, anchor=found.anchor) for s in lengths]
    loose = [
        o if o.anchor is not None else o.model_copy(update={"relation": _side(o, found), "anchor": found.anchor})
        for o in timing.offsets
    ]
    if found.unit is None and timing.times and not counted:
        loose.append(Offset(anchor=found.anchor))
    return timing.model_copy(
        update={"times": [s for s in timing.times if s not in counted], "offsets": [*loose, *offsets]}
    )


def _side(offset: Offset, found: Anchored) -> Relation | None:
    """ "24 h before" stays so below "Time relative to surgery"."""
    return offset.relation if offset.relation in ("before", "after") else found.relation


def _counts(span: Span, unit: Unit | None) -> bool:
    """Whether a time is one of those that count from the anchor."""
    return (
        span.unit == unit
        if unit is not None
        else span.unit not in ("month", "year") and ((span.first or 0) >= 0 or span.unit in ("hour", "minute"))
    )


def anchor_of(visits: list[Visit]) -> Visit | None:
    """The column from which study days count: day 1, else day 0, week 0, baseline or randomisation; None for none."""
    planned = [v for v in visits if v.is_visit and v.kind in ("planned", "event") and v.offset_days is None]
    first_cycle = [v for v in planned if v.cycle in (None, 1) and v.hours is None]
    return next((found for test in _ANCHORS if (found := next(filter(test, first_cycle), None)) is not None), None)


def count_from_the_first(schedule: Schedule) -> None:
    """ "Baseline | 6 weeks | 12 weeks | 6 months": lengths alone that rise count from the column before them, where
    nothing happens between that they could count from.
    """
    visits = [v for v in schedule.visits if v.is_visit and v.encounter is not None]
    first = anchor_of(visits)
    behind = visits[visits.index(first) + 1 :] if first is not None and first.cycle is None else []
    followed = first is not None and first.kind == "event"  # "Baseline | 3-month follow-up": no treatment between
    lengths = [_length_alone(v, schedule, followed) for v in behind]
    rising = list(takewhile(lambda days: days is not None, lengths))
    told = [" ".join([*v.printed, v.epoch or ""]) for v in behind[: len(rising)]]
    named = [text for text in told if not _ANOTHER.search(_FOLLOW_UP.sub(" ", text) if followed else text)]
    days = [length for length in rising if length is not None]
    if first is None or len(rising) < 2 or len(named) < len(rising) or days != sorted(set(days)):
        return
    for visit in behind[: len(rising)]:
        visit.doubts = [d for d in visit.doubts if NOT_SAID not in d and not d.endswith(NO_DAYS)]
        visit.relative_to = "randomization" if _DRAWN.search(" ".join(first.printed)) else "baseline"
        length = schedule.encounters[visit.encounter or 0].timing.offsets[0].length
        if length is not None and length.first is not None and length.unit in ("month", "year"):
            months = length.first * (12 if length.unit == "year" else 1)
            visit.month, visit.relative_to, visit.kind = months, None, "planned"


_FOLLOW_UP = re.compile(r"(?<=(?:day|eek|nth|ear)\s)\s*(?:follow-?\s?up|f/?u)\b(?:\s+visit)?", re.IGNORECASE)
_ANOTHER = re.compile(r"follow|\bf/?u\b|post|after|end\b|extension|part\b|period|phase|dose|surg", re.IGNORECASE)
_DRAWN = re.compile(r"randomi[sz]", re.IGNORECASE)


def _length_alone(visit: Visit, schedule: Schedule, followed: bool) -> float | None:
    """Days, about, of a column whose header is one length of weeks or months and nothing else that tells a time; with
    `followed` it may be named "follow-up".
    """
    timing = schedule.encounters[visit.encounter or 0].timing
    bare = visit.day is None and visit.week is None and visit.month is None and visit.cycle is None
    if not bare or len(timing.offsets) != 1 or timing.every is not None or visit.relative_to:
        return None
    if timing.events and not (followed and timing.events == ["follow_up"]):
        return None
    span = timing.offsets[0].length
    if span is None or span.first is None or span.first != span.last or span.first <= 0:
        return None
    return {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.0}.get(span.unit, 0.0) * span.first or None


def _is_named(visit: Visit) -> bool:
    bare = visit.day is None and visit.week is None
    return (
        bare
        and re.search(r"(?<!pre)(?<!pre[ -])baseline|randomi[sz]", " ".join(visit.printed), re.IGNORECASE) is not None
    )


_ANCHORS: tuple[Callable[[Visit], bool], ...] = (
    lambda v: v.day == 1 and v.relative_to is None,
    lambda v: v.day == 0,
    lambda v: v.week == 0,
    lambda v: v.cycle == 1 and v.day is None,
    lambda v: v.month == 0 and v.relative_to is None,
    lambda v: v.week == 1 and v.day is None and v.cycle is None,
    _is_named,
)
