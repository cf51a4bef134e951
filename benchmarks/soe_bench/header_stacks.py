"""Schedules by seed whose headers have several rows: phases, ways of contact and windows, told in the field's ways.

    python benchmarks/soe_bench/header_stacks.py [--seeds 500] [--first 0] [--errors] [--kinds]

Where `composed_headers.py` draws the wording of a time, here each table draws how its phases are named (`epoch`), where
it says how visits take place (`contact`: a row, words or codes of the header, a legend, marks, notes), and where
its windows stand (a row, the header cell, the label, notes). Columns count as in `score_visits.py`; a contact or a
phase that is given but not printed is counted too. `--kinds` lists the ways by what was wrong.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from composed_headers import spellings
from facts import WINDOWS, digest
from score_facts import Score, total
from score_visits import as_epoch, same, score_column, told
from visit_headers import brief, plain_table, wanted_of

from soesift.export.visits import table_entry
from soesift.result.models import Cell, SoeTable
from soesift.schedule import read_schedule

Rng = random.Random
BEFORE, AFTER = WINDOWS


@dataclass
class Stack:
    """A table while it is put together: columns of meanings, header rows, body rows, notes, markers of cells."""

    meanings: list[dict[str, Any]]
    phases: list[int]  # position in the list of phases, by column
    labels: list[str] = field(default_factory=list)
    header: list[list[str]] = field(default_factory=list)
    body: list[list[str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    markers: dict[tuple[int, int], list[str]] = field(default_factory=dict)  # by header row and column
    title: str = "Schedule of Activities"
    kinds: list[str] = field(default_factory=list)
    times: int = 0  # the header row of the times
    far: list[bool] = field(default_factory=list)  # columns without bodily procedures

    def row(self, label: str, texts: Sequence[str]) -> None:
        self.labels.append(label)
        self.header.append(list(texts))


# --- phases -----------------------------------------------------------------------------------------------------------

SCREENS = spellings("""
    Screening | Screening Period | SCREENING | Screening Phase | Pre-treatment | Pretreatment Phase |
    Screening/Baseline | Enrolment | Pre-Study | Baseline Period | Screening Visit(s) | Run-in | Lead-in Period
""")
TREATS = spellings("""
    Treatment | Treatment Period | Double-Blind Treatment | Double-blind Treatment Period (12 weeks) | Treatment Phase |
    On-treatment | Open-label Treatment | Study Treatment (1 cycle = 28 days) | Treatment Period (Each 21 Day Cycle) |
    Active Treatment Phase - One Cycle = 28 days | Maintenance Period | Induction | Intervention Period | Dosing |
    Treatment (21-day cycles) | Treatment Period 1 | Part A: Treatment | Titration | Core Study | Randomized Treatment |
    TREATMENT PERIOD | Treatment, 52 weeks | Vaccination Phase | Main Study | Active Treatment
""")
MIDDLES = spellings("""
    Open-Label Extension | OLE | Extension Phase | Taper | Washout | Maintenance | Randomized Withdrawal Period |
    Treatment Period 2 | Long-term Extension (LTE) | Dose-finding | Consolidation | Part B | Transition
""")
FOLLOWS = spellings("""
    Follow-up | Follow-Up Period | Safety Follow-up | Post-treatment | Post-Treatment Follow-Up | Follow-up (30 days) |
    Survival Follow-Up | Long-term Follow-up | FU | Post-study | Post-Intervention | Observation | F/U Phase |
    Safety Follow-up (28 days after last dose) | FOLLOW-UP | Off-treatment Follow-up
""")
PHASE_LABELS = spellings("""
     | Study Period | Phase | Epoch | Period | Study Phase | Visit | Study Visit | Visit Identifier | Procedure |
    Activity | Protocol Activity | Trial Period | Assessments | Study Procedures | Stage | Visits | Visit Name |
    Study Periods | Evaluation | Trial Phase | Parameter | Test/Procedure
""")


def phases(r: Rng, cycled: bool) -> list[str]:
    """Names of phases; those of cycles only where `cycled`, as days below them would be days of cycles."""
    found = [r.choice(SCREENS), r.choice([name for name in TREATS if cycled or "ycle" not in name])]
    if r.random() < 0.35:
        found.append(r.choice(MIDDLES))
    return [*found, r.choice(FOLLOWS)]


# --- times ------------------------------------------------------------------------------------------------------------


def start(r: Rng) -> tuple[Stack, str]:
    """Columns of a study: screening, a first day, visits, a follow-up, each with its phase."""
    scale = r.choice(["day", "week", "week", "month"])
    first, step = {"day": (1, 7), "week": (0, 4), "month": (0, 1)}[scale]
    count = r.choice([4, 5, 6])
    n = r.choice([14, 21, 28])
    meanings: list[dict[str, Any]] = [{scale: -{"day": n, "week": n // 7, "month": 1}[scale]}]
    meanings += [{scale: first + step * k} for k in range(count)]
    meanings += [{scale: first + step * (count + k)} for k in range(1, r.choice([2, 3]))]
    return Stack(meanings, [0, *[1] * count, *[2] * (len(meanings) - count - 1)]), scale


DAY_LABELS = {
    "day": spellings("Day | Study Day | Days | Study day | Day of study | Timing (days) | Nominal Day | Day(s)"),
    "week": spellings("Week | Study Week | Weeks | Time (weeks) | Week number | Timing of Visit (Weeks) | Week(s)"),
    "month": spellings("Month | Study Month | Months | Time (months)"),
}


def add_times(r: Rng, s: Stack, scale: str) -> None:
    numbers = [m[scale] for m in s.meanings]
    shown = [str(n).replace("-", r.choice("-–−")) if n < 0 else str(n) for n in numbers]
    if r.random() < 0.65:
        label = r.choice(DAY_LABELS[scale])
        s.row(label, shown)
        s.kinds.append(f"time row {label}")
    else:
        word = {"day": ["Day", "D", "Study Day"], "week": ["Week", "Wk", "W"], "month": ["Month", "M"]}[scale]
        form = r.choice(word)
        s.row(r.choice(["", "Procedure", "Visit", "Time point"]), [f"{form} {text}" for text in shown])
        s.kinds.append(f"time cells {form}")


def add_phases(r: Rng, s: Stack) -> None:
    if r.random() < 0.15:
        s.kinds.append("no phases")
        return
    names = phases(r, cycled="day" not in s.meanings[0])
    places = list(s.phases)
    if len(names) == 4 and places.count(1) > 3:
        last = max(i for i, p in enumerate(places) if p == 1)
        places = [3 if p == 2 else 2 if i >= last - 1 and p == 1 else p for i, p in enumerate(places)]
    elif len(names) == 4:
        names.pop(2)
    label = r.choice(PHASE_LABELS)
    s.row(label, [names[p] for p in places])
    for meaning, place in zip(s.meanings, places, strict=True):
        meaning["epoch"] = names[place]
    s.kinds += [f"phase label {label}", *(f"phase {names[p]}" for p in {*places})]


# --- contact ----------------------------------------------------------------------------------------------------------

WAYS = {
    "site": spellings(
        "Clinic | Site | On-site | In-person | Clinic visit | In clinic | Office | Face-to-face | Hospital"
    ),
    "phone": spellings("Phone | Telephone | Phone call | Telephone contact | Call | TC | Telephone call | Phone visit"),
    "home": spellings("Home | Home visit | Home nurse | At home | Home health visit | In-home"),
    "video": spellings(
        "Video | Video visit | Telemedicine | Telehealth | Virtual | Remote | Remote visit | Video call"
    ),
}
ROW_LABELS = spellings("""
    Visit type | Type of visit | Contact | Type of contact | Visit Type | Mode of visit | Visit location | Location |
    Setting | Method of contact | Visit setting | Visit mode | Type | Contact type | Place of visit | Visit format |
    Location of visit | Type of Visit: | Visit method | Where
""")
LETTERS = {"site": ["C", "S", "V"], "phone": ["P", "T", "TC"], "home": ["H", "HV"], "video": ["R", "VC", "TM"]}
NAMED = {
    "site": ["clinic", "clinic visit", "site visit", "on-site visit"],
    "phone": ["phone", "telephone call", "phone call", "telephone contact"],
    "home": ["home visit", "home", "home nurse visit"],
    "video": ["remote visit", "video visit", "telemedicine visit"],
}


def ways_of(r: Rng, s: Stack) -> list[str]:
    """The way of each column: the first ones on site, some of the later ones in another way or two."""
    other = r.choice([["phone"], ["phone"], ["home"], ["video"], ["phone", "home"]])
    later = range(2, len(s.meanings))
    chosen = set(r.sample(list(later), max(1, len(later) // 2)))
    return [r.choice(other) if i in chosen else "site" for i in range(len(s.meanings))]


def add_contact(r: Rng, s: Stack) -> None:
    how = r.choice([*CONTACTS])
    ways = ways_of(r, s)
    CONTACTS[how](r, s, ways)
    s.kinds.append(f"contact {how}")


def by_row(r: Rng, s: Stack, ways: list[str]) -> None:
    words = {way: r.choice(WAYS[way]) for way in WAYS}
    label = r.choice(ROW_LABELS)
    s.row(label, [words[way] for way in ways])
    s.kinds += [f"contact row {label}", *(f"contact word {words[w]}" for w in {*ways})]
    put(s, ways)


def put(s: Stack, ways: Sequence[str | None]) -> None:
    for meaning, way in zip(s.meanings, ways, strict=True):
        meaning["contact"] = way


def legend_of(r: Rng, keys: dict[str, str], ways: list[str]) -> tuple[str, str]:
    """A legend of letters, and the form that it has."""
    form = r.choice(["{k} = {w}", "{k}={w}", "{k}: {w}", "{w} ({k})", "{k} – {w}", "{k}, {w}"])
    used = [way for way in keys if way in ways]
    text = (", " if form == "{w} ({k})" else "; ").join(
        form.format(k=keys[way], w=r.choice(NAMED[way])) for way in used
    )
    return text[:1].upper() + text[1:], form


def by_letters(r: Rng, s: Stack, ways: list[str]) -> None:
    """A row of letters with a legend in its label or in a note."""
    keys = {way: r.choice(LETTERS[way]) for way in WAYS}
    text, form = legend_of(r, keys, ways)
    label = r.choice(["Visit type", "Type of visit", "Contact", "Visit", "Location", "Visit location"])
    inside = form == "{w} ({k})" or r.random() < 0.4
    if inside:
        label = text if form == "{w} ({k})" and r.random() < 0.6 else f"{label} ({text})"
    else:
        s.notes["-legend"] = r.choice(["", "Abbreviations: ", "Key: "]) + text + "."
    s.row(label, [keys[way] for way in ways])
    s.kinds.append(f"contact letters {form} {'label' if inside else 'note'}")
    put(s, ways)


def by_codes(r: Rng, s: Stack, ways: list[str]) -> None:
    """Visit numbers with a letter that a label or a note explains: "V1", "P3"."""
    keys = {"site": "V", "phone": r.choice("PT"), "home": "H", "video": "R"}
    form = r.choice(["Visit (V), Phone (P)", "V = clinic visit; P = phone", "note"])
    words = {"site": "clinic visit", "phone": "phone call", "home": "home visit", "video": "remote visit"}
    used = [way for way in keys if way in ways]
    if form == "Visit (V), Phone (P)":
        label = ", ".join(f"{words[way].capitalize()} ({keys[way]})" for way in used)
    else:
        label = "Visit"
        s.notes["-codes"] = "; ".join(f"{keys[way]} = {words[way]}" for way in used) + "."
    s.row(label, [f"{keys[way]}{number}" for number, way in enumerate(ways, 1)])
    s.kinds.append(f"contact codes {form}")
    put(s, ways)


def by_names(r: Rng, s: Stack, ways: list[str]) -> None:
    """Words in the visits' names; those on site say nothing of it."""
    forms = {
        "phone": spellings(
            "Phone Call {n} | TC {n} | TC{n} | Telephone Contact {n} | Call {n} | Phone Visit {n} | T/C {n} | Tel. {n}"
        ),
        "home": spellings("Home Visit {n} | Home visit | HV {n} (home) | Home nurse {n}"),
        "video": spellings("Video Visit {n} | Remote Visit {n} | Virtual Visit {n} | Telehealth {n}"),
    }
    plain = r.choice(["Visit {n}", "V{n}", "Visit {n}", "Clinic Visit {n}", "Site Visit {n}"])
    chosen = {way: r.choice(forms[way]) for way in forms}
    texts = [chosen.get(way, plain).format(n=n) for n, way in enumerate(ways, 1)]
    s.row(r.choice(["Visit", "", "Visit name", "Contact"]), texts)
    said = "Clinic" in plain or "Site" in plain
    put(s, [way if way != "site" or said else None for way in ways])
    s.kinds += [f"contact name {chosen[w]}" for w in {*ways} if w != "site"] + [f"contact name {plain}"]


def by_marks(r: Rng, s: Stack, ways: list[str]) -> None:
    """A row of the body whose marks say which visits are calls."""
    way = r.choice(["phone", "phone", "home", "video"])
    name = r.choice(
        {
            "phone": spellings(
                "Telephone contact | Phone call | Telephone visit | Phone visit | Telephone call | Phone contact |"
                " Telephone follow-up | Telephone follow-up call | Call to participant | Phone follow-up visit"
            ),
            "home": spellings("Home visit | Home nurse visit | Visit at home | Home health visit"),
            "video": spellings("Video visit | Telehealth visit | Remote visit | Telemedicine visit | Virtual visit"),
        }[way]
    )
    clinic = r.random() < 0.5
    shown = [way if w != "site" else "site" for w in ways]
    s.body.append([name, *("X" if w == way else "" for w in shown)])
    if clinic:
        s.body.append(
            [
                r.choice(["Clinic visit", "Visit to clinic", "In-clinic visit", "Site visit", "On-site visit"]),
                *("X" if w == "site" else "" for w in shown),
            ]
        )
    s.far = [w == "phone" or w == "video" for w in shown]
    put(s, [w if w == way or clinic else None for w in shown])
    s.kinds.append(f"contact mark {name}")


def by_note(r: Rng, s: Stack, ways: list[str]) -> None:
    """A footnote on the columns."""
    way = r.choice(["phone", "home", "video"])
    text, contact = r.choice(
        {
            "phone": [
                ("Telephone contact.", "phone"),
                ("This visit is conducted by telephone.", "phone"),
                ("Phone visit.", "phone"),
                ("Follow-up will be performed by phone call.", "phone"),
                ("Visit may be conducted by telephone.", "site or phone"),
                ("By telephone", "phone"),
                ("Participants will be contacted by phone to assess adverse events.", "phone"),
                ("Telephone visit; no clinic visit is needed.", "phone"),
                ("The site will call the participant.", "phone"),
                ("To be done via telephone or clinic visit.", "site or phone"),
            ],
            "home": [
                ("Home visit by a nurse.", "home"),
                ("These visits take place at the participant's home.", "home"),
                ("Visit may be conducted at home.", "site or home"),
                ("Conducted by home nurse.", "home"),
            ],
            "video": [
                ("Video visit.", "video"),
                ("This visit will be conducted remotely by video call.", "video"),
                ("Telemedicine visit.", "video"),
                ("Visit may be conducted remotely.", "site or video"),
                ("Remote visit", "video"),
            ],
        }[way]
    )
    marker = r.choice("abc*")
    s.notes[marker] = text
    row = max(len(s.header) - 1, 0)
    for column, w in enumerate(ways, 1):
        if w != "site":
            s.markers[row, column] = [*s.markers.get((row, column), []), marker]
    put(s, [contact if w != "site" else None for w in ways])
    s.kinds.append(f"contact note {text}")


def by_sign(r: Rng, s: Stack, ways: list[str]) -> None:
    """A picture of a phone in the header."""
    sign = r.choice("☎✆📞")
    form = r.choice(["{v} {t}", "{t} {v}", "{t}"])
    texts = [form.format(t=sign, v=f"V{n}") if w != "site" else f"V{n}" for n, w in enumerate(ways, 1)]
    s.row(r.choice(["Visit", ""]), texts)
    put(s, ["phone" if w != "site" else None for w in ways])
    s.kinds.append(f"contact sign {form}")


def by_group(r: Rng, s: Stack, ways: list[str]) -> None:
    """A heading over columns that stand together: "Phone calls" over the last of them."""
    text, way = r.choice(
        [
            ("Phone calls", "phone"),
            ("Telephone contacts", "phone"),
            ("Home visits", "home"),
            ("Remote visits", "video"),
            ("Telephone Follow-up", "phone"),
            ("Phone follow-up", "phone"),
            ("Video visits", "video"),
            ("Home Period", "home"),
        ]
    )
    clinic = r.choice(["Clinic visits", "Site visits", "On-site visits", "Clinic Visits"])
    cut = len(ways) - 2
    s.row(r.choice(["", "Procedure"]), [clinic] * cut + [text] * 2)
    put(s, ["site"] * cut + [way] * 2)
    s.kinds.append(f"contact group {text}")


def nowhere(r: Rng, s: Stack, ways: list[str]) -> None:
    """No way of contact is printed, but words like those of one are, which mean something else."""
    name = r.choice(
        spellings(
            "Home medication review | Telephone number collected | Clinical assessment | Site of injection check |"
            " Hospitalisation record | Call centre registration (IVRS) | Homeopathic use |"
            " Remote ECG monitor dispensed | In-clinic dosing | Phone diary dispensed | Video recording of seizures |"
            " Home glucose monitoring"
        )
    )
    s.body.append([name, *(r.choice(["X", ""]) for _ in ways)])
    put(s, [None] * len(ways))
    s.kinds.append(f"contact none {name}")


CONTACTS = {
    "row": by_row,
    "letters": by_letters,
    "codes": by_codes,
    "names": by_names,
    "marks": by_marks,
    "note": by_note,
    "sign": by_sign,
    "group": by_group,
    "nowhere": nowhere,
}


# --- windows ----------------------------------------------------------------------------------------------------------

WINDOW_LABELS = spellings("""
    Window (days) | Visit window (days) | Visit Window | Window | Allowed deviation (days) | Visit windows (± days) |
    Time window (days) | Acceptable window (days) | Window, days | Scheduling window (days) | Permitted window |
    Visit Window (d) | Tolerance | Time window for visit (± days) | Allowance (days) | Days (±)
""")


def sizes_of(r: Rng, s: Stack) -> list[tuple[float, float] | None]:
    """Both sides by column: none at screening and the first day, then one or two sizes."""
    small, large = r.choice([(1, 3), (2, 5), (3, 7), (3, 3), (1, 2)])
    sided = r.choice([None, None, None, "uneven", "after", "before"])
    found: list[tuple[float, float] | None] = [None, None]
    for place in range(2, len(s.meanings)):
        size = small if place < 4 else large
        pair = {"uneven": (float(size), size + 2.0), "after": (0.0, float(size)), "before": (float(size), 0.0)}
        found.append(pair[sided] if sided else (float(size), float(size)))
    return found


def spelt(r: Rng, size: tuple[float, float], unit: str) -> str:
    low, high = (f"{v:g}" for v in size)
    minus = r.choice("-–−")
    if size[0] == size[1]:
        text = r.choice([f"±{low}", f"± {low}", f"+/-{low}", f"+/- {low}", f"{minus}{low}/+{low}"])
    elif size[0] == 0:
        text = r.choice([f"+{high}", f"+ {high}", f"{minus}0/+{high}", f"0/+{high}", f"0 to +{high}"])
    elif size[1] == 0:
        text = r.choice([f"{minus}{low}", f"{minus}{low}/+0", f"{minus}{low} to 0"])
    else:
        text = r.choice(
            [f"{minus}{low}/+{high}", f"{minus}{low} to +{high}", f"+{high}/{minus}{low}", f"{minus}{low}, +{high}"]
        )
    return f"{text}{unit}"


def add_windows(r: Rng, s: Stack) -> None:
    how = r.choice(["row", "row", "cell", "note on columns", "note on all", "label", "title", "none"])
    sizes = sizes_of(r, s)
    s.kinds.append(f"window {how}")
    WINDOWED[how](r, s, sizes)


def set_sizes(s: Stack, sizes: Sequence[tuple[float, float] | None]) -> None:
    for meaning, size in zip(s.meanings, sizes, strict=True):
        if size is not None:
            meaning[BEFORE], meaning[AFTER] = size


def window_row(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    label = r.choice(WINDOW_LABELS)
    unit = "" if re_days(label) else r.choice([" days", "d", " d", " days"])
    blank = r.choice(["", "", "N/A", "-", "NA", "0", "n.a."])
    s.row(label, [blank if size is None else spelt(r, size, unit) for size in sizes])
    s.kinds.append(f"window label {label}")
    set_sizes(s, sizes)


def re_days(label: str) -> bool:
    return "day" in label.lower() or "(d)" in label


def window_cell(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    """Behind the time in its own cell."""
    form = r.choice(["{a} ({b})", "{a} {b}", "{a} [{b}]", "{a}, {b}", "{a}\n({b})"])
    unit = r.choice([" days", "d", " d"])
    times = s.header[s.times]
    for column, size in enumerate(sizes):
        if size is not None:
            shown = spelt(r, size, unit)
            times[column] = form.format(a=times[column], b=shown)
    s.kinds.append(f"window cell {form}")
    set_sizes(s, sizes)


def window_notes(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    size = r.choice([2, 3, 5, 7])
    form = r.choice(
        spellings("""
    Visit window ± {n} days. | ±{n} days | Visits may take place within ±{n} days of the planned day. |
    The visit window is +/- {n} days. | +/-{n} days | A window of ±{n} days is allowed. | Window: ±{n} days |
    These visits have a window of ± {n} days. | Visit may be performed ± {n} days | (± {n} days) |
    Visits should occur within {n} days of the scheduled date. | Allowed visit window is ± {n} calendar days.
""")
    )
    marker = r.choice(["d", "e", "†"])
    s.notes[marker] = form.format(n=size)
    row = s.times
    chosen = [i for i, known in enumerate(sizes) if known is not None]
    for i in chosen:
        s.markers[row, i + 1] = [*s.markers.get((row, i + 1), []), marker]
        s.meanings[i][BEFORE] = s.meanings[i][AFTER] = float(size)
    s.kinds.append(f"window note {form}")


def window_everywhere(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    size = r.choice([2, 3, 5, 7])
    form = r.choice(
        spellings("""
    All visits have a window of ± {n} days. | Visit window: ±{n} days for all visits after Day 1. |
    A visit window of ±{n} days is permitted for all visits. | All study visits ± {n} days. |
    Every visit may be done within ± {n} days of the scheduled date. | Visit windows are ± {n} days. |
    Unless otherwise stated, all visits have a ±{n} day window. | The window for each visit is +/-{n} days. |
    All visits after baseline have a time window of ± {n} days.
""")
    )
    s.notes["-all"] = form.format(n=size)
    s.kinds.append(f"window all {form}")
    put_after_anchor(s, float(size))


def put_after_anchor(s: Stack, size: float) -> None:
    """To all visits but those before the first day and the first day itself."""
    for meaning in s.meanings[2:]:
        meaning[BEFORE] = meaning[AFTER] = size


def window_label(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    """In the label of the row of times: "Study Week (±3 days)"."""
    size = r.choice([2, 3, 5, 7])
    row = s.times
    form = r.choice(["{a} (±{n} days)", "{a} (± {n} days)", "{a} +/- {n} days", "{a}, ± {n} days"])
    if not s.labels[row] or s.labels[row] in ("Procedure",):
        s.labels[row] = "Visit"
    s.labels[row] = form.format(a=s.labels[row], n=size)
    s.kinds.append(f"window in label {form}")
    put_after_anchor(s, float(size))


def window_title(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    size = r.choice([2, 3, 5])
    s.title = r.choice(
        ["Schedule of Activities (visit window ±{n} days)", "Flow chart (all visits ± {n} days)"]
    ).format(n=size)
    put_after_anchor(s, float(size))


def no_window(r: Rng, s: Stack, sizes: list[tuple[float, float] | None]) -> None:
    """Nothing is printed."""


WINDOWED = {
    "row": window_row,
    "cell": window_cell,
    "note on columns": window_notes,
    "note on all": window_everywhere,
    "label": window_label,
    "title": window_title,
    "none": no_window,
}


# --- whole tables -----------------------------------------------------------------------------------------------------

BODY = spellings(
    "Informed consent | Vital signs | ECG | Adverse events | Concomitant medication | Study drug dispensed"
)


def stack(seed: int) -> Stack:
    r = Rng(f"stack {seed}")
    s, scale = start(r)
    add_phases(r, s)
    first = r.random() < 0.5
    if first:
        add_contact(r, s)
    s.times = len(s.header)
    add_times(r, s, scale)
    if not first:
        add_contact(r, s)
    add_windows(r, s)
    return s


def table_of(s: Stack) -> SoeTable:
    width = len(s.meanings)
    levels = [[label, *texts] for label, texts in zip(s.labels, s.header, strict=True)]
    far = s.far or [False] * width
    bodily = ("Vital signs", "ECG", "Study drug dispensed")
    rows = [*s.body, *([name, *("" if out and name in bodily else "X" for out in far)] for name in BODY)]
    cells = [
        Cell(row=row, column=column, text=levels[row][column], markers=markers)
        for (row, column), markers in s.markers.items()
    ] or [Cell(row=0, column=1, text=levels[0][1])]
    return plain_table(s.title, levels, rows, s.notes, cells)


def score_stack(s: Stack) -> Score:
    """Counts of one table's columns; what is wrong in silence has `silent` and its kinds in `errors`."""
    score, table = Score({"tables": 1}), table_of(s)
    shown = {entry["column"]: entry for entry in table_entry(table, read_schedule(table))["columns"]}
    for number, meaning in enumerate(s.meanings, 1):
        entry = shown.get(number, {})
        wanted = wanted_of(number, {k: v for k, v in meaning.items() if k not in ("epoch",)})
        wanted["epoch"] = None if meaning.get("epoch") is None else digest(meaning["epoch"])
        before = len(score.errors)
        score_column(wanted, entry, score)
        if wanted["epoch"] is not None and not as_epoch(wanted["epoch"], entry):
            score.errors.append(f"epoch {meaning['epoch']!r} is {entry.get('epoch')!r}")
        if wanted["epoch"] is None and entry.get("epoch"):
            score.add("epoch_extra")
            score.errors.append(f"no epoch, is {entry.get('epoch')!r}")
        if not same(wanted["contact"], entry.get("contact")):
            score.add("contact_extra", wanted["contact"] is None)
            score.errors.append(f"contact {wanted['contact']} is {entry.get('contact')}")
        printed = [texts[number - 1] for texts in s.header]
        score.errors[before:] = [
            f"{printed} {error} {brief(entry).get('doubt') or ''}" for error in score.errors[before:]
        ]
    return score


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--errors", action="store_true", help="what is wrong, by table")
    parser.add_argument("--kinds", action="store_true", help="ways by the number of tables with an error")
    args = parser.parse_args(words)
    stacks = [stack(seed) for seed in range(args.first, args.first + args.seeds)]
    scores = [score_stack(s) for s in stacks]
    wrong: Counter[str] = Counter()
    for s, score in zip(stacks, scores, strict=True):
        wrong.update(s.kinds if score.errors else [])
        if args.errors and score.errors:
            print(s.labels, s.kinds, s.notes)
            print("\n".join("    " + error[:200] for error in dict.fromkeys(score.errors)))
    drawn = Counter(kind for s in stacks for kind in s.kinds)
    for kind, count in sorted(wrong.items(), key=lambda pair: -pair[1] / drawn[pair[0]]) if args.kinds else ():
        print(f"{count:4} of {drawn[kind]:4} tables: {kind}")
    counts = total(scores)
    print("\n".join(told(counts)))
    print(f"contacts given but not printed {counts.get('contact_extra', 0)}, phases {counts.get('epoch_extra', 0)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
