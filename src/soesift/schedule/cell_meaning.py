"""What a cell of the body says: done, done under a condition, done at several times, not done, or look elsewhere."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from soesift.schedule.models import Contact, Moment
from soesift.schedule.tokens import clean
from soesift.table.signs import is_mark

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
_MOMENT = re.compile(
    r"(?P<pre>p|pre|pre-?\s?(?:dose|dosing|infusion|injection)|trough|0\s?h?\s*\(pre-?dose\)|before\s+(?:dose|dosing))"
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


def moments_of(shown: str) -> tuple[Moment, ...]:
    """The times of "P, 1, 2h" or "predose, 1 h, 24 h"; nothing if any part is no time or no part has a unit."""
    body = re.sub(r"^[Xx]\s*[:(]\s*|[)]$", "", shown) if re.match(r"[Xx]\s*[:(]", shown) else shown
    nominal = re.fullmatch(r"(?:pre-?\s?dose|pre|p)\s*[/(]\s*0\s*(?:h|hr|hrs|hours?)?\)?", body, re.IGNORECASE)
    if nominal is not None:  # "Predose/0 hr" is one time
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
            hours = -hours if before else hours
        found.insert(0, Moment(text=part, hours=hours))
    return found
