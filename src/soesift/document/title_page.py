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
    return {name: values[0] for name, values in found.items() if len({_plain(v.text) for v in values}) == 1}


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
