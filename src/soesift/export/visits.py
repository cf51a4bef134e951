"""The visit table: what each printed column means, as JSON (`soe-visits/1`), HTML with a timeline, and Excel.

It is what a person checks first. In the JSON one entry stands for each printed column right of the activity names;
a value is null where the print does not say, and `doubt` says in a sentence what cannot be right or is open.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from soesift.export.visits_html import visits_html
from soesift.export.visits_xlsx import visits_workbook
from soesift.export.wording import plain
from soesift.files import write_atomically
from soesift.result.models import Result, SoeTable
from soesift.schedule import Schedule, Visit, read_schedule

FORMAT = "soe-visits/1"


def visit_tables(result: Result) -> list[tuple[SoeTable, Schedule]]:
    """The tables of the result with what they mean, in the result's order."""
    return [(table, read_schedule(table)) for table in result.tables]


def visits_json(result: Result) -> dict[str, Any]:
    """The document as `soe-visits/1`: `{"id", "tables": [{"pages", "cycle_length_days", "columns"}]}`."""
    return {
        "format": FORMAT,
        "id": Path(result.document.name).stem,
        "tables": [table_entry(table, schedule) for table, schedule in visit_tables(result)],
    }


def write_visits(result: Result, path: Path | str) -> list[Path]:
    """Write PATH with the endings .json, .html and .xlsx; the paths. Raises WriteError."""
    base = Path(path)
    base = base.with_suffix("") if base.suffix in (".json", ".html", ".xlsx") else base
    text = json.dumps(visits_json(result), ensure_ascii=False, indent=2)
    return [
        write_atomically(base.with_name(base.name + ".json"), plain(text) + "\n"),
        write_atomically(base.with_name(base.name + ".html"), visits_html(result)),
        write_atomically(base.with_name(base.name + ".xlsx"), visits_workbook(result)),
    ]


def table_entry(table: SoeTable, schedule: Schedule) -> dict[str, Any]:
    columns = [_column(visit) for visit in schedule.visits]
    return {
        "pages": table.pages,
        "cycle_length_days": schedule.cycle_length or None,
        "doubt": " ".join(schedule.doubts) or None,  # about the whole table
        "columns": columns,
    }


def _column(visit: Visit) -> dict[str, Any]:
    return {
        "column": visit.column,
        "printed": visit.printed,
        "raised_markers": visit.markers,
        "epoch": visit.epoch,
        "is_visit": visit.is_visit,
        "kind": visit.kind,
        "cycle": cycle_text(visit),
        "day": whole(visit.day),
        "last_day": whole(visit.last_day),
        "week": whole(visit.week),
        "hours_from_reference": whole(visit.hours),
        "offset_days": whole(visit.offset_days),
        "every_days": whole(visit.every_days),
        "every_months": whole(visit.every_months),
        "relative_to": visit.relative_to,
        "window_before_days": whole(visit.before_days),
        "window_after_days": whole(visit.after_days),
        "contact": visit.contact,
        "doubt": " ".join(visit.doubts) or None,
    }


def cycle_text(visit: Visit) -> int | str | None:
    """2, "2-6" or "3+" (without a printed end)."""
    if visit.cycle is None or visit.kind != "repeat" or visit.last_cycle == visit.cycle:
        return visit.cycle
    if visit.cycles:
        return ",".join(map(str, visit.cycles))
    return f"{visit.cycle}+" if visit.last_cycle is None else f"{visit.cycle}-{visit.last_cycle}"


def whole(value: float | None) -> float | int | None:
    """A number without needless decimals."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 6)
