"""The second witness: each planted error raises a doubt where it stands, and a clean table raises none."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift.result.models import Cell, Footnote, Run, SoeTable
from soesift.witness import examine
from soesift.witness.pictures import Ink, ink_doubts
from soesift.witness.settings import WitnessSettings
from toy_table import made_table

HEADER = [["Procedure", "Screening", "Treatment", "Treatment", "Follow-up"], ["Day", "-28", "1", "15", "43"]]
BODY = [
    ["Informed consent", "X", "", "", ""],
    ["Physical examination", "X", "X", "X", "X"],
    ["Vital signs", "X", "X", "X", "X"],
    ["Haematology", "X", "", "X", "X"],
    ["Adverse events", "", "X", "X", "X"],
]


def table(
    header: list[list[str]] = HEADER,
    body: list[list[str]] = BODY,
    notes: dict[str, str] | None = None,
    markers: dict[tuple[int, int], list[str]] | None = None,
    title: str = "Schedule of Activities",
) -> SoeTable:
    grid = [list(row) for row in [*header, *body]]
    cells = [
        Cell(row=r, column=c, text=text, markers=(markers or {}).get((r, c), []))
        for r, row in enumerate(grid)
        for c, text in enumerate(row)
    ]
    return made_table(grid, cells, list((notes or {}).items()), title=title, header_rows=len(header))


def said(one: SoeTable) -> list[str]:
    examine([one])
    parts = [doubt.why for part in (*one.cells, *one.footnotes) for doubt in part.doubt]
    return parts + [doubt.why for doubt in one.doubt]


def cell_at(one: SoeTable, row: int, column: int) -> Cell:
    return next(cell for cell in one.cells if (cell.row, cell.column) == (row, column))


def test_a_clean_table_raises_no_doubt() -> None:
    assert said(table(notes={"a": "Only if indicated."}, markers={(3, 0): ["a"]})) == []


@pytest.mark.parametrize("row", [["Window (days)", "", "-1/+2", "+7", "±3"], ["Visit window", "±1", "±2", "±2", "±7"]])
def test_a_header_that_ends_too_early_makes_every_header_doubtful(row: list[str]) -> None:
    one = table(body=[row, *BODY])
    said(one)
    assert all(cell_at(one, 1, column).doubt for column in range(5))
    assert cell_at(one, 2, 0).doubt
    assert not cell_at(one, 4, 1).doubt


def test_a_header_that_ends_too_late() -> None:
    assert any("holds marks" in why for why in said(table(header=[*HEADER, BODY[1]], body=BODY[2:])))


def test_a_title_row_in_the_header() -> None:
    assert any("may be a title" in why for why in said(table(header=[["Table 3: Schedule"] * 5, *HEADER])))


def test_a_column_without_a_header_and_one_that_cannot_be_told_apart() -> None:
    bare = [[*row[:4], ""] for row in HEADER]
    assert any("no header" in why for why in said(table(header=bare)))
    twins = [[*row[:3], row[2], row[4]] for row in HEADER]
    assert any("same header" in why for why in said(table(header=twins)))


def test_rows_cut_or_fused() -> None:
    cut = [["Clinical chemistry (including", "X", "", "", ""], ["liver panel)", "", "X", "X", "X"]]
    whys = said(table(body=[*BODY, *cut]))
    assert any("begins in the middle" in why for why in whys)
    assert any("seems to go on here" in why for why in whys)
    fused = table(body=[*BODY, ["ECG", "X X", "X", "", ""]])
    said(fused)
    assert cell_at(fused, 7, 1).doubt
    assert any("no name" in why for why in said(table(body=[*BODY, ["", "X", "X", "", ""]])))


def test_a_header_printed_again_in_the_body() -> None:
    assert any("repeats a header row" in why for why in said(table(body=[*BODY, HEADER[0]])))


def test_notes_lost_cut_and_hanging_on_nothing() -> None:
    notes = {"a": "Only if indicated.", "c": "In women of childbearing potential."}
    one = table(notes=notes, markers={(3, 0): ["a"], (4, 0): ["b"]})
    whys = said(one)
    assert any(why.startswith("Marker b has no footnote") for why in whys)
    assert [doubt.marker for doubt in one.doubt] == ["b"]
    assert one.footnotes[1].doubt[0].why == "Note c hangs on nothing."
    ended = dict.fromkeys("abcd", "A sentence that ends as it should, with a stop.")
    cut = table(
        notes=ended | {"e": "A sentence that was cut somewhere in its middle and"}, markers={(3, 0): list("abcde")}
    )
    said(cut)
    assert [bool(note.doubt) for note in cut.footnotes] == [False] * 4 + [True]


def test_words_that_lost_a_space_or_took_a_marker_in() -> None:
    one = table(body=[*BODY, ["Physicalexamination", "X", "", "", ""], ["physical", "X", "", "", ""]])
    said(one)
    assert cell_at(one, 7, 0).doubt
    one = table(body=[*BODY, ["Haematologyb", "X", "", "", ""]], notes={"b": "If indicated."}, markers={(3, 0): ["b"]})
    said(one)
    assert cell_at(one, 7, 0).doubt
    one = table(body=[*BODY, ["Weekly thereafter", "X", "", "", ""], ["Weight there, after", "X", "", "", ""]])
    said(one)
    assert not cell_at(one, 7, 0).doubt  # a word, though the table has its halves


def test_a_second_look_takes_the_place_of_the_first() -> None:
    one = table(body=[*BODY, ["", "X", "X", "", ""]])
    first = said(one)
    assert said(one) == first


def test_a_line_through_an_empty_cell_may_be_an_arrow() -> None:
    one = table()
    inks = {index: Ink(0, 0, crossed=True) for index in range(len(one.cells))}
    found = [one.cells[index] for index, doubt in ink_doubts(one, inks, WitnessSettings()) if "arrow" in doubt.why]
    assert [(cell.row, cell.column) for cell in found] == [(2, 2), (2, 3), (2, 4), (5, 2), (6, 1)]


def test_ink_without_text_and_text_without_ink(detected: tuple[SoeTable, Path]) -> None:
    """A mark taken out of the grid is seen in the picture; one put in is not."""
    one, path = detected[0].model_copy(deep=True), detected[1]
    body = [c for c in one.cells if c.row >= one.header_rows and c.column > 0 and c.column_span == 1]
    marked = [cell for cell in body if cell.text == "X"][:3]
    empty = [cell for cell in body if not cell.printed]
    empty = [cell for cell in empty if cell.bbox is not None][:3]
    assert len(marked) == len(empty) == 3
    for cell in marked:
        cell.text, cell.markers, cell.runs = "", [], []
    for cell in empty:
        cell.text = "Every day at home"
    examine([one], path)
    assert all(any(doubt.kind == "ink" for doubt in cell.doubt) for cell in marked)
    assert all(any(doubt.kind == "no_ink" for doubt in cell.doubt) for cell in empty)


def test_right_cells_of_made_up_tables_are_hardly_ever_doubted(detected: tuple[SoeTable, Path]) -> None:
    one = detected[0].model_copy(deep=True)
    examine([one], detected[1])
    doubted = sum(bool(cell.doubt) for cell in one.cells)
    assert doubted <= 0.03 * len(one.cells)


def test_rows_that_stand_on_several_pages_make_the_header_doubtful() -> None:
    again = ["Fasting visit", "X", "", "X", ""]
    one = table(body=[again, *BODY[:3], again, *BODY[3:]])
    one.row_pages = [1] * 6 + [2] * 3
    said(one)
    assert cell_at(one, 2, 0).doubt
    assert cell_at(one, 6, 0).doubt
    assert all(cell_at(one, 1, column).doubt for column in range(5))


def test_a_very_narrow_column_and_what_stands_in_it() -> None:
    one = table()
    lefts = [50, 200, 260, 264, 324, 384]
    for cell in one.cells:
        cell.bbox = (lefts[cell.column], 100, lefts[cell.column + 1], 120)
    said(one)
    assert cell_at(one, 1, 2).doubt
    assert cell_at(one, 3, 2).doubt
    assert not cell_at(one, 3, 3).doubt


def test_letters_of_a_legend_are_no_series_with_gaps() -> None:
    one = table(notes={"X": "done", "P": "by phone"}, markers={(3, 1): ["X", "P"]})
    assert not any("missing in the series" in why for why in said(one))


def test_a_note_that_may_have_taken_in_the_next_one() -> None:
    one = table(notes={"a": "Fasting; see Section 8. 5 mL are drawn."}, markers={(3, 0): ["a"], (4, 0): ["b"]})
    assert any("taken it in" in why for why in said(one))
    listed = "Fasting. AE = adverse event; ECG = electrocardiogram; ET = early termination."
    assert any("abbreviations" in why for why in said(table(notes={"a": listed}, markers={(3, 0): ["a"]})))
    assert any("its marker" in why for why in said(table(notes={"": "a 5 mL of blood are drawn."})))
    assert said(table(notes={"": "A visit may be done by telephone."})) == []


def test_headers_read_as_one_or_torn() -> None:
    one = table(header=[["Visit", "Week 0 Week 2 Week 4", "Day", "-28 to", "-1"]])
    whys = said(one)
    assert any("several times" in why for why in whys)
    assert any("next column" in why for why in whys)
    assert not any(
        "several times" in why for why in said(table(header=[["Visit", "Week 2 to Week 4", "V1", "V2", "V3"]]))
    )


def test_columns_told_by_white_space_are_said_to_be() -> None:
    one = table()
    one.flags.append("borderless")
    said(one)
    assert [doubt.kind for doubt in one.doubt] == ["columns"]


def test_marks_that_tell_of_visits_and_dashes_raise_no_doubt_in_the_header() -> None:
    fasting = [*HEADER, ["Fasting visit", "X", "", "X", "X"]]
    dashes = [["Days since the dose", "-", "-", "0", "28"]]
    assert said(table(header=fasting)) == []
    assert said(table(header=[*HEADER, *dashes])) == []


def test_a_header_row_that_is_named_like_an_activity_is_doubted() -> None:
    consent = ["Informed consent", "Before any procedure", "", "", ""]
    one = table(header=[*HEADER, consent])
    assert any("named like an activity" in why for why in said(one))
    assert cell_at(one, len(HEADER), 0).doubt


def test_a_number_out_of_turn_is_doubted_and_numbers_of_cycles_are_not() -> None:
    def days(*numbers: str) -> list[str]:
        header = [["Day", *numbers]]
        return said(table(header=header, body=[[name, *["X"] * len(numbers)] for name in ("ECG", "Weight", "Height")]))

    assert any("out of turn" in why for why in days("1", "8", "5", "22", "29"))
    assert not any("out of turn" in why for why in days("1", "8", "15", "22", "29"))
    assert not any("out of turn" in why for why in days("1", "8", "15", "1", "8", "15", "1"))


def test_headings_that_only_their_place_gives_to_columns_are_doubted() -> None:
    header = [["", "", "Treatment", "", ""], ["Visit", "Screening", "Day 1", "Day 8", "Day 15"]]
    one = table(header=header)
    one.flags.append("borderless")
    assert any("No rule tells over which" in why for why in said(one))
    assert not any("No rule tells over which" in why for why in said(table(header=header)))


def test_rows_of_pages_with_few_rows_do_not_stand_on_several() -> None:
    one = table()
    one.row_pages = [1, 1, 1, 2, 3, 4, 5]
    assert not any("several pages" in why for why in said(one))


def test_figures_behind_words_that_are_markers_of_notes() -> None:
    body = [["Tumor biopsy2", "X", "", "", ""], ["Weight", "X", "X", "X", "X"], ["Visit2 forms; IL6", "X", "", "", ""]]
    one = table(body=body, notes={"2": "Once only."})
    examine([one])
    assert [cell.text for cell in one.cells if cell.doubt] == ["Tumor biopsy2"]
    marked = table(body=body, notes={"2": "Once only."}, markers={(3, 0): ["2"]})
    assert not any("biopsy2" in why for why in said(marked))  # the note hangs elsewhere, and print tells what is raised


@pytest.mark.parametrize("text", ["Hematolo gy", "Laborator y tests", "Posttreatme nt"])
def test_a_word_cut_by_a_narrow_cell_is_doubted(text: str) -> None:
    assert any("one word" in why for why in said(table(body=[[text, "X", "", "", ""], *BODY])))


def test_words_beside_one_another_are_no_cut_word() -> None:
    names = ["Visit s", "Vital signs y", "Tumor ed", "Pharmacokinetic sampling", "Hematology n"]
    assert not any("one word" in why for why in said(table(body=[[name, "X", "", "", ""] for name in names] + BODY)))


def test_arrows_in_a_heading_or_in_pieces_are_doubted_and_one_arrow_is_not() -> None:
    heading = ["SUBJECT RELATED", "→", "→", "→", ""]
    whole = ["Diary", "", "→", "→", "→"]
    wide = [["Procedure", *(f"Week {n}" for n in range(1, 9))]]
    pieces = ["Diary", "→", "", "→", "", "→", "→", "", ""]
    rows = [[row[0], *row[1:], *row[1:]] for row in BODY]
    assert sum("arrow" in why for why in said(table(body=[heading, *BODY]))) == 3
    assert not any("arrow" in why for why in said(table(body=[whole, *BODY])))
    assert sum("arrow" in why for why in said(table(header=wide, body=[pieces, *rows]))) == 4


def test_a_header_of_marks_or_of_numbers_alone_has_lost_a_row() -> None:
    lost = table(header=[["Procedure", "X", "", "X", ""]])
    assert sum("holds a mark and no time" in why for why in said(lost)) == 2
    numbers = table(header=[["Procedure", "1", "15", "29", "43"]])
    assert sum("what its numbers count" in why for why in said(numbers)) == 5
    assert not any("numbers count" in why for why in said(table(header=[["Week", "1", "15", "29", "43"]])))


def test_rows_fused_or_cut_in_two() -> None:
    one = table(body=[["Hospital record 8.6 X"] * 2 + ["", "", ""], *BODY])
    one.cells = [c for c in one.cells if (c.row, c.column) != (2, 1)]
    cell_at(one, 2, 0).column_span = 2
    examine([one])
    assert any("as one" in doubt.why for doubt in cell_at(one, 2, 0).doubt)
    cut = table(body=[["Blood for drug", "", "predose,", "", ""], ["concentration", "", "1 h", "", ""], *BODY])
    examine([cut])
    assert [bool(cell_at(cut, row, 0).doubt) for row in (2, 3, 4)] == [True, True, False]
    twice = table(body=[["Pregnancy test", "", "", "", ""], ["Pregnancy test", "X", "", "", ""], *BODY])
    examine([twice])
    assert all(cell_at(twice, row, 0).doubt for row in (2, 3))


def test_two_rows_of_a_name_alone_may_be_one_name() -> None:
    bare = [["Genetic samples", "", "", "", ""], ["evaluations", "", "", "", ""], ["Samples", "", "", "", ""]]
    one = table(body=[BODY[0], *bare[:2], *BODY[1:]])
    examine([one])
    assert [row for row in range(7) if any("as two" in d.why for d in cell_at(one, row, 0).doubt)] == [3, 4]
    for body in (
        [BODY[0], *bare, *BODY[1:]],
        [BODY[0], ["SAFETY", "", "", "", ""], bare[0], *BODY[1:]],
        [*BODY, bare[0]],
    ):
        assert not any("read as two" in why for why in said(table(body=body)))


def test_a_list_of_abbreviations_needs_no_stop_and_a_cut_note_is_doubted_alone() -> None:
    notes = [
        Footnote(marker="", text="BL = Baseline; D = Day; PD = Premature discontinuation; Wk = Week"),
        Footnote(marker="", text="Note: Samples are taken only if the participant has consented to it."),
        Footnote(marker="", text="Abbreviations: AE = adverse event; ECG = electrocardiogram, PK = kinetics; TE"),
        Footnote(marker="a", text="Only where it is indicated by the history."),
        Footnote(marker="b", text="Taken before the first dose on each day, and then"),
    ]
    notes += [
        Footnote(marker=m, text="Only where it is indicated by the history, and never at home.") for m in "cdefgh"
    ]
    one = table(markers={(3, 0): list("abcdefgh")})
    one.footnotes = notes
    examine([one])
    assert [bool(note.doubt) for note in one.footnotes] == [False, False, True, False, True, *[False] * 6]


@pytest.mark.parametrize(("text", "doubted"), [("11", False), ("1", False), ("12", True)])
def test_ones_in_a_low_row_are_as_high_as_a_rule(text: str, doubted: bool) -> None:
    """Their strokes look like drawn lines, and are no reason to say that nothing is printed."""
    one = table(header=[HEADER[0], ["Day", "-28", text, "15", "43"]], body=BODY * 3)
    inks = {index: Ink(10 * len(cell.text), 5) for index, cell in enumerate(one.cells)}
    place = next(index for index, cell in enumerate(one.cells) if cell.row == 1 and cell.column == 2)
    found = dict(ink_doubts(one, inks | {place: Ink(0, 0)}, WitnessSettings()))
    assert (place in found) == doubted


def test_rows_of_samples_that_are_all_times_are_no_part_of_the_header() -> None:
    header = [["Cycle", "Day", "Time (hours)", "Sample", "Kinetics"]]
    body = [[str(cycle), "1", "Predose/0 h", str(cycle), str(100 + cycle)] for cycle in range(1, 9)]
    assert not any("header may go on" in why for why in said(table(header, body)))
    assert any("header may go on" in why for why in said(table(header, [["Window", "±1", "±2", "±2", "±7"], *BODY])))


def test_figures_behind_words_where_none_is_raised() -> None:
    """Another cell bears the marker: where all are of the text's size, it may stand here, too."""
    body = [["Chemistry screen2", "X", "", "", ""], *BODY]
    one = table(body=body, notes={"2": "Central laboratory."}, markers={(4, 0): ["2"]})
    cell_at(one, 4, 0).marker_guess = True
    assert "“screen2” may end in footnote marker 2." in said(one)
    cell_at(one, 4, 0).runs = [Run(text="Vital signs"), Run(text="2", raised=True)]
    assert "“screen2” may end in footnote marker 2." not in said(one)


@pytest.mark.parametrize("rows", [3, 2])
def test_all_of_a_column_that_holds_two_marks_in_many_cells(rows: int) -> None:
    body = [[*row[:2], "X X" if k < rows else row[2], *row[3:]] for k, row in enumerate(BODY)]
    one = table(body=body)
    said(one)
    doubted = [row for row in range(1, 7) if any("Several cells" in d.why for d in cell_at(one, row, 2).doubt)]
    assert doubted == ([1, 2, 3, 4, 6] if rows == 3 else [])  # one is empty


def test_a_row_at_an_even_cut_of_the_header_is_doubted_and_so_is_its_table() -> None:
    one = table(body=[["Seen by", "Nurse", "", "Doctor", "Doctor"], *BODY])
    said(one)
    heads = one.header_rows
    assert [doubt.why for doubt in cell_at(one, heads, 0).doubt] == ["This row may be a row of the header."]
    assert any("nearly even" in doubt.why for doubt in one.doubt)
    assert not any(cell_at(one, heads - 1, column).doubt for column in range(1, 5))


def test_a_column_of_few_signs_without_a_header_and_an_arrow_alone_are_doubted_where_nothing_parts_columns() -> None:
    arrow = ["Diary", "", "→", "", ""]
    lone = table([["Visit", "V1", "", "V2", "V3"]], [["ECG", "X", "X", "X", ""], ["Weight", "X", "", "X", "X"], arrow])
    assert not any("signs alone" in why or "this arrow" in why for why in said(lone))
    lone.flags = ["borderless"]
    said(lone)
    whys = [doubt.why for doubt in cell_at(lone, 1, 2).doubt]
    assert whys == ["A few signs alone made this column: they may belong to those beside it."]
    assert any(doubt.why.startswith("A few signs") for doubt in cell_at(lone, 0, 2).doubt)
    assert all(any("this arrow" in d.why for d in cell_at(lone, 3, column).doubt) for column in range(1, 5))
    assert not cell_at(lone, 1, 1).doubt
    assert not cell_at(lone, 2, 3).doubt
