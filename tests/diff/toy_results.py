"""Hand-made results for diff and burden."""

from __future__ import annotations

from typing import Any

from soesift.result.models import Cell, DocumentInfo, Footnote, ModelInfo, Result, SoeTable

HEADER = [
    ["Procedure", "Screening", "Treatment", "Treatment", "Treatment", "Follow-up"],
    ["", "Visit 1", "Visit 2", "Visit 3", "Visit 4", "Visit 5"],
    ["Week", "-2", "0", "4", "8", "12"],
]
BODY = [
    ["Informed consent", "X", "", "", "", ""],
    ["Medical history", "X", "", "", "", ""],
    ["Vital signs", "X", "X", "X", "X", "X"],
    ["12-lead ECG", "X", "", "X", "", "X"],
    ["Hematology", "X", "Xa", "X", "X", "X"],
    ["Urinalysis", "X", "X", "", "X", ""],
    ["EQ-5D-5L", "", "X", "X", "", "Xb"],
    ["Adverse events", "", "X", "X", "X", "X"],
]
NOTES = [
    ("a", "Fasting for eight hours is required before the sample."),
    ("b", "Optional for children under twelve years."),
]


def toy_grid() -> list[list[str]]:
    return [row.copy() for row in (*HEADER, *BODY)]


def toy_table(grid: list[list[str]] | None = None, notes: list[tuple[str, str]] | None = None, **more: Any) -> SoeTable:
    grid = toy_grid() if grid is None else grid
    cells = more.pop("cells", [])
    given: dict[str, Any] = {"id": "t1", "title": "Schedule of Activities", "table_type": "main_soa", "header_rows": 3}
    return SoeTable(
        **{**given, **more},
        type_probability=1,
        probability=1,
        fragments=[],
        grid=grid,
        cells=cells or [Cell(row=r, column=c, text=t) for r, row in enumerate(grid) for c, t in enumerate(row)],
        footnotes=[Footnote(marker=m, text=t) for m, t in (NOTES if notes is None else notes)],
    )


def toy_result(*tables: SoeTable, name: str = "toy.pdf") -> Result:
    model = ModelInfo(name="default", version="1", sha256="0" * 64, threshold=0.5, unsure_threshold=0.2)
    found = "yes" if tables else "no"
    return Result(document=DocumentInfo(name=name, sha256="0" * 64, has_soe=found), tables=list(tables), model=model)
