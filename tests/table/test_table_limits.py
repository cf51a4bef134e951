"""Ruled tables and what stands around them, function by function: each limit from both of its sides."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.document.docx import DocxTable
from soesift.document.page import Page
from soesift.document.raised import UP
from soesift.document.words import Words
from soesift.table.cell_text import part_open_cells, row_anchors, split_rows
from soesift.table.context import (
    TextLine,
    attached,
    find_caption,
    is_caption,
    is_heading,
    is_tail,
    is_title_like,
    lines_outside,
    surroundings,
)
from soesift.table.continuation_rows import fits, holds_notes, is_row, left_open, with_rest
from soesift.table.find import PageTables, is_table, tables_of
from soesift.table.grid import FoundTable, GridCell, alone, close_slivers, closed, join_halves, laid, without_markers
from soesift.table.headers import (
    SETTINGS as HEAD,
)
from soesift.table.headers import (
    best_cut,
    count_header_rows,
    header_evidence,
    is_blank,
    is_group,
    is_timed,
    mark_columns,
    merged_evidence,
    name_evidence,
    own_evidence,
    shade_evidence,
    timed_body,
)
from soesift.table.lexicon import is_mark, is_point, is_window
from soesift.table.records import last_heading, page_records, title_row, to_records
from soesift.table.redaction import add_hidden_rules, belongs, covered_outside, redaction_tags, stack
from soesift.table.ruled import (
    boundaries,
    build_lattice,
    closed_sides,
    find_lattices,
    merge_cells,
    part_floating,
    within_merged,
)
from soesift.table.states import mark_arrows, mark_states, row_shades
from soesift.table.unruled_cells import Printed

NONE = np.zeros((0, 3), np.float32)


def lines(*some: tuple[float, float, float]) -> np.ndarray:
    return np.array(some, np.float32).reshape(-1, 3)


def table(texts: list[list[str]], columns: list[float] | None = None, rows: list[float] | None = None) -> FoundTable:
    """Cells of one position; columns 50 points wide, rows 20 high, unless their sides are given."""
    high, wide = len(texts), len(texts[0])
    ys = np.array(rows or [20 * k for k in range(high + 1)], np.float32)
    xs = np.array(columns or [50 * k for k in range(wide + 1)], np.float32)
    return FoundTable(1, ys, xs, [GridCell(r, c, 1, 1, texts[r][c]) for r in range(high) for c in range(wide)])


def words(*placed: tuple[str, float, float], size: float = 10.0) -> Words:
    """Words (text, left, top), five points a letter."""
    boxes = np.array([(x, y, x + 5 * len(t), y + size) for t, x, y in placed], np.float32).reshape(-1, 4)
    turn, sizes = np.zeros(len(placed), np.int16), np.full(len(placed), size, np.float32)
    return Words(boxes, boxes, turn, sizes, [text for text, *_ in placed])


def printed(text: str, top: float, size: float = 10.0, shown: str = "") -> TextLine:
    return TextLine(text, top, top + size, size, shown)


# lattice


def test_positions_that_are_close_are_one_boundary_and_lines_may_reach_beyond() -> None:
    assert boundaries(np.array([10, 12, 50, 90], np.float32), 10, 90).tolist() == [11, 50, 90]
    assert boundaries(np.array([10, 50], np.float32), 2, 58).tolist() == [10, 50]  # eight points: not further
    assert boundaries(np.array([10, 50], np.float32), 1, 59).tolist() == [1, 10, 50, 59]


def test_half_of_a_side_closes_it() -> None:
    across, along = np.array([0, 20], np.float32), np.array([0, 40, 80], np.float32)
    found = closed_sides(lines((1, 0, 20), (19, 0, 19), (20, 40, 80)), across, along)
    assert found.tolist() == [[True, False], [False, True]]
    assert closed_sides(lines((0, 0, 10), (0, 20, 30)), across, along)[0].tolist() == [True, False]  # two pieces


def test_cells_grow_over_open_sides() -> None:
    def spans(below: list[list[int]], right: list[list[int]]) -> list[tuple[int, int, int, int]]:
        cells = merge_cells(np.array(below, bool).reshape(-1, len(right[0]) + 1), np.array(right, bool))
        return [(c.row, c.column, c.row_span, c.column_span) for c in cells]

    assert spans([[1, 1]], [[1], [1]]) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert spans([[1, 1]], [[0], [1]]) == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert spans([[0, 1]], [[1], [1]]) == [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]
    assert spans([[0, 0]], [[0], [0]]) == [(0, 0, 2, 2)]
    assert spans([[0, 0]], [[0], [1]]) == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]  # no rectangle
    assert spans([[0, 0, 1]], [[1, 1], [0, 1]]) == [
        (0, 0, 1, 1),
        (0, 1, 1, 1),
        (0, 2, 1, 1),
        (1, 0, 1, 2),
        (1, 2, 1, 1),
    ]
    assert spans([[0, 1], [0, 1]], [[1], [1], [1]]) == [(0, 0, 3, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1, 1)]


def test_a_lattice_says_how_much_of_it_is_drawn() -> None:
    across = lines((0, 0, 100), (20, 0, 100), (40, 0, 100))
    found = build_lattice(across, lines((0, 0, 40), (50, 0, 20), (100, 0, 40)), 3)
    assert found is not None
    assert (found.page, found.shape, len(found.cells)) == (3, (2, 2), 3)
    assert found.ruled == pytest.approx(3 / 4)
    assert build_lattice(across[[0, 2]], lines((0, 0, 40), (100, 0, 40)), 1) is None  # one cell is no table
    assert build_lattice(across[[0, 2]], lines((0, 0, 40), (50, 0, 40), (100, 0, 40)), 1) is not None


def test_lines_that_end_inside_a_cell_are_no_rules() -> None:
    verticals = lines((0, 0, 80), (50, 0, 80), (100, 0, 80))
    across = [(0.0, 0.0, 100.0), (20.0, 0.0, 50.0), (40.0, 0.0, 100.0), (80.0, 0.0, 100.0)]
    rules, floating = part_floating(lines(*across, (60, 10, 90)), verticals)
    assert (len(rules), floating.tolist()) == (4, [[60, 10, 90]])
    assert len(part_floating(lines(*across, (60, 4, 90)), verticals)[1]) == 1  # one end meets a side, one does not
    assert len(part_floating(lines(*across, (60, 4, 96)), verticals)[1]) == 0
    assert len(part_floating(lines(*across, (60, 5, 96)), verticals)[1]) == 0  # nine tenths of the width
    many = [(10.0 + 12 * k, 10.0, 70.0) for k in range(5)]
    assert len(part_floating(lines(*across, *many), verticals)[1]) == 0  # columns without vertical lines
    assert len(part_floating(lines(*across, *many[:3]), verticals)[1]) == 3


def test_lines_alone_inside_a_cell_over_several_columns_are_its_own() -> None:
    found = table([["a", "b"], ["c", "d"]])
    found.cells = [GridCell(0, 0, 1, 2), GridCell(1, 0, 1, 1), GridCell(1, 1, 1, 1)]
    inside = lines((10, 5, 95))
    assert (
        within_merged(
            found, lines((10, 5, 95), (30, 5, 45), (2, 5, 95), (18, 5, 95), (10, 0, 95), (10, 5, 100))
        ).tolist()
        == inside.tolist()
    )


def test_each_group_of_connected_lines_is_a_table_of_its_own() -> None:
    across = [(y, x, x + 100.0) for x in (0.0, 200.0) for y in (0.0, 20.0, 40.0)]
    down = [(x, 0.0, 40.0) for x in (0.0, 50.0, 100.0, 200.0, 250.0, 300.0)]
    found = find_lattices(lines(*across), lines(*down), 1)
    assert sorted(t.hull for t in found) == [(0, 0, 100, 40), (200, 0, 300, 40)]
    assert find_lattices(lines(*across[:3]), lines(down[0]), 1) == []
    assert find_lattices(lines(across[0]), lines(*down[:3]), 1) == []


# marks, cells, redaction


def test_an_arrow_marks_the_columns_of_which_it_covers_a_fifth() -> None:
    found = table([["a", "", "", ""], ["b", "", "", ""]])
    found.arrows = lines((10, 90, 160), (30, 60, 160), (-5, 0, 200), (45, 0, 200))
    mark_arrows(found)
    assert found.texts() == [["a", "→", "→", "→"], ["b", "→", "→", "→"]]
    short = table([["a", "", "", ""]])
    short.arrows = lines((10, 91, 159))
    mark_arrows(short)
    assert short.texts() == [["a", "", "", ""]]  # within one column it is an underline


def test_pieces_of_one_table_touch_or_have_a_black_box_between_them() -> None:
    upper = table([["a"] * 4] * 2)

    def lower(top: float, shift: float = 0.0) -> FoundTable:
        return table([["b"] * 4] * 2, rows=[top, top + 20, top + 40], columns=[shift + 50 * k for k in range(5)])

    none, grey = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    assert belongs(upper, lower(44), none, grey)
    assert not belongs(upper, lower(45), none, grey)
    assert belongs(upper, lower(36), none, grey)
    assert not belongs(upper, lower(35), none, grey)
    assert belongs(upper, lower(40, 4), none, grey)
    assert not belongs(upper, lower(40, 5), none, grey)
    narrow = [table([["a"] * 2] * 2), table([["a"] * 2] * 2, rows=[40, 60, 80])]
    assert not belongs(*narrow, none, grey)
    three = [table([["a"] * 3] * 2), table([["a"] * 3] * 2, rows=[40, 60, 80])]
    assert belongs(*three, none, grey)
    for box, luminance, together in [
        ((0, 44, 150, 76), 0.1, True),
        ((0, 45, 150, 76), 0.1, False),
        ((0, 44, 150, 75), 0.1, False),
        ((0, 44, 100, 76), 0.1, False),
        ((0, 44, 150, 76), 0.15, False),
    ]:
        assert belongs(upper, lower(80), np.array([box], np.float32), np.array([luminance], np.float32)) is together
    assert stack(upper, lower(44)).shape == (4, 4)
    assert stack(upper, lower(45)).shape == (5, 4)
    upper.flags, upper.ruled = ["one"], 0.2
    other = lower(45)
    other.flags, other.ruled, other.arrows = ["one", "two"], 0.4, lines((50, 0, 80))
    both = stack(upper, other)
    assert (both.flags, both.ruled, len(both.arrows)) == (["one", "two"], 0.4, 1)
    assert [(c.row, c.column_span) for c in both.cells if c.text == ""] == [(2, 4)]


def test_a_wide_cell_is_cut_where_its_words_keep_to_the_columns() -> None:
    def columns(*placed: tuple[str, float, float]) -> int:
        found = table([["a", "b", "c"], ["d", "e", "f"]])
        found.cells = [GridCell(0, 0, 1, 3), *found.cells[3:]]
        part_open_cells(found, words(*placed))
        return len([cell for cell in found.cells if cell.row == 0])

    assert columns(("Visit", 2, 5), ("X", 70, 5), ("X", 120, 5)) == 3
    assert columns(("Visit", 27, 5), ("X", 70, 5)) == 3  # two points over the side
    assert columns(("Visit", 30, 5), ("X", 70, 5)) == 1  # five
    assert columns(("Visit", 2, 5), ("one", 30, 5)) == 1  # all in one column
    assert columns(("Visits", 20, 5), ("X", 59, 5)) == 3  # nine points between
    assert columns(("Visits", 20, 5), ("X", 58, 5)) == 1
    assert columns(("Visit", 2, 5), ("X", 70, 25)) == 1  # the other row's
    assert columns(("Visit", 2, 1), ("X", 70, 12)) == 1  # no printed line changes column


def test_tags_and_boxes_tell_what_was_taken_out() -> None:
    page = Page(1, 600, 800)
    some = words(
        ("usual", 0, 0),
        ("print", 0, 20),
        ("of", 0, 40),
        ("CCI", 100, 0),
        ("CCI", 200, 100),
        ("PPD).", 200, 200),
        ("CCIXYZ", 0, 60),
    )
    some.size[3] = 11.5
    assert not redaction_tags(some, page).any()
    some.size[3] = 11.6
    assert np.flatnonzero(redaction_tags(some, page)).tolist() == [3]
    page.fills = np.array([(195, 95, 230, 115), (201, 195, 208, 215)], np.float32)
    page.fill_grey = np.array([0.5, 0.5], np.float32)
    assert np.flatnonzero(redaction_tags(some, page)).tolist() == [3, 4]
    page.fill_grey = np.array([0.1, 0.1], np.float32)
    tags = redaction_tags(some, page)
    found = covered_outside(page, some, tags, [])
    assert [(one.left, one.top, one.bottom, one.size, one.covered) for one in found] == [
        (100, 0, 10, 10, True),
        (200, 100, 110, 10, True),
        (195, 95, 115, 20, True),
    ]
    inside = table([["a", "b"], ["c", "d"]], columns=[190, 220, 250], rows=[90, 105, 130])
    assert len(covered_outside(page, some, tags, [inside])) == 1
    page.fill_grey = np.array([0.15, 0.15], np.float32)
    assert len(covered_outside(page, some, tags, [])) == 2


def test_a_black_box_lends_its_edges_where_it_crosses_three_verticals() -> None:
    page = Page(1, 600, 800)
    page.fills, page.fill_grey = np.array([(0, 50, 60, 55)], np.float32), np.array([0.1], np.float32)
    verticals = lines((-2, 0, 46), (30, 0, 46), (62, 59, 90))
    assert add_hidden_rules(NONE, verticals, page).tolist() == [[50, -2, 62], [55, -2, 62]]
    assert len(add_hidden_rules(NONE, lines((-3, 0, 46), (30, 0, 46), (62, 0, 46)), page)) == 0
    assert len(add_hidden_rules(NONE, lines((-2, 0, 45), (30, 0, 46), (62, 59, 90)), page)) == 0
    assert len(add_hidden_rules(NONE, lines((-2, 0, 46), (30, 0, 46), (62, 60, 90)), page)) == 0
    wider = lines((40, -20, 80))  # a rule of the table near by: the edges reach as far where no word is in the way
    assert add_hidden_rules(wider, verticals, page)[1:].tolist() == [[50, -2, 62], [55, -2, 62]]  # words not known
    free = words(("below", 70, 60))
    assert add_hidden_rules(wider, verticals, page, free)[1:].tolist() == [[50, -20, 80], [55, -20, 80]]
    barred = words(("beside", 65, 45))
    assert add_hidden_rules(wider, verticals, page, barred)[1:].tolist() == [[50, -20, 62], [55, -20, 80]]
    page.fills = np.array([(0, 50, 59, 55)], np.float32)
    assert len(add_hidden_rules(NONE, lines((0, 0, 90), (30, 0, 90), (50, 0, 90)), page)) == 0
    page.fills = np.array([(0, 50, 60, 54)], np.float32)
    assert len(add_hidden_rules(NONE, lines((0, 0, 90), (30, 0, 90), (50, 0, 90)), page)) == 0


def states(found: FoundTable, some: Words, page: Page, tags: list[int] = []) -> list[tuple[int, tuple[str, ...]]]:  # noqa: B006
    marked = np.zeros(len(some), bool)
    marked[tags] = True
    mark_states(found, some, page, marked)
    return [(index, cell.states) for index, cell in enumerate(found.cells) if cell.states]


def test_grey_ground_shades_a_cell_and_black_hides_it() -> None:
    def of(
        *fills: tuple[float, float, float, float, float], some: Words | None = None
    ) -> list[tuple[int, tuple[str, ...]]]:
        page = Page(1, 600, 800)
        page.fills = np.array([fill[:4] for fill in fills], np.float32)
        page.fill_grey = np.array([fill[4] for fill in fills], np.float32)
        return states(table([["", ""], ["", ""]]), some or words(("far", 500, 500)), page)

    assert of((0, 0, 50, 12, 0.8)) == [(0, ("shaded",))]  # .6 of the cell
    assert of((0, 0, 50, 11.9, 0.8)) == []
    assert of((0, 0, 50, 20, 0.97)) == []
    assert of((0, 0, 50, 20, 0.96)) == [(0, ("shaded",))]
    assert of((0, 0, 50, 6, 0.8), (0, 6, 50, 12, 0.8)) == [(0, ("shaded",))]
    assert of((50, 20, 100, 40, 0.1)) == [(3, ("redacted",))]
    assert of((50, 20, 100, 40, 0.15)) == [(3, ("shaded",))]
    assert of((50, 20, 57, 40, 0.1)) == []  # too narrow to hide a mark
    assert of((50, 20, 58, 25, 0.1)) == [(3, ("redacted",))]
    assert of((50, 20, 58, 24, 0.1)) == []
    assert of((46, 20, 100, 40, 0.1)) == [(3, ("redacted",))]  # it reaches four points into the cell beside
    assert of((45, 20, 100, 40, 0.1)) == [(2, ("redacted",)), (3, ("redacted",))]
    assert of((50, 20, 100, 40, 0.1), some=words(("white", 55, 25))) == []  # a head in white on black
    assert of((200, 20, 300, 40, 0.1)) == []


def test_a_tag_hides_its_cell() -> None:
    assert states(table([["", ""], ["", ""]]), words(("CCI", 60, 5)), Page(1, 600, 800), [0]) == [(1, ("redacted",))]
    assert states(table([["", ""], ["", ""]]), words(("CCI", 60, 5)), Page(1, 600, 800)) == []


def test_a_line_through_the_middle_of_all_words_strikes_a_cell() -> None:
    def struck(y: float, x0: float, x1: float, *more: tuple[str, float, float]) -> bool:
        page = Page(1, 600, 800)
        page.horizontal = np.array([(x0, y - 0.5, x1, y + 0.5)], np.float32)
        return bool(states(table([["", ""], ["", ""]]), words(("struck", 5, 5), *more), page))

    assert struck(10, 5, 35)
    assert struck(8.5, 5, 35)
    assert not struck(8, 5, 35)  # .3 of the height
    assert struck(12, 5, 35)
    assert not struck(12.5, 5, 35)
    assert struck(10, 5, 29)  # .8 of the width
    assert not struck(10, 5, 28)
    assert struck(10, 1.5, 38.5)
    assert not struck(10, 1, 35)  # it stands out by four points
    assert not struck(10, 5, 39)
    assert not struck(10, 5, 35, ("not", 36, 5))
    assert not struck(10, 105, 135)


# context


def test_lines_right_below_a_table_are_attached_to_the_first_wide_gap() -> None:
    some = [printed("in", 90), printed("a", 106), printed("b", 132), printed("c", 159)]
    assert [one.text for one in attached(some, 100)] == ["a", "b"]  # 16 points and no more
    assert [one.text for one in attached(some[1:], 90)] == ["a", "b"]
    assert attached(some[1:], 89) == []
    larger = [printed("a", 101), printed("b", 113, 11.0), printed("c", 126, 11.1)]
    assert [one.text for one in attached(larger, 100)] == ["a", "b"]
    assert [one.text for one in attached([printed("in", 95), printed("a", 96)], 100)] == ["a"]
    assert [one.text for one in attached([TextLine("small", 109, 111, 2.0)], 100)] == ["small"]  # 1.6 of six points


def test_a_line_goes_on_with_a_long_line_that_did_not_end() -> None:
    long = "a sentence that is as long as sixty characters and more so on"
    assert len(long) >= 60
    assert is_tail([printed(long, 0), printed("tail", 14)], 1)
    assert not is_tail([printed(long, 0), printed("tail", 15)], 1)  # half a line away
    assert not is_tail([printed(long + ".", 0), printed("tail", 14)], 1)
    assert not is_tail([printed(long[:59], 0), printed("tail", 14)], 1)
    assert not is_tail([printed(long, 0), printed("tail", 14, 9.3)], 1)
    assert not is_tail([printed("Table 1 " + long, 0), printed("tail", 14)], 1)
    assert not is_tail([printed(long, 0)], 0)


def test_the_caption_is_the_nearest_line_above_that_reads_like_one() -> None:
    first, second = printed("Table 1: Schedule of activities", 10), printed("Table 2: Other", 30)
    assert find_caption([first, second], 60) == "Table 2: Other"
    assert find_caption([first], 110) == "Table 1: Schedule of activities"
    assert find_caption([printed("Table 7: Doses", 10)], 110) == "Table 7: Doses"  # ninety points
    assert find_caption([printed("Table 7: Doses", 9)], 110) == ""
    far = printed("Schedule of Assessments", 10)
    assert find_caption([far, printed("Text", 180)], 200) == "Schedule of Assessments"  # as far as a title may stand
    assert find_caption([far, printed("Text", 180)], 201) == ""
    broken = printed("Table 3: A caption that is so long that it is broken", 10)
    assert find_caption([broken, printed("over two lines", 24)], 40) == f"{broken.text} over two lines"
    assert find_caption([broken, printed("another line", 26)], 40) == broken.text  # more than half a line below
    assert find_caption([broken, printed("another line", 24, 9.3)], 40) == broken.text
    assert find_caption([second, printed("another line", 44)], 60) == second.text  # a short caption is not broken
    assert find_caption([printed("(continued)", 10), printed("Text", 30)], 60) == "(continued)"


def test_what_reads_like_a_caption_a_title_or_a_heading() -> None:
    assert is_caption("Table 1")
    assert not is_caption("table of values")
    assert is_caption("Schedule of Assessments")
    assert not is_caption("the schedule of assessments is given in the appendix")
    assert is_title_like("x".upper() * 159)
    assert not is_title_like("X" * 160)
    assert is_title_like("X" * 60 + ".".replace(".", ""))
    assert not is_title_like("X" * 60 + ".")
    assert is_title_like("X" * 59 + ".")
    assert not is_title_like("Visits are planned")
    assert is_heading(printed("6.1 Assessments", 0))
    assert not is_heading(printed("6.1 Assessments.", 0))
    assert not is_heading(printed("6.1 " + "x" * 116, 0))
    assert is_heading(printed("6.1 " + "x" * 115, 0))
    assert not is_heading(printed("Assessments", 0))


def test_the_surroundings_of_a_table_are_what_stands_above_and_below_it() -> None:
    found = table([["a", "b"]], rows=[100, 120])
    some = [
        printed("6.1 Plan", 50),
        printed("Table 4: Visits", 80),
        printed("over", 94),
        printed("under", 116),
        printed("below", 130),
    ]
    context = surroundings(found, some, "before")
    assert (context.caption, context.heading) == ("Table 4: Visits", "6.1 Plan")
    assert (context.above, context.below) == ("6.1 Plan Table 4: Visits over", "under below")
    assert surroundings(found, some[1:], "before").heading == "before"
    assert surroundings(found, [printed("1 Note", 50, shown=f"{UP}1")], "before").heading == "before"
    long = surroundings(found, [printed("x" * 700 + "y", 20), printed("z" + "x" * 700, 130)], "h" * 300)
    assert (len(long.above), long.above[-1], len(long.below), long.below[0], len(long.heading)) == (
        600,
        "y",
        600,
        "z",
        200,
    )


def test_lines_outside_tables_keep_their_print() -> None:
    found = table([["a", "b"]], rows=[100, 120])
    some = words(("Over", 10, 50), ("it", 35, 50), ("in", 20, 105), ("below", 12, 150), ("raised", 40, 150))
    some.size[4] = 6
    over, below = lines_outside(some, [found])
    assert (over.text, over.top, over.bottom, over.size, over.left, over.indent) == ("Over it", 50, 60, 10, 10, 35)
    assert (below.text, below.left, below.indent, below.size) == ("below raised", 12, 40, 8)
    assert lines_outside(some.take(np.array([2])), [found]) == []
    some.turn[:2] = 90
    assert [line.text for line in lines_outside(some, [found])] == ["below raised"]


def page_of(tables: list[FoundTable], *some: TextLine, source: str = "text") -> PageTables:
    return PageTables(3, "iii", 600, 800, 0, source, "", tables, list(some))


def test_the_last_heading_is_no_note_of_a_table() -> None:
    found = table([["a", "b"], ["c", "d"]])
    assert last_heading(page_of([found], printed("2 Schedule in short", 300)), "old") == "2 Schedule in short"
    assert last_heading(page_of([found], printed("2 Doses in short", 42)), "old") == "old"  # right below the table
    assert last_heading(page_of([found], printed("2.1 Doses in short", 42)), "old") == "2.1 Doses in short"
    assert (
        last_heading(page_of([found], printed("1 Schedule of Assessments", 42)), "old") == "1 Schedule of Assessments"
    )
    assert last_heading(page_of([found], printed("2 Doses", 300, shown=f"{UP}2")), "old") == "old"


def test_records_say_what_a_table_is() -> None:
    found = table([["Procedure", "Day 1", "Day 8"], ["ECG", "X", "X"]])
    found.borderless, found.rotation, found.ruled = True, 90, 0.12345
    [record] = page_records(page_of([found], printed("Table 1: Plan", -20), source="ocr"), "doc", "0" * 64, 9, "6 Plan")
    assert record.flags == ["borderless", "rotated", "image_only"]
    assert (record.page, record.n_pages, record.page_label, record.page_size) == (3, 9, "iii", (600, 800))
    assert (record.header_rows, record.caption, record.heading, record.ruled) == (1, "Table 1: Plan", "6 Plan", 0.123)
    assert page_records(page_of([table([["a"]])]), "doc", "", 9, "")[0].flags == []


def test_a_first_row_of_one_text_is_a_title() -> None:
    title = "Schedule of visits"
    assert title_row([[title] * 3, ["a", "b", "c"]]) == title
    assert title_row([[title] * 2]) == ""
    assert title_row([[title, title, ""]]) == ""
    assert title_row([[title, title, "b"]]) == ""
    assert title_row([["Twelve lette"] * 3]) == ""
    assert title_row([["Twelve letter"] * 3]) == "Twelve letter"
    assert len(title_row([["x" * 400] * 3])) == 300


def test_two_cells_in_two_rows_and_columns_make_a_table() -> None:
    assert is_table(table([["a", ""], ["", "b"]]))
    assert not is_table(table([["a", ""], ["", ""]]))
    assert not is_table(table([["a"], ["b"]]))
    assert is_table(table([["a", "b", "c"]]))
    assert not is_table(table([["a", "b", ""]]))
    assert not is_table(table([["a", "b"]]))
    assert is_table(table([["a", "b", "", "", "", ""]]))
    assert not is_table(table([["a", "b", "", "", ""]]))


def test_a_frame_around_footnotes_is_no_table() -> None:
    note = "A note of some length and more"
    assert holds_notes(table([["a", note], ["b", note]], columns=[0, 20, 100]))
    assert not holds_notes(table([["a", note], ["b", note]], columns=[0, 21, 100]))
    assert not holds_notes(table([["a", note], ["a", note]], columns=[0, 20, 100]))
    assert not holds_notes(table([["a", note], ["Name", note]], columns=[0, 20, 100]))
    assert holds_notes(table([["a", "x" * 20], ["b", "x" * 20]], columns=[0, 20, 100]))
    assert not holds_notes(table([["a", "x" * 20], ["b", "x" * 19]], columns=[0, 20, 100]))
    assert not holds_notes(table([["a", note, ""]], columns=[0, 10, 90, 100]))


def test_header_rows_of_word_are_its_own_or_counted() -> None:
    grid = [["Procedure", "Day 1", "Day 8"], ["ECG", "X", ""], ["Weight", "", "X"]]
    told, counted = to_records([DocxTable(grid, [], 1, header_rows=2), DocxTable(grid, [], 2)], "study", "a" * 64)
    assert (told.header_rows, counted.header_rows) == (2, 1)
    placed = DocxTable(grid, [], 3, heading_path=["6 Visits", "x" * 201], above="over", below="under", nested=True)
    [record] = to_records([placed], "study", "a" * 64)
    assert (record.heading, record.page_text, record.flags) == ("x" * 200, "over\nunder", ["nested"])
    assert (told.heading, told.page_text, told.flags) == ("", "", [])
    assert len({told.table_id, counted.table_id, record.table_id}) == 3


def test_markers_leave_a_copy_of_the_grid() -> None:
    grid = [["Xa", "Xa"], ["y", "z"]]
    raised = GridCell(0, 0, 1, 2, "Xa", f"X{UP}a\ufdd1")
    assert without_markers(grid, [raised]) == [["X", "X"], ["y", "z"]]
    assert grid[0] == ["Xa", "Xa"]
    assert without_markers(grid, [GridCell(0, 0, 1, 2, "Xa")]) is grid


# headers


def test_the_best_sum_of_leading_rows_is_the_header() -> None:
    assert best_cut([1, 1, -1, 1, -3], 8) == 2
    assert best_cut([1, 1, -1, 2, -3], 8) == 4
    assert best_cut([1, 1, 1, 1], 8) == 3  # a row of body is left
    assert best_cut([1, 1, 1, 1], 2) == 2
    assert best_cut([-5, 1], 8) == 1
    assert best_cut([1, 0.0, 0.0, 1], 8) == 1


def test_what_a_row_says_by_itself() -> None:
    def own(*texts: str, row: int = 1, tells: bool = True, marked: float = 0.0) -> float:
        return own_evidence(texts, row, tells, marked, HEAD)

    assert own("General", "", "") == -1.2
    assert own("General", "", "", row=0) == 0.2
    assert own("ECG", "X", "X") == -4.0
    assert own("Fasting visit", "X", "") == 0.5
    assert own("Fasting visit", "X", "", row=0) == -4.0
    assert own_evidence(["Visit", "X", ""], 1, True, 0.0, HEAD, cornered=True) == 0.5
    assert own("Visit", "Day 1", "Day 8") == pytest.approx(1.6 + 2.2)
    assert own("Visit", "Day 1", "Day 8", tells=False) == pytest.approx(1.6)
    assert own("Visit", "one", "two") == pytest.approx(1.6 - 0.4)
    assert own("Drug", "one", "two") == pytest.approx(-1.2)
    assert own("Drug", "one", "two", marked=0.5) == pytest.approx(-1.2 + 1.0)
    assert own("Drug", "one", "two", marked=0.4) == pytest.approx(-1.2)
    assert own("Drug", "one", "", "", marked=0.5) == pytest.approx(-1.2)  # a text in a third of the columns
    assert own("Drug", "Clinic", "Home") == pytest.approx(2.2)
    assert own("Drug", "Clinic", "", "") == pytest.approx(-1.2)
    assert own("Drug", "Day 1", "b", "c", "d", "e") == pytest.approx(2.2 * 0.2)
    assert own("Drug", "Day 1", "b", "c", "d", "e", "f") == pytest.approx(-1.2)


def test_what_the_name_of_a_row_says() -> None:
    assert name_evidence("", 0, 1, HEAD) == 0.5
    assert name_evidence("Fasting visit", 0, 1, HEAD) == 1.6
    assert name_evidence("Study day", 0, 1, HEAD) == 1.6
    assert name_evidence("Day 1", 0, 1, HEAD) == -2.4
    assert name_evidence("Day 1", 0, 0, HEAD) == 0.0
    assert name_evidence("Vital signs", 0.7, 1, HEAD) == -1.8
    assert name_evidence("Vital signs", 0.8, 1, HEAD) == 0.0
    assert name_evidence("Vital signs at screening", 0.0, 1, HEAD) == 0.0
    assert name_evidence("Something", 0.0, 1, HEAD) == 0.0


def test_what_reaches_down_from_the_row_above() -> None:
    corner = [["Visit", "A", "A"], ["Visit", "1", "2"]]
    assert merged_evidence(corner, 1, HEAD) == 2.0
    assert merged_evidence([["", "Phase one", "B"], ["Day", "Phase one", "C"]], 1, HEAD) == 1.0
    assert merged_evidence([["", "Pha", "B"], ["Day", "Pha", "C"]], 1, HEAD) == 0.0
    assert merged_evidence([["", "Phase", "Phase"], ["Day", "Phase", "Phase"]], 1, HEAD) == 0.0
    assert merged_evidence([["Visit", "A"], ["Visit", "Visit"]], 1, HEAD) == 0.0


def test_shades_tell_only_where_the_body_differs() -> None:
    assert shade_evidence([0.8, 0.8, 1, 1, 1], 1, HEAD) == 1.2
    assert shade_evidence([0.8, 1, 1, 1, 1], 1, HEAD) == -1.2
    assert shade_evidence([0.8, 0.8, 0.82, 1, 1], 1, HEAD) == 0.0
    assert shade_evidence([0.8, 0.8, 0.8, 1, 1, 1], 1, HEAD) == 1.2
    assert shade_evidence([0.8], 1, HEAD) == 0.0


def test_tables_of_values_and_columns_of_marks() -> None:
    values = [["h", "h"], ["h", "h"], *[["a", "5", "x"]] * 5]
    assert timed_body(values, HEAD) == 1.0
    assert timed_body(values[:-1], HEAD) == 0.0  # four rows tell nothing
    assert timed_body([["h"], ["h"], *[["a", "5", "x"]] * 3, *[["a", "x", "y"]] * 3, ["a", ""]], HEAD) == 0.5
    assert mark_columns([["a", "b", "X"], ["X", "b", "c"]]) == 0.5
    assert mark_columns([["X"]]) == 0.0
    assert is_group(["General", "", "-"])
    assert is_group(["General", "General"])
    assert not is_group(["General", "x"])
    assert not is_group(["Visit", ""])
    assert not is_group(["", ""])
    assert is_blank("N/A")
    assert not is_blank("No")
    assert is_timed("Day 1" + " " * 75)
    assert not is_timed("Day 1" + " " * 76)


def test_other_pages_speak_for_rows_and_not_for_groups() -> None:
    grid = [
        ["Visit", "Day 1", "Day 8"],
        ["General", "", ""],
        ["ECG", "X", ""],
        ["Window", "±1", "±2"],
        ["AE", "X", "X"],
    ]
    plain = header_evidence(grid)
    told = header_evidence(grid, reprints=[1, 1, 1, -1, -1])
    assert told[0] - plain[0] == 6
    assert told[1] == plain[1]  # a group goes on over the page
    assert told[2] - plain[2] == 6
    assert told[3] == plain[3]  # a window row may stand on the first page alone
    assert told[4] - plain[4] == -4
    assert count_header_rows(grid) == 1
    assert count_header_rows(grid[:1]) == 0
    assert count_header_rows([["Visit", "V1"], ["Day", "1"], ["ECG", "X"]]) == 2
    assert len(header_evidence(grid * 4)) == 9


# slivers, bands, shades, rests


def test_two_rules_a_hair_apart_are_one_boundary() -> None:
    bounds, place = closed(np.array([0, 50, 54, 100], np.float32), np.array([False, True, False]))
    assert (bounds.tolist(), place.tolist()) == ([0, 52, 100], [0, 1, 1, 2])
    assert closed(np.array([0, 4, 100], np.float32), np.array([True, False]))[0].tolist() == [0, 100]
    cell = GridCell(1, 1, 2, 2, "gone")
    assert laid(cell, place, down=False) == GridCell(1, 1, 2, 1)
    assert laid(cell, place, down=True) == GridCell(1, 1, 1, 2)

    def shape(columns: list[float], rows: list[float], *placed: tuple[str, float, float]) -> tuple[int, int]:
        found = table([[""] * (len(columns) - 1) for _ in rows[1:]], columns, rows)
        close_slivers(found, words(*placed))
        assert len(found.cells) == found.shape[0] * found.shape[1]
        return found.shape

    wide, high = [0.0, 50.0, 100.0, 150.0], [0.0, 20.0, 40.0, 60.0]
    assert shape([0, 50, 58, 100, 150], high) == (3, 3)
    assert shape([0, 50, 59, 100, 150], high) == (3, 4)  # nine points
    assert shape([0, 50, 58, 100, 150], high, ("X", 51.5, 5)) == (3, 4)  # a word in it
    assert shape([0, 8, 16, 24], high) == (3, 3)  # nothing but narrow columns
    assert shape(wide, [0, 20, 24, 40, 60]) == (3, 3)
    assert shape(wide, [0, 20, 24.5, 40, 60]) == (4, 3)
    assert shape(wide, [0, 20, 24, 40, 60], ("X", 60, 17)) == (4, 3)
    assert shape(wide, [0, 20, 24, 40, 60], ("X", 300, 17)) == (3, 3)


def test_words_inside_narrow_columns_keep_them() -> None:
    found = table([["", "", ""]], columns=[0, 50, 58, 100])
    narrow = np.array([False, True, False])
    assert alone(found, narrow, np.array([[54.0, 10.0]])).tolist() == [False] * 3
    wide = table([["", "", ""], ["", "", ""]], columns=[0, 50, 58, 100])
    wide.cells = [GridCell(0, 0, 1, 3), *wide.cells[3:]]
    two = table([["", "", ""], ["", "", ""]], columns=[0, 50, 58, 100])
    two.cells = [GridCell(0, 0, 1, 1), GridCell(0, 1, 1, 2), *two.cells[3:]]
    assert alone(two, narrow, np.array([[54.0, 10.0]])).tolist() == [False, True, False]  # the cell begins in it
    on_edges = np.array([[50.0, 10.0], [58.0, 10.0], [54.0, 0.0], [54.0, 20.0]])
    assert alone(found, narrow, on_edges).tolist() == [False, True, False]
    assert alone(wide, narrow, np.array([[54.0, 10.0]])).tolist() == [False, True, False]  # a text over it
    assert alone(found, narrow, np.array([[54.0, 30.0], [70.0, 10.0], [40.0, 10.0]])).tolist() == [False, True, False]


def test_a_heading_beside_its_marks_is_set_over_them() -> None:
    def widths(grid: list[list[str]]) -> int:
        found = table(grid)
        join_halves(found)
        return found.shape[1]

    grid = [["Visit", "V1", "", "V2"], ["ECG", "", "X", "X"], ["AE", "", "X", ""]]
    assert widths(grid) == 3
    assert widths([[row[0], row[2], row[1], row[3]] for row in grid]) == 3
    assert widths([*grid, ["PK", "late", "", ""]]) == 4  # a text below the marks
    assert widths([["Visit", "X", "", "V2"], *grid[1:]]) == 4
    assert widths([grid[0], ["ECG", "", "X", "X"], ["AE", "", "two words", ""]]) == 3
    assert widths([grid[0], ["ECG", "", "one word", "X"], ["AE", "", "two words", ""]]) == 4


def test_marks_and_far_names_are_rows_of_a_band() -> None:
    assert row_anchors([10, 30], [10, 30], 10).tolist() == [10, 30]
    assert row_anchors([10, 16, 30], [10, 30], 10).tolist() == [10, 30]  # six points: one row
    assert row_anchors([10, 16.5, 30], [10, 30], 10).tolist() == [10, 16.5, 30]
    assert row_anchors([10, 30], [10, 46], 10).tolist() == [10, 30]
    assert row_anchors([10, 30], [10, 46.5], 10).tolist() == [10, 30, 46.5]
    assert row_anchors([10, 24, 38], [52], 10).tolist() == [
        10,
        24,
        38,
        52,
    ]  # rows that stand wide: a nearer name is one
    assert row_anchors([10, 22, 34], [46], 10).tolist() == [10, 22, 34]


def test_a_band_with_columns_of_marks_is_cut_into_their_rows() -> None:
    def rows(*placed: tuple[str, float, float]) -> list[float]:
        found = table([["", "", ""], ["", "", ""]], rows=[0, 60, 80])
        split_rows(found, words(*placed))
        return found.rows.tolist()

    names = [("ECG", 2.0, 5.0), ("Weight", 2.0, 25.0)]
    marks = [("X", 60.0, 5.0), ("X", 60.0, 25.0), ("X", 110.0, 5.0), ("X", 110.0, 25.0)]
    assert rows(*names, *marks) == [0, 20, 60, 80]
    assert rows(*names, *marks[:2]) == [0, 60, 80]  # one column of marks alone
    assert rows(names[0], *marks) == [0, 60, 80]
    assert rows(*names, ("X", 60, 5), ("Y", 60, 25), ("X", 110, 5), ("X", 110, 25)) == [0, 60, 80]
    assert rows(("ECG", 2, 5), ("Weight", 2, 15), *marks) == [0, 60, 80]  # no name beside the second row
    assert rows(("ECG", 2, 5), ("Weight", 2, 19), *marks) == [0, 20, 60, 80]


def test_the_ground_of_a_row_is_the_median_across_it() -> None:
    page = Page(1, 600, 800)
    found = table([["a", "b"]] * 3)
    assert row_shades(found, page) == []
    page.fills = np.array([(0, 0, 100, 20), (0, 20, 50, 40), (0, 20, 60, 40), (500, 0, 600, 20)], np.float32)
    page.fill_grey = np.array([0.8, 0.5, 0.6, 0.3], np.float32)
    assert row_shades(found, page) == [0.8, 0.6, 1.0]  # what is painted later lies above
    page.fills, page.fill_grey = page.fills[[0, 1]], np.array([0.15, 0.5], np.float32)
    assert row_shades(found, page) == [1.0, 0.5, 1.0]
    page.fill_grey = np.array([0.1, 0.1], np.float32)
    assert row_shades(found, page) == []


def test_a_table_with_marks_and_nothing_below_it_may_go_on() -> None:
    found = table([["ECG", "X", "X", "X"], ["AE", "X", "", ""]])
    assert left_open([found], [], 0, 100) is found
    assert left_open([], [], 0, 100) is None
    assert left_open([found], [], 90, 100) is None
    assert left_open([found], [printed("note", 37)], 0, 100) is None  # three points above its end
    assert left_open([found], [printed("over", 36)], 0, 100) is found
    assert left_open([found], [printed("foot", 92)], 0, 100) is found
    assert left_open([found], [printed("note", 91)], 0, 100) is None
    assert left_open([table([["ECG", "X", "X", "X"], ["AE", "", "", ""]])], [], 0, 100) is None
    assert left_open([table([["ECG", "X", "X"], ["AE", "X", "X"]])], [], 0, 100) is None
    assert left_open([found, table([["a", "b"]], rows=[50, 60])], [], 0, 100) is None  # the last one counts


def chunks(*sides: tuple[float, float], top: float = 0.0) -> Printed:
    return Printed(np.array([(a, top, b, top + 10) for a, b in sides], np.float32), top, top + 10)


def test_a_row_of_the_rest_keeps_to_the_columns() -> None:
    columns = np.array([0, 100, 150, 200, 250], np.float32)
    assert fits(chunks((2, 60), (110, 130)), columns)
    assert fits(chunks((-3, 103), (147, 203)), columns)
    assert not fits(chunks((-4, 60)), columns)
    assert not fits(chunks((2, 104)), columns)
    assert not fits(chunks((-40, -10)), columns)
    assert not fits(chunks((255, 300)), columns)
    assert is_row(chunks((12, 60), (110, 130)), columns)
    assert not is_row(chunks((13, 60), (110, 130)), columns)  # too far from the edge
    assert not is_row(chunks((2, 60)), columns)
    assert is_row(chunks((104, 120), (160, 170)), columns)  # a row without a name
    assert not is_row(chunks((120, 130), (160, 170)), columns)


def test_the_rows_that_open_a_page_are_the_rest_of_the_table_before() -> None:
    before = table([["ECG", "X", "X", "X"], ["AE", "X", "", ""]])
    before.borderless = True
    rest = words(("ECG", 2, 100), ("X", 70, 100), ("X", 120, 100), ("AE", 2, 130), ("X", 170, 130))
    [found] = with_rest(before, rest, NONE, [], 800)
    assert found.texts() == [["ECG", "X", "X", ""], ["AE", "", "", "X"]]
    assert (found.page, found.borderless) == (2, True)
    assert with_rest(before, words(("ECG", 2, 100), ("no", 70, 100)), NONE, [], 800) == []  # no mark
    assert with_rest(before, words(), NONE, [], 800) == []
    prose = words(("Some", 2, 70), ("text", 70, 70), ("here", 90, 70), ("ECG", 2, 100), ("X", 70, 100))
    assert with_rest(before, prose, NONE, [], 800) == []
    other = table([["a", "b"], ["c", "d"]], rows=[90, 110, 130])
    assert with_rest(before, rest, NONE, [other], 800) == [other]  # it opens the page


def test_ruled_tables_and_those_of_white_space_are_found_top_to_bottom() -> None:
    across = lines(*[(300 + 20 * k, 0, 150) for k in range(3)])
    down = lines(*[(50 * k, 300, 340) for k in range(4)])
    free = [("abc", 100.0 * c, 20.0 * r) for r in range(6) for c in range(3)]
    inside = [("in", 55.0, 305.0)]
    ruled, white = across, down
    found = tables_of(Page(1, 600, 800), words(*inside, *free), ruled, white, np.zeros(len(inside) + len(free), bool))
    assert [one.borderless for one in found] == [True, False]
    assert found[1].texts()[0] == ["", "in", ""]


@pytest.mark.parametrize("text", ["X", "Xa", "(X)", "✓", "→", "●1,2", "X (if needed)"])
def test_marks(text: str) -> None:
    assert is_mark(text)


def test_no_marks_windows_or_points() -> None:
    assert not any(map(is_mark, ["", "Yes", "No", "±3", "X " + "a" * 40]))
    assert is_window("±3 days")
    assert not is_window("±3 days and some more of it")
    assert not is_window("")
    assert is_point("-28 to -1")
    assert not is_point("")
    assert not is_point("1, 2, 3, 4, 5, 6, 7, 8, 9")


@pytest.mark.parametrize(
    ("high", "columns", "tables"),
    [(12.0, (0, 40, 70, 100), 1), (30.0, (0, 40, 70, 100), 2), (12.0, (0, 30, 60, 100), 2), (12.0, (0, 40, 100), 2)],
)
def test_headings_of_rows_without_sides_part_no_table(high: float, columns: tuple[int, ...], tables: int) -> None:
    """Between two full rules, above and below which the same columns are parted, stands a heading; farther apart, or
    with other columns below, are two tables."""
    first, second = (0.0, 20.0, 40.0), (40 + high, 60 + high, 80 + high)
    across = [(y, 0.0, 100.0) for y in (*first, *second)]
    down = [(x, 0.0, 40.0) for x in (0.0, 40.0, 70.0, 100.0)] + [(float(x), 40 + high, 80 + high) for x in columns]
    found = find_lattices(lines(*across), lines(*down), 1)
    assert len(found) == tables
    if tables == 1:
        (cell,) = (cell for cell in found[0].cells if cell.row == 2)
        assert (found[0].shape, cell.column_span) == ((5, 3), 3)
