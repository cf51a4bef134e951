"""Systems that learn from the benchmark's own labels: each document is judged by one taught with other folds.

The finder and the joins are the same for all; only what judges tables differs. Documents are read once, in this
process, so neither seconds nor memory are of one system, and none are told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from soesift.bench.run import Row
from soesift.detect.options import Ocr
from soesift.errors import SoesiftError, UsageError, fault
from soesift.evaluate.scores import wider_groups
from soesift.files import file_sha256, write_atomically
from soesift.study.detection import SYSTEMS, cross_detect
from soesift.train.baselines import remembered
from soesift.train.gold import ReadDocument, read_document, read_gold

MARK = "held-out.mark"  # beside a system's results: what they were made of
PREFIX = "held-out-"  # before a system's name in the table and its folder: `linear` alone is the shipped model


@dataclass(frozen=True, slots=True)
class Folding:
    """How systems are held out. base: a frozen model for the baselines that embed. groups: documents and sponsors."""

    folds: int = 5
    seed: int = 0
    groups: Path | None = None
    base: str = ""
    max_tokens: int = 128
    ocr: Ocr = "auto"


def run_held_out(
    names: Sequence[str],
    documents: Sequence[Path],
    gold: Path,
    out: Path,
    how: Folding,
    notify: Callable[[str, int, int], None] | None = None,
) -> list[Row]:
    """Write OUT/held-out-NAME/ID.json for each of SYSTEMS named; a row for each document that cannot be read.

    A system whose documents, labels and folds are those of an earlier call is not run again. Raises UsageError.
    """
    wrong = [name for name in names if name not in SYSTEMS]
    if wrong:
        raise UsageError(f"--held-out {wrong[0]}: known are {', '.join(SYSTEMS)}")
    if any("frozen" in name for name in names) and not how.base:
        raise UsageError("--held-out frozen needs --base, a model folder or hub name to embed tables with")
    mark = _mark(documents, gold, how)
    missing = [name for name in names if _kept(out / f"{PREFIX}{name}" / MARK) != mark]
    if missing:
        read, failures = _read(documents, gold, how.ocr, notify)
        for name in missing:
            _one(name, read, failures, out / f"{PREFIX}{name}", how, mark)
    return [row for name in names for row in _failed(out / f"{PREFIX}{name}", documents)]


def _one(name: str, read: Sequence[ReadDocument], failures: dict[str, str], out: Path, how: Folding, mark: str) -> None:
    for old in out.glob("*.json"):
        old.unlink()
    groups = wider_groups([d.path.stem for d in read], how.groups)
    if len(set(groups)) < how.folds:
        raise UsageError(f"--folds {how.folds}: {len(set(groups))} documents or sponsors could be read")
    frozen = remembered(how.base, how.max_tokens) if how.base else None
    cross_detect(read, name, out, groups=groups, folds=how.folds, seed=how.seed, frozen=frozen)
    write_atomically(out / MARK, mark + "\n" + json.dumps(failures))


def _read(
    documents: Sequence[Path], gold: Path, ocr: Ocr, notify: Callable[[str, int, int], None] | None
) -> tuple[list[ReadDocument], dict[str, str]]:
    """The documents that can be read, and why others cannot."""
    labels, read, failures = read_gold(gold), [], {}
    for done, path in enumerate(documents):
        if notify:
            notify(f"read for the held-out systems: {path.name}", done, len(documents))
        try:
            read.append(read_document(path, labels, ocr))
        except SoesiftError as error:
            failures[path.stem] = str(error)
        except Exception as error:  # noqa: BLE001  # a document that breaks a reader is a row of the table
            failures[path.stem] = fault(error)
    return read, failures


def _failed(folder: Path, documents: Sequence[Path]) -> list[Row]:
    failures = json.loads((folder / MARK).read_text("utf-8").partition("\n")[2])
    return [
        Row(system=folder.name, document=path.stem, sha256="", command=[], failure=failures[path.stem])
        for path in documents
        if path.stem in failures
    ]


def _kept(path: Path) -> str:
    try:
        return path.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def _mark(documents: Sequence[Path], gold: Path, how: Folding) -> str:
    """Names what results depend on: the program's version, documents, labels, folds, sponsors, base."""
    files = [*documents, *sorted(gold.glob("*.json")), *([how.groups] if how.groups else [])]
    told = [[path.name, file_sha256(path)] for path in files]
    return hashlib.sha256(repr((version("soesift"), told, how)).encode()).hexdigest()
