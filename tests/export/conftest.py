"""A hand-made result: two tables, footnotes, merged cells, near misses."""

from __future__ import annotations

import pytest

from soesift.result.models import (
    Cell,
    DocumentInfo,
    Footnote,
    Fragment,
    ModelInfo,
    Rejected,
    Result,
    SoeTable,
    UnsurePage,
)


@pytest.fixture
def schedule() -> SoeTable:
    grid = [
        ["Procedure", "Screening", "Treatment", "Treatment"],
        ["Procedure", "Day -28", "Day 1", "Day 15"],
        ["Informed consenta", "X", "", ""],
        ["Safety", "Safety", "Safety", "Safety"],
        ["ECG b", "Xb", "X", "X"],
        ["Adverse events", "Continuously", "Continuously", "Continuously"],
    ]
    cells = [
        Cell(row=0, column=0, row_span=2, text="Procedure"),
        Cell(row=0, column=2, column_span=2, text="Treatment"),
        Cell(row=3, column=0, column_span=4, text="Safety"),
        Cell(row=5, column=1, column_span=3, text="Continuously"),
    ]
    return SoeTable(
        id="t1",
        title="Table 1: Schedule of Activities",
        table_type="main_soa",
        type_probability=0.97,
        probability=0.998,
        pages=[1, 2],
        footnote_pages=[2],
        fragments=[
            Fragment(page=1, page_label="xii", bbox=(50, 60, 550, 700), probability=0.99),
            Fragment(page=2, bbox=(50, 60, 550, 200), probability=0.98),
            Fragment(page=2, bbox=(50, 210, 550, 260), role="footnotes", probability=0.98),
        ],
        header_rows=2,
        grid=grid,
        cells=cells,
        row_pages=[1, 1, 1, 1, 2, 2],
        footnotes=[
            Footnote(marker="a", text="Before any procedure; consent is renewed.", page=2),
            Footnote(marker="b", text="In triplicate.", page=2),
            Footnote(marker="", text="ECG = electrocardiogram.", page=2),
        ],
        flags=["rotated"],
        evidence=["Header rows hold visits"],
    )


@pytest.fixture
def toy(schedule: SoeTable) -> Result:
    sampling = SoeTable(
        id="t2",
        table_type="domain",
        type_probability=0.8,
        probability=0.7,
        population_track="Part B",
        pages=[2],
        fragments=[Fragment(page=2, bbox=(50, 300, 550, 500), probability=0.7)],
        grid=[["Pre-dose", "X"], ["=1+1 h"]],
        cells=[],
        row_pages=[2, 2],
    )
    near = Rejected(pages=[3], bbox=(50, 60, 300, 400), title="Analytes", probability=0.3, likely_class="lab_analytes")
    return Result(
        document=DocumentInfo(
            name="toy protocol.pdf",
            sha256="ab" * 32,
            n_pages=3,
            has_soe="yes",
            unsure_pages=[UnsurePage(page=3, why="a picture that was not read")],
        ),
        tables=[schedule, sampling],
        rejected=[near],
        model=ModelInfo(name="toy-model", version="1", sha256="cd" * 32, threshold=0.5, unsure_threshold=0.3),
        settings={"ocr": "never"},
    )


@pytest.fixture
def hostile(toy: Result) -> Result:
    """Each text a trap for one of the formats."""
    bad = [
        '=HYPERLINK("http://evil.example","x")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "#N/A",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a\x00\x07\x1b\ufffe\ud800b",
        "計画表 جدول \u202etxt",
        'quote " comma , line\nbreak',
        "]]>&amp;",
    ]
    table = toy.tables[0].model_copy(
        update={
            "title": "'[bad]:*?/\\ =<b>" + "x" * 40,
            "header_rows": 1,
            "grid": [["=head", "<i>"], *([text, text] for text in bad), ["long", "L" * 1_000_000]],
            "cells": [
                Cell(row=1, column=0, column_span=2, text=bad[0]),
                Cell(row=9, column=9, text="outside"),
            ],
            "row_pages": [1],
            "footnotes": [
                Footnote(marker="=1", text="=cmd()"),
                Footnote(marker='"><b>', text="</dd><script>"),
            ],
            "evidence": ["<b>=x</b>"],
        }
    )
    document = toy.document.model_copy(update={"name": "../=<script>\x01.pdf", "error": None})
    return toy.model_copy(update={"tables": [table, table], "document": document})
