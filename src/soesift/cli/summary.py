"""Progress and the closing table of a batch, on a terminal or in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from soesift.export.wording import page_ranges, type_name

if TYPE_CHECKING:
    from soesift.detect.job import Job, Outcome
    from soesift.result.models import UnsurePage

Tick = Callable[[Path, int, int, str], None]


def follow(jobs: list[Job], run: Callable[[Tick | None], Iterable[Outcome]]) -> list[Outcome]:
    """Run a batch with a progress bar on a terminal, and without one elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return list(run(None))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        whole = bar.add_task("documents", total=len(jobs))
        pages = bar.add_task("pages", total=None)

        def tick(path: Path, page: int, of: int, doing: str) -> None:
            said = f"{path.name[:40]}, page {page} of {of}, {doing}" if doing else path.name[:40]
            bar.update(pages, completed=page, total=of, description=escape(said))

        outcomes = []
        for outcome in run(tick):
            outcomes.append(outcome)
            bar.update(whole, advance=1)
    return outcomes


def print_summary(outcomes: list[Outcome], out: Path) -> None:
    """One line a table, then what is unsure and what could not be read."""
    console = Console(soft_wrap=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("document", "table", "pages", "type", "probability", "title"):
        table.add_column(name, overflow="fold", no_wrap=name in ("table", "type", "probability"))
    for outcome in outcomes:
        name = escape(outcome.path.name) + (" (kept)" if outcome.skipped else "")
        for place, found in enumerate(outcome.result.tables):
            where = page_ranges(found.pages, "-") or "-"
            table.add_row(
                name if not place else "",
                found.id,
                where,
                type_name(found.table_type),
                f"{found.probability:.2f}",
                escape(found.title[:60]),
            )
        if not outcome.result.tables:
            document = outcome.result.document
            table.add_row(name, "-", "-", "unread" if document.error else document.has_soe, "-", "")
    console.print(table)
    for outcome in outcomes:
        document = outcome.result.document
        if document.error:
            console.print(f"[red]not read[/red] {escape(outcome.path.name)}: {escape(document.error)}")
        for why, pages in by_reason(document.unsure_pages).items():
            where = f" page {page_ranges(pages, '-')}" if pages else ""
            console.print(f"[yellow]unsure[/yellow] {escape(outcome.path.name)}{where}: {escape(why)}")
        if outcome.said:
            console.print(f"[yellow]kept[/yellow] {escape(outcome.path.name)}: {escape(outcome.said)}")
    files = [path for outcome in outcomes for path in outcome.files]
    read, made = _several(len(outcomes), "document"), _several(len(files), "file")
    console.print(f"{read}, {made} in {escape(str(out))}: {escape(names(files))}")


def print_end(outcomes: list[Outcome], overview: list[Path]) -> None:
    """Last, what to open next: the report of one document, the overview of several."""
    console = Console(soft_wrap=True)
    reports = [path for outcome in outcomes for path in outcome.files if path.suffix == ".html"]
    if len(reports) == 1:
        console.print(f"report: {escape(str(reports[0]))}")
    for path in overview[:1] if len(outcomes) > 1 or not reports else ():
        console.print(f"overview: {escape(str(path))}")


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def by_reason(unsure: list[UnsurePage]) -> dict[str, list[int]]:
    """Pages of each reason, so that a scan of 200 pages is one line."""
    reasons: dict[str, list[int]] = {}
    for entry in unsure:
        reasons.setdefault(entry.why, []).extend([entry.page] if entry.page else [])
    return reasons


def names(files: list[Path], most: int = 6) -> str:
    shown = ", ".join(path.name for path in files[:most])
    return shown + (f" and {len(files) - most} more" if len(files) > most else "")
