"""Cells, notes, rows, columns and headers mended by people: each kind of error, and that grid and cells stay one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_made import correction, made_result, made_table, rows

from soesift.result.models import Doubt, PlacedDoubt, SoeTable
from soesift.review.apply import apply_corrections
from soesift.review.corrections import read_action
from soesift.review.mend import cell_at, join_tables, mended
from soesift.schedule import Visit, read_schedule
from soesift.schedule.clock import placed


def table() -> SoeTable:
    return made_table("t1", [1, 2], rows("Consent", "Weight", "ECG"))


def mend(one: SoeTable, **what: Any) -> SoeTable:
    return mended(one, read_action({"table": one.id, **what}))  # type: ignore[arg-type]


def check_whole(one: SoeTable) -> None:
    """Each position of the grid is covered by at most one cell, which has its text."""
    width = {len(row) for row in one.grid}
    assert len(width) == 1
    seen = set()
    for cell in one.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                assert (row, column) not in seen
                seen.add((row, column))
                assert one.grid[row][column] == cell.text
    assert 0 <= one.header_rows <= len(one.grid)
    places = [(cell.row, cell.column) for cell in one.cells]
    assert places == sorted(places)  # reading order, which readers of the JSON rely on


def test_a_cell_gets_text_markers_and_states_and_loses_its_doubt() -> None:
    one = table()
    cell_at(one, 2, 1).doubt = [Doubt(kind="ink", why="More is printed.")]
    after = mend(one, action="edit_cell", row=2, column=1, text="X", markers=["a", "b"], states=["shaded"])
    cell = cell_at(after, 2, 1)
    assert (cell.text, cell.markers, cell.states, cell.doubt) == ("X", ["a", "b"], ["shaded"], [])
    assert one.grid == table().grid
    check_whole(after)


def test_what_is_not_said_of_a_cell_stays() -> None:
    one = table()
    cell_at(one, 1, 0).markers = ["a"]
    assert cell_at(mend(one, action="edit_cell", row=1, column=0, text="Informed consent"), 1, 0).markers == ["a"]


def test_title_and_notes() -> None:
    one = table()
    one.doubt = [
        PlacedDoubt(kind="note", why="Marker b has no footnote.", place="table", marker="b"),
        PlacedDoubt(kind="title", why="No title.", place="table"),
    ]
    assert mend(one, action="edit_title", title="Schedule").title == "Schedule"
    assert [d.kind for d in mend(one, action="edit_title", title="Schedule").doubt] == ["note"]
    added = mend(one, action="add_note", marker="b", text="Twice.")
    assert [(n.marker, n.text) for n in added.footnotes] == [("a", "Note of t1."), ("b", "Twice.")]
    assert [d.kind for d in added.doubt] == ["title"]
    edited = mend(added, action="edit_note", note=0, marker="a", text="Once.")
    assert (edited.footnotes[0].text, edited.footnotes[0].page) == ("Once.", 2)
    assert [n.marker for n in mend(edited, action="remove_note", note=0).footnotes] == ["b"]


def test_rows_and_columns_put_in_and_taken_out() -> None:
    one = table()
    wider = mend(one, action="insert_column", at=1)
    assert [row[1] for row in wider.grid] == [""] * 4
    assert mend(wider, action="remove_column", at=1).grid == one.grid
    longer = mend(one, action="insert_row", at=2)
    assert longer.grid[2] == ["", "", ""]
    assert longer.row_pages == [1, 1, 1, 1, 2] or len(longer.row_pages) == 5
    assert mend(longer, action="remove_row", at=2).grid == one.grid
    assert mend(one, action="insert_row", at=0).header_rows == 2
    assert mend(one, action="remove_row", at=0).header_rows == 0
    for after in (wider, longer):
        check_whole(after)


def test_cells_merged_and_parted() -> None:
    one = table()
    merged = mend(one, action="merge_cells", row=0, column=1, row_span=1, column_span=2)
    assert merged.grid[0] == ["Procedure", "Day 1", "Day 1"]
    check_whole(merged)
    parted = mend(merged, action="merge_cells", row=0, column=1)
    assert len([c for c in parted.cells if c.row == 0]) == 3
    check_whole(parted)
    with pytest.raises(ValueError, match="in two"):
        mend(merged, action="merge_cells", row=0, column=2, row_span=2, column_span=1)
    wider = mend(merged, action="insert_column", at=2)
    assert wider.grid[0] == ["Procedure", "Day 1", "Day 1", "Day 1"]
    check_whole(wider)


def test_header_rows_and_doubts_that_are_right() -> None:
    one = table()
    cell_at(one, 0, 1).doubt = [Doubt(kind="header", why="It may go on.")]
    assert mend(one, action="header_rows", rows=2).header_rows == 2
    assert cell_at(mend(one, action="header_rows", rows=2), 0, 1).doubt == []
    assert cell_at(mend(one, action="check", row=0, column=1), 0, 1).doubt == []
    one.footnotes[0].doubt = [Doubt(kind="note", why="cut")]
    assert mend(one, action="check", note=0).footnotes[0].doubt == []


@pytest.mark.parametrize(
    "what",
    [
        {"action": "edit_cell", "row": 9, "column": 0, "text": "X"},
        {"action": "edit_note", "note": 3, "marker": "a", "text": "x"},
        {"action": "remove_row", "at": 4},
        {"action": "insert_column", "at": 9},
        {"action": "header_rows", "rows": 4},
        {"action": "merge_cells", "row": 0, "column": 2, "column_span": 2},
    ],
)
def test_places_outside_the_table_are_refused_in_one_line(what: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as told:
        mend(table(), **what)
    assert "\n" not in str(told.value)


STEPS = st.one_of(
    st.builds(
        lambda a, n: {"action": a, "at": n},
        st.sampled_from(["insert_row", "remove_row", "insert_column", "remove_column"]),
        st.integers(0, 4),
    ),
    st.builds(
        lambda r, c, h, w: {"action": "merge_cells", "row": r, "column": c, "row_span": h, "column_span": w},
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.builds(
        lambda r, c: {"action": "edit_cell", "row": r, "column": c, "text": "new"}, st.integers(0, 4), st.integers(0, 4)
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_any_row_of_mendings_leaves_a_whole_table(steps: list[dict[str, Any]]) -> None:
    one = table()
    for step in steps:
        try:
            one = mend(one, **step)
        except ValueError:
            continue
        check_whole(one)


def test_corrections_are_applied_in_order_and_undone() -> None:
    edit = correction(action="edit_cell", table="t1", row=1, column=1, text="Y")
    again = correction(action="edit_cell", table="t1", row=1, column=1, text="Z")
    result = made_result()
    applied = apply_corrections(result, [edit, again]).result
    assert applied.tables[0].grid[1][1] == "Z"
    assert "mended by anna" in applied.tables[0].evidence
    undone = [edit, again, correction(action="undo", correction=again["id"])]
    assert apply_corrections(result, undone).result.tables[0].grid[1][1] == "Y"
    redone = [*undone, correction(action="undo", correction=undone[-1]["id"])]
    assert apply_corrections(result, redone).result.tables[0].grid[1][1] == "Z"


def visits_of(one: SoeTable) -> dict[int, Visit]:
    return {visit.column: visit for visit in read_schedule(one).visits}


def test_a_visit_says_what_a_person_said_and_no_more() -> None:
    said = {"day": 15, "before_days": 2, "after_days": 3, "contact": "phone", "conditions": ["If needed."]}
    after = mend(table(), action="edit_visit", column=2, said=said)
    visit = visits_of(after)[2]
    assert (visit.day, visit.before_days, visit.after_days, visit.contact) == (15, 2, 3, "phone")
    assert visit.conditions == ["If needed."]
    assert visit.doubts == []
    assert visits_of(after)[1] == visits_of(table())[1]
    [placed_first, placed_second] = placed(read_schedule(after))
    assert (placed_second.value, placed_second.before, placed_second.after) == (15, 2, 3)
    assert placed_first == placed(read_schedule(table()))[0]
    gone = mend(after, action="edit_visit", column=2, said={"day": None, "relative_to": "last dose", "offset_days": 30})
    assert (visits_of(gone)[2].day, visits_of(gone)[2].offset_days, visits_of(gone)[2].contact) == (None, 30, "phone")


def test_a_visit_keeps_its_words_when_columns_move_and_tables_join() -> None:
    one = mend(table(), action="edit_visit", column=2, said={"day": 9})
    assert visits_of(mend(one, action="insert_column", at=1))[3].day == 9
    assert visits_of(mend(one, action="remove_column", at=1))[1].day == 9
    assert mend(one, action="remove_column", at=2).visits_said == []
    second = one.model_copy(update={"id": "t2"})
    second.grid = [["Procedure", "Day 29", "Day 57"], *second.grid[1:]]
    second.cells = [cell.model_copy(update={"text": second.grid[cell.row][cell.column]}) for cell in second.cells]
    joined = join_tables([table(), second])
    assert [word.column for word in joined.visits_said] == [4]
    assert visits_of(joined)[4].day == 9


@pytest.mark.parametrize(
    ("column", "said", "why"),
    [(9, {"day": 1}, "no column of visits"), (1, {"dya": 1}, "dya"), (1, {"before_days": -1}, "before_days")],
)
def test_words_on_visits_that_make_no_sense_are_refused(column: int, said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        mend(table(), action="edit_visit", column=column, said=said)


def test_a_doubt_about_a_visit_is_looked_at() -> None:
    one = table()
    one.grid[0][2] = "Day 1"
    next(c for c in one.cells if (c.row, c.column) == (0, 2)).text = "Day 1"
    doubted = [visit for visit in read_schedule(one).visits if visit.doubts]
    assert doubted
    for visit in doubted:
        one = mend(one, action="check", visit=visit.column)
    assert [visit.doubts for visit in read_schedule(one).visits] == [[], []]
