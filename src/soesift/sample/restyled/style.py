"""How a schedule may be printed: one value for each factor, by chance; its content as a grid in that style.

Beside the grid stands what a perfect reader says of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from itertools import groupby
from random import Random

from soesift.sample.grid import RAISED, Cell, Grid, Row
from soesift.sample.restyled.content import Content, Level, Line

RULES = (
    "full",
    "full",
    "full",
    "full",
    "rects",
    "rects",
    "rects",
    "sloppy",
    "sloppy",
    "horizontal",
    "columns",
    "header",
    "none",
)
FORMS = ("raised", "raised", "raised", "dot", "dot", "bracket", "round", "square", "colon", "gap", "dash", "equals")
NOTE_HEADS = ("", "", "", "", "Footnotes:", "Notes:", "NOTE", "Footnotes for Table 3")
BARE = ("horizontal", "header", "none")
FOOT_LINES = ("", "", "", "Table continued on next page", "Footnotes appear on the last page of the table")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PrintStyle:
    """Factors of print. All are told with a truth, so that failures can be counted by factor."""

    rules: str = "full"  # full, rects, sloppy, horizontal, columns, header, none
    face: str = "Helvetica"  # Helvetica, Times, Narrow
    size: float = 8.0  # points
    paper: str = "portrait"  # portrait, landscape, turned: landscape print on a portrait page
    reprint: bool = True  # the header on each page
    caption_again: str = "continued"  # continued, same, none: what stands above the next page's part
    caption: str = "above"  # above, framed, none
    foot_line: str = ""  # printed below a part that goes on
    tiles: int = 1
    groups: str = "band"  # band, bold, merged, none
    corner: str = "labels"  # labels, merged, last: where the name of the activities stands in the header
    second: str = "none"  # none, section, category, comments
    series: str = "letters"  # letters, numbers, signs
    form: str = "raised"  # how notes begin: raised, dot, bracket, round, square, colon, gap, dash, equals
    length: str = "short"  # of notes: short, long, lists
    note_head: str = ""  # printed above the notes
    markers: str = "raised"  # raised, normal: those in cells
    notes: str = "below"  # below, each: on each page, next, framed, rows: a framed row a note, table: marker and text
    legend_first: bool = True
    note_size: float = 8.0
    continuous: str = "repeat"  # repeat, merged, arrow
    turned_head: bool = False
    shade: float | None = 0.88
    middle: bool = True  # texts stand in the middle of their row's height
    centred: bool = True
    narrow_names: bool = False  # wrapped names
    pad: float = 2.5
    furniture: int = 0
    follows: str = "page"  # page, heading: what comes after the notes
    redacted: bool = False

    def factors(self) -> dict[str, str]:
        return {f.name: str(getattr(self, f.name)) for f in fields(self)}


def choose_style(rng: Random) -> PrintStyle:
    """A style by chance; what cannot be read by a person either (merged marks without rules) is left out."""
    rules = rng.choice(RULES)
    bare = rules in BARE
    series = rng.choice(("letters", "letters", "numbers", "signs"))
    form = "raised" if series == "signs" else rng.choice(FORMS)
    framed = rules in ("full", "rects")
    return PrintStyle(
        rules=rules,
        face=rng.choice(("Helvetica", "Times", "Times", "Narrow")),
        size=rng.choice((5.5, 6.5, 7.0, 8.0, 8.0, 9.0, 10.0)),
        paper=rng.choice(("portrait", "portrait", "landscape", "landscape", "turned")),
        reprint=rng.random() < 0.75,
        caption_again=rng.choice(("continued", "same", "none")),
        caption=rng.choice(("above", "above", "above", "framed" if framed else "above", "none")),
        foot_line=rng.choice(FOOT_LINES),
        tiles=2 if rng.random() < 0.08 else 1,
        groups=rng.choice(("bold", "none") if bare or rules == "columns" else ("band", "bold", "merged", "none")),
        corner=rng.choice(("labels", "labels", "last" if bare else "merged", "last")),
        second=rng.choice(
            ("none",) * 6 + ("section", "comments", "category" if framed or rules == "sloppy" else "none")
        ),
        series=series,
        form=form,
        markers="normal" if series == "signs" and rng.random() < 0.4 else "raised",
        length=rng.choice(("short", "short", "long", "lists")),
        note_head=rng.choice(NOTE_HEADS),
        notes=rng.choice(("below", "below", "below", "each", "next", *(("framed", "rows", "table") if framed else ()))),
        legend_first=rng.random() < 0.6,
        note_size=rng.choice((6.5, 7.0, 8.0, 9.0)),
        continuous=rng.choice(("repeat",) if bare else ("repeat", "repeat", "merged", "arrow")),
        turned_head=rng.random() < 0.08,
        shade=None if bare else rng.choice((None, 0.75, 0.85, 0.9, 0.93)),
        middle=rng.random() < 0.6,
        centred=rng.random() < 0.8,
        narrow_names=not bare and rng.random() < 0.35,
        pad=rng.choice((4.0, 5.0)) if bare else rng.choice((1.5, 2.5, 3.0)),
        furniture=rng.randrange(6),
        follows=rng.choice(("page", "heading")),
        redacted=rng.random() < 0.05,
    )


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
