"""Lines that open as a table's notes do and are in none of them."""

from __future__ import annotations

from soesift.result.models import Cell, Footnote, SoeTable
from soesift.table.context import TextLine
from soesift.witness import examine

GRID = [["Procedure", "Day 1", "Day 8"], ["Questionnaires", "X", "X"], ["Weight", "X", ""]]


def marked(markers: list[str], notes: dict[str, str]) -> SoeTable:
    cells = [Cell(row=r, column=c, text=text, page=7) for r, row in enumerate(GRID) for c, text in enumerate(row)]
    next(cell for cell in cells if cell.text == "Questionnaires").markers = markers
    return SoeTable(
        id="t1",
        title="Schedule of Activities",
        table_type="main_soa",
        type_probability=1,
        probability=1,
        pages=[7],
        fragments=[],
        header_rows=1,
        grid=[list(row) for row in GRID],
        cells=cells,
        footnotes=[Footnote(marker=marker, text=text) for marker, text in notes.items()],
    )


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
