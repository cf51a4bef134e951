"""Pictures of a Word document in the order of the text: a schedule may be pasted as one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

KINDS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
MOST_BYTES = 60 * 2**20
MOST_PIXELS = 60_000_000
LEAST = (500, 300)  # pixels: smaller pictures hold no readable table
_EMBED = re.compile(rb'r:(?:embed|id)="([^"]+)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'(Id|Target)="([^"]*)"')


def docx_pictures(path: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """(number from 1, (h, w, 3) RGB) of each picture that is large enough, in document order, each once.

    The package must have been opened by `open_package` before, which refuses what unpacks to an absurd size.
    """
    with zipfile.ZipFile(path) as package:
        for number, name in enumerate(_names(package), 1):
            picture = _decode(package, name)
            if picture is not None:
                yield number, picture


def _names(package: zipfile.ZipFile) -> list[str]:
    names = set(package.namelist())
    if not {"word/document.xml", "word/_rels/document.xml.rels"} <= names:
        return []
    targets = {}
    for relation in _RELATION.findall(package.read("word/_rels/document.xml.rels")):
        fields = dict(_ATTRIBUTE.findall(relation))
        if b"Id" in fields and b"Target" in fields:
            targets[fields[b"Id"]] = "word/" + fields[b"Target"].decode("utf-8", "replace").removeprefix("/word/")
    used = (targets.get(key, "") for key in _EMBED.findall(package.read("word/document.xml")))
    return [n for n in dict.fromkeys(used) if n in names and PurePosixPath(n).suffix.lower() in KINDS]


def _decode(package: zipfile.ZipFile, name: str) -> NDArray[np.uint8] | None:
    from io import BytesIO

    from PIL import Image

    if package.getinfo(name).file_size > MOST_BYTES:
        return None
    try:
        with Image.open(BytesIO(package.read(name))) as picture:
            wide, high = picture.size
            if wide < LEAST[0] or high < LEAST[1] or wide * high > MOST_PIXELS:
                return None
            return np.asarray(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
