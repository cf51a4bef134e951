"""Made documents of fresh seeds: what is raised in cells, and the notes, are those that were drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift.detect.detector import Detector
from soesift.result.models import SoeTable
from soesift.sample import make_protocol


def printed(table: SoeTable) -> list[list[str]]:
    """The grid with the markers of its cells behind their texts, without spaces."""
    grid = [list(row) for row in table.grid]
    for cell in table.cells:
        for row in grid[cell.row : cell.row + cell.row_span] if cell.markers else ():
            row[cell.column : cell.column + cell.column_span] = [cell.printed] * cell.column_span
    return [["".join(text.split()) for text in row] for row in grid]


@pytest.mark.parametrize("seed", [90_003, 90_011])
def test_markers_and_notes_are_those_that_were_drawn(tmp_path: Path, seed: int) -> None:
    truth = make_protocol(seed, tmp_path, kind="small")
    found = Detector.load("linear").detect(next(tmp_path.glob("*.pdf")), ocr="never").tables
    compared = 0
    for true in truth.soe_tables:
        table = next((t for t in found if set(t.pages) & set(true.grid_pages)), None)
        if table is None:
            continue
        compared += len(true.footnotes)
        notes = {note.marker: "".join(note.text.split()) for note in table.footnotes if note.marker}
        assert notes == {note.marker: "".join(note.text.split()) for note in true.footnotes}
        wanted = {"".join(text.split()) for row in true.grid for text in row}
        assert {text for row in printed(table) for text in row} <= wanted
        assert {m for cell in table.cells for m in cell.markers} <= set(notes)
    assert compared
