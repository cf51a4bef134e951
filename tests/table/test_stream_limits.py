"""Tables without rules, function by function, with lines placed by the test: each limit from both of its sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from soesift.document.words import Words
from soesift.table.grid import FoundTable
from soesift.table.unruled import (
    SETTINGS,
    column_bounds,
    extend,
    find_streams,
    follows,
    is_prose,
    is_tabular,
    is_title,
    makes_table,
    printed_lines,
    tabular_runs,
    through_rows,
    without_headings,
)
from soesift.table.unruled_cells import SETTINGS as CELLS
from soesift.table.unruled_cells import (
    Piece,
    Printed,
    centred_bands,
    centred_spans,
    column_extents,
    columns_of,
    continues,
    gap_limit,
    heads_columns,
    pieces_of,
    row_bounds,
    row_cells,
    ruled_spans,
    settle_crossing,
    spread_headings,
)

COLUMNS = np.array([0.0, 100.0, 150.0, 200.0, 250.0])
NO_RULES = np.zeros((0, 3), np.float32)


def line(top: float, *sides: tuple[float, float], high: float = 10.0, lead: str = "A") -> Printed:
    """A printed line whose chunks have these left and right sides."""
    chunks = np.array([(a, top, b, top + high) for a, b in sides], np.float32)
    return Printed(chunks, top, top + high, lead)


def row(top: float, *columns: int, lead: str = "A") -> Printed:
    """A line with a mark, six points wide, in each of these columns of COLUMNS; a name in column 0."""
    sides = [(2.0, 80.0) if c == 0 else (COLUMNS[c] + 20, COLUMNS[c] + 26) for c in columns]
    return line(top, *sides, lead=lead)


def words(*placed: tuple[str, float, float], size: float = 10.0) -> Words:
    """Words (text, left, top), five points a letter."""
    boxes = np.array([(x, y, x + 5 * len(t), y + size) for t, x, y in placed], np.float32)
    return Words(
        boxes, boxes, np.zeros(len(placed), np.int16), np.full(len(placed), size, np.float32), [t for t, *_ in placed]
    )


def rules(*lines: tuple[float, float, float]) -> np.ndarray:
    return np.array(lines, np.float32).reshape(-1, 3)


def test_three_chunks_make_a_line_tabular_and_two_only_with_a_wide_gap() -> None:
    assert is_tabular(line(0, (0, 10), (12, 20), (22, 30)), 500)
    assert not is_tabular(line(0, (0, 10), (35, 45)), 500)  # 25 points: 2.5 heights, not more
    assert is_tabular(line(0, (0, 10), (36, 45)), 500)
    assert not is_tabular(line(0, (0, 400)), 1000)
    assert not is_tabular(line(0, (0, 400), (450, 460)), 500)  # prose and a page number


def test_prose_is_longer_than_its_share_of_the_text() -> None:
    assert not is_prose(line(0, (0, 62)), 100)
    assert is_prose(line(0, (0, 63)), 100)
    assert is_prose(line(0, (0, 1), (20, 83)), 100)


@pytest.mark.parametrize(
    ("chunks", "enough"),
    [
        ([3, 3, 3], True),
        ([3, 3], False),
        ([3, 3, 2], False),
        ([6, 3, 2], True),
        ([5, 3, 2], False),
        ([6, 2, 2], False),
        ([6, 3], False),
    ],
)
def test_so_many_lines_make_a_table(chunks: list[int], enough: bool) -> None:
    assert makes_table(chunks) is enough


def test_tabular_lines_follow_one_another_within_reach() -> None:
    one = row(0, 0, 1, 2)
    assert follows([one, row(58, 0, 1, 2)], 0, 1, 500)  # 48 points
    assert not follows([one, row(59, 0, 1, 2)], 0, 1, 500)
    between = line(30, (0, 50))
    assert follows([one, between, row(72, 0, 1)], 0, 2, 500)  # 14 more for a line between
    assert not follows([one, between, row(73, 0, 1)], 0, 2, 500)
    assert not follows([one, line(20, (0, 400)), row(40, 0, 1)], 0, 2, 500)
    many = [line(10 + k, (0, 50), high=1) for k in range(9)]
    assert follows([one, *many[:8], row(20, 0, 1)], 0, 9, 500)
    assert not follows([one, *many, row(20, 0, 1)], 0, 10, 500)


def test_runs_end_at_prose_and_need_enough_lines() -> None:
    first = [row(20 * k, 0, 1, 2) for k in range(4)]
    prose = line(80, (0, 480))
    later = [row(115 + 20 * k, 0, 1, 2) for k in range(3)]
    assert tabular_runs([*first, prose, *later], 500) == [(0, 3), (5, 7)]
    assert tabular_runs([*first, prose, *later[:2]], 500) == [(0, 3)]
    assert tabular_runs([prose], 500) == []


def test_a_table_goes_round_a_remark_that_stands_as_close_as_rows_do() -> None:
    first, later = [row(20 * k, 0, 1, 2) for k in range(4)], [row(100 + 20 * k, 0, 2) for k in range(3)]
    remark = line(80, (0, 480))
    assert tabular_runs([*first, remark, *later], 500) == [(0, 7)]
    assert tabular_runs([*first, line(80, (20, 480)), *later], 500) == [(0, 3)]  # it begins elsewhere
    assert tabular_runs([*first, remark, *[row(100 + 20 * k, 0, 3) for k in range(3)]], 500) == [(0, 3)]
    parted = [row(top, 0, 1, 2) for top in (0, 20, 75, 95)]  # one gap is wider: what stands so far off is no remark
    assert tabular_runs([*parted, line(130, (0, 480)), *[row(165 + 20 * k, 0, 1, 2) for k in range(3)]], 500) == [
        (0, 3),
        (5, 7),
    ]
    three = [line(80 + 20 * k, (0, 480)) for k in range(3)]
    assert tabular_runs([*first, *three, *[row(140 + 20 * k, 0, 2) for k in range(3)]], 500) == [(0, 3)]
    assert tabular_runs([*first[:2], line(40, (0, 480)), *[row(60 + 20 * k, 0, 2) for k in range(3)]], 500) == []


def test_a_remark_may_stand_a_little_farther_than_rows_do() -> None:
    rows = [row(12.5 * k, 0, 1, 2) for k in range(4)]  # 2.5 points apart, the remark 3.5
    later = [row(51 + 12.5 * k, 0, 1, 2) for k in range(1, 4)]
    assert tabular_runs([*rows, line(51, (0, 480)), *later], 500) == [(0, 7)]


def name(top: float, right: float, lead: str, wide: float = 30.0, *columns: int) -> Printed:
    """A name up to a side, whose first word is so wide, with marks in these columns."""
    found = row(top, *columns) if columns else line(top)
    chunks = np.concatenate([np.array([(2, top, right, top + 10)], np.float32), found.chunks.reshape(-1, 4)])
    return Printed(chunks, top, top + 10, lead, lead_wide=wide)


@pytest.mark.parametrize(
    ("right", "lead", "step", "rests", "rows"),
    [
        (40, "Safety", 12, True, 6),  # "Safety" had room behind the name above
        (80, "Safety", 12, True, 5),  # it had none: it may be the rest of the name
        (80, "Safety", 12, False, 6),  # no name alone here begins but with a capital
        (40, "and", 12, True, 5),
        (40, "Safety", 10.5, True, 5),  # it stands nearer than rows do
    ],
)
def test_a_heading_below_a_row_of_a_table_without_rules(
    right: float, lead: str, step: float, rests: bool, rows: int
) -> None:
    lines = [name(12 * k, 90, "Name", 30, 1, 2) for k in range(3)]
    lines += [name(36, 90, "rest" if rests else "General"), name(48, right, "Name", 30, 1, 2)]
    lines += [name(48 + step, 60, lead, 30), *[name(48 + step + 12 * k, 90, "Name", 30, 1, 2) for k in (1, 2)]]
    assert len(row_bounds(lines, COLUMNS, NO_RULES)) - 1 == rows + 1 + (not rests)


@pytest.mark.parametrize(
    ("leads", "rows"),
    [
        (("ENROLMENT", "ASSESSMENTS"), 8),  # headings, however near to the header or row above
        (("ENROLMENT", "rest"), 6),  # one alone may be a test's name
        (("ENROLMENT", "ECG"), 6),
    ],
)
def test_names_alone_in_capitals_are_headings(leads: tuple[str, str], rows: int) -> None:
    block = [name(20 * k, 90, "Name", 30, 1, 2) for k in range(1, 4)]
    lines = [name(0, 60, "Timepoint", 40, 2), name(12, 60, leads[0], 58)]
    lines += [name(one.top + 14, 90, "Name", 30, 1, 2) for one in block]
    lines += [name(86, 60, leads[1], 58), name(106, 90, "Name", 30, 1, 2), name(126, 90, "Name", 30, 1, 2)]
    assert len(row_bounds(lines, COLUMNS, NO_RULES)) - 1 == rows


def test_a_rule_below_a_heading_over_columns_parts_rows_between_full_rules() -> None:
    lines = [row(0, 2), row(12, 1, 2, 3), *[row(20 * k + 12, 0, 1) for k in range(1, 5)]]
    full = [(28, 0, 250), *[(20 * k + 28, 0, 250) for k in range(1, 4)]]
    assert row_bounds(lines, COLUMNS, rules(*full)).tolist() == [-1, 28, 48, 68, 88, 103]
    assert row_bounds(lines, COLUMNS, rules(*full, (11, 105, 195))).tolist() == [-1, 11, 28, 48, 68, 88, 103]
    assert row_bounds(lines, COLUMNS, rules(*full, (11, 105, 130))).tolist() == [-1, 28, 48, 68, 88, 103]


def test_lines_through_the_middle_of_a_row_are_arrows() -> None:
    rows, columns = np.array([0, 20, 40, 60], np.float32), COLUMNS
    drawn = [(30, 110, 240), (20, 110, 240), (30, 5, 240), (33, 110, 300), (39, 110, 240)]
    assert through_rows(rows, columns, np.array(drawn, np.float32))[:, 0].tolist() == [30]


def test_headings_of_several_columns_are_left_out_of_account() -> None:
    body = [row(20 * k, 0, 1, 2, 3, 4) for k in range(1, 7)]
    heading = line(0, (110, 150), (210, 240))
    assert without_headings([heading, *body]) == body
    assert without_headings([heading, *body[:3]]) == [heading, *body[:3]]  # too few are left
    assert without_headings([line(0, (110, 320)), *body])[0].chunks[0, 2] == 320  # it leaves the table at the right
    assert without_headings([line(0, (0, 90)), *body])[0].top == 0  # and at the left
    several = [row(-20 * k, *range(5 - k)) for k in range(4, 0, -1)]
    assert len(without_headings([*several, *body])) == len(body) + 1  # no more than three


def test_a_title_is_one_chunk_from_the_left_edge_that_leaves_the_first_column() -> None:
    assert is_title(line(0, (4, 106)), COLUMNS)
    assert not is_title(line(0, (5, 106)), COLUMNS)
    assert not is_title(line(0, (4, 105)), COLUMNS)
    assert not is_title(line(0, (4, 106), (120, 130)), COLUMNS)


def test_a_table_reaches_to_the_rules_above_and_below_it() -> None:
    lines = [
        line(0, (0, 60)),
        line(40, (0, 60)),
        row(60, 0, 1, 2, 3),
        row(80, 0, 1, 2, 3),
        line(100, (0, 60)),
        line(160, (0, 60)),
    ]
    run = (2, 3)
    assert extend(lines, run, NO_RULES, 500) == (2, 3)
    assert extend(lines, run, rules((35, 0, 180), (115, 0, 180)), 500) == (1, 4)
    assert extend(lines, run, rules((-10, 0, 180)), 500) == (0, 3)
    assert extend(lines, run, rules((-31, 0, 180)), 500) == (2, 3)  # more than 90 points above
    assert extend(lines, run, rules((134, 0, 180)), 500) == (2, 4)
    assert extend(lines, run, rules((136, 0, 180)), 500) == (2, 3)  # more than 45 points below
    assert extend(lines, run, rules((35, 0, 60)), 500) == (2, 3)  # too short
    assert extend(lines, run, rules((35, 300, 480)), 500) == (2, 3)  # elsewhere
    assert extend(lines, run, rules((35, 0, 180), (115, 0, 180)), 90) == (2, 3)  # prose between


def test_words_are_joined_to_chunks_over_small_gaps() -> None:
    found = printed_lines(words(("ab", 0, 0), ("cd", 19, 0), ("ef", 39, 0), ("zz", 3, 30)), np.arange(4))
    assert [one.chunks[:, [0, 2]].tolist() for one in found] == [[[0, 29], [39, 49]], [[3, 13]]]
    assert [(one.top, one.bottom, one.lead, one.starts) for one in found] == [
        (0, 10, "ab", [0, 2]),
        (30, 40, "zz", [0]),
    ]
    assert (found[0].middle, found[0].height) == (5, 10)


def test_a_page_of_few_words_has_no_table() -> None:
    cells = [("a", 60.0 * c, 20.0 * r) for r in range(6) for c in range(3)]
    assert find_streams(words(*cells[:17]), NO_RULES, [], 1) == []
    [table] = find_streams(words(*cells), NO_RULES, [], 7)
    assert (table.page, table.shape, table.borderless) == (7, (6, 3), True)
    assert table.hull == (-1, -1, 126, 111)
    hidden = FoundTable(1, np.array([0, 200], np.float32), np.array([-5, 300], np.float32), [])
    assert find_streams(words(*cells), NO_RULES, [hidden], 1) == []


def test_white_gaps_part_columns_although_headings_cross_them() -> None:
    body = [
        np.array([(0, y, 60, y + 8), (100, y, 110, y + 8), (150, y, 160, y + 8)], np.float32)
        for y in range(20, 120, 20)
    ]
    assert column_bounds(body).tolist() == pytest.approx([0, 80, 130, 160], abs=1)
    heading = np.array([(0, 0, 60, 8), (95, 0, 165, 8)], np.float32)
    assert len(column_bounds([heading, *body])) == 4
    wide = np.array([(0, 0, 60, 8), (70, 0, 120, 8)], np.float32)  # a wide text that lies in one column alone
    assert len(column_bounds([wide, *body])) == 4
    close = [np.array([(0, y, 60, y + 8), (63, y, 73, y + 8)], np.float32) for y in range(20, 120, 20)]
    assert column_bounds(close).tolist() == [0, 73]  # a gap of three points parts nothing
    apart = [np.array([(0, y, 60, y + 8), (66, y, 76, y + 8)], np.float32) for y in range(20, 120, 20)]
    assert len(column_bounds(apart)) == 3
    assert column_bounds([np.array([(5, 0, 45, 8)], np.float32)]).tolist() == [5, 45]


def test_wider_gaps_than_within_rows_part_rows() -> None:
    tops = [0, 11, 30, 41, 60, 71, 90, 101, 120]  # gaps of 1 and 9 points by turns
    pairs = [(line(a, (2, 80)), line(b, (2, 80))) for a, b in itertools.pairwise(tops)]
    assert gap_limit(pairs, COLUMNS) == pytest.approx(0.5)
    assert gap_limit(pairs[:5], COLUMNS) is None  # fewer than six gaps
    far = (line(120, (2, 80)), line(219, (2, 80)))
    assert gap_limit([*pairs, far], COLUMNS) == pytest.approx(0.5)  # a gap of three lines and more is no row's
    even = [(line(20 * k, (2, 80)), line(20 * k + 20, (2, 80))) for k in range(8)]
    assert gap_limit(even, COLUMNS) is None
    marked = [(row(a, 0, 1), row(b, 0, 1)) for a, b in itertools.pairwise(tops)]
    assert gap_limit(marked, COLUMNS) is None  # marks of one column in the close pairs: closeness says nothing


def test_lines_of_one_row_do_not_clash_and_stand_close() -> None:
    name, rest = row(0, 0, 1, 2), line(12, (2, 60), lead="a")
    assert continues(name, rest, COLUMNS, None)
    assert not continues(name, line(14, (2, 60), lead="A"), COLUMNS, None)  # .4 of the height
    assert continues(row(0, 0, 1), line(14, (2, 60), lead="of"), COLUMNS, None)  # few names begin so
    assert continues(row(0, 0, 1), line(14, (2, 60), lead="(one"), COLUMNS, None)
    assert not continues(row(0, 0, 1), line(14, (2, 60), lead="eGFR"), COLUMNS, None)
    assert not continues(row(0, 0, 1), line(18, (2, 60), lead="of"), COLUMNS, None)
    assert not continues(row(0, 1), line(14, (2, 60), lead="of"), COLUMNS, None)  # no name above
    assert not continues(name, row(12, 0, 1), COLUMNS, None)  # marks of one column
    over = COLUMNS[1] + 10
    assert continues(row(0, 0, 1), line(12, (2, over)), COLUMNS, None)
    assert not continues(row(0, 0, 1), line(12, (2, over + 1)), COLUMNS, None)  # a band: no name is so wide
    assert continues(row(0, 0), row(12, 0, 1, 2, lead="b"), COLUMNS, None)  # a name goes on in small letters
    assert not continues(row(0, 0), row(12, 0, 1, 2, lead="B"), COLUMNS, None)
    assert continues(row(0, 0), row(12, 0, 1, 2, 3, lead="("), COLUMNS, None)
    assert continues(row(0, 0, 1, lead="Visit"), row(12, 0, lead="Dose"), COLUMNS, 0.3)
    assert not continues(row(0, 0, 1, lead="Visit"), row(12, 0, lead="Visit"), COLUMNS, 0.3)  # names of two rows
    assert not continues(row(0, 0, 1), line(12, (2, 60), (160, 195)), COLUMNS, None)  # a column the row has not
    assert not continues(row(0, 0, 1), line(12, (2, 60), (110, 140)), COLUMNS, None)  # a name and its first text
    assert continues(row(0, 1), line(12, (2, 60)), COLUMNS, None)
    two = line(12, (110, 140), (160, 195))
    assert continues(row(0, 0, 1, 2, 3), two, COLUMNS, None)  # two texts of four columns
    three = line(12, (110, 140), (160, 195), (205, 240))
    assert not continues(row(0, 0, 1, 2, 3), three, COLUMNS, None)  # and no more: with them a row is full
    assert not continues(row(0, 0, 1, 2, 3), line(12, (2, 60), (110, 140), (160, 190), (210, 240)), COLUMNS, None)
    assert continues(name, line(14, (2, 60)), COLUMNS, 0.5)
    assert not continues(name, line(15, (2, 60)), COLUMNS, 0.5)


def test_columns_of_a_line_are_those_of_the_middles_of_its_chunks() -> None:
    assert columns_of(line(0, (2, 80), (90, 112), (190, 230)), COLUMNS) == {0, 1, 3}


def test_rows_end_at_rules_where_these_part_most_lines() -> None:
    lines = [row(20 * k, 0, 1) for k in range(5)]
    assert row_bounds(lines, COLUMNS, NO_RULES).tolist() == [-1, 15, 35, 55, 75, 91]
    ruled = rules((16, 0, 250), (36, 0, 250), (56, 0, 250))
    assert row_bounds(lines, COLUMNS, ruled).tolist() == [-1, 16, 36, 56, 91]  # no rule, no row
    assert row_bounds(lines, COLUMNS, ruled[:2]).tolist() == [-1, 16, 36, 55, 75, 91]
    assert row_bounds(lines, COLUMNS, rules((16, 0, 100))).tolist() == [
        -1,
        16,
        35,
        55,
        75,
        91,
    ]  # a short one parts as well
    assert row_bounds(lines, COLUMNS, rules((16, 300, 400))).tolist() == [-1, 15, 35, 55, 75, 91]  # not one elsewhere
    assert row_bounds([row(0, 0, 1), line(12, (2, 60))], COLUMNS, NO_RULES).tolist() == [-1, 23]


def piece(left: float, right: float, first: int, last: int, text: str = "Text") -> Piece:
    return Piece(np.array([0]), left, right, first, last, text)


EXTENTS = np.array([[0, 90], [110, 140], [160, 190], [210, 240]], np.float64)


def test_a_text_over_a_columns_side_keeps_the_columns_that_it_lies_over() -> None:
    def settled(one: Piece, *others: Piece) -> tuple[int, int]:
        settle_crossing([one, *others], EXTENTS, CELLS)
        return one.first, one.last

    assert settled(piece(5, 130, 0, 1)) == (0, 0)  # a name stays
    assert settled(piece(112, 165, 1, 2)) == (1, 2)
    assert settled(piece(112, 162, 1, 2)) == (1, 1)  # no more than two points
    assert settled(piece(112, 235, 1, 3)) == (1, 3)
    assert settled(piece(112, 235, 1, 3), piece(170, 180, 2, 2)) == (1, 1)  # another text stands in the middle
    assert settled(piece(142, 158, 1, 2)) == (1, 1)  # over none: the nearest
    assert settled(piece(145, 158, 1, 2)) == (2, 2)
    assert settled(piece(142, 158, 1, 2), piece(112, 130, 1, 1)) == (2, 2)  # the nearest that is free


def test_headings_are_words_or_numbers_of_an_axis_without_a_mark() -> None:
    assert heads_columns([piece(0, 9, 0, 0, "Visit"), piece(0, 9, 1, 1, "Screening"), piece(0, 9, 2, 2, "1")])
    assert not heads_columns(
        [piece(0, 9, 0, 0, "Dose"), piece(0, 9, 1, 1, "1"), piece(0, 9, 2, 2, "2"), piece(0, 9, 3, 3, "Day")]
    )
    assert not heads_columns([piece(0, 9, 0, 0, "Visit"), piece(0, 9, 1, 1, "Day"), piece(0, 9, 2, 2, "X")])
    assert not heads_columns([piece(0, 9, 0, 0, "Visit")])


def test_the_sides_of_a_column_are_those_of_its_own_texts() -> None:
    found = column_extents(
        [[piece(3, 50, 0, 0), piece(112, 120, 1, 1)], [piece(5, 70, 0, 0), piece(108, 190, 1, 2)]], COLUMNS
    )
    assert found.tolist() == [[3, 70], [112, 120], [150, 200], [200, 250]]


def test_a_heading_reaches_over_the_columns_in_whose_middle_it_stands() -> None:
    both = [piece(140, 160, 1, 1), piece(215, 235, 3, 3)]
    assert centred_spans(both, range(1, 4), EXTENTS, CELLS) == [(1, 2), (3, 3)]
    assert centred_spans(both[:1], range(1, 4), EXTENTS, CELLS) == [(1, 1)]  # column 3 would be left
    assert centred_spans([piece(215, 235, 3, 3)], range(1, 4), EXTENTS, CELLS) == [(3, 3)]


def test_a_rule_of_its_own_shows_the_columns_of_a_heading() -> None:
    table = FoundTable(1, np.array([0, 20, 40, 60], np.float32), COLUMNS.astype(np.float32), [])
    heads = [piece(140, 160, 1, 1), piece(215, 235, 3, 3)]
    assert ruled_spans(heads, table, 0, rules((20, 105, 195)), CELLS) == [(1, 2), (3, 3)]
    assert ruled_spans(heads, table, 0, rules((20, 0, 250)), CELLS) == [(1, 1), (3, 3)]  # over the whole width
    assert ruled_spans(heads, table, 0, rules((10, 105, 195)), CELLS) == [(1, 1), (3, 3)]  # above its middle
    assert ruled_spans(heads, table, 0, rules((30, 105, 195)), CELLS) == [(1, 1), (3, 3)]  # below the next row's
    assert ruled_spans(heads, table, 0, rules((20, 105, 245)), CELLS) == [(1, 1), (3, 3)]  # another heading is over it
    assert ruled_spans(heads, table, 0, rules((20, 30, 195)), CELLS) == [(1, 1), (3, 3)]  # it begins in the names


def test_headings_spread_where_the_row_below_has_more_columns() -> None:
    table = FoundTable(1, np.array([0, 20, 40, 60], np.float32), COLUMNS.astype(np.float32), [])
    heads = [piece(5, 60, 0, 0), piece(140, 160, 1, 1), piece(215, 235, 3, 3)]
    below = [piece(112, 120, 1, 1), piece(165, 170, 2, 2), piece(212, 220, 3, 3)]
    spread_headings([heads, below[:2]], 0, table, EXTENTS, NO_RULES, CELLS)
    assert [(p.first, p.last) for p in heads] == [(0, 0), (1, 1), (3, 3)]
    spread_headings([heads, below], 0, table, EXTENTS, NO_RULES, CELLS)
    assert [(p.first, p.last) for p in heads] == [(0, 0), (1, 2), (3, 3)]


def test_cells_as_high_as_two_rows_stand_between_headings_of_several_columns() -> None:
    extents = np.array([(50.0 * k, 50.0 * k + 40) for k in range(9)])
    sides = (np.arange(10) * 50.0).astype(np.float32)
    table = FoundTable(1, np.array([0, 20, 40, 60], np.float32), sides, [])
    heads = [piece(160, 180, 3, 3), piece(335, 355, 7, 7)]  # over 2 to 4 and over 7
    high = [piece(0, 30, 0, 0), piece(60, 80, 1, 1), piece(260, 280, 5, 5), piece(310, 330, 6, 6)]
    low = [piece(50.0 * k + 10, 50.0 * k + 30, k, k) for k in (2, 3, 4, 7, 8)]
    spread_headings([heads, high, low], 0, table, extents, NO_RULES, CELLS)
    assert (heads[0].first, heads[0].last) == (2, 4)


def test_a_heading_reaches_over_its_columns_where_the_next_one_has_two_lines() -> None:
    table = FoundTable(1, np.array([0, 20, 40], np.float32), COLUMNS.astype(np.float32), [])
    heads = [piece(140, 160, 1, 1), piece(212, 238, 3, 3, "Close-"), piece(215, 235, 3, 3, "out")]
    below = [piece(a + 5, b - 5, k, k) for k, (a, b) in enumerate(EXTENTS.tolist()) if k]
    spread_headings([heads, below], 0, table, EXTENTS, NO_RULES, CELLS)
    assert [(p.first, p.last) for p in heads] == [(1, 2), (3, 3), (3, 3)]


def test_names_in_the_middle_of_the_table_are_bands() -> None:
    head, row = [piece(0, 40, 0, 0), piece(122, 130, 1, 1)], [piece(0, 60, 0, 0), piece(210, 240, 3, 3, "X")]
    long, short = [piece(100, 152, 1, 1)], [piece(119, 133, 1, 1)]
    sides = np.array([0, 105, 150, 200, 252], np.float32)
    assert centred_bands([head, long, row, short, row], sides, CELLS) == set()  # a column has its middle there
    head[1] = piece(140, 146, 1, 1)
    wide = [piece(140, 148, 1, 1, "X")]
    extra = [wide, long, row, short, row, wide]
    assert centred_bands([head, *extra], sides, CELLS) == {2, 4}
    assert centred_bands([head, wide, long, row], sides, CELLS) == set()  # one alone shows nothing
    marks = [piece(119, 133, 1, 1, "X")]
    assert centred_bands([head, wide, marks, row, marks], sides, CELLS) == set()


def test_cells_of_a_row_are_one_a_column_save_under_spans() -> None:
    def spans(*pieces: Piece) -> list[tuple[int, int]]:
        return [(cell.column, cell.column_span) for cell in row_cells(2, pieces, 4)]

    assert spans() == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert spans(piece(0, 9, 1, 2)) == [(0, 1), (1, 2), (3, 1)]
    assert spans(piece(0, 9, 1, 2), piece(0, 9, 2, 2)) == [(0, 1), (1, 1), (2, 1), (3, 1)]  # two lines disagree
    assert spans(piece(0, 9, 1, 2), piece(0, 9, 1, 1), piece(0, 9, 3, 3)) == [(0, 1), (1, 2), (3, 1)]
    assert {cell.row for cell in row_cells(2, [], 4)} == {2}


def test_words_set_close_are_parted_where_a_column_s_side_lies_between() -> None:
    def texts(*placed: tuple[str, float, float]) -> list[tuple[str, int, int]]:
        some = words(*placed)
        [one] = printed_lines(some, np.arange(len(placed)))
        return [(p.text, p.first, p.last) for p in pieces_of(one, some, COLUMNS, CELLS)]

    assert texts(("Vital", 2, 0), ("signs", 30, 0)) == [("Vital signs", 0, 0)]
    assert texts(("Day", 110, 0), ("1", 128, 0), ("Day", 139, 0), ("8", 157, 0)) == [("Day 1", 1, 1), ("Day 8", 1, 2)]
    assert texts(("over", 110, 0), ("two", 133, 0), ("columns", 151, 0)) == [("over two columns", 1, 2)]


def test_limits_of_the_settings_are_those_that_the_tests_above_assume() -> None:
    assert (SETTINGS.seed, SETTINGS.least, SETTINGS.wide, SETTINGS.headings) == (3, 3, 6, 3)


def test_marks_of_two_names_in_what_would_be_one_row_say_that_gaps_do_not_tell() -> None:
    """A line of the first name lies between them."""
    lines = []
    for k in range(6):
        top = 48.0 * k
        lines += [
            row(top, 0, 1),
            line(top + 11, (2, 60), lead="rest"),
            row(top + 22, 0, 1),
            line(top + 33, (2, 60), lead="of"),
        ]
    pairs = list(itertools.pairwise(lines))
    assert gap_limit(pairs, COLUMNS) is None
    once = [a if a.top % 48 != 22 else line(a.top, (2, 80)) for a in lines]
    assert gap_limit(list(itertools.pairwise(once)), COLUMNS) == pytest.approx(0.3)


def test_names_alone_close_above_names_with_marks_are_headings_where_all_have_capitals() -> None:
    def bounds(*leads: str) -> int:
        lines, top = [], 0.0
        for lead in leads:
            lines += [row(top, 0, lead="Heading"), row(top + 11, 0, 1, lead=lead), row(top + 27, 0, 2, lead="Own")]
            lines += [row(top + 43, 0, 3, lead="Last")]
            top += 59.0
        return len(row_bounds(lines, COLUMNS, NO_RULES)) - 1

    assert bounds("Blood", "Urine", "Swab") == 12
    assert bounds("Blood", "and", "Swab") == 9  # the rest of a name, as then are all


def test_a_row_below_a_band_is_none_of_it() -> None:
    band = line(0, (2, 190), lead="Records")
    assert not continues(band, row(11, 0, 2, lead="Parent"), COLUMNS, 0.5)
    assert continues(band, line(11, (2, 90), lead="once"), COLUMNS, 0.5)
