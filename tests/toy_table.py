"""A table and a result as tests want them: what they say nothing of is usual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from soesift.result.models import Cell, DocumentInfo, Footnote, ModelInfo, Result, SoeTable


def made_table(
    grid: Sequence[Sequence[str]],
    cells: Sequence[Cell] = (),
    notes: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> SoeTable:
    """The main schedule with this grid, notes of (marker, text), and `more` fields of `SoeTable`."""
    usual: dict[str, Any] = {
        "id": "t1",
        "title": "Schedule of Activities",
        "table_type": "main_soa",
        "type_probability": 1,
        "probability": 1,
        "fragments": [],
        "header_rows": 1,
    }
    footnotes = [Footnote(marker=marker, text=text) for marker, text in notes]
    found = {"grid": [list(row) for row in grid], "cells": list(cells), "footnotes": footnotes}
    return SoeTable.model_validate(usual | found | more)


def every_cell(grid: Sequence[Sequence[str]], **more: Any) -> list[Cell]:
    """A cell for each place of a grid, with `more` fields of `Cell`."""
    return [Cell(row=r, column=c, text=text, **more) for r, row in enumerate(grid) for c, text in enumerate(row)]


def made_result(*tables: SoeTable, name: str = "toy.pdf") -> Result:
    """A result of these tables."""
    model = ModelInfo(name="default", version="1", sha256="0" * 64, threshold=0.5, unsure_threshold=0.2)
    document = DocumentInfo(name=name, sha256="0" * 64, has_soe="yes" if tables else "no")
    return Result(document=document, tables=list(tables), model=model)
