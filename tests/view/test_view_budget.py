from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_tables import SCHEDULE, long_schedule

from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.view import VIEWS, TokenBudget, estimate_tokens, render, tokenizer_counter, view_named
from soesift.view.budget import Choice, ladder, spread

cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
grids = st.lists(st.lists(cells, max_size=6), max_size=8)


@pytest.mark.parametrize("name", VIEWS)
@settings(max_examples=60, deadline=None)
@given(grid=grids, header=st.integers(0, 9), limit=st.integers(1, 200))
def test_any_grid_fits(name: str, grid: list[list[str]], header: int, limit: int) -> None:
    record = TableRecord(table_id="t", document="d", grid=grid, header_rows=header)
    view = render(name, record, TokenBudget(limit))
    assert estimate_tokens(view.text) <= limit
    assert render(name, record, TokenBudget(limit)) == view
    if view.left_out == []:
        assert view.text == render(name, record).text


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_is_flagged_where_all_fits(name: str) -> None:
    assert render(name, SCHEDULE, TokenBudget(10_000)).left_out == []


@pytest.mark.parametrize("name", ["json", "markdown", "html", "transposed"])
def test_headers_and_first_column_outlive_the_body(name: str) -> None:
    record = long_schedule()
    view = render(name, record, TokenBudget(900))
    assert view.left_out
    assert view.left_out[0].startswith("rows: ")
    for text in [*record.grid[0], *(row[0] for row in record.grid)]:
        assert text in view.text


def test_json_left_out_cells_are_absent_and_empty_ones_are_not() -> None:
    shown = json.loads(render("json", long_schedule(), TokenBudget(700)).text)
    assert len(shown["0"]) == 61
    assert 2 < len(shown["3"]) < 61
    assert "" in shown["3"].values()


def test_json_is_the_papers_column_then_row() -> None:
    shown = json.loads(render("json", SCHEDULE).text)
    assert shown["0"]["2"] == "Informed consent"
    assert shown["3"]["1"] == "Day 8"


def test_long_cells_are_cut_before_rows_are() -> None:
    grid = [["Term", "Meaning"], *([f"word {i}", "long " * 200] for i in range(5))]
    view = render("json", SCHEDULE.model_copy(update={"grid": grid, "header_rows": 1}), TokenBudget(400))
    assert view.left_out == ["cells: 5 cut at 200 characters"]


def test_page_view_keeps_titles_first_and_last_lines() -> None:
    record = long_schedule().model_copy(update={"caption": "Assessment number 31"})
    view = render("page", record, TokenBudget(200))
    assert view.text.startswith("Calendar of visits\nProcedure")
    assert "Assessment number 31 " in view.text
    assert view.text.endswith("fasting.")
    assert "…" in view.text
    assert view.left_out[0].startswith("lines: ")


def test_page_view_without_page_text_is_put_together_from_the_parts() -> None:
    record = SCHEDULE.model_copy(update={"page_text": "", "above": "Before it.", "below": "After it."})
    lines = render("page", record).text.splitlines()
    assert lines[:3] == ["6.1 Visits", "Before it.", "Table 3. Calendar of visits"]
    assert lines[3] == "Procedure Screening Treatment"  # the merged header cell once
    assert lines[-1] == "After it."


def test_a_tokenizer_counts_exactly(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")  # of the extra data, which the light tests go without
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    count = tokenizer_counter(str(tmp_path / "tokenizer.json"))
    assert count("one two three") == 3
    assert count(render("markdown", long_schedule(), TokenBudget(300, count)).text) <= 300


def test_a_missing_tokenizer_file_is_one_line() -> None:
    pytest.importorskip("tokenizers")
    with pytest.raises(UsageError, match="no such tokenizer file"):
        tokenizer_counter("nowhere/tokenizer.json")


def test_an_unknown_view_names_its_neighbour() -> None:
    with pytest.raises(UsageError, match="did you mean markdown"):
        view_named("markdwon")


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_says_how_it_is_laid_out(name: str) -> None:
    assert len(view_named(name).note) > 20


@given(st.integers(0, 60), st.integers(0, 60))
def test_spread_is_even_and_keeps_the_ends(count: int, of: int) -> None:
    places = spread(count, of)
    assert len(places) == len(set(places)) == min(count, of)
    assert all(0 <= place < of for place in places)
    if min(count, of) > 1:
        assert places[0] == 0
        assert places[-1] == of - 1


def test_the_ladder_never_shows_more_further_down() -> None:
    record = long_schedule(30, 9)
    sizes = [len(_shown(record, choice)) for choice in ladder(record)]
    assert sizes[0] == 31 * 9
    assert sizes[-1] == 4
    assert all(a >= b for a, b in pairwise(sizes))


def _shown(record: TableRecord, choice: Choice) -> list[str]:
    drawn = [choice.cell(record.grid, row, column) for row in choice.rows for column in choice.columns]
    return [cell for cell in drawn if cell is not None]
