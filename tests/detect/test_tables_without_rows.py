"""A table without a row on any page is none."""

from __future__ import annotations

from soesift.detect.detector import with_rows
from soesift.result.models import Fragment, SoeTable


def table(number: int, pages: list[int], page: int | None) -> SoeTable:
    return SoeTable(
        id=f"t{number}",
        table_type="main_soa",
        type_probability=0.9,
        probability=0.9,
        pages=pages,
        fragments=[Fragment(page=page, role="grid", probability=0.9)],
        header_rows=1,
        cells=[],
        grid=[["Visit", "Day 1"], ["ECG", "X"]],
    )


def test_tables_without_a_row_on_any_page_are_left_out_and_the_others_numbered_anew() -> None:
    kept = with_rows([table(1, [], 4), table(2, [7], 7), table(3, [], None)])
    assert [(t.id, t.pages) for t in kept] == [("t1", [7]), ("t2", [])]
