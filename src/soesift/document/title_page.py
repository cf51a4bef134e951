"""What the first pages print of the study under a label of its own: title, number, sponsor, version, phase.

Only what stands behind its label is taken, and only if the first pages say one thing; else it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from soesift.result.models import TitleField as Field

FIRST = 3  # pages on which a title page and its back are looked for
LONGEST = {"title": 400, "sponsor": 80}  # characters; others 40
_LABELS: dict[Field, str] = {
    "title": r"(?:full |official |protocol |study |trial |clinical )*title(?: of (?:the )?(?:study|trial))?",
    "identifier": r"(?:clinical )?(?:protocol|study|trial)(?: identification)? ?(?:number|no\.?|id|identifier|code)",
    "sponsor": r"(?:study |trial |legal )?sponsor(?:'s|’s)?(?: name| company)?(?: and legal registered address)?",
    "version": r"(?:protocol )?version(?: number| no\.?)?",
    "amendment": r"(?:protocol )?amendment (?:number|no\.?)",
    "phase": r"(?:clinical |study |trial |development )*phase(?: of (?:development|study|trial))?",
    "nct": r"(?:nct|clinicaltrials\.gov)(?: identifier| number| no\.?| id)?",
    "eudract": r"eudract(?: number| no\.?)?",
}
_BEHIND = {name: re.compile(rf"^{label} ?: ?(?P<value>\S.*)$", re.IGNORECASE) for name, label in _LABELS.items()}
_ALONE = {name: re.compile(rf"^{label} ?:?$", re.IGNORECASE) for name, label in _LABELS.items()}
_FORMS: dict[str, re.Pattern[str]] = {
    "nct": re.compile(r"\bNCT\d{8}\b"),
    "eudract": re.compile(r"\b\d{4}-\d{6}-\d{2}\b"),
    "phase": re.compile(r"^(?:phase )?(?:[1-4]|I{1,3}|IV)(?:[ab]|[/-](?:[1-4]|I{1,3}|IV)[ab]?)?$", re.IGNORECASE),
    "identifier": re.compile(r"^(?=.*\d)[\w./-]+(?: [\w./-]+)?$"),
    "version": re.compile(r"^v?\d[\w.]*$", re.IGNORECASE),
    "amendment": re.compile(r"^\d[\w.]*$"),
}

# lines of a first page that say one thing and nothing else, without a colon: "Final Protocol Amendment 3, 20 May 2015"
_DATE = r"(?:[ ,;/(]*(?:dated? )?\d{1,4}[ -]?[A-Za-z0-9.]{2,9}[ ,-]{0,2}\d{1,4}\)?)?"
_KIND = r"(?:final |amended |revised |clinical |study |trial |investigational |plan )*"
_LINES: dict[Field, re.Pattern[str]] = {
    "identifier": re.compile(
        rf"^(?i:{_KIND}(?:protocol|study|trial)(?: number| no\.?| id)?:?) "
        r"(?P<value>(?=\S*\d)[A-Z0-9][A-Z0-9./-]{4,29})(?:\([a-z]\))?(?i:; phase \S+)?$"
    ),
    "version": re.compile(
        rf"^{_KIND}(?:protocol )?version(?: number| no\.?)?:? (?P<value>v?\d[\d.]*)(?: \([a-z]+\))?{_DATE}$",
        re.IGNORECASE,
    ),
    "amendment": re.compile(
        rf"^{_KIND}(?:protocol )?amendment(?: number| no\.?)?:? "
        rf"(?P<value>(?:[A-Z]{{2,4}}-)?\d[\d.]*|\([a-z]\)){_DATE}$",
        re.IGNORECASE,
    ),
}


class Printed(NamedTuple):
    """A value as printed, and its page."""

    text: str
    page: int


def title_page(
    lines: Mapping[int, Sequence[str]], rows: Iterable[tuple[int, Sequence[str]]] = ()
) -> dict[Field, Printed]:
    """The fields that the first pages print once, or everywhere the same.

    lines: printed lines by 1-based page; rows: table rows of these pages as (page, texts).
    """
    found: dict[Field, list[Printed]] = {}
    for page in sorted(page for page in lines if page <= FIRST):
        texts = [" ".join(line.split()) for line in lines[page]]
        for place, text in enumerate(texts):
            _take(found, text, page, texts[place + 1 : place + 5])
    for page, row in rows:
        filled = [" ".join(text.split()) for text in row if text.strip()]
        if page <= FIRST and len(filled) == 2:
            _take(found, f"{filled[0].rstrip(': ')}: {filled[1]}", page, [])
    labelled = {name: values[0] for name, values in found.items() if len({_plain(v.text) for v in values}) == 1}
    return {**{name: one for name, one in _by_line(lines).items() if name not in found}, **labelled}


def _by_line(lines: Mapping[int, Sequence[str]]) -> dict[Field, Printed]:
    """What the first page with text says in a line of its own; nothing where it says two things (a history, say)."""
    page = min((page for page in lines if page <= FIRST and any(line.strip() for line in lines[page])), default=0)
    said: dict[Field, list[str]] = {}
    for line in lines.get(page, ()):
        for name, pattern in _LINES.items():
            hit = pattern.match(" ".join(line.split()))
            if hit is not None:
                said.setdefault(name, []).append(hit["value"])
    return {name: Printed(values[0], page) for name, values in said.items() if len(set(map(_plain, values))) == 1}


def _take(found: dict[Field, list[Printed]], text: str, page: int, following: Sequence[str]) -> None:
    for name in get_args(Field):
        behind = _BEHIND[name].match(text)
        if behind is not None:
            value = _goes_on(behind["value"], following) if name == "title" else behind["value"]
        elif _ALONE[name].match(text) and following and not _is_label(following[0]):
            value = _goes_on(following[0], following[1:]) if name == "title" else following[0]
        else:
            continue
        value = _of_form(name, value)
        if value:
            found.setdefault(name, []).append(Printed(value, page))
        return


def _goes_on(value: str, following: Sequence[str]) -> str:
    """A title over several lines, up to the next label or a full stop."""
    parts = [value]
    for line in following:
        if not line or _is_label(line) or parts[-1].endswith("."):
            break
        parts.append(line)
    return " ".join(parts)


def _is_label(line: str) -> bool:
    return ":" in line[:45] or any(pattern.match(line) for pattern in _ALONE.values())


def _of_form(name: Field, value: str) -> str:
    """The value if it looks like one of its field; "" if not."""
    form = _FORMS.get(name)
    if name in ("nct", "eudract"):
        hit = form.search(value) if form else None
        return hit.group() if hit else ""
    if form is not None and not form.match(value):
        return ""
    return value if 0 < len(value) <= LONGEST.get(name, 40) else ""


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


# Words by which schedules are titled, in the languages of protocols.

LONGEST_HEAD = 90  # characters of a line that is nothing but a head over notes

_TITLE = re.compile(
    r"""\b(?:schedule\s+(?:of|for)\s+(?:study\s+)?(?:events?|activit\w+|assessments?|procedures?|evaluations?|visits?|study|
    observations?|investigations?|examinations?|trial|clinical)|
    time\s+(?:and|&)\s+events?|study\s+(?:flow\s*-?\s*chart|schedule|calendar|plan|schema|procedures?|activities|events)|
    trial\s+(?:flow\s*chart|schedule)|
    flow\s*-?\s*chart|visit\s+(?:schedule|evaluation)|procedural\s+outline|event\s+schedule|assessment\s+schedule|
    (?:assessments?|evaluations?|procedures?)\s+schedule|table\s+of\s+(?:events|procedures|assessments)|soa|soe|
    schedule\s+of\s+(?:enrol\w*|data|interventions?|tests|measures|measurements|treatments?\s+and|follow)|
    (?:study|trial|assessment)\s+(?:time-?\s?lines?|time-?\s?points)|time-?\s?(?:line|table)\s+(?:of|for)\s+\w+|
    timing\s+of\s+(?:study\s+)?(?:assessments?|procedures|visits)|summary\s+of\s+(?:study\s+)?(?:visits|assessments|procedures)|
    zeitplan|(?:studien)?ablaufplan|untersuchungsplan|visitenplan|studienablauf|flussdiagramm|ablaufschema|
    calendrier\s+(?:des?|du)\s+\w+|tableau\s+des\s+(?:visites|examens|[ée]valuations)|sch[ée]ma\s+(?:de\s+l['’][ée]tude|du\s+suivi)|
    (?:calendario|calend[áa]rio|cronograma|esquema|programa|schema|piano)\s+(?:de|delle|degli|das|dos|del|dello)\s+\w+)\b|
    スケジュール|実施計画表|日程表|流程[图圖表]|研究流程|试验流程|访视计划|訪視計畫""",
    re.VERBOSE | re.IGNORECASE,
)


# what stands over notes and says nothing itself, alone in its line or row
_HEAD_OF_NOTES = re.compile(
    r"""\W*(?:\d+(?:\.\d+)*\.?\s+)?(?:(?:table|appendix)\s+\w{1,5}\b.{0,80}?\W)?(?:
    (?:(?:list|explanation|key|legend)\s+(?:of|to|for)\s+(?:the\s+)?)?(?:explanatory\s+|general\s+)?
    (?:foot-?\s?notes?|endnotes?|notes?|superscripts?|legend|key|comments?|remarks?|
       fu(?:ß|ss)noten?|anmerkungen?|legende|erläuterungen?|notes?\s+de\s+bas\s+de\s+page|remarques?|
       notas?(?:\s+(?:al|a\s+pie|de\s+rodapé).{0,20})?|leyenda|legenda|fotnoter|voetnoten)
    (?:\s+(?:for|to|of|on|in)\s+(?:the\s+|above\s+)*(?:tables?|schedules?|flow|soa|soe|study|time|assessments?|procedures?)\b.{0,60}|
       \s*\((?:table|appendix|schedule).{0,40}\))?|
    (?:(?:foot)?notes?|symbols?|markers?|superscripts?|\#)\s+
    (?:descriptions?|texts?|meanings?|comments?|explanations?|details?|definitions?|instructions?))\s*[:.]?\W*""",
    re.VERBOSE | re.IGNORECASE,
)
_TITLED_NOTES = re.compile(r"(?:foot-?)?notes?\s*:?", re.IGNORECASE)


def is_head_of_notes(text: str) -> bool:
    """Whether a line or row only says that notes follow: "Footnotes for Table 3", "Note | Description"."""
    if _HEAD_OF_NOTES.fullmatch(text):
        return True
    rest = _TITLE.sub("", text, count=1) if len(text) < LONGEST_HEAD else text
    return rest != text and _TITLED_NOTES.fullmatch(rest.strip(" -–—:,.()")) is not None


def has_schedule_title(text: str) -> bool:
    """Whether a line reads like a schedule's title. Evidence, never proof."""
    return _TITLE.search(text) is not None
