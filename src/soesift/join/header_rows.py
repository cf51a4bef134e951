"""How many header rows a table of several pages has: all its pages are asked at once."""

from __future__ import annotations

from collections.abc import Sequence

from soesift.join.fragment import Fragment
from soesift.join.likeness import alike, letters
from soesift.table.grid import without_markers
from soesift.table.headers import SETTINGS, HeaderSettings, count_header_rows
from soesift.table.signs import is_mark

SAME = 0.85  # likeness of two readings of one header text (OCR errs)
MOST_SAME = 0.7  # share of a row's texts that must be known for the row to be a reprint


def settle_header_rows(fragments: Sequence[Fragment], settings: HeaderSettings = SETTINGS) -> None:
    """Set the number of header rows of the first of some fragments that share their columns, in place."""
    first = fragments[0]
    votes = reprint_votes(fragments, settings)
    grid = without_markers(first.record.grid, first.cells)
    first.record.header_rows = count_header_rows(grid, first.shades, votes, settings)


def reprint_votes(fragments: Sequence[Fragment], settings: HeaderSettings = SETTINGS) -> list[float]:
    """For each leading row of the first fragment: from 1 (all pages that repeat a header repeat it) to -1 (none).

    Few pages tell less.
    """
    most, width = settings.most + 1, fragments[0].width
    first = fragments[0].record.grid[:most]
    found = [repeated_rows(first, f.record.grid[:most]) for f in fragments[1:] if f.width == width]
    voters = [rows for rows in found if rows]
    if not voters:
        return []
    trust = min(1.0, settings.one_page + settings.page_more * (len(voters) - 1))
    return [trust * (2 * sum(row in rows for rows in voters) / len(voters) - 1) for row in range(len(first))]


def repeated_rows(first: Sequence[Sequence[str]], later: Sequence[Sequence[str]]) -> set[int]:
    """Leading rows of `first` that `later` begins with as well; empty if it begins with something else."""
    rows: set[int] = set()
    at = missed = 0
    for texts in later:
        match = next((r for r in range(at, len(first)) if same_row(first[r], texts)), None)
        missed += match is None
        if missed > 1:  # one row may be misread
            break
        if match is not None:
            rows.add(match)
            at = match + 1
    told = [row for row in rows if len({letters(t) for t in first[row]} - {""}) >= 2]
    return rows if told else set()


def same_row(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two rows read the same, OCR's slips apart. Marks in both say nothing: many rows have them in places."""
    if list(map(letters, one)) == list(map(letters, two)):
        return any(map(letters, one))
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if letters(a) or letters(b)]
    told = [(a, b) for a, b in pairs if not (is_mark(a) and is_mark(b))]
    same = sum(like(a, b) for a, b in told)
    return len(pairs) >= 2 and same >= max(1, MOST_SAME * len(told))


def like(one: str, two: str) -> bool:
    """Whether two texts are one text read twice; short ones must be equal."""
    a, b = letters(one), letters(two)
    return a == b or (min(len(a), len(b)) > 4 and alike(one, two) >= SAME)
