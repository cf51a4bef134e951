"""The study design sheets of usdm4-excel that a schedule fills: timelines (SoA grids), epochs, encounters, ...

Written from the package's public description of the sheets; nothing of it is imported. Sheets: `mainTimeline` (and
`timeline2`, ...), `studyDesignEpochs`, `studyDesignEncounters`, `studyDesignActivities`, `studyDesignTiming`,
`studyDesignConditions`, and `soesiftNotes` (what is not mapped), which importers do not read.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, NamedTuple

from soesift.export.hand_off import Handed, Node, handed, marks_by_activity, tree, unique
from soesift.export.sheet_cells import FORMULA_STARTS, LONGEST_CELL
from soesift.export.wording import plain
from soesift.export.write import same_bytes
from soesift.files import write_atomically
from soesift.result.models import Result

_PLACE = ("Clinic", "In Person")  # the importer demands a setting and a contact mode; a schedule says neither
_EPOCHS = {
    "screening": "Screening Epoch",
    "baseline": "Baseline Epoch",
    "follow": "Follow-Up Epoch",
    "wash": "Washout Period",
}


class Named(NamedTuple):
    """The names of one table's parts, unique in the workbook and without commas (references are lists)."""

    number: int
    points: list[str]
    encounters: list[str]
    epochs: list[str]
    activities: list[str]


def write_usdm4_excel(result: Result, path: Path | str) -> Path:
    """Write the workbook; the same result gives the same bytes, and no cell is a formula. Raises WriteError."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    tables = handed(result)
    named = _names(tables)
    for one, names in zip(tables, named, strict=True):
        sheet = workbook.create_sheet("mainTimeline" if names.number == 1 else f"timeline{names.number}")
        _rows(sheet, _grid(one, names))
    _rows(workbook.create_sheet("studyDesignEpochs"), _epochs(tables, named))
    _rows(workbook.create_sheet("studyDesignEncounters"), _encounters(tables, named))
    _rows(workbook.create_sheet("studyDesignActivities"), _activities(tables, named))
    _rows(workbook.create_sheet("studyDesignTiming"), _timing(tables, named))
    _rows(workbook.create_sheet("studyDesignConditions"), _conditions(tables, named))
    _rows(workbook.create_sheet("soesiftNotes"), [["not mapped"], *[[note] for one in tables for note in one.notes]])
    workbook.properties.creator = "soesift"
    out = io.BytesIO()
    workbook.save(out)
    return write_atomically(path, same_bytes(out.getvalue()))


def _rows(sheet: Any, rows: list[list[str]]) -> None:
    """Put the rows as text: what begins with = + - @ is quoted, never a formula."""
    for r, row in enumerate(rows, start=1):
        for c, text in enumerate(row, start=1):
            if text == "":
                continue
            cell = sheet.cell(r, c)
            cell.value = plain(text)[:LONGEST_CELL]
            cell.data_type = "s"
            cell.quotePrefix = text.startswith(FORMULA_STARTS)


def _names(tables: list[Handed]) -> list[Named]:
    """Names of all tables; activities with one name are one activity, as in USDM."""
    found = []
    for number, one in enumerate(tables, start=1):
        schedule = one.schedule
        points = [f"T{number}-{name}" for name in unique([_name(e.name, 24) for e in schedule.encounters])]
        encounters = [f"T{number}-{name}" for name in unique([_name(e.name, 60) for e in schedule.encounters])]
        epochs = [_name(e.name, 60) for e in schedule.epochs]
        activities = unique([_name(a.name, 200) for a in schedule.activities])
        found.append(Named(number, points, encounters, epochs, activities))
    return found


def _name(text: str, length: int) -> str:
    """A name that can be referred to in a list: commas and colons would part it."""
    return re.sub(r"\s+", " ", re.sub(r"[,;:()]", " ", text)).strip()[:length].strip() or "unnamed"


def _grid(one: Handed, names: Named) -> list[list[str]]:
    """The timeline sheet: six rows of metadata beside eight of timepoints, then the activities."""
    schedule, count = one.schedule, len(names.points)
    title = schedule.title or f"Timeline {names.number}"
    head = [
        ["Name", f"TIMELINE-{names.number}", "name", *names.points],
        ["Description", title, "description", *[e.timing.text or e.name for e in schedule.encounters]],
        ["Condition", "Subject enrolled", "label", *[e.name for e in schedule.encounters]],
        ["Duration", "", "type", *["Activity"] * count],
        ["Duration Reason", "", "default", *names.points[1:], "(EXIT)"],
        ["Duration Description", "", "conditions", *[""] * count],
        ["", "", "epoch", *[names.epochs[e.epoch] for e in schedule.encounters]],
        ["", "", "encounter", *names.encounters],
        ["", "", "timeline", *[""] * count],
        ["Parent Activity", "Child Activity", "BC/Procedure/Timeline", *[""] * count],
    ]
    marks = marks_by_activity(schedule)
    nodes = tree(schedule)
    grouped, rows, loose = any(node.children for node in nodes), [], 0
    for before, node in zip([None, *nodes], nodes, strict=False):
        if grouped and not node.children and (before is None or before.children):
            loose += 1  # the importer wants a parent for every activity, if any has one
            rows.append([f"Other activities {names.number}.{loose}", "", "", *[""] * count])
        rows += _activity_rows(node, names, marks, count)
    return head + rows


def _activity_rows(node: Node, names: Named, marks: Any, count: int) -> list[list[str]]:
    """A row an activity: a parent in column A, and its children in column B below it."""
    done = {mark.encounter for mark in marks.get(node.place, [])}
    crosses = ["X" if index in done else "" for index in range(count)]
    name = names.activities[node.place]
    if not node.children:
        return [["", name, "", *crosses]]
    rows = [[f"{name} (group)" if done else name, "", "", *[""] * count]]
    rows += [["", name, "", *crosses]] if done else []
    return rows + [row for child in node.children for row in _activity_rows(child, names, marks, count)]


def _epochs(tables: list[Handed], named: list[Named]) -> list[list[str]]:
    rows = [["name", "description", "label", "type"]]
    for one, names in zip(tables, named, strict=True):
        for name, epoch in zip(names.epochs, one.schedule.epochs, strict=True):
            kind = next((kind for word, kind in _EPOCHS.items() if word in name.lower()), "Treatment Epoch")
            rows.append([name, epoch.name, epoch.name, kind])
    return _first_of_name(rows)


def _encounters(tables: list[Handed], named: list[Named]) -> list[list[str]]:
    rows = [
        [
            "name",
            "description",
            "label",
            "type",
            "environmentalSettings",
            "contactModes",
            "transitionStartRule",
            "transitionEndRule",
            "window",
        ]
    ]
    for one, names in zip(tables, named, strict=True):
        for index, (name, encounter) in enumerate(zip(names.encounters, one.schedule.encounters, strict=True)):
            window = f"T{names.number}-TIMING-{index + 1}" if one.clock[index].value is not None else ""
            rows.append([name, encounter.timing.text, encounter.name, "Visit", *_PLACE, "", "", window])
    return rows


def _activities(tables: list[Handed], named: list[Named]) -> list[list[str]]:
    rows = [["name", "description", "label"]]
    for one, names in zip(tables, named, strict=True):
        rows += [[name, a.name, a.name] for name, a in zip(names.activities, one.schedule.activities, strict=True)]
        rows += [[row[0], row[0], row[0]] for row in _grid(one, names)[10:] if row[0]]
    return _first_of_name(rows)


def _timing(tables: list[Handed], named: list[Named]) -> list[list[str]]:
    """One timing a timepoint that has a value, from the first at or after 0 (the table's fixed reference)."""
    rows = [["name", "description", "label", "type", "timingValue", "toFrom", "from", "to", "window"]]
    for one, names in zip(tables, named, strict=True):
        clock = one.clock
        values = [p.value for p in clock]
        anchor = next((i for i, v in enumerate(values) if v is not None and v >= 0), None)
        for index, place in enumerate(clock):
            if place.value is None or anchor is None:
                continue
            start = values[anchor] or 0
            kind = "Fixed" if index == anchor else "Before" if place.value < start else "After"
            length = _between(place.value, start, place.unit == "day" and 0 not in values)
            units = f"{place.window_unit}s"
            window = f"-{place.before}..{place.after} {units}" if place.before or place.after else ""
            text = one.schedule.encounters[index].timing.text
            rows.append(
                [
                    f"T{names.number}-TIMING-{index + 1}",
                    text,
                    text,
                    kind,
                    f"{length} {place.unit}s",
                    "S2S",
                    names.points[index],
                    names.points[anchor],
                    window,
                ]
            )
    return rows


def _between(value: int, start: int, no_zero: bool) -> int:
    """Units between two points; days are numbered -1, 1 where no column says 0."""
    return abs(value - start) - (1 if no_zero and value < 0 < start else 0)


def _conditions(tables: list[Handed], named: list[Named]) -> list[list[str]]:
    """Footnotes with the timepoints and activities that carry their markers; others are in the notes."""
    rows = [["name", "description", "label", "text", "context", "appliesTo"]]
    for one, names in zip(tables, named, strict=True):
        for number, note in enumerate(one.schedule.conditions, start=1):
            points = [names.points[e] for _, e in note.used if e is not None]
            activities = [names.activities[a] for a, _ in note.used if a is not None]
            if not note.text or not (points or activities):
                continue
            context, applies = (points, activities) if points else (activities, [])
            label = f"Footnote {note.marker}"
            rows.append(
                [
                    f"T{names.number}-COND-{number}",
                    label,
                    label,
                    note.text,
                    ", ".join(dict.fromkeys(context)),
                    ", ".join(dict.fromkeys(applies)),
                ]
            )
    return rows


def _first_of_name(rows: list[list[str]]) -> list[list[str]]:
    """Rows whose name occurs for the first time, letter case aside."""
    return list({row[0].lower(): row for row in reversed(rows)}.values())[::-1]
