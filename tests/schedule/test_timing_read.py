"""Header texts read as timing: printed in many ways, the same value."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.schedule import Offset, Span, Timing, Window, read_timing
from soesift.schedule.models import Unit
from soesift.schedule.tokens import tokens

WORDS: dict[Unit, list[str]] = {
    "day": ["Day", "Days", "day", "D"],
    "week": ["Week", "Weeks", "Wk", "W"],
    "month": ["Month", "Months", "M"],
    "cycle": ["Cycle", "Cycles", "C"],
}
BEHIND: dict[Unit, list[str]] = {
    "minute": ["min", "minutes"],
    "hour": ["h", "hr", "hours", "hrs"],
    "day": ["days", "-day", "d"],
    "week": ["weeks", "-week"],
    "month": ["months"],
}
DASHES = ["-", "–", "−", "‑"]


def point(value: float, unit: Unit) -> Span:
    return Span(first=value, last=value, unit=unit)


def minus(value: int, dash: str) -> str:
    return f"{dash}{-value}" if value < 0 else str(value)


@st.composite
def timings(draw: st.DrawFn) -> tuple[str, Timing]:
    """A text in some style, and what it says: [cycle] times [window]."""
    dash = draw(st.sampled_from(DASHES))
    unit: Unit = draw(st.sampled_from(["day", "week", "month"]))
    lowest = 0 if unit == "month" else -60
    values = sorted(draw(st.lists(st.integers(lowest, 400), min_size=1, max_size=3, unique=True)))
    letter = len(draw(st.sampled_from(WORDS[unit])))
    word = next(w for w in WORDS[unit] if len(w) == letter)
    ranged = len(values) == 2 and draw(st.booleans())
    if ranged:
        joint = draw(st.sampled_from([" to ", f" {dash} ", " through "]))
        body, spans = joint.join(minus(v, dash) for v in values), [Span(first=values[0], last=values[1], unit=unit)]
    else:
        body, spans = ", ".join(minus(v, dash) for v in values), [point(v, unit) for v in values]
    text = f"{word}{'' if len(word) == 1 else ' '}{body}"
    timing = Timing(times=spans)
    if draw(st.booleans()):
        cycle = draw(st.integers(1, 30))
        text, timing.cycles = f"{draw(st.sampled_from(['Cycle ', 'C']))}{cycle}, {text}", [point(cycle, "cycle")]
    if draw(st.booleans()):
        timing.window, shown = draw(windows())
        text += shown
    return text, timing


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, str]:
    before, after = draw(st.integers(1, 28)), draw(st.integers(1, 28))
    same = draw(st.booleans())
    body = f"{draw(st.sampled_from(['±', '± ', '+/-', '+/- ']))}{before}" if same else f"-{before}/+{after}"
    return Window(before=before, after=before if same else after, unit="day"), f" ({body} days)"


@given(timings())
@settings(max_examples=300, deadline=None)
def test_a_time_printed_in_any_style_is_read_back(case: tuple[str, Timing]) -> None:
    text, timing = case
    read = read_timing(text)
    assert read.unread == []
    assert read.timing.model_copy(update={"text": ""}) == timing


@given(st.sampled_from(sorted(BEHIND)), st.integers(1, 90), st.data())
@settings(max_examples=150, deadline=None)
def test_a_length_before_or_after_an_event_is_read_back(unit: Unit, value: int, data: st.DataObject) -> None:
    behind = data.draw(st.sampled_from(BEHIND[unit]))
    words, relation, anchor = data.draw(
        st.sampled_from(
            [
                ("after last dose", "after", "last dose"),
                ("post-dose", "after", "dose"),
                ("postdose", "after", "dose"),
                ("prior to randomization", "before", "randomization"),
                ("pre-dose", "before", "dose"),
                ("before Day 1", "before", "day 1"),
                ("following end of treatment", "after", "end of treatment"),
            ]
        )
    )
    text = f"{value}{'' if behind.startswith('-') else ' '}{behind} {words}"
    read = read_timing(text)
    assert read.unread == []
    assert read.timing.offsets == [Offset(length=point(value, unit), relation=relation, anchor=anchor)]  # type: ignore[arg-type]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for kind in (None, "visit", "day", "window", "duration"):
        read_timing(text, kind)


@given(st.text(alphabet="0123456789-–±+/,() DWCdaysto", max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_figure_of_a_text_is_lost(text: str) -> None:
    """A text with a figure has a value or says that it has none."""
    read = read_timing(text)
    if any(c in "0123456789" for c in text):
        assert read.timing.known() or read.unread or read.words


@pytest.mark.parametrize(
    ("text", "kind", "times"),
    [
        ("15±3", "day", [point(15, "day")]),
        ("-.3", "week", [point(-0.3, "week")]),
        ("≤28", "day", [Span(first=None, last=28, unit="day")]),
        ("4 and Beyond", "week", [Span(first=4, last=None, unit="week")]),
        ("Screening (-28 to -1)", None, [Span(first=-28, last=-1, unit="day")]),
        ("D-42to -2", None, [Span(first=-42, last=-2, unit="day")]),
        ("D1 W2", None, [point(1, "day"), point(2, "week")]),
        ("Period 2", None, []),
    ],
)
def test_bare_numbers_take_the_row_s_unit(text: str, kind: object, times: list[Span]) -> None:
    assert read_timing(text, kind).timing.times == times  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("ET/EOT", ["early_termination", "end_of_treatment"]),
        ("Unscheduled visit", ["unscheduled"]),
        ("End of Study (EOS)", ["end_of_study"]),
        ("FU/ED", ["follow_up", "early_termination"]),
        ("Rando misation", ["randomization"]),
        ("Rando-misation", ["randomization"]),
        ("Screen-ing", ["screening"]),
        ("Post-treatment follow-up", ["follow_up"]),
        ("C-I", ["admission"]),
    ],
)
def test_events(text: str, events: list[str]) -> None:
    assert read_timing(text).timing.events == events


def test_repeats_cycle_lengths_and_visits() -> None:
    assert read_timing("every 12 weeks").timing.every == point(12, "week")
    assert read_timing("Q6M").timing.every == point(6, "month")
    assert read_timing("Every other week").timing.every == point(2, "week")
    assert read_timing("Treatment (1 cycle = 28 days)").timing.duration == point(28, "day")
    assert read_timing("802 - 8XX", "visit").timing.visit == "802 - 8XX"
    assert read_timing("P3", "visit").timing.visit == "P3"
    within = read_timing("Within 28±2 days after last study treatment").timing
    assert within.offsets == [Offset(length=point(28, "day"), relation="after", anchor="last study treatment")]
    assert within.window == Window(before=2, after=2, unit="day")


def test_a_figure_without_a_unit_is_said_to_be_unread() -> None:
    assert read_timing("17").unread == ["17"]
    assert not read_timing("17").timing.known()


def test_a_header_of_many_words_is_read_once() -> None:
    started = time.process_time()
    assert len(tokens("- " * 20_000)) == 20_000
    assert time.process_time() - started < 5
