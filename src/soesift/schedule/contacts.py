"""How visits take place, where rows say it: "Telephone visit" with X, "Clinic (C) or home (H)" with letters."""

from __future__ import annotations

import re

from soesift.schedule.models import Schedule
from soesift.schedule.table_notes import contact_in
from soesift.schedule.tokens import clean
from soesift.table.signs import is_mark

_ROW = re.compile(
    r"(?:scheduled\s+|study\s+)?(?:tele)?(?:phone|clinic|site|office|home|video|virtual|remote|on-?site|in-?person|in-?clinic)"
    r"(?:\s+(?:visit|call|contact|follow-?\s?up|consultation|assessment))?(?:\s+visit)?",
    re.IGNORECASE,
)
_KEYED = re.compile(r"(?P<words>[A-Za-z][A-Za-z -]{2,40}?)\s*\((?P<key>[A-Z]{1,3})\)")


def contacts_of_rows(schedule: Schedule) -> dict[int, str]:
    """The contact of each encounter that such rows mark; two ways in one column are joined by "or"."""
    found: dict[int, list[str]] = {}
    named = {index: contact for index, a in enumerate(schedule.activities) if (contact := _of_row(a.name))}
    keyed = {index: keys for index, a in enumerate(schedule.activities) if (keys := _keys(a.name))}
    for mark in schedule.marks:
        contacts = [named[mark.activity]] if mark.activity in named and mark.kind == "done" else []
        if mark.activity in keyed:
            contacts = _by_keys(mark.text, keyed[mark.activity])
        kept = found.setdefault(mark.encounter, [])
        kept += [contact for contact in contacts if contact not in kept]
    return {encounter: " or ".join(ways) for encounter, ways in found.items() if 0 < len(ways) <= 2}


def contact_of_header(label: str, text: str) -> str | None:
    """The contact that a header row gives a column: X under "Telephone visit", C under "Clinic (C) or home (H)"."""
    if is_mark(text) and (contact := _of_row(label)) is not None:
        return contact
    ways = _by_keys(text, _keys(label))
    return " or ".join(dict.fromkeys(ways)) if 0 < len(ways) <= 2 else None


def _of_row(name: str) -> str | None:
    return contact_in(name) if _ROW.fullmatch(clean(name).strip(" *:")) else None


def _keys(name: str) -> dict[str, str]:
    """ "Clinic visit (C) or remote interview only (RM)" as {"c": "site", "rm": "video"}."""
    pairs = [(match["key"].lower(), contact_in(match["words"])) for match in _KEYED.finditer(clean(name))]
    return {key: contact for key, contact in pairs if contact is not None}


def _by_keys(text: str, keys: dict[str, str]) -> list[str]:
    parts = [part.lower() for part in re.split(r"\s*(?:/|,|\bor\b)\s*", clean(text)) if part]
    return [keys[part] for part in parts] if parts and all(part in keys for part in parts) else []
