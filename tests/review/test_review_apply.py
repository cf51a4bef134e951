"""Corrections put into effect: what each action does to a result, and what does not fit."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from review_made import HEAD, correction, made_result, made_table, rows

from soesift.result.models import Result
from soesift.result.store import fingerprint
from soesift.review.apply import Applied, apply_corrections
from soesift.review.mend import join_tables, split_table


def after(*corrections: dict[str, object]) -> Applied:
    applied = apply_corrections(made_result(), list(corrections))
    assert Result.model_validate_json(applied.result.model_dump_json()) == applied.result
    return applied


def test_nothing_said_changes_nothing() -> None:
    assert after().result == made_result()


def test_accept_only_says_so() -> None:
    applied = after(correction(action="accept", table="t1"))
    assert applied.result == made_result()
    assert applied.decided == {"t1": ("accept", "anna")}


def test_a_rejected_table_becomes_a_near_miss_and_can_come_back() -> None:
    reject = correction(action="reject", table="t1")
    result = after(reject).result
    assert [t.id for t in result.tables] == ["t2"]
    assert result.rejected[-1].likely_class == "rejected_by_reviewer"
    assert result.rejected[-1].evidence == ["rejected by anna"]
    assert after(reject, correction("ben", action="accept", table="t1")).result == made_result()
    assert after(reject, correction(action="undo", correction=reject["id"])).result == made_result()


def test_without_schedules_and_doubts_the_document_has_none() -> None:
    gone = [correction(action="reject", table=name) for name in ("t1", "t2")]
    assert after(*gone).result.document.has_soe == "unsure"
    gone += [correction(action="reject", near_miss=1), correction(action="reject", page=6)]
    document = after(*gone).result.document
    assert (document.has_soe, document.unsure_pages) == ("no", [])


def test_retype() -> None:
    table = after(correction(action="retype", table="t2", table_type="domain")).result.tables[1]
    assert (table.table_type, table.type_probability, table.evidence) == ("domain", 1.0, ["type set by anna"])


def test_an_accepted_near_miss_is_a_table_in_its_place() -> None:
    content = made_table("any", [4], rows("Blood", "Urine"), "subsidiary").model_dump(mode="json")
    result = after(correction(action="accept", near_miss=1, content=content)).result
    assert [t.id for t in result.tables] == ["t1", "t2", "r1"]
    assert [r.title for r in result.rejected] == ["Far"]
    assert [u.page for u in result.document.unsure_pages] == [6]


def test_an_added_table_stands_where_it_is_printed() -> None:
    content = made_table("x", [2], rows("Late"), box=(60, 500, 700, 560)).model_dump(mode="json")
    one = correction(action="add", content=content)
    result = after(one).result
    assert [t.id for t in result.tables] == ["t1", f"added-{one['id']}", "t2"]


def test_join_keeps_all_rows_under_one_header() -> None:
    result = after(correction(action="join", tables=["t1", "t2"])).result
    [table] = result.tables
    assert table.grid == [HEAD, *rows("Consent", "Weight a", "ECG", "Hematology", "Diary", "Weight")]
    assert (table.id, table.pages, table.row_pages[-1]) == ("t1", [1, 2, 3], 3)
    assert [note.text for note in table.footnotes] == ["Note of t1.", "Note of t2."]


def test_tiles_of_the_same_rows_are_set_side_by_side() -> None:
    left, right = made_table("t1", [1], rows("ECG", "Weight")), made_table("t2", [2], rows("ECG", "Weight"))
    right.grid[0] = ["Procedure", "Day 15", "Day 29"]
    table = join_tables([left, right])
    assert table.grid[0] == ["Procedure", "Day 1", "Day 8", "Day 15", "Day 29"]
    assert table.grid[1] == ["ECG", "X", "", "X", ""]


def test_split_gives_two_tables_with_the_same_header() -> None:
    first, second = after(correction(action="split", table="t1", row=3)).result.tables[:2]
    assert (first.id, second.id) == ("t1", "t1-2")
    assert first.grid == [HEAD, *rows("Consent", "Weight a")]
    assert second.grid == [HEAD, *rows("ECG", "Hematology")]
    assert (first.pages, second.pages) == ([1], [2])
    assert second.row_pages == [2, 2, 2]


def test_what_does_not_fit_is_told_and_does_no_harm() -> None:
    wrong = [
        {"action": "reject", "table": "t9"},
        {"action": "reject"},
        {"action": "fly"},
        {},
        {"action": "accept", "near_miss": 1},
        {"action": "split", "table": "t1", "row": 1},
        {"action": "join", "tables": ["t1", "t1"]},
        {"action": "reject", "table": "t1", "result": "0" * 12},
    ]
    applied = after(*(correction(**what) for what in wrong))
    assert applied.result == made_result()
    assert len(applied.left_out) == len(wrong)
    assert all("\n" not in why and why for _, why in applied.left_out)


def test_a_result_of_other_tables_has_another_fingerprint() -> None:
    same = made_result(timing=made_result().timing.model_copy(update={"total": 9.0}))
    assert fingerprint(same) == fingerprint(made_result())
    assert fingerprint(made_result(tables=[])) != fingerprint(made_result())


names = st.sampled_from(["t1", "t2", "t1-2", "r1", "x"])
actions = st.one_of(
    st.builds(lambda t: {"action": "accept", "table": t}, names),
    st.builds(lambda t: {"action": "reject", "table": t}, names),
    st.builds(lambda t, r: {"action": "split", "table": t, "row": r}, names, st.integers(1, 7)),
    st.builds(lambda a, b: {"action": "join", "tables": [a, b]}, names, names),
    st.builds(lambda n: {"action": "reject", "near_miss": n}, st.integers(1, 3)),
    st.dictionaries(st.sampled_from(["action", "table", "row"]), st.one_of(st.text(), st.integers(), st.none())),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(actions, max_size=8))
def test_no_sequence_of_corrections_loses_a_row_or_fails(given_actions: list[dict[str, object]]) -> None:
    applied = apply_corrections(made_result(), [correction(**what) for what in given_actions])
    json.loads(applied.result.model_dump_json())
    rejected = any(said == "reject" and name[0] == "t" for name, (said, _) in applied.decided.items())
    named = {row[0] for table in applied.result.tables for row in table.grid}
    assert rejected or {"Consent", "Weight a", "ECG", "Hematology", "Diary", "Weight"} <= named


@given(st.integers(2, 4))
def test_a_split_table_joined_again_is_the_table(row: int) -> None:
    table = made_table("t1", [1, 2], rows("Consent", "Weight a", "ECG", "Hematology"))
    joined = join_tables(split_table(table, row, "t1-2"))
    assert (joined.grid, joined.row_pages, joined.footnotes) == (table.grid, table.row_pages, table.footnotes)
