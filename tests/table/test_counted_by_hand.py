"""Small steps of finding tables, each beside the plain loop or the figure by hand that its docstring promises."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.document.page import Page
from soesift.document.words import Words
from soesift.table import headers, redaction, states
from soesift.table import ruled as lattice
from soesift.table import unruled as stream
from soesift.table.context import TextLine, attached, find_caption, is_heading, is_tail, is_title_like, surroundings
from soesift.table.grid import FoundTable, GridCell
from soesift.table.states import ARROW, idle_span, mark_arrows, row_shades, without_boundary
from soesift.table.unruled_cells import Printed

Boxes = list[tuple[float, float, float, float]]


def arr(found: Boxes | list[tuple[float, float, float]], size: int = 4) -> np.ndarray:
    return np.array(found, np.float32).reshape(-1, size)


def table(rows: list[float], columns: list[float], cells: list[GridCell] | None = None) -> FoundTable:
    each = [GridCell(r, c, 1, 1) for r in range(len(rows) - 1) for c in range(len(columns) - 1)]
    return FoundTable(1, np.array(rows, np.float32), np.array(columns, np.float32), each if cells is None else cells)


def words_of(placed: list[tuple[str, float, float, float, float]]) -> Words:
    from dataclasses import fields

    given = {
        "text": [text for text, *_ in placed],
        "boxes": arr([tuple(box) for _, *box in placed]),  # type: ignore[misc]
        "size": np.array([box[3] - box[1] for _, *box in placed], np.float32),
        "turn": np.zeros(len(placed), np.int16),
        "lines": arr([tuple(box) for _, *box in placed]),  # type: ignore[misc]
    }
    return Words(**{field.name: given[field.name] for field in fields(Words) if field.name in given})


# states of cells


def random_boxes(seed: int, count: int) -> Boxes:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        x, y = rng.integers(0, 80, 2).tolist()
        wide, high = rng.integers(3, 40, 2).tolist()
        found.append((float(x), float(y), float(x + wide), float(y + high)))
    return found


def over(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, float]:
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


@pytest.mark.parametrize("seed", range(12))
def test_states_of_boxes_are_those_of_a_loop_over_pairs(seed: int) -> None:
    cells, fills = random_boxes(seed, 6), random_boxes(100 + seed, seed % 5)
    s = states.DEFAULT
    shares = []
    for cell in cells:
        area = sum(max(0.0, over(cell, f)[0]) * max(0.0, over(cell, f)[1]) for f in fills)
        shares.append(min(1.0, area / ((cell[2] - cell[0]) * (cell[3] - cell[1]))))
    assert states._share(arr(cells), arr(fills)) == pytest.approx(shares, abs=1e-5)
    hidden = [any(over(c, f)[0] > s.hidden[0] / 2 and over(c, f)[1] > s.hidden[1] / 2 for f in fills) for c in cells]
    assert states._hidden(arr(cells), arr(fills), s).tolist() == hidden
    words = words_of([("word", *box) for box in random_boxes(200 + seed, 4)])
    middles = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in words.boxes.tolist()]
    bare = [
        f
        for f in fills
        if f[2] - f[0] >= s.hidden[0]
        and f[3] - f[1] >= s.hidden[1]
        and not any(f[0] < x < f[2] and f[1] < y < f[3] for x, y in middles)
    ]
    assert states._bare(arr(fills), words, s).tolist() == arr(bare).tolist()
    assert states._bare(arr(fills), words.take(np.zeros(0, np.intp)), s).shape[1] == 4


def test_a_line_strikes_what_it_runs_through() -> None:
    words = arr([(10, 100, 40, 110), (45, 100, 70, 110), (200, 100, 230, 110)])

    def struck(*lines: tuple[float, float, float, float]) -> list[bool]:
        return states._struck(words, arr(list(lines)), states.DEFAULT).tolist()

    assert struck() == [False, False, False]
    assert struck((10, 105, 70, 105)) == [True, True, False]
    assert struck((10, 100.1, 70, 100.1)) == [False, False, False]  # over it
    assert struck((10, 109.9, 70, 109.9)) == [False, False, False]  # an underline
    assert struck((10, 105, 300, 105)) == [False, False, False]  # an arrow goes further than the words
    assert struck((10, 105, 20, 105)) == [False, False, False]
    assert struck((10, 105, 70, 105), (199, 105, 231, 105)) == [True, True, True]
    assert states._struck(words[:0], arr([(1, 1, 2, 2)]), states.DEFAULT).tolist() == []
    cell_of, flags = np.array([0, 0, 2]), np.array([True, False, True])
    assert states._all_of(cell_of, flags, 4).tolist() == [False, False, True, False]
    one = table([0, 20, 40], [0, 50, 100])
    inner, rule, aside = (5.0, 10.0, 40.0, 10.0), (0.0, 20.0, 100.0, 20.5), (5.0, 60.0, 40.0, 60.0)
    assert states._striking(arr([inner, rule, aside]), one).tolist() == [list(inner)]
    assert states._striking(arr([(110, 10, 140, 10), (-40, 10, -5, 10)]), one).tolist() == []
    assert states._striking(arr([]), one).shape == (0, 4)


def test_the_background_of_a_row_is_what_was_painted_last() -> None:
    page = Page(1, 612, 792)
    assert row_shades(table([0, 10, 20, 30], [0, 90]), page) == []
    page.fills = arr([(0, 0, 90, 20), (0, 10, 90, 20), (0, 20, 30, 30), (0, 0, 90, 30), (200, 0, 300, 30)])
    page.fill_grey = np.array([0.8, 0.6, 0.7, 0.0, 0.5], np.float32)
    assert row_shades(table([0, 10, 20, 30], [0, 90]), page) == [0.8, 0.6, 1.0]


# redaction


def test_boxes_that_follow_each_other_hide_one_stretch() -> None:
    below = [(0.0, 0.0, 100.0, 20.0), (10.0, 22.0, 90.0, 40.0), (0.0, 44.0, 100.0, 60.0)]
    assert redaction._stretches(arr(below)) == [(0, 0, 100, 60)]
    assert redaction._stretches(arr(below[::-1])) == [(0, 0, 100, 60)]
    assert len(redaction._stretches(arr([(0, 0, 100, 20), (0, 26, 100, 40)]))) == 2
    assert len(redaction._stretches(arr([(0, 0, 100, 20), (60, 22, 160, 40)]))) == 2  # less than half is shared
    assert redaction._stretches(arr([(0, 0, 100, 20), (40, 22, 140, 40)])) == [(0, 0, 140, 40)]
    assert redaction._stretches(arr([])) == []


def test_columns_go_on_behind_a_box_where_three_rules_do() -> None:
    page = Page(1, 612, 792)
    page.fills, page.fill_grey = arr([(0, 50, 100, 80)]), np.zeros(1, np.float32)
    xs = (10.0, 40.0, 70.0)
    above, behind = [(x, 0.0, 50.0) for x in xs], [(x, 80.0, 120.0) for x in xs]
    added = redaction.add_hidden_columns(arr([*above, *behind], 3), page)
    assert added[6:].tolist() == [[x, 50, 80] for x in xs]
    two = redaction.add_hidden_columns(arr([*above[:2], *behind[:2]], 3), page)
    assert len(two) == 4
    shifted = [(x + 3, a, b) for x, a, b in behind]
    assert len(redaction.add_hidden_columns(arr([*above, *shifted], 3), page)) == 6
    outside = [(x + 200, a, b) for x, a, b in [*above, *behind]]
    assert len(redaction.add_hidden_columns(arr(outside, 3), page)) == 6


# rules


def test_lines_inside_merged_cells_are_arrows() -> None:
    cells = [GridCell(0, 0, 1, 1), GridCell(0, 1, 1, 3), *(GridCell(1, c, 1, 1) for c in range(4))]
    one = table([0, 20, 40], [0, 50, 80, 110, 140], cells)
    inside, over_edge, single = (10.0, 60.0, 130.0), (10.0, 40.0, 130.0), (30.0, 60.0, 75.0)
    found = lattice.within_merged(one, arr([inside, over_edge, single, (10, 60, 145), (30, 10, 45)], 3))
    assert found.tolist() == [list(inside)]


def test_positions_are_sorted_and_reach_to_the_outer_ends() -> None:
    found = lattice.boundaries(np.array([50, 10.2, 10, 90], np.float32), 10, 90)
    assert found == pytest.approx([10.1, 50, 90])
    assert lattice.boundaries(np.array([50, 90], np.float32), 10, 130) == pytest.approx([10, 50, 90, 130])


def test_open_sides_merge_cells_to_rectangles() -> None:
    below = np.array([[False, True, True], [True, True, True]])  # (r - 1, c)
    right = np.array([[True, False], [True, True], [False, False]])  # (r, c - 1)
    found = [(c.row, c.column, c.row_span, c.column_span) for c in lattice.merge_cells(below, right)]
    assert found == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1), (2, 0, 1, 3)]
    across = lattice.merge_cells(np.array([[False, False]]), np.array([[False], [False]]))
    assert [(c.row_span, c.column_span) for c in across] == [(2, 2)]
    corner = lattice.merge_cells(np.array([[False, False]]), np.array([[False], [True]]))
    assert [(c.row, c.column, c.row_span, c.column_span) for c in corner] == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_arrows_are_written_into_the_empty_cells_they_pass() -> None:
    one = table([0, 20, 40], [0, 50, 80, 110, 140])
    for cell in one.cells:
        cell.text = {(0, 0): "Diary", (0, 2): "X"}.get((cell.row, cell.column), "")
    one.arrows = arr([(10, 52, 138), (30, 52, 138)], 3)
    mark_arrows(one)
    assert one.texts() == [["Diary", ARROW, "X", ARROW], ["", "", "", ""]]
    short = table([0, 20], [0, 50, 80, 110])
    short.cells[0].text = "Diary"
    short.arrows = arr([(10, 52, 79)], 3)
    mark_arrows(short)
    assert short.texts() == [["Diary", "", ""]]


def test_a_rule_that_parts_nothing_is_an_arrow() -> None:
    def cells(name_high: int = 2) -> list[GridCell]:
        names = [
            GridCell(0, 0, 1, 1),
            GridCell(1, 0, name_high, 1),
            *([GridCell(2, 0, 1, 1)] if name_high == 1 else []),
        ]
        return sorted(
            [
                *names,
                *(GridCell(r, c, 1, 1) for r in range(5) for c in (1, 2, 3)),
                *(GridCell(r, 0, 1, 1) for r in (3, 4)),
            ],
            key=lambda c: (c.row, c.column),
        )

    one = table([0, 20, 30, 40, 60, 80], [0, 50, 80, 110, 140], cells())
    named = words_of([("Diary", 5, 25, 30, 34)])
    assert idle_span(one, 2, named) == (1, 3)
    assert idle_span(one, 1, named) is None
    assert idle_span(one, 2, words_of([("Diary", 5, 25, 30, 34), ("X", 60, 22, 66, 29)])) is None
    assert idle_span(one, 2, words_of([("Diary", 5, 5, 30, 14)])) is None
    assert idle_span(table([0, 20, 30, 40, 60, 80], [0, 50, 80, 110, 140], cells(1)), 2, named) is None
    left = without_boundary(one.cells, 2)
    assert max(cell.row for cell in left) == 3
    assert [(c.row, c.row_span) for c in left if c.column == 0] == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert [(c.row, c.row_span) for c in left if c.column == 1] == [(0, 1), (1, 1), (2, 1), (3, 1)]


# texts around a table


def line(text: str, top: float, size: float = 10.0, shown: str = "", bottom: float | None = None) -> TextLine:
    return TextLine(text, top, top + size if bottom is None else bottom, size, shown)


def test_what_stands_around_a_table() -> None:
    one = table([100, 120, 140], [0, 50, 100])
    found = surroundings(
        one, [line("5.1 Visits", 60), line("Table 2. Schedule of Activities", 85), line("D = day", 142)], "4 Old"
    )
    assert (found.caption, found.heading) == ("Table 2. Schedule of Activities", "5.1 Visits")
    assert (found.above, found.below) == ("5.1 Visits Table 2. Schedule of Activities", "D = day")
    bare = surroundings(one, [line("D = day", 142)], "4 Old")
    assert (bare.caption, bare.heading, bare.above) == ("", "4 Old", "")
    edge = surroundings(one, [line("above", 93.9, 10), line("under", 136.1)], "")
    assert (edge.above, edge.below) == ("above", "under")
    inside = surroundings(one, [line("above", 95, 10), line("under", 135)], "")
    assert (inside.above, inside.below) == ("", "")


def test_a_caption_may_be_broken_in_two_lines() -> None:
    first = "Table 3. Schedule of Activities for the main part of the"
    assert (
        find_caption([line(first, 70), line("study with all its visits", 81)], 100)
        == f"{first} study with all its visits"
    )
    assert (
        find_caption([line("Table 3. Schedule", 70), line("All visits are at the site", 81)], 100)
        == "Table 3. Schedule"
    )
    assert find_caption([line(first, 60), line("study with all its visits", 81)], 100) == first
    assert find_caption([line(first, 70), line("study in other print", 81, 7)], 100) == first
    assert find_caption([line("Table 3. Schedule of Activities", 10)], 700) == ""
    assert len(find_caption([line("Table 3. " + "Schedule of " * 40, 85)], 100)) == 300


def test_the_last_line_of_a_sentence_is_no_caption() -> None:
    long = "The visits of the participants who take part in the second half of the study are told in"
    assert is_tail([line(long, 70), line("Table 3 below", 81)], 1)
    assert not is_tail([line(long + ".", 70), line("Table 3 below", 81)], 1)
    assert not is_tail([line(long, 50), line("Table 3 below", 81)], 1)
    assert not is_tail([line("Visits", 70), line("Table 3 below", 81)], 1)
    assert not is_tail([line("Table 3 below", 81)], 0)


def test_lines_right_below_a_table_are_attached() -> None:
    lines = [
        line("in it", 80),
        line("a Once", 102, 8),
        line("b Twice", 111, 8),
        line("Large", 120, 12),
        line("c", 133, 8),
    ]
    assert [one.text for one in attached(lines, 100)] == ["a Once", "b Twice"]
    assert attached([line("far", 180, 8)], 100) == []
    assert [one.text for one in attached([line("large", 102, 12), line("small", 115, 8)], 100)] == ["large", "small"]


def test_titles_and_headings() -> None:
    assert is_title_like("Schedule of Activities")
    assert not is_title_like("schedule of activities")
    assert not is_title_like("The schedule " + "of all the many activities " * 2 + "is below.")
    assert not is_title_like("Schedule " * 20)
    assert is_heading(line("5.1 Visits", 0))
    assert not is_heading(line("5.1 Visits.", 0))
    assert not is_heading(line("5.1 " + "Visits " * 20, 0))
    assert not is_heading(line("Visits", 0))


# lines of tables without rules


def printed(top: float, *chunks: tuple[float, float], high: float = 10.0) -> Printed:
    return Printed(arr([(a, top, b, top + high) for a, b in chunks]), top, top + high)


def test_which_lines_make_a_table_together() -> None:
    three = ((0.0, 30.0), (100.0, 110.0), (200.0, 210.0))
    name, prose = ((0.0, 60.0),), ((0.0, 200.0),)
    lines = [printed(0, *three), printed(14, *name), printed(28, *three), printed(100, *three)]
    assert stream.follows(lines, 0, 2, 300)
    assert not stream.follows(lines, 2, 3, 300)
    assert not stream.follows([printed(0, *three), printed(14, *prose), printed(28, *three)], 0, 2, 300)
    assert stream.is_tabular(printed(0, *three), 300)
    assert stream.is_tabular(printed(0, (0, 30), (100, 110)), 300)
    assert not stream.is_tabular(printed(0, (0, 30), (50, 60)), 300)
    assert not stream.is_tabular(printed(0, (0, 200), (280, 300)), 300)
    assert stream.is_prose(printed(0, *prose), 300)
    assert not stream.is_prose(printed(0, *prose), 400)


def test_headings_of_several_columns_are_no_columns() -> None:
    five = tuple((50.0 * k, 50.0 * k + 20) for k in range(5))
    two = ((60.0, 90.0), (160.0, 200.0))
    body = [printed(20 * k, *five) for k in range(2, 7)]
    assert stream.without_headings([printed(0, *two), *body]) == body
    assert stream.without_headings(body) == body
    outside = printed(0, (60, 90), (160, 400))
    assert stream.without_headings([outside, *body]) == [outside, *body]
    assert len(stream.without_headings([printed(0, *two), *body[:3]])) == 4 - (stream.SETTINGS.least + 1 < 4)
    columns = np.array([0.0, 50, 100, 150])
    assert stream.is_title(printed(0, (0, 90)), columns)
    assert not stream.is_title(printed(0, (0, 40)), columns)
    assert not stream.is_title(printed(0, (60, 190)), columns)
    assert not stream.is_title(printed(0, (0, 90), (110, 120)), columns)


def test_a_table_reaches_from_its_top_rule_to_its_bottom_rule() -> None:
    five, two = tuple((50.0 * k, 50.0 * k + 20) for k in range(5)), ((0.0, 30.0), (40.0, 60.0))
    lines = [
        printed(0, *two),
        printed(20, *two),
        *(printed(20 * k, *five) for k in (2, 3, 4)),
        printed(100, *two),
        printed(120, *two),
    ]
    rules = arr([(15, 0, 220), (115, 0, 220)], 3)
    assert stream.extend(lines, (2, 4), rules, 220) == (1, 5)
    assert stream.extend(lines, (2, 4), arr([], 3), 220) == (2, 4)
    assert stream.extend(lines, (2, 4), arr([(15, 0, 50), (115, 0, 50)], 3), 220) == (2, 4)
    assert stream.extend(lines, (2, 4), arr([(15, 300, 500), (115, 300, 500)], 3), 220) == (2, 4)
    wide = [printed(20, (0, 200)) if number == 1 else one for number, one in enumerate(lines)]
    assert stream.extend(wide, (2, 4), rules, 220) == (2, 5)


# header rows


def test_shares_that_tell_header_rows() -> None:
    s = headers.SETTINGS
    assert headers.best_cut([0.2, 1, -3, 5, 0], 8) == 4
    assert headers.best_cut([0.2, 1, -3, 5, 0], 3) == 2
    assert headers.best_cut([0.2, 0, 0], 8) == 1
    assert headers.best_cut([1, 1, 1], 8) == 2  # one row at least is body
    assert headers.mark_columns([["a", "X", ""], ["b", "", ""], ["c", "X", ""]]) == 0.5
    assert headers.mark_columns([["a"]]) == 0
    assert headers.dash_share(["ECG", "-", "X", "–", ""]) == 0.5
    assert headers.dash_share(["ECG"]) == 0
    both = ["ECG", "-", "X"]
    assert headers.dashes_are_values([both, both, *[["a", "X", "X"]] * 11], s)
    assert not headers.dashes_are_values([both, both, *[["a", "X", "X"]] * 12], s)
    assert not headers.dashes_are_values([both], s)
    times, marks = ["a", "Day 1", "Day 8"], ["b", "X", ""]
    head = [["Procedure", "A", "B"], ["", "C", "D"]]
    assert headers.timed_body([*head, *[times] * 3, *[marks] * 2], s) == 0.6
    assert headers.timed_body([*head, *[times] * 4], s) == 0  # too few rows to tell
    assert headers.timed_body([*head, *[times] * 3, *[["c", "", ""]] * 2], s) == 0
    assert headers.is_group(["Safety", "", "-"])
    assert headers.is_group(["Safety", "Safety", "Safety"])
    assert not headers.is_group(["Safety", "X", ""])
    for name in ("Office (O)/telehealth (T)", "Clinic or phone visit", "Hospital / video"):
        assert not headers.is_group([name, "", ""])  # of the visits, though the rest may be taken out
    assert not headers.is_group(["", "", ""])
    assert not headers.is_group(["Visit", "", ""])
    assert headers.tells_visits("Fasting visits")
    assert headers.tells_visits("Assessments")
    assert not headers.tells_visits("ECG")


def test_shades_and_merged_corners_tell_header_rows() -> None:
    s = headers.SETTINGS
    assert headers.shade_evidence([0.8, 0.8, 1, 1, 1], 1, s) == s.shaded
    assert headers.shade_evidence([0.8, 1, 1, 1, 1], 1, s) == -s.shaded
    assert headers.shade_evidence([0.8, 0.8, 0.8, 0.8], 1, s) == 0
    assert headers.shade_evidence([0.8], 1, s) == headers.shade_evidence([], 1, s) == 0
    grid = [["Item", "Screening", "Treatment"], ["Item", "V1", "Treatment"], ["ECG", "X", "X"], ["ECG", "X", "X"]]
    assert headers.merged_evidence(grid, 1, s) == s.corner
    assert headers.merged_evidence(grid, 2, s) == headers.merged_evidence(grid, 3, s) == 0
    bridged = [["Item", "Screening", "Treatment"], ["Day", "V1", "Treatment"], ["Day", "Treatment", "Treatment"]]
    assert headers.merged_evidence(bridged, 1, s) == s.bridged
    assert headers.merged_evidence(bridged, 2, s) == 0
    assert not headers.has_corner([["Item", "A"], ["Item", "Item"]], 1)
