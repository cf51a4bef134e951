"""Which fragments make one logical table."""

from __future__ import annotations

from soesift.join.fragment import Fragment
from soesift.join.pairs import PAIR_NAMES, pair_features

PAGES_BETWEEN = 3  # pages without rows (footnotes, a page that could not be read) inside one table

# A logistic regression on the neighbouring fragments of labelled protocols gave these signs and sizes; they
# are rounded, and "continued", "caption_same" and "tile", which are rare there, are set by hand.
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
        # a table of a Word document is whole, but a schedule pasted as pictures is not
        pictures = "image_only" in new.record.flags and "image_only" in group[-1].record.flags
        return pictures and new.order == group[-1].order + 1 and continuation_score(group, new) > 0
    return new.page - group[-1].page <= 1 + PAGES_BETWEEN and continuation_score(group, new) > 0


def continuation_score(group: list[Fragment], new: Fragment) -> float:
    """Log-odds that `new` goes on with the table of `group`."""
    features = pair_features(group, new)
    return BIAS + sum(WEIGHTS[name] * value for name, value in zip(PAIR_NAMES, features, strict=True))
