"""A result table as a typed schedule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal

from soesift.result.models import SoeTable
from soesift.schedule.anchors import count_from_the_first
from soesift.schedule.cell_meaning import cell_meaning, crosses_mean_no, split_markers, ticks_boxes
from soesift.schedule.contacts import explained, legend
from soesift.schedule.doubts import add_doubts
from soesift.schedule.from_notes import add_from_notes, tell_periods_apart
from soesift.schedule.header import encounters_of
from soesift.schedule.models import Activity, Condition, Encounter, Mark, Remark, Schedule, Visit
from soesift.schedule.rows import Layout, Markers, header_rows, layout, padded
from soesift.schedule.said import clear_doubts, put_said
from soesift.schedule.table_notes import cycle_lengths, note_class, windows_in
from soesift.schedule.visits import after_the_visit_before, days_within_cycles, visit_of
from soesift.table.lexicon import is_mark


def read_schedule(table: SoeTable) -> Schedule:
    """Read a joined table; never raises for a table that `soesift detect` wrote, whatever its cells hold.

    A transposed table (visits are the rows) is turned first. Merged cells are counted from `table.cells`.
    """
    turned = "transposed" in table.flags
    table = upright(table)
    grid, markers = padded(table), Markers(table)
    plan = layout(table, grid)
    rows, refs, titles = header_rows(table, grid, plan, markers)
    epochs, encounters = encounters_of(rows, plan.data)
    for encounter in encounters:
        encounter.footnotes = refs[encounter.column]
    activities = _activities(table, grid, plan, titles, markers)
    marks, remarks = _marks(table, grid, activities, encounters, markers)
    schedule = Schedule(
        table_id=table.id,
        title=table.title,
        table_type=table.table_type,
        track=table.population_track,
        transposed=turned,
        epochs=epochs,
        encounters=encounters,
        activities=activities,
        marks=marks,
        remarks=remarks + _annotations(grid, plan, titles, activities, markers),
    )
    whole = [*_whole_table_texts(table, grid, plan), *(n.text for n in table.footnotes if not n.marker)]
    on_table = _table_markers(table, grid, plan, markers)
    schedule.conditions = _conditions(table, schedule, on_table)
    whole += [c.text for c in schedule.conditions if c.marker and (None, None) in c.used]
    whole += [c.text for c in schedule.conditions if c.marker and not c.used and _tells_all(c.text)]
    _add_visits(schedule, grid, plan, titles, whole)
    put_said(schedule, table.visits_said)
    add_doubts(schedule)
    schedule.doubts += _open_group(activities) + _doubted_headings(grid, plan)
    _add_header_doubts(schedule, table, plan)
    clear_doubts(schedule, table.visits_said)
    schedule.unread = _unread(schedule)
    return schedule


_OF_ITS_PLACE = re.compile(r"\b(?:this|these|those)\b|\bthe\s+(?:\w+\s+)?visit\b(?!\s+window)", re.IGNORECASE)


def _tells_all(text: str) -> bool:
    """Whether a note whose mark stands nowhere prints a deviation and points to no place that lost the mark."""
    return bool(windows_in(text)) and _OF_ITS_PLACE.search(text) is None


def _add_visits(schedule: Schedule, grid: list[list[str]], plan: Layout, titles: list[str], whole: list[str]) -> None:
    """The visits, from the columns to what notes add and what is doubted."""
    cycled = any(e.timing.cycles for e in schedule.encounters)
    heads = [text for e in schedule.encounters for text in e.printed]
    notes = [c.text for c in schedule.conditions]
    schedule.cycle_length = cycle_lengths([*heads, *whole, *notes]) | _cycle_rows(schedule) if cycled else {}
    for index, encounter in enumerate(schedule.encounters):
        epoch = schedule.epochs[encounter.epoch] if encounter.epoch < len(schedule.epochs) else None
        visit = visit_of(encounter, None if epoch is None or epoch.inferred else epoch.name, schedule)
        visit.encounter = index
        schedule.visits.append(visit)
    shown = dict(_annotation_columns(grid, plan, titles))
    schedule.visits += [
        Visit(column=column, name=title, printed=[title] if title else [], is_visit=False, kind="annotation")
        for column, title in shown.items()
    ]
    schedule.visits.sort(key=lambda visit: visit.column)
    _without_marks(schedule)
    after_the_visit_before(schedule)
    days_within_cycles(schedule)
    count_from_the_first(schedule)
    tell_periods_apart(schedule)
    add_from_notes(schedule, whole)


def _add_header_doubts(schedule: Schedule, table: SoeTable, plan: Layout) -> None:
    """What the second look at the page says of a column's header: a time that may be misread is said at the visit."""
    heads = {*range(plan.header_rows), *plan.late}
    rows = {r + 1 for r in heads}
    for cell in table.cells:
        if cell.row not in heads or not cell.doubt:
            continue
        for visit in schedule.visits:
            if cell.column <= visit.column < cell.column + cell.column_span and cell.column_span <= WIDE_HEAD:
                found = [d.why for d in cell.doubt if d.kind in ("ink", "no_ink") or _cut_off(d.why, rows)]
                visit.doubts += [why for why in found if why not in visit.doubts]


def _cut_off(why: str, rows: set[int]) -> bool:
    """Whether a doubt says that a row of the body looks like header, and that row was not taken as such here."""
    match = re.match(r"The header may go on: row (\d+)", why)
    return match is not None and int(match[1]) not in rows


WIDE_HEAD = 3  # columns; a doubt about a cell over more of them is about a phase's name, not about a time


def _without_marks(schedule: Schedule) -> None:
    """A column without a mark and without a time is no visit: a washout, an empty column."""
    marked = {mark.encounter for mark in schedule.marks}
    for visit in schedule.visits:
        empty = not visit.printed and visit.encounter is not None and visit.encounter not in marked
        if empty and marked and sum(bool(v.printed) for v in schedule.visits) * 2 > len(schedule.visits):
            visit.is_visit, visit.kind, visit.doubts = False, "annotation", []  # an empty column
            continue
        timed = (
            visit.day,
            visit.last_day,
            visit.week,
            visit.last_week,
            visit.month,
            visit.hours,
            visit.cycle,
            visit.every_days,
        )
        if visit.encounter is not None and visit.encounter not in marked and all(v is None for v in timed):
            timing = schedule.encounters[visit.encounter].timing
            anchored = any(offset.anchor for offset in timing.offsets)
            if marked and not timing.events and timing.visit is None and not anchored:
                visit.is_visit, visit.kind = False, "annotation"
                visit.doubts = ["The column has neither a time nor a mark."]


def _cycle_rows(schedule: Schedule) -> dict[str, int]:
    """Lengths of cycles that a row of durations prints under the cycles."""
    found: dict[str, set[int]] = {}
    for encounter in schedule.encounters:
        span, cycles = encounter.timing.duration, encounter.timing.cycles
        if (
            not cycles
            or span is None
            or span.first is None
            or span.first != span.last
            or span.unit not in ("day", "week")
        ):
            continue
        single = len(cycles) == 1 and cycles[0].first == cycles[0].last and cycles[0].first is not None
        key = str(int(cycles[0].first or 0)) if single else "*"
        found.setdefault(key, set()).add(int(span.first * (7 if span.unit == "week" else 1)))
    lengths = {key: days.pop() for key, days in found.items() if len(days) == 1}
    return lengths if len(set(lengths.values())) != 1 else {"*": next(iter(lengths.values()))}


def _whole_table_texts(table: SoeTable, grid: list[list[str]], plan: Layout) -> list[str]:
    """Title, corner and labels of the header rows, and cells merged over all columns: they hold for the whole table."""
    corner = [grid[r][c] for r in range(plan.header_rows) for c in plan.labels if grid[r][c]]
    wide = [{grid[r][c] for c in plan.data if grid[r][c]} for r in range(plan.header_rows)]
    merged = [next(iter(texts)) for texts in wide if len(texts) == 1 and len(plan.data) > 2]
    return list(dict.fromkeys([table.title, *corner, *merged]))


def _table_markers(table: SoeTable, grid: list[list[str]], plan: Layout, markers: Markers) -> set[str]:
    """Markers of the title, the corner and the labels of header rows."""
    found = set(_of_title(table, markers))
    for r in range(plan.header_rows):
        for c in plan.labels:
            if grid[r][c]:
                found |= set(markers.split(grid[r][c], (r, c)).markers)
    return found


def _of_title(table: SoeTable, markers: Markers) -> list[str]:
    """The markers that the title ends with: of notes, on no cell, and no name of a part ("Part A", "Cohort 1")."""
    base, found = split_markers(table.title, markers.known, markers.words)
    tail = table.title[len(base) :]
    named = tail[:1].isspace() and tail.strip()[:1].isalnum()
    texts = {text for row in table.grid for text in row}
    used = {marker for places in markers.at.values() for marker in places}
    elsewhere = any(set(split_markers(text, markers.known, markers.words)[1]) & set(found) for text in texts)
    return [] if named or used & set(found) or (elsewhere and not markers.were_read) else found


def _annotation_columns(grid: list[list[str]], plan: Layout, titles: list[str]) -> list[tuple[int, str]]:
    """Columns right of the activity names that are no visits, with their titles."""
    name = plan.labels[_name_column(grid, plan)] if plan.labels else 0
    body = grid[plan.header_rows :]
    found: list[tuple[int, str]] = []
    for place, c in enumerate(plan.labels):
        own = any(row[c] and row[c] != row[name] for row in body)
        if c > name and own:
            found.append((c, titles[place]))
    return found + [(c, _comment_title(grid, plan, c)) for c in plan.comments]


def _comment_title(grid: list[list[str]], plan: Layout, column: int) -> str:
    return next((grid[r][column] for r in range(plan.header_rows - 1, -1, -1) if grid[r][column]), "")


def _annotations(
    grid: list[list[str]], plan: Layout, titles: list[str], activities: list[Activity], markers: Markers
) -> list[Remark]:
    """The cells of the columns that are no visits, by the row's activity."""
    found: list[Remark] = []
    columns = _annotation_columns(grid, plan, titles)
    for index, activity in enumerate(activities):
        for column, title in columns:
            text, refs = markers.split(grid[activity.row][column], (activity.row, column))
            if text and text != activity.name:
                found.append(
                    Remark(
                        activity=index,
                        encounter=None,
                        column=column,
                        text=text,
                        kind="annotation",
                        title=title or f"column {column + 1}",
                        footnotes=refs,
                    )
                )
    return found


def upright(table: SoeTable) -> SoeTable:
    """The table with activities as rows: a transposed one turned (its rows' pages are dropped), others as they are."""
    if "transposed" not in table.flags:
        return table
    grid = padded(table)
    columns = [list(column) for column in zip(*grid, strict=True)]
    cells = [
        cell.model_copy(
            update={"row": cell.column, "column": cell.row, "row_span": cell.column_span, "column_span": cell.row_span}
        )
        for cell in table.cells
    ]
    labels = 1
    while labels < min(4, len(columns)) and not any(map(is_mark, columns[labels])):
        labels += 1
    update = {"grid": columns, "cells": cells, "header_rows": labels, "row_pages": []}
    return table.model_copy(update=update)


def _activities(
    table: SoeTable, grid: list[list[str]], plan: Layout, titles: list[str], markers: Markers
) -> list[Activity]:
    found: list[Activity] = []
    parent: int | None = None
    groups: dict[str, int] = {}
    base_column = _name_column(grid, plan)
    taken = {cell.row for cell in table.cells if "redacted" in cell.states}  # a hidden row heads nothing
    taken |= _rows_without_marks(grid, plan)
    loud = _signed_headings(grid, plan)
    indents = {cell.row: cell.indent for cell in table.cells if cell.column == 0}
    named = [
        r for r in range(plan.header_rows, len(grid)) if r not in plan.late and plan.labels and grid[r][plan.labels[0]]
    ]
    heads = {r for r in range(plan.header_rows, len(grid)) if _heads(r, grid, plan, loud, taken)}
    inner: list[int] = []  # headings, and activities of their own, whose members are set in: they end where those do
    told = True  # whether names being set in tells who is under whom
    for r in range(plan.header_rows, len(grid)):
        if r in plan.late:
            continue
        row = grid[r]
        labels = [row[c] for c in plan.labels]
        at = next((c for c in plan.labels if row[c]), 0)
        name = row[at] if plan.labels else ""
        filled = [row[c] for c in plan.data if row[c]]
        if not name and not filled:
            continue
        category = r in heads
        column = max(base_column, _joined_column(grid, plan, labels))
        group = labels[column - 1] if column and not category else ""
        if group and labels[column]:
            parent_here = groups.get(group.lower())
            if parent_here is None:
                base, refs = markers.split(group, (r, plan.labels[column - 1]))
                found.append(Activity(row=r, name=base, category=True, footnotes=refs, page=_page(table, r)))
                parent_here = groups[group.lower()] = len(found) - 1
            name, at = labels[column], plan.labels[column]
        else:
            while inner and _ends(found[inner[-1]].row, r, indents):
                inner.pop()
            parent_here = inner[-1] if inner else parent
        base, refs = markers.split(name, (r, at))
        details = _details(row, plan, titles, grid, column, name)
        activity = Activity(
            row=r,
            name=base,
            parent=None if category else parent_here,
            category=category,
            footnotes=refs,
            details=details,
            page=_page(table, r),
        )
        found.append(activity)
        if category:
            parent = parent if told else None  # an uneven group is over with the next heading
            told = not _is_uneven(r, named, heads, indents)
        if told and _sets_in(r, category, named, indents):
            inner = [*([] if category else inner), len(found) - 1]
        elif category:
            parent, inner = len(found) - 1, []
    return _without_empty_groups(found)


def _heads(r: int, grid: list[list[str]], plan: Layout, loud: set[int], taken: set[int]) -> bool:
    """Whether a row is a heading: a name without marks, or one that is printed as headings are."""
    name = grid[r][next((c for c in plan.labels if grid[r][c]), 0)] if plan.labels else ""
    filled = [grid[r][c] for c in plan.data if grid[r][c]]
    return r in loud or (_is_category(name, filled) and r not in taken and any(map(str.isalpha, name)))


def _name_column(grid: list[list[str]], plan: Layout) -> int:
    """The label column that names the activities: the second, if the first groups its rows."""
    if len(plan.labels) < 2:
        return 0
    first, second = plan.labels[:2]
    body = grid[plan.header_rows :]
    named = [row for row in body if row[first] and row[second] and row[first] != row[second]]
    if not named or len(named) * 2 < len(body):
        return 0
    groups = len({row[first] for row in named})
    names = len({row[second] for row in named})
    return 1 if groups < names else 0


def _joined_column(grid: list[list[str]], plan: Layout, labels: list[str]) -> int:
    """1 for a row whose name is parted in a group and a member, under one header cell for both; else 0."""
    if len(labels) < 2 or not labels[0] or not labels[1] or labels[0] == labels[1]:
        return 0
    first, second = plan.labels[:2]
    heads = [(grid[r][first], grid[r][second]) for r in range(plan.header_rows)]
    return int(bool(heads) and all(one == two for one, two in heads) and any(one for one, _ in heads))


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """When rows are under one because their names are set in.

    set_in: points by which a member's name begins further right than its heading's (3 to 6).
    surely: the same below a row with marks of its own, which may head nothing (5 to 7: print varies by 4.6 points).
    several: rows that must be set in below such a row (1 to 3: one alone may be a slip of the print).
    """

    set_in: float = 4.0
    surely: float = 5.0
    several: int = 2


GROUPS = GroupSettings()


def _sets_in(
    head: int, category: bool, body: list[int], indents: dict[int, float], settings: GroupSettings = GROUPS
) -> bool:
    """Whether the rows below a heading or activity are set in under it; `body`: rows with a name."""
    step, rows = (settings.set_in, 1) if category else (settings.surely, settings.several)
    below = [r for r in body if r > head][:rows]
    return len(below) == rows and all(indents.get(r, 0.0) >= indents.get(head, 0.0) + step for r in below)


def _is_uneven(head: int, body: list[int], heads: set[int], indents: dict[int, float]) -> bool:
    """Whether below a heading a row is set in again behind one that is not and does not head it.

    Then the print is uneven, and all rows up to the next heading are under this one.
    """
    flush: int | None = None
    for r in takewhile(lambda r: r not in heads, [r for r in body if r > head]):
        if _ends(head, r, indents):
            flush = r
        elif flush is not None and not _sets_in(flush, False, body, indents):
            return True
    return False


def _ends(head: int, row: int, indents: dict[int, float], settings: GroupSettings = GROUPS) -> bool:
    """Whether a row lies no deeper than a heading whose members do."""
    return indents.get(row, 0.0) < indents.get(head, 0.0) + settings.set_in


LONG_GROUP = 8  # rows behind the one heading of a table that has rows before it as well: not all may be its members


def _open_group(activities: list[Activity]) -> list[str]:
    """A doubt where one row alone heads a group, in the midst of the table: where the group ends is not printed."""
    heads = [index for index, activity in enumerate(activities) if activity.category]
    if len(heads) != 1 or heads[0] < 2:
        return []
    members = [activity for activity in activities if activity.parent == heads[0]]
    name = activities[heads[0]].name
    shown = f"“{name}” is the only heading, with {len(members)} rows below it; where its group ends is not printed."
    return [shown] if len(members) >= LONG_GROUP else []


EMPTY_ROWS = 3  # in a row, none of them a heading: of a heading and one below it there are two
_HIDDEN = re.compile(r"(?:CCI|PPD|redacted)\W*", re.IGNORECASE)  # what is printed over hidden text


def _rows_without_marks(grid: list[list[str]], plan: Layout) -> set[int]:
    """Rows without a cell that name no group: several in a row, and those hidden in print."""
    body = [r for r in range(plan.header_rows, len(grid)) if r not in plan.late and plan.labels]
    name = {r: next((grid[r][c] for c in plan.labels if grid[r][c]), "") for r in body}
    empty = [r for r in body if name[r] and not any(grid[r][c] for c in plan.data)]
    runs = [[r for _, r in run] for _, run in groupby(enumerate(empty), lambda pair: pair[1] - pair[0])]
    several = {r for run in runs if len(run) >= EMPTY_ROWS for r in run}
    return several | {r for r in empty if _HIDDEN.fullmatch(name[r])}


CAPITAL_HEADINGS = 2  # headings in capitals, and no other row in them, from which a further such row is one as well


def _signed_headings(grid: list[list[str]], plan: Layout) -> set[int]:
    """Rows that hold but arrows or dashes (a bar that was read), printed in capitals as the table's headings are and
    its other rows are not.
    """
    body = [r for r in range(plan.header_rows, len(grid)) if r not in plan.late and plan.labels]
    cells = {r: [grid[r][c] for c in plan.data if grid[r][c]] for r in body}
    loud = {r for r in body if _in_capitals(grid[r][plan.labels[0]])}
    heads = {r for r in loud if not cells[r]}
    signed = {r for r in loud - heads if _of_arrows(cells[r])}
    return signed if len(heads) >= CAPITAL_HEADINGS and loud == heads | signed else set()


_ARROW = re.compile(r"[→⟶➔➜>–—\-\s]+")
ARROWS = 0.8  # of a row's cells that are arrows or dashes; the others are single signs that were read amiss


def _of_arrows(cells: list[str]) -> bool:
    arrows = [text for text in cells if _ARROW.fullmatch(text)]
    return len(arrows) >= ARROWS * len(cells) and all(len(text) == 1 for text in cells if text not in arrows)


def _doubted_headings(grid: list[list[str]], plan: Layout) -> list[str]:
    return [
        f"“{grid[r][plan.labels[0]]}” has signs in its cells, but is printed as the headings are; it was taken as one."
        for r in sorted(_signed_headings(grid, plan))
    ]


def _in_capitals(name: str) -> bool:
    """Whether a name is words in capitals, not a short form ("ECG", "HIV 1/2")."""
    words = re.findall(r"[^\W\d_]+", name)
    return name == name.upper() and any(len(word) > 5 for word in words)


def _is_category(name: str, filled: list[str]) -> bool:
    """A row that only names the rows below: no cell of data, or one cell merged over the whole row."""
    return bool(name) and all(text == name for text in filled)


def _details(
    row: list[str], plan: Layout, titles: list[str], grid: list[list[str]], column: int, name: str
) -> dict[str, str]:
    found: dict[str, str] = {}
    for place, c in enumerate(plan.labels):
        if place > column and row[c] and row[c] not in (name, row[plan.labels[column]]):
            found[titles[place] or f"column {c + 1}"] = row[c]
    for c in plan.comments:
        title = next((grid[r][c] for r in range(plan.header_rows - 1, -1, -1) if grid[r][c]), "") or f"column {c + 1}"
        if row[c] and row[c] != name:
            found[title] = row[c]
    return found


def _without_empty_groups(activities: list[Activity]) -> list[Activity]:
    """A row without marks that heads no group is an activity nobody marked (or a note), and stays one."""
    heads = {activity.parent for activity in activities}
    for index, activity in enumerate(activities):
        if activity.category and index not in heads:
            activity.category = False
            activity.parent = None
    return activities


def _page(table: SoeTable, row: int) -> int | None:
    return table.row_pages[row] if row < len(table.row_pages) else None


def _marks(
    table: SoeTable, grid: list[list[str]], activities: list[Activity], encounters: list[Encounter], markers: Markers
) -> tuple[list[Mark], list[Remark]]:
    """The cells of the body that schedule an activity, and those that schedule nothing."""
    spans = {(c.row, c.column): c.column_span for c in table.cells if c.column_span > 1}
    found: list[Mark] = []
    remarks: list[Remark] = []
    contacts = legend([explained(note.marker, note.text) for note in table.footnotes])
    texts = [grid[a.row][e.column] for a in activities for e in encounters]
    ticked, crossed = ticks_boxes(texts), crosses_mean_no(texts)
    struck = _struck(table)
    seen: set[int] = set()
    for index, activity in enumerate(activities):
        if activity.category or activity.row in seen:
            continue
        seen.add(activity.row)
        until, span = -1, 1
        for place, encounter in enumerate(encounters):
            text = grid[activity.row][encounter.column]
            if not text:
                continue
            if (activity.row, encounter.column) in spans:
                span = spans[activity.row, encounter.column]
                until = encounter.column + span
            inside = encounter.column < until
            first = (activity.row, encounter.column) in spans
            base, refs = markers.split(text, (activity.row, encounter.column))
            width = span if inside and first else 0 if inside else 1
            meaning = cell_meaning(base, max(width, 2 if inside else 1), ticked, contacts, crossed)
            if (activity.row, encounter.column) in struck:
                meaning = meaning._replace(kind="no")
            if meaning.kind in ("no", "reference"):
                kind: Literal["no", "reference"] = "no" if meaning.kind == "no" else "reference"
                remarks.append(
                    Remark(
                        activity=index, encounter=place, column=encounter.column, text=base, kind=kind, footnotes=refs
                    )
                )
                continue
            found.append(
                Mark(
                    activity=index,
                    encounter=place,
                    text=base,
                    kind="done" if meaning.kind == "done" else "text",
                    span=width,
                    footnotes=refs,
                    condition=meaning.condition,
                    contact=meaning.contact,
                    moments=list(meaning.moments),
                )
            )
    return found, remarks


def _struck(table: SoeTable) -> set[tuple[int, int]]:
    """Places of cells that are crossed out in print: what stood there is not done."""
    return {place for cell in table.cells if "struck" in cell.states for place in cell.places}


def _conditions(table: SoeTable, schedule: Schedule, on_table: set[str]) -> list[Condition]:
    """The footnotes in order, with the places of their markers; a marker without a footnote has empty text."""
    used: dict[str, list[tuple[int | None, int | None]]] = {}
    for index, encounter in enumerate(schedule.encounters):
        for ref in encounter.footnotes:
            used.setdefault(ref, []).append((None, index))
    for index, activity in enumerate(schedule.activities):
        for ref in activity.footnotes:
            used.setdefault(ref, []).append((index, None))
    cells = [(m.footnotes, m.activity, m.encounter) for m in schedule.marks]
    for refs, row, place in [*cells, *((r.footnotes, r.activity, r.encounter) for r in schedule.remarks)]:
        for ref in refs:
            used.setdefault(ref, []).append((row, place))
    for ref in on_table:
        used.setdefault(ref, []).append((None, None))
    defined = {note.marker for note in table.footnotes}
    named = [(n.marker or _of_mark(n.text, set(used) - defined), n.text) for n in table.footnotes]
    notes = [  # a note without a marker holds for the whole table
        Condition(
            marker=marker,
            text=text,
            used=used.get(marker, []) if marker else [(None, None)],
            note_class=note_class(text),
        )
        for marker, text in named
    ]
    defined |= {marker for marker, _ in named}
    return notes + [Condition(marker=ref, text="", used=places) for ref, places in used.items() if ref not in defined]


def _of_mark(text: str, undefined: set[str]) -> str:
    """The marker that a note explains with its mark: "Xa = performed if fasting" is the note of a."""
    match = re.match(r"[Xx✓√]\s?(?P<marker>[a-z0-9*†‡§]{1,2})\s*[=:]", text)
    return match["marker"] if match is not None and match["marker"] in undefined else ""


def _unread(schedule: Schedule) -> list[str]:
    """Header figures without a value, columns without any timing, and markers without a footnote."""
    found = [f"column {e.column + 1} ({e.name}): {part}" for e in schedule.encounters for part in e.unread]
    found += [
        f"column {e.column + 1} ({e.name}): no timing understood"
        for e in schedule.encounters
        if not e.timing.known() and not e.unread
    ]
    return found + [f"footnote marker {c.marker!r} has no footnote" for c in schedule.conditions if not c.text]
