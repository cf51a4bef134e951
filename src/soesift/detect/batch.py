"""Many documents: ids for them, one by one or side by side, what failed reported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import soesift
from soesift.detect.apart import run_apart
from soesift.detect.job import Job, Limits, Outcome, Progress, run_job
from soesift.detect.keep import clear_stages, hash_or_none, ids
from soesift.detect.sources import Source
from soesift.export.write import Format
from soesift.files import file_sha256


def stems(paths: Sequence[Path]) -> list[str]:
    """A file stem for each document, in a folder without results; equal names get a number."""
    return ids(paths, Path(os.devnull), lambda number: "")


def run_batch(
    jobs: Sequence[Job],
    model: str,
    workers: int = 1,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Iterator[Outcome]:
    """Outcomes as documents finish. A document that cannot be read, that takes longer or more memory than
    `limits`, or that brings its process down, is an outcome with `document.error`; the others go on.

    One worker without limits reads in this process. Raises ModelError and WriteError (no space, say).
    """
    if workers <= 1 and limits is None:
        detector = soesift.Detector.load(model)
        for job in jobs:
            yield run_job(job, detector, progress)
        return
    yield from run_apart(jobs, model, workers, limits or Limits(), progress)


def jobs_of(sources: Sequence[Source], out: Path, formats: tuple[Format, ...], **more: Any) -> list[Job]:
    """A job for each document; `more` are other fields of all jobs. Ids are those of earlier results, where their
    bytes are the same (`detect.keep`)."""

    def hash_of(number: int) -> str:
        source = sources[number]
        return source.sha256 if source.sha256 or source.url else hash_or_none(source.path, file_sha256)

    clear_stages(out)
    names = ids([source.path for source in sources], out, hash_of, bool(more.get("replace")))
    return [
        Job(source.path, stem, out, formats, url=source.url, sha256=source.sha256, **more)
        for source, stem in zip(sources, names, strict=True)
    ]
