"""Lines of a table moved by a person: what is read again, what stays, and what is told."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from review_made import correction

from made_protocols import protocol
from soesift.detect.detector import Detector
from soesift.result.models import Result, SoeTable
from soesift.review.apply import apply_corrections
from soesift.review.corrections import Line, Redraw, Redrawn
from soesift.review.lines import Axis, Part, ReadCell, boxed, cells_in_lines, parts_of, planned, redrawn
from soesift.review.mend import mended
from soesift.sample.protocol import make_protocol


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    source = protocol(tmp_path_factory.mktemp("lines") / "made.pdf")
    return source, Detector.load("linear").detect(source)


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("turned")
    make_protocol(3, folder, kind="rotated")
    [source] = folder.glob("*.pdf")
    return source, Detector.load("linear").detect(source)


def as_they_are(axis: Axis) -> list[Line]:
    return [Line(at=at, was=number) for number, at in enumerate(axis.at)]


def read_again(source: Path, table: SoeTable, part: Part, columns: list[Line], rows: list[Line]) -> Redrawn:
    plan = planned(table, part.fragment, columns, rows)
    layouts = [asdict(layout) for pair in plan.layouts for layout in pair]
    texts = [[ReadCell(**cell) for cell in cells] for cells in cells_in_lines(source, layouts)]
    return redrawn(table, plan, list(zip(texts[::2], texts[1::2], strict=True)))


def with_lines(source: Path, table: SoeTable, columns: Any = None, rows: Any = None, number: int = 0) -> SoeTable:
    """The table after the lines of one of its fragments were changed by `columns` and `rows` (functions of lists)."""
    part = parts_of(table)[number]
    across, down = as_they_are(part.columns), as_they_are(part.rows)
    across = columns(across) if columns else across
    down = rows(down) if rows else down
    content = read_again(source, table, part, across, down)
    action = Redraw(action="redraw", table=table.id, fragment=part.fragment, columns=across, rows=down, content=content)
    return mended(table, action)


def without(number: int) -> Any:
    return lambda lines: [line for line in lines if line.was != number]


def with_new(at: float, sign: int = 1) -> Any:
    return lambda lines: sorted([*lines, Line(at=at, was=-1)], key=lambda line: sign * line.at)


def whole(table: SoeTable) -> None:
    seen = set()
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                assert (row, column) not in seen
                seen.add((row, column))
                assert table.grid[row][column] == cell.text


def texts(table: SoeTable) -> list[tuple[int, int, int, int, str, tuple[str, ...]]]:
    cells = (c for c in table.cells if c.text)
    return sorted((c.row, c.column, c.row_span, c.column_span, c.text, tuple(c.markers)) for c in cells)


def test_the_lines_of_a_table_are_those_of_its_cells(made: tuple[Path, Result]) -> None:
    table = made[1].tables[0]
    first = parts_of(table)[0]
    assert first.columns.places == [*range(len(table.grid[0]))]
    assert len(first.rows.at) == len(first.rows.places) + 1
    assert first.columns.at == sorted(first.columns.at)


def test_lines_that_were_not_moved_are_refused(made: tuple[Path, Result]) -> None:
    table = made[1].tables[0]
    part = parts_of(table)[0]
    with pytest.raises(ValueError, match="no line was moved"):
        planned(table, part.fragment, as_they_are(part.columns), as_they_are(part.rows))


@pytest.mark.parametrize("kind", ["made", "turned"])
def test_a_line_taken_out_and_put_in_again_gives_the_table_back(kind: str, request: pytest.FixtureRequest) -> None:
    source, result = request.getfixturevalue(kind)
    table = result.tables[0]
    part = parts_of(table)[0]
    fewer = with_lines(source, table, without(3))
    assert len(fewer.grid[0]) == len(table.grid[0]) - 1
    whole(fewer)
    body = table.header_rows
    for row in part.rows.places:
        if row >= body:
            both = " ".join(text for text in table.grid[row][2:4] if text)
            assert fewer.grid[row][2] == both
    again = with_lines(source, fewer, with_new(part.columns.at[3], part.columns.sign))
    whole(again)
    printed = [row for row in part.rows.places if row >= body]
    assert [again.grid[row] for row in printed] == [table.grid[row] for row in printed]
    assert again.grid[body:] == table.grid[body:] or "nothing was read again" in again.doubt[-1].why
    assert [row[:2] for row in again.grid] == [row[:2] for row in table.grid]


@pytest.mark.parametrize("kind", ["made", "turned"])
def test_rows_are_parted_and_closed(kind: str, request: pytest.FixtureRequest) -> None:
    source, result = request.getfixturevalue(kind)
    table = result.tables[0]
    part = parts_of(table)[0]
    number = len(part.rows.at) - 3
    fewer = with_lines(source, table, rows=without(number))
    whole(fewer)
    row = part.rows.places[number - 1]
    assert len(fewer.grid) == len(table.grid) - 1
    assert fewer.grid[row][0] == f"{table.grid[row][0]} {table.grid[row + 1][0]}"
    again = with_lines(source, fewer, rows=with_new(part.rows.at[number], part.rows.sign))
    assert texts(again) == texts(table)
    assert again.row_pages == table.row_pages


def test_a_table_whose_edge_cut_a_column_gets_it_back(made: tuple[Path, Result]) -> None:
    source, result = made
    table = result.tables[0]
    part = parts_of(table)[0]
    last = len(part.columns.at) - 1
    cut = with_lines(source, table, without(last))
    assert [row[:-1] for row in table.grid] == cut.grid
    again = with_lines(source, cut, with_new(part.columns.at[last]))
    assert again.grid[table.header_rows :] == table.grid[table.header_rows :]
    assert again.fragments[0].bbox == pytest.approx(table.fragments[0].bbox, abs=1)


def test_what_a_person_mended_stays_where_nothing_else_is_printed_and_is_a_doubt_elsewhere(
    made: tuple[Path, Result],
) -> None:
    source, result = made
    table = result.tables[0]
    row = table.header_rows + 1
    edit = {"action": "edit_cell", "table": table.id}
    applied = apply_corrections(
        result,
        [
            correction(**edit, row=row, column=0, text="Mended name"),
            correction(**edit, row=row, column=2, text="Mended mark"),
        ],
    ).result.tables[0]
    after = with_lines(source, applied, without(3))
    assert after.grid[row][0] == "Mended name"
    [cell] = [c for c in after.cells if (c.row, c.column) == (row, 2)]
    assert "Mended mark" in cell.doubt[0].why
    assert not [c for c in after.cells if c.doubt and c.row != row and c.doubt[0].kind == "lines"]


def test_a_correction_of_lines_is_undone_and_told_where_it_no_longer_fits(made: tuple[Path, Result]) -> None:
    source, result = made
    table = result.tables[0]
    part = parts_of(table)[0]
    lines = without(3)(as_they_are(part.columns))
    content = read_again(source, table, part, lines, as_they_are(part.rows))
    what = Redraw(
        action="redraw", table=table.id, fragment=0, columns=lines, rows=as_they_are(part.rows), content=content
    )
    one = correction(**what.model_dump(mode="json"))
    fewer = apply_corrections(result, [one])
    assert len(fewer.result.tables[0].grid[0]) == len(table.grid[0]) - 1
    undone = apply_corrections(result, [one, correction(action="undo", correction=one["id"])])
    assert undone.result.tables[0].grid == table.grid
    first = correction("ben", action="insert_column", table=table.id, at=1)
    [(left, why)] = apply_corrections(result, [first, one]).left_out
    assert left["id"] == one["id"]
    assert "columns" in why


def test_a_word_on_a_table_that_has_other_rows_now_is_left_out_and_told(made: tuple[Path, Result]) -> None:
    """Ben mends a row; the row that Anna had put in above it is undone: his word must not land on another row."""
    _, result = made
    table = result.tables[0]
    shape = [len(table.grid), len(table.grid[0])]
    put = correction("anna", action="insert_row", table=table.id, at=3, shape=shape)
    edit = correction(
        "ben", action="edit_cell", table=table.id, row=6, column=0, text="Weight", shape=[shape[0] + 1, shape[1]]
    )
    assert apply_corrections(result, [put, edit]).left_out == []
    undo = correction("anna", action="undo", correction=put["id"])
    applied = apply_corrections(result, [put, edit, undo])
    assert applied.result.tables[0].grid == table.grid
    assert "look again" in applied.left_out[0][1]


def test_a_continuation_page_with_the_same_columns_follows(tmp_path: Path) -> None:
    for seed in range(4, 10):
        make_protocol(seed, tmp_path, kind="full")
    for source in sorted(tmp_path.glob("*.pdf")):
        table = next((t for t in Detector.load("linear").detect(source).tables if len(t.pages) > 1), None)
        if table is None:
            continue
        parts = parts_of(table)
        if len(parts) > 1 and parts[0].columns.places == parts[1].columns.places:
            after = with_lines(source, table, without(3))
            whole(after)
            assert len(after.grid[0]) == len(table.grid[0]) - 1
            row = parts[1].rows.places[-1]
            assert after.grid[row][2] == " ".join(text for text in table.grid[row][2:4] if text)
            return
    pytest.fail("no sample has a table of two pages with the same columns")


def test_lines_drawn_where_no_rows_were_read_make_a_table(made: tuple[Path, Result]) -> None:
    source, result = made
    table = result.tables[0]
    part = parts_of(table)[0]
    box = table.fragments[0].bbox
    assert box is not None
    empty = boxed(part.page, box)
    [only] = parts_of(empty)
    columns = [Line(at=at, was=was) for at, was in zip(part.columns.at, [0, *[-1] * 99], strict=False)]
    rows = [Line(at=at, was=was) for at, was in zip(part.rows.at, [0, *[-1] * 99], strict=False)]
    columns[-1], rows[-1] = Line(at=columns[-1].at, was=1), Line(at=rows[-1].at, was=1)
    content = read_again(source, empty, only, columns, rows)
    action = Redraw(action="redraw", table="t1", fragment=0, columns=columns, rows=rows, content=content)
    after = mended(empty, action)
    whole(after)
    count = len(part.rows.places)
    assert [row[0] for row in after.grid[2:count]] == [row[0] for row in table.grid[2:count]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:1], "at least two"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "at least two"),
        (lambda lines: [lines[0], Line(at=lines[0].at + 1, was=-1), *lines[1:]], "lie on each other"),
        (lambda lines: [Line(at=line.at, was=-1) for line in lines], "at least two"),
    ],
)
def test_lines_that_make_no_sense_are_refused_in_one_line(made: tuple[Path, Result], change: Any, said: str) -> None:
    table = made[1].tables[0]
    part = parts_of(table)[0]
    with pytest.raises(ValueError, match=said):
        planned(table, part.fragment, change(as_they_are(part.columns)), as_they_are(part.rows))
