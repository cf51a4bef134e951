"""Footnotes of a logical table: under its fragments and on the pages that follow."""

from __future__ import annotations

import re

from soesift.document.titles import has_schedule_title
from soesift.join.likeness import is_continued
from soesift.result.models import Footnote
from soesift.table.context import TextLine, is_heading

MOST = 120
MOST_PAGES = 4
_SIGNS = "*†‡§¶#∫ǂ‖∞△^"
_NOTE = re.compile(
    rf"""^(?:[{_SIGNS}](?![{_SIGNS}])|[^\w{_SIGNS}])?(?:  # a stray sign or bullet, but not half of "**"
    [\[(]?(?P<closed>[a-z]{{1,2}}|(?<=[\[(])[a-z]\d{{1,2}}|\d{{1,2}}|[{_SIGNS}]{{1,4}})(?:[\])]|[.:=](?=\s)|\s*=)\s*
    |(?P<sign>[{_SIGNS}]{{1,4}})\s*                                                       # ** Only if
    |(?P<bare>([a-z])\4?|\d{{1,2}})\s+(?=[A-Z"(≥≤<>])                                     # b Only if
    )(?=\S)""",
    re.VERBOSE,
)
_WORDS = {"in", "it", "at", "is", "so", "do", "no", "of", "up", "by", "us", "me", "on", "to", "be", "mg", "kg", "wk"}
_STUCK = re.compile(r"^([a-z]|\d{1,2})(?=[A-Z][a-z])")
_SECTION = re.compile(r"\d+\.\d")  # right below a table: its notes are over
_TITLE = re.compile(r"appendix\b", re.IGNORECASE)  # reprinted above notes on a page of their own
_OTHER = re.compile(r"(?:table|figure|appendix)\s+[\dA-Z]", re.IGNORECASE)  # what comes after the notes
_RUNNING = re.compile(r"\bpage\s+\d+(?:\s+of\s+\d+)?\s*$", re.IGNORECASE)
_LEADER = re.compile(r"\.{5}|(?:\. ){4}")  # a table of contents
SMALLER = 0.93  # of the largest print below a table: what is smaller is a note though it has no marker
AHEAD = 6  # lines under a table among which a marked note vouches for an unmarked first one
_OPEN = re.compile(
    r"^(?:abbreviations?|notes?|footnotes?|key|legend|x\s*=|[A-Za-z0-9/\-]{2,12}(?:\s*[=:]\s|=\S))", re.IGNORECASE
)


def read_footnotes(lines: list[TextLine], page: int | None) -> list[Footnote]:
    """Footnotes from the lines under a table, to a heading or wide gap; unmarked lines continue the last."""
    notes: list[Footnote] = []
    before: TextLine | None = None
    for place, line in enumerate(lines):
        text = line.text.strip()
        if not text or _RUNNING.search(text):
            continue
        gap = 0.0 if before is None else line.top - before.bottom
        marked = split_marker(text)
        if marked is None and ((is_heading(line) and gap > 4) or gap > 3.5 * max(line.size, 6.0)):
            break
        if before is None and marked is None and is_heading(line):
            if _SECTION.match(text):
                break
            if _TITLE.match(text):
                continue
        if marked is None and notes and gap > 0.5 * line.size and _OTHER.match(text):
            break
        if not notes and marked is None and not _is_unmarked_note(lines, place):
            break
        if marked is not None:
            notes.append(Footnote(marker=marked[0], text=marked[1], page=page))
        elif not notes or _OPEN.match(text):
            notes.append(Footnote(marker="", text=text, page=page))
        else:
            notes[-1].text = f"{notes[-1].text} {text}"
        before = line
        if len(notes) >= MOST:
            break
    return notes


def _is_unmarked_note(lines: list[TextLine], place: int) -> bool:
    """Whether the first line under a table is a note without a marker rather than prose that goes on."""
    text = lines[place].text.strip()
    if _OPEN.match(text) or _reprinted(text):
        return True
    largest = max(line.size for line in lines)
    if lines[place].size < SMALLER * largest:
        return True
    following = [line.text.strip() for line in lines[place + 1 : place + AHEAD]]
    return any(split_marker(t) is not None or _OPEN.match(t) is not None for t in following)


def _reprinted(text: str) -> bool:
    """A title printed again, or a bare heading of notes."""
    return is_continued(text) or has_schedule_title(text) or _TITLE.match(text) is not None


def split_marker(text: str) -> tuple[str, str] | None:
    """("a", "Only if ...") of a line that begins with a footnote marker."""
    match = _STUCK.match(text) or _NOTE.match(text)
    if match is None or len(text) - match.end() < 3:
        return None
    marker = next(found for found in match.groups() if found)
    rest = text[match.end() :]
    if marker.isdigit() and rest.isupper() and sum(map(str.isalpha, rest)) >= 5:  # a section's heading
        return None
    if marker in _WORDS and text.startswith(f"{marker}."):  # a sentence ends at the start of a line
        return None
    return marker, text[match.end() :].strip()


def looks_like_footnotes(lines: list[TextLine]) -> bool:
    """Whether a page begins with notes rather than prose: among its first lines, most open a note."""
    texts = [line.text.strip() for line in lines if line.text.strip()]
    while texts and (_reprinted(texts[0]) or _RUNNING.search(texts[0])) and len(texts[0]) < 90:
        texts.pop(0)
    if not texts or texts[0].isupper() or sum(_LEADER.search(t) is not None for t in texts) >= 2:
        return False
    first = texts[:12]
    opening = sum(split_marker(t) is not None or _OPEN.match(t) is not None for t in first)
    return opening >= 2 and (split_marker(first[0]) is not None or _OPEN.match(first[0]) is not None or opening >= 4)
