"""Scores of a system's results: the shipped scorers, with intervals over documents and a row per stratum."""

from __future__ import annotations

import base64
import html
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from soesift.bench.run import Row
from soesift.errors import UsageError
from soesift.evaluate import marks, pages
from soesift.evaluate.report import page_f1
from soesift.evaluate.scores import optional, ratios
from soesift.files import write_atomically

PLAIN = "text"  # stratum of tables without a flag


class Score(NamedTuple):
    """strict, broad: summaries of `evaluate.pages`. f1: page F1 strict, low, high. strata: recall, found, pages."""

    system: str
    note: str
    strict: dict[str, float]
    broad: dict[str, float]
    f1: list[float]
    marks: float | None
    strata: dict[str, tuple[float, int, int]]
    documents: int
    failures: dict[str, str]
    seconds: float | None
    peak_mb: float | None


def score(
    system: str, note: str, results: Path, gold: Path, cells: Path | None, rows: list[Row], resamples: int
) -> Score:
    """Score a folder of results; documents without one count as nothing found. Raises UsageError."""
    strict, broad = pages.score_folder(gold, results), pages.score_folder(gold, results, broad=True)
    counts = np.array([one.pages for one in strict.documents.values()])
    ran = [row for row in rows if row.system == system]
    seconds = [row.seconds for row in ran if row.seconds is not None]
    peaks = [row.peak_mb for row in ran if row.peak_mb is not None]
    return Score(
        system,
        note,
        strict.summary,
        broad.summary,
        page_f1(counts, resamples),
        round(marks.score_folder(cells, results).f1, 4) if cells and _has_grids(results) else None,
        strata(gold, results),
        len(strict.documents),
        {row.document: row.failure for row in ran if row.failure},
        round(float(np.median(seconds)), 2) if seconds else None,
        round(max(peaks)) if peaks else None,
    )


def strata(gold: Path, results: Path) -> dict[str, tuple[float, int, int]]:
    """Page recall (strict tables) by the flags of gold tables: (recall, found, pages) of each."""
    wanted: dict[str, set[tuple[str, int]]] = defaultdict(set)
    found: set[tuple[str, int]] = set()
    for name, label in pages.read_gold(gold)[0].items():
        path = gold / name
        found |= {(path.stem, page) for page in found_pages(results / path.name)}
        doubtful = {entry["page"] for entry in label.get("uncertain_pages", [])}
        for table in label["soe_tables"]:
            if table["type"] in pages.STRICT:
                for flag in table.get("flags") or [PLAIN]:
                    wanted[flag] |= {(path.stem, page) for page in set(table["grid_pages"]) - doubtful}
    hits = {flag: len(places & found) for flag, places in wanted.items()}
    return {
        flag: (round(float(ratios(hits[flag], hits[flag], len(places)).recall), 4), hits[flag], len(places))
        for flag, places in sorted(wanted.items())
        if places
    }


def found_pages(path: Path) -> set[int]:
    """Pages of the schedules of a result; none where it cannot be read."""
    try:
        tables: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["tables"]
        return {page for table in tables if table["table_type"] in pages.STRICT for page in table["pages"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _has_grids(results: Path) -> bool:
    return any('"grid"' in path.read_text("utf-8") for path in sorted(results.glob("*.json"))[:20])


# The benchmark's table: Markdown, JSON and one HTML page with a plot, all from the same scores.

START, END = "<!-- figures: soesift bench --write -->", "<!-- end of figures -->"
HEAD = [
    "system",
    "page F1 strict (95 %)",
    "recall",
    "precision",
    "F1 broad",
    "tables F1",
    "marks F1",
    "complete",
    "false alarms",
    "worst stratum's recall",
    "s/document",
    "peak MB",
    "failed",
]


def cells_of(s: Score) -> list[str]:
    """One row, in the order of HEAD."""
    low = min(s.strata.items(), key=lambda item: item[1][0], default=None)
    return [
        s.system,
        f"{s.f1[0]:.4f} ({s.f1[1]:.3f} to {s.f1[2]:.3f})",
        f"{s.strict['pages_pooled_recall']:.4f}",
        f"{s.strict['pages_pooled_precision']:.4f}",
        f"{s.broad['pages_pooled_f1']:.4f}",
        f"{s.strict['tables_pooled_f1']:.4f}",
        "-" if s.marks is None else f"{s.marks:.4f}",
        f"{s.strict['all_pages_found']:g}/{s.strict['with_schedule']:g}",
        f"{s.strict['false_alarms_without_schedule']:g}",
        "-" if low is None else f"{low[1][0]:.3f} ({low[0]})",
        "-" if s.seconds is None else f"{s.seconds:.1f}",
        "-" if s.peak_mb is None else f"{s.peak_mb:.0f}",
        f"{len(s.failures)}" if s.failures else "0",
    ]


def markdown(scores: list[Score], skipped: dict[str, str]) -> str:
    """Systems best first, strata below, and who did not run and why."""
    ordered = sorted(scores, key=lambda s: -s.f1[0])
    flags = sorted({flag for s in scores for flag in s.strata})
    lines = [_row(HEAD), _row(["---"] * len(HEAD)), *(_row(cells_of(s)) for s in ordered), ""]
    lines += [
        "Page recall by stratum (pages found / pages):",
        "",
        _row(["system", *flags]),
        _row(["---"] * (len(flags) + 1)),
    ]
    lines += [_row([s.system, *(_stratum(s, flag) for flag in flags)]) for s in ordered]
    lines += ["", *(f"- {s.system}: {s.note}" for s in ordered if s.note)]
    lines += [f"- not run: {name}: {why}" for name, why in skipped.items()]
    lines += [f"- failed: {s.system} on {document}: {why}" for s in ordered for document, why in s.failures.items()]
    return "\n".join(lines) + "\n"


def _stratum(s: Score, flag: str) -> str:
    recall, found, pages = s.strata.get(flag, (float("nan"), 0, 0))
    return f"{recall:.3f} ({found}/{pages})"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_tables(out: Path, scores: list[Score], skipped: dict[str, str]) -> list[Path]:
    """bench.md, bench.json and bench.html in `out`."""
    text = markdown(scores, skipped)
    data = {"scores": [s._asdict() for s in scores], "not_run": skipped}
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / "bench.md", out / "bench.json", out / "bench.html"]
    for path, content in zip(paths, (text, json.dumps(data, indent=1) + "\n", page(text, scores)), strict=True):
        write_atomically(path, content)
    return paths


def write_between(page: Path, text: str) -> None:
    """Put `text` between the page's two marks, and leave the rest; raises UsageError if they are not there."""
    try:
        whole = page.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"--write {page}: {error.strerror or error}; give a page that is there") from error
    head, start, rest = whole.partition(START)
    _, end, tail = rest.partition(END)
    if not start or not end:
        raise UsageError(f"--write {page}: has no lines {START} and {END}; put them where the figures go")
    write_atomically(page, f"{head}{START}\n\n{text}\n{END}{tail}")


def page(text: str, scores: list[Score]) -> str:
    """Self-contained HTML: the plot, and the Markdown's tables."""
    body = [f'<img alt="page recall and precision of each system" src="data:image/png;base64,{plot(scores)}">']
    table: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        body += [_table(table)] if table else []
        table = []
        body += [f"<p>{html.escape(line)}</p>"] if line else []
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>SoE-Bench</title><style>body{font:15px sans-serif;'
        "margin:2em;max-width:80em}td,th{border:1px solid #999;padding:.3em .5em;text-align:left}table{border-collapse:"
        f"collapse}}</style><h1>SoE-Bench</h1>{''.join(body)}</html>\n"
    )


def _table(lines: list[str]) -> str:
    rows = [[html.escape(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f"<th scope=col>{cell}</th>" for cell in rows[0])
    rest = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
    return f"<table><tr>{head}</tr>{rest}</table>"


def plot(scores: list[Score]) -> str:
    """Recall against precision, a dot a system, as base64 PNG."""
    figure = optional("matplotlib.figure", "matplotlib", "train").Figure(figsize=(6, 5), layout="constrained")
    axes = figure.add_subplot()
    for s in scores:
        axes.plot(s.strict["pages_pooled_recall"], s.strict["pages_pooled_precision"], "o")
        axes.annotate(
            s.system,
            (s.strict["pages_pooled_recall"], s.strict["pages_pooled_precision"]),
            xytext=(4, 4),
            textcoords="offset points",
        )
    axes.set(xlabel="page recall", ylabel="page precision", xlim=(0, 1.1), ylim=(0, 1.1))
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": ""})
    return base64.b64encode(picture.getvalue()).decode()
