"""What footnotes and table-wide texts add to columns: windows, contact, conditions; and periods told apart."""

from __future__ import annotations

import re

from soesift.schedule.anchors import anchor_of, counted_from
from soesift.schedule.contacts import contact_by_letters, contact_of_note, contacts_of_rows, explained, legend
from soesift.schedule.models import Condition, Schedule, Visit
from soesift.schedule.table_notes import (
    DUE,
    EXCEPTING,
    NUMBER_WORDS,
    UNIT_DAYS,
    FoundWindow,
    cycle_lengths,
    windows_in,
    without_windows,
)
from soesift.schedule.timing import read_timing
from soesift.schedule.tokens import clean
from soesift.schedule.visits import NOT_SAID
from soesift.schedule.window_clauses import (
    OTHERS,
    by_clauses,
    for_all,
    is_plain,
    named_by,
    named_in,
    names_only,
    singles_out,
    speaks_of_visits,
)

_PERIOD = re.compile(
    r"\b(?:period|part|course|session|intervention|leg)\s*(?:\d+|[ivx]+|[a-d]|one|two|three|four)\b", re.IGNORECASE
)
_ALL_VISITS = re.compile(
    r"\b(?:all|each|every|study|scheduled|clinic|site)\s+(?:\w+\s+){0,3}(?:visits?|assessments?|procedures?|time\s?points?)\b"
    r"|\bvisits?\s+\d[\d,\s–-]*(?:(?:and|to|through)\s+\d+\s+)?(?:should|may|can|will|must|are|is|have|has)\b"
    r"|\bvisits?\s+(?:at|on|during|before|after|from|up\s+to)\b"
    r"|\bvisit\s+windows?\b|\bvisits?\s+(?:should|may|can|will|must|are|is|have|has)\b|^\W*(?:visit\s+)?windows?\b|\bthe\s+visit\s+window\b"
    r"|\bvisits?\b[^.;]{0,40}(?:±|\+\s?/\s?-|-\s?\d+\s*(?:days?|d)?\s*[/,]\s*\+)|\bvisits?(?:\s+(?:is|are|has|have|a|windows?|of))*\s*:?\s*\+\s?\d|^\W*(?:(?:a|any)\s+)?(?:deviations?|variations?|tolerances?)\b"
    r"|\bwindows?\b[^.;]{0,30}\bvisits?\b|\btime\s+windows?\b|\bwindow\s+(?:of|for|period)\b"
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
    """The window, time and contact that a footnote of the column prints.

    `others`: header texts of other columns with one of the footnotes; a sentence that names one of them alone speaks
    of that column.
    """
    own = _with_short_names([text.lower() for text in visit.printed])
    others = [name for name in _with_short_names(others) if name not in own]
    told = [(n, [s for s in sentences_of(n.text) if not _of_another(s.lower(), own, others)]) for n in notes]
    _window_of_notes(visit, told)
    for note, sentences in told:
        _days_of_note(visit, note, sentences)
        if visit.offset_days is not None and visit.relative_to is None:
            _event_of_note(visit, sentences)
        if _bare_event(visit):
            named = [s for s in sentences if any(len(name) > 5 and name in s.lower() for name in own)]
            _time_of_note(visit, note, named if others and named else sentences)
        visit.contact = visit.contact or contact_of_note(sentences)


def _window_of_notes(visit: Visit, told: list[tuple[Condition, list[str]]]) -> None:
    """The window that footnotes with their sentences give; several are left open. What the column itself prints stays,
    and is doubted where a footnote says another.
    """
    shown = visit.before_days, visit.after_days
    given = [
        (n.marker, {(w.before, w.after) for s in said for w in windows_in(s) if _of_visit(s, w)}) for n, said in told
    ]
    given = [(marker, windows) for marker, windows in given if windows]
    if shown != (None, None):
        visit.doubts += [
            f"Footnote {marker} gives another window than the header; the header's is taken."
            for marker, windows in given
            if shown not in windows
        ]
        return
    visit.doubts += [f"Footnote {m} gives several windows; none is taken." for m, windows in given if len(windows) > 1]
    single = [(marker, next(iter(windows))) for marker, windows in given if len(windows) == 1]
    other = next((marker for marker, window in single if window != single[0][1]), None)
    if other is not None:
        visit.doubts.append(f"Footnotes {single[0][0]} and {other} give different windows; none is taken.")
    elif single:
        visit.before_days, visit.after_days = single[0][1]


def _days_of_note(visit: Visit, note: Condition, sentences: list[str]) -> None:
    """A footnote that is nothing but the days or weeks that are allowed ("Day 26 to Day 32.") as a deviation; where it
    is nothing but a time that the header has not, the visit is doubted.
    """
    text = " ".join(sentences).strip(" .")
    read = read_timing(text)
    spans, words = read.timing.times, {word.lower() for word in read.words}
    if not spans or words - _OF_DAYS or read.unread or read.loose or read.timing.window or read.timing.cycles:
        return
    point = getattr(visit, spans[0].unit, None)
    if len(text) > SHORT_NOTE or point is None or visit.before_days is not None:
        return
    ranges = [s for s in spans if s.first != s.last]
    around = [s for s in ranges if s.first is not None and s.last is not None and s.first <= point <= s.last]
    if len(around) == len(ranges) == 1 and all(s is around[0] or s.first == point for s in spans):
        size = UNIT_DAYS[spans[0].unit[0]] if spans[0].unit in ("day", "week") else None
        if size is None:
            visit.doubts.append(f"Footnote {note.marker} gives a range in {spans[0].unit}s: “{text}”")
        else:
            visit.before_days = (point - (around[0].first or 0)) * size
            visit.after_days = ((around[0].last or 0) - point) * size
    elif not all(s.first == s.last == point for s in spans):
        visit.doubts.append(f"Footnote {note.marker} prints another time than the header: “{text}”")


_WORDS_OF_DAYS = "between target planned nominal scheduled acceptable allowed permitted range window visit"
_OF_DAYS = frozenset(_WORDS_OF_DAYS.split())  # beside the days that are allowed


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
    r"(?:(?P<between>\bbetween\s+)?(?<![\w.])(?P<low>\d+)\s*(?P<ul>days?|weeks?)?\s*(?P<joint>to|-|and|or)\s*)?(?P<n>\d+)\s*(?:(?:±|\+/-)\s*\d+\s*)?(?P<u>days?|weeks?)\s*(?:\([^)]*\)\s*)?(?:after|following|from|post)\s+(?:the\s+|their\s+|his\s+or\s+her\s+)?"
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
_A_NAME = re.compile(r"\b(?:days?|weeks?|months?|cycles?|visits?|periods?|parts?|doses?|[dwmcv])[\s-]*$", re.IGNORECASE)
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
        if visit.offset_days in _lengths(match):
            visit.relative_to = " ".join(match["what"].lower().split())
            visit.doubts = [doubt for doubt in visit.doubts if NOT_SAID not in doubt]
            return


_A_POINT = re.compile(r"\b(?:day|week|month|cycle|visit)s?\s*-?\d+")
_AT_WEEK = re.compile(r"^\W*(?:at|on)\s+week\s+(?P<n>\d+)\b", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:every|each|q)\s*(?P<n>\d+)\s*(?P<u>days?|weeks?|wks?|d|w)\b", re.IGNORECASE)


def _time_of_note(visit: Visit, note: Condition, sentences: list[str]) -> None:
    """ "20 weeks after the last dose", "every 12 weeks", in the footnote of a column without a time of its own."""
    text = " ".join(sentences)
    if _EARLY.search(" ".join([*visit.printed, visit.epoch or ""])):
        _limit_of_note(visit, sentences)
        return
    points = [m for m in _AFTER.finditer(text) if _has_two(m) or not _A_LIMIT.search(text[: m.start()])]
    found = {(_lengths(m), " ".join(m["what"].lower().split())) for m in points}
    spans = {lengths for lengths, _ in found}
    if len(spans) == 1 and (len(min(spans)) == 1 or all(_is_span(m) for m in points)):
        (visit.offset_days, *end), visit.relative_to = min(found, key=lambda pair: len(pair[1]))
        if end and visit.before_days is None:
            visit.before_days, visit.after_days = 0.0, end[0] - visit.offset_days
        return
    if found:
        visit.doubts.append(f"Footnote {note.marker} gives several times; none is taken.")
        return
    if (week := _AT_WEEK.search(text)) is not None:
        if len(set(_A_POINT.findall(text.lower()))) == 1 and visit.week is None:
            visit.week = float(week["n"])
        elif visit.week is None:
            visit.doubts.append(f"Footnote {note.marker} gives more than one time; none is taken.")
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
    return float(match["n"]) * UNIT_DAYS[match["u"][0].lower()]


def _lengths(match: re.Match[str]) -> tuple[float, ...]:
    """The days of "35 days after", and the two of "28 to 35 days after" or "30 and 90 days after"."""
    last, unit = _days(match), match["ul"] or match["u"]
    return (float(match["low"]) * UNIT_DAYS[unit[0].lower()], last) if _has_two(match) else (last,)


def _has_two(match: re.Match[str]) -> bool:
    """Whether a first number is a length too: "from Day 1 to 30 days after the last dose" has one length."""
    return match["low"] is not None and not _A_NAME.search(match.string[: match.start("low")])


def _is_span(match: re.Match[str]) -> bool:
    """Whether the two lengths are the ends of one time: "30 and 90 days after" are two."""
    low, last = _lengths(match)
    return low < last and (match["joint"].lower() in ("to", "-") or match["between"] is not None)


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
    early = [v for v in timed if _is_before(v) and v.kind == "planned" and _EARLY_BY_NAME.search(_words_of(v))]
    timed = [v for v in timed if not _is_before(v) and not _untimed(v)]
    bare = [v for v in open_visits if v is not anchor]
    read = {sentence for sentence, _, _ in found}
    for sentence in dict.fromkeys(s for s, _ in sentences if s not in read and not _PROCEDURE.search(s)):
        spoken = _ALL_VISITS.search(sentence) or _ASSESSMENTS_MAY.search(sentence) or speaks_of_visits(sentence)
        if spoken and (why := _not_read(sentence)):
            named = named_by(sentence, bare, schedule) if len(_A_LENGTH.findall(sentence)) == 1 else None
            some = timed if named is None else [v for v in bare if v.column in named]
            _leave_open([*some, *_untimed_named(sentence, some, schedule)], why, sentence)
    by_the_hour = [visit for visit in open_visits if visit.hours is not None]
    for sentence in dict.fromkeys(s for s, _ in sentences if _MINUTES.search(s)):
        _leave_open(by_the_hour, "A note gives windows in minutes", sentence)
    general = [(s, w[0]) for s, _, w in found if len(w) == 1 and _is_general(s, schedule)]
    told = [sentence for sentence, _ in general]
    for sentence, more, _ in found:
        if any(sentence in one for one in told):
            continue
        if timed and not by_clauses(more, timed, schedule):
            named = named_by(sentence, bare, schedule) or frozenset()
            more_named = [v for v in bare if v.column in named and v not in timed]
            some = [*timed, *more_named, *_untimed_named(sentence, [*timed, *more_named], schedule)]
            _leave_open(some, "A note gives windows for some visits only", sentence)
        told.append(more)
    if len({(window.before, window.after) for _, window in general}) > 1:
        _leave_open(timed, "Notes give different windows for all visits", " ".join(s for s, _ in general))
        return
    for sentence, window in general[:1]:
        before = [s for text in texts for s in _said_before(sentence, text)]
        left_out = _left_out(sentence, before, timed, schedule)
        if left_out is None:
            _leave_open(timed, "A note gives a window for all visits but some that are not told", sentence)
            continue
        for visit in [*timed, *(early if _EVERY_VISIT.search(sentence) else [])]:
            if visit.before_days is None and visit.column not in left_out:
                visit.before_days, visit.after_days = window.before, window.after


_EARLY_BY_NAME = re.compile(r"\b(?:run|lead)-?\s?in\b|wash-?\s?out|titration", re.IGNORECASE)  # not screening
_EVERY_VISIT = re.compile(  # also those before the first day, where a visit after it is not named as the first of them
    r"\b(?:all|each|every)\s+(?:study\s+|scheduled\s+|planned\s+)?visits?\b(?!\s+(?:after|from|following|post))",
    re.IGNORECASE,
)


def _words_of(visit: Visit) -> str:
    return " ".join([*visit.printed, visit.epoch or ""])


def _untimed_named(sentence: str, timed: list[Visit], schedule: Schedule) -> list[Visit]:
    """The visits without a time that the sentence names: "EOT"."""
    return [visit for visit in named_in(sentence, schedule) if visit not in timed]


def _not_read(sentence: str) -> str:
    """Why a sentence that tells how far visits may be moved gives no window; "" where it tells nothing of that."""
    if _SHARE.search(sentence):
        return "A note gives windows as a share of the time"
    if not windows_in(sentence) and _MONTHS.search(sentence):
        return "A note gives windows in months or years, which have no fixed number of days"
    if not windows_in(sentence) and _NO_SIDE.search(sentence):
        return "A note gives windows without saying on which side"
    told = _MOVED.search(sentence) and _A_LENGTH.search(sentence) and not _HOLIDAYS.search(sentence)
    if _A_RANGE_AFTER.search(sentence):
        return "A note gives a range of days after an event, which was not taken for a window"
    if windows_in(sentence) or told:
        return "A note says how far visits may be moved, in words that were not understood"
    loose = _A_LENGTH.search(_A_DISTANCE.sub(" ", sentence))
    of_else = _HOLIDAYS.search(sentence) or _ELSEWISE.search(sentence)
    if loose and not (of_else or cycle_lengths([sentence]) or counted_from(sentence)):
        return "A note gives a length of time for visits, in words that were not understood"
    return ""


def _leave_open(timed: list[Visit], what: str, sentence: str) -> None:
    """Say at each visit without a window why it has none."""
    shown = sentence if len(sentence) < LONGEST_QUOTED else sentence[: LONGEST_QUOTED - 3] + "..."
    for visit in timed:
        if visit.before_days is None and visit.after_days is None:
            visit.doubts.append(f"{what}; none was taken from it: “{shown}”")


LONGEST_QUOTED = 160  # characters of a note in a doubt; what is longer is cut
_COUNTS_FROM = re.compile(r"\b(?:after|before|following|from)\s+(?:visit|day|week|cycle|month)s?\s*\d", re.IGNORECASE)
_AFTER_FIRST = ("after", "following", "post", "beyond")  # of `_EXCEPT`: all but the anchor
_UNLESS_SAID = re.compile(
    r"\b(?:otherwise|where|as|if)\b.{0,20}\b(?:specified|noted|stated|indicated|mentioned|described|defined|given|shown|marked)\b"
    r"|\bunless\b(?!.*\d)|\b(?:baseline|screening|day\s*-?[01]|week\s*0|randomi[sz]ation|first\s+dose)\b",
    re.IGNORECASE,
)
_NO_SIDE = re.compile(
    r"\bwindows?\s+(?:of|is|are|:)\s+(?:up\s+to\s+)?(?:a\s+)?\d+[\s-]*(?:calendar\s+)?(?:days?|weeks?)\b", re.IGNORECASE
)
_A_LENGTH = re.compile(
    rf"(?:\d|\b(?:{'|'.join(NUMBER_WORDS)})\b)[\s)-]*(?:calendar\s+|working\s+|business\s+)?(?:hours?|h|days?|d|weeks?|w)\b(?!\s*\d)",
    re.IGNORECASE,
)
_A_DISTANCE = re.compile(  # "within 3 days of randomization": from an event, not from the day of a visit
    rf"{_A_LENGTH.pattern}\s*(?:\([^)]*\)\s*)?(?:of|before|prior\s+to|after|following|from|post)\b(?!\s+{DUE})",
    re.IGNORECASE,
)
_ELSEWISE = re.compile(  # what repeats, and what some subjects do
    r"\b(?:every|each)\s+(?:\w+\s+)?(?:\d|days?|weeks?|months?|years?)|\b(?:frequency|q\d+\w)\b"
    r"|\b(?:subjects?|patients?|participants?|those|women|men)\s+(?:who|that|with)\b",
    re.IGNORECASE,
)
_HOLIDAYS = re.compile(r"\b(?:weekends?|holidays?)\b", re.IGNORECASE)  # what is done then is no window
_ASSESSMENTS_MAY = re.compile(
    r"^\W*(?:[\w-]+\s+){0,2}(?:assessments?|contacts?|calls?|cycles?)\s+(?:may|can|should|must|will)\b", re.IGNORECASE
)
_A_RANGE_AFTER = re.compile(
    r"\bbetween\s+\d+\s*(?:days?\s+|weeks?\s+)?and\s+\d+\s*(?:days?|weeks?)\s+(?:after|following|post|from)\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:windows?|deviat\w+|earl(?:y(?!\s+(?:terminat|discontin|withdr|stop|exit))|ier)|late(?:r(?!\s+than))?|toleran\w+|flexib\w+|either\s+side|before\s+(?:or|and)\s+after|after\s+(?:it\b|(?:the|that)\s+(?:planned\s+|scheduled\s+)?dates?\b)|delay(?:ed)?|postponed?"
    r"|brought\s+forward|moved|shifted)\b|(?:±|\+\s?/\s?-|\b(?:plus|minus)\b|(?<![\w.])[+-])\s?\d",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"(?:±|\+\s?/\s?-)\s?\d+(?:\.\d+)?\s?-?\s?(?:months?|mos?\b|years?)", re.IGNORECASE)
_MINUTES = re.compile(r"(?:±|\+\s?/\s?-)\s?\d+(?:\.\d+)?\s?-?\s?min", re.IGNORECASE)
_SHARE = re.compile(
    r"(?:(?:±|\+\s?/\s?-|\bwithin|\b(?:windows?|tolerances?|deviations?|variations?)\s+(?:of|is|are|:)|\bby)\s*(?:up\s+to\s+)?|[+-])\d+(?:\.\d+)?\s?(?:%|per\s?cent\b)",
    re.IGNORECASE,
)


def _said_before(sentence: str, text: str) -> list[str]:
    """The sentence before one on "all other visits", which tells which those are not."""
    sentences = sentences_of(text)
    at = sentences.index(sentence) if sentence in sentences else 0
    return sentences[at - 1 : at] if at and OTHERS.search(sentence) else []


def _left_out(sentence: str, before: list[str], visits: list[Visit], schedule: Schedule) -> frozenset[int] | None:
    """The columns that "except ..." or the sentence `before` names; None where it names nobody that is known."""
    said = [match.group() for match in _EXCEPT.finditer(sentence) if not match.group().lower().startswith(_AFTER_FIRST)]
    named = [(words, named_by(words, visits, schedule)) for words in [*said, *before]]
    if any(map(_COUNTS_FROM.search, before)):
        return None  # "Visit 3 must be 14 days after Visit 2. All others ±4 days": one visit or two
    if any(columns is None and not _UNLESS_SAID.search(words) for words, columns in named):
        return None
    return frozenset().union(*(columns for _, columns in named if columns is not None))


def _about_visits(text: str) -> list[tuple[str, str, list[FoundWindow]]]:
    """The sentences of a text that give windows of visits, each with those that follow behind a semicolon, and with its
    windows. Some hold no more than visits: "Week 52: ±7 days"."""
    found: list[tuple[str, str, list[FoundWindow]]] = []
    for sentence, more in _with_more(sentences_of(text)):
        windows = windows_in(sentence)
        named = _ALL_VISITS.search(sentence) is not None or names_only(sentence) or for_all(sentence)
        if windows and named and not _PROCEDURE.search(sentence):
            found.append((sentence, more, windows))
    return found


def _is_general(sentence: str, schedule: Schedule) -> bool:
    """Whether a sentence with one window is for all visits, but those that it excepts."""
    bare = _EXCEPT.sub("", without_windows(sentence))
    kept = _EXCEPT.sub("", sentence)
    return not (_SOME.search(bare) or named_in(bare, schedule) or singles_out(bare, schedule)) and is_plain(kept)


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
