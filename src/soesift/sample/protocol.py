"""One protocol from a seed: its schedules, the order of its sections, pages, files, truth."""

from __future__ import annotations

from pathlib import Path
from random import Random

from pydantic import ValidationError

from soesift.config import first_mistake
from soesift.errors import MissingExtra, UsageError
from soesift.files import write_atomically
from soesift.result.models import Flag, TableType
from soesift.sample.academic import academic_schedule
from soesift.sample.amend import amend
from soesift.sample.blocks import (
    Block,
    Bullets,
    Contents,
    HardNegative,
    Heading,
    Mode,
    Negative,
    NegativeClass,
    NewPage,
    Paragraph,
    Schedule,
    Table,
    TitlePage,
    TrueNote,
    TrueTable,
    Truth,
)
from soesift.sample.columns import Column, calendar
from soesift.sample.grid import Grid, plain_grid, transposed
from soesift.sample.kinds import KINDS, Options, Study, make_study, settle
from soesift.sample.layout import Book, lay_out
from soesift.sample.negatives import analysis, drawings, paperwork
from soesift.sample.negatives.nearby import nearby
from soesift.sample.negatives.registry import MAKERS, choose_makers
from soesift.sample.negatives.scene import Scene
from soesift.sample.negatives.treatment import dose_changes
from soesift.sample.pragmatic import pragmatic_schedule
from soesift.sample.render import Wear, render, scanned
from soesift.sample.schedule import (
    Activity,
    MadeSchedule,
    Wording,
    choose_activities,
    choose_wording,
    follow_up_activities,
    foreign_activities,
    laboratory_activities,
    make_schedule,
    redact,
)
from soesift.sample.style import Look, page_style, table_look
from soesift.sample.words import prose, timing
from soesift.sample.words import prose as note_words

MODES: tuple[Mode, ...] = ("landscape", "landscape", "landscape", "rotate", "rotate", "portrait", "turned")

PROSE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("background", "Introduction and Background", prose.BACKGROUND),
    ("objectives", "Objectives and Endpoints", prose.DESIGN[:2]),
    ("design", "Study Design", prose.DESIGN),
    ("population", "Study Population", prose.BACKGROUND[5:6] + prose.DESIGN[5:6]),
    ("treatment", "Study Intervention", prose.DESIGN[1:5]),
    ("procedures", "Study Assessments and Procedures", prose.PROCEDURES),
    ("statistics", "Statistical Considerations", prose.STATISTICS),
    ("administration", "Ethics and Administration", prose.ETHICS),
)

OTHERS = ("academic", "plan", "slides", "pragmatic")

CHAPTERS = (
    "Analysis Methods",
    "Data Handling",
    "General Conventions",
    "Efficacy Analyses",
    "Safety Analyses",
    "Appendix",
    "Outputs",
    "Study Visits and Windows",
    "Assessments",
)


VISITS = (
    "Study procedures",
    "Visits",
    "Measurements",
    "Data collection",
    "Outcomes",
    "Methods",
    "Follow-up",
    "Schedule of assessments",
    "Assessments and procedures",
    "Contacts with participants",
)
"""Headings over the schedules of `pragmatic`."""


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


def compose(rng: Random, scene: Scene, options: Options) -> list[Block]:
    """All blocks of the document in order."""
    if options.kind in OTHERS:
        return other_document(rng, scene, options)
    schedules = make_schedules(rng, scene, options)
    makers = choose_makers(rng, options.negatives or 0)
    made = {section: [b for maker in chosen for b in maker(rng, scene)] for section, chosen in makers.items()}
    if options.doses:
        made["treatment"] += dose_changes(rng, scene, options.doses)
    late = options.schedule and not options.in_synopsis and rng.random() < 0.3 and options.kind != "full"
    blocks: list[Block] = [title_page(rng, scene.study)]
    if options.kind != "small" or rng.random() < 0.5:
        blocks.append(Contents(rng.choice(("TABLE OF CONTENTS", "Table of Contents", "Contents"))))
    blocks += front_matter(rng, scene, made, schedules if options.in_synopsis else [])
    if not late and not options.in_synopsis:
        blocks += schedule_section(rng, schedules)
    for key, heading, sentences in PROSE:
        if options.kind in ("small", "image", "scan") and not made[key] and rng.random() < 0.6:
            continue
        blocks += prose_section(rng, scene.study, heading, sentences, made[key])
    if late:
        blocks += schedule_section(rng, schedules)
    return blocks + appendix(made["appendix"])


def make_schedules(rng: Random, scene: Scene, options: Options) -> list[Table]:
    if not options.schedule:
        scene.main = None
        return []
    scene.main, main = main_schedule(rng, scene, options)
    count = options.tracks if options.tracks is not None else rng.choice((0, 0, 1, 1, 2, 3))
    tables, names = [main], rng.sample(("extension", "survival", "crossover", "substudy"), 4)
    for i in range(count):
        what = (
            rng.choice(("track", "track", "domain", "sampling"))
            if options.kind != "full"
            else ("track", "sampling")[i % 2]
        )
        if what == "track":
            tables.append(track(rng, scene, options, names[i % 4]))
        elif what == "domain":
            tables.append(domain(rng, scene, options, scene.main.columns))
        else:
            tables.append(sampling(rng, scene, options))
    if options.kind == "full":
        show_as_picture(tables[1])
    return tables


def show_as_picture(table: Table) -> None:
    table.picture, table.mode = True, "portrait"
    if isinstance(table.label, Schedule):
        table.label.flags = [
            "image_only",
            *(f for f in table.label.flags if f not in ("rotated", "image_only")),
        ]


def schedule_section(rng: Random, tables: list[Table]) -> list[Block]:
    """Each schedule behind a heading, which may stand alone on the page before, or be missing."""
    if not tables:
        return []
    blocks: list[Block] = []
    for i, table in enumerate(tables):
        title = table.label.title if table.label else ""
        alone = rng.random() < 0.35
        if i == 0 or rng.random() < 0.6 or not table.caption:
            blocks.append(
                Heading(
                    title,
                    1 if i == 0 else 2,
                    over_schedule=True,
                    mode="portrait" if alone else table.mode,
                    new_page=not alone,
                )
            )
        if alone and rng.random() < 0.7:
            blocks.append(
                Paragraph("Procedures are done at the visits shown in the table that follows. Deviations are recorded.")
            )
        blocks.append(table)
    return blocks


def title_page(rng: Random, study: Study) -> TitlePage:
    lines = [("Clinical Study Protocol", 18.0, True), (study.title, 14.0, True), (study.sponsor, 12.0, False)]
    if rng.random() < 0.4:
        lines.insert(0, ("CONFIDENTIAL", 10.0, True))
    facts = [
        ("Protocol number", study.number),
        ("Investigational product", study.drug),
        ("Phase", study.phase),
        ("Version", f"{rng.randint(1, 5)}.0"),
        ("Date", f"{rng.randint(1, 28)} March 20{rng.randint(14, 25)}"),
        ("Note", "Made by a program; not a real study"),
    ]
    return TitlePage(lines, facts)


def front_matter(rng: Random, scene: Scene, made: dict[str, list[Block]], inside: list[Table]) -> list[Block]:
    study = scene.study
    blocks: list[Block] = [Heading("Protocol Synopsis", 1)]
    blocks += [
        Paragraph(f"Title: {study.title}"),
        Paragraph(f"Number of participants: about {study.participants}."),
        *sentences(rng, study, prose.DESIGN, 2),
    ]
    blocks += made["synopsis"]
    for table in inside:
        blocks += [
            Heading(
                table.label.title if table.label else "",
                2,
                over_schedule=True,
                mode=table.mode,
                new_page=table.mode != "portrait",
            ),
            table,
        ]
    return [*blocks, *made["front"]]


def sentences(rng: Random, study: Study, texts: tuple[str, ...], paragraphs: int) -> list[Block]:
    order = rng.sample(texts, len(texts))
    size = max(2, -(-len(order) // paragraphs))
    filled = [study.fill(t) for t in order]
    groups = [filled[i : i + size] for i in range(0, len(filled), size)]
    return [Paragraph(" ".join(t[0].upper() + t[1:] for t in group)) for group in groups]


def filler(rng: Random, paragraphs: int) -> list[Block]:
    chosen = [t.format(n=rng.randint(2, 12)) for t in rng.sample(prose.FILLER, 5 * paragraphs)]
    return [Paragraph(" ".join(chosen[5 * i : 5 * i + 5])) for i in range(paragraphs)]


def prose_section(rng: Random, study: Study, heading: str, texts: tuple[str, ...], extra: list[Block]) -> list[Block]:
    """A chapter: paragraphs, with its tables and figures between them."""
    blocks: list[Block] = [Heading(heading, 1), *sentences(rng, study, texts, 2)]
    for block in extra:
        if isinstance(block, Table) and rng.random() < 0.5 and block.label:
            blocks.append(Heading(block.label.title, 2))
            blocks += filler(rng, 1)
        blocks.append(block)
    return blocks + filler(rng, rng.randint(1, 3))


def appendix(extra: list[Block]) -> list[Block]:
    return [Heading("Appendices", 1, new_page=True), *extra] if extra else []


def other_document(rng: Random, scene: Scene, options: Options) -> list[Block]:
    """What is no protocol of a company: academic protocols, plans of analysis, decks and forms."""
    title = {"plan": "Statistical Analysis Plan", "slides": scene.study.indication}.get(options.kind, scene.study.title)
    front: list[Block] = [
        TitlePage([(title, 16.0, True), (scene.study.sponsor, 12.0, False)], [("Number", scene.study.number)])
    ]
    if options.kind == "academic":
        return front + academic_protocol(rng, scene, options)
    if options.kind == "pragmatic":
        return pragmatic_protocol(rng, scene, options, front)
    pool = analysis.MAKERS if options.kind == "plan" else drawings.MAKERS
    blocks: list[Block] = []
    for i in range(options.negatives or 0):
        maker = pool[i] if i < 2 else rng.choice(pool)
        blocks += (
            [Heading(rng.choice(CHAPTERS), 2)] if options.kind == "plan" else [NewPage()] if rng.random() < 0.4 else []
        )
        blocks += (
            [*sentences(rng, scene.study, prose.STATISTICS, 1), *maker(rng, scene)]
            if options.kind == "plan"
            else maker(rng, scene)
        )
    if options.schedule:
        scene.main, table = main_schedule(rng, scene, options)
        blocks += [Heading("Schedule of Assessments", 1, over_schedule=True, mode=table.mode, new_page=True), table]
    return [*front, *blocks]


def academic_protocol(rng: Random, scene: Scene, options: Options) -> list[Block]:
    """Short: prose, one schedule among tables that are none, a project plan or a flow chart in most."""
    pool = [
        *(m for makers in MAKERS.values() for m in makers),
        drawings.project_plan,
        drawings.flow_boxes,
        drawings.visit_flow,
        drawings.synopsis_scheme,
        *paperwork.ACADEMIC,
        *paperwork.ACADEMIC,
    ]
    blocks: list[Block] = [Heading("Background", 1), *sentences(rng, scene.study, prose.BACKGROUND, 1)]
    blocks += [Heading("Methods", 1), *sentences(rng, scene.study, prose.DESIGN, 2)]
    schedule = [academic_schedule(rng, scene)] if options.schedule else []
    late = rng.random() < 0.35
    if schedule and not late:
        blocks += [*schedule, *filler(rng, 1), NewPage()]
    for maker in rng.sample(pool, options.negatives or 0):
        blocks += [*sentences(rng, scene.study, prose.PROCEDURES, 1), *maker(rng, scene)]
    blocks += [Heading("Ethics", 1), *sentences(rng, scene.study, prose.ETHICS, 1)]
    return [*blocks, Heading("Appendix", 1, new_page=True), *schedule] if schedule and late else blocks


def pragmatic_protocol(rng: Random, scene: Scene, options: Options, front: list[Block]) -> list[Block]:
    """A few pages, with a title page or without: prose, one small schedule, small tables that are none."""
    study = scene.study
    before = rng.randint(0, options.negatives or 0)
    blocks: list[Block] = front if rng.random() < 0.5 else []
    blocks += [Heading("Synopsis", 1), *sentences(rng, study, prose.DESIGN, rng.randint(1, 2))]
    blocks += small_tables(rng, scene, before)
    if options.schedule:
        over = Heading(rng.choice(VISITS), 2, over_schedule=True, new_page=rng.random() < 0.6)
        blocks += [over] if rng.random() < 0.5 else [NewPage()] if rng.random() < 0.5 else []
        blocks += [pragmatic_schedule(rng, scene)]
        blocks += [NewPage()] if rng.random() < 0.7 else sentences(rng, study, prose.PROCEDURES, 1)
    blocks += [Heading("Study population", 1), *sentences(rng, study, prose.BACKGROUND, 1)]
    blocks += [Bullets([study.fill(t) for t in rng.sample(prose.INCLUSION, 3)])] if rng.random() < 0.6 else []
    blocks += small_tables(rng, scene, (options.negatives or 0) - before)
    return [*blocks, Heading("Statistics", 1), *sentences(rng, study, prose.STATISTICS, 1)]


def small_tables(rng: Random, scene: Scene, count: int) -> list[Block]:
    """So many tables that are no schedules, between headings and prose; some alone on a page, as schedules are."""
    blocks: list[Block] = []
    for _ in range(count):
        alone, over = rng.random() < 0.25, rng.choice((VISITS, CHAPTERS))
        blocks += [NewPage()] if alone else []
        blocks += [Heading(rng.choice(over), 2)] if rng.random() < 0.4 else []
        blocks += filler(rng, 1) if rng.random() < 0.5 and not alone else []
        blocks += nearby(rng, scene) + ([NewPage()] if alone else [])
    return blocks


def make_protocol(seed: int, out: Path, **options: object) -> Truth:
    """Write ID.pdf (or ID.docx) and ID.json into `out`, and return the truth.

    The same seed and options give the same bytes. Options are the fields of `kinds.Options`.
    Raises UsageError for an unknown option or value, MissingExtra without reportlab, WriteError.
    """
    asked = read_options(options)
    if not asked.docx:
        need_reportlab()
    rng = Random(f"soesift-{asked.kind}-{seed}")
    chosen = settle(asked, rng)
    scene = Scene(make_study(rng, chosen.area), page_style(rng))
    blocks = compose(rng, scene, chosen)
    name = document_id(seed, asked)
    names = {"sponsor": scene.study.sponsor, "number": scene.study.number, "drug": scene.study.drug}
    if chosen.docx:
        from soesift.sample.docx_file import write_docx

        content, numbers = write_docx(blocks, scene.style, names)
        truth = truth_without_pages(blocks, numbers, name, seed, chosen)
    else:
        book = lay_out(blocks, scene.style)
        wear = choose_wear(rng, seed, chosen)
        content = render(book, names, wear)
        content = scanned(content, wear) if chosen.scan else content
        truth = truth_of(blocks, book, name, seed, chosen)
    truth.edits = scene.main.edits if scene.main is not None else []
    write_atomically(out / f"{name}{'.docx' if chosen.docx else '.pdf'}", content)
    left_out = None if chosen.doses else {"hard_negatives": {"__all__": {"grid"}}}
    text = truth.model_dump_json(indent=1, by_alias=True, exclude=left_out)
    write_atomically(out / f"{name}.json", text + "\n")
    return truth


def need_reportlab() -> None:
    try:
        import reportlab  # noqa: F401
    except ImportError as error:
        raise MissingExtra("reportlab", "app") from error


def read_options(options: dict[str, object]) -> Options:
    try:
        return Options.model_validate(options)
    except ValidationError as error:
        raise UsageError(
            f"sample option {first_mistake(error)}; "
            f"options: {', '.join(Options.model_fields)}; kinds: {', '.join(KINDS)}"
        ) from error


def document_id(seed: int, options: Options) -> str:
    kind = "" if options.kind == "full" else f"-{options.kind}"
    return f"sample{kind}-{seed:04d}{'-amended' if options.amended else ''}{'-docx' if options.docx else ''}"


def choose_wear(rng: Random, seed: int, options: Options) -> Wear:
    """Pictures are clean in the full sample, else as the seed has it."""
    if options.kind == "full":
        return Wear(seed=seed)
    return Wear(
        rng.choice((130, 150, 150, 200)),
        rng.choice((0.0, 0.0, 0.3, -0.4, 0.8)),
        rng.choice((0.0, 0.0, 6.0, 12.0)),
        rng.choice((50, 70, 85)),
        seed,
    )


def truth_of(blocks: list[Block], book: Book, name: str, seed: int, options: Options) -> Truth:
    """Truth by pages."""
    truth = Truth(id=name, n_pages=len(book.sheets), seed=seed, kind=options.kind, has_soe=options.schedule)
    for i, block in enumerate(blocks):
        place = book.places[i]
        if isinstance(block, Table) and isinstance(block.label, Schedule):
            notes = sorted(set(place.note_pages) - set(place.pages))
            truth.soe_tables.append(true_table(block, grid_pages=place.pages, footnote_pages=notes))
        elif isinstance(block, Contents):
            truth.hard_negatives.append(false_one("toc", block.title, pages=place.pages))
        elif not isinstance(block, Heading) and (label := getattr(block, "label", None)) is not None:
            one = false_one(label.kind, label.title, pages=place.pages)
            one.grid = block.grid.texts() if options.doses and isinstance(block, Table) else []
            truth.hard_negatives.append(one)
    used = {p for t in truth.soe_tables for p in (*t.grid_pages, *t.footnote_pages)}
    alone = {
        p for i, b in enumerate(blocks) if isinstance(b, Heading) and b.over_schedule for p in book.places[i].pages
    }
    truth.heading_only_pages = sorted(alone - used)
    return truth


def truth_without_pages(
    blocks: list[Block], numbers: dict[int, list[int]], name: str, seed: int, options: Options
) -> Truth:
    """Truth of a DOCX by numbers of tables; `numbers` holds them by number of the block."""
    truth = Truth(id=name, n_pages=None, seed=seed, kind=options.kind, has_soe=options.schedule)
    for i, block in enumerate(blocks):
        if isinstance(block, Table) and isinstance(block.label, Schedule):
            truth.soe_tables.append(true_table(block, table_numbers=numbers[i]))
        elif isinstance(block, Table) and isinstance(block.label, Negative):
            truth.hard_negatives.append(false_one(block.label.kind, block.label.title, table_numbers=numbers[i]))
    return truth


def false_one(kind: NegativeClass, title: str, **places: list[int]) -> HardNegative:
    return HardNegative.model_validate({"class": kind, "title": title, **places})


def true_table(block: Table, **places: list[int]) -> TrueTable:
    label = block.label
    assert isinstance(label, Schedule)
    return TrueTable(
        title=label.title,
        type=label.type,
        flags=label.flags,
        header_rows=block.grid.header_rows,
        grid=block.grid.texts(),
        footnotes=[TrueNote(marker=m, text=t) for m, t in block.notes],
        **places,
    )
