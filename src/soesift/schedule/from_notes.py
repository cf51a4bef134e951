"""What footnotes and table-wide texts add to columns: windows, contact, conditions; and periods told apart."""

from __future__ import annotations

import re
from collections.abc import Callable

from soesift.schedule.anchors import counted_from
from soesift.schedule.contacts import contact_by_letters, contact_of_note, contacts_of_rows, explained, legend
from soesift.schedule.models import Condition, Schedule, Visit
from soesift.schedule.table_notes import EXCEPTING, FoundWindow, windows_in, without_windows
from soesift.schedule.tokens import clean
from soesift.schedule.visits import NOT_SAID
from soesift.schedule.window_clauses import by_clauses, named_by, named_in, names_only

_PERIOD = re.compile(
    r"\b(?:period|part|course|session|intervention|leg)\s*(?:\d+|[ivx]+|[a-d]|one|two|three|four)\b", re.IGNORECASE
)
_ALL_VISITS = re.compile(
    r"\b(?:all|each|every|study|scheduled|clinic|site)\s+(?:\w+\s+){0,3}(?:visits?|assessments?|procedures?|time\s?points?)\b"
    r"|\bvisits?\s+\d[\d,\s–-]*(?:(?:and|to|through)\s+\d+\s+)?(?:should|may|can|will|must|are|is|have|has)\b"
    r"|\bvisits?\s+(?:at|on|during|before|after|from|up\s+to)\b"
    r"|\bvisit\s+windows?\b|\bvisits?\s+(?:should|may|can|will|must|are|is|have|has)\b|^\W*(?:visit\s+)?windows?\b|\bthe\s+visit\s+window\b"
    r"|\btime\s+windows?\b|\bwindow\s+(?:of|for|period)\b"
    r"|^\W*(?:study\s+|treatment\s+|nominal\s+|timing\s+of\s+|tim(?:e|ing)\W{1,2})?(?:visit|day|week|month|time\s?point|cycle)s?(?:\(s\))?\b"
    r"[^.;\d]{0,24}(?:±|\+\s?/\s?-)\s?\d+\s?\w*"
    r"(?:,?\s+unless\s+(?:otherwise\s+)?\w+)?\W*$",  # the label of a header row: "Study week (±3 days)"
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\b(?:week|day|cycle|visit|month)s?\s*-?\d|screening|baseline|follow-?\s?up|\beot\b|\beos\b|treatment\s+visit|after\b|"
    r"(?:tumou?r|scan|imaging|ecg|pk|sample|blood|biops|laborator|dose\s+of)",
    re.IGNORECASE,
)


def add_from_notes(schedule: Schedule, table_texts: list[str]) -> None:
    """Windows and contact from footnotes on a column, then windows that texts give for the whole table."""
    by_rows = contacts_of_rows(schedule)
    known = legend([*table_texts, *(explained(c.marker, c.text) for c in schedule.conditions)])
    by_marker = {c.marker: c for c in schedule.conditions if c.marker and c.text}
    for visit in schedule.visits:
        notes = [by_marker[m] for m in visit.markers if m in by_marker]
        own_words = [] if visit.encounter is None else schedule.encounters[visit.encounter].limits
        visit.conditions = [*own_words, *(note.text for note in notes)]
        visit.contact = (
            next((way for text in visit.printed if (way := contact_by_letters(text, known))), None)
            or (None if visit.encounter is None else schedule.encounters[visit.encounter].contact)
            or visit.contact
            or by_rows.get(-1 if visit.encounter is None else visit.encounter)
        )
        if visit.is_visit:
            beside = [v for v in schedule.visits if v is not visit and set(v.markers) & set(visit.markers)]
            names = {t.lower() for v in beside for t in v.printed} - {t.lower() for t in visit.printed}
            _from_footnotes(visit, notes, sorted(names))
    _first_days(schedule, table_texts)
    _count_from(schedule, table_texts)
    _spread(schedule, table_texts)


_FIRST_DAY = re.compile(
    r"\bon\s+day\s+1\b[^.]{0,90}\b(?:each|every|of\s+(?:the|a|each|every))\s+(?:treatment\s+)?cycle", re.I
)


def _first_days(schedule: Schedule, table_texts: list[str]) -> None:
    """ "Procedures are performed on Day 1 of each cycle": columns that print a cycle alone are on its day 1."""
    everywhere = any(_FIRST_DAY.search(clean(text)) for text in table_texts)
    for visit in schedule.visits:
        if visit.cycle is not None and visit.day is None and visit.kind in ("planned", "repeat"):
            own = any(_FIRST_DAY.search(clean(text)) for text in visit.conditions)
            visit.day = 1.0 if own or everywhere else None


_KIND_OF_VISIT = re.compile(
    r"\b(?:follow-?\s?up|post-?\s?treatment|extension|safety|long-?\s?term|maintenance|surviv\w+)\b", re.IGNORECASE
)
_VISITS = re.compile(
    r"\b(?:visits?|time\s?points?|days|weeks|assessments|timings?|these)\b|^\W*(?:timed|counted|calculated)", re.I
)


_FU = re.compile(r"\bs?f/?u(?=\d|\b)")


def _count_from(schedule: Schedule, table_texts: list[str]) -> None:
    """What columns count from by a footnote on them ("Timed from the infusion"), or by a note on all visits of a kind
    ("Follow-up visits are calculated from the last dose"). A note on all visits without their kind names the study's
    own count, and changes nothing.
    """
    for visit in schedule.visits:
        own = [(s, True) for text in visit.conditions for s in sentences_of(text)]
        told = [(s, False) for text in table_texts for s in sentences_of(text)]
        for sentence, of_column in [*own, *told]:
            found = counted_from(sentence)
            if found is None or _PROCEDURE.search(sentence) or not _VISITS.search(sentence):
                continue
            kinds = {kind.lower() for kind in _KIND_OF_VISIT.findall(sentence[: sentence.lower().find(found.anchor)])}
            words = _FU.sub("follow-up", " ".join([*visit.printed, visit.epoch or ""]).lower())
            if (of_column and not kinds) or any(kind in words for kind in kinds):
                _as_length(visit, found.anchor)
                break


def _as_length(visit: Visit, anchor: str) -> None:
    """The day or week of a visit as days from the event."""
    days = visit.day if visit.day is not None else None if visit.week is None else 7 * visit.week
    if visit.relative_to is not None or visit.cycle is not None or (days is not None and days < 0):
        return
    visit.relative_to = anchor
    visit.doubts = [doubt for doubt in visit.doubts if NOT_SAID not in doubt]
    if days is None or visit.last_day is not None or visit.last_week is not None:
        return
    visit.offset_days, visit.day, visit.week = days, None, None


def _from_footnotes(visit: Visit, notes: list[Condition], others: list[str]) -> None:
    """The window, time and contact that a footnote of the column prints; two windows in one note are left open.

    `others`: header texts of other columns with one of the footnotes; a sentence that names one of them alone speaks
    of that column.
    """
    own = _with_short_names([text.lower() for text in visit.printed])
    others = [name for name in _with_short_names(others) if name not in own]
    for note in notes:
        sentences = [s for s in sentences_of(note.text) if not _of_another(s.lower(), own, others)]
        values = {(w.before, w.after) for s in sentences for w in windows_in(s) if _of_visit(s, w)}
        if visit.before_days is None and visit.after_days is None:
            if len(values) == 1:
                visit.before_days, visit.after_days = values.pop()
            elif len(values) > 1:
                visit.doubts.append(f"Footnote {note.marker} gives several windows; none is taken.")
        if visit.offset_days is not None and visit.relative_to is None:
            _event_of_note(visit, sentences)
        if _bare_event(visit):
            named = [s for s in sentences if any(len(name) > 5 and name in s.lower() for name in own)]
            _time_of_note(visit, note, named if others and named else sentences)
        visit.contact = visit.contact or contact_of_note(sentences)


def _bare_event(visit: Visit) -> bool:
    """Whether the header gives no time at all, so that a footnote may."""
    return visit.kind in ("event", "planned") and visit.offset_days is None and visit.hours is None and _untimed(visit)


_PROCEDURE = re.compile(
    r"tumou?r|\bscans?\b|imaging|\becgs?\b|\bpk\b|\bsamples?\b|\bblood\b|biops|laborator|radiograph(?!ic\s+(?:disease\s+)?progression)|\bpet\b|\bserum\b|\bmri\b|\bct\b",
    re.IGNORECASE,
)


def _of_visit(sentence: str, window: FoundWindow) -> bool:
    """Whether a deviation is that of the visit: no procedure is named, and visits are, or nothing else is said."""
    return _PROCEDURE.search(sentence) is None and (window.general or len(sentence) <= SHORT_NOTE)


SHORT_NOTE = 80  # characters of a note that says little besides the window


def sentences_of(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.;])\s+(?=[A-Z±(])|(?<=\.)\s+(?=[a-z]\.\s)", clean(text)) if s]


def _of_another(sentence: str, own: list[str], others: list[str]) -> bool:
    """Whether the first column that the sentence names is another one."""
    names = [(sentence.find(name), name in own) for name in [*own, *others] if len(name) > 5 and name in sentence]
    return bool(names) and not min(names)[1]


def _with_short_names(names: list[str]) -> list[str]:
    """Names of columns, and what is left of numbered ones without their first word: "follow-up visit 2"."""
    short = [name.split(" ", 1)[1] for name in names if name.count(" ") > 1 and name[-1:].isdigit()]
    return [*names, *short]


_AFTER = re.compile(
    r"(?P<n>\d+)\s*(?:(?:±|\+/-)\s*\d+\s*)?(?P<u>days?|weeks?)\s*(?:\([^)]*\)\s*)?(?:after|following|from|post)\s+(?:the\s+|their\s+|his\s+or\s+her\s+)?"
    r"(?P<what>(?:last|final|first)\s+(?:[a-z]+\s+){0,2}?(?:dose|administration|treatment|infusion|injection|visit|vaccination|"
    r"(?:(?:study|trial)\s+)?(?:drug|medication)(?:\s+(?:intake|administration))?|intake)"
    r"(?:\s+of\s+(?:the\s+)?(?:study|trial)\s+[a-z]+)?)",
    re.IGNORECASE,
)
_A_LIMIT = re.compile(
    r"(?:\bno\s+later\s+than|\bwithin|\bup\s+to|\bat\s+(?:most|least)|\bnot?\s+more\s+than|\bless\s+than|\bgreater\s+than|"
    r"\bmore\s+than|\bmaximum(?:\s+of)?|\b(?:followed|monitored|observed|collected|reported)\s+for|\buntil|[≤≥<>])\s*$",
    re.IGNORECASE,
)
_BEFORE_ALL = re.compile(
    r"\b(?:within|up\s+to|≤|no\s+more\s+than|in\s+the)\s*(?P<n>\d+)\s*(?P<u>days?|weeks?)\s*(?:\([^)]*\)\s*)?(?:of|before|prior\s+to|preceding)\s+"
    r"(?:the\s+)?(?P<what>(?:first\s+(?:study\s+)?(?:dose|administration|treatment|infusion|injection|drug)|randomi[sz]ation|enrol(?:l)?ment|"
    r"registration|baseline|day\s*1\b|cycle\s*1,?\s*day\s*1\b|c1d1\b|treatment|allocation))",
    re.IGNORECASE,
)
_EARLY = re.compile(r"screen|\bscrn?\b|baseline|enrol|pre-?treatment|run-?in", re.IGNORECASE)


def _event_of_note(visit: Visit, sentences: list[str]) -> None:
    """From what "30 days" in the header counts, where the footnote says the same number of days from an event."""
    for match in _AFTER.finditer(" ".join(sentences)):
        if _days(match) == visit.offset_days:
            visit.relative_to = " ".join(match["what"].lower().split())
            visit.doubts = [doubt for doubt in visit.doubts if NOT_SAID not in doubt]
            return


_AT_WEEK = re.compile(r"^\W*(?:at|on)\s+week\s+(?P<n>\d+)\b", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:every|each|q)\s*(?P<n>\d+)\s*(?P<u>days?|weeks?|wks?|d|w)\b", re.IGNORECASE)


def _time_of_note(visit: Visit, note: Condition, sentences: list[str]) -> None:
    """ "20 weeks after the last dose", "every 12 weeks", in the footnote of a column without a time of its own."""
    text = " ".join(sentences)
    if _EARLY.search(" ".join([*visit.printed, visit.epoch or ""])):
        _limit_of_note(visit, sentences)
        return
    points = [m for m in _AFTER.finditer(text) if not _A_LIMIT.search(text[: m.start()])]
    found = {(_days(m), " ".join(m["what"].lower().split())) for m in points}
    if len({days for days, _ in found}) == 1:
        visit.offset_days, visit.relative_to = min(found, key=lambda pair: len(pair[1]))
        return
    if found:
        visit.doubts.append(f"Footnote {note.marker} gives several times; none is taken.")
        return
    weeks = {float(m["n"]) for m in _AT_WEEK.finditer(text)}
    if weeks:
        if len(weeks) == 1 and visit.week is None:
            visit.week = weeks.pop()
        elif len(weeks) > 1:
            visit.doubts.append(f"Footnote {note.marker} gives several weeks; none is taken.")
        return
    plain = [s for s in sentences if not _PROCEDURE.search(s) and not _ALTERNATES.search(s)]
    repeats = [_days(m) for s in plain for m in _EVERY.finditer(s)]
    changes = len(set(repeats)) == 2 and any(_THEN.search(s) and len(_EVERY.findall(s)) == 2 for s in plain)
    if len(set(repeats)) == 1 or changes:
        visit.kind, visit.every_days = "repeat", repeats[0]
    if changes:
        visit.doubts.append(
            f"Footnote {note.marker}: every {repeats[0]:g} days, later every {repeats[1]:g}; the first is taken."
        )


_ALTERNATES = re.compile(r"\balternat|\bin\s+turn\b", re.IGNORECASE)
_THEN = re.compile(r"\b(?:then|thereafter|afterwards?|followed\s+by)\b", re.IGNORECASE)


def _limit_of_note(visit: Visit, sentences: list[str]) -> None:
    """ "The screening visit must be performed within 28 days of randomization", as if the header said it."""
    spoken = [
        s
        for s in sentences
        if not _PROCEDURE.search(s) and (len(s) <= SHORT_NOTE or re.search(r"screening|visit", s, re.I))
    ]
    found = {(_days(m), " ".join(m["what"].lower().split())) for s in spoken for m in _BEFORE_ALL.finditer(s)}
    if len(found) == 1:
        days, visit.relative_to = found.pop()
        visit.offset_days, visit.before_days, visit.after_days = -days, 0.0, days


def _days(match: re.Match[str]) -> float:
    return float(match["n"]) * (7 if match["u"].lower().startswith("w") else 1)


_EXCEPT = re.compile(
    rf"\b(?:{EXCEPTING}|unless)\b[^,;.]*(?:,\s*(?:and\s+)?\d[^,;.]*)*[,;]?"
    r"|\b(?:after|following|post|beyond)[\s-]+(?:the\s+)?(?:(?:study\s+)?(?:day|week|month)\s*[01]\b|baseline|randomi[sz]ation|screening|"
    r"enrol(?:l)?ment|(?:the\s+)?first\s+(?:dose|visit|administration))(?:\s+visit)?",  # all but the anchor
    re.IGNORECASE,
)


def _spread(schedule: Schedule, texts: list[str]) -> None:
    """Windows of table-wide notes for the visits that have none of their own and a time; the anchor has none."""
    sentences = [(s, more) for text in texts for s, more in _with_more(sentences_of(text))]
    found = [one for text in texts for one in _about_visits(text)]
    anchor = anchor_of(schedule.visits)
    open_visits = [v for v in schedule.visits if v.is_visit and v.before_days is None and v.after_days is None]
    timed = [
        v
        for v in open_visits
        if v is not anchor and v.offset_days != 0 and (v.kind in ("planned", "repeat") or v.offset_days is not None)
    ]
    timed = [v for v in timed if not _is_before(v) and not _untimed(v)]
    if timed and (share := next((s for s, _ in sentences if _SHARE.search(s) and _ALL_VISITS.search(s)), None)):
        timed[0].doubts.append(f"A note gives windows as a share of the time; none was taken from it: “{share[:160]}”")
    general = [(s, w[0]) for s, _, w in found if len(w) == 1 and _is_general(s, schedule)]
    told = [sentence for sentence, _ in general]
    for sentence, more, _ in found:
        if any(sentence in one for one in told):
            continue
        if timed and not by_clauses(more, timed, schedule):
            shown = sentence if len(sentence) < 160 else sentence[:157] + "..."
            timed[0].doubts.append(f"A note gives windows for some visits only; none was taken from it: “{shown}”")
        told.append(more)
    for sentence, window in general[:1]:
        left_out = _left_out(sentence, timed, schedule)
        for visit in timed:
            if visit.before_days is None and visit.column not in left_out:
                visit.before_days, visit.after_days = window.before, window.after


_AFTER_FIRST = ("after", "following", "post", "beyond")  # of `_EXCEPT`: all but the anchor
_SHARE = re.compile(r"(?:±|\+\s?/\s?-)\s?\d+(?:\.\d+)?\s?%")


def _left_out(sentence: str, visits: list[Visit], schedule: Schedule) -> frozenset[int]:
    """The columns that "except ..." names."""
    said = [match.group() for match in _EXCEPT.finditer(sentence) if not match.group().lower().startswith(_AFTER_FIRST)]
    return frozenset().union(*filter(None, (named_by(words, visits, schedule) for words in said)))


def _about_visits(text: str) -> list[tuple[str, str, list[FoundWindow]]]:
    """The sentences of a text that give windows of visits, each with those that follow behind a semicolon, and with its
    windows. Behind the first of them others may hold no more than visits: "Week 52: ±7 days"."""
    found: list[tuple[str, str, list[FoundWindow]]] = []
    for sentence, more in _with_more(sentences_of(text)):
        windows = windows_in(sentence)
        named = _ALL_VISITS.search(sentence) is not None or (bool(found) and names_only(sentence))
        if windows and named and not _PROCEDURE.search(sentence):
            found.append((sentence, more, windows))
    return found


def _is_general(sentence: str, schedule: Schedule) -> bool:
    """Whether a sentence with one window is for all visits, but those that it excepts."""
    bare = _EXCEPT.sub("", without_windows(sentence))
    return not _SOME.search(bare) and not named_in(bare, schedule)


def _with_more(sentences: list[str]) -> list[tuple[str, str]]:
    """Each sentence, and the same with those that follow behind a semicolon: "±2 days for V2; ±5 days for V3"."""
    found: list[tuple[str, str]] = []
    for sentence in reversed(sentences):
        goes_on = sentence.endswith(";") and bool(found)
        found.insert(0, (sentence, f"{sentence} {found[0][1]}" if goes_on else sentence))
    return found


def _is_before(visit: Visit) -> bool:
    """Whether the visit lies before the first day: by its day, week or month, or by what it counts from."""
    return any(v is not None and v < 0 for v in (visit.day, visit.week, visit.month, visit.offset_days))


def _untimed(visit: Visit) -> bool:
    values = (visit.day, visit.week, visit.month, visit.cycle, visit.offset_days, visit.every_days)
    return all(value is None for value in values)


def anchor_of(visits: list[Visit]) -> Visit | None:
    """The column from which study days count: day 1, else day 0, week 0, baseline or randomisation; None for none."""
    planned = [v for v in visits if v.is_visit and v.kind in ("planned", "event") and v.offset_days is None]
    first_cycle = [v for v in planned if v.cycle in (None, 1) and v.hours is None]
    return next((found for test in _ANCHORS if (found := next(filter(test, first_cycle), None)) is not None), None)


def _is_named(visit: Visit) -> bool:
    bare = visit.day is None and visit.week is None
    return bare and re.search(r"baseline|randomi[sz]", " ".join(visit.printed), re.IGNORECASE) is not None


_ANCHORS: tuple[Callable[[Visit], bool], ...] = (
    lambda v: v.day == 1 and v.relative_to is None,
    lambda v: v.day == 0,
    lambda v: v.week == 0,
    lambda v: v.cycle == 1 and v.day is None,
    lambda v: v.month == 0,
    lambda v: v.week == 1 and v.day is None and v.cycle is None,
    _is_named,
)


def tell_periods_apart(schedule: Schedule) -> None:
    """Days of a second period that are printed as in the first ("Day -1", "Day 1") count from that period.

    A crossover prints each period's days from its own first dose; taken as study days they would fall together.
    """
    of_period: dict[int, str] = {}
    for index, visit in enumerate(schedule.visits):
        texts = [*visit.printed, visit.epoch or ""]
        match = next((m for text in texts if (m := _PERIOD.search(clean(text)))), None)
        if match is not None and visit.day is not None and visit.cycle is None:
            of_period[index] = match.group()
    days: dict[float, set[str]] = {}
    for index, period in of_period.items():
        days.setdefault(schedule.visits[index].day or 0.0, set()).add(period.lower())
    again = {day for day, periods in days.items() if len(periods) > 1}
    if not again:
        return
    first = next(iter(of_period.values())).lower()
    shared = {p for day in again for p in days[day]}
    for index, period in of_period.items():
        visit = schedule.visits[index]
        if period.lower() != first and period.lower() in shared and visit.day is not None:
            visit.relative_to = period
            visit.offset_days = visit.day - 1 if visit.day > 0 else visit.day
            visit.day = visit.last_day = None
