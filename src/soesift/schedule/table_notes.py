"""What notes and titles say for columns or the whole table: cycle length, windows, contact, class of note."""

from __future__ import annotations

import re
from typing import NamedTuple

from soesift.schedule.models import NoteClass
from soesift.schedule.tokens import clean

NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "fourteen": 14,
    "twenty-one": 21,
    "twenty-eight": 28,
}
_N = r"(?P<n>\d+|" + "|".join(NUMBER_WORDS) + r")"
_U = r"(?P<u>days?|weeks?|wks?|d|w)\b"
_CYCLE_LENGTH = [
    re.compile(p, re.IGNORECASE)
    for p in (
        rf"\bcycles?\s*(?P<c>\d+)?(?:\s*(?:-|to|through)\s*(?P<c2>\d+))?\s*(?:\+|(?:and|&)\s+(?:beyond|onwards?|later|all\s+subsequent|subsequent)(?:\s+cycles?)?)?\s*(?:,\s*)?[(\[]\s*(?:each\s+|(?:cycle\s+)?length\s*[:=]?\s*)?{_N}\s*-?\s*{_U}(?!\s*(?:prior|before|after|post|[-/]?\s*[+±]))",
        rf"\bcycles?\s*(?P<c>\d+)?\s*(?:=|:|is|are|was|lasts?|will\s+(?:be|last)|equals?|of|consists?\s+of|"
        rf"(?:is|are|will\s+be)\s+defined\s+as|(?:length|duration)\s*(?:=|:|is|of|will\s+be)?)\s*(?:approximately\s+|about\s+)?"
        rf"(?:a\s+)?{_N}\s*-?\s*(?:calendar\s+|consecutive\s+)?{_U}",
        rf"(?<![\d.+±-]){_N}\s*-?\s*{_U}[\s-]*(?:treatment\s+|dosing\s+|study\s+|long\s+)*cycles?\b(?:\s*(?P<c>\d+)\b)?",
    )
]
DUE = (  # the day of the visit, not of a dose
    r"(?:the\s+|its\s+|their\s+|each\s+)?(?:scheduled|planned|target|nominal|specified|indicated|expected|intended|due)\b(?!\s+(?:first|last|dos(?:e|ing)|infusion|injection|surgery|procedure|start|administration|treatment|cycle|vaccination|randomi))"
)
_AT_MOST = r"(?:up\s+to|within|no\s+more\s+than|not\s+(?:be\s+)?more\s+than|at\s+most|(?:a\s+)?maximum\s+of)"
_BUT_NOT = (
    r"(?:,?\s+but\s+(?:not\s+(?:late|early|later|earlier)"
    r"|(?:must|may|should|can|are|is)\s+not\s+(?:to\s+)?be\s+(?:brought\s+forward|advanced|delayed|postponed|early|late|earlier|later)))?"
)
_LATER_BY = r"visits?\s+(?:may|can|could)\s+be\s+(?:delayed|postponed|deferred)\s+(?:by\s+)?"
_EARLIER_BY = r"visits?\s+(?:may|can|could)\s+be\s+(?:brought\s+forward|advanced)\s+(?:by\s+)?"
_LENGTHS = "days?|weeks?|wks?|hours?|hrs?|h|d|w"
_WINDOW = re.compile(  # `of`: the unit of the side that is printed first, where it is
    r"(?:±|\+\s?/\s?-|\+-|plus\s+or\s+minus|plus/minus)\s?(?P<both>\d+(?:\.\d+)?)\s*-?\s*(?P<u1>calendar\s+|working\s+|business\s+)?"
    r"(?P<unit1>days?|weeks?|wks?|hours?|hrs?|h|d|w|months?)\b"
    rf"|(?<![\w.])-\s?(?P<minus>\d+(?:\.\d+)?)\s*(?P<of2>{_LENGTHS})?\s*(?:/|to|,|and|or|\s)\s*\+\s?(?P<plus>\d+(?:\.\d+)?)\s*-?\s*"
    rf"(?P<unit2>{_LENGTHS})\b"
    rf"|\+\s?(?P<plus3>\d+(?:\.\d+)?)\s*(?P<of3>{_LENGTHS})?\s*(?:/|to|,|and|or|\s)\s*-\s?(?P<minus3>\d+(?:\.\d+)?)\s*-?\s*"
    rf"(?P<unit3>{_LENGTHS})\b"
    rf"|(?<![\w.])\+\s?(?P<only>\d+(?:\.\d+)?)\s*-?\s*(?P<unit4>{_LENGTHS})\b"
    rf"|\bwindows?(?:\s+of|\s*:)\s*-\s?(?P<minus12>\d+(?:\.\d+)?)\s*-?\s*(?P<unit12>{_LENGTHS})\b(?!\s*(?:/|to|,|and|or|-)?\s*[-+]?\s?\d)"
    rf"|\bwithin\s+(?P<near>\d+)\s*(?:calendar\s+|working\s+|business\s+)?(?P<unit5>days?|weeks?)\s+of\s+{DUE}"
    r"|(?<![\d.])(?P<sides>\d+(?:\.\d+)?)\s*(?P<unit6>days?|weeks?|hours?)\s+(?:before\s+(?:or|and)\s+after|(?:on\s+)?either\s+side|in\s+(?:either|both)\s+directions?"
    r"|early\s+(?:or|and)\s+late|late\s+(?:or|and)\s+early|earlier\s+or\s+later)\b"
    rf"|(?<![\d.])(?P<minus7>\d+(?:\.\d+)?)\s*(?P<of7>days?|weeks?)?\s*(?:before|prior\s+to)\s+(?:and|or|to)\s+(?:(?:{_AT_MOST}|more\s+than)\s+)?(?P<plus7>\d+(?:\.\d+)?)\s*(?P<unit7>days?|weeks?)\s+after\s+{DUE}"
    rf"|\b{_AT_MOST}\s+(?P<plus8>\d+)\s*(?P<unit8>days?|weeks?)\s+(?:(?:after|following|beyond|past)\s+{DUE}|late(?:r)?\b(?!\s+(?:or|and)\b|\s+than\s+(?!{DUE})){_BUT_NOT})"
    rf"|\b{_LATER_BY}(?:{_AT_MOST}\s+)?(?P<plus10>\d+)\s*(?P<unit10>days?|weeks?)\b{_BUT_NOT}"
    rf"|\b{_EARLIER_BY}(?:{_AT_MOST}\s+)?(?P<minus11>\d+)\s*(?P<unit11>days?|weeks?)\b{_BUT_NOT}"
    rf"|\b{_AT_MOST}\s+(?P<minus9>\d+)\s*(?P<unit9>days?|weeks?)\s+(?:(?:before|prior\s+to|ahead\s+of)\s+{DUE}|earl(?:y|ier)\b(?!\s+(?:or|and)\b|\s+than\s+(?!{DUE})){_BUT_NOT})",
    re.IGNORECASE,
)
_ABOUT_VISITS = re.compile(
    r"\bvisits?\b|window|deviat|allow|permit|schedul|time\s?points?|stud(?:y|ies)\s+days?|assessments?\s+(?:may|can|should|will)|"
    r"toleran",
    re.IGNORECASE,
)
UNIT_DAYS = {"d": 1.0, "w": 7.0, "h": 1 / 24}
_CLASSES: list[tuple[NoteClass, re.Pattern[str]]] = [
    (
        "alternative",
        re.compile(
            r"\binstead\b|\balternativ|\bin\s+(?:lieu|place)\s+of\b|\bsubstitut|\bmay\s+(?:also\s+)?be\s+(?:conducted|performed|"
            r"done|completed|collected|obtained|replaced|used|combined)\s+(?:by|via|at|remotely|over|in\s+the\s+home|from|as)\b|"
            r"\b(?:either|one)\s+of\b|^\W*either\b.{1,40}\bor\b|\bcan\s+be\s+(?:replaced|substituted|used|performed\s+(?:by|via|at))|\bwhichever\b|"
            r"\bor\s+(?:by\s+)?(?:tele)?phone\b",
            re.I,
        ),
    ),
    (
        "repetition",
        re.compile(
            r"\bevery\s+(?:\w+\s+)?(?:\d+|other|day|week|month|cycle|year|two|three|four|six|eight|twelve|visit)|\bq\s?\d+\s?[wdmh]\b|"
            r"\beach\s+(?:cycle|week|month|visit|day)\b|\b(?:bi-?)?(?:weekly|monthly|daily|quarterly|annually)\b|\bthereafter\b|"
            r"\brepeat(?:ed)?\b|\btriplicate\b|\bsubsequent\s+cycles?\b|\bonce\s+(?:a|per)\b|\b(?:twice|triplicate|times)\s+(?:a|per)\b|"
            r"\bcontinu(?:e|ed|ously)\s+(?:until|through)",
            re.I,
        ),
    ),
    (
        "condition",
        re.compile(
            r"\bif\b|\bonly\b|\bunless\b|\bwhen\b|\bas\s+(?:clinically\s+)?(?:indicated|applicable|needed|required|appropriate)\b|"
            r"\bwhere\s+(?:applicable|required|indicated)\b|\boptional\b|\bdiscretion\b|\bin\s+case\b|\bchild-?bearing\b|\bpostmenopausal\b|"
            r"\b(?:for|in)\s+(?:\w+\s+){0,2}(?:patients?|subjects?|participants?|women|females?|men|males?|sites?|those|countries)\b|"
            r"^\W*(?:part|cohort|arm|group)\s+[\w-]+\s+(?:patients?|subjects?|participants?)\W*$|\bapplicable\b|\bmandatory\b|\bprovided\s+that\b|\bnot\s+(?:required|needed|necessary|performed|done)\b|\bexcept\b|"
            r"\bwho\s+(?:have|are|discontinue|complete)|\bas\s+per\s+local\b|\bmust\s+(?:have|be\s+met)",
            re.I,
        ),
    ),
    (
        "timing",
        re.compile(
            r"±|\+/-|\bwithin\b|\bprior\s+to\b|\bbefore\b|\bafter\b|\bpre-?dose\b|\bpost-?dose\b|\b\d+\s*(?:h|hrs?|hours?|min|minutes?|"
            r"days?|weeks?|months?)\b|\bwindow\b|\bat\s+(?:the\s+)?(?:start|end|time)\b|\bday\s+-?\d|\bweek\s+-?\d|\bcycle\s+\d|"
            r"\bduring\b|\buntil\b|\bthrough(?:out)?\b|\bimmediately\b|\bfasting\s+for\b|\bvisit\s+\d",
            re.I,
        ),
    ),
]


class FoundWindow(NamedTuple):
    """A deviation in days, and the text that says it; `general` if the text speaks of visits or windows."""

    before: float
    after: float
    text: str
    general: bool


def cycle_lengths(texts: list[str]) -> dict[str, int]:
    """Days of a cycle that texts print: {"1": 35, "*": 28}; a number under which texts disagree is left out."""
    found: dict[str, set[int]] = {}
    for text in texts:
        for key, days in _lengths_in(clean(text)):
            found.setdefault(key, set()).add(days)
    return {key: days.pop() for key, days in sorted(found.items()) if len(days) == 1}


def _lengths_in(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for pattern in _CYCLE_LENGTH:
        for match in pattern.finditer(text):
            number = match["n"].lower()
            count = int(number) if number.isdigit() else NUMBER_WORDS[number]
            days = count * (7 if match["u"].lower().startswith("w") else 1)
            if 5 <= days <= 120:  # a cycle's length; "Cycle 1: 3 days" is something else
                last = match.groupdict().get("c2") or match["c"]
                if match["c"] is None:
                    found.append(("*", days))
                else:
                    found += [(str(n), days) for n in range(int(match["c"]), min(int(last), MOST_CYCLES) + 1)]
    return found


MOST_CYCLES = 60  # of a range "Cycles 2 to 6 (28 days each)"; a larger number is none of a cycle


# not of "28 (±7) days", an interval
_IN_BRACKETS = re.compile(r"(?<!\d )[(\[]\s?(±\s?\d+)\s?[)\]](?=\s(?:days?|weeks?)\b)")


_IN_WORDS = re.compile(  # "one week either side", "plus or minus three days"; "one day" alone is no deviation
    rf"\b(?:(?:{'|'.join(NUMBER_WORDS)})\b(?=\s+(?:days?|weeks?)\s+(?:before|(?:on\s+)?either|earlier))"
    rf"|(?<=\bminus\s)(?:{'|'.join(NUMBER_WORDS)})\b)",
    re.IGNORECASE,
)


EXCEPTING = (
    r"(?:with\s+the\s+exception\s+of|except(?:ing)?|excluding|other\s+than|apart\s+from)"  # what follows is left out
)


_SIDES_IN_WORDS = re.compile(  # "minus 2 days / plus 4 days"; one of them alone may add a length to an event
    r"\b(?P<one>minus|plus)\s(?P<n1>\d+(?:\.\d+)?(?:\s*(?:days?|weeks?|hours?))?)\s*(?P<joint>/|to|,|and|or)\s*"
    r"(?P<two>minus|plus)\s(?=\d)",
    re.IGNORECASE,
)
_AFTER_EVENT = re.compile(  # "EOT + 30 days" is a time; "EOT: +7 days" and "EOT +7 days" are deviations
    r"\b(?:EO[TSI]|ET|dos(?:e|ing)|infusion|injection|surgery|transplant(?:ation)?|implant(?:ation)?|vaccination|delivery|birth|"
    r"randomi[sz]ation|baseline|discharge|progression|(?:end|completion)\s+of\s+(?:\w+\s+)?\w+)\s\+(?=\s\d)",
    re.IGNORECASE,
)


def _readable(text: str) -> str:
    """The text with deviations in the forms that `_WINDOW` knows: "(±3) days", "one week either side"; what is added to
    an event has its sign as a word, as it is none."""
    shown = _IN_WORDS.sub(lambda m: str(NUMBER_WORDS[m.group().lower()]), clean(text))
    shown = _SIDES_IN_WORDS.sub(lambda m: f"{_sign(m['one'])}{m['n1']} {m['joint']} {_sign(m['two'])}", shown)
    shown = _AFTER_EVENT.sub(lambda m: f"{m.group()[:-1]}plus", shown)
    return _IN_BRACKETS.sub(r"\1", shown)


def _sign(word: str) -> str:
    return "-" if word.lower() == "minus" else "+"


def windows_in(text: str) -> list[FoundWindow]:
    """The deviations that a note prints, once each."""
    shown = _readable(text)
    found: list[FoundWindow] = []
    for match in _WINDOW.finditer(shown):
        unit = next(u for number in range(1, 13) if (u := match[f"unit{number}"]))
        if unit[0].lower() not in UNIT_DAYS or WORKING_DAYS.search(match.group()):  # months; not days of the calendar
            continue
        both = match["both"] or match["near"] or match["sides"]
        low = both or _first_of(match, "minus", "minus3", "minus7", "minus9", "minus11", "minus12")
        high = both or _first_of(match, "plus", "plus3", "plus7", "plus8", "plus10", "only")
        before, after = (UNIT_DAYS[(own or unit)[0].lower()] for own in (match["of2"] or match["of7"], match["of3"]))
        one = FoundWindow(
            round(float(low) * before, 6), round(float(high) * after, 6), shown, _ABOUT_VISITS.search(shown) is not None
        )
        if one not in found:
            found.append(one)
    return found


WORKING_DAYS = re.compile(r"\b(?:working|business)[\s-]+days?\b|\bweekdays?\b", re.IGNORECASE)  # none of the calendar


def _first_of(match: re.Match[str], *names: str) -> str:
    """The number that one of the groups holds; the side that is not printed is 0."""
    return next(filter(None, map(match.group, names)), "0")


def without_windows(text: str, sign: str = " ") -> str:
    """The text with `sign` for each deviation that `windows_in` finds."""
    return _WINDOW.sub(sign, _readable(text))


def printed_windows(text: str) -> list[str]:
    """The words of those deviations, one for each `sign`."""
    return [match.group() for match in _WINDOW.finditer(_readable(text))]


def note_class(text: str) -> NoteClass:
    """Condition, timing, repetition, alternative or comment: what its first telling sentence is."""
    sentences = [s for s in re.split(r"(?<=[.;])\s+(?=[A-Z])", clean(text)) if s]
    for sentence in sentences:
        for name, pattern in _CLASSES:
            if pattern.search(sentence):
                return name
    return "comment"
