"""Whole tables read as schedules: epochs, encounters, groups, marks with footnotes, what is not understood."""

from __future__ import annotations

import pytest
from made_tables import made

from soesift.result.models import Cell, Flag, Footnote, SoeTable
from soesift.schedule import Window, read_schedule
from soesift.schedule.clock import main_unit, placed

GRID = [
    ["", "", "Screening", "Treatment", "Treatment", "Treatment", "Follow-up", "Comments"],
    ["Procedure", "Visit", "1", "2", "3", "4", "ET", "Comments"],
    ["", "Week", "-2", "0", "4", "8", "17?", "Comments"],
    ["", "Window (days)", "", "", "±3", "-1/+2", "", "Comments"],
    ["Safety", "", "", "", "", "", "", ""],
    ["ECGa", "", "X", "", "Xb", "X", "", "In triplicate, after five minutes of rest in a supine position"],
    ["Vital signs", "", "X", "X", "Pre-dose, 2 h", "Pre-dose, 2 h", "X", "Blood pressure, pulse, temperature and such"],
    ["Laboratory", "", "", "", "", "", "", ""],
    ["Urinalysis", "", "X", "", "X", "", "", ""],
]


def table(grid: list[list[str]], flags: list[Flag] | None = None, head: int = 3) -> SoeTable:
    return SoeTable(
        id="t",
        title="Schedule",
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        header_rows=head,
        grid=grid,
        cells=[Cell(row=6, column=4, column_span=2, text="Pre-dose, 2 h")],
        row_pages=[1] * len(grid),
        flags=flags or [],
        footnotes=[Footnote(marker="a", text="Twelve leads."), Footnote(marker="b", text="If ill.")],
    )


def test_columns_are_epochs_and_encounters_with_timing() -> None:
    schedule = read_schedule(table(GRID))
    assert [e.name for e in schedule.epochs] == ["Screening", "Treatment", "Follow-up"]
    assert [(e.column, e.name, e.epoch) for e in schedule.encounters] == [
        (2, "Visit 1, Week -2", 0),
        (3, "Visit 2, Week 0", 1),
        (4, "Visit 3, Week 4, ±3", 1),
        (5, "Visit 4, Week 8, -1/+2", 1),
        (6, "ET, Week 17?", 2),
    ]
    assert [e.timing.window for e in schedule.encounters[1:4]] == [
        None,
        Window(before=3, after=3, unit="day"),
        Window(before=1, after=2, unit="day"),
    ]
    assert schedule.encounters[4].timing.events == ["follow_up", "early_termination"]


def test_rows_are_activities_in_groups_with_their_comments() -> None:
    schedule = read_schedule(table(GRID))
    assert [(a.name, a.parent, a.category) for a in schedule.activities] == [
        ("Safety", None, True),
        ("ECG", 0, False),
        ("Vital signs", 0, False),
        ("Laboratory", None, True),
        ("Urinalysis", 3, False),
    ]
    assert schedule.activities[1].footnotes == ["a"]
    assert schedule.activities[2].details == {"Comments": "Blood pressure, pulse, temperature and such"}


def test_marks_keep_footnotes_words_and_merged_columns() -> None:
    schedule = read_schedule(table(GRID))
    assert [(m.activity, m.encounter, m.text, m.kind, m.span, m.footnotes) for m in schedule.marks][:7] == [
        (1, 0, "X", "done", 1, []),
        (1, 2, "X", "done", 1, ["b"]),
        (1, 3, "X", "done", 1, []),
        (2, 0, "X", "done", 1, []),
        (2, 1, "X", "done", 1, []),
        (2, 2, "Pre-dose, 2 h", "text", 2, []),
        (2, 3, "Pre-dose, 2 h", "text", 0, []),
    ]
    assert [(c.marker, c.used) for c in schedule.conditions] == [("a", [(1, None)]), ("b", [(1, 2)])]


def test_a_group_column_becomes_parents() -> None:
    grid = [
        ["Category", "Procedure", "Day 1", "Day 8"],
        ["Labs", "Urea", "X", ""],
        ["Labs", "Sodium", "X", "X"],
        ["Imaging", "CT", "", "X"],
    ]
    schedule = read_schedule(table(grid, head=1).model_copy(update={"cells": []}))
    assert [(a.name, a.parent) for a in schedule.activities] == [
        ("Labs", None),
        ("Urea", 0),
        ("Sodium", 0),
        ("Imaging", None),
        ("CT", 3),
    ]
    assert len(schedule.marks) == 4


def test_a_transposed_table_is_turned() -> None:
    grid = [["Visit", "Consent", "ECG"], ["Day -7", "X", ""], ["Day 1", "", "X"], ["Day 8", "", "X"]]
    schedule = read_schedule(table(grid, ["transposed"], 1).model_copy(update={"cells": []}))
    assert schedule.transposed
    assert [e.name for e in schedule.encounters] == ["Day -7", "Day 1", "Day 8"]
    assert [a.name for a in schedule.activities] == ["Consent", "ECG"]
    assert [(m.activity, m.encounter) for m in schedule.marks] == [(0, 0), (1, 1), (1, 2)]


def test_empty_and_ragged_tables_are_read() -> None:
    for grid in ([], [[]], [["Procedure"]], [["a", "b"], ["c"]], [["", ""], ["", ""]]):
        read_schedule(table(grid, head=1))


def test_what_has_no_timing_is_said() -> None:
    grid = [["Procedure", "Day 1", "Clinic", "Part 9"], ["ECG", "X", "X", "X"]]
    schedule = read_schedule(table(grid, head=1).model_copy(update={"cells": []}))
    assert [text for text in schedule.unread if "no timing understood" in text] == [
        "column 3 (Clinic): no timing understood",
        "column 4 (Part 9): no timing understood",
    ]


def test_the_clock_counts_cycles_only_where_their_length_is_printed() -> None:
    heads = [["Procedure", "Treatment (1 cycle = 21 days)", "Treatment (1 cycle = 21 days)"], ["", "C1D8", "C3D1"]]
    rows = [["ECG", "X", "X"]]
    known = read_schedule(table(heads + rows, head=2).model_copy(update={"cells": []}))
    assert [p.value for p in placed(known)] == [8, 43]
    bare = read_schedule(table([["Procedure", "C1D8", "C3D1"], *rows], head=1).model_copy(update={"cells": []}))
    assert [(p.value, p.note) for p in placed(bare)] == [(8, ""), (None, "the length of a cycle is not printed")]


def test_the_clock_keeps_ranges_windows_and_half_hours() -> None:
    grid = [["Procedure", "Day -28 to -1", "Day 1 (±2 days)", "ET"], ["ECG", "X", "X", "X"]]
    days = placed(read_schedule(table(grid, head=1).model_copy(update={"cells": []})))
    assert [(p.value, p.before, p.after) for p in days] == [(-1, 27, 0), (1, 2, 2), (None, 0, 0)]
    grid = [["Procedure", "0.5 h post-dose", "30 min pre-dose"], ["PK", "X", "X"]]
    hours = placed(read_schedule(table(grid, head=1).model_copy(update={"cells": []})))
    assert [(p.value, p.unit) for p in hours] == [(30, "minute"), (-30, "minute")]


def test_text_over_several_columns_is_no_time_of_a_column_that_has_its_own() -> None:
    header = [
        ["Procedure", "Weeks 16 to 32", "Weeks 16 to 32", "Weeks 16 to 32", "Cycles 2 to 4", "Cycles 2 to 4"],
        ["Procedure", "Week 16", "Week 20", "Week 32", "Day 1", "Cycle 3"],
    ]
    schedule = read_schedule(table([*header, ["ECG", "X", "X", "X", "X", "X"]], head=2))
    said = [[(s.unit, s.first, s.last) for s in e.timing.times] for e in schedule.encounters]
    assert said == [[("week", 16, 16)], [("week", 20, 20)], [("week", 32, 32)], [("day", 1, 1)], []]
    assert [[(s.first, s.last) for s in e.timing.cycles] for e in schedule.encounters] == [
        [],
        [],
        [],
        [(2, 4)],
        [(3, 3)],
    ]


def test_a_point_in_another_unit_over_several_columns_is_said_of_each() -> None:
    header = [
        ["Procedure", "Week 4", "Week 4", "Week 8", "Week 8"],
        ["Procedure", "Day 1", "Day 3", "Week 9", "Week 10"],
    ]
    schedule = read_schedule(table([*header, ["ECG", "X", "X", "X", "X"]], head=2))
    said = [{(s.unit, s.first) for s in e.timing.times} for e in schedule.encounters]
    assert said == [{("day", 1), ("week", 4)}, {("day", 3), ("week", 4)}, {("week", 9)}, {("week", 10)}]


def test_a_unit_over_several_columns_holds_for_the_numbers_below() -> None:
    header = [["Procedure", "Treatment (weeks)", "Treatment (weeks)", "Follow-up"], ["Procedure", "2", "4", "Day 90"]]
    schedule = read_schedule(table([*header, ["ECG", "X", "X", "X"]], head=2))
    assert [[(s.unit, s.first) for s in e.timing.times] for e in schedule.encounters] == [
        [("week", 2)],
        [("week", 4)],
        [("day", 90)],
    ]


def test_the_main_unit_is_that_of_most_visits_and_days_on_a_tie() -> None:
    def unit(*names: str) -> str:
        return main_unit(read_schedule(table([["Procedure", *names], ["ECG", *["X"] * len(names)]], head=1)))

    assert unit("Week 1", "Week 2", "Day 3") == "week"
    assert unit("Week 1", "Day 3") == "day"
    assert unit("Day 1", "Day 2", "Week 4") == "day"


def test_rows_without_marks_in_a_row_head_no_group() -> None:
    """Four rows that are not done in this part stand one behind the other; the last does not head the rest."""
    names = ["Vital signs", "Hematology", "Chemistry", "Coagulation", "Urinalysis", "PK sample", "ECG"]
    marks = {"Vital signs", "PK sample", "ECG"}
    schedule = made([["", "Day 1", "Day 8"]], [[name, *["X" if name in marks else ""] * 2] for name in names])
    assert [a.parent for a in schedule.activities] == [None] * 7
    two = made([["", "Day 1"]], [["SAFETY", ""], ["Laboratory", ""], ["Hematology", "X"], ["Chemistry", "X"]])
    assert [a.parent for a in two.activities][2:] == [1, 1]
    hidden = made([["", "Day 1"]], [["Labs", ""], ["Hematology", "X"], ["CCI", ""], ["ECG", "X"]])
    assert [a.parent for a in hidden.activities][1:] == [0, 0, 0]


def test_the_only_heading_in_the_midst_of_a_long_table_is_doubted() -> None:
    rows = [[f"Procedure {n}", "X"] for n in range(12)]
    late = made([["", "Day 1"]], [*rows[:3], ["Chemistry samples", ""], *rows[3:]])
    assert any("where its group ends" in doubt for doubt in late.doubts)
    assert not any("where its group ends" in doubt for doubt in made([["", "Day 1"]], [["Labs", ""], *rows]).doubts)


@pytest.mark.parametrize(
    ("cells", "heads"),
    [(["→", "→", "→"], True), (["→", "→", "→", "→", "L"], True), (["→", "X", "→"], False), (["X", "X", "X"], False)],
)
def test_a_bar_of_arrows_in_capitals_as_the_headings_are_is_a_heading(cells: list[str], heads: bool) -> None:
    width = len(cells)
    none, some = [""] * width, ["X"] * width
    rows = [
        ["SUBJECT DETAILS", *cells],
        ["Informed consent", *some],
        ["EFFICACY", *none],
        ["Body weight", *some],
        ["SAFETY", *none],
        ["ECG", *some],
    ]
    found = made([["", *(f"Day {n}" for n in range(1, width + 1))]], rows)
    assert (found.activities[1].parent == 0) is heads
    assert any("printed as the headings are" in doubt for doubt in found.doubts) is heads
    loud = made([["", *(f"Day {n}" for n in range(1, width + 1))]], [*rows, ["URINALYSIS", *some]])
    assert loud.activities[1].parent is None  # other rows are in capitals, too


def test_a_sign_before_markers_that_were_read_is_one_of_them() -> None:
    rows = [["Questionnaires*,", "X"], ["Laboratory tests", "X"], ["ECG, BP", "X"]]
    notes = {"*": "Main branch only.", "**": "Substudy only."}
    grid = [["", "Day 1"], *rows]
    cells = [Cell(row=r, column=c, text=text) for r, row in enumerate(grid) for c, text in enumerate(row)]
    cells[2] = cells[2].model_copy(update={"markers": ["**"]})
    cells[4] = cells[4].model_copy(update={"markers": ["*"]})
    found = made([["", "Day 1"]], rows, notes, cells=cells)
    assert [(a.name, a.footnotes) for a in found.activities] == [
        ("Questionnaires", ["*", "**"]),
        ("Laboratory tests", ["*"]),
        ("ECG, BP", []),
    ]
