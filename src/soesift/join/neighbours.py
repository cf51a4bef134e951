"""A page that looks doubtful alone is judged with its neighbours: a continuation shares its columns."""

from __future__ import annotations

import re

from soesift.document.titles import has_schedule_title
from soesift.join.fragment import Fragment
from soesift.join.likeness import header_likeness, is_continued, letters, same_columns, shared_boundaries
from soesift.join.pairs import caption_relation, has_own_header
from soesift.table.records import title_row
from soesift.table.signs import has_activity, is_mark

_TITLE = re.compile(r"(?:table|figure|appendix|annex|attachment|listing|section|\d)", re.IGNORECASE)
SURE = 0.8
ACCEPTED = 0.5
LEAST = 0.02  # a fragment below this is of another kind, unless it opens its page under the same rules
LEAST_COLUMNS = 4
SAME_HEADER = 0.95  # of the header's columns read the same
BLANK = 80  # characters above a table that opens its page
TRUST = 0.9  # of the sure neighbour's probability goes over


def lift_continuations(fragments: list[Fragment]) -> None:
    """Raise fragments that continue a sure one on the page before, or come before one, in place.

    In document order, so that a long tail of short pages is reached step by step.
    """
    sure = [f for f in fragments if f.soe >= SURE]
    for fragment in sorted(fragments, key=lambda f: f.order):
        if fragment.soe >= SURE:
            continue
        speaks = repeats_header if fragment.sampling > 0.5 else supports
        support = max((f.soe for f in sure if f is not fragment and speaks(f, fragment)), default=0.0)
        if support:
            fragment.soe = max(fragment.soe, TRUST * support)
            fragment.sampling = min(fragment.sampling, 1 - fragment.soe)
            if fragment.soe >= SURE:
                sure.append(fragment)
    for fragment in fragments:
        found = [f.soe for f in fragments if f.soe >= ACCEPTED > fragment.soe and begins(fragment, f)]
        if found:
            fragment.soe = max(found)
            fragment.sampling = min(fragment.sampling, 1 - fragment.soe)


def begins(fragment: Fragment, rest: Fragment) -> bool:
    """Whether a fragment is the header, and few rows, of a schedule that goes on on the next page without a header: it
    bears a schedule's title, and the columns are the same."""
    follows = fragment.record.page is not None and rest.page == fragment.page + 1 and not rest.record.caption
    wide = fragment.width >= LEAST_COLUMNS and same_columns(fragment, rest)
    return follows and wide and has_schedule_title(fragment.record.caption) and not has_own_header(rest)


def supports(other: Fragment, fragment: Fragment) -> bool:
    """Whether a sure neighbour speaks for a fragment: same columns, or an uncaptioned rest of its rows."""
    if fragment.record.page is None or abs(other.page - fragment.page) > 1:
        return False
    if fragment.soe >= LEAST and fragment.width >= LEAST_COLUMNS and same_columns(other, fragment):
        return True
    if other.page != fragment.page - 1:
        return False
    return is_rest(other, fragment) or is_reprint(other, fragment)


def is_reprint(other: Fragment, fragment: Fragment) -> bool:
    """The same columns under the same caption or none, with marks: a last page of few rows."""
    if not same_columns(other, fragment) or caption_relation([other], fragment.record.caption)[1]:
        return False
    least = 1 if is_continued(fragment.record.caption) else 2
    return sum(is_mark(text) for row in fragment.record.grid for text in row[1:]) >= least


def repeats_header(other: Fragment, fragment: Fragment) -> bool:
    """The next page's reprint under the very same header: the samples are the last rows of the schedule."""
    follows = fragment.record.page is not None and other.page == fragment.page - 1
    return follows and is_reprint(other, fragment) and header_likeness(other, fragment) >= SAME_HEADER


def names_rows(fragment: Fragment) -> bool:
    """Whether a caption is the table's own first row, a heading of the rows below it and no title."""
    caption = fragment.record.caption
    is_row = letters(caption) == letters(title_row(fragment.record.grid))
    return is_row and not has_schedule_title(caption) and _TITLE.match(caption) is None


def is_rest(other: Fragment, fragment: Fragment) -> bool:
    """A table that opens its page without a caption, on rules of the table before, with a mark in a row."""
    if len(fragment.record.above) > BLANK or len(fragment.columns) < LEAST_COLUMNS:
        return False
    if fragment.record.caption and not names_rows(fragment):
        return False
    if len(fragment.columns) > len(other.columns) + 1 or shared_boundaries(fragment, other) < 0.99:
        return False
    marks = sum(is_mark(text) for row in fragment.record.grid for text in row[1:])
    return marks >= 2 or (marks >= 1 and any(has_activity(row[0]) for row in fragment.record.grid))
