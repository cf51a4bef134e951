"""Which fragments make one logical table."""

from __future__ import annotations

from soesift.join.fragment import Fragment
from soesift.join.likeness import (
    alike,
    header_likeness,
    is_continued,
    names_likeness,
    plain_caption,
    row_names,
    same_columns,
    shared_boundaries,
)

PAGES_BETWEEN = 2  # pages without rows (footnotes, a picture that could not be read) inside one table
SAME_HEADER = 0.6
SAME_NAMES = 0.6


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
    """Whether `new` goes on with the table of `group`.

    A caption that differs begins a new table; the same columns, the same reprinted header, or the same rows under
    other columns (a tiled block) go on.
    """
    last = group[-1]
    gap = new.page - last.page
    if new.record.page is None or gap > 1 + PAGES_BETWEEN:
        return False
    if (new.sampling > new.soe) != (last.sampling > last.soe) and not same_columns(last, new):
        return False
    header = max(header_likeness(f, new) for f in group)
    captioned = caption_verdict(group, new)
    if captioned is not None and gap <= 1:
        return captioned and (header >= 0.3 or shared_boundaries(last, new) > 0.6 or is_tile(group, new) or gap <= 1)
    if captioned is False:
        return False
    if gap > 1:
        return header >= 0.8 or (captioned is True and header >= SAME_HEADER)
    if header >= SAME_HEADER or is_tile(group, new):
        return True
    if has_own_header(new) and not same_columns(last, new):
        return header >= 0.3 and shared_boundaries(last, new) > 0.7
    if has_own_header(new) and header < 0.3:
        return False
    return same_columns(last, new) or shared_boundaries(last, new) > 0.7


def caption_verdict(group: list[Fragment], new: Fragment) -> bool | None:
    """True if the new caption repeats the group's or says "continued", False if it is another, None if unknown."""
    text = new.record.caption
    if not text or not near_top(new):
        return None
    if is_continued(text):
        return True
    first = plain_caption(group[0].record.caption or group[0].record.heading)
    own = plain_caption(text)
    if not first:
        return None if len(own) < 8 else False
    if own == first or own.startswith(first) or first.startswith(own) and len(own) > 12:
        return True
    return alike(own, first) > 0.93


def near_top(fragment: Fragment) -> bool:
    """A caption counts where the table is the first thing under it."""
    return fragment.record.caption in fragment.record.above[-400:]


def has_own_header(fragment: Fragment) -> bool:
    """Whether the leading rows name times, as a reprinted or a new header does."""
    from soesift.table.signs import has_time, is_point

    data = [text for row in fragment.header for text in row[1:] if text]
    return bool(data) and sum(has_time(t) or is_point(t) for t in data) >= 0.5 * len(data)


def is_tile(group: list[Fragment], new: Fragment) -> bool:
    """The same rows again under other columns."""
    return any(
        header_likeness(f, new) < SAME_HEADER and names_likeness(row_names(f), row_names(new)) >= SAME_NAMES for f in group
    )
