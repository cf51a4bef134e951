"""Activities come first where the header says that what is printed before them is a category or a reference."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.join.stack import Joined, activities_first, activity_column
from soesift.result.models import Cell


def joined(rows: list[list[str]], header: int = 1, cells: list[Cell] | None = None) -> Joined:
    return Joined(header, [list(row) for row in rows], [1] * len(rows), cells or [])


def cell(row: int, column: int, row_span: int, column_span: int, text: str) -> Cell:
    return Cell(row=row, column=column, row_span=row_span, column_span=column_span, text=text, page=1)


LABS = [
    ["Procedure Category", "Procedure", "Protocol Reference", "Day 1", "Day 8"],
    ["Laboratory", "Haematology", "Section 9", "X", ""],
    ["Laboratory", "Chemistry", "Section 9", "X", "X"],
]


def test_a_category_printed_first_goes_behind_the_activities() -> None:
    one = joined(LABS, cells=[cell(1, 0, 2, 1, "Laboratory"), cell(1, 1, 1, 1, "Haematology")])
    assert activities_first(one) == 1
    assert [row[:3] for row in one.grid] == [
        ["Procedure", "Procedure Category", "Protocol Reference"],
        ["Haematology", "Laboratory", "Section 9"],
        ["Chemistry", "Laboratory", "Section 9"],
    ]
    placed = [(c.row, c.column, c.row_span, c.text) for c in one.cells]
    assert placed == [(1, 1, 2, "Laboratory"), (1, 0, 1, "Haematology")]
    assert [row[3:] for row in one.grid] == [row[3:] for row in LABS]


def test_names_of_the_label_columns_may_stand_under_the_visits() -> None:
    rows = [["", "", "", "Cycle 1", "Cycle 1"], ["", "", "Day", "1", "8"], *LABS]
    assert activity_column(joined(rows, header=2)) == 1


@pytest.mark.parametrize(("groups", "moved"), [(["Lab", "Lab", "Lab"], 1), (["Lab", "Lab", "ECG"], 0), ([""] * 3, 0)])
def test_a_column_of_merged_texts_before_the_activities_groups_them(groups: list[str], moved: int) -> None:
    rows = [["Type", "Activity", "Day 1"], *([group, f"Test {n}", "X"] for n, group in enumerate(groups))]
    assert activity_column(joined(rows)) == moved


def test_two_columns_before_the_activities() -> None:
    rows = [["No.", "Category", "Assessment", "V1"], ["1", "Safety", "ECG", "X"]]
    one = joined(rows)
    assert activities_first(one) == 2
    assert one.grid[1] == ["ECG", "1", "Safety", "X"]


@pytest.mark.parametrize(
    "head",
    [
        ["Procedure", "Protocol Reference", "Day 1"],
        ["Procedure", "Notes", "Day 1"],
        ["Visit", "Procedure", "Procedure"],
        ["", "Procedure", "Day 1"],
        ["Study period", "Assessment", "Day 1"],
        ["Category", "Procedure"],
        ["Category", "Day 1", "Procedure"],
    ],
)
def test_other_headers_move_nothing(head: list[str]) -> None:
    rows = [head, ["a"] * len(head)]
    one = joined(rows)
    assert activities_first(one) == 0
    assert one.grid == rows


def test_a_merged_cell_that_would_be_torn_is_parted_and_keeps_its_text() -> None:
    head = ["Category", "Procedure", "Reference", "V1"]
    rows = [head, ["Safety", "ECG", "ECG", "X"], ["Vitals", "Vitals", "9.1", "X"]]
    one = joined(rows, cells=[cell(1, 1, 1, 2, "ECG"), cell(2, 0, 1, 2, "Vitals"), cell(1, 3, 2, 1, "X")])
    activities_first(one)
    assert [(c.row, c.column, c.column_span, c.text) for c in one.cells] == [
        (1, 0, 1, "ECG"),
        (1, 2, 1, "ECG"),
        (2, 0, 2, "Vitals"),
        (1, 3, 1, "X"),
    ]


@settings(deadline=None)
@given(st.integers(3, 7), st.data())
def test_every_cell_still_shows_its_text_in_the_grid(width: int, data: st.DataObject) -> None:
    starts = sorted({0, *data.draw(st.sets(st.integers(1, width - 1)))})
    spans = [b - a for a, b in zip(starts, [*starts[1:], width], strict=True)]
    row = [f"t{a}" for a, n in zip(starts, spans, strict=True) for _ in range(n)]
    head = ["Category", "Procedure", *["v"] * (width - 2)]
    one = joined([head, row], cells=[cell(1, a, 1, n, f"t{a}") for a, n in zip(starts, spans, strict=True)])
    assert activities_first(one) == 1
    covered = {c.column + i: c.text for c in one.cells for i in range(c.column_span)}
    assert [covered[i] for i in range(width)] == one.grid[1]
