"""A page that looks doubtful alone is judged with its neighbours: a continuation shares its table's columns."""

from __future__ import annotations

from soesift.join.fragment import Fragment
from soesift.join.likeness import same_columns

SURE = 0.8
LEAST = 0.02  # a fragment below this is of another kind whatever its neighbour
LEAST_COLUMNS = 4


def lift_continuations(fragments: list[Fragment]) -> None:
    """Raise fragments that share the columns of a sure one on the page before or after, in place."""
    sure = [f for f in fragments if f.soe >= SURE]
    for fragment in fragments:
        if LEAST <= fragment.soe < SURE and fragment.width >= LEAST_COLUMNS:
            for other in sure:
                if abs(other.page - fragment.page) <= 1 and other is not fragment and same_columns(other, fragment):
                    fragment.soe = max(fragment.soe, 0.9 * other.soe)
                    fragment.sampling = min(fragment.sampling, 1 - fragment.soe)
                    break
