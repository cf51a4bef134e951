"""Lines beside a table that open as its notes do, or end in its marks: notes and rows that were lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soesift.join.markers import LAST_SIGN, SIGNED_TEXT
from soesift.result.models import PlacedDoubt, SoeTable
from soesift.table.context import TextLine
from soesift.table.lexicon import is_mark
from soesift.witness.conserved import letters_of

LEAST = 12  # letters of a line that may be a note; shorter ones are headings and remains
_DASHES = frozenset("-–—−*")
BELOW = 30.0  # points below the rows of a page within which a row may stand that is none of them. 15 to 60
NAME = 3  # letters of a name
KNOWN_BY = 24  # letters from its beginning by which a line is found in a note


def unread_notes(table: SoeTable, lines: Mapping[int, Sequence[TextLine]]) -> Iterator[PlacedDoubt]:
    """A doubt for each sign (*, †) that a cell carries, if a line on the table's pages or the one behind them begins
    with it and stands in no note; where a text ends in the sign (Δ), this is doubted, too. Letters and figures open
    lists of all sorts: of these nothing is said.

    lines: of the document, outside tables, by page.
    """
    signs = {m for cell in table.cells for m in cell.markers if m and not any(map(str.isalnum, m))}
    ends = [(cell, hit[1]) for cell in table.cells if (hit := LAST_SIGN.search(cell.text[-SIGNED_TEXT:]))]
    signs |= {sign for _, sign in ends}
    pages = {*table.pages, *table.footnote_pages}
    if not signs or not pages:
        return
    read = " ".join(letters_of(note.text) for note in table.footnotes)
    told: set[str] = set()
    for page in sorted({*pages, max(pages) + 1}):
        for line in lines.get(page, ()):
            sign, rest = _opening(line.text.strip())
            if sign in signs - told and len(rest) >= LEAST and rest[:KNOWN_BY] not in read:
                told.add(sign)
                why = f"A line with {sign} on page {page} was not read as a note."
                yield PlacedDoubt(kind="note", why=why, place="table", marker=sign)
                why = f"“{sign}” may be the marker of a note."
                for cell in (cell for cell, last in ends if last == sign):
                    yield PlacedDoubt(kind="note", why=why, place="cell", row=cell.row, column=cell.column)


def _opening(text: str) -> tuple[str, str]:
    """The sign with which a line begins, doubled ones whole, and the letters behind it; "" without one."""
    count = next((k for k, c in enumerate(text) if c != text[0]), len(text))
    return ("", "") if not text or text[0].isalnum() else (text[:count], letters_of(text[count:]))


def unread_rows(table: SoeTable, lines: Mapping[int, Sequence[TextLine]]) -> Iterator[PlacedDoubt]:
    """A doubt for each line right below a table's rows, on upright pages, that is a name with marks behind it.

    lines: of the document, outside tables, by page.
    """
    texts = {cell.text.casefold() for cell in table.cells if cell.row >= table.header_rows and is_mark(cell.text)}
    # a sentence may end in a letter or figure, and in a dash
    marks = {text for text in texts if text == "x" or not (any(map(str.isalnum, text)) or set(text) <= _DASHES)}
    ends = [
        (part.page, part.bbox) for part in table.fragments if part.bbox and not part.rotation and part.role == "grid"
    ]
    for page, box in ends:
        for line in lines.get(page or 0, ()):
            near = box[3] - line.size / 2 < (line.top + line.bottom) / 2 < box[3] + BELOW
            if near and _is_row(line.text.split(), marks):
                why = f"A line below the rows of page {page} ends in marks: a row may have been lost."
                yield PlacedDoubt(kind="row", why=why, place="table")


def _is_row(words: list[str], marks: set[str]) -> bool:
    """Whether words are a name and then marks that the table has."""
    count = next((k for k, word in enumerate(reversed(words)) if word.casefold() not in marks), len(words))
    return count > 0 and sum(map(str.isalpha, "".join(words[: len(words) - count]))) >= NAME
