"""Cells tile the grid whatever was given; words for people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soesift.export.spans import grid_size, pieces, placed_cells, split_below
from soesift.export.wording import page_ranges, percent, plain, verdict, where
from soesift.result.models import Cell, Location, Rejected, Result, Run, SoeTable

numbers = st.integers(-2, 7)
any_cells = st.lists(
    st.builds(Cell, row=numbers, column=numbers, row_span=numbers, column_span=numbers, text=st.just("c")),
    max_size=8,
)
grids = st.lists(st.lists(st.just("g"), max_size=5), max_size=5)


def covered(cells: list[Cell]) -> list[tuple[int, int]]:
    return [
        (r, c)
        for cell in cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.column, cell.column + cell.column_span)
    ]


@given(grids, any_cells, st.integers(0, 5))
def test_every_position_is_covered_once(grid: list[list[str]], cells: list[Cell], cut: int) -> None:
    table = SoeTable(id="", table_type="track", type_probability=1, probability=1, fragments=[], grid=grid, cells=cells)
    n_rows, n_columns = grid_size(table)
    everywhere = [(r, c) for r in range(n_rows) for c in range(n_columns)]
    placed = placed_cells(table)
    assert sorted(covered(placed)) == everywhere
    parts = split_below(placed, cut)
    assert sorted(covered(parts)) == everywhere
    assert not any(cell.row < cut < cell.row + cell.row_span for cell in parts)


def test_given_spans_are_kept(schedule: SoeTable) -> None:
    spans = {(c.row, c.column): (c.row_span, c.column_span) for c in placed_cells(schedule)}
    assert spans[0, 0] == (2, 1)
    assert spans[3, 0] == (1, 4)
    assert spans[4, 1] == (1, 1)
    assert len(spans) == 24 - 1 - 1 - 3 - 2


def test_words(toy: Result) -> None:
    assert page_ranges([14, 12, 13, 16, 12]) == "12–14, 16"
    assert [percent(p) for p in (0, 0.001, 0.5, 0.9951, 1)] == ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"]
    assert plain("a\x00\ud800\ufffe\tb\n") == "a\tb\n"
    assert verdict(toy) == "2 schedule tables found on pages 1–2."
    assert where(toy.tables[1]) == "page 2"


def test_verdicts(toy: Result) -> None:
    def said(tables: list[SoeTable], **changes: object) -> str:
        document = toy.document.model_copy(update=changes)
        return verdict(toy.model_copy(update={"document": document, "tables": tables}))

    assert said([]) == "No Schedule of Events found."
    assert said([], has_soe="unsure").startswith("Unsure: no schedule table found")
    assert said(toy.tables[1:], has_soe="unsure").startswith("Unsure: 1 schedule table found on page 2;")
    assert said([], error="bad file") == "The document could not be read."


def test_location_of_a_document_without_pages() -> None:
    place = Location(heading_path=["3 Design", "3.1 Visits"], table_number=4)
    assert where(Rejected(location=place, probability=0, likely_class="x")) == "3 Design › 3.1 Visits, table 4"
    assert where(Rejected(location=Location(table_number=1), probability=0, likely_class="x")) == "table 1"
    assert where(Rejected(probability=0, likely_class="x")) == ""


def test_markers_are_raised_and_words_are_not() -> None:
    runs = [Run(text="Samples", raised=True), Run(text="x 1"), Run(text="a, b, c, d", raised=True)]
    cell = Cell(row=0, column=0, text="Samples x 1", runs=runs)
    assert pieces(cell) == [("Samples", False), ("x 1", False), ("a, b, c, d", True)]
