"""One file, downloaded in as many pieces as it takes, and kept only if it is what it should be."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from soesift.fetch.polite import FetchError, TryAgain, Visitor, check_status, persist

if TYPE_CHECKING:
    import httpx

Tick = Callable[[int, int | None], None]  # bytes so far, bytes in all
MOST = 1 << 30  # bytes: no protocol is larger
HEAD = 1024  # bytes in which %PDF- must stand (ISO 32000-1, annex H, note 13)


def fetch_file(
    visitor: Visitor, url: str, target: Path, sha256: str = "", size: int | None = None, tick: Tick | None = None
) -> str:
    """Download `url` to `target`, which appears only when verified; returns its sha256.

    What came is kept in `target`.part between attempts and runs, and asked for no second time while the server's
    validator (or `sha256`) can tell that the file is still the same. Raises FetchError.
    """
    part = target.with_name(target.name + ".part")
    # an old piece may turn out to be of another version: then once more from the start
    for last in (False, True) if _resumable(part, url, sha256) else (True,):
        try:
            persist(visitor, urlsplit(url).netloc, lambda: _some_more(visitor, url, part, sha256, size, tick))
            found = verify(part, sha256, size)
            break
        except WrongFile:
            forget(part)
            if last:
                raise
    os.replace(part, target)
    forget(part)
    return found


class WrongFile(FetchError):
    """What came is not what was asked for."""


def verify(path: Path, sha256: str = "", size: int | None = None) -> str:
    """sha256 of a file that is what it should be: by `sha256` if given, else by `size`, and by its first bytes.

    Without either, the end must be a PDF's as well. Raises WrongFile.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        found = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(max(0, path.stat().st_size - 2048))
        tail = file.read()
    if b"%PDF-" not in head:
        raise WrongFile(f"{path.name.removesuffix('.part')}: is no PDF{_says(head)}")
    if sha256 and found != sha256.lower():
        raise WrongFile(f"{path.name.removesuffix('.part')}: sha256 is {found[:12]}..., not {sha256[:12].lower()}...; "
                        "the posted file is another version")  # fmt: skip
    if not sha256 and size is not None and path.stat().st_size != size:
        raise WrongFile(f"{path.name.removesuffix('.part')}: has {path.stat().st_size} bytes, not the {size} announced")
    if not sha256 and size is None and b"%%EOF" not in tail:
        raise WrongFile(f"{path.name.removesuffix('.part')}: ends early; it has no end of a PDF")
    return found


def _says(head: bytes) -> str:
    page = head.lstrip().lower()
    return "; the server sent a web page" if page.startswith((b"<!doctype", b"<html", b"<?xml")) else ""


def forget(part: Path) -> None:
    """Remove a partial file and what is known of it."""
    for path in (part, _note(part)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _resumable(part: Path, url: str, sha256: str) -> dict[str, str]:
    """Headers that ask for the rest of `part`; {} where it cannot be told that the rest belongs to it."""
    try:
        have = part.stat().st_size
        known = json.loads(_note(part).read_text("utf-8"))
        validator = str(known["validator"]) if known["url"] == url else ""
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not have or not (validator or sha256) or known["url"] != url:
        return {}
    return {"Range": f"bytes={have}-", **({"If-Range": validator} if validator else {})}


def _some_more(visitor: Visitor, url: str, part: Path, sha256: str, size: int | None, tick: Tick | None) -> None:
    """One request: what is missing, or all of it. Raises TryAgain if the answer ends early."""
    asked = _resumable(part, url, sha256)
    with visitor.client.stream("GET", url, headers=asked) as response:
        if response.status_code == 416 and asked:  # nothing is missing, or the file has shrunk
            if _total(response) == part.stat().st_size:
                return
            forget(part)
            raise TryAgain("no longer has the rest of the file", 0.0)
        check_status(response, urlsplit(url).path.rsplit("/", 1)[-1])
        start = part.stat().st_size if asked and _starts_at(response) == part.stat().st_size else 0
        if response.status_code == 206 and not start:
            forget(part)
            raise TryAgain("sent another piece than asked for", 0.0)
        total = _total(response)
        _write_note(part, url, response)
        have = _write(visitor, response, part, start, total or size, tick)
    if have < max(total or 0, size or 0):
        raise TryAgain(f"ended the file after {have} bytes")


def _write(
    visitor: Visitor, response: httpx.Response, part: Path, start: int, total: int | None, tick: Tick | None
) -> int:
    """Append (or begin) the file; returns its size. A web page is refused at its first bytes."""
    have, began = start, time.monotonic()
    with part.open("r+b" if start else "wb") as file:  # as it comes: a chunk size would lose what precedes a break
        file.seek(start)
        for chunk in response.iter_raw():
            if not have and _says(chunk[:HEAD]):
                raise WrongFile(f"{part.name.removesuffix('.part')}: is no PDF{_says(chunk[:HEAD])}")
            file.write(chunk)
            have += len(chunk)
            if have > MOST:
                raise WrongFile(f"{part.name.removesuffix('.part')}: is larger than {MOST >> 20} MB")
            if time.monotonic() - began > visitor.manners.longest:
                raise TryAgain(f"is too slow ({have - start} bytes in {visitor.manners.longest:.0f} s)")
            if tick is not None:
                tick(have, total)
        file.flush()
        os.fsync(file.fileno())
    return have


def _write_note(part: Path, url: str, response: httpx.Response) -> None:
    """Remember which version the piece is of; a weak validator cannot tell (RFC 9110 13.1.5)."""
    etag = response.headers.get("etag", "")
    validator = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")
    part.parent.mkdir(parents=True, exist_ok=True)
    _note(part).write_text(json.dumps({"url": url, "validator": validator}), "utf-8")


def _starts_at(response: httpx.Response) -> int | None:
    """First byte of a 206 answer."""
    unit, _, span = response.headers.get("content-range", "").partition(" ")
    first = span.partition("-")[0]
    return int(first) if response.status_code == 206 and unit == "bytes" and first.isdecimal() else None


def _total(response: httpx.Response) -> int | None:
    """Size of the whole file, if the answer says so."""
    whole = response.headers.get("content-range", "").rpartition("/")[2]
    if whole.isdecimal():
        return int(whole)
    length = response.headers.get("content-length", "")
    return int(length) if response.status_code == 200 and length.isdecimal() else None
