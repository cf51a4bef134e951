"""Zero-shot system: an LLM behind an OpenAI-compatible address is asked of each table whether it is a schedule.

Tables are found by this package; those that the linear model thinks hopeless (below GATE) are not sent. The address
is SOESIFT_BENCH_LLM_URL (such as http://127.0.0.1:8080/v1), the model SOESIFT_BENCH_LLM_MODEL, a key, if one is
needed, SOESIFT_BENCH_LLM_KEY. Without an address nothing is sent anywhere, and the system is listed as not run.
"""

from __future__ import annotations

import json
import os
import re
import urllib.request
from pathlib import Path

from soesift.classify.shipped import load_judge
from soesift.detect.reading import Reading, read_pdf
from soesift.errors import UsageError
from soesift.table.record import TableRecord

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
        "model": os.environ.get(MODEL, "default"), "temperature": 0, "max_tokens": 4,
        "messages": [{"role": "user", "content": question}],
    }  # fmt: skip
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(KEY):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url.rstrip("/") + "/chat/completions", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:
            return str(json.load(reply)["choices"][0]["message"]["content"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise UsageError(f"{URL}: no answer ({type(error).__name__}: {error}); check server and model") from None
