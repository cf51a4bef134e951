"""A schedule set on pages: parts of the table, its notes, running heads and feet, and text around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from soesift.sample.drawing import (
    arrow,
    cell_lines,
    draw_line,
    draw_lines,
    fit,
    font_of,
    longest_word,
    share,
    sides,
    thin,
    wrap,
)
from soesift.sample.drawing import width as text_width
from soesift.sample.grid import RAISED, Cell, Grid
from soesift.sample.restyled.content import Content, make_content
from soesift.sample.restyled.style import Printable, PrintStyle, WholeTruth, choose_style, printable, truth_of
from soesift.sample.style import Look
from soesift.sample.words import prose

LEADING = 1.18
PORTRAIT = (612.0, 792.0)
NARROW = 0.8  # horizontal scale of condensed print
INDENT = 7.0  # points by which sub-rows are set in
HEADS = (
    ("{sponsor}||Protocol {number}", "Confidential||Page {page} of {total}"),
    ("Clinical Study Protocol {number}||Version 2.0", "|{page}|"),
    ("", "CONFIDENTIAL|{number}|Page {page} of {total}"),
    ("{number} Amendment 3|CONFIDENTIAL|14 March 2021", "Property of {sponsor}||{page}/{total}"),
    ("", "C O N F I D E N T I A L                    {page}/{total}                    Document No. 09-{number}"),
    ("CONFIDENTIAL||EudraCT 2019-001234-56", "Approved on 14 Mar 2021 GMT||{page}"),
)


@dataclass(slots=True)
class Press:
    """Pages in the making. y runs down from the top of the room for text, in the frame in which the text is upright."""

    canvas: Any
    style: PrintStyle
    content: Content
    total: int
    page: int = 0
    y: float = 0.0
    turned: bool = False
    wide: bool = False
    pages: list[int] = field(default_factory=list)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the frame in which the text is upright."""
        return (PORTRAIT[1], PORTRAIT[0]) if self.wide else PORTRAIT

    @property
    def room(self) -> tuple[float, float, float]:
        """Left, width and height that text may have."""
        return 54.0, self.size[0] - 108.0, self.size[1] - 128.0

    def at(self, y: float) -> float:
        """y of PDF space."""
        return self.size[1] - 64.0 - y

    def left(self) -> float:
        return self.room[2] - self.y

    def new_page(self, *, table: bool) -> None:
        if self.page:
            self.end_page()
        self.page, self.y = self.page + 1, 0.0
        self.wide = table and self.style.paper != "portrait"
        self.turned = table and self.style.paper == "turned"
        size = PORTRAIT if self.turned or not self.wide else (PORTRAIT[1], PORTRAIT[0])
        self.canvas.setPageSize(size)
        draw_furniture(self, size)
        if self.turned:
            self.canvas.saveState()
            self.canvas.translate(PORTRAIT[0], 0)
            self.canvas.rotate(90)

    def end_page(self) -> None:
        if self.turned:
            self.canvas.restoreState()
        self.canvas.showPage()

    def text(
        self, text: str, font: str, size: float, *, indent: float = 0.0, hang: float = 0.0, lead: str = ""
    ) -> None:
        """Lines of text at y, on new pages as need be; `lead` stands at the left of the first."""
        left, width, _ = self.room
        first = True
        for line in wrap(text, font, size, width - indent - hang):
            if self.left() < size * LEADING:
                self.new_page(table=self.wide)
            if first and lead:
                draw_line(self.canvas, left, self.at(self.y) - 0.95 * size, lead, font, size)
            draw_line(
                self.canvas, left + indent + (0 if first else hang), self.at(self.y) - 0.95 * size, line, font, size
            )
            self.y += size * LEADING
            first = False


def draw_furniture(press: Press, size: tuple[float, float]) -> None:
    """Running head and foot in the page's own frame."""
    head, foot = HEADS[press.style.furniture]
    for text, y in ((head, size[1] - 34), (foot, 30.0)):
        said = text.format(
            sponsor=press.content.sponsor, number=press.content.number, page=press.page, total=press.total
        )
        parts = [*said.split("|"), "", ""][:3]
        for part, align, x in zip(parts, ("left", "centre", "right"), (54.0, size[0] / 2, size[0] - 54.0), strict=True):
            if part:
                draw_line(press.canvas, x, y, part, "Helvetica", 8, align)


def restyle(seed: int, path: Path, **fixed: Any) -> WholeTruth:
    """Write the schedule of a seed to a PDF file, with some pages around it; returns the truth.

    fixed: factors of the style that are not left to chance.
    """
    rng = Random(seed)
    style = replace(choose_style(rng), **fixed)
    most = {"portrait": rng.choice((6, 9, 12)), "landscape": rng.choice((9, 14, 18)), "turned": rng.choice((9, 14, 18))}
    content = make_content(rng, style.series, style.groups != "none", most[style.paper], style.length)
    return print_content(content, style, path, rng)


def print_content(content: Content, style: PrintStyle, path: Path, rng: Random) -> WholeTruth:
    """Print a content in a style, twice: the second time the number of pages is known."""
    state = rng.getstate()
    total = _print(content, style, path, rng, 99)[1]
    rng.setstate(state)
    return _print(content, style, path, rng, total)[0]


def _print(content: Content, style: PrintStyle, path: Path, rng: Random, total: int) -> tuple[WholeTruth, int]:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=PORTRAIT, invariant=1)
    press = Press(canvas, style, content, total)
    prose_pages(press, rng, 2)
    made = printable(content, style)
    truth = truth_of(content, style, made, made.grid)
    if style.markers == "normal":
        made = replace(made, grid=normal(made.grid))
    press.new_page(table=True)
    lay_table(press, made, truth, rng)
    truth.pages = press.pages
    if style.follows == "heading" and not press.wide:
        heading_and_prose(press, rng)
    prose_pages(press, rng, 2)
    press.end_page()
    canvas.save()
    return truth, press.page


def normal(grid: Grid) -> Grid:
    """The grid with its markers in print of the usual size, right behind the text."""
    rows = [[c and replace(c, text=RAISED.sub(r"\1", c.text)) for c in row] for row in grid.cells]
    return Grid(rows, grid.header_rows, grid.bands)


def prose_pages(press: Press, rng: Random, count: int) -> None:
    for _ in range(count):
        press.new_page(table=False)
        heading_and_prose(press, rng)


def heading_and_prose(press: Press, rng: Random) -> None:
    press.y += 12
    press.text(
        f"{rng.randint(2, 9)}.{rng.randint(1, 5)} {rng.choice(('Background', 'Study Design', 'Objectives'))}",
        "Times-Bold",
        12,
    )
    press.y += 4
    for _ in range(rng.choice((3, 5))):
        if press.left() < 120:
            return
        texts = rng.sample((*prose.DESIGN, *prose.PROCEDURES), 4)
        said = " ".join(
            t.format(drug="Vezomab", indication="asthma", population="adults", comparator="placebo") for t in texts
        )
        press.text(said, "Times-Roman", 11)
        press.y += 5


def look_of(style: PrintStyle) -> Look:
    face = "Helvetica" if style.face == "Narrow" else style.face
    return Look(face=face, size=style.size, header_shade=style.shade, pad=style.pad)


def lay_table(press: Press, made: Printable, truth: WholeTruth, rng: Random) -> None:
    """Caption, parts of the table page by page, notes."""
    style = press.style
    caption = f"Table 3 {press.content.title}"
    if style.caption == "above":
        press.text(caption, "Times-Bold", 11)
    elif style.caption == "none":
        press.text(f"1.3 {press.content.title}", "Times-Bold", 12)
    press.y += 4
    scale = NARROW if style.face == "Narrow" else 1.0
    for number, columns in enumerate(tile_columns(made, style)):
        if number:
            press.new_page(table=True)
            again(press, caption)
        lay_rows(press, made, columns, scale, caption, rng)
    if style.notes != "each":
        lay_notes(press, made, truth.legend)


def tile_columns(made: Printable, style: PrintStyle) -> list[list[int]]:
    """The columns of each part that stands on pages of its own; each begins with the label columns."""
    width = made.grid.shape[1]
    labels, data = list(range(made.labels)), list(range(made.labels, width))
    if style.tiles == 1 or len(data) < 8:
        return [[*labels, *data]]
    half = len(data) // 2
    return [[*labels, *data[:half]], [*labels, *data[half:]]]


def again(press: Press, caption: str) -> None:
    style = press.style
    if style.caption_again != "none" and style.caption == "above":
        press.text(caption + (" (continued)" if style.caption_again == "continued" else ""), "Times-Bold", 11)
        press.y += 4


def lay_rows(press: Press, made: Printable, columns: list[int], scale: float, caption: str, rng: Random) -> None:
    """All rows of some columns over as many pages as they need."""
    grid = made.grid.window(range(made.grid.shape[0]), columns)
    look, widths = column_widths(grid, look_of(press.style), press.room[1] / scale, press.style, made.labels)
    heights = [row_height(grid, look, widths, row, made.sub) for row in range(grid.shape[0])]
    stretch(grid, look, widths, heights)
    first, heads = grid.header_rows, list(range(grid.header_rows))
    framed = caption if press.style.caption == "framed" else ""
    while first < grid.shape[0]:
        head = heads if first == grid.header_rows or press.style.reprint else []
        title = 1.6 * look.size + 2 * look.pad if framed else 0.0
        spare = press.left() - sum(heights[r] for r in head) - title - (12 if press.style.foot_line else 0)
        spare -= height_of_notes(press, made) if press.style.notes == "each" else 0.0
        last = first
        while last < grid.shape[0] and heights[last] <= spare:
            spare -= heights[last]
            last += 1
        if last == first and press.y > 40:
            press.new_page(table=True)
            again(press, caption)
            continue
        last = max(last, first + 1)
        rows = [*head, *range(first, last)]
        if framed:
            frame_title(press, framed, sum(widths) * scale, title, look)
        place(
            press,
            made,
            grid.window(rows, range(grid.shape[1])),
            rows,
            look,
            widths,
            [heights[r] for r in rows],
            scale,
            rng,
        )
        press.pages += [press.page] if press.page not in press.pages else []
        if press.style.notes == "each":
            lay_notes(press, made, press.content.legend)
        first = last
        if first < grid.shape[0]:
            if press.style.foot_line:
                press.y += 2
                press.text(press.style.foot_line, "Times-Roman", 8)
            press.new_page(table=True)
            again(press, caption)
            framed = framed if press.style.reprint else ""


def height_of_notes(press: Press, made: Printable) -> float:
    """Room that the notes take below a part, at most half of the page."""
    size, width = press.style.note_size, press.room[1] - 16.0
    texts = [f"{lead} {text}" for lead, text in notes_printed(made, press.content.legend, press.style)]
    lines = sum(len(wrap(part, note_font(press.style), size, width)) for text in texts for part in text.split("\n"))
    return min((lines + 2) * size * LEADING, 0.5 * press.room[2])


def frame_title(press: Press, text: str, width: float, height: float, look: Look) -> None:
    left, y = press.room[0], press.at(press.y)
    press.canvas.setLineWidth(0.5)
    press.canvas.rect(left, y - height, width, height)
    draw_line(press.canvas, left + width / 2, y - height + look.pad + 2, text, look.bold, look.size + 1, "centre")
    press.y += height


def column_widths(grid: Grid, look: Look, room: float, style: PrintStyle, labels: int) -> tuple[Look, list[float]]:
    look, widths = fit(grid, look, room)
    if style.narrow_names:
        least = max(
            longest_word(c.text, look.bold, look.size)
            for row in grid.cells
            if (c := row[0]) is not None and c.columns == 1
        )
        narrow = min(widths[0], max(least + 2 * look.pad, 70.0))
        rest = widths[1:]
        widths = [narrow, *share(rest, [w + (widths[0] - narrow) / len(rest) for w in rest], room - narrow)]
    return look, widths


def row_height(grid: Grid, look: Look, widths: Sequence[float], row: int, sub: set[int]) -> float:
    least = look.size * LEADING + 2 * look.pad
    for column, cell in enumerate(grid.cells[row]):
        if cell is not None and cell.rows == 1:
            least = max(
                least, need(cell, look, sum(widths[column : column + cell.columns]) - (INDENT if row in sub else 0))
            )
    return least


def need(cell: Cell, look: Look, room: float) -> float:
    if cell.upright:
        return longest_line(cell, look) + 2 * look.pad + 2
    return len(cell_lines(cell, look, room)) * look.size * LEADING + 2 * look.pad


def longest_line(cell: Cell, look: Look) -> float:
    return text_width(cell.text, font_of(cell, look), look.size)


def stretch(grid: Grid, look: Look, widths: Sequence[float], heights: list[float]) -> None:
    """What a cell over several rows lacks is given to its last row."""
    for row, cells in enumerate(grid.cells):
        for column, cell in enumerate(cells):
            if cell is not None and cell.rows > 1:
                lack = need(cell, look, sum(widths[column : column + cell.columns])) - sum(
                    heights[row : row + cell.rows]
                )
                heights[row + cell.rows - 1] += max(0.0, lack)


def place(
    press: Press,
    made: Printable,
    grid: Grid,
    rows: list[int],
    look: Look,
    widths: list[float],
    heights: list[float],
    scale: float,
    rng: Random,
) -> None:
    """Draw one part at y."""
    canvas, style = press.canvas, press.style
    canvas.saveState()
    canvas.translate(press.room[0], press.at(press.y))
    canvas.scale(scale, 1)
    xs, ys = list(accumulate(widths, initial=0.0)), [-h for h in accumulate(heights, initial=0.0)]
    boxes = [
        (r, c, cell, (xs[c], ys[r + cell.rows], xs[c + cell.columns], ys[r]))
        for r, row in enumerate(grid.cells)
        for c, cell in enumerate(row)
        if cell is not None
    ]
    for r, _, cell, box in boxes:
        fill(canvas, box, cell.shade if cell.shade is not None else style.shade if r < grid.header_rows else None)
    draw_rules(canvas, style, grid, xs, ys, [box for _, _, _, box in boxes], rng)
    for r, c, cell, box in boxes:
        draw_text(canvas, cell, box, look, style, INDENT if c == 0 and rows[r] in made.sub else 0.0)
    for r in range(grid.shape[0]):
        draw_arrow(canvas, grid.cells[r], xs, (ys[r] + ys[r + 1]) / 2)
    canvas.restoreState()
    press.y += sum(heights)


def fill(canvas: Any, box: tuple[float, float, float, float], shade: float | None) -> None:
    if shade is not None:
        canvas.setFillGray(shade)
        canvas.rect(box[0], box[1], box[2] - box[0], box[3] - box[1], stroke=0, fill=1)
        canvas.setFillGray(0)


def draw_rules(
    canvas: Any,
    style: PrintStyle,
    grid: Grid,
    xs: list[float],
    ys: list[float],
    boxes: list[tuple[float, float, float, float]],
    rng: Random,
) -> None:
    canvas.setLineWidth(0.5)
    lines = [side for box in boxes for side in sides(box)]
    if style.rules == "full":
        canvas.lines(lines)
    elif style.rules == "rects":
        thin(canvas, 0.5, *lines)
    elif style.rules == "sloppy":
        canvas.lines([sloppy(line, rng) for line in lines])
    elif style.rules == "horizontal":
        canvas.lines([(xs[0], ys[0], xs[-1], ys[0]), *((x0, y0, x1, y0) for x0, y0, x1, _ in boxes)])
    elif style.rules == "columns":
        uprights = [line for line in lines if line[0] == line[2]]
        flat = [(xs[0], y, xs[-1], y) for y in {ys[0], ys[grid.header_rows], ys[-1]}]
        head = [(x0, y0, x1, y0) for x0, y0, x1, _ in boxes if y0 > ys[grid.header_rows] + 0.1]
        canvas.lines([*uprights, *flat, *head])
    elif style.rules == "header":
        canvas.lines([(xs[0], y, xs[-1], y) for y in {ys[0], ys[grid.header_rows], ys[-1]}])


def sloppy(line: tuple[float, float, float, float], rng: Random) -> tuple[float, float, float, float]:
    """A rule that is a little off, too long or too short."""
    x0, y0, x1, y1 = line
    off, end = rng.uniform(-0.9, 0.9), rng.uniform(-1.2, 1.2)
    if x0 == x1:
        return x0 + off, y0 - end, x1 + off, y1 + end
    return x0 - end, y0 + off, x1 + end, y1 + off


def draw_text(
    canvas: Any, cell: Cell, box: tuple[float, float, float, float], look: Look, style: PrintStyle, indent: float
) -> None:
    x0, y0, x1, y1 = box
    if cell.redacted:
        canvas.rect(x0, y0, x1 - x0, y1 - y0, stroke=0, fill=1)
    elif cell.upright and cell.text:
        canvas.saveState()
        canvas.translate((x0 + x1) / 2 + look.size * 0.35, y0 + look.pad)
        canvas.rotate(90)
        draw_line(canvas, 0, 0, cell.text, font_of(cell, look), look.size)
        canvas.restoreState()
    elif cell.text:
        lines = cell_lines(cell, look, x1 - x0 - indent)
        spare = max(y1 - y0 - len(lines) * look.size * LEADING - 2 * look.pad, 0.0)
        top = y1 - look.pad - (spare / 2 if style.middle else 0.0)
        left = (x0 + x1) / 2 if cell.centred else x0 + look.pad + indent
        draw_lines(canvas, left, top, lines, font_of(cell, look), look.size, "centre" if cell.centred else "left")


def draw_arrow(canvas: Any, row: Sequence[Cell | None], xs: list[float], y: float) -> None:
    on = [c for c, cell in enumerate(row) if cell is not None and cell.arrow]
    if len(on) > 1:
        arrow(canvas, xs[on[0]] + 1, xs[on[-1] + 1] - 2, y)


def lay_notes(press: Press, made: Printable, legend: str) -> None:
    """Notes and legend below the table, in its frame, or on the next page."""
    style = press.style
    texts = notes_printed(made, legend, style)
    if not texts:
        return
    if style.notes in ("framed", "rows"):
        frame_notes(press, [texts] if style.notes == "framed" else [[text] for text in texts])
        return
    if style.notes == "next":
        press.new_page(table=True)
    press.y += 10 if style.notes == "table" else 3
    if style.note_head:
        press.text(style.note_head, "Helvetica-Bold", style.note_size)
    for lead, text in texts:
        if style.notes == "table" and lead:
            row_of_note(press, lead.rstrip(".:"), text)
        else:
            write_note(press, lead, text)


def notes_printed(made: Printable, legend: str, style: PrintStyle) -> list[tuple[str, str]]:
    """(what stands in front, text) of each note and of the legend, in printed order."""
    notes = [(lead_of(marker, style.form), text) for marker, text in made.notes]
    more = [("", legend)] if legend else []
    return [*more, *notes] if style.legend_first else [*notes, *more]


def lead_of(marker: str, form: str) -> str:
    """A note's marker as printed, by its form."""
    forms = {
        "raised": "^[{}]",
        "dot": "{}.",
        "bracket": "{})",
        "round": "({})",
        "square": "[{}]",
        "colon": "{}:",
        "gap": "{}",
    }
    return forms.get(form, "{} =" if form == "equals" else "{} –").format(marker)


def note_font(style: PrintStyle) -> str:
    return "Times-Roman" if style.face == "Times" else "Helvetica"


def write_note(press: Press, lead: str, text: str) -> None:
    """A note with its list, its marker in front of the first line; tabbed where the form is a bare marker."""
    style = press.style
    first, *items = text.split("\n")
    if style.form == "gap" and lead:
        press.text(first, note_font(style), style.note_size, indent=14.0, lead=lead)
    else:
        press.text(
            f"{lead} {first}".strip(),
            note_font(style),
            style.note_size,
            hang=8.0 if lead and style.form != "raised" else 0.0,
        )
    for item in items:
        press.text(item, note_font(style), style.note_size, indent=16.0, hang=6.0)


def row_of_note(press: Press, lead: str, text: str) -> None:
    """A row of a table of notes: the marker in one cell, the text in the other."""
    left, width, _ = press.room
    size, split = press.style.note_size, 30.0
    lines = [line for part in text.split("\n") for line in wrap(part, note_font(press.style), size, width - split - 6)]
    height = len(lines) * size * LEADING + 5
    if press.left() < height:
        press.new_page(table=True)
    top = press.at(press.y)
    press.canvas.setLineWidth(0.5)
    press.canvas.rect(left, top - height, split, height)
    press.canvas.rect(left + split, top - height, width - split, height)
    draw_line(press.canvas, left + 3, top - 2 - 0.95 * size, lead, note_font(press.style), size)
    draw_lines(press.canvas, left + split + 3, top - 2, tuple(lines), note_font(press.style), size)
    press.y += height


def frame_notes(press: Press, boxes: list[list[tuple[str, str]]]) -> None:
    """Boxes of the table's width, parted where a page ends."""
    left, width, _ = press.room
    size, font = press.style.note_size, note_font(press.style)
    for box in boxes:
        parts = [part for lead, text in box for part in f"{lead} {text}".strip().split("\n")]
        lines = [line for part in parts for line in wrap(part, font, size, width - 6)]
        while lines:
            count = int((press.left() - 6) // (size * LEADING))
            if count < min(2, len(lines)):
                press.new_page(table=True)
                continue
            some, lines = lines[:count], lines[count:]
            height = len(some) * size * LEADING + 5
            press.canvas.setLineWidth(0.5)
            press.canvas.rect(left, press.at(press.y) - height, width, height)
            draw_lines(press.canvas, left + 3, press.at(press.y) - 2, tuple(some), font, size)
            press.y += height
