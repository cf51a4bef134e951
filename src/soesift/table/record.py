"""One found table with its surroundings: the unit that views render, teachers label and students judge."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict

from soesift.result.models import Location


class TableRecord(BaseModel):
    """A table fragment on one page (one line of `tables.jsonl`).

    `grid` repeats the text of a merged cell in each position it covers; cell text has single spaces and no
    line breaks. `bbox` is in points from the top left of the displayed page; None for DOCX.
    """

    model_config = ConfigDict(extra="forbid")

    table_id: str
    document: str  # file stem
    sha256: str = ""  # of the document
    page: int | None = None
    n_pages: int | None = None
    page_label: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    page_size: tuple[float, float] | None = None
    rotation: int = 0
    header_rows: int = 0
    grid: list[list[str]]
    caption: str = ""  # the line that names the table, next to it
    heading: str = ""  # nearest section heading above
    above: str = ""  # text of the page above the table (nearest 600 characters)
    below: str = ""  # text of the page below the table (nearest 600 characters)
    page_text: str = ""
    flags: list[str] = []
    ruled: float = 0.0  # share of the inner cell sides that are drawn; flow figures have few
    location: Location | None = None  # in a document without pages


def table_id(document: str, page: int | None, bbox: tuple[float, float, float, float] | None, order: int) -> str:
    """Stable id from place, not content: 12 hex digits."""
    place = "" if bbox is None else ",".join(str(round(v)) for v in bbox)
    return hashlib.sha256(f"{document}|{page}|{place}|{order}".encode()).hexdigest()[:12]
