"""Times of visits counted from each other: only what the print says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.export.hand_off import When, clock, each_day, last_dose, window_of
from soesift.schedule import Activity, Mark, Schedule, Visit


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


@pytest.mark.parametrize(
    ("epoch", "days"),
    [
        ("Inpatient Period 1", [4, 5, 6, 7]),
        ("In-house", [4, 5, 6, 7]),
        ("Confinement in the CRU", [4, 5, 6, 7]),
        ("Station\u00e4r", [4, 5, 6, 7]),
        ("Outpatient", [4]),
        ("Treatment", [4]),
        (None, [4]),
    ],
)
def test_days_of_a_stay_are_visits_each_and_others_one_column(epoch: str | None, days: list[int]) -> None:
    found = each_day([visit("1", day=1), visit("4-7", kind="range", day=4, last_day=7, epoch=epoch), visit("8", day=8)])
    assert [v.day for v in found] == [1, *days, 8]
    assert [v.last_day for v in found[1:-1]] == ([None] * 4 if len(days) > 1 else [7])


def test_a_stay_has_no_day_zero_and_no_longer_column_is_cut() -> None:
    stay = {"kind": "range", "epoch": "Inpatient"}
    assert [v.day for v in each_day([visit("-2 to 2", day=-2, last_day=2, **stay)])] == [-2, -1, 1, 2]
    assert len(each_day([visit("1 to 200", day=1, last_day=200, **stay)])) == 1
    assert len(each_day([visit("1 to 5", cycle=1, day=1, last_day=5, **stay)])) == 1


def test_a_wash_out_counts_from_the_visit_before_it() -> None:
    times = clock([visit(day=1), visit("Wash-out", offset_days=7), visit("Rest", offset_days=7)], {})[1]
    assert isinstance(times[1], When)
    assert times[1][:2] == (0, 7)
    assert isinstance(times[2], str)


def dosed(*names: str, marks: list[tuple[int, int]]) -> Schedule:
    rows = [Activity(row=n, name=name) for n, name in enumerate(names)]
    return Schedule(
        table_id="t1", activities=rows, marks=[Mark(activity=a, encounter=e, text="X", kind="done") for a, e in marks]
    )


def test_the_last_dose_is_the_last_column_marked_in_the_row_that_gives_it() -> None:
    after = visit("FU", offset_days=28, relative_to="last study treatment", encounter=3)
    columns = [*(visit(f"V{n}", day=7 * n + 1, encounter=n) for n in range(3)), after]
    given = dosed("Vital signs", "Study drug administration", marks=[(0, 2), (1, 0), (1, 1)])
    assert last_dose(given, columns) == (1, "Study drug administration")
    time = clock(columns, {}, last_dose(given, columns))[1][3]
    assert isinstance(time, When)
    assert time[:2] == (1, 28)
    assert "last column that is marked at" in time.why


@pytest.mark.parametrize(
    ("names", "marks"),
    [
        (["Dispense study drug"], [(0, 1)]),  # taken at home, nobody knows until when
        (["Study drug administration", "Administer study vaccine"], [(0, 1), (1, 0)]),  # they disagree
        (["Study drug administration"], []),
    ],
)
def test_where_no_row_says_it_the_last_dose_stays_open(names: list[str], marks: list[tuple[int, int]]) -> None:
    columns = [visit("V1", day=1, encounter=0), visit("V2", day=8, encounter=1)]
    assert last_dose(dosed(*names, marks=marks), columns) is None
    later = [visit("V1", day=1, encounter=0), visit("Cycles 2+", kind="repeat", encounter=1)]
    assert last_dose(dosed("IP administration", marks=[(0, 1)]), later) is None


def test_a_last_visit_is_no_last_dose() -> None:
    columns = [visit("V1", day=1, encounter=0), visit("FU", offset_days=30, relative_to="last visit", encounter=1)]
    assert isinstance(clock(columns, {}, (0, "Study drug administration"))[1][1], str)


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
