"""The tables of a Word document as fragments: each is whole, and has a place instead of a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from soesift.document.docx import read_docx, to_records
from soesift.join.fragment import Fragment
from soesift.table.context import TextLine
from soesift.table.grid import GridCell

LINE = 12.0  # stands for a printed line's height, so that notes are read like those of a page


def word_fragments(path: Path, sha256: str) -> list[Fragment]:
    """One fragment a table, with the notes below it; raises DocumentError."""
    tables = read_docx(path)
    records = to_records(tables, path.stem, sha256)
    fragments = []
    for order, (table, record) in enumerate(zip(tables, records, strict=True)):
        cells = [GridCell(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells]
        height, width = len(record.grid), len(record.grid[0])
        notes = [TextLine(text, LINE * k, LINE * (k + 1), LINE) for k, text in enumerate(table.notes)]
        fragments.append(
            Fragment(record, cells, np.arange(height + 1, dtype=np.float32), np.arange(width + 1, dtype=np.float32), order, below=notes)
        )
    return fragments
