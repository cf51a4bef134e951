"""What a file is, told by its content; pictures as pages; older word processors' files through LibreOffice."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

import made_protocols as made
from soesift.detect.detector import Detector
from soesift.document import kind as office
from soesift.document.kind import as_docx, has_pages, kind_of, resolution
from soesift.document.pdf import open_pdf, render_page
from soesift.errors import DocumentError


def package(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        if mimetype:
            file.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name in names:
            file.writestr(zipfile.ZipInfo(name), "<x/>")  # of one date: two workers collect tests of one name
    return out.getvalue()


def ole(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + stream.encode("utf-16-le") + bytes(600)


ODF = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.docx", b"%PDF-1.7\n", "pdf"),
        ("a.txt", b"\n" * 500 + b"%PDF-1.4\n", "pdf"),
        ("a.pdf", package("[Content_Types].xml", "word/document.xml"), "docx"),
        ("a.doc", package("[Content_Types].xml", "other/main.xml"), "docx"),
        ("a.docx", package("word/document.xml")[:60], "docx"),  # damaged: its reader says so
        ("a.pdf", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.pdf", b"\xff\xd8\xff\xe0", "picture"),
        ("a.pdf", b"II*\0", "picture"),
        ("a.docx", b"{\\rtf1 x}", "office"),
        ("a.docx", ole("WordDocument"), "office"),
        ("a.docx", package("content.xml", mimetype=ODF + "text"), "office"),
        ("a.pdf", b"", "pdf"),  # its reader says that it is empty
        ("a.DOCX", b"hello", "docx"),
    ],
)
def test_a_file_is_what_it_holds(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name) == kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (package("[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook;"),
        (package("[Content_Types].xml", "ppt/presentation.xml"), "is a PowerPoint file;"),
        (package("content.xml", mimetype=ODF + "spreadsheet"), "is a spreadsheet"),
        (package("a.txt"), "is a ZIP archive;"),
        (ole("Workbook"), r"is an Excel workbook \(.xls\);"),
        (ole("EncryptedPackage"), "encrypted; save it without a password"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><html>", r"is a web page \(HTML\);"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "is a web page"),
        (b"GIF89a", "is a GIF picture"),
    ],
)
@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a"])
def test_what_is_not_read_is_called_by_its_name(tmp_path: Path, content: bytes, said: str, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError, match=said):
        kind_of(tmp_path / name)
    assert not has_pages(tmp_path / name)


def test_what_is_not_known_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"hello")
    (tmp_path / "none.xyz").write_bytes(b"")
    with pytest.raises(DocumentError, match="no kind of file that is known here; SoESift reads PDF, Word files"):
        kind_of(tmp_path / "notes.txt")
    with pytest.raises(DocumentError, match="is empty"):
        kind_of(tmp_path / "none.xyz")
    with pytest.raises(DocumentError, match="no such file"):
        kind_of(tmp_path / "missing.pdf")


def test_documents_under_wrong_names_are_read(tmp_path: Path) -> None:
    made.short_protocol(tmp_path / "p.pdf").rename(tmp_path / "p.docx")
    made.word_protocol(tmp_path / "w.docx").rename(tmp_path / "w.pdf")
    detector = Detector.load("linear")
    for name in ("p.docx", "w.pdf"):
        found = detector.detect(tmp_path / name, ocr="never")
        assert (found.document.has_soe, found.document.name) == ("yes", name)


def sheets(count: int, mode: str = "RGB") -> list[Image.Image]:
    made_up = []
    for number in range(count):
        picture = Image.new("RGB", (850, 1100), "white")
        picture.paste((20, 20, 20), (100 + 50 * number, 100, 400, 130))
        made_up.append(picture.convert(mode))
    return made_up


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK"])
def test_the_pages_of_a_tiff_are_pages(tmp_path: Path, mode: str) -> None:
    first, *rest = sheets(3, mode)
    first.save(tmp_path / "s.tif", save_all=True, append_images=rest, dpi=(100, 100))
    with open_pdf(tmp_path / "s.tif") as document:
        assert [document[n].get_size() for n in range(len(document))] == [(612.0, 792.0)] * 3
        for number, sheet in enumerate(sheets(3)):
            drawn = render_page(document, number, 100).astype(int)
            assert np.abs(drawn - np.asarray(sheet)).mean() < 3


@pytest.mark.parametrize("mode", ["LA", "P", "RGBA", "I;16"])
def test_other_colours_are_white_paper_and_dark_ink(tmp_path: Path, mode: str) -> None:
    [sheet] = sheets(1, "L")
    if mode == "I;16":
        sheet = Image.fromarray(np.asarray(sheet).astype(np.uint16) * 200)
    else:
        sheet = sheet.convert(mode)
        if "A" in mode:
            sheet.putalpha(Image.fromarray((255 - np.asarray(sheets(1, "L")[0])).astype(np.uint8)))
    sheet.save(tmp_path / "s.png")
    with open_pdf(tmp_path / "s.png") as document:
        drawn = render_page(document, 0, 100)
    assert drawn[50, 50].min() > 240
    assert drawn[115, 200].max() < 60


def test_a_photo_is_turned_as_the_camera_says(tmp_path: Path) -> None:
    [sheet] = sheets(1)
    exif = sheet.getexif()
    exif[0x0112] = 6
    sheet.save(tmp_path / "s.jpg", exif=exif, dpi=(72, 72))
    with open_pdf(tmp_path / "s.jpg") as document:
        assert document[0].get_size() == (792.0, 612.0)


@pytest.mark.parametrize(
    ("dpi", "found"),
    [
        ((300, 300), 300.0),
        ((200, 200), 200.0),
        (None, 300.0),
        ((0, 0), 300.0),
        ((72, 72), 300.0),
        ((96, 96), 300.0),
        (("x", 1), 300.0),
    ],
)
def test_a_resolution_that_makes_no_sheet_of_paper_is_not_believed(dpi: object, found: float) -> None:
    assert resolution(dpi, (2550, 3300)) == (found, found)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"\xff\xd8\xff" + bytes(99), b"II*\0" + bytes(20)]
)
def test_a_damaged_picture_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.png").write_bytes(content)
    with pytest.raises(DocumentError, match=r"^s\.png: not a readable picture \("), open_pdf(tmp_path / "s.png"):
        pass


def test_a_schedule_as_a_picture_file_is_found(tmp_path: Path) -> None:
    pytest.importorskip("cv2")
    pdf = made.pictured_protocol(tmp_path / "p.pdf")
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=150 / 72).to_pil().save(tmp_path / "p.png", dpi=(150, 150))
    document.close()
    found = Detector.load("linear").detect(tmp_path / "p.png")
    assert found.document.has_soe == "yes"
    assert found.document.image_only_pages == [1]
    assert found.tables[0].grid[1][1:] == made.HEADER[1][1:]


RTF = r"{\rtf1\ansi Hello {\b schedule}\par}"


def test_without_libreoffice_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old.rtf").write_text(RTF)
    monkeypatch.setattr(office.shutil, "which", lambda name: None)
    with pytest.raises(DocumentError, match="install LibreOffice"), as_docx(tmp_path / "old.rtf"):
        pass


FAKE = """#!{python}
import shutil, sys
from pathlib import Path
out = Path(sys.argv[sys.argv.index("--outdir") + 1])
{does}
"""


def program(folder: Path, does: str) -> str:
    path = folder / "soffice"
    path.write_text(FAKE.format(python=sys.executable, does=does))
    path.chmod(0o755)
    return str(path)


def test_what_libreoffice_makes_is_read_and_then_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old.doc").write_bytes(ole("WordDocument"))
    made.word_protocol(tmp_path / "new.docx")
    does = f"shutil.copyfile({str(tmp_path / 'new.docx')!r}, out / (Path(sys.argv[-1]).stem + '.docx'))"
    monkeypatch.setattr(office.shutil, "which", lambda name: program(tmp_path, does))
    with as_docx(tmp_path / "old.doc") as there:
        assert there.is_file()
    assert not there.exists()
    found = Detector.load("linear").detect(tmp_path / "old.doc", ocr="never")
    assert (found.document.has_soe, found.document.name) == ("yes", "old.doc")


@pytest.mark.parametrize(
    ("does", "said"),
    [("print('no filter for it')", "cannot convert it (.*no filter"), ("import time; time.sleep(60)", "took longer")],
)
def test_a_conversion_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, said: str
) -> None:
    (tmp_path / "old.rtf").write_text(RTF)
    monkeypatch.setattr(office.shutil, "which", lambda name: program(tmp_path, does))
    monkeypatch.setattr(office, "SECONDS", 120.0 if "print" in does else 0.3)
    with pytest.raises(DocumentError, match=said.replace("(", r"\(")), as_docx(tmp_path / "old.rtf"):
        pass


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_rich_text_through_libreoffice_itself(tmp_path: Path) -> None:
    (tmp_path / "old.rtf").write_text(RTF)
    with as_docx(tmp_path / "old.rtf") as there:
        assert b"schedule" in zipfile.ZipFile(there).read("word/document.xml")
