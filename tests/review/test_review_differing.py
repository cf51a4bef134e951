"""Two people differ where neither saw the other's word; a later word by one who saw both settles it."""

from __future__ import annotations

from typing import Any

import pytest

from soesift.review.worklist import differing_items


def word(number: int, who: str, action: str, seen: int | None, **what: Any) -> dict[str, Any]:
    place = what or {"table": "t1"}
    return {
        "id": f"c{number}",
        "who": who,
        "what": {"action": action, **place} | ({} if seen is None else {"seen": seen}),
    }


def test_two_people_blind_to_each_other_differ() -> None:
    assert differing_items([word(0, "anna", "accept", 0), word(1, "ben", "reject", 0)]) == {"t1": "anna and ben"}


@pytest.mark.parametrize(
    "second",
    [
        word(1, "ben", "reject", 1),  # he saw her word: a correction of it
        word(1, "ben", "accept", 0),  # the same word
        word(1, "anna", "reject", 0),  # she changed her mind
        word(1, "ben", "reject", None),  # no one knows what was seen
        word(1, "ben", "reject", 0, table="t2"),  # another table
    ],
)
def test_they_do_not_differ_otherwise(second: dict[str, Any]) -> None:
    assert differing_items([word(0, "anna", "accept", 0), second]) == {}


def test_a_word_by_one_who_saw_both_settles_it() -> None:
    both = [word(0, "anna", "accept", 0), word(1, "ben", "reject", 0)]
    assert differing_items([*both, word(2, "carl", "reject", 2)]) == {}


def test_what_was_undone_is_no_word() -> None:
    undone = {"id": "c2", "who": "ben", "what": {"action": "undo", "correction": "c1"}}
    assert differing_items([word(0, "anna", "accept", 0), word(1, "ben", "reject", 0), undone]) == {}


def test_types_are_words_too() -> None:
    one = word(0, "anna", "retype", 0, table="t1", table_type="track")
    assert differing_items([one, word(1, "ben", "retype", 0, table="t1", table_type="domain")]) == {
        "t1": "anna and ben"
    }
    assert differing_items([one, word(1, "ben", "retype", 0, table="t1", table_type="track")]) == {}
