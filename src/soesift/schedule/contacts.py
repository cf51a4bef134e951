"""How visits take place: on site, by phone, by video, at home.

It is said by words of the header, by a row of its own ("Visit type: Clinic", "Telephone visit: X"), by letters of a
legend ("P = phone visit") in the header or as marks, and by footnotes on the column.
"""

from __future__ import annotations

import re

from soesift.schedule.models import Contact, Schedule
from soesift.schedule.tokens import clean
from soesift.table.lexicon import is_mark

_WAYS: list[tuple[Contact, str]] = [  # in the order in which two of them are named
    (
        "site",
        r"\bclinics?\b|(?<!injection )(?<!infusion )(?<!application )\b(?:on-?)?sites?\b|\bin[\s-]?person\b"
        r"|\bin-?clinic\b|\boffice\b|"
        r"\bhospital(?!\s+discharge)\w*|\b(?:in|out)-?patients?\b|\bcr?t?u\b|\bin-?house\b|face[\s-]to[\s-]face|\bstudy\s+cent(?:er|re)\b|"
        r"\bresidential\b|\bambulatory\b|🏥",
    ),
    (
        "home",
        r"\bhomes?\b|\bin-?home\b|\bhhn\b|\bmobile\s+nurs\w+|\bvisiting\s+nurse",
    ),
    (
        "phone",
        r"(?:tele)?phone[sd]?\b|(?<!video )(?<!video-)(?<!zoom )\bcall(?:s|ed)?\b|\btel\b|telefon|téléphon"
        r"|telephonic|\bt/?c(?:\b|(?=\d))|[☎✆📞📱]",
    ),
    (
        "video",
        r"\bvideo|\bvirtual|\btele-?(?:visit|consult)|telemedicine|\btelehealth|\btelevideo|\bremote|\be-?visit\b|\bweb(?:cam|-?based)|\bonline\b",
    ),
]
_PATTERNS = [(name, re.compile(words, re.IGNORECASE)) for name, words in _WAYS]
_NEGATED = re.compile(
    r"\b(?:not?|without|instead\s+of|rather\s+than|non)\s+(?:an?\s+|the\s+|any\s+)?(?:study\s+|scheduled\s+)?"
    r"(?:(?:on-?)?site|clinic|in-?person|office|hospital|in-?clinic|phone|home)\s*(?:visits?)?\b(?!-based)",
    re.IGNORECASE,
)
_LEGEND = re.compile(
    r"(?:^|[\s,;(.])\(?(?P<key>[A-Z]{1,3}|☎)\)?\s*(?:=|:|–|-|,|\bindicates\b|\bdenotes\b|\bmeans\b)\s*(?P<words>[^;,.=]{3,60})"
)
_ROW = re.compile(
    r"(?:scheduled\s+|study\s+)?(?:tele)?(?:phone|clinic|site|office|home|video|virtual|remote|on-?site|in-?person|in-?clinic)"
    r"(?:\s+(?:visit|call|contact|follow-?\s?up|consultation|assessment|interview)s?)?(?:\s+visit)?(?:\s+[a-z])?",
    re.IGNORECASE,
)
_LOOSE_ROW = re.compile(
    r"\b(?:call|contact|visit|follow-?\s?up|interview|consultation|check|reminder|assessment|by\s+(?:tele)?phone)",
    re.IGNORECASE,
)
_REGISTERS = re.compile(r"\bi[xvw]?rs\b|\birt\b|randomi[sz]", re.IGNORECASE)  # a call of the site to a machine
_TYPE_LABEL = re.compile(
    r"(?:study\s+|(?:types?|modes?|methods?|locations?|places?|form|format|site)\s+of\s+)?(?:study\s+)?"
    r"(?:visits?|contacts?|assessments?|setting|location|type|mode|place|where|how)"
    r"(?:\s+(?:types?|modes?|methods?|locations?|settings?|format|place))?\s*(?:\(.{3,80}\))?\s*:?|(?:site|clinic)\s*/\s*(?:tele)?phone",
    re.IGNORECASE,
)
_BODILY = re.compile(  # what cannot be done on the phone
    r"vital|\becgs?\b|physical|weigh|height|blood|sampl|\blab|h(?:a)?ematol|chemist|urin|biops|imag|\bmri\b|\bct\b|x-?ray|inject|infus|"
    r"dispens|spirom|pregnan|swab|serum|serol|vaccin|echocard|pharmacokin|\bpk\b|administ|exam|scan",
    re.IGNORECASE,
)
_KEYED = re.compile(r"(?P<words>[A-Za-z][A-Za-z -]{2,40}?)\s*\((?P<key>[A-Z]{1,3})\)")
SHARE_OF_MARKS = 0.6  # of a column's marks that must be letters of one way of contact, for it to be the visit's


def contact_in(text: str) -> Contact | None:
    """How a visit takes place, by its words; two ways at once are "site or phone". "Not a clinic visit" says none."""
    shown = _NEGATED.sub(" ", clean(text))
    found = [name for name, pattern in _PATTERNS if pattern.search(shown)]
    if "home" in found and "site" in found and re.search(r"\bhome\s+or\b|\bor\b|/", shown) is None:
        found.remove("site")  # "home visit by site staff"
    return " or ".join(found) if 0 < len(found) <= 2 else None


def explained(marker: str, text: str) -> str:
    """A note as a legend prints it: one whose marker is a letter of cells ("P" before "phone visit") with it."""
    return f"{marker} = {text}" if marker.isupper() or marker == "☎" else text


def legend(texts: list[str]) -> dict[str, Contact]:
    """Letters that notes explain as a way of contact: "P = phone visit, C = clinic", "Visit (V), Phone (P)"."""
    found: dict[str, Contact] = {}
    for text in texts:
        keyed = list(_KEYED.finditer(clean(text)))
        for match in keyed if len(keyed) > 1 else _LEGEND.finditer(text):
            contact = contact_in(match["words"])
            if contact is not None and len(match["words"].split()) <= 6:
                found.setdefault(match["key"].lower(), contact)
    return found


# --- rows of the table


def says_contacts(label: str, texts: list[str]) -> bool:
    """Whether a row says how its visits take place: "Visit type" over "Clinic", "Phone" or letters of it."""
    filled = [clean(text) for text in texts if text]
    if not filled or _TYPE_LABEL.fullmatch(clean(label)) is None or len(filled) * 2 < len(texts):
        return False
    words = [contact_in(text) is not None and len(text) <= 30 for text in filled]
    letters = [re.fullmatch(r"[A-Z]{1,3}", text) is not None and not is_mark(text) for text in filled]
    return all(words) or (all(letters) and len(set(filled)) > 1)


def contacts_of_rows(schedule: Schedule) -> dict[int, str]:
    """The contact of each encounter that such rows or most of its marks say; two ways are joined by "or"."""
    found: dict[int, list[str]] = {}
    named = {index: contact for index, a in enumerate(schedule.activities) if (contact := _of_row(a.name))}
    loose = {index: contact for index, a in enumerate(schedule.activities) if (contact := _of_loose_row(a.name))}
    keyed = {index: keys for index, a in enumerate(schedule.activities) if (keys := keyed_contacts(a.name))}
    bodily = {
        m.encounter
        for m in schedule.marks
        if _BODILY.search(schedule.activities[m.activity].name) and m.activity not in loose
    }
    for mark in schedule.marks:
        contacts = [named[mark.activity]] if mark.activity in named and mark.kind == "done" else []
        far = loose.get(mark.activity) in ("phone", "video")  # no blood is drawn there
        if mark.activity in loose and mark.kind == "done" and mark.span == 1 and not (far and mark.encounter in bodily):
            contacts = contacts or [loose[mark.activity]]
        if mark.activity in keyed:
            contacts = _by_keys(mark.text, keyed[mark.activity])
        kept = found.setdefault(mark.encounter, [])
        kept += [contact for contact in contacts if contact not in kept]
    ways = {encounter: " or ".join(ways) for encounter, ways in found.items() if 0 < len(ways) <= 2}
    return contacts_of_marks(schedule) | ways


def contacts_of_marks(schedule: Schedule) -> dict[int, str]:
    """The contact that most marks of a column are letters of."""
    of_column: dict[int, list[str | None]] = {}
    for mark in schedule.marks:
        of_column.setdefault(mark.encounter, []).append(mark.contact)
    found: dict[int, str] = {}
    for encounter, contacts in of_column.items():
        for way in {c for c in contacts if c is not None}:
            if contacts.count(way) >= SHARE_OF_MARKS * len(contacts):
                found[encounter] = way
    return found


def contact_of_header(label: str, text: str) -> str | None:
    """The contact that a header row gives a column: X under "Telephone visit", C under "Clinic (C) or home (H)"."""
    if is_mark(text) and (contact := _of_row(label)) is not None:
        return contact
    ways = _by_keys(text, keyed_contacts(label))
    return " or ".join(dict.fromkeys(ways)) if 0 < len(ways) <= 2 else None


def contact_by_letters(text: str, known: dict[str, str]) -> str | None:
    """The contact of letters that a legend explains: "C/H", "C or P", "P3", "Week 2 (T)"."""
    shown = text.strip()
    parts = [known.get(part.strip().lower()) for part in re.split(r"\s*(?:/|,|\bor\b)\s*", shown)]
    if all(parts) and len(parts) <= 2:
        return " or ".join(dict.fromkeys(str(part) for part in parts))
    code = re.fullmatch(r"([A-Z]{1,3})-?\d+[a-z]?", shown) or re.search(r"[\s(]([A-Z]{1,3})\)?$", shown)
    return known.get(code[1].lower()) if code is not None else None


def _of_row(name: str) -> str | None:
    return contact_in(name) if _ROW.fullmatch(clean(name).strip(" *:")) else None


def _of_loose_row(name: str) -> str | None:
    """ "Telephone contact for safety monitoring", "Visit to clinic"; nothing of a bodily procedure."""
    contact = contact_in(name)
    if (
        contact is None
        or " or " in contact
        or _REGISTERS.search(name)
        or _LOOSE_ROW.search(name) is None
        or len(name) > 60
    ):
        return None
    allowed = re.search(
        r"\b(?:may|can|could|if|optional|or)\b", name, re.IGNORECASE
    )  # "partner may be interviewed by phone"
    return None if allowed or _BODILY.search(name) else contact


def keyed_contacts(name: str) -> dict[str, str]:
    """ "Clinic visit (C) or remote interview only (RM)" as {"c": "site", "rm": "video"}; also "Type (C = clinic)"."""
    pairs = [(match["key"].lower(), contact_in(match["words"])) for match in _KEYED.finditer(clean(name))]
    found = {key: contact for key, contact in pairs if contact is not None}
    return found or {k: v for k, v in legend([clean(name)]).items() if "(" in name}


def _by_keys(text: str, keys: dict[str, str]) -> list[str]:
    parts = [part.lower() for part in re.split(r"\s*(?:/|,|\bor\b)\s*", clean(text)) if part]
    return [keys[part] for part in parts] if parts and all(part in keys for part in parts) else []


# --- footnotes on a column

_MODE = re.compile(
    r"\b(?:visits?|contact(?:ed|s)?|call(?:s|ed)?|telephoned|follow-?\s?up|assessments?|conducted|performed|done)\b",
    re.IGNORECASE,
)
_BESIDES = re.compile(
    r"\b(?:additional|between|in\s+addition|after\s+every|also|reminder|schedul\w+\s+by|weekly|prior\s+to)\b",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"\b(?:may|can|could|either|optional(?:ly)?|if|or)\b(?:\W+\w+){0,6}\W+(?:tele)?(?:phone|video|home|remote)", re.I
)
_DIRECT = re.compile(
    r"\b(?:may|can)\s+(?:also\s+)?be\s+(?:conducted|performed|done|completed|made|held)\b[^.]{0,40}"
    r"(?:phone|video|home|remote)",
    re.IGNORECASE,
)
_ONLY_CONTACT = re.compile(
    r"(?:\W|\b(?:by|via|an?|the|or|and|in|at|only|visits?|contact|follow|up|study|either|is|will|be|required|no|not|person|site|clinic|"
    r"center|centre|office|home|hospital|phone|telephone|call|calls|video|virtual|remote|telehealth|participants?|patients?|subjects?)\b)+",
    re.IGNORECASE,
)


_STAFF = re.compile(  # who calls, not where
    r"(?<!at the )(?<!at )(?<!to the )(?<!on )(?<!or )(?<!either a )(?<!either )\b(?:clinical\s+|study\s+)?"
    r"(?:sites?|clinics?|hospitals?)\b(?!\s+visit|\s+or\b)",
    re.IGNORECASE,
)


def contact_of_note(sentences: list[str]) -> Contact | None:
    """How the visit takes place by a footnote of its column; "site or ..." where the note allows another way."""
    for sentence in sentences:
        contact = contact_in(sentence)
        if contact is not None and contact.startswith("site or ") and "remote" not in sentence.lower():
            contact = contact_in(_STAFF.sub(" ", sentence)) or contact
        short = _ONLY_CONTACT.fullmatch(clean(sentence)) is not None
        if contact is None or _BESIDES.search(sentence) or not (_MODE.search(sentence) or short):
            continue
        if _DIRECT.search(sentence):
            return contact if " or " in contact else f"site or {contact}"
        if not _OPTIONAL.search(sentence) or (short and " or " in contact):
            return contact
    return None
