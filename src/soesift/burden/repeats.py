"""Columns that stand for several visits, and how often they are counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from soesift.burden.vocabulary import plain_case
from soesift.errors import UsageError
from soesift.schedule import Encounter, Visit, read_timing

_OPEN = re.compile(
    r"\d\s*\+(?!\s*[/\d])|\b(?:and|&) (?:beyond|later|onwards?)\b|\bsubsequent\b|\bthereafter\b|\bevery\b|\beach\b"
    r"|\bq\d+\s*[wdm]\b"
    r"|\b(?:folge|weitere|jede)\w*|\bsuivants?\b|\bchaque\b|\bsiguientes?\b|\bposteriores\b|\bcada\b",
    re.IGNORECASE,
)


def why_repeated(encounter: Encounter, shared: str = "") -> str:
    """Why a column may stand for several visits; "" if it is one visit.

    `shared`: the name of an epoch that other columns have as well, which says nothing about this one.
    """
    own = [t for t in dict.fromkeys([encounter.name, *encounter.headers]) if t != shared]
    timings = [encounter.timing] if not shared else [read_timing(t).timing for t in own]
    times, cycles = [s for t in timings for s in t.times], [s for t in timings for s in t.cycles]
    endless = any(s.last is None for s in (*times, *cycles)) or any(t.every is not None for t in timings)
    if endless or _OPEN.search(" ".join(own)):
        return "goes on without a printed end"
    if any(s.first != s.last for s in cycles):
        return "holds several cycles"
    units = [s.unit for s in {(s.unit, s.first, s.last): s for s in times}.values()]
    if any(units.count(unit) > 2 for unit in units):
        return "holds several times"
    return ""


MOST_REPEATS = 120  # above it the numbers were read wrongly


def printed_repeats(visit: Visit) -> int | None:
    """How many visits a column stands for by its print: "Cycles 2-6", "Weeks 8 to 32, every 4 weeks", "V10-V21".

    None without both ends and an interval, or where two of them disagree.
    """
    if visit.kind != "repeat":
        return None
    found: set[int] = set()
    if visit.cycle is not None and visit.last_cycle is not None and visit.last_cycle > visit.cycle:
        found.add(len(visit.cycles) or visit.last_cycle - visit.cycle + 1)
    for first, last, days in ((visit.week, visit.last_week, 7), (visit.day, visit.last_day, 1)):
        if first is not None and last is not None and visit.every_days and visit.cycle is None:
            steps = (last - first) * days / visit.every_days
            if steps == int(steps):
                found.add(int(steps) + 1)
    numbers = [match for text in visit.printed if (match := _NUMBERED.fullmatch(text))]
    found |= {int(m["last"]) - int(m["first"]) + 1 for m in numbers if int(m["last"]) > int(m["first"])}
    return found.pop() if len(found) == 1 and 1 < min(found) <= MOST_REPEATS else None


_NUMBERED = re.compile(r"\(?[Vv](?:isits?)?\s?(?P<first>\d+)\s*(?:[-–—]|to)\s*[Vv]?(?:isit)?\s?(?P<last>\d+)\)?")


def read_repeats(options: Sequence[str]) -> dict[str, int]:
    """ "C3=6" as {"C3": 6}. Raises UsageError for anything else, and for a name given twice."""
    found: dict[str, int] = {}
    for option in options:
        name, equals, number = option.rpartition("=")
        if not equals or not name.strip() or not number.strip().isdecimal():
            raise UsageError(f"--repeats {option}: give the name of a visit and a number, such as C3=6")
        if name.strip() in found:
            raise UsageError(f"--repeats {name.strip()} is given twice; keep one")
        found[name.strip()] = int(number)
    return found


def columns_named(name: str, encounters: Sequence[Encounter]) -> list[int]:
    """Positions of the columns with this name, header text or number ("column 7"); else of the only ones
    that hold it as words.
    """
    wanted = plain_case(name)
    told = [(e.name, *e.headers, " / ".join(e.headers), f"column {e.column + 1}") for e in encounters]
    texts = [[plain_case(t) for t in own] for own in told]
    equal = [k for k, own in enumerate(texts) if wanted in own]
    if equal:
        return equal
    inside = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return [k for k, own in enumerate(texts) if any(inside.search(t) for t in own)]


def repeats_of(wanted: dict[str, int], encounters: Sequence[Encounter], used: set[str]) -> dict[int, int]:
    """How often each named column counts; names that were found are added to `used`.

    Raises UsageError where a name fits several columns.
    """
    counts: dict[int, int] = {}
    for name, number in wanted.items():
        columns = columns_named(name, encounters)
        if len(columns) > 1:
            fits = ", ".join(f"column {encounters[k].column + 1} ({encounters[k].name})" for k in columns[:5])
            raise UsageError(f"--repeats {name}: fits several visits: {fits}; name one, or give its column")
        if columns:
            used.add(name)
            counts[columns[0]] = number
    return counts


def refuse_unknown(wanted: dict[str, int], used: set[str], names: Sequence[str]) -> None:
    """Raises UsageError for a name that no table has, with the nearest."""
    for name in wanted:
        if name not in used:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"visits: {', '.join(names[:12])}"
            raise UsageError(f"--repeats {name}: no visit has this name; {hint}")
