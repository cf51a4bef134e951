"""Visit headers put together from pieces: each piece prints something and says what it means.

    python benchmarks/soe_bench/composed_headers.py [--seeds 2000] [--first 0] [--errors] [--kinds]

Where `visit_headers.py` has templates, here a column is a name, a time, a second time, a deviation and a place,
each drawn from a list of spellings and joined in one of many ways, in one cell or over several header rows. Every
piece has a name; `--kinds` lists the pieces by their share of columns that are wrong in silence. Columns count as
in `score_visits.py`, and the month besides.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from facts import WINDOWS
from score_facts import Score, total
from score_visits import score_column, told
from visit_headers import Column, Header, brief, table_of, wanted_of

from soesift.export.visits import table_entry
from soesift.schedule import Visit, read_schedule

Meaning = dict[str, Any]
Rng = random.Random
BEFORE, AFTER = WINDOWS


@dataclass(frozen=True)
class Piece:
    """What is printed, what it means (`month` besides the fields of `soe-visits/1`), and the names of its kinds."""

    text: str
    meaning: Meaning = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    def named(self, *kinds: str) -> Piece:
        return replace(self, kinds=(*self.kinds, *kinds))


def spellings(text: str) -> tuple[str, ...]:
    """The parts of a text between upright strokes."""
    return tuple(part.strip(" \n") for part in text.split("|"))


def dash(r: Rng) -> str:
    return r.choice("-–−")


# --- times ---------------------------------------------------------------------------------------------------------

DAY = spellings("""
        Day {n} | D{n} | D {n} | Study Day {n} | day {n} | DAY {n} | Day: {n} | Days {n} | Day No. {n} |
        Day #{n} | Treatment Day {n} | Dosing Day {n} | D+{n} | Day +{n} | Day{n}
""")
WEEK = spellings("""
        Week {n} | Wk {n} | Wk{n} | W{n} | WK {n} | Study Week {n} | week {n} | Wk. {n} | Weeks {n} | WEEK {n} |
        W {n} | Week{n} | Week #{n} | Wk-{n} | Week: {n}
""")
MONTH = spellings("""
        Month {n} | M{n} | Mo {n} | Mth {n} | Mo. {n} | MONTH {n} | Study Month {n} | M {n} | Month{n}
""")


def day(r: Rng, n: int, style: int) -> Piece:
    form = DAY[style % len(DAY)]
    if n < 0:
        form = form.replace("+", "").replace("No. ", "").replace("#", "")
        return Piece(form.format(n=f"{dash(r)}{-n}"), {"day": n}, (f"day {form}", "negative"))
    return Piece(form.format(n=n), {"day": n}, (f"day {form}",))


def week(r: Rng, n: int, style: int) -> Piece:
    form = WEEK[style % len(WEEK)]
    return Piece(form.format(n=n), {"week": n}, (f"week {form}",))


def month(r: Rng, n: int, style: int) -> Piece:
    form = MONTH[style % len(MONTH)]
    return Piece(form.format(n=n), {"month": n}, (f"month {form}",))


def two_times(r: Rng, style: int) -> tuple[Callable[[int], Piece], str]:
    """Week and day, or month and week, of one point, in one of the ways to set them together."""
    joint = JOINTS[style % len(JOINTS)]
    swapped = style % 3 == 0

    def make(w: int) -> Piece:
        first, second = week(r, w, style), day(r, 7 * w + 1, style % 3)
        if style % 5 == 4:
            first, second = month(r, w, style), week(r, 4 * w, style % 4)
        if swapped:
            first, second = second, first
        meaning = first.meaning | second.meaning
        return Piece(joint.format(a=first.text, b=second.text), meaning, (*first.kinds, f"two {joint}"))

    return make, joint


JOINTS = spellings("""
        {a} ({b}) | {a}, {b} | {a}/{b} | {a} / {b} | {a} [{b}] | {a} {b} | {a} - {b} | {a}; {b} | {a} = {b}
""")


# --- deviations ----------------------------------------------------------------------------------------------------


def both(form: str) -> Callable[[Rng, int, int], Piece]:
    return lambda r, low, high: Piece(form.format(n=high), {BEFORE: high, AFTER: high}, (f"window {form}",))


def sides(form: str) -> Callable[[Rng, int, int], Piece]:
    def make(r: Rng, low: int, high: int) -> Piece:
        text = form.format(a=low, b=high).replace("-", r.choice("-–−"))
        return Piece(text, {BEFORE: low, AFTER: high}, (f"window {form}",))

    return make


def one_side(form: str, after: bool) -> Callable[[Rng, int, int], Piece]:
    def make(r: Rng, low: int, high: int) -> Piece:
        meaning = {BEFORE: 0, AFTER: high} if after else {BEFORE: high, AFTER: 0}
        return Piece(form.format(n=high).replace("-", r.choice("-–−")), meaning, (f"window {form}",))

    return make


def weeks_both(form: str) -> Callable[[Rng, int, int], Piece]:
    return lambda r, low, high: Piece(form.format(n=1), {BEFORE: 7, AFTER: 7}, (f"window {form}",))


def hours_both(form: str) -> Callable[[Rng, int, int], Piece]:
    return lambda r, low, high: Piece(form.format(n=24), {BEFORE: 1, AFTER: 1}, (f"window {form}",))


DEVIATIONS: tuple[Callable[[Rng, int, int], Piece], ...] = (
    *map(
        both,
        spellings("""
        ±{n} days | ± {n} days | ±{n}d | ±{n} d | ± {n}D | +/-{n} days | +/- {n} days | +/-{n}d | +/–{n} days |
        ±{n} day(s) | window ±{n} days | window: ± {n} days | within ±{n} days | plus or minus {n} days |
        ±{n} calendar days | +/- {n}days | ±{n}-day window | ± {n} business days | Window = ±{n} days |
        + or - {n} days | + / - {n} days | -/+ {n} days | ∓{n} days
"""),
    ),
    *map(
        sides,
        spellings("""
        -{a}/+{b} days | -{a} to +{b} days | -{a}, +{b} days | +{b}/-{a} days | -{a}d/+{b}d | -{a} d, +{b} d |
        -{a} days/+{b} days | -{a} day to +{b} days | +{b} or -{a} days | window -{a}/+{b} days | -{a}/{b} days |
        -{a} and +{b} days | minus {a} to plus {b} days | +{b} days, -{a} days | -{a} to {b} days
"""),
    ),
    *(
        one_side(form, True)
        for form in (
            "+{n} days",
            "+ {n} days",
            "+{n}d",
            "up to +{n} days",
            "+{n} day window",
            "plus {n} days",
            "window +{n} days",
        )
    ),
    *(one_side(form, False) for form in ("-{n} days", "- {n} d", "up to -{n} days", "minus {n} days")),
    *map(weeks_both, ("±{n} week", "± {n} wk", "+/-{n} wk", "±{n}w", "±{n} W")),
    *map(hours_both, ("±{n} h", "±{n} hours", "+/- {n} hrs", "±{n}hr")),
)
BARE_DEVIATIONS = (
    both("±{n}"),
    both("± {n}"),
    both("+/-{n}"),
    both("+/- {n}"),
    sides("-{a}/+{b}"),
    sides("+{b}/-{a}"),
    one_side("+{n}", True),
)
HOLDS = spellings("""
        {a} ({b}) | {a} {b} | {a} [{b}] | {a}, {b} | {a}: {b} | {a}; {b} | {a}({b}) | {a}{b}
""")


def explicit(r: Rng, n: int, style: int) -> Piece:
    """A day with the days that are allowed: "Day 15 (13-17)"."""
    size = r.choice([1, 2, 3])
    low, high = n - size, n + size
    form = spellings("""
        Day {n} ({a}{d}{b}) | Day {n} (Day {a}{d}{b}) | Day {n} (Days {a} to {b}) | Day {n} [{a}{d}{b}] |
        Day {n} (range {a}{d}{b}) | D{n} (D{a}{d}D{b}) | Day {n} (window Day {a} to {b}) |
        Day {n}, Days {a}{d}{b}
""")[style % 8]
    shown = form.format(n=n, a=low, b=high, d=dash(r))
    meaning = {"day": n, BEFORE: size, AFTER: size}
    return Piece(shown, meaning, (f"explicit {form}",))


# --- names ---------------------------------------------------------------------------------------------------------

VISITS = spellings("""
        Visit {k} | V{k} | Visit #{k} | Visit No. {k} | VISIT {k} | Visit{k} | TV{k} | Clinic Visit {k} | V {k} |
        Vst {k} | Study Visit {k} | Visit {k}a | T{k} | Appointment {k} | Session {k} | Time {k} |
        Time point {k} | Assessment {k} | Call {k}
""")
PHASES = spellings("""
        Treatment | Double-blind | Open-label | Follow-up | Safety Follow-up | Treatment Period | Maintenance |
        Titration | On-study | Dosing | Dose {k} | Vaccination {k} | Injection {k} | Infusion {k} |
        Randomized treatment | Extension | Part A | Part 2 | Stage 1 | Phase II | Period {k} | Group 1 | Arm A |
        Cohort 2 | Induction | Active Treatment | Intervention | Core Study | Step 1 | Treatment 1 | In-clinic |
        Phone call | Telephone | Home visit | Post-treatment | Primary endpoint | Interim visit | Booster
""")
JOINS = spellings("""
        {a} {b} | {a} ({b}) | {b} ({a}) | {a}: {b} | {a}, {b} | {a}/{b} | {a} / {b} | {a} - {b} | {a} – {b} |
        {a}; {b} | {a} [{b}] | {b}, {a} | {b} {a} | {b}/{a} | {a}-{b} | {a} at {b}
""")


def set_together(a: str, b: str, style: int) -> tuple[str, str]:
    form = JOINS[style % len(JOINS)]
    return form.format(a=a, b=b), f"join {form}"


# --- whole columns: screening, anchor, repeats, ends ------------------------------------------------------------------


def screening(r: Rng) -> Piece:
    n = r.choice([7, 14, 21, 28, 30, 35, 42])
    d = dash(r)
    name = r.choice(
        spellings("""
        Screening | SCR | Screening Visit | Screening Period | SCREENING | Pre-screening | Screen | Run-in
""")
    )
    spans = (
        f"Day {d}{n} to {d}1",
        f"Days {d}{n} to {d}1",
        f"D{d}{n} to D{d}1",
        f"Day {d}{n} to Day {d}1",
        f"{d}{n} to {d}1 days",
        f"D{d}{n} / D{d}1",
        f"Day {d}{n} {d} {d}1",
        f"Day {d}{n} through Day {d}1",
        f"Days {d}{n} through {d}1",
        f"D{d}{n}{d}D{d}1",
        f"Day {d}{n} up to Day {d}1",
        f"from Day {d}{n} to Day {d}1",
        f"between Day {d}{n} and Day {d}1",
        f"Day {d}{n} until Day {d}1",
        f"{d}{n} d to {d}1 d",
        f"Days {d}{n}~{d}1",
        f"Day {d}{n}...{d}1",
        f"Day {d}{n} → {d}1",
    )
    spans_meaning = {"kind": "range", "day": -n, "last_day": -1}
    limits = (
        f"within {n} days",
        f"≤ {n} days",
        f"up to {n} days",
        f"within {n} days of Day 1",
        f"≤{n} days before Day 1",
        f"up to {n} days before first dose",
        f"within {n} days prior to randomization",
        f"no more than {n} days before enrolment",
        f"{n} days prior to Day 1",
        f"within {n}d of randomisation",
        f"maximum {n} days prior to first dose",
        f"max. {n} days",
        f"at most {n} days before Day 1",
        f"< {n} days before dosing",
        f"Day {d}{n}",
        f"D{d}{n}",
    )
    if r.random() < 0.55:
        span = r.choice(spans)
        text = r.choice([f"{name} {span}", f"{name} ({span})", f"{name}: {span}", f"{name}, {span}"])
        return Piece(
            text, spans_meaning, (f"screening {span.replace(str(n), 'n').replace('−', '-').replace('–', '-')}",)
        )
    limit = r.choice(limits)
    text = r.choice([f"{name} {limit}", f"{name} ({limit})", f"{name}: {limit}"])
    kind = f"screening {limit.replace(str(n), 'n').replace('−', '-').replace('–', '-')}"
    if limit[0] == "D":
        return Piece(text, {"day": -n}, (kind,))
    readings: list[Meaning] = [
        {"kind": kind_, **span}
        for kind_ in ("range", "event")
        for span in (
            {"day": -n, "last_day": 0},
            {"day": -n, "last_day": -1},
            {"offset_days": -n},
            {"offset_days": -n, BEFORE: 0, AFTER: n},
            {"offset_days": 0, BEFORE: n, AFTER: 0},
            {"offset_days": -n, "last_day": 0},
            {"offset_days": -n, "last_day": -1},
        )
    ]
    return Piece(text, {"kind": "range", "day": -n, "last_day": 0, "or": readings, "free_relative": True}, (kind,))


def anchor(r: Rng, scale: str) -> Piece:
    name = r.choice(
        spellings("""
        Baseline | Randomization | Randomisation | Day of surgery | Enrollment | BL | Baseline/Randomization |
        Baseline Visit | First dose
""")
    )
    if scale == "day":
        form = r.choice(
            spellings("""
        {a} (Day 1) | {a} Day 1 | {a}, Day 1 | Day 1 ({a}) | {a}/Day 1 | Day 1 | D1 | Day 1/{a} | {a} - Day 1 |
        {a}: D1
""")
        )
        return Piece(form.format(a=name), {"day": 1, "free_relative": True}, (f"anchor {form}",))
    unit = "Week" if scale == "week" else "Month"
    form = r.choice(
        ["{a} ({u} 0)", "{a} {u} 0", "{u} 0", "{u} 0 ({a})", "{a}/{u} 0", "{u} 0, {a}", "{a} ({u} 0, Day 1)"]
    )
    meaning = {unit.lower(): 0, "free_relative": True} | ({"day": 1} if "Day 1" in form else {})
    return Piece(form.format(a=name, u=unit), meaning, (f"anchor {form}",))


def repeat(r: Rng, start: int) -> Piece:
    """A column that stands for several visits."""
    n, end = r.choice([2, 3, 4, 6, 8, 12]), 0
    end = start + n * r.choice([4, 6, 10])
    d = dash(r)
    forms: tuple[tuple[str, Meaning], ...] = (
        (f"Every {n} weeks", {}),
        (f"every {n} wks", {}),
        (f"Q{n}W", {}),
        (f"q{n}w", {}),
        (f"q {n} weeks", {}),
        (f"Q {n} W", {}),
        (f"q{n}wk", {}),
        (f"q{n}wks", {}),
        (f"Every {n} wk", {}),
        (f"{n}-weekly", {}),
        (f"Every {n}-weeks", {}),
        (f"every {n}th week", {}),
        (f"Once every {n} weeks", {}),
        (f"{n}-week intervals", {}),
        (f"Every {n} weeks from Week {start}", {"week": start}),
        (f"Week {start} and every {n} weeks thereafter", {"week": start}),
        (f"Week {start} then q{n}w", {"week": start}),
        (f"W{start} and Q{n}W thereafter", {"week": start}),
        (f"Week {start}, every {n} weeks", {"week": start}),
        (f"Week {start} onwards, every {n} weeks", {"week": start}),
        (f"Week {start}+ (q{n}w)", {"week": start}),
        (f"Weeks {start}{d}{end} every {n} weeks", {"week": start}),
        (f"Week {start} to Week {end} (every {n} weeks)", {"week": start}),
        (f"Weeks {start} to {end}, Q{n}W", {"week": start}),
        (f"W{start}{d}W{end} (q{n}w)", {"week": start}),
        (f"Every {n} weeks until Week {end}", {}),
        (f"Q{n}W through Week {end}", {}),
        (f"Every {n} weeks, Weeks {start} through {end}", {"week": start}),
        (f"Every {n} weeks ({start}, {start + n}, {start + 2 * n} ...)", {"week": start}),
        (f"Weeks {start}, {start + n}, {start + 2 * n}", {"week": start}),
        (f"Weeks {start}, {start + n}, {start + 2 * n}, etc.", {"week": start}),
        (f"Weeks {start}, {start + n}, and {start + 2 * n}", {"week": start}),
        (f"Weeks {start}, {start + n}, {start + 2 * n} & {start + 3 * n}", {"week": start}),
        (f"Week {start}/{start + n}/{start + 2 * n}", {"week": start}),
        (f"W{start}, W{start + n}, W{start + 2 * n}", {"week": start}),
        (f"W{start}/W{start + n}/W{start + 2 * n}", {"week": start}),
        (f"Week {start}, Week {start + n}, Week {start + 2 * n}", {"week": start}),
        (f"Week {start}, {start + n}, ... {end}", {"week": start}),
        (f"Every {n} weeks up to Week {end}", {}),
        (f"After Week {start} every {n} weeks", {"week": None}),
        (f"Every {n} weeks after Week {start}", {"week": None}),
        (f"Every {n} weeks x 4", {}),
        (f"Every {n} weeks for {end} weeks", {}),
    )
    text, more = r.choice(forms)
    meaning: Meaning = {"kind": "repeat", "every_days": 7 * n} | {k: v for k, v in more.items() if v is not None}
    other = [{**meaning, "week": w} for w in (None, start, start + n)] if "After" in text or "after" in text else []
    if "until" in text or "through" in text or "up to" in text or " x 4" in text or " for " in text:
        other += [{**meaning, "week": None}]
    if r.random() < 0.3:
        lead = r.choice(["Follow-up ", "Long-term follow-up: ", "Maintenance ", "Survival FU ", "Visits "])
        return Piece(
            lead + text, meaning | ({"or": other} if other else {}), (f"repeat {kind_of(text)}", "repeat lead")
        )
    return Piece(text, meaning | ({"or": other} if other else {}), (f"repeat {kind_of(text)}",))


def kind_of(text: str) -> str:
    """The text with its figures as n."""
    return (
        "".join(c for c in "".join("n" if c.isdigit() else c for c in text))
        .replace("nnn", "n")
        .replace("nn", "n")
        .replace("−", "-")
        .replace("–", "-")
    )


def often(r: Rng) -> Piece:
    text, days, _ = r.choice(
        [
            ("Weekly", 7, {}),
            ("Daily", 1, {}),
            ("Monthly", None, {}),
            ("Biweekly", 14, {}),
            ("Every week", 7, {}),
            ("Every day", 1, {}),
            ("Every other day", 2, {}),
            ("Every other week", 14, {}),
            ("Each week", 7, {}),
            ("Quarterly", None, {}),
            ("Annually", None, {}),
            ("Every year", None, {}),
            ("Yearly", None, {}),
            ("Every 3 months", None, {}),
            ("Every 6 months until progression", None, {}),
            ("q3mo", None, {}),
            ("Q3M", None, {}),
            ("q 6 months", None, {}),
            ("Every 12 mo", None, {}),
            ("Every 28 days", 28, {}),
            ("q28d", 28, {}),
            ("Every 4 to 6 weeks", "?", {}),
            ("Every 3-4 months", "?", {}),
            ("Twice weekly", "?", {}),
            ("Three times a week", "?", {}),
            ("2x weekly", "?", {}),
            ("BIW", "?", {}),
            ("Every 3 months for 2 years, then every 6 months", "?", {}),
            ("Weekly x 4, then monthly", "?", {}),
            ("Once per week", 7, {}),
            ("Once a month", None, {}),
            ("Once weekly", 7, {}),
            ("Fortnightly", 14, {}),
            ("Bi-monthly", "?", {}),
            ("Semi-annually", None, {}),
            ("Every two weeks", 14, {}),
            ("Every three weeks", 21, {}),
            ("every six months", None, {}),
            ("Every second week", 14, {}),
            ("Every third week", 21, {}),
            ("Alternate weeks", "?", {}),
            ("Every 2nd week", 14, {}),
            ("4-weekly", 28, {}),
            ("Three-monthly", None, {}),
            ("Six-monthly", None, {}),
        ]
    )
    if days == "?":
        return Piece(text, {"must_doubt": True}, (f"often {kind_of(text)}",))
    return Piece(text, {"kind": "repeat", "every_days": days}, (f"often {kind_of(text)}",))


def ranged(r: Rng, a: int) -> Piece:
    """Days that follow one another."""
    b = a + r.choice([2, 4, 6, 12])
    d = dash(r)
    forms = (
        f"Days {a}{d}{b}",
        f"Day {a}{d}{b}",
        f"Day {a} to {b}",
        f"Days {a} to {b}",
        f"D{a}{d}{b}",
        f"D{a}{d}D{b}",
        f"Day {a} to Day {b}",
        f"Day {a} through Day {b}",
        f"Days {a} through {b}",
        f"Day {a} {d} Day {b}",
        f"D{a} to D{b}",
        f"From Day {a} to Day {b}",
        f"Day {a} until Day {b}",
        f"Day {a} → Day {b}",
        f"Days {a} thru {b}",
        f"Days {a} – {b}",
        f"between Days {a} and {b}",
        f"Days {a}~{b}",
        f"Day {a}/{b}",
        f"Days {a} & {b}",
        f"Day {a}+{b}",
        f"Day {a} or {b}",
        f"Days {a}, {b}",
        f"Day {a} and Day {b}",
    )
    text = r.choice(forms)
    if any(sign in text for sign in ("/", "&", "+", " or ", ", ")) or " and Day" in text:
        return Piece(text, {"must_doubt": True}, (f"list {kind_of(text)}",))
    if "between" in text:
        return Piece(text, {"kind": "range", "day": a, "last_day": b, "or_doubt": True}, (f"range {kind_of(text)}",))
    return Piece(text, {"kind": "range", "day": a, "last_day": b}, (f"range {kind_of(text)}",))


ENDS = spellings("""
        EOT | EoT | End of Treatment | ET | Early Termination | EOS | End of Study | Early Discontinuation | ED |
        EW | Early Withdrawal | Study Completion | Final Visit | EOT/ET | ET/EOS |
        End of treatment/Early termination | Premature Discontinuation | Discontinuation Visit |
        End-of-Treatment | End of Trial | Study Exit | EOTV | ETV | Withdrawal | Close-out | Completion | PDV |
        EDV | EOI | End of Infusion | Discharge | Termination | End of Study/Early Termination Visit |
        Early Term | D/C | End of Part A | End of Period 1 | Last Visit | Exit visit | End
""")
OTHERS = spellings("""
        Follow-up | Follow-Up Visit | FU | F/U | Safety Follow-up | Survival Follow-up | Post-study |
        Long-term follow-up | Post-treatment follow-up | FU 1 | Follow-up 2 | Unscheduled | Unscheduled Visit |
        UNS | UV | Unsch. | Relapse | At progression | Progression | Disease progression | PD | Rescue visit |
        Hospital discharge | Admission | Surgery | Pre-op | Pre-operative | Intra-op | Delivery |
        Withdrawal visit | Retreatment | Crossover | Flare visit | At relapse | ICU discharge | Day of discharge |
        Consent | Enrolment
""")


def ending(r: Rng, last: int, scale: str) -> Piece:
    """The end of something, or an event, with or without a time."""
    name = r.choice(ENDS)
    roll = r.random()
    if roll < 0.35:
        return Piece(name, {"kind": "event", "free_relative": True}, (f"end {name}",))
    if roll < 0.6:
        other = r.choice(OTHERS)
        uns = other.lower().startswith(("uns", "uv"))
        return Piece(
            other,
            {
                "kind": "unscheduled" if uns else "event",
                "free_relative": True,
                "or": [{"kind": "event", "offset_days": 0}],
            },
            (f"event {other}",),
        )
    unit = {"day": "Day", "week": "Week", "month": "Month"}[scale]
    form = r.choice(
        spellings("""
        {u} {n}/{a} | {u} {n} / {a} | {a} ({u} {n}) | {u} {n} ({a}) | {u} {n} or {a} | {a}/{u} {n} |
        {a} or {u} {n} | {u} {n}, {a} | {a} {u} {n} | {a}: {u} {n} | {u} {n} {a} | {a}, {u} {n} | {u} {n} - {a}
""")
    )
    return Piece(
        form.format(u=unit, n=last, a=name), {scale: last, "free_relative": True}, (f"ended {form}", f"end {name}")
    )


FROM = (
    (
        "last dose",
        spellings("""
        last dose | the last dose | last dose of study drug | last study treatment | last infusion | final dose |
        last IP dose | last administration | LD | last vaccination | last injection | last dose of IMP
"""),
    ),
    ("end of treatment", ("EOT", "end of treatment", "EOT visit", "the end of treatment")),
    ("surgery", ("surgery", "the operation", "operation")),
    ("first dose", ("first dose", "the first dose", "first injection", "first dose of study drug")),
    ("randomisation", ("randomization", "randomisation")),
    ("discharge", ("discharge", "hospital discharge")),
    ("dose", ("dose", "dosing")),
)


def after(r: Rng) -> Piece:
    """A time counted from an event."""
    event, names = r.choice(FROM)
    what = r.choice(names)
    n, unit, factor = r.choice(
        [
            (30, "days", 1),
            (4, "weeks", 7),
            (90, "days", 1),
            (28, "days", 1),
            (1, "week", 7),
            (7, "days", 1),
            (2, "weeks", 7),
            (30, "d", 1),
            (4, "wks", 7),
            (6, "wk", 7),
            (12, "w", 7),
        ]
    )
    form = r.choice(
        spellings("""
        {n} {u} after {a} | {n} {u} post {a} | {n} {u} following {a} | {n} {u} from {a} | {n}-{u1} after {a} |
        {a} + {n} {u} | {a} +{n} {u} | {a}+{n}{u} | {n}{u} after {a} | {n} {u} post-{a} | FU {n} {u} after {a} |
        Follow-up ({n} {u} after {a}) | Safety FU: {n} {u} post {a} | Safety Follow-up visit {n} {u} after {a} |
        {n} {u} since {a} | {n} {u} past {a} | after {a} {n} {u} | At {n} {u} after {a} | {n} {u} (after {a}) |
        {U} {n} after {a} | {U} {n} post {a} | Post {a} {U} {n} | {a}: {n} {u} | Approximately {n} {u} after {a} |
        At least {n} {u} after {a} | {n} ({u}) after {a} | {n} consecutive {u} after {a} | {n} {u} beyond {a}
""")
    )
    unit_word = {"days": "Day", "d": "Day"}.get(unit, "Week")
    text = form.format(n=n, u=unit, u1=unit.rstrip("s"), a=what, U=unit_word)
    base: Meaning = {"kind": "event", "offset_days": n * factor, "relative_to": event}
    other = [{**base, "offset_days": None, "day" if factor == 1 else "week": n}]
    kinds = (f"after {form}", f"from {what}")
    if r.random() < 0.3:
        low, high = 2, r.choice([3, 5, 7])
        deviation = r.choice(DEVIATIONS)(r, low, high)
        hold = r.choice(HOLDS[:4])
        return Piece(
            hold.format(a=text, b=deviation.text),
            base | deviation.meaning | {"or": [o | deviation.meaning for o in other]},
            (*kinds, *deviation.kinds, "after+window"),
        )
    return Piece(text, base | {"or": other}, kinds)


def between_after(r: Rng) -> Piece:
    """A span counted from an event."""
    low, high, unit, factor = r.choice([(28, 35, "days", 1), (4, 6, "weeks", 7), (5, 7, "days", 1), (1, 2, "weeks", 7)])
    d = dash(r)
    form = r.choice(
        spellings("""
        {a}{d}{b} {u} after last dose | {a} to {b} {u} after last dose | {a} {d} {b} {u} post EOT |
        within {a}{d}{b} {u} after last dose | {a} to {b} {u} following surgery |
        between {a} and {b} {u} after last dose | Follow-up {a}{d}{b} {u} after last dose |
        {a} or {b} {u} after last dose
""")
    )
    event = "surgery" if "surgery" in form else "end of treatment" if "EOT" in form else "last dose"
    text = form.format(a=low, b=high, u=unit, d=d)
    if "between" in form or " or " in form:
        return Piece(
            text,
            {
                "kind": "event",
                "offset_days": low * factor,
                BEFORE: 0,
                AFTER: (high - low) * factor,
                "relative_to": event,
                "or_doubt": True,
            },
            (f"spanafter {form}",),
        )
    return Piece(
        text,
        {"kind": "event", "offset_days": low * factor, BEFORE: 0, AFTER: (high - low) * factor, "relative_to": event},
        (f"spanafter {form}",),
    )


def cycled(r: Rng) -> list[Piece]:
    """Columns of cycles; the length is in a note."""
    style = r.randrange(14)
    forms = spellings("""
        C{c}D{d} | C{c} D{d} | Cycle {c} Day {d} | Cycle {c}, Day {d} | Cycle {c} (Day {d}) | C{c}/D{d} |
        Cycle {c}/Day {d} | Cyc {c} D{d} | Cycle {c} - Day {d} | Day {d} Cycle {c} | Day {d} of Cycle {c} |
        C{c}, D{d} | Cycle {c}: Day {d} | D{d} C{c}
""")
    form = forms[style]
    found = [
        Piece(form.format(c=c, d=d), {"cycle": c, "day": d}, (f"cycle {form}",))
        for c in (1, 2)
        for d in r.choice([(1, 8, 15), (1, 15), (1, 8)])
    ]
    a = 3
    later: tuple[tuple[str, Meaning], ...] = (
        (f"C{a}+ D1", {"cycle": "3+", "day": 1}),
        (f"C{a}D1+", {"cycle": "3+", "day": 1}),
        (f"Cycle {a}+ Day 1", {"cycle": "3+", "day": 1}),
        (f"Cycle ≥{a} Day 1", {"cycle": "3+", "day": 1}),
        (f"C≥{a}D1", {"cycle": "3+", "day": 1}),
        (f"Cycles {a}{dash(r)}6, Day 1", {"cycle": "3-6", "day": 1}),
        (f"C{a}{dash(r)}C6 D1", {"cycle": "3-6", "day": 1}),
        (f"Cycle {a} and beyond, Day 1", {"cycle": "3+", "day": 1}),
        (f"Day 1 of Cycle {a} and subsequent cycles", {"cycle": "3+", "day": 1}),
        (f"Cycle {a} onwards", {"cycle": "3+"}),
        (f"Cycle {a} to end of treatment Day 1", {"cycle": "3+", "day": 1}),
        (f"C{a}D1 and Day 1 of every cycle thereafter", {"cycle": "3+", "day": 1}),
        (f"Cycles {a}, 4, 5", {"cycle": "3,4,5"}),
        (f"Cycles {a} & 4 Day 1", {"cycle": "3-4", "day": 1}),
        ("All subsequent cycles Day 1", {"day": 1}),
        ("Day 1 of each subsequent cycle", {"day": 1}),
        ("CnD1", {"day": 1}),
        ("CXD1", {"day": 1}),
        ("Every cycle D1", {"day": 1}),
        ("Odd cycles D1", {"must_doubt": True}),
        ("Every 2nd cycle", {"every_days": 42}),
        (f"Cycle {a}, 5, 7 etc.", {"must_doubt": True}),
        (f"C{a}{dash(r)}Cn D1", {"cycle": "3+", "day": 1}),
        (f"Cycle {a} up to Cycle 6 Day 1", {"cycle": "3-6", "day": 1}),
        (f"Cycles {a} and up", {"cycle": "3+"}),
        (f"Cycle {a} → Day 1", {"cycle": 3, "day": 1, "or_doubt": True}),
        (f"Cycle >{a - 1} Day 1", {"cycle": "3+", "day": 1}),
        (f"Cycle {a}/4 Day 1", {"cycle": "3-4", "day": 1}),
        (f"Cycle {a} through Cycle 6 Day 1", {"cycle": "3-6", "day": 1}),
        ("Subsequent cycles", {}),
        (f"Cycle {a} ff Day 1", {"cycle": "3+", "day": 1}),
        (f"From Cycle {a} Day 1", {"cycle": "3+", "day": 1}),
        (f"Cycle {a} & later Day 1", {"cycle": "3+", "day": 1}),
        (f"Starting with Cycle {a} Day 1", {"cycle": "3+", "day": 1}),
        (f"C{a}D1, C5D1, C7D1", {"cycle": "3,5,7", "day": 1, "every_days": None}),
        (
            f"C{a}D1 then every 2 cycles",
            {"cycle": "3+", "day": 1, "every_days": 42, "or": [{"cycle": 3, "day": 1, "every_days": 42}]},
        ),
        (f"Cycles {a}{dash(r)}6 Days 1, 8, 15", {"must_doubt": True}),
        (f"Cycle {a} Days 1 and 15", {"must_doubt": True}),
    )
    text, meaning = r.choice(later)
    if "must_doubt" not in meaning:
        more = ({} if meaning.get("cycle") == 3 else {"kind": "repeat", "every_days": 21}) | dict(meaning)
        meaning = more
    found.append(Piece(text, meaning, (f"cycles {kind_of(text)}",)))
    return found


def hours(r: Rng) -> list[Piece]:
    """Times within a day."""
    form = r.choice(
        spellings("""
        {n} h | {n}h | {n} hr | {n} hours | {n}-h | {n} h post-dose | {n}h postdose | {n} hours after dose |
        +{n} h | {n} hrs post dose | Hour {n} | H{n} | T+{n}h | {n} hour | {n}hr post | {n} H
""")
    )
    steps = r.choice([(1, 2, 4), (1, 6, 24), (2, 8, 48)])
    lead = r.choice(["", "", "Day 1 ", "Day 1, "])
    day_ = {"day": 1} if lead else {}
    found = [
        Piece(
            lead + form.format(n=n),
            {"hours_from_reference": n, **day_, "free_relative": True},
            (f"hour {form}", f"hour lead {lead}"),
        )
        for n in steps
    ]
    minutes = r.choice(["{n} min", "{n}min", "{n} minutes", "{n} min post-dose", "{n}'"])
    found.insert(
        0,
        Piece(
            lead + minutes.format(n=30),
            {"hours_from_reference": 0.5, **day_, "free_relative": True},
            (f"minute {minutes}", f"hour lead {lead}"),
        ),
    )
    pre = r.choice(
        spellings("""
        Predose | Pre-dose | 0 h | Pre | Before dose | {n} h predose | -{n} h | Pre-dose (-{n} h) | 0h (predose) |
        {n} h before dose | Within {n} h before dose | ≤{n} h predose
""")
    )
    meaning: Meaning = {
        "hours_from_reference": -1 if "{n}" in pre else 0 if "0" in pre else None,
        **day_,
        "free_relative": True,
    }
    meaning["or"] = [
        {**meaning, "hours_from_reference": h, "kind": k}
        for h in ((None, 0) if "{n}" not in pre else (-1,))
        for k in ("planned", "event")
    ]
    return [Piece(lead + pre.format(n=1), meaning, (f"pre {pre}", f"hour lead {lead}")), *found]


# --- whole headers --------------------------------------------------------------------------------------------------


def rising(r: Rng, count: int, start: int, steps: Sequence[int]) -> list[int]:
    found = [start]
    while len(found) < count:
        found.append(found[-1] + r.choice(steps))
    return found


def in_one_cell(r: Rng) -> tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]:
    scale = r.choice(["day", "week", "week", "day", "month"])
    style, name_style, hold, deviated = r.randrange(1000), r.randrange(1000), r.choice(HOLDS), r.random()
    deviation = r.choice(DEVIATIONS if r.random() < 0.75 else BARE_DEVIATIONS)
    numbers = rising(
        r,
        r.choice([3, 4, 5]),
        {"day": 8, "week": 2, "month": 1}[scale],
        {"day": [7, 14], "week": [2, 4, 12], "month": [1, 2, 3]}[scale],
    )
    named = r.choice(["no", "no", "visit", "phase"])
    names = VISITS if named == "visit" else PHASES
    paired = two_times(r, style)[0] if scale == "week" and r.random() < 0.35 else None
    explicit_days = scale == "day" and r.random() < 0.12
    found = [screening(r)] if r.random() < 0.7 else []
    found.append(anchor(r, scale))
    for k, n in enumerate(numbers, len(found) + 1):
        make = {"day": day, "week": week, "month": month}[scale]
        piece = explicit(r, n, style) if explicit_days else paired(n) if paired else make(r, n, style)
        if named != "no":
            name = names[name_style % len(names)].format(k=k)
            text, kind = set_together(name, piece.text, style + name_style)
            piece = Piece(text, dict(piece.meaning), (*piece.kinds, kind, f"name {names[name_style % len(names)]}"))
        if deviated < 0.5 and not explicit_days and r.random() < 0.8:
            size = deviation(r, r.choice([1, 2]), r.choice([3, 4]))
            piece = Piece(
                hold.format(a=piece.text, b=size.text),
                piece.meaning | size.meaning,
                (*piece.kinds, *size.kinds, f"hold {hold}"),
            )
        found.append(piece)
    if r.random() < 0.3:
        found.append(repeat(r, numbers[-1] + 12) if scale == "week" else often(r))
    if scale == "day" and r.random() < 0.4:
        found.append(ranged(r, numbers[-1] + 5))
    found.append(ending(r, numbers[-1] + 60, scale))
    found += [after(r)] if r.random() < 0.6 else []
    found += [between_after(r)] if r.random() < 0.25 else []
    return [r.choice(["", "Procedure", "Assessment"])], [((p.text,), p) for p in found], {}


def in_rows(r: Rng) -> tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]:
    """Rows of their own for visit, day or week, and window; units in the row's label, in the corner, or above."""
    scale = r.choice(["day", "week", "month"])
    numbers = rising(
        r, 5, {"day": 8, "week": 2, "month": 1}[scale], {"day": [7, 14], "week": [2, 4, 12], "month": [1, 2, 3]}[scale]
    )
    unit_label = r.choice(
        {
            "day": spellings("""
        Day | Study Day | Days | Day(s) | Study day | Days from randomization | Treatment day | Nominal day |
        Protocol Day | Day of study | Time (days) | Day relative to Day 1 | Timing (days) | Target day | D
"""),
            "week": spellings("""
        Week | Study Week | Weeks | Wk | Study week number | Time (weeks) | Week number | Week No. |
        Treatment week | Weeks on study | Timing of Visit (weeks) | Week (s) | Scheduled week | W
"""),
            "month": ["Month", "Study Month", "Months", "Time (months)", "Month number", "M"],
        }[scale]
    )
    visit_label = r.choice(
        spellings("""
        Visit | Visit Number | Visit No. | Visit # | Visit ID | Visit name |  | Clinic visit
""")
    )
    window_label = r.choice(
        spellings("""
        Window (days) | Visit window (days) | Visit Window | Allowed window | Tolerance (days) | ± days |
        Time window (days) | Visit window (± days) | Deviation allowed (days) | Permitted deviation in days |
        Window | Acceptable range (days) | Scheduling window (days) | Allowance (±) | +/- (days) | Margin (days) |
        Flexibility (days)
""")
    )
    layout = r.choice(
        spellings("""
        visit+unit | visit+unit+window | unit | unit+window | phase+unit | phase+visit+unit+window | spanned |
        both
""")
    )
    plain = ["0", "1"][scale == "day"]
    style = r.choice(["bare", "bare", "bare", "worded"])
    deviation = r.choice(
        [
            both("±{n}"),
            both("± {n}"),
            both("+/-{n}"),
            both("{n}"),
            sides("-{a}/+{b}"),
            one_side("+{n}", True),
            both("±{n}d"),
            both("±{n} days"),
            sides("-{a} to +{b}"),
            sides("-{a}, +{b}"),
            one_side("-{n}", False),
        ]
    )
    phase = r.choice(
        [
            ("Screening", "Treatment", "Follow-up"),
            ("Screening Period", "Double-Blind Treatment Period", "Safety Follow-up Period"),
            ("Run-in", "Intervention", "Post-intervention"),
            ("Pre-treatment", "Treatment Phase", "Follow-up Phase"),
        ]
    )
    columns: list[tuple[tuple[str, ...], Piece]] = []
    values = [-14 if scale == "day" else -2 if scale == "week" else -1, int(plain), *numbers]
    spanned = (
        r.choice(["Study Week", "Week", "Weeks", "Treatment (weeks)"])
        if scale == "week"
        else r.choice(["Study Day", "Day", "Days"])
        if scale == "day"
        else r.choice(["Month", "Study Month"])
    )
    kinds = (f"rows {layout}", f"label {unit_label}" if layout != "spanned" else f"span {spanned}", f"cells {style}")
    for k, n in enumerate(values, 1):
        number = f"{dash(r)}{-n}" if n < 0 else str(n)
        worded = {"day": "Day ", "week": "Week ", "month": "Month "}[scale]
        time = worded + number if style == "worded" and layout != "spanned" else number
        size = deviation(r, r.choice([1, 2]), r.choice([3, 4])) if k > 2 else Piece("", {}, ())
        meaning: Meaning = {scale: n}
        head = phase[0] if k == 1 else phase[2] if k == len(values) else phase[1]
        levels = {
            "visit+unit": (visit_text(k), time),
            "visit+unit+window": (visit_text(k), time, size.text),
            "unit": (time,),
            "unit+window": (time, size.text),
            "phase+unit": (head, time),
            "phase+visit+unit+window": (head, visit_text(k), time, size.text),
            "spanned": (spanned, time),
            "both": (str(n if scale != "day" else k), str(7 * n + 1))
            if scale == "week" and n >= 0
            else (number, number),
        }[layout]
        if layout == "both":
            levels, meaning = (
                (
                    (number, f"{dash(r)}{-7 * n}" if n < 0 else str(7 * n + 1)),
                    {"week": n, "day": 7 * n + 1 if n >= 0 else 7 * n},
                )
                if scale == "week"
                else ((time,), {scale: n})
            )
        meaning |= size.meaning if "window" in layout else {}
        columns.append(
            (
                levels,
                Piece(
                    " | ".join(levels),
                    meaning | {"free_relative": True},
                    (
                        *kinds,
                        *(size.kinds if "window" in layout else ()),
                        *((f"wlabel {window_label}",) if "window" in layout and k > 2 else ()),
                    ),
                ),
            )
        )
    labels = {
        "visit+unit": [visit_label, unit_label],
        "visit+unit+window": [visit_label, unit_label, window_label],
        "unit": [unit_label],
        "unit+window": [unit_label, window_label],
        "phase+unit": ["", unit_label],
        "phase+visit+unit+window": ["", visit_label, unit_label, window_label],
        "spanned": ["", "Procedure"],
        "both": ["Week", "Day"] if scale == "week" else [unit_label],
    }[layout]
    return labels, columns, {}


def visit_text(k: int) -> str:
    return str(k)


def cycles(r: Rng) -> tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]:
    found = cycled(r)
    note = r.choice(
        [
            "Each cycle is 21 days.",
            "1 cycle = 21 days",
            "A treatment cycle lasts 21 days.",
            "Cycle length: 21 days",
            "Cycles are 3 weeks (21 days) long.",
            "All cycles are 21 days in duration.",
            "Treatment is given in 21-day cycles.",
        ]
    )
    pieces = [screening(r), *found, ending(r, 200, "day"), after(r)]
    if r.random() < 0.4:
        deviation = r.choice(DEVIATIONS)
        hold = r.choice(HOLDS)
        size = deviation(r, 1, 3)
        pieces[3] = Piece(
            hold.format(a=pieces[3].text, b=size.text),
            pieces[3].meaning | size.meaning,
            (*pieces[3].kinds, *size.kinds, f"hold {hold}"),
        )
    return [""], [((p.text,), p) for p in pieces], {"-": note}


def within_days(r: Rng) -> tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]:
    found = hours(r)
    return [""], [((p.text,), p) for p in found], {}


def crossed(r: Rng) -> tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]:
    """A crossover: days counted anew in each period."""
    word = r.choice(
        spellings("""
        Period | Treatment Period | Part | Session | Intervention Period | Study Period | Tx Period | Leg
""")
    )
    names = r.choice([("1", "2"), ("I", "II"), ("A", "B"), ("One", "Two")])
    flat = r.random() < 0.5
    columns: list[tuple[tuple[str, ...], Piece]] = []
    for place, name in enumerate(names):
        for d in (-1, 1, 2):
            head, low = f"{word} {name}", f"Day {d if d > 0 else dash(r) + str(-d)}"
            meaning: Meaning = (
                {"day": d}
                if place == 0
                else {"offset_days": d - 1 if d > 0 else d, "relative_to": "period", "free_relative": True}
            )
            levels = (f"{head} {low}",) if flat else (head, low)
            columns.append(
                (levels, Piece(" | ".join(levels), meaning, (f"crossover {word} {names[0]}", f"crossover flat {flat}")))
            )
    return ([""] if flat else ["", ""]), columns, {}


MAKERS: tuple[
    tuple[float, Callable[[Rng], tuple[list[str], list[tuple[tuple[str, ...], Piece]], dict[str, str]]]], ...
] = (
    (0.55, in_one_cell),
    (0.2, in_rows),
    (0.15, cycles),
    (0.05, within_days),
    (0.05, crossed),
)


def made(seed: str) -> tuple[Header, list[Piece]]:
    """A header and its pieces, by seed."""
    r = random.Random(seed)
    make = r.choices([m for _, m in MAKERS], [w for w, _ in MAKERS])[0]
    labels, columns, notes = make(r)
    shown = [Column(levels, piece.meaning) for levels, piece in columns]
    return Header(labels, shown, notes=notes), [piece for _, piece in columns]


@dataclass
class Tally:
    """Columns and those wrong in silence by kind of piece, and the errors."""

    score: Score = field(default_factory=Score)
    all_of: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str]] = field(default_factory=list)


def score_seed(seed: str, tally: Tally) -> None:
    header, pieces = made(seed)
    table = table_of(header)
    schedule = read_schedule(table)
    shown = {entry["column"]: entry for entry in table_entry(table, schedule)["columns"]}
    visits = {visit.column: visit for visit in schedule.visits}
    for number, (column, piece) in enumerate(zip(header.columns, pieces, strict=True), 1):
        score = Score()
        score_one(number, column, shown.get(number), visits.get(number), score)
        tally.score = Score(total([tally.score, score]))
        tally.all_of.update(piece.kinds)
        silent, is_open = score.counts.get("silent", 0), score.counts.get("open", 0)
        tally.silent.update(piece.kinds if silent else ())
        tally.open.update(piece.kinds if is_open or score.counts.get("right_doubted") else ())
        for error in score.errors if silent or is_open or score.counts.get("right_doubted") else ():
            tally.errors.append(("SILENT" if silent else "open" if is_open else "doubted", f"{column.levels} {error}"))


def score_one(number: int, column: Column, entry: Meaning | None, visit: Visit | None, score: Score) -> None:
    """Counts of one column; a month that differs counts as a time that does."""
    meaning = dict(column.meaning)
    doubt = (entry or {}).get("doubt")
    if meaning.pop("must_doubt", False) or (meaning.pop("or_doubt", False) and doubt):
        for key, counts in (("columns", True), ("timed", doubt), ("silent", not doubt)):
            score.add(key, bool(counts))
        score.errors += [] if doubt else [f"must be doubted, is {brief(entry)}"]
        return
    printed, free = meaning.pop("month", None), meaning.pop("free_relative", False)
    wanted = wanted_of(number, meaning)
    for reading in [wanted, *wanted["or"]] if free else ():
        reading["relative_to"] = None
    score_column(wanted, entry, score)
    month_ok = visit is not None and (visit.month == printed)
    window_ok = score.counts.get("windows", 0) == score.counts.get("windows_ok", 0) and not score.counts.get(
        "windows_extra"
    )
    if score.counts.get("timed") and not (month_ok and window_ok):
        score.counts["timed"] = 0
        score.add("open" if doubt else "silent")
        score.counts.pop("right_doubted", None)
        score.errors += [] if month_ok else [f"month {printed} is {visit.month if visit else None}"]
    score.errors[:] = [f"{error} {doubt or ''}" for error in score.errors]
    if score.counts.get("right_doubted"):
        score.errors.append(f"right, doubted: {doubt}")


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--errors", action="store_true", help="differences")
    parser.add_argument("--kinds", action="store_true", help="pieces by their share wrong in silence, then open")
    args = parser.parse_args(words)
    tally = Tally()
    for seed in range(args.first, args.first + args.seeds):
        score_seed(f"composed {seed}", tally)
    for what, error in dict.fromkeys(tally.errors) if args.errors else ():
        print(f"{what}: {error[:260]}")
    for name, counts in (("silent", tally.silent), ("open or doubted", tally.open)) if args.kinds else ():
        worst = sorted(counts, key=lambda k: -counts[k] * counts[k] / tally.all_of[k])[:80]
        print("\n".join(f"{name}: {counts[k]}/{tally.all_of[k]} {k}" for k in worst))
    for line in told(tally.score.counts):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
