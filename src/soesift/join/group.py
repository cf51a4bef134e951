"""Which fragments make one logical table."""

from __future__ import annotations

import re

from soesift.document.title_page import has_schedule_title
from soesift.join.fragment import (
    Fragment,
    alike,
    header_likeness,
    is_continued,
    letters,
    names_likeness,
    plain_caption,
    row_names,
    same_columns,
    same_reading,
    shared_boundaries,
)
from soesift.join.naming import title_line
from soesift.table.lexicon import has_activity, has_time, is_mark, is_point
from soesift.table.records import title_row

# Signs that a fragment goes on with a logical table, as numbers for one linear decision.

LONG = 40  # letters of a caption that may differ in slips of OCR alone
ADDED = 0.5  # of a caption's letters: a title that says more than this behind a known one is another. .4 to .7
TITLE = 90  # letters of a title; what follows in its row explains it
_NUMBERED = re.compile(
    r"\W{0,3}(?:table|appendix|attachment|exhibit)\s+(?:[A-Z]?\d{1,2}(?:[.–-][\dA-Z]{1,2}){0,3}[a-z]?|[A-Z]|[IVX]{1,4})(?!\w)",
    re.IGNORECASE,
)
PAIR_NAMES = (
    "same_columns",
    "shared_boundaries",
    "header",
    "own_header",
    "other_header",
    "continued",
    "caption_same",
    "caption_other",
    "caption_title",
    "caption_number",
    "gap",
    "same_page",
    "tile",
    "kind",
    "width_change",
)


def pair_features(group: list[Fragment], new: Fragment) -> list[float]:
    """Numbers of PAIR_NAMES for `new` after the fragments of `group`."""
    last = group[-1]
    header = max(header_likeness(f, new) for f in group)
    own = has_own_header(new)
    caption = new.record.caption or title_line(new.over)
    same, other = caption_relation(group, caption)
    return [
        float(same_columns(last, new)),
        shared_boundaries(last, new),
        header,
        float(own),
        float(own and header < 0.3),
        float(is_continued(caption)),
        same,
        other,
        other * has_schedule_title(caption),
        float(is_numbered_otherwise(group, new)),
        float(max(0, new.page - last.page - 1)),
        float(new.page == last.page),
        # the same rows under a title of their own are another arm's schedule, not more columns of this one
        float(is_tile(group, new) and not other),
        abs((new.sampling > new.soe) - (last.sampling > last.soe)),
        min(1.0, abs(len(new.columns) - len(last.columns)) / max(len(new.columns), len(last.columns)) * 3),
    ]


def caption_relation(group: list[Fragment], caption: str) -> tuple[float, float]:
    """(1, 0) if a caption repeats one of the group's, (0, 1) if it is another, (0, 0) without a caption."""
    own = plain_caption(caption)
    if len(own) < 5:
        return 0.0, 0.0
    texts = (
        [f.record.caption or title_line(f.over) for f in group]
        + [title_row(f.record.grid) for f in group]
        + [group[0].record.heading]
    )
    for text in dict.fromkeys(texts):
        known = plain_caption(text)
        if len(known) >= 5 and (
            own == known or _goes_on(own, known) or (alike(own, known) > 0.97 or read_alike(own, known))
        ):
            return 1.0, 0.0
    return 0.0, 1.0


def is_numbered_otherwise(group: list[Fragment], new: Fragment) -> bool:
    """Whether a caption bears a number ("Table 9-2") that no caption of the group does, though some bear one; numbers
    that were read from a picture say nothing."""
    if "image_only" in new.record.flags:
        return False
    number = _number_of(new.record.caption)
    known = {_number_of(f.record.caption) for f in group} - {""}
    return bool(number and known) and number not in known


def _number_of(caption: str) -> str:
    match = _NUMBERED.match(caption)
    return "" if match is None else letters(match[0])


def _goes_on(own: str, known: str) -> bool:
    """Whether a caption is a known one and a little more: "Flow chart" is not "Flow chart for those who continue"."""
    return own.startswith(known) and len(own) - len(known) <= ADDED * len(own)


def read_alike(one: str, two: str) -> bool:
    """Whether the letters of two long captions are one text but for OCR's slips, or begin with the same long title."""
    return min(len(one), len(two)) > LONG and (one[:TITLE] == two[:TITLE] or same_reading(one, two))


def has_own_header(fragment: Fragment) -> bool:
    """Whether the leading rows name times, as a reprinted or a new header does."""
    data = [text for row in fragment.header for text in row[1:] if text]
    return bool(data) and sum(has_time(t) or is_point(t) for t in data) >= 0.5 * len(data)


def is_tile(group: list[Fragment], new: Fragment) -> bool:
    """The same rows again under other columns."""
    names = row_names(new)
    return any(header_likeness(f, new) < 0.6 and names_likeness(row_names(f), names) >= 0.6 for f in group)


SAME_HEADER = 0.9  # of the columns have the same header: it is reprinted
PAGES_BETWEEN = 3  # pages without rows (footnotes, a page that could not be read) inside one table

# A logistic regression on the neighbouring fragments of labelled protocols gave these signs and sizes; they
# are rounded, and "continued", "caption_same", "caption_number" and "tile", which are rare there, are set by hand.
WEIGHTS = {
    "same_columns": 2.3,
    "shared_boundaries": 0.6,
    "header": 1.5,
    "own_header": -0.8,
    "other_header": -0.8,
    "continued": 2.5,
    "caption_same": 1.5,
    "caption_other": -2.0,
    "caption_title": -2.5,
    "caption_number": -4.0,
    "gap": -1.5,
    "same_page": -0.5,
    "tile": 3.0,
    "kind": -1.0,
    "width_change": -1.0,
}
BIAS = 0.6


def group_fragments(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Logical tables as lists of fragments in document order."""
    groups: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: f.order):
        if groups and continues(groups[-1], fragment):
            groups[-1].append(fragment)
        else:
            groups.append([fragment])
    return groups


def continues(group: list[Fragment], new: Fragment) -> bool:
    """Whether `new` goes on with the table of `group`: like columns and header, no other's caption."""
    if new.record.page is None:
        if new.between is not None and group[-1].between is not None:
            return is_parted_in_word(group, new)
        # a schedule pasted as pictures is not whole
        pictures = "image_only" in new.record.flags and "image_only" in group[-1].record.flags
        return pictures and new.order == group[-1].order + 1 and continuation_score(group, new) > 0
    return new.page - group[-1].page <= 1 + PAGES_BETWEEN and continuation_score(group, new) > 0


def is_parted_in_word(group: list[Fragment], new: Fragment) -> bool:
    """Whether a table of Word is the next piece of one that its author parted, by hand or for want of room: right
    behind it, on as many columns, with the header reprinted or none at all, and nothing between that names another.
    """
    last = group[-1]
    if new.order != last.order + 1 or new.width != last.width or new.between is None:
        return False
    if any(not is_continued(text) and text.strip() for text in new.between):
        return False
    if caption_relation(group, new.record.caption)[1]:
        return False
    if new.record.header_rows and has_own_header(new):
        return max(header_likeness(f, new) for f in group) >= SAME_HEADER
    return not new.record.header_rows or not has_own_header(new)


def continuation_score(group: list[Fragment], new: Fragment) -> float:
    """Log-odds that `new` goes on with the table of `group`."""
    features = pair_features(group, new)
    return BIAS + sum(WEIGHTS[name] * value for name, value in zip(PAIR_NAMES, features, strict=True))


# A page that looks doubtful alone is judged with its neighbours: a continuation shares its columns.

_TITLE = re.compile(r"(?:table|figure|appendix|annex|attachment|listing|section|\d)", re.IGNORECASE)
SURE = 0.8
ACCEPTED = 0.5
LEAST = 0.02  # a fragment below this is of another kind, unless it opens its page under the same rules
LEAST_COLUMNS = 4
NEAR_HEADER = 0.95  # of the header's columns read the same
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
    return follows and is_reprint(other, fragment) and header_likeness(other, fragment) >= NEAR_HEADER


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
