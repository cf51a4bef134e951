"""Versions from files: results of `soesift detect`, or protocols, which are then detected."""

from __future__ import annotations

from pathlib import Path

from soesift.detect.detector import Detector
from soesift.diff.compare import compare_documents
from soesift.diff.from_schedule import sheet_of
from soesift.diff.models import ScheduleDiff, Version
from soesift.document.kind import ENDINGS
from soesift.errors import UsageError
from soesift.result.models import Result


def read_version(path: Path, model: str = "default") -> Result:
    """The result at `path` with the corrections that people made of it, or that of detecting the document there.

    Raises UsageError for another kind of file, DocumentError and ModelError as `Detector` does.
    """
    if path.suffix.lower() in ENDINGS:
        return Detector.load(model).detect(path)
    if path.suffix.lower() != ".json":
        raise UsageError(f"{path}: neither a result nor a protocol; give ID.json of soesift detect, or a PDF or DOCX")
    from soesift.review.apply import corrected_result

    return corrected_result(path)[0]


def diff_results(old: Result, new: Result) -> ScheduleDiff:
    """The difference of two results. Raises MissingExtra without rapidfuzz or scipy."""
    found = compare_documents(
        [sheet_of(t) for t in old.tables], [sheet_of(t) for t in new.tables], (_version(old), _version(new))
    )
    found.cautions = [*_cautions("old", old), *_cautions("new", new)]
    return found


def _version(result: Result) -> Version:
    return Version(name=result.document.name, sha256=result.document.sha256)


def _cautions(which: str, result: Result) -> list[str]:
    """Why a difference may be one of reading."""
    document = result.document
    said = [f"{which}: not read: {document.error}"] if document.error else []
    if document.has_soe == "unsure" and not document.error:
        said.append(f"{which}: detection is unsure whether all schedules were found")
    if not result.tables and not document.error:
        said.append(f"{which}: no schedule was found")
    for table in result.tables:
        shaky = [flag for flag in table.flags if flag in ("image_only", "redacted", "borderless")]
        if shaky:
            said.append(f"{which}: table {table.id} is {', '.join(shaky)}; check its differences on the page")
    return said
