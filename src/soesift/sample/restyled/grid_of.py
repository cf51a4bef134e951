"""A content as a grid of cells in a style, and what a perfect reader says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from soesift.sample.grid import RAISED, Cell, Grid, Row
from soesift.sample.restyled.content import Content, Level, Line
from soesift.sample.restyled.style import BARE, PrintStyle

Place = tuple[int, int]


@dataclass(slots=True)
class WholeTruth:
    """A table as printed: header over body, merged texts repeated; markers by place, notes in order.

    groups: rows of which only the name counts; unknown: rows under a black box; pages: 1-based, with rows.
    """

    title: str
    grid: list[list[str]]
    header_rows: int
    markers: dict[Place, list[str]]
    groups: set[int]
    notes: list[tuple[str, str]]
    legend: str
    style: dict[str, str]
    unknown: set[int] = field(default_factory=set)
    pages: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Printable:
    """The grid with its label columns in front; sub: rows set in from the left."""

    grid: Grid
    labels: int
    sub: set[int]
    groups: set[int]
    unknown: set[int]
    notes: list[tuple[str, str]] = field(default_factory=list)


def printable(content: Content, style: PrintStyle) -> Printable:
    """All columns of the content as one grid."""
    cells = header_cells(content, style)
    heads = len(cells)
    lines = [line for line in content.lines if style.groups != "none" or line.kind != "group"]
    made = Printable(Grid([], heads), 1 + (style.second in ("section", "category")), set(), set(), set())
    for place, line in enumerate(lines, heads):
        cells.append(line_cells(content, line, style, place))
        made.sub |= {place} if line.kind == "sub" else set()
        made.groups |= {place} if line.kind == "group" else set()
    if style.second != "none":
        add_second(cells, heads, lines, style)
    made.grid = Grid(cells, heads, {row for row in made.groups if style.groups == "band"})
    if style.redacted and len(lines) > 6:
        made.unknown = redact_rows(made, heads + len(lines) // 2)
    return made


def header_cells(content: Content, style: PrintStyle) -> list[Row]:
    rows = [level_cells(level, style) for level in content.levels]
    if style.corner == "merged" or len(rows) == 1:
        rows[0][0] = Cell("Procedure", rows=len(rows), bold=True)
        for row in rows[1:]:
            row[0] = None
    elif style.corner == "last":
        rows[-1][0] = Cell("Procedure", bold=True)
    return rows


def level_cells(level: Level, style: PrintStyle) -> Row:
    row: Row = [Cell(level.label, bold=True)]
    if not level.span:
        turned = style.turned_head and level.name == "visit" and style.rules not in BARE
        return [*row, *(Cell(t, bold=True, centred=True, upright=turned and len(t) > 4) for t in level.texts)]
    for text, run in groupby(level.texts):
        width = len(list(run))
        row += [Cell(text, columns=width, bold=True, centred=True), *[None] * (width - 1)]
    return row


def line_cells(content: Content, line: Line, style: PrintStyle, row: int) -> Row:
    if line.kind == "group":
        shade = 0.88 if style.groups == "band" else None
        name = Cell(line.name, bold=True, shade=shade)
        if style.groups == "bold":
            return [name, *(Cell(shade=shade) for _ in line.cells)]
        name.columns = content.visits + 1
        return [name, *[None] * content.visits]
    cells: Row = [Cell(line.name)]
    cells += [
        Cell(text, centred=style.centred, shade=0.8 if i in line.grey else None) for i, text in enumerate(line.cells)
    ]
    if line.continuous and style.continuous != "repeat":
        reach(cells, *line.continuous, style)
    return cells


def reach(cells: Row, first: int, last: int, style: PrintStyle) -> None:
    """One mark, or an arrow, over several visits."""
    head = cells[first + 1]
    assert head is not None
    if style.continuous == "merged":
        head.columns, head.text = last - first + 1, head.text.split("^")[0]
        cells[first + 2 : last + 2] = [None] * (last - first)
    else:
        cells[first + 2 : last + 2] = [Cell(said="→", arrow=True) for _ in range(last - first)]


def add_second(cells: list[Row], heads: int, lines: list[Line], style: PrintStyle) -> None:
    """A column of sections behind the names, of categories before them, or of comments at the right."""
    at = {"section": 1, "category": 0, "comments": len(cells[0])}[style.second]
    name = {"section": "Section", "category": "Category", "comments": "Comments"}[style.second]
    for row in cells[:heads]:
        row.insert(at, None)
    if style.rules in BARE:  # nothing tells over how many levels it reaches
        for row in cells[:heads]:
            row[at] = Cell()
        cells[heads - 1][at] = Cell(name, bold=True)
    else:
        cells[0][at] = Cell(name, rows=heads, bold=True)
    before = ""
    for number, (row, line) in enumerate(zip(cells[heads:], lines, strict=True)):
        first = row[0]
        if first is not None and first.columns > 1:
            first.columns += 1
            row.insert(1, None)
        elif style.second == "category":
            same = line.category == before
            row.insert(0, None if same else Cell(line.category, rows=run_of(lines, number), bold=True))
        else:
            text = line.remark if style.second == "comments" else f"8.{number % 9 + 1}"
            row.insert(at, Cell("" if line.kind == "group" else text))
        before = line.category if line.kind != "group" else ""


def run_of(lines: list[Line], first: int) -> int:
    """How many lines from `first` share its category, up to a heading."""
    run = 1
    while first + run < len(lines) and lines[first + run].category == lines[first].category:
        if lines[first + run].kind == "group":
            break
        run += 1
    return run


def redact_rows(made: Printable, first: int) -> set[int]:
    rows = {row for row in (first, first + 1) if row < made.grid.shape[0] and row not in made.groups}
    rows = {row for row in rows if all(c is None or c.rows == 1 for c in made.grid.cells[row])}
    rows = {row for row in rows if None not in made.grid.cells[row]}
    for row in rows:
        for cell in made.grid.cells[row]:
            if cell is not None:
                cell.redacted, cell.arrow = True, False
    return rows


def truth_of(content: Content, style: PrintStyle, made: Printable, raised: Grid) -> WholeTruth:
    """What is printed, markers apart. `raised`: the grid with its markers as content has them."""
    texts, markers = [], {}
    for r, row in enumerate(raised.owners()):
        line = []
        for c, (top, left) in enumerate(row):
            cell = raised.cells[top][left]
            assert cell is not None
            said = "" if cell.redacted else cell.text if cell.said is None else cell.said
            line.append(" ".join(RAISED.sub("", said).split()))
            if (top, left) == (r, c) and (found := [m for some in RAISED.findall(said) for m in some.split(",")]):
                markers[r, c] = found
        texts.append(line)
    notes = [(marker, text.replace("\n", " ")) for marker, text in content.notes if is_used(marker, markers)]
    made.notes = [(marker, text) for marker, text in content.notes if is_used(marker, markers)]
    groups, unknown = set(made.groups), set(made.unknown)
    legend = content.legend
    return WholeTruth(
        content.title, texts, made.grid.header_rows, markers, groups, notes, legend, style.factors(), unknown
    )


def is_used(marker: str, markers: dict[Place, list[str]]) -> bool:
    return any(marker in found for found in markers.values())
