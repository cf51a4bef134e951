"""Joining, function by function: each limit from both of its sides."""

from __future__ import annotations

import numpy as np
import pytest
from toy_fragments import BODY, HEADER, fragment, lines

from soesift.document.raised import UP
from soesift.join.far_notes import _sign_behind, is_alike, once_alike, settle_markers, settle_names
from soesift.join.flags import flags_of, is_transposed
from soesift.join.footnotes import goes_on, is_same_print, looks_like_footnotes, opens_note, read_footnotes, sends_on
from soesift.join.fragment import (
    Fragment,
    alike,
    columns_likeness,
    header_columns,
    header_likeness,
    names_likeness,
    same_columns,
    same_reading,
    shared_boundaries,
    slips_only,
)
from soesift.join.group import (
    PAIR_NAMES,
    begins,
    caption_relation,
    continues,
    group_fragments,
    has_own_header,
    is_reprint,
    is_rest,
    is_tile,
    lift_continuations,
    names_rows,
    pair_features,
    read_alike,
    repeats_header,
    supports,
)
from soesift.join.markers import guess_column, guess_markers, read_markers, short_texts, used_markers
from soesift.join.naming import is_sampling, population_of, title_line, title_of, track_of, types_of, without_continued
from soesift.join.note_rows import split_notes, take_note_rows
from soesift.join.note_series import Expected, split_marker, successors
from soesift.join.running import outermost, running_lines
from soesift.join.stack import (
    Joined,
    below,
    beside,
    cell_box,
    close_row,
    column_blocks,
    column_names_below,
    cut_row,
    fragment_cells,
    join_fragments,
    keep_rows,
    label_columns,
    laid_cells,
    lay_row,
    like,
    match_columns,
    matched_rows,
    moved,
    names_table,
    repeated_header,
    repeated_rows,
    reprint_votes,
    same_row,
    same_rows_below,
    settle_header_rows,
    stack_block,
    without_title,
)
from soesift.result.models import Cell, Footnote, Run, State
from soesift.table.context import TextLine

NONE: frozenset[str] = frozenset()


def printed(text: str, top: float, size: float = 8.0, shown: str = "") -> TextLine:
    return TextLine(text, top, top + size, size, shown)


def joined(grid: list[list[str]], head: int = 1) -> Joined:
    cells = [Cell(row=r, column=c, text=text) for r, row in enumerate(grid) for c, text in enumerate(row)]
    return Joined(head, [list(row) for row in grid], [1] * len(grid), cells)


# notes


@pytest.mark.parametrize(
    ("marker", "after"),
    [
        ("9", ("10",)),
        ("a", ("b",)),
        ("z", ("aa",)),
        ("Z", ("AA",)),
        ("A", ("B",)),
        ("aa", ("bb", "ab")),
        ("zz", ("zz", "zz")),
        ("az", ("zz", "az")),
        ("*", ("**",)),
        ("**", ("***",)),
        ("", ()),
        ("abc", ()),
        ("a1", ()),
    ],
)
def test_what_may_follow_a_marker(marker: str, after: tuple[str, ...]) -> None:
    assert successors(marker) == after


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a Only", ("a", "Only")),
        ("a. Only", ("a", "Only")),
        ("[a] on", None),
        ("[a] one", ("a", "one")),
        ("1 On", None),
        ("1 INTRO", None),
        ("1 ECG", ("1", "ECG")),
        ("it. Then", None),
        ("is Then", None),
        ("aOnly", ("a", "Only")),
        ("** Twice", ("**", "Twice")),
        ("a only", None),
        ("abc Only", None),
        ("12 Only", ("12", "Only")),
        ("123 Only", None),
    ],
)
def test_markers_at_the_beginning_of_a_line(text: str, wanted: tuple[str, str] | None) -> None:
    assert split_marker(text) == wanted


def test_pages_that_begin_with_notes() -> None:
    def notes(*texts: str) -> bool:
        return looks_like_footnotes(lines(*texts))

    assert notes("a Only if needed", "b Before dosing")
    assert not notes("a Only if needed", "Prose goes on", "and on")
    assert not notes("Prose stands first", "a Only if needed", "b Before dosing")
    assert notes("Prose stands first", "a Only if", "b Before it", "c After it", "d Never so")
    assert notes("Schedule of Activities (continued)", "a Only if needed", "b Before dosing")
    assert not notes("NOTES IN CAPITALS", "a Only if needed", "b Before dosing")
    assert not notes("1 Introduction ......... 4", "2 Methods ......... 5")
    assert notes("Abbreviations: AE = adverse event")
    assert not notes()
    assert not notes("Prose", *["more"] * 10, "x", "a Only if", "b Before it", "c After it", "d Never so")
    assert sends_on("Table continued on next page")
    assert not sends_on("Table continues")
    assert opens_note(printed("a Only if needed", 0))
    assert opens_note(printed("AE = adverse event", 0))
    assert opens_note(printed("only if needed", 0, shown=f"{UP}a\ufdd1only if needed"))
    assert not opens_note(printed("only if needed", 0))


def test_notes_go_on_over_the_page() -> None:
    last = Footnote(marker="c", text="A note that is", page=1)
    done = Footnote(marker="c", text="A note that is done.", page=1)

    def on(note: Footnote, *texts: str, used: str = "", size: float = 8.0, partial: bool = False) -> bool:
        expected = Expected(frozenset(used), partial=partial)
        return goes_on(lines(*texts), expected, note, size)

    assert on(last, "not finished")
    assert not on(last, "Not finished")
    assert not on(done, "not finished")
    assert on(done, "d Next note")
    assert not on(done, "e Next note")
    assert on(done, "e Next note", used="e")
    assert not on(done, "d Next note", size=8.8)
    assert on(done, "d Next note", size=8.6)
    assert not on(last, "6.1 Assessments", "d Next note")
    assert on(done, "• item of a list")
    assert on(Footnote(marker="c", text="These:", page=1), "Item of a list")
    assert on(done, "Something", "e Next note", used="e")
    assert not on(done, "Something", "d Next note")
    assert on(done, "d only if needed")
    assert not on(done, "Something", "d only if needed", used="f")
    assert on(done, "Protocol ABC version", "d Next note", partial=True, used="f")
    assert not on(done)
    assert is_same_print(printed("a", 0, 8.6), 8)
    assert not is_same_print(printed("a", 0, 8.7), 8)


def test_no_more_notes_than_a_table_may_have() -> None:
    many = [f"Note: number {number}" for number in range(130)]
    assert len(read_footnotes(lines(*many), 1)) == 120


def test_running_lines_come_again_at_one_height() -> None:
    def page(top: float, gap: float = 13.0, text: str = "Protocol ABC") -> list[TextLine]:
        return [printed(text, top), *(printed(f"text {k}", top + 8 + gap + 10 * k) for k in range(6))]

    assert len(running_lines({1: page(30), 2: page(31)})) == 2
    assert len(running_lines({1: page(30), 2: page(36)})) == 0
    assert len(running_lines({1: page(30, 12), 2: page(30, 12)})) == 0  # no gap below it
    assert len(running_lines({1: page(30, text="ABCDE"), 2: page(30, text="ABCDE")})) == 0
    assert len(running_lines({1: page(30)})) == 0
    assert len(running_lines({1: page(30, text="a Only if needed"), 2: page(30, text="a Only if needed")})) == 0
    assert [one.text for one in outermost(page(30))] == ["Protocol ABC"]


# in the frame


LONG = (
    "A text over the width that is longer than names of rows are, "
    "so that it is a note and no row of the table, and it says what is meant by that."
)


def test_long_texts_over_the_width_are_notes() -> None:
    assert len(LONG) > 140
    grid = [["Procedure", "Day 1", "Day 8"], ["ECG", "X", ""], [LONG] * 3, ["AE", "", "X"]]
    one = joined(grid)
    assert [note.text for note in take_note_rows(one)] == [LONG]
    assert [row[0] for row in one.grid] == ["Procedure", "ECG", "AE"]
    short = joined([grid[0], grid[1], [LONG[:140]] * 3, grid[3]])
    assert take_note_rows(short) == []
    narrow = joined([grid[0], grid[1], [LONG, LONG, ""], grid[3]])
    assert take_note_rows(narrow) == []
    head = joined([[LONG] * 3, grid[1]])
    assert take_note_rows(head) == []
    only = joined([grid[0], [LONG] * 3])
    assert take_note_rows(only) == []  # nothing would be left
    sent = joined([grid[0], grid[1], ["Table continued on next page"] * 3])
    assert take_note_rows(sent) == []
    assert len(sent.grid) == 2


@pytest.mark.parametrize(
    ("states", "text", "stays"),
    [
        (["shaded"], LONG, True),
        (["shaded"], f"Safety - Note: {LONG}", True),
        (["shaded"], f"Note: {LONG}", False),
        (["shaded"], f"a. {LONG}", False),
        ([], LONG, False),
    ],
)
def test_a_band_over_rows_may_say_more_than_their_name(states: list[State], text: str, stays: bool) -> None:
    """What is printed between the rows of a table on grey is the heading of those below, however long."""
    one = joined([["Procedure", "Day 1", "Day 8"], ["ECG", "X", ""], [text] * 3, ["AE", "", "X"]])
    one.cells = [Cell(row=2, column=0, column_span=3, text=text, states=states)]
    assert len(take_note_rows(one)) == int(not stays)
    assert [row[0] for row in one.grid] == ["Procedure", "ECG", *([text] if stays else []), "AE"]
    last = joined([["Procedure", "Day 1", "Day 8"], ["ECG", "X", ""], [text] * 3])
    last.cells = [Cell(row=2, column=0, column_span=3, text=text, states=states)]
    assert len(take_note_rows(last)) == 1  # nothing is below it


def test_a_key_with_notes_behind_it_is_the_last_row_of_the_frame() -> None:
    text = "Key: X required1At rest.2In some."
    runs = [Run(text="Key: X required"), Run(text="1", raised=True), Run(text="At rest."), Run(text="2", raised=True)]
    runs.append(Run(text="In some."))
    for used, notes in (("12", [("", "Key: X required"), ("1", "At rest."), ("2", "In some.")]), ("", [])):
        one = joined([["Procedure", "Day 1", "Day 8"], ["ECG", "X", ""], [text] * 3])
        one.cells = [Cell(row=2, column=0, column_span=3, text=text, runs=runs)]
        assert [(n.marker, n.text) for n in take_note_rows(one, Expected(frozenset(used)))] == notes
        assert len(one.grid) == 3 - bool(notes)


def notes_of(*texts: str, used: str = "", known: str = "") -> list[tuple[str, str]]:
    cells = [Cell(row=row, column=0, text=text, page=row) for row, text in enumerate(texts, 1)]
    return [(note.marker, note.text) for note in split_notes(cells, Expected(frozenset(used), set(known)))]


def test_notes_that_run_on_are_parted_at_markers_in_turn() -> None:
    assert notes_of("a. First note. b. Second note. c. Third note.") == [
        ("a", "First note."),
        ("b", "Second note."),
        ("c", "Third note."),
    ]
    skipped = [("a", "First note."), ("d", "Other note."), ("e", "Last.")]  # the cells know of no b and c
    assert notes_of("a. First note. d. Other note. e. Last.", used="ade") == skipped
    assert notes_of("a. First note. e. Last.", used="ade") == [("a", "First note. e. Last.")]
    assert notes_of("a. First note. d. Other note.") == [("a", "First note. d. Other note.")]
    assert notes_of("Head: a. First note.") == [("", "Head:"), ("a", "First note.")]
    assert notes_of("Just a text.") == [("", "Just a text.")]
    assert notes_of("d. First note. e. Second note.") == [("", "d. First note. e. Second note.")]
    assert notes_of("d. First note. e. Second note.", used="d") == [("d", "First note."), ("e", "Second note.")]
    assert notes_of("a. First note that b. is named in.") == [("a", "First note that b. is named in.")]
    assert notes_of("a. First note. b. Second.", known="b") == [("a", "First note. b. Second.")]
    assert notes_of("a. First note.", "d. Second note.", used="d") == [("a", "First note."), ("d", "Second note.")]
    assert notes_of("a. First note. Abbreviations: AE = adverse event") == [
        ("a", "First note."),
        ("", "Abbreviations: AE = adverse event"),
    ]
    pages = split_notes(
        [Cell(row=1, column=0, text="a. One.", page=4), Cell(row=2, column=0, text="b. Two.", page=5)], Expected()
    )
    assert [note.page for note in pages] == [4, 5]


def test_last_rows_may_be_short_notes() -> None:
    grid = [["Procedure", "Day 1", "Day 8"], ["ECG", "Xa", ""], ["a. Only if needed."] * 3, ["goes on"] * 3]
    one = joined(grid)
    assert [(n.marker, n.text) for n in take_note_rows(one, Expected(frozenset("a")))] == [
        ("a", "Only if needed. goes on")
    ]
    assert take_note_rows(joined(grid), Expected()) == []
    above = joined([*grid[:2], ["AE = adverse event"] * 3, grid[2]])
    assert [n.marker for n in take_note_rows(above, Expected(frozenset("a")))] == ["", "a"]
    group = joined([*grid[:2], ["Laboratory"] * 3, grid[2]])
    take_note_rows(group, Expected(frozenset("a")))
    assert [row[0] for row in group.grid] == ["Procedure", "ECG", "Laboratory"]


# markers


def test_markers_of_one_size_are_guessed_where_a_note_bears_them() -> None:
    known = frozenset({"a", "b", "1"})
    assert guess_markers("Xa", known, known, NONE) == ("X", ["a"])
    assert guess_markers("X a,b", known, known, NONE) == ("X", ["a", "b"])
    assert guess_markers("X 1", known, known, NONE) == ("X", ["1"])
    assert guess_markers("X2", known, known, NONE) == ("X2", [])
    assert guess_markers("Xc", known, known, NONE) == ("X", ["c"])  # right behind a mark
    assert guess_markers("X c", known, known, NONE) == ("X c", [])
    assert guess_markers("pre-dose, 2 h", frozenset("h"), frozenset("h"), NONE) == ("pre-dose, 2 h", [])
    assert guess_markers("Every 6 weeksa", known, known, NONE) == ("Every 6 weeks", ["a"])
    assert guess_markers("Grade 2a", known, known, NONE) == ("Grade 2a", [])
    assert guess_markers("ECG a", known, NONE, NONE) == ("ECG a", [])
    assert guess_markers("ECG a", known, known, NONE) == ("ECG", ["a"])
    assert guess_column("Week 1a", known, known, NONE) == ("Week 1", ["a"])
    assert guess_column("Visit 1", known, known, NONE) == ("Visit 1", [])
    assert guess_column("Screeningb", known, known, NONE) == ("Screening", ["b"])
    assert guess_column("Every 24 of those monthsb", known, known, NONE) == ("Every 24 of those monthsb", [])
    assert guess_column("Every 2 of those monthsb", known, known, NONE) == (
        "Every 2 of those months",
        ["b"],
    )
    assert guess_column("Week 4d", frozenset("d"), frozenset("d"), NONE) == ("Week 4d", [])
    assert guess_column("Week 1a", known, frozenset("1"), NONE) == ("Week 1a", [])
    assert short_texts(joined([["P", "Day"], ["A", "X"], ["B", "XYZ"], ["C", "PS"]])) == {"X", "PS"}
    one = joined([["a"]])
    one.cells[0].markers = ["b"]
    assert used_markers(one) == {"b"}


def test_signs_of_the_texts_own_size_are_markers() -> None:
    one = joined([["Procedure", "Day 1*"], ["ECG", "X"], ["Weight", "X*"], ["Urine", "X"]])
    one.cells[3].runs = [Run(text="X"), Run(text="†", raised=True)]
    read_markers(one, [Footnote(marker="*", text="Fasting."), Footnote(marker="†", text="Sitting.")])
    assert [(cell.text, cell.markers) for cell in one.cells if cell.markers] == [
        ("Day 1", ["*"]),
        ("X", ["†"]),
        ("X", ["*"]),
    ]
    assert one.grid == [["Procedure", "Day 1"], ["ECG", "X"], ["Weight", "X"], ["Urine", "X"]]


def note(text: str, marker: str = "", page: int = 1) -> Footnote:
    return Footnote(marker=marker, text=text, page=page)


def test_a_note_read_on_two_pages_is_one() -> None:
    def once(*notes: Footnote) -> list[tuple[str, str]]:
        return [(one.marker, one.text) for one in once_alike(list(notes))]

    text, slip = "Only where the physician asks for it", "0nly where the physiclan asks for it."
    assert once(note(text), note(slip, page=2)) == [("", slip)]  # the longer text
    assert once(note(slip), note(text, page=2)) == [("", slip)]
    assert once(note(text), note(slip)) == [("", text), ("", slip)]  # of one page they are two
    assert once(note(text, "a"), note(text, "b", 2)) == [("a", text)]
    assert once(note(text), note(text, "b", 2)) == [("b", text)]
    assert once(note("Another one altogether", "a"), note(text, "a"), note(text, "b", 2))[1] == ("b", text)
    assert once(note("Another one altogether", "b"), note(text), note(text, "b", 2))[1] == ("", text)
    assert len(once(note("If needed"), note("if Needed", page=2))) == 1  # short ones are compared as they are
    assert len(once(note("If needed"), note("lf needed", page=2))) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a" * 12, "a" * 11 + "b", True),
        ("a" * 11, "a" * 10 + "b", False),
        ("a" * 100, "a" * 73 + "b" * 27, False),
        ("a" * 100, "a" * 85 + "b" * 15, True),
        ("a" * 100, "a" * 84 + "b" * 16, False),
        ("a" * 100, "a" * 135, True),
        ("a" * 100, "a" * 136, False),
        ("a" * 135, "a" * 100, True),
        ("a" * 143, "a" * 100, False),
    ],
)
def test_so_much_of_two_notes_agrees(one: str, other: str, same: bool) -> None:
    assert is_alike(one, other) == same


def test_figures_read_for_letters_get_the_letters_of_the_series() -> None:
    def settled(markers: str, marked: str = "") -> tuple[str, str]:
        notes = [note("Text", marker) for marker in markers]
        table = joined([["P", "D"], ["ECG", "X"]])
        table.cells[3].markers = list(marked)
        settle_markers(notes, table)
        return "".join(one.marker for one in notes), "".join(table.cells[3].markers)

    assert settled("jk1m", "1k") == ("jklm", "lk")
    assert settled("1jkm") == ("1jkm", "")  # an l before j breaks the order
    assert settled("jkm1") == ("jkm1", "")
    assert settled("kl1") == ("kl1", "")  # there is an l
    assert settled("12l4", "l") == ("12l4", "l")  # 1 is there
    assert settled("123s67", "s") == ("123567", "5")
    assert settled("abc", "1") == ("abc", "1")
    assert settled("123", "l") == ("123", "l")
    assert settled("a2", "2") == ("a2", "2")  # half of them letters: figures are right


def test_a_name_between_two_of_the_series_has_the_marker_that_is_left() -> None:
    """Of pictures: "[j]" read as "[i]", "[l]" as "[1]" or "[]"."""

    def settled(*names: tuple[str, str], known: str = "hijklm") -> list[tuple[str, str]]:
        table = joined([["P", "D"], *[[name, "X"] for name, _ in names]])
        for cell in table.cells:
            if cell.row and not cell.column:
                cell.markers = list(names[cell.row - 1][1])
        settle_names([note("Text", marker) for marker in known], table)
        assert [row[0] for row in table.grid[1:]] == [c.text for c in table.cells if c.row and not c.column]
        return [(c.text, "".join(c.markers)) for c in table.cells if c.row and not c.column]

    read = [("Weight", "h"), ("ECG", "i"), ("Drugs", "i"), ("Blood", "k"), ("INR [1]", ""), ("Urine", "m")]
    assert settled(*read)[2:5] == [("Drugs", "j"), ("Blood", "k"), ("INR", "l")]
    assert settled(*read, known="hikm") == read  # no note is left for them
    assert settled(("ECG", "i"), ("Drugs", "i"), ("Blood", "l"))[1] == ("Drugs", "i")  # more than one step
    assert settled(("Blood", "k"), ("INR []", ""), ("Urine", "m"))[1] == ("INR", "l")
    assert settled(("Blood", "k"), ("INR [IU]", ""), ("Urine", "m"))[1] == ("INR [IU]", "")


def test_a_note_that_explains_a_mark_has_its_marker() -> None:
    def explained(text: str, marked: str, marker: str = "") -> tuple[str, str]:
        one, table = note(text, marker), joined([["P", "D"], ["ECG", "X"]])
        table.cells[3].markers = [marked]
        settle_markers([one], table)
        return one.marker, one.text

    assert explained("Xa = at some visits", "a") == ("a", "at some visits")
    assert explained("Xa = at some visits", "b") == ("", "Xa = at some visits")
    assert explained("Xa = at some visits", "a", "b") == ("b", "Xa = at some visits")
    assert explained("X12: at some visits", "12") == ("12", "at some visits")


# likeness, pairs, groups


def test_columns_at_nearly_equal_places_are_the_same() -> None:
    grid = [["a", "b"], ["c", "d"]]

    def at(*columns: float) -> Fragment:
        return fragment(grid, columns=columns)

    assert same_columns(at(0, 50, 100), at(10, 62, 110))
    assert not same_columns(at(0, 50, 100), at(10, 63, 110))
    assert not same_columns(at(0, 50, 100), fragment([["a"], ["b"]], columns=[0, 100]))
    assert shared_boundaries(at(0, 50, 100), at(0, 52, 100)) == 1
    assert shared_boundaries(at(0, 50, 100), at(0, 53, 100)) == pytest.approx(2 / 3)
    assert shared_boundaries(at(0, 50, 100), fragment([["a"] * 4], columns=[0, 25, 52, 75, 100])) == 1


def test_texts_are_alike_and_slips_are_few() -> None:
    assert alike("Day 1!", "day 1") == 1
    assert alike("abc", "xyz") == 0
    assert same_reading("screening", "screenlng")
    assert not same_reading("week4", "week5")
    assert not same_reading("abcd", "abce")
    assert same_reading("abcde", "abcdf")
    assert alike("a" * 400 + "b" * 9, "a" * 400 + "c" * 9) == 1  # only so much of long texts is compared
    assert alike("a" * 399 + "b", "a" * 399 + "c") < 1
    assert slips_only("abcdefgh", "abcxyzgh")
    assert not slips_only("abcdefgh", "abcwxyzh")
    assert not same_reading("screeningvisit", "screeninghome")
    assert columns_likeness(["p", "a", "b"], ["q", "a", "c"]) == 0.5
    assert columns_likeness(["p", "", "b"], ["q", "", "b"]) == 1
    assert columns_likeness([], ["a"]) == 0
    assert columns_likeness(["a", "b", "c"], ["b", "c"]) == pytest.approx(0.8)
    assert names_likeness(["a", "b", "c"], ["b", "c"]) == 1
    assert names_likeness(["a", "b", "c"], ["b"]) == 0
    assert names_likeness(["a", "b", "", "c"], ["c", "b", "a"]) == pytest.approx(1 / 3)


def test_headers_are_compared_by_the_rows_that_both_have() -> None:
    one = fragment([["P", "A", "B"], ["", "1", "2"], ["x", "y", "z"]], header_rows=2)
    two = fragment([["P", "A", "B"], ["x", "y", "z"]], header_rows=1)
    assert header_columns(one) == ["p", "a1", "b2"]
    assert header_columns(one, 1) == ["p", "a", "b"]
    assert header_likeness(one, two) == 1
    none = fragment([["P", "A", "B"]], header_rows=0)
    assert header_likeness(one, none) == 0
    other = fragment([["P", "A", "B"], ["", "3", "4"], ["x", "y", "z"]], header_rows=2)
    assert header_likeness(one, other) == 0
    titled = fragment([["T", "T", "T"], ["P", "A", "B"]], header_rows=2)
    assert header_columns(titled) == ["p", "a", "b"]
    assert header_columns(fragment([["T", "T"], ["P", "A"]], header_rows=2)) == ["tp", "ta"]


def test_captions_repeat_or_name_another() -> None:
    group = [fragment(HEADER + BODY, caption="Table 1: Schedule of Activities")]
    assert caption_relation(group, "Table 1: Schedule of Activities (continued)") == (1, 0)
    assert caption_relation(group, "Table 2: Doses") == (0, 1)
    assert caption_relation(group, "") == (0, 0)
    assert caption_relation(group, "T 12") == (0, 0)
    assert caption_relation(group, "T 123") == (0, 0)
    assert caption_relation(group, "Tab 12") == (0, 1)
    assert caption_relation(group, "Table 1: Schedule of Activities and more") == (1, 0)
    assert caption_relation([fragment(HEADER + BODY, heading="6.1 Study plan")], "6.1 Study plan") == (1, 0)
    long = "tableoneschedule" * 3
    assert read_alike(long, long[:-1] + "x")
    assert not read_alike(long[:40], long[:39] + "x")
    assert read_alike(long * 2 + "abcdefgh", long * 2 + "uvwxyzkl")
    assert not read_alike(long, long[:20] + "uvwxyzkl" + long[28:])


def test_what_speaks_for_going_on() -> None:
    first, second = fragment(HEADER + BODY, 1, caption="Schedule of Activities"), fragment(HEADER + BODY, 3)
    told = dict(zip(PAIR_NAMES, pair_features([first], second), strict=True))
    assert told == {
        "same_columns": 1,
        "shared_boundaries": 1,
        "header": 1,
        "own_header": 1,
        "other_header": 0,
        "continued": 0,
        "caption_same": 0,
        "caption_other": 0,
        "caption_title": 0,
        "caption_number": 0,
        "gap": 1,
        "same_page": 0,
        "tile": 0,
        "kind": 0,
        "width_change": 0,
    }
    other = fragment(
        [["P", "Week 1", "Week 2"], *[[r[0], "", "X"] for r in BODY]],
        1,
        caption="Schedule of Assessments",
        soe=0.2,
        sampling=0.7,
    )
    told = dict(zip(PAIR_NAMES, pair_features([first], other), strict=True))
    assert (told["same_page"], told["gap"], told["kind"], told["caption_other"], told["caption_title"]) == (
        1,
        0,
        1,
        1,
        1,
    )
    assert (told["tile"], told["other_header"], told["width_change"]) == (0, 1, 1.0)
    assert is_tile([first], other)
    other.record.caption = ""
    assert dict(zip(PAIR_NAMES, pair_features([first], other), strict=True))["tile"] == 1
    assert has_own_header(first)
    assert not has_own_header(fragment([["P", "Day 1", "a", "b"]]))
    assert has_own_header(fragment([["P", "Day 1", "a", ""]]))
    assert not has_own_header(fragment([["P", "", ""]]))


def test_pages_go_on_within_reach_and_in_order() -> None:
    first = fragment(HEADER + BODY, 1)
    assert continues([first], fragment(HEADER + BODY, 2))
    assert continues([first], fragment(HEADER + BODY, 3))
    assert not continues([first], fragment(HEADER + BODY, 6))
    assert [len(g) for g in group_fragments([fragment(HEADER + BODY, 2), first])] == [2]


def word(grid: list[list[str]], order: int, *between: str, head: int = 1, caption: str = "") -> Fragment:
    one = fragment(grid, None, header_rows=head, order=order, caption=caption)
    one.between = list(between)
    return one


def test_tables_of_word_go_on_right_behind_one_another() -> None:
    first = word(HEADER + BODY, 0)
    assert continues([first], word(HEADER + BODY, 1))
    assert continues([first], word(HEADER + BODY, 1, "(continued)", " "))
    assert not continues([first], word(HEADER + BODY, 1, "Another table"))
    assert not continues([first], word(HEADER + BODY, 2))
    assert not continues([first], word([row[:4] for row in HEADER + BODY], 1))
    assert continues([first], word(BODY, 1, head=0))
    assert continues([first], word(BODY, 1, head=1))  # its first row is no header
    assert not continues([first], word([["P", "Week 1", "Week 2", "Week 3", "Week 4"], *BODY], 1))
    assert not continues([first], word(HEADER + BODY, 1, caption="Table 2: Others"))
    picture = fragment(HEADER + BODY, None, order=1, flags=["image_only"])
    assert continues([fragment(HEADER + BODY, None, order=0, flags=["image_only"])], picture)
    assert not continues([fragment(HEADER + BODY, None, order=0)], picture)


def test_rows_of_a_header_printed_again() -> None:
    assert same_row(["A", "B 1"], ["a", "b1"])
    assert not same_row(["", ""], ["", ""])
    assert same_row(["screening", "baseline", "x", ""], ["screenlng", "baseiine", "y", ""]) is False  # two of three
    assert same_row(["screening", "baseline", "day 1", "x"], ["screenlng", "baseiine", "day 1", "y"])
    assert not same_row(["a", ""], ["b", ""])
    assert same_row(["screening", "baseline"], ["screenlng", "baseiine"])  # two cells are enough, one is not
    assert not same_row(["screening", ""], ["screenlng", ""])
    assert like("screening", "screenlng")
    assert not like("day1", "day2")
    assert like("abcde", "abcde")
    first = [["P", "A", "B"], ["Q", "1", "2"], ["R", "x", "y"]]
    assert repeated_rows(first, first[:2]) == {0, 1}
    assert repeated_rows(first, [["?", "?", "!"], first[1]]) == {1}
    assert repeated_rows(first, [["?", "?", "!"], ["?", "!", "?"], first[1]]) == set()
    assert repeated_rows(first, [first[0], ["?", "?", "!"], first[2]]) == {0, 2}
    assert repeated_rows([["P", "", ""]], [["P", "", ""]]) == set()
    pages = [fragment([["P", "A", "B"], ["Q", "1", "2"], ["ECG", "X", ""]], page) for page in (1, 2, 3)]
    pages[2].record.grid = [["P", "A", "B"], ["AE", "", "X"]]
    assert reprint_votes(pages) == pytest.approx([0.8, 0.0, 0.0])
    assert reprint_votes(pages[:2]) == pytest.approx([0.6, 0.6, 0.6])
    assert reprint_votes(pages[:1]) == []
    grid = [["Drug", "lo", "hi"], ["Sex", "he", "so"], ["ECG", "X", ""]]
    both = [fragment(grid, 1), fragment([*grid[:2], ["AE", "X", ""]], 2)]
    settle_header_rows(both)
    assert both[0].record.header_rows == 2
    settle_header_rows(both[:1])
    assert both[0].record.header_rows == 1


# stacking


def test_the_same_columns_are_one_block_and_other_visits_another() -> None:
    left = fragment(HEADER + BODY, 1)
    rest = fragment(BODY, 2, header_rows=0)
    tile = fragment([["P", "Week 1", "Week 2", "Week 3", "Week 4"], *BODY], 3, columns=[40, 90, 140, 190, 240, 290])
    other = fragment([["Other", "a", "b"], ["x", "y", "z"]], 4)
    assert [len(b) for b in column_blocks([left, rest])] == [2]
    assert [len(b) for b in column_blocks([left, tile, rest])] == [2, 1]
    assert [len(b) for b in column_blocks([left, other])] == [2]
    assert [len(b) for b in column_blocks([left, tile, other])] == [1, 2]


def test_a_title_in_the_frame_is_no_row() -> None:
    title = "Schedule of Activities"
    one = fragment([[title] * 5, *HEADER, *BODY], header_rows=2, caption=title)
    bare = without_title(one)
    assert (bare.record.grid[0], bare.record.header_rows, len(bare.rows)) == (HEADER[0], 1, len(one.rows) - 1)
    assert min(cell.row for cell in bare.cells) == 0
    assert without_title(fragment(HEADER + BODY)).record.grid == HEADER + BODY
    spanned = fragment([[title] * 5, *HEADER, *BODY], header_rows=2, caption=title, spans=[(0, 0, 2, 5)])
    assert without_title(spanned) is spanned
    assert names_table("Table 3: Visits", "")
    assert names_table("Laboratory tests", "Laboratory tests")
    assert not names_table("Laboratory", "Laboratory")
    assert not names_table("Laboratory tests", "Others")


def test_a_name_cut_by_the_page_break() -> None:
    top = joined([["P", "A", "B"], ["Blood pressure and", "X", ""]])
    place = np.arange(3)

    def cut(rows: list[list[str]], skip: int = 0, above: Joined = top) -> int:
        return cut_row(above, fragment(rows, 2), skip)

    assert cut([["heart rate", "", ""], ["x", "", ""]]) == 1
    assert cut([["Heart rate", "", ""], ["x", "", ""]]) == 1  # "and" goes on
    plain = joined([["P", "A", "B"], ["Blood pressure", "X", ""]])
    assert cut([["Heart rate", "", ""]], above=plain) == 0
    assert cut([["heart rate", "", ""]], above=plain) == 1
    assert cut([["(sitting)", "", ""]], above=plain) == 1
    assert cut([["heart rate", "X", ""]], above=plain) == 0
    assert cut([["Blood pressure", "", ""]], above=plain) == 0
    assert cut([["2", "", ""]]) == 0
    assert cut([["P", "A", "B"], ["heart rate", "", ""]], skip=1) == 1
    assert cut([["heart rate", "", ""]], skip=1) == 0
    assert cut([["heart rate", "", ""]], above=joined([["P", "A", "B"], ["Blood pressure", "", ""]])) == 0
    assert cut([["heart rate", "", ""]], above=joined([["P", "A", "B"], ["Blood pressure"] * 3])) == 0
    assert cut([["heart rate", "", ""]], above=joined([["P", "A", "B"]])) == 0
    spanned = joined([["P", "A", "B"], ["Blood", "", ""], ["Blood", "X", ""]])
    spanned.cells = [Cell(row=1, column=0, row_span=2, text="Blood")]
    assert cut([["heart rate", "", ""]], above=spanned) == 0
    pages = [
        fragment([["P", "A", "B"], ["Blood pressure and", "X", ""]], 1),
        fragment([["heart rate", "", ""], ["AE", "X", "X"]], 2, header_rows=0),
    ]
    assert stack_block(pages).grid == [["P", "A", "B"], ["Blood pressure and heart rate", "X", ""], ["AE", "X", "X"]]
    assert match_columns(pages[0], pages[1]).tolist() == place.tolist()


def test_the_rest_of_a_name_is_put_back_with_its_markers() -> None:
    one = joined([["P", "A"], ["Blood", "X"], ["pressure", ""], ["AE", "X"]])
    one.cells[2].markers, one.cells[2].runs = ["a"], [Run(text="Blood", raised=False), Run(text="a", raised=True)]
    one.cells[4].markers = ["b", "a"]
    close_row(one, 1)
    assert one.grid == [["P", "A"], ["Blood pressure", "X"], ["AE", "X"]]
    assert one.pages == [1, 1, 1]
    name = one.cells[2]
    assert (name.text, name.markers) == ("Blood pressure", ["a", "b"])
    assert [run.text for run in name.runs] == ["Blood", "a", " ", "pressure"]
    assert [cell.row for cell in one.cells] == [0, 0, 1, 1, 2, 2]
    plain = joined([["P", "A"], ["Blood", "X"], ["pressure", ""]])
    close_row(plain, 1)
    assert plain.cells[2].runs == []


def test_how_many_rows_repeat_the_header() -> None:
    top = joined([["Procedure", "Screening", "Treatment"], ["Week", "1", "2"], ["ECG", "X", ""]], 2)

    def repeated(*rows: list[str], head: int = 2) -> int:
        return repeated_header(top, fragment(list(rows), 2, header_rows=head))

    assert repeated(top.grid[0], top.grid[1], ["AE", "X", ""]) == 2
    assert repeated(["AE", "X", ""], ["PK", "", "X"]) == 0
    assert repeated(top.grid[0], ["AE", "X", ""], head=1) == 1
    assert repeated(["?", "!", "-"], top.grid[1], ["AE", "X", ""]) == 2
    assert repeated(["Screening", "Treatment", "Procedure"], ["AE", "X", ""]) == 1
    assert repeated(["Screening", "Other", "Words"], ["AE", "X", ""]) == 0
    assert repeated(top.grid[0], ["", "", ""], ["AE", "X", ""]) == 2
    assert repeated(["", "", ""], ["AE", "X", ""]) == 0
    fragments = fragment([["x", "y", "z"], ["Week", "1", "2"], ["AE", "X", ""]], 2)
    assert same_rows_below(top, fragments, 0) == 2
    assert same_rows_below(top, fragment([["x", "y", "z"], ["Week", "Week", ""], ["AE", "X", ""]], 2), 0) == 0
    assert same_rows_below(top, fragment([["x", "y", "z"]] * 5 + [["Week", "1", "2"]], 2), 0) == 0
    assert same_rows_below(top, fragment([["x", "y", "z"]] * 4 + [["Week", "1", "2"], ["a", "b", "c"]], 2), 0) == 5
    names = joined([["P", "A", "B"], ["Name", "Unit", ""], ["ECG", "X", ""]], 1)
    again = fragment([["P", "A", "B"], ["Name", "Unit", ""], ["AE", "X", ""]], 2)
    assert column_names_below(names, again, 1) == 1
    assert column_names_below(names, again, 0) == 0
    assert column_names_below(names, fragment([["P", "A", "B"], ["Name", "X", ""], ["AE", "X", ""]], 2), 1) == 0
    assert column_names_below(names, fragment(again.record.grid[:2], 2), 1) == 0
    marked = joined([["P", "A", "B"], ["ECG", "X", ""], ["PK", "X", ""]], 1)
    assert column_names_below(marked, fragment([["P", "A", "B"], ["ECG", "X", ""], ["AE", "X", ""]], 2), 1) == 0


def test_rows_are_laid_on_the_columns_that_they_lie_under() -> None:
    wide = fragment([["a", "b", "c"]], columns=[0, 50, 100, 150])
    narrow = fragment([["x", "y"]], columns=[10, 60, 160])
    assert match_columns(wide, narrow).tolist() == [0, 1]
    assert match_columns(wide, fragment([["x", "y"]], columns=[10, 109, 160])).tolist() == [0, 2]
    assert lay_row(["a", "b", "c"], np.array([0, 1, 1]), 3) == ["a", "b c", ""]
    assert lay_row(["a", "b", "b"], np.array([0, 1, 1]), 2) == ["a", "b"]


def test_cells_keep_their_place_and_box() -> None:
    one = fragment([["a", "b"], ["c", "d"], ["e", "f"]], 4, spans=[(0, 1, 3, 1)])
    cells = fragment_cells(one, 1, 7, np.array([0, 2]))
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in cells] == [
        (7, 2, 2, 1, "b"),
        (7, 0, 1, 1, "c"),
        (8, 0, 1, 1, "e"),
    ]
    assert cells[1].page == 4
    assert cell_box(one, 1, 0, 1, 1) == (40.0, 60.0, 100.0, 80.0)
    assert cell_box(one, 0, 1, 3, 1) == (100.0, 40.0, 160.0, 100.0)
    one.turn = 90
    assert cell_box(one, 1, 0, 1, 1) != (40.0, 60.0, 100.0, 80.0)
    assert cell_box(fragment([["a"]], None), 0, 0, 1, 1) is None


def test_only_the_kept_rows_stay() -> None:
    one = joined([["a", "b"], ["c", "d"], ["e", "f"]])
    one.pages = [1, 2, 3]
    one.cells.append(Cell(row=0, column=0, row_span=3, text="over"))
    keep_rows(one, [0, 2])
    assert (one.grid, one.pages) == ([["a", "b"], ["e", "f"]], [1, 3])
    assert [(c.row, c.row_span) for c in one.cells] == [(0, 1), (0, 1), (1, 1), (1, 1), (0, 2)]
    there = moved(Cell(row=1, column=2, text="x"), 3, 4)
    assert (there.row, there.column) == (4, 6)


def test_tiles_are_set_beside_one_another() -> None:
    left = joined([["P", "V1", "V2"], ["ECG", "X", ""], ["AE", "", "X"]])
    right = joined([["Phase", "B", "B"], ["P", "V3", "V4"], ["ECG", "X", "X"], ["PK", "", "X"]], 2)
    assert matched_rows(left, right) == {0: 0}
    assert label_columns(left, right) == 1
    both = beside(left, right)
    assert both.header_rows == 2
    assert both.grid == [
        ["", "", "", "B", "B"],
        ["P", "V1", "V2", "V3", "V4"],
        ["ECG", "X", "", "X", "X"],
        ["AE", "", "X", "", ""],
        ["PK", "", "", "", "X"],
    ]
    assert sorted((c.row, c.column, c.text) for c in both.cells if c.text and c.row > 1) == [
        (2, 0, "ECG"),
        (2, 1, "X"),
        (2, 3, "X"),
        (2, 4, "X"),
        (3, 0, "AE"),
        (3, 2, "X"),
        (4, 0, "PK"),
        (4, 4, "X"),
    ]
    under = below(left, joined([["Q", "V"], ["PK", "X"]]))
    assert under.grid[3:] == [["Q", "V", ""], ["PK", "X", ""]]
    assert (under.header_rows, [c.row for c in under.cells[-4:]]) == (1, [3, 3, 4, 4])
    lab = joined([["P", "Unit", "V1"], ["ECG", "ms", "X"], ["AE", "n", ""]])
    again = joined([["P", "Unit", "V2"], ["ECG", "ms", ""], ["AE", "n", "X"]])
    assert label_columns(lab, again) == 2
    assert beside(lab, again).grid[1] == ["ECG", "ms", "X", ""]
    assert label_columns(lab, joined([["P", "Unit", "V2"], ["ECG", "s", ""], ["AE", "n", "X"]])) == 1
    assert label_columns(lab, joined([["P", "", "V2"], ["ECG", "ms", ""], ["AE", "n", "X"]])) == 1
    assert (
        label_columns(joined([["P", "U"], ["a", "b"], ["c", "d"]]), joined([["P", "U"], ["a", "b"], ["c", "d"]])) == 1
    )
    pieces = laid_cells(Cell(row=0, column=0, row_span=4, text="x"), [1, 2, 5, 7, 8], 2, 4)
    assert [(p.row, p.row_span, p.column, p.column_span) for p in pieces] == [(1, 2, 2, 2), (5, 1, 2, 2), (7, 2, 2, 2)]
    assert laid_cells(Cell(row=0, column=0, text="x"), [1], 2, 2) == []
    assert join_fragments([fragment(HEADER + BODY)]).grid == HEADER + BODY


# naming and flags


def test_the_title_comes_from_caption_line_row_or_heading() -> None:
    assert title_of([fragment(HEADER + BODY, caption="Table 1", heading="6.1 Plan")]) == ("Table 1", "caption")
    two = [
        fragment(HEADER + BODY, 1, caption="Table 1 (continued)", heading="6.1 Plan"),
        fragment(HEADER + BODY, 2, caption="Table 2"),
    ]
    assert title_of(two) == ("Table 2", "caption")
    assert title_of(two[:1]) == ("6.1 Plan", "heading")
    assert title_of([fragment([["Table of times"] * 2, *[["a", "b"]] * 2])]) == ("Table of times", "first_row")
    assert title_of([fragment([["12345678"] * 2, ["a", "b"]])]) == ("", "none")
    assert title_of([fragment([["123456789"] * 2, ["a", "b"]])]) == ("123456789", "first_row")
    assert title_of([fragment(HEADER + BODY, caption="Table 1 (continued)")]) == ("Table 1", "caption")
    over = fragment(HEADER + BODY)
    over.over = [printed("Visits of the study", 0)]
    assert title_of([over]) == ("Visits of the study", "caption")
    assert without_continued("(continued)") == ""
    assert without_continued("AB (continued)") == ""
    assert without_continued("ABC (continued)") == "ABC"


def test_a_line_above_names_a_plan_in_few_words() -> None:
    def line(text: str, size: float = 8.0, shown: str = "") -> str:
        return title_line([printed(text, 0, size, shown)])

    assert line("Visits of the study") == "Visits of the study"
    assert line("visits of the study") == ""
    assert line("Visits of the study.") == ""
    assert line("Names of the study") == ""
    assert line("Names of the study", 14.5) == "Names of the study"
    assert line("Names of the study", 14.4) == ""
    assert line("Visits " + "x" * 113) != ""
    assert line("Visits " + "x" * 114) == ""
    assert line("1 Visits", shown=f"{UP}1") == ""
    assert title_line([]) == ""
    long = "A sentence that is as long as sixty characters and more so on"
    assert title_line([printed(long, 0), printed("Visits", 10)]) == ""
    assert title_line([printed("A heading", 0), printed("Visits of the study", 30)]) == "Visits of the study"
    assert title_line([printed(long + ".", 0), printed("Visits", 10)]) == "Visits"


def test_tracks_and_populations() -> None:
    assert track_of("Cohort A and Part 2") == "Cohort A Part 2"
    assert track_of("Initial phase for the Rivaroxaban Arm") == "Rivaroxaban Arm"
    assert track_of("Biomarker cohort (Part 2): visits") == "Biomarker cohort Part 2"
    assert track_of("Safety run-in part (Part 1)") == "run-in Part 1"
    assert track_of("Schedule for all Study Arms") == "Arms"
    assert track_of("Schedule of Activities") is None
    assert population_of("Participants with diabetes") == "Participants with diabetes"
    assert population_of("Part 2 participants with diabetes") == "Part 2"
    assert population_of("Schedule") is None


def test_which_table_is_the_main_one() -> None:
    small, large = fragment(HEADER + BODY[:2]), fragment(HEADER + BODY)
    kinds = types_of([[small], [large]], ["Plan", "Plan"])
    assert kinds == [("track", pytest.approx(0.8)), ("main_soa", pytest.approx(1.0))]
    assert types_of([[small], [large]], ["Plan", "Cohort A"])[0][0] == "main_soa"
    assert types_of([[small], [large]], ["Main study, Part 1", "Plan"])[0][0] == "main_soa"

    assert types_of([[small], [large]], ["Schedule of Activities", "Plan"])[0][0] == "main_soa"
    assert types_of([[large], [small]], ["Plan", "Laboratory tests"])[1] == ("domain", pytest.approx(0.5))
    assert types_of([[large], [small]], ["Plan", "Laboratory tests of Cohort A"])[1][0] == "track"
    peers = types_of([[large], [large]], ["Participants with diabetes", "Participants with asthma"])
    assert [round(probability, 1) for _, probability in peers] == [0.5, 0.8]
    alone = types_of(
        [[large], [fragment(HEADER + BODY[:3])]], ["Participants with diabetes", "Participants with asthma"]
    )
    assert alone[0][1] == 1
    edge = [fragment(HEADER + BODY + BODY[:1])], [fragment(HEADER + BODY[:5])]
    assert types_of(list(edge), ["Participants with diabetes", "Participants with asthma"])[0][1] == 0.5


def test_a_model_that_tells_tracks_is_believed_before_the_title() -> None:
    """The larger table is a track by the model; a title that names a part is none where the model says main."""
    small, large = fragment(HEADER + BODY[:2]), fragment(HEADER + BODY)
    small.soe, small.track, large.soe, large.track = 0.9, 0.1, 0.8, 0.75
    kinds = types_of([[small], [large]], ["Part 1", "Plan"])
    assert [kind for kind, _ in kinds] == ["main_soa", "track"]
    assert kinds[1][1] == pytest.approx(0.75)
    grid = fragment([["P", "1 h"], ["PK sample", "X"]], soe=0.2, sampling=0.7)
    assert types_of([[grid]], ["PK"]) == [("subsidiary", pytest.approx(7 / 9))]
    assert types_of([[fragment([["P", "1 h"], ["PK sample", "X"]], soe=0.9)]], ["PK"]) == [("subsidiary", 0.5)]
    mixed = fragment(HEADER + BODY, soe=0.6, sampling=0.2)
    assert types_of([[mixed]], ["Plan"]) == [("main_soa", pytest.approx(0.75))]
    assert types_of([], []) == []


def test_sampling_grids_say_nothing_general() -> None:
    def sampling(*names: str, caption: str = "", soe: float = 0.9, sampling: float = 0.0, head: str = "1 h") -> bool:
        rows = [["P", head], *[[name, "X"] for name in names]]
        return is_sampling([fragment(rows, caption=caption, soe=soe, sampling=sampling)])

    assert sampling("PK sample", "Other")
    assert not sampling("PK sample", "Other", "More")
    assert not sampling("PK sample", "Vital signs")
    assert sampling("Other", "More", caption="Plasma collection")
    assert sampling("Other", "More", head="Blood draw")
    assert not sampling("Other", "More")
    assert sampling("Vital signs", "Weight", soe=0.2, sampling=0.7)
    assert not sampling("Vital signs", "Weight", "Diary", soe=0.2, sampling=0.7)
    assert not sampling("Other", soe=0.5, sampling=0.5)


def test_flags_say_what_the_print_is_like() -> None:
    def flags(one: Fragment, title: str = "", table: Joined | None = None) -> list[str]:
        return list(flags_of([one], table or joined(one.record.grid), title))

    assert flags(fragment(HEADER + BODY)) == []
    assert flags(fragment(HEADER + BODY, flags=["borderless", "rotated", "image_only"], redacted=True)) == [
        "image_only",
        "rotated",
        "redacted",
        "borderless",
    ]
    assert flags(fragment(HEADER + BODY), "Synopsis") == ["in_synopsis"]
    assert flags(fragment(HEADER + BODY, heading="Protocol summary")) == ["in_synopsis"]
    assert flags(fragment([row[:3] for row in HEADER + BODY]), table=joined(HEADER + BODY)) == ["tiled"]
    named_late = [HEADER[0], ["", *HEADER[0][1:]], ["Day 1", "X", "X", "X", "X"]]
    assert not is_transposed(joined(named_late[:1] + named_late[2:]))  # one name is no column of times
    turned = [["Visit", "ECG", "Vital signs"], ["Day 1", "X", ""], ["Day 8", "", "X"], ["Day 15", "X", "X"]]
    assert flags(fragment(turned)) == ["transposed"]
    assert not is_transposed(joined(turned[:2]))
    assert is_transposed(joined(turned[:3]))
    assert not is_transposed(joined([["Visit", "a", "b"], *turned[1:]]))
    assert not is_transposed(joined([["Visit", "ECG", "Day 1"], *turned[1:]]))
    assert not is_transposed(joined([turned[0], *turned[1:3], ["x", "", ""], ["y", "", ""]]))
    assert is_transposed(joined([turned[0], *turned[1:], ["x", "", ""]]))
    assert not is_transposed(joined([["Visit", "", ""], *turned[1:]]))


def test_a_fragment_shows_rows_or_only_notes() -> None:
    assert fragment(HEADER + BODY).shows_rows
    assert not fragment([*HEADER, [LONG] * 5]).shows_rows
    assert not fragment(HEADER).shows_rows
    assert fragment([*HEADER, ["x" * 80] * 5]).shows_rows
    assert not fragment([*HEADER, ["x" * 81] * 5]).shows_rows
    assert fragment([*HEADER, ["", "X", "Y", "", ""]]).shows_rows
    assert not fragment([*HEADER, ["", "X", "", "", ""]]).shows_rows
    assert fragment(HEADER, soe=0.7, sampling=0.5).probability == 1
    assert fragment(HEADER, soe=0.2, sampling=0.5).probability == pytest.approx(0.7)
    assert fragment(HEADER, None).page == 0


# neighbours


def test_neighbours_speak_for_a_doubtful_page() -> None:
    sure = fragment(HEADER + BODY, 1)

    def doubtful(page: int = 2, soe: float = 0.1, grid: list[list[str]] | None = None, **more: object) -> Fragment:
        return fragment(grid or BODY, page, header_rows=0, soe=soe, **more)  # type: ignore[arg-type]

    assert supports(sure, doubtful())
    assert supports(fragment(HEADER + BODY, 3), doubtful())
    assert not supports(sure, doubtful(3))
    assert not supports(sure, doubtful(None))  # type: ignore[arg-type]
    assert supports(sure, doubtful(soe=0.02, caption="Table 9: Others"))
    assert not supports(sure, doubtful(soe=0.01, caption="Table 9: Others"))
    assert not supports(fragment(HEADER + BODY, 3), doubtful(soe=0.01))
    assert supports(sure, doubtful(soe=0.01))
    three = fragment([row[:3] for row in HEADER + BODY], 1)
    assert not supports(three, doubtful(grid=[["Title", "a", "b"], ["c", "d", "e"]]))
    four = fragment([row[:4] for row in HEADER + BODY], 1)
    assert supports(four, doubtful(grid=[["Title", "a", "b", "c"]]))
    assert is_reprint(sure, doubtful())
    assert not is_reprint(sure, doubtful(grid=[["ECG", "X", "", "", ""]]))
    assert is_reprint(sure, doubtful(grid=[["ECG", "X", "", "", ""]], caption="(continued)"))
    assert is_reprint(sure, doubtful(grid=[["ECG", "X", "X", "", ""]]))
    assert not is_reprint(sure, doubtful(caption="Table 9: Others"))
    assert repeats_header(sure, fragment(HEADER + BODY, 2))
    assert not repeats_header(sure, fragment(HEADER + BODY, 3))
    assert not repeats_header(sure, fragment([["P", "Screening", "Day 1", "Day 8", "Day 22"], *BODY], 2))


def test_a_table_that_opens_its_page_is_the_rest() -> None:
    sure = fragment(HEADER + BODY, 1)

    def rest(grid: list[list[str]], **more: object) -> bool:
        return is_rest(sure, fragment(grid, 2, header_rows=0, above=str(more.pop("above", "")), **more))  # type: ignore[arg-type]

    assert rest(BODY)
    assert rest(BODY, above="x" * 80)
    assert not rest(BODY, above="x" * 81)
    assert not rest(BODY, caption="Table 9")
    assert rest([["Laboratory tests"] * 5, *BODY], caption="Laboratory tests")
    assert not rest([["AA", "X", "", "", ""]])
    assert rest([["ECG", "X", "", "", ""]])
    assert rest([["AA", "X", "X", "", ""]])
    assert not rest([["ECG", "", "", "", ""]])
    assert not rest([row[:2] for row in BODY])
    assert rest([row[:3] for row in BODY])
    assert not rest(BODY, columns=[40, 100, 170, 220, 280, 340])
    assert rest([[*row, "X"] for row in BODY])
    assert not rest([[*row, "X", "X"] for row in BODY])
    assert names_rows(fragment([["Laboratory tests"] * 3], caption="Laboratory tests"))
    assert not names_rows(fragment([["Schedule of Activities"] * 3], caption="Schedule of Activities"))
    assert not names_rows(fragment([["Table of contents"] * 3], caption="Table of contents"))
    assert not names_rows(fragment([["Laboratory tests"] * 3], caption="Others"))


def test_a_lifted_page_lifts_the_next_and_takes_from_sampling() -> None:
    pages = [
        fragment(HEADER + BODY, 1, soe=0.95),
        *[fragment(BODY, page, header_rows=0, soe=0.3, sampling=0.4) for page in (2, 3)],
    ]
    lift_continuations(pages)
    assert [round(page.soe, 4) for page in pages] == [0.95, 0.855, 0.7695]
    assert pages[1].sampling == pytest.approx(0.145)
    low = [fragment(HEADER + BODY, 1, soe=0.79), fragment(BODY, 2, header_rows=0, soe=0.3)]
    lift_continuations(low)
    assert low[1].soe == 0.3
    samples = [fragment(HEADER + BODY, 1, soe=0.95), fragment(BODY, 2, header_rows=0, soe=0.1, sampling=0.6)]
    lift_continuations(samples)
    assert samples[1].soe == 0.1  # samples need the very same header


def test_a_header_before_its_table_is_lifted() -> None:
    head = fragment(HEADER, 1, soe=0.1, caption="Schedule of Activities", sampling=0.8)
    rest = fragment(BODY, 2, header_rows=0, soe=0.6)
    assert begins(head, rest)
    lift_continuations([head, rest])
    assert (head.soe, head.sampling) == (0.6, pytest.approx(0.4))
    assert not begins(fragment(HEADER, 1, caption="Others"), rest)
    assert not begins(head, fragment(BODY, 3, header_rows=0))
    assert not begins(head, fragment(BODY, 2, header_rows=0, caption="Table 2"))
    assert not begins(head, fragment(HEADER + BODY, 2))
    assert not begins(
        fragment([row[:3] for row in HEADER], 1, caption="Schedule of Activities"),
        fragment([row[:3] for row in BODY], 2, header_rows=0),
    )
    kept = [fragment(HEADER, 1, soe=0.1, caption="Schedule of Activities"), fragment(BODY, 2, header_rows=0, soe=0.49)]
    lift_continuations(kept)
    assert kept[0].soe == 0.1


def test_signs_are_found_behind_words_and_long_texts_cost_nothing() -> None:
    assert _sign_behind("Vital signs*") == "*"
    assert _sign_behind("Vital signs (b)††") == "††"
    assert _sign_behind("X*") == _sign_behind("*") == _sign_behind("Vital signs") == ""
    assert _sign_behind("ab " * 400_000 + "c") == ""  # a pattern that is tried at each word took minutes
