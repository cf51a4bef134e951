"""What a file is, by its content: names are often wrong, and a file under a wrong name is read all the same."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal, cast, get_args

from soesift.errors import DocumentError

Kind = Literal["pdf", "docx", "picture", "office"]
START = 1024  # bytes: a PDF may begin with so many of other things
MOST_SEARCHED = 64 * 2**20  # bytes of an old Office file in which its streams' names are looked for
ENDINGS = frozenset(
    {".pdf", ".docx", ".docm", ".doc", ".rtf", ".odt", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
)  # of the files that are taken from a folder
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_OTHERS = {
    b"GIF8": "a GIF picture",
    b"%!PS": "PostScript",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_STREAMS = {
    "EncryptedPackage": "encrypted",
    "WordDocument": "office",
    "Workbook": "an Excel workbook (.xls)",
    "Book": "an Excel workbook (.xls)",
    "PowerPoint Document": "a PowerPoint file (.ppt)",
    "__properties_version1.0": "an e-mail (.msg)",
}
_OPEN = {"text": "office", "spreadsheet": "a spreadsheet (.ods)", "presentation": "slides (.odp)"}
_ADVICE = "SoESift reads PDF, Word files and pictures of pages; save it as one of these"


def kind_of(path: Path) -> Kind:
    """How a document is read: `office` is what LibreOffice turns into DOCX first (.doc, .rtf, .odt).

    What cannot be told by its content (damaged, empty) is taken for what its name says. Raises DocumentError, which
    says what the file is, for everything that is not read.
    """
    start = _start(path)
    told = _by_content(start, path)
    if told in get_args(Kind):
        return cast(Kind, told)
    ending = path.suffix.lower()
    if told == "":
        if ending in (".pdf", ".docx", ".docm"):
            return "pdf" if ending == ".pdf" else "docx"
        told = "no kind of file that is known here" if start else "empty"
    if told == "encrypted":
        raise DocumentError(f"{path.name}: encrypted; save it without a password")
    raise DocumentError(f"{path.name}: is {told}; {_ADVICE}")


def has_pages(path: Path) -> bool:
    """Whether a file has pages that can be drawn; False for what cannot be read."""
    try:
        return kind_of(path) in ("pdf", "picture")
    except DocumentError:
        return False


def is_picture(path: Path) -> bool:
    """Whether a file begins as PNG, JPEG or TIFF does; False for what cannot be read."""
    try:
        return _start(path).startswith(_PICTURES)
    except DocumentError:
        return False


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(START)
    except FileNotFoundError as error:
        raise DocumentError(f"{path.name}: no such file") from error
    except OSError as error:
        raise DocumentError(f"{path.name}: cannot be read ({error.strerror}); check its permissions") from error


def _by_content(start: bytes, path: Path) -> str:
    """A Kind, "encrypted", what else it is in words, or "" where that cannot be told."""
    if start.startswith(b"PK\x03\x04"):
        return _of_zip(path)
    if start.startswith(_OLE):
        return _of_ole(path)
    if start.startswith(_PICTURES):
        return "picture"
    if start.startswith(b"{\\rtf"):
        return "office"
    if b"%PDF" in start:
        return "pdf"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "a WebP picture"
    if start[4:12] in (b"ftypheic", b"ftypheif", b"ftypmif1", b"ftypavif"):
        return "a HEIC or AVIF picture"
    if _is_page(start):
        return "a web page (HTML)"
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return "a BMP picture"
    return next((said for magic, said in _OTHERS.items() if start.startswith(magic)), "")


def _is_page(start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype html", b"<html")) or (text.startswith(b"<?xml") and b"<html" in text)


def _of_zip(path: Path) -> str:
    """A damaged package is taken for a Word file, whose reader says what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            if "mimetype" in names and package.getinfo("mimetype").file_size < START:
                made = package.read("mimetype").decode("ascii", "replace").rpartition("opendocument.")[2]
                return _OPEN.get(made.partition("-")[0], "a package of another program")
    except (OSError, zipfile.BadZipFile, NotImplementedError, UnicodeError, RuntimeError, ValueError, EOFError):
        return "docx"
    for folder, said in (("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint file")):
        if any(name.startswith(folder) for name in names) and "word/document.xml" not in names:
            return said
    return "docx" if "[Content_Types].xml" in names or "word/document.xml" in names else "a ZIP archive"


def _of_ole(path: Path) -> str:
    """The old container of Office: what it holds is told by the names of its streams."""
    with path.open("rb") as file:
        content = file.read(MOST_SEARCHED)
    return next((said for name, said in _STREAMS.items() if name.encode("utf-16-le") in content), "")
