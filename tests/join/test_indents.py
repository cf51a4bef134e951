"""How far names are set in, and the groups that end with it."""

from __future__ import annotations

from soesift.join.indents import settle_indents
from soesift.join.stack import Joined
from soesift.result.models import Cell
from soesift.schedule.read import read_schedule
from toy_table import every_cell, made_table

ROWS = [("Consent", 2.6), ("Chemistry samples", 2.7), ("Sodium", 8.8), ("Creatinine", 8.1), ("Haematology", 2.5)]


def joined(names: list[tuple[str, float, int]]) -> Joined:
    """A table of names with their indents and pages, below a header that is set in the middle."""
    cells = [Cell(row=0, column=0, text="Procedure", indent=30.0, page=1)]
    cells += [Cell(row=k, column=0, text=name, indent=x, page=p) for k, (name, x, p) in enumerate(names, 1)]
    cells += [Cell(row=1, column=1, text="X", indent=7.0, page=1)]
    return Joined(1, [["Procedure", "Day 1"], *([name, ""] for name, _, _ in names)], [1] * (len(names) + 1), cells)


def indents(names: list[tuple[str, float, int]], borderless: bool = False) -> list[float]:
    one = joined(names)
    settle_indents(one, borderless)
    assert one.cells[0].indent == one.cells[-1].indent == 0
    return [cell.indent for cell in one.cells[1:-1]]


def test_indents_count_from_the_leftmost_name_and_print_varies() -> None:
    assert indents([(name, x, 1) for name, x in ROWS]) == [0, 0, 6.3, 5.6, 0]
    assert indents([("Consent", 2.6, 1), ("In the middle", 90.0, 1), ("ECG", 6.5, 1)]) == [0, 0, 0]


def test_a_page_without_rules_whose_names_begin_alike_goes_on_as_before() -> None:
    names = [("Labs", 0.0, 1), ("Sodium", 9.0, 1), ("Creatinine", 0.0, 2), ("Urea", 0.2, 2)]
    assert indents(names, borderless=True) == [0, 9.0, 9.0, 9.0]
    assert indents(names) == [0, 9.0, 0, 0], "rules show where the column begins"


def groups(rows: list[tuple[str, float, str]]) -> dict[str, str | None]:
    """The heading of each row by its name; rows are names, indents and marks."""
    grid = [["Procedure", "Day 1", "Day 8"], *([name, mark, mark] for name, _, mark in rows)]
    cells = every_cell(grid)
    for cell in cells[3::3]:
        cell.indent = rows[cell.row - 1][1]
    table = made_table(grid, cells)
    found = read_schedule(table).activities
    return {a.name: None if a.parent is None else found[a.parent].name for a in found if not a.category}


def test_a_group_ends_where_its_members_are_set_in_no_more() -> None:
    rows = [("Consent", 0.0, "X"), ("Chemistry", 0.0, ""), ("Sodium", 6.0, "X"), ("Urea", 6.0, "X"), ("ECG", 0.0, "X")]
    assert groups(rows) == {"Consent": None, "Sodium": "Chemistry", "Urea": "Chemistry", "ECG": None}
    rows = [("EFFICACY", 0.0, ""), ("Body", 0.0, ""), ("Height", 6.0, "X"), ("HbA1c", 0.0, "X"), ("SAFETY", 0.0, "")]
    assert groups([*rows, ("ECG", 0.0, "X")]) == {"Height": "Body", "HbA1c": "EFFICACY", "ECG": "SAFETY"}


def test_a_heading_whose_members_begin_where_it_does_goes_on() -> None:
    rows = [("LABS", 0.0, ""), ("Sodium", 0.0, "X"), ("Urea", 4.5, "X"), ("ECG", 0.0, "X")]
    assert groups(rows) == {"Sodium": "LABS", "Urea": "LABS", "ECG": "LABS"}


def test_a_row_with_marks_heads_what_is_set_in_below_it() -> None:
    deep = [("Sodium", 12.0, "X"), ("Urea", 12.0, "X")]
    rows = [("LABS", 0.0, ""), ("Blood", 6.0, "X"), *deep, ("Urine", 6.0, "X"), ("ECG", 0.0, "X")]
    assert groups(rows) == {"Blood": "LABS", "Sodium": "Blood", "Urea": "Blood", "Urine": "LABS", "ECG": None}
    assert groups([("Vital signs", 0.0, "X"), ("Pulse", 6.0, "X"), ("BP", 6.0, "X")])["Pulse"] == "Vital signs"
    assert groups([("Vital signs", 0.0, "X"), ("Pulse", 4.5, "X"), ("BP", 4.5, "X")])["Pulse"] is None
    assert groups([("Vital signs", 0.0, "X"), ("Pulse", 6.0, "X"), ("BP", 0.0, "X")])["Pulse"] is None, "one alone"


def test_where_names_are_set_in_unevenly_all_rows_up_to_the_next_heading_are_under_it() -> None:
    rows = [("LABS", 0.0, ""), ("Blood", 9.8, "X"), ("Serum", 0.0, "X"), ("Glucose", 0.0, "X"), ("Lipids", 9.8, "X")]
    more = [("Urine", 0.0, "X"), ("Archived", 9.8, "X"), ("Genes", 9.8, "X"), ("OTHER", 0.0, ""), ("Diary", 9.8, "X")]
    found = groups([*rows, *more, ("Weight", 0.0, "X")])
    assert {found.pop(name) for name in ("Diary",)} == {"OTHER"}
    assert found.pop("Weight") is None
    assert set(found.values()) == {"LABS"}
    even = groups([*rows[:3], ("Urine", 0.0, "X"), ("Archived", 9.8, "X"), ("Genes", 9.8, "X")])
    assert even == {"Blood": "LABS", "Serum": None, "Urine": None, "Archived": "Urine", "Genes": "Urine"}
