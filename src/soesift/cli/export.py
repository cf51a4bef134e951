"""`soesift export`: a result in the format that another program reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from soesift.result.models import Result

FILE = click.Path(path_type=Path, dir_okay=False)
FORMATS = [
    "visits", "usdm", "usdm4-input", "soa2usdm", "usdm4-excel", "fhir", "redcap", "odm", "xlsx", "csv", "html",
    "docx", "m11",
]  # fmt: skip
ENDINGS = {
    "usdm": "_usdm.json",
    "usdm4-input": "_usdm4-input.json",
    "usdm4-excel": "_usdm4.xlsx",
    "fhir": "_fhir.json",
    "xlsx": ".xlsx",
    "html": ".html",
    "docx": ".docx",
    "m11": "_m11.docx",
    "odm": "_odm.xml",
}
OLD_NAMES = {"fhir-notes": "fhir"}  # still taken for a release
MANY = ("soa2usdm", "csv", "redcap")  # several files
SHOWN_NOTES = 20


@click.command("export")
@click.argument("result", type=FILE)
@click.option("--to", "kind", type=click.Choice([*FORMATS, *OLD_NAMES]), required=True, help="The format.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; a folder for soa2usdm, redcap, csv. "
              "Default: beside RESULT, with a name of its own.")  # fmt: skip
@click.option("--pdf", type=FILE, help="The protocol, to show its pages (html).")
@click.option("--study", type=FILE, help="What the schedule does not say of the study, as TOML: title, arms, "
              "population (usdm). What is missing is a stand-in, marked as such.")  # fmt: skip
@click.option("--as-detected", is_flag=True, help="Without people's corrections (RESULT's .corrections.jsonl).")
def command(result: Path, kind: str, out: Path | None, pdf: Path | None, study: Path | None, as_detected: bool) -> None:
    """Write RESULT (the JSON of `soesift detect`) in another format, with the corrections that people made on the
    review page; says what could not be mapped.
    """
    from soesift.result.store import read_result
    from soesift.review.corrections import corrected_result

    read, left_out = (read_result(result), []) if as_detected else corrected_result(result)
    for line in left_out:
        click.echo(f"correction left out: {line}", err=True)
    kind = OLD_NAMES.get(kind, kind)
    if study is not None and kind != "usdm":
        raise click.UsageError("--study goes with --to usdm")
    for path in write_as(read, kind, out, result, pdf, study):
        click.echo(f"wrote {path}")
    if kind in ("usdm", "usdm4-input", "soa2usdm", "usdm4-excel", "fhir"):
        _say_notes(read)


def write_as(
    read: Result, kind: str, out: Path | None, source: Path, pdf: Path | None = None, study: Path | None = None
) -> list[Path]:
    """Write the result as `kind`; the paths. `source` gives folder and stem where `out` is not given."""
    stem = source.stem
    if kind == "visits":
        from soesift.export.visits import write_visits

        return write_visits(read, out or source.with_name(stem + "_visits"))
    if kind in MANY:
        folder = out or source.parent
        if kind == "csv":
            from soesift.export.csv import write_csv

            return write_csv(read, folder, stem)
        if kind == "redcap":
            from soesift.export.redcap import write_redcap

            return write_redcap(read, folder, stem)
        from soesift.export.soa2usdm import write_soa2usdm

        return write_soa2usdm(read, folder, stem)
    path = out or source.with_name(stem + ENDINGS[kind])
    return [_write_usdm(read, path, study) if kind == "usdm" else _write_file(read, kind, path, pdf)]


def _write_usdm(read: Result, path: Path, study: Path | None) -> Path:
    from soesift.config import load_toml
    from soesift.export.usdm import StudyFacts, write_usdm

    return write_usdm(read, path, load_toml(study, StudyFacts) if study is not None else None)


def _write_file(read: Result, kind: str, path: Path, pdf: Path | None) -> Path:
    if kind == "odm":
        from soesift.export.odm import write_odm

        return write_odm(read, path)
    if kind == "usdm4-input":
        from soesift.export.usdm4_input import write_usdm4_input

        return write_usdm4_input(read, path)
    if kind == "usdm4-excel":
        from soesift.export.usdm4_excel import write_usdm4_excel

        return write_usdm4_excel(read, path)
    if kind == "fhir":
        from soesift.export.fhir import write_fhir

        return write_fhir(read, path)
    if kind == "docx":
        from soesift.export.docx import write_docx

        return write_docx(read, path)
    if kind == "m11":
        from soesift.export.docx import write_m11

        return write_m11(read, path)
    return read.to_xlsx(path) if kind == "xlsx" else read.to_html(path, pdf)


def _say_notes(read: Result) -> None:
    """What the format does not carry, in short; the files hold all of it."""
    from soesift.export.hand_off import handed

    notes = [note for one in handed(read) for note in one.notes]
    if notes:
        click.echo(f"{len(notes)} things stayed text or were simplified:")
    for note in notes[:SHOWN_NOTES]:
        click.echo(f"  {note[:200]}")
    if len(notes) > SHOWN_NOTES:
        click.echo(f"  and {len(notes) - SHOWN_NOTES} more")
