"""Which footnote markers a cell has: those that were read with it, or a guess from the end of its text.

Results of `soe-result/1`, and files that do not tell what is raised, have no markers at their cells: there
"Hematologyb" and "Data" look alike. A marker is only taken where it is unlikely to be part of the word; a missed link
costs less than a broken word.
"""

from __future__ import annotations

import re

from soesift.result.models import SoeTable

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789abcdefghijklmnoprstuvwxyz", strict=True))
_RAISED_END = re.compile(rf"[{''.join(_RAISED)}](?:[{''.join(_RAISED)},\s]*)$")
_SIGNS = re.compile(r"[*†‡§¶#‖∫]+")
_MARK = re.compile(r"[\[(]?(?:[Xx]|[✓✔√●•■◆○▪])[\])]?")  # of a visit at which the procedure is done
_COUNTED = re.compile(  # words that a number belongs to: "Visit 3" has no footnote 3
    r"(?:visit|days?|weeks?|wks?|months?|mos?|cycles?|years?|yrs?|period|part|phase|arm|cohort|stage|step|group"
    r"|hours?|hrs?|dose|panel|grade|type|class|version|item|questions?|no\.?|to|or|and|[vdwmcyph]|[^\w)\]]|.*\d)",
    re.IGNORECASE,
)
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


COMMON_WORDS = frozenset(
    [
        "procedure",
        "procedures",
        "assessment",
        "assessments",
        "activity",
        "activities",
        "evaluation",
        "evaluations",
        "examination",
        "examinations",
        "test",
        "tests",
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
    ]
)  # of corners and headings, where a marker may hang on the only one of the table


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
    if part in known or (ends is None and not (part.isdigit() and all(figure in known for figure in part))):
        return [part]
    if ends is None:
        return list(part)
    low, high = ends.groups()
    if low.isdigit() and high.isdigit():
        return [str(n) for n in range(int(low), int(high) + 1)] or [part]
    if low.isdigit() or high.isdigit():
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
    if found[0].isdigit():
        apart = spaced or tail[0] in "[(" or (len(word) > 2 and (word[-1].islower() or word[-1] == ")"))
        return bool(word) and apart and _COUNTED.fullmatch(word) is None
    if spaced or tail[0] in "[(" or word.endswith((")", "]")):
        return True
    if len(word) > 1 and word.isupper() and found[0].islower():
        return True
    return word.lower() in words and (len(found) > 1 or found[0] not in _ENDINGS)
