"""Opening PDF files, good and bad, and the characters of their pages."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from document_maker import Sheet, opened, pdf_bytes, read_sheet, save
from soesift.document.pdf import open_pdf, read_page, render_page
from soesift.errors import DocumentError


def encrypted(path: Path, word: str) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=word)
    canvas.drawString(72, 720, "Confidential")
    canvas.save()
    path.write_bytes(stream.getvalue())
    return path


def test_bad_files_raise_one_line(tmp_path: Path) -> None:
    good = pdf_bytes([Sheet().text(72, 72, "Protocol")])
    bad = {"empty.pdf": b"", "cut.pdf": good[: len(good) // 3], "text.pdf": b"This is no PDF.\n" * 40}
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        expected = pytest.raises(DocumentError, match=f"^{name}: not a readable PDF")
        with expected as caught, open_pdf(tmp_path / name):
            pass
        assert "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    expected = pytest.raises(DocumentError, match=r"^absent\.pdf: no such file$")
    with expected, open_pdf(tmp_path / "absent.pdf"):
        pass


def test_encrypted_file_asks_for_its_password(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "locked.pdf", "secret")
    with pytest.raises(DocumentError, match=r"locked\.pdf.*encrypted; a password is needed"), open_pdf(path):
        pass
    with pytest.raises(DocumentError, match="password"), open_pdf(path, password="wrong"):
        pass
    with open_pdf(path, password="secret") as document:
        assert "Confidential" in read_page(document, 0).text()


def test_page_that_does_not_exist(tmp_path: Path) -> None:
    expected = pytest.raises(DocumentError, match="page 8 cannot be loaded")
    with opened(tmp_path, [Sheet()]) as document, expected:
        read_page(document, 7)


def test_page_labels(tmp_path: Path) -> None:
    sheets = [Sheet() for _ in range(4)]
    with opened(tmp_path, sheets, labels="0 << /S /r >> 2 << /S /D /P (A-) /St 5 >>") as document:
        assert [read_page(document, i).label for i in range(4)] == ["i", "ii", "A-5", "A-6"]
        assert [read_page(document, i).number for i in range(4)] == [1, 2, 3, 4]
    with opened(tmp_path, sheets) as document:
        assert [read_page(document, i).label for i in range(4)] == [None] * 4


def test_empty_page(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet())
    assert (page.text(), page.problem, len(page.horizontal), len(page.images)) == ("", "", 0, 0)
    assert page.boxes.shape == (0, 4)
    assert page.upright.shape == (0,)


def test_characters_stand_where_they_were_set(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet().text(72, 100, "Ab", 10))
    assert page.text() == "Ab"
    # Helvetica: A is 667 and b 556 thousandths wide
    assert page.boxes[0, [0, 2]].tolist() == pytest.approx([72, 78.67], abs=0.05)
    assert page.boxes[1, [0, 2]].tolist() == pytest.approx([78.67, 84.23], abs=0.05)
    assert (page.boxes[:, 1] < 93).all()
    assert (page.boxes[:, 3] > 100).all()
    assert page.codes.dtype == np.uint32
    assert page.upright.dtype == np.int16


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_text_in_a_portrait_page(tmp_path: Path, turn: int) -> None:
    page = read_sheet(tmp_path, Sheet().text(300, 400, "Schedule of activities", 10, turn))
    assert set(page.upright.tolist()) == {turn}
    first, last = page.boxes[0], page.boxes[-1]
    ahead = {0: last[0] - first[0], 90: last[1] - first[1], 180: first[0] - last[0], 270: first[1] - last[1]}
    assert ahead[turn] > 60


def test_mixed_turns(tmp_path: Path) -> None:
    sheet = Sheet().text(72, 72, "upright").text(300, 400, "downwards", 10, 90)
    sheet.text(320, 400, "upwards", 10, 270)
    page = read_sheet(tmp_path, sheet)
    text = {t: "".join(map(chr, page.codes[(page.upright == t) & (page.codes > 32)])) for t in (0, 90, 270)}
    assert text == {0: "upright", 90: "downwards", 270: "upwards"}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("slant", [-15, -20, -45, 30, 60])
def test_slanted_watermark_is_dropped(tmp_path: Path, rotate: int, slant: float) -> None:
    sheet = Sheet(rotate=rotate).text(72, 72, "Body text").text(250, 400, "DRAFT", 60, slant)
    page = read_sheet(tmp_path, sheet)
    assert page.text().strip() == "Body text"
    assert set(page.upright[page.codes > 32].tolist()) == {0}


def test_text_a_little_askew_is_kept(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet().text(72, 300, "Scanned and set by a crooked machine", 10, 8))
    assert "crooked" in page.text()
    assert set(page.upright.tolist()) == {0}


def test_most_characters_bounds_the_work(tmp_path: Path) -> None:
    import pypdfium2.raw as pdfium

    from soesift.document.characters import read_characters
    from soesift.document.page import Frame

    with opened(tmp_path, [Sheet().text(72, 72, "abcdefghij")]) as document:
        handle = pdfium.FPDF_LoadPage(document.raw, 0)
        text_page = pdfium.FPDFText_LoadPage(handle)
        codes, boxes, turns = read_characters(text_page, Frame(0, 0, 612, 792, 0), most=4)
        pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(handle)
    assert "".join(map(chr, codes)) == "abcd"
    assert (len(boxes), len(turns)) == (4, 4)


def test_render_is_rgb_and_bounded(tmp_path: Path) -> None:
    sheets = [Sheet(width=200, height=100).box(50, 25, 100, 75, "f", 0.0)]
    with opened(tmp_path, sheets) as document:
        picture = render_page(document, 0, 144)
        large = render_page(document, 0, 50_000)
    assert picture.shape == (200, 400, 3)
    assert picture[100, 150].tolist() == [0, 0, 0]
    assert picture[10, 10].tolist() == [255, 255, 255]
    assert large.shape[0] * large.shape[1] <= 40_100_000


def test_file_is_closed_after_use(tmp_path: Path) -> None:
    path = save(tmp_path, [Sheet()])
    with pytest.raises(ValueError, match="mine"), open_pdf(path) as document:
        raise ValueError("mine")
    assert not document.raw


def test_code_points_asked_for_at_once_are_those_asked_for_one_by_one(tmp_path: Path) -> None:
    import pypdfium2 as pypdfium
    import pypdfium2.raw as pdfium
    from reportlab.pdfgen.canvas import Canvas

    from soesift.document.characters import char_codes

    path = tmp_path / "words.pdf"
    drawing = Canvas(str(path))
    for row, text in enumerate(("Screening ≥ 18", "a word cut at its re-", "main end", "Week 4\u00ad8")):
        drawing.drawString(72, 700 - 14 * row, text)
    drawing.save()
    document = pypdfium.PdfDocument(path)
    page = pdfium.FPDF_LoadPage(document.raw, 0)
    text_page = pdfium.FPDFText_LoadPage(page)
    count = pdfium.FPDFText_CountChars(text_page)
    singly = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count)]
    assert 2 in singly, "a hyphen that ends a line is among them"
    assert char_codes(text_page, count).tolist() == singly
    assert char_codes(text_page, 5).tolist() == singly[:5]
