"""Schedules of trials in practices, wards and homes: few rows or columns, marks or text, captions anywhere."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.academic import mark
from soesift.sample.blocks import Mode, Schedule, Table
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.negatives.scene import Scene
from soesift.sample.schedule import MadeSchedule
from soesift.sample.style import Borders, Look
from soesift.sample.words.everyday import DOMAINS, ENDS, PEOPLE, PLACES, STARTS, elapsed, measures, time_points

SIGNS = ("X", "X", "X", "x", "x", "✓", "✓", "•", "●", "√", "+", "Yes", "■", "(X)")
CORNERS = (
    *("", "", "Measure", "Measurement", "Assessment", "Data", "Domain and measure", "Procedure", "Outcome", "Item"),
    *("Instrument", "Test", "What", "Collected", "Activity", "Information", "Element", "Task", "Variable"),
)
HEADS = ("Overview", "Summary", "Schedule", "Plan", "List", "Timetable", "Calendar", "Timing", "Table", "Scheme")
THINGS = (
    *("measurements", "visits and procedures", "visits and calls", "data collection", "assessments", "contacts"),
    *("outcome measures", "data collected", "measures and their timing", "study visits", "tests", "follow-up"),
    *("questionnaires", "examinations", "study activities", "measurement points", "checks", "what is collected"),
)
WHENS = (
    *("", "", "", " at each visit", " at each time point", " by time point", " over time", " during the trial"),
    *(" from patients and carers", " in both arms", " and when they are taken", " by source", " per visit"),
)
NOTES = (
    "Before any procedure.",
    "In a subsample only.",
    "By a rater who does not know the arm.",
    "In the intervention arm.",
    "With the usual aid.",
    "Where the patient agrees.",
    "By post if the visit is missed.",
    "Women only.",
    "From the records of the hospital.",
    "Within two days of the visit.",
)


def title_of(rng: Random) -> str:
    thing, when = rng.choice(THINGS), rng.choice(WHENS)
    if rng.random() < 0.35:
        return thing[0].upper() + thing[1:] + when
    return f"{rng.choice(HEADS)} of {thing}{when}"


def look_of(rng: Random, face: str) -> Look:
    """Thin rules round every cell as a word processor draws them, or three rules; a light grey head at most."""
    borders: Borders = rng.choice(("full", "full", "full", "full", "rects", "rects", "header", "rules"))
    shade = rng.choice((None, None, 0.95, 0.9, 0.85))
    size, pad = rng.choice((7.5, 8.0, 9.0, 10.0)), rng.choice((2.0, 3.0, 4.0))
    return Look(rng.choice((face, "Helvetica", "Helvetica", "Times")), size, borders, shade, None, False, pad, 0.5)


def cells_of(rows: list[list[str]]) -> Grid:
    """A grid with one bold head; short texts beside the first column stand in the middle of their cells."""
    return Grid(
        [
            [Cell(t, bold=r == 0, centred=min(r, c) > 0 and len(t) < 4) for c, t in enumerate(row)]
            for r, row in enumerate(rows)
        ],
        1,
    )


def heads_of(rng: Random, texts: list[str]) -> Row:
    return [Cell(rng.choice(CORNERS), bold=True), *(Cell(t, bold=True, centred=rng.random() < 0.6) for t in texts)]


def marked(rng: Random, name: str, count: int, sign: str) -> Row:
    """A measure and its marks: at least one."""
    share = rng.choice((0.3, 0.5, 0.7, 0.9))
    on = [rng.random() < share for _ in range(count)]
    on[rng.randrange(count)] = True
    return [Cell(name), *(mark(sign, x) for x in on)]


def listed(rng: Random, most: int = 3) -> str:
    joint = rng.choice(("\n", "\n", ", ", "; "))
    return joint.join(measures(rng, rng.randint(1, most)))


def few_rows(rng: Random) -> Grid:
    """Three to seven measures with marks: all that a trial of one questionnaire or one tablet needs."""
    times, sign = time_points(rng, 3), rng.choice(SIGNS)
    return Grid(
        [heads_of(rng, times), *(marked(rng, m, len(times), sign) for m in measures(rng, rng.randint(2, 6)))], 1
    )


def two_heads(rng: Random) -> Grid:
    """Codes or visits above the times, weeks below them, or the way of contact between; marks."""
    count, sign = rng.randint(3, 7), rng.choice(SIGNS)
    codes = rng.choice(("T", "Visit ", "V", "M"))
    later = elapsed(rng, count)
    names = [rng.choice(STARTS), *(f"{n} {s if n > 1 else o}" for n, o, s, _ in later)]
    names[-1] = rng.choice((names[-1], names[-1], rng.choice(ENDS)))
    numbers = [str(n) for n, *_ in later]
    lead = rng.choice(("0", "-1", "-2", "<0"))
    rows: list[list[str]] = [[f"{codes}{i}" for i in range(len(names))], names]
    if rng.random() < 0.5:
        unit = later[0][1].capitalize()
        rows = [rng.choice((rows[0], names)), [lead, *numbers]]
        corners = [rng.choice(CORNERS), rng.choice((unit, unit, f"{unit}s", ""))]
    else:
        corners = [rng.choice(CORNERS), rng.choice(("", "Time", "When"))]
    if rng.random() < 0.3:
        rows.append([rng.choice(PLACES[:4]) for _ in names])
        corners.append(rng.choice(("Contact", "Where", "By", "")))
    head: list[Row] = [
        [Cell(c, bold=True), *(Cell(t, bold=True, centred=True) for t in row)]
        for c, row in zip(corners, rows, strict=True)
    ]
    body = [marked(rng, m, len(names), sign) for m in measures(rng, rng.randint(3, 9))]
    return Grid([*head, *body], len(head))


def periods_above(rng: Random) -> Grid:
    """Periods over two or more contacts each, how they are made, and the week."""
    parts = [1, rng.randint(2, 4), rng.randint(1, 2)]
    names = [
        rng.choice(STARTS),
        rng.choice(("Treatment", "App phase", "Intervention", "Stay", "Course", "Sessions")),
        rng.choice(ENDS),
    ]
    top: Row = [Cell(rng.choice(CORNERS), bold=True)]
    for name, count in zip(names, parts, strict=True):
        top += [Cell(name, columns=count, bold=True, centred=True), *[None] * (count - 1)]
    count, sign = sum(parts), rng.choice(SIGNS)
    week = [str(w) for w in sorted(rng.sample(range(1, 40), count))]
    head = [top]
    if rng.random() < 0.6:
        head.append(
            [Cell(rng.choice(("Contact", "Where", "Mode"))), *(Cell(rng.choice(PLACES), centred=True) for _ in week)]
        )
    head.append([Cell(rng.choice(("Week", "Day", "Month", "Session"))), *(Cell(w, centred=True) for w in week)])
    return Grid([*head, *(marked(rng, m, count, sign) for m in measures(rng, rng.randint(3, 9)))], len(head))


def by_group(rng: Random) -> Grid:
    """Bands of who is asked or what is measured, each with one to four rows of marks."""
    times, sign = time_points(rng, 3, 6), rng.choice(SIGNS)
    names = rng.sample(DOMAINS, rng.randint(2, 4))
    if rng.random() < 0.5:
        names = [
            f"{rng.choice(('From', 'By', 'About'))} {p.lower()}s" for p in rng.sample(PEOPLE[:12], rng.randint(2, 4))
        ]
    rows, bands = [heads_of(rng, times)], set[int]()
    for name in names:
        bands.add(len(rows))
        rows.append([Cell(name, columns=len(times) + 1, bold=True), *[None] * len(times)])
        rows += [marked(rng, m, len(times), sign) for m in measures(rng, rng.randint(1, 4))]
    return Grid(rows, 1, bands)


def by_source(rng: Random) -> Grid:
    """Who is asked down, times across, what is asked as text; empty where nothing is."""
    times = time_points(rng, 3, 6)
    rows = [[rng.choice(("", "", "Source", "Who", "Informant", "From")), *times]]
    for who in rng.sample(PEOPLE, rng.randint(2, 5)):
        said = [listed(rng) if rng.random() < 0.65 else "" for _ in times]
        rows.append([who, *(said if any(said) else [listed(rng), *said[1:]])])
    return cells_of(rows)


def visits_down(rng: Random) -> Grid:
    """A visit a row, and in text what is done, where, by whom, how long it takes."""
    times = time_points(rng, 3, 7)
    what = rng.choice(
        ("Procedures", "What is done", "Assessments", "Measurements", "Data collected", "Activities", "Tests")
    )
    heads = [rng.choice(("Visit", "Time", "Time point", "When", "Contact", "Point")), what]
    known: dict[str, Callable[[], str]] = {
        "Where": lambda: rng.choice(PLACES),
        "By": lambda: rng.choice(PEOPLE),
        "Duration": lambda: f"{rng.choice((5, 10, 15, 20, 30, 45, 60, 90))} min",
        "Window": lambda: f"± {rng.randint(1, 14)} d",
    }
    extra = rng.sample(list(known), rng.randint(0, 2))
    rows = [[*heads, *extra]]
    joint = rng.choice((", ", ", ", "; ", "\n", ". "))
    for time in times:
        rows.append([time, joint.join(measures(rng, rng.randint(1, 6))), *(known[h]() for h in extra)])
    return cells_of(rows)


def visits_down_marked(rng: Random) -> Grid:
    """A visit a row, measures across, marks where they meet."""
    times, sign = time_points(rng, 3, 7), rng.choice(SIGNS)
    names = measures(rng, rng.randint(3, 6))
    head: Row = [Cell(rng.choice(("Visit", "Time", "", "Time point")), bold=True), *(Cell(m, bold=True) for m in names)]
    return Grid([head, *(marked(rng, t, len(names), sign) for t in times)], 1)


def detailed(rng: Random) -> Grid:
    """Named groups of measures down, the measures as text in a second column, marks under times."""
    times, sign = time_points(rng, 3, 6), rng.choice(SIGNS)
    rows = [
        [
            rng.choice(("Domain", "Outcome", "Area", "Source")),
            rng.choice(("Measure", "Instrument", "How", "Detail")),
            *times,
        ]
    ]
    for name in rng.sample((*DOMAINS, *PEOPLE), rng.randint(3, 7)):
        rows.append([name, listed(rng, 2), *(sign if rng.random() < 0.6 else "" for _ in times)])
    return cells_of(rows)


WAYS: tuple[Callable[[Random], Grid], ...] = (
    few_rows,
    few_rows,
    two_heads,
    two_heads,
    periods_above,
    by_group,
    by_group,
    by_source,
    by_source,
    visits_down,
    visits_down_marked,
    detailed,
)


def noted(rng: Random, grid: Grid) -> list[tuple[str, str]]:
    """Notes of the schedule; their markers are put at names and marks of its body."""
    marks = rng.choice((("a", "b", "c"), ("1", "2", "3"), ("*", "**", "***")))[: rng.choice((0, 0, 1, 1, 2, 3))]
    body = [c for row in grid.cells[grid.header_rows :] for c in row if c is not None and c.text and "\n" not in c.text]
    for marker, cell in zip(marks, rng.sample(body, min(len(marks), len(body))), strict=False):
        cell.text += f"^[{marker}]"
    return list(zip(marks, rng.sample(NOTES, len(marks)), strict=True))


def caption_of(rng: Random, title: str) -> str:
    """With a number, without, or none at all."""
    number = rng.choice((str(rng.randint(1, 9)), f"S{rng.randint(1, 4)}", f"{rng.randint(1, 9)}.{rng.randint(1, 4)}"))
    return rng.choice(
        ("", "{t}", "Table {n}. {t}", "Table {n}: {t}", "Table {n}. {t}", "Table {n} {t}", "Box {n}: {t}")
    ).format(n=number, t=title)


def pragmatic_schedule(rng: Random, scene: Scene) -> Table:
    """One schedule of such a protocol."""
    grid = rng.choice(WAYS)(rng)
    scene.main, title = MadeSchedule(grid, [], [], []), title_of(rng)
    notes = noted(rng, grid)
    wide = grid.shape[1] > 8 or rng.random() < 0.12
    mode: Mode = "landscape" if wide else "portrait"
    return Table(
        grid,
        look_of(rng, scene.style.face),
        caption_of(rng, title),
        notes,
        "",
        Schedule("main_soa", title, []),
        mode,
        rng.random() < 0.5,
        caption_below=rng.random() < 0.35,
    )
