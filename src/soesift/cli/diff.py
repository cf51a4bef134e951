"""`soesift diff`: what an amendment changed in the schedules."""

from __future__ import annotations

from pathlib import Path

import click

from soesift.errors import UsageError


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
def command(
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
