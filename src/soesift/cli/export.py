"""What is made of results: `soesift export`, `soesift diff`, `soesift burden`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.errors import SoesiftError, UsageError

if TYPE_CHECKING:
    from soesift.export.usdm import StudyFacts
    from soesift.result.models import Result


FILE = click.Path(path_type=Path, dir_okay=False)
FORMATS = [
    "visits",
    "usdm",
    "usdm4-input",
    "soa2usdm",
    "usdm4-excel",
    "fhir",
    "redcap",
    "odm",
    "xlsx",
    "csv",
    "html",
    "docx",
    "m11",
    "docling",
    "json",
    "parquet",
    "overview",
]
OLD_NAMES = {"fhir-notes": "fhir"}  # still taken for a release
OWN = ("xlsx", "csv", "html", "docx")  # named ID_export..., for ID.xlsx and so on are of `soesift detect`
SHOWN_NOTES = 20


@click.command("export")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice([*FORMATS, *OLD_NAMES]), required=True, help="The format.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; a folder for soa2usdm, redcap, csv, parquet. Default: beside RESULT, with a name of its own; "
    "json has none, for there it would be one more document.",
)
@click.option("--pdf", type=FILE, help="The protocol, to show its pages (html), or give their sizes (docling).")
@click.option(
    "--study",
    type=FILE,
    help="What the schedule does not say of the study, as TOML: title, arms, "
    "population (usdm). What is missing is a stand-in, marked as such.",
)
@click.option("--as-detected", is_flag=True, help="Without people's corrections (RESULT's .corrections.jsonl).")
@click.option("--repeat-merged", is_flag=True, help="The text of a merged cell at each of its places (csv).")
@click.option("--replace", is_flag=True, help="Overwrite files that no export wrote, or that were changed since.")
def export_verb(
    result: Path,
    kind: str,
    out: Path | None,
    pdf: Path | None,
    study: Path | None,
    as_detected: bool,
    repeat_merged: bool,
    replace: bool,
) -> None:
    """Write RESULT (the JSON of `soesift detect`) in another format, with the corrections that people made on the
    review page; says what could not be mapped. A folder of results: each of them, or, with --to overview, one page and
    one sheet with a line a document.
    """
    asked = Asked(OLD_NAMES.get(kind, kind), out, pdf, study, as_detected, repeat_merged, replace)
    if asked.kind == "overview":
        _overview(result, asked)
    elif result.is_dir():
        _each(result, asked)
    else:
        _one(result, asked)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the verb, as they were given."""

    kind: str
    out: Path | None
    pdf: Path | None
    study: Path | None
    as_detected: bool
    repeat_merged: bool
    replace: bool


def _each(folder: Path, asked: Asked) -> None:
    """Write every result of a folder; those that cannot be are told, and cost no other."""
    from soesift.review.documents import find_results

    if asked.out is not None or asked.pdf is not None or asked.study is not None:
        raise click.UsageError("--out, --pdf and --study are of one document; name its result")
    failed, results = 0, find_results([folder])
    for path in results:
        try:
            _one(path, asked)
        except SoesiftError as error:
            failed += 1
            click.echo(f"soesift: {path}: {error}", err=True)
    if failed:
        raise UsageError(f"{failed} of {len(results)} results were not written")


def _one(result: Path, asked: Asked) -> None:
    """Write one result, and say what could not be mapped."""
    from soesift.export.wording import unsigned_words
    from soesift.result.store import read_result
    from soesift.review.documents import corrected_result

    read, left_out = (read_result(result), []) if asked.as_detected else corrected_result(result)
    for line in left_out:
        click.echo(f"correction left out: {line}", err=True)
    if asked.study is not None and asked.kind != "usdm":
        raise click.UsageError("--study goes with --to usdm")
    if asked.repeat_merged and asked.kind != "csv":
        raise click.UsageError("--repeat-merged goes with --to csv")
    if asked.kind == "json" and asked.out is None:
        raise click.UsageError("--to json needs --out, in another folder: beside RESULT it would be one more document")
    for path in write_as(read, result, asked):
        click.echo(f"wrote {path}")
    if said := unsigned_words(read):
        click.echo(said, err=True)
    _say_notes(read, asked.kind)


def _overview(folder: Path, asked: Asked) -> None:
    from soesift.app.overview import write_overview

    if asked.out is not None or not folder.is_dir():
        raise click.UsageError("--to overview is of a folder of results, and is written into it: leave --out out")
    for path in write_overview(folder, replace=asked.replace):
        click.echo(f"wrote {path}")


def write_as(read: Result, source: Path, asked: Asked) -> list[Path]:
    """Write the result as it was asked for; the paths. `source` gives folder and stem where no place is given.

    Raises UsageError where a file is in the way that no export wrote, unless it is to be replaced.
    """
    from soesift.export.write import WRITERS, placed, write

    kind, out = asked.kind, asked.out
    if kind == "parquet":  # parts of a catalogue; those of this document are put in place of what is there of it
        return write(read, kind, out or source.parent, source.stem)
    stem = source.stem + ("_export" if out is None and kind in OWN else "")
    folder, name = source.parent if out is None else out, None
    if out is not None and not WRITERS[kind].many:
        folder, name = out.parent, out.name
    facts = _facts(asked.study) if asked.study is not None else None

    def make(stage: Path) -> list[Path]:
        return write(read, kind, stage, stem, name=name, pdf=asked.pdf, study=facts, repeat=asked.repeat_merged or None)

    return placed(make, folder, f"{kind} of {name or stem}", asked.replace)


def _facts(study: Path) -> StudyFacts:
    from soesift.config import load_toml
    from soesift.export.usdm import StudyFacts

    return load_toml(study, StudyFacts)


def _say_notes(read: Result, kind: str) -> None:
    """What the format does not carry, in short; the result holds all of it."""
    from soesift.export.write import open_notes

    notes = open_notes(read, kind)
    if notes:
        click.echo(f"{len(notes)} things stayed text or were simplified:")
    for note in notes[:SHOWN_NOTES]:
        click.echo(f"  {note[:200]}")
    if len(notes) > SHOWN_NOTES:
        click.echo(f"  and {len(notes) - SHOWN_NOTES} more")


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a self-contained page.")
@click.option(
    "--documents",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the protocols of results lie, to show pages beside each change; else they are looked for beside them.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Write soe-diff/1.")
@click.option("--quiet", is_flag=True, help="Print the counts only.")
@click.option("--model", default="default", show_default=True, help="For documents: a model's name, or a folder.")
def diff_verb(
    old: Path, new: Path, html: Path | None, documents: Path | None, json_path: Path | None, quiet: bool, model: str
) -> int:
    """Show what changed from OLD to NEW: results of `soesift detect` (JSON), or protocols (PDF, DOCX).

    Exit code 0: no difference; 1: differences; 2: bad input.
    """
    from soesift.diff.compare import diff_results, read_version
    from soesift.diff.report import diff_html, print_diff
    from soesift.files import write_atomically

    if html is not None and html == json_path:
        raise UsageError(f"--html and --json are both {html}; choose two files")
    before, after = read_version(old, model), read_version(new, model)
    found = diff_results(before, after)
    print_diff(found, brief=quiet)
    if json_path is not None:
        text = found.model_dump_json(indent=1) + "\n"
        click.echo(f"wrote {write_atomically(json_path, text)}", err=True)
    if html is not None:
        pdfs = (source_of(old, documents), source_of(new, documents))
        click.echo(f"wrote {write_atomically(html, diff_html(found, before, after, pdfs))}", err=True)
    return 1 if found.counts() else 0


def source_of(path: Path, documents: Path | None) -> Path | None:
    """The protocol that a version is: itself, or that of a result, looked for in `documents` and beside the result."""
    if path.suffix.lower() != ".json":
        return path
    from soesift.review.documents import open_documents

    [document] = open_documents([path], [documents] if documents is not None else []).values()
    return document.source


def show_vocabulary(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the shipped words and stop."""
    if wanted and not ctx.resilient_parsing:
        from soesift.burden.count import shipped_text

        click.echo(shipped_text(), nl=False)
        ctx.exit()


@click.command("burden")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--repeats", multiple=True, metavar="VISIT=N", help="How often a visit takes place, such as C3=6.")
@click.option("--table", "tables", multiple=True, metavar="ID", help="Only this table, such as t1.")
@click.option("--vocabulary", type=FILE, help="Your words by class, in place of the shipped ones.")
@click.option(
    "--show-vocabulary",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_vocabulary,
    help="Print the shipped words, to edit a copy.",
)
@click.option("--csv", "csv_path", type=FILE, help="Write one row a visit.")
@click.option("--json", "json_path", type=FILE, help="Write soe-burden/1.")
@click.option("--html", type=FILE, help="Write a self-contained page with a plot.")
@click.option("--model", default="default", show_default=True, help="For a document: a model's name, or a folder.")
def burden_verb(
    result: Path,
    repeats: tuple[str, ...],
    tables: tuple[str, ...],
    vocabulary: Path | None,
    csv_path: Path | None,
    json_path: Path | None,
    html: Path | None,
    model: str,
) -> int:
    """Count what a participant goes through by RESULT: a result of `soesift detect` (JSON), or a PDF or DOCX.

    Exit code 0: counted; 3: no schedule; 2: bad input.
    """
    from soesift.burden.count import count_result, load_vocabulary, read_repeats
    from soesift.burden.report import burden_csv, burden_html, print_burden
    from soesift.diff.compare import read_version
    from soesift.files import write_atomically

    words, times = load_vocabulary(vocabulary), read_repeats(repeats)
    counted = count_result(read_version(result, model), words, times, tables)
    print_burden(counted)
    page = burden_html(counted) if html is not None else ""  # before anything is written: it may need an extra
    if csv_path is not None:
        click.echo(f"wrote {write_atomically(csv_path, burden_csv(counted).encode('utf-8-sig'))}", err=True)
    if json_path is not None:
        text = counted.model_dump_json(indent=1) + "\n"
        click.echo(f"wrote {write_atomically(json_path, text)}", err=True)
    if html is not None:
        click.echo(f"wrote {write_atomically(html, page)}", err=True)
    if not counted.tables:
        click.echo("no schedule in this result", err=True)
    return 0 if counted.tables else 3
