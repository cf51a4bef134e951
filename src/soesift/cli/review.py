"""`soesift review`: the local page for checking detections and labelling tables."""

from __future__ import annotations

from pathlib import Path

import click

ANY = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("review")
@click.argument("places", nargs=-1, required=True, type=ANY, metavar="RESULTS_OR_LEDGER...")
@click.option("--documents", type=ANY, multiple=True, help="Folder with the protocols, for page pictures.")
@click.option("--tables", type=FILE, help="The tables (JSON Lines) that the ledger's answers are about.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but loopback needs SOESIFT_TOKEN.")
@click.option("--port", type=click.IntRange(0, 65535), default=8322, show_default=True, help="0: any free one.")
@click.option("--name", "names", multiple=True, help="A further Host name by which browsers reach the page.")
@click.option("--repair", type=click.IntRange(0), default=100, show_default=True, help="Size of the repair pot.")
@click.option("--alpha", type=SHARE, default=0.05, show_default=True, help="Wrong share the audit is to rule out.")
@click.option("--delta", type=SHARE, default=0.1, show_default=True, help="Risk that it does not.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw of the audit pot.")
@click.option("--labels-out", type=FILE, help="Do not serve: write the decisions on RESULTS as labels of --tables.")
def command(
    places: tuple[Path, ...],
    documents: tuple[Path, ...],
    tables: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    repair: int,
    alpha: float,
    delta: float,
    seed: int,
    labels_out: Path | None,
) -> None:
    """Open a local page on results of `soesift detect` (files or folders), a ledger of `soesift label`, or both.

    Nothing is overwritten: corrections are added to RESULT.corrections.jsonl, labels to the ledger. See docs/review.md.
    """
    from soesift.errors import MissingExtra, UsageError
    from soesift.web.listen import take_token

    try:
        from soesift.review.run import open_review, serve
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None
    if labels_out is not None:
        if tables is None:
            raise UsageError("--labels-out needs --tables, the file of soesift tables that the labels are to name")
        _write_labels(places, tables, labels_out)
        return
    token = take_token(host)
    review = open_review(places, documents, tables, repair, seed)
    review.alpha, review.delta = alpha, delta
    for document in review.documents.values():
        if document.source is None:
            click.echo(f"{document.path.name}: document not found, no page pictures; see --documents", err=True)
    try:
        serve(review, host, port, names, token, click.echo)
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None


def _write_labels(places: tuple[Path, ...], tables: Path, out: Path) -> None:
    """Reviewer's decisions as human labels, pot `repair`, for `soesift label import-humans`."""
    from soesift.cli.label_inputs import tables_of
    from soesift.label.humans import write_labels
    from soesift.review.documents import find_results, open_documents
    from soesift.review.labels import reviewer_labels

    documents = open_documents(find_results(places), ())
    labels = reviewer_labels((one.look() for one in documents.values()), tables_of(tables))
    write_labels(out, labels, "jsonl")
    click.echo(
        f"{len(labels)} labels written to {out}; read them with: soesift label import-humans {out} --format jsonl"
    )
