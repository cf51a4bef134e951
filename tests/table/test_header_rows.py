"""The number of header rows: what each row says by itself, how it is shaded, and what other pages repeat."""

from __future__ import annotations

import pytest

from soesift.table.headers import count_header_rows, rows_at_cut
from soesift.table.lexicon import is_mark, is_window

BODY = [["Informed consent", "X", "", ""], ["Safety"] * 4, ["ECG", "X", "X", "X"], ["Weight", "", "X", "X"]]
TOP = ["Visit", "V1", "V2", "V3"]


@pytest.mark.parametrize(
    "text",
    [
        "±3",
        "+7",
        "-1/+2",
        "-3/+5 days",
        "+/- 2 d",
        "± 1 week",
        "-1 to +3",
        "+14",
        "(+ 4 wks)",
        "(± 3 d)",
        "(±3)",
        "[-1/+2]",
    ],
)
def test_windows_are_no_marks(text: str) -> None:
    assert is_window(text)
    assert not is_mark(text)


@pytest.mark.parametrize("text", ["+", "X", "→", "-7", "1", "7 days", "", "x±3)", "(±3x", "(3)"])
def test_no_windows(text: str) -> None:
    assert not is_window(text)


@pytest.mark.parametrize(
    "row",
    [
        ["Window", "", "-1/+2", "+7"],
        ["Visit window", "---", "±1 day", "-3/+5 days"],
        ["Fasting", "Yes", "No", "Yes"],
        ["Days from randomisation", "-28 to -1", "1", "15"],
        ["", "1 (HD)", "2 (non-HD)", "3 (HD)"],
        ["Clinic visit window (days)", "—", "±2", "—"],
        ["Study week", "-2", "0", "4"],
        ["Fasting visit", "X", "", "X"],
        ["Telephone visit", "", "X", ""],
        ["Location of visit", "X", "X", ""],
        ["Telephone visit", "Clinic", "Phone", "Clinic"],
        ["Clinic (C) or phone (P)", "C", "P", "C"],
        ["Location", "On site", "Home", "On site/remote"],
        ["Seen by", "Nurse", "Doctor", "Doctor"],
    ],
)
def test_rows_of_a_header(row: list[str]) -> None:
    assert count_header_rows([TOP, row, *BODY]) == 2
    assert count_header_rows([TOP, row, ["Study day", "-28 to -1", "1", "15"], *BODY]) == 3


def test_words_in_every_column_are_no_header_where_a_row_below_is_filled_so() -> None:
    row, like = ["Seen by", "Nurse", "Doctor", "Doctor"], ["Diet", "fasting", "light meal", "as usual"]
    assert count_header_rows([TOP, row, *BODY, like]) == 1
    assert count_header_rows([TOP, ["Seen by", "Nurse", "", "Doctor"], *BODY]) == 1


@pytest.mark.parametrize(
    "row",
    [
        ["Vital signs", "X", "X", "X"],
        ["Adverse events", "continuous", "continuous", "continuous"],
        ["Safety"] * 4,
        ["Questionnaire", "", "if needed", ""],
    ],
)
def test_rows_of_a_body(row: list[str]) -> None:
    assert count_header_rows([TOP, row, *BODY]) == 1


def test_a_table_with_the_visits_in_its_rows_ends_its_header() -> None:
    head = ["Cycle", "Day", "Time", "Sample number"]
    rows = [
        ["1", "1", "Predose", "101"],
        ["1", "1", "2 h", "102"],
        ["1", "8", "Predose", "103"],
        ["2", "1", "4 h", "104"],
    ]
    assert count_header_rows([head, *rows]) == 1
    named = [[f"Visit {k}", f"Day {7 * k}", "X", ""] for k in range(6)]
    assert count_header_rows([["Visit", "Day", "ECG", "Blood sample"], *named]) == 1


def test_shades_tell_where_nothing_else_does() -> None:
    grid = [["Name", "A", "B", "C"], ["Second", "one", "", "three"], *BODY]
    assert count_header_rows(grid) == 1
    assert count_header_rows(grid, [0.8, 0.8, 1.0, 1.0, 1.0, 1.0]) == 2


def test_what_other_pages_repeat_is_header() -> None:
    grid = [TOP, ["Office (O) or call (C)", "O", "C", "O"], *BODY]
    assert count_header_rows(grid) == 1
    assert count_header_rows(grid, reprints=[1.0, 1.0, -1.0, -1.0, -1.0, -1.0]) == 2
    day = [TOP, ["", "1", "8", "15"], *BODY]
    assert count_header_rows(day, reprints=[1.0, -1.0, -1.0, -1.0, -1.0, -1.0]) == 1
    window = [TOP, ["Scheduling window (days)", "-28 to -1", "", "±3"], *BODY]  # it may stand on the first page alone
    assert count_header_rows(window, reprints=[1.0, -1.0, -1.0, -1.0, -1.0, -1.0]) == 2


def test_sentences_that_name_visits_are_no_header() -> None:
    rows = [
        [
            "Urinary albumin",
            "Assessed at the screening visit to confirm that the participant may take part in it, see 5.1",
        ]
    ]
    rows += [
        [
            "Chemistry panel",
            "The laboratory will use the samples of all visits to estimate the filtration rate of kidneys",
        ]
    ]
    rows += [
        ["Samples", "Taken before the dose at these visits, as long as the participant has not had a meal by then"]
    ]
    assert count_header_rows(rows) == 1


def test_a_row_beside_the_table_s_corner_is_header_though_it_holds_marks() -> None:
    rows = [["Procedure", "V1", "V2", "V3"], ["Procedure", "±3", "", "+7"], ["Procedure", "X", "", "X"]]
    assert count_header_rows([*rows, *BODY]) == 3
    assert count_header_rows([*rows[:2], ["Weight", "X", "", "X"], *BODY]) == 2


def test_dashes_that_say_what_is_not_done_belong_to_the_body() -> None:
    top = ["Procedure", "Screening", "D1", "D8", "D15", "D22"]
    rows = [[name, "-28 to 0", "-", "-", "-", "-"] for name in ("Prior treatment", "Diagnosis", "Signs and symptoms")]
    body = [[name, "-7 to 0", "•", "-", "•", "-"] for name in ("ECOG PS", "Vital signs", "Hematology", "ECG")]
    assert count_header_rows([top, *rows, *body]) == 1


def test_one_time_alone_in_a_row_is_no_header() -> None:
    top = ["Cycle", *(f"Cycle {k}" for k in range(1, 9))]
    one = ["Diary dispensed", "pre-dose, 2 h", *[""] * 7]
    body = [[name, *["X"] * 8] for name in ("ECG", "Weight", "Vital signs")]
    assert count_header_rows([top, one, *body]) == 1
    heading = ["Eligibility", "Screening procedures", *[""] * 7]
    assert count_header_rows([top, heading, *body]) == 1


@pytest.mark.parametrize(
    ("row", "header"),
    [
        (["Blood volume (mL)", "4", "4", "6"], 1),
        (["Urine collection (h)", "-12-0", "0-4", "4-8"], 1),
        (["Tubes", "2", "2", "2"], 1),
        (["Samples", "3", "3", "3"], 1),  # visits differ
        (["Blood sampling time", "0", "2", "4"], 2),
        (["Blood sampling timepoint", "Predose", "1 h", "4 h"], 2),
        (["Blood draw (months)", "1", "3", "6"], 2),
        (["Serum sampling window", "±1", "±2", "±3"], 2),
        (["Interval (h)", "0-2", "2-4", "4-8"], 2),
    ],
)
def test_what_is_taken_is_no_header_whatever_its_numbers(row: list[str], header: int) -> None:
    top = ["Sample", "Predose", "2 h", "4 h"]
    body = [["Plasma drug", "X", "X", ""], ["ECG", "X", "X", "X"], ["Glucose", "", "X", "X"]]
    assert count_header_rows([top, row, *body]) == header


def test_a_corner_that_names_what_is_taken_reaches_down_to_the_days() -> None:
    corner = "Sample (blood volume [mL])"
    head = [[corner, "Screening", "Cycle 1", "Cycle 2"], [corner, "-28 to -1", "Day 1", "Day 1"]]
    assert (
        count_header_rows([*head, ["Chemistry", "1", "1", "1"], ["Plasma", "", "3", "3"], ["ECG", "", "2", "1"]]) == 2
    )


def test_rows_at_a_cut_that_another_nearly_equals() -> None:
    seen = ["Seen by", "Nurse", "", "Doctor"]
    assert rows_at_cut([TOP, seen, *BODY], 1) == range(1, 2)
    assert rows_at_cut([TOP, ["", "first", "second", "third"], *BODY], 2) == range(0)
    assert rows_at_cut([TOP, *BODY], 1) == range(0)  # a group after the header is no even case
    assert rows_at_cut([TOP, seen, *BODY], 2) == range(0)  # someone said so
    assert rows_at_cut([TOP], 0) == range(0)
