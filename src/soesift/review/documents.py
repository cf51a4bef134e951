"""The results under review: where they, their sidecars and their documents lie."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from soesift.detect.sources import KINDS
from soesift.errors import SoesiftError, UsageError
from soesift.files import file_sha256, safe_stem
from soesift.result.models import Result
from soesift.result.store import EARLIER, is_result, read_result, sidecar_of, write_result
from soesift.review.apply import Applied, Memo, apply_corrections
from soesift.review.corrections import Correction, add_corrections, read_corrections
from soesift.review.worklist import Item, Standing, items_of, standing_of


@dataclass(frozen=True, slots=True)
class Look:
    """A document as it stands: the result as detected, its corrections, and what they make of it."""

    result: Result
    corrections: list[Correction]
    applied: Applied
    items: list[Item]
    standing: Standing

    @property
    def version(self) -> int:
        return len(self.corrections)


@dataclass(slots=True)
class Document:
    """One result under review. `source`: the document itself, where it was found; `unfinished`: later pages are still
    being read."""

    key: str
    path: Path
    source: Path | None
    unfinished: bool = False
    _seen: tuple[object, Look] | None = field(default=None, repr=False)
    _read: tuple[object, Result] | None = field(default=None, repr=False)
    _memo: Memo = field(default_factory=Memo, repr=False)
    _looking: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)  # short: writing waits for no look

    def look(self) -> Look:
        """The document as it stands now; read again only when a file has changed. Raises UsageError."""
        with self._looking:
            stamp = (_stamp(self.path), _stamp(sidecar_of(self.path)))
            if self._seen is None or self._seen[0] != stamp:
                with self._lock:
                    result, corrections = self._result(), self.corrections()
                    applied = apply_corrections(result, corrections, self._memo)
                self._seen = (stamp, _judged(result, corrections, applied))
            return self._seen[1]

    def corrections(self) -> list[Correction]:
        """All corrections on disk, oldest first. Raises UsageError."""
        return read_corrections(sidecar_of(self.path))

    def tried(self, correction: Correction) -> Applied:
        """What the document would be with one more correction, its items not judged. Raises UsageError."""
        with self._lock:
            return apply_corrections(self._result(), [*self.corrections(), correction], self._memo)

    def _result(self) -> Result:
        """The result as detected; parsed again only when its own file has changed."""
        stamp = _stamp(self.path)
        if self._read is None or self._read[0] != stamp:
            self._read, self._memo = (stamp, read_result(self.path)), Memo()
        return self._read[1]

    def add(self, correction: Correction) -> int:
        """Append one correction to the sidecar, on disk when this returns; how many there are then. Raises
        WriteError."""
        return len(add_corrections(sidecar_of(self.path), [correction]))


def look_at(result: Result, corrections: list[Correction]) -> Look:
    """A result with its corrections in effect."""
    return _judged(result, corrections, apply_corrections(result, corrections))


def _judged(result: Result, corrections: list[Correction], applied: Applied) -> Look:
    """What corrections made of a result says who signed it, or what a signature waits for."""
    items = items_of(result, applied, corrections)
    standing = standing_of(applied, corrections, items)
    info = applied.result.document.model_copy(update={"review": standing.words})
    told = applied._replace(result=applied.result.model_copy(update={"document": info}))
    return Look(result, corrections, told, items, standing)


def corrected_result(path: Path) -> tuple[Result, list[str]]:
    """A result file with its sidecar applied, and one line for each correction that no longer fits it.

    `document.review` says who signed it, or what a signature waits for. Raises UsageError as `read_result` does.
    """
    applied = look_at(read_result(path), read_corrections(sidecar_of(path))).applied
    return applied.result, [f"{one.get('when', '')} by {one.get('who', '')}: {why}" for one, why in applied.left_out]


def corrected_folder(results: Path, into: Path) -> list[str]:
    """Copy the JSON of a folder with corrections in effect; the names of the documents that have any. Nothing is
    copied where none has. Raises UsageError for a result with corrections that cannot be read."""
    touched = [path for path in sorted(results.glob("*.json")) if sidecar_of(path).exists()]
    for path in sorted(results.glob("*.json")) if touched else ():
        if path in touched:
            write_result(corrected_result(path)[0], into / path.name)
        else:
            shutil.copyfile(path, into / path.name)
    return [path.stem for path in touched]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def find_results(places: Sequence[Path]) -> list[Path]:
    """Result files named, or lying in folders (searched through), in order; other JSON there and results that made
    room for later ones are passed over. Raises UsageError if there are none."""
    found: dict[Path, Path] = {}
    for place in places:
        inside = sorted(place.rglob("*.json")) if place.is_dir() else [place]
        for path in inside:
            past = EARLIER in path.relative_to(place).parts[:-1] if place.is_dir() else False
            if not place.is_dir() or (is_result(path) and not past):
                found.setdefault(path.resolve(), path)
    if not found:
        raise UsageError(f"no results in {', '.join(map(str, places))}; run soesift detect first, or name its --out")
    return list(found.values())


def open_documents(results: Sequence[Path], folders: Sequence[Path]) -> dict[str, Document]:
    """Documents by key. The source is looked for in `folders`, beside the result, and beside its folder, by name and
    then hash; without one there are no page pictures. Raises UsageError for a file that is no result.
    """
    sources = _by_name(folders)
    documents = {}
    for path in results:
        result = read_result(path)
        key = key_of(path)
        documents[key] = Document(key, path, _source(path, result, sources))
    return documents


def key_of(path: Path) -> str:
    """By which the result at a path is called in addresses."""
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]


def _by_name(folders: Sequence[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for folder in folders:
        files = _files(folder) if folder.is_dir() else [folder]
        for path in files:
            if path.suffix.lower() in KINDS:
                found.setdefault(path.stem.lower(), []).append(path)
    return found


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def _source(path: Path, result: Result, sources: dict[str, list[Path]]) -> Path | None:
    """The file with the result's hash among those of its name (or named by the hash, as the service stores them)."""
    name, sha256 = result.document.name, result.document.sha256
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    near = [folder / made for folder in (path.parent, path.parent.parent) for made in (name, safe_stem(stem) + suffix)]
    near.append(path.parent.parent / "documents" / f"{sha256}{suffix}")
    named = [*sources.get(stem.lower(), []), *sources.get(sha256, [])]
    for place in [*named, *(p for p in near if p.suffix.lower() in KINDS)]:
        try:
            if place.is_file() and file_sha256(place) == sha256:
                return place
        except (SoesiftError, OSError, ValueError):
            continue
    return None
