"""Kinds of headers that strangers print: what numbers count from, limits, rows of windows without a name."""

from __future__ import annotations

import pytest
from made_tables import facts, visits

from soesift.schedule.table_notes import note_class


def test_days_after_a_numbered_dose_count_from_that_dose() -> None:
    found = visits([["", "Vaccination 1", "Vaccination 1", "Vaccination 2"], ["Days post vaccination", "0", "7", "7"]])
    assert [(v.offset_days, v.relative_to) for v in found] == [
        (0, "vaccination 1"),
        (7, "vaccination 1"),
        (7, "vaccination 2"),
    ]


def test_a_limit_in_hours_is_from_then_on() -> None:
    found = visits([["", "Day 1", "≤ 6 h post-dose", "Up to 12 h after surgery"]])
    assert [(v.hours, v.after_days) for v in found[1:]] == [(0, 0.25), (0, 0.5)]


def test_age_in_the_womb_is_no_age_since_birth() -> None:
    found = visits([["Gestational age (weeks)", "12", "20"]])
    assert [(v.week, v.offset_days, bool(v.doubts)) for v in found] == [(12, None, True), (20, None, True)]


def test_a_row_of_deviations_needs_no_name() -> None:
    found = visits([["Week", "0", "4", "8"], ["Days", "0", "±3", "±3"]])
    assert [(v.week, v.day, v.before_days) for v in found] == [(0, None, 0), (4, None, 3), (8, None, 3)]


def test_a_label_says_relative_to_what() -> None:
    found = visits([["Relative to index date", "Week -2", "Week 4"]])
    assert [(facts(v).get("week"), v.offset_days, v.relative_to) for v in found] == [
        (-2, None, "index date"),
        (None, 28, "index date"),
    ]


def test_lengths_with_a_zero_or_a_sign_are_points_of_the_study() -> None:
    found = visits([["Time", "-2 w", "0 w", "6 w ± 3 d", "2 w after last dose"]])
    assert [(v.week, v.offset_days) for v in found] == [(-2, None), (0, None), (6, None), (None, 14)]


def test_a_planned_visit_that_serves_for_early_termination_says_so() -> None:
    found = visits([["Visit", "V1", "Week 24/ET", "V3/ED", "ET"], ["Day", "1", "169", "197", ""]])
    assert [v.day for v in found] == [1, 169, 197, None]
    assert ["also at early termination" in v.conditions for v in found] == [False, True, True, False]


def test_another_event_in_brackets_is_doubted() -> None:
    found = visits([["Day", "3", "10 (or discharge)", "12 (or if clinically indicated)"]])
    assert [any("(or d" in doubt for doubt in v.doubts) for v in found] == [False, True, False]


def test_a_row_of_deviations_stands_beside_numbers_when_few_cells_tell_times() -> None:
    names = ["Screening", "Day 1", "End of treatment", "Post-study 1", "Withdrawal"]
    found = visits([["Event", *names], ["Event", "", "1", "13", "41", ""], ["Event", "", "", "±7", "+7", ""]])
    assert [(v.before_days, v.after_days) for v in found[2:4]] == [(7, 7), (0, 7)]
    found = visits([["", "Screening", "Visit 2", "Visit 3"], ["", "", "+28", "+56"]])
    assert not any(v.after_days for v in found)


def test_how_much_is_given_is_no_time() -> None:
    found = visits([["Timing", "Day 1-3 (150 mg)", "Day 4 (0.5 mL)", "Day 7 (100)"]])
    assert [(v.day, bool(v.doubts)) for v in found] == [(1, False), (4, False), (7, True)]


def test_a_letter_behind_the_number_of_a_week_is_no_gram() -> None:
    assert [v.week for v in visits([["Week", "4", "8", "12 g"]])] == [4, 8, 12]


def test_every_so_many_days_in_a_row_of_days_is_a_repeat() -> None:
    found = visits([["Days after last dose", "30 (± 7)", "every 90 (± 14)"]])
    assert facts(found[1]) == {"kind": "repeat", "every_days": 90, "before_days": 14, "after_days": 14}


def test_times_after_delivery_count_from_it() -> None:
    found = visits([["Visit", "Delivery", "Day 1 postpartum", "Postpartum Week 6 (± 1 week)"]])
    assert [(v.day, v.week, v.offset_days, v.relative_to) for v in found[1:]] == [
        (None, None, 1, "delivery"),
        (None, None, 42, "delivery"),
    ]


def test_days_after_an_operation_go_before_weeks_unless_they_count_within_them() -> None:
    found = visits([["", "Week 1 (Day 5) post-op", "Week 6 Day 40 postpartum", "Week 2 Day 3 post-op"]])
    assert [(v.offset_days, v.day, len(v.doubts)) for v in found] == [(5, None, 0), (40, None, 0), (14, None, 1)]


def test_earliest_and_latest_days_are_a_window() -> None:
    header = [["Visit", "V1", "V2", "V3"], ["Target day", "1", "15", "29"]]
    found = visits([*header, ["Earliest day", "1", "13", "26"], ["Latest day", "1", "17", "33"]])
    assert [(v.day, v.before_days, v.after_days) for v in found] == [(1, None, None), (15, 2, 2), (29, 3, 4)]
    assert not any(v.doubts for v in found)


def test_a_window_may_be_printed_in_words() -> None:
    found = visits([["Visit", "1", "2"], ["Day", "1", "29"], ["Window", "none", "one week either side"]])
    assert [(v.day, v.before_days, v.after_days) for v in found] == [(1, None, None), (29, 7, 7)]


def test_a_skin_test_is_no_delivery() -> None:
    found = visits([["Visit", "199 TD/PPD", "299 TD/PPD"], ["Week", "0", "12"]])
    assert [(v.week, v.offset_days) for v in found] == [(0, None), (12, None)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Cohort 2 participants.", "condition"),
        ("In triplicate, 5 minutes apart.", "repetition"),
        ("Capillary blood may be drawn instead.", "alternative"),
        ("Either ultrasound or MRI.", "alternative"),
        ("Part B has samples of serum.", "comment"),
    ],
)
def test_classes_of_short_notes(text: str, wanted: str) -> None:
    assert note_class(text) == wanted


def doubted(*cells: str, label: str = "Visit") -> list[bool]:
    return [bool(v.doubts) for v in visits([[label, "Day 1", "Day 8", *cells]])[2:]]


def test_small_words_beside_a_time_must_be_used_by_a_rule() -> None:
    assert doubted("Once between Week 20 and Week 26", "By Day 35", "Not Day 40") == [True] * 3
    assert doubted("Between Day 10 and Day 14", "Every 4 weeks until Week 52") == [False, False]


def test_a_time_of_an_exception_is_none_of_the_visits() -> None:
    title = "One cycle is 28 days"
    found = visits(
        [["", "Cycle 1 Day 1", "All cycles except Cycle 2: D15", "Cycle 3 Day 1 (except Part B)"]], title=title
    )
    assert [any("except Cycle 2" in doubt for doubt in v.doubts) for v in found] == [False, True, False]


def test_a_number_of_something_is_no_visit_and_no_length() -> None:
    found = visits([["Visit", "Day 1", "5 half-lives after last dose", "5 days after last dose"]])
    assert [(v.offset_days, bool(v.doubts)) for v in found[1:]] == [(None, True), (5, False)]


def test_an_offset_from_each_of_several_events_is_said() -> None:
    found = visits([["", "Day 1", "28 days after each dose", "28 days after the last dose"]])
    assert [any("more than one event" in doubt for doubt in v.doubts) for v in found] == [False, True, False]


def test_halves_are_numbers() -> None:
    found = visits([["Week", "0", "2½ ± 1 d", "6 (± ½ wk)"]])
    assert [(v.week, v.before_days) for v in found[1:]] == [(2.5, 1), (6, 3.5)]
    assert visits([["", "½ h post-dose"]])[0].hours == 0.5


def test_a_share_of_the_time_is_no_window() -> None:
    found = visits([["Day", "1", "10 ± 10 %", "30 ± 3"]])
    assert [(v.before_days, bool(v.doubts)) for v in found[1:]] == [(None, True), (3, False)]


def test_words_below_a_cycle_in_a_row_of_weeks_are_doubted() -> None:
    found = visits([["Cycle", "1", "1", "1"], ["Week", "1", "Off week", "EOT"]])
    assert [any("Off week" in doubt for doubt in v.doubts) for v in found] == [False, True, False]


def test_a_day_is_held_against_its_week_by_the_days_after_the_first() -> None:
    found = visits([["Week", "-2", "0", "2", "6", "6"], ["Day", "-14", "0", "14", "42", "49"]])
    assert [any("do not agree" in doubt for doubt in v.doubts) for v in found] == [False] * 4 + [True]


def test_lengths_around_a_length_are_its_deviation() -> None:
    found = visits([["", "Surgery", "Post-op", "Post-op"], ["", "", "14 d (10-18 d)", "6 wk (5-8 wk)"]])
    assert [(v.offset_days, v.relative_to, v.before_days, v.after_days) for v in found[1:]] == [
        (14, "surgery", 4, 4),
        (42, "surgery", 7, 14),
    ]


def test_a_list_that_goes_on_in_dots_is_doubted_and_a_last_cycle_n_is_open() -> None:
    found = visits([["Cycle", "Cycle 2 to Cycle n", "3, 5, 7, ..."], ["Day", "1", "15"]], title="1 cycle = 21 days")
    assert [(v.cycle, v.last_cycle, v.every_days) for v in found[:1]] == [(2, None, 21)]
    assert [any("..." in doubt for doubt in v.doubts) for v in found] == [False, True]


def test_at_least_so_long_after_is_the_earliest_time() -> None:
    found = visits([["", "Day 1", "Booster (≥ 24 weeks after Dose 2)", "24 weeks after Dose 2"]])
    assert [v.offset_days for v in found[1:]] == [168, 168]
    assert [any("earliest" in doubt for doubt in v.doubts) for v in found] == [False, True, False]


def test_a_length_with_its_own_event_does_not_belong_to_the_name_before_it() -> None:
    found = visits([["", "Implant", "Pre-discharge (≤ 72 h post implant)"]])[1]
    assert (found.hours, found.relative_to, found.before_days, found.after_days) == (0, "implant", 0, 3)


def test_days_that_are_allowed_stand_in_brackets_in_a_row_of_visits() -> None:
    found = visits([["Visit", "Day 1", "Day 14 (12-17)", "POD 14 (12-16)"]])
    assert [(v.day, v.offset_days, v.before_days, v.after_days) for v in found[1:]] == [
        (14, None, 2, 3),
        (None, 14, 2, 2),
    ]


def test_days_of_one_cycle_are_a_range() -> None:
    found = visits([["", "C4D1 to C4D8", "C1D1-C1D8"]], title="One cycle is 28 days")
    assert [(v.kind, v.cycle, v.day, v.last_day) for v in found] == [("range", 4, 1, 8), ("range", 1, 1, 8)]


def test_a_plus_in_brackets_behind_an_event_is_a_deviation_unless_it_is_long() -> None:
    found = visits([["", "Day 1", "EOI (+ 10 min)", "EOT (+7 days)", "EOT (+90 days)"]])
    assert [(v.hours, v.offset_days, v.after_days) for v in found[1:3]] == [(None, None, 0.006944), (None, None, 7)]
    assert found[3].doubts


def test_what_repeats_within_a_year_is_doubted() -> None:
    found = visits([["", "Every 3 months in Year 1", "Q3M in Years 1-2", "Every 3 months to 2 years"]])
    assert [any("year 1 only" in doubt for doubt in v.doubts) for v in found] == [True, True, False]


def test_numbers_of_doses_before_weeks_in_brackets_are_no_weeks() -> None:
    found = visits([["Dose # (Week)", "1 (0)", "2 (2 ± 3 d)", "3-13 (every 2 weeks)"]])
    assert [(v.week, v.before_days, v.every_days) for v in found] == [(0, None, None), (2, 3, None), (None, None, 14)]


def test_how_long_an_infusion_takes_is_no_time_in_silence() -> None:
    assert all(v.doubts for v in visits([["Day", "1", "8"], ["Infusion (min)", "1 (30)", "2 (60)"]]))


def test_days_after_a_cycle_may_be_once() -> None:
    found = visits([["Cycle", "After C3", "4+"], ["Day", "22-28", "1"]], title="1 cycle = 28 days")
    assert [any("may be once" in doubt for doubt in v.doubts) for v in found] == [True, False]


def test_annual_visits_thereafter_repeat() -> None:
    found = visits([["", "Day 1", "Annual thereafter (± 60 d)", "Annual visit 1"]])
    assert [(v.kind, v.every_months, v.before_days) for v in found[1:]] == [("repeat", 12, 60), ("planned", None, None)]


def test_a_letter_behind_a_deviation_is_the_unit() -> None:
    found = visits([["Day", "1", "30 (+5) d after last dose"]])[1]
    assert (found.day, found.offset_days, found.relative_to, found.after_days) == (None, 30, "last dose", 5)


def test_a_limit_behind_predose_is_before_the_dose() -> None:
    found = visits([["", "Day 1 predose (within 60 min)", "Before RT (within 14 days)"]])
    assert [(v.hours, v.offset_days, v.after_days) for v in found] == [(-1, None, 0.041667), (None, -14, 14)]


def test_a_zero_that_went_into_nothing_is_doubted() -> None:
    found = visits([["Month", "Screening (-2 to 0)", "0", "6"]])
    assert [bool(v.doubts) for v in found] == [True, False, False]


def test_a_list_beside_an_interval_in_months_is_doubted() -> None:
    found = visits([["", "Day 1", "D36, D64, D92 (monthly injections)"]])
    assert any("only one can be right" in doubt for doubt in found[1].doubts)


def test_a_short_name_before_the_time_of_its_visit_is_no_word_beside_it() -> None:
    found = visits([["", "Day 1", "TOC (5-9 d after EOT)", "AB (Day 8)"]])
    assert (found[1].offset_days, found[1].after_days, found[1].doubts) == (5, 4, [])


def test_a_minus_with_a_space_behind_it_is_the_sign_of_a_week() -> None:
    found = visits([["Visit", "1", "2", "3"], ["Week", "\u2212 6", "\u2212 4 to \u2212 2", "0"]])
    assert [(v.week, v.last_week, bool(v.doubts)) for v in found] == [
        (-6, None, False),
        (-4, -2, False),
        (0, None, False),
    ]


def test_from_a_day_on_is_doubted_also_with_a_letter() -> None:
    found = visits([["Visit", "d7", "\u2265d29"]])
    assert [bool(v.doubts) for v in found] == [False, True]


def test_a_number_of_cycles_that_is_not_told_is_doubted() -> None:
    found = visits([["", "End of trial", "Treatment"], ["", "n cycles", "several weeks"]])
    assert all(any("n cycles" in d or "several weeks" in d for d in v.doubts) for v in found)


def test_a_length_before_an_event_ends_at_it_with_and_without_a_sign() -> None:
    names = ["\u221260 to 0 day(s) prior to visit 2", "60 to 0 days before surgery", "28 to 14 days before surgery"]
    found = visits([["Visit", *names]])
    assert [(v.offset_days, v.after_days) for v in found] == [(-60, 60), (-60, 60), (-28, 14)]
    minutes = visits([["Visit", "\u221260 to 0 minutes before dose"]])[0]
    assert (minutes.hours, minutes.after_days) == (-1, pytest.approx(1 / 24, abs=1e-6))


def test_days_before_the_first_up_to_it_are_a_range_of_the_study() -> None:
    found = visits([["Period", "Screening", "Baseline"], ["", "\u221228 to 0 days", "Day 1"]])
    assert (found[0].kind, found[0].day, found[0].last_day, found[0].doubts) == ("range", -28, 0, [])


def test_weeks_to_day_0_without_a_sign_of_a_range_are_doubted() -> None:
    found = visits([["Visit", "Visit 1", "Visit 2"], ["Week", "-4W-0day", "4"]])
    assert [(v.week, v.before_days, bool(v.doubts)) for v in found] == [(-4, None, True), (4, None, False)]


def test_the_name_of_a_phase_is_no_event_that_a_visit_counts_from() -> None:
    found = visits([["", "Post-Surgery Phase", "Post-Surgery Phase"], ["", "t3", "t4"]])
    assert [(v.relative_to, bool(v.doubts)) for v in found] == [(None, True)] * 2
    assert visits([["Visit", "Post-surgery"]])[0].relative_to == "surgery"


def test_until_an_event_has_no_start_unless_it_repeats() -> None:
    found = visits([["Visit", "Antenatal until delivery", "Every 6 weeks until progression"]])
    assert [bool(v.doubts) for v in found] == [True, False]


def test_a_date_of_the_calendar_is_no_time_of_a_visit_in_silence() -> None:
    found = visits([["Visit", "Final visit", "Final visit"], ["Timing", "June 2023", ""]])
    assert [bool(v.doubts) for v in found] == [True, False]


def test_an_ordinal_belongs_to_the_name() -> None:
    found = visits([["Visit", "1st follow-up (30 days after surgery)", "2nd follow-up"]])
    assert [(v.offset_days, v.doubts) for v in found] == [(30, []), (None, [])]


def test_days_that_go_on_through_the_cycles_become_days_of_their_cycle() -> None:
    cycles, days = ["1", "1", "1", "2", "2", "3"], ["1", "8", "15", "22", "29", "43"]
    found = visits([["Cycle", *cycles], ["Day", *days]])
    assert [(v.cycle, v.day, v.doubts) for v in found] == [
        (c, d, []) for c, d in [(1, 1), (1, 8), (1, 15), (2, 1), (2, 8), (3, 1)]
    ]
    again = visits([["Cycle", "1", "1", "2", "2", "3"], ["Day", "1", "15", "1", "15", "1"]])
    assert [v.day for v in again] == [1, 15, 1, 15, 1]


def test_days_that_go_on_through_two_cycles_alone_are_doubted() -> None:
    found = visits([["Cycle", "1", "1", "2", "2"], ["Day", "1", "8", "15", "22"]])
    assert [(v.day, bool(v.doubts)) for v in found] == [(1, False), (8, False), (15, True), (22, True)]


@pytest.mark.parametrize("first", ["Baseline", "Randomisation", "Day 0"])
def test_lengths_behind_the_first_column_count_from_it(first: str) -> None:
    found = visits([["Visit", "Screening", first, "6 weeks", "3 months", "6 months"]])
    named = "randomization" if first == "Randomisation" else "baseline"
    assert [(v.offset_days, v.month, v.doubts) for v in found[2:]] == [(42, None, []), (None, 3, []), (None, 6, [])]
    assert found[2].relative_to == named


@pytest.mark.parametrize("between", ["Surgery", "End of treatment", "Follow-up"])
def test_lengths_behind_another_event_stay_open(between: str) -> None:
    found = visits([["Visit", "Baseline", between, "6 weeks", "12 weeks"]])
    assert all(v.doubts for v in found[2:])


def test_lengths_that_do_not_rise_or_stand_alone_stay_open() -> None:
    assert all(v.doubts for v in visits([["Visit", "Baseline", "12 weeks", "6 weeks"]])[1:])
    assert visits([["Visit", "Baseline", "6 weeks", "End of treatment"]])[1].doubts


@pytest.mark.parametrize("text", ["D3/4", "Day 1/2", "D1 (D2)", "Week 26/27"])
def test_one_of_two_days_is_doubted(text: str) -> None:
    assert visits([["Visit", text]])[0].doubts
    assert not visits([["Visit", "Days 1, 2"]])[0].doubts
    assert not visits([["Visit", "Day 15 (13-17)"]])[0].doubts


def test_a_zero_with_a_sign_is_doubted() -> None:
    assert [bool(v.doubts) for v in visits([["Visit", "Month \u20130", "Month 1"]])] == [True, False]


def test_a_number_under_no_unit_beside_two_units_is_open() -> None:
    found = visits([["T", "Days", "Days", "Weeks", "Close-out"], ["", "0", "7", "2", "52"]])
    assert [(v.day, v.week, bool(v.doubts)) for v in found] == [
        (0, None, False),
        (7, None, False),
        (None, 2, False),
        (None, None, True),
    ]


def test_days_in_brackets_are_a_range() -> None:
    found = visits([["Day", "(\u221210) to (\u22123)", "1", "15 (\u00b13)"]])
    assert [(v.day, v.last_day, v.before_days) for v in found] == [(-10, -3, None), (1, None, None), (15, None, 3)]


def test_a_space_lost_behind_to_loses_no_number() -> None:
    found = visits([["Visit", "Up to14 days after enrollment", "Onset to14 days"]])
    assert (found[0].offset_days, found[0].after_days, found[0].relative_to) == (0, 14, "enrollment")
    assert found[1].doubts


def test_a_range_of_visits_over_a_range_of_weeks_repeats_between_them() -> None:
    found = visits([["", "V2/W0", "V3-V9/W1-W7", "V10-V12/W8-W11"]])
    assert [(v.kind, v.week, v.every_days) for v in found[1:]] == [("repeat", 1, 7), ("range", 8, None)]
    assert any("how far they are apart" in doubt for doubt in found[2].doubts)


def test_a_limit_beside_a_day_is_no_window_in_silence() -> None:
    found = visits([["", "C1D1 (≤ 7 days after registration)", "C1D8"]])
    assert any("beside the day" in doubt for doubt in found[0].doubts)


def test_months_after_an_event_are_months_and_need_no_days() -> None:
    names = ["3 months after RT", "2 years after surgery (\u00b1 2 weeks)", "6 months before surgery", "Month 9"]
    found = visits([["Visit", "Day 1", *names]])[1:]
    assert [(v.kind, v.month, v.relative_to, v.doubts) for v in found] == [
        ("event", 3, "rt", []),
        ("event", 24, "surgery", []),
        ("event", -6, "surgery", []),
        ("planned", 9, None, []),
    ]
    assert visits([["Visit", "3 to 6 months after RT"]])[0].doubts


def test_a_range_behind_a_plus_is_no_deviation() -> None:
    found = visits([["Visit", "V1 + 49-83 days", "EOT +30-37 days", "Day 15 (-3+7)", "Day 15 (+7-3)"]])
    windows = [(49, 0, 34), (30, 0, 7), (None, 3, 7), (None, 3, 7)]
    assert [(v.offset_days, v.before_days, v.after_days) for v in found] == windows


def test_a_cell_that_says_cycle_and_day_says_what_the_day_counts_from() -> None:
    found = visits([["Visit", "C1D1", "C2D8", "C3D15"]])
    assert [(v.cycle, v.day) for v in found] == [(1, 1), (2, 8), (3, 15)]
    assert all(v.doubts for v in found[1:])


def test_lengths_behind_a_cycle_stay_open() -> None:
    assert all(v.doubts for v in visits([["Visit", "Cycle 1", "6 weeks", "12 weeks"]])[1:])


def test_the_day_before_an_event_is_one_day_before_it() -> None:
    found = visits([["", "Day before surgery", "Surgery", "The day after discharge"]])
    assert [(v.offset_days, v.relative_to) for v in found[::2]] == [(-1, "surgery"), (1, "discharge")]
    assert [v.offset_days for v in visits([["", "Day after surgery", "Day after surgery"], ["", "2", "3"]])] != [1, 1]
    below = visits([["", "Day before surgery", "Surgery", "Day after surgery"], ["Day", "-1", "0", "1"]])
    assert [(v.offset_days, v.doubts) for v in below[::2]] == [(-1, []), (1, [])]


@pytest.mark.parametrize("text", ["Day before or after surgery", "Day after surgery until discharge"])
def test_days_on_either_side_of_an_event_or_until_another_are_not_one(text: str) -> None:
    assert [v.offset_days for v in visits([["", text, "Surgery"]])] == [None, None]


def test_numbers_of_time_points_have_the_unit_of_the_cell_above() -> None:
    above = ["", "Baseline", "Treatment (cycle)", "Treatment (cycle)", "Follow-up (months)", "Follow-up (months)"]
    found = visits([above, ["Time point", "0", "1", "2", "6", "12"]])
    assert [(v.cycle, v.month, bool(v.doubts)) for v in found] == [
        (None, None, True),
        (1, None, False),
        (2, None, False),
        (None, 6, False),
        (None, 12, False),
    ]


def test_time_points_in_a_unit_that_is_not_printed_are_open() -> None:
    rows = [["", "Baseline", "Treatment", "Follow-up", "Follow-up"], ["Timepoint", "0", "3", "6", "12"]]
    assert all(v.doubts for v in visits(rows))
    counted = visits([["", "Baseline", "Treatment", "Follow-up"], ["Timepoint", "1", "2", "3"]])
    assert not counted[0].doubts


def test_numbers_of_assessments_beside_their_weeks_are_names() -> None:
    found = visits([["Assessment", "1", "", "2", "3"], ["Week", "0", "2", "4", "8"]])
    assert [(v.week, v.doubts) for v in found] == [(0, []), (2, []), (4, []), (8, [])]


def test_a_deviation_within_the_time_before_it_needs_no_unit() -> None:
    found = visits([["Time point", "POD 1", "POD 60±30 (t6)", "POD 3±22"]])
    assert [(v.offset_days, v.before_days, bool(v.doubts)) for v in found[:2]] == [(1, None, False), (60, 30, False)]
    assert found[2].doubts
    assert visits([["Visit", "Day 1", "Day 85±32"]])[1].doubts  # ±3, and a note's 2


@pytest.mark.parametrize("text", ["POD 14/day of discharge", "Day 7/discharge"])
def test_a_day_or_the_discharge_is_doubted(text: str) -> None:
    assert visits([["Visit", "Day 1", text]])[1].doubts
    assert not visits([["Visit", "Day 1", "Day 5/Check-out"]])[1].doubts


def test_follow_up_lengths_right_behind_baseline_count_from_it() -> None:
    found = visits([["Visit", "Baseline", "3-month follow-up", "12-month follow-up", "3 years"]])
    assert [(v.month, v.doubts) for v in found[1:]] == [(3, []), (12, []), (36, [])]
    assert all(v.doubts for v in visits([["Visit", "Day 1", "3-month follow-up", "12-month follow-up"]])[1:])


def test_weeks_after_another_visit_that_agree_with_the_day_are_used() -> None:
    rows = [["", "Visit 2", "Visit 3 2 weeks after V2", "Visit 4 5 weeks after V2"], ["Day", "0", "14", "42"]]
    assert [bool(v.doubts) for v in visits(rows)] == [False, False, True]


def test_days_below_the_allocation_are_those_of_the_study() -> None:
    found = visits([["", "Allocation", "Post-allocation", "Post-allocation"], ["Day", "0", "1", "5"]])
    assert [(v.day, v.doubts) for v in found] == [(0, []), (1, []), (5, [])]


def test_days_related_to_an_event_name_it() -> None:
    assert visits([["Day related to index operation", "0", "30"]])[1].relative_to == "index operation"


def test_a_range_printed_once_below_two_visits_is_that_of_each() -> None:
    rows = [
        ["", "Screen visit 1", "Baseline visit 2", "Visit 3"],
        ["Day (window, ± days)", "-21 to -1", "-21 to -1", "71 ± 4"],
    ]
    found = visits(rows)
    assert [(v.day, v.last_day) for v in found] == [(-21, -1), (-21, -1), (71, None)]
    above = visits([["", "Treatment Weeks 16 to 32", "Treatment Weeks 16 to 32"], ["Visit", "Week 20", "ET"]])
    assert [(v.week, v.last_week) for v in above] == [(20, None), (None, None)]


def test_days_allowed_around_a_week_are_its_deviation() -> None:
    found = visits([["Week", "0", "4", "12"], ["Time window (days)", "0", "21-35", "70-97"]])
    assert [(v.week, v.day, v.before_days, v.after_days) for v in found[1:]] == [(4, None, 7, 7), (12, None, 14, 13)]
    first = visits([["Week", "0", "4", "8"], ["Time window (days)", "1", "26-32", "54-60"]])
    assert [(v.week, v.before_days, v.after_days) for v in first[1:]] == [(4, 3, 3), (8, 3, 3)]


def test_weeks_from_bl_are_those_of_the_study() -> None:
    assert [v.week for v in visits([["(Weeks from BL)", "-3", "0", "4.5"]])] == [-3, 0, 4.5]


def test_a_second_time_behind_an_event_is_not_lost_in_silence() -> None:
    found = visits([["Visit", "Day 1", "Within 14 d after MRI at 12 wk", "14 days after Visit 3"]])
    assert [bool(v.doubts) for v in found] == [False, True, False]
