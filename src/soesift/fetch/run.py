"""A batch: every document asked for, one after the other; a bad one is an outcome and never stops the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from soesift.errors import UsageError
from soesift.fetch.download import FetchError, Visitor, WrongFile, fetch_file, verify
from soesift.fetch.registry import API, STORE, Kind, Wanted, choose, document_url, list_documents, nct_id
from soesift.files import safe_stem, write_atomically
from soesift.json_lines import json_lines

INDEX = "index.jsonl"
Entry = dict[str, str | int]
Tick = Callable[[str, int, int | None], None]  # file, bytes so far, bytes in all


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents come from and go to."""

    out: Path
    api: str = API
    store: str = STORE
    kind: Kind = "protocol"


@dataclass(slots=True)
class Outcome:
    """What became of one document, or of a trial that has none or is wrong."""

    nct: str
    state: Literal["fetched", "kept", "none", "failed"]
    file: str = ""
    bytes: int = 0
    why: str = ""


@dataclass(slots=True)
class Index:
    """OUT/index.jsonl: a line a file with nct, file, sha256, url, bytes, date, label and fetched (UTC)."""

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)  # by file


def read_index(out: Path) -> Index:
    """The index of a folder, empty if there is none; raises UsageError for one that is not of this kind."""
    index = Index(out / INDEX)
    if index.path.exists():
        try:
            for entry in json_lines(index.path):
                index.entries[entry["file"]] = entry
        except (UsageError, KeyError, TypeError):
            raise UsageError(f"{index.path}: is no index of soesift fetch; choose another --out") from None
    return index


def note(index: Index, entry: Entry) -> None:
    """Put a file into the index, and the index on disk."""
    index.entries[str(entry["file"])] = entry
    rows = sorted(index.entries.values(), key=lambda e: (str(e["nct"]), str(e["file"])))
    write_atomically(index.path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def fetch_all(wanted: Sequence[Wanted], visitor: Visitor, place: Place, tick: Tick | None = None) -> Iterator[Outcome]:
    """Outcomes as they come; the index is written after each file."""
    index = read_index(place.out)
    for one in wanted:
        try:
            yield from _fetch_trial(one, visitor, place, index, tick)
        except FetchError as error:
            yield Outcome(one.name, "failed", one.file, why=str(error))
        except OSError as error:
            why = f"{one.name}: cannot be written ({error.strerror}); free some space or choose another --out"
            yield Outcome(one.name, "failed", one.file, why=why)


def _fetch_trial(one: Wanted, visitor: Visitor, place: Place, index: Index, tick: Tick | None) -> Iterator[Outcome]:
    """The documents of one row: its own address, or what the registry lists."""
    if one.nct:
        one = one.model_copy(update={"nct": nct_id(one.nct)})
    if one.url:
        yield _fetch_one(_named(one, one.url.split("?")[0].rsplit("/", 1)[-1]), visitor, place, index, tick)
        return
    if (kept := _kept_by_hash(one, place, index)) is not None:
        yield kept
        return
    nct, listed = list_documents(visitor, one.nct, place.api)
    chosen = [d for d in listed if d.filename == one.document] if one.document else choose(listed, place.kind)
    if not chosen:
        kind = one.document or {"all": "document"}.get(place.kind, place.kind)
        yield Outcome(one.nct, "failed" if one.document else "none", why=f"{one.nct}: no {kind} is posted")
        return
    each = [
        one.model_copy(update={"nct": nct, "url": document_url(nct, d.filename, place.store), "date": d.date,
                               "label": d.label, "bytes": d.size, "document": d.filename})
        for d in chosen
    ]  # fmt: skip
    if one.sha256 and len(each) > 1:
        yield _fetch_matching(each, visitor, place, index, tick)
        return
    for number, document in enumerate(each):
        name = document if not number else document.model_copy(update={"file": ""})
        try:
            yield _fetch_one(_named(name, document.document), visitor, place, index, tick)
        except FetchError as error:
            yield Outcome(nct, "failed", document.document, why=str(error))


def _fetch_matching(each: list[Wanted], visitor: Visitor, place: Place, index: Index, tick: Tick | None) -> Outcome:
    """Of a trial's documents the one with the hash asked for; raises the last FetchError if none has it."""
    last = FetchError(f"{each[0].nct}: no document has the sha256 asked for")
    for document in each:
        try:
            return _fetch_one(_named(document, document.document), visitor, place, index, tick)
        except FetchError as error:
            last = error
    raise last


def _kept_by_hash(one: Wanted, place: Place, index: Index) -> Outcome | None:
    """A row with a hash that the folder already has needs no question to the registry."""
    for name, entry in index.entries.items():
        if one.sha256 and entry["sha256"] == one.sha256.lower() and one.file in ("", name):
            with suppress(WrongFile, OSError):
                verify(place.out / name, one.sha256)
                return Outcome(one.nct, "kept", name, int(entry["bytes"]))
    return None


def _named(one: Wanted, document: str) -> Wanted:
    """With a file name of its own: the one asked for, else number and name in the registry."""
    asked = Path(one.file or (f"{one.nct}_{document}" if one.nct else document))
    return one.model_copy(update={"file": safe_stem(asked.name.removesuffix(asked.suffix)) + ".pdf"})


def _fetch_one(one: Wanted, visitor: Visitor, place: Place, index: Index, tick: Tick | None) -> Outcome:
    """Download a document unless the folder has it already. Raises FetchError."""
    target = place.out / one.file
    known = index.entries.get(one.file, {})
    same = known.get("url") == one.url and (one.bytes is None or known.get("bytes") == one.bytes)
    expected = one.sha256 or (str(known["sha256"]) if same else "")
    state: Literal["fetched", "kept"] = "kept"
    try:
        sha256 = verify(target, expected, one.bytes)
    except (WrongFile, OSError):
        place.out.mkdir(parents=True, exist_ok=True)
        told = None if tick is None else lambda have, total: tick(one.file, have, total)
        sha256, state = fetch_file(visitor, one.url, target, one.sha256, one.bytes, told), "fetched"
    size = target.stat().st_size
    if state == "fetched" or not known:
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        note(index, {"nct": one.nct, "file": one.file, "sha256": sha256, "url": one.url, "bytes": size,
                     "date": one.date, "label": one.label, "fetched": moment})  # fmt: skip
    return Outcome(one.nct or one.file, state, one.file, size)
