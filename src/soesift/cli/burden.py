"""`soesift burden`: visits and procedures per participant."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)


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
def command(
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
