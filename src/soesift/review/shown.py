"""Documents and tables as the page's script gets them: plain values, every text to be shown as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from soesift.document.kind import has_pages
from soesift.export.spans import header_count, placed_cells, split_below
from soesift.export.wording import FLAG_NAMES, TYPE_NAMES, location_text, plain, verdict
from soesift.result.models import Cell, Footnote, Rejected, SoeTable
from soesift.result.store import fingerprint
from soesift.review.documents import Document, Look
from soesift.review.lines import parts_of
from soesift.review.worklist import Item, OfTable, visits_view
from soesift.schedule.cell_meaning import has_markers, split_markers, words_of
from soesift.table.record import TableRecord

MOST_CELLS = 40_000  # of one grid; a page with more would stall the browser


def row_of(document: Document, look: Look, items: Sequence[Item]) -> dict[str, Any]:
    """One line of the document list."""
    info = look.applied.result.document
    return {
        "key": document.key,
        "name": plain(info.name),
        "has_soe": info.has_soe,
        "error": info.error,
        "tables": len(look.applied.result.tables),
        "open": look.standing.open,
        "unseen": look.standing.unseen,
        "left": look.standing.left_out,
        "signed": [plain(str(one.get("who"))) for one in look.standing.signed],
        "version": version_of(document, look),
        "unfinished": document.unfinished,
    }


def version_of(document: Document, look: Look) -> int:
    """Another number after each correction and, below zero, whenever more of an unfinished document is found."""
    found = sum(len(table.fragments) for table in look.result.tables)
    return -1 - found if document.unfinished else look.version


def item_of(item: Item, document: str) -> dict[str, Any]:
    """One line of the worklist."""
    return {
        "document": document,
        "key": item.key,
        "kind": item.kind,
        "title": plain(item.title),
        "why": plain(item.why),
        "pages": list(item.pages),
        "decision": item.decision,
        "by": plain(item.by),
        "open": item.open,
        "unseen": item.unseen,
    }


def document_json(document: Document) -> bytes:
    """Everything about one document but its page pictures, as JSON: the text of a table that nobody changed is
    that of the time before."""
    look = document.look()
    shown = ",".join(f"{_json(name)}:{text}" for name, text in _contents(look).items())
    return f'{_json(_about(document, look))[:-1]},"shown":{{{shown}}}}}'.encode()


def _about(document: Document, look: Look) -> dict[str, Any]:
    """A document without what its tables hold."""
    items = look.items
    now = look.applied.result
    return {
        **row_of(document, look, items),
        "pages": now.document.n_pages,
        "pictured": document.source is not None and has_pages(document.source),
        "readable": document.source is not None,
        "fingerprint": fingerprint(look.result),
        "verdict": verdict(now),
        "items": [item_of(item, document.key) for item in items],
        "boxes": _boxes(look),
        "log": [_line(one) for one in look.corrections],
        "left_out": [{**_line(one), "fault": plain(why)} for one, why in look.applied.left_out],
    }


def _contents(look: Look) -> dict[str, str]:
    """By item, as JSON: the table as it stands, the rejected one, or the near miss."""
    shown = {table.id: _texts(table) for table in look.result.tables}
    shown |= {f"r{number}": _json(near_view(item)) for number, item in enumerate(look.result.rejected, 1)}
    shown |= {table.id: _texts(table) for table in look.applied.result.tables}
    return shown


def _boxes(look: Look) -> list[dict[str, Any]]:
    """All boxes to be drawn on pages: item, page, box, role."""
    rejected = {name for name, (said, _) in look.applied.decided.items() if said == "reject"}
    tables = {table.id: table for table in look.result.tables if table.id in rejected}
    tables |= {table.id: table for table in look.applied.result.tables}
    found = [
        {"item": name, "page": f.page, "box": list(f.bbox), "role": "rejected" if name in rejected else f.role}
        for name, table in tables.items()
        for f in table.fragments
        if f.page is not None and f.bbox is not None
    ]
    for number, item in enumerate(look.result.rejected, 1):
        if item.bbox is not None and item.pages and f"r{number}" not in tables:
            found.append({"item": f"r{number}", "page": item.pages[0], "box": list(item.bbox), "role": "near"})
    return found


def _line(one: Mapping[str, Any]) -> dict[str, Any]:
    """A correction without the content that came with it."""
    what = one.get("what")
    short = {k: v for k, v in what.items() if k != "content"} if isinstance(what, dict) else {}
    told = {key: plain(str(one.get(key) or "")) for key in ("id", "who", "when", "why")}
    return {**told, "what": short}


def table_view(table: SoeTable) -> dict[str, Any]:
    """A table: what it is, its grid with footnote markers set apart, its footnotes, its columns as visits."""
    return _views(table)


def _made_view(table: SoeTable) -> dict[str, Any]:
    n_header = header_count(table)
    fit = sum(map(len, table.grid)) <= MOST_CELLS
    cells = split_below(placed_cells(table), n_header) if fit else []
    rows: list[list[dict[str, Any]]] = [[] for _ in table.grid] if fit else []
    known, words = {note.marker for note in table.footnotes if note.marker}, words_of(table)
    were_read = has_markers(table)
    for cell in cells:
        below = cell.row >= n_header  # numbers in the header count visits
        guess = None if were_read else frozenset(m for m in known if below or not m.isdigit())
        rows[cell.row].append(_cell(cell, guess, words))
    return {
        "id": table.id,
        "title": plain(table.title),
        "type": table.table_type,
        "type_name": TYPE_NAMES[table.table_type],
        "type_probability": table.type_probability,
        "probability": table.probability,
        "header_rows": n_header,
        "width": max(map(len, table.grid), default=0),
        "rows": rows,
        "row_pages": [*table.row_pages, *[None] * len(table.grid)][: len(table.grid)],
        "too_large": not fit,
        "footnotes": [
            {"marker": n.marker, "text": plain(n.text), "page": n.page, "doubt": _whys(n)} for n in table.footnotes
        ],
        "doubt": [plain(doubt.why) for doubt in table.doubt],
        "flags": [FLAG_NAMES[flag] for flag in table.flags],
        "evidence": [plain(line) for line in table.evidence],
        "places": [location_text(f.location) for f in table.fragments if f.location is not None],
        "visits": visits_view(table) if fit else None,
        "boxed": {f"{c.row} {c.column}": [c.page, *c.bbox] for c in table.cells if c.bbox is not None} if fit else {},
    }


_views: OfTable[dict[str, Any]] = OfTable(_made_view)
_texts: OfTable[str] = OfTable(lambda table: _json(_views(table)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def lines_view(look: Look, name: str) -> list[dict[str, Any]]:
    """The lines of a table on its pages: of each fragment its columns and rows, as places along x (0) or y (1)."""
    table = next((one for one in look.applied.result.tables if one.id == name), None)
    return [
        {"fragment": part.fragment, "page": part.page}
        | {key: {"along": axis.along, "at": axis.at} for key, axis in (("columns", part.columns), ("rows", part.rows))}
        for part in (parts_of(table) if table is not None else ())
    ]


def _whys(part: Cell | Footnote) -> str:
    return plain(" ".join(doubt.why for doubt in part.doubt))


def _cell(cell: Cell, known: frozenset[str] | None, words: frozenset[str]) -> dict[str, Any]:
    base, markers = (cell.text, cell.markers) if known is None else split_markers(cell.text, known, words)
    shown: dict[str, Any] = {"t": plain(base), "c": cell.column}
    if markers:
        shown["m"] = markers
    if cell.doubt:
        shown["d"] = _whys(cell)
    if cell.states:
        shown["s"] = list(cell.states)
    if cell.row_span > 1:
        shown["rs"] = cell.row_span
    if cell.column_span > 1:
        shown["cs"] = cell.column_span
    return shown


def near_view(item: Rejected) -> dict[str, Any]:
    """A near miss: what is known of it without its cells."""
    return {
        "title": plain(item.title),
        "probability": item.probability,
        "likely": plain(item.likely_class),
        "evidence": [plain(line) for line in item.evidence],
        "places": [location_text(item.location)] if item.location is not None else [],
    }


def record_view(record: TableRecord) -> dict[str, Any]:
    """A table to be labelled, with its surroundings and without anybody's label."""
    rows = [[{"t": plain(text), "c": c} for c, text in enumerate(row)] for row in record.grid]
    return {
        "id": record.table_id,
        "document": plain(record.document),
        "page": record.page,
        "box": record.bbox,
        "title": plain(record.caption or record.heading),
        "header_rows": min(record.header_rows, len(rows)),
        "rows": rows if sum(map(len, rows)) <= MOST_CELLS else [],
        "row_pages": [],
        "footnotes": [],
        "too_large": sum(map(len, rows)) > MOST_CELLS,
        "above": plain(record.above),
        "below": plain(record.below),
        "pages": record.n_pages,
    }
