"""What a file is, by its content; pictures become pages, older word processors' files go through LibreOffice."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, cast, get_args

from soesift.errors import DocumentError

# What a file is, by its content: names are often wrong, and a file under a wrong name is read all the same.

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


# Documents of older word processors (.doc, .rtf, .odt), turned into DOCX by LibreOffice where it is installed.

SECONDS = 300.0  # for the conversion of one document
PROGRAMS = ("soffice", "libreoffice")
_ENDINGS = {b"{\\": ".rtf", b"PK": ".odt"}  # LibreOffice goes by the name


@contextmanager
def as_docx(path: Path) -> Iterator[Path]:
    """A DOCX with what `path` holds: itself if it is one, else a copy that is then gone, made by LibreOffice.

    Raises DocumentError if that is not installed or cannot convert it.
    """
    if kind_of(path) != "office":
        yield path
        return
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise DocumentError(
            f"{path.name}: a document of another word processor (.doc, .rtf, .odt); install LibreOffice, whose soffice "
            "converts it, or save it as .docx"
        )
    with TemporaryDirectory(prefix="soesift-", ignore_cleanup_errors=True) as folder:
        yield _converted(program, path, Path(folder))


def _converted(program: str, path: Path, folder: Path) -> Path:
    """The DOCX made of a copy under a plain name, by a LibreOffice with a profile of its own."""
    with path.open("rb") as file:
        start = file.read(2)
    given = folder / "in" / f"document{_ENDINGS.get(start, '.doc')}"
    given.parent.mkdir()
    shutil.copyfile(path, given)
    words = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder),
        str(given),
    ]
    said = _run(words, path)
    made = folder / "document.docx"
    if not made.is_file():
        raise DocumentError(f"{path.name}: LibreOffice cannot convert it ({said}); save it as .docx")
    return made


def _run(words: list[str], path: Path) -> str:
    """Run a program on a leash, so that it ends when this process does, however that ends; its last words."""
    held, holding = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "soesift.process.leash", *words],
            stdin=held,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    finally:
        os.close(held)
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise DocumentError(f"{path.name}: LibreOffice took longer than {SECONDS:g} seconds to convert it") from None
    finally:
        os.close(holding)  # ends what still runs
        process.wait()
    return " ".join(said.split())[-160:] or f"exit code {process.returncode}"


# Picture files (PNG, JPEG, TIFF of several pages) as a PDF of picture pages: what reads a PDF reads them.


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """How pixels become a page."""

    least_side: float = 4.0  # inches; a page whose longer side is shorter was given a wrong resolution; 1 to 8
    most_side: float = 24.0  # inches; the same for a longer one (a photo marked 72 dpi is metres wide); 17 to 50
    usual_side: float = 11.0  # inches of the longer side where the resolution is missing or wrong; 8 to 17
    screens: tuple[float, ...] = (72.0, 96.0)  # dots an inch that programs write where they know none; no scan has them
    quality: int = 95  # of JPEG, in which colour and grey are kept; below 90 letters get halos; 90 to 100
    most_pixels: int = 120_000_000  # of one page: a sheet of A3 at 800 dpi; more is refused
    most_pages: int = 2000  # of one file


SETTINGS = PictureSettings()


def picture_pdf(path: Path, settings: PictureSettings = SETTINGS) -> bytes:
    """The pages of a picture file as a PDF in memory, in order, turned as the camera says.

    Raises DocumentError for what cannot be decoded and for pictures of absurd size.
    """
    import pypdfium2 as pypdfium
    from PIL import Image, ImageSequence

    whole = pypdfium.PdfDocument.new()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures and odd tags; sizes are checked here
            with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as picture:
                for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
                    if number > settings.most_pages:
                        raise DocumentError(f"{path.name}: has more than {settings.most_pages} pages; split it")
                    page = pypdfium.PdfDocument(_page(frame, path, number, settings))
                    whole.import_pages(page)
                    page.close()
                    if picture.format == "MPO":  # a photo; what follows are previews of it
                        break
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, Image.DecompressionBombError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DocumentError(f"{path.name}: not a readable picture ({reason})") from error
    finally:
        whole.close()


def _page(frame: Any, path: Path, number: int, settings: PictureSettings) -> bytes:
    """One frame as a PDF of one page."""
    from PIL import ImageOps

    if frame.width * frame.height > settings.most_pixels:
        raise DocumentError(f"{path.name}: page {number} has {frame.width} x {frame.height} pixels; scan it coarser")
    dpi = resolution(frame.info.get("dpi"), frame.size, settings)
    turned = ImageOps.exif_transpose(frame)
    if turned.width != frame.width:
        dpi = dpi[1], dpi[0]
    out = io.BytesIO()
    plain = _plain(turned)
    more = {} if plain.mode == "1" else {"quality": settings.quality}  # black and white is packed without loss
    plain.save(out, "PDF", dpi=dpi, **more)
    return out.getvalue()


def resolution(dpi: Any, size: tuple[int, int], settings: PictureSettings = SETTINGS) -> tuple[float, float]:
    """Pixels an inch, across and down: as the file says, if that makes a sheet of paper; else the longer side is
    taken to be that of a letter."""
    try:
        across, down = float(dpi[0]), float(dpi[1])
        side = max(size[0] / across, size[1] / down)
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        side = across = down = 0.0
    if settings.least_side <= side <= settings.most_side and across not in settings.screens:
        return across, down
    usual = max(size) / settings.usual_side
    return usual, usual


def _plain(picture: Any) -> Any:
    """Black and white as it is, else grey or colour on white, of 8 bits."""
    from PIL import Image

    if picture.mode in ("1", "L", "RGB"):
        return picture
    if picture.mode.startswith(("I", "F")):  # 16 bits and more
        low, high = picture.getextrema()
        scale = 255 / max(1, high - low)
        return picture.point(lambda value: value * scale - low * scale).convert("L")
    if "A" in picture.mode or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")
