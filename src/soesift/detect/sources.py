"""Where documents come from: paths, addresses and lists of both, each once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory

from soesift.detect.remote import check_urls, copy, documents_at, is_url, name_of, read_list, safe_name
from soesift.document.kind import ENDINGS
from soesift.errors import DocumentError, UsageError
from soesift.files import file_sha256

KINDS = ENDINGS


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
