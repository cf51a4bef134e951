"""Where documents come from: paths, addresses and lists of both, each once.

Documents by address (s3://, gs://, https:// and the like) are copied to a local file by fsspec where they are read.
Nothing is fetched but what the user names. What an address may hold of secrets (user names, signed queries) is never
shown or written.
"""

from __future__ import annotations

import csv
import os
import re
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.document.kind import ENDINGS
from soesift.errors import DocumentError, MissingExtra, UsageError
from soesift.files import file_sha256, safe_stem
from soesift.json_lines import json_rows, text_of

SCHEMES = ("s3", "gs", "gcs", "az", "abfs", "abfss", "http", "https", "file", "memory")
LARGEST = 500_000_000  # bytes of one document
PAUSES = (1.0, 4.0)  # seconds before a second and a third try
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PIECE = 1 << 20
_PASSES = (408, 429)  # of the statuses that blame the request, those that pass

# Lists of documents: text with a path or URL a line, or CSV, TSV or JSON Lines with columns.
Rows = list[tuple[int, Any]]  # number of the line, and what it says

KINDS = ENDINGS


def is_url(place: str) -> bool:
    return _URL.match(place) is not None


def check_urls(urls: Iterable[str]) -> None:
    """Before anything starts: raises UsageError for an address that is not read, MissingExtra without fsspec or
    the package for a kind of address (s3fs, gcsfs)."""
    schemes: dict[str, str] = {}
    for url in urls:
        scheme = url.partition("://")[0].lower()
        if scheme not in SCHEMES or "::" in url:  # fsspec's chains could name any program's files
            raise UsageError(f"{shown(url)}: addresses of this kind are not read; give {'://, '.join(SCHEMES)}://")
        schemes.setdefault(scheme, url)
    for scheme, url in schemes.items():
        try:
            from fsspec import get_filesystem_class

            get_filesystem_class(scheme)
        except ModuleNotFoundError as error:
            if (error.name or "") == "fsspec":
                raise MissingExtra("fsspec", "data") from error
            raise UsageError(f"{shown(url)}: {error.name} is not installed; run: pip install {error.name}") from error
        except ImportError as error:
            raise UsageError(f"{shown(url)}: {error}") from error


def documents_at(url: str, kinds: Container[str]) -> list[str]:
    """Addresses of the documents in a folder of a store (`s3://bucket/folder/`) or that a pattern (`*`) names; others
    as they are. Raises UsageError if it cannot be listed or holds none."""
    folder, pattern = url.endswith("/"), "*" in url
    if url.lower().startswith("http") or not (folder or pattern):
        return [url]
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(url)
        found = [str(name) for name in (system.glob(path) if pattern else system.find(path))]
    except Exception as error:  # noqa: BLE001  # each store has errors of its own
        raise UsageError(f"{shown(url)}: cannot be listed ({why(error)}); check the address and your rights") from None
    documents = sorted(name for name in found if PurePosixPath(name).suffix.lower() in kinds)
    if not documents:
        raise UsageError(f"{shown(url)}: no PDF or DOCX there")
    return [str(system.unstrip_protocol(name)) for name in documents]


def shown(url: str) -> str:
    """The address without user name, password and query, which can be secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def name_of(url: str) -> str:
    """A file name for a document: the last part of its address, made safe."""
    name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or "document"
    return safe_name(name)


def safe_name(name: str) -> str:
    """`name` as a file name that stays in its folder; the ending, which says what it is, stays."""
    ending = PurePosixPath(name).suffix
    if not re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending):
        return safe_stem(name)
    return safe_stem(name[: -len(ending)]) + ending


def copy(url: str, place: Path, most: int = LARGEST) -> None:
    """Copy a document to `place`, trying again what may pass. Raises DocumentError; `place` is then not there."""
    part = place.with_name(f".{place.name[-40:]}.part")
    for pause in (*PAUSES, None):
        try:
            _stream(url, part, most)
            part.replace(place)
            return
        except Exception as error:  # each store has errors of its own
            part.unlink(missing_ok=True)
            if isinstance(error, DocumentError):
                raise
            if pause is None or is_final(error):
                raise DocumentError(
                    f"{shown(url)}: cannot be fetched ({why(error)}); check the address and your rights to it"
                ) from None
            time.sleep(pause)


def _stream(url: str, place: Path, most: int) -> None:
    from fsspec.core import url_to_fs

    system, path = url_to_fs(url)
    # as a stream: by default fsspec asks a web server for the size first, and takes every answer but 200 for "missing"
    options = {"block_size": 0, "size": 1} if url.lower().startswith("http") else {}
    count = 0
    with system.open(path, "rb", **options) as source, place.open("wb") as target:
        while piece := source.read(_PIECE):
            count += len(piece)
            if count > most:
                raise DocumentError(f"{shown(url)}: is larger than {most:,} bytes; fetch it yourself and give its path")
            target.write(piece)


def is_final(error: Exception) -> bool:
    """Whether a second try would end the same: not there, no right, a request that the server blames."""
    status = _status(error)
    if status is not None:
        return 400 <= status < 500 and status not in _PASSES
    return isinstance(error, (FileNotFoundError, PermissionError, IsADirectoryError, ImportError, ValueError))


def why(error: Exception) -> str:
    """An error in few words and without addresses in it."""
    status = _status(error)
    if status is not None:
        return f"status {status}"
    if isinstance(error, FileNotFoundError):
        return "not found"
    text = re.sub(r"\S*(?:://|\?)\S*", "...", str(error))[:120]
    return f"{type(error).__name__}: {text}" if text.strip(" .'\"") else type(error).__name__


def _status(error: Any) -> int | None:
    status = getattr(error, "status", None)
    return status if isinstance(status, int) else None


class Listed(BaseModel):
    """One document of a list, with `path` or `url`; `file` is the name to give it. Other columns are left alone."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    path: str = ""
    url: str = ""
    file: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")

    @property
    def place(self) -> str:
        return self.path or self.url


def read_list(path: Path) -> list[Listed]:
    """The documents that a manifest lists; relative paths are from its own folder.

    Raises UsageError, naming the line, if a row names no document or is wrong.
    """
    text = read_text(path)
    heading = (text.lstrip().splitlines() or [""])[0]
    table = text.lstrip()[:1] == "{" or not {"path", "url"}.isdisjoint(heading.replace("\t", ",").split(","))
    rows = read_rows(text, path) if table else plain_rows(text)
    listed = [_stored(row, path, number) for number, row in rows]
    if not listed:
        raise UsageError(f"{path}: holds no row; give one document a line")
    return listed


def read_text(path: Path) -> str:
    """A list's text. Raises UsageError."""
    return text_of(path)


def plain_rows(text: str) -> Rows:
    """One path or URL a line, taken as it is."""
    return [(number, {"path": line}) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def read_rows(text: str, path: Path) -> Rows:
    """JSON Lines, or TSV or CSV with a heading; raises UsageError for a line that is no JSON."""
    return list(json_rows(text, path)) if text.lstrip()[:1] == "{" else _table_rows(text)


def _table_rows(text: str) -> Rows:
    """Rows of a TSV or CSV with a heading; the separator is what the heading has more of."""
    lines = text.splitlines()
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter="\t" if head.count("\t") >= head.count(",") and "\t" in head else ",")
    return [(reader.line_num, {k: v for k, v in row.items() if k and v}) for row in reader if any(row.values())]


def _stored(row: Any, path: Path, number: int) -> Listed:
    try:
        listed = Listed.model_validate(row)
    except ValidationError as error:
        raise UsageError(f"{path}, line {number}: {first_mistake(error, 'row')}") from None
    if not listed.place:
        raise UsageError(f"{path}, line {number}: has neither path nor url; a row needs one of them")
    if not is_url(listed.place):
        listed.path = str(path.parent / listed.place)
    return listed


@dataclass(frozen=True, slots=True)
class Source:
    """One document: a path, or a URL with `path` as the name to give it. With `sha256` its bytes are checked."""

    path: Path
    url: str = field(default="", repr=False)
    sha256: str = ""


def find_sources(places: Sequence[str], manifest: Path | None = None) -> list[Source]:
    """Documents named by files, folders, globs, URLs (of stores also folders and patterns) and a list, once each.

    Raises UsageError if there are none, for addresses that are not read and for two hashes of one document.
    """
    local = [place for place in places if not is_url(place)]
    sources = [Source(path) for path in (find_documents(local) if local else [])]
    given = [place for place in places if is_url(place)]
    check_urls(given)
    sources += [Source(Path(name_of(url)), url) for one in given for url in documents_at(one, KINDS)]
    sources += [] if manifest is None else _listed(manifest)
    if not sources:
        raise UsageError("no document named; give files, folders, globs or URLs, or --manifest FILE")
    check_urls(source.url for source in sources if source.url)
    once: dict[str, Source] = {}
    for source in sources:
        key = source.url or os.path.realpath(source.path)
        kept = once.setdefault(key, source)
        if kept.sha256 and source.sha256 and kept.sha256 != source.sha256:
            raise UsageError(f"{source.path.name} is listed with two different hashes; keep the right one")
        if source.sha256:
            once[key] = source
    return list(once.values())


def _listed(manifest: Path) -> list[Source]:
    found = []
    for one in read_list(manifest):
        url = one.place if is_url(one.place) else ""
        path = Path(safe_name(one.file) if one.file else name_of(url)) if url else Path(one.place)
        found.append(Source(path, url, one.sha256.lower()))
    return found


def find_documents(places: Sequence[str]) -> list[Path]:
    """Documents named by files, folders (searched through) and globs, once each, in order.

    Raises UsageError if there are none.
    """
    found: dict[Path, Path] = {}
    for place in places:
        path = Path(place)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_document(p))
        elif path.exists() or not any(c in place for c in "*?["):
            inside = [path]
        else:
            inside = sorted(p for p in map(Path, glob(place, recursive=True)) if _is_document(p))
        for one in inside:
            found.setdefault(Path(os.path.realpath(one)), one)  # resolve() raises on a link to itself
    if not found:
        raise UsageError(f"no PDF or DOCX found in {', '.join(places)}; name files, folders or globs")
    return list(found.values())


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in KINDS and path.is_file()


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """A temporary folder for the copy of a remote document; no folder ("") for a local one."""
    if not url:
        yield ""
        return
    with TemporaryDirectory(prefix="soesift-", ignore_cleanup_errors=True) as folder:
        yield folder


def bring(url: str, here: Path, sha256: str) -> None:
    """Copy a remote document to `here`, and check the bytes there. Raises DocumentError."""
    if url:
        copy(url, here)
    if sha256 and (there := file_sha256(here)) != sha256:
        raise DocumentError(f"{here.name}: its bytes have the hash {there}, and {sha256} is listed; one is wrong")
