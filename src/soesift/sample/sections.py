"""The order of a protocol: title, contents, synopsis, schedules, prose with tables, appendices."""

from __future__ import annotations

from random import Random

from soesift.sample.academic import academic_schedule
from soesift.sample.blocks import Block, Contents, Heading, NewPage, Paragraph, Schedule, Table, TitlePage
from soesift.sample.kinds import Options
from soesift.sample.negatives import academic, analysis, drawings
from soesift.sample.negatives.dosing import dose_changes
from soesift.sample.negatives.registry import MAKERS, choose_makers
from soesift.sample.negatives.scene import Scene
from soesift.sample.study import Study
from soesift.sample.tables import domain, main_schedule, sampling, track
from soesift.sample.words import prose

PROSE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("background", "Introduction and Background", prose.BACKGROUND),
     ("objectives", "Objectives and Endpoints", prose.DESIGN[:2]),
    ("design", "Study Design", prose.DESIGN), ("population", "Study Population",
     prose.BACKGROUND[5:6] + prose.DESIGN[5:6]),
    ("treatment", "Study Intervention", prose.DESIGN[1:5]),
     ("procedures", "Study Assessments and Procedures", prose.PROCEDURES),
    ("statistics", "Statistical Considerations", prose.STATISTICS),
     ("administration", "Ethics and Administration", prose.ETHICS),
)  # fmt: skip


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
    facts = [("Protocol number", study.number), ("Investigational product", study.drug),
        ("Phase", study.phase),
             ("Version", f"{rng.randint(1, 5)}.0"),
              ("Date", f"{rng.randint(1, 28)} March 20{rng.randint(14, 25)}"),
               ("Note", "Made by a program; not a real study")]  # fmt: skip
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


OTHERS = ("academic", "plan", "slides")


def other_document(rng: Random, scene: Scene, options: Options) -> list[Block]:
    """What is no protocol of a company: academic protocols, plans of analysis, decks and forms."""
    title = {"plan": "Statistical Analysis Plan", "slides": scene.study.indication}.get(options.kind, scene.study.title)
    front: list[Block] = [
        TitlePage([(title, 16.0, True), (scene.study.sponsor, 12.0, False)], [("Number", scene.study.number)])
    ]
    if options.kind == "academic":
        return front + academic_protocol(rng, scene, options)
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


def academic_protocol(rng: Random, scene: Scene, options: Options) -> list[Block]:
    """Short: prose, one schedule among tables that are none, a project plan or a flow chart in most."""
    pool = [
        *(m for makers in MAKERS.values() for m in makers),
        drawings.project_plan,
        drawings.flow_boxes,
        drawings.visit_flow,
        drawings.synopsis_scheme,
        *academic.MAKERS,
        *academic.MAKERS,
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
