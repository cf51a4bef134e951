"""What a user waits for, by stage, as ratios to pdfium's own reading of the same pages, in one run.

    python benchmarks/whole.py DOCUMENT... [--made 2] [--rounds 2] [--model NAME] [--ocr auto|never]

Stages: the start of a process with its model; reading the text pages; the glance at pages that are pictures; reading
those pictures; finding tables; judging them; joining; the second witness; understanding the schedules; each format.
CPU seconds of this process (of the start: of a process of its own), the median over rounds, summed over documents.
Prints Markdown. Take it on free cores, twice: other work stretches CPU seconds too, by a half and more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent / "speed"))
from stages import clocked
from worker import pdfium_reads

from soesift import Detector
from soesift.detect.detector import file_sha256, fragments_and_lines
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Looks, Reading, scan_page
from soesift.document.pdf import open_pdf, read_page
from soesift.document.running_lines import learn_furniture
from soesift.export.write import write, write_formats
from soesift.result.models import Result
from soesift.schedule import read_schedule
from soesift.table.find import find_tables
from soesift.table.records import last_heading, page_records
from soesift.witness import examine

STAGES = {
    "pdfium": "pdfium's own reading",
    "start": "start of a process, with its model",
    "text": "reading text pages",
    "glance": "the glance at pictures",
    "ocr": "reading pictures",
    "find": "finding tables",
    "judge": "judging them",
    "join": "joining",
    "witness": "the second witness",
    "schedule": "understanding the schedules",
    "json": "JSON",
    "xlsx": "Excel",
    "html": "HTML with page pictures",
    "csv": "CSV",
    "visits": "visit table",
    "usdm": "USDM",
    "fhir": "FHIR",
    "docx": "Word",
    "detect": "**detect, bytes to JSON**",
}
PICTURES = ("image", "garbled", "scan")
Spent = dict[str, float]


def start_up(model: str) -> float:
    """CPU seconds from the start of Python to a detector that is ready."""
    before = os.times()
    subprocess.run([sys.executable, "-c", f"from soesift import Detector; Detector.load({model!r})"], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def pages_of(path: Path, ocr: str, spent: Spent) -> Spent:
    """Reading text pages, glancing at pictures, reading those, finding tables; how many pages are of which kind."""
    counts: Spent = defaultdict(float)
    with open_pdf(path) as document:
        furniture, heading = learn_furniture(document, len(document)), ""
        looks = Looks()
        for index in range(len(document)):
            seconds, page = clocked(lambda i=index: read_page(document, i))
            spent["text"] += seconds
            if page.problem in PICTURES and ocr != "never":
                seconds, scan = clocked(lambda i=index, p=page: scan_page(document, i, p, ReadOptions("auto"), looks))
                read = scan.page is not None
                spent["ocr" if read else "glance"] += seconds
                counts["pictures read" if read else "pictures only glanced at"] += 1
                page = scan.page or page
            else:
                counts["text pages"] += 1
            seconds, found = clocked(lambda p=page: find_tables(p, furniture))
            records, _ = clocked(lambda f=found, h=heading: page_records(f, path.stem, "0" * 64, len(document), h))
            spent["find"] += seconds + records
            heading = last_heading(found, heading)
    return counts


def judged(path: Path, detector: Detector, spent: Spent) -> Result:
    """Judging, joining and the second witness; from text alone."""
    reading, sha256 = Reading(), file_sha256(path)
    fragments, lines = fragments_and_lines(path, sha256, reading, ReadOptions("never"))
    spent["judge"], _ = clocked(lambda: detector.judge.probabilities([f.record for f in fragments]))
    decided, result = clocked(lambda: detector.decide(path, sha256, fragments, lines, reading))
    spent["join"] = max(0.0, decided - spent["judge"])
    spent["witness"], _ = clocked(lambda: examine(result.tables, path))
    spent["schedule"], _ = clocked(lambda: [read_schedule(table) for table in result.tables])
    return result


def exports(result: Result, path: Path, spent: Spent) -> None:
    with TemporaryDirectory() as folder:
        for kind in ("json", "xlsx", "csv", "html"):
            spent[kind], _ = clocked(lambda k=kind: write_formats(result, Path(folder), "one", (k,), path))
        for kind in ("visits", "usdm", "fhir", "docx"):
            if result.tables:
                try:
                    spent[kind], _ = clocked(lambda k=kind: write(result, k, Path(folder), "other"))
                except Exception as error:  # noqa: BLE001  # said, and left out
                    print(f"{path.name}: {kind} was not written ({type(error).__name__})", file=sys.stderr)


def measure(path: Path, detector: Detector, ocr: str) -> tuple[Spent, Spent]:
    """CPU seconds of each stage, and numbers of pages."""
    spent: Spent = defaultdict(float)
    with open_pdf(path) as document:
        every = list(range(len(document)))
    spent["pdfium"], _ = clocked(pdfium_reads(str(path), every))
    counts = pages_of(path, ocr, spent)
    exports(judged(path, detector, spent), path, spent)
    with TemporaryDirectory() as folder:
        whole = lambda: write_formats(detector.detect(path, ocr="never"), Path(folder), "two", ("json",), None)  # noqa: E731
        spent["detect"], _ = clocked(whole)
    return spent, counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--made", type=int, default=0, help="made-up protocols besides")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--model", default="default")
    parser.add_argument("--ocr", choices=("auto", "never"), default="auto")
    options = parser.parse_args()
    detector, total, pages = Detector.load(options.model), defaultdict(float), defaultdict(float)
    with TemporaryDirectory() as folder:
        paths = list(options.documents)
        if options.made:
            from soesift.sample import make_protocol

            paths += [Path(folder) / f"{make_protocol(seed, Path(folder)).id}.pdf" for seed in range(options.made)]
        for path in paths:
            runs = [measure(path, detector, options.ocr) for _ in range(options.rounds)]
            for stage in STAGES:
                total[stage] += statistics.median(spent.get(stage, 0.0) for spent, _ in runs)
            for kind, count in runs[0][1].items():
                pages[kind] += count
        total["start"] = statistics.median(start_up(options.model) for _ in range(options.rounds + 1))
    print(f"{len(paths)} documents: " + ", ".join(f"{count:.0f} {kind}" for kind, count in pages.items()))
    print(f"load average {os.getloadavg()[0]:.1f}\n\n| stage | CPU s | x pdfium |\n|---|---|---|")
    for stage, name in STAGES.items():
        print(f"| {name} | {total[stage]:.2f} | {total[stage] / max(total['pdfium'], 1e-9):.2f} |")


if __name__ == "__main__":
    main()
