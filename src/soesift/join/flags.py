"""What a reader should know about a logical table's print."""

from __future__ import annotations

import re

from soesift.join.fragment import Fragment
from soesift.join.stack import Joined
from soesift.result.models import Flag
from soesift.table.lexicon import has_activity, has_time, is_point

_SYNOPSIS = re.compile(r"synopsis|protocol\s+summary", re.IGNORECASE)


def flags_of(group: list[Fragment], joined: Joined, title: str) -> list[Flag]:
    """Flags in a fixed order."""
    marks = {flag for fragment in group for flag in fragment.record.flags}
    found: dict[Flag, bool] = {
        "image_only": "image_only" in marks,
        "rotated": "rotated" in marks,
        "redacted": any(fragment.redacted for fragment in group),
        "transposed": is_transposed(joined),
        "tiled": joined.width > max(f.width for f in group),
        "in_synopsis": any(_SYNOPSIS.search(f"{f.record.heading} {title}") for f in group),
        "borderless": "borderless" in marks,
    }
    return [flag for flag, holds in found.items() if holds]


def is_transposed(joined: Joined) -> bool:
    """Times run down the first column and activities along the header."""
    names = [row[0] for row in joined.grid[joined.header_rows :] if row[0]]
    head = [text for row in joined.grid[: joined.header_rows] for text in row[1:] if text]
    if len(names) < 2 or not head:
        return False
    timed = sum(has_time(n) or is_point(n) for n in names) / len(names)
    heads_timed = sum(has_time(t) or is_point(t) for t in head) / len(head)
    return timed > 0.6 and heads_timed < 0.4 and any(map(has_activity, head))
