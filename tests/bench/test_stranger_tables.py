"""Tables as strangers print them: how they are parsed and held against what was read, without printing one."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import docx
import pytest

from programs import ROOT, program
from soesift.result.models import Cell, Doubt, PlacedDoubt, SoeTable
from toy_table import made_table

WRITTEN = """# a comment
@@ id=toy land=0 running="Protocol TOY-1|Version 2" css='table.s{line-height:1}'
T Table 1. Schedule of Toys
H Procedure | Screening{a} | Treatment | >
H ^ | Day -7 | Day 1/n/(±1) | Day 8
G Safety
R Vital signs | X | X{a,b} |
R ~Dosing | | ARROW | >
N a: By telephone.
NL b: After rest.
L X = done
"""
GRID = [
    ["Procedure", "Screening", "Treatment", "Treatment"],
    ["Procedure", "Day -7", "Day 1 (±1)", "Day 8"],
    ["Safety", "", "", ""],
    ["Vital signs", "X", "X", ""],
    ["Dosing", "", "→", "→"],
]
MARKERS = {(0, 1): ["a"], (3, 2): ["a", "b"]}
DOUBT = Doubt(kind="mark", why="it is faint")


@pytest.fixture(scope="module")
def strangers() -> ModuleType:
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    try:
        return program("benchmarks/soe_bench/stranger_tables.py")
    finally:
        sys.path.pop(0)


def read(changed: dict[tuple[int, int], str] | None = None, doubted: tuple[int, int] | None = None) -> SoeTable:
    """The table as written, with some texts changed and one place in doubt."""
    texts = {(r, c): text for r, row in enumerate(GRID) for c, text in enumerate(row)} | (changed or {})
    cells = [
        Cell(row=r, column=c, text=text, markers=MARKERS.get((r, c), []), doubt=[DOUBT] if (r, c) == doubted else [])
        for (r, c), text in texts.items()
    ]
    grid = [[texts[r, c] for c in range(4)] for r in range(len(GRID))]
    return made_table(grid, cells, [("a", "By telephone."), ("b", "After rest."), ("", "X = done")], header_rows=2)


def test_text_is_parsed_into_places_with_their_markers(strangers: ModuleType) -> None:
    (table,) = strangers.parse(WRITTEN)
    assert [[text for text, _ in row] for row in table.truth()] == GRID
    assert {(r, c): m for r, row in enumerate(table.truth()) for c, (_, m) in enumerate(row) if m} == MARKERS
    assert (table.get("id"), table.get("running"), table.title) == (
        "toy",
        "Protocol TOY-1|Version 2",
        "Table 1. Schedule of Toys",
    )
    shown = strangers.page_html(table)
    assert "colspan=2 rowspan=1>Treatment</th>" in shown
    assert "X<sup>a,b</sup>" in shown
    with pytest.raises(ValueError, match="is no line"):
        strangers.parse(WRITTEN + "Z what\n")


def test_a_mark_that_is_wrong_without_a_doubt_is_silent(strangers: ModuleType) -> None:
    (table,) = strangers.parse(WRITTEN)
    right = strangers.compare(table, [read()])
    assert (right.wrong, right.right, right.right_doubted) == ([], 4 + 1 + 3 + 3 + 2 + 1, 0)
    silent = strangers.compare(table, [read({(3, 3): "X"})])
    assert [doubted for doubted, _ in silent.wrong] == [False]
    assert "row 3, 'Vital signs', column 3" in silent.wrong[0][1]
    mended = strangers.compare(table, [read({(3, 3): "X"}, doubted=(3, 3))])
    assert [doubted for doubted, _ in mended.wrong] == [True]
    needless = strangers.compare(table, [read(doubted=(3, 1))])
    assert (needless.wrong, needless.right_doubted) == ([], 1)
    assert strangers.summary([right, silent, mended, needless]).startswith(
        "4 tables, 2 perfect, 3 once doubted places are mended; wrong places 1 doubted, 1 silent; "
    )


def test_rows_and_tables_that_nobody_wrote_or_read_are_wrong(strangers: ModuleType) -> None:
    (table,) = strangers.parse(WRITTEN)
    assert [what for _, what in strangers.compare(table, []).wrong] == ["the table was not found"]
    other = read({(3, 0): "Vital sings"})
    assert ["not read" in what or "not written" in what for _, what in strangers.compare(table, [other]).wrong] == [
        True
    ] * 2
    assert "2 tables were found" in strangers.compare(table, [read(), read()]).wrong[0][1]
    without = read().model_copy(update={"footnotes": read().footnotes[1:]})
    assert [what for _, what in strangers.compare(table, [without]).wrong] == ["note a was not read: 'By telephone.'"]


def test_a_marker_that_may_be_text_is_right_in_a_note_without_one(strangers: ModuleType) -> None:
    (table,) = strangers.parse(WRITTEN.replace("running=", 'nform="{}. {}" running='))
    notes = read().footnotes
    plain = notes[2].model_copy(update={"text": "X = done b. After rest."})
    assert not strangers.compare(table, [read().model_copy(update={"footnotes": [notes[0], plain]})]).wrong


def test_a_table_on_an_unsure_page_and_a_row_read_with_another_are_doubted(strangers: ModuleType) -> None:
    (table,) = strangers.parse(WRITTEN)
    assert [doubted for doubted, _ in strangers.compare(table, []).wrong] == [False]
    assert [doubted for doubted, _ in strangers.compare(table, [], unsure=True).wrong] == [True]
    fused = read({(3, 0): "Vital signs Dosing"}, doubted=(3, 0))
    wrong = {what: doubted for doubted, what in strangers.compare(table, [fused]).wrong}
    assert wrong["row 3, 'Vital signs', was not read"]
    lost = read({(3, 0): "Weight"})
    lost.doubt = [PlacedDoubt(kind="words", why="“Vital signs” is printed within this table", place="table")]
    wrong = {what: doubted for doubted, what in strangers.compare(table, [lost]).wrong}
    assert wrong["row 3, 'Vital signs', was not read"]


def test_a_table_as_a_word_file(strangers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (table,) = strangers.parse(WRITTEN)
    monkeypatch.setattr(strangers.subprocess, "run", lambda *args, **more: None)  # LibreOffice prints it
    assert strangers.print_word(table, tmp_path, "office") == tmp_path / "toy.pdf"
    document = docx.Document(str(tmp_path / "toy.docx"))
    (grid,) = document.tables
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [
        ["Procedure", "Screeninga", "Treatment", "Treatment"],
        ["Procedure", "Day -7", "Day 1\n(±1)", "Day 8"],
        ["Safety"] * 4,
        ["Vital signs", "X", "Xa,b", ""],
        ["Dosing", "", "→", "→"],
    ]
    runs = grid.cell(3, 2).paragraphs[0].runs
    assert [(run.text, run.font.superscript) for run in runs] == [("X", None), ("a,b", True)]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts.index("Table 1. Schedule of Toys") < texts.index("a By telephone.")
    assert document.sections[1].page_width < document.sections[1].page_height


def test_a_table_as_libraries_print_it(strangers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = []
    stub = SimpleNamespace(compile=lambda source: sources.append(source.decode()) or b"%PDF")
    monkeypatch.setitem(sys.modules, "typst", stub)
    (table,) = strangers.parse(WRITTEN.replace("land=0", "land=0 by=typst"))
    assert strangers.print_by_library(table, tmp_path).read_bytes() == b"%PDF"
    (source,) = sources
    assert "flipped: false" in source
    assert "Protocol TOY\\-1" in source
    assert "table.cell(x: 2, y: 0, colspan: 2, rowspan: 1, strong([Treatment]))" in source
    assert "[X#super[a,b];]" in source
    assert "[Day 1 \\ (±1)]" in source
    assert source.index("table.header(") < source.index("[Vital signs]")
