"""Sentences that give windows for some visits each: for whom each deviation is."""

from __future__ import annotations

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
