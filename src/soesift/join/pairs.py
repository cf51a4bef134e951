"""Signs that a fragment goes on with a logical table, as numbers for one linear decision."""

from __future__ import annotations

from soesift.document.titles import has_schedule_title
from soesift.join.fragment import Fragment
from soesift.join.likeness import (
    alike,
    header_likeness,
    is_continued,
    names_likeness,
    plain_caption,
    row_names,
    same_columns,
    same_reading,
    shared_boundaries,
)
from soesift.join.naming import title_line
from soesift.table.records import title_row
from soesift.table.signs import has_time, is_point

LONG = 40  # letters of a caption that may differ in slips of OCR alone
ADDED = 0.5  # of a caption's letters: a title that says more than this behind a known one is another. .4 to .7
TITLE = 90  # letters of a title; what follows in its row explains it
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
