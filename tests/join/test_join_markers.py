"""Markers of cells: raised ones as printed, others guessed only where nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy_fragments import fragment

from soesift.detect.assemble import assemble_tables
from soesift.document.raised import DOWN, UP
from soesift.join.fragment import Fragment
from soesift.join.markers import part_signs, read_markers, settle_figures, within_brackets
from soesift.join.stack import Joined
from soesift.result.models import Cell, Footnote, Run, SoeTable
from soesift.schedule.read import read_schedule
from soesift.table.context import TextLine


def raised(base: str, marker: str) -> str:
    return f"{base}{UP}{marker}{DOWN}"


def with_raised(one: Fragment, where: dict[tuple[int, int], tuple[str, str]]) -> Fragment:
    cells = [replace(c, shown=raised(*where[c.row, c.column]) if (c.row, c.column) in where else "") for c in one.cells]
    return replace(one, cells=cells)


def table(grid: list[list[str]], where: dict[tuple[int, int], tuple[str, str]], notes: list[str]) -> SoeTable:
    below = [TextLine(text, 400 + 10 * k, 408 + 10 * k, 8) for k, text in enumerate(notes)]
    return assemble_tables([with_raised(fragment(grid, below=below), where)], {})[0]


GRID = [
    ["Procedure", "Screening", "Week 22", "Day 85"],
    ["Informed consenta", "X", "", ""],
    ["Vital signs", "X", "X", "Xa"],
    ["Weight", "X", "X7", "X"],
]


def test_raised_markers_leave_the_grid() -> None:
    found = table(GRID, {(0, 2): ("Week 2", "2"), (3, 2): ("X", "7")}, ["2. Only fasting.", "7. Twice."])
    assert found.grid[0] == ["Procedure", "Screening", "Week 2", "Day 85"]
    assert found.grid[3][2] == "X"
    cell = next(c for c in found.cells if (c.row, c.column) == (0, 2))
    assert cell.markers == ["2"]
    assert [(run.text, run.raised) for run in cell.runs] == [("Week 2", False), ("2", True)]
    assert not cell.marker_guess
    read = read_schedule(found)
    assert [c.used for c in read.conditions if c.marker == "2"] == [[(None, 1)]]


def test_markers_of_one_size_are_guesses_where_a_note_bears_them() -> None:
    grid = [row.copy() for row in GRID] + [["Consent, informed consent", "X", "", ""]]
    found = table(grid, {}, ["a. Only fasting."])
    guessed = [(c.row, c.text, c.markers) for c in found.cells if c.marker_guess]
    assert guessed == [(1, "Informed consent", ["a"]), (2, "X", ["a"])]
    assert found.grid[1][0] == "Informed consent"
    assert found.grid[0][2] == "Week 22"  # figures of a header are never guessed to be markers


def test_markers_in_square_brackets_that_a_note_bears_are_no_guess() -> None:
    grid = [[text.replace("consenta", "consent [a]").replace("Xa", "X[a]") for text in row] for row in GRID]
    found = table(grid, {}, ["[a] Only fasting."])
    bracketed = [(c.row, c.text, c.markers, c.marker_guess) for c in found.cells if c.markers]
    assert bracketed == [(1, "Informed consent", ["a"], False), (2, "X", ["a"], False)]


def test_a_line_in_square_brackets_as_a_cell_ends_is_a_note_behind_a_key() -> None:
    grid = [[text.replace("consenta", "consent[1]") for text in row] for row in GRID]
    found = table(grid, {}, ["(X) = where it can be done", "[1] CKD-EPI of 2021."])
    assert [(note.marker, note.text) for note in found.footnotes] == [
        ("", "(X) = where it can be done"),
        ("1", "CKD-EPI of 2021."),
    ]
    assert [(c.text, c.markers) for c in found.cells if c.markers][:1] == [("Informed consent", ["1"])]


def test_nothing_is_guessed_of_a_marker_that_is_raised_elsewhere() -> None:
    grid = [row.copy() for row in GRID] + [["Consent, informed consent", "X", "", ""]]
    found = table(grid, {(3, 0): ("Weight", "a")}, ["a. Only fasting."])
    assert found.grid[1][0] == "Informed consenta"
    assert found.grid[2][3] == "X", "behind a mark it can be nothing else"


@pytest.mark.parametrize(
    ("text", "bare", "markers"),
    [
        ("Screening* (days)", "Screening (days)", ["*"]),
        ("End of treatment ‡", "End of treatment", ["‡"]),
        ("- §", "-", ["§"]),
        ("X *,†", "X", ["*", "†"]),
        ("Weight**", "Weight", ["**"]),
        ("Scan §§, ††", "Scan", ["§§", "††"]),
        ("x" + "*" * 5000 + "y", "x" + "*" * 5000 + "y", []),
        ("5 * 3 mg", "5 * 3 mg", []),
        ("sample #6", "sample #6", []),
        ("Blood count①", "Blood count", ["①"]),
        ("① blood ② urine", "① blood ② urine", []),
        ("*", "*", []),
    ],
)
def test_signs_of_notes_in_print_of_the_usual_size(text: str, bare: str, markers: list[str]) -> None:
    assert part_signs(text, frozenset({"*", "**", "†", "‡", "§", "#"})) == (bare, markers)


def test_signs_beside_raised_markers_are_markers_too() -> None:
    grid = [row.copy() for row in GRID]
    grid[0][1] = "Screening*"
    found = table(grid, {(3, 0): ("Weight", "a")}, ["a. Only fasting.", "* Again if needed."])
    assert found.grid[0][1] == "Screening"
    assert next(c.markers for c in found.cells if (c.row, c.column) == (0, 1)) == ["*"]


Names = list[tuple[str, list[str]]]  # of activities: the text that was read, and the raised figures behind it


def numbered(*names: tuple[str, list[str]], notes: int = 30) -> Names:
    """Texts and markers of a picture's names once figures are settled; notes are numbered from 1."""
    cells = [Cell(row=0, column=0, text="Procedure"), Cell(row=0, column=1, text="Day 1")]
    for row, (text, markers) in enumerate(names, 1):
        runs = [Run(text=text), *(Run(text=marker, raised=True) for marker in markers)]
        cells.append(Cell(row=row, column=0, text=text, markers=list(markers), runs=runs if markers else []))
    grid = [["Procedure", "Day 1"], *([text, "X"] for text, _ in names)]
    one = Joined(1, grid, [1] * len(grid), cells)
    settle_figures([Footnote(marker=str(k), text="At rest.") for k in range(1, notes + 1)], one)
    assert [row[0] for row in one.grid[1:]] == [cell.text for cell in cells[2:]]
    assert all(
        cell.marker_guess for cell, (_, markers) in zip(cells[2:], names, strict=True) if cell.markers != markers
    )
    return [(cell.text, cell.markers) for cell in cells[2:]]


def test_a_number_of_which_half_was_read_as_part_of_the_word() -> None:
    assert numbered(("Study Treatment2", ["1"]), ("Axitinib", ["22"])) == [
        ("Study Treatment", ["21"]),
        ("Axitinib", ["22"]),
    ]
    assert numbered(("Visit2", ["1"])) == [("Visit2", ["1"])], "a visit's number"
    assert numbered(("Treatment2", ["1"]), notes=9) == [("Treatment2", ["1"])], "there is no note 21"
    assert numbered(("Dose of CYP3", ["1"])) == [("Dose of CYP3", ["1"])], "capitals and figures are names"


def test_figures_behind_a_word_that_hang_nowhere_else_are_a_marker() -> None:
    assert numbered(("Drug18 (Arm A only)", []), ("Tablets18 (Arm B only)", [])) == [
        ("Drug (Arm A only)", ["18"]),
        ("Tablets (Arm B only)", ["18"]),
    ]
    assert numbered(("Inflammatory Markers14,", ["15"]))[0] == ("Inflammatory Markers", ["14", "15"])
    assert numbered(("Drug18", []), ("ECG", ["18"]))[0] == ("Drug18", []), "note 18 hangs already"
    assert numbered(("Screening1", []), ("Screening2", []))[0] == ("Screening1", []), "two of one name"
    assert numbered(("Week4", []))[0] == ("Week4", [])


def test_figures_behind_capitals_must_stand_in_turn() -> None:
    names = [("Weight", ["5"]), ("ICF6; Demography", []), ("ECG", ["7"])]
    assert numbered(*names)[1] == ("ICF; Demography", ["6"])
    assert numbered(("Weight", ["15"]), ("PHQ9", []), ("ECG", ["16"]))[1] == ("PHQ9", [])


def test_a_marker_out_of_turn_lost_a_figure() -> None:
    names = [("A test", ["23"]), ("B test", ["4"]), ("C test", ["2", "5"]), ("D test", ["26"])]
    assert [markers for _, markers in numbered(*names)] == [["23"], ["24"], ["25"], ["26"]]
    names = [("A test", ["23"]), ("B test", ["4"]), ("C test", ["24"]), ("D test", ["26"])]
    assert numbered(*names)[1][1] == ["4"], "24 hangs already: the fourth note may be meant twice"


def test_letters_of_a_picture_that_stand_by_themselves() -> None:
    names = ["Demography ª Appendix 3", "Pregnancy test b (9.4)", "Questionnaire (CoEQ)d9.1", "Vitamin c", "Vitamin e"]
    cells = [Cell(row=row, column=0, text=text) for row, text in enumerate(["Procedure", *names, "Labs"])]
    cells[-1].markers = ["c"]
    one = Joined(1, [[cell.text] for cell in cells], [1] * len(cells), cells)
    settle_figures([Footnote(marker=marker, text="Women only.") for marker in "abcd"], one)
    assert [(cell.text, cell.markers) for cell in cells[1:]] == [
        ("Demography Appendix 3", ["a"]),
        ("Pregnancy test (9.4)", ["b"]),
        ("Questionnaire (CoEQ) 9.1", ["d"]),
        ("Vitamin c", []),  # its note hangs elsewhere
        ("Vitamin e", []),
        ("Labs", ["c"]),
    ]


def test_signs_with_a_comma_between_them_where_others_are_raised() -> None:
    cells = [
        Cell(row=0, column=0, text="Procedure"),
        Cell(row=1, column=0, text="Labs*"),
        Cell(row=2, column=0, text=""),
    ]
    cells[1].runs = [Run(text="Labs"), Run(text="*", raised=True)]
    cells[2].text = "Forms*, **"
    cells[2].runs = [Run(text="Forms*"), Run(text=",", raised=True), Run(text=" **")]
    one = Joined(1, [[cell.text] for cell in cells], [1] * 3, cells)
    read_markers(one, [Footnote(marker="*", text="Main part."), Footnote(marker="**", text="Second part.")])
    assert [(cell.text, cell.markers) for cell in cells[1:]] == [("Labs", ["*"]), ("Forms", ["*", "**"])]


def test_letters_in_square_brackets_hang_wherever_they_stand_and_whatever_is_raised() -> None:
    known = frozenset("cik")
    assert within_brackets("Chest CT [i] (Arm B only)", known) == ("Chest CT (Arm B only)", ["i"])
    assert within_brackets("Plasma samples [c, k]", known) == ("Plasma samples", ["c", "k"])
    assert within_brackets("Plasma samples [c], [k] (Arm B only)", known) == ("Plasma samples (Arm B only)", ["c", "k"])
    assert within_brackets("Survival (see [c])", known) == ("Survival (see [c])", ["c"])
    for text in ("Dose [x] (mg)", "[c] alone", "Weight [kg]", "Visit [12]"):
        assert within_brackets(text, known) == (text, [])


def test_a_letter_glued_to_a_word_is_its_notes_marker_by_guess() -> None:
    """ "Bloodsampleb" is no word, and neither is what it has in front of its b; "blooda" is blood with an a."""
    grid = [["Procedure", "Day 1"], ["PK blooda", "X"], ["Vital signsb", "X"], ["Zzqrtb", "X"], ["Serum", "X"]]
    found = table(grid, {}, ["a. Before the dose.", "b. Sitting."])
    assert [(c.text, c.markers) for c in found.cells if c.marker_guess] == [("PK blood", ["a"]), ("Vital signs", ["b"])]
    raised_ones = table(grid, {(4, 0): ("Serum", "a")}, ["a. Before the dose.", "b. Sitting."])
    assert [c.text for c in raised_ones.cells if c.marker_guess] == ["Vital signs"]


def test_a_figure_glued_to_a_panel_is_its_notes_marker() -> None:
    grid = [["Procedure", "Day 1"], ["Chemistry panel2", "X"], ["Panel 1", "X"], ["Visit1", "X"]]
    found = table(grid, {}, ["1. Twice.", "2. Central laboratory."])
    assert [(row[0], c.markers) for row, c in zip(found.grid, found.cells[::2], strict=True)] == [
        ("Procedure", []),
        ("Chemistry panel", ["2"]),
        ("Panel 1", []),
        ("Visit1", []),
    ]


def test_signs_that_few_tables_use_hang_the_notes_that_begin_with_them() -> None:
    grid = [["Procedure", "Day 1", "Follow-up Δ"], ["CT scan", "X √", "X √"], ["Diary ◆", "X", "X ☎"]]
    notes = ["Δ For two years.", "√ Every eight weeks, whether treatment goes on or not.", "◆ At home."]
    found = table(grid, {}, notes)
    assert found.grid == [
        ["Procedure", "Day 1", "Follow-up"],
        ["CT scan", "X", "X"],
        ["Diary", "X", "X ☎"],  # no note says what it means
    ]
    assert [(note.marker, note.text.split()[0]) for note in found.footnotes] == [
        ("Δ", "For"),
        ("√", "Every"),
        ("◆", "At"),
    ]


def test_a_sign_that_begins_several_notes_hangs_none() -> None:
    cells = [Cell(row=1, column=0, text="Diary ◆")]
    joined = Joined(1, [["Procedure"], ["Diary ◆"]], [1, 1], cells)
    notes = [Footnote(marker="", text=text, page=1) for text in ("◆ At home.", "Once. ◆ Twice.")]
    read_markers(joined, notes)
    assert ([note.marker for note in notes], cells[0].text) == (["", ""], "Diary ◆")
