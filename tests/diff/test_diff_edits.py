"""Each kind of edit on a schedule small enough to check by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from toy_results import NOTES, toy_grid, toy_result, toy_table

from soesift.diff.compare import compare_sheets, diff_results
from soesift.diff.models import Edit
from soesift.diff.sheet import sheet_of
from soesift.result.models import Cell, SoeTable

Grid = list[list[str]]


def edits(new: SoeTable, old: SoeTable | None = None) -> list[Edit]:
    return compare_sheets(sheet_of(old or toy_table()), sheet_of(new)).edits


def kinds(new: SoeTable, old: SoeTable | None = None) -> list[str]:
    return [e.kind for e in edits(new, old)]


def changed(change: Callable[[Grid], object]) -> SoeTable:
    grid = toy_grid()
    change(grid)
    return toy_table(grid)


def setter(row: int, column: int, text: str) -> Callable[[Grid], object]:
    return lambda grid: grid[row].__setitem__(column, text)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (setter(3, 2, "X"), "mark_added"),
        (setter(5, 3, ""), "mark_removed"),
        (setter(5, 3, "predose"), "mark_replaced"),
        (setter(7, 3, "Xa"), "mark_notes_changed"),
        (setter(6, 0, "Triplicate 12-lead ECG"), "activity_renamed"),
        (setter(7, 0, "Hematologyb"), "activity_notes_changed"),
        (lambda g: g.pop(8), "activity_removed"),
        (lambda g: g.insert(6, ["Spirometry", "", "X", "", "X", ""]), "activity_added"),
        (lambda g: g.insert(4, g.pop(9)), "activity_moved"),
        (setter(2, 3, "5"), "timing_changed"),
        (lambda g: [row.pop(4) for row in g], "visit_removed"),
    ],
)
def test_one_change_is_one_edit(change: Callable[[Grid], object], kind: str) -> None:
    assert kinds(changed(change)) == [kind]


def test_nothing_against_itself_and_signs_for_the_same_mark() -> None:
    assert kinds(toy_table()) == []
    crosses = [[("×" if t == "X" else t) for t in row] for row in toy_grid()]
    assert kinds(toy_table(crosses)) == []


def test_an_inserted_visit_renumbers_those_behind_it_once() -> None:
    grid = toy_grid()
    for row, text in zip(grid, ["Treatment", "Visit 4", "6", "", "", "X", "", "", "X", "", "X"], strict=True):
        row.insert(4, text)
    grid[1][5], grid[1][6] = "Visit 5", "Visit 6"
    found = edits(toy_table(grid))
    assert [e.kind for e in found] == ["visit_added", "visits_renumbered"]
    assert found[0].new is not None
    assert found[0].new.columns == [4]
    assert found[1].old is not None
    assert found[1].old.columns == [4, 5]


def test_an_epoch_that_is_renamed_is_one_edit_for_its_visits() -> None:
    grid = toy_grid()
    grid[0][2:5] = ["Double-blind"] * 3
    found = edits(toy_table(grid))
    assert [e.kind for e in found] == ["epoch_changed"]
    assert found[0].new is not None
    assert found[0].new.columns == [2, 3, 4]


def test_a_footnote_put_in_front_reletters_the_others_and_no_cell_changes() -> None:
    grid = toy_grid()
    grid[7][2], grid[9][5], grid[3][1] = "Xb", "Xc", "Xa"
    notes = [("a", "Signed before any other procedure."), ("b", NOTES[0][1]), ("c", NOTES[1][1])]
    found = edits(toy_table(grid, notes))
    assert [e.kind for e in found] == ["footnote_added", "footnotes_relettered"]
    assert found[0].new is not None
    assert found[0].new.activities == ["Informed consent"]


def test_a_reworded_footnote_and_a_removed_one() -> None:
    reworded = [("a", "Fasting for ten hours is required before the sample."), NOTES[1]]
    assert kinds(toy_table(notes=reworded)) == ["footnote_reworded"]
    grid = toy_grid()
    grid[9][5] = "X"
    assert kinds(toy_table(grid, NOTES[:1])) == ["footnote_removed"]


def test_a_merged_cell_changes_once() -> None:
    def merged(text: str) -> SoeTable:
        grid = toy_grid()
        grid[10][1:] = [text] * 5
        cells = [Cell(row=10, column=1, column_span=5, text=text)]
        return toy_table(grid, cells=cells)

    found = edits(merged("At every contact"), merged("Continuous monitoring"))
    assert [e.kind for e in found] == ["mark_replaced"]
    assert found[0].old is not None
    assert found[0].old.columns == [1, 2, 3, 4, 5]


def test_equal_names_are_told_apart_by_their_place() -> None:
    twice = toy_grid()
    twice.append(["Vital signs", "", "", "", "", "X"])
    again = [row.copy() for row in twice]
    again[-1][4] = "X"
    found = edits(toy_table(again), toy_table(twice))
    assert [(e.kind, e.new.rows if e.new else []) for e in found] == [("mark_added", [11])]


def test_tables_are_paired_whatever_their_order_and_left_over_ones_named() -> None:
    other = [["Sample", "Predose", "1 h", "2 h"], ["PK plasma", "X", "X", "X"], ["ADA", "X", "", ""]]
    main = toy_table()
    pk = toy_table(other, [], id="t2", title="Sampling times", table_type="subsidiary", header_rows=1)
    fresh = toy_table(other, [], id="t9", title="Sampling times", table_type="subsidiary", header_rows=1)
    found = diff_results(toy_result(main, pk), toy_result(fresh, main))
    assert [(t.old and t.old.id, t.new and t.new.id) for t in found.tables] == [("t1", "t1"), ("t2", "t9")]
    assert found.counts() == {}
    assert diff_results(toy_result(main, pk), toy_result(main)).counts() == {"table_removed": 1}
    assert diff_results(toy_result(), toy_result(main)).counts() == {"table_added": 1}


def test_a_header_that_a_page_break_printed_again_is_no_activity() -> None:
    grid = toy_grid()
    grid.insert(7, grid[1].copy())
    assert kinds(toy_table(grid)) == []


def test_words_broken_in_a_narrow_cell_are_the_same_words() -> None:
    grid = toy_grid()
    grid[7][0], grid[0][5] = "Hema tology", "Follow- up"
    assert kinds(toy_table(grid)) == []


def test_title_and_type() -> None:
    new = toy_table(title="Schedule of Activities, Part B", table_type="track")
    assert kinds(new) == ["table_retitled", "table_retyped"]


@pytest.mark.parametrize("grid", [[], [[]], [["Procedure", "Day 1"]], [["", ""], ["", ""]]])
def test_tables_without_rows_are_compared(grid: Grid) -> None:
    empty = toy_table(grid, [], header_rows=min(1, len(grid)))
    assert edits(empty, empty) == []
    assert edits(empty) != []


def test_rows_stand_side_by_side_with_gaps() -> None:
    grid = toy_grid()
    grid.pop(8)
    grid.insert(4, ["Spirometry", "", "X", "", "X", ""])
    table = compare_sheets(sheet_of(toy_table()), sheet_of(toy_table(grid)))
    assert (None, 4) in table.rows
    assert (8, None) in table.rows
    assert [new for _, new in table.rows if new is not None] == list(range(3, 11))
