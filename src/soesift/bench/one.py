"""One built-in system on one document: `python -m soesift.bench.one SYSTEM DOCUMENT OUT`."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

from soesift.bench.run import OURS
from soesift.classify.shipped import load_judge
from soesift.detect.reading import Reading, read_pdf
from soesift.document.pdf import open_pdf
from soesift.errors import UsageError
from soesift.table.record import TableRecord

# Zero-shot system: an LLM behind an OpenAI-compatible address is asked of each table whether it is a schedule.
#
# Tables are found by this package; those that the linear model thinks hopeless (below GATE) are not sent. The address
# is SOESIFT_BENCH_LLM_URL (such as http://127.0.0.1:8080/v1), the model SOESIFT_BENCH_LLM_MODEL, a key, if one is
# needed, SOESIFT_BENCH_LLM_KEY. Without an address nothing is sent anywhere, and the system is listed as not run.

URL, MODEL, KEY = "SOESIFT_BENCH_LLM_URL", "SOESIFT_BENCH_LLM_MODEL", "SOESIFT_BENCH_LLM_KEY"
GATE = 0.01  # probability of the linear model
ROWS, COLUMNS, LETTERS = 15, 12, 2500  # of a table, as it is shown
SECONDS = 300.0
QUESTION = (
    "Below is one table of a clinical trial protocol. Is it a Schedule of Events (also Schedule of Assessments or "
    "Activities), or part of one: a grid that says which procedures are done at which planned visits or times? Lists "
    "of contents, objectives, dose changes and laboratory tests are none. Answer with one word, YES or NO.\n\n"
)


def zero_shot(path: Path) -> list[int]:
    """Pages, from 1, with a table that the model answers YES to. Raises UsageError with the reason of a failure."""
    records = [r for page in read_pdf(path, "", Reading()) for r in page.records]
    if not records:
        return []
    likely = load_judge("linear").probabilities(records).sum(axis=1)
    asked = [r for r, p in zip(records, likely, strict=True) if p >= GATE]
    return sorted({r.page for r in asked if r.page and says_yes(ask(QUESTION + shown(r)))})


def shown(record: TableRecord) -> str:
    """Caption and the first rows and columns, cells parted by bars."""
    rows = [" | ".join(row[:COLUMNS]) for row in record.grid[:ROWS]]
    return "\n".join([record.caption, *rows])[:LETTERS]


def says_yes(answer: str) -> bool:
    """Whether the first YES or NO of an answer is a YES; an answer without either is none."""
    word = re.search(r"\b(yes|no)\b", answer, re.IGNORECASE)
    return word is not None and word[0].lower() == "yes"


def ask(question: str) -> str:
    """One answer of the configured model, temperature 0; raises UsageError."""
    url = os.environ.get(URL, "")
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{URL} holds no http address; set it to the /v1 address of an OpenAI-compatible server")
    body = {
        "model": os.environ.get(MODEL, "default"),
        "temperature": 0,
        "max_tokens": 4,
        "messages": [{"role": "user", "content": question}],
    }
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(KEY):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url.rstrip("/") + "/chat/completions", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:
            return str(json.load(reply)["choices"][0]["message"]["content"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise UsageError(f"{URL}: no answer ({type(error).__name__}: {error}); check server and model") from None


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
