"""Pages read from their pictures, kept as files: reading pictures, the dearest part, can so be a stage of its own.

A folder belongs to the bytes of one document, one way of OCR and one version of SoESift; a file to one page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from soesift import __version__
from soesift.document.page import Page
from soesift.files import write_atomically

_TEXT = ("codes", "boxes", "upright", "sure")
_ARRAYS = (*_TEXT, "horizontal", "vertical", "fills", "fill_grey", "images", "pieces", "piece_ink")
_PLAIN = ("number", "width", "height", "label", "source", "problem", "cut")


@dataclass(frozen=True, slots=True)
class Scan:
    """What became of one picture: a page; None where it is seen to hold no table; or why it was not read.

    likely: probability that it holds a table like a schedule, where the glance alone decided.
    """

    page: Page | None
    seconds: float = 0.0
    failed: str = ""
    likely: float | None = None


def scans_folder(root: Path, sha256: str, ocr: str) -> Path:
    return root / f"{sha256}-{ocr}-{__version__}"


def keep_scan(folder: Path, number: int, scan: Scan) -> None:
    """Write one page, whole or not at all. Raises WriteError."""
    about = {"seconds": scan.seconds, "failed": scan.failed, "likely": scan.likely}
    arrays = {}
    if scan.page is not None:
        about |= {"page": {name: getattr(scan.page, name) for name in _PLAIN}}
        arrays = {name: getattr(scan.page, name) for name in _ARRAYS}
    data = BytesIO()
    np.savez(data, about=np.array(json.dumps(about)), **arrays)
    write_atomically(_place(folder, number), data.getvalue())


def kept_scan(folder: Path, number: int) -> Scan | None:
    """The page as it was kept; None if it was not, or is damaged: it is then read again."""
    try:
        with np.load(_place(folder, number), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            plain = about.get("page")
            page = None if plain is None else Page(**plain, **{name: file[name] for name in _ARRAYS})
            return Scan(page, about["seconds"], about["failed"], about.get("likely"))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return None


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number}.npz"
