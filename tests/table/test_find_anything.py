"""Any page gives well-formed tables; parts that unit tests reach better than pages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soesift.document.ocr import main_turn
from soesift.document.page import Page
from soesift.document.words import Words, read_lines
from soesift.table.cell_text import fill_cells, owners
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable, GridCell
from soesift.table.records import page_records
from soesift.table.redaction import (
    add_hidden_columns,
    add_hidden_rules,
    belongs,
    dark_boxes,
    lost_tags,
    mend_tables,
    part_covered,
    stack,
)
from soesift.table.states import mark_arrows

PLACE = st.integers(0, 30).map(lambda v: v * 20)
RULE = st.tuples(PLACE, PLACE, PLACE)
LETTER = st.tuples(st.sampled_from("XaD1-✓ "), PLACE, PLACE, st.sampled_from([0, 0, 0, 90, 180, 270]))


def boxes_of(rows: list[tuple[float, float, float, float]]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


@st.composite
def pages(draw: st.DrawFn) -> Page:
    page = Page(1, 612, 792)
    across, down = draw(st.lists(RULE, max_size=14)), draw(st.lists(RULE, max_size=14))
    page.horizontal = boxes_of([(min(a, b), y, max(a, b), y + 1) for y, a, b in across])
    page.vertical = boxes_of([(x, min(a, b), x + 1, max(a, b)) for x, a, b in down])
    letters = draw(st.lists(LETTER, max_size=40))
    page.codes = np.array([ord(c) for c, *_ in letters], np.uint32)
    page.boxes = boxes_of([(x + 5, y + 5, x + 11, y + 14) for _, x, y, _ in letters])
    page.upright = np.array([turn for *_, turn in letters], np.int16)
    dark = draw(st.lists(st.tuples(PLACE, PLACE), max_size=2))
    page.fills = boxes_of([(x, y, x + 200, y + 30) for x, y in dark])
    page.fill_grey = np.zeros(len(dark), np.float32)
    return page


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_any_page_gives_well_formed_tables(page: Page) -> None:
    found = find_tables(page)
    assert {t.rotation for t in found.tables} <= {found.turn}
    for table in found.tables:
        assert (np.diff(table.rows) > 0).all()
        assert (np.diff(table.columns) > 0).all()
        count = np.zeros(table.shape, int)
        for c in table.cells:
            count[c.row : c.row + c.row_span, c.column : c.column + c.column_span] += 1
        assert (count == 1).all()
        assert (owners(table) >= 0).all()
    for record in page_records(found, "d", "", 1, ""):
        assert len({len(row) for row in record.grid}) == 1
        assert all(text == " ".join(text.split()) for row in record.grid for text in row)


def table_at(top: float, columns: list[float], rows: int = 2) -> FoundTable:
    ys = np.arange(rows + 1, dtype=np.float32) * 20 + top
    cells = [GridCell(r, c, 1, 1, f"{r}{c}") for r in range(rows) for c in range(len(columns) - 1)]
    return FoundTable(1, ys.astype(np.float32), np.array(columns, np.float32), cells, ruled=top / 1000)


NONE, NO_GREY = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
COLUMNS = [0.0, 100.0, 150.0, 200.0]


def test_pieces_are_stacked_only_when_they_belong_together() -> None:
    upper, touching, apart = table_at(100, COLUMNS), table_at(142, COLUMNS), table_at(180, COLUMNS)
    assert belongs(upper, touching, NONE, NO_GREY)
    assert not belongs(upper, apart, NONE, NO_GREY)
    assert not belongs(upper, table_at(142, [0, 90, 150, 200]), NONE, NO_GREY)
    assert not belongs(table_at(100, [0, 100]), table_at(142, [0, 100]), NONE, NO_GREY)
    box = np.array([[0, 138, 200, 182]], np.float32)
    assert belongs(upper, apart, box, np.array([0.0], np.float32))
    assert not belongs(upper, apart, box, np.array([0.8], np.float32))  # shading is no redaction


def test_stack_fills_the_gap_with_an_empty_row() -> None:
    joined = stack(table_at(100, COLUMNS), table_at(180, COLUMNS))
    both = [["00", "01", "02"], ["10", "11", "12"]]
    assert joined.texts() == [*both, [""] * 3, *both]
    assert joined.rows.tolist() == [100, 120, 140, 180, 200, 220]
    close = stack(table_at(100, COLUMNS), table_at(142, COLUMNS))
    assert close.shape == (4, 3)
    pieces = [table_at(top, COLUMNS) for top in (142, 100, 184)]
    assert [t.shape for t in mend_tables(pieces, NONE, NO_GREY)] == [(6, 3)]


def test_tables_of_other_columns_above_do_not_stop_the_mending() -> None:
    """A table is found among those before it by its place: their arrays cannot be compared."""
    other = table_at(20, [0.0, 50.0, 90.0, 130.0, 170.0, 210.0, 250.0])
    pieces = [other, table_at(100, COLUMNS), table_at(180, COLUMNS)]
    box = np.array([[0, 138, 200, 182]], np.float32)
    assert [t.shape for t in mend_tables(pieces, box, np.array([0.0], np.float32))] == [(2, 6), (5, 3)]


def test_black_boxes_lend_their_edges() -> None:
    page = Page(1, 612, 792)
    page.fills = np.array([[0, 50, 300, 80], [0, 200, 300, 230], [0, 300, 20, 302]], np.float32)
    page.fill_grey = np.array([0.0, 0.9, 0.0], np.float32)
    assert dark_boxes(page).tolist() == [[0, 50, 300, 80]]
    vertical = np.array([[10, 0, 100], [100, 0, 100], [200, 0, 100]], np.float32)
    none = np.zeros((0, 3), np.float32)
    assert add_hidden_rules(none, vertical, page).tolist() == [[50, 10, 200], [80, 10, 200]]
    assert len(add_hidden_rules(none, vertical[:2], page)) == 0


def covered_parts(*boxes: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    """Column and width of the parts of a cell over four columns, 20 points high, below these black boxes."""
    page = Page(1, 612, 792)
    page.fills, page.fill_grey = np.array(boxes, np.float32), np.zeros(len(boxes), np.float32)
    cells = [GridCell(0, 0, 1, 4), GridCell(1, 0, 1, 1)]
    table = FoundTable(1, np.array([0, 20, 40.0]), np.array([0, 100, 200, 300, 400.0]), cells)
    part_covered(table, page)
    assert (table.cells[-1].row, table.cells[-1].column_span) == (1, 1)
    return [(cell.column, cell.column_span) for cell in table.cells[:-1]]


def test_a_cell_is_parted_where_a_black_box_covers_some_of_its_columns() -> None:
    assert covered_parts((100, 0, 200, 20)) == [(0, 1), (1, 1), (2, 2)]
    assert covered_parts((0, 0, 160, 20)) == [(0, 1), (1, 1), (2, 2)]
    assert covered_parts((60, 0, 160, 20)) == [(0, 1), (1, 1), (2, 2)], "the middle of the first is not covered"
    assert covered_parts((260, 0, 400, 20)) == [(0, 3), (3, 1)]
    assert covered_parts((0, 0, 400, 20)) == [(0, 4)], "all are"
    assert covered_parts((100, 0, 200, 10)) == [(0, 4)], "half of the height is a word"
    assert covered_parts((100, 8, 200, 30)) == [(0, 1), (1, 1), (2, 2)]
    assert covered_parts((0, 0, 99, 20), (300, 0, 400, 20)) == [(0, 1), (1, 2), (3, 1)]


@pytest.mark.parametrize(
    ("lines", "reaches"),
    [
        ([[40, 10, 400]], [10, 400]),
        ([[20, 10, 400], [70, 50, 350]], [50, 350]),  # the nearer line tells, from below too
        ([[-11, 10, 400]], [100, 300]),  # too far above
        ([[-10, 10, 400]], [10, 400]),
        ([[40, 104, 400]], [100, 400]),
        ([[40, 106, 400]], [100, 300]),  # does not span the rules
        ([[40, 10, 296]], [10, 300]),
    ],
)
def test_an_edge_of_a_box_is_as_long_as_the_nearest_line_of_its_table(
    lines: list[list[float]], reaches: list[float]
) -> None:
    page = Page(1, 612, 792)
    page.fills, page.fill_grey = np.array([[90, 50, 310, 80]], np.float32), np.zeros(1, np.float32)
    vertical = np.array([[100, 0, 100], [200, 0, 100], [300, 0, 100]], np.float32)
    edges = add_hidden_rules(np.array(lines, np.float32), vertical, page, words_at(("EEG", 500, 300, 10)))
    assert edges[len(lines)].tolist() == [50, *reaches]


def test_arrows_keep_to_empty_cells() -> None:
    table = table_at(0, COLUMNS)
    for cell in table.cells:
        cell.text = "" if cell.column else "name"
    table.cells[4].text = "X"
    table.arrows = np.array([[10, 105, 195], [30, 105, 195], [30, 160, 190], [99, 0, 200]], np.float32)
    mark_arrows(table)
    assert table.texts() == [["name", "→", "→"], ["name", "X", "→"]]


def test_a_line_beside_no_name_is_no_arrow() -> None:
    """Curves of a chart and the lines of its key pass columns too; an arrow's row is named, by a tall cell as well."""
    cells = [GridCell(0, 0, 1, 1), GridCell(1, 0, 2, 1, "Diary")]
    cells += [GridCell(row, column, 1, 1) for row in range(3) for column in (1, 2)]
    table = FoundTable(1, np.array([0, 20, 40, 60], np.float32), np.array([0, 100, 150, 200], np.float32), cells)
    table.arrows = np.array([[10, 105, 195], [50, 105, 195]], np.float32)
    mark_arrows(table)
    assert [row[1:] for row in table.texts()] == [["", ""], ["", ""], ["→", "→"]]


def words_at(*placed: tuple[str, float, float, float]) -> Words:
    """Words (text, x, top, size), each as wide as its letters are many."""
    boxes = np.array([(x, y, x + 0.5 * s * len(t), y + s) for t, x, y, s in placed], np.float32)
    sizes = np.array([s for *_, s in placed], np.float32)
    return Words(boxes, boxes, np.zeros(len(placed), np.int16), sizes, [t for t, *_ in placed])


def test_reading_order_and_markers() -> None:
    words = words_at(("below", 0, 12, 10), ("right", 30, 0, 10), ("left", 0, 0.5, 10), ("a", 55.2, -2, 6))
    assert read_lines(words, np.arange(4)) == "left righta below"


def test_words_go_to_the_cell_of_their_middle() -> None:
    table = table_at(0, COLUMNS)
    for cell in table.cells:
        cell.text = ""
    words = words_at(("long", 85, 5, 9), ("X", 120, 25, 9), ("out", 300, 5, 9))
    used = fill_cells(table, words)
    assert table.texts() == [["long", "", ""], ["", "X", ""]]
    assert sorted(used.tolist()) == [0, 1]


def test_main_turn_needs_a_clear_majority() -> None:
    def page(upright: int, turned: int, over: int = 0) -> Page:
        n = upright + turned + over
        boxes = np.tile(np.array([300, 400, 306, 410], np.float32), (n, 1))
        turns = np.array([0] * upright + [90] * turned + [180] * over, np.int16)
        return Page(1, 612, 792, codes=np.full(n, 65, np.uint32), boxes=boxes, upright=turns)

    assert main_turn(page(100, 0)) == 0
    assert main_turn(page(100, 100)) == 0
    assert main_turn(page(30, 100)) == 90
    assert main_turn(page(0, 5)) == 90
    assert main_turn(page(0, 0)) == 0
    assert main_turn(page(9, 60, 100)) == 90, "visits across the columns of a turned table"
    assert main_turn(page(0, 10, 100)) == 180
    assert main_turn(page(0, 0, 100)) == 180


def test_black_boxes_hide_rules_that_go_on_behind_them() -> None:
    page = Page(1, 612, 792)
    page.fills = np.array([[0, 50, 300, 62], [0, 63, 300, 75], [0, 150, 300, 162]], np.float32)
    page.fill_grey = np.zeros(3, np.float32)
    above = [[x, 0, 51] for x in (10, 100, 200)]
    below = [[x, 74, 149] for x in (10, 100.5, 200)]
    vertical = np.array([*above, *below], np.float32)
    added = add_hidden_columns(vertical, page)[6:].tolist()
    assert added == [[10, 51, 74], [100, 51, 74], [200, 51, 74]]  # nothing goes on behind the box at the foot
    aside = np.array([*above, [20, 74, 149], [110, 74, 149], [210, 74, 149]], np.float32)
    assert len(add_hidden_columns(aside, page)) == 6  # other columns below: another table
    two = vertical[[0, 1, 3, 4]]
    assert len(add_hidden_columns(two, page)) == 4


@pytest.mark.parametrize(("left", "reaches"), [(20.0, False), (140.0, True)])
def test_an_edge_of_a_box_parts_the_outer_columns_unless_a_word_stands_there(left: float, reaches: bool) -> None:
    page = Page(1, 612, 792)
    page.fills = np.array([[90, 50, 400, 80]], np.float32)
    page.fill_grey = np.zeros(1, np.float32)
    vertical = np.array([[100, 0, 100], [200, 0, 100], [300, 0, 100]], np.float32)
    horizontal = np.array([[40, 10, 400]], np.float32)
    words = words_at(("EEG", left, 45, 10))
    edge = add_hidden_rules(horizontal, vertical, page, words)[1].tolist()
    assert edge == [50, 10 if reaches else 100, 400]


def test_tags_beside_text_are_left_out_and_alone_they_stay() -> None:
    cells = [GridCell(row, column, 1, 1) for row in (0, 1) for column in (0, 1)]
    table = FoundTable(1, np.array([0, 20, 40.0]), np.array([0, 100, 200.0]), cells)
    words = words_at(("ECG", 5, 5, 10), ("CCI", 40, 5, 10), ("CCI", 110, 5, 10), ("X", 110, 25, 10))
    tags = np.array([text == "CCI" for text in words.text])
    lost = lost_tags(table, words, tags)
    assert [text for number, text in enumerate(words.text) if number not in lost] == ["ECG", "CCI", "X"]
    table.moved = np.asarray([[len(words) - 1, 0]], np.intp)  # words keep their numbers
    fill_cells(table, words, lost)
    assert table.cells[2].text == "X"
    assert not len(lost_tags(table, words, np.zeros(4, bool)))
