"""How a document is to be read: one frozen set of options, from the command line to the last reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict

MORE_TIME = "raise --timeout, or seconds of the service"  # ends what is said of a page that more time might read
Ocr = Literal["auto", "never", "always"]
LATE = f"no time left for OCR; {MORE_TIME}"
OCR_SHARE = 0.75  # of the time for a document: then no further picture is begun, so that what is found is written


class Awaiting(Exception):  # no error: the document is to be read when its pictures have been
    """Pages of a document whose pictures are to be read into `folder` first; `pages` are numbers from 1."""

    def __init__(self, pages: list[int], folder: Path) -> None:
        super().__init__(f"pictures of {len(pages)} pages")
        self.pages, self.folder = pages, folder


class ReadFields(TypedDict, total=False):
    """The fields of ReadOptions, for those who give some of them by name."""

    ocr: Ocr
    pages: range | None
    password: str | None
    ocr_seconds: float | None
    scans: Path | None
    without: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """ocr: pages without text are read from their pictures, never are, or all pages are. pages: only these, from 1.
    password: opens encrypted PDFs. ocr_seconds: after so many no further picture is begun. scans: pictures of pages are
    not read, but taken from this folder (`detect.scans`). without: pages, from 1, that are not touched, each with why.
    """

    ocr: Ocr = "auto"
    pages: range | None = None
    password: str | None = field(default=None, repr=False)
    ocr_seconds: float | None = None
    scans: Path | None = None
    without: Mapping[int, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """What of them a result depends on, as it says."""
        span = "" if self.pages is None else f"{self.pages.start}-{self.pages.stop - 1}"
        return {"ocr": self.ocr, "pages": span}

    def packed(self) -> dict[str, Any]:
        """As JSON can hold it; what a reader is told with its task (time, pages to leave alone) is left out."""
        pages = None if self.pages is None else [self.pages.start, self.pages.stop]
        scans = "" if self.scans is None else str(self.scans)
        return {"ocr": self.ocr, "pages": pages, "password": self.password, "scans": scans}

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> ReadOptions:
        pages = None if packed["pages"] is None else range(*packed["pages"])
        scans = Path(packed["scans"]) if packed["scans"] else None
        return cls(packed["ocr"], pages, packed["password"], scans=scans)


USUAL = ReadOptions()
