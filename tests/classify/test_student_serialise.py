"""Serialised tables fit the budget, keep what matters, and say the same thing twice the same way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from soesift.classify import student
from soesift.classify.serialise import cost, facts, serialise
from soesift.classify.student import open_session
from soesift.detect.detector import Detector
from soesift.table.record import TableRecord

WORDS = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
WORDS.pre_tokenizer = Whitespace()


def schedule(rows: int = 6, columns: int = 5) -> TableRecord:
    header = ["Procedure", *(f"Visit {i}" for i in range(1, columns))]
    body = [[f"Activity {i}", *("X" if (i + j) % 2 else "" for j in range(1, columns))] for i in range(rows)]
    return TableRecord(
        table_id="t",
        document="d",
        page=3,
        n_pages=30,
        page_size=(792, 612),
        header_rows=1,
        grid=[header, *body],
        caption="Table 1 Schedule of Activities",
        heading="Study plan",
        above="Older line\nTable 1 Schedule of Activities",
        below="X = done\nmore",
    )


def test_small_table_is_whole_and_readable() -> None:
    assert serialise(schedule(2, 4), WORDS) == (
        "rows 3 columns 4 marks 50 empty 50 landscape place 0 | caption : Table 1 Schedule of Activities | "
        "heading : Study plan | below : X = done | header : Procedure ; Visit 1 ; Visit 2 ; Visit 3 | "
        "Activity 0 : x - x / Activity 1 : - x -"
    )


def test_long_table_keeps_both_ends_and_names_more_rows_than_it_shows() -> None:
    text = serialise(schedule(60, 12), WORDS, 256)
    assert "Activity 0 :" in text
    assert "Activity 59 :" in text
    assert "also : Activity" in text
    assert text.count("Activity") - text.count(" : x") - text.count(" : -") > 3


@pytest.mark.parametrize("budget", [24, 64, 128, 256])
def test_budget_is_used_and_never_passed(budget: int) -> None:
    used = len(WORDS.encode(serialise(schedule(80, 15), WORDS, budget)).ids)
    assert used <= budget
    assert budget < 64 or used >= 0.75 * budget


cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cell, max_size=6), max_size=12), st.integers(1, 300), st.text(max_size=200))
def test_any_grid_fits(grid: list[list[str]], budget: int, caption: str) -> None:
    record = TableRecord(table_id="t", document="d", grid=grid, caption=caption)
    text = serialise(record, WORDS, budget)
    assert len(WORDS.encode(text).ids) <= budget
    assert text == serialise(record, WORDS, budget)


def test_merged_cell_text_is_said_once_but_marks_each_time() -> None:
    record = TableRecord(
        table_id="t", document="d", header_rows=1, grid=[["", "Treatment", "Treatment"], ["ECG", "X", "X"]]
    )
    text = serialise(record, WORDS)
    assert text.count("Treatment") == 1
    assert text.endswith("ECG : x x")


def test_facts_count_marks_in_the_body_only() -> None:
    record = TableRecord(table_id="t", document="d", header_rows=1, grid=[["A", "X"], ["b", "X"], ["c", ""]])
    assert facts(record) == "rows 3 columns 2 marks 50 empty 50"


def test_cost_grows_with_words_and_digits() -> None:
    assert cost("") == 0
    assert cost("week 12") == 2
    assert cost("electrocardiogram") == 3


def test_a_detector_judges_on_the_cores_that_it_has_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []

    def counted(model: Path, threads: int = 1) -> Any:
        opened.append(threads)
        return open_session(model, threads)

    monkeypatch.setattr(student, "open_session", counted)
    found = []
    for cores in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", cores)
        found.append(Detector.load().judge.probabilities([schedule(), schedule(12, 9)]))
    assert opened == [1, min(2, len(os.sched_getaffinity(0)))]
    np.testing.assert_array_equal(*found)
