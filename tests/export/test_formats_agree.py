"""Day, offset and window of a visit are the same in every format that programs read, or told by none."""

from __future__ import annotations

import csv
import io
import math
import re
import xml.etree.ElementTree as ET
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.export.edc import NAMESPACE, odm_text, redcap_files
from soesift.export.fhir import fhir_bundle
from soesift.export.usdm import usdm_study
from soesift.export.visits import visits_json
from soesift.result.models import Result
from toy_table import made_result, made_table

NO_WINDOW = (0.0, 0.0)


class Told(NamedTuple):
    """Days after the first study day, None where it is not told; days before and after that are allowed."""

    day: float | None
    window: tuple[float, float]


def result_of(columns: list[list[str]], note: str = "") -> Result:
    """A schedule with these columns of header texts."""
    levels = [[("Visit", "Window", "Time")[n], *texts] for n, texts in enumerate(zip(*columns, strict=True))]
    rows = [["Vital signs", *["X"] * len(columns)], ["ECG", *["X"] * len(columns)]]
    notes = [("", note)] if note else []
    return made_result(made_table([*levels, *rows], notes=notes, header_rows=len(levels)))


def of_json(result: Result) -> list[Told]:
    """What `soe-visits/1` says, put on one clock by the rules of its page: there is no day 0 unless one is printed."""
    (table,) = visits_json(result)["tables"]
    columns = [column for column in table["columns"] if column["is_visit"]]
    zero = any(c["day"] == 0 and c["cycle"] is None for c in columns)
    first_week = next((c["week"] for c in columns if c["day"] == 1 and c["week"] is not None), 0)
    lengths = table["cycle_length_days"] or {}
    days = [_days(column, zero, first_week, lengths) for column in columns]
    known = [day for day in days if day is not None]
    start = min((day for day in known if day >= 0), default=max(known, default=0.0))
    return [Told(None if d is None else d - start, _window(c, zero)) for c, d in zip(columns, days, strict=True)]


def _days(column: dict[str, Any], zero: bool, first_week: float, lengths: dict[str, int]) -> float | None:
    if column["offset_days"] is not None or column["relative_to"] is not None:
        return None
    if column["cycle"] is not None:
        before = [lengths.get(str(n), lengths.get("*")) for n in range(1, column["cycle"])]
        return None if None in (*before, column["day"]) else sum(filter(None, before)) + column["day"] - 1
    if column["day"] is not None:
        return float(column["day"] - (0 if zero or column["day"] < 0 else 1))
    return None if column["week"] is None else 7.0 * (column["week"] - first_week)


def _window(column: dict[str, Any], zero: bool) -> tuple[float, float]:
    """The sides that are allowed; of a range the days up to its last are allowed as well."""
    length = 0.0
    if column["kind"] == "range" and None not in (column["day"], column["last_day"]):
        first, last = column["day"], column["last_day"]
        length = last - first - (1 if first < 0 < last and not zero else 0)
    elif column["kind"] == "range" and None not in (column["week"], column["last_week"]):
        length = 7.0 * (column["last_week"] - column["week"])
    return column["window_before_days"] or 0.0, (column["window_after_days"] or 0.0) + length


def of_redcap(result: Result) -> list[Told]:
    events = csv.DictReader(io.StringIO(redcap_files(result)["events"]))
    return [
        Told(
            float(e["day_offset"]) if e["day_offset"] else None,
            (float(e["offset_min"] or 0), float(e["offset_max"] or 0)),
        )
        for e in events
    ]


def of_odm(result: Result) -> list[Told]:
    found = []
    for event in ET.fromstring(odm_text(result)).iter(f"{{{NAMESPACE}}}StudyEventDef"):
        told = {alias.get("Context", ""): float(alias.get("Name", "")) for alias in event.iter(f"{{{NAMESPACE}}}Alias")}
        sides = told.get("soesift:window-before", 0.0), told.get("soesift:window-after", 0.0)
        found.append(Told(told.get("soesift:day"), sides))
    return found


def of_fhir(result: Result) -> tuple[list[Told], int | None]:
    """What each action says, and the place of the anchor: the visit that the others refer to."""
    plans = [e["resource"] for e in fhir_bundle(result)["entry"] if e["resource"]["resourceType"] == "PlanDefinition"]
    actions = next(plan["action"] for plan in plans if "StudyProtocolSoa" in plan["meta"]["profile"][0])
    places = {action["id"]: n for n, action in enumerate(actions)}
    found, anchors = [], set()
    for action in actions:
        if "relatedAction" not in action:
            found.append(Told(None, NO_WINDOW))
            continue
        (relation,) = action["relatedAction"]
        anchors.add(places[relation["actionId"]])
        sign = -1.0 if relation["relationship"] == "before-start" else 1.0
        day = sign * relation["offsetDuration"]["value"]
        ends = [e["valueRange"] for e in relation.get("extension", [])]
        window = NO_WINDOW
        for range_ in ends:
            low, high = sorted(sign * range_[end]["value"] for end in ("low", "high"))
            window = (day - low, high - day)
        found.append(Told(day, window))
    return found, anchors.pop() if len(anchors) == 1 else None


_PARTS = re.compile(r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?P<h>\d+)H)?")


def _iso(text: str) -> float:
    parts = _PARTS.fullmatch(text)
    assert parts is not None, text
    return 7 * int(parts["w"] or 0) + int(parts["d"] or 0) + int(parts["h"] or 0) / 24


def of_usdm(result: Result) -> list[Told]:
    version = usdm_study(result)["study"]["versions"][0]
    design = version["studyDesigns"][0]
    timeline = next(line for line in design["scheduleTimelines"] if line["mainTimeline"])
    visits = [step for step in timeline["instances"] if step.get("encounterId")]
    timings = {timing["relativeFromScheduledInstanceId"]: timing for timing in timeline["timings"]}
    found = []
    for visit in visits:
        timing = timings.get(visit["id"])
        if timing is None:
            found.append(Told(None, NO_WINDOW))
            continue
        sign = -1.0 if timing["type"]["decode"] == "Before" else 1.0
        lower, upper = timing.get("windowLower"), timing.get("windowUpper")
        window = (_iso(lower) if lower else 0.0, _iso(upper) if upper else 0.0)
        found.append(Told(sign * _iso(timing["value"]), window))
    return found


def check_agree(result: Result, one_clock: bool = True) -> list[Told]:
    """All formats say what the JSON says; a window of the anchor has no place in FHIR and USDM.

    Without `one_clock` what has no day may still count from a visit of its cycle there.
    """
    wanted = of_json(result)
    assert one_clock or any(t.day is None for t in wanted)
    odm, redcap, usdm = of_odm(result), of_redcap(result), of_usdm(result)
    fhir, anchor = of_fhir(result)
    assert [t.day for t in odm] == [t.day for t in redcap] == [t.day for t in wanted]
    assert [t.window for t in odm] == [t.window for t in wanted]
    assert [t.window for t in redcap] == [tuple(map(math.floor, t.window)) for t in wanted]
    for place, told in enumerate(wanted):
        if told.day == 0 or place == anchor or (told.day is None and not one_clock):
            continue
        for name, other in (("fhir", fhir[place]), ("usdm", usdm[place])):
            assert other.day == told.day, (name, place)
            if told.day is not None:
                assert other.window == pytest.approx(told.window), (name, place)
    return wanted


WINDOWS = ["", "±1 day", "± 2 days", "-1/+3 days", "+2 days", "± 1 week"]


@st.composite
def schedules(draw: st.DrawFn) -> list[list[str]]:
    """Names and times of visits that go forward, with windows in a row of their own or in the cell."""
    start = draw(st.sampled_from([0, 1]))
    unit = draw(st.sampled_from(["Day", "Week"]))
    numbers = sorted(draw(st.sets(st.integers(start + 1, 60), min_size=1, max_size=5)))
    times = [f"{unit} {0 if unit == 'Week' else start}", *(f"{unit} {n}" for n in numbers)]
    if draw(st.booleans()):
        last = numbers[-1] + 3
        times.append(f"{unit}s {last} to {last + draw(st.integers(1, 9))}")
    before = draw(
        st.sampled_from(["", "Day -28 to -1", "Day -14", "Day -7 to 0" if start == 0 and unit == "Day" else ""])
    )
    times = [*([before] if before else []), *times]
    windows = [
        draw(st.sampled_from(WINDOWS)) if n > bool(before) and " to " not in t else "" for n, t in enumerate(times)
    ]
    if draw(st.booleans()):
        return [[t, w] for t, w in zip(times, windows, strict=True)]
    return [[f"Visit {n}", f"{t} ({w})" if w else t] for n, (t, w) in enumerate(zip(times, windows, strict=True), 1)]


@settings(max_examples=60, deadline=None)
@given(schedules())
def test_made_up_headers_say_the_same_in_every_format(columns: list[list[str]]) -> None:
    told = check_agree(result_of(columns))
    assert sum(t.day is not None for t in told) == len(told)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([14, 21, 28]), st.booleans(), st.sampled_from(WINDOWS))
def test_days_of_cycles_are_those_of_their_printed_length_or_open(length: int, told: bool, window: str) -> None:
    shown = [f"Cycle {cycle} Day {day}" for cycle in (1, 2, 3) for day in (1, 8)]
    columns = [[text, window if n else ""] for n, text in enumerate(shown)]
    found = check_agree(result_of(columns, f"Each cycle is {length} days." if told else ""), one_clock=told)
    wanted = [0, 7, length, length + 7, 2 * length, 2 * length + 7]
    assert [t.day for t in found] == (wanted if told else [0, 7, *[None] * 4])


@pytest.mark.parametrize(
    ("sign", "time"), [(1, "30 days after EOT"), (1, "4 weeks after EOT"), (-1, "3 days before EOT")]
)
def test_days_after_an_event_count_from_its_column(sign: int, time: str) -> None:
    result = result_of([["Day 1", ""], ["EOT", ""], [time, "±2 days"]])
    (table,) = visits_json(result)["tables"]
    length = abs(table["columns"][2]["offset_days"])
    told = Told(sign * length, (2, 2))
    assert of_usdm(result)[2] == of_fhir(result)[0][2] == told
    assert of_odm(result)[2] == of_redcap(result)[2] == Told(None, (2, 2))


def test_a_range_with_a_deviation_is_allowed_around_both_of_its_ends() -> None:
    told = check_agree(result_of([["Day 1", ""], ["Days 10 to 14", "±1 day"], ["Weeks 4 to 6", ""]]))
    assert told == [Told(0, NO_WINDOW), Told(9, (1, 5)), Told(28, (0, 14))]


def test_days_around_a_day_zero_are_one_more() -> None:
    around = ["Days -2 to 2", ""]
    assert check_agree(result_of([around, ["Day 5", ""]]))[0].window == (0, 3)
    assert check_agree(result_of([around, ["Day 0", ""], ["Day 5", ""]]))[0].window == (0, 4)
