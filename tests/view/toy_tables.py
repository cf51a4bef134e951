"""Toy tables for view tests, made by hand."""

from __future__ import annotations

from soesift.table.record import TableRecord

SCHEDULE = TableRecord(
    table_id="toy000000001",
    document="TOY-1",
    page=12,
    bbox=(60, 100, 500, 400),
    header_rows=2,
    caption="Table 3. Calendar of visits",
    heading="6.1 Visits",
    page_text=(
        "Toy Study Protocol\n6.1 Visits\nTable 3. Calendar of visits\nProcedure Screening Treatment\n"
        "Day -7 Day 1 Day 8\nInformed consent X\nWeight X X\n"
        "Blood count X | X <5 mL>\na. Only if fasting.\nPage 12"
    ),
    grid=[
        ["Procedure", "Screening", "Treatment", "Treatment"],
        ["Procedure", "Day -7", "Day 1", "Day 8"],
        ["Informed consent", "X", "", ""],
        ["Weight", "X", "X", ""],
        ["Blood count", "X | X", "", "<5 mL>"],
    ],
)


def long_schedule(rows: int = 60, columns: int = 12) -> TableRecord:
    head = ["Procedure", *(f"Visit {i}" for i in range(1, columns))]
    marks = [["X" if (r + c) % 3 else "" for c in range(1, columns)] for r in range(rows)]
    body = [[f"Assessment number {r}", *row] for r, row in enumerate(marks)]
    page = "\n".join(["Calendar of visits", *(" ".join(row) for row in [head, *body]), "a. Only if fasting."])
    return SCHEDULE.model_copy(update={"grid": [head, *body], "header_rows": 1, "page_text": page})
