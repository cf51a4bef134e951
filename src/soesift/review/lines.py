"""The lines of a table on its pages, moved by a person: what is read again, and what that makes of the table.

A fragment's cells have boxes, so its lines are known: those between rows and those between columns, in printed order.
A person gives the lines as they should be, each with the number of the line that it was (-1: a new one). From that
follow rows and columns put in and taken out; the cells whose box is another now are read again, all others stay as
they are, mends and merged cells too. Continuation pages whose columns lie alike follow.

Places of lines are points on the page as displayed, however its text is turned.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from soesift.document.raised import runs_of, split_raised
from soesift.join.markers import guess_column, guess_markers
from soesift.result.models import Box, Cell, Doubt, PlacedDoubt, Run, SoeTable, State
from soesift.review.corrections import Line, Redrawn, Step
from soesift.review.mend import restepped
from soesift.schedule.markers import words_of
from soesift.table.arrows import ARROW

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
