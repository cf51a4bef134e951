"""What ClinicalTrials.gov says of a trial's documents, and where they lie (API v2, documentSection)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.detect.remote import read_rows, read_text
from soesift.errors import UsageError
from soesift.fetch.download import FetchError, TryAgain, Visitor, check_status, persist

API = "https://clinicaltrials.gov/api/v2"
STORE = "https://cdn.clinicaltrials.gov/large-docs"
FIELDS = "NCTId,DocumentSection"
Kind = Literal["protocol", "sap", "icf", "all"]
_NCT = re.compile(r"NCT\d{8}")


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
