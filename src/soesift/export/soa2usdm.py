"""`soa-table-extraction` 1.0, the JSON that soa2usdm reads: one file a table, what is seen, little interpretation.

Written from the public schema (kerfors/soa2usdm, schemas/soa-table-extraction.schema.json). Positions are 1-based
rows and columns of the joined grid (of the turned grid, if the table is transposed).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from soesift.export.hand_off import Handed, handed
from soesift.export.wording import plain, review_words
from soesift.files import safe_stem, write_atomically
from soesift.result.models import Cell, Result
from soesift.schedule import Activity
from soesift.schedule.header_rows import HeaderRow
from soesift.schedule.read import upright
from soesift.schedule.rows import Markers, header_rows, layout, padded

_TYPES = {
    "visit": "visit",
    "window": "window",
    "epoch": "epoch",
    "day": "study_day",
    "week": "week",
    "cycle": "cycle",
    "hour": "timepoint",
    "minute": "timepoint",
    "month": "timepoint",
    "year": "timepoint",
    "duration": "other",
}


def write_soa2usdm(result: Result, folder: Path | str, stem: str, now: datetime | None = None) -> list[Path]:
    """Write `STEM_Table_01_extraction.json`, ... into `folder`; the paths. Raises WriteError."""
    return [
        write_atomically(
            Path(folder) / f"{safe_stem(stem)}_Table_{data['table_metadata']['table_number']:02}_extraction.json",
            plain(json.dumps(data, ensure_ascii=False, indent=2)) + "\n",
        )
        for data in extractions(result, now)
    ]


def extractions(result: Result, now: datetime | None = None) -> list[dict[str, Any]]:
    """One extraction a table, the main schedule first; `now` (default: the present) is `extracted_at`."""
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    return [_extraction(result, one, number, moment) for number, one in enumerate(handed(result), start=1)]


def _extraction(result: Result, one: Handed, number: int, moment: str) -> dict[str, Any]:
    table = upright(one.table)
    grid, markers = padded(table), Markers(table)
    plan = layout(table, grid)
    rows = header_rows(table, grid, plan, markers)[0]
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    pages = one.table.pages or [1]
    metadata = {
        "table_number": number,
        "table_type": table.table_type,
        "table_title": table.title or "(untitled)",
        "page_start": min(pages),
        "page_end": max(pages),
        "notes": "; ".join(one.notes),
    }
    if table.population_track:
        metadata["track_label"] = table.population_track
    return {
        "schema_name": "soa-table-extraction",
        "schema_version": "1.0",
        "extraction_metadata": {
            "extracted_at": moment,
            "extractor": f"soesift, model {result.model.name} {result.model.version}",
            "source_document": {"filename": result.document.name, "document_type": "protocol"},
            "extraction_status": "draft",
            "extraction_notes": f"Found and read by a program. {review_words(result) or 'Not checked by a person.'}"
            + ("" if one.table.pages else " The document has no pages: page 1 is a stand-in."),
        },
        "table_metadata": metadata,
        "schedule_properties": [_property(row, level, number, grid) for level, row in enumerate(rows, start=1)],
        "schedule_grid": [_grid_value(row, i, c, number, cells, one) for row in rows for i, c in enumerate(plan.data)],
        "activities": [_activity(activity, number, grid) for activity in _printed(one)],
        "activity_schedule": _marks(one, number),
        "annotations": _annotations(one, number),
    }


def _printed(one: Handed) -> list[Activity]:
    """Activities that have a row of their own; a group printed beside its first row has none."""
    rows = [activity.row for activity in one.schedule.activities]
    return [a for a in one.schedule.activities if not (a.category and rows.count(a.row) > 1)]


def _property(row: HeaderRow, level: int, number: int, grid: list[list[str]]) -> dict[str, Any]:
    kind = _TYPES[row.kind] if row.kind else "epoch" if level == 1 else "other"
    cell = next((c for c in range(len(grid[row.row])) if grid[row.row][c] == row.label), 0) if row.label else 0
    return {
        "table_number": number,
        "row_position": row.row + 1,
        "property_name": row.label or ("Study epoch" if level == 1 else f"Header row {level}"),
        "property_name_source": {
            "row_position": row.row + 1,
            "column_position": cell + 1,
            "cell_value": row.label,
            "synthesized": not row.label,
        },
        "property_type": kind,
        "property_comment": f"The row's label says {row.kind}" if row.kind else "No label says what the row holds",
        "hierarchical_level": None if row.kind == "window" else level,
        "structure_method": "inferred_from_layout",
    }


def _grid_value(
    row: HeaderRow, place: int, column: int, number: int, cells: dict[tuple[int, int], Cell], one: Handed
) -> dict[str, Any]:
    value: dict[str, Any] = {
        "table_number": number,
        "row_position": row.row + 1,
        "column_position": column + 1,
        "cell_value": row.texts[place],
        "annotation_markers": ",".join(one.schedule.encounters[place].footnotes) if row.texts[place] else "",
    }
    cell = next((c for (r, left), c in cells.items() if r == row.row and left <= column < left + c.column_span), None)
    if cell is not None and cell.column_span > 1:
        value |= {"is_merged_cell": True, "merged_cell_range": f"{cell.column + 1}:{cell.column + cell.column_span}"}
    return value


def _activity(activity: Activity, number: int, grid: list[list[str]]) -> dict[str, Any]:
    printed = next((t for t in grid[activity.row] if t.startswith(activity.name)), activity.name)
    found: dict[str, Any] = {
        "table_number": number,
        "row_position": activity.row + 1,
        "activity_name": activity.name,
        "activity_name_source": {"cell_text": printed, "indentation_level": int(activity.parent is not None)},
        "annotation_markers": ",".join(activity.footnotes),
    }
    return found | ({"source_page": activity.page} if activity.page else {})


def _marks(one: Handed, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    merged = ""
    for mark in one.schedule.marks:
        column = one.schedule.encounters[mark.encounter].column + 1
        if mark.span:
            merged = f"{column}:{column + mark.span - 1}" if mark.span > 1 else ""
        found.append(
            {
                "table_number": number,
                "row_position": one.schedule.activities[mark.activity].row + 1,
                "column_position": column,
                "cell_value": mark.text,
                "source_range": merged,
                "annotation_markers": ",".join(mark.footnotes),
            }
        )
    return found


def _annotations(one: Handed, number: int) -> list[dict[str, Any]]:
    found = []
    for note in one.schedule.conditions:
        if not note.text:
            continue
        places = [_location(one, activity, encounter, number) for activity, encounter in note.used]
        found.append(
            {
                "annotation_marker": note.marker,
                "annotation_type": "footnote",
                "annotation_text": note.text,
                "marker_locations": places,
            }
        )
    return found


def _location(one: Handed, activity: int | None, encounter: int | None, number: int) -> dict[str, Any]:
    """Where a marker stands; that of a header cell is given by column, its row is the first header row."""
    if activity is None:
        column = one.schedule.encounters[encounter or 0].column + 1
        return {
            "table_number": number,
            "location_type": "schedule_property",
            "row_position": 1,
            "column_position": column,
        }
    row = one.schedule.activities[activity].row + 1
    if encounter is None:
        return {"table_number": number, "location_type": "activity_name", "row_position": row}
    column = one.schedule.encounters[encounter].column + 1
    return {"table_number": number, "location_type": "schedule_cell", "row_position": row, "column_position": column}
