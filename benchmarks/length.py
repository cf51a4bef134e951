"""Seconds and memory of `soesift detect` as a document grows: one made-up protocol, its pages repeated.

    python benchmarks/length.py [--pages 10,30,100,300,1000,3000] [--model default] [--ocr never]

Each length is one process of its own, start-up included; `--ocr auto` reads the protocol's picture pages, too. Prints
Markdown; CPU seconds are of that process.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from itertools import islice
from pathlib import Path

import pypdfium2

from soesift.bench.run import measured
from soesift.sample import make_protocol

DETECT = (
    "import sys; from soesift.process.child import one_heap; one_heap(); "  # as processes that read do
    "from soesift import Detector; path, out, model, ocr = sys.argv[1:]; "
    "Detector.load(model).detect(path, ocr=ocr).to_json(out)"
)


def repeat(source: Path, pages: int, target: Path) -> Path:
    """The pages of `source`, over and over, `pages` of them."""
    with pypdfium2.PdfDocument(source) as one, pypdfium2.PdfDocument.new() as many:
        count = len(one)
        for start in range(0, pages, count):
            many.import_pages(one, list(islice(range(count), min(count, pages - start))))
        many.save(target)
    return target


def cpu_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", default="10,30,100,300,1000,3000")
    parser.add_argument("--model", default="default")
    parser.add_argument("--ocr", default="never", choices=("auto", "never"))
    options = parser.parse_args()
    print("| pages | CPU s | ms a page | wall s | peak MB | schedules |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{make_protocol(0, Path(folder)).id}.pdf"
        out = Path(folder) / "result.json"
        for pages in map(int, options.pages.split(",")):
            path = repeat(source, pages, Path(folder) / f"{pages}.pdf")
            before = cpu_of_children()
            command = [sys.executable, "-c", DETECT, str(path), str(out), options.model, options.ocr]
            wall, peak, failure = measured(command, 3600)
            cpu = cpu_of_children() - before
            found = failure or str(len(json.loads(out.read_text())["tables"]))
            print(f"| {pages} | {cpu:.1f} | {1000 * cpu / pages:.1f} | {wall:.1f} | {peak:.0f} | {found} |", flush=True)


if __name__ == "__main__":
    main()
