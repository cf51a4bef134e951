"""One protocol from a seed: content, pages, files, truth."""

from __future__ import annotations

from pathlib import Path
from random import Random

from pydantic import ValidationError

from soesift.config import first_mistake
from soesift.errors import MissingExtra, UsageError
from soesift.files import write_atomically
from soesift.sample.blocks import Block, Contents, Heading, Negative, Schedule, Table
from soesift.sample.book import Book
from soesift.sample.degrade import Wear
from soesift.sample.kinds import KINDS, Options, settle
from soesift.sample.layout import lay_out
from soesift.sample.negatives.scene import Scene
from soesift.sample.render import render, scanned
from soesift.sample.sections import compose
from soesift.sample.study import make_study
from soesift.sample.style import page_style
from soesift.sample.truth import HardNegative, NegativeClass, TrueNote, TrueTable, Truth


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
