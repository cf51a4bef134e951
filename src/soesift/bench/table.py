"""The benchmark's table: Markdown, JSON and one HTML page with a plot, all from the same scores."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path

from soesift.bench.score import Score
from soesift.errors import UsageError
from soesift.evaluate.arrays import optional
from soesift.label.write import write_whole

START, END = "<!-- figures: soesift bench --write -->", "<!-- end of figures -->"
HEAD = ["system", "page F1 strict (95 %)", "recall", "precision", "F1 broad", "tables F1", "marks F1", "complete",
        "false alarms", "worst stratum's recall", "s/document", "peak MB", "failed"]  # fmt: skip


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
        write_whole(path, content)
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
    write_whole(page, f"{head}{START}\n\n{text}\n{END}{tail}")


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
