"""What ClinicalTrials.gov says of a trial's documents, and where they lie (API v2, documentSection)."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from soesift.fetch.polite import FetchError, TryAgain, Visitor, check_status, persist

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
