"""Visit headers by seed: headers as the field prints them, made with the visits that they mean.

    python benchmarks/soe_bench/visit_headers.py [--seeds 20] [--half repair|kept|fresh] [--errors]

Each template prints one way of heading columns, with numbers, units, signs and spellings drawn by the seed.
Every second template is `repair`: its errors were looked at while the program was mended and `kept` was only
scored; `fresh` was written after that (figures of each stage: docs/lab-notes.md). By now all have been looked
at. Columns count as in `score_visits.py`: right, open (not right, but with a doubt), wrong in silence. A column
that nobody can read for certain (`must_doubt`) is right if it carries a doubt and wrong in silence without one.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facts import TIMES, WINDOWS, event_class
from score_facts import Score, total
from score_visits import score_column, told

from soesift.export.visits import table_entry
from soesift.result.models import Cell, Footnote, SoeTable
from soesift.schedule import read_schedule

Meaning = dict[str, Any]  # of `soe-visits/1`; besides `must_doubt`, and `or`: other readings as good


@dataclass
class Column:
    """The levels of a printed column from the top, and what they mean."""

    levels: tuple[str, ...]
    meaning: Meaning


@dataclass
class Header:
    """`labels`: the label column's text of each header row."""

    labels: list[str]
    columns: list[Column]
    notes: dict[str, str] = field(default_factory=dict)
    title: str = "Schedule of Activities"
    body: list[list[str]] | None = None


Rng = random.Random
Template = Callable[[Rng], Header]
TEMPLATES: dict[str, Template] = {}


def template(make: Template) -> Template:
    TEMPLATES[make.__name__] = make
    return make


def col(*levels: str, **meaning: Any) -> Column:
    return Column(levels, meaning)


def one(*columns: Column, label: str = "Procedure", **more: Any) -> Header:
    """A header of one row."""
    return Header([label], list(columns), **more)


def dash(r: Rng) -> str:
    return r.choice("-–−")


def to(r: Rng) -> str:
    return r.choice([" to ", " to ", f" {dash(r)} ", dash(r), " through "])


def pm(r: Rng) -> str:
    return r.choice(["±", "± ", "+/-", "+/- "])


def window(r: Rng, unit: str | None = "day") -> tuple[str, Meaning]:
    """A printed deviation with its days on both sides."""
    size = r.choice([1, 2, 3, 5, 7])
    many, factor = (unit or "", 1) if unit != "week" else ("week", 7)
    name = "" if unit is None else " " + (many if size == 1 else many + "s")
    if r.random() < 0.6:
        return f"{pm(r)}{size}{name}", dict.fromkeys(WINDOWS, size * factor)
    if r.random() < 0.5:
        return f"+{size}{name}", {WINDOWS[0]: 0, WINDOWS[1]: size * factor}
    low = r.choice([1, 2, 4])
    return f"-{low}/+{size}{name}", {WINDOWS[0]: low * factor, WINDOWS[1]: size * factor}


def rising(r: Rng, count: int, start: int, steps: Sequence[int]) -> list[int]:
    found = [start]
    while len(found) < count:
        found.append(found[-1] + r.choice(steps))
    return found


def screening(r: Rng) -> Column:
    """A screening column as one cell."""
    first = r.choice([14, 21, 28, 42])
    word = r.choice(["Screening", "SCR", "Screening Visit", "Screening Period"])
    span = r.choice(
        [
            f"Day {dash(r)}{first} to {dash(r)}1",
            f"Days {dash(r)}{first} to {dash(r)}1",
            f"D{dash(r)}{first} to D{dash(r)}1",
            f"Day {dash(r)}{first} to Day {dash(r)}1",
        ]
    )
    text = r.choice([f"{word} {span}", f"{word} ({span})", f"{word}: {span}"])
    return col(text, kind="range", day=-first, last_day=-1)


def event(text: str, **more: Any) -> Column:
    return col(text, kind="event", **more)


# --- study days, weeks, months -------------------------------------------------------------------------------------


@template
def study_days(r: Rng) -> Header:
    unit = r.choice(["Day ", "D", "Day ", "Study Day "])
    days = [1, *rising(r, 5, r.choice([3, 8, 15]), [7, 14, 28])]
    shown = [col(f"{unit}{d}", kind="planned", day=d) for d in days]
    return one(screening(r), *shown, event(r.choice(["ET", "Early Termination", "EOS", "End of Study"])))


@template
def weeks_with_window(r: Rng) -> Header:
    unit = r.choice(["Week ", "Wk ", "W", "Week "])
    columns = []
    for w in rising(r, 5, r.choice([2, 4]), [2, 4, 12]):
        text, days = window(r)
        columns.append(col(f"{unit}{w} ({text})" if r.random() < 0.6 else f"{unit}{w} {text}", week=w, **days))
    return one(col("Baseline (Day 1)", day=1), *columns)


@template
def day_in_brackets(r: Rng) -> Header:
    columns = [col(r.choice(["Baseline (Day 1)", "Randomisation (Day 1)", "Week 0 (Day 1)"]), day=1)]
    columns[0].meaning["or"] = [{"day": 1, "week": 0}]
    if "Week 0" in columns[0].levels[0]:
        columns[0].meaning["week"] = 0
    for w in rising(r, 4, 2, [2, 4, 8]):
        size = r.choice([1, 2, 3])
        text = f"Week {w} (Day {7 * w + 1} {pm(r)}{size})"
        columns.append(col(text, week=w, day=7 * w + 1, **dict.fromkeys(WINDOWS, size)))
    return one(*columns)


@template
def three_rows(r: Rng) -> Header:
    """Rows Visit, Week and Day with bare numbers."""
    weeks = [0, *rising(r, 5, 1, [1, 2, 4])]
    screen = col(
        "1",
        "-4 to -1",
        "-28 to -1",
        kind="range",
        day=-28,
        last_day=-1,
        **{"or": [{"week": -4, "day": -28, "last_day": -1}]},
    )
    columns = [col(str(n), str(w), str(7 * w + 1), week=w, day=7 * w + 1) for n, w in enumerate(weeks, 2)]
    labels = [
        r.choice(["Visit", "Visit Number", "Visit No."]),
        r.choice(["Week", "Study Week"]),
        r.choice(["Day", "Study Day", "Day(s)"]),
    ]
    return Header(labels, [screen, *columns])


@template
def window_row(r: Rng) -> Header:
    weeks = [0, *rising(r, 5, 2, [2, 4, 12])]
    label = r.choice(
        [
            "Visit window (days)",
            "Window (days)",
            "Visit Window (Days)",
            "Time window (days)",
            "Allowed deviation (days)",
        ]
    )
    columns = [col("Visit 1", "0", r.choice(["-", "", "0"]), week=0, visit=1)]
    columns[0].meaning.pop("visit")
    for n, w in enumerate(weeks[1:], 2):
        text, days = window(r, None)
        columns.append(col(f"Visit {n}", str(w), text, week=w, **days))
    return Header(["", r.choice(["Week", "Weeks", "Study week"]), label], columns)


@template
def window_row_with_units(r: Rng) -> Header:
    days = [1, *rising(r, 5, 15, [14, 28])]
    columns = [col("Day 1", r.choice(["", "N/A", "-"]), day=1)]
    for d in days[1:]:
        text, size = window(r, "day")
        columns.append(col(f"Day {d}", text, day=d, **size))
    return Header(
        [r.choice(["Assessment", "Procedure", ""]), r.choice(["Window", "Visit window", "Acceptable window"])], columns
    )


@template
def deviation_without_unit(r: Rng) -> Header:
    size = r.choice([1, 2, 3])
    columns = [col(f"Day {d} {pm(r)}{size}", day=d, **dict.fromkeys(WINDOWS, size)) for d in rising(r, 4, 8, [7, 14])]
    return one(col("Day 1", day=1), *columns)


@template
def months(r: Rng) -> Header:
    unit = r.choice(["Month ", "M", "Mo "])
    return one(
        col("Day 1", day=1), *(col(f"{unit}{m}", kind="planned") for m in (1, 3, 6, 12)), col("Year 2", kind="planned")
    )


@template
def months_with_days(r: Rng) -> Header:
    columns = [col("Month 0 (Day 1)", day=1)]
    for m in (1, 2, 3):
        d = 28 * m + 1
        columns.append(col(f"Month {m} (Day {d} {pm(r)}3)", day=d, **dict.fromkeys(WINDOWS, 3)))
    return one(*columns)


@template
def week_with_end(r: Rng) -> Header:
    last = r.choice([24, 52])
    word = r.choice(["ET", "EOT", "Early Termination", "EOS", "End of Treatment"])
    text = r.choice(
        [
            f"Week {last}/{word}",
            f"Week {last} / {word}",
            f"Week {last} or {word}",
            f"Week {last} ({word})",
            f"{word} (Week {last})",
        ]
    )
    return one(col("Week 0", week=0), col("Week 4", week=4), col("Week 12", week=12), col(text, week=last))


@template
def day_of_week(r: Rng) -> Header:
    """A day within its week: week 4, day 29."""
    columns = [col("W0D1", week=0, day=1), col("W4D29", week=4, day=29), col("W8D57", week=8, day=57)]
    return one(*columns)


@template
def weeks_before(r: Rng) -> Header:
    d = dash(r)
    return Header(
        [r.choice(["Week", "Timing of visit (weeks)", "Weeks"])],
        [col(f"{d}4", week=-4), col(f"{d}2", week=-2), col("0", week=0), col("4", week=4), col("12", week=12)],
    )


@template
def screening_in_weeks(r: Rng) -> Header:
    d = dash(r)
    return one(col(f"Screening Week {d}4 to {d}1", kind="range", week=-4), col("Week 0", week=0), col("Week 2", week=2))


@template
def long_minus(r: Rng) -> Header:
    n = r.choice([7, 14, 21])
    return one(
        col(f"Screening {dash(r)}{n} days", day=-n, **{"or": [{"offset_days": -n, "day": None}]}),
        col("Day 1", day=1),
        col("Day 8", day=8),
    )


# --- visits, contact, events ---------------------------------------------------------------------------------------


@template
def visit_codes(r: Rng) -> Header:
    """V1, P2, V3 over weeks and windows; P by a legend."""
    columns = [col("V1", "Screening", "-2", "", week=-2), col("V2", "Randomisation", "0", "0", week=0)]
    for n, w in enumerate(rising(r, 4, 4, [4, 8]), 3):
        call = r.random() < 0.4
        columns.append(
            col(
                f"{'P' if call else 'V'}{n}",
                "Treatment",
                str(w),
                f"{pm(r)}3",
                week=w,
                contact="phone" if call else None,
                **dict.fromkeys(WINDOWS, 3),
            )
        )
    columns.append(col("V9", "End of trial", "60", "+5", week=60, window_before_days=0, window_after_days=5))
    labels = ["Visit", "", "Timing of visit (weeks)", "Visit window (days)"]
    return Header(labels, columns, notes={"-": "P: phone contact; V: clinic visit."})


@template
def phone_words(r: Rng) -> Header:
    words = r.choice(["Phone call", "Telephone contact", "Telephone visit", "Phone visit"])
    return one(
        col("Day 1", day=1),
        col(f"Week 2 {words}", week=2, contact="phone"),
        col("Week 4", week=4),
        col(r.choice(["Home visit Week 6", "Week 6 (home visit)"]), week=6, contact="home"),
    )


@template
def ends(r: Rng) -> Header:
    words = r.sample(
        [
            "EOT",
            "End of Treatment",
            "ET",
            "Early termination",
            "EOS",
            "End of Study",
            "Early Discontinuation",
            "Unscheduled",
            "Follow-up",
            "FU 1",
            "Safety Follow-up",
            "Final visit",
            "Study completion",
            "Premature discontinuation visit",
            "Unscheduled visit",
            "Survival follow-up",
        ],
        4,
    )
    kinds = [{"kind": "unscheduled" if w.startswith("Uns") else "event"} for w in words]
    return one(col("Day 1", day=1), col("Day 15", day=15), *(col(w, **k) for w, k in zip(words, kinds, strict=True)))


@template
def after_last_dose(r: Rng) -> Header:
    n, unit = r.choice([(30, "days"), (4, "weeks"), (90, "days"), (28, "days")])
    factor = 7 if unit == "weeks" else 1
    name = r.choice(["last dose", "the last dose", "last dose of study drug", "last study treatment", "last infusion"])
    link = r.choice(["after", "post", "following", "from"])
    head = r.choice(["Safety Follow-up ", "Follow-up: ", "FU visit ", ""])
    text, days = window(r)
    shown = f"{head}{n} {unit} {link} {name} ({text})"
    if r.random() < 0.4:  # the deviation before the unit: "30 (±3) days", in that unit
        sign, low = r.choice([(pm(r), 3), ("+", 0)])
        days = {WINDOWS[0]: low * factor, WINDOWS[1]: 3 * factor}
        shown = f"{head}{n} ({sign}3) {unit} {link} {name}"
    last = event(shown, offset_days=n * factor, relative_to="last dose", **days)
    return one(col("Day 1", day=1), col("Day 29", day=29), last)


@template
def end_plus(r: Rng) -> Header:
    word, kind = r.choice(
        [("EOT", "end of treatment"), ("Last dose", "last dose"), ("End of treatment", "end of treatment")]
    )
    n = r.choice([14, 28, 30])
    text = r.choice([f"{word} + {n} days", f"{word} + {n}d", f"{word} +{n} days"])
    return one(col("Day 1", day=1), event(text, offset_days=n, relative_to=kind))


@template
def length_from_nothing(r: Rng) -> Header:
    n = r.choice([28, 30, 90])
    return one(
        col("Day 1", day=1),
        event(r.choice([f"Follow-up ({n} days)", f"{n}-day safety follow-up", f"Safety FU {n} days"]), must_doubt=True),
    )


@template
def within_before(r: Rng) -> Header:
    n = r.choice([14, 21, 28, 30])
    what, name = r.choice(
        [
            ("randomization", "randomisation"),
            ("first dose", "first dose"),
            ("Day 1", "Day 1"),
            ("enrolment", "enrolment"),
        ]
    )
    text = r.choice(
        [
            f"Screening within {n} days of {what}",
            f"Screening: within {n} days before {what}",
            f"Up to {n} days prior to {what}",
            f"Screening (up to {n} days before {what})",
        ]
    )
    found = {"kind": "range", "day": -n, "last_day": 0}
    readings = [
        {"kind": "event", "offset_days": 0, "relative_to": name, "window_before_days": n, "window_after_days": 0},
        {"kind": "range", "day": -n, "last_day": -1},
        {"kind": "range", "offset_days": -n, "last_day": 0, "relative_to": name},
        {"kind": "event", "offset_days": -n, "window_before_days": 0, "window_after_days": n, "relative_to": name},
    ]
    return one(col(text, **found, **{"or": readings}), col("Day 1", day=1), col("Day 15", day=15))


@template
def post_op(r: Rng) -> Header:
    n = r.choice([7, 14, 30])
    text = r.choice(
        [f"{n} days post-op", f"{n} days after surgery", f"POD {n}", f"Post-op Day {n}", f"{n} days postoperative"]
    )
    return one(
        event(r.choice(["Pre-op", "Preoperative visit"]), **{"or": [{"kind": "planned"}]}),
        event("Day of surgery", offset_days=0, relative_to="surgery", **{"or": [{"kind": "event"}]}),
        event(text, offset_days=n, relative_to="surgery"),
        event("6 weeks after surgery", offset_days=42, relative_to="surgery"),
    )


@template
def after_a_visit(r: Rng) -> Header:
    low = r.choice([21, 28])
    text = f"{low} to {low + 7} days after Visit 1"
    return Header(
        [r.choice(["Visit", "Visit number"]), ""],
        [
            col("1", "Day 1", day=1),
            col(
                "2",
                text,
                kind="event",
                offset_days=low,
                window_before_days=0,
                window_after_days=7,
                relative_to="visit 1",
            ),
        ],
    )


@template
def month_after_event(r: Rng) -> Header:
    text, event_name = r.choice(
        [
            ("1 month after last dose", "last dose"),
            ("3 months post EOT", "end of treatment"),
            ("6 months after last vaccination", "last vaccination"),
        ]
    )
    return one(col("Day 1", day=1), event(text, relative_to=event_name))


@template
def uk_and_german(r: Rng) -> Header:
    if r.random() < 0.5:
        return one(event("Screening"), col("Randomisation (Day 1)", day=1), col("Wk 2", week=2), event("Follow up"))
    size = r.choice([1, 3])
    return one(
        event(r.choice(["Screening", "Voruntersuchung"]), **{"or": [{"kind": "planned"}]}),
        col("Tag 1", day=1),
        col(f"Tag 8 (±{size} Tage)", day=8, **dict.fromkeys(WINDOWS, size)),
        col("Woche 4", week=4),
        col("Woche 12", week=12),
        event("Nachbeobachtung", **{"or": [{"kind": "planned"}]}),
    )


# --- cycles --------------------------------------------------------------------------------------------------------


@template
def cycles_compact(r: Rng) -> Header:
    days = [1, 8, 15] if r.random() < 0.6 else [1, 15]
    columns = [col(f"C{c}D{d}", cycle=c, day=d) for c in (1, 2) for d in days]
    text = r.choice(["C3D1+", "C3+ D1", "C3+", "C3 and beyond D1"])
    later = col(text, kind="repeat", cycle="3+", day=1 if "D1" in text else None, every_days=28)
    return one(col("SCR", kind="event"), *columns, later, event("EOT"), notes={"-": "Each cycle is 28 days."})


@template
def cycles_in_words(r: Rng) -> Header:
    columns = [col(f"Cycle 1 Day {d}", cycle=1, day=d) for d in (1, 8, 15)]
    until = r.choice([4, 6, 8])
    text = r.choice(
        [
            f"Cycles 2{dash(r)}{until} Day 1",
            f"Cycles 2 to {until}, Day 1",
            f"Cycle 2 to Cycle {until} Day 1",
            f"Day 1 of Cycles 2 to {until}",
        ]
    )
    more = col(text, kind="repeat", cycle=f"2-{until}", day=1, every_days=21)
    return one(*columns, more, event("End of Treatment"), title="Schedule of Assessments (21-day cycles)")


@template
def cycle_levels(r: Rng) -> Header:
    """Cycles over days, the length beside the cycle."""
    length = r.choice([21, 28])
    head = r.choice([f"Cycle 1 ({length} days)", f"Cycle 1 ({length}-day cycle)"])
    later = r.choice(
        [
            f"Cycle 2 and beyond ({length} days)",
            f"Cycles 2+ ({length} days)",
            f"Cycle 2 and subsequent cycles ({length} days)",
        ]
    )
    columns = [col(head, f"Day {d}", cycle=1, day=d) for d in (1, 8, 15)]
    columns += [col(later, f"Day {d}", kind="repeat", cycle="2+", day=d, every_days=length) for d in (1, 15)]
    return Header(["", "Procedure"], columns)


@template
def cycle_rows(r: Rng) -> Header:
    """Rows Cycle and Day with bare numbers."""
    columns = [col("1", str(d), cycle=1, day=d) for d in (1, 8, 15)] + [
        col("2", "1", cycle=2, day=1),
        col("2", "15", cycle=2, day=15),
    ]
    columns.append(col(r.choice(["3+", "≥3", "3 and beyond"]), "1", kind="repeat", cycle="3+", day=1, every_days=28))
    return Header(
        [r.choice(["Cycle", "Treatment Cycle"]), r.choice(["Day", "Cycle day", "Day of cycle"])],
        columns,
        notes={"-": "A cycle is 28 days."},
    )


@template
def cycle_week_day(r: Rng) -> Header:
    columns = [col("Cycle 1 (1 cycle = 6 weeks)", f"Week {w}", "Day 1", cycle=1, week=w, day=1) for w in (1, 2, 4)]
    return Header(["", "", ""], columns)


@template
def every_cycle(r: Rng) -> Header:
    text = r.choice(["Day 1 of each cycle", "Day 1 of every cycle", "Each cycle Day 1", "Every cycle, Day 1"])
    return one(
        col("Cycle 1 Day 8", cycle=1, day=8),
        col(text, kind="repeat", day=1, every_days=21),
        notes={"-": "1 cycle = 21 days"},
    )


@template
def cycles_without_length(r: Rng) -> Header:
    return one(
        col("C1D1", cycle=1, day=1),
        col(r.choice(["C2D1 onwards", "Cycle 2+ Day 1"]), kind="repeat", cycle="2+", day=1, **{"or": []}),
        event("EOT"),
    )


@template
def odd_cycles(r: Rng) -> Header:
    text = r.choice(["Odd cycles Day 1", "Even cycles Day 1", "Day 1 of odd-numbered cycles"])
    return one(col("C1D1", cycle=1, day=1), col(text, must_doubt=True), notes={"-": "1 cycle = 21 days"})


@template
def every_second_cycle(r: Rng) -> Header:
    text = r.choice(["Day 1 of every other cycle", "Every 2 cycles", "Every second cycle"])
    found = {"kind": "repeat", "every_days": 42} | ({"day": 1} if "Day 1" in text else {})
    return one(col("C1D1", cycle=1, day=1), col(text, **found), notes={"-": "1 cycle = 21 days"})


@template
def ordinal_cycles(r: Rng) -> Header:
    return Header(
        ["", ""],
        [
            col("1st cycle", "Day 1", cycle=1, day=1),
            col("1st cycle", "Day 8", cycle=1, day=8),
            col("2nd cycle", "Day 1", cycle=2, day=1),
        ],
    )


# --- repeats -------------------------------------------------------------------------------------------------------


@template
def every_n_from(r: Rng) -> Header:
    n, start = r.choice([4, 8, 12]), r.choice([24, 52])
    text = r.choice(
        [
            f"Every {n} weeks from Week {start}",
            f"Q{n}W from Week {start}",
            f"From Week {start} every {n} weeks",
            f"Week {start} and every {n} weeks thereafter",
            f"Week {start} then every {n} weeks",
        ]
    )
    return one(col("Week 0", week=0), col("Week 12", week=12), col(text, kind="repeat", week=start, every_days=7 * n))


@template
def every_n(r: Rng) -> Header:
    n = r.choice([2, 4, 12])
    text = r.choice([f"Every {n} weeks", f"Q{n}W", f"q{n}w", f"every {n} wks", f"Every {7 * n} days"])
    size, days = window(r)
    return one(
        col("Week 0", week=0), col(f"Long-term follow-up {text} ({size})", kind="repeat", every_days=7 * n, **days)
    )


@template
def every_n_months(r: Rng) -> Header:
    """A month has no fixed number of days: null, with or without a word."""
    return one(
        col("Week 0", week=0), col(r.choice(["Every 3 months", "Follow-up every 6 months", "Q3M"]), kind="repeat")
    )


@template
def week_lists(r: Rng) -> Header:
    step = r.choice([4, 6, 8])
    text = ", ".join(str(step * n) for n in (1, 2, 3))
    return one(
        col("Week 0", week=0),
        col(r.choice([f"Weeks {text}", f"Week {text}", f"Wks {text}"]), kind="repeat", week=step, every_days=7 * step),
    )


@template
def uneven_list(r: Rng) -> Header:
    return one(
        col("Week 0", week=0),
        col(r.choice(["Weeks 4, 8, 16", "Weeks 2, 6 and 24"]), must_doubt=True),
        col("Week 52", week=52),
    )


@template
def day_ranges(r: Rng) -> Header:
    a = r.choice([2, 3, 8])
    b = a + r.choice([4, 6, 12])
    text = r.choice([f"Days {a}{to(r)}{b}", f"Day {a}{to(r)}{b}", f"D{a}{dash(r)}{b}", f"D{a} to D{b}"])
    return one(col("Day 1", day=1), col(text, kind="range", day=a, last_day=b), col(f"Day {b + 10}", day=b + 10))


@template
def daily(r: Rng) -> Header:
    text = r.choice(["Days 2 to 7 (daily)", "Daily, Days 2-7", "Day 2 to Day 7, daily"])
    return one(col("Day 1", day=1), col(text, kind="repeat", day=2, last_day=7, every_days=1), col("Day 15", day=15))


@template
def twice_weekly(r: Rng) -> Header:
    text = r.choice(["Weeks 2 to 6, twice weekly", "Twice a week until Week 6", "3 times per week", "2x/week"])
    return one(col("Day 1", day=1), col(text, must_doubt=True), col("Week 8", week=8))


@template
def two_alternatives(r: Rng) -> Header:
    return one(
        col("Day 1", day=1), col(r.choice(["Day 15 or 16", "Day 8 or Day 15"]), must_doubt=True), col("Day 29", day=29)
    )


# --- hours, periods, parts -----------------------------------------------------------------------------------------


@template
def hours_after_dose(r: Rng) -> Header:
    d = r.choice(["h", "hr", "hours"])
    label = r.choice(["Hours post-dose", "Time after dose (h)", "Hours after dose", "Time post-dose (hours)"])
    columns = [
        col(
            r.choice(["Predose", "Pre-dose"]),
            **{"or": [{"kind": "event"}, {"hours_from_reference": 0}, {"relative_to": "dose"}]},
        )
    ]
    if r.random() < 0.5:
        return Header([label], columns + [col(t, hours_from_reference=float(t)) for t in ("0.5", "1", "2", "24")])
    return one(
        *columns,
        *(col(f"{t} {d} post-dose", hours_from_reference=t, relative_to="dose") for t in (1, 2, 24)),
        col("30 min post-dose", hours_from_reference=0.5, relative_to="dose"),
    )


@template
def clock_hours(r: Rng) -> Header:
    return Header(
        ["Day", r.choice(["Planned time [h:min]", "Planned time relative to dose (h:min)"])],
        [
            col("1", "-1:00", day=1, hours_from_reference=-1),
            col("1", "0:00", day=1, hours_from_reference=0),
            col("1", "0:30", day=1, hours_from_reference=0.5),
            col("1", "2:00", day=1, hours_from_reference=2),
            col("2", "24:00", day=2, hours_from_reference=24),
        ],
    )


@template
def day_and_hour(r: Rng) -> Header:
    return Header(
        ["", ""],
        [
            col("Day 1", "Predose", day=1, **{"or": [{"day": 1, "hours_from_reference": 0}]}),
            col("Day 1", "1 h", day=1, hours_from_reference=1),
            col("Day 1", "4 h", day=1, hours_from_reference=4),
            col("Day 2", "24 h", day=2, hours_from_reference=24),
            col("Day 3", "48 h", day=3, hours_from_reference=48),
        ],
    )


@template
def crossover(r: Rng) -> Header:
    word = r.choice(["Period", "Treatment Period"])
    one_, two = r.choice([("1", "2"), ("I", "II")])
    first = [
        col(f"{word} {one_}", f"Day {dash(r)}1", day=-1),
        col(f"{word} {one_}", "Day 1", day=1),
        col(f"{word} {one_}", "Day 2", day=2),
    ]
    second = [
        col(f"{word} {two}", f"Day {dash(r)}1", offset_days=-1, relative_to="period"),
        col(f"{word} {two}", "Day 1", offset_days=0, relative_to="period"),
        col(f"{word} {two}", "Day 2", offset_days=1, relative_to="period"),
    ]
    return Header(["", "Procedure"], first + second)


@template
def dose_levels(r: Rng) -> Header:
    return Header(
        ["Procedure"],
        [
            col(t, must_doubt=True)
            for t in r.choice(
                [("10 mg", "20 mg", "40 mg"), ("Cohort 1", "Cohort 2", "Cohort 3"), ("Level 1", "Level 2", "Level 3")]
            )
        ],
    )


@template
def numbers_without_label(r: Rng) -> Header:
    return Header(["Procedure"], [col(str(n), must_doubt=True) for n in (1, 2, 4, 8)])


@template
def phases_over_weeks(r: Rng) -> Header:
    first, second = r.choice(
        [
            ("Double-blind (Weeks 0-12)", "Open-label (Weeks 12-24)"),
            ("Treatment Period (12 weeks)", "Extension (12 weeks)"),
        ]
    )
    return Header(
        ["", "Procedure"],
        [
            col(first, "Week 0", week=0),
            col(first, "Week 4", week=4),
            col(first, "Week 12", week=12),
            col(second, "Week 16", week=16),
            col(second, "Week 24", week=24),
        ],
    )


@template
def unit_above(r: Rng) -> Header:
    head = r.choice(["Treatment (weeks)", "Study week", "Weeks", "Treatment Period (Weeks)"])
    return Header(
        ["", "Procedure"],
        [
            col("Screening", "", kind="event"),
            *(col(head, str(w), week=w) for w in (0, 2, 4, 8)),
            col("Follow-up", "", kind="event"),
        ],
    )


@template
def from_randomisation(r: Rng) -> Header:
    label = r.choice(["Weeks from randomisation", "Weeks since randomization", "Weeks after randomisation"])
    columns = [
        col(
            str(w),
            offset_days=7 * w,
            kind="event",
            relative_to="randomisation",
            **{"or": [{"week": w, "relative_to": "randomisation"}, {"week": w}]},
        )
        for w in (0, 4, 12)
    ]
    return Header([label], columns)


# --- what must be said ---------------------------------------------------------------------------------------------


@template
def days_fall(r: Rng) -> Header:
    """A digit lost or a marker glued: one day breaks the order; it, at least, is doubted."""
    days = [(1, False), (8, False), (15, False), (2, True), (29, False), (36, False)]
    return one(*(col(f"Day {d}", day=d, **({"must_doubt": True} if bad else {})) for d, bad in days))


@template
def days_leap(r: Rng) -> Header:
    days = [(1, False), (82, True), (15, False), (22, False), (29, False)]
    return one(*(col(f"Day {d}", day=d, **({"must_doubt": True} if bad else {})) for d, bad in days))


@template
def week_and_day_disagree(r: Rng) -> Header:
    pairs = [(0, 1, False), (2, 15, False), (4, 29, False), (6, 34, True), (8, 57, False), (12, 85, False)]
    return Header(
        ["Week", "Day"],
        [col(str(w), str(d), week=w, day=d, **({"must_doubt": True} if bad else {})) for w, d, bad in pairs],
    )


@template
def header_cut(r: Rng) -> Header:
    """The rows with the times stayed in the body, below a row of marks."""
    sizes = (None, None, 3, 3, 7)
    columns = [
        col(f"Visit {n}", week=w, **dict.fromkeys(WINDOWS, size))
        for n, (w, size) in enumerate(zip((-2, 0, 4, 8, 12), sizes, strict=True), 1)
    ]
    body = [
        ["Informed consent", "X", "", "", "", ""],
        ["Study week", "-2", "0", "4", "8", "12"],
        ["Visit window (days)", "", "", "±3", "±3", "±7"],
        ["Vital signs", "X", "X", "X", "X", "X"],
    ]
    return one(*columns, body=body)


@template
def window_cut(r: Rng) -> Header:
    columns = [col(f"Week {w}", week=w, **dict.fromkeys(WINDOWS, s)) for w, s in ((0, None), (4, 3), (8, 3), (12, 7))]
    body = [
        ["Informed consent", "X", "", "", ""],
        ["Visit window", "", "±3 days", "±3 days", "±7 days"],
        ["Vital signs", "X", "X", "X", "X"],
    ]
    return one(*columns, body=body)


@template
def words_with_a_limit(r: Rng) -> Header:
    text = r.choice(["Week 4 (Part B only)", "Day 15 if needed", "Week 8 (optional)", "Week 12, except Arm C"])
    day = {"day": 15} if "Day" in text else {"week": int(text.split()[1].strip(","))}
    return one(col("Day 1", day=1), col(text, **day), col("Week 24", week=24))


@template
def between_words(r: Rng) -> Header:
    text, found = r.choice(
        [
            ("Between Day 8 and Day 15", {"kind": "range", "day": 8, "last_day": 15}),
            ("Between Weeks 2 and 4", {"kind": "range", "week": 2}),
            ("Midway to Week 12", {"must_doubt": True}),
        ]
    )
    return one(col("Day 1", day=1), col(text, **found), col("Week 24", week=24))


@template
def notes_column(r: Rng) -> Header:
    name = r.choice(["Notes", "Comments", "Remarks", "Notes/Comments", "Protocol section", "Comment"])
    body = [
        ["ECG", "X", "X", "In triplicate, supine, after five minutes of rest."],
        ["Vital signs", "X", "X", "Blood pressure, pulse."],
        ["Weight", "X", "", ""],
    ]
    return one(col("Day 1", day=1), col("Day 8", day=8), col(name, kind="annotation", is_visit=False), body=body)


@template
def at_an_event(r: Rng) -> Header:
    return one(
        col("Day 1", day=1),
        event(
            r.choice(["At time of relapse", "At progression", "At discharge", "Disease progression"]),
            **{
                "or": [
                    {"kind": "event", "offset_days": 0, "relative_to": "progression"},
                    {"kind": "event", "offset_days": 0, "relative_to": "discharge"},
                ]
            },
        ),
    )


# --- a second batch, written after the first was repaired: `fresh` at first sight -------------------------------------


@template
def vaccine_visits(r: Rng) -> Header:
    """Visit number, vaccination, and the time after it, in three rows."""
    columns = [col("1", "Vaccination 1", "Day 1", "", day=1)]
    columns.append(
        col(
            "2", "1-week follow-up", "6 to 8 days after Visit 1", "", kind="event", offset_days=6, relative_to="visit 1"
        )
    )
    columns[-1].meaning |= {WINDOWS[0]: 0, WINDOWS[1]: 2}
    columns.append(
        col(
            "3", "Vaccination 2", "28 to 42 days after Visit 1", "", kind="event", offset_days=28, relative_to="visit 1"
        )
    )
    columns[-1].meaning |= {WINDOWS[0]: 0, WINDOWS[1]: 14}
    return Header(["Visit Number", "Visit description", "Visit window (days)", ""], columns)


@template
def study_day_over_weeks(r: Rng) -> Header:
    weeks = [2, 4, 8, 12, 26]
    columns = [col("Randomization", "1", "0", "", day=1, week=0)]
    columns += [
        col("Treatment", str(7 * w + 1), str(w), f"{pm(r)}{3}", day=7 * w + 1, week=w, **dict.fromkeys(WINDOWS, 3))
        for w in weeks
    ]
    return Header(["Phase", "Study Day", "Study Week", "Window (days)"], columns)


@template
def visits_with_letters(r: Rng) -> Header:
    return Header(
        ["Visit", "Day"],
        [
            col("1a", f"{dash(r)}28", day=-28),
            col("1b", f"{dash(r)}7", day=-7),
            col("2", "1", day=1),
            col("3", f"8 {pm(r)}1", day=8, **dict.fromkeys(WINDOWS, 1)),
            col("EOT", f"85 {pm(r)}7", day=85, **dict.fromkeys(WINDOWS, 7)),
            col(
                "FU",
                f"EOT + 28 {pm(r)}3",
                kind="event",
                offset_days=28,
                relative_to="end of treatment",
                **dict.fromkeys(WINDOWS, 3),
            ),
        ],
    )


@template
def cell_therapy(r: Rng) -> Header:
    columns = [
        col(
            "Screening",
            "Within 28 days",
            kind="event",
            **{
                "or": [
                    {"kind": "range", "day": -28, "last_day": -1},
                    {"kind": "range", "offset_days": -28},
                    {"kind": "event", "offset_days": 0, WINDOWS[0]: 28},
                    {"kind": "range", "day": -28, "last_day": 0},
                ]
            },
        )
    ]
    columns += [col("Conditioning chemotherapy", f"Day {dash(r)}{d}", day=-d) for d in (5, 4, 3)]
    columns += [col("Infusion", "Day 0", day=0)]
    columns += [
        col("Post-treatment", f"Week 2 ({pm(r)} 2 days)", week=2, **dict.fromkeys(WINDOWS, 2)),
        col("Post-treatment", f"Week 4 ({pm(r)}3 days)", week=4, **dict.fromkeys(WINDOWS, 3)),
        col("Post-treatment", f"Month 3 ({pm(r)}1 week)", **dict.fromkeys(WINDOWS, 7)),
    ]
    return Header(["", "Procedures"], columns)


@template
def until_progression(r: Rng) -> Header:
    text = r.choice(["Every 6 weeks until progression", "Q6W until disease progression", "Every 6 weeks until PD"])
    return one(
        col("C1D1", cycle=1, day=1),
        col(text, kind="repeat", every_days=42),
        col("Survival follow-up every 12 weeks", kind="repeat", every_days=84),
    )


@template
def thirty_day_visit(r: Rng) -> Header:
    text = r.choice(
        [
            "30-day follow-up visit after last dose",
            "30 (±5) days after the last dose of study treatment",
            "30 days post last dose (±5 days)",
        ]
    )
    found = {"kind": "event", "offset_days": 30, "relative_to": "last dose"} | (
        {} if "±" not in text else dict.fromkeys(WINDOWS, 5)
    )
    return one(col("Day 1", day=1), col(text, **found))


@template
def within_days_after(r: Rng) -> Header:
    n = r.choice([7, 14])
    text = r.choice(
        [
            f"EOT: within {n} days after last dose",
            f"End of treatment (≤ {n} days after last dose)",
            f"EOT visit ≤{n} days after last dose",
        ]
    )
    return one(
        col("Day 1", day=1),
        event(text, offset_days=0, relative_to="last dose", window_before_days=0, window_after_days=n),
    )


@template
def at_least_after(r: Rng) -> Header:
    text = r.choice(["At least 30 days after last dose", "≥ 30 days after last dose"])
    return one(col("Day 1", day=1), event(text, offset_days=30, relative_to="last dose"))


@template
def titration(r: Rng) -> Header:
    columns = [col(f"Titration Step {n}", f"Week {w}", week=w) for n, w in ((1, 0), (2, 2), (3, 4))]
    return Header(
        ["", ""],
        [
            *columns,
            col("Maintenance", "Weeks 6, 10, 14, 18", kind="repeat", week=6, every_days=28),
            col("Taper", "Week 22", week=22),
        ],
    )


@template
def day_and_time_of_day(r: Rng) -> Header:
    return Header(
        ["", ""],
        [
            col("Day -1", r.choice(["Evening", "PM"]), day=-1),
            col("Day 1", "AM", day=1),
            col("Day 2", "AM", day=2),
            col("Day 3", "Discharge", day=3),
        ],
    )


@template
def infusion_times(r: Rng) -> Header:
    return one(
        col("Pre-infusion", **{"or": [{"kind": "event"}, {"hours_from_reference": 0}]}),
        event("EOI", **{"or": [{"hours_from_reference": 0, "kind": "planned"}]}),
        col("EOI + 1 h", hours_from_reference=1),
        col("4 h after start of infusion", hours_from_reference=4),
        col("24 h post-infusion", hours_from_reference=24),
    )


@template
def minutes_row(r: Rng) -> Header:
    return Header(
        [r.choice(["Minutes after injection", "Time post-dose (min)", "Time (minutes)"])],
        [col(str(n), hours_from_reference=n / 60) for n in (5, 15, 30, 60)],
    )


@template
def months_as_weeks(r: Rng) -> Header:
    return Header(
        ["Month", "Week"],
        [
            col("0", "0", week=0),
            col("1", "4", week=4),
            col("3", "12", week=12),
            col("6", "24", week=24),
            col("12", "52", week=52),
        ],
    )


@template
def every_visit_after(r: Rng) -> Header:
    text = r.choice(
        [
            "Week 12 and every 4 weeks thereafter until Week 52",
            "Weeks 12 to 52 (every 4 weeks)",
            "Q4W from Week 12 to Week 52",
            "Every 4 weeks, Week 12 to Week 52",
        ]
    )
    return one(col("Week 0", week=0), col(text, kind="repeat", week=12, every_days=28))


@template
def range_with_point(r: Rng) -> Header:
    """The planned day with the days that are allowed."""
    return one(
        col("Day 1", day=1),
        col("Day 15 (Day 13 to 17)", day=15, **dict.fromkeys(WINDOWS, 2)),
        col("Day 29", day=29),
    )


@template
def follow_up_numbers(r: Rng) -> Header:
    return one(col("Day 1", day=1), *(event(f"{r.choice(['Follow-up Visit', 'FU', 'F/U'])} {n}") for n in (1, 2, 3)))


@template
def levels_disagree(r: Rng) -> Header:
    """Month and day in one column that cannot be the same time."""
    return Header(
        ["", ""],
        [
            col("Month 1", "Day 29", day=29),
            col("Month 3", "Day 29", day=29, must_doubt=True),
            col("Month 6", "Day 169", day=169),
        ],
    )


@template
def lost_sign(r: Rng) -> Header:
    """A minus that the file or the scan lost: day 28 stands left of day 1."""
    return one(
        col("Screening Day 28", must_doubt=True), col("Day 1", day=1), col("Day 8", day=8), col("Day 15", day=15)
    )


@template
def marker_as_digit(r: Rng) -> Header:
    """A raised 1 read as a figure of the week."""
    return one(
        col("Week 0", week=0),
        col("Week 2", week=2),
        col("Week 41", must_doubt=True),
        col("Week 8", week=8),
        col("Week 12", week=12),
    )


@template
def same_header_twice(r: Rng) -> Header:
    return one(col("Week 0", week=0), col("Week 4", week=4), col("Week 4", must_doubt=True), col("Week 8", week=8))


@template
def track_restarts(r: Rng) -> Header:
    """The phase row is lost: days count anew from the middle on; none of the second half may pass in silence."""
    return one(
        *(col(f"Day {d}", day=d) for d in (1, 8, 15, 29)), *(col(f"Day {d}", must_doubt=True) for d in (1, 8, 15))
    )


@template
def prn(r: Rng) -> Header:
    return one(
        col("Day 1", day=1),
        col(
            r.choice(["As needed", "Unscheduled / PRN", "PRN visit"]),
            kind="unscheduled",
            **{"or": [{"kind": "event"}, {"kind": "planned"}]},
        ),
    )


@template
def unit_behind_dash(r: Rng) -> Header:
    return one(
        col("Baseline", **{"or": [{"kind": "event"}]}),
        col(r.choice(["6-month visit", "6 month visit", "6-Month Follow-up"]), **{"or": [{"kind": "event"}]}),
        col(r.choice(["2-week visit", "2 week visit"]), week=2, **{"or": [{"kind": "event", "offset_days": 14}]}),
    )


@template
def lmp_and_birth(r: Rng) -> Header:
    return one(
        event("Delivery", **{"or": [{"kind": "planned"}]}),
        event(
            r.choice(["6 weeks postpartum", "6 weeks after delivery"]),
            offset_days=42,
            relative_to="delivery",
            **{"or": [{"offset_days": 42, "kind": "event", "relative_to": "postpartum"}]},
        ),
    )


FRESH = "vaccine_visits"  # the first template of the second batch


def half_of(name: str) -> str:
    """Every second template of the first batch, in the order above, was kept; the second batch is `fresh`."""
    names = list(TEMPLATES)
    if names.index(name) >= names.index(FRESH):
        return "fresh"
    return "repair" if names.index(name) % 2 == 0 else "kept"


def table_of(header: Header) -> SoeTable:
    width = len(header.columns)
    rows = header.body or [["Vital signs", *["X"] * width], ["Informed consent", "X", *[""] * (width - 1)]]
    levels = [[label, *(c.levels[i] for c in header.columns)] for i, label in enumerate(header.labels)]
    return plain_table(header.title, levels, rows, header.notes)


def plain_table(
    title: str, levels: list[list[str]], rows: list[list[str]], notes: dict[str, str], cells: Sequence[Cell] = ()
) -> SoeTable:
    """A main schedule of header rows and body rows; notes by their marker, "-..." for one without."""
    return SoeTable(
        id="t1",
        title=title,
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        pages=[1],
        header_rows=len(levels),
        grid=[*levels, *rows],
        footnotes=[Footnote(marker="" if m.startswith("-") else m, text=t) for m, t in notes.items()],
        cells=list(cells),
    )


def wanted_of(number: int, meaning: Meaning) -> Meaning:
    blank = {"column": number, "is_visit": True, "kind": "planned", "contact": None, "epoch": None} | dict.fromkeys(
        (*TIMES, *WINDOWS, "relative_to")
    )
    others = [blank | {"kind": meaning.get("kind", "planned")} | other for other in meaning.get("or", [])]
    found = blank | {k: v for k, v in meaning.items() if k not in ("or", "must_doubt")}
    for reading in [found, *others]:
        reading["relative_to"] = event_class(reading["relative_to"])
    return found | {"or": others}


def score_header(header: Header) -> Score:
    """Counts of one header's columns, as of a table."""
    score, table = Score({"tables": 1}), table_of(header)
    shown = {entry["column"]: entry for entry in table_entry(table, read_schedule(table))["columns"]}
    for number, column in enumerate(header.columns, 1):
        entry = shown.get(number)
        doubt = (entry or {}).get("doubt")
        if column.meaning.get("must_doubt"):
            for key, counts in (("columns", True), ("timed", doubt), ("silent", not doubt), ("wrong_doubt", not doubt)):
                score.add(key, bool(counts))
            score.errors += [] if doubt else [f"{column.levels} must be doubted, is {brief(entry)}"]
            continue
        before = len(score.errors)
        score_column(wanted_of(number, column.meaning), entry, score)
        score.errors[before:] = [f"{column.levels} {error} {doubt or ''}" for error in score.errors[before:]]
        if doubt and len(score.errors) == before:
            score.errors.append(f"{column.levels} is right, doubted: {doubt}")
    return score


def brief(entry: Meaning | None) -> Meaning:
    return {key: value for key, value in (entry or {}).items() if value not in (None, [], "") and key != "printed"}


def score_templates(half: str | None, seeds: Iterable[int]) -> dict[str, Score]:
    """Scores by template."""
    drawn, found = list(seeds), {}
    for name, make in TEMPLATES.items():
        if half in (None, half_of(name)):
            found[name] = pooled([score_header(make(random.Random(f"{name} {seed}"))) for seed in drawn])
    return found


def pooled(scores: Sequence[Score]) -> Score:
    return Score(total(scores), [error for score in scores for error in score.errors])


def print_scores(head: str, scores: Mapping[str, Score], errors: bool) -> None:
    """The totals under a line of their own; before them, where asked for, what differs by name."""
    for name, score in scores.items() if errors else ():
        for error in dict.fromkeys(score.errors):
            print(f"{name}: {error[:260]}")
    print(head)
    for line in told(total(scores.values())):
        print("  " + line)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--half", choices=("repair", "kept", "fresh"))
    parser.add_argument("--errors", action="store_true", help="differences by template")
    args = parser.parse_args(words)
    for half in (args.half,) if args.half else ("repair", "kept", "fresh"):
        scores = score_templates(half, range(args.seeds))
        print_scores(f"{half}, {len(scores)} templates:", scores, args.errors)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
