"""The Word variant: the same tables, found by their numbers."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from soesift.sample import Truth, make_protocol


def read(truth: Truth, out: Path) -> list[list[list[str]]]:
    tables = docx.Document(str(out / f"{truth.id}.docx")).tables
    return [[[" ".join(c.text.split()) for c in row.cells] for row in table.rows] for table in tables]


@pytest.mark.parametrize("seed", [0, 4])
def test_word_tables_say_what_the_truth_says(tmp_path: Path, seed: int) -> None:
    truth = make_protocol(seed, tmp_path, kind="tracks", docx=True, split=1)
    tables = read(truth, tmp_path)
    assert truth.n_pages is None
    for table in truth.soe_tables:
        (number,) = table.table_numbers
        assert tables[number - 1] == table.grid


def test_column_blocks_are_tables_of_their_own(tmp_path: Path) -> None:
    truth = make_protocol(1, tmp_path, kind="tiled", docx=True)
    table = truth.soe_tables[0]
    first, second = (read(truth, tmp_path)[n - 1] for n in table.table_numbers)
    assert [a + b[1:] for a, b in zip(first, second, strict=True)] == table.grid


def test_numbers_of_negatives_and_schedules_do_not_meet(tmp_path: Path) -> None:
    truth = make_protocol(2, tmp_path, docx=True)
    numbers = [n for t in (*truth.soe_tables, *truth.hard_negatives) for n in t.table_numbers]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) == len(read(truth, tmp_path))


def test_header_rows_are_repeated_by_word(tmp_path: Path) -> None:
    truth = make_protocol(2, tmp_path, docx=True)
    table = truth.soe_tables[0]
    word = docx.Document(str(tmp_path / f"{truth.id}.docx")).tables[table.table_numbers[0] - 1]
    marked = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in word.rows]
    assert sum(marked) == table.header_rows
