"""Notes of pages that are pictures: OCR misses and misreads the small markers in cells, and joins those of notes."""

from __future__ import annotations

import pytest
from toy_fragments import BODY, HEADER, fragment, lines

from soesift.detect.assemble import assemble_tables
from soesift.document.raised import DOWN, UP
from soesift.join.footnotes import read_footnotes, split_legends
from soesift.join.fragment import Fragment
from soesift.join.note_series import PICTURE, Expected
from soesift.result.models import Footnote
from soesift.table.context import TextLine

LETTERS = ("a Before dosing.", "b At rest.", "c Women only.", "d If needed.", "e By telephone.")


def found(printed: list[TextLine], used: str = "", *, partial: bool = True) -> list[tuple[str, str]]:
    expected = Expected(frozenset(used.split()), partial=partial)
    return [(n.marker, n.text) for n in read_footnotes(printed, 7, expected, settings=PICTURE)]


def markers(printed: list[TextLine], used: str = "", *, partial: bool = True) -> str:
    return " ".join(marker or "_" for marker, _ in found(printed, used, partial=partial))


def test_notes_vouch_for_one_another_where_few_markers_of_cells_were_read() -> None:
    assert markers(lines(*LETTERS), "d 4 nn") == "a b c d e"
    assert markers(lines(*LETTERS), "d 4 nn", partial=False) != "a b c d e", "cells of a text are surely read"


def test_a_list_within_a_note_of_a_picture_is_part_of_it() -> None:
    printed = lines("c. If one holds:", "i. low pressure", "ii. high pulse", "d. Women only")
    assert found(printed, "c") == [("c", "If one holds: i. low pressure ii. high pulse"), ("d", "Women only")]
    printed = lines("a. All visits:", "1. Consent is given", "2. Drug is there", "b. Women only", "c. At rest")
    assert markers(printed, "b 1") == "a b c"


def test_a_series_of_letters_goes_its_way_behind_a_stray_figure() -> None:
    assert markers(lines("1 Visit", "b At rest.", "d If needed.", "e Once."), "1") == "1 b d e"


def test_the_first_markers_were_not_read() -> None:
    assert markers(lines("ECG = recording.", "b At rest.", "d If needed.", "e Once."), "k") == "_ b d e"


def test_the_number_of_a_table_is_no_legend() -> None:
    note = Footnote(marker="", text="Table 1: Schedule of visits", page=1)
    assert split_legends([note], Expected(frozenset("1"))) == [note]


def test_a_marker_that_was_not_read_ends_no_series() -> None:
    assert markers(lines("a Before dosing.", "b At rest.", "d If needed.", "e By telephone."), "k") == "a b d e"
    assert markers(lines("a Before dosing.", "b At rest.", "x Only a letter."), "k") == "a b"


@pytest.mark.parametrize("line", ["bECG at rest.", "b only at rest.", "bAt rest.", "b. At rest.", "(b) at rest."])
def test_a_marker_joined_to_its_note_or_before_a_small_letter(line: str) -> None:
    assert markers(lines("a Before dosing.", line, "c Women only."), "c") == "a b c"


def test_a_line_that_goes_on_opens_no_note() -> None:
    assert markers(lines("1 Before dosing and", "2 hours after it.", "2 At rest."), "9") == "1 2"
    assert markers(lines("1 Before dosing, at least", "2 hours.", "3 Women only."), "3") == "1 3"


def test_figures_that_were_read_for_letters() -> None:
    assert markers(lines("k Before dosing.", "1 At rest.", "m Women only.", "n Once.", "0 Twice."), "k") == "k l m n o"
    assert markers(lines("l Before dosing.", "2 At rest.", "3 Women only."), "2") == "1 2 3"


def test_capitals_that_were_read_for_small_letters() -> None:
    printed = lines("n. Before dosing.", "O. At rest.", "p. Women only.", "r. Once.", "S. Twice.", "t. At home.")
    assert markers(printed, "n") == "n o p r s t"


def test_a_marker_that_juts_out_needs_no_ended_line_before_it() -> None:
    printed = lines("u. At rest, in", "a quiet room 2", "V. Women only.", "W. Once.", "x. Twice.")
    printed[1].left += 12
    assert markers(printed, "u") == "u v w x"


def test_a_marker_alone_on_its_line_takes_its_turn() -> None:
    printed = lines("a. Before dosing.", "b.", "C. Women only.", "d.", "if needed.", "e. Once.")
    assert found(printed, "C e")[1:] == [("c", "Women only."), ("d", "if needed."), ("e", "Once.")], "b says nothing"
    assert markers(lines("1. Before dosing.", "2", "Sponsor"), "1") == "1", "a page's number"


def test_a_note_whose_marker_was_not_read_is_parted_and_stays_without() -> None:
    printed = lines("b Before dosing.", "At rest.", "d Women only.", "All of them.", "e Once.")
    for line, left, indent in zip(printed, (72, 86, 72, 86, 72), (86, 110, 86, 110, 86), strict=True):
        line.left, line.indent = left, indent
    noted = [("b", "Before dosing."), ("", "At rest."), ("d", "Women only. All of them."), ("e", "Once.")]
    assert found(printed, "b") == noted
    printed.insert(2, TextLine("Or fasting.", 316, 324, 8.0, left=86, indent=110))
    assert found(printed, "b")[0] == ("b", "Before dosing. At rest. Or fasting."), "one is lacking, two might be it"


def test_a_sign_read_where_one_marker_of_the_series_is_left() -> None:
    printed = lines("e Before dosing", "✓ At rest.", "g Women only.")
    for line in printed:
        line.left, line.indent = 72, 86
    assert found(printed, "e")[1:2] == [("f", "At rest.")]
    printed[1].indent = 80
    assert markers(printed, "e") == "e g", "its text hangs elsewhere"


def test_notes_of_a_picture_go_on_below_a_running_head() -> None:
    under, after = lines("m At rest.", "n If needed."), lines("Sponsor, Study", "O. By telephone.", "p. At home.")
    tables = assemble_tables([_marked(["image_only"], under)], {2: after})
    assert [(n.marker, n.text) for n in tables[0].footnotes[1:3]] == [("n", "If needed."), ("o", "By telephone.")]


def test_lines_of_a_picture_differ_in_height() -> None:
    printed = lines("a Before dosing.", "b At rest, in a", "(quiet) room.", "c Women only.")
    printed[2].size = 10.4  # brackets and raised letters are higher than other print
    assert found(printed, "c")[1:] == [("b", "At rest, in a (quiet) room."), ("c", "Women only.")]


@pytest.mark.parametrize(("flags", "all_"), [(["image_only"], True), ([], False)])
def test_the_notes_of_a_table_whose_cells_are_a_picture(flags: list[str], all_: bool) -> None:
    printed = lines("Notes:", *LETTERS)
    tables = assemble_tables([_marked(flags, printed)], {})
    assert ([n.marker for n in tables[0].footnotes if n.marker] == list("abcde")) is all_


def test_a_page_of_notes_behind_a_picture_is_read_though_all_read_markers_are_explained() -> None:
    under, after = lines("a Before dosing.", "d If needed."), lines("e By telephone.", "f At home.", "g Once.")
    tables = assemble_tables([_marked(["image_only"], under)], {2: after})
    assert [n.marker for n in tables[0].footnotes] == ["a", "d", "e", "f", "g"]


def _marked(flags: list[str], below: list[TextLine]) -> Fragment:
    table = fragment([*HEADER, *BODY], flags=flags, below=below)
    cell = next(c for c in table.cells if c.text == "ECG")
    cell.shown, cell.text = f"ECG{UP}d{DOWN}", "ECGd"
    return table
