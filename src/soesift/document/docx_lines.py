"""Paragraphs around a Word table: which names it, which are its footnotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from soesift.document.titles import has_schedule_title

CAPTION_LINES = 3  # printed lines above a table among which its caption may stand
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


def notes_below(lines: list[Line]) -> list[str]:
    """Footnote-like paragraphs directly below a table, to the first that is none; raised print between signs."""
    notes: list[str] = []
    for line in lines:
        styled = "note" in line.style or "footer" in line.style
        if line.level is not None or not (styled or line.raised or _NOTE.match(line.text)):
            break
        notes.append(line.shown or line.text)
    return notes
