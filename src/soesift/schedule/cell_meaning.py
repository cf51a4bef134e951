"""What a cell of the body says: done, done under a condition, done at several times, not done, or look elsewhere."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from soesift.result.models import SoeTable
from soesift.schedule.models import Contact, Moment
from soesift.schedule.tokens import clean
from soesift.table.lexicon import is_mark

CellKind = Literal["done", "text", "no", "reference"]

_NO = re.compile(
    r"[-_.…]{1,5}|[(\[]\s*(?:-|no|n/?a)\s*[)\]]|-\s-|[Øø∅⊘🚫⛔]|/{1,2}|\\|n\.?\s?/?\s?[dr]\.?|"
    r"no\s+(?:\w+\s+)?(?:sample|visit|assessment|dose|test|procedure|measurement|collection|sampling|ecg|dosing|testing|imaging)s?(?:\s+"
    r"(?:collection|collected|required|needed|taken|planned|scheduled))?(?:[\s,;:(-]+(?:[\w-]+\s+){0,5}(?:closed|discontinued|stopped|ended)[).]*)?|"
    r"(?:sample\s+)?(?:collection|sampling)\s+(?:\w+\s+){0,3}(?:discontinued|stopped|closed)\.?|"
    r"no|n|n\.?\s?/?\s?a\.?|nd|none|nil|(?:do\s+)?not\s+(?:applicable|done|required|perform(?:ed)?|needed|collect(?:ed)?|"
    r"assess(?:ed)?|allowed|scheduled|available|obtained|planned|administered|measured|necessary|taken|used)"
    r"(?:\s*[(\[]?n/?a[)\]]?)?\.?|"
    r"excluded|waived|void|[☐⬜▢❏❑]|\[\s*\]|\(\s*\)|skip(?:ped)?|omit(?:ted)?",
    re.IGNORECASE,
)
_STRUCK = re.compile("[\u0335-\u0338\u20e0]")  # strokes over the character before
_CROSS = re.compile(r"[✗✘❌✕✖]")  # not done, where others are ticked
_TICK = re.compile(r"[✓✔☑√✅]")
_EMPTY_BOX = re.compile(r"[□◻○◯]")
_TICKED = re.compile(r"[☑☒■◼✓✔√✗✘⊠●⚫]|\b[Xx]\b")
_YES = re.compile(r"yes|y|done|required|ja|oui|s[ií]", re.IGNORECASE)
_PLACE = (
    r"(?:section|table|appendix|schedule|protocol|manual|figure|foot\s?note|note|comments?|column|guidelines?|"
    r"synopsis|page|text|soa|soe|flow\s?chart|attachment|annex|sub-?study|below|above|\d+\.\d)"
)
_REFERENCE = re.compile(
    rf"(?:please\s+)?(?:refer(?:red)?(?:\s+to)?|see|cf\.?|as\s+(?:in|per|described|specified|outlined)|per|according\s+to|"
    rf"described\s+in|reference(?:\s+to)?)\b.{{0,80}}?\b{_PLACE}|(?:section|table|appendix|figure|attachment)s?\s*[\d.A-Z]+\W*$",
    re.IGNORECASE,
)
_TOLD = re.compile(
    rf"[^.;]{{3,80}}\b(?:described|specified|defined|detailed|listed|given|outlined)\s+in\s+[^.;]{{0,40}}?\b{_PLACE}[\w\s.]{{0,12}}",
    re.IGNORECASE,
)  # "Time points described in notes"
_LOCAL = re.compile(r"(?:as\s+)?per\s+(?:local|site|institution|standard|country|national|regional)", re.IGNORECASE)
_WORDED = re.compile(
    r"(?P<mark>[Xx×✓✔√●•■☒☑]|yes\b)\s*(?:[(\[]\s*(?P<inside>.+?)\s*[)\]]|[,;:–-]?\s*(?P<behind>.+))", re.I
)
_PHONE_SIGN = re.compile(r"[☎✆📞📱]")
_BEFORE_DOSE = (
    r"(?:p|pre|pre[\s-]*(?:dose|dosing|infusion|injection)|before\s+(?:dose|dosing))"
    r"(?:\s*[/(]\s*0\s*(?:h|hr|hrs|hours?)?\)?)?"
)
_PREDOSE = re.compile(_BEFORE_DOSE, re.IGNORECASE)
_MOMENT = re.compile(
    rf"(?P<pre>{_BEFORE_DOSE}|trough|0\s?h?\s*\(pre-?dose\))"
    r"|(?P<at>eoi|end\s+of\s+infusion)"
    r"|(?P<sign>[-+]?)\s?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>h|hr|hrs|hours?|min|mins|minutes?)?\.?"
    r"\s*(?P<side>(?:pre|post|before|after)-?\s?(?:dose|dosing|infusion|injection|eoi|end\s+of\s+infusion)?)?",
    re.IGNORECASE,
)


class CellMeaning(NamedTuple):
    """`condition`: the words behind a mark; `moments`: the times of a sub-timeline."""

    kind: CellKind
    text: str
    condition: str = ""
    contact: Contact | None = None
    moments: tuple[Moment, ...] = ()


def ticks_boxes(texts: list[str]) -> bool:
    """Whether the table has ticks besides boxes: then an open box or ring is not done."""
    return any(_TICKED.search(text) for text in texts)


def crosses_mean_no(texts: list[str]) -> bool:
    """Whether the table ticks what is done: then a cross beside it is not done."""
    ticks, crosses = (sum(pattern.search(text) is not None for text in texts) for pattern in (_TICK, _CROSS))
    return crosses > 0 and ticks > 0


def cell_meaning(
    text: str,
    span: int = 1,
    ticked: bool = True,
    contacts: dict[str, Contact] | None = None,
    crossed: bool = False,
) -> CellMeaning:
    """The meaning of a cell that is not empty, markers removed.

    `span`: columns that it covers (a line of dashes over several is a mark); `ticked`: of `ticks_boxes`; `contacts`:
    letters that a legend of the table explains ("P = phone visit"); `crossed`: of `crosses_mean_no`.
    """
    shown = clean(text)
    if is_no(shown, span, ticked) or _STRUCK.search(shown) or (crossed and _CROSS.fullmatch(shown)):
        return CellMeaning("no", text)
    contact = (contacts or {}).get(shown.strip("()[] ").lower())
    if contact is not None or _PHONE_SIGN.search(shown):
        return CellMeaning("done", text, contact=contact or "phone")
    if is_mark(text) and not _words_behind(shown):
        return CellMeaning("done", text)
    if _YES.fullmatch(shown):
        return CellMeaning("done", text)
    if (_REFERENCE.match(shown) and not _LOCAL.match(shown)) or (_TOLD.fullmatch(shown) and not is_mark(shown[:1])):
        return CellMeaning("reference", text)
    moments = moments_of(shown)
    if moments:
        return CellMeaning("text", text, moments=moments)
    worded = _WORDED.fullmatch(shown)
    return CellMeaning("text", text, condition=_condition(worded) if worded else "")


def is_no(shown: str, span: int = 1, ticked: bool = True) -> bool:
    """Whether a cell says that nothing is done: "-", "No", "N/A", an empty box."""
    if span > 1 and re.fullmatch(r"-{2,}", shown):
        return False
    return _NO.fullmatch(shown) is not None or (ticked and _EMPTY_BOX.fullmatch(shown) is not None)


def _words_behind(shown: str) -> bool:
    """Whether a mark has words behind it rather than a marker: "X (odd cycles only)"."""
    worded = _WORDED.fullmatch(shown)
    return worded is not None and re.search(r"[A-Za-z]{3,}|\d+\s?[a-z]+\b", _condition(worded)) is not None


def _condition(worded: re.Match[str]) -> str:
    return (worded["inside"] or worded["behind"] or "").strip()


def is_predose(text: str) -> bool:
    """Whether a time is before the dose, in a usual form: "P", "pre-dose", "before dosing", "predose/0 h"."""
    return _PREDOSE.fullmatch(text.strip()) is not None


def moments_of(shown: str) -> tuple[Moment, ...]:
    """The times of "P, 1, 2h" or "predose, 1 h, 24 h"; nothing if any part is no time or no part has a unit."""
    body = re.sub(r"^[Xx]\s*[:(]\s*|[)]$", "", shown) if re.match(r"[Xx]\s*[:(]", shown) else shown
    if is_predose(body) and "0" in body:  # "Predose/0 hr" is one time
        return (Moment(text=shown, hours=None),)
    parts = [p.strip() for p in re.split(r"[,;/&]|\band\b", body) if p.strip()]
    found = [_MOMENT.fullmatch(part) for part in parts]
    if not parts or not all(found):
        return ()
    matches = [match for match in found if match]
    timed = [m for m in matches if m["unit"] or m["pre"] or m["at"]]
    if not timed or (len(matches) == 1 and (matches[0]["pre"] or "").lower() in ("p", "pre")):
        return ()
    if any(m["number"] for m in matches) and not any(m["unit"] for m in matches):
        return ()
    return tuple(_moments(matches, parts))


def _moments(matches: list[re.Match[str]], parts: list[str]) -> list[Moment]:
    """Each number in the unit behind it or behind the next that has one, in hours."""
    found: list[Moment] = []
    unit = "h"
    for match, part in reversed(list(zip(matches, parts, strict=True))):
        unit = (match["unit"] or unit).lower()
        hours = None
        if match["number"]:
            hours = float(match["number"]) / (60 if unit.startswith("m") else 1)
            before = match["sign"] == "-" or (match["side"] or "").lower().startswith(("pre", "before"))
            hours = 0.0 - hours if before else hours
        found.insert(0, Moment(text=part, hours=hours))
    return found


# Which footnote markers a cell has: those that were read with it, or a guess from the end of its text.
#
# Results of `soe-result/1`, and files that do not tell what is raised, have no markers at their cells: there
# "Hematologyb" and "Data" look alike. A marker is only taken where it is unlikely to be part of the word; a missed link
# costs less than a broken word.

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789abcdefghijklmnoprstuvwxyz", strict=True))
_RAISED_END = re.compile(rf"[{''.join(_RAISED)}](?:[{''.join(_RAISED)},\s]*)$")
_SIGNS = re.compile(r"[*†‡§¶#‖∫]+")
_MARK = re.compile(r"[\[(]?(?:[Xx]|[✓✔√●•■◆○▪])[\])]?")  # of a visit at which the procedure is done
_COUNTED = re.compile(  # words that a number belongs to: "Visit 3" has no footnote 3
    r"(?:visit|days?|weeks?|wks?|months?|mos?|cycles?|years?|yrs?|period|part|phase|arm|cohort|stage|step|group"
    r"|hours?|hrs?|dose|grade|type|class|version|item|questions?|no\.?|to|or|and|[vdwmcyph]|[^\w)\]]|.*\d)",
    re.IGNORECASE,
)
_COUNTED_APART = re.compile(r"panel", re.IGNORECASE)  # "Panel 2" is one of several, "panel2" a panel with its note
_ENDINGS = "sdyrn"  # make common forms of words: drug, drugs; dispense, dispensed
LONGEST_TAIL = 24


def has_markers(table: SoeTable) -> bool:
    """Whether the markers of the cells were read (soe-result/2); if not, they are guessed from the text."""
    return any(cell.markers or cell.runs for cell in table.cells)


def markers_at(table: SoeTable) -> dict[tuple[int, int], list[str]]:
    """The markers that were read with a cell, by each position (row, column) that it covers."""
    found: dict[tuple[int, int], list[str]] = {}
    for cell in table.cells:
        for place in cell.places if cell.markers else ():
            found.setdefault(place, []).extend(cell.markers)
    return found


_WORDS = ("procedure", "assessment", "activity", "activities", "evaluation", "examination", "test")
ACTIVITY_WORDS = frozenset(_WORDS) | {
    f"{word}s" for word in _WORDS if word[-1] not in "sy"
}  # of the activities' column
COMMON_WORDS = ACTIVITY_WORDS | {
    "screening",
    "baseline",
    "treatment",
    "period",
    "phase",
    "visit",
    "visits",
    "week",
    "day",
    "month",
    "cycle",
    "window",
    "safety",
    "efficacy",
    "schedule",
    "events",
}  # of corners and headings, where a marker may hang on the only one of the table


def words_of(table: SoeTable) -> frozenset[str]:
    """Words of the rows and footnotes, in lower case; they tell a word from a word with a marker."""
    return COMMON_WORDS | words_in(
        [text for row in table.grid for text in row] + [note.text for note in table.footnotes]
    )


def words_in(texts: list[str]) -> frozenset[str]:
    """Words of three letters or more in some texts, in lower case."""
    return frozenset(word.lower() for text in texts for word in re.findall(r"[^\W\d_]{3,}", text))


def split_markers(text: str, known: frozenset[str], words: frozenset[str] = frozenset()) -> tuple[str, list[str]]:
    """The text before its trailing markers, and the markers, all in `known`; (text, []) if it has none.

    `words` (of `words_of`) lets "Hematologyb" be split if "hematology" occurs by itself as well.
    """
    raised = _RAISED_END.search(text[-LONGEST_TAIL:])
    if raised is not None:
        tail = raised.group()
        found = _markers_of("".join(_RAISED.get(c, c) for c in tail), known)
        return (text[: -len(tail)].rstrip(), found) if found else (text, [])
    for start in range(max(1, len(text) - LONGEST_TAIL), len(text)):
        base, tail = text[:start].rstrip(), text[start:]
        found = [] if tail[0].isspace() else _markers_of(tail, known)
        if found and base and _stands_apart(base, len(base) < start, tail, found, words):
            return base.rstrip(" ^"), found
    return text, []


def _markers_of(tail: str, known: frozenset[str]) -> list[str]:
    """The markers of "a,b", "[a, b]", "(1)(2)", "*†", "1, 2-4", "a and b"; [] unless all are known."""
    groups = re.fullmatch(r"(?:\[[^\[\]()]+\]\s*)+|(?:\([^\[\]()]+\)\s*)+|[^\[\]()]+", tail.strip())
    inner = re.sub(r"[\[\]()]", " ", groups.group()) if groups else ""
    capital = any(map(str.isupper, inner))  # "Hepatitis B and C"
    parts = [p for p in re.split(r"[,;\s]+" if capital else r"[,;/&\s]+|\band\b", inner) if p]
    parts = [marker for part in parts for marker in _between(part, known)]
    if not all(p in known for p in parts) and all(_SIGNS.fullmatch(p) for p in parts):
        parts = [run.group() for run in re.finditer(r"(.)\1*", "".join(parts))]  # "*††": one, then a double
    return parts if all(p in known for p in parts) else []


def _between(part: str, known: frozenset[str]) -> list[str]:
    """The markers of "2-4" or "a–c"; else the part itself, or its figures where they alone are known ("¹²")."""
    ends = re.fullmatch(r"(\d+|[a-zA-Z])\s?[-\u2013]\s?(\d+|[a-zA-Z])", part)
    if part in known or (ends is None and not (part.isdecimal() and all(figure in known for figure in part))):
        return [part]
    if ends is None:
        return list(part)
    low, high = ends.groups()
    if low.isdecimal() and high.isdecimal():
        return [str(n) for n in range(int(low), int(high) + 1)] or [part]
    if low.isdecimal() or high.isdecimal():
        return [part]
    return [chr(n) for n in range(ord(low), ord(high) + 1)] or [part]


def _stands_apart(base: str, spaced: bool, tail: str, found: list[str], words: frozenset[str]) -> bool:
    """Whether `tail` can be read as markers behind `base` rather than as the end of its last word."""
    word = re.split(r"[\s,;/]", base)[-1]
    if _SIGNS.fullmatch(tail[0]) and base[-1] == tail[0]:  # half of a doubled sign
        return False
    if not spaced and tail[0].isalnum() and base[-1].isalpha() and re.search(r"[^\s,;]\s", tail):
        return False  # "Vital signs h" has no footnote s
    if re.fullmatch(r"\(?[A-Z]\d{1,2}", word) and not spaced and tail[0].isalpha():
        return False  # "A1c", "C3a" are names
    if _MARK.fullmatch(base) or base.endswith("^") or all(_SIGNS.fullmatch(f) for f in found):
        return True
    if found[0].isdecimal():
        apart = spaced or tail[0] in "[(" or (len(word) > 2 and (word[-1].islower() or word[-1] == ")"))
        return bool(word) and apart and not (_COUNTED.fullmatch(word) or (spaced and _COUNTED_APART.fullmatch(word)))
    if spaced or tail[0] in "[(" or word.endswith((")", "]")):
        return True
    if len(word) > 1 and word.isupper() and found[0].islower():
        return True
    return word.lower() in words and (len(found) > 1 or found[0] not in _ENDINGS)
