"""Columns as visits: day, week, cycle, offset from an event, window, repeats; open where the print does not say."""

from __future__ import annotations

import re
from itertools import pairwise

from soesift.schedule.contacts import contact_in
from soesift.schedule.models import Encounter, Offset, Schedule, Span, Timing, Visit, VisitKind, Window
from soesift.schedule.offsets import BEFORE
from soesift.schedule.tokens import clean

_DAYS = {"day": 1.0, "week": 7.0}
_MONTHS = {"month": 1.0, "year": 12.0}
_HOURS = {"minute": 1 / 60, "hour": 1.0}
NO_LENGTH = "Repeats each cycle; how many days a cycle has is not printed."
NO_DAYS = "is no fixed number of days."
NOT_SAID = "the header does not say from what it is counted"
NO_NUMBER = "The header names cycles without a number."


def visit_of(encounter: Encounter, epoch: str | None, schedule: Schedule) -> Visit:
    """One column that is not an annotation; windows and contact of notes are added by `with_notes`."""
    timing = encounter.timing
    visit = Visit(
        column=encounter.column,
        name=encounter.name,
        printed=encounter.printed,
        markers=encounter.footnotes,
        epoch=epoch,
    )
    timing = _without_phases(_around_length(_around_point(timing)))
    _points(visit, timing)
    _cycle(visit, timing)
    _offset(visit, timing)
    if visit.day is not None and visit.offset_days is not None:  # "7 days after D1, D8": one time said twice
        if visit.after_days is not None:  # "C1D1 (≤ 7 days after registration)"
            visit.doubts.append(
                "The window is that of a length beside the day; whether it is the day's is not printed."
            )
        visit.offset_days = visit.relative_to = None
    if timing.every is not None:
        visit.every_days = _in_days(timing.every.first, timing.every.unit)
        if timing.every.unit == "cycle":  # "Day 1 of each cycle"
            length = cycle_length_of(schedule, None)
            visit.in_cycle = True
            visit.every_days = None if length is None else length * (timing.every.first or 1)
        if timing.every.first != timing.every.last:
            visit.doubts.append(f"Repeats every {_span(timing.every)}; the first is taken.")
        if timing.every.unit in ("month", "year") and timing.every.first is not None:
            visit.every_months = timing.every.first * (12 if timing.every.unit == "year" else 1)
        if visit.every_days is None and visit.every_months is None and timing.every.unit != "cycle":
            visit.doubts.append(
                f"Repeats every {_span(timing.every)}; a {timing.every.unit} has no fixed number of days."
            )
        year = next((span for span in timing.times if span.unit == "year" and span.first is not None), None)
        if year is not None:  # "every 3 months in Year 1"
            visit.doubts.append(f"Repeats in year {_number(year.first)} only, or from then on; no days are printed.")
    if visit.in_cycle and visit.last_day is not None and any(map(_AFTER_CYCLE.search, visit.printed)):
        visit.doubts.append("“After” a cycle may be once, at its end, or in each cycle from then on.")
    if phase := _named_after_event(visit):
        visit.doubts.append(f"“{phase}” stands over the day; whether the day counts from it is not printed.")
    _count_after(visit)
    _at_event(visit, timing)
    if visit.last_day is not None and visit.last_week is not None and _listed(timing, "day"):
        visit.week = visit.last_week = None  # "Weeks 1-25 | Days 7, 21, 35": the weeks hold the days
    visit.kind = _kind(visit, timing)
    if visit.kind == "planned" and any(_REPEATED.search(text) for text in visit.printed):
        visit.kind = "repeat"
    _of_several_numbers(visit, timing)
    _repeat(visit, schedule)
    _window(visit, timing.window)
    visit.contact = contact_in(" ".join(encounter.printed))
    visit.doubts += [f"“{part}” in the header could not be read." for part in encounter.unread]
    visit.doubts += [f"“{part}” beside the time may change it and was not understood." for part in encounter.leftover]
    return visit


def _of_several_numbers(visit: Visit, timing: Timing) -> None:
    """ "V3-V9 | Weeks 1-7": seven visits, a week apart; where the steps are not whole, that is said."""
    if timing.visit is None or visit.kind != "range" or _MANY.fullmatch(timing.visit) is None:
        return
    low, high = (int(n) for n in re.findall(r"\d+", timing.visit)[:2])
    for unit in ("week", "day"):
        first, last = getattr(visit, unit), getattr(visit, f"last_{unit}")
        if first is None or last is None or not low < high:
            continue
        step = (last - first) / (high - low)
        if step >= 1 and step.is_integer():
            visit.kind, visit.every_days = "repeat", step * _DAYS[unit]
        else:
            visit.doubts.append(f"One column stands for visits {low} to {high}; how far they are apart is not printed.")
        return


_AFTER_CYCLE = re.compile(r"\bafter\s+c(?:ycle)?s?\s*\d", re.IGNORECASE)
_COUNTED_AFTER = {  # "Post-op day 1", "Day 1 postpartum"
    "surgery": re.compile(r"\bpost[\s-]?op(?:erative)?\b|\bPOD\b", re.IGNORECASE),
    "delivery": re.compile(r"\bpost[\s-]?partum\b", re.IGNORECASE),
}


def _count_after(visit: Visit) -> None:
    """Days and weeks after an operation or birth; of both the days, unless they count within the week."""
    event = next((e for e, words in _COUNTED_AFTER.items() if any(map(words.search, visit.printed))), None)
    if event is None or visit.cycle is not None:
        return
    if visit.offset_days is not None and visit.relative_to is None and visit.offset_days > 0:  # "Post-op" over "14 d"
        visit.relative_to = event
        visit.doubts = [doubt for doubt in visit.doubts if NOT_SAID not in doubt]
        return
    if visit.day is not None and (visit.week is None or visit.day > 7 * (visit.week - 1)):
        visit.offset_days, visit.relative_to, visit.day, visit.last_day = visit.day, event, None, None
    elif visit.week is not None and visit.last_week in (None, visit.week):
        visit.offset_days, visit.relative_to = 7 * visit.week, event
        visit.day = visit.last_day = visit.week = visit.last_week = None


_REPEATED = re.compile(r"\b(?:to\s+be\s+)?repeat(?:ed|s)?\b|\bcontinue\s+to\s+repeat\b", re.IGNORECASE)
_AT = re.compile(
    r"(?:at\s+)?(?:the\s+)?(?:time|day|date)\s+of\s+(?P<what>[A-Za-z][A-Za-z -]{3,40})"
    r"|at\s+(?P<bare>discon\w*|withdrawal|relapse|progression|discharge)",
    re.IGNORECASE,
)


_DAY_BESIDE = re.compile(  # no "Day before or after surgery", no "Day after surgery until discharge"
    r"(?:the\s+)?day\s+(?P<side>before|prior\s+to|after|following)\s+(?:(?!\b(?:and|or|to|until|till|through)\b)[^\d/])+",
    re.IGNORECASE,
)


def _at_event(visit: Visit, timing: Timing) -> None:
    """ "At time of discontinuation": on the day of that event."""
    if timing.times or timing.cycles or timing.every or visit.offset_days is not None:
        return
    beside = next((match for text in visit.printed if (match := _DAY_BESIDE.fullmatch(clean(text)))), None)
    if beside is not None and visit.relative_to is not None and visit.hours is None:  # "Day before surgery"
        visit.offset_days = -1.0 if beside["side"].lower().startswith(BEFORE) else 1.0
        return
    for text in visit.printed:
        match = _AT.fullmatch(clean(text).strip(" ."))
        if match is not None:
            visit.offset_days, visit.relative_to = 0.0, spelt_out((match["what"] or match["bare"]).lower())


_SHORT = {
    "eot": "end of treatment",
    "eot visit": "end of treatment",
    "eos": "end of study",
    "ld": "last dose",
    "fd": "first dose",
    "dosing": "dose",
    "final dose": "last dose",
    "the operation": "surgery",
    "operation": "surgery",
}


_DOSE = (
    r"(?:prise|dose|dosis|administration|injection|perfusion|einnahme|gabe|verabreichung|infusion|infusión|infusie|"
    r"administración|somministrazione|toediening|inyección|injectie)\b"
)
_ELSEWHERE = {  # events in German, Dutch, French, Spanish, Italian
    "last dose": re.compile(rf"\b(?:derni[eè]re|letzten?r?|[uú]ltima|laatste)\s+{_DOSE}"),
    "first dose": re.compile(rf"\b(?:premi[eè]re|ersten?r?|primer?a|eerste)\s+{_DOSE}"),
    "surgery": re.compile(
        r"^(?:(?:la|el|de|der|dem|the)\s+|l['’])?(?:chirurgie|cirugía|chirurgia|opération|operación|operatie|eingriff|ingreep|op)$"
    ),
    "randomisation": re.compile(
        r"^(?:(?:la|de|der)\s+)?(?:randomisierung|randomisatie|aleatorización|randomización|randomizzazione)$"
    ),
    "birth": re.compile(r"^(?:(?:la|el|de|der)\s+)?(?:geburt|naissance|nacimiento|geboorte|nascita)$"),
    "discharge": re.compile(r"^(?:(?:la|el|het|der)\s+)?(?:entlassung|sortie|alta|ontslag|dimissione)$"),
}


def spelt_out(event: str) -> str:
    """An event's name without its usual short forms, and the usual ones in English."""
    for english, words in _ELSEWHERE.items():
        if words.search(event):
            return english
    if event in _SHORT:
        return _SHORT[event]
    return re.sub(
        r"\bdiscon\b\.?|\bdisc\b\.?|\bd/?c\b",
        "discontinuation",
        re.sub(r"\btx\b|\btrt\b", "treatment", re.sub(r"(?<=end of )txp\b", "treatment period", event)),
    )


def _listed(timing: Timing, unit: str) -> bool:
    return len([span for span in timing.times if span.unit == unit]) > 1


def _points(visit: Visit, timing: Timing) -> None:
    """Days, weeks, months and hours as printed."""
    for unit in ("day", "week", "month"):
        spans = [s for s in timing.times if s.unit == unit]
        if not spans:
            continue
        first, last = spans[0].first, spans[-1].last
        setattr(visit, unit, first)
        if unit != "month" and (last != first):
            setattr(visit, f"last_{unit}", last)
        if first is None and unit == "day" and last is not None and last > 0 and _is_early(timing):
            visit.day, visit.last_day = -last, -1.0  # "Screening, ≤ 28 days"
        elif first is None and timing.every is None:
            visit.doubts.append(f"“Up to {unit} {_number(last)}” has no printed start.")
    hours = [s for s in timing.times if s.unit in _HOURS and s.first is not None]
    if hours and hours[0].first is not None:
        visit.hours = hours[0].first * _HOURS[hours[0].unit]
    if len(hours) > 1 and all(s.first == s.last for s in hours):
        listed = ", ".join(_span(s) for s in hours)
        visit.doubts.append(f"One column stands for {listed}; its visits are at each of them.")
    if {"month", "year"} <= {s.unit for s in timing.times}:
        visit.doubts.append("A year and a month are printed; whether the month counts within that year is not.")
    _several(visit, timing)


def _around_point(timing: Timing) -> Timing:
    """ "Day 15 (Days 13 to 17)": the day planned, and the days that are allowed, as a deviation."""
    if len(timing.times) != 2 or timing.window is not None or timing.every is not None:
        return timing
    point, span = timing.times
    if point.unit != span.unit or point.first is None or point.first != point.last:
        return timing
    if span.first is None or span.last is None or not span.first <= point.first <= span.last or span.first == span.last:
        return timing
    window = Window(before=point.first - span.first, after=span.last - point.first, unit=point.unit)
    return timing.model_copy(update={"times": [point], "window": window})


def _around_length(timing: Timing) -> Timing:
    """ "14 d (10-18 d)": a length, and those that are allowed, as a deviation."""
    if len(timing.offsets) != 2 or timing.window is not None or timing.times:
        return timing
    length, span = (offset.length for offset in timing.offsets)
    if length is None or span is None or length.unit != span.unit or timing.offsets[1].relation is not None:
        return timing
    point, low, high = length.first, span.first, span.last
    if point is None or point != length.last or low is None or high is None or low == high or not low <= point <= high:
        return timing
    window = Window(before=point - low, after=high - point, unit=length.unit)
    return timing.model_copy(update={"offsets": timing.offsets[:1], "window": window})


def _without_phases(timing: Timing) -> Timing:
    """ "Post-Surgery Phase" is the name of a phase: without a length nothing counts from it."""
    kept = [o for o in timing.offsets if o.length is not None or not _PHASE_NAME.search(o.anchor or "")]
    return timing.model_copy(update={"offsets": kept})


def _is_early(timing: Timing) -> bool:
    return bool({"screening", "baseline"} & set(timing.events))


def _several(visit: Visit, timing: Timing) -> None:
    """ "Weeks 4, 8, 12": a repeat with its interval if that is one; else said."""
    for unit in ("day", "week", "month"):
        spans = [s for s in timing.times if s.unit == unit]
        for span in spans:
            if span.first is not None and span.last is not None and span.last < span.first:
                visit.doubts.append(f"“{_span(span)}” runs backwards; it may be something else than a range.")
        if len(spans) < 2 or unit == "month":
            continue
        if len(timing.cycles) > 1 or any(s.first != s.last for s in timing.cycles):
            listed = ", ".join(_number(s.first) for s in spans)
            visit.doubts.append(
                f"One column stands for {unit}s {listed} of several cycles; its visits are at each of them."
            )
            continue
        if timing.every is not None and len(spans) == 2 and spans[1].first is None:
            continue  # "Week 12 and every 4 weeks until Week 52"
        values = [s.first for s in spans if s.first is not None]
        steps = {b - a for a, b in pairwise(values)}
        told = timing.every
        if told is not None and told.unit in ("month", "year") and len(values) > 2:
            visit.doubts.append(
                f"A list of {unit}s and an interval of {_span(told)} are printed; only one can be right."
            )
        if steps == {1.0} and unit == "day" and len(values) == len(spans):
            continue  # "D-2, -1, 0": a range
        if len(steps) == 1 and len(values) == len(spans) and (step := steps.pop()) > 0 and len(values) > 2:
            visit.every_days = step * _DAYS[unit]
        else:
            listed = ", ".join(_number(v) for v in values)
            visit.doubts.append(f"One column stands for {unit}s {listed}; its visits are at each of them.")


def _cycle(visit: Visit, timing: Timing) -> None:
    if not timing.cycles:
        return
    visit.in_cycle = True
    first = next((s.first for s in timing.cycles if s.first is not None), None)
    last = timing.cycles[-1].last
    visit.cycle = None if first is None else int(first)
    visit.last_cycle = None if last is None else int(last)
    values = [s.first for s in timing.cycles]
    if len(values) > 1 and all(s.first == s.last and s.first is not None for s in timing.cycles):
        visit.cycles = [int(v) for v in values if v is not None]
    if first is None:
        visit.doubts.append(NO_NUMBER)


def _offset(visit: Visit, timing: Timing) -> None:
    """The first length from an event; others are said."""
    named = [o for o in timing.offsets if o.length is not None or o.anchor is not None]
    if timing.times:  # "Week -4 to -1 (28 days)": a length beside a time is no distance
        named = [o for o in named if o.relation or o.anchor or (o.length and o.length.unit in _HOURS)]
    named.sort(
        key=lambda o: o.length is None
    )  # "Post HDT" over "Day 100 after randomization": the length says from what
    for offset in named:
        visit.relative_to = visit.relative_to or (spelt_out(offset.anchor) if offset.anchor else None)
    lengths = [o for o in named if o.length is not None]
    bare = visit.day is None and visit.week is None and visit.month is None and visit.cycle is None
    ends = [o.anchor for o in named if o.relation == "within" and o.anchor]
    if bare and ends and not (lengths or timing.every or timing.events):
        visit.doubts.append(f"“Until {ends[0]}” has no printed start.")
    counted = [o for o in lengths if o.anchor is not None]
    lengths = counted or lengths  # "1-week follow-up | 6 to 8 days after Visit 1": the second says from what
    for offset in lengths[:1]:
        _place_offset(visit, offset)
    if visit.relative_to in ("last", "first", "end", "the", "start"):
        visit.doubts.append(f"“{visit.relative_to}” alone names no event; a word may be missing.")
    if lengths and _EACH.match(visit.relative_to or ""):
        visit.doubts.append(f"“{visit.relative_to}” is more than one event; how many visits there are is not printed.")
    if len(lengths) > 1 and visit.day is None:
        visit.doubts.append("The header gives more than one length of time; only the first is used.")


_EACH = re.compile(r"(?:each|every|any|all)\b")
_PHASE_NAME = re.compile(r"\b(?:fu|f/u|follow-?\s?up|period|phase|part|stage)$", re.IGNORECASE)


_POST_EVENT = re.compile(  # "Post ASCT"; "Post-treatment" is the usual name of a phase, whatever its days count from
    r"post[\s-]+(?!treatment|tx\b|study|trial|therapy|intervention|dos|randomi|allocation|enrol|baseline|screen|final|discon)[a-z][\w-]+(?:\s\w+)?",
    re.IGNORECASE,
)


def _named_after_event(visit: Visit) -> str:
    """The name "Post X" of a phase over a study day, which may count from X; "" for none."""
    if visit.day is None or visit.day <= 0 or visit.cycle is not None or visit.offset_days is not None or visit.hours:
        return ""
    return next((text for text in visit.printed if _POST_EVENT.fullmatch(clean(text))), "")


_EARLY = re.compile(
    r"screen|\bscrn?\b|baseline|run-?\s?in|\bpre[\s-]?(?:treatment|op\b|operative|surg|procedur|implant|randomi|enrol|study|vaccin)",
    re.IGNORECASE,
)


def _place_offset(visit: Visit, offset: Offset) -> None:
    span = offset.length
    if span is None:
        return
    words = " ".join([*visit.printed, visit.epoch or ""])
    early = _EARLY.search(words) is not None
    after_all = re.search(r"follow|\bf/?u\b|post", words, re.IGNORECASE) is not None
    early = early and not after_all and (offset.anchor is None or offset.relation == "within")
    limit_alone = offset.relation is None and offset.anchor is None and span.first is None  # "Screening ≤ 28 days"
    before = offset.relation == "before" or (early and (offset.relation == "within" or limit_alone))
    if span.unit in _HOURS:
        near = span.first if span.first is not None else 0.0  # "≤ 24 h before": from then on until the event
        far = span.last if span.last is not None else near
        if near is not None and far is not None:
            # the beginning: "30 to 60 minutes before" is an hour before, "48 to 24 h before" two days
            visit.hours = (0.0 - max(near, far) if before else near) * _HOURS[span.unit]
            if near != far:
                visit.before_days, visit.after_days = 0.0, _in_days(abs(far - near), span.unit)
            visit.relative_to = visit.relative_to or ("dose" if offset.relation else None)
        if visit.relative_to == "eoi":  # with days it may be the end of induction
            visit.relative_to = "end of infusion"
        return
    if span.unit in _MONTHS and span.first is not None and span.first == span.last and offset.anchor is not None:
        visit.month = (-span.first if before else span.first) * _MONTHS[span.unit]  # "6 months after RT"
        return
    first, last = (_in_days(v, span.unit) for v in (span.first, span.last))
    if early and offset.relation is None and first is not None and first < 0 and span.first == span.last:
        setattr(visit, span.unit, span.first)  # "Screening -14 days"
        return
    if last is None and first is None:
        visit.doubts.append(f"“{_span(span)}” {NO_DAYS}")
        return
    limit = early and before and offset.anchor is None and first is None and span.unit == "day"
    if limit and last is not None and visit.day is None:
        visit.day, visit.last_day = -last, -1.0  # "Screening, within 28 days": before the first study day
        return
    if last is None and offset.anchor is not None and not before:
        visit.doubts.append(f"At least {_span(span)} is the earliest time; which one is planned is not printed.")
    low = 0.0 if first is None else first
    high = low if last is None else last
    if before:
        low, high = -max(low, high), -min(low, high)
    visit.offset_days = low
    if early and before and visit.week is None and offset.anchor is None:
        pass  # "Screening, within 8 weeks": kind range, from 8 weeks before
    elif high != low:
        visit.before_days, visit.after_days = 0.0, high - low
    if offset.anchor is None:
        visit.doubts.append(f"“{_span(span)}”: {NOT_SAID}.")


def _kind(visit: Visit, timing: Timing) -> VisitKind:
    of_study = any(span.unit == "month" for span in timing.times)  # "6 months after surgery" is an event's
    month = visit.month if of_study else None
    timed = any(v is not None for v in (visit.day, visit.week, month, visit.cycle, visit.last_day, visit.last_week))
    if "unscheduled" in timing.events and not timed:
        return "unscheduled"
    cycles = len(timing.cycles) > 1 or any(s.first != s.last or s.last is None for s in timing.cycles)
    points = any(
        len([s for s in timing.times if s.unit == u]) > 1 and not _in_a_row(timing, u) for u in ("day", "week", "month")
    )
    open_end = any(s.last is None for s in timing.times)
    if timing.every is not None or visit.every_days is not None or cycles or points or open_end:
        return "repeat"
    early = visit.offset_days is not None and visit.offset_days < 0 and visit.before_days is None
    if visit.last_day is not None or visit.last_week is not None or (early and "screening" in timing.events):
        return "range"
    if not timed and visit.hours is None and (timing.events or timing.offsets):
        return "event"
    return "planned"


def _in_a_row(timing: Timing, unit: str) -> bool:
    """Whether the days listed follow one another."""
    values = [s.first for s in timing.times if s.unit == unit]
    return unit == "day" and all(a is not None and b is not None and b - a == 1 for a, b in pairwise(values))


_MANY = re.compile(r"\(?(?:[Vv](?:isits?)?\s?)?\d+\w?\s*(?:[-–—]|to)\s*(?:[Vv](?:isit)?\s?)?\d+\w*\)?")  # "V10 – V21"


def after_the_visit_before(schedule: Schedule) -> None:
    """ "Every week" printed over several single visits: each is a week after the visit before it."""
    visits = [v for v in schedule.visits if v.encounter is not None]
    for place, visit in enumerate(visits):
        timing = schedule.encounters[visit.encounter or 0].timing
        single = timing.visit is not None and not any(map(_MANY.fullmatch, (*visit.printed, timing.visit)))
        beside = [v for v in visits[max(0, place - 1) : place + 2] if v is not visit]
        bare = visit.day is None and visit.week is None and visit.cycle is None
        alike = any(v.every_days == visit.every_days for v in beside)
        if visit.kind == "repeat" and single and bare and visit.every_days is not None and alike:
            visit.kind, visit.offset_days, visit.relative_to = "planned", visit.every_days, "previous visit"
    for visit in visits:
        if visit.relative_to == "previous visit":
            visit.every_days = None


def days_within_cycles(schedule: Schedule) -> None:
    """Days that go on through the cycles, 1, 8, 15 of cycle 1 and 22, 29, 36 of cycle 2, become days of their cycles
    where rows of cycles and of days are printed and the first day of each cycle tells how long they are. "C2D8" says
    itself what it counts from. Where days only do not begin again, that is doubted.
    """
    found = [v for v in schedule.visits if v.cycle is not None and v.day is not None and v.kind in ("planned", "range")]
    firsts: dict[int, float] = {}
    for visit in found:
        if visit.cycle is not None and visit.day is not None and visit.cycle > 0 and visit.last_cycle == visit.cycle:
            firsts.setdefault(visit.cycle, visit.day)
    lasts = {v.cycle: v.last_day or v.day for v in found}
    steps = [(one, other) for one, other in pairwise(firsts) if firsts[other] > (lasts[one] or 0)]
    if len(firsts) < 2 or len(steps) < len(firsts) - 1:
        return
    lengths = {(firsts[other] - firsts[one]) / (other - one) for one, other in steps if other > one}
    length = lengths.pop() if len(lengths) == 1 else 0.0
    told = cycle_length_of(schedule, None)
    apart = not any(_CYCLE_AND_DAY.search(clean(text)) for v in found for text in v.printed)
    whole = apart and length > 1 and length.is_integer() and firsts.get(1) == 1
    whole = whole and (told == length or (told is None and len(firsts) >= THROUGH))
    if whole:
        schedule.cycle_length.setdefault("*", int(length))
    for visit in found:
        if visit.cycle not in firsts:
            continue
        before = length * (visit.cycle - 1) if whole else 0.0
        if before and visit.day is not None and before < visit.day <= before + length:
            visit.day -= before
            visit.last_day = None if visit.last_day is None else visit.last_day - before
        elif visit.cycle > min(firsts):
            visit.doubts.append("Days do not begin again with the cycle; they may count from the first one.")


_CYCLE_AND_DAY = re.compile(r"\bC(?:ycle)?\s?\d+\W{0,3}D(?:ays?)?\s?\d", re.IGNORECASE)
THROUGH = 3  # cycles whose first days are as far apart each time: two may be so by chance


def _repeat(visit: Visit, schedule: Schedule) -> None:
    """The interval of a repeat each cycle is the cycle's length; without any interval that is said."""
    if visit.kind != "repeat":
        return
    cycled = visit.cycle is not None or NO_NUMBER in visit.doubts
    if visit.cycles and {b - a for a, b in pairwise(visit.cycles)} != {1}:
        return  # "Cycles 2, 4, 8": no single interval; the cycles are listed
    if visit.every_days is None and cycled:
        length = cycle_length_of(schedule, visit.cycle)
        visit.every_days = None if length is None else float(length)
        if length is None:
            visit.doubts.append(NO_LENGTH)
        elif length is not None:
            visit.doubts = [doubt for doubt in visit.doubts if doubt != NO_NUMBER]
    elif visit.every_days is None and visit.every_months is None and not visit.doubts:
        visit.doubts.append("Goes on, but how often is not printed.")


def cycle_length_of(schedule: Schedule, cycle: int | None) -> int | None:
    """Days of the cycle with that number, if printed."""
    return schedule.cycle_length.get(str(cycle), schedule.cycle_length.get("*"))


def _window(visit: Visit, window: Window | None) -> None:
    if window is None:
        return
    unit = window.unit or "day"  # "Week 4 (±3)" speaks of days
    before, after = (_in_days(v, unit) for v in (window.before, window.after))
    if before is None or after is None:
        visit.doubts.append(f"The window is in {unit}s, which have no fixed number of days.")
    else:
        visit.before_days, visit.after_days = before, after
        if window.unit is None and max(before, after) < SURELY_DAYS:
            visit.doubts.append(f"The window is printed without a unit; it is taken as {unit}s.")


SURELY_DAYS = 3  # a deviation without a unit beside a week or month; "±1" may be a week, "±3" is days


def _in_days(value: float | None, unit: str) -> float | None:
    if value is None:
        return None
    if unit in _HOURS:
        return round(value * _HOURS[unit] / 24, 6)
    return value * _DAYS[unit] if unit in _DAYS else None


def _span(span: Span) -> str:
    first, last = span.first, span.last
    number = _number(first) if first == last or last is None else f"{_number(first)} to {_number(last)}"
    return f"{number} {span.unit}{'' if number == '1' else 's'}"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"
