"""Times of visits counted from each other: only what the print says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soesift.export.hand_off import When, clock, window_of
from soesift.schedule import Visit


def visit(name: str = "", **known: object) -> Visit:
    return Visit(column=1, name=name, printed=[name], **known)  # type: ignore[arg-type]


def test_days_skip_zero_unless_there_is_a_day_zero() -> None:
    anchor, times = clock([visit(day=-28), visit(day=-1), visit(day=1), visit(day=15)], {})
    assert anchor == 2
    assert times == [When(2, -28), When(2, -1), When(2, 0), When(2, 14)]
    anchor, times = clock([visit(day=-1), visit(day=0), visit(day=1)], {})
    assert anchor == 1
    assert times == [When(1, -1), When(1, 0), When(1, 1)]


def test_a_cycle_without_a_printed_length_counts_within_itself() -> None:
    columns = [visit(cycle=1, day=1), visit(cycle=1, day=8), visit(cycle=2, day=1), visit(cycle=2, day=8)]
    anchor, times = clock(columns, {})
    assert anchor == 0
    assert times[:2] == [When(0, 0), When(0, 7)]
    assert times[2] == "the length of a cycle is not printed"
    assert times[3] == When(2, 7)
    assert clock(columns, {"*": 21})[1] == [When(0, 0), When(0, 7), When(0, 21), When(0, 28)]
    assert clock(columns, {"1": 28, "*": 21})[1][3] == When(0, 35)


def test_weeks_count_from_week_zero_or_from_the_week_of_day_one() -> None:
    assert clock([visit(day=1), visit(week=4)], {})[1] == [When(0, 0), When(0, 28)]
    assert clock([visit(day=1, week=1), visit(week=4)], {})[1] == [When(0, 0), When(0, 21)]


def test_an_event_is_counted_from_the_one_column_that_is_it() -> None:
    end = visit("End of Treatment", kind="event")
    after = visit("Safety follow-up", offset_days=30, relative_to="end of treatment")
    anchor, times = clock([visit(day=1), end, after], {})
    assert anchor == 0
    assert isinstance(times[1], str)
    assert times[2] == When(1, 30)
    lonely = clock([visit(day=1), after], {})[1][1]
    assert lonely == "it counts from end of treatment, which no column stands for"


def test_a_period_counts_from_its_own_first_dose_not_from_itself() -> None:
    second = [visit(relative_to="Period 2", offset_days=n, name=f"Period 2 / {n}") for n in (-1, 0, 1)]
    anchor, times = clock([visit(day=1), *second], {})
    assert (anchor, times[1], times[3]) == (0, When(2, -1), When(2, 1))
    assert isinstance(times[2], str)


def test_a_range_is_its_first_day_and_a_window_to_the_last() -> None:
    assert window_of(visit(kind="range", day=-28, last_day=-2)) == (0, 26)
    assert window_of(visit(kind="range", day=-2, last_day=2)) == (0, 3)
    assert window_of(visit(day=8)) is None
    assert clock([visit(day=1), visit(week=-0.3)], {})[1][1] == When(0, -2)


def test_without_any_day_there_is_no_anchor() -> None:
    anchor, times = clock([visit("Screening"), visit("ET", kind="event")], {})
    assert anchor is None
    assert all(isinstance(time, str) for time in times)


@given(st.lists(st.integers(-60, 400).filter(bool), min_size=1, max_size=12, unique=True))
def test_differences_of_days_are_those_of_the_calendar(days: list[int]) -> None:
    """Between two columns lie as many days as between their dates, whichever is the anchor."""
    days = sorted(days)
    anchor, times = clock([visit(day=day) for day in days], {})
    assert anchor is not None
    calendar = [day if day < 0 else day - 1 for day in days]
    for time, date in zip(times, calendar, strict=True):
        assert isinstance(time, When)
        assert time == When(anchor, date - calendar[anchor])
