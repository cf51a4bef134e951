"""What goes on between the fragments of a document and its result, and between a Word file and its fragments."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_detect_limits import BODY, HEADER, fragment, lines

from soesift.detect import job as job_module
from soesift.detect import reading as reading_module
from soesift.detect import sources, word
from soesift.detect.assemble import assemble_tables
from soesift.detect.job import Job
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Reading, Scan, page_of, read_pdf, scan_page
from soesift.document.page import Page
from soesift.document.raised import DOWN, UP
from soesift.errors import DocumentError, MissingExtra
from soesift.join.fragment import Fragment
from soesift.result.models import SoeTable
from soesift.table.context import TextLine
from soesift.table.grid import GridCell


def marked(page: int = 1, markers: str = "a", **more: Any) -> Fragment:
    """A schedule whose first names carry raised markers."""
    grid = [HEADER, *(row.copy() for row in BODY)]
    grid[1][4] = "X"
    shown = {row: f"{grid[row][0]}{UP}{sign}{DOWN}" for row, sign in enumerate(markers, 1)}
    for row, sign in enumerate(markers, 1):
        grid[row][0] += sign
    one = fragment(grid, page, **more)
    one.cells = [GridCell(c.row, c.column, 1, 1, c.text, "" if c.column else shown.get(c.row, "")) for c in one.cells]
    return one


def assembled(*found: Fragment, after: dict[int, list[TextLine]] | None = None) -> SoeTable:
    [table] = assemble_tables(list(found), after or {})
    return table


def noted(table: SoeTable) -> list[tuple[str, str]]:
    return [(note.marker, note.text) for note in table.footnotes]


# notes under a table and on the pages after it


def test_a_note_goes_on_over_the_page() -> None:
    one = marked(markers="ab", below=lines("a Only once.", "b Before the dose and"))
    table = assembled(one, after={2: lines("within an hour of it.", "The study goes on with this text")})
    assert noted(table)[0] == ("a", "Only once.")
    assert noted(table)[1][1].startswith("Before the dose and within an hour of it.")
    assert table.footnote_pages == [2]


def test_pages_of_notes_are_read_while_markers_are_open() -> None:
    one = marked(markers="abc", below=lines("a Only once."))
    table = assembled(one, after={2: lines("b Twice.", "c Often."), 3: lines("p Never.", "q Always.")})
    assert [marker for marker, _ in noted(table)] == ["a", "b", "c"]
    assert table.footnote_pages == [2]
    numbered = marked(markers="12", below=lines("1 Only once."))
    assert noted(assembled(numbered, after={2: lines("2 Twice.", "3 Often.")}))[1][0] == "2"
    unmarked = fragment([HEADER, *BODY[1:]], 1, below=lines("a Only once."))
    assert assembled(unmarked, after={2: lines("a Not the next one.", "b Nor this.")}).footnote_pages == []
    assert assembled(unmarked, after={2: lines("b The next one.", "c And one more.")}).footnote_pages == [2]


@pytest.mark.parametrize("rest", [["(whole blood)", "", "", "", ""], ["serum and plasma", "", "", "", ""]])
def test_a_page_of_nothing_but_the_rest_of_a_row_is_one_of_the_table(rest: list[str]) -> None:
    cut = ["Samples of", "X", "", "", "Before the dose of the morning,"]
    pages = [[HEADER, *BODY, cut], [HEADER, rest], [HEADER, *BODY]]
    table = assembled(*(fragment(grid, page) for page, grid in enumerate(pages, 1)))
    assert table.pages == [1, 2, 3]
    assert table.footnote_pages == []
    assert table.grid[len(BODY) + 1] == [f"{text} {more}".strip() for text, more in zip(cut, rest, strict=True)]


def test_notes_that_each_page_reprints_are_kept_once() -> None:
    table = assembled(marked(1, below=lines("a Only once.")), marked(2, below=lines("a Only once.")))
    assert noted(table) == [("a", "Only once.")]
    assert table.pages == [1, 2]
    other = assembled(marked(1, below=lines("a Only once.")), marked(2, below=lines("a At home.")))
    assert {text for _, text in noted(other)} == {"Only once.", "At home."}


def test_notes_of_pictures_that_differ_by_a_letter_are_one() -> None:
    first, second = "a Only if clinically indicated by the site.", "a Only if clinicaIly indicated by the site."
    for flags, count in (([], 2), (["image_only"], 1)):
        table = assembled(
            marked(1, below=lines(first), flags=list(flags)), marked(2, below=lines(second), flags=list(flags))
        )
        assert len(table.footnotes) == count, flags


def test_where_the_name_of_the_page_stands_above_the_notes_it_is_none() -> None:
    over = lines("Protocol ABC-1")
    one = marked(markers="ab", below=lines("a Only once."), over=over)
    table = assembled(one, after={2: [*lines("Protocol ABC-1"), *lines("b Before the dose.", "c At home.")]})
    assert noted(table)[:2] == [("a", "Only once."), ("b", "Before the dose.")]


def test_columns_before_the_activities_are_said_in_their_number() -> None:
    one = [["Category", "Procedure", "Day 1", "Day 8"], *[["Safety", row[0], "X", ""] for row in BODY]]
    assert "a column printed before them" in " ".join(assembled(fragment(one, 1)).evidence)


def test_pages_and_probabilities_are_those_of_the_fragments() -> None:
    table = assembled(marked(1, soe=0.61234), marked(2, soe=0.87654))
    assert (table.probability, [f.probability for f in table.fragments]) == (0.8765, [0.6123, 0.8765])
    assert [f.role for f in table.fragments] == ["grid", "grid"]
    assert table.row_pages == [1, 1, 1, 1, 2, 2, 2] or set(table.row_pages) == {1, 2}


# pictures


def test_why_a_picture_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from soesift.document import ocr

    page = Page(1, 612, 792, problem="image")
    monkeypatch.setattr(reading_module, "no_ocr", lambda: "no engine")
    assert scan_page(None, 0, page, ReadOptions()).failed == "no engine"
    monkeypatch.setattr(reading_module, "no_ocr", lambda: "")
    monkeypatch.setattr(reading_module, "render_page", lambda *_: np.zeros((4, 4, 3), np.uint8))
    monkeypatch.setattr(reading_module, "with_print_beside", lambda scanned, page: scanned)
    monkeypatch.setattr(reading_module, "_unlikely", lambda *_: 0.01)
    monkeypatch.setattr(ocr, "read_scan", lambda *_: Page(1, 612, 792, source="ocr"))
    assert scan_page(None, 0, page, ReadOptions()).likely == 0.01
    assert scan_page(None, 0, page, ReadOptions()).page is None
    for problem, how in (("image", "always"), ("garbled", "auto"), ("", "always")):
        read = scan_page(None, 0, Page(1, 612, 792, problem=problem), ReadOptions(how))  # type: ignore[arg-type]
        assert read.page is not None
        assert (read.page.problem, read.likely, read.failed) == (problem, None, "")

    def broken(error: Exception) -> Any:
        def fail(*_: Any) -> Page:
            raise error

        monkeypatch.setattr(ocr, "read_scan", fail)
        return scan_page(None, 0, page, ReadOptions("always"))

    assert broken(DocumentError("too dark")).failed == "too dark"
    assert "ValueError" in broken(ValueError("no")).failed or broken(ValueError("no")).failed
    with pytest.raises(MissingExtra):
        broken(MissingExtra("rapidocr", "ocr"))


def test_a_scan_keeps_its_text_for_the_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = Page(1, 612, 792, source="ocr")
    monkeypatch.setattr(reading_module, "scan_page", lambda *_: Scan(scanned, 1.0))
    for problem, kept in (("scan", True), ("image", False)):
        reading, page = Reading(n_pages=1), Page(1, 612, 792, problem=problem)
        assert page_of(None, 0, reading, ReadOptions(), page) is scanned
        assert (reading.seen[1].text is page) == kept if hasattr(reading.seen[1], "text") else reading.seen[1]
    unlikely = Reading(n_pages=1)
    monkeypatch.setattr(reading_module, "scan_page", lambda *_: Scan(None, 1.0, likely=0.02))
    page = Page(1, 612, 792, problem="image")
    assert page_of(None, 0, unlikely, ReadOptions(), page) is page
    assert (unlikely.unlikely, unlikely.unread, unlikely.spent) == ({1: 0.02}, {}, [])


def test_a_document_is_read_page_by_page_with_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "made.pdf"
    canvas = Canvas(str(path))
    for page in range(3):
        if page == 1:
            for at in range(4):
                canvas.line(60, 600 + 30 * at, 500, 600 + 30 * at)
            for at in range(5):
                canvas.line(60 + 110 * at, 600, 60 + 110 * at, 690)
            for row, texts in enumerate(
                (["Procedure", "Day 1", "Day 8", "Day 15"], ["ECG", "X", "", "X"], ["Weight", "", "X", "X"])
            ):
                for column, text in enumerate(texts):
                    canvas.drawString(70 + 110 * column, 670 - 30 * row, text)
        else:
            canvas.drawString(60, 700, "The study has two parts.")
        canvas.showPage()
    canvas.save()
    told: list[tuple[int, int, str]] = []
    reading = Reading()
    pages = list(read_pdf(path, "a" * 64, reading, progress=lambda *said: told.append(said)))
    assert [page.found.number for page in pages] == [1, 2, 3]
    assert [len(page.records) for page in pages] == [0, 1, 0]
    assert pages[1].records[0].grid == [
        ["Procedure", "Day 1", "Day 8", "Day 15"],
        ["ECG", "X", "", "X"],
        ["Weight", "", "X", "X"],
    ]
    assert (reading.n_pages, told) == (3, [(1, 3, ""), (2, 3, ""), (3, 3, "")])
    assert min(reading.read_s, reading.find_s) > 0
    assert (reading.ocr_s, reading.unread) == (0, {})
    some = list(read_pdf(path, "a" * 64, Reading(), ReadOptions(pages=range(2, 4))))
    assert [page.found.number for page in some] == [2, 3]
    with pytest.raises(DocumentError, match=r"has 3 pages; --pages starts at 4"):
        list(read_pdf(path, "a" * 64, Reading(), ReadOptions(pages=range(4, 9))))
    monkeypatch.setattr(reading_module, "find_tables", lambda *_: 1 / 0)
    broken = Reading()
    assert [len(page.records) for page in read_pdf(path, "a" * 64, broken)] == [0, 0, 0]
    assert set(broken.unread) == {1, 2, 3}
    assert broken.unread[2].startswith("its tables could not be read (")


# Word


def schedule_in_word(path: Path, notes: list[tuple[str, str]], markers: str) -> list[Fragment]:
    from docx import Document

    document = Document()
    table = document.add_table(4, 4)
    for row, texts in enumerate(
        [["Procedure", "Day 1", "Day 8", "Day 15"], *([f"Item {n}", "X", "X", ""] for n in "123")]
    ):
        for column, text in enumerate(texts):
            paragraph = table.cell(row, column).paragraphs[0]
            paragraph.add_run(text)
            if column == 0 and 0 < row <= len(markers):
                paragraph.add_run(markers[row - 1]).font.superscript = True
    document.add_paragraph("")
    listed = document.add_table(len(notes), 2)
    for row, pair in enumerate(notes):
        for column, text in enumerate(pair):
            listed.cell(row, column).text = text
    document.save(str(path))
    return word.word_fragments(path, "a" * 64, Reading())


def test_a_table_of_notes_explains_the_table_before_it(tmp_path: Path) -> None:
    notes = [
        ("a", "Only once. It is recorded in the chart."),
        ("b", "Before the dose. It is recorded in the chart."),
        ("c", "At home. It is recorded in the chart."),
    ]
    first, second = schedule_in_word(tmp_path / "a.docx", notes, "abc")
    assert [line.text for line in first.below] == [f"{marker} {text}" for marker, text in notes]
    tops = [line.top for line in first.below]
    assert np.diff(tops) == pytest.approx([word.LINE] * 2)
    assert tops[0] >= 0
    assert (first.record.location.table_number, second.record.location.table_number) == (1, 2)  # type: ignore[union-attr]
    assert (first.record.page, first.order, second.order) == (None, 0, 1)
    strangers, _ = schedule_in_word(tmp_path / "b.docx", notes, "p")
    assert strangers.below == []
    few, _ = schedule_in_word(tmp_path / "c.docx", notes, "ab")
    assert len(few.below) == 3
    one, _ = schedule_in_word(tmp_path / "d.docx", notes, "a")
    assert one.below == []  # one of three is fewer than half


def test_pictures_in_word_are_read_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from soesift.document import ocr

    pictures = [(1, np.zeros((100, 200, 3), np.uint8)), (2, np.ones((50, 50, 3), np.uint8))]
    monkeypatch.setattr(word, "docx_pictures", lambda path: iter(pictures))
    monkeypatch.setattr(word, "no_ocr", lambda: "no engine")
    reading = Reading()
    assert word.picture_fragments(tmp_path, "", reading, "auto", 0) == []
    assert reading.unplaced == ["2 pictures not read (no engine)"]
    monkeypatch.setattr(word, "no_ocr", lambda: "")
    monkeypatch.setattr(ocr, "shows_table", lambda picture: len(picture) == 100)
    sizes: list[tuple[float, float, int]] = []

    def read_scan(picture: Any, wide: float, high: float, number: int) -> Page:
        sizes.append((wide, high, number))
        return Page(number, wide, high, source="ocr")

    monkeypatch.setattr(ocr, "read_scan", read_scan)
    assert word.picture_fragments(tmp_path, "", Reading(), "auto", 0) == []
    assert sizes == [(72.0, 36.0, 1)]
    never, tardy = Reading(), Reading(until=-math.inf)
    word.picture_fragments(tmp_path, "", never, "never", 0)
    word.picture_fragments(tmp_path, "", tardy, "auto", 0)
    assert never.unplaced == ["picture 1 shows a ruled grid; not read (--ocr never)"]
    assert tardy.unplaced[0].startswith("picture 1 shows a ruled grid; not read (")
    assert "--ocr never" not in tardy.unplaced[0]
    monkeypatch.setattr(ocr, "read_scan", lambda *_: 1 / 0)
    broken = Reading()
    word.picture_fragments(tmp_path, "", broken, "always", 0)
    assert broken.unplaced[0].startswith("picture 1 could not be read (")


# jobs and files


def test_a_copy_lies_in_a_folder_that_goes_or_in_the_one_given(tmp_path: Path) -> None:
    far = Job(Path("p.pdf"), "p", tmp_path, ("json",), url="https://example.org/p.pdf")
    with job_module.with_scratch(far) as own:
        folder = own.scratch
        assert folder is not None
        assert Path(folder).is_dir()
    assert not Path(folder).exists()
    with job_module.with_scratch(Job(Path("p.pdf"), "p", tmp_path, ("json",))) as near:
        assert not near.scratch
    given = Job(Path("p.pdf"), "p", tmp_path, ("json",), url="https://example.org/p.pdf", scratch=tmp_path)
    with job_module.with_scratch(given) as kept:
        assert kept.scratch == tmp_path
    assert tmp_path.exists()


def test_results_that_are_removed_may_be_gone_already(tmp_path: Path) -> None:
    for name in ("p.json", "p.xlsx", "p.html"):
        (tmp_path / name).write_text("{}")
    job_module._remove(tmp_path, "p")
    assert list(tmp_path.iterdir()) == []
    job_module._remove(tmp_path, "p")


def test_a_web_address_is_read_as_a_stream_and_no_further_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    import fsspec.core

    opened: list[dict[str, Any]] = []

    class Store:
        def open(self, path: str, mode: str, **options: Any) -> io.BytesIO:
            opened.append(options)
            return io.BytesIO(b"x" * 10)

    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda url: (Store(), url))
    sources._stream("HTTPS://example.org/p.pdf", tmp_path / "a", 10)
    sources._stream("s3://bucket/p.pdf", tmp_path / "b", 10)
    assert opened == [{"block_size": 0, "size": 1}, {}]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"x" * 10
    with pytest.raises(DocumentError, match="is larger than 9 bytes"):
        sources._stream("s3://bucket/p.pdf", tmp_path / "c", 9)
