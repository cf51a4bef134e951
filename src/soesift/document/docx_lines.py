"""Paragraphs around a Word table: which names it, which are its footnotes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from soesift.document.note_forms import marker_of
from soesift.document.raised import UP, plain
from soesift.document.titles import has_schedule_title, is_head_of_notes

CAPTION_LINES = 3  # printed lines above a table among which its caption may stand
BEFORE = 3  # paragraphs between a table and the first note with one of its markers
WITHIN = 8  # paragraphs of a list within a note
FAR = 60  # paragraphs behind a table among which a head over its notes may stand
SEVERAL = 3  # markers, from which notes are looked for elsewhere
_CAPTION = re.compile(
    r"^\W{0,3}(?:(?:in-?text\s+)?table|tabelle|tableau|tabla|appendix|annex\w*|attachment|exhibit|schedule|schema)\b"
    r"(?!\s+\S+\s+(?:shows?|presents?|lists?|summari[sz]es?|provides?|describes?|is|are|contains?|below)\b)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:[*†‡§¶#]|\(?[a-z]{1,2}[.):]\s|[a-z]\s+[A-Z]|\(?\d{1,2}[.):]?\s|abbreviations?\b|notes?\b|footnotes?\b|legend\b|key\b|"
    r"[A-Za-z][\w/+-]{0,9}\s*[=:]\s)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Line:
    """A paragraph of body text; level: 0-based outline level of a heading."""

    text: str
    level: int | None = None
    style: str = ""
    superscripts: list[str] = field(default_factory=list)
    shown: str = ""  # the text with raised characters between signs
    struck: bool = False  # all of it is struck through

    @property
    def raised(self) -> bool:
        """Whether it begins with a superscript, as footnotes do."""
        return bool(self.superscripts) and self.text.startswith(self.superscripts[0])


def find_caption(over: list[Line]) -> str:
    """The nearest of the last lines above a table that names it; "" if none does."""
    for line in reversed(over[-CAPTION_LINES:]):
        named = len(line.text) < 300 and _CAPTION.match(line.text) is not None
        titled = has_schedule_title(line.text) and len(line.text) < 160 and not line.text.endswith(".")
        if "caption" in line.style or named or titled:
            return line.text[:300]
        if line.level is not None:
            break
    return ""


def caption_below(lines: list[Line], free: bool) -> str:
    """The first line below a table if it names it: styled as a caption, or "Table 3 ...". `free`: it does not stand
    right above another table, whose caption it would be.
    """
    if not lines or lines[0].level is not None or not free:
        return ""
    line = lines[0]
    named = len(line.text) < 300 and _CAPTION.match(line.text) is not None and not line.raised
    return line.text[:300] if named or "caption" in line.style else ""


def notes_around(under: list[Line], over: list[Line], markers: Collection[str], later: list[Line]) -> list[str]:
    """The notes of a table, raised print between signs: below it; else above it, or further below under a head.

    markers: what is raised in its cells; `under` ends with the next table, `over` begins with the table before,
    `later` is all that follows.
    """
    notes = notes_below(under, markers)
    if _enough(notes, markers):
        return notes
    head = next((k for k, line in enumerate(later[:FAR]) if is_head_of_notes(line.text)), len(later))
    for lines in (over, later[head:]):
        opening = [k for k, line in enumerate(lines) if _is_sure(line, markers)]
        found = notes_below(lines[opening[0] :], markers) if opening else []
        if _enough(found, markers):
            return [*notes, *found]
    return notes


def _enough(notes: list[str], markers: Collection[str]) -> bool:
    """Whether notes explain at least half of the markers of a table, if it has several."""
    opened = {found[0] for note in notes if (found := marker_of(plain(note), markers))}
    opened |= {marker for note in notes for marker in markers if note.startswith(UP + marker)}
    return len(markers) < SEVERAL or 2 * len(opened) >= len(markers)


def notes_below(lines: list[Line], markers: Collection[str] = ()) -> list[str]:
    """Footnote-like paragraphs directly below a table, raised print between signs, to the first that is none and that
    no note with a marker of the table follows closely."""
    end = gap = 0
    for place, line in enumerate(lines):
        head = is_head_of_notes(line.text)
        if line.level is not None and not head:
            break
        if _is_sure(line, markers):
            end, gap = place + 1, 0
        elif gap == 0 and (head or "note" in line.style or "footer" in line.style or _NOTE.match(line.text)):
            end = place + 1
        elif (gap := gap + 1) > (WITHIN if end else BEFORE):
            break
    return [line.shown or line.text for line in lines[:end]]


def _is_sure(line: Line, markers: Collection[str]) -> bool:
    """Whether a paragraph opens a note for certain: with raised print, or with a marker that the cells carry."""
    return line.raised or marker_of(line.text, markers) is not None
