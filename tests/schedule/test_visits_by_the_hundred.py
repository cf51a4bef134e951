"""Headers put together by chance: whatever is printed, the visit says the same and nothing more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from made_tables import facts, made, visits

from soesift.schedule import Visit

EVENTS = ["last dose", "randomization", "surgery", "end of treatment", "first dose of study drug"]
DASHES = ["-", "–", "−"]


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, dict[str, float]]:
    before, after = draw(st.integers(0, 9)), draw(st.integers(1, 21))
    unit, days = draw(st.sampled_from([("days", 1), ("day", 1), ("d", 1), ("weeks", 7), ("week", 7)]))
    if draw(st.booleans()):
        sign = draw(st.sampled_from(["±", "± ", "+/-", "+/- "]))
        return f"({sign}{after} {unit})", {"before_days": after * days, "after_days": after * days}
    if before == 0:
        return f"(+{after} {unit})", {"before_days": 0, "after_days": after * days}
    return f"(-{before}/+{after} {unit})", {"before_days": before * days, "after_days": after * days}


@st.composite
def times(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A header of some kind, and what it says."""
    kind = draw(st.sampled_from(["day", "week", "range", "repeat", "cycle", "later", "after", "month", "hours"]))
    a, b, dash = draw(st.integers(2, 60)), draw(st.integers(61, 200)), draw(st.sampled_from(DASHES))
    if kind == "day":
        day = draw(st.integers(-60, 400).filter(bool))
        return f"Day {dash if day < 0 else ''}{abs(day)}", {"kind": "planned", "day": day}
    if kind == "week":
        return draw(st.sampled_from([f"Week {a}", f"Wk {a}", f"W{a}"])), {"kind": "planned", "week": a}
    if kind == "range":
        joint = draw(st.sampled_from([" to ", f" {dash} ", dash]))
        return f"Days {a}{joint}{b}", {"kind": "range", "day": a, "last_day": b}
    if kind == "repeat":
        step = draw(st.integers(1, 26))
        said = {"kind": "repeat", "week": a, "last_week": b, "every_days": 7 * step}
        return f"Week {a} to Week {b} (every {step} week{'s' if step > 1 else ''})", said
    if kind == "cycle":
        return f"Cycle {a} Day {b}", {"kind": "planned", "cycle": a, "day": b}
    if kind == "later":
        words = draw(st.sampled_from(["and subsequent cycles", "and beyond", "onwards", "and later"]))
        return f"Cycle {a} {words}", {"kind": "repeat", "cycle": a}
    if kind == "after":
        event, unit = draw(st.sampled_from(EVENTS)), draw(st.sampled_from([("days", 1), ("weeks", 7)]))
        said = {"kind": "event", "offset_days": a * unit[1], "relative_to": event}
        return f"{a} {unit[0]} after {event}", said
    if kind == "month":
        return f"Month {a}", {"kind": "planned", "month": a}
    return f"{a} h post-dose", {"kind": "planned", "hours": a, "relative_to": "dose"}


@given(times(), st.none() | windows())
@settings(max_examples=400, deadline=None)
def test_a_column_says_what_is_printed_and_nothing_more(
    time: tuple[str, dict[str, object]], window: tuple[str, dict[str, float]] | None
) -> None:
    text, wanted = time
    shown = f"{text} {window[0]}" if window else text
    found = visits([["Procedure", shown, "Unscheduled"]])[0]
    assert facts(found) == wanted | (window[1] if window else {}), shown


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8, unique=True), windows())
@settings(max_examples=60, deadline=None)
def test_a_row_of_windows_is_read_by_its_columns(weeks: list[int], window: tuple[str, dict[str, float]]) -> None:
    cells = [window[0].strip("()")] * (len(weeks) - 1)
    found = visits([["Week", *map(str, sorted(weeks))], ["Visit window", "-", *cells]])
    assert found[0].before_days is None
    assert all((v.before_days, v.after_days) == tuple(window[1].values()) for v in found[1:])


@given(
    st.lists(
        st.sampled_from(["X", "-", "No", "N/A", "", "☐", "Refer to Section 3.1", "X (if needed)"]),
        min_size=3,
        max_size=9,
    )
)
@settings(max_examples=80, deadline=None)
def test_only_what_is_done_is_scheduled(cells: list[str]) -> None:
    header = [["Procedure", *(f"Week {n}" for n in range(len(cells)))]]
    schedule = made(header, [["ECG", *cells], ["Weight", *["X"] * len(cells)]])
    done = {m.encounter for m in schedule.marks if m.activity == 0}
    assert done == {n for n, text in enumerate(cells) if text.startswith("X")}
    assert len([r for r in schedule.remarks if r.activity == 0]) == len(
        [c for c in cells if c and not c.startswith("X")]
    )


@given(st.lists(times(), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_what_is_open_has_a_doubt(headers: list[tuple[str, dict[str, object]]]) -> None:
    for visit in visits([["Procedure", *(text for text, _ in headers), "Free words here"]]):
        assert _known(visit) or visit.doubts, visit.printed


def _known(visit: Visit) -> bool:
    values = (visit.day, visit.week, visit.month, visit.cycle, visit.hours, visit.offset_days, visit.every_days)
    return any(value is not None for value in values) or visit.kind in ("event", "unscheduled", "annotation")
