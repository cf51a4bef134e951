"""`soesift mcp`: schedules for an assistant on this machine, over the Model Context Protocol.

Four tools over local files: `detect`, `tables`, `visits`, `export`. The protocol stays here; an assistant is told the
answers of the tools. Only files inside the folders that were named are read, and files are written into the folder of
results alone. A protocol is read once; its result is kept and used until its bytes change.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from soesift import __version__
from soesift.detect.batch import jobs_of, run_apart
from soesift.detect.job import Limits
from soesift.detect.sources import Source
from soesift.errors import SoesiftError, UsageError
from soesift.export.visits import visits_json
from soesift.export.write import WRITERS, placed, write
from soesift.result.models import PlacedDoubt, Result, SoeTable
from soesift.result.store import is_result
from soesift.review.documents import corrected_result

ABOUT = (
    "Finds the Schedule-of-Event tables (SoE, SoA) of clinical trial protocols on this machine. Call `detect` first. "
    "`tables` gives the printed grids, `visits` what their columns mean (days, windows, cycles), `export` files for "
    "other systems. null means that the print does not say. Doubts are places that a person must check: tell the user."
)


@dataclass(slots=True)
class Desk:
    """What the tools work on: folders whose files may be read, and the folder of results."""

    folders: list[Path]
    out: Path
    model: str = "default"
    limits: Limits = field(default_factory=Limits)
    _alone: threading.Lock = field(default_factory=threading.Lock)  # one document at a time

    def result(self, path: str) -> tuple[Path, Result]:
        """The result of a protocol, or the result file itself, with people's corrections. Raises SoesiftError."""
        place = self.inside(path)
        if place.suffix.lower() == ".json" and is_result(place):
            return place, corrected_result(place)[0]
        with self._alone:
            job = jobs_of([Source(place)], self.out, ("json",), resume=True)[0]
            outcome = next(iter(run_apart([job], self.model, 1, self.limits)))
        if outcome.result.document.error:
            raise UsageError(f"{place.name}: {outcome.result.document.error}")
        kept = self.out / f"{job.stem}.json"
        return kept, corrected_result(kept)[0]

    def inside(self, path: str) -> Path:
        """The file, where it is in a folder that was named. Raises UsageError."""
        tried = [folder / path for folder in self.folders]
        place = next((one for one in tried if one.is_file()), tried[0]).resolve()
        if not any(place.is_relative_to(folder.resolve()) for folder in (*self.folders, self.out)):
            raise UsageError(f"{path}: outside of the folders that may be read ({', '.join(map(str, self.folders))})")
        if not place.is_file():
            raise UsageError(f"{path}: no such file in {', '.join(map(str, self.folders))}")
        return place


def server_of(desk: Desk) -> MCPServer[Any]:
    """The server with its four tools."""
    server: MCPServer[Any] = MCPServer("soesift", instructions=ABOUT, version=__version__, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    @server.tool(annotations=writes)
    def detect(path: str) -> dict[str, Any]:
        """Find the schedules of a protocol (PDF, Word, picture): their pages, types, titles, and how sure it is.

        The first call reads the document, seconds for a protocol with text, minutes for a scan.
        """
        return told(lambda: _found(*desk.result(path)))

    @server.tool(annotations=reads)
    def tables(path: str, number: int = 0) -> dict[str, Any]:
        """The schedules as printed: grid, header rows, footnotes, doubts. number: one table, from 1; 0 gives all."""
        return told(lambda: {"tables": [printed(t) for t in chosen(desk.result(path)[1], number)]})

    @server.tool(annotations=reads)
    def visits(path: str, number: int = 0) -> dict[str, Any]:
        """What each printed column means: epoch, cycle, day, week, window, contact, and what is doubted.

        Days and windows are in days; null where the print does not say. number: one table, from 1; 0 gives all.
        """

        def meant() -> dict[str, Any]:
            result = desk.result(path)[1]
            return visits_json(result.model_copy(update={"tables": chosen(result, number)}))

        return told(meant)

    @server.tool(annotations=writes)
    def export(path: str, to: str) -> dict[str, Any]:
        """Write the schedules in a format for other systems; the paths of the files.

        to: visits, usdm, usdm4-input, soa2usdm, usdm4-excel, fhir, redcap, odm, docling, xlsx, csv, html, docx or m11.
        """

        def made() -> dict[str, Any]:
            kept, result = desk.result(path)
            return {"files": [str(one) for one in handed_on(result, to, desk.out / "export", kept.stem)]}

        return told(made)

    return server


def told(what: Any) -> dict[str, Any]:
    """An answer; an error of ours as a tool's error, in one line that the assistant can pass on."""
    try:
        answer: dict[str, Any] = what()
    except SoesiftError as error:
        raise ToolError(str(error)) from None
    return answer


def chosen(result: Result, number: int) -> list[SoeTable]:
    """The tables, or the one of that number. Raises UsageError."""
    if not 0 <= number <= len(result.tables):
        raise UsageError(f"there is no table {number}: {result.document.name} has {len(result.tables)}")
    return [result.tables[number - 1]] if number else result.tables


def handed_on(result: Result, kind: str, folder: Path, stem: str) -> list[Path]:
    """Files of a format in a folder. Raises UsageError, WriteError, MissingExtra."""
    if kind not in WRITERS or kind in ("json", "parquet"):
        known = [name for name in WRITERS if name not in ("json", "parquet")]
        raise UsageError(f"{kind}: no such format; choose from {', '.join(known)}")
    return placed(lambda stage: write(result, kind, stage, stem), folder, f"{kind} of {stem}")


def printed(table: SoeTable) -> dict[str, Any]:
    """A table as an assistant reads it."""
    return {
        "id": table.id,
        "title": table.title,
        "type": table.table_type,
        "pages": table.pages,
        "header_rows": table.header_rows,
        "grid": table.grid,
        "footnotes": [{"marker": note.marker, "text": note.text} for note in table.footnotes],
        "doubts": doubts_of(table),
    }


def doubts_of(table: SoeTable) -> list[str]:
    """Each doubt with its place, rows and columns counted from 1."""
    said = [f"{_where(one)}{one.why}" for one in table.doubt]
    said += [f"row {cell.row + 1}, column {cell.column + 1}: {one.why}" for cell in table.cells for one in cell.doubt]
    return said + [f"note {note.marker}: {one.why}" for note in table.footnotes for one in note.doubt]


def _where(doubt: PlacedDoubt) -> str:
    row = "" if doubt.row is None else f"row {doubt.row + 1}"
    column = "" if doubt.column is None else f"column {doubt.column + 1}"
    place = ", ".join(filter(None, (row, column, f"note {doubt.marker}" if doubt.marker else "")))
    return f"{place}: " if place else ""


def _found(kept: Path, result: Result) -> dict[str, Any]:
    document = result.document
    rows = [
        {
            "number": number,
            "title": table.title,
            "type": table.table_type,
            "pages": table.pages,
            "probability": round(table.probability, 3),
            "rows": len(table.grid),
            "columns": max(map(len, table.grid), default=0),
            "doubts": len(doubts_of(table)),
        }
        for number, table in enumerate(result.tables, 1)
    ]
    return {
        "document": document.name,
        "has_schedule": document.has_soe,
        "tables": rows,
        "result": str(kept),
        "unsure_pages": [{"page": one.page, "why": one.why} for one in document.unsure_pages],
    }
