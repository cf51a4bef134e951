"""Windows that a sentence gives for some visits each: "±3 days for Visits 2 to 5, ±7 days thereafter".

A sentence is cut so that each piece holds one deviation with the words that say for whom. These are times ("Week 12 to
Week 24", "the first 12 weeks"), numbers of visits, cycles, phases ("follow-up visits"), printed names ("EOT"), all
visits but some ("except Week 52") or all that are left ("thereafter"). All or nothing: where a piece names nobody that
is in the table, no visit gets a window from the sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from soesift.schedule.anchors import anchor_of
from soesift.schedule.contacts import contact_in
from soesift.schedule.models import Schedule, Span, Visit
from soesift.schedule.table_notes import (
    EXCEPTING,
    NUMBER_WORDS,
    FoundWindow,
    printed_windows,
    windows_in,
    without_windows,
)
from soesift.schedule.timing import read_timing
from soesift.schedule.tokens import UNIT_WORDS, clean

_SIGN = "\u0000"  # stands for a deviation while a sentence is cut
_SEPARATOR = re.compile(r"\s*(?:,(?:\s*(?:and|but)\b)?|\(\s*$|\band\b|\bbut\b|\s/(?=\s))\s*", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:thereafter|afterwards?|(?:all\s+)?(?:other|later|subsequent|remaining|following)\s+(?:\w+\s+){0,2}(?:visits?|cycles?|assessments?|time\s?points?|days)"
    r"|all\s+(?:others?|subsequent)|then|after\s+(?:that|this|which))\b",
    re.IGNORECASE,
)
_THEN = re.compile(r"^\W*(?:and\s+)?then\b", re.IGNORECASE)
_EXCEPT = re.compile(rf"\b{EXCEPTING}(?:\s+(?:for|at|that|on))?\b(?P<what>.*)", re.IGNORECASE)
_PAST = re.compile(r"\b(?:after|beyond|past|following)\s+$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+$", re.IGNORECASE)
_ONWARD = re.compile(
    r"\b(?:(?<!apart\s)from|starting|beginning)(?:\s+(?:with|at|from|on))?\s+$|^\s*(?:\+|and\s+(?:later|onwards?|beyond|after|above|all\s+subsequent)|onwards?)",
    re.IGNORECASE,
)
_UP_TO = re.compile(
    r"\b(?:through|thru|until|till|(?<!apply )(?<!applies )to|including|up\s+to(?:\s+and\s+including)?)\s+$"
    r"|(?P<less>\b(?:before|prior\s+to)\s+$)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bfirst\s+(?P<n>\d+)\s+(?P<unit>days?|weeks?|months?|cycles?)\b", re.IGNORECASE)
_PART = re.compile(  # a time or a number of visits, perhaps a list or range of them
    r"\b(?P<unit>visits?|days?|weeks?|wks?|months?|cycles?|V|D|W|M|C)\s?(?P<first>-?\d+)"
    r"(?P<more>(?:\s*(?:,\s*(?:and\s+)?|and|&|to|through|[-–]|or)\s*(?:(?:visit|day|week|month|cycle)s?\s+|[VDWMC](?=\d))?\d+(?!\s*(?:days?|weeks?|hours?)\b))*)",
    re.IGNORECASE,
)
_PHASES = re.compile(
    r"\b(?:screening|run-?in|lead-?in|induction|titration|maintenance|extension|taper(?:ing)?|wash-?out|post-?treatment|treatment"
    r"|(?:safety\s+|survival\s+|long-?term\s+)?follow-?\s?up|double-?blind|open-?label|consolidation)\b(?!\s+(?:day|week|cycle)\b)",
    re.IGNORECASE,
)
_EVENTS: dict[str, re.Pattern[str]] = {  # columns by what happens at them
    event: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for event, words in {
        "end_of_treatment": r"end[\s-]of[\s-](?:study[\s-])?(?:treatment|therapy)|eot",
        "end_of_study": r"end[\s-]of[\s-](?:the[\s-])?(?:study|trial)|eos|study\s+exit",
        "early_termination": r"early[\s-](?:termination|discontinuation|withdrawal)|et(?=\s+visit)",
        "randomization": r"randomi[sz]ation\s+visit",
    }.items()
}
_ORDINAL = re.compile(
    r"\b(?P<end>first|last|final|second|third|fourth|fifth|\d+(?:st|nd|rd|th))\s+(?:(?P<n>\d+|two|three|four|five)\s+)?(?:study\s+|scheduled\s+|clinic\s+)?visits?\b"
    r"(?P<anchor>\s+(?:after|following)\s+(?:baseline|day\s*[01]|week\s*0|randomi[sz]ation))?",
    re.IGNORECASE,
)
_ENDS = ("first", "last", "final")
_CONTACTS: dict[str, re.Pattern[str]] = {
    mode: re.compile(rf"\b(?:{words})[\s-]+(?:visits?|contacts?|calls?)\b", re.IGNORECASE)
    for mode, words in {
        "phone": r"(?:tele)?phone|phone\s+call",
        "site": r"(?:in-?|on-?)?(?:clinic|site|person)",
        "home": r"(?:at-?)?home",
        "video": r"video|tele(?:health|medicine)?|virtual|remote",
    }.items()
}
_GENERAL = re.compile(r"\b(?:visits?|windows?|assessments?|all|each|every|any)\b", re.IGNORECASE)
_SMALL_WORDS = "a the for at on in of to with and is are will be has have onwards later visit visits window windows"
_BESIDE = frozenset(_SMALL_WORDS.split())
_GENERAL_WORDS = """
    acceptable all allow allowable allowed also an any applicable applies apply appointment appointments
    approximately as assessment assessments based baseline be been before best both but by calculated can clinic
    complete completed conduct conducted counted cycle cycles date dates day days deviate deviation deviations
    do does done e each either enrollment enrolment every everything exceed except exception flexibility
    following from general generally has held i ie if in indicated individual interval into its later listed
    made may month months more must necessary no nominal not note noted occur occurs on only or other others
    otherwise over participant participants patient patients per perform performed period permissible permitted
    place planned plus point points possible procedure procedures protocol randomisation randomization range
    relative remaining required respective schedule scheduled should site specified start started starts stated
    study subject subjects subsequent take taken takes target than that their them then there thereafter these
    they this those time timepoint timepoints timing tolerance total trial under unless until up use used
    variation variations week weeks when where wherever which within would
"""
_PLAIN = (
    _BESIDE | NUMBER_WORDS.keys() | frozenset(_GENERAL_WORDS.split())
)  # a sentence of these alone is for all visits; others may single out
_BOUNDS = frozenset(
    ["given", "after", "before", "between", "through", "onward", "beyond", "first", "past"]
)  # beside a visit that is named
_WITH_WINDOW = re.compile(rf"[(\[]([^()\[\]]*{_SIGN}[^()\[\]]*)(?:[)\]]|$)")
_BRACKETED_WINDOW = re.compile(  # "a remote visit for X (window: -3 days)"
    rf"[(\[](?:[^\W\d_]+(?:\s+[^\W\d_]+)?)?(?:\s*:)?\s*{_SIGN}\s*[)\]]"
)
_PIECE_ENDS = re.compile(r"[()\[\];.]")
_TURNED = re.compile(  # who is named has no window, or is one of several: "but Week 4 has none", "including follow-up"
    r"\b(?:none|neither|nor|without|no(?!\s+(?:more|later|earlier)\b)|not(?!\s+(?:to\s+)?(?:exceed|be\s+more|more)\b)"
    r"|(?<!and\s)including|as\s+well\s+as)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(rf"{_SIGN}.*\b(?:but|however|whereas|while)\b", re.IGNORECASE)  # whose is the deviation then?
_NAMING = (_PART, _PHASES, _FIRST, _ORDINAL, *_EVENTS.values(), *_CONTACTS.values())
_SIGNS = [  # "≤ Week 12", before a unit
    (re.compile(rf"{sign}\s*(?=(?:visit|day|week|month|cycle)s?\b|[VDWMC]\s?\d)", re.IGNORECASE), word)
    for sign, word in (("(?:≤|<=)", "up to "), ("(?:≥|>=)", "from "), ("<", "before "), (">", "after "))
]
_SOME_VISITS = re.compile(r"\bvisits?\b(?!\s+windows?)", re.IGNORECASE)
OTHERS = re.compile(r"\b(?:others?|remaining)\b", re.IGNORECASE)
_STRONG = re.compile(r"[;▪•●]")
_BUT = re.compile(rf"\b{EXCEPTING}\b", re.IGNORECASE)
_LETTERS = {"v": "visit", "d": "day", "w": "week", "m": "month", "c": "cycle", "wk": "week"}


_LENGTH = re.compile(r"\d\s*-?\s*(?:hours?|days?|weeks?|months?)\b(?!\s*\d)", re.IGNORECASE)


class Clause(NamedTuple):
    """A window, the columns that it is for, and whether it is for all that no other clause names; without a window for
    columns that are told to have none."""

    window: FoundWindow | None
    columns: frozenset[int]
    others: bool


def by_clauses(sentence: str, visits: Sequence[Visit], schedule: Schedule) -> bool:
    """Give `visits` that have none the windows of the sentence; whether it could be told for whom they are."""
    plan = _by_kind_of_contact(sentence, visits, schedule) or clauses_of(sentence, visits, schedule)
    if plan is None:
        return False
    plan = _without_either(plan, schedule)
    named = frozenset().union(*(clause.columns for clause in plan))
    timed = {visit.column for visit in visits}
    for visit in schedule.visits:
        mine = [c for c in plan if visit.column in c.columns]
        mine = mine or [c for c in plan if c.others and visit.column in timed - named]
        if mine and mine[0].window is not None and visit.before_days is None:
            visit.before_days, visit.after_days = mine[0].window.before, mine[0].window.after
    return True


def _by_kind_of_contact(sentence: str, visits: Sequence[Visit], schedule: Schedule) -> list[Clause] | None:
    """The clauses of "Clinic visits (window: ±3 days) ...; otherwise a remote visit (window: -3 days) ..."; None for a
    sentence that is not of this form, or whose windows are not each for a contact of its own.
    """
    marked, deviations = without_windows(sentence, _SIGN), printed_windows(sentence)
    before = _BRACKETED_WINDOW.split(marked)[:-1]
    places = [_PIECE_ENDS.split(text)[-1] for text in before]
    modes = [contact_in(place.rsplit(",", 1)[-1]) or "" for place in places]
    each = {mode for mode in modes if mode and " or " not in mode}
    if len(places) < 2 or not len(each) == len(places) == len(deviations) == marked.count(_SIGN):
        return None
    if any(not is_plain(deviation) or _PART.search(place) for place, deviation in zip(places, deviations, strict=True)):
        return None
    told = {mode for visit in schedule.visits for mode in (visit.contact or "").split(" or ")}
    if not each <= told:
        return None
    return [
        Clause(windows_in(deviation)[0], frozenset(v.column for v in visits if _by_contact(mode, bare=False)(v)), False)
        for mode, deviation in zip(modes, deviations, strict=True)
    ]


def _in_two(plan: Sequence[Clause]) -> frozenset[int]:
    """The columns that more than one clause names."""
    counts = Counter(column for clause in plan for column in clause.columns)
    return frozenset(column for column, count in counts.items() if count > 1)


_EITHER = "A note gives windows by the kind of contact, and this visit may be of more than one."


def _without_either(plan: Sequence[Clause], schedule: Schedule) -> list[Clause]:
    """The clauses without the visits that two of them name, as they may take place in two ways; these say so."""
    twice = _in_two(plan)
    for visit in schedule.visits:
        if visit.column in twice and visit.before_days is None and _EITHER not in visit.doubts:
            visit.doubts.append(_EITHER)
    return [*(c._replace(columns=c.columns - twice) for c in plan), Clause(None, twice, False)]


def clauses_of(sentence: str, visits: Sequence[Visit], schedule: Schedule) -> list[Clause] | None:
    """The clauses of a sentence; None where one of them names nobody, or two name the same visit.

    A part without a deviation says who has none: "Cycle 1 Day 1 must not be moved; all other visits ± 3 days".
    """
    plan: list[Clause] = []
    sentence = clean(sentence)
    for sign, word in _SIGNS:
        sentence = sign.sub(word, sentence)
    parts = [part for part in re.split(r";\s*", sentence) if part]
    bare = [part for part in parts if not windows_in(part)]
    either = frozenset(v.column for v in schedule.visits if " or " in (v.contact or ""))
    for part in bare if len(bare) < len(parts) else []:
        fixed = named_by(part, visits, schedule)
        told = part is parts[0] and not OTHERS.search(sentence)  # "Dates are counted from Day 1; windows are ..."
        if (fixed is None and not told and _SOME_VISITS.search(part)) or (fixed is not None and _LENGTH.search(part)):
            return None  # of those with a length it may be the window: "post-treatment visits by up to 7 days"
        plan += [] if fixed is None or told else [Clause(None, fixed - either, False)]
    sentence = "; ".join(part for part in parts if part not in bare) if len(bare) < len(parts) else sentence
    for piece in _pieces(sentence):
        clause = _clause(piece, plan, visits, schedule)
        if clause is None:
            return None
        plan.append(clause)
    if not _in_two(plan) <= either or sum(clause.others for clause in plan) > 1:
        return None
    return plan if bare or any(clause.columns for clause in plan) else None


def _clause(piece: str, before: Sequence[Clause], visits: Sequence[Visit], schedule: Schedule) -> Clause | None:
    """What a piece with one deviation says, behind the clauses `before` it; None where it names nobody."""
    windows, bare = windows_in(piece), without_windows(piece)
    if len(windows) != 1 or _TURNED.search(bare) or _AGAINST.search(without_windows(piece, _SIGN)):
        return None
    said, excluded = _excepted(bare, visits, schedule)
    rest = _unnamed(_without(bare, schedule.visits))
    left = {float(n) for n in _NUMBER.findall(rest)} | {float(NUMBER_WORDS[n.lower()]) for n in _IN_WORDS.findall(rest)}
    if left - {windows[0].before, windows[0].after}:
        return None  # "EOT within 7 days (±2 days) of the last dose": the 7 went into nothing
    columns, last = named_by(said, visits, schedule), _LATER.search(said)
    told: frozenset[int] = frozenset().union(*(clause.columns for clause in before))
    if last is not None and "cycle" in last.group().lower() and columns is None:
        in_cycles = frozenset(v.column for v in visits if v.cycle is not None or v.in_cycle)
        columns, last = in_cycles - told, None
    elif columns is not None and _THEN.match(piece):
        columns, last = columns - told, None  # "then ±5 days until Week 24"
    others = last is not None or (columns is None and _GENERAL.search(said) is not None and is_plain(said))
    if excluded is None or (not others if columns is None else not columns or others):
        return None
    if said != bare and columns is None:
        columns, others = frozenset(v.column for v in visits), False
    return Clause(windows[0], (columns or frozenset()) - excluded, others)


_IN_WORDS = re.compile(rf"\b({'|'.join(NUMBER_WORDS)})\s+(?:days?|weeks?|hours?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?")  # not of a name: "T2", "I-4"


def _unnamed(words: str) -> str:
    """The words without the visits, times and phases that they name."""
    for naming in _NAMING:
        words = naming.sub(" ", words)
    return words


def _excepted(bare: str, visits: Sequence[Visit], schedule: Schedule) -> tuple[str, frozenset[int] | None]:
    """The words of a piece before its exception, and the columns of this; None where it names nobody.

    "±3 days, except Week 52" has one; "except Week 52 ±7 days" is a piece of its own.
    """
    left_out = _EXCEPT.search(bare)
    if left_out is None or not bare[: left_out.start()].strip(" ,;("):
        return bare, frozenset()
    return bare[: left_out.start()], named_by(left_out["what"], visits, schedule)


def _pieces(sentence: str) -> list[str]:
    """The sentence cut between its deviations: behind the words of the one before, or before those of the next.

    Words stand before their deviation ("Week 2 ±2 days, Week 4 ±3 days") or behind it ("±2 days for Week 2, ±3 days for
    Week 4"), which what stands before the first one tells.
    """
    sentence = sentence.replace(_SIGN, " ")  # a note may hold the sign itself
    marked, deviations = without_windows(sentence, _SIGN), printed_windows(sentence)
    places = [m.start() for m in re.finditer(_SIGN, marked)]
    if len(places) < 2:
        return [sentence]
    before = any(words.search(marked[: places[0]]) for words in _NAMING)
    cuts: list[int] = []
    for at, (left, right) in enumerate(pairwise(places)):
        gap = marked[left + 1 : right]
        first, second = ([w[:2] for w in windows_in(deviations[n])] for n in (at, at + 1))
        if first == second and not _STRONG.search(gap) and not any(words.search(gap) for words in _NAMING):
            continue  # "±4 days (ie, plus or minus 4 days)"
        cutting = (list(sign.finditer(marked, left + 1, right)) for sign in (_STRONG, _BUT, _SEPARATOR))
        found = next(filter(None, cutting), None)
        if found is None:
            return [sentence]
        cuts.append((found[0] if before else found[-1]).start())
        before = before or _BUT.search(gap) is not None  # "except C1D8 (±1 day) and EOT (±7 days)"
    originals = iter(deviations)
    shown = [marked[a:b] for a, b in pairwise([0, *cuts, len(marked)])]
    return [re.sub(_SIGN, lambda _: next(originals), piece).strip(" ,;()▪•●") for piece in shown]


def named_by(words: str, visits: Sequence[Visit], schedule: Schedule) -> frozenset[int] | None:
    """The columns that words name; None where they name no time, number, phase or printed name at all."""
    happenings, rest = _of_events(words, schedule)
    places = _of_ordinals(words, schedule)
    tests = [*_of_times(words, schedule), *_of_phases(rest), *happenings, *_of_contacts(words, schedule)]
    names = named_in(words, schedule)
    if places is None or not (tests or names or places):
        return None
    if names and not _PART.search(_without(words, names)):
        tests = [] if not _PHASES.search(_without(rest, names)) else tests
    tests += places
    return frozenset(v.column for v in [*visits, *names] if v in names or any(test(v) for test in tests))


def named_in(words: str, schedule: Schedule) -> list[Visit]:
    """The visits without a window whose printed names stand in the words, also those without a time ("EOT")."""
    bare = [v for v in schedule.visits if v.is_visit and v.before_days is None and v.after_days is None]
    return [v for v in bare if any(_names(name, words) for name in v.printed)]


def singles_out(words: str, schedule: Schedule) -> bool:
    """Whether words name visits by contact, event or place in the row: "telephone visits", "the last two visits"."""
    return bool(_ORDINAL.search(words) or _of_events(words, schedule)[0] or _of_contacts(words, schedule))


def is_plain(sentence: str) -> bool:
    """Whether the words around a deviation are those of sentences on all visits; "the visits of the frail" are some.

    Of a title only what stands in brackets with the deviation is looked at, if that speaks of visits.
    """
    shown = without_windows(sentence.replace(_SIGN, " "), _SIGN)
    inside = _WITH_WINDOW.search(shown)
    told = inside[1] if inside is not None and _GENERAL.search(inside[1]) else shown
    return not set(re.findall(r"[^\W\d_]+", told.lower())) - _PLAIN


def names_only(sentence: str) -> bool:
    """Whether a sentence holds nothing but deviations, the visits, days or cycles that they are for, and the words of
    sentences on windows: "Day 1 of each cycle may be given within -1/+3 days"."""
    bare = without_windows(sentence)
    rest = _unnamed(bare)
    return rest != bare and not set(re.findall(r"[^\W\d_]+", rest.lower())) - _PLAIN - _BOUNDS


_OF_ROW = re.compile(r"^\W*(?:study\s+)?(?:visit|day|week|month|cycle|time\s?point)s?\b", re.IGNORECASE)  # its label


def speaks_of_visits(sentence: str) -> bool:
    """Whether a sentence names visits, days, cycles or phases, or has the words of sentences on all visits alone."""
    names = (_SOME_VISITS, _PART, _PHASES, _OF_ROW)
    named = next((words for words in names if words.search(sentence)), None)
    return named is not None or (_GENERAL.search(sentence) is not None and is_plain(sentence))


def for_all(sentence: str) -> bool:
    """Whether a sentence has words for visits and, beside its deviation, those of sentences on all visits alone."""
    return _GENERAL.search(without_windows(sentence)) is not None and is_plain(sentence)


def _without(words: str, named: Sequence[Visit]) -> str:
    """The words without the printed names of visits."""
    for name in sorted({n for v in named for n in v.printed}, key=len, reverse=True):
        words = re.sub(rf"(?<![\w-]){re.escape(clean(name))}(?![\w-])", " ", words, flags=re.IGNORECASE)
    return words


Test = Callable[[Visit], bool]


def _of_times(words: str, schedule: Schedule) -> list[Test]:
    found: dict[str, list[Span]] = {}
    both: list[Test] = []
    for match in _FIRST.finditer(words):
        found.setdefault(_unit(match["unit"]), []).append(Span(first=None, last=float(match["n"]), unit="day"))
    parts = list(_PART.finditer(words))
    while parts:
        match, after = parts.pop(0), parts[0] if parts else None
        spans = _spans(match, words[: match.start()], words[match.end() :])
        unit = _unit(match["unit"])
        if after is not None and _of_one(words[match.end() : after.start()], unit, _unit(after["unit"])):
            parts.pop(0)
            both.append(_of_cycle_days(match, after, words, schedule))
            continue
        found.setdefault(unit, []).extend(spans)
    return [*both, *(_within(unit, _bounded(spans), schedule) for unit, spans in found.items())]


def _of_one(between: str, first: str, second: str) -> bool:
    """Whether two parts name one visit: "Cycle 1 Day 8", "Day 8 of Cycle 1"."""
    return {first, second} == {"cycle", "day"} and re.fullmatch(r"\s*,?\s*(?:of\s+)?", between) is not None


def _of_cycle_days(first: re.Match[str], second: re.Match[str], words: str, schedule: Schedule) -> Test:
    """ "Cycle 1 Days 8 and 15", or all up to or from one: "through Cycle 1 Day 8"."""
    before, behind = words[: first.start()], words[second.end() :]
    of_cycle, of_day = (first, second) if _unit(first["unit"]) == "cycle" else (second, first)
    point = float(of_cycle["first"]), float(of_day["first"])
    bound = _UP_TO.search(before)
    if bound is not None and bound["less"]:
        return lambda visit: (at := _cycle_day(visit)) is not None and at < point
    if bound is not None:
        return lambda visit: (at := _cycle_day(visit)) is not None and at <= point
    if _PAST.search(before):
        return lambda visit: (at := _cycle_day(visit)) is not None and at > point
    if _ONWARD.search(before) or _ONWARD.search(behind):
        return lambda visit: (at := _cycle_day(visit)) is not None and at >= point
    tests = [_within(_unit(part["unit"]), _spans(part, "", ""), schedule) for part in (first, second)]
    return lambda visit: all(test(visit) for test in tests)


def _cycle_day(visit: Visit) -> tuple[float, float] | None:
    return None if visit.cycle is None or visit.day is None else (float(visit.cycle), visit.day)


def _bounded(spans: list[Span]) -> list[Span]:
    """The spans, with one that has no end and one that has no beginning as one: "from Week 2 until Week 12"."""
    if len(spans) != 2:
        return spans
    low = next((s.first for s in spans if s.last is None), None)
    high = next((s.last for s in spans if s.first is None), None)
    if low is None or high is None or low > high:
        return spans
    return [Span(first=low, last=high, unit=spans[0].unit)]


def _unit(word: str) -> str:
    lowered = word.lower()
    return _LETTERS.get(lowered) or ("visit" if lowered.startswith("visit") else UNIT_WORDS[lowered])


def _spans(match: re.Match[str], before: str, behind: str) -> list[Span]:
    """The numbers of "Weeks 4, 8 and 12 to 24" as spans (their unit stands beside them, and is not that of the span);
    one alone may be a bound: "through Week 4", "after Visit 2", "Cycle 3 and later".
    """
    numbers = [float(match["first"]), *(float(n) for n in re.findall(r"\d+", match["more"]))]
    more = re.sub(r",\s*and\b", ",", match["more"].lower())
    joints = re.findall(r"\bto\b|\bthrough\b|[-–](?=\s*\D?\s*\d)|,|\band\b|&|\bor\b", more)
    found = [(numbers[0], numbers[0])]
    if joints == ["and"] and _BETWEEN.search(before):
        joints = ["to"]
    for joint, number in zip(joints, numbers[1:], strict=False):
        if joint in ("to", "through", "-", "–"):
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    low: float | None
    high: float | None
    low, high = found[-1]
    if len(found) == 1 and low == high:
        if _PAST.search(before):
            low, high = high + 0.5, None
        elif _ONWARD.search(before) or _ONWARD.search(behind):
            high = None
        elif (bound := _UP_TO.search(before)) is not None:
            low, high = None, high - (0.5 if bound["less"] else 0)
    if _ONWARD.search(behind):
        high = None
    return [Span(first=a, last=b, unit="day") for a, b in [*found[:-1], (low, high)]]


def _within(unit: str, spans: Sequence[Span], schedule: Schedule) -> Test:
    def test(visit: Visit) -> bool:
        first, last = _own(unit, visit, schedule)
        return first is not None and any(
            (s.first is None or first >= s.first) and (s.last is None or (last is not None and last <= s.last))
            for s in spans
        )

    return test


def _own(unit: str, visit: Visit, schedule: Schedule) -> tuple[float | None, float | None]:
    """First and last day, week, month, cycle or number of a visit; a last of None has no end."""
    if unit == "visit":
        text = "" if visit.encounter is None else schedule.encounters[visit.encounter].timing.visit or ""
        numbers = [float(n) for n in re.findall(r"\d+", text)]
        return (numbers[0], numbers[-1]) if numbers else (None, None)
    if unit == "cycle":
        return (None, None) if visit.cycle is None else (float(visit.cycle), visit.last_cycle)
    value = {"day": visit.day, "week": visit.week, "month": visit.month}.get(unit)
    return value, value


def _of_phases(words: str) -> list[Test]:
    found = {re.sub(r"\W", "", match.lower()) for match in _PHASES.findall(words)}
    return [_in_phase(phase) for phase in found]


def _of_events(words: str, schedule: Schedule) -> tuple[list[Test], str]:
    """Tests for the events that words name ("the end-of-study visit"), and the words without these."""
    found = [event for event, pattern in _EVENTS.items() if pattern.search(words)]
    for event in found:
        words = _EVENTS[event].sub(" ", words)
    return [_has_event(event, schedule) for event in found], words


def _has_event(event: str, schedule: Schedule) -> Test:
    def test(visit: Visit) -> bool:
        told = [] if visit.encounter is None else schedule.encounters[visit.encounter].timing.events
        return event in told and (event != "early_termination" or visit.kind == "event")

    return test


def _of_ordinals(words: str, schedule: Schedule) -> list[Test] | None:
    """Tests for "the last two visits", "the first visit after baseline"; None where it is open which those are: a first
    visit may be that of screening, a last one the follow-up.
    """
    found: list[Test] = []
    anchor = anchor_of(schedule.visits)
    for match in _ORDINAL.finditer(words):
        count = NUMBER_WORDS.get((match["n"] or "").lower()) or int(match["n"] or 1)
        places = [v for v in schedule.visits if v.is_visit and v.kind != "unscheduled"]
        first = match["end"].lower() == "first"
        if (first and (anchor is None or match["anchor"] is None)) or match["end"].lower() not in _ENDS:
            return None
        if first and anchor is not None:
            places = [v for v in places if v.column > anchor.column][:count]
        else:
            places = places[-count:]
        if len(places) < count or any(v.kind in ("event", "range") or v.offset_days is not None for v in places):
            return None
        found.append(_at_columns(frozenset(v.column for v in places)))
    return found


def _at_columns(columns: frozenset[int]) -> Test:
    return lambda visit: visit.column in columns


def _of_contacts(words: str, schedule: Schedule) -> list[Test]:
    """Tests for "telephone visits"; visits at the site may be those of which nothing is said."""
    told = {mode for v in schedule.visits for mode in (v.contact or "").split(" or ")}
    found = [mode for mode, pattern in _CONTACTS.items() if pattern.search(words) and told - {""}]
    return [_by_contact(mode, bare=mode == "site" and "site" not in told) for mode in found]


def _by_contact(mode: str, bare: bool) -> Test:
    return lambda visit: mode in (visit.contact or "").split(" or ") or (bare and visit.contact is None)


def _in_phase(phase: str) -> Test:
    """Whether a visit is of the phase: "treatment" is not "post-treatment", nor "end of treatment"."""

    def test(visit: Visit) -> bool:
        for text in (visit.epoch or "", *visit.printed):
            shown = re.sub(r"\bs?f/?u\b", "followup", clean(text).lower())
            shown = re.sub(r"\b(?:end|completion|discontinuation)\s+of\s+(?:study\s+)?treatment", "", shown)
            shown = re.sub(r"\W", "", shown)
            if phase in shown and not (phase == "treatment" and re.search(r"(?:post|pre)treatment", shown)):
                return True
        return False

    return test


def _names(name: str, words: str) -> bool:
    """Whether a printed name stands in the words as such: a code ("C1D1", "FU2") or capitals ("EOT")."""
    shown = clean(name)
    code = 2 <= len(shown) <= 12 and re.search(r"[A-Za-z]", shown) is not None and re.search(r"\d", shown) is not None
    capitals = re.fullmatch(r"[A-Z][A-Z/]{1,7}", shown) is not None
    timed = bool(read_timing(shown).timing.times) and not read_timing(shown).timing.cycles
    if not (code or capitals) or timed:
        return False
    return re.search(rf"(?<![\w-]){re.escape(shown)}(?![\w-])", words, 0 if capitals else re.IGNORECASE) is not None
