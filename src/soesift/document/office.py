"""Documents of older word processors (.doc, .rtf, .odt), turned into DOCX by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from soesift.document.kind import kind_of
from soesift.errors import DocumentError

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
