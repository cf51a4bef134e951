"""Grids with merges: what they say, and what their parts say."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.sample.columns import SCHEMES, calendar
from soesift.sample.grid import Cell, Grid, plain_grid, said, transposed
from soesift.sample.schedule import MadeSchedule, choose_activities, choose_wording, make_schedule, redact
from soesift.sample.words.areas import AREAS


def toy() -> Grid:
    """Two header rows with a merged epoch; one row with a merged text; one with an arrow."""
    return Grid(
        [
            [Cell("Visit", rows=2), Cell("Treatment", columns=2), None],
            [None, Cell("D1"), Cell("D8^[a]")],
            [Cell("ECG^[b]"), Cell("X^[c]"), Cell("")],
            [Cell("AE"), Cell("Continuous", columns=2), None],
            [Cell("Diary"), Cell("X"), Cell(said="→", arrow=True)],
        ],
        header_rows=2,
    )


def made(seed: int) -> MadeSchedule:
    rng = Random(seed)
    columns = calendar(rng, rng.choice(sorted(SCHEMES)), rng.randint(6, 16))
    return make_schedule(
        rng, columns, choose_activities(rng, rng.choice(AREAS), rng.randint(3, 30)), choose_wording(rng)
    )


def test_texts_repeat_merged_cells_and_keep_raised_markers_inline() -> None:
    assert toy().texts() == [
        ["Visit", "Treatment", "Treatment"],
        ["Visit", "D1", "D8a"],
        ["ECGb", "Xc", ""],
        ["AE", "Continuous", "Continuous"],
        ["Diary", "X", "→"],
    ]


def test_a_window_cuts_merged_cells_and_counts_its_header() -> None:
    part = toy().window([1, 3, 4], [0, 2])
    assert part.texts() == [["Visit", "D8a"], ["AE", "Continuous"], ["Diary", "→"]]
    assert part.header_rows == 1
    assert part.cells[1][1] is not None
    assert part.cells[1][1].columns == 1


def test_nothing_is_said_under_a_black_box() -> None:
    assert said(Cell("secret", redacted=True)) == ""


def test_transposing_exchanges_rows_and_columns() -> None:
    grid = toy()
    assert transposed(grid).texts() == [list(column) for column in zip(*grid.texts(), strict=True)]


def test_transposing_leaves_bands_out() -> None:
    grid = plain_grid([["", "V1", "V2"], ["Safety", "", ""], ["ECG", "X", ""]])
    grid.bands = {1}
    assert transposed(grid).texts() == [["", "ECG"], ["V1", "X"], ["V2", ""]]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_a_window_says_what_the_grid_says_there(seed: int, data: st.DataObject) -> None:
    grid = made(seed).grid
    height, width = grid.shape
    rows = sorted(data.draw(st.sets(st.integers(0, height - 1), min_size=1)))
    columns = sorted(data.draw(st.sets(st.integers(0, width - 1), min_size=1)))
    texts = grid.texts()
    assert grid.window(rows, columns).texts() == [[texts[r][c] for c in columns] for r in rows]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_every_position_has_one_cell(seed: int) -> None:
    grid = made(seed).grid
    height, width = grid.shape
    covered = [0] * (height * width)
    for r, row in enumerate(grid.cells):
        assert len(row) == width
        for c, cell in enumerate(row):
            for i in range(r, r + cell.rows if cell else r):
                for j in range(c, c + (cell.columns if cell else 0)):
                    covered[i * width + j] += 1
    assert covered == [1] * (height * width)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_schedule_has_both_axes_and_each_activity_is_done(seed: int) -> None:
    schedule = made(seed)
    texts = schedule.grid.texts()
    assert len(schedule.columns) >= 4
    assert len({c.visit for c in schedule.columns}) >= 4
    for r in range(schedule.grid.header_rows, len(texts)):
        if r not in schedule.grid.bands:
            assert any(texts[r][-len(schedule.columns) - 1 :]), texts[r]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_each_footnote_marker_is_used_and_defined_once(seed: int) -> None:
    schedule = made(seed)
    markers = [marker for marker, _ in schedule.notes]
    assert len(markers) == len(set(markers))
    drawn = "".join(cell.text for row in schedule.grid.cells for cell in row if cell)
    for marker in markers:
        assert f"^[{marker}]" in drawn or f"({marker})" in drawn


def test_redaction_hides_header_names_or_marks() -> None:
    grid = made(3).grid
    before = grid.texts()
    redact(Random(1), grid)
    after = grid.texts()
    hidden = [(r, c) for r, row in enumerate(before) for c, t in enumerate(row) if t and not after[r][c]]
    assert hidden
    assert all(after[r][c] in ("", before[r][c]) for r, row in enumerate(before) for c in range(len(row)))
