"""Lines beside a table that open as its notes do, and are in none of them: notes that were lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soesift.result.models import PlacedDoubt, SoeTable
from soesift.table.context import TextLine

LEAST = 12  # letters of a line that may be a note; shorter ones are headings and remains
KNOWN_BY = 24  # letters from its beginning by which a line is found in a note


def unread_notes(table: SoeTable, lines: Mapping[int, Sequence[TextLine]]) -> Iterator[PlacedDoubt]:
    """A doubt for each sign (*, †) that a cell carries, if a line on the table's pages or the one behind them begins
    with it and stands in no note. Letters and figures open lists of all sorts: of these nothing is said.

    lines: of the document, outside tables, by page.
    """
    signs = {m for cell in table.cells for m in cell.markers if m and not any(map(str.isalnum, m))}
    pages = {*table.pages, *table.footnote_pages}
    if not signs or not pages:
        return
    read = " ".join(_letters(note.text) for note in table.footnotes)
    told: set[str] = set()
    for page in sorted({*pages, max(pages) + 1}):
        for line in lines.get(page, ()):
            sign, rest = _opening(line.text.strip())
            if sign in signs - told and len(rest) >= LEAST and rest[:KNOWN_BY] not in read:
                told.add(sign)
                why = f"A line with {sign} on page {page} was not read as a note."
                yield PlacedDoubt(kind="note", why=why, place="table", marker=sign)


def _opening(text: str) -> tuple[str, str]:
    """The sign with which a line begins, doubled ones whole, and the letters behind it; "" without one."""
    count = next((k for k, c in enumerate(text) if c != text[0]), len(text))
    return ("", "") if not text or text[0].isalnum() else (text[:count], _letters(text[count:]))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
