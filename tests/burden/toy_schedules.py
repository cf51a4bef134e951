"""A small schedule whose burden is counted by hand."""

from __future__ import annotations

from soesift.result.models import Cell, DocumentInfo, Footnote, ModelInfo, Result, SoeTable

GRID = [
    ["Procedure", "Screening", "Treatment", "Treatment", "Treatment", "Follow-up", "Unscheduled"],
    ["Procedure", "Day -7", "Cycle 1 Day 1", "Cycle 2 Day 1", "Cycles 3+ Day 1", "Phone call Day 90c", "Unscheduled"],
    ["Informed consent", "X", "", "", "", "", ""],
    ["Vital signs", "X", "X", "X", "X", "", "X"],
    ["Hematology", "X", "X", "X", "X", "", "(X)"],
    ["Serum chemistry", "X", "", "Xa", "X", "", ""],
    ["12-lead ECG", "X", "X", "", "", "", "X"],
    ["CT scan", "X", "", "Xb", "X", "", ""],
    ["EQ-5D-5L", "", "X", "X", "X", "X", ""],
    ["Randomization", "", "X", "", "", "", ""],
    ["Zorbing", "", "X", "", "", "", ""],
    ["Adverse events", "All the time", "All the time", "All the time", "All the time", "All the time", "All the time"],
]
NOTES = [
    ("a", "Fasting for eight hours."),
    ("b", "Only if clinically indicated."),
    ("c", "Asks for symptoms; the site calls the participant."),
]


def toy_table(grid: list[list[str]] | None = None, notes: list[tuple[str, str]] | None = None, **more: str) -> SoeTable:
    grid = GRID if grid is None else grid
    wide = [Cell(row=11, column=1, column_span=6, text="All the time")] if grid is GRID else []
    taken = {(11, c) for c in range(1, 7)} if wide else set()
    places = [(r, c) for r, row in enumerate(grid) for c in range(len(row)) if (r, c) not in taken]
    cells = [Cell(row=r, column=c, text=grid[r][c]) for r, c in places]
    return SoeTable(
        id=more.get("id", "t1"),
        title=more.get("title", "Schedule of Activities"),
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        header_rows=2,
        grid=grid,
        cells=[*cells, *wide],
        footnotes=[Footnote(marker=m, text=t) for m, t in (NOTES if notes is None else notes)],
    )


def toy_result(*tables: SoeTable) -> Result:
    model = ModelInfo(name="default", version="1", sha256="0" * 64, threshold=0.5, unsure_threshold=0.2)
    document = DocumentInfo(name="toy.pdf", sha256="0" * 64, has_soe="yes" if tables else "no")
    return Result(document=document, tables=list(tables), model=model)
