"""Words of a header that stand beside a time and were not understood: the general ground for a doubt.

A time is right only if every word beside it was understood. Names are ("Lead-in period Week 4"); words that limit the
visit are its condition ("if needed", "Part B only"); words that change a time but have no typed reading ("odd
cycles", "twice weekly", "Day 15 or 16") make it doubtful, and so do common words that nobody foresaw. Small words that
say how a time is meant ("each", "by", "once between") must have been used by a rule: left beside a time they make it
doubtful, too. A time that is read from the words of an exception ("except Cycle 2") is none of the visit's.
"""

from __future__ import annotations

import re

from soesift.schedule.models import Timing
from soesift.schedule.table_notes import EXCEPTING
from soesift.schedule.tokens import DATE, UNIT_WORDS, clean

_LIMIT = re.compile(
    r"\b(?:if|only|unless|except(?:ing)?|optional(?:ly)?|when|where|as\s+(?:needed|clinically|required|applicable|indicated)|"
    rf"whichever|(?:until|till|through|up\s+to)\s+(?={DATE})|for\s+(?:those|participants?|patients?|subjects?|cohorts?|arms?|groups?|parts?)|pro\s?re\s?nata|prn)\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:odd|even|alternat\w+|between(?!\s+(?:\w+\s+)?-?\d+\s+and\b)|midway|mid|halfway|twice|thrice|times|consecutive|last\s+week|half|"
    r"minimum|maximum|latest|earliest|previous|next|other|second|third|remaining)\b",
    re.IGNORECASE,
)
_SMALL_WORDS = "once each every any not no until till since by per range either both without excluding through"
_SMALL = frozenset(_SMALL_WORDS.split())  # change the time beside them; the rules use them where they know how
_EXCEPTION = re.compile(rf"\b(?:{EXCEPTING}|unless)\b.*", re.IGNORECASE)
_TIME = re.compile(r"\b(?:(?:cycle|day|week|wk|month|visit)s?\s*|[cdwmv])-?\d", re.IGNORECASE)
_OF_SOMETHING = re.compile(  # "5 half-lives after last dose": a length in a unit that is no time
    r"(?<![\w.#-])\d+(?:\.\d+)?\s+(?!(?:and|or|to|then)\b)(?:[a-z][a-z-]+\s+){1,3}(?:after|following|since|before|prior|post)\b"
)
_ONWARD = re.compile(
    r"(?:≥|>=?|\bbeyond\b|\bpast\b)\s*(?:the\s+)?(?:(?:day|week|wk|month|cycle|year)s?\s*|[dwmyc])\d+", re.IGNORECASE
)
_UNTOLD = re.compile(
    r"\b(?:n|x|several|a\s+few|some|many|multiple)\s+(?:cycles|days|weeks|months|years)\b", re.IGNORECASE
)
_STEP = re.compile(r"[\w)]+\s*\+\s*\d+\s*$")  # "EOT + 6": six of what
_OR = re.compile(
    r"\d\s*(?:[a-z]+\s*)?\bor\s+(?:(?:day|week|month|cycle|hour)s?\s*)?\d"
    r"|\d\s*\(\s*or\s+(?!if\b|as\b|when\b|longer\b|more\b)[a-z]+",  # "10 (or discharge)"
    re.IGNORECASE,
)
_EITHER = re.compile(  # "D3/4", "D1 (D2)": one of two days, or both
    r"(?<![\w/])(?:(?P<u>[dwm])(?:ay|eek|onth)?s?\s?)?\d+(?:\s?/\s?\d+(?![\d/])(?!\s?/)$|\s?\(\s?(?P=u)(?:ay|eek|onth)?\s?\d+\s?\))",
    re.IGNORECASE,
)
_TWO = re.compile(  # "28 and 14 days before": two visits, or one; a range has its word before it
    r"(?<!between )\b\d+\s*(?:and|&)\s*\d+\s*-?\s*(?:days?|weeks?|wks?|months?|hours?|hrs?|h)\b"
    r"(?=.*\b(?:before|prior|after|post|following)\b)",
    re.IGNORECASE,
)
_HOUR_BEFORE = re.compile(r"\bday\s*-?\d+\s*,?\s+-\s?\d+(?:\.\d+)?\s*(?:h|hrs?|hours?|min)\b", re.IGNORECASE)
_CODE_OF_VISIT = re.compile(  # "TOC (5-9 d after EOT)": a short name, and when that visit is
    r"(?P<name>[A-Z]{2,5})\s*[(:]\s*[^()]*\d[^()]*\b(?:after|following|post|before|prior)\b"
)
_NAMES = """
a an and at of on in the to for from by with per no nr number visit visits visita study trial treatment
treatments therapy period periods phase phases part parts arm arms group groups cohort cohorts clinic site
center centre office hospital home phone telephone call calls contact contacts tele video remote safety efficacy
dose doses dosing dosed drug drugs medication product ip imp day days daily week weeks month months year years
cycle cycles hour hours minute minutes time timepoint timepoints point points step stage run run-in lead lead-in
wash washout taper tapering titration re-titration induction maintenance extension open label open-label double-
blind single-blind blind blinded randomized randomised randomization randomisation enrolment enrollment informed enrol
enroll
consent window windows assessment assessments procedure procedures evaluation evaluations monitoring observation
sampling sample collection schedule scheduled planned nominal final first initial start end ending beginning
begin etc then thereafter and/or plus minus approx approximately about ca circa approx. etc. additional long
term long-term short short-term core main sub optional vaccination injection infusion administration surgery
operation procedure operative post pre pre-treatment baseline screening follow follow-up up interval intervals
length duration day(s) week(s) visit(s) based repeat repeated continue be is are was will until through since
relative each every all any subsequent inclusive incl tag woche visite zyklus monat tage wochen monate hs qd bid
crf ecrf section only onsite on-site in-clinic outpatient inpatient out-patient in-patient admission discharge
loading fasting fasted fed reference test new old prior occurs last endpoint interim booster primary core calendar
consecutive
jour jours semaine semaines mois visite consultation día días dia dias semana mes meses visita giorno giorni settimana
mese mesi ciclo ciclos cicli tage tagen wochen monaten studie aufnahme entlassung telefonvisite behandlung controllo
vacunación
téléphonique telefonisch telefonkontakt dag dagen weken maand maanden jaar bezoek studie
interview interviews questionnaire intervention interventions intraoperative perioperative preintervention once
approximately maximum max once range between person telemedicine telehealth virtual televisit postpartum postoperative
"""
_KNOWN = frozenset(_NAMES.split())


_OF_LABELS = frozenset(
    [
        "title",
        "timeline",
        "timing",
        "within",
        "weekly",
        "daily",
        "monthly",
        "timepoint",
        "procedures",
        "assessments",
        "activity",
        "activities",
        "event",
        "events",
        "table",
        "number",
        "numbers",
        "relative",
        "nominal",
        "target",
        "protocol",
        "calendar",
        "elapsed",
        "approximate",
        "actual",
        "expected",
        "allowed",
        "allowable",
        "permitted",
    ]
)


_COUNT_ANEW = frozenset(  # days of these have a first of their own
    {
        "hospital",
        "inpatient",
        "outpatient",
        "admission",
        "discharge",
        "vaccination",
        "surgery",
        "operation",
        "operative",
        "extension",
    }
)


def label_words(label: str) -> str:
    """What a label of a row of times says besides units and usual names ("Gestational week"), or "": its numbers may
    count from something else than the study's first day.
    """
    shown = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", clean(label))
    shown = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", shown)  # a space that was lost: "ofVisit"
    words = re.findall(r"[^\W\d_]{4,}(?:-[^\W\d_]+)*", shown)
    known = (_KNOWN | _OF_LABELS) - _COUNT_ANEW
    return " ".join(w for w in words if w.lower() not in known and w.lower().rstrip("s") not in known)


def limits_of(text: str) -> str:
    """The words of a header that limit its visit ("Part B only", "if applicable"); "" for none."""
    shown = clean(text)
    for inside in re.findall(r"[(\[]([^()\[\]]+)[)\]]", shown):
        if _LIMIT.search(inside):
            return str(inside).strip()
    match = _LIMIT.search(shown)
    if match is None:
        return ""
    return shown[match.start() :].strip(" ,;()") if match.group().lower() != "only" else shown


def unbounded(text: str, timing: Timing) -> str:
    """What says that a time goes on, or when it is, where the reading has neither: "≥ Week 12", "n cycles", "EOT + 6",
    "June 2024".
    """
    shown = clean(text)
    onward = _ONWARD.search(shown)
    if onward is not None and all(span.first == span.last for span in (*timing.times, *timing.cycles)):
        return onward.group()
    untold = _UNTOLD.search(shown)
    if untold is not None and not (timing.times or timing.cycles or timing.every):
        return untold.group()
    dated = re.search(DATE, shown, re.IGNORECASE)
    if (
        dated is not None
        and dated.group() not in limits_of(text)
        and not (timing.times or timing.cycles or timing.every or timing.offsets)
    ):
        return dated.group()
    step = _STEP.search(shown)
    named = bool(timing.events) and not (timing.times or any(offset.length for offset in timing.offsets))
    return step.group().strip() if step is not None and named else ""


def from_exception(text: str) -> str:
    """The words of a header that say what is left out and hold a time ("except Cycle 2"), or ""."""
    match = _EXCEPTION.search(clean(text))
    return match.group() if match is not None and _TIME.search(match.group()) else ""


def unknown_length(text: str, words: list[str]) -> str:
    """A number of something that is no unit of time before what it counts from ("5 half-lives after"), or ""."""
    match = _OF_SOMETHING.search(clean(text))
    between = re.findall(r"[a-z]{3,}", match.group()) if match is not None else []
    plain = {word.lower() for word in words} - _KNOWN
    timed = any(word in UNIT_WORDS for word in between)
    return match.group() if match is not None and not timed and plain & set(between) else ""


def _rises(text: str) -> bool:
    """Whether the second number is the higher: "28/0" of two rows in one is none of two days."""
    first, second = map(int, re.findall(r"\d+", text))
    return first < second


def not_understood(text: str, words: list[str]) -> str:
    """What stands beside a time and may change it, or ""; `words` are the plain words of `read_timing`."""
    shown = clean(text)
    for several in (_OR, _EITHER, _TWO, _HOUR_BEFORE):
        if (match := several.search(shown)) is not None and (several is not _EITHER or _rises(match.group())):
            return match.group()
    if left_out := from_exception(shown):
        return left_out
    limit = limits_of(shown)
    rest = shown.replace(limit, " ") if limit and limit != shown else shown
    match = _CHANGES.search(rest)
    if match is not None and any(match.group().lower().split()[0] == word.lower().strip(".,") for word in words):
        return match.group()
    if limit == shown:
        return ""
    inside = {w.lower().strip(".,:") for w in limit.split()}
    named = re.sub(r"(?:[^\W\d]+[\s-]+)+(?=(?:period|phase|part|stage|epoch|visit)\b)", "", shown, flags=re.IGNORECASE)
    common = [w for w in words if w in named and w.isalpha() and len(w) > 2]
    code = _CODE_OF_VISIT.match(shown)
    common = [w for w in common if code is None or w != code["name"]]
    strange = {w for w in common if not {w.lower(), w.lower().rstrip("s")} & (_KNOWN | inside)}
    return " ".join(w for w in words if w in strange or w.lower() in _SMALL - inside)
