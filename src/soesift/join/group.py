"""Which fragments make one logical table."""

from __future__ import annotations

from soesift.join.fragment import Fragment
from soesift.join.likeness import header_likeness, is_continued
from soesift.join.pairs import PAIR_NAMES, caption_relation, has_own_header, pair_features

SAME_HEADER = 0.9  # of the columns have the same header: it is reprinted
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
