"""DOCX tables: spans, place, surroundings, changes, symbols, on documents made here."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from soesift.document.docx import read_docx
from soesift.document.docx_xml import WORD, lay_out, spread_texts
from soesift.document.raised import plain, runs_of
from soesift.table.records import to_records

NAMES = f'xmlns:w="{WORD}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def write(folder: Path, body: str, **parts: str) -> Path:
    """A DOCX of this body; parts: further XML parts by name."""
    path = folder / "toy.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", f"<w:{name} {NAMES}>{content}</w:{name}>")
    return path


def p(text: str = "", properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<w:") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    content = "".join(c if c.startswith("<w:") else tc(c) for c in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{content}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


SPAN = '<w:gridSpan w:val="2"/>'
START, GO_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_merged_cells_repeat_their_text(tmp_path: Path) -> None:
    table = tbl(tr(tc("Visit", START), tc("Treatment", SPAN)), tr(tc("", GO_ON), "Day 1", "Day 2"), tr("ECG", "X", ""))
    (found,) = read_docx(write(tmp_path, table))
    assert found.grid == [["Visit", "Treatment", "Treatment"], ["Visit", "Day 1", "Day 2"], ["ECG", "X", ""]]
    spans = {(c.row, c.column): (c.row_span, c.column_span) for c in found.cells}
    assert spans[0, 0] == (2, 1)
    assert spans[0, 1] == (1, 2)
    assert len(found.cells) == 7


def test_block_merged_both_ways(tmp_path: Path) -> None:
    table = tbl(tr(tc("A", START + SPAN), "b"), tr(tc("", GO_ON + SPAN), "c"))
    (found,) = read_docx(write(tmp_path, table))
    assert found.grid == [["A", "A", "b"], ["A", "A", "c"]]


def test_ragged_rows_are_padded_in_place(tmp_path: Path) -> None:
    before = '<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'
    (found,) = read_docx(write(tmp_path, tbl(tr("a", "b", "c", "d"), tr("e", "f", properties=before), tr("g"))))
    assert found.grid == [["a", "b", "c", "d"], ["", "e", "f", ""], ["g", "", "", ""]]


def test_merge_without_a_cell_above_stands_alone(tmp_path: Path) -> None:
    (found,) = read_docx(write(tmp_path, tbl(tr(tc("a", GO_ON), "b"), tr(tc("x", GO_ON + SPAN)))))
    assert found.grid == [["a", "b"], ["x", "x"]]


def test_header_flag_counts_leading_rows_only(tmp_path: Path) -> None:
    flag, off = "<w:tblHeader/>", '<w:tblHeader w:val="0"/>'
    rows = [
        tr("a", properties=flag),
        tr("b", properties=flag),
        tr("c", properties=off),
        tr("d", properties=flag),
    ]
    (found,) = read_docx(write(tmp_path, tbl(*rows)))
    assert found.header_rows == 2


def test_tracked_changes_are_accepted(tmp_path: Path) -> None:
    text = (
        "<w:p><w:r><w:t>Day </w:t></w:r><w:del><w:r><w:delText>7</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>8</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom></w:p>"
    )
    rows = [
        tr(tc(text), "X"),
        tr("old", "row", properties="<w:del/>"),
        tr("new", "row", properties="<w:ins/>"),
    ]
    (found,) = read_docx(write(tmp_path, tbl(*rows)))
    assert found.grid == [["Day 8", "X"], ["new", "row"]]


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "✓"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F053"/></w:r>', "☒"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r><w:r><w:t>18</w:t></w:r>', "≥18"),
        ('<w:r><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>ü</w:t></w:r>', "✓"),
        ("<w:r><w:t>\uf0fc</w:t></w:r>", "✓"),
        ('<w:r><w:sym w:font="Symbol" w:char="zz"/></w:r><w:r><w:t>X</w:t></w:r>', "X"),
        ("<w:r><w:t>X</w:t><w:noBreakHyphen/><w:t>ray</w:t><w:br/><w:t>b</w:t></w:r>", "X-ray b"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>seen</w:t></w:r>", "seen"),
        ("<w:r><w:fldChar><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>", "☒"),
        (
            "<w:hyperlink><w:r><w:t>7.1.2</w:t></w:r></w:hyperlink><w:r><w:instrText>REF</w:instrText></w:r>",
            "7.1.2",
        ),
    ],
)
def test_what_a_run_shows(tmp_path: Path, run: str, shown: str) -> None:
    (found,) = read_docx(write(tmp_path, tbl(tr(tc(f"<w:p>{run}</w:p>"), "b"))))
    assert found.grid[0][0] == shown


@pytest.mark.parametrize(("state", "shown"), [("1", "☒"), ("0", "☐")])
def test_checkbox_controls(tmp_path: Path, state: str, shown: str) -> None:
    box = (
        f'<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
        "<w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )
    (found,) = read_docx(write(tmp_path, tbl(tr(tc(box), "b"))))
    assert found.grid == [[shown, "b"]]


def test_superscripts_and_footnotes(tmp_path: Path) -> None:
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>a</w:t></w:r>'
    note = '<w:r><w:footnoteReference w:id="7"/></w:r>'
    cells = [
        tc(f"<w:p><w:r><w:t>X</w:t></w:r>{raised}</w:p>"),
        tc(f"<w:p><w:r><w:t>ECG</w:t></w:r>{note}</w:p>"),
    ]
    texts = "".join(
        f'<w:footnote w:id="{key}">{p(text)}</w:footnote>' for key, text in ((7, "In triplicate."), (8, "Unused"))
    )
    (found,) = read_docx(write(tmp_path, tbl(tr(*cells)), footnotes=texts))
    assert found.grid == [["Xa", "ECG1"]]
    assert [c.superscripts for c in found.cells] == [["a"], ["1"]]
    assert [plain(note) for note in found.notes] == ["1 In triplicate."]


def test_rows_and_cells_in_content_controls(tmp_path: Path) -> None:
    wrapped = f"<w:sdt><w:sdtPr/><w:sdtContent>{tr('c', 'd')}</w:sdtContent></w:sdt>"
    cell = f"<w:sdt><w:sdtContent>{tc('b')}</w:sdtContent></w:sdt>"
    (found,) = read_docx(write(tmp_path, f"<w:sdt><w:sdtContent>{tbl(tr('a', cell), wrapped)}</w:sdtContent></w:sdt>"))
    assert found.grid == [["a", "b"], ["c", "d"]]


def test_nested_tables_follow_their_parent(tmp_path: Path) -> None:
    inner = tc(p("Table 2 Inner schedule") + tbl(tr("in", "ner")))
    tables = read_docx(write(tmp_path, tbl(tr("outer", inner)) + tbl(tr("last", "one"))))
    assert [(t.table_number, t.nested) for t in tables] == [(1, False), (2, True), (3, False)]
    assert tables[0].grid == [["outer", "Table 2 Inner schedule"]]
    assert tables[1].caption == "Table 2 Inner schedule"


def test_frame_around_a_table_is_skipped_but_counted(tmp_path: Path) -> None:
    (found,) = read_docx(write(tmp_path, tbl(tr(tc(tbl(tr("a", "b")) + p())))))
    assert (found.table_number, found.nested, found.grid) == (2, True, [["a", "b"]])


def test_headings_numbers_caption_and_notes(tmp_path: Path) -> None:
    styles = "".join(
        f'<w:style w:styleId="{key}"><w:name w:val="{name}"/>{rest}</w:style>'
        for key, name, rest in [
            ("T1", "heading 1", '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>'),
            (
                "T2",
                "Own",
                '<w:pPr><w:outlineLvl w:val="1"/><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr>',
            ),
            ("C", "caption", ""),
            ("V", "TOC 1", ""),
        ]
    )
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{t}"/></w:lvl>'
        for i, t in enumerate(("%1", "%1.%2"))
    )
    letters = '<w:lvl w:ilvl="0"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1."/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1">{letters}</w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num>'
    )

    def style(name: str) -> str:
        return f'<w:pStyle w:val="{name}"/>'

    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
    body = [
        p("1 Introduction 5", style("V")),
        p("Introduction", style("T1")),
        p("Aims", style("T2")),
        p("Design", style("T1")),
        p("Plan", style("T2")),
        p("The plan is below."),
        p("Study plan", style("C")),
        p(),
        tbl(tr("Visit", "1"), tr("ECG", "X")),
        p("Fasting", listed),
        p("If needed", listed),
        p("Ordinary text goes on."),
        p("a. not a note of the table"),
    ]
    (found,) = read_docx(write(tmp_path, "".join(body), styles=styles, numbering=numbering))
    assert found.heading_path == ["2 Design", "2.1 Plan"]
    assert found.caption == "Study plan"
    assert found.notes == ["a. Fasting", "b. If needed"]
    assert found.above == "1 Introduction 1.1 Aims 2 Design 2.1 Plan The plan is below. Study plan"
    assert found.below.startswith("a. Fasting b. If needed Ordinary")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Table 3: Schedule of assessments", True),
        ("Appendix 1. Time and events", True),
        ("Schedule of Activities", True),
        ("Table 3 shows the schedule of visits.", False),
        ("Patients come in every two weeks.", False),
    ],
)
def test_captions_by_their_words(tmp_path: Path, line: str, named: bool) -> None:
    (found,) = read_docx(write(tmp_path, p(line) + tbl(tr("a", "b"))))
    assert found.caption == (line if named else "")


def test_caption_of_the_table_before_is_not_taken(tmp_path: Path) -> None:
    first, second = read_docx(write(tmp_path, p("Table 1 A") + tbl(tr("a", "b")) + p("Text.") + tbl(tr("c", "d"))))
    assert (first.caption, second.caption) == ("Table 1 A", "")


def test_a_document_by_python_docx(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Schedule", 1)
    document.add_paragraph("Portrait.")
    document.add_table(1, 2).cell(0, 0).text = "portrait"
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 1)).text = "big"
    table.cell(2, 2).text = "x"
    path = tmp_path / "made.docx"
    document.save(str(path))
    upright, wide = read_docx(path)
    assert (upright.landscape, wide.landscape) == (False, True)
    assert wide.heading_path == ["Schedule"]
    assert wide.grid == [["big", "big", ""], ["big", "big", ""], ["", "", "x"]]


def test_records(tmp_path: Path) -> None:
    table = tbl(tr("Visit", "Day 1"), tr("ECG", "X"))
    tables = read_docx(write(tmp_path, p("Table 1 Schedule") + table + p("After.") + table))
    one, two = to_records(tables, "toy", "ab" * 32)
    assert one.grid == [["Visit", "Day 1"], ["ECG", "X"]]
    assert (one.document, one.page, one.bbox, one.header_rows, one.caption) == (
        "toy",
        None,
        None,
        1,
        "Table 1 Schedule",
    )
    assert (one.below, two.above) == ("After.", "Table 1 Schedule After.")
    assert one.table_id != two.table_id


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", START, GO_ON])), max_size=5),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_spans_give_a_full_grid(rows: list[list[tuple[int, str]]]) -> None:
    """Cells never overlap or leave the grid, whatever a producer writes."""
    text = tbl(*(tr(*(tc("t", f'<w:gridSpan w:val="{n}"/>{m}') for n, m in row)) for row in rows))
    layout = lay_out(etree.fromstring(text.replace("<w:tbl>", f"<w:tbl {NAMES}>", 1)))
    for cell, _ in layout.cells:
        cell.text = "t"
    grid = spread_texts(layout)
    assert {len(row) for row in grid} == {layout.columns}
    places = [
        (r, c)
        for cell, _ in layout.cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.column, cell.column + cell.column_span)
    ]
    assert len(places) == len(set(places)) == sum(text == "t" for row in grid for text in row)


def test_a_caption_may_stand_below(tmp_path: Path) -> None:
    table = tbl(tr("Visit", "1"), tr("ECG", "X"))
    (found,) = read_docx(write(tmp_path, table + p("Table 1 Schedule of Events") + p("a. Women only")))
    assert (found.caption, found.notes) == ("Table 1 Schedule of Events", ["a. Women only"])
    first, second = read_docx(write(tmp_path, table + p("Table 2 Doses") + table))
    assert (first.caption, second.caption) == ("", "Table 2 Doses")


def test_states_of_cells(tmp_path: Path) -> None:
    grey, white = '<w:shd w:val="clear" w:fill="D9D9D9"/>', '<w:shd w:val="clear" w:fill="FFFFFF"/>'
    gone = "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>X</w:t></w:r></w:p>"
    (found,) = read_docx(write(tmp_path, tbl(tr(tc("a", grey), tc("b", white), tc(gone), tc("d")))))
    assert [c.states for c in found.cells] == [("shaded",), (), ("struck",), ()]


def test_small_lifted_runs_are_raised(tmp_path: Path) -> None:
    lifted = '<w:r><w:rPr><w:position w:val="6"/><w:sz w:val="12"/></w:rPr><w:t>2</w:t></w:r>'
    (found,) = read_docx(write(tmp_path, tbl(tr(tc(f"<w:p><w:r><w:t>Week 2</w:t></w:r>{lifted}</w:p>"), tc("m²")))))
    assert found.cells[0].superscripts == ["2"]
    assert runs_of(found.cells[0].shown) == [("Week 2", False), ("2", True)]
    assert runs_of(found.cells[1].shown) == [("m", False), ("²", True)]
