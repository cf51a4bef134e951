"""Corrections as labels: what people decided and mended, with its provenance."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from review_made import correction, made_result, write_made

from soesift.cli.main import soesift
from soesift.label.humans import human_labels
from soesift.label.ledger import Ledger
from soesift.result.store import sidecar_of
from soesift.review.corrections import add_corrections
from soesift.review.documents import open_documents
from soesift.review.teach import reviewer_labels, taught_by
from soesift.table.record import TableRecord


def record(name: str, page: int, box: tuple[float, float, float, float] = (62, 82, 690, 398)) -> TableRecord:
    sha256 = made_result().document.sha256
    return TableRecord(table_id=name, document="made", sha256=sha256, page=page, bbox=box, grid=[["Procedure"]])


RECORDS = [record("p1", 1), record("p2", 2), record("p3", 3), record("p5", 5, (60, 80, 500, 300)), record("p9", 9)]


def reviewed(folder: Path) -> Path:
    path = write_made(folder)
    wrong = correction(action="edit_cell", table="t1", row=1, column=1, text="XX")
    done = [
        correction(action="accept", table="t1"),
        correction("ben", action="reject", table="t2"),
        correction(action="reject", near_miss=2),
        correction(action="edit_cell", table="t1", row=1, column=1, text="Y", markers=["a"]),
        wrong,
        correction(action="undo", correction=wrong["id"]),
    ]
    add_corrections(sidecar_of(path), done)
    return path


def test_decisions_are_labels_and_mended_cells_tell_before_and_after(tmp_path: Path) -> None:
    found = taught_by([reviewed(tmp_path)], RECORDS)
    said = {one.table_id: (one.label, one.annotator, one.source, one.pot) for one in found.labels}
    assert said == {
        "p1": ("yes", "anna", "reviewer", "other"),
        "p2": ("yes", "anna", "reviewer", "other"),
        "p3": ("no", "ben", "reviewer", "other"),
        "p5": ("no", "anna", "reviewer", "other"),
    }
    assert [(one["read"], one["text"], one["markers"], one["page"]) for one in found.cells] == [("X", "Y", ["a"], 1)]
    assert taught_by([tmp_path / "made.json"], RECORDS[:1]).unmatched == 3


def test_the_verb_writes_them_once(tmp_path: Path) -> None:
    reviewed(tmp_path)
    tables, ledger, cells = tmp_path / "tables.jsonl", tmp_path / "labels.db", tmp_path / "cells.jsonl"
    tables.write_text("".join(one.model_dump_json() + "\n" for one in RECORDS))
    words = ["label", "import-corrections", str(tables), str(tmp_path), "--ledger", str(ledger)]
    first = CliRunner().invoke(soesift, [*words, "--cells", str(cells)], catch_exceptions=False)
    assert "4 of 4 labels written" in first.output
    assert "0 of 4 labels written" in CliRunner().invoke(soesift, words, catch_exceptions=False).output
    book = Ledger(ledger)
    assert {one.source for one in human_labels(book)} == {"reviewer"}
    book.close()
    assert json.loads(cells.read_text())["source"] == "reviewer"


def test_finer_timing_that_was_accepted_is_no_schedule_by_both_ways(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    said = [
        correction(action="retype", table="t2", table_type="subsidiary"),
        correction(action="accept", table="t2"),
        correction(action="accept", table="t1"),
    ]
    add_corrections(sidecar_of(path), said)
    ledger = {one.table_id: one.label for one in taught_by([path], RECORDS).labels}
    assert ledger == {"p1": "yes", "p2": "yes", "p3": "no"}
    [document] = open_documents([path], ()).values()
    assert {one.table_id: one.label for one in reviewer_labels([document.look()], RECORDS)} == ledger
