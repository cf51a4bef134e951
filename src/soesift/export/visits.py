"""The visit table: what each printed column means, as JSON (`soe-visits/1`), HTML with a timeline, and Excel.

It is what a person checks first. In the JSON one entry stands for each printed column right of the activity names;
a value is null where the print does not say, and `doubt` says in a sentence what cannot be right or is open.
"""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from soesift.export.html import chip, element, items, page_head, text
from soesift.export.sheet_cells import Notes, StyledSheet, head_pages, sheet_name
from soesift.export.wording import (
    COLUMNS,
    heading_of,
    plain,
    review_words,
    running_head,
    time_words,
    visit_rows,
    where,
    window_words,
)
from soesift.export.write import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Result, SoeTable
from soesift.schedule import Schedule, Visit, read_schedule

Read = list[tuple[SoeTable, Schedule]]  # the tables of a result with what they mean

# The visit table as one HTML file, with a timeline as a picture (SVG) above each table.

_STYLE = """
.visits { border-collapse: collapse; width: 100%; font-size: .87rem; }
.visits th, .visits td { text-align: left; vertical-align: top; padding: .35rem .6rem; border: 1px solid var(--line); }
.visits thead th { background: var(--head); position: sticky; top: 0; }
.visits .doubt { background: #ffe9a833; color: var(--unsure); }
.visits .none td { color: var(--quiet); }
.timeline { width: 100%; min-width: 60rem; height: auto; }
.timeline text { font-size: 11px; fill: var(--ink); }
.timeline .axis { stroke: var(--line); stroke-width: 2; }
.timeline .window { stroke: var(--accent); stroke-width: 8; stroke-opacity: .3; }
.timeline .range { stroke: var(--grid); stroke-width: 8; stroke-opacity: .55; }
.timeline circle { fill: var(--accent); }
.timeline .doubted { fill: var(--unsure); }
.timeline .quiet { fill: var(--quiet); }
"""
_WIDTH, _LEFT, _STEP = 1100, 40, 16


def visits_html(result: Result, read: Read) -> str:
    """The text of the page; `read`: of `visit_tables`."""
    style = files("soesift.export").joinpath("report.css").read_text(encoding="utf-8") + _STYLE
    head = page_head(f"Visits: {result.document.name}", style)
    title = element("h1", text(f"Visits of {result.document.name}"), dir="auto")
    title += element("p", text(said), cls="quiet", dir="auto") if (said := review_words(result)) else ""
    sections = [_section(table, schedule, n) for n, (table, schedule) in enumerate(read, start=1)]
    body = sections or [element("p", "No schedule was found.", cls="quiet")]
    page = element("html", head, "\n", element("body", element("header", title), element("main", *body)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _section(table: SoeTable, schedule: Schedule, number: int) -> str:
    doubted = sum(bool(v.doubts) for v in schedule.visits)
    chips = [
        chip(where(table)) if where(table) else "",
        chip(f"{sum(v.is_visit for v in schedule.visits)} visits"),
        chip(f"{doubted} to check", "flag") if doubted else chip("nothing to check"),
        *(chip(f"{'Cycles' if k == '*' else f'Cycle {k}'}: {n} days") for k, n in schedule.cycle_length.items()),
    ]
    return element(
        "section",
        element("h2", text(f"{number}. {heading_of(table, number)}"), dir="auto"),
        element("p", *chips, cls="chips"),
        items(schedule.doubts),
        element("div", timeline(schedule), cls="wide"),
        element("div", _rows(table, schedule), cls="wide"),
        id=f"t{number}",
    )


def _rows(table: SoeTable, schedule: Schedule) -> str:
    head = element("tr", *(element("th", text(name), scope="col") for name in COLUMNS))
    lines = []
    for visit, texts in zip(schedule.visits, visit_rows(table, schedule), strict=True):
        cells = [
            element("td", text(t), cls="doubt" if t and n == len(texts) - 1 else None, dir="auto")
            for n, t in enumerate(texts)
        ]
        lines.append(element("tr", *cells, cls=None if visit.is_visit else "none"))
    return element("table", element("thead", head), element("tbody", *lines), cls="visits")


def timeline(schedule: Schedule) -> str:
    """The visits in order on a line, scaled by study day or week where they have one; an SVG, or nothing for none.

    A schedule whose visits have no common count (cycles, events) is drawn in equal steps.
    """
    visits = [v for v in schedule.visits if v.is_visit]
    if not visits:
        return ""
    places, scaled = _places(visits)
    shapes = [_svg("line", x1=_LEFT, y1=40, x2=_WIDTH - _LEFT, y2=40, cls="axis")]
    levels = _levels(places)
    height = 70 + _STEP * (max(levels) + 1)
    for visit, (x, low, high), level in zip(visits, places, levels, strict=True):
        if high > low:
            kind = "range" if visit.kind == "range" else "window"
            shapes.append(_svg("line", x1=f"{low:.1f}", y1=40, x2=f"{high:.1f}", y2=40, cls=kind))
        look = "doubted" if visit.doubts else None
        shapes.append(element("circle", element("title", text(_tip(visit))), cx=f"{x:.1f}", cy=40, r=5, cls=look))
        y = 62 + _STEP * level
        shapes.append(_svg("line", x1=f"{x:.1f}", y1=46, x2=f"{x:.1f}", y2=y - 11, cls="axis"))
        shapes.append(element("text", text(_label(visit)), x=f"{x:.1f}", y=y, text_anchor=_side(x)))
    note = "Scaled by study day" if scaled else "In printed order; the visits have no common count of days"
    shapes.append(element("text", note, x=_LEFT, y=16, cls="quiet"))
    return element(
        "svg",
        *shapes,
        viewBox=f"0 0 {_WIDTH} {height}",
        cls="timeline",
        role="img",
        aria_label="Timeline of the visits",
    )


def _side(x: float) -> str:
    """Labels near the ends are written inwards."""
    return "end" if x > _WIDTH - 80 else "start" if x < 80 else "middle"


def _svg(tag: str, **attributes: object) -> str:
    return element(tag, **attributes)


def _places(visits: list[Visit]) -> tuple[list[tuple[float, float, float]], bool]:
    """x of each visit and of the ends of its window; whether the line is scaled by time."""
    days = [_on_line(v) for v in visits]
    known = [d for d in days if d is not None]
    wide = _WIDTH - 2 * _LEFT
    if len(known) < len(visits) * 0.7 or len(known) < 2 or max(known) == min(known):
        step = wide / max(1, len(visits) - 1)
        return [(_LEFT + step * k,) * 3 for k in range(len(visits))], False
    tail = (len(visits) - len(known)) * 60
    scale = (wide - tail) / (max(known) - min(known))
    found: list[tuple[float, float, float]] = []
    free = _WIDTH - _LEFT - tail + 60
    for visit, day in zip(visits, days, strict=True):
        if day is None:
            found.append((free, free, free))
            free += 60
            continue
        x = _LEFT + (day - min(known)) * scale
        last = (visit.last_day if visit.day is not None else None) or day
        low, high = day - (visit.before_days or 0), max(day + (visit.after_days or 0), last)
        found.append((x, max(_LEFT, x - (day - low) * scale), min(_WIDTH - _LEFT, x + (high - day) * scale)))
    return found, True


def _on_line(visit: Visit) -> float | None:
    """A place on the line of study days; a week is drawn at its seventh multiple, for the picture only."""
    if visit.cycle is not None or visit.relative_to is not None:
        return None
    if visit.day is not None:
        return visit.day
    return None if visit.week is None else 7 * visit.week


def _levels(places: list[tuple[float, float, float]]) -> list[int]:
    """Rows for the labels, so that neighbours do not lie over each other."""
    ends: list[float] = []
    found: list[int] = []
    for x, _, _ in places:
        level = next((k for k, end in enumerate(ends) if x - end > 115), len(ends))
        ends[level : level + 1] = [x]
        found.append(level)
    return found


def _label(visit: Visit) -> str:
    shown = (
        time_words(visit) if visit.kind in ("planned", "range") else visit.printed[-1] if visit.printed else visit.name
    )
    return shown if len(shown) <= 18 else shown[:17] + "…"


def _tip(visit: Visit) -> str:
    parts = [" / ".join(visit.printed), time_words(visit), window_words(visit), *visit.doubts]
    return "; ".join(filter(None, parts))


# The visit table as an Excel workbook: one sheet a schedule.

FILTER = 3.0  # units that the filter's button takes of a heading
_EMPTY = 11  # of a column in which no visit says anything: the others are printed larger
_WIDTHS = (10, 30, 22, 12, 26, 14, 22, 12, 22, 40, 11, 14, 50)


def visits_workbook(result: Result, read: Read) -> bytes:
    """The workbook's bytes; no cell is ever a formula. `read`: of `visit_tables`."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    notes: Notes = []
    for number, (table, schedule) in enumerate(read, start=1):
        sheet = StyledSheet(workbook.create_sheet(sheet_name(number, heading_of(table, number))), notes)
        _fill(sheet, table, schedule, number, review_words(result))
    if not read:
        StyledSheet(workbook.create_sheet("Visits"), notes).put(1, 1, "No schedule was found.", "text_line")
    head_pages(workbook, running_head(result))
    out = io.BytesIO()
    workbook.properties.creator = "soesift"
    workbook.save(out)
    return same_bytes(out.getvalue())


def _fill(sheet: StyledSheet, table: SoeTable, schedule: Schedule, number: int, said: str) -> None:
    from openpyxl.utils import get_column_letter

    sheet.put(1, 1, heading_of(table, number), "title")
    row = 2
    for doubt in [*filter(None, [said]), *schedule.doubts]:
        sheet.put(row, 1, doubt, "warning")
        sheet.merge(row, 1, 1, len(COLUMNS))
        sheet.fit(row, [doubt], [len(COLUMNS) * _EMPTY])
        row += 1
    rows = [list(texts) for texts in visit_rows(table, schedule)]
    used = [any(texts[column] for texts in rows) for column in range(len(COLUMNS))]
    widths = [width if there else min(width, _EMPTY) for width, there in zip(_WIDTHS, used, strict=True)]
    for column, (name, width) in enumerate(zip(COLUMNS, widths, strict=True), start=1):
        sheet.width(column, width)
        sheet.put(row, column, name, "header")
    sheet.fit(row, COLUMNS, [width - FILTER for width in widths], bold=True)
    top = row
    for texts in rows:
        row += 1
        sheet.fit(row, texts, widths)
        for column, said in enumerate(texts, start=1):
            sheet.put(row, column, said, "warning" if column == len(texts) and said else "text")
    sheet.sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(COLUMNS))}{max(row, top)}"
    sheet.sheet.freeze_panes = f"C{top + 1}"
    sheet.print_landscape(f"{top}:{top}")


FORMAT = "soe-visits/1"


def visit_tables(result: Result) -> Read:
    """The tables of the result with what they mean, in the result's order."""
    return [(table, read_schedule(table)) for table in result.tables]


def visits_json(result: Result, read: Read | None = None) -> dict[str, Any]:
    """The document as `soe-visits/1`: `{"id", "tables": [{"pages", "cycle_length_days", "columns"}]}`.

    read: of `visit_tables`, where that is known.
    """
    said = {"review": plain(result.document.review)} if result.document.review else {}
    return {
        "format": FORMAT,
        "id": Path(result.document.name).stem,
        **said,
        "tables": [table_entry(*one) for one in (visit_tables(result) if read is None else read)],
    }


def write_visits(result: Result, path: Path | str) -> list[Path]:
    """Write PATH with the endings .json, .html and .xlsx; the paths. Raises WriteError."""
    base = Path(path)
    base = base.with_suffix("") if base.suffix in (".json", ".html", ".xlsx") else base
    read = visit_tables(result)
    text = json.dumps(visits_json(result, read), ensure_ascii=False, indent=2)
    return [
        write_atomically(base.with_name(base.name + ".json"), plain(text) + "\n"),
        write_atomically(base.with_name(base.name + ".html"), visits_html(result, read)),
        write_atomically(base.with_name(base.name + ".xlsx"), visits_workbook(result, read)),
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
        "last_week": whole(visit.last_week),
        "month": whole(visit.month),
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
