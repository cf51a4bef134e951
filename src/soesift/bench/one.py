"""One built-in system on one document: `python -m soesift.bench.one SYSTEM DOCUMENT OUT`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from soesift.bench.systems import OURS
from soesift.bench.zero_shot import zero_shot
from soesift.classify.shipped import load_judge
from soesift.document.pdf import open_pdf
from soesift.table.record import TableRecord

TITLE = re.compile(
    r"(schedule|table|time)s? (of|and) (study )?(events?|activit\w+|assessments?|procedures|visits)|study "
    r"(flow ?chart|calendar|schedule)|visit schedule|assessment schedule",
    re.IGNORECASE,
)
CONTENTS = re.compile(r"\.{5,}|(\. ){5,}")
MARKS = 8


def main(system: str, document: str, out: str) -> None:
    """Write the system's tables; anything that is raised ends the process, and is the row's failure."""
    path = Path(document)
    found = ours(system, path) if system in OURS else {"tables": spans(BASELINE[system](path))}
    Path(out).write_text(json.dumps(found), "utf-8")


def ours(model: str, path: Path) -> dict[str, Any]:
    """The whole detector, as `soesift detect` runs it."""
    from soesift import Detector

    found: dict[str, Any] = json.loads(Detector.load(model).detect(path).model_dump_json())
    return found


def page_texts(path: Path) -> list[str]:
    """Text of each page as pdfium gives it."""
    texts = []
    with open_pdf(path) as document:
        for index in range(len(document)):
            page = document[index]
            texts.append(page.get_textpage().get_text_range())
            page.close()
    return texts


def keywords(path: Path) -> list[int]:
    """Pages, from 1, with a title and without the dots of a list of contents."""
    return [i for i, text in enumerate(page_texts(path), 1) if TITLE.search(text) and not CONTENTS.search(text)]


def x_marks(path: Path) -> list[int]:
    """Pages, from 1, with at least MARKS words that are a lone X."""
    return [i for i, text in enumerate(page_texts(path), 1) if sum(w in ("X", "x") for w in text.split()) >= MARKS]


def plumber(path: Path) -> list[int]:
    """Pages with a grid of pdfplumber's that our linear model takes for a schedule."""
    import pdfplumber

    records = []
    with pdfplumber.open(path) as document:
        for number, page in enumerate(document.pages, 1):
            for grid in page.extract_tables():
                cells = [[" ".join(str(c or "").split()) for c in row] for row in grid]
                records.append(_record(path, number, cells, (float(page.width), float(page.height))))
            page.close()
    return judged(records)


def camelot(path: Path) -> list[int]:
    """Pages with a grid of camelot's that our linear model takes for a schedule."""
    import camelot as reader  # of the dependency group `bench`

    tables = reader.read_pdf(str(path), pages="all", flavor="lattice")
    grids = [(t.page, [[" ".join(str(c).split()) for c in row] for row in t.df.to_numpy().tolist()]) for t in tables]
    return judged([_record(path, page, grid, None) for page, grid in grids])


def judged(records: list[TableRecord]) -> list[int]:
    """Pages of the records that the shipped linear model takes for schedules."""
    judge = load_judge("linear")
    if not records:
        return []
    p = judge.probabilities(records)[:, 0]
    return sorted({r.page for r, x in zip(records, p, strict=True) if x >= judge.info.threshold and r.page})


def _record(path: Path, page: int, grid: list[list[str]], size: tuple[float, float] | None) -> TableRecord:
    return TableRecord(table_id="", document=path.stem, page=page, page_size=size, grid=grid, header_rows=1)


def spans(pages: list[int]) -> list[dict[str, Any]]:
    """Runs of neighbouring pages as one table each, of the commonest type."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return [{"pages": run, "table_type": "main_soa"} for run in runs]


BASELINE = {"keywords": keywords, "x-marks": x_marks, "pdfplumber": plumber, "camelot": camelot, "llm": zero_shot}

if __name__ == "__main__":
    main(*sys.argv[1:])
