"""Lines under a table and the notes that are read from them, case by case in `read_notes.txt`.

A case has what is expected (`used`, `before`: the last note of the page before, `picture`), printed lines behind `|`,
and behind `=>` the notes. `{gap= size= left= indent= covered=}` places a line, raised print stands in ⟨⟩.
`PYTHONPATH=src python tests/join/test_read_notes.py` writes what stands behind the arrows anew: then read what changed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soesift.document.raised import DOWN, UP, plain
from soesift.join.footnotes import read_footnotes, split_legends, split_run_on
from soesift.join.note_series import DEFAULT, PICTURE, Expected
from soesift.result.models import Footnote
from soesift.table.context import TextLine

GOLDEN = Path(__file__).with_name("read_notes.txt")


def cases() -> dict[str, tuple[str, str]]:
    """The print and the notes read from it, by name."""
    found = {}
    for part in GOLDEN.read_text("utf-8").split("## ")[1:]:
        name, body = part.split("\n", 1)
        shown, _, wanted = body.partition("=>\n")
        found[name] = shown, wanted.strip("\n")
    return found


def lines_of(rows: list[str]) -> list[TextLine]:
    """Lines of eight points, two below one another, unless their braces say otherwise."""
    lines, top = [], 100.0
    for row in rows:
        braces, text = re.fullmatch(r"(?:\{(.*?)\} ?)?(.*)", row).groups()  # type: ignore[union-attr]
        told = dict(pair.split("=") for pair in (braces or "").split())
        text = text.replace("⟨", UP).replace("⟩", DOWN)
        size = float(told.get("size", 8))
        top += float(told.get("gap", 2))
        left, indent = float(told.get("left", 40)), float(told.get("indent", 40))
        raised = text if UP in text else ""
        lines.append(TextLine(plain(text), top, top + size, size, raised, left, indent, "covered" in told))
        top += size
    return lines


def read(shown: str) -> str:
    told = {line.split(" ")[0]: line.split(" ")[1:] for line in shown.split("\n") if line and line[:2] != "| "}
    rows = [line[2:] for line in shown.split("\n") if line[:2] == "| "]
    before = None
    if "before" in told:
        before = Footnote(marker=told["before"][0], text=" ".join(told["before"][1:]), page=1)
    partial = "picture" in told
    expected = Expected(frozenset(told.get("used", ())), partial=partial)
    notes = read_footnotes(lines_of(rows), 2, expected, before, PICTURE if partial else DEFAULT)
    found = [f"{note.marker or '-'} {note.text}" for note in split_run_on(split_legends(notes, expected), expected)]
    return "\n".join(found if before is None else [f"before {before.text}", *found])


@pytest.mark.parametrize("name", cases())
def test_lines_are_read_as_notes(name: str) -> None:
    shown, wanted = cases()[name]
    assert read(shown) == wanted


def test_a_section_of_a_law_opens_no_note() -> None:
    law = [Footnote(marker="*", text="Consent as in 45 C.F.R. § 46.116.", page=1)]
    assert split_run_on(law, Expected(frozenset("*"))) == law
    two = split_run_on([Footnote(marker="†", text="At rest. § In some.", page=1)], Expected(frozenset("†")))
    assert [(note.marker, note.text) for note in two] == [("†", "At rest."), ("§", "In some.")]


if __name__ == "__main__":
    GOLDEN.write_text(
        "\n".join(f"## {name}\n{shown}=>\n{read(shown)}\n" for name, (shown, _) in cases().items()), "utf-8"
    )
