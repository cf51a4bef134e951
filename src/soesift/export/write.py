"""One call for every format: `write(result, kind, place, stem)`. A writer is loaded when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from soesift.errors import UsageError
from soesift.result.models import Result


@dataclass(frozen=True, slots=True)
class Writer:
    """ending: of the file after the stem; place: "module:function" in `soesift.export`; many: it writes files into a
    folder, which begin with the stem; option: what else it takes, "pdf" (html), "study" (usdm) or "repeat" (csv)."""

    ending: str
    place: str
    many: bool = False
    option: str = ""


WRITERS: dict[str, Writer] = {
    "json": Writer(".json", "result.store:write_result"),
    "visits": Writer("_visits", "export.visits:write_visits"),
    "usdm": Writer("_usdm.json", "export.usdm:write_usdm", option="study"),
    "usdm4-input": Writer("_usdm4-input.json", "export.usdm4_input:write_usdm4_input"),
    "soa2usdm": Writer("", "export.soa2usdm:write_soa2usdm", many=True),
    "usdm4-excel": Writer("_usdm4.xlsx", "export.usdm4_excel:write_usdm4_excel"),
    "fhir": Writer("_fhir.json", "export.fhir:write_fhir"),
    "redcap": Writer("", "export.redcap:write_redcap", many=True),
    "odm": Writer("_odm.xml", "export.odm:write_odm"),
    "xlsx": Writer(".xlsx", "export.xlsx:write_xlsx"),
    "csv": Writer("", "export.csv:write_csv", many=True, option="repeat"),
    "html": Writer(".html", "export.html:write_html", option="pdf"),
    "docx": Writer(".docx", "export.docx:write_docx"),
    "m11": Writer("_m11.docx", "export.docx:write_m11"),
    "docling": Writer("_docling.json", "export.docling:write_docling", option="pdf"),
    "parquet": Writer("", "export.parquet:write_parquet", many=True),
}


def write(
    result: Result, kind: str, folder: Path | str, stem: str, *, name: str | None = None, **options: Any
) -> list[Path]:
    """Write a result as `kind` into a folder, its file called `stem` and the kind's ending, or `name`; the paths.

    Options: `pdf`, the document itself (html); `study`, facts of the study (usdm); `repeat`,
    the text of merged cells at each of their places (csv). Raises UsageError for an unknown
    kind, WriteError, MissingExtra.
    """
    if kind not in WRITERS:
        raise UsageError(f"{kind}: no such format; choose from {', '.join(WRITERS)}")
    writer, folder = WRITERS[kind], Path(folder)
    module, _, function = writer.place.partition(":")
    call = getattr(import_module(f"soesift.{module}"), function)
    if writer.many:
        extra = {writer.option: options[writer.option]} if options.get(writer.option) is not None else {}
        return list(call(result, folder, stem, **extra))
    given = [options[writer.option]] if options.get(writer.option) is not None else []
    made = call(result, folder / (name or stem + writer.ending), *given)
    return list(made) if isinstance(made, list) else [made]
