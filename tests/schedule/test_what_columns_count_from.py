"""From what the numbers of columns count, in which unit, and where the print leaves it open."""

from __future__ import annotations

import sys

import pytest
from made_tables import visits

from programs import ROOT, program


@pytest.mark.parametrize(
    "label", ["Week [W] Study day and tolerance", "Study week / day (± window)", "Week, Study Day"]
)
def test_a_row_of_weeks_and_days_has_both(label: str) -> None:
    """The cells name the week; the number without a name is the day."""
    found = visits([["Visit", "1", "2", "3", "4"], [label, "-14 to -1", "W0 1", "W3 22±3", "Wk 6 43 ± 3"]])
    assert [(v.week, v.day) for v in found] == [(None, -14), (0, 1), (3, 22), (6, 43)]
    assert [v.after_days for v in found[2:]] == [3, 3]
    turned = visits([["Study day (week)", "D1 0", "D15 2", "D29 4"]])
    assert [(v.week, v.day) for v in turned] == [(0, 1), (2, 15), (4, 29)]


def test_units_over_the_columns_hold_for_each_by_itself() -> None:
    found = visits([["", "Day", "Day", "Week", "Week", "Week", "Week"], ["", "1", "7", "4", "8", "12", "16"]])
    assert [(v.day, v.week) for v in found[:3]] == [(1, None), (7, None), (None, 4)]
    assert found[1].name.endswith("Day 7")


@pytest.mark.parametrize("limit", ["(≥ 28)", "> 28", "≥ 28 and < 35", "at least 28"])
def test_a_limit_in_a_row_of_windows_is_no_day(limit: str) -> None:
    found = visits([["Visit", "Week 4", "Week 8", "ET"], ["Window (days)", "± 7", "± 7", limit]])
    assert (found[2].kind, found[2].day) == ("event", None)
    assert found[2].doubts
    assert found[0].after_days == 7


@pytest.mark.parametrize(
    "text",
    [
        "Follow-up All visits are calculated from date of randomization",
        "Post-treatment (days counted from randomisation)",
        "FU; visits are timed from the day of randomization",
    ],
)
def test_a_header_says_from_what_its_days_count(text: str) -> None:
    found = visits([["Period", "Dosing", text, text], ["Day", "0", "50 (-7 to +21 days)", "100 (± 14 days)"]])
    assert [v.offset_days for v in found] == [None, 50, 100]
    assert {(v.relative_to or "")[:8] for v in found[1:]} == {"randomiz", "randomis"} & {
        (found[1].relative_to or "")[:8]
    }
    assert (found[1].before_days, found[1].after_days) == (7, 21)


def test_a_footnote_and_a_note_say_from_what_days_count() -> None:
    header = [["Procedure", "Day 1", "Day 28", "Follow-up Day 60", "Follow-up Day 90"]]
    note = visits(header, notes={"-": "All follow-up visits are counted from the last dose."})
    assert [(v.day, v.offset_days, v.relative_to) for v in note[1:]] == [
        (28, None, None),
        (None, 60, "last dose"),
        (None, 90, "last dose"),
    ]
    scans = visits(header, notes={"-": "Scans of follow-up visits are timed from the last scan."})
    assert [v.offset_days for v in scans] == [None] * 4


@pytest.mark.parametrize(
    ("label", "event"),
    [
        ("Days from last dose", "last dose"),
        ("Post-operative day", "surgery"),
        ("Time after implantation (days)", "implantation"),
        ("Days since transplantation", "transplantation"),
    ],
)
def test_a_label_says_from_what_its_numbers_count(label: str, event: str) -> None:
    found = visits([["Visit", "A", "B"], [label, "30 days", "90 (± 5) days"]])
    assert [(v.offset_days, v.relative_to) for v in found] == [(30, event), (90, event)]


def test_the_name_of_a_phase_over_days_is_no_event_for_sure() -> None:
    found = visits([["", "Treatment", "Post ASCT", "Post Tx FU"], ["Day", "1", "100", "150"]])
    assert found[1].doubts
    assert not found[2].doubts
    assert (found[2].day, found[2].relative_to) == (150, None)


def test_what_repeats_in_cycles_has_no_last_one() -> None:
    header = [
        ["", "Cycle 1 (35 days)", "Cycles 2-5 (28 days each)", "Cycle 6 and every 2nd cycle thereafter"],
        ["Day", "1", "1", "1"],
    ]
    found = visits(header)
    assert [(v.cycle, v.last_cycle) for v in found] == [(1, 1), (2, 5), (6, None)]
    assert found[1].every_days == 28


def test_codes_of_visits_are_no_cycles() -> None:
    found = visits([["Visit", "A1", "A2", "B1", "C1"], ["Day", "-7", "-1", "1", "15"]])
    assert [(v.cycle, v.day) for v in found] == [(None, -7), (None, -1), (None, 1), (None, 15)]


def test_a_step_beside_deviations_is_doubted() -> None:
    """ "ET+7" in a row of days with their deviations: seven days later, or up to seven."""
    found = visits([["Day", "1", "15±4", "29±4", "ET+7"]])
    assert found[3].doubts
    assert not found[1].doubts


def test_headers_written_as_a_stranger_would_are_not_wrong_in_silence() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    strange = program("benchmarks/soe_bench/stranger_headers.py")
    wrong = {
        name: score.errors
        for batch in strange.HEADERS.values()
        for name, header in batch.items()
        if (score := strange.score_header(header)).counts.get("silent")
    }
    assert wrong == {}


def test_weeks_that_begin_again_in_a_phase_are_doubted_there() -> None:
    phases = ["", "Double-blind", "Double-blind", "Double-blind", "Extension", "Extension"]
    found = visits([phases, ["Week", "0", "8", "16", "0", "12"]])
    assert ["begin again" in " ".join(v.doubts) for v in found] == [False, False, False, True, True]
    on = visits([phases, ["Week", "0", "8", "16", "24", "32"]])
    assert [v.doubts for v in on] == [[]] * 5


@pytest.mark.parametrize(
    ("label", "event"),
    [("Interval since previous visit", "previous visit"), ("Infant age", "birth"), ("Time since birth", "birth")],
)
def test_lengths_with_units_of_their_own_count_from_what_their_label_says(label: str, event: str) -> None:
    found = visits([["Visit", "1", "2", "3"], [label, "-", "6 weeks (±7 days)", "14 weeks"]])
    assert [(v.offset_days, v.relative_to) for v in found[1:]] == [(42, event), (98, event)]
    assert found[1].after_days == 7


def test_hours_without_anything_to_count_from_are_doubted() -> None:
    assert all(v.doubts for v in visits([["Time", "15 min", "2 hr"]]))
    assert not any(v.doubts for v in visits([["Time", "Predose", "15 min", "2 hr"]])[1:])
    limit = visits([["Visit", "Within 72 h of symptom onset"]])[0]
    assert (limit.hours, limit.relative_to, limit.after_days) == (0, "symptom onset", 3)


def test_a_bare_day_beside_ranges_of_days_has_no_window() -> None:
    found = visits([["Day", "1", "29", "57"], ["Visit window", "1", "26-32", "54-60"]])
    assert [(v.before_days, v.after_days) for v in found] == [(None, None), (3, 3), (3, 3)]


def test_a_call_to_the_randomisation_system_is_no_phone_visit() -> None:
    body = [["Contact IXRS by phone", "X", ""], ["Telephone contact", "", "X"]]
    assert [v.contact for v in visits([["Procedure", "Day 1", "Day 8"]], body=body)] == [None, "phone"]


@pytest.mark.parametrize("label", ["Gestational week", "Week of lactation", "Dosing-interval day"])
def test_a_label_with_words_that_nobody_foresaw_is_doubted(label: str) -> None:
    assert all(v.doubts for v in visits([[label, "1", "12", "20"]]))


@pytest.mark.parametrize("label", ["Study Week", "Day of Treatment", "Timing ofVisit (Weeks)", "Week (relative to V2)"])
def test_a_usual_label_is_not_doubted(label: str) -> None:
    assert [v.doubts for v in visits([["Visit", "1", "2", "3"], [label, "1", "12", "20"]])] == [[]] * 3


def test_a_header_that_counts_from_something_unknown_is_doubted() -> None:
    text = "Phase 2 (all visits are calculated from the third widget)"
    found = visits([["", "Phase 1", text, text], ["Day", "1", "30", "60"]])
    assert [bool(v.doubts) for v in found] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "offset", "event", "after"),
    [
        ("30 d (±3 d) after last dose", 30, "last dose", 3),
        ("30 d ± 3 d after last dose", 30, "last dose", 3),
        ("30 (±3) days after last dose", 30, "last dose", 3),
        ("Call (2 ± 1 days after PET 2)", 2, "pet 2", 1),
        ("7 days after Dose 2 (± 1 day)", 7, "dose 2", 1),
    ],
)
def test_a_length_in_a_row_of_days_counts_from_what_stands_behind_its_window(
    text: str, offset: float, event: str, after: float
) -> None:
    found = visits([["Visit day", "Day 1", "Day 8", text]])[-1]
    assert (found.day, found.offset_days, found.relative_to, found.after_days) == (None, offset, event, after)


def test_a_length_before_stays_before_whatever_its_row_is_relative_to() -> None:
    both = visits([["Time relative to transplantation", "48 to 24 h before", "6 h"]])[0]
    assert (both.hours, both.before_days, both.after_days, both.doubts) == (-48, 0, 1, [])
    found = visits([["Time relative to transplantation", "24 h before", "6 h", "2 days before"]])
    assert [v.hours for v in found[:2]] == [-24, 6]
    assert found[2].offset_days == -2
    assert {v.relative_to for v in found} == {"transplantation"}


@pytest.mark.parametrize(
    ("text", "days"),
    [("5 min ± 1", 1 / 1440), ("30 min (± 5)", 5 / 1440), ("2 h (±5m)", 5 / 1440), ("2 h ± 15 min", 15 / 1440)],
)
def test_a_window_without_a_unit_is_in_minutes_beside_minutes(text: str, days: float) -> None:
    found = visits([["Time after dose", text, "24 h"]])[0]
    assert found.after_days == pytest.approx(days, abs=1e-6)


def test_a_month_as_a_window_is_no_day() -> None:
    found = visits([["Visit", "M1", "M24/EOS (±1m)"]])[1]
    assert found.after_days is None
    assert any("months" in doubt for doubt in found.doubts)
