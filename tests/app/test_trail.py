"""The audit report says what was done in words, with what stood there before."""

from __future__ import annotations

from typing import Any

import pytest
from review_made import correction, made_result

from soesift.app.signing import trail

CELL = {"action": "edit_cell", "table": "t1", "row": 1, "column": 1}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"action": "accept", "table": "t2"}, "accepted table t2 (Table t2)"),
        ({"action": "reject", "near_miss": 1}, "rejected near miss 1"),
        ({"action": "reject", "page": 6}, "rejected page 6"),
        (
            {"action": "retype", "table": "t2", "table_type": "main_soa"},
            "accepted table t2 (Table t2) as main schedule",
        ),
        (CELL | {"text": "Y", "markers": ["a"]}, "row 2, column 2 of table t1 (Table t1): “X” → “Y”; markers “” → “a”"),
        ({"action": "edit_title", "table": "t1", "title": "T"}, "title of table t1 (Table t1): “Table t1” → “T”"),
        (
            {"action": "edit_note", "table": "t1", "note": 0, "marker": "b", "text": "N"},
            "footnote 1: “a Note of t1.” → “b N” of table t1 (Table t1)",
        ),
        ({"action": "remove_row", "table": "t1", "at": 2}, "took out row 3 of table t1 (Table t1)"),
        (
            {"action": "check", "table": "t1", "row": 1, "column": 1},
            "said that row 2, column 2 is right as it was read: of table t1 (Table t1)",
        ),
        ({"action": "sign"}, "signed: checked"),
        ({"action": "edit_title", "table": "t9", "title": "T"}, "title of table t9: “” → “T”"),
    ],
)
def test_a_correction_in_words(what: dict[str, Any], said: str) -> None:
    assert trail(made_result(), [correction(**what)]) == [said]


def test_what_stood_there_is_what_the_last_person_left() -> None:
    first, second = correction("anna", **CELL, text="Y"), correction("ben", **CELL, text="Z")
    undo = correction("anna", action="undo", correction=second["id"])
    before, after, back = trail(made_result(), [first, second, undo])
    assert before.endswith("“X” → “Y”")
    assert back == f"took back: {after}"
    assert trail(made_result(), [first, second])[1].endswith("“Y” → “Z”")
