"""Properties of the pure functions beneath tables: lines, groups, cells, marks."""

from __future__ import annotations

from time import process_time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.document.drawing import (
    BRIDGE,
    SHORTEST,
    SNAP,
    as_lines,
    clean_rulings,
    cluster,
    connected,
    merge_lines,
)
from soesift.document.page import Page
from soesift.document.title_page import has_schedule_title
from soesift.table.grid import FoundTable, GridCell
from soesift.table.lexicon import has_activity, has_time, is_mark, is_point
from soesift.table.ruled import boundaries, build_lattice, closed_sides, merge_cells, part_floating

# positions 10 apart with a jitter well within SNAP
PIECES = st.lists(
    st.tuples(st.integers(0, 8), st.floats(-0.4, 0.4), st.integers(0, 500), st.integers(0, 120)), max_size=30
)


def lines_of(pieces: list[tuple[int, float, int, int]]) -> np.ndarray:
    return np.array([(10 * p + j, a, a + n) for p, j, a, n in pieces], np.float32).reshape(-1, 3)


@given(PIECES)
def test_merged_lines_cover_what_they_are_made_of(pieces: list[tuple[int, float, int, int]]) -> None:
    lines = lines_of(pieces)
    merged = merge_lines(lines)
    assert (merged[:, 2] - merged[:, 1] >= SHORTEST).all()
    for position, start, end in lines[lines[:, 2] - lines[:, 1] >= SHORTEST]:
        near = np.abs(merged[:, 0] - position) <= 2 * SNAP
        assert (near & (merged[:, 1] <= start) & (merged[:, 2] >= end)).any()
    # nothing is invented: ink on each merged line is longer than its gaps allow
    for position, start, end in merged:
        mine = lines[np.abs(lines[:, 0] - position) <= 2 * SNAP]
        points = np.arange(start, end, 1.0)
        before, after = mine[None, :, 1] - points[:, None], points[:, None] - mine[None, :, 2]
        distance = np.maximum(before, after).min(axis=1)
        assert (distance <= BRIDGE / 2 + 1e-3).all()


@given(PIECES)
def test_merging_again_changes_nothing(pieces: list[tuple[int, float, int, int]]) -> None:
    merged = merge_lines(lines_of(pieces))
    again = merge_lines(merged)
    key = np.lexsort((merged[:, 1], merged[:, 0].round()))
    assert np.allclose(again, merged[key], atol=0.01)


def test_a_line_far_off_the_page_bridges_nothing() -> None:
    lines = np.array([[0, -1e6, 1e6], [50, 0, 100], [50, 200, 300]], np.float32)
    assert merge_lines(lines)[1:].tolist() == [[50, 0, 100], [50, 200, 300]]


def test_gap_and_length_limits() -> None:
    joined = merge_lines(np.array([[5, 0, 10], [5, 10 + BRIDGE, 20], [5, 24.5, 50]], np.float32))
    assert joined.tolist() == [[5, 0, 20], [5, 24.5, 50]]
    assert len(merge_lines(np.array([[5, 0, SHORTEST - 0.1]], np.float32))) == 0
    assert merge_lines(np.zeros((0, 3), np.float32)).shape == (0, 3)


def test_as_lines_takes_the_middle_of_a_thin_box() -> None:
    box = np.array([[10, 20, 110, 22]], np.float32)
    assert as_lines(box, 1).tolist() == [[21, 10, 110]]
    page = Page(1, 200, 200, horizontal=box, vertical=np.array([[10, 20, 11, 90]], np.float32))
    horizontal, vertical = clean_rulings(page)
    assert (horizontal.tolist(), vertical.tolist()) == ([[21, 10, 110]], [[10.5, 20, 90]])


@given(st.lists(st.floats(-1000, 1000, width=32), max_size=60), st.floats(0.1, 20))
def test_clusters_follow_value_order(values: list[float], tolerance: float) -> None:
    array = np.array(values, np.float64)
    group = cluster(array, tolerance)
    order = np.argsort(array, kind="stable")
    assert (np.diff(group[order]) >= 0).all()
    assert set(group.tolist()) == set(range(len(set(group.tolist()))))
    for number in set(group.tolist()):
        inside = array[group == number]
        assert np.ptp(inside) <= 2 * tolerance
    # far apart is never together, and a lone gap beyond the tolerance always parts
    ordered = array[order]
    assert all(group[order[i + 1]] > group[order[i]] for i in np.flatnonzero(np.diff(ordered) > tolerance))


@st.composite
def sides(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    bits = draw(st.lists(st.booleans(), min_size=2 * height * width, max_size=2 * height * width))
    flat = np.array(bits)
    below = flat[: (height - 1) * width].reshape(height - 1, width)
    return below, flat[height * width : height * width + height * (width - 1)].reshape(height, width - 1)


@given(sides())
def test_merged_cells_part_the_grid_exactly(both: tuple[np.ndarray, np.ndarray]) -> None:
    below, right = both
    height, width = right.shape[0], below.shape[1] if len(below) else right.shape[1] + 1
    count = np.zeros((height, width), int)
    cells = merge_cells(below.reshape(height - 1, width), right)
    for cell in cells:
        rows = slice(cell.row, cell.row + cell.row_span)
        columns = slice(cell.column, cell.column + cell.column_span)
        count[rows, columns] += 1
        # no ruling runs through a cell
        assert not below[cell.row : cell.row + cell.row_span - 1, columns].any()
        assert not right[rows, cell.column : cell.column + cell.column_span - 1].any()
    assert (count == 1).all()
    assert [(c.row, c.column) for c in cells] == sorted((c.row, c.column) for c in cells)


@given(sides())
def test_all_sides_drawn_gives_single_cells(both: tuple[np.ndarray, np.ndarray]) -> None:
    below, right = np.ones_like(both[0]), np.ones_like(both[1])
    cells = merge_cells(below, right)
    assert len(cells) == right.shape[0] * (right.shape[1] + 1)
    assert {(c.row_span, c.column_span) for c in cells} == {(1, 1)}


def lines(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 3)


def test_connected_parts_separate_frames() -> None:
    horizontal = lines((0, 0, 10), (10, 0, 10), (100, 50, 80), (120, 50, 80))
    vertical = lines((0, 0, 10), (10, 0, 10), (50, 100, 120), (80, 100, 120))
    groups = [(h.tolist(), v.tolist()) for h, v in connected(horizontal, vertical)]
    assert groups == [([0, 1], [0, 1]), ([2, 3], [2, 3])]


@settings(max_examples=50)
@given(PIECES, PIECES)
def test_each_line_is_in_one_group(
    across: list[tuple[int, float, int, int]], down: list[tuple[int, float, int, int]]
) -> None:
    horizontal, vertical = lines_of(across), lines_of(down)
    groups = connected(horizontal, vertical)
    assert sorted(i for h, _ in groups for i in h.tolist()) == list(range(len(horizontal)))
    used = [i for _, v in groups for i in v.tolist()]
    assert len(used) == len(set(used))


def test_boundaries_add_open_ends() -> None:
    positions = np.array([100, 101, 200], np.float32)
    assert boundaries(positions, 99, 205).tolist() == [100.5, 200]
    assert boundaries(positions, 60, 240).tolist() == [60, 100.5, 200, 240]


def test_half_a_side_closes_it() -> None:
    across, along = np.array([0, 50], np.float32), np.array([0, 100, 200], np.float32)
    closed = closed_sides(lines((0, 0, 160), (50, 120, 200)), across, along)
    assert closed.tolist() == [[True, True], [False, True]]
    assert closed_sides(lines((0, 0, 140)), across, along).tolist() == [[True, False], [False, False]]


def test_floating_lines_are_told_from_rules() -> None:
    vertical = lines((0, 0, 60), (100, 0, 60), (200, 0, 60), (300, 0, 60))
    rules = [(0, 0, 300), (20, 0, 300), (40, 0, 300), (60, 0, 300)]
    kept, floating = part_floating(lines(*rules, (30, 110, 285), (50, 100, 200)), vertical)
    assert floating.tolist() == [[30, 110, 285]]
    assert len(kept) == 5
    # like ends again and again: columns whose vertical rules are missing
    kept, floating = part_floating(lines(*rules, *((y, 150, 250) for y in (5, 25, 35, 45))), vertical)
    assert len(floating) == 0


def test_one_cell_is_no_lattice() -> None:
    square = lines((0, 0, 50), (50, 0, 50))
    assert build_lattice(square, square, 1) is None
    table = build_lattice(square, lines((0, 0, 50), (25, 0, 50), (50, 0, 50)), 1)
    assert table is not None
    assert (table.shape, table.hull, table.ruled) == ((1, 2), (0, 0, 50, 50), 1)


def test_texts_repeats_merged_cells() -> None:
    cells = [GridCell(0, 0, 1, 2, "a"), GridCell(0, 2, 2, 1, "b")]
    cells += [GridCell(1, 0, 1, 1, "c"), GridCell(1, 1, 1, 1)]
    table = FoundTable(1, np.arange(3, dtype=np.float32), np.arange(4, dtype=np.float32), cells)
    assert table.texts() == [["a", "a", "b"], ["c", "", "b"]]


@given(st.text(max_size=300))
def test_signs_never_fail(text: str) -> None:
    for sign in (is_mark, has_time, has_activity, has_schedule_title, is_point):
        assert isinstance(sign(text), bool)


@given(st.sampled_from("xX✓●→√☒"), st.sampled_from(["", "a", " b", "1,2", "*", " (a)", "[1]", "†"]))
def test_marks_with_footnotes(mark: str, note: str) -> None:
    assert is_mark(mark + note)
    assert is_mark(f"({mark})")


def test_a_row_of_dashes_is_judged_at_once() -> None:
    start = process_time()
    assert not is_mark("-" * 39 + "%")
    assert is_mark("-" * 38 + ">")
    assert is_mark("-" * 40)
    assert process_time() - start < 2  # not for ever


def test_signs_by_example() -> None:
    assert not any(map(is_mark, ["", "Exam", "Xylitol dose", "5 mL", "N/A", "Day 1"]))
    assert all(map(has_time, ["Screening", "Visit 3", "Day -28 to -1", "C1D1", "Follow-up", "Woche 4"]))
    assert not any(map(has_time, ["", "X", "Hemoglobin", "Randolph"]))
    assert all(map(is_point, ["1", "-7", "28±3", "D15", "2-3", "≤14", "Week 12"]))
    assert not any(map(is_point, ["", "Consent", "mg/day"]))
    assert has_schedule_title("Table 3. Schedule of Activities")
    assert not has_schedule_title("Table 4. Dose modifications")
