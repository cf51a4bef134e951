"""The forms in which a line may begin with the marker of a note, where it is known which markers a table carries."""

from __future__ import annotations

import re
from collections.abc import Collection

SIGNS = "*†‡§¶#∫ǂ‖∞△^"
LEAST = 3  # letters of a note's text
_FORM = re.compile(
    rf"""^(?:[•▪◦■]\s*)?(?P<word>(?:foot)?note\s+)?[\[({{]?([A-Za-z]{{1,2}}|[ivx]{{3,5}}|\d{{1,2}}|[{SIGNS}]{{1,4}})
    (?:[\])}}][.:]?|\s?[.:=/]|\s?[–—-](?=\s)|(?(word)(?=\s)|(?!)))\s+(?=\S)""",
    re.VERBOSE | re.IGNORECASE,
)


def marker_of(text: str, used: Collection[str]) -> tuple[str, str] | None:
    """(marker, rest) of a line that begins, in whatever form, with a marker that a cell carries: "a- Only if",
    "Note a. Only if", "• A: Only if"."""
    match = _FORM.match(text)
    if match is None or match[2] not in used or len(text) - match.end() < LEAST:
        return None
    return match[2], text[match.end() :].strip()
