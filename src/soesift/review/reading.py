"""What the worker process does for the review page: draw a page, read the table at a place. Only here is it parsed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from soesift.detect.assemble import assemble_tables, fragments_of
from soesift.detect.reading import Reading, page_of
from soesift.document.orient import turn_box, turn_page
from soesift.document.pdf import open_pdf, page_png
from soesift.document.words import find_words
from soesift.errors import DocumentError
from soesift.files import write_atomically
from soesift.result.models import Box, Fragment, SoeTable
from soesift.review.mend import join_tables
from soesift.table.fill_text import fill_cells
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable, GridCell
from soesift.table.records import page_records
from soesift.table.redaction import lost_tags, redaction_tags
from soesift.table.states import mark_states

if TYPE_CHECKING:
    from soesift.document.page import Page
    from soesift.process.child import Task, Tell

INSIDE = 0.5  # share of a table's area from which on it counts as in the box
EDGE = 4.0  # points by which a box drawn by hand may cut
BEYOND = 14.0  # points a table may reach out of the box: less than a row of text, which nobody cuts off by chance


def work(task: Task, tell: Tell) -> dict[str, Any]:
    """`task["kind"]`: page (document, page, dpi), lines (document, layouts), or table (document and page, box, or
    number in a DOCX).

    Writes PNG, or JSON of cells or a SoeTable, to `task["out"]`; {"found": whether there is such a page or table}.
    """
    path = Path(task["document"])
    content: bytes | SoeTable | None
    if task["kind"] == "page":
        content = page_png(path, task["page"], task["dpi"])
    elif task["kind"] == "lines":
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

    A page without text is read by OCR. None if there is no such page.
    """
    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            return None
        page = page_of(document, number - 1, Reading())
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
