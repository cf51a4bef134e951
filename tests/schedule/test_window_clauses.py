"""Sentences that give windows for some visits each: for whom each deviation is."""

from __future__ import annotations

import time

import pytest
from made_tables import visits

WEEKS = [
    ["", "Screening", *["Treatment"] * 6, "Follow-up"],
    ["Visit", "1", "2", "3", "4", "5", "6", "7", "8"],
    ["Week", "-4 to -1", "0", "2", "4", "12", "24", "52", "56"],
]
CYCLES = [["", "Screening", "C1D1", "C1D8", "C1D15", "C2D1", "C3D1 and beyond", "EOT", "30-day follow-up"]]
NO = None


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("Visit windows: ±3 days for Visits 3-5, ±7 days for Visits 6-8.", [3, 3, 3, 7, 7, 7]),
        (
            "Visit window: ± 2 days through Week 4, ± 5 days from Week 12 to 24, ± 7 days thereafter.",
            [2, 2, 5, 5, 7, 7],
        ),
        ("All visits have a window of ±3 days except Week 52 (± 7 days).", [3, 3, 3, 3, 7, 3]),
        ("All visits ±3 days, except Week 52 which is ±7 days.", [3, 3, 3, 3, 7, 3]),
        ("All visits have a window of ±3 days, with the exception of Visit 8 (±7 days).", [3, 3, 3, 3, 3, 7]),
        ("Treatment visits have a window of ±3 days; follow-up visits have a window of ±7 days.", [3, 3, 3, 3, 3, 7]),
        ("Visit window during the treatment period is ±3 days and during the follow-up period ±7 days.", [3] * 5 + [7]),
        ("Visits up to Week 4 have a window of ±2 days; later visits ±7 days.", [2, 2, 7, 7, 7, 7]),
        ("Visits during the first 12 weeks have a window of ±2 days, all other visits ±4 days.", [2, 2, 2, 4, 4, 4]),
        ("A visit window of ±3 days is allowed for all visits after Visit 3.", [NO, 3, 3, 3, 3, 3]),
        ("A time window of ±3 days (±7 days after Week 12) is permitted for each visit.", [3, 3, 3, 7, 7, 7]),
        ("Visits 3 and 4 may take place ±2 days and Visits 5 to 8 ±5 days of the date.", [2, 2, 5, 5, 5, 5]),
        ("Visit windows are ±1 day for Weeks 2 and 4 and ±3 days for Weeks 12, 24 and 52.", [1, 1, 3, 3, 3, NO]),
        ("Visit window: Visit 3 (±2 days), Visit 4 (±3 days), all subsequent visits (±7 days).", [2, 3, 7, 7, 7, 7]),
        ("Visits before Week 12 have a window of ±2 days and visits from Week 12 onwards ±5 days.", [2, 2, 5, 5, 5, 5]),
        ("The visit window is ±5 days for all visits other than Visit 3.", [NO, 5, 5, 5, 5, 5]),
        ("All visits have a window of ±5 days except Week 24.", [5, 5, 5, NO, 5, 5]),
        ("Visits from Week 2 until Week 12 have a window of ±3 days.", [3, 3, 3, NO, NO, NO]),
        ("Visits after Week 4 and before Week 24 have a window of ±3 days.", [NO, NO, 3, NO, NO, NO]),
        ("Visits up to Week 4 and from Week 24 have a window of ±3 days.", [3, 3, NO, 3, 3, 3]),
        ("Visits between Week 4 and Week 24 have a window of ±3 days.", [NO, 3, 3, 3, NO, NO]),
        ("VISIT WINDOWS: ±1 DAY FOR WEEKS 2 TO 12, ±7 DAYS FOR WEEKS 24 AND 52.", [1, 1, 1, 7, 7, NO]),
        ("Visit windows: Week 2,and 4 to 24 ±3 days.", [3, 3, 3, 3, NO, NO]),
        ("All visits have a window of ±3 days except Weeks 4, 12, and 24.", [3, NO, NO, NO, 3, 3]),
        ("Except for Weeks 4, 12 and 24, all visits have a window of ±3 days.", [3, NO, NO, NO, 3, 3]),
        ("The visit window is ±3 days. Week 52: ±7 days.", [3, 3, 3, 3, 7, 3]),
        ("All visits: ±3 days; Week 24 ±7 days; Week 52 ±14 days.", [3, 3, 3, 7, 14, 3]),
        ("The visit window is ±3 days. For Weeks 24 and 52 the window is ±7 days.", [3, 3, 3, 7, 7, 3]),
        ("The visit window is ±3 days. The diary of Week 52 is read ±7 days.", [3, 3, 3, 3, 3, 3]),
        ("Visits up to and including Week 12 must not exceed a window of ±3 days.", [3, 3, 3, NO, NO, NO]),
        ("Visit windows: ±3 days\0 for Visits 3-5, ±7 days for Visits 6-8.", [3, 3, 3, 7, 7, 7]),
        ("Window for the follow-up visit is ±7 days.", [NO, NO, NO, NO, NO, 7]),
        ("Visits at Weeks 2, 4, and 12 are within ±3 days, at Weeks 24 and 52 within ±7 days.", [3, 3, 3, 7, 7, NO]),
    ],
)
def test_each_deviation_is_for_the_visits_that_its_words_name(said: str, before: list[float | None]) -> None:
    found = visits(WEEKS, notes={"-": said})
    assert [v.before_days for v in found[:2]] == [None, None]
    assert [v.before_days for v in found[2:]] == before
    assert not any("windows" in doubt for v in found for doubt in v.doubts)


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("Visit windows: Cycle 1 ± 1 day; subsequent cycles ± 3 days.", [1, 1, 3, 3, NO, NO]),
        (
            "Visit window: ±1 day applies to Cycle 1 visits, ±3 days to Cycle 2 and later, and ±7 days to follow-up.",
            [1, 1, 3, 3, NO, 7],
        ),
        ("Each visit has a window of ±2 days during Cycles 1 and 2, thereafter ±3 days.", [2, 2, 2, 3, NO, 3]),
        ("The window for Day 8 and Day 15 visits is ±1 day and for Day 1 of each cycle ±3 days.", [1, 1, 3, 3, NO, NO]),
        ("All visits may be performed ±3 days, except C1D8 (±1 day) and EOT (±7 days).", [1, 3, 3, 3, 7, 3]),
        ("There is a ±2-day window for all visits except Cycle 1.", [NO, NO, 2, 2, NO, 2]),
    ],
)
def test_cycles_and_printed_names_tell_for_whom_a_deviation_is(said: str, before: list[float | None]) -> None:
    found = visits(CYCLES, notes={"-": said})
    assert [v.before_days for v in found[2:]] == before


@pytest.mark.parametrize(
    "said",
    [
        "Visit windows: ±3 days for the induction visits, ±7 days for Visits 6-8.",  # nobody is in induction
        "Visit windows: ±3 days for Visits 3-6, ±7 days for Visits 6-8.",  # visit 6 twice
        "Visits may vary by 2 days in either direction; follow-up visits by up to 7 days.",
        "Visit windows are ± 10% of the interval.",
        "All visits have a window of ±3 days, but Week 4 has none.",
        "All visits ±3 days, not applicable to Week 4.",
        "All visits have a window of ±3 days, including the follow-up visit.",
    ],
)
def test_where_one_deviation_is_for_nobody_none_is_taken_and_that_is_said(said: str) -> None:
    found = visits(WEEKS, notes={"-": said})
    assert all(v.before_days is None for v in found)
    assert any("none was taken" in doubt for v in found for doubt in v.doubts)


def test_a_deviation_said_again_in_words_is_one() -> None:
    said = "Visit windows: ▪I-2 and I-4: ±4 days (ie, plus or minus 4 days). ▪I-8: +3 days (ie, plus 3 days)."
    found = visits([["Week", "I-0", "I-2", "I-4", "I-8"]], notes={"-": said})
    assert [(v.before_days, v.after_days) for v in found[1:]] == [(4, 4), (4, 4), (0, 3)]


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("All visits ±3 days, except the last visit.", [3, 3, 3, NO]),
        ("All visits ±3 days, except the last two visits.", [3, 3, NO, NO]),
        ("Visits ±2 days until Week 4, then ±5 days until Week 12, then ±7 days.", [2, 2, 5, 7]),
        ("Visit windows: ≤ Week 4: ±3 days; > Week 4: ±7 days.", [3, 3, 7, 7]),
        ("Week 4 must not be moved; all other visits ± 3 days.", [3, NO, 3, 3]),
        ("There is no window for Week 4. All other visits ± 3 days.", [3, NO, 3, 3]),
        ("Early visits (Weeks 2 to 4): ± 2 days; late visits (Weeks 12 to 24): ± 7 days.", [2, 2, 7, 7]),
        ("Deviations of ±1 week are allowed at Weeks 12 and 24 only.", [NO, NO, 7, 7]),
        ("The visit window is ±1 day for the first two visits after baseline and ±5 days thereafter.", [1, 1, 5, 5]),
        ("Visits should not be more than 3 days early or late.", [3, 3, 3, 3]),
        ("The final visit: +7 days. Other visits: ±3 days.", [3, 3, 3, 0]),
        ("Visits are held within 7 days either side of the nominal date, apart from Week 4 (±2 days).", [7, 2, 7, 7]),
        ("±2 days until Week 4 and ±5 days thereafter.", [2, 2, 5, 5]),
        ("Weeks 2 and 4 may be done within -2/+2 days; Weeks 12 and 24 ±5 days.", [2, 2, 5, 5]),
        ("Visits: minus 2 days / plus 4 days", [2, 2, 2, 2]),
        ("Study flow (visit window ±3 days unless stated)", [3, 3, 3, 3]),
    ],
)
def test_windows_as_sentences_give_them_to_some_visits(said: str, before: list[float | None]) -> None:
    head = [["", "Week 0", "Week 2", "Week 4", "Week 12", "Week 24"]]
    found = visits(head, notes={"-": said})
    assert [v.before_days for v in found[1:]] == before
    assert not any("none was taken" in doubt for v in found for doubt in v.doubts)


@pytest.mark.parametrize(
    ("said", "sides"),
    [
        ("A window of up to 7 days after the scheduled date is allowed for all visits.", (0, 7)),
        ("A visit may occur no more than 2 days before and 5 days after the scheduled visit date.", (2, 5)),
        ("All visits may be up to 7 days early but not late.", (7, 0)),
        ("Visits may occur 2 weeks before or 3 days after the scheduled date.", (14, 3)),
        ("Visits may occur 3 days prior to or 5 days after the scheduled date.", (3, 5)),
        ("All visits -1 week/+3 days.", (7, 3)),
        ("All visits may be held 1.5 weeks either side of the planned date.", (10.5, 10.5)),
        ("Visits -2 days, +4 days.", (2, 4)),
        ("All visits may be held up to 3 days before the planned first dose.", (None, None)),
    ],
)
def test_windows_in_words_have_their_sides(said: str, sides: tuple[float | None, float | None]) -> None:
    found = visits([["", "Day 1", "Day 29"]], notes={"-": said})
    assert (found[1].before_days, found[1].after_days) == sides


@pytest.mark.parametrize(
    "notes",
    [
        {"-1": "All visits have a window of ±3 days.", "-2": "The visit window is ±5 days."},
        {"-": "All visits ±3 days, except the long ones."},
        {"-": "All visits ±3 days, except the first visit."},
        {"-": "A visit window of 3 days is allowed."},
        {"-": "Visit windows are ± 10% of the interval."},
    ],
)
def test_a_window_that_is_told_in_two_ways_or_in_half_is_doubted_at_each_visit(notes: dict[str, str]) -> None:
    found = visits([["", "Week 0", "Week 2", "Week 4"]], notes=notes)
    assert all(v.before_days is None for v in found)
    assert [any("none was taken" in doubt for doubt in v.doubts) for v in found] == [False, True, True]


def test_the_last_visit_is_open_where_a_follow_up_stands_behind_it() -> None:
    head = [["", "Week 0", "Week 2", "Week 4", "Follow-up"]]
    found = visits(head, notes={"-": "All visits ±3 days, except the last visit."})
    assert [any("not told" in doubt for doubt in v.doubts) for v in found] == [False, True, True, False]


def test_windows_are_told_by_contact_and_by_the_end_of_the_study() -> None:
    head = [["", "Day 1 (clinic)", "Day 8 (telephone)", "Day 29 (clinic)", "End of study (Day 57)"]]
    found = visits(head, notes={"-": "Telephone visits ± 2 days, clinic visits ± 5 days, end-of-study visit ± 7 days."})
    assert [v.before_days for v in found[1:]] == [2, 5, 7]


def test_clinic_visits_are_also_those_that_may_be_held_there() -> None:
    head = [["Day", "1", "8", "15"], ["Contact", "C", "C or P", "P"]]
    notes = {"-1": "C = clinic visit; P = phone visit.", "-2": "Clinic visits have a window of ± 3 days."}
    found = visits(head, notes=notes)
    assert [v.contact for v in found] == ["site", "site or phone", "phone"]
    assert [v.before_days for v in found] == [None, 3, None]


def test_a_day_of_a_cycle_is_one_visit() -> None:
    head = [["", "C1D1", "C1D8", "C1D15", "C2D1", "C2D8"]]
    found = visits(head, notes={"-": "Visit windows: ±1 day through Cycle 1 Day 8, ±3 days thereafter."})
    assert [v.before_days for v in found[1:]] == [1, 3, 3, 3]
    found = visits(head, notes={"-": "All visits ±3 days, except Cycle 2 Day 1."})
    assert [v.before_days for v in found[1:]] == [3, 3, None, 3]


def test_footnotes_of_one_visit_that_disagree_give_no_window() -> None:
    notes = {"a": "Visit window ± 3 days.", "b": "Visit window ± 7 days."}
    one, both = visits([["", "Day 1", "Day 29 a", "Day 57 a,b"]], notes=notes)[1:]
    assert (one.before_days, both.before_days) == (3, None)
    assert any("different windows" in doubt for doubt in both.doubts)


def test_a_window_in_the_header_stays_and_is_doubted_where_a_footnote_gives_another() -> None:
    notes = {"a": "Visit window ± 7 days.", "b": "Visit window ± 3 days."}
    other, same = visits([["", "Day 1", "Day 29 (± 3 d) a", "Day 57 (± 3 d) b"]], notes=notes)[1:]
    assert [(v.before_days, v.after_days) for v in (other, same)] == [(3, 3), (3, 3)]
    assert any("another window than the header" in doubt for doubt in other.doubts)
    assert not any("another window" in doubt for doubt in same.doubts)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("The follow-up visit takes place 28 to 35 days after the last dose.", (28, 7)),
        ("Between 4 and 6 weeks after the last dose.", (28, 14)),
        ("The visit takes place 4 weeks to 35 days after the last dose.", (28, 7)),
        ("From Day 1 to 30 days after the last dose.", (30, None)),
        ("Until Visit 12 or 28 days after the last dose.", (28, None)),
        ("30 and 90 days after the last dose.", (None, None)),
    ],
)
def test_a_footnote_with_two_lengths_is_a_span_or_open(note: str, told: tuple[float | None, float | None]) -> None:
    found = visits([["", "Day 1", "Follow-up a"]], notes={"a": note})[1]
    assert (found.offset_days, found.after_days) == told
    assert bool(found.doubts) == (told[0] is None)


@pytest.mark.parametrize(
    ("said", "sides"),
    [
        ("Visits may be delayed by up to 4 days but must not be brought forward.", (0, 4)),
        ("No visit may take place more than 3 days before or more than 5 days after its planned date.", (3, 5)),
        ("All study visits have a window of plus or minus three days.", (3, 3)),
        ("All visits have a window of ±3 days (i.e. 3 days before or after the scheduled date).", (3, 3)),
        ("Visits ±3 days; the interval between two doses must never be less than 18 days.", (3, 3)),
        ("A window of ±5 days applies to all visits; telephone contacts take place on the day itself.", (5, 5)),
        ("All visits have a window of ± 1 month.", None),
        ("Post-vaccination visits: -1/+3 days counted from the previous vaccination.", None),
        ("The visits of the frail have a window of ±3 days.", None),
        ("Visits ±3 days in Arm A and ±5 days in Arm B.", None),
    ],
)
def test_a_sentence_is_for_all_visits_where_no_word_is_of_some(said: str, sides: tuple[float, float] | None) -> None:
    found = visits([["", "Day 1 (clinic)", "Day 15 (telephone)", "Day 29 (clinic)"]], notes={"-": said})
    assert (found[2].before_days, found[2].after_days) == (sides or (None, None))
    assert any("none was taken" in doubt for doubt in found[2].doubts) == (sides is None)
    assert (found[1].before_days is None) == ("telephone" in said or sides is None)


@pytest.mark.parametrize(
    "said",
    [
        "±3 days relative to the date of the previous visit.",
        "Visits should occur within 10% of the scheduled interval.",
        "Visit windows are ±2 business days.",
        "3-day window for Weeks 1 through 4, 7-day window afterwards.",
        "Week 4 may be done 2 days early, Week 8 may be done 5 days early or late.",
        "Visit 3 must be 14 days after Visit 2. All others ±4 days.",
        "If the day is not possible, a visit within 3 working days is acceptable.",
        "No assessment should deviate from the schedule by more than one week.",
    ],
)
def test_what_is_said_of_moving_visits_is_read_or_open_at_each_of_them(said: str) -> None:
    found = visits([["", "V1 (Day 1)", "V2 (Day 15)", "V3 (Day 29)", "V4 (Week 8)"]], notes={"-": said})
    open_ = [any("none was taken" in doubt for doubt in v.doubts) for v in found[1:]]
    assert [v.before_days is None for v in found[1:]] == open_ == [True] * 3


def test_what_is_done_on_holidays_and_what_is_added_to_an_event_are_no_windows() -> None:
    days = [["", "Day 1", "Day 15", "EOT", "Follow-up"]]
    found = visits(days, notes={"-": "If a visit falls on a weekend, it may be moved by one day."})
    assert not any("none was taken" in doubt for v in found for doubt in v.doubts)
    for said in ("Cycle 1 treatment must be given within 3 days of randomization.", "Visits are every 2 or 4 weeks."):
        found = visits(days, notes={"-": said})
        assert not any("none was taken" in doubt for v in found for doubt in v.doubts)
    found = visits(days, notes={"-": "Follow-up visits are scheduled at EOT + 30 days."})
    assert [v.after_days for v in found] == [None] * 4


def test_a_number_beside_a_deviation_must_be_of_a_visit() -> None:
    said = "The EOT visit should take place within 7 days (±2 days) of the last dose."
    found = visits([["", "Day 1", "Day 29", "EOT"]], notes={"-": said})[2]
    assert found.before_days is None
    assert any("none was taken" in doubt for doubt in found.doubts)


def test_a_window_in_working_days_and_one_beside_months_in_days() -> None:
    found = visits([["Week", "0", "4"], ["Allowed deviation (working days)", "0", "±3"]])
    assert found[1].doubts
    found = visits([["Day (window)", "1", "8 (7-10)", "15 (14-18)"]])
    assert [(v.day, v.before_days, v.after_days) for v in found] == [(1, None, None), (8, 1, 2), (15, 1, 3)]
    found = visits([["Visit (month ± days)", "M1 ± 7", "M3 ± 14"]])
    assert [(v.month, v.before_days) for v in found] == [(1, 7), (3, 14)]


def test_a_footnote_that_is_nothing_but_days_is_a_window_or_doubted() -> None:
    days = [["", "Day 1", "Day 29 c", "Day 57"]]
    notes = (
        "Between Day 26 and Day 32.",
        "Target Day 29, allowed range Day 27 to Day 33",
        "Day 30",
        "Days 8 and 15",
    )
    found = [visits(days, notes={"c": said})[1] for said in notes]
    assert [(v.before_days, v.after_days) for v in found] == [(3, 3), (2, 4), (None, None), (None, None)]
    assert [any("Footnote c" in doubt for doubt in v.doubts) for v in found] == [False, False, True, True]


def test_a_footnote_that_is_a_range_of_months_is_doubted() -> None:
    found = visits([["", "Month 0", "Month 3 c"]], notes={"c": "Month 2 to Month 4"})[1]
    assert found.before_days is None
    assert any("range in months" in doubt for doubt in found.doubts)


def test_a_footnote_with_two_times_is_none_of_them() -> None:
    found = visits([["", "Week 0", "Visit 3 x"]], notes={"x": "At Week 26. On Week 52."})[1]
    assert found.week is None
    assert any("more than one time" in doubt for doubt in found.doubts)


def test_windows_before_and_after_in_two_rows_are_one() -> None:
    rows = [["Day", "1", "15", "29"], ["Window before (days)", "0", "2", "3"], ["Window after (days)", "0", "3", "5"]]
    assert [(v.before_days, v.after_days) for v in visits(rows)] == [(0, 0), (2, 3), (3, 5)]


def test_a_side_without_a_number_is_doubted_and_so_are_sides_in_two_units() -> None:
    days = ["Day", "1", "15", "29"]
    found = visits([days, ["Window before", "NA", "2 days", "3 days"], ["Window after", "NA", "3 days", ""]])
    assert [(v.before_days, v.after_days) for v in found[:2]] == [(None, None), (2, 3)]
    assert [bool(v.doubts) for v in found] == [False, False, True]
    found = visits([days, ["Window before (weeks)", "1", "1", "1"], ["Window after (days)", "2", "2", "2"]])
    found += visits([["Day", "15"], ["Window before", "1 w"], ["Window after", "2 d"]])
    assert all(v.doubts and v.before_days is None for v in found)


def test_windows_by_the_names_of_visits_need_no_word_for_them() -> None:
    head = [["Visit", "V1", "V2", "V3", "V4", "V5"], ["Day", "1", "8", "15", "29", "57"]]
    found = visits(head, notes={"-": "V2: +2 d; V3 and V4: ±3 d; V5: ±7 d."})
    assert [(v.before_days, v.after_days) for v in found[1:]] == [(0, 2), (3, 3), (3, 3), (7, 7)]


def test_a_footnote_that_says_the_headers_hours_again_is_no_contradiction() -> None:
    found = visits([["Hours after dose", "1", "4 (±1 h) a"]], notes={"a": "The visit window is ±1 hour."})[1]
    assert (found.before_days, found.doubts) == (0.041667, [])


def test_a_long_sentence_is_looked_through_once() -> None:
    began = time.process_time()
    visits([["", "Day 1", "Day 15"]], notes={"-": "visit window " * 1500})
    visits([["", "Day 1", "Day 15"]], notes={"-": f"visits ±3 days ({'a' * 3000}"})
    assert time.process_time() - began < 3  # 20 where each place of it was looked at from each other


def test_windows_in_minutes_are_open_at_the_hours() -> None:
    found = visits([["Hours after dose", "1", "4"]], notes={"-": "± 5 min up to 2 h and ± 15 min thereafter."})
    assert [any("minutes" in doubt for doubt in v.doubts) for v in found] == [True, True]


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("Visit windows: Cycle 1: ±1 day. Cycle 2 and onwards: ±2 days.", [1, 1, 2]),
        ("Visits have a ±3 day window, but those of Cycle 2 may only be delayed.", None),
        ("A two-week window either side of the visit date is permitted.", None),
        ("Visits may start up to 12 hours earlier or later.", [0.5, 0.5, 0.5]),
    ],
)
def test_windows_of_cycles_in_sentences_and_what_is_said_against_them(said: str, before: list[float] | None) -> None:
    found = visits([["", "C1D1", "C1D8", "C1D15", "C2D1"]], notes={"-": said})[1:]
    assert [v.before_days for v in found] == (before or [None] * 3)
    assert [bool(v.doubts) for v in found] == [before is None] * 3


def test_several_hours_in_one_column_and_an_end_with_another_are_doubted() -> None:
    found = visits([["Day", "1", "1", "EOT"], ["Hour", "0.5, 1, 2", "4", ""]])
    assert [any("One column stands for" in doubt for doubt in v.doubts) for v in found] == [True, False, False]
    found = visits([["", "C1D1", "EOT (within 30 days of last dose or before new therapy)"]])
    assert found[1].doubts


def test_windows_before_and_after_may_have_their_units() -> None:
    rows = [["Week", "0", "4", "12"], ["Window early", "0", "2 d", "1 wk"], ["Window late", "0", "3 d", "1 wk"]]
    assert [(v.before_days, v.after_days) for v in visits(rows)] == [(0, 0), (2, 3), (7, 7)]


BY_CONTACT = "Clinic visits (visit window: ±3 days) are for dosing; otherwise a remote rating (visit window: -2 days)."
KINDS = [
    ["Day", "1", "8", "15", "22"],
    ["Clinic (C) or remote (RM) visit", "C", "C", "RM", "C/RM"],
]


def test_windows_by_the_kind_of_contact_go_to_the_columns_of_that_contact() -> None:
    _, clinic, remote, either = visits(KINDS, notes={"-": BY_CONTACT})
    assert [(v.before_days, v.after_days) for v in (clinic, remote)] == [(3, 3), (2, 0)]
    assert not clinic.doubts
    assert not remote.doubts
    assert either.before_days is None
    assert "by the kind of contact" in " ".join(either.doubts)


@pytest.mark.parametrize(
    "said",
    [
        "Clinic visits ±3 days, remote visits ±1 day.",
        "Clinic visits have a window of ±3 days; remote visits ±1 day.",
    ],
)
def test_a_visit_of_either_contact_takes_neither_window(said: str) -> None:
    _, clinic, remote, either = visits(KINDS, notes={"-": said})
    assert [(v.before_days, v.after_days) for v in (clinic, remote)] == [(3, 3), (1, 1)]
    assert either.before_days is None
    assert "by the kind of contact" in " ".join(either.doubts)


def test_contacts_of_which_no_column_tells_leave_their_windows_open() -> None:
    told = visits([["Day", "1", "8", "15"]], notes={"-": BY_CONTACT})
    assert all(v.before_days is None and v.doubts for v in told[1:])


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("All study visits ± 7 days.", [None, 7, None, 7]),
        ("All study visits after baseline ± 7 days.", [None, None, None, 7]),
        ("The visit window is ± 7 days.", [None, None, None, 7]),
    ],
)
def test_all_study_visits_are_also_those_before_the_first_day(said: str, wanted: list[float | None]) -> None:
    header = [["Visit", "Screening", "Run-in", "Treatment", "Treatment"], ["Week", "-6", "-2", "0", "4"]]
    assert [v.before_days for v in visits(header, notes={"-": said})] == wanted


@pytest.mark.parametrize(
    "said",
    [
        "Visit 3 must occur 14 (±5) days after Visit 2.",
        "Visits may take place up to 2 working days before or after the scheduled day.",
        "Assessments may be done up to 4 weeks after the nominal time point because of the harvest.",
        "A tolerance of 10% of the interval since baseline is accepted.",
        "Visit 3 may take place between 12 and 20 days after the first dose.",
        "If a visit cannot be held as planned it should be held no later than 7 days after it.",
        "Phone contacts may be made up to 3 days after the date shown.",
        "Subsequent assessments should begin within ±2 days of schedule.",
        "A window of ±7 days applies to the visit of Day 15, and of fourteen days to others.",
    ],
)
def test_what_moves_a_visit_in_other_words_leaves_its_window_open(said: str) -> None:
    visit = visits([["Visit", "1", "2", "3"], ["Day", "-7", "1", "15"]], notes={"-": said})[2]
    assert visit.before_days is None
    assert visit.doubts


def test_a_named_event_whose_window_is_not_read_says_so() -> None:
    head = [["", "Day 1", "Day 29", "End of study"]]
    found = visits(head, notes={"-": "End of study visit: 30 days (+7 days) after the last dose."})
    assert any("A note gives windows" in doubt for doubt in found[2].doubts)


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("All visits have a window of ±2 days.", 2),
        ("This visit has a window of ±14 days.", None),
        ("To be done within ±2 days of the visit.", None),
    ],
)
def test_a_note_whose_mark_stands_nowhere_is_read_unless_it_points_to_its_place(note: str, wanted: int | None) -> None:
    assert visits([["Visit", "Day 1", "Day 8"]], notes={"z": note})[1].before_days == wanted
