"""The schedules of a document as blocks: main, tracks, domain tables, sampling grids."""

from __future__ import annotations

from random import Random

from soesift.errors import UsageError
from soesift.result.models import Flag, TableType
from soesift.sample.activities import (
    Activity,
    choose_activities,
    follow_up_activities,
    foreign_activities,
    laboratory_activities,
)
from soesift.sample.amend import amend
from soesift.sample.blocks import Mode, Schedule, Table
from soesift.sample.columns import Column, calendar
from soesift.sample.grid import Grid, plain_grid, transposed
from soesift.sample.kinds import Options
from soesift.sample.negatives.scene import Scene
from soesift.sample.schedule import MadeSchedule, Wording, choose_wording, make_schedule, redact
from soesift.sample.style import Look, table_look
from soesift.sample.words import prose as note_words
from soesift.sample.words import timing

MODES: tuple[Mode, ...] = ("landscape", "landscape", "landscape", "rotate", "rotate", "portrait", "turned")


def main_schedule(rng: Random, scene: Scene, options: Options) -> tuple[MadeSchedule, Table]:
    """The main schedule of the study; the first that is made, as others quote it."""
    narrow = options.mode == "portrait" or options.transposed or options.kind == "foreign"
    columns = calendar(rng, rng.choice(scene.study.area.schemes), 9 if narrow else 18 if options.split == 2 else 15)
    wording = choose_wording(rng)
    if options.transposed:
        wording = Wording(sign=wording.sign, noted=wording.noted, markers=wording.markers)
    language = options.language or (rng.choice(("de", "fr", "es")) if options.kind == "foreign" else "")
    wording.language = language
    activities = rows_of(rng, scene, options, language)
    made = make_schedule(rng, columns, activities, wording)
    if options.amended:
        if wording.categories_left:
            raise UsageError("this seed's schedule has a column of categories, which is not amended; choose another")
        made = amend(Random(repr(made.grid.texts())), made, options.amended)
    title = timing.FOREIGN[language]["title"] if language else rng.choice(timing.MAIN_TITLES)
    return made, as_table(rng, scene, made, "main_soa", title, options)


def rows_of(rng: Random, scene: Scene, options: Options, language: str) -> list[Activity]:
    if language:
        return foreign_activities(rng, language)
    count = (
        rng.randint(8, 12)
        if options.transposed or options.in_synopsis
        else rng.randint(30, 36)
        if options.kind == "full"
        else rng.randint(12, 34)
    )
    return choose_activities(rng, scene.study.area, count)


def track(rng: Random, scene: Scene, options: Options, what: str) -> Table:
    """A schedule of another period or population."""
    scheme = {"extension": "months", "survival": "long"}.get(what) or rng.choice(scene.study.area.schemes)
    columns = calendar(rng, scheme, 9)
    activities = follow_up_activities(rng, scene.study.area, rng.randint(8, 16))
    made = make_schedule(rng, columns, activities, choose_wording(rng))
    return as_table(rng, scene, made, "track", rng.choice(timing.TRACK_TITLES[what]), options)


def domain(rng: Random, scene: Scene, options: Options, columns: list[Column]) -> Table:
    """One category of activities over the columns of the main schedule."""
    made = make_schedule(rng, columns, laboratory_activities(rng, rng.randint(8, 15)), choose_wording(rng))
    return as_table(rng, scene, made, "domain", rng.choice(timing.DOMAIN_TITLES), options)


def sampling(rng: Random, scene: Scene, options: Options) -> Table:
    """Times after a dose by kinds of samples: finer than visits."""
    hours = ["Predose", "0.5 h", "1 h", "2 h", "4 h", "8 h", "12 h", "24 h", "48 h", "72 h"][: rng.randint(6, 10)]
    samples = rng.sample(
        ("PK plasma", "PK urine", "ADA", "Biomarker", "ECG (triplicate)", "Blood pressure", "Glucose"),
        rng.randint(2, 4),
    )
    days = [f"Day {d}" for d in sorted(rng.sample((1, 2, 7, 8, 14, 15), 2))]
    if rng.random() < 0.5:
        rows = [
            ["Day", "Time relative to dose", *samples],
            *[[d, h, *["X" if rng.random() < 0.7 else "" for _ in samples]] for d in days for h in hours],
        ]
    else:
        rows = [
            ["Sample", *hours],
            *[[s, *["X" if rng.random() < 0.75 else "" for _ in hours]] for s in samples],
        ]
    made = MadeSchedule(plain_grid(rows), [], [], [])
    return as_table(rng, scene, made, "subsidiary", rng.choice(timing.SUBSIDIARY_TITLES), options)


def as_table(rng: Random, scene: Scene, made: MadeSchedule, kind: TableType, title: str, options: Options) -> Table:
    """Layout choices, and the flags that follow from them."""
    main = kind == "main_soa"
    grid = transposed(made.grid) if main and options.transposed else made.grid
    if main and options.redacted:
        redact(rng, grid)
    mode = options.mode if main and options.mode else rng.choice(MODES)
    if kind in ("subsidiary",) or (grid.shape[1] <= 8 and mode != options.mode):
        mode = rng.choice((mode, "portrait"))
    split = (options.split or (2 if rng.random() < 0.1 else 1)) if main and grid.shape[1] > 8 else 1
    look = table_look(rng, scene.style.face, options.borders)
    picture = main and options.picture
    flags: list[Flag] = []
    flags += ["image_only"] if picture or options.scan else []
    flags += ["rotated"] if mode == "turned" else []
    flags += ["redacted"] if main and options.redacted else []
    flags += ["transposed"] if main and options.transposed else []
    flags += ["tiled"] if split > 1 else []
    flags += ["in_synopsis"] if main and options.in_synopsis else []
    flags += ["borderless"] if look.borders == "none" else []
    return dressed(rng, grid, made, look, Schedule(kind, title, flags), mode, split, picture, options)


def dressed(
    rng: Random,
    grid: Grid,
    made: MadeSchedule,
    look: Look,
    label: Schedule,
    mode: Mode,
    split: int,
    picture: bool,
    options: Options,
) -> Table:
    reprint = options.reprint if options.reprint is not None else rng.random() < 0.8
    return Table(
        grid,
        look,
        caption(rng, label.title),
        made.notes,
        rng.choice(note_words.ABBREVIATIONS) if rng.random() < 0.4 else "",
        label,
        mode,
        reprint or options.kind == "full",
        rng.choice((" (continued)", ", continued", "", "")),
        rng.random() < 0.05,
        rng.random() < 0.15,
        split,
        picture,
        rng.choice((0, 0, 0, 14, 18)) if grid.shape[0] > 24 else 0,
    )


def caption(rng: Random, title: str) -> str:
    pattern = rng.choice(("Table {n}. {t}", "Table {n}: {t}", "Table {n} {t}", "{t}", "Appendix {n}. {t}", "", "{t}"))
    return pattern.format(n=rng.randint(1, 4), t=title)
