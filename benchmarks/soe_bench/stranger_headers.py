"""Visit headers written by hand as a stranger would, each answered before the program was run on it.

    python benchmarks/soe_bench/stranger_headers.py [--batch 1|2|3] [--errors]

Nothing is drawn: each header stands here as a protocol could print it, with what it means. What was read at first
sight is in docs/lab-notes.md; since then the kinds of errors were mended, so today's figure is no first sight any more.
Columns count as in `score_visits.py`; `must_doubt` where the print does not say enough for anybody.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from facts import WINDOWS
from visit_headers import Column, Header, col, one, pooled, print_scores, score_header

HEADERS: dict[int, dict[str, Header]] = {1: {}, 2: {}, 3: {}}


def add(batch: int, name: str, header: Header) -> None:
    HEADERS[batch][name] = header


def rows(labels: Sequence[str], *columns: Column, **more: Any) -> Header:
    return Header(list(labels), list(columns), **more)


def w(before: float, after: float) -> dict[str, float]:
    return dict(zip(WINDOWS, (before, after), strict=True))


def event(*levels: str, **more: Any) -> Column:
    return col(*levels, kind="event", **more)


def rng(*levels: str, first: int, last: int, **more: Any) -> Column:
    return col(*levels, kind="range", day=first, last_day=last, **more)


def rep(*levels: str, **more: Any) -> Column:
    return col(*levels, kind="repeat", **more)


def period(name: str, *levels: str, day: int, **more: Any) -> Column:
    """A day of a second period: an offset from the period's first day, or the day as printed with the period named."""
    offset = day - 1 if day > 0 else day
    others = [{"day": day, "relative_to": name}]
    return col(*levels, offset_days=offset, relative_to=name, **{"or": others}, **more)


# --- batch 1 ----------------------------------------------------------------------------------------------------

add(
    1,
    "two periods with washout",
    rows(
        ["", "Study day"],
        rng("Screening", "-28 to -2", first=-28, last=-2),
        col("Period 1", "-1", day=-1),
        col("Period 1", "1", day=1),
        col("Period 1", "2", day=2),
        col("Period 1", "4", day=4),
        period("Period 2", "Period 2", "-1", day=-1),
        period("Period 2", "Period 2", "1", day=1),
        period("Period 2", "Period 2", "2", day=2),
        period("Period 2", "Period 2", "4", day=4),
        event("Follow-up", "7 ± 1 days after last dose", offset_days=7, relative_to="last dose", **w(1, 1)),
    ),
)
add(
    1,
    "hours under a day",
    rows(
        ["Day", "Time (h)"],
        col("1", "Predose", day=1, **{"or": [{"day": 1, "hours_from_reference": 0}]}),
        col("1", "0.5", day=1, hours_from_reference=0.5),
        col("1", "1", day=1, hours_from_reference=1),
        col("1", "2", day=1, hours_from_reference=2),
        col("1", "12", day=1, hours_from_reference=12),
        col("2", "24", day=2, hours_from_reference=24),
        col("3", "48", day=3, hours_from_reference=48),
    ),
)
add(
    1,
    "open-label extension",
    one(
        col("OLE Week 0", week=0),
        col("OLE Week 4 (±3d)", week=4, **w(3, 3)),
        col("OLE Week 12 (±3d)", week=12, **w(3, 3)),
        col("OLE Week 24 (±7d)", week=24, **w(7, 7)),
        event("OLE Early Term"),
        event("OLE Safety F/U (EOT + 30d)", offset_days=30, relative_to="end of treatment"),
    ),
)
add(
    1,
    "cycles then eot",
    one(
        rng("Screen (D-21 to D-1)", first=-21, last=-1),
        col("C1D1", cycle=1, day=1),
        col("C1D8 (±1d)", cycle=1, day=8, **w(1, 1)),
        col("C1D15 (±1d)", cycle=1, day=15, **w(1, 1)),
        col("C2D1 (±3d)", cycle=2, day=1, **w(3, 3)),
        rep("C3+ D1 (±3d)", cycle="3+", day=1, every_days=21, **w(3, 3)),
        event(
            "EOT (≤7 d after last dose)",
            **{"or": [{"kind": "event", "offset_days": 0, "relative_to": "last dose"}]},
            **w(0, 7),
            relative_to="last dose",
        ),
        event("EOT + 30 d (±7 d)", offset_days=30, relative_to="end of treatment", **w(7, 7)),
        title="Schedule of assessments (21-day cycles)",
    ),
)
add(
    1,
    "q3w imaging",
    one(
        col("Cycle 1 Day 1", cycle=1, day=1),
        col("Cycle 2 Day 1", cycle=2, day=1),
        rep("Cycles 3 to 8, Day 1 (Q3W)", cycle="3-8", day=1, every_days=21),
        rep("Cycle 9 and beyond (Q6W)", cycle="9+", every_days=42),
        event("End of Treatment"),
        rep("Survival FU (Q12W)", every_days=84),
    ),
)
add(
    1,
    "within days of progression",
    one(
        col("Week 6", week=6),
        col("Week 12", week=12),
        rep("q6w thereafter", every_days=42),
        event("Within 7 days of progression", offset_days=0, relative_to="progression", **w(0, 7)),
    ),
)
add(
    1,
    "televisits in the header",
    one(
        col("Visit 1 (Clinic) Day 1", day=1, contact="site"),
        col("Visit 2 (Televisit) Day 8", day=8, contact="video"),
        col("Visit 3 (Phone) Day 15", day=15, contact="phone"),
        col("Visit 4 (Clinic or Home) Day 29", day=29, contact="site or home"),
        col("Visit 5 (Video call) Day 43", day=43, contact="video"),
    ),
)
add(
    1,
    "televisit row",
    rows(
        ["Visit", "Study Week", "Type of visit"],
        col("1", "0", "On-site", week=0, contact="site"),
        col("2", "2", "Televisit", week=2, contact="video"),
        col("3", "4", "On-site", week=4, contact="site"),
        col("4", "6", "Telephone", week=6, contact="phone"),
        col("5", "8", "On-site", week=8, contact="site"),
    ),
)
add(
    1,
    "ranges of weeks",
    one(
        col("Baseline", kind="event"),
        col("Week 1-2", week=1, kind="range", **{"or": [{"kind": "repeat", "week": 1}]}),
        col("Weeks 3 – 6", week=3, kind="range", **{"or": [{"kind": "repeat", "week": 3}]}),
        col("Week 8", week=8),
        col("Week 12/EOS", week=12),
    ),
)
add(
    1,
    "predose ranges",
    rows(
        ["Day 1"],
        col("-30 to -1 min predose", hours_from_reference=-0.5, relative_to="dose", **w(0, round(29 / 1440, 6))),
        col("15 min postdose", hours_from_reference=0.25, relative_to="dose"),
        col(
            "30 min (±5 min) postdose",
            hours_from_reference=0.5,
            relative_to="dose",
            **w(round(5 / 1440, 6), round(5 / 1440, 6)),
        ),
        col("1 hr postdose", hours_from_reference=1, relative_to="dose"),
        col("4 hrs postdose", hours_from_reference=4, relative_to="dose"),
    ),
)
add(
    1,
    "surgery",
    one(
        event("Pre-op visit (within 30 days before surgery)", offset_days=-30, relative_to="surgery", **w(0, 30)),
        event("Surgery"),
        event("Discharge"),
        event("2 weeks post-op (±3 days)", offset_days=14, relative_to="surgery", **w(3, 3)),
        event("6 weeks post-op (±1 week)", offset_days=42, relative_to="surgery", **w(7, 7)),
        event("3 months post-op", relative_to="surgery"),
    ),
)
add(
    1,
    "post operative days",
    rows(
        ["Post-operative day"],
        col("0", offset_days=0, relative_to="surgery", **{"or": [{"day": 0, "relative_to": "surgery"}]}),
        col("1", offset_days=1, relative_to="surgery", **{"or": [{"day": 1, "relative_to": "surgery"}]}),
        col("7 ± 2", offset_days=7, relative_to="surgery", **{"or": [{"day": 7, "relative_to": "surgery"}]}, **w(2, 2)),
        col(
            "30 ± 5",
            offset_days=30,
            relative_to="surgery",
            **{"or": [{"day": 30, "relative_to": "surgery"}]},
            **w(5, 5),
        ),
    ),
)
add(
    1,
    "vaccination",
    rows(
        ["Visit", "Timing", "Window"],
        col("V1", "Day 1 (dose 1)", "", day=1),
        col("V2", "Day 8", "-1/+2 d", day=8, **w(1, 2)),
        col("V3", "Day 29 (dose 2)", "-3/+7 d", day=29, **w(3, 7)),
        event("V4", "28 d after dose 2", "-3/+7 d", offset_days=28, relative_to="dose 2", **w(3, 7)),
        event("V5", "6 mo after dose 2", "±14 d", relative_to="dose 2", **w(14, 14)),
    ),
)
add(
    1,
    "week and day in one row",
    rows(
        ["Study Week / Study Day (± window)"],
        col("W0 / D1", week=0, day=1),
        col("W2 / D15 ± 2", week=2, day=15, **w(2, 2)),
        col("W4 / D29 ± 2", week=4, day=29, **w(2, 2)),
        col("W12 / D85 ± 5", week=12, day=85, **w(5, 5)),
    ),
)
add(
    1,
    "week over day without letters",
    rows(
        ["Week [W] Study day and tolerance"],
        rng("SCR -14 to -1", first=-14, last=-1),
        col("RAND/W0 1", week=0, day=1),
        col("W3 22±3", week=3, day=22, **w(3, 3)),
        col("W6 43±3", week=6, day=43, **w(3, 3)),
        col("W24/EOT 169±7", week=24, day=169, **w(7, 7)),
    ),
)
add(
    1,
    "units by column",
    rows(
        ["", "", "Window (days)"],
        rng("Screening", "Screening", "-21 to -1", first=-21, last=-1),
        col("Day", "1", "N/A", day=1),
        col("Day", "8", "±1", day=8, **w(1, 1)),
        col("Week", "4", "±3", week=4, **w(3, 3)),
        col("Week", "8", "±3", week=8, **w(3, 3)),
        col("Week", "12", "±3", week=12, **w(3, 3)),
        col("Month", "6", "±7", **w(7, 7)),
        col("Month", "12", "±7", **w(7, 7)),
    ),
)
add(
    1,
    "counted from randomisation",
    rows(
        ["", "Day"],
        event("Screening", "Within 21 days of randomization", offset_days=-21, relative_to="randomisation", **w(0, 21)),
        col("Treatment", "1", day=1),
        col(
            "Follow-up (all visits are calculated from the date of randomization)",
            "30 (± 7)",
            offset_days=30,
            relative_to="randomisation",
            **{"or": [{"day": 30, "relative_to": "randomisation"}]},
            **w(7, 7),
        ),
        col(
            "Follow-up (all visits are calculated from the date of randomization)",
            "90 (± 7)",
            offset_days=90,
            relative_to="randomisation",
            **{"or": [{"day": 90, "relative_to": "randomisation"}]},
            **w(7, 7),
        ),
    ),
)
add(
    1,
    "note says from what",
    one(
        col("Day 0", day=0),
        col("Day 28 a", offset_days=28, relative_to="infusion", **{"or": [{"day": 28, "relative_to": "infusion"}]}),
        col("Month 3 a", relative_to="infusion"),
        notes={"a": "Timed from the date of the infusion of the product."},
    ),
)
add(
    1,
    "safety follow-up numbers",
    rows(
        ["Procedure", "Days after last dose"],
        event("EOT", "0", offset_days=0, relative_to="last dose"),
        event("SFU 1", "30 (+3)", offset_days=30, relative_to="last dose", **w(0, 3)),
        event("SFU 2", "60 (+3)", offset_days=60, relative_to="last dose", **w(0, 3)),
        event("SFU 3", "90 (+7)", offset_days=90, relative_to="last dose", **w(0, 7)),
    ),
)
add(
    1,
    "et limits in a row of windows",
    rows(
        ["Visit", "Window (days)"],
        col("Week 20", "(± 7)", week=20, **w(7, 7)),
        col("Week 24", "(± 7)", week=24, **w(7, 7)),
        event("ET", "(≥ 28)"),
    ),
)
add(
    1,
    "months and years",
    one(
        col("Month 1 (±1 wk)", **w(7, 7)),
        col("Month 3 (±2 wks)", **w(14, 14)),
        col("Year 1 (±1 mo)", must_doubt=True),
        rep("Yearly thereafter up to Year 5"),
    ),
)
add(
    1,
    "lead-in and cohorts",
    rows(
        ["Part", "Visit", "Day"],
        col("Part A: Lead-in", "A1", "-14", day=-14),
        col("Part A: Lead-in", "A2", "-7", day=-7),
        col("Part B: Double-blind", "B1", "1", day=1),
        col("Part B: Double-blind", "B2", "15", day=15),
        col("Part B: Double-blind", "B3", "29", day=29),
        event("Part C: Follow-up", "C1", "EOT + 14", offset_days=14, relative_to="end of treatment"),
    ),
)
add(
    1,
    "cycle lengths differ",
    rows(
        ["", "Day"],
        col("Cycle 1 (35 days)", "1", cycle=1, day=1),
        col("Cycle 1 (35 days)", "8", cycle=1, day=8),
        col("Cycle 1 (35 days)", "15", cycle=1, day=15),
        rep("Cycles 2-6 (28 days each)", "1", cycle="2-6", day=1, every_days=28),
        rep("Cycles 2-6 (28 days each)", "15", cycle="2-6", day=15, every_days=28),
    ),
)
add(
    1,
    "every third cycle",
    one(
        col("C1D1", cycle=1, day=1),
        col("C2D1", cycle=2, day=1),
        rep("C4D1 and every 3rd cycle thereafter", cycle="4+", day=1, every_days=84),
        event("EOT"),
        title="Flow chart; 1 cycle = 28 days",
    ),
)
add(
    1,
    "every other cycle",
    one(
        col("Cycle 1 Day 1", cycle=1, day=1),
        rep("Every odd cycle Day 1", must_doubt=True),
        rep("Day 1 of every other cycle", must_doubt=True),
    ),
)
add(
    1,
    "d1 of each cycle",
    rows(
        ["", ""],
        rng("Screening", "-28 d to -1 d", first=-28, last=-1),
        rep("Each 21-day cycle", "Day 1", day=1, every_days=21),
        rep("Each 21-day cycle", "Day 8", day=8, every_days=21),
        event("EOT", "+30 days", offset_days=30, relative_to="end of treatment", **{"or": [{"kind": "event"}]}),
    ),
)
add(
    1,
    "unscheduled and et",
    one(
        col("V1 / D1", day=1),
        col("V2 / D14 +/- 2 days", day=14, **w(2, 2)),
        col("V3 / D28 +/- 2 days", day=28, **w(2, 2)),
        col("UNS", kind="unscheduled"),
        event("ET/EOS"),
    ),
)
add(
    1,
    "relapse study",
    one(
        col("Baseline Day 0", day=0),
        col("Month 3 ± 15 d", **w(15, 15)),
        col("Month 6 ± 15 d", **w(15, 15)),
        event("Relapse visit (within 7 days of onset)", offset_days=0, relative_to="onset", **w(0, 7)),
        event("4 weeks after relapse", offset_days=28, relative_to="relapse"),
    ),
)
add(
    1,
    "admission and discharge",
    rows(
        ["", "Day"],
        col("Check-in", "-1", day=-1),
        col("Dosing", "1", day=1),
        rng("In-house", "2-5", first=2, last=5, contact="site"),
        col("Discharge", "6", day=6),
        col("Phone call", "14 ± 2", day=14, contact="phone", **w(2, 2)),
    ),
)
add(
    1,
    "weeks relative to dose",
    rows(
        ["Weeks from last injection"],
        event("4", offset_days=28, relative_to="last injection"),
        event("8", offset_days=56, relative_to="last injection"),
        event("16", offset_days=112, relative_to="last injection"),
        event("24 (EOS)", offset_days=168, relative_to="last injection"),
    ),
)
add(
    1,
    "gene therapy long term",
    one(
        col("D0 infusion", day=0),
        col("D1", day=1),
        col("D7±1", day=7, **w(1, 1)),
        col("M1±3d", **w(3, 3)),
        col("M3±7d", **w(7, 7)),
        rep("M6 to M24, q3M"),
        rep("Y3–Y15 annually"),
    ),
)
add(
    1,
    "every day then weekly",
    one(
        rng(
            "Days 1–7 (daily)",
            first=1,
            last=7,
            **{"or": [{"kind": "repeat", "day": 1, "last_day": 7, "every_days": 1}]},
        ),
        rep("Weeks 2–4 (weekly)", week=2, every_days=7),
        rep("Weeks 6-12 (every 2 weeks)", week=6, every_days=14),
        col("Week 16", week=16),
    ),
)
add(
    1,
    "minus signs",
    rows(
        ["Tag"],
        rng("-28 bis -1", first=-28, last=-1),
        col("1", day=1),
        col("15 ± 3", day=15, **w(3, 3)),
        col("29 ± 3", day=29, **w(3, 3)),
        event("Abbruch"),
    ),
)
add(
    1,
    "paediatric growth",
    rows(
        ["", "Age (months)"],
        event("Enrolment", "2", relative_to="birth"),
        event("Dose 2", "4", relative_to="birth"),
        event("Booster", "12-15", relative_to="birth"),
    ),
)
add(
    1,
    "titration",
    rows(
        ["Phase", "Week", "Visit window (days)"],
        col("Titration", "0", "", week=0),
        col("Titration", "1", "±1", week=1, **w(1, 1)),
        col("Titration", "2", "±1", week=2, **w(1, 1)),
        col("Maintenance", "6", "±3", week=6, **w(3, 3)),
        col("Maintenance", "10", "±3", week=10, **w(3, 3)),
        col("Taper", "12", "±3", week=12, **w(3, 3)),
        col("Follow-up", "14", "+7", week=14, **w(0, 7)),
    ),
)
add(
    1,
    "text in cells for windows",
    rows(
        ["Visit", "Day", "Allowable window"],
        col("2", "1", "none", day=1),
        col("3", "15", "3 days before or after", day=15, **w(3, 3)),
        col("4", "29", "3 days before or after", day=29, **w(3, 3)),
    ),
)
add(
    1,
    "screening limits",
    one(
        event("Screening up to 42 days before randomisation", offset_days=-42, relative_to="randomisation", **w(0, 42)),
        event("Randomisation"),
        # doubted until published tables were read: there such lengths count from the column before them
        event("4 weeks", offset_days=28, relative_to="randomisation"),
        event("12 weeks", offset_days=84, relative_to="randomisation"),
    ),
)
add(
    1,
    "weeks as words",
    one(
        col("Baseline", kind="event"),
        col("Week One", must_doubt=True),
        col("Week Two", must_doubt=True),
        col("Final visit", kind="event"),
    ),
)
add(
    1,
    "day spelled with th",
    one(
        col("1st day of treatment", day=1),
        col("8th day", day=8),
        col("15th day (±2)", day=15, **w(2, 2)),
    ),
)
add(
    1,
    "visit codes with days",
    rows(
        ["Visit ID", "Nominal day", "Permitted range"],
        col("T0", "D0", "D0", day=0),
        col("T1", "D14", "D12–D16", day=14, **w(2, 2)),
        col("T2", "D42", "D39–D45", day=42, **w(3, 3)),
        col("T3", "D84", "D77–D91", day=84, **w(7, 7)),
    ),
)
add(
    1,
    "time windows both units",
    one(
        col("Week 2 (Day 14 – 1 / + 3)", week=2, day=14, **w(1, 3)),
        col("Week 6 (Day 42 – 3 / + 3)", week=6, day=42, **w(3, 3)),
        col("Week 10 (Day 70 – 3 / + 7)", week=10, day=70, **w(3, 7)),
    ),
)
add(
    1,
    "hours after end of infusion",
    rows(
        ["Timepoint"],
        col(
            "Pre-infusion",
            hours_from_reference=None,
            **{"or": [{"hours_from_reference": 0, "relative_to": "infusion"}, {"kind": "event"}]},
        ),
        col("EOI", kind="event"),
        col("EOI + 1 h", hours_from_reference=1, relative_to="end of infusion"),
        col("EOI + 6 h", hours_from_reference=6, relative_to="end of infusion"),
        col("24 h after start of infusion", hours_from_reference=24, relative_to="start of infusion"),
    ),
)
add(
    1,
    "long-term extension from week",
    rows(
        ["Period", "Week"],
        col("Core", "0", week=0),
        col("Core", "26", week=26),
        col("Core", "52", week=52),
        rep("Extension", "64 to 104, every 12 weeks", week=64, every_days=84),
        event("Follow-up", "4 weeks after last dose", offset_days=28, relative_to="last dose"),
    ),
)
add(
    1,
    "device",
    one(
        event("Pre-procedure"),
        event("Index procedure"),
        event("Pre-discharge"),
        col("30 days (± 7 days)", must_doubt=True),
        col("6 months (± 30 days)", must_doubt=True),
        col("12 months (± 30 days)", must_doubt=True),
    ),
)
add(
    1,
    "device with origin",
    rows(
        ["Time after implantation"],
        event("30 days (± 7 days)", offset_days=30, relative_to="implantation", **w(7, 7)),
        event("6 months (± 30 days)", relative_to="implantation", **w(30, 30)),
        event("12 months (± 30 days)", relative_to="implantation", **w(30, 30)),
    ),
)
add(
    1,
    "cycle rows",
    rows(
        ["Cycle", "Day", "Window"],
        col("1", "1", "-", cycle=1, day=1),
        col("1", "15", "±2 d", cycle=1, day=15, **w(2, 2)),
        col("2", "1", "±2 d", cycle=2, day=1, **w(2, 2)),
        rep("3 – 12", "1", "±2 d", cycle="3-12", day=1, every_days=28, **w(2, 2)),
        rep("≥ 13", "1", "±7 d", cycle="13+", day=1, every_days=28, **w(7, 7)),
        title="Study flow chart (28-day cycle)",
    ),
)
add(
    1,
    "visits in two weeks",
    rows(
        ["Visit name", "Planned time"],
        rng("Screening", "D-35 to D-8", first=-35, last=-8),
        rng("Run-in", "D-7 to D-1", first=-7, last=-1),
        col("Randomisation", "D1", day=1),
        col("Treatment 1", "D1 + 2 weeks", must_doubt=True),
        col("Treatment 2", "D1 + 4 weeks", must_doubt=True),
    ),
)
add(
    1,
    "after the previous visit",
    one(
        col("Visit 1 Day 1", day=1),
        event("Visit 2 (7 days after Visit 1)", offset_days=7, relative_to="visit 1"),
        event("Visit 3 (14 ± 2 days after Visit 2)", offset_days=14, relative_to="visit 2", **w(2, 2)),
        event("Close-out"),
    ),
)
add(
    1,
    "on and off treatment",
    rows(
        ["", ""],
        col("On treatment", "Week 4", week=4),
        col("On treatment", "Week 8", week=8),
        rep("On treatment", "Q8W until PD", every_days=56),
        event("Off treatment", "At PD"),
        event("Off treatment", "30 d after last dose", offset_days=30, relative_to="last dose"),
        rep("Off treatment", "q3mo survival"),
    ),
)
add(
    1,
    "day ranges with window word",
    one(
        rng("D8–10", first=8, last=10),
        rng("Day 15 to Day 17", first=15, last=17),
        col("Day 22 (window 20–24)", day=22, **w(2, 2)),
        col("Day 29 [27 to 31]", day=29, **w(2, 2)),
    ),
)
add(
    1,
    "notes give windows",
    one(
        col("Day 1", day=1),
        col("Day 8", day=8, **w(2, 2)),
        col("Day 15", day=15, **w(2, 2)),
        col("Day 29", day=29, **w(2, 2)),
        notes={"-": "All visits after Day 1 have a window of ± 2 days."},
    ),
)
add(
    1,
    "notes give two windows",
    one(
        col("Week 0", week=0),
        col("Week 2", week=2, **w(2, 2)),
        col("Week 4", week=4, **w(2, 2)),
        col("Week 12", week=12, **w(7, 7)),
        col("Week 24", week=24, **w(7, 7)),
        notes={"-": "Visit windows: ± 2 days up to Week 4 and ± 7 days thereafter."},
    ),
)
add(
    1,
    "footnote with contact",
    one(
        col("Week 0", week=0),
        col("Week 1 a", week=1, contact="phone"),
        col("Week 2", week=2),
        col("Week 3 a", week=3, contact="phone"),
        notes={"a": "These visits are done by telephone."},
    ),
)
add(
    1,
    "comments last",
    rows(
        ["Assessment", "Day"],
        col("V1", "1", day=1),
        col("V2", "8 (±1)", day=8, **w(1, 1)),
        col("V3", "15 (±1)", day=15, **w(1, 1)),
        col("Comments / Protocol section", "", kind="annotation", is_visit=False),
        body=[
            ["Vital signs", "X", "X", "X", "Supine, Section 8.2"],
            ["ECG", "X", "", "X", "Triplicate"],
            ["Consent", "X", "", "", "Section 10.1"],
        ],
    ),
)
add(
    1,
    "hospital stay",
    rows(
        ["Time since onset"],
        col("0-6 h", hours_from_reference=0, relative_to="onset", **w(0, 0.25)),
        col("24 h", hours_from_reference=24, relative_to="onset"),
        col("72 h", hours_from_reference=72, relative_to="onset"),
        event(
            "Day 7",
            offset_days=7,
            relative_to="onset",
            **{"or": [{"kind": "event", "day": 7}, {"kind": "event", "day": 7, "relative_to": "onset"}]},
        ),
    ),
)
add(
    1,
    "retreatment",
    rows(
        ["Retreatment cycle", "Day"],
        col("R1", "1", must_doubt=True),
        col("R1", "8", must_doubt=True),
        col("R2", "1", must_doubt=True),
    ),
)
add(
    1,
    "plus minus in label",
    rows(
        ["Visit day (± 2 days unless stated)"],
        col("1", day=1),
        col("8", day=8, **w(2, 2)),
        col("15", day=15, **w(2, 2)),
        col("29 (± 4 days)", day=29, **w(4, 4)),
    ),
)
add(
    1,
    "after first dose",
    one(
        event("1 week after first dose", offset_days=7, relative_to="first dose"),
        event("4 weeks after first dose", offset_days=28, relative_to="first dose"),
        event("12 weeks after first dose", offset_days=84, relative_to="first dose"),
        event("Last dose + 28 days", offset_days=28, relative_to="last dose"),
    ),
)
add(
    1,
    "nested extension",
    rows(
        ["", "", "Week"],
        col("Double-blind treatment", "V1", "0", week=0),
        col("Double-blind treatment", "V2", "4", week=4),
        col("Double-blind treatment", "V3/EV1", "12", week=12),
        col("Extension", "EV2", "16", week=16),
        col("Extension", "EV3", "24", week=24),
        event(
            "Post-study",
            "FU",
            "EOT+4",
            offset_days=28,
            relative_to="end of treatment",
            **{"or": [{"kind": "event", "week": 4}]},
        ),
    ),
)

# --- batch 2 ----------------------------------------------------------------------------------------------------

add(
    2,
    "three-way crossover",
    rows(
        ["Treatment sequence", "Day"],
        col("Treatment period I", "1", day=1),
        col("Treatment period I", "2", day=2),
        period("Treatment period II", "Treatment period II", "1", day=1),
        period("Treatment period II", "Treatment period II", "2", day=2),
        period("Treatment period III", "Treatment period III", "1", day=1),
        period("Treatment period III", "Treatment period III", "2", day=2),
        event("End-of-study", "7-10 days after last dose", offset_days=7, relative_to="last dose", **w(0, 3)),
    ),
)
add(
    2,
    "multiple ascending dose",
    rows(
        ["Day", "Hour"],
        col("1", "Pre-dose", day=1, **{"or": [{"day": 1, "hours_from_reference": 0}]}),
        col("1", "1 h", day=1, hours_from_reference=1),
        col("1", "6 h", day=1, hours_from_reference=6),
        rng("2-6", "Pre-dose", first=2, last=6),
        col("7", "Pre-dose", day=7, **{"or": [{"day": 7, "hours_from_reference": 0}]}),
        col("7", "24 h", day=7, hours_from_reference=24),
        col("10", "", day=10),
    ),
)
add(
    2,
    "cycle and week",
    rows(
        ["Cycle", "Week", "Day"],
        col("1", "1", "1", cycle=1, day=1, week=1),
        col("1", "2", "8", cycle=1, day=8, week=2),
        col("2", "4", "1", cycle=2, day=1, week=4),
        col("2", "5", "8", cycle=2, day=8, week=5),
    ),
)
add(
    2,
    "eot within days",
    one(
        col("C1D1", cycle=1, day=1),
        rep("Subsequent cycles D1", day=1, must_doubt=True),
        event("EOT visit (within 14 days of last dose)", offset_days=0, relative_to="last dose", **w(0, 14)),
        event("30-day safety follow-up", must_doubt=True),
        rep("Long-term follow-up every 12 weeks (±2 weeks)", every_days=84, **w(14, 14)),
    ),
)
add(
    2,
    "post treatment weeks",
    rows(
        ["", ""],
        col("Treatment", "Wk 0", week=0),
        col("Treatment", "Wk 24", week=24),
        event("Post-treatment", "PT Wk 4", must_doubt=True),
        event("Post-treatment", "PT Wk 12", must_doubt=True),
    ),
)
add(
    2,
    "weeks after end of treatment",
    rows(
        ["Phase", "Visit"],
        col("On treatment", "TW4", week=4),
        col("On treatment", "TW12", week=12),
        event("Follow-up", "4 weeks after EOT", offset_days=28, relative_to="end of treatment"),
        event("Follow-up", "12 weeks after EOT", offset_days=84, relative_to="end of treatment"),
    ),
)
add(
    2,
    "q-notation",
    one(
        col("W0", week=0),
        rep("W4–W24 Q4W", week=4, every_days=28),
        rep("W32–W96 Q8W", week=32, every_days=56),
        event("ET"),
        event("SFU (12 wks post last dose)", offset_days=84, relative_to="last dose"),
    ),
)
add(
    2,
    "every visit thereafter",
    one(
        col("Visit 1 (Day 0)", day=0),
        col("Visit 2 (Day 30)", day=30),
        rep("Every 90 days thereafter", every_days=90),
        event("Final visit"),
    ),
)
add(
    2,
    "monthly",
    one(
        col("Baseline", kind="event"),
        rep("Monthly visits, months 1 to 6"),
        rep("Quarterly thereafter"),
        event("End of study visit"),
    ),
)
add(
    2,
    "weeks then months",
    rows(
        ["Visit", "Time"],
        col("V1", "D1", day=1),
        col("V2", "W2 ± 3 d", week=2, **w(3, 3)),
        col("V3", "M1 ± 5 d", **w(5, 5)),
        col("V4", "M6 ± 14 d", **w(14, 14)),
        col("V5", "Y1 ± 30 d", **w(30, 30)),
    ),
)
add(
    2,
    "range windows in row",
    rows(
        ["Day", "Visit window range"],
        col("1", "1", day=1),
        col("29", "26-32", day=29, **w(3, 3)),
        col("57", "54-60", day=57, **w(3, 3)),
        col("85", "78-92", day=85, **w(7, 7)),
    ),
)
add(
    2,
    "minus and plus columns",
    rows(
        ["Week", "Minus (days)", "Plus (days)"],
        col("0", "", "", week=0),
        col("4", "3", "3", week=4, **w(3, 3)),
        col("8", "3", "7", week=8, **w(3, 7)),
    ),
)
add(
    2,
    "window before and after words",
    one(
        col("Day 14 (up to 2 days early or late)", day=14, **w(2, 2)),
        col("Day 28 (within 3 days)", day=28, **w(3, 3)),
        col("Day 56 (+ up to 7 days)", day=56, **w(0, 7)),
    ),
)
add(
    2,
    "run-in to randomisation",
    rows(
        ["Period", "Week", "Visit"],
        col("Run-in", "-4", "1", week=-4),
        col("Run-in", "-2", "2", week=-2),
        col("Randomised treatment", "0", "3", week=0),
        col("Randomised treatment", "4", "4", week=4),
        col("Randomised treatment", "8", "5 (phone)", week=8, contact="phone"),
        event("FU", "2 weeks after V5", "6", offset_days=14, relative_to="v5"),
    ),
)
add(
    2,
    "symbols for contact",
    rows(
        ["", "Week"],
        col("🏥", "0", week=0, contact="site"),
        col("☎", "2", week=2, contact="phone"),
        col("🏥", "4", week=4, contact="site"),
        col("☎", "6", week=6, contact="phone"),
    ),
)
add(
    2,
    "letters for contact",
    rows(
        ["Week", "Visit type (C: clinic; T: telephone; H: home nursing)"],
        col("0", "C", week=0, contact="site"),
        col("1", "T", week=1, contact="phone"),
        col("2", "H", week=2, contact="home"),
        col("4", "C", week=4, contact="site"),
    ),
)
add(
    2,
    "remote and in person",
    one(
        col("Week 1 (remote)", week=1, contact="video"),
        col("Week 2 (in-person)", week=2, contact="site"),
        col("Week 3 (telemedicine)", week=3, contact="video"),
        col("Week 4 (in-person or remote)", week=4, contact="site or video"),
    ),
)
add(
    2,
    "dose numbers",
    rows(
        ["Dose", "Day"],
        col("Dose 1", "1", day=1),
        col("", "8", day=8),
        col("Dose 2", "22 (+4)", day=22, **w(0, 4)),
        col("", "36 (±3)", day=36, **w(3, 3)),
        event("", "6 months after Dose 2", relative_to="dose 2"),
    ),
)
add(
    2,
    "progression free",
    rows(
        ["", "", ""],
        event(
            "Post-treatment",
            "EOT",
            "≤ 14 days after decision to stop",
            offset_days=0,
            relative_to="decision to stop",
            **w(0, 14),
        ),
        event(
            "Post-treatment",
            "Safety FU",
            "90 (± 7) days after last dose",
            offset_days=90,
            relative_to="last dose",
            **w(7, 7),
        ),
        rep("Post-treatment", "Tumour FU", "Every 8 weeks (± 7 d) until PD", every_days=56, **w(7, 7)),
        rep("Post-treatment", "Survival", "Every 3 months"),
    ),
)
add(
    2,
    "day of week words",
    one(
        col("Day 1 (Monday)", day=1),
        col("Day 3 (Wednesday)", day=3),
        col("Day 5 (Friday)", day=5),
    ),
)
add(
    2,
    "german style",
    rows(
        ["Visite", "Zeitpunkt"],
        rng("V0", "Tag -14 bis -1", first=-14, last=-1),
        col("V1", "Tag 1", day=1),
        col("V2", "Woche 4 ± 3 Tage", week=4, **w(3, 3)),
        col("V3", "Monat 6 ± 2 Wochen", **w(14, 14)),
    ),
)
add(
    2,
    "inpatient stay",
    rows(
        ["Study days"],
        rng("-28 to -3", first=-28, last=-3),
        rng("-2 to -1 (admission)", first=-2, last=-1),
        col("1", day=1),
        rng("2 to 4", first=2, last=4),
        col("5 (discharge)", day=5),
        col("12 ± 2", day=12, **w(2, 2)),
    ),
)
add(
    2,
    "rescue and re-randomisation",
    one(
        col("Week 0", week=0),
        col("Week 12", week=12),
        event("Rescue"),
        col("Week 16/Re-randomization", week=16),
        col("Week 52", week=52),
        event("ETV"),
    ),
)
add(
    2,
    "extension counting again",
    rows(
        ["", "Week"],
        col("Double-blind", "0", week=0),
        col("Double-blind", "12", week=12),
        col("Open-label extension", "0", must_doubt=True),
        col("Open-label extension", "4", must_doubt=True),
        col("Open-label extension", "12", must_doubt=True),
    ),
)
add(
    2,
    "two visits one cell",
    one(
        col("Visit 1/2 Day -1/1", must_doubt=True),
        col("Days 7 and 14", must_doubt=True),
        col("Week 2 or 3", must_doubt=True),
    ),
)
add(
    2,
    "onset windows",
    one(
        event(
            "Within 72 h of symptom onset",
            relative_to="onset",
            **{
                "or": [
                    {"kind": "planned", "hours_from_reference": 0, "relative_to": "onset"},
                    {"kind": "event", "hours_from_reference": 0, "relative_to": "onset"},
                    {"kind": "event", "offset_days": 0, "relative_to": "onset"},
                ]
            },
        ),
        col("24 h after randomisation", hours_from_reference=24, relative_to="randomisation"),
        event("Hospital discharge"),
        event(
            "Day 90 (± 14) after stroke",
            offset_days=90,
            relative_to="stroke",
            **{"or": [{"kind": "planned", "day": 90, "relative_to": "stroke"}]},
            **w(14, 14),
        ),
    ),
)
add(
    2,
    "infant visits",
    rows(
        ["Visit", "Infant age", "Window"],
        event("1", "Birth", ""),
        event("2", "6 weeks", "±7 days", offset_days=42, relative_to="birth", **w(7, 7)),
        event("3", "14 weeks", "±7 days", offset_days=98, relative_to="birth", **w(7, 7)),
        event("4", "12 months", "±14 days", relative_to="birth", **w(14, 14)),
    ),
)
add(
    2,
    "gestation",
    rows(
        ["Gestational week"],
        col("12", week=12),
        col("20 ± 1", week=20, **w(7, 7)),
        col("28 ± 1", week=28, **w(7, 7)),
        event("Delivery"),
        event("6 weeks postpartum", offset_days=42, relative_to="delivery"),
    ),
)
add(
    2,
    "transplant",
    rows(
        ["Days relative to transplant"],
        rng("-30 to -8", first=-30, last=-8, relative_to="transplant"),
        col("-7", day=-7, relative_to="transplant"),
        col("0", day=0, relative_to="transplant"),
        col("+7", day=7, relative_to="transplant", **{"or": [{"offset_days": 7, "relative_to": "transplant"}]}),
        col("+28", day=28, relative_to="transplant", **{"or": [{"offset_days": 28, "relative_to": "transplant"}]}),
    ),
)
add(
    2,
    "car-t",
    one(
        event("Leukapheresis"),
        rng("LD chemo D-5 to D-3", first=-5, last=-3),
        col("Infusion D0", day=0),
        rng(
            "D1–D14 daily", first=1, last=14, **{"or": [{"kind": "repeat", "day": 1, "last_day": 14, "every_days": 1}]}
        ),
        col("W4 (±3 d)", week=4, **w(3, 3)),
        col("M3 (±1 wk)", **w(7, 7)),
        rep("M6–M24 q3 mo"),
    ),
)
add(
    2,
    "treatment day letters",
    rows(
        ["", "TD"],
        col("Induction", "1", day=1),
        col("Induction", "4", day=4),
        col("Consolidation", "22", day=22),
    ),
)
add(
    2,
    "footnote on cycle",
    rows(
        ["Cycle a", "Day"],
        col("1", "1", cycle=1, day=1),
        col("1", "15", cycle=1, day=15),
        rep("2+", "1", cycle="2+", day=1, every_days=28),
        notes={"a": "Each cycle lasts 28 days."},
    ),
)
add(
    2,
    "cycle length in words",
    rows(
        ["", ""],
        col("Cycle 1", "Day 1", cycle=1, day=1),
        rep("Cycles 2 to n", "Day 1", cycle="2+", day=1, every_days=21),
        event("EOT", ""),
        title="Schedule of events: cycles of three weeks",
    ),
)
add(
    2,
    "nominal time column",
    rows(
        ["Nominal time post dose (h)"],
        col(
            "0 (predose)",
            hours_from_reference=0,
            **{"or": [{"hours_from_reference": None}, {"hours_from_reference": 0, "relative_to": "dose"}]},
        ),
        col("0.25", hours_from_reference=0.25, relative_to="dose"),
        col("0.5", hours_from_reference=0.5, relative_to="dose"),
        col("24", hours_from_reference=24, relative_to="dose"),
        col(
            "168 (Day 8)",
            hours_from_reference=168,
            relative_to="dose",
            **{"or": [{"hours_from_reference": 168, "day": 8, "relative_to": "dose"}]},
        ),
    ),
)
add(
    2,
    "minutes and hours",
    rows(
        ["Time"],
        col("-15 min", must_doubt=True),
        col("5 min", must_doubt=True),
        col("30 min", must_doubt=True),
        col("2 hr", must_doubt=True),
    ),
)
add(
    2,
    "et not later than",
    one(
        col("Week 52 ± 5 days", week=52, **w(5, 5)),
        event(
            "Early withdrawal: as soon as possible, no later than 14 days after last dose",
            offset_days=0,
            relative_to="last dose",
            **w(0, 14),
        ),
        event("Safety follow-up, 28 days (+7) after last dose", offset_days=28, relative_to="last dose", **w(0, 7)),
    ),
)
add(
    2,
    "cohort columns",
    rows(
        ["Part 1", "Day"],
        col("Cohort A and B", "1", day=1),
        col("Cohort A and B", "8", day=8),
        col("Cohort C only", "15", day=15),
        event("All cohorts", "EOS"),
    ),
)
add(
    2,
    "interval since last visit",
    rows(
        ["Visit", "Interval since previous visit"],
        event("1", "-"),
        event("2", "2 weeks", offset_days=14, relative_to="previous visit"),
        event("3", "4 weeks ± 3 days", offset_days=28, relative_to="previous visit", **w(3, 3)),
        event("4", "4 weeks ± 3 days", offset_days=28, relative_to="previous visit", **w(3, 3)),
    ),
)
add(
    2,
    "maintenance until",
    one(
        rep("Maintenance Week 8 and Q8W until Week 48", week=8, every_days=56),
        event("Week 52 / EOT", week=52, **{"or": [{"kind": "planned", "week": 52}]}),
        event("EOT + 8 weeks", offset_days=56, relative_to="end of treatment"),
    ),
)
add(
    2,
    "year visits",
    one(
        col("Year 1, Month 6", must_doubt=True),
        col("Month 18 (±1 month)", must_doubt=True),
        col("Month 24 (±4 weeks)", **w(28, 28)),
    ),
)

# --- batch 3 ----------------------------------------------------------------------------------------------------

add(
    3,
    "ramp-up",
    rows(
        ["", "Day"],
        col("Ramp-up", "1", day=1),
        col("Ramp-up", "8", day=8),
        col("Ramp-up", "15", day=15),
        rep("Steady dosing", "29 and every 28 days", day=29, every_days=28),
        event("EOT", "-"),
    ),
)
add(
    3,
    "challenge study",
    rows(
        ["", "Study day"],
        rng("Quarantine", "-2 to -1", first=-2, last=-1),
        col("Challenge", "0", day=0),
        rng("Quarantine", "1 to 10", first=1, last=10),
        col("Outpatient", "28 ± 3", day=28, **w(3, 3)),
    ),
)
add(
    3,
    "allergy immunotherapy",
    one(
        col("Visit 1 Week -8 to -2", kind="range", week=-8),
        col("Visit 2 Week 0", week=0),
        rep("Up-dosing visits, weekly", every_days=7),
        rep("Maintenance visits, every 4 weeks ± 1 week", every_days=28, **w(7, 7)),
        event("Final visit"),
    ),
)
add(
    3,
    "glucose clamp",
    rows(
        ["Time relative to dosing (min)"],
        col("-30", hours_from_reference=-0.5, relative_to="dose"),
        col("0", hours_from_reference=0, relative_to="dose"),
        col("15", hours_from_reference=0.25, relative_to="dose"),
        col("60", hours_from_reference=1, relative_to="dose"),
        col("240", hours_from_reference=4, relative_to="dose"),
    ),
)
add(
    3,
    "eye injections",
    rows(
        ["Visit", "Day/Week"],
        col("Baseline", "D1", day=1),
        col("Safety call", "D4 (±1)", day=4, contact="phone", **w(1, 1)),
        col("Injection 2", "W4 (±7 d)", week=4, **w(7, 7)),
        rep("PRN phase", "W12–W48 q4w (±7 d)", week=12, every_days=28, **w(7, 7)),
        col("Exit", "W52 (±7 d)", week=52, **w(7, 7)),
    ),
)
add(
    3,
    "dialysis",
    one(
        col("1st dialysis session", must_doubt=True),
        col("Mid-week session of Week 4", week=4),
        col("Week 8", week=8),
        event("End of trial"),
    ),
)
add(
    3,
    "end of phase letters",
    rows(
        ["Phase", "Month"],
        col("A", "0", **{}),
        col("A", "3 ± 2 wk", **w(14, 14)),
        col("B", "6 ± 2 wk", **w(14, 14)),
        event("EoS", "12 ± 4 wk", **{"or": [{"kind": "planned"}]}, **w(28, 28)),
    ),
)
add(
    3,
    "oncology with imaging row",
    rows(
        ["Cycle (21 d)", "Day (window)"],
        col("1", "1", cycle=1, day=1),
        col("1", "8 (±1)", cycle=1, day=8, **w(1, 1)),
        col("2", "1 (±2)", cycle=2, day=1, **w(2, 2)),
        rep("3 →", "1 (±2)", cycle="3+", day=1, every_days=21, **w(2, 2)),
        event("EOT", "≤ 7 d from decision", relative_to="decision", offset_days=0, **w(0, 7)),
    ),
)
add(
    3,
    "days after each dose",
    rows(
        ["", "Days post-vaccination"],
        col(
            "Dose 1",
            "0",
            offset_days=0,
            relative_to="vaccination",
            **{"or": [{"day": 0, "relative_to": "vaccination"}]},
        ),
        col("Dose 1", "7", offset_days=7, relative_to="vaccination"),
        col("Dose 2", "0", must_doubt=True),
        col("Dose 2", "7", must_doubt=True),
    ),
)
add(
    3,
    "sleep study",
    one(
        col("Night 1", must_doubt=True),
        col("Night 2", must_doubt=True),
        col("Night 28 (±2)", must_doubt=True),
        event("Follow-up 7–14 days after Night 28", offset_days=7, relative_to="night 28", **w(0, 7)),
    ),
)
add(
    3,
    "alternating",
    one(
        col("Week 1", week=1),
        rep("Odd weeks 3-11", must_doubt=True),
        rep("Even weeks 2-12", must_doubt=True),
        event("Termination visit"),
    ),
)
add(
    3,
    "anchored in corner",
    rows(
        ["Weeks since randomisation (± 4 days)"],
        col("0", week=0, relative_to="randomisation", **{"or": [{"offset_days": 0, "relative_to": "randomisation"}]}),
        col(
            "6",
            offset_days=42,
            relative_to="randomisation",
            **{"or": [{"week": 6, "relative_to": "randomisation"}, {"week": 6}]},
            **w(4, 4),
        ),
        col(
            "12",
            offset_days=84,
            relative_to="randomisation",
            **{"or": [{"week": 12, "relative_to": "randomisation"}, {"week": 12}]},
            **w(4, 4),
        ),
    ),
)
add(
    3,
    "consolidation after remission",
    rows(
        ["", "Day"],
        col("Induction", "1", day=1),
        col("Induction", "21 ± 3", day=21, **w(3, 3)),
        col("Consolidation cycle 1", "1", cycle=1, day=1),
        col("Consolidation cycle 2", "1", cycle=2, day=1),
        rep("Post-remission FU", "every 3 mo"),
    ),
)
add(
    3,
    "window letters",
    rows(
        ["Visit", "Wk", "Win"],
        col("2", "2", "±3 d", week=2, **w(3, 3)),
        col("3", "4", "±3 d", week=4, **w(3, 3)),
        col("4", "8", "±1 w", week=8, **w(7, 7)),
    ),
)
add(
    3,
    "season",
    one(
        event("Pre-season"),
        col("Peak season", must_doubt=True),
        col("End of season + 2 weeks", must_doubt=True),
    ),
)
add(
    3,
    "fraction",
    rows(
        ["Radiotherapy week", "Fraction"],
        col("1", "1-5", must_doubt=True),
        col("2", "6-10", must_doubt=True),
        col("6", "26-30", must_doubt=True),
    ),
)
add(
    3,
    "days off",
    one(
        col(
            "Day 1 pre-dose",
            day=1,
            **{"or": [{"day": 1, "relative_to": "dose"}, {"day": 1, "hours_from_reference": 0, "relative_to": "dose"}]},
        ),
        col("Day 1 4 h post-dose", day=1, hours_from_reference=4, relative_to="dose"),
        col("Day 2 (24 h ± 1 h)", day=2, hours_from_reference=24, **w(round(1 / 24, 6), round(1 / 24, 6))),
        col("Day 5–7 phone call", kind="range", day=5, last_day=7, contact="phone"),
    ),
)
add(
    3,
    "trimester",
    rows(
        ["Trimester"],
        col("1", must_doubt=True),
        col("2", must_doubt=True),
        col("3", must_doubt=True),
    ),
)
add(
    3,
    "note for follow-up",
    one(
        col("Week 0", week=0),
        col("Week 24", week=24),
        event("FU1: 30 days b", offset_days=30, relative_to="last dose"),
        event("FU2: 90 days b", offset_days=90, relative_to="last dose"),
        notes={"b": "Follow-up visits are calculated from the last dose of study drug."},
    ),
)
add(
    3,
    "hospital days",
    rows(
        ["Hospital day"],
        col("1", must_doubt=True),
        col("2", must_doubt=True),
        rng("3 to discharge", first=3, last=99, must_doubt=True),
    ),
)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batch", type=int, choices=sorted(HEADERS))
    parser.add_argument("--errors", action="store_true", help="differences by header")
    args = parser.parse_args(words)
    for batch in (args.batch,) if args.batch else sorted(HEADERS):
        scores = {name: pooled([score_header(header)]) for name, header in HEADERS[batch].items()}
        print_scores(f"batch {batch}, {len(scores)} headers:", scores, args.errors)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
