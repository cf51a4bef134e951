"""A batch: what ClinicalTrials.gov says of each trial's documents (API v2), and every one asked for.

They come one after the other. A bad one is an outcome and never stops the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.detect.sources import read_rows, read_text
from soesift.errors import UsageError
from soesift.fetch.download import FetchError, TryAgain, Visitor, WrongFile, check_status, fetch_file, persist, verify
from soesift.files import safe_stem, write_atomically
from soesift.json_lines import json_lines

API = "https://clinicaltrials.gov/api/v2"
STORE = "https://cdn.clinicaltrials.gov/large-docs"
FIELDS = "NCTId,DocumentSection"
Kind = Literal["protocol", "sap", "icf", "all"]
_NCT = re.compile(r"NCT\d{8}")

INDEX = "index.jsonl"
Entry = dict[str, str | int]
Tick = Callable[[str, int, int | None], None]  # file, bytes so far, bytes in all


class LargeDoc(BaseModel):
    """One entry of `documentSection.largeDocumentModule.largeDocs`; what else it holds is left alone."""

    model_config = ConfigDict(extra="ignore")

    filename: str
    typeAbbrev: str = ""
    hasProtocol: bool = False
    hasSap: bool = False
    hasIcf: bool = False
    label: str = ""
    date: str = ""
    uploadDate: str = ""
    size: int | None = None


def nct_id(text: str) -> str:
    """`text` as a registry number, in capitals; raises FetchError if it is none."""
    name = text.strip().upper()
    if not _NCT.fullmatch(name):
        raise FetchError(f"{text.strip()[:40]!r} is no trial number; it is NCT and eight digits, such as NCT01234567")
    return name


def list_documents(visitor: Visitor, nct: str, api: str = API) -> tuple[str, list[LargeDoc]]:
    """The trial's present number (an old one leads to it) and its documents, none if it has posted none.

    Raises FetchError if the registry does not know the trial or does not answer.
    """
    url = f"{api.rstrip('/')}/studies/{nct}"

    def once() -> Any:
        response = visitor.client.get(url, params={"fields": FIELDS, "format": "json"})
        check_status(response, nct)
        try:
            return response.json()
        except ValueError:  # a page of the edge, say
            raise TryAgain(f"answers with no JSON for {nct}") from None

    return read_study(persist(visitor, urlsplit(url).netloc, once), nct)


def read_study(study: Any, nct: str) -> tuple[str, list[LargeDoc]]:
    """Number and documents of a study as the API writes it; raises FetchError for another shape."""
    try:
        identity = study.get("protocolSection", {}).get("identificationModule", {})
        found = study.get("documentSection", {}).get("largeDocumentModule", {}).get("largeDocs", [])
        return nct_id(identity.get("nctId", nct)), [LargeDoc.model_validate(entry) for entry in found]
    except (AttributeError, TypeError, ValidationError) as error:
        raise FetchError(f"{nct}: the registry's answer has another shape than API v2; update soesift") from error


def choose(documents: list[LargeDoc], kind: Kind) -> list[LargeDoc]:
    """Those that hold a protocol (or analysis plan, or consent form), each file once."""
    return list({d.filename: d for d in documents if holds(d, kind)}.values())


def holds(document: LargeDoc, kind: Kind) -> bool:
    """Whether a document is, among others, of a kind; older entries name it in the abbreviation alone."""
    told = {"protocol": document.hasProtocol, "sap": document.hasSap, "icf": document.hasIcf, "all": True}
    if kind == "all" or any(told[k] for k in ("protocol", "sap", "icf")):
        return told[kind]
    return {"protocol": "Prot", "sap": "SAP", "icf": "ICF"}[kind] in document.typeAbbrev.split("_")


def document_url(nct: str, filename: str, store: str = STORE) -> str:
    """Where a document lies: the store's folders are named by the number's last two digits."""
    return f"{store.rstrip('/')}/{nct[-2:]}/{nct}/{quote(filename, safe='')}"


# Which documents are asked for: trial numbers, or a manifest (JSON Lines, TSV or CSV) with what is known of each.
#
# A manifest's rows have `nct`, `url` or both, and may have `file` (the name to save under), `document` (the file's
# name in the registry), `sha256`, `bytes` and `date`. Other columns are left alone, so that an index written by
# `soesift fetch`, or a benchmark's list with strata and sponsors, is a manifest.
class Wanted(BaseModel):
    """One document asked for, or with `nct` alone every protocol of a trial."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    nct: str = ""
    url: str = Field("", pattern=r"^(https?://.+)?$")
    file: str = ""
    document: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")
    bytes: int | None = Field(None, gt=0)
    date: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.nct or self.file or self.url


def one_trial(nct: str) -> Wanted:
    """A trial's documents, with nothing known of them."""
    return Wanted.model_validate({"nct": nct})


def read_manifest(path: Path) -> list[Wanted]:
    """The rows of a manifest; raises UsageError, naming the line, if one asks for nothing or is wrong."""
    rows = read_rows(read_text(path), path)
    wanted = [_row(row, f"{path}, line {number}") for number, row in rows]
    if not wanted:
        raise UsageError(f"{path}: holds no row; give one document a line")
    return wanted


def _row(row: Any, where: str) -> Wanted:
    try:
        wanted = Wanted.model_validate(row)
    except ValidationError as error:
        raise UsageError(f"{where}: {first_mistake(error, 'row')}") from None
    if not (wanted.nct or wanted.url):
        raise UsageError(f"{where}: has neither nct nor url; a row needs one of them")
    return wanted


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
        one.model_copy(
            update={
                "nct": nct,
                "url": document_url(nct, d.filename, place.store),
                "date": d.date,
                "label": d.label,
                "bytes": d.size,
                "document": d.filename,
            }
        )
        for d in chosen
    ]
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
        note(
            index,
            {
                "nct": one.nct,
                "file": one.file,
                "sha256": sha256,
                "url": one.url,
                "bytes": size,
                "date": one.date,
                "label": one.label,
                "fetched": moment,
            },
        )
    return Outcome(one.nct or one.file, state, one.file, size)
