"""Lines that open as a table's notes do and are in none of them."""

from __future__ import annotations

from soesift.result.models import Fragment, SoeTable
from soesift.table.context import TextLine
from soesift.witness import examine
from toy_table import every_cell, made_table

GRID = [["Procedure", "Day 1", "Day 8"], ["Questionnaires", "X", "X"], ["Weight", "X", ""]]


def marked(markers: list[str], notes: dict[str, str]) -> SoeTable:
    cells = every_cell(GRID, page=7)
    next(cell for cell in cells if cell.text == "Questionnaires").markers = markers
    return made_table(GRID, cells, list(notes.items()), pages=[7])


def unread(table: SoeTable, texts: dict[int, list[str]]) -> list[tuple[str | None, str]]:
    lines = {page: [TextLine(text, 0, 9, 9) for text in found] for page, found in texts.items()}
    examine([table], lines=lines)
    return [(doubt.marker, doubt.why) for doubt in table.doubt if "was not read as a note" in doubt.why]


def test_a_line_with_a_sign_of_the_table_that_is_in_no_note() -> None:
    table = marked(["*", "**"], {"*": "in the main study only", "**": "if they agree"})
    page = ["*in the main study only", "** if they", "agree"]
    key = ["*Questionnaires: sleep, appetite, pain", "**Questionnaires: menstrual cycle", "**Weight in light clothes"]
    assert not unread(table, {7: page})
    assert unread(table, {7: page, 8: key}) == [
        ("*", "A line with * on page 8 was not read as a note."),
        ("**", "A line with ** on page 8 was not read as a note."),
    ]


def test_lines_of_other_signs_short_ones_and_pages_far_behind_tell_nothing() -> None:
    table = marked(["†"], {"†": "in the main study only"})
    texts = {
        8: ["* A list of something else entirely", "† sleep", "a Questionnaires of all sorts"],
        9: ["† " + "x" * 40],
    }
    assert not unread(table, texts)


def test_letters_open_lists_of_all_sorts() -> None:
    assert not unread(marked(["a"], {"a": "in the main study only"}), {8: ["a Questionnaires of all sorts and kinds"]})


def lost_rows(*printed: tuple[str, float], rotation: int = 0, header: int = 1) -> int:
    """How many doubts of lost rows lines raise that begin so far below a table."""
    table = marked([], {})
    table.header_rows = header
    table.fragments = [Fragment(page=7, bbox=(50, 100, 400, 200), rotation=rotation, role="grid", probability=1)]
    examine([table], lines={7: [TextLine(text, 200 + gap, 209 + gap, 9) for text, gap in printed]})
    return sum("a row may have been lost" in doubt.why for doubt in table.doubt)


def test_a_name_with_marks_right_below_the_rows_is_a_row_that_was_lost() -> None:
    assert lost_rows(("Vital signs X X", 3)) == 1
    assert lost_rows(("Vital signs X", 3), ("ECG (12-lead) X", 15)) == 2
    assert lost_rows(("Vital signs X", 3), rotation=90) == 0  # its lines stand elsewhere
    assert lost_rows(("Vital signs X", 60)) == 0


def test_other_lines_below_the_rows_are_no_rows() -> None:
    assert lost_rows(("X = performed", 3), ("X X", 3), ("Visits may be held at home.", 3), ("See table 3", 12)) == 0
    assert lost_rows(("Vital signs ✓", 3)) == 0  # no mark of this table


def test_a_sign_in_which_a_text_ends_and_a_line_begins() -> None:
    table = marked([], {})
    cell = next(cell for cell in table.cells if cell.text == "Weight")
    cell.text = "Weight ◆"
    assert unread(table, {7: ["◆ in light clothes and without shoes"]}) == [
        ("◆", "A line with ◆ on page 7 was not read as a note.")
    ]
    assert [doubt.why for doubt in cell.doubt] == ["“◆” may be the marker of a note."]
    cell.text = "Weight •"  # opens the items of lists
    assert not unread(table, {7: ["• in light clothes and without shoes"]})
