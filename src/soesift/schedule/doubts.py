"""What cannot be right or is not said, as sentences that a data manager understands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from soesift.schedule.anchors import anchor_of
from soesift.schedule.models import Schedule, Visit
from soesift.schedule.residue import unused_numbers
from soesift.schedule.timing import read_timing
from soesift.schedule.tokens import clean

_EVENT_NAME = re.compile(  # a column that is named after what happens then: no time is missing
    r"(?:informed\s+|signed\s+)?consent(?:ing)?|(?:re-?)?enrol(?:l)?ment|surgery|operation|intra-?op(?:erative)?|pre-?op(?:erative)?|"
    r"delivery|birth|(?:at\s+)?relapse|flare(?:\s+visit)?|rescue(?:\s+visit)?|cross-?over|completion|re-?treatment|registration|"
    r"eligibility|implant(?:ation)?|transplant(?:ation)?|(?:day\s+of\s+|index\s+)?(?:procedure|surgery|implant|infusion|treatment)|allocation|"
    r"disease\s+progression|pd|(?:leuk)?apheresis|conditioning|lymphodepletion",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sanity:
    """`longest_window`: days (30 to 365) above which a window is doubted; screening windows of 90 days are common.
    `month`: days that a month may have between two visits, days per month on long schedules.
    """

    longest_window: float = 120.0
    month: tuple[float, float] = (28.0, 31.5)


def add_doubts(schedule: Schedule, sanity: Sanity | None = None) -> None:
    """Add to each visit's `doubts`, and to the schedule's."""
    limits = sanity or Sanity()
    visits = [v for v in schedule.visits if v.is_visit]
    for visit in visits:
        _alone(visit, schedule, limits)
    again = _begin_again(visits)
    _backwards([v for v in visits if v not in again])
    _without_reference(schedule, visits)
    _twice(visits)
    _weeks_and_days(visits)
    _anchor(schedule, visits)
    _unused(schedule)
    for visit in schedule.visits:
        visit.doubts = list(dict.fromkeys(visit.doubts))


def _alone(visit: Visit, schedule: Schedule, limits: Sanity) -> None:
    window = max(visit.before_days or 0.0, visit.after_days or 0.0)
    if window > limits.longest_window:
        visit.doubts.append(f"The window of {window:g} days is longer than {limits.longest_window:g} days.")
    length = schedule.cycle_length.get(str(visit.cycle), schedule.cycle_length.get("*"))
    if visit.cycle is not None and visit.day is not None and length is not None and visit.day > length:
        visit.doubts.append(f"Day {visit.day:g} lies outside a cycle of {length} days.")
    if visit.month is not None and visit.day is not None and visit.month > 0:
        low, high = (limits.month[0] * visit.month - 2, limits.month[1] * visit.month + 2)
        if not low <= visit.day <= high and visit.kind == "planned":
            visit.doubts.append(f"Month {visit.month:g} and day {visit.day:g} do not agree.")
    if not visit.printed:
        visit.doubts.append("The column has no header.")
    elif _says_no_time(visit):
        visit.doubts.append(f"The header gives no time, only words: “{' / '.join(visit.printed)[:80]}”.")


def _lost_time(visit: Visit) -> str | None:
    """A header cell that is a time, of a visit that has none at all."""
    if visit.kind not in ("event", "unscheduled") or not _has_no_time(visit):
        return None
    own = [text for text in visit.printed if not (visit.epoch and clean(text).startswith(visit.epoch))]
    return next((text for text in own if _tells_time(text)), None)


def _tells_time(text: str) -> bool:
    read = read_timing(text)
    return bool(read.timing.times) and not read.timing.cycles


def _unused(schedule: Schedule) -> None:
    """Numbers and times of a header that went into nothing, where nothing else is doubted."""
    unused = unused_numbers(schedule)
    for visit in schedule.visits:
        if not visit.is_visit or visit.doubts:
            continue
        if texts := unused.get(visit.column):
            visit.doubts.append(f"“{', '.join(texts)}” in the header went into no time, window or name.")
        elif (text := _lost_time(visit)) is not None:
            visit.doubts.append(f"“{text}” is a time, but none was taken for the visit.")


def _has_no_time(visit: Visit) -> bool:
    values = (
        visit.day,
        visit.last_day,
        visit.week,
        visit.last_week,
        visit.month,
        visit.hours,
        visit.offset_days,
        visit.cycle,
        visit.every_days,
    )
    return all(value is None for value in values)


def _says_no_time(visit: Visit) -> bool:
    named = len(visit.printed) > 0 and _EVENT_NAME.fullmatch(visit.printed[-1].strip(" :*")) is not None
    return visit.kind == "planned" and _has_no_time(visit) and not named


def _begin_again(visits: list[Visit]) -> list[Visit]:
    """Columns of a phase whose weeks or days begin again below those before it: they may count from its start."""
    found: list[Visit] = []
    for name in ("week", "day"):
        own = [v for v in visits if getattr(v, name) is not None and v.cycle is None and v.relative_to is None]
        own = [v for v in own if v.kind in ("planned", "range", "repeat") and getattr(v, name) >= 0 and v.epoch]
        for later in dict.fromkeys(v.epoch for v in own):
            mine = [v for v in own if v.epoch == later]
            before = own[: own.index(mine[0])]
            highest = max((getattr(v, name) for v in before), default=None)
            falls = highest is not None and getattr(mine[0], name) < highest
            rises = all(getattr(a, name) < getattr(b, name) for a, b in pairwise(mine))
            if falls and rises and len({getattr(v, name) for v in before}) > 1:
                found += [v for v in mine if v not in found]
                for visit in mine:
                    visit.doubts.append(
                        f"{name.capitalize()}s begin again in “{later}”; "
                        "whether they count from its start is not printed."
                    )
    return found


_GIVEN = re.compile(
    r"dos(?:e|ing)|infus|inject|admin|vaccin|surg|incision|intake|meal|glucose|onset|procedure|\bpost|\bpre", re.I
)


def _without_reference(schedule: Schedule, visits: list[Visit]) -> None:
    """Hours by themselves, in a table whose header and title name nothing that they could count from."""
    bare = [v for v in visits if v.hours is not None and v.relative_to is None and v.day is None and v.cycle is None]
    told = [schedule.title, *(e.timing.text for e in schedule.encounters), *(n for v in visits for n in v.printed)]
    labels = [label for e in schedule.encounters for label in e.headers]
    if bare and not any(map(_GIVEN.search, [*told, *labels])):
        for visit in bare:
            visit.doubts.append("The header does not say from what the hours are counted.")


def _backwards(visits: list[Visit]) -> None:
    """Study days, or weeks, that do not rise along the columns: those out of line with most of the others."""
    for name in ("day", "week"):
        counted = [
            v
            for v in visits
            if getattr(v, name) is not None and v.cycle is None and v.relative_to is None and v.kind != "event"
        ]
        values = [float(getattr(v, name)) for v in counted]
        for place in out_of_line(values):
            left = max(values[:place], default=values[place])
            right = min(values[place + 1 :], default=values[place])
            other, side = (left, "right") if left > values[place] else (right, "left")
            counted[place].doubts.append(
                f"{name.capitalize()} {values[place]:g} stands {side} of {name} {other:g}: one of them may be misread."
            )


def out_of_line(values: list[float]) -> list[int]:
    """Places that are not in every longest run of values that do not fall, and that do break the order."""
    count = len(values)
    before, after = [1] * count, [1] * count
    for i in range(count):
        before[i] = 1 + max((before[j] for j in range(i) if values[j] <= values[i]), default=0)
    for i in reversed(range(count)):
        after[i] = 1 + max((after[j] for j in range(i + 1, count) if values[j] >= values[i]), default=0)
    longest = max(before, default=0)
    on = [i for i in range(count) if before[i] + after[i] - 1 == longest]
    ranks = Counter(before[i] for i in on)
    sure = {i for i in on if ranks[before[i]] == 1}
    breaks = {
        i for i in range(count) if any(v > values[i] for v in values[:i]) or any(v < values[i] for v in values[i + 1 :])
    }
    return [i for i in range(count) if i not in sure and i in breaks]


def _twice(visits: list[Visit]) -> None:
    """Two columns at one time."""
    seen: dict[tuple[object, ...], Visit] = {}
    for visit in visits:
        counted = visit.kind == "event" and visit.offset_days is not None
        if (
            not (counted or visit.kind in ("planned", "range"))
            or _says_no_time(visit)
            or visit.relative_to == "previous visit"
        ):
            continue
        key = (
            visit.cycle,
            visit.day,
            visit.last_day,
            visit.week,
            visit.last_week,
            visit.month,
            visit.hours,
            visit.offset_days,
            visit.relative_to,
            visit.epoch,
        )
        if key in seen:
            visit.doubts.append(f"Is at the same time as column {seen[key].column + 1} ({seen[key].name}).")
        else:
            seen[key] = visit


def _weeks_and_days(visits: list[Visit]) -> None:
    """Columns where day minus seven times the week is not what it is in the others."""
    pairs = [(v, v.day - 7 * v.week) for v in visits if v.day is not None and v.week is not None and v.cycle is None]
    pairs = [(v, rest) for v, rest in pairs if v.kind == "planned" and v.relative_to is None]
    if not pairs:
        return
    late = [rest for v, rest in pairs if (v.day or 0) > 0]
    usual, count = Counter(late).most_common(1)[0] if late else (1.0, 0)
    steady = count * 2 > len(late)
    allowed = {usual} if steady else {0.0, 1.0, -6.0}
    for visit, rest in pairs:
        early = (visit.day or 0) <= 1 and -7 <= rest <= 1
        inside = not steady and _in_week(visit)
        if rest not in allowed and not early and not inside:
            visit.doubts.append(f"Week {visit.week:g} and day {visit.day:g} do not agree.")


def _in_week(visit: Visit) -> bool:
    """Whether the day lies in the week, counted from week 1 or from week 0: "Week 1 | Day 4"."""
    day, week = visit.day or 0.0, visit.week or 0.0
    return 7 * (week - 1) < day <= 7 * week or 7 * week < day <= 7 * (week + 1)


def _anchor(schedule: Schedule, visits: list[Visit]) -> None:
    """The column from which the others count is missing or there are two."""
    if not any(v.day is not None or v.week is not None or v.cycle is not None for v in visits):
        return
    if anchor_of(visits) is None:
        schedule.doubts.append(
            "No column is the day from which the others count (day 1, week 0, baseline or randomisation); "
            "their times are as printed and are not tied to another table."
        )
        return
    ones = [v for v in visits if v.day == 1 and v.cycle in (None, 1) and v.relative_to is None and v.hours is None]
    if len(ones) > 1 and len({v.epoch for v in ones}) > 1:
        names = ", ".join(v.name for v in ones)
        schedule.doubts.append(f"More than one column is day 1: {names}.")
