"""One call for every format: `write(result, kind, place, stem)`. A writer is loaded when it is used."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from soesift.errors import UsageError
from soesift.export.wording import review_words
from soesift.files import WriteError, make_folder, safe_stem, sha256_of, sync_folder, write_atomically
from soesift.result.models import Result


@dataclass(frozen=True, slots=True)
class Writer:
    """ending: of the file after the stem; place: "module:function" in `soesift.export`; many: it writes files into a
    folder, which begin with the stem; option: what else it takes, "pdf" (html), "study" (usdm) or "repeat" (csv);
    notes: where a function stands that tells of a result what stays open in such a file, "" for what holds all."""

    ending: str
    place: str
    many: bool = False
    option: str = ""
    notes: str = ""


_HANDED, _EDC = "export.hand_off:open_notes", "export.edc:open_notes"
WRITERS: dict[str, Writer] = {
    "json": Writer(".json", "result.store:write_result"),
    "visits": Writer("_visits", "export.visits:write_visits"),
    "usdm": Writer("_usdm.json", "export.usdm:write_usdm", option="study", notes=_HANDED),
    "usdm4-input": Writer("_usdm4-input.json", "export.usdm4_input:write_usdm4_input", notes=_HANDED),
    "soa2usdm": Writer("", "export.soa2usdm:write_soa2usdm", many=True, notes=_HANDED),
    "usdm4-excel": Writer("_usdm4.xlsx", "export.usdm4_excel:write_usdm4_excel", notes=_HANDED),
    "fhir": Writer("_fhir.json", "export.fhir:write_fhir", notes=_HANDED),
    "redcap": Writer("", "export.edc:write_redcap", many=True, notes=_EDC),
    "odm": Writer("_odm.xml", "export.edc:write_odm", notes=_EDC),
    "xlsx": Writer(".xlsx", "export.xlsx:write_xlsx"),
    "csv": Writer("", "export.csv:write_csv", many=True, option="repeat"),
    "html": Writer(".html", "export.html:write_html", option="pdf"),
    "docx": Writer(".docx", "export.docx:write_docx"),
    "m11": Writer("_m11.docx", "export.docx:write_m11"),
    "docling": Writer("_docling.json", "export.docling:write_docling", option="pdf"),
    "parquet": Writer("", "export.frames:write_parquet", many=True),
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
    call = _at(writer.place)
    if writer.many:
        extra = {writer.option: options[writer.option]} if options.get(writer.option) is not None else {}
        return [*call(result, folder, stem, **extra), *_told(result, kind, folder, stem)]
    given = [options[writer.option]] if options.get(writer.option) is not None else []
    made = call(result, folder / (name or stem + writer.ending), *given)
    return list(made) if isinstance(made, list) else [made]


def open_notes(result: Result, kind: str) -> list[str]:
    """What of a result stays open in a file of this kind, or was simplified, in words."""
    place = WRITERS[kind].notes
    return list(_at(place)(result)) if place else []


def _at(place: str) -> Callable[..., Any]:
    module, _, function = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"soesift.{module}"), function)
    return found


def _told(result: Result, kind: str, folder: Path, stem: str) -> list[Path]:
    """Who signed, or what a signature waits for, beside files that have no room for it; nothing as detected."""
    said = review_words(result)
    if not said or kind == "parquet":
        return []
    return [write_atomically(folder / f"{safe_stem(stem)}_review.txt", f"{said}\n")]


# Write a result in the formats asked for, one stem for all.

Format = Literal["json", "xlsx", "csv", "html", "parquet"]


def write_formats(
    result: Result, out_dir: Path | str, stem: str, formats: Sequence[Format], source: Path | None = None
) -> list[Path]:
    """Write `STEM.json`, `STEM.xlsx`, `STEM_table1.csv`..., `STEM.html` into `out_dir`, and parts of a dataset into
    its folder `parquet`; the paths, in order.

    `source` is the document itself; if it is a PDF, the HTML shows its pages. JSON is written last, so that
    its presence means that all formats are there, as resuming needs. Raises WriteError.
    """
    stem, folder = safe_stem(stem), Path(out_dir)
    written: list[Path] = []
    for kind in sorted(set(formats), key=("xlsx", "csv", "html", "parquet", "json").index):
        written += write(result, kind, folder, stem, pdf=source)
    return written


# Exported files put in their places: nothing is overwritten that no export wrote, or that was changed since.

REGISTER = ".soesift-export.json"  # beside the files: name -> SHA-256 as an export wrote it, and which export
Known = dict[str, tuple[str, str]]


def placed(make: Callable[[Path], list[Path]], folder: Path, which: str, replace: bool = False) -> list[Path]:
    """Move what `make` writes into the folder given to it to `folder`; the paths, in order. Files that an earlier
    export of the same name (`which`) left and this one does not write are deleted.

    Raises UsageError, and moves nothing, where a file is there that no export wrote or that was changed since, unless
    `replace`; WriteError.
    """
    make_folder(folder)
    stage = folder / f".new-{uuid.uuid4().hex[:12]}"
    try:
        made = make(stage)
        known = _known(folder)
        names = {path.name for path in made}
        stale = [folder / name for name, (_, by) in known.items() if by == which and name not in names]
        stale = [path for path in stale if path.is_file() and sha256_of(path) == known[path.name][0]]
        if not replace:
            for path in made:
                _check(folder / path.name, known, path)
        for path in stale:
            path.unlink()
            del known[path.name]
        known |= {path.name: (sha256_of(path), which) for path in made}
        for path in made:
            os.replace(path, folder / path.name)
        sync_folder(folder)
        write_atomically(folder / REGISTER, json.dumps(known, indent=1) + "\n")
    except OSError as error:
        raise WriteError(f"cannot write {folder}: {error.strerror}; choose another --out") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [folder / path.name for path in made]


def _check(target: Path, known: Known, made: Path) -> None:
    before = known.get(target.name, ("", ""))[0]
    if not target.exists() or (target.is_file() and sha256_of(target) in (before, sha256_of(made))):
        return
    why = "was changed since it was exported" if before else "is there, and no export wrote it"
    raise UsageError(f"{target} {why}; give another --out, or --replace to overwrite it")


def _known(folder: Path) -> Known:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        told = json.loads((folder / REGISTER).read_text("utf-8"))
        return {str(name): (str(sha256), str(by)) for name, (sha256, by) in told.items()}
    return {}


# Office files with the same bytes for the same content: no clock times inside.

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip entry can have
_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def same_bytes(archive: bytes) -> bytes:
    """The zip file with fixed times of its entries, and fixed times in `docProps/core.xml`."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(archive)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", data)
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, data)
    return out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of files by name, the same bytes for the same files."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()
