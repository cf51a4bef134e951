"""The parts of a DOCX file, opened with care: a bad file gives one line, never a full disk or memory."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soesift.document.docx_text import STRICT, WORD
from soesift.errors import DocumentError

MOST_BYTES = 512 * 2**20  # of all parts, unpacked
MOST_PART = 200 * 2**20  # of one XML part
MOST_RATIO = 200  # unpacked to packed size, for packages above SMALL; prose reaches about 30
SMALL = 32 * 2**20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(slots=True)
class Package:
    """Parsed parts; None for those a document does without."""

    document: Any
    styles: Any | None
    numbering: Any | None
    footnotes: Any | None
    endnotes: Any | None


def open_package(path: Path) -> Package:
    """Parse the parts of a DOCX file that tables need.

    Raises DocumentError for what is no DOCX, is encrypted, damaged, or unpacks to an absurd size.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLE:
            raise DocumentError(f"{path.name}: encrypted or an old .doc; save it as .docx without a password")
        with zipfile.ZipFile(path) as package:
            return _read(package, path)
    except FileNotFoundError as error:
        raise DocumentError(f"{path.name}: no such file") from error
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
        raise DocumentError(f"{path.name}: not a readable DOCX ({_one_line(error)})") from error


def _read(package: zipfile.ZipFile, path: Path) -> Package:
    _check_size(package, path)
    names = set(package.namelist())
    main = _main_part(package, names, path)
    if main not in names:
        raise DocumentError(f"{path.name}: no Word document in it (word/document.xml is missing)")
    folder = main.rpartition("/")[0]
    document = _parse(package, main, path)

    def part(name: str) -> Any | None:
        whole = f"{folder}/{name}" if folder else name
        return _parse(package, whole, path) if whole in names else None

    others = (part(f"{name}.xml") for name in ("styles", "numbering", "footnotes", "endnotes"))
    return Package(document, *others)


def _check_size(package: zipfile.ZipFile, path: Path) -> None:
    parts = package.infolist()
    unpacked = sum(p.file_size for p in parts)
    packed = max(1, sum(p.compress_size for p in parts))
    if unpacked > MOST_BYTES or (unpacked > SMALL and unpacked > MOST_RATIO * packed):
        sizes = f"{unpacked // 2**20} MB from {packed // 2**10} KB"
        raise DocumentError(f"{path.name}: refused, it would unpack to {sizes}")
    if any(p.flag_bits & 1 for p in parts):
        raise DocumentError(f"{path.name}: encrypted; save it without a password")


def _main_part(package: zipfile.ZipFile, names: set[str], path: Path) -> str:
    """Where the package says that its main document is; nearly always word/document.xml."""
    if "word/document.xml" in names or "_rels/.rels" not in names:
        return "word/document.xml"
    for relation in _parse(package, "_rels/.rels", path):
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _parse(package: zipfile.ZipFile, name: str, path: Path) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    if package.getinfo(name).file_size > MOST_PART:
        raise DocumentError(f"{path.name}: refused, {name} is larger than {MOST_PART // 2**20} MB")
    data = package.read(name).replace(STRICT.encode(), WORD.encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"{path.name}: {name} is damaged ({_one_line(error)})") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{path.name}: refused, {name} declares a document type")
    return root


def _one_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
