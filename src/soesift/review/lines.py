"""The lines of a table on its pages, moved by a person: what is read again, and what that makes of the table.

A fragment's cells have boxes, so its lines are known: those between rows and those between columns, in printed order.
A person gives the lines as they should be, each with the number of the line that it was (-1: a new one). From that
follow rows and columns put in and taken out; the cells whose box is another now are read again, all others stay as
they are, mends and merged cells too. Continuation pages whose columns lie alike follow.

Places of lines are points on the page as displayed, however its text is turned.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from soesift.detect.assemble import assemble_tables, fragments_of
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Reading, page_of
from soesift.document.ocr import turn_box, turn_page
from soesift.document.pdf import open_pdf
from soesift.document.raised import runs_of, split_raised
from soesift.document.words import find_words
from soesift.errors import DocumentError
from soesift.files import write_atomically
from soesift.join.markers import guess_column, guess_markers
from soesift.result.models import Box, Cell, Doubt, Fragment, PlacedDoubt, Run, SoeTable, State
from soesift.review.corrections import Line, Redrawn, Step
from soesift.review.mend import join_tables, restepped
from soesift.schedule.cell_meaning import words_of
from soesift.table.cell_text import fill_cells
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable, GridCell
from soesift.table.records import page_records
from soesift.table.redaction import lost_tags, redaction_tags
from soesift.table.states import ARROW, mark_states

if TYPE_CHECKING:
    from soesift.document.page import Page
    from soesift.process.child import Task, Tell


LEAST = 2.0  # points between two lines
SAME = 0.3  # points by which a line that was not moved may differ
ALIKE = 3.0  # points by which the columns of another page may lie elsewhere and be the same
# by clockwise degrees of the text: which coordinate columns and rows run along, and whether it is counted backwards
_AXES = {0: ((0, 1), (1, 1)), 90: ((1, 1), (0, -1)), 180: ((0, -1), (1, -1)), 270: ((1, -1), (0, 1))}


@dataclass(frozen=True, slots=True)
class Axis:
    """Rows or columns of a fragment in printed order. along: 0 where lines have places in x on the page, 1 in y; sign:
    -1 where places are counted backwards; at: (n + 1) places of the lines; places: (n) rows or columns of the grid."""

    along: int
    sign: int
    at: list[float]
    places: list[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A fragment with its lines."""

    fragment: int
    page: int
    turn: int
    columns: Axis
    rows: Axis


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines of a fragment, and its cells as (row, column, row_span, column_span) between them: what is to be read."""

    page: int
    turn: int
    columns: list[float]
    rows: list[float]
    cells: list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class ReadCell:
    """What stands in a cell of a layout. shown: the text with raised characters between signs, "" where none is."""

    text: str
    shown: str
    states: list[State]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person's lines ask for: `steps` on rows and columns; then pairs of layouts, as it was and as it is to be,
    a pair for each fragment that is read again."""

    steps: list[Step]
    parts: list[tuple[Part, Part]]  # old and new; the new one's places are those after the steps
    layouts: list[tuple[Layout, Layout]]
    stays: list[int]  # pages whose columns lie elsewhere and were not read again though columns came or went


def parts_of(table: SoeTable) -> list[Part]:
    """The fragments with lines, in order; none for a document without pages."""
    found = []
    for number, fragment in enumerate(table.fragments):
        if fragment.page is None or fragment.bbox is None or fragment.rotation not in _AXES:
            continue
        cells = [c for c in table.cells if c.page == fragment.page and c.bbox and _within(c.bbox, fragment.bbox)]
        columns, rows = (_axis(cells, which, fragment.rotation) for which in ("column", "row"))
        if columns is None or rows is None:
            if table.grid or fragment.role != "grid":
                continue
            columns, rows = (_outer(fragment.bbox, which, fragment.rotation) for which in ("column", "row"))
        found.append(Part(number, fragment.page, fragment.rotation, columns, rows))
    return found


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1


def _axis(cells: Sequence[Cell], which: str, turn: int) -> Axis | None:
    """Where rows or columns lie, by the boxes of cells; None if that is not known."""
    along, sign = _AXES[turn][which == "row"]
    low: dict[int, list[float]] = {}
    high: dict[int, list[float]] = {}
    for cell in cells:
        assert cell.bbox is not None
        start, end = sorted((sign * cell.bbox[along], sign * cell.bbox[along + 2]))
        first: int = getattr(cell, which)
        low.setdefault(first, []).append(start)
        high.setdefault(first + getattr(cell, f"{which}_span") - 1, []).append(end)
    slots = [(median(low[place]), median(high[place]), place) for place in low.keys() & high.keys()]
    slots = sorted(slot for slot in slots if slot[1] - slot[0] >= LEAST)
    if not slots:
        return None
    at = [slots[0][0], *((a[1] + b[0]) / 2 for a, b in pairwise(slots)), slots[-1][1]]
    if any(b - a < LEAST for a, b in pairwise(at)):
        return None
    return Axis(along, sign, [round(sign * place, 1) for place in at], [place for *_, place in slots])


def _outer(box: Box, which: str, turn: int) -> Axis:
    """The one row or column of a box in which nothing was read."""
    along, sign = _AXES[turn][which == "row"]
    start, end = sorted((sign * box[along], sign * box[along + 2]))
    return Axis(along, sign, [sign * start, sign * end], [0])


def planned(table: SoeTable, fragment: int, columns: Sequence[Line], rows: Sequence[Line]) -> Plan:
    """What lines as a person wants them ask for. Raises ValueError where they make no sense or nothing is changed."""
    parts = parts_of(table)
    part = next((one for one in parts if one.fragment == fragment), None)
    if part is None:
        raise ValueError("the lines of this table are not known on that page")
    if not _moved(part.columns, columns) and not _moved(part.rows, rows):
        raise ValueError("no line was moved")
    height, width = max(1, len(table.grid)), max(1, max(map(len, table.grid), default=0))
    new_columns, column_steps, _ = _stepped(part.columns, columns, False, width)
    new_rows, row_steps, down = _stepped(part.rows, rows, True, height)
    steps = [*column_steps, *row_steps]
    after = restepped(table, steps)
    pairs, stays = [], []
    for one in parts:
        shift = one.columns.at[0] - part.columns.at[0]
        if one is part:
            new = Part(fragment, part.page, part.turn, new_columns, new_rows)
        elif _alike(one, part, shift) and _moved(part.columns, columns):
            moved = [round(at + shift, 1) for at in new_columns.at]
            follows = Axis(one.columns.along, one.columns.sign, moved, new_columns.places)
            new = Part(one.fragment, one.page, one.turn, follows, _follow(one.rows, down))
        else:
            if column_steps and one.page != part.page:
                stays.append(one.page)
            continue
        pairs.append((one, new))
    layouts = [(_layout(table, old), _layout(after, new)) for old, new in pairs]
    return Plan(steps, pairs, layouts, sorted(set(stays)))


def _moved(axis: Axis, lines: Sequence[Line]) -> bool:
    was = [line.was for line in lines]
    return was != [*range(len(axis.at))] or any(abs(a - b.at) > SAME for a, b in zip(axis.at, lines, strict=True))


def _alike(one: Part, other: Part, shift: float) -> bool:
    """Whether the columns of two fragments are the same ones, as wide, whatever margin they have."""
    a, b = one.columns, other.columns
    if one.turn != other.turn or a.places != b.places:
        return False
    return all(abs(x - shift - y) <= ALIKE for x, y in zip(a.at, b.at, strict=True))


def _follow(axis: Axis, order: Sequence[int | None]) -> Axis:
    """Rows of another fragment, at the places that they have after the steps."""
    return Axis(axis.along, axis.sign, axis.at, [order.index(place) for place in axis.places])


def _stepped(axis: Axis, lines: Sequence[Line], rows: bool, size: int) -> tuple[Axis, list[Step], list[int | None]]:
    """The new axis; steps that make its rows or columns; and the grid's old places in their new order (None: new)."""
    count = len(axis.places)
    _check(axis, lines, "row" if rows else "column")
    kept = [line.was if 0 <= line.was < count else None for line in lines[:-1]]
    order: list[int | tuple[str, int]] = [*range(size)]
    steps = []
    for gone in sorted(set(range(count)) - {k for k in kept if k is not None}, key=lambda k: -axis.places[k]):
        before = max((k for k in kept if k is not None and k < gone), default=None)
        covered = before is not None and lines[-1].was > gone
        at = order.index(axis.places[gone])
        into = axis.places[before] if covered and before is not None else None
        steps.append(Step(rows=rows, put=False, at=at, into=into))
        del order[at]
    if steps:  # places of `into` are those of the table as it then is
        steps = _renumbered(steps, size)
    names: list[int | tuple[str, int]] = []
    for slot, old in enumerate(kept):
        if old is not None:
            names.append(axis.places[old])
            continue
        follows = next((axis.places[k] for k in kept[slot:] if k is not None), None)
        at = order.index(names[-1]) + 1 if names else order.index(follows) if follows is not None else len(order)
        grows = bool(names) and axis.sign * (axis.at[-1] - lines[slot].at) > 0
        steps.append(Step(rows=rows, put=True, at=at, grows=grows))
        names.append(("new", slot))
        order.insert(at, names[-1])
    new = Axis(axis.along, axis.sign, [line.at for line in lines], [order.index(name) for name in names])
    return new, steps, [name if isinstance(name, int) else None for name in order]


def _renumbered(steps: list[Step], size: int) -> list[Step]:
    """`into` of each step, given in the first table's places, in those of the table as it is before the step."""
    order = [*range(size)]
    done = []
    for step in steps:
        into = None if step.into is None else order.index(step.into)
        done.append(step.model_copy(update={"into": into}))
        del order[step.at]
    return done


def _check(axis: Axis, lines: Sequence[Line], name: str) -> None:
    was = [line.was for line in lines if line.was >= 0]
    if len(lines) < 2 or not was or max(was) >= len(axis.at) or any(b <= a for a, b in pairwise(was)):
        raise ValueError(f"{name} lines: give at least two, each with the number of the line that it was, or -1")
    if all(not 0 <= line.was < len(axis.places) for line in lines[:-1]):
        raise ValueError(f"no {name} of the table would be left; reject the table instead")
    if any(axis.sign * (b.at - a.at) < LEAST for a, b in pairwise(lines)):
        raise ValueError(f"two {name} lines lie on each other")


def _layout(table: SoeTable, part: Part) -> Layout:
    """The cells of a table between the lines of a fragment."""
    covering = table.by_place()
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, grid_row in enumerate(part.rows.places):
        for column, grid_column in enumerate(part.columns.places):
            if (row, column) in taken:
                continue
            cell = covering.get((grid_row, grid_column))
            down = _run(part.rows.places, row, cell, "row")
            across = _run(part.columns.places, column, cell, "column")
            spots = {(r, c) for r in range(row, row + down) for c in range(column, column + across)}
            if spots & taken:
                down = across = 1
                spots = {(row, column)}
            taken |= spots
            cells.append((row, column, down, across))
    return Layout(part.page, part.turn, part.columns.at, part.rows.at, cells)


def _run(places: Sequence[int], start: int, cell: Cell | None, which: str) -> int:
    """How many neighbouring rows or columns from `start` on a cell covers."""
    if cell is None:
        return 1
    first: int = getattr(cell, which)
    held = range(first, first + getattr(cell, f"{which}_span"))
    length = 1
    while start + length < len(places) and places[start + length] in held:
        length += 1
    return length


def redrawn(table: SoeTable, plan: Plan, read: Sequence[tuple[Sequence[ReadCell], Sequence[ReadCell]]]) -> Redrawn:
    """What the lines make of a table: `read` are the texts of the plan's layouts, before and after."""
    after = restepped(table, plan.steps)
    now, then = table.by_place(), after.by_place()
    boxed = {(cell.page, cell.bbox): cell for cell in reversed(table.cells)}
    marking = _Marking(table, after.header_rows)
    cells: list[Cell] = []
    for (old, new), (old_layout, new_layout), (was, is_) in zip(plan.parts, plan.layouts, read, strict=True):
        before = {
            (old.rows.places[r], old.columns.places[c]): one
            for (r, c, *_), one in zip(old_layout.cells, was, strict=True)
        }
        for spot, one in zip(new_layout.cells, is_, strict=True):
            place = (new.rows.places[spot[0]], new.columns.places[spot[1]])
            there = then.get(place)
            source = _of_box(boxed, there)  # steps keep a cell's box
            first = before.get((source.row, source.column)) if source is not None else None
            under = now.get((_under(old.rows, new.rows, spot[0]), _under(old.columns, new.columns, spot[1])))
            if not one.text and under is not None and under.text == ARROW:
                one = ReadCell(ARROW, "", one.states)  # drawn, not printed: its lines stay where they are
            cell = _settled(there, source, first, one, marking, place)
            cells.append(_boxed(cell, spot, place, new))
    boxes = [(new.fragment, _hull(new)) for _, new in plan.parts]
    shape = (len(table.grid), max(map(len, table.grid), default=0))
    return Redrawn(shape=shape, steps=plan.steps, cells=cells, boxes=boxes, doubt=_said(plan))


def _of_box(boxed: dict[tuple[int | None, Box | None], Cell], cell: Cell | None) -> Cell | None:
    return None if cell is None or cell.bbox is None else boxed.get((cell.page, cell.bbox))


def _under(old: Axis, new: Axis, slot: int) -> int:
    """The row or column of the grid in which the middle of a new one lay; -1 outside."""
    middle = new.sign * (new.at[slot] + new.at[slot + 1]) / 2
    place = bisect_right([old.sign * at for at in old.at], middle) - 1
    return old.places[place] if 0 <= place < len(old.places) else -1


def _settled(
    there: Cell | None,
    source: Cell | None,
    was: ReadCell | None,
    now: ReadCell,
    marking: _Marking,
    place: tuple[int, int],
) -> Cell:
    """A cell after reading: as it was where nothing else is printed in it now, else as read; a doubt tells where a
    person, or the program by other means, had set another text than was printed there."""
    if there is not None and was is not None and (was.text, was.shown) == (now.text, now.shown):
        return there
    header = place[0] < marking.header_rows
    text, markers, runs, guess = marking.read(now, header)
    doubt = []
    if source is not None and was is not None and source.text != marking.read(was, header)[0]:
        doubt = [Doubt(kind="lines", why=f"Read again with other lines; before, it said “{source.text}”.")]
    base = there if there is not None else Cell(row=place[0], column=place[1], text="")
    update = {
        "text": text,
        "markers": markers,
        "runs": runs,
        "marker_guess": guess,
        "states": now.states,
        "doubt": doubt,
    }
    return Cell.model_validate(base.model_copy(update=update).model_dump())


def _boxed(cell: Cell, spot: tuple[int, int, int, int], place: tuple[int, int], part: Part) -> Cell:
    """A cell at its place, with the box that the lines give it."""
    row, column, down, across = spot
    spans = {"row_span": down, "column_span": across}
    if (cell.row, cell.column) != place or cell.row_span < down or cell.column_span < across:
        cell = cell.model_copy(update={"row": place[0], "column": place[1], **spans})
    ends = (part.columns, column, column + across), (part.rows, row, row + down)
    return cell.model_copy(update={"page": part.page, "bbox": _box(*ends)})


def _box(*ends: tuple[Axis, int, int]) -> Box:
    box = [0.0, 0.0, 0.0, 0.0]
    for axis, first, last in ends:
        box[axis.along], box[axis.along + 2] = sorted((axis.at[first], axis.at[last]))
    return box[0], box[1], box[2], box[3]


def _hull(part: Part) -> Box:
    return _box((part.columns, 0, -1), (part.rows, 0, -1))


def _said(plan: Plan) -> list[PlacedDoubt]:
    if not plan.stays:
        return []
    pages = ", ".join(map(str, plan.stays))
    one = plan.parts[0][1].page
    why = f"Columns were put in or taken out on page {one}; on {pages} they lie elsewhere, and nothing was read again."
    return [PlacedDoubt(kind="lines", why=why, place="table")]


class _Marking:
    """Markers split from texts, as detection does: raised ones, else those of the text's size that a note bears."""

    def __init__(self, table: SoeTable, header_rows: int) -> None:
        self.header_rows = header_rows
        self.known = frozenset(note.marker for note in table.footnotes if note.marker)
        raised = {marker for cell in table.cells if cell.runs for marker in cell.markers}
        self.open, self.words = self.known - raised, words_of(table)

    def read(self, one: ReadCell, header: bool) -> tuple[str, list[str], list[Run], bool]:
        """Text, markers, runs, and whether the markers are a guess."""
        pieces = runs_of(one.shown) if one.shown else []
        if pieces:
            text, markers = split_raised(pieces, self.known)
            return text, markers, [Run(text=piece, raised=up) for piece, up in pieces], False
        guess = guess_column if header else guess_markers
        text, markers = guess(one.text, self.known, self.open, self.words)
        return text, markers, [], bool(markers)


# What a worker process does for the review page: read the table at a place. Another draws pages (document.pdf).

INSIDE = 0.5  # share of a table's area from which on it counts as in the box
EDGE = 4.0  # points by which a box drawn by hand may cut
BEYOND = 14.0  # points a table may reach out of the box: less than a row of text, which nobody cuts off by chance


def work(task: Task, tell: Tell) -> dict[str, Any]:
    """`task["kind"]`: lines (document, layouts), or table (document and page, box, or number in a DOCX).

    Writes JSON of cells or a SoeTable to `task["out"]`; {"found": whether there is such a page or table}.
    """
    path = Path(task["document"])
    content: bytes | SoeTable | None
    if task["kind"] == "lines":
        content = json.dumps(cells_in_lines(path, task["layouts"])).encode()
    elif "box" in task:
        content = table_in_box(path, task["page"], tuple(task["box"]))
    else:
        content = table_of_word(path, task["number"])
    if content is not None:
        write_atomically(task["out"], content if isinstance(content, bytes) else content.model_dump_json().encode())
    return {"found": content is not None}


def table_in_box(path: Path, number: int, box: Box) -> SoeTable | None:
    """The tables of a page that lie in a box, as one; where none is found, the box with no rows.

    A page without text is read by OCR, whatever a glance at it told. None if there is no such page.
    """
    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            return None
        reading = Reading()
        page = page_of(document, number - 1, reading)
        if number in reading.unlikely:  # a glance saw no schedule there; a person does
            page = page_of(document, number - 1, reading, ReadOptions(ocr="always"), page)
    tables = tables_at(page, path, box)
    if not tables or any(reaches_out(table, box) for table in tables):  # say, into the running head above it
        tables = tables_at(cropped(page, box), path, box) or tables
    return _as_one(tables) if tables else boxed(number, box)


def tables_at(page: Page, path: Path, box: Box) -> list[SoeTable]:
    """Tables of a page of which at least half lies in the box, assembled as detection does."""
    found = find_tables(page)
    fragments = fragments_of(found, page_records(found, path.stem, "", 0, ""), page.fills, page.fill_grey)
    chosen = [f for f, table in zip(fragments, found.tables, strict=True) if share_inside(table.bbox, box) >= INSIDE]
    for fragment in chosen:
        fragment.soe = 1.0
    return assemble_tables(chosen, {found.number: found.lines}) if chosen else []


def reaches_out(table: SoeTable, box: Box) -> bool:
    """Whether a piece of the table goes on where whoever drew the box saw no table."""
    edges = [fragment.bbox for fragment in table.fragments if fragment.bbox is not None]
    return any(
        box[0] - one[0] > BEYOND or box[1] - one[1] > BEYOND or one[2] - box[2] > BEYOND or one[3] - box[3] > BEYOND
        for one in edges
    )


def cropped(page: Page, box: Box) -> Page:
    """The page with nothing but what lies in the box."""
    x0, top, x1, bottom = box[0] - EDGE, box[1] - EDGE, box[2] + EDGE, box[3] + EDGE

    def inside(boxes: Any) -> Any:
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        return np.flatnonzero((x >= x0) & (x <= x1) & (y >= top) & (y <= bottom))

    kept, fills = inside(page.boxes), inside(page.fills)
    return replace(
        page,
        codes=page.codes[kept],
        boxes=page.boxes[kept],
        upright=page.upright[kept],
        horizontal=page.horizontal[inside(page.horizontal)],
        vertical=page.vertical[inside(page.vertical)],
        fills=page.fills[fills],
        fill_grey=page.fill_grey[fills],
    )


def cells_in_lines(path: Path, layouts: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What stands in the cells of each layout (`review.lines.Layout` as a dictionary): text, shown, states.

    Raises DocumentError where there is no such page.
    """
    pages: dict[int, Page] = {}
    found = []
    with open_pdf(path) as document:
        for layout in layouts:
            number = layout["page"]
            if not 1 <= number <= len(document):
                raise DocumentError(f"no page {number}")
            if number not in pages:
                pages[number] = page_of(document, number - 1, Reading())
            found.append(cells_between(pages[number], layout))
    return found


def cells_between(page: Page, layout: dict[str, Any]) -> list[dict[str, Any]]:
    """The texts and states between lines of a page; words that run together are cut at the lines, as at rules."""
    turn = layout["turn"]
    upright = turn_page(page, (360 - turn) % 360)
    columns, rows = (_upright(page, turn, layout[name], name == "rows") for name in ("columns", "rows"))
    cells = [GridCell(*spot) for spot in layout["cells"]]
    table = FoundTable(page.number, rows, columns, cells, rotation=turn)
    drawn = replace(upright, vertical=np.concatenate([upright.vertical, _sides(table)]))
    words = find_words(drawn)
    tags = redaction_tags(words, upright)
    fill_cells(table, words, lost_tags(table, words, tags))
    mark_states(table, words, upright, tags)
    return [{"text": cell.text, "shown": cell.shown, "states": list(cell.states)} for cell in cells]


def _upright(page: Page, turn: int, at: list[float], rows: bool) -> Any:
    """Places of lines in the frame in which the text is upright."""
    along = rows != (turn in (90, 270))  # whether the places are in y on the page as displayed
    points = [(0.0, place, 0.0, place) if along else (place, 0.0, place, 0.0) for place in at]
    turned = [turn_box(point, page.width, page.height, (360 - turn) % 360)[int(rows)] for point in points]
    return np.array(turned, np.float32)


def _sides(table: FoundTable) -> Any:
    """(n, 4) the inner sides of cells from row to row, as thin rules."""
    ends = [(cell.row, cell.row_span, cell.column + cell.column_span) for cell in table.cells]
    sides = [
        (table.columns[end], table.rows[row], table.columns[end] + 0.1, table.rows[row + span])
        for row, span, end in ends
        if end < len(table.columns) - 1
    ]
    return np.array(sides, np.float32).reshape(-1, 4)


def table_of_word(path: Path, number: int) -> SoeTable | None:
    """Table `number` (1-based) of a DOCX; None if there is none."""
    from soesift.detect.word import word_fragments  # only where a Word file is met: lxml costs its start

    for fragment in word_fragments(path, "", Reading(), "never"):
        if fragment.record.location is not None and fragment.record.location.table_number == number:
            fragment.soe = 1.0
            return assemble_tables([fragment], {})[0]
    return None


def boxed(number: int, box: Box) -> SoeTable:
    """A table of which only the place is known."""
    place = Fragment(page=number, bbox=box, probability=1.0)
    return SoeTable(
        id="t1",
        table_type="track",
        type_probability=0.0,
        probability=1.0,
        pages=[number],
        fragments=[place],
        grid=[],
        cells=[],
        evidence=["no rows could be read in the box"],
    )


def share_inside(inner: Box, outer: Box) -> float:
    """Share of the area of `inner` that lies in `outer`, 0 to 1."""
    wide = min(inner[2], outer[2]) - max(inner[0], outer[0])
    high = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return max(0.0, wide) * max(0.0, high) / area if area > 0 else 0.0


def _as_one(tables: list[SoeTable]) -> SoeTable:
    return join_tables(tables) if len(tables) > 1 else tables[0]
