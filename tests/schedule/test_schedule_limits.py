"""Parts of understanding a table that need no table: the clock, doubts, notes, markers, cells, what people said."""

from __future__ import annotations

from typing import Any

import pytest
from made_tables import made

from soesift.result.models import VisitSaid
from soesift.schedule import Encounter, Schedule, Timing, Visit, read_timing
from soesift.schedule.cell_meaning import cell_meaning, moments_of, split_markers, ticks_boxes, words_in
from soesift.schedule.clock import cycle_length, main_unit, placed
from soesift.schedule.contacts import contact_in, explained, legend
from soesift.schedule.doubts import Sanity, add_doubts, out_of_line
from soesift.schedule.from_notes import anchor_of, contact_of_note, sentences_of
from soesift.schedule.leftover import limits_of, not_understood
from soesift.schedule.said import clear_doubts, put_said
from soesift.schedule.table_notes import cycle_lengths, note_class, windows_in


def schedule(*texts: str, kinds: dict[str, Any] | None = None) -> Schedule:
    """Encounters with the timings of these texts."""
    timings = [read_timing(text, (kinds or {}).get(text)).timing for text in texts]
    columns = [
        Encounter(column=n, name=text, printed=[text], timing=t)
        for n, (text, t) in enumerate(zip(texts, timings, strict=True), 1)
    ]
    return Schedule(
        table_id="t",
        title="",
        table_type="main_soa",
        track=None,
        epochs=[],
        encounters=columns,
        activities=[],
        marks=[],
    )


# the clock


def on_clock(*texts: str) -> list[tuple[int | None, str, int, int, str]]:
    return [(p.value, p.unit, p.before, p.after, p.window_unit) for p in placed(schedule(*texts))]


def notes(*texts: str) -> list[str]:
    return [p.note for p in placed(schedule(*texts))]


def test_points_and_ranges_stand_on_the_clock() -> None:
    assert on_clock("Day -7", "Week 2", "Day -28 to -1", "Day 5 to 8") == [
        (-7, "day", 0, 0, "day"),
        (2, "week", 0, 0, "week"),
        (-1, "day", 27, 0, "day"),
        (5, "day", 0, 3, "day"),
    ]
    assert on_clock("Day 0 to 3", "Day -1 to 1") == [(0, "day", 0, 3, "day"), (1, "day", 2, 0, "day")]
    assert on_clock("0.5 h after dose", "30 min before dose") == [
        (30, "minute", 0, 0, "minute"),
        (-30, "minute", 0, 0, "minute"),
    ]
    assert on_clock("2 h before dose", "1 to 2 h before dose", "2 h after surgery") == [
        (-2, "hour", 0, 0, "hour"),
        (-1, "hour", 1, 0, "hour"),
        (None, "day", 0, 0, "day"),
    ]
    assert on_clock("2 h") == [(2, "hour", 0, 0, "hour")]
    assert on_clock("Week 4 ± 3 days", "Week 4 ± 1.5 days", "Day 3 (-1/+2 days)") == [
        (4, "week", 3, 3, "day"),
        (4, "week", 0, 0, "week"),
        (3, "day", 1, 2, "day"),
    ]
    assert notes("Week 4 ± 1.5 days", "Month 1.5", "Up to Week 12", "Week 12+", "Screening", "Text") == [
        "its window is no whole number",
        "1.5 months is no whole number",
        "its range is open",
        "its range is open",
        "its time is words only",
        "it has no time",
    ]
    assert notes("Days 1, 8", "Week 4 | Day 29", "Every 2 weeks", "30 days after last dose") == [
        "only the first of its times is placed",
        "",
        "its time is words only",
        "its time is words only",
    ]
    assert on_clock("Day 1", "Day 8", "Week 4 Day 29")[2] == (29, "day", 0, 0, "day")
    assert on_clock("Week 1", "Week 2", "Day 29 Week 4")[2] == (4, "week", 0, 0, "week")


def test_days_of_cycles_need_their_length() -> None:
    plan = schedule("Cycle 1 Day 8", "Cycle 2 Day 8", "Cycle 3", "Subsequent cycles", "Cycles 2-4 Day 1 ± 2 days")
    assert [p.value for p in placed(plan)] == [8, None, None, None, None]
    assert placed(plan)[1].note == "the length of a cycle is not printed"
    assert placed(plan)[3].note == "its cycle has no number"
    for column in plan.encounters[:2]:
        column.timing.duration = read_timing("28", "duration").timing.duration
    assert cycle_length(plan) == 28
    assert [p.value for p in placed(plan)] == [8, 36, 57, None, 29]
    assert placed(plan)[4].note == "only the first of its cycles is placed"
    assert (placed(plan)[4].before, placed(plan)[4].after) == (2, 2)
    plan.encounters[1].timing.duration = read_timing("3 weeks", "duration").timing.offsets[0].length
    assert cycle_length(plan) is None
    plan.encounters[0].timing.duration = plan.encounters[1].timing.duration
    assert cycle_length(plan) == 21
    assert main_unit(schedule("Day 1", "Week 2")) == "day"
    assert main_unit(schedule("Day 1", "Week 2", "Week 4")) == "week"
    assert main_unit(schedule("1 h after dose", "2 h after dose", "Day 1")) == "hour"
    assert main_unit(schedule()) == "day"


# doubts


def visit(column: int = 1, **more: Any) -> Visit:
    printed = more.pop("printed", [f"V{column}"])
    return Visit(column=column, name=f"V{column}", printed=printed, **{"kind": "planned", **more})


def doubts(*visits: Visit, length: dict[str, int] | None = None, sanity: Sanity | None = None) -> list[list[str]]:
    plan = schedule()
    plan.visits, plan.cycle_length = list(visits), length or {}
    add_doubts(plan, sanity)
    return [[doubt[:12] for doubt in one.doubts] for one in plan.visits] + [[doubt[:12] for doubt in plan.doubts]]


def test_what_cannot_be_right_of_one_visit() -> None:
    first = visit(0, day=1)
    assert doubts(first, visit(day=8, after_days=120)) == [[], [], []]
    assert doubts(first, visit(day=8, after_days=121))[1] == ["The window o"]
    assert doubts(first, visit(day=8, before_days=121))[1] == ["The window o"]
    assert doubts(first, visit(day=28, cycle=2), length={"2": 28})[1] == []
    assert doubts(first, visit(day=29, cycle=2), length={"2": 28})[1] == ["Day 29 lies "]
    assert doubts(first, visit(day=29, cycle=2), length={"*": 28})[1] == ["Day 29 lies "]
    assert doubts(first, visit(day=29, cycle=2), length={"3": 28})[1] == []
    assert doubts(first, visit(day=82, month=3))[1] == []
    assert doubts(first, visit(day=81.9, month=3))[1] == ["Month 3 and "]
    assert doubts(first, visit(day=96.5, month=3))[1] == []
    assert doubts(first, visit(day=96.6, month=3))[1] == ["Month 3 and "]
    assert doubts(first, visit(day=5, month=3, kind="repeat"))[1] == []
    assert doubts(first, visit(day=5, month=0))[1] == []
    assert doubts(first, visit(day=8, printed=[]))[1] == ["The column h"]
    assert doubts(first, visit())[1] == ["The header g"]
    assert doubts(first, visit(kind="event"))[1] == []
    assert doubts(first, visit(hours=2))[1] == ["The header d"]
    assert doubts(first, visit(hours=2, printed=["2 h postdose"]))[1] == []
    assert doubts(first, visit(day=8, after_days=50), sanity=Sanity(longest_window=40))[1] == ["The window o"]


def test_days_rise_and_no_two_columns_are_at_one_time() -> None:
    assert out_of_line([1, 8, 5, 15]) == [1, 2]
    assert out_of_line([1, 8, 8, 15]) == []
    assert out_of_line([1, 80, 8, 15]) == [1]
    assert out_of_line([]) == []
    found = doubts(visit(0, day=1), visit(1, day=80), visit(2, day=8), visit(3, day=15))
    assert [bool(one) for one in found] == [False, True, False, False, False]
    assert doubts(visit(0, week=0), visit(1, week=9), visit(2, week=4), visit(3, week=5))[1] == ["Week 9 stand"]
    for more in ({"cycle": 2}, {"relative_to": "dose"}, {"kind": "event"}):
        assert doubts(visit(0, day=1), visit(1, day=80, **more), visit(2, day=8), visit(3, day=15))[1] == []
    assert doubts(visit(0, day=1), visit(1, day=8), visit(2, day=8))[2] == ["Is at the sa"]
    assert doubts(visit(0, day=1), visit(1, day=8), visit(2, day=8, epoch="B"))[2] == []
    assert doubts(visit(0, day=1), visit(1, day=8), visit(2, day=8, kind="repeat"))[2] == []
    assert doubts(visit(0, day=1), visit(1, day=8), visit(2, day=8, hours=2))[2] == []


def test_weeks_and_days_agree_as_in_most_columns() -> None:
    usual = [visit(0, day=1, week=0), visit(1, day=29, week=4), visit(2, day=57, week=8)]
    assert doubts(*usual) == [[], [], [], []]
    assert doubts(*usual, visit(3, day=90, week=12))[3] == ["Week 12 and "]
    assert doubts(*usual, visit(3, day=85, week=12))[3] == []
    assert doubts(*usual, visit(3, day=90, week=12, kind="repeat"))[3] == []
    assert doubts(*usual, visit(3, day=90, week=12, relative_to="dose"))[3] == []
    assert doubts(visit(0, day=1, week=1), visit(1, day=8, week=2))[1] == []
    assert doubts(visit(0, day=1), visit(1, day=40, week=4))[1] == []  # one column alone has no usual


def test_the_day_from_which_others_count() -> None:
    assert doubts(visit(0, day=5), visit(1, day=8))[2] == ["No column is"]
    assert doubts(visit(0, kind="event"))[1] == []
    assert doubts(visit(0, day=1, epoch="A"), visit(1, day=1, epoch="B"))[2] == ["More than on"]
    assert doubts(visit(0, day=1, epoch="A"), visit(1, day=1, epoch="A", hours=2))[2] == []
    assert doubts(visit(0, day=1, cycle=1), visit(1, day=1, cycle=2))[2] == []
    for anchor in (
        visit(day=1),
        visit(day=0),
        visit(week=0),
        visit(cycle=1),
        visit(month=0),
        visit(week=1),
        visit(printed=["Baseline"]),
    ):
        assert anchor_of([visit(day=8), anchor]) is anchor
    for none in (
        visit(day=1, relative_to="dose"),
        visit(week=1, day=8),
        visit(day=1, cycle=2),
        visit(day=1, hours=2),
        visit(day=1, kind="range"),
        visit(day=1, is_visit=False),
        visit(printed=["Baseline"], day=5),
        visit(day=1, offset_days=3),
    ):
        assert anchor_of([none]) is None
    assert anchor_of([]) is None
    first = visit(day=0)
    assert anchor_of([first, visit(day=1)]) is not first


# notes


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("±3 days", [(3, 3)]),
        ("± 1 week", [(7, 7)]),
        ("(± 7) days", [(7, 7)]),
        ("[±2] weeks", [(14, 14)]),
        ("28 (± 7) days", []),  # between visits
        ("±12 hours", [(0.5, 0.5)]),
        ("-2/+3 days", [(2, 3)]),
        ("+3/-2 days", [(2, 3)]),
        ("+7 days", [(0, 7)]),
        ("±1 month", []),
        ("±3 days and ±5 days", [(3, 3), (5, 5)]),
        ("±3 days, ±3 days", [(3, 3)]),
        ("Day 3", []),
    ],
)
def test_deviations_in_notes(text: str, wanted: list[tuple[float, float]]) -> None:
    assert [(one.before, one.after) for one in windows_in(text)] == wanted


def test_notes_tell_lengths_contacts_and_classes() -> None:
    assert cycle_lengths(["A cycle is 28 days.", "Cycle 1 is 35 days", "each 3-week cycle"]) == {"1": 35}
    assert cycle_lengths(["28-day cycles"]) == {"*": 28}
    assert cycle_lengths(["cycle of four weeks"]) == {"*": 28}
    assert cycle_lengths(["5-day cycle", "120-day cycle 2", "4-day cycle 3", "121-day cycle 4"]) == {"*": 5, "2": 120}
    assert windows_in("The visit window is ±3 days")[0].general
    assert not windows_in("Samples ±3 days")[0].general
    assert contact_in("telephone call") == "phone"
    assert contact_in("clinic visit") == "site"
    assert contact_in("video visit") == "video"
    assert contact_in("nothing of it") is None
    assert legend(["P = phone visit; C = clinic"]) == {"p": "phone", "c": "site"}
    assert legend(["P = one two three four five six phone"]) == {}
    assert contact_of_note(["The visit is performed by phone."]) == "phone"
    assert contact_of_note(["The visit may be performed by phone."]) == "site or phone"
    assert contact_of_note(["An additional visit by phone is done."]) is None
    assert contact_of_note([]) is None
    assert sentences_of("One. Two; Three. four") == ["One.", "Two;", "Three. four"]
    classes = ("If needed.", "Within 3 days.", "Every week.", "Instead of a visit.", "Some text.")
    assert [note_class(text) for text in classes] == ["condition", "timing", "repetition", "alternative", "comment"]
    assert note_class("Some text. If needed.") == "condition"


# cells and markers


def test_moments_of_a_cell_in_hours() -> None:
    def hours(text: str) -> list[float | None]:
        return [moment.hours for moment in moments_of(text)]

    assert hours("predose, 1, 2 h") == [None, 1, 2]
    assert hours("30 min, 2 h") == [0.5, 2]
    assert hours("-30 min, 2 h") == [-0.5, 2]
    assert hours("1 h predose, 2 h") == [-1, 2]
    assert hours("X: 1 h, 2 h") == [1, 2]
    assert hours("2 h") == [2]
    assert hours("pre") == []
    assert hours("1, 2") == []
    assert hours("1 h, some") == []
    assert hours("") == []
    assert hours("15, 30 min, 1, 2 h") == [0.25, 0.5, 1, 2]


def test_what_a_cell_says() -> None:
    def kind(text: str, *rest: Any) -> str:
        return cell_meaning(text, *rest).kind

    assert kind("-") == "no"
    assert kind("-----", 2) == "done"
    assert kind("-----", 1) == "no"
    assert kind("□") == "no"
    assert kind("□", 1, False) == "done"
    assert kind("Yes") == "done"
    assert kind("see Section 5.1") == "reference"
    assert kind("as per local guidelines") == "text"
    assert cell_meaning("X (if fasting)").condition == "if fasting"
    assert cell_meaning("X, only women").condition == "only women"
    assert kind("X (a)") == "done"
    assert cell_meaning("P", 1, True, {"p": "phone"}).contact == "phone"
    assert cell_meaning("☎").contact == "phone"
    assert cell_meaning("(P)", 1, True, {"p": "phone"}).kind == "done"
    assert ticks_boxes(["□", "☑"])
    assert not ticks_boxes(["□", "□"])


def test_markers_are_split_where_they_stand_apart() -> None:
    known, words = frozenset({"a", "b", "1", "2", "*", "**", "s"}), words_in(["hematology drug test"])

    def split(text: str) -> tuple[str, list[str]]:
        return split_markers(text, known, words)

    assert split("Hematologyb") == ("Hematology", ["b"])
    assert split("Urineb") == ("Urineb", [])
    assert split("drugs") == ("drugs", [])
    assert split("Xa,b") == ("X", ["a", "b"])
    assert split("ECG a") == ("ECG", ["a"])
    assert split("ECGa") == ("ECG", ["a"])
    assert split("Weight [a, b]") == ("Weight", ["a", "b"])
    assert split("Weight (1)") == ("Weight", ["1"])
    assert split("Visit 1") == ("Visit 1", [])
    assert split("Weight1") == ("Weight", ["1"])
    assert split("To1") == ("To1", [])
    assert split("Test**") == ("Test", ["**"])
    assert split("Test*") == ("Test", ["*"])
    assert split("Testᵃ") == ("Test", ["a"])
    assert split("Testᶜ") == ("Testᶜ", [])
    assert split("A1a") == ("A1a", [])
    assert split("Vital signs c") == ("Vital signs c", [])
    assert split("test)a") == ("test)", ["a"])
    assert split("") == ("", [])
    assert words_in(["An ECG, x1 test"]) == {"ecg", "test"}


def test_letters_of_cells_are_explained_with_their_letter() -> None:
    assert explained("P", "phone visit") == "P = phone visit"
    assert explained("☎", "phone visit") == "☎ = phone visit"
    assert explained("a", "phone visit") == "phone visit"
    assert explained("*", "phone visit") == "phone visit"


def test_words_that_limit_or_change_a_time() -> None:
    assert limits_of("Week 4 (if needed)") == "if needed"
    assert limits_of("Week 4 if applicable") == "if applicable"
    assert limits_of("Part B only") == "Part B only"
    assert limits_of("Week 4") == ""
    assert not_understood("Week 4 odd cycles", ["odd", "cycles"]) == "odd"
    assert not_understood("Day 1, lunch", ["lunch"]) == "lunch"
    assert not_understood("28 and 14 days before first dose", []) == "28 and 14 days"
    assert not_understood("between 14 and 28 days before first dose", []) == ""
    assert not_understood("Days 14 and 28", []) == ""
    assert not_understood("Day 1, -1 h", []) == "Day 1, -1 h"
    assert not_understood("Day 1 (-1 day)", []) == ""
    assert not_understood("Year 1 (Week 52)", []) == ""
    assert not_understood("Week 4 visit", ["visit"]) == ""
    assert not_understood("Week 4 (if fine)", ["if", "fine"]) == ""
    assert not_understood("only Week 4", ["only"]) == ""
    assert not_understood("Day 1, at", ["at"]) == ""


# what people said


def test_what_people_said_goes_before_the_print() -> None:
    plan = made([["Procedure", "Day 1", "Day 8"]])

    def said(column: int = 2, **values: Any) -> tuple[Visit, Timing]:
        fresh = plan.model_copy(deep=True)
        put_said(fresh, [VisitSaid(column=column, said=values)])
        return fresh.visits[1], fresh.encounters[1].timing

    assert said(day=9)[0].day == 9
    assert [(s.first, s.last, s.unit) for s in said(day=9)[1].times] == [(9, 9, "day")]
    assert [(s.first, s.last) for s in said(day=9, last_day=12)[1].times] == [(9, 12)]
    assert said(day=None, week=2)[1].times[0].unit == "week"
    assert [(s.first, s.last) for s in said(day=None, last_day=5)[1].times] == [(None, 5)]
    assert said(offset_days=-3)[1].offsets[0].relation == "before"
    assert said(offset_days=3, relative_to="dose")[1].offsets[0].anchor == "dose"
    assert said(hours=0)[1].offsets[0].relation == "after"
    window = said(before_days=2)[1].window
    assert window is not None
    assert (window.before, window.after, window.unit) == (2, 0, "day")
    after = said(after_days=3)[1].window
    assert after is not None
    assert (after.before, after.after) == (0, 3)
    assert said(day=9)[1].window is None
    every = said(every_days=7)[1].every
    assert every is not None
    assert (every.first, every.last, every.unit) == (7, 7, "day")
    found, timing = said(cycle=2)
    assert (found.in_cycle, found.last_cycle, [(s.first, s.last) for s in timing.cycles]) == (True, 2, [(2, 2)])
    assert said(cycle=2, kind="repeat")[1].cycles[0].last is None
    assert said(is_visit=False)[0].kind == "annotation"
    assert said(kind="unscheduled")[1].events == ["unscheduled"]
    assert said(name="New")[0].name == "New"
    assert said(name=None)[0].name == plan.visits[1].name
    assert said(conditions=["if needed"])[0].conditions == ["if needed"]
    assert said(9, day=9)[0].day == 8
    moved = plan.model_copy(deep=True)
    put_said(
        moved, [VisitSaid(column=1, said={"epoch": "New"}), VisitSaid(column=2, said={"conditions": ["if needed"]})]
    )
    assert [epoch.name for epoch in moved.epochs][1:] == ["New"]
    assert [column.epoch for column in moved.encounters] == [1, 0]
    assert [(c.text, c.used) for c in moved.conditions] == [("if needed", [(None, 1)])]
    moved.doubts, moved.visits[0].doubts, moved.visits[1].doubts = ["a"], ["b"], ["c"]
    clear_doubts(moved, [VisitSaid(column=2, said={})])
    assert (moved.doubts, moved.visits[0].doubts, moved.visits[1].doubts) == (["a"], ["b"], [])
    clear_doubts(moved, [VisitSaid(column=-1, said={})])
    assert moved.doubts == []
