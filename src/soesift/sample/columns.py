"""The time axis of a schedule: calendars of visits, by area and design."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from soesift.sample.words import timing

Role = Literal["screen", "base", "visit", "end", "early", "follow", "unsched"]


@dataclass(frozen=True, slots=True)
class Column:
    """One visit: its epoch, name, planned time and window as printed; `dose`: treatment is given."""

    epoch: str
    visit: str
    time: str
    window: str
    role: Role
    dose: bool = False


def calendar(rng: Random, scheme: str, most: int = 16) -> list[Column]:
    """A calendar of the named scheme with at most about `most` visits."""
    return SCHEMES[scheme](rng, most)


def framed(rng: Random, middle: list[Column], unit: str, last: int) -> list[Column]:
    """Screening in front, end of treatment, follow-up and others behind."""
    screen = rng.choice(timing.SCREENING)
    front = [
        Column(
            screen,
            "Screening",
            rng.choice(("-28 to -1", "≤28 days", "-21", "-14 to -1", "-35 to -1")),
            "",
            "screen",
        )
    ]
    if rng.random() < 0.25:
        front.append(Column(screen, "Run-in", "-7", "±2", "screen"))
    back = (
        [Column(rng.choice(timing.TREATMENT), rng.choice(timing.END), f"{last}", "±7", "end")]
        if rng.random() < 0.8
        else []
    )
    follow = rng.choice(timing.FOLLOW_UP)
    gap = rng.choice((4, 2, 8) if unit == "Week" else (30, 28, 14))
    back += [
        Column(follow, f"{follow} {i}", f"{last + gap * i}", rng.choice(("±7", "±3", "+7")), "follow")
        for i in (1, 2)[: rng.choice((1, 1, 2))]
    ]
    if rng.random() < 0.45:
        back.append(Column(follow, rng.choice(timing.EARLY), "", "", "early"))
    if rng.random() < 0.3:
        back.append(Column(follow, rng.choice(timing.UNSCHEDULED), "", "", "unsched"))
    return front + middle + back


def by_weeks(rng: Random, most: int) -> list[Column]:
    step, count = rng.choice((1, 2, 4, 4, 6, 12)), rng.randint(4, max(5, most - 4))
    epoch = rng.choice(timing.TREATMENT)
    weeks = [0] + [step * i for i in range(1, count)]
    middle = [
        Column(
            epoch if w else rng.choice((epoch, "Baseline")),
            rng.choice(timing.BASELINE) if w == 0 else f"Week {w}",
            str(w),
            "" if w == 0 else rng.choice(("±3", "±3", "±2")),
            "visit" if w else "base",
            w == 0 or rng.random() < 0.7,
        )
        for w in weeks
    ]
    return framed(rng, middle, "Week", weeks[-1] + step)


def by_visits(rng: Random, most: int) -> list[Column]:
    """Numbered visits with days in several treatment epochs."""
    count, day = rng.randint(5, max(6, most - 3)), 1
    names = rng.choice(
        (
            ("Titration", "Maintenance"),
            ("Double-blind", "Open-label"),
            ("Period 1", "Period 2"),
            ("Induction", "Consolidation"),
        )
    )
    middle: list[Column] = []
    for i in range(count):
        middle.append(
            Column(
                names[2 * i >= count],
                f"V{i + 2}",
                str(day),
                "" if i == 0 else "±2",
                "base" if i == 0 else "visit",
                i % 2 == 0 or rng.random() < 0.5,
            )
        )
        day += rng.choice((7, 14, 28))
    return framed(rng, middle, "Day", day)


def by_cycles(rng: Random, most: int) -> list[Column]:
    length = rng.choice((21, 28))
    days = rng.choice(((1, 8, 15), (1, 15), (1,), (1, 2, 8, 15), (1, 8, 15, 22)))
    middle: list[Column] = []
    cycle = 1
    while len(middle) + len(days) <= max(len(days), most - 6) and cycle <= 4:
        for d in days:
            role: Role = "base" if cycle == 1 and d == 1 else "visit"
            middle.append(
                Column(
                    f"Cycle {cycle}",
                    f"C{cycle}D{d}",
                    str(d),
                    "" if role == "base" else rng.choice(("±1", "±2")),
                    role,
                    True,
                )
            )
        cycle += 1
    later = rng.choice((f"Cycles {cycle}+", f"Cycle {cycle} and beyond", f"C{cycle}-C{cycle + 4}"))
    middle.append(Column(later, f"{later}, Day 1", "1", "±3", "visit", True))
    return framed(rng, middle, "Day", length * cycle)


def by_doses(rng: Random, most: int) -> list[Column]:
    """Vaccination visits."""
    doses = rng.choice(((1,), (1, 29), (1, 61), (1, 29, 181)))
    days = sorted(
        {d + e for d in doses for e in rng.choice(((0, 7, 28), (0, 28), (0, 3, 7, 28)))}
        | {doses[-1] + 180, doses[-1] + 365}
    )
    columns, dosed = [], 0
    for i, day in enumerate(days[:most]):
        dose = day in doses
        dosed += dose
        epoch = "Follow-up" if day > doses[-1] + 28 else f"Vaccination {max(dosed, 1)}"
        kind = "Vax" if dose else ("Phone" if rng.random() < 0.3 else "Clinic")
        role: Role = "base" if i == 0 else "follow" if epoch == "Follow-up" else "visit"
        columns.append(
            Column(
                epoch,
                f"{i + 1} {kind}" if rng.random() < 0.4 else f"Visit {i + 1}",
                str(day),
                "" if i == 0 else rng.choice(("-1/+3", "±3", "+14")),
                role,
                dose,
            )
        )
    if rng.random() < 0.5:
        columns.insert(0, Column("Screening", "Visit 0", "-28 to 1", "", "screen"))
    if rng.random() < 0.4:
        columns.append(Column("Unplanned", rng.choice(timing.UNSCHEDULED), "", "", "unsched"))
    return columns


def by_follow_up(rng: Random, most: int) -> list[Column]:
    """A device trial: procedure, discharge, months, years."""
    names = [
        ("Screening", "-30 to 0", "screen"),
        ("Procedure", "0", "base"),
        ("Discharge", "0-7", "visit"),
        ("30 Days", "30", "visit"),
        ("3 Months", "90", "visit"),
        ("6 Months", "180", "visit"),
        ("12 Months", "365", "end"),
        ("2 Years", "730", "follow"),
        ("3 Years", "1095", "follow"),
        ("4 Years", "1460", "follow"),
        ("5 Years", "1825", "follow"),
    ]
    epochs = {
        "screen": "Pre-procedure",
        "base": "Index hospitalization",
        "visit": "Post-procedure",
        "end": "Post-procedure",
        "follow": "Long-term follow-up",
    }
    out = [
        Column(
            epochs[role],
            name,
            day,
            "±14" if role in ("visit", "end") else "±45" if role == "follow" else "",
            role,  # type: ignore[arg-type]
            role == "base",
        )
        for name, day, role in names[: rng.randint(6, min(11, most))]
    ]
    if rng.random() < 0.5:
        out.append(Column("As needed", rng.choice(("Unscheduled", "Reintervention", "Early exit")), "", "", "unsched"))
    return out


def by_inhouse_days(rng: Random, most: int) -> list[Column]:
    """A unit stay with daily visits, in one or two periods."""
    epoch, stay = rng.choice(("Inpatient", "In-house", "Confinement", "Period 1")), rng.randint(3, 8)
    middle = [Column(epoch, "Admission", "-1", "", "base")]
    middle += [Column(epoch, f"Day {d}", str(d), "", "visit", d == 1 or stay > 6) for d in range(1, stay + 1)]
    if epoch == "Period 1":
        middle += [Column("Washout", "Washout", "7 days", "", "unsched")]
        middle += [
            Column("Period 2", f"P2 Day {d}", str(d), "", "visit", d == 1)
            for d in range(1, min(stay, most - stay - 4) + 1)
        ]
    return framed(rng, middle, "Day", stay + 7)


def by_months(rng: Random, most: int) -> list[Column]:
    step, count = rng.choice((1, 3, 6)), rng.randint(4, max(5, most - 4))
    middle = [
        Column(
            "Treatment Year 1" if step * i <= 12 else "Treatment Year 2+",
            f"Month {step * i}" if i else "Baseline",
            str(step * i),
            "" if i == 0 else "±1 wk",
            "visit" if i else "base",
            True,
        )
        for i in range(count)
    ]
    return framed(rng, middle, "Month", step * count)


def by_long_term(rng: Random, most: int) -> list[Column]:
    """After treatment: no screening."""
    step = rng.choice((3, 6, 12))
    epoch = rng.choice(("Long-term follow-up", "Survival follow-up", "Extension", "Post-treatment period"))
    first = Column(
        epoch,
        rng.choice(("Entry", "Safety follow-up", "30 days after last dose", "Extension baseline")),
        "0",
        "+7",
        "base",
    )
    rest = [
        Column(epoch, f"Month {step * i}", str(step * i), rng.choice(("±14", "±7")), "follow")
        for i in range(1, rng.randint(3, 6))
    ]
    return [first, *rest, Column(epoch, rng.choice(timing.END), "", "", "end")]


def by_days(rng: Random, most: int) -> list[Column]:
    days = rng.choice(((1, 3, 5, 8, 15, 29), (1, 2, 4, 7, 10, 14, 21, 28), (1, 5, 14)))[: most - 4]
    middle = [
        Column(
            "Treatment" if d < 10 else "Post-treatment",
            f"Day {d}",
            str(d),
            "" if d == 1 else "±1",
            "base" if d == 1 else "visit",
            d < 10,
        )
        for d in days
    ]
    return framed(rng, middle, "Day", days[-1] + 14)


SCHEMES = {
    "weeks": by_weeks,
    "visits": by_visits,
    "cycles": by_cycles,
    "vaccine": by_doses,
    "device": by_follow_up,
    "phase1": by_inhouse_days,
    "months": by_months,
    "long": by_long_term,
    "days": by_days,
}
