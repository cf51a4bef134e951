"""Where the time goes, and how much others take: ratios to pdfium's own reading time, measured in one run.

    python benchmarks/speed DOCUMENT... [--sample 8] [--rounds 3] [--made 3] [--model NAME]
        [--peer pdfplumber,camelot,pdf_oxide=PYTHON] [--peer pymupdf=PYTHON] [--peer docling_parse=PYTHON]
        [--out FOLDER]

Systems take turns on the same pages, `--sample` of each document spread evenly over those with a sound text layer;
each run is a process of its own. Figures are CPU seconds (user and system, children included), the median over
rounds, summed over documents: other work on the machine stretches wall time, and hardly CPU time. Linear algebra has
one thread in all, as in `soesift detect`: idle threads that spin would count as CPU. Then the stages of `soesift
detect` on the whole documents, and pages that are pictures apart. Prints Markdown, writes FOLDER/speed.json and
speed.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from report import markdown
from stages import STAGES, stages
from worker import SYSTEMS, pdfium_reads

from soesift import Detector, __version__
from soesift.document.pdf import open_pdf, read_page

OURS = ("pdfium_reads", "pdfium_text", "soesift_reads", "soesift_tables")
OF_PEER = {
    "pdfplumber": ("pdfplumber_reads", "pdfplumber_tables"),
    "camelot": ("camelot_lattice",),
    "pymupdf": ("pymupdf_tables",),
    "pdf_oxide": ("pdf_oxide_reads", "pdf_oxide_tables"),
    "docling_parse": ("docling_parse_reads",),
}
PICTURES = ("pdfium_pictures", "soesift_ocr")
LONGEST = 600.0  # seconds for one system on one document's sample
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def sample_pages(path: Path, most: int, pictures: int) -> tuple[list[int], list[int]]:
    """0-based pages with a sound text layer, and pages that are pictures, each spread evenly over the document."""
    with open_pdf(path) as document:
        problems = [read_page(document, index).problem for index in range(len(document))]
    text = [index for index, problem in enumerate(problems) if not problem]
    image = [index for index, problem in enumerate(problems) if problem == "image"]
    return spread(text, most), spread(image, pictures)


def spread(pages: list[int], most: int) -> list[int]:
    """At most `most` of some pages, evenly."""
    if not pages or not most:
        return []
    return [pages[i] for i in sorted({round(p) for p in np.linspace(0, len(pages) - 1, min(most, len(pages)))})]


def run_worker(python: str, system: str, path: Path, pages: list[int]) -> dict[str, Any]:
    """What the worker printed; {"error": why} if it failed or took too long."""
    command = [python, str(Path(__file__).with_name("worker.py")), system, str(path), ",".join(map(str, pages))]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, env={**os.environ, **ONE_THREAD})
    except subprocess.TimeoutExpired:
        return {"error": f"more than {LONGEST:.0f} s"}
    if run.returncode:
        return {"error": (run.stderr.strip().splitlines() or ["crashed"])[-1][:160]}
    answer: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return answer


def take_turns(systems: dict[str, str], chosen: dict[Path, list[int]], rounds: int) -> dict[str, dict[str, Any]]:
    """Per system: CPU and wall seconds (medians over rounds, summed), pages, count, peak memory, failures."""
    seen: dict[tuple[str, Path], list[dict[str, Any]]] = {}
    for number in range(rounds):
        for path, pages in chosen.items():
            names = list(systems)
            for system in names[number:] + names[:number]:  # nobody is always first
                seen.setdefault((system, path), []).append(run_worker(systems[system], system, path, pages))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {system: summed([seen[system, path] for path in chosen]) for system in systems}


def summed(documents: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """One system over documents; any failure of a document is kept, and then no ratio is given."""
    failed = [run["error"] for runs in documents for run in runs if "error" in run]
    if failed:
        return {"error": failed[0]}
    total = {key: sum(statistics.median(run[key] for run in runs) for runs in documents) for key in ("cpu", "wall")}
    first = [runs[0] for runs in documents]
    counts = {key: sum(run[key] for run in first) for key in ("count", "pages")}
    return {**total, **counts, "peak_mb": max(run["peak_mb"] for run in first)}


def whole_documents(paths: list[Path], model: str, rounds: int) -> dict[str, float]:
    """CPU seconds of each stage over all documents, medians over rounds."""
    detector, total = Detector.load(model), dict.fromkeys(STAGES, 0.0)
    for path in paths:
        with open_pdf(path) as document:
            every = list(range(len(document)))
        run = pdfium_reads(str(path), every)
        measured = [stages(path, detector, run) for _ in range(rounds)]
        for stage in STAGES:
            total[stage] += statistics.median(one[stage] for one in measured)
        total["pages"] = total.get("pages", 0) + len(every)
    return total


def machine() -> dict[str, Any]:
    """Kind of machine, and how busy it is."""
    names = [line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")]
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "processor": names[0] if names else "",
        "python": platform.python_version(),
        "soesift": __version__,
    }


def cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def load() -> list[float]:
    return [round(value, 1) for value in os.getloadavg()]


def made_up(count: int, folder: Path) -> Iterator[Path]:
    """Documents that the project makes itself."""
    from soesift.sample import make_protocol

    for seed in range(count):
        yield folder / f"{make_protocol(seed, folder).id}.pdf"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, default=8, help="text pages of each document")
    parser.add_argument("--pictures", type=int, default=1, help="picture pages of each document")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--made", type=int, default=0, help="sample protocols added to the documents")
    parser.add_argument("--model", default="default")
    parser.add_argument("--peer", action="append", default=[], metavar="NAMES=PYTHON")
    parser.add_argument("--out", type=Path, default=Path("speed-out"))
    return parser.parse_args()


def main() -> None:
    options = arguments()
    systems = dict.fromkeys(OURS, sys.executable)
    for peer in options.peer:
        names, _, python = peer.partition("=")
        systems |= {system: python for name in names.split(",") for system in OF_PEER[name]}
    assert set(systems) <= set(SYSTEMS)
    with tempfile.TemporaryDirectory() as folder:
        paths = [*options.documents, *made_up(options.made, Path(folder))]
        pages = {path: sample_pages(path, options.sample, options.pictures) for path in paths}
        before = load()
        report = {
            "machine": machine(),
            "documents": len(paths),
            "made_up": options.made,
            "rounds": options.rounds,
            "same_pages": take_turns(systems, {p: t for p, (t, _) in pages.items() if t}, options.rounds),
            "pictures": take_turns(
                dict.fromkeys(PICTURES, sys.executable), {p: i for p, (_, i) in pages.items() if i}, 1
            ),
            "whole": whole_documents(paths, options.model, options.rounds),
            "load": {"before": before, "after": load()},
        }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.json").write_text(json.dumps(report, indent=1))
    (options.out / "speed.md").write_text(text := markdown(report))
    print(text)


if __name__ == "__main__":
    main()
