"""Notes of a Word table: however they begin, above it, in a table of their own, under a heading, with lists in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from soesift import Detector

TEXTS = {"a": "Only once.", "b": "Before dosing.", "c": "If needed.", "d": "After dosing."}
NAMES = ("Informed consent", "Vital signs", "Physical examination", "Adverse events", "Weight", "ECG")
RAISED = re.compile(r"\^(\w)")


def put(paragraph: Any, text: str) -> None:
    """A text in which ^a is a raised a."""
    for place, piece in enumerate(RAISED.split(text)):
        paragraph.add_run(piece).font.superscript = place % 2 == 1 or None


def write(path: Path, above: tuple[str, ...] = (), below: tuple[str, ...] = (), listed: bool = False) -> Path:
    """A schedule with raised markers a to d, and paragraphs around it; "#" begins a heading."""
    from docx import Document

    document = Document()
    document.add_paragraph("Table 1: Schedule of Assessments", style="Caption")
    for text in above:
        put(document.add_paragraph(), text)
    table = document.add_table(len(NAMES) + 1, 5)
    for column, head in enumerate(("Procedure", "Screening", "Day 1", "Day 8", "Day 15")):
        table.cell(0, column).text = head
    for row, name in enumerate(NAMES, 1):
        put(table.cell(row, 0).paragraphs[0], name + (f"^{'abcd'[row - 1]}" if row < 5 else ""))
        for column in range(1, 5):
            table.cell(row, column).text = "X" if (row + column) % 3 else ""
    for text in below:
        if text.startswith("#"):
            document.add_heading(text[1:], 3)
        else:
            put(document.add_paragraph(), text)
    if listed:
        document.add_paragraph("")
        notes = document.add_table(len(TEXTS) + 1, 2)
        notes.cell(0, 0).text, notes.cell(0, 1).text = "Note", "Description"
        for row, (marker, text) in enumerate(TEXTS.items(), 1):
            notes.cell(row, 0).text, notes.cell(row, 1).text = marker, f"{text} It is recorded in the chart."
    document.add_heading("5 Statistics", 1)
    document.add_paragraph("a. The first aim is the main one of the study.")
    document.save(str(path))
    return path


def read(path: Path) -> dict[str, str]:
    [table] = Detector.load("rule").detect(path).tables
    return {note.marker: note.text for note in table.footnotes}


@pytest.mark.parametrize("form", ["^{} {}", "{}- {}", "[{}] {}", "{} – {}", "{}/ {}", "• {}: {}", "Note {}. {}"])
def test_notes_however_they_begin(tmp_path: Path, form: str) -> None:
    lines = tuple(form.format(*pair) for pair in TEXTS.items())
    assert read(write(tmp_path / "a.docx", below=lines)) == TEXTS


def test_notes_behind_prose_or_a_heading_of_their_own(tmp_path: Path) -> None:
    lines = tuple(f"{marker}. {text}" for marker, text in TEXTS.items())
    behind = read(write(tmp_path / "a.docx", below=("All visits may be moved by three days.", *lines)))
    assert {marker: behind[marker] for marker in TEXTS} == TEXTS
    assert read(write(tmp_path / "b.docx", below=("#1.3 Footnotes for the Schedule of Assessments", *lines))) == TEXTS


def test_a_list_within_a_note_does_not_end_the_notes(tmp_path: Path) -> None:
    lines = [f"{marker}. {text}" for marker, text in TEXTS.items()]
    lines[1:1] = ["Hemoglobin", "Platelets"]
    assert read(write(tmp_path / "a.docx", below=tuple(lines))) == {**TEXTS, "a": "Only once. Hemoglobin Platelets"}


def test_notes_above_the_table(tmp_path: Path) -> None:
    lines = tuple(f"{marker}. {text}" for marker, text in TEXTS.items())
    assert read(write(tmp_path / "a.docx", above=lines)) == TEXTS


def test_notes_in_a_table_of_their_own(tmp_path: Path) -> None:
    wanted = {marker: f"{text} It is recorded in the chart." for marker, text in TEXTS.items()}
    assert read(write(tmp_path / "a.docx", listed=True)) == wanted
