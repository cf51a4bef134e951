"""Headers of every kind as visits: golden values, written by hand."""

from __future__ import annotations

import sys

import pytest
from made_tables import facts, made, visits

from programs import ROOT, program
from soesift.result.models import Cell
from soesift.schedule.doubts import out_of_line
from soesift.schedule.header import epoch_name

ONE = [
    ("Day 1", {"kind": "planned", "day": 1}),
    ("Day -7", {"kind": "planned", "day": -7}),
    ("D15", {"kind": "planned", "day": 15}),
    ("Week 4", {"kind": "planned", "week": 4}),
    ("Wk 12 ± 3 days", {"kind": "planned", "week": 12, "before_days": 3, "after_days": 3}),
    ("Week 4 (+7 days)", {"kind": "planned", "week": 4, "before_days": 0, "after_days": 7}),
    ("Week 8 (± 1 week)", {"kind": "planned", "week": 8, "before_days": 7, "after_days": 7}),
    ("Day 29 (-3/+5 days)", {"kind": "planned", "day": 29, "before_days": 3, "after_days": 5}),
    ("Day 10-22", {"kind": "range", "day": 10, "last_day": 22}),
    ("Days -28 to -1", {"kind": "range", "day": -28, "last_day": -1}),
    ("Weeks 5 to 8", {"kind": "range", "week": 5, "last_week": 8}),
    ("Wk 68 to Wk 140 (every 12 weeks)", {"kind": "repeat", "week": 68, "last_week": 140, "every_days": 84}),
    ("Every 12 weeks", {"kind": "repeat", "every_days": 84}),
    ("Weeks 4, 8, 12", {"kind": "repeat", "week": 4, "last_week": 12, "every_days": 28}),
    ("Month 3", {"kind": "planned", "month": 3}),
    ("Screening", {"kind": "event"}),
    ("Early Termination", {"kind": "event"}),
    ("Unscheduled", {"kind": "unscheduled"}),
    ("Cycle 2 Day 8", {"kind": "planned", "cycle": 2, "day": 8}),
    ("C1D15", {"kind": "planned", "cycle": 1, "day": 15}),
    ("Cycle 3 and subsequent cycles", {"kind": "repeat", "cycle": 3}),
    ("Cycles 2-6, Day 1 (28-day cycles)", {"kind": "repeat", "cycle": 2, "last_cycle": 6, "day": 1, "every_days": 28}),
    ("30 days after last dose", {"kind": "event", "offset_days": 30, "relative_to": "last dose"}),
    (
        "Follow-up: within 28 to 42 days after last dose",
        {"kind": "event", "offset_days": 28, "relative_to": "last dose", "before_days": 0, "after_days": 14},
    ),
    (
        "Within 28±2 days after last dose",
        {"kind": "event", "offset_days": 28, "relative_to": "last dose", "before_days": 2, "after_days": 2},
    ),
    ("2 h post-dose", {"kind": "planned", "hours": 2, "relative_to": "dose"}),
]


@pytest.mark.parametrize(("text", "wanted"), ONE)
def test_a_header_means_what_it_says(text: str, wanted: dict[str, object]) -> None:
    first = visits([["Procedure", text, "Day 400"]])[0]
    assert facts(first) == wanted


def test_what_is_not_printed_is_a_doubt() -> None:
    """A repeat without a cycle's length, prose, and a length of time from nothing."""
    found = visits([["Procedure", "Cycle 3 and subsequent cycles", "Clinic thing", "Follow-up 30 days"]])
    assert [bool(v.doubts) for v in found] == [True, True, True]
    assert "how many days a cycle has is not printed" in found[0].doubts[0]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("notes", "Each cycle is 28 days."),
        ("notes", "Cycles are 4 weeks (28 days)."),
        ("title", "Schedule (28-day cycles)"),
        ("header", "Treatment (1 cycle = 28 days)"),
        ("notes", "A cycle is defined as 28 days."),
    ],
)
def test_the_length_of_a_cycle_is_found_wherever_it_is_printed(where: str, text: str) -> None:
    header = [
        ["", text, text] if where == "header" else ["", "Treatment", "Treatment"],
        ["Procedure", "Cycle 1 Day 1", "Cycle 2+ Day 1"],
    ]
    schedule = made(header, notes={"-": text} if where == "notes" else None, title=text if where == "title" else "SoA")
    assert schedule.cycle_length == {"*": 28}
    assert schedule.visits[1].every_days == 28


def test_the_days_of_a_second_period_count_from_it() -> None:
    header = [["", "Period 1", "Period 1", "Period 2", "Period 2"], ["Procedure", "Day -1", "Day 1", "Day -1", "Day 1"]]
    assert [facts(v) for v in visits(header)] == [
        {"kind": "planned", "day": -1},
        {"kind": "planned", "day": 1},
        {"kind": "planned", "offset_days": -1, "relative_to": "Period 2"},
        {"kind": "planned", "offset_days": 0, "relative_to": "Period 2"},
    ]


def test_a_window_for_all_visits_is_not_on_the_anchor() -> None:
    for notes in ({"-": "All visits have a window of ± 3 days."}, {"-": "Visit windows are +/- 3 days."}):
        found = visits([["Procedure", "Screening", "Day 1", "Day 29", "ET"]], notes=notes)
        assert [(v.before_days, v.after_days) for v in found] == [(None, None), (None, None), (3, 3), (None, None)]


def test_a_window_for_some_visits_is_left_open_and_said() -> None:
    notes = {"-": "Visits have a window of ± 3 days up to Week 12 and ± 7 days thereafter."}
    found = visits([["Procedure", "Day 1", "Day 29", "Day 57"]], notes=notes)
    assert all(v.before_days is None for v in found)
    assert any("for some visits only" in d for v in found for d in v.doubts)


def test_notes_columns_are_annotations_of_their_rows() -> None:
    header = [["Procedure", "Day 1", "Day 8", "Notes"]]
    body = [["ECG", "X", "", "In triplicate."], ["Weight", "X", "X", ""]]
    schedule = made(header, body)
    assert [(v.column, v.kind, v.is_visit) for v in schedule.visits][-1] == (3, "annotation", False)
    assert [(r.activity, r.text, r.kind) for r in schedule.remarks] == [(0, "In triplicate.", "annotation")]
    assert len(schedule.marks) == 3


def test_days_that_go_backwards_or_fall_together_are_doubted() -> None:
    found = visits([["Procedure", "Day 1", "Day 29", "Day 15", "Day 15"]])
    assert found[1].doubts == ["Day 29 stands left of day 15: one of them may be misread."]
    assert found[3].doubts == ["Is at the same time as column 4 (Day 15)."]


@pytest.mark.parametrize(
    ("days", "doubted"),
    [
        ([1, 8, 15, 2, 29], [3]),
        ([1, 82, 15, 22], [1]),
        ([1, 29, 15], [1, 2]),
        ([1, 8, 8, 15], []),
        ([], []),
        ([1, 8, 1, 8], [1, 2]),
        ([-28, 1, 8], []),
    ],
)
def test_what_breaks_the_order_is_doubted_not_its_neighbours(days: list[float], doubted: list[int]) -> None:
    assert out_of_line(days) == doubted


@pytest.mark.parametrize(
    "text",
    [
        "Day 1 of odd cycles",
        "Day 15 or 16",
        "Weeks 2 to 6, twice weekly",
        "Week 4 bzw Week 5",
        "Week 4 halfway onward",
    ],
)
def test_words_beside_a_time_that_were_not_understood_are_said(text: str) -> None:
    assert visits([["Procedure", text, "Week 100"]])[0].doubts


@pytest.mark.parametrize(
    ("text", "limit"),
    [("Week 4 (Part B only)", "Part B only"), ("Day 15 if needed", "if needed"), ("Week 8 (optional)", "optional")],
)
def test_words_that_limit_a_visit_are_its_condition(text: str, limit: str) -> None:
    found = visits([["Procedure", "Day 1", text]])[1]
    assert (found.conditions, found.doubts) == ([limit], [])


def test_a_header_row_left_in_the_body_is_read_as_header() -> None:
    body = [
        ["Consent", "X", "", ""],
        ["Study week", "0", "4", "8"],
        ["Visit window (days)", "", "±3", "±7"],
        ["Visit window (days)", "", "±3", "±7"],
        ["ECG", "X", "X", "X"],
        ["Days of diary", "7", "7", "7"],
    ]
    schedule = made([["Procedure", "Visit 1", "Visit 2", "Visit 3"]], body)
    assert [a.name for a in schedule.activities] == ["Consent", "ECG", "Days of diary"]
    assert [(v.week, v.after_days) for v in schedule.visits] == [(0, None), (4, 3), (8, 7)]
    assert schedule.visits[1].printed == ["Visit 2", "4", "±3"]


def test_headers_of_the_field_made_by_seed() -> None:
    """No template may be wrong in silence again."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    headers = program("benchmarks/soe_bench/visit_headers.py")
    scores = headers.score_templates(None, range(2))
    assert {name: score.errors for name, score in scores.items() if score.counts.get("silent")} == {}


def test_headers_put_together_from_pieces_are_hardly_ever_wrong_in_silence() -> None:
    """Spellings of every kind joined by chance: one column in 200 may be wrong without a doubt."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    composed = program("benchmarks/soe_bench/composed_headers.py")
    tally = composed.Tally()
    for seed in range(60):
        composed.score_seed(f"test {seed}", tally)
    counts = tally.score.counts
    assert counts["columns"] > 400
    assert counts.get("silent", 0) <= counts["columns"] * 0.005, [e for what, e in tally.errors if what == "SILENT"]
    assert counts["timed"] >= counts["columns"] * 0.95


def test_week_and_day_that_disagree_are_doubted() -> None:
    header = [["Week", "0", "2", "4", "8"], ["Day", "1", "15", "29", "50"]]
    assert [v.doubts for v in visits(header)] == [[], [], [], ["Week 8 and day 50 do not agree."]]


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("Visits have a window of ± 3 days up to Week 12 and ± 7 days thereafter.", [None, 3, 3, 7]),
        ("Visit windows are ±3 days for Weeks 2 to 12, ±7 days after Week 12.", [None, 3, 3, 7]),
        ("The visit window is ± 5 days.", [None, 5, 5, 5]),
        ("Except for the Week 0 visit, the visit window for each visit is ±5 days.", [None, 5, 5, 5]),
        ("The window for all CT scans is ± 7 days.", [None, None, None, None]),
    ],
)
def test_windows_of_notes_go_to_the_visits_they_name(note: str, wanted: list[float | None]) -> None:
    found = visits([["Procedure", "Week 0", "Week 4", "Week 12", "Week 24"]], notes={"-": note})
    assert [v.after_days for v in found] == wanted


def test_a_clause_may_name_visits_by_their_code() -> None:
    header = [["Week", "I-0", "I-2", "I-4", "I-8"]]
    note = "Visit windows are as follows: • I-2 and I-4 visits: ±4 days • I-8 visit: +3 days"
    found = visits(header, notes={"-": note})
    assert [v.week for v in found] == [0, 2, 4, 8]
    assert [(v.before_days, v.after_days) for v in found] == [(None, None), (4, 4), (4, 4), (0, 3)]


def test_a_row_or_cell_above_says_what_numbers_count_from() -> None:
    header = [["", "Weeks after surgery", "Weeks after surgery"], ["Procedure", "24 (± 7 days)", "48 (± 7 days)"]]
    assert [(v.offset_days, v.relative_to, v.week) for v in visits(header)] == [
        (168, "surgery", None),
        (336, "surgery", None),
    ]
    row = visits([["Days since last vaccination", "7", "14"]])
    assert [(v.offset_days, v.relative_to) for v in row] == [(7, "last vaccination"), (14, "last vaccination")]
    own = visits([["Day relative to randomisation", "-7", "1"]])
    assert [(v.day, v.relative_to) for v in own] == [(-7, "randomisation"), (1, "randomisation")]


def test_a_study_day_beside_a_distance_is_one_time() -> None:
    found = visits([["Study day", "D1", "7 days after D1 D8"]])
    assert [(v.day, v.offset_days, v.kind) for v in found] == [(1, None, "planned"), (8, None, "planned")]


def test_a_row_of_days_with_their_windows_gives_both() -> None:
    """One label over two lines: "Day / Time window (days)"; the days were lost without a word."""
    header = [["Visit", "1", "2", "3", "FU"], ["Day Time window (days)", "1", "15 ±3", "29 ± 3", "+7"]]
    found = visits(header)
    assert [(v.day, v.before_days, v.after_days) for v in found[1:3]] == [(15, 3, 3), (29, 3, 3)]
    assert (found[0].day, found[0].after_days) == (1, None)
    assert (found[3].day, found[3].after_days) == (None, 7)
    alone = visits([["Day", "1", "15", "29"], ["Window (days)", "", "±3", "3"]])
    assert [(v.day, v.after_days) for v in alone] == [(1, None), (15, 3), (29, 3)]


@pytest.mark.parametrize(
    "cells", [("1", "V2 15 ± 3", "V3 29 ± 3"), ("1", "(15 ± 3)", "(29 ± 3)"), ("1", "D15 ± 3", "Day 29±3")]
)
def test_times_with_windows_under_a_label_of_windows(cells: tuple[str, ...]) -> None:
    """Whatever stands before the number, and the first column, which has no window, is a time as well."""
    found = visits([["Visit", "A", "B", "C"], ["Visit window", *cells]])
    assert [(v.day, v.before_days, v.after_days) for v in found] == [(1, None, None), (15, 3, 3), (29, 3, 3)]


def test_the_number_of_a_cycle_in_a_row_of_windows_is_no_day() -> None:
    header = [
        ["Visit", "Day 1", "Day 8", "Day 15"],
        ["Visit window", "Cycles 2 and later ±3 D", "Cycle 1 -1/+3 D", "±3 D"],
    ]
    assert [v.day for v in visits(header)] == [1, 8, 15]


@pytest.mark.parametrize(
    ("text", "day", "week"),
    [
        ("Day - 1", -1, None),
        ("Day – 7", -7, None),
        ("Week − 2", None, -2),
        ("Day 8 - 10", 8, None),
        ("Day 1 - Day 3", 1, None),
    ],
)
def test_a_dash_behind_the_unit_is_a_sign(text: str, day: int | None, week: int | None) -> None:
    found = visits([["Visit", text, "Day 100"]])[0]
    assert (found.day, found.week) == (day, week)


def test_a_dash_between_a_cycle_and_its_day_is_no_sign() -> None:
    assert visits([["Visit", "Cycle 2 - Day 8", "Cycle 2 Day - 15"]])[0].day == 8
    assert visits([["Visit", "Cycle 2 - Day 8", "Cycle 2 Day - 15"]])[1].day != -15


@pytest.mark.parametrize("text", ["≥ Week 12", "Beyond Cycle 3", "> Day 28", "EOT + 6"])
def test_a_time_without_an_end_that_was_not_read_is_doubted(text: str) -> None:
    assert any("not understood" in doubt for doubt in visits([["Visit", text, "Day 900"]])[0].doubts)


@pytest.mark.parametrize("text", ["Week 12+", "Cycle ≥ 3 Day 1", "EOT + 6 weeks"])
def test_a_time_without_an_end_that_was_read_is_not(text: str) -> None:
    assert not any("not understood" in doubt for doubt in visits([["Visit", text, "Day 900"]])[0].doubts)


def test_a_row_that_was_taken_out_heads_nothing() -> None:
    body = [
        ["Safety", "", ""],
        ["Weight", "X", "X"],
        ["CCI", "", ""],
        ["ECG", "X", ""],
        ["→", "", ""],
        ["Blood", "", "X"],
    ]
    hidden = [Cell(row=3, column=c, row_span=1, column_span=1, text="", states=["redacted"]) for c in (1, 2)]
    groups = {
        a.name: a.parent
        for a in made([["Procedure", "Day 1", "Day 8"]], body, cells=hidden).activities
        if not a.category
    }
    assert groups["Weight"] == groups["ECG"] == groups["Blood"] == 0


def test_an_interval_over_single_visits_counts_from_the_visit_before() -> None:
    header = [["Visit", "V4", "V5", "V6 - V9"], ["", "Every week ± 2 days", "Every week ± 2 days", "Every 4 weeks"]]
    found = visits(header)
    assert [(v.kind, v.offset_days, v.relative_to) for v in found[:2]] == [("planned", 7, "previous visit")] * 2
    assert (found[2].kind, found[2].every_days) == ("repeat", 28)


def test_a_footnote_of_a_column_gives_its_time_window_and_contact() -> None:
    notes = {"a": "20 weeks after the last dose of study drug (± 7 days).", "b": "Sites will make a phone call."}
    found = visits([["Procedure", "Day 1", "Safety Follow-upa", "Long-term Follow-upb"]], notes=notes)
    assert (found[1].offset_days, found[1].relative_to, found[1].after_days) == (
        140,
        "last dose of study drug",
        7,
    )
    assert found[2].contact == "phone"


def test_letters_of_a_legend_are_contacts() -> None:
    header = [["Type of visit", "C", "SC", "C/H"], ["Day", "1", "8", "28"]]
    notes = {"-": "C = clinic visit; SC = safety (phone) call; H = home visit"}
    assert [v.contact for v in visits(header, notes=notes)] == ["site", "phone", "site or home"]


def test_a_window_row_right_below_the_header_is_no_activity() -> None:
    body = [["Window Allowance (Days)", "-28", "-", "-3/+7", "+3"], ["ECG", "X", "X", "", "X"]]
    schedule = made([["Day", "0", "1", "29", "36"]], body)
    assert [a.name for a in schedule.activities] == ["ECG"]
    assert [(v.before_days, v.after_days) for v in schedule.visits] == [(28, 0), (None, None), (3, 7), (0, 3)]


def test_cycles_that_are_letters_repeat() -> None:
    header = [["Cycle", "X-Y", "X-Y"], ["Length of cycle (days)", "28", "28"], ["Day", "1", "15"]]
    found = visits(header)
    assert [(v.kind, v.day, v.every_days) for v in found] == [("repeat", 1, 28), ("repeat", 15, 28)]
    assert not any(v.doubts for v in found)


def test_a_note_puts_columns_of_cycles_on_their_first_day() -> None:
    note = "Unless otherwise specified, procedures are performed on Day 1 of each treatment cycle (21-day cycles)."
    found = visits([["Treatment cycle", "1", "2", "6 and beyond"]], notes={"-": note})
    assert [(v.cycle, v.day) for v in found] == [(1, 1), (2, 1), (6, 1)]
    assert (found[2].kind, found[2].every_days) == ("repeat", 21)


def test_letters_beside_numbers_are_not_passed_over() -> None:
    found = visits([["Study day", "-6 M to R", "1"]])
    assert found[0].doubts
    assert not found[1].doubts


def test_a_comments_column_may_have_a_second_header() -> None:
    header = [["", "Treatment", "Comments"], ["Visit", "1", "Clinic visits: 1-9, 12"]]
    found = visits(header, body=[["ECG", "X", "Triplicate"], ["Weight", "X", ""]])
    assert [v.kind for v in found] == ["planned", "annotation"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("≤ 14d of the Last Dose", {"offset_days": 0, "before_days": 0, "after_days": 14, "relative_to": "last dose"}),
        ("At time of discon", {"offset_days": 0, "relative_to": "discontinuation"}),
        (
            "30 days post discon (± 7 days)",
            {"offset_days": 30, "relative_to": "discontinuation", "before_days": 7, "after_days": 7},
        ),
        ("≤ 6 weeks from SED", {"offset_days": 0, "before_days": 0, "after_days": 42, "relative_to": "sed"}),
    ],
)
def test_events_and_the_days_from_them(text: str, wanted: dict[str, object]) -> None:
    found = facts(visits([["Day", text, "1"]])[0])
    assert {key: found.get(key) for key in wanted} == wanted


def test_two_windows_in_one_cell_are_said() -> None:
    found = visits([["Procedure", "Additional visit Week 40 ± 7d/± 14d", "Day 1"]])
    assert (found[0].before_days, found[0].after_days) == (7, 7)
    assert found[0].doubts


def test_cycles_that_are_listed_keep_their_list() -> None:
    found = visits([["", "Cycle 4, 6, 8, 10 and 12 Day ± 3d"], ["DAY", "1"]])
    assert (found[0].cycles, found[0].day, found[0].kind) == ([4, 6, 8, 10, 12], 1, "repeat")


def test_rows_of_the_body_may_say_how_visits_take_place() -> None:
    body = [["Telephone visit", "", "X", ""], ["Clinic (C) or home visit (H)", "C", "", "C/H"], ["ECG", "X", "", "X"]]
    found = made([["Week", "0", "4", "8"]], body).visits
    assert [v.contact for v in found] == ["site", "phone", "site or home"]


def test_an_epoch_may_span_some_columns_and_not_others() -> None:
    header = [
        ["", "Dosing (Week 0 to 8)", "Dosing (Week 0 to 8)", "Week 12/ EOS"],
        ["", "Week 4", "Week 8", "Week 12/ EOS"],
    ]
    assert [v.epoch for v in visits(header)][:2] == ["Dosing (Week 0 to 8)"] * 2


@pytest.mark.parametrize(
    ("numbers", "counted"),
    [
        ([1, 2, 3, 4, 5, 6], True),
        ([1, 2, 3, 5, 6, 7, 8], True),  # an amendment took the fourth away
        ([0, 1, 2, 3, 6, 7], False),  # more are left out than not
        ([1, 2, 3, 8, 15, 22], False),
        ([1, 2, 4], False),
        ([2, 4, 6, 8, 10, 12], False),
    ],
)
def test_a_row_without_a_label_numbers_the_visits_also_where_some_were_taken_away(
    numbers: list[int], counted: bool
) -> None:
    weeks = ["", *(f"Week {4 * n}" for n in range(len(numbers)))]
    found = made([["", *map(str, numbers)], weeks])
    named = [encounter.timing.visit for encounter in found.encounters]
    assert (named == [*map(str, numbers)]) == counted


def test_numbers_of_phases_are_no_doubt() -> None:
    found = visits([["Epoch", "1", "1", "2"], ["Visit", "101", "102", "201"], ["Week", "0", "4", "8"]])
    assert [v.doubts for v in found] == [[], [], []]


def test_notes_hang_on_what_carries_them() -> None:
    """On a mark, a row, a column, the corner, a whole table; a note may name its marker with the mark."""
    header = [["Procedure*", "Day 1", "Day 8b"]]
    body = [["ECGc", "Xd", "X"], ["Weight", "X", "X"]]
    notes = {
        "*": "At all visits.",
        "b": "If ill.",
        "c": "In triplicate.",
        "-1": "Xd = performed fasting",
        "-2": "ECG = e.",
    }
    schedule = made(header, body, notes)
    assert [(c.marker, c.used) for c in schedule.conditions] == [
        ("*", [(None, None)]),
        ("b", [(None, 1)]),
        ("c", [(0, None)]),
        ("d", [(0, 0)]),
        ("", [(None, None)]),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("If clinically indicated.", "condition"),
        ("Only for women of childbearing potential.", "condition"),
        ("Every 8 weeks until progression.", "repetition"),
        ("Repeat on Day 1 of each cycle.", "repetition"),
        ("Within 28 days prior to Day 1.", "timing"),
        ("± 3 days.", "timing"),
        ("2 hours after dosing.", "timing"),
        ("May be conducted by telephone.", "alternative"),
        ("Serum instead of urine.", "alternative"),
        ("Includes sodium, potassium and chloride.", "comment"),
        ("See Appendix 2.", "comment"),
    ],
)
def test_footnotes_are_of_a_class(text: str, wanted: str) -> None:
    schedule = made([["Procedure", "Day 1", "Day 8"]], [["ECGa", "X", "X"]], {"a": text})
    assert schedule.conditions[0].note_class == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("After Cycle 6", {"kind": "repeat", "cycle": 7, "every_days": 21}),
        ("C3D1+", {"kind": "repeat", "cycle": 3, "day": 1, "every_days": 21}),
        ("POD 3", {"kind": "planned", "offset_days": 3, "relative_to": "surgery"}),
        (
            "FU visit 28 (± 3) days after last dose",
            {"kind": "event", "offset_days": 28, "before_days": 3, "after_days": 3, "relative_to": "last dose"},
        ),
        ("Last dose + 30 days", {"kind": "event", "offset_days": 30, "relative_to": "last dose"}),
        ("Tag 8 (±1 Tage)", {"kind": "planned", "day": 8, "before_days": 1, "after_days": 1}),
        ("Cycle 7 and after", {"kind": "repeat", "cycle": 7, "every_days": 21}),
        ("Day 1 of each cycle", {"kind": "repeat", "day": 1, "every_days": 21}),
        ("Post-op Day 3", {"kind": "planned", "offset_days": 3, "relative_to": "surgery"}),
        ("Cycle 1 and Cycle 2", {"kind": "repeat", "cycle": 1, "last_cycle": 2, "every_days": 21}),
    ],
)
def test_cycles_that_go_on_and_days_after_surgery(text: str, wanted: dict[str, object]) -> None:
    found = visits([["Procedure", text, "Cycle 1 Day 1"]], notes={"-": "Cycles are 21 days."})
    assert facts(found[0]) == wanted


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Screening (-28 to -1)", "Screening"),
        ("Treatment Phase (1 cycle = 28 days)", "Treatment Phase"),
        ("Treatment Period (Study Days)", "Treatment Period"),
        ("Screening Days -14 to -1", "Screening"),
        ("Dosing (Week 32 through 128)", "Dosing (Week 32 through 128)"),
        (
            "Study Period II Treatment Period For terminations before the last visit see the row ET below",
            "Study Period II Treatment Period",
        ),
        ("(Day 1)", "(Day 1)"),
    ],
)
def test_the_name_of_an_epoch_is_without_the_times_of_its_visits(printed: str, name: str) -> None:
    assert epoch_name(printed) == name


def test_two_levels_may_name_an_epoch() -> None:
    above = ["", "Single-Blind", "Single-Blind", "Open-Label", "Open-Label"]
    below = ["", "Run-in Period", "Titration Period", "Treatment Period", "Treatment Period"]
    found = visits([above, below, ["Week", "-2", "0", "4", "8"]])
    assert [v.epoch for v in found] == [
        "Single-Blind Run-in Period",
        "Single-Blind Titration Period",
        *["Open-Label Treatment Period"] * 2,
    ]


def test_a_header_row_may_say_how_visits_take_place() -> None:
    header = [["Week", "0", "4", "8"], ["Telephone visit", "", "X", ""]]
    assert [v.contact for v in visits(header)] == [None, "phone", None]
    lettered = [["Week", "0", "4"], ["Clinic (C) or remote visit (R)", "C", "R"]]
    assert [v.contact for v in visits(lettered)] == ["site", "video"]


def test_bare_numbers_are_days_where_they_say_the_time_beside_them() -> None:
    days = visits([["Evaluation", "Screening", "Day 1", "Day 3", "Day 7", "EOT"], ["", "-21", "1", "3", "7", "28"]])
    assert [(v.day, v.doubts) for v in days] == [(-21, []), (1, []), (3, []), (7, []), (28, [])]
    weeks = visits([["Test", "Screening", "Week 1", "Week 4", "Week 8"], ["", "-14 to -1", "8", "29", "57"]])
    assert [(v.week, v.day) for v in weeks] == [(None, -14), (1, 8), (4, 29), (8, 57)]


@pytest.mark.parametrize(
    "numbers",
    [["-21", "1", "3", "9", "28"], ["3", "4", "5", "6", "7"], ["-21", "1", "3", "", ""], ["-21", "1", "3", "7", "28a"]],
    ids=["one says another day", "numbers of visits", "too few", "more than numbers"],
)
def test_bare_numbers_stay_open_where_they_may_be_something_else(numbers: list[str]) -> None:
    read = visits([["Evaluation", "Screening", "Day 1", "Day 3", "Day 7", "EOT"], ["", *numbers]])
    assert any(v.doubts for v in read)
    assert read[0].day is None


@pytest.mark.parametrize(
    "label",
    ["Study day (visit window)", "Day ± Window", "Day and allowed deviation", "Visit days with window", "Day +/- days"],
)
def test_a_row_of_days_with_their_windows(label: str) -> None:
    found = visits([[label, "-14", "1", "8 ± 1", "29 (-3/+7)"]])
    assert [(v.day, v.before_days, v.after_days) for v in found] == [
        (-14, None, None),
        (1, None, None),
        (8, 1, 1),
        (29, 3, 7),
    ]


@pytest.mark.parametrize(
    ("label", "cells", "wanted"),
    [
        ("Visit (Week)", ["1 (-2)", "2 (0)", "3 (4)"], [(None, -2, None), (None, 0, None), (None, 4, None)]),
        ("Week (Day)", ["0 (1)", "2 (15)", "4 (29)"], [(None, 0, 1), (None, 2, 15), (None, 4, 29)]),
        ("Cycle/Day", ["1/1", "1/8", "2/1"], [(1, None, 1), (1, None, 8), (2, None, 1)]),
    ],
)
def test_a_row_of_two_counts_is_read_by_its_label(
    label: str, cells: list[str], wanted: list[tuple[int | None, int | None, int | None]]
) -> None:
    assert [(v.cycle, v.week, v.day) for v in visits([[label, *cells]])] == wanted


@pytest.mark.parametrize(
    "label", ["Interval from last visit (weeks)", "Weeks between visits", "Weeks since last visit"]
)
def test_steps_from_the_visit_before_are_no_weeks_of_the_study(label: str) -> None:
    found = visits([[label, "-", "4", "8"]])[1:]
    assert [(v.week, v.offset_days, v.relative_to) for v in found] == [
        (None, 28, "previous visit"),
        (None, 56, "previous visit"),
    ]


def test_the_length_of_a_visit_is_no_time() -> None:
    found = visits([["Day", "1", "8"], ["Approximate visit length (hours)", "2", "1"]])
    assert [(v.day, v.hours) for v in found] == [(1, None), (8, None)]


def test_a_row_of_procedures_that_was_taken_as_header_is_one() -> None:
    header = [["Procedures", "Day 1", "Day 8", "Day 15"], ["ECG", "X", "-", "X"]]
    schedule = made(header, [["Weight", "X", "X", "X"]])
    assert [a.name for a in schedule.activities] == ["ECG", "Weight"]
    assert [v.printed for v in schedule.visits] == [["Day 1"], ["Day 8"], ["Day 15"]]


PHASES = ["Screening", "Treatment Period (Each 28 Day Cycle)", "Treatment Period (Each 28 Day Cycle)", "Follow-up"]


@pytest.mark.parametrize("label", ["Visit Identifier", "Visit", "Study Visit", "Procedure", "Epoch", ""])
def test_phases_are_found_whatever_the_label_of_their_row(label: str) -> None:
    found = visits([[label, *PHASES], ["Week", "-2", "0", "4", "8"]])
    assert [v.epoch for v in found] == ["Screening", "Treatment Period", "Treatment Period", "Follow-up"]


@pytest.mark.parametrize(
    "names", [["Lead-in", "Core Study", "Core Study", "Post-study"], ["Pre-Study", "Part B", "Part B", "FU"]]
)
def test_a_name_over_several_columns_is_a_phase_beside_phases(names: list[str]) -> None:
    found = visits([["Procedure", *names], ["Week", "-2", "0", "4", "8"]])
    assert [v.epoch for v in found] == names


def test_days_in_a_row_of_phases_name_none() -> None:
    found = visits([["Procedure", "Screening", "Day 1", "Day 8", "Follow-up"], ["Week", "-2", "0", "1", "5"]])
    assert not {"Day 1", "Day 8"} & {v.epoch for v in found}


def test_a_time_behind_a_phase_yields_to_the_times_below() -> None:
    names = ["Screening (up to 28 days)", "Treatment", "Treatment", "Follow-up (30 days after last dose)"]
    found = visits([["Epoch", *names], ["Month", "-1", "0", "1", "2"]])
    assert [(v.month, v.offset_days) for v in found] == [(-1, None), (0, None), (1, None), (2, None)]
    alone = visits([["Epoch", *names], ["Month", "", "0", "1", ""]])[3]
    assert (alone.offset_days, alone.relative_to) == (30, "last dose")


@pytest.mark.parametrize(
    ("cell", "sides"),
    [
        ("-2 to 0", (2, 0)),
        ("0 to +5", (0, 5)),
        ("0/+5", (0, 5)),
        ("-3/0", (3, 0)),
        ("-7 to +3", (7, 3)),
        ("-1/+3", (1, 3)),
    ],
)
@pytest.mark.parametrize("place", ["row", "cell"])
def test_a_deviation_to_one_side_says_nought_for_the_other(cell: str, sides: tuple[float, float], place: str) -> None:
    if place == "row":
        head = [["Week", "0", "4", "8"], ["Visit window (days)", "", cell, cell]]
    else:
        head = [["Week", "0", f"4 ({cell} days)", f"8 {cell} d"]]
    found = visits(head)
    assert [(v.week, v.day, v.before_days, v.after_days) for v in found[1:]] == [(4, None, *sides), (8, None, *sides)]


@pytest.mark.parametrize(
    "label",
    ["Study week (±3 days)", "Week, ± 3 days", "Visit (± 3 days)", "Timing of visit (weeks) +/- 3 days", "Weeks (±3d)"],
)
def test_the_label_of_a_row_gives_its_visits_a_window(label: str) -> None:
    timed = ["Week -2", "Week 0", "Week 4", "Week 8"] if label.startswith("Visit") else ["-2", "0", "4", "8"]
    found = visits([[label, *timed]])
    assert [v.week for v in found] == [-2, 0, 4, 8]
    assert [v.after_days for v in found] == [None, None, 3, 3]


@pytest.mark.parametrize(
    "note",
    [
        "All visits after baseline have a window of ±3 days.",
        "Visit window: ± 3 days for all visits after Day 1.",
        "Visits should occur within 3 days of the scheduled date.",
        "All study visits may take place 3 days before or after the planned day.",
    ],
)
def test_a_window_for_all_visits_but_the_first(note: str) -> None:
    found = visits([["Procedure", "Week -2", "Week 0", "Week 4", "Week 8"]], notes={"-": note})
    assert [(v.before_days, v.after_days) for v in found] == [(None, None), (None, None), (3, 3), (3, 3)]


def test_stacked_headers_of_many_kinds() -> None:
    """A fresh look at the generator's tables: nothing is wrong in silence, phases and contacts are right."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    stacks = program("benchmarks/soe_bench/header_stacks.py")
    scores = [stacks.score_stack(stacks.stack(seed)) for seed in range(40)]
    counts = stacks.total(scores)
    for name, whole in (
        ("timed", "columns"),
        ("windows_ok", "windows"),
        ("contact_ok", "contact"),
        ("epoch_ok", "epoch"),
    ):
        assert counts[name] == counts[whole] > 100, [s.errors for s in scores if s.errors]


@pytest.mark.parametrize(
    "head",
    [
        "Treatment (Each 28 Day Cycle)",
        "Treatment Period (1 cycle = 28 days)",
        "Treatment (28-day cycles)",
        "Dosing, every 4-week cycle",
    ],
)
def test_days_under_a_heading_of_cycles_are_days_of_each_cycle(head: str) -> None:
    found = visits(
        [["Epoch", "Screening", head, head, "FU"], ["Visit window", "", "", "±3D", ""], ["Day", "-28", "1", "15", ""]]
    )
    assert [(v.kind, v.in_cycle, v.day) for v in found[1:3]] == [("repeat", True, 1), ("repeat", True, 15)]
    study = visits([["Epoch", "Screening", head, head, "FU"], ["Day", "-28", "1", "57", ""]])
    assert [(v.kind, v.in_cycle) for v in study[1:3]] == [("planned", False)] * 2


def test_beyond_cycle_one_begins_with_cycle_two() -> None:
    heads = ["Cycle 1 only (cycle = 3 weeks)", "Beyond: each cycle = 3 weeks"]
    found = visits([["", heads[0], heads[0], heads[1], heads[1]], ["", "Day 1", "Day 8", "Day 1", "Day 8"]])
    assert [(v.cycle, v.day, v.kind) for v in found] == [
        (1, 1, "planned"),
        (1, 8, "planned"),
        (2, 1, "repeat"),
        (2, 8, "repeat"),
    ]


def test_cycles_beside_a_window_say_whom_the_window_is_for() -> None:
    found = visits([["Visit", "Day 1", "Day 8"], ["Visit window", "Cycles 2 and later ± 3 days", "± 3 days"]])
    assert (found[0].cycle, found[0].after_days, found[0].conditions) == (None, 3, ["Cycles 2 and later ± 3 days"])


@pytest.mark.parametrize(
    ("name", "note", "wanted"),
    [
        ("SCR", "The screening visit must be performed within 28 days of randomization.", (-28, "randomization", None)),
        ("End of treatment", "To be done no later than 4 weeks from the last dose of study drug.", (None, None, None)),
        (
            "FU",
            "A follow-up visit should be planned for 28 days after last drug intake.",
            (28, "last drug intake", None),
        ),
        ("Post-treatment visits", "Visits q9 weeks until radiographic progression.", (None, None, 63)),
        ("Post-treatment visits", "Visits q9 weeks for a year, then q12 weeks.", (None, None, 63)),
        ("Maintenance", "Treatment is given every 3 weeks.", (None, None, 21)),
        ("Home", "Alternates every 4 weeks with a visit at the site.", (None, None, None)),
    ],
)
def test_the_note_of_a_column_without_a_time_gives_one(name: str, note: str, wanted: tuple[object, ...]) -> None:
    cells = [Cell(row=0, column=1, text=name, markers=["a"])]
    visit = visits([["Procedure", name, "Week 4", "Week 8"]], notes={"a": note}, cells=cells)[0]
    assert (visit.offset_days, visit.relative_to, visit.every_days) == wanted
    assert any("later every" in doubt for doubt in visit.doubts) == ("then" in note)


def test_each_follow_up_takes_its_own_sentence_of_a_note() -> None:
    names = ["Safety Follow-up Visit 1", "Safety Follow-up Visit 2"]
    note = (
        "Participants are followed for at least 100 days after last dose. "
        "Follow-up Visit 1 occurs 30 days after last dose. "
        "Follow-up Visit 2 occurs approximately 100 days after last dose."
    )
    cells = [Cell(row=0, column=c, text=name, markers=["a"]) for c, name in enumerate(names, 1)]
    found = visits([["Procedure", *names, "Survival"]], notes={"a": note}, cells=cells)
    assert [v.offset_days for v in found] == [30, 100, None]


def test_names_over_few_columns_do_not_hide_the_phases_below() -> None:
    group = "Patients with progression during treatment"
    found = visits(
        [
            ["", "", "", group, group],
            ["", "Screening", "Induction Phase", "Induction Phase", "Follow-up Phase"],
            ["", "≤ 28 days", "Day 1", "Day 8", "Every 3 months"],
        ]
    )
    assert [v.epoch for v in found] == ["Screening", "Induction Phase", "Induction Phase", "Follow-up Phase"]
    assert (found[0].day, found[0].last_day) == (-28, -1)


@pytest.mark.parametrize("date", ["May 31", "31 May 2019", "June 2024", "Dec 31, 2025", "3rd October 2021"])
def test_a_repeat_until_a_date_counts_from_nothing(date: str) -> None:
    visit = visits([["Procedure", f"Every 12 weeks until {date}", "Day 400"]])[0]
    assert (visit.kind, visit.every_days, visit.relative_to) == ("repeat", 84, None)
    assert visit.conditions == [f"until {date}"]


def test_may_is_no_month_behind_a_day() -> None:
    assert visits([["Procedure", "Day 1 may be repeated", "Day 8"]])[0].day == 1


@pytest.mark.parametrize(
    ("text", "hours", "span"),
    [
        ("30 to 60 minutes pre-injection", -1, 0.5),
        ("0-4 h postdose", 0, 4),
        ("Day 1, 2-4 h post dose", 2, 2),
        ("2 h postdose", 2, None),
    ],
)
def test_a_span_of_hours_keeps_both_its_ends(text: str, hours: float, span: float | None) -> None:
    visit = visits([["Procedure", text, "Day 400"]])[0]
    assert visit.hours == hours
    assert visit.after_days == (None if span is None else pytest.approx(span / 24, abs=1e-5))


def test_a_limit_in_a_row_of_windows_is_one_of_screening() -> None:
    head = [
        ["Visit", "Screening", "Cycle 1", "Cycle 2"],
        ["Day and visit window (±n days)", "≤28", "D1 (±3)", "D15 (±3)"],
    ]
    found = visits(head)
    assert (found[0].day, found[0].last_day, found[0].doubts) == (-28, -1, [])
    assert [(v.day, v.after_days) for v in found[1:]] == [(1, 3), (15, 3)]
