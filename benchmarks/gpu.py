"""What a GPU gains: seconds a page of OCR and tables a second of the shipped student, beside the processor, in one run.

    python benchmarks/gpu.py [--pages 6] [--tables 300] [--dpi 200]

Wants `onnxruntime-gpu` in place of `onnxruntime`; without it, or without a GPU, the processor's row stands alone and it
is said that nothing was run on a GPU. Each row is a process of its own: CUDA_VISIBLE_DEVICES, by which detection knows
that it was given a GPU, is 0 or -1. Wall clock, after one page and one table that are not counted. Pages are made up
and drawn; tables are theirs, one a run. Detection judges tables on the processor, with a GPU or without: this tells
whether that is right.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

GPU = "CUDAExecutionProvider"


def measured(pages: int, tables: int, dpi: float) -> dict[str, float]:
    """Seconds a page and tables a second, by what this process was given."""
    import onnxruntime

    from soesift.classify.shipped import MODELS
    from soesift.classify.student import load
    from soesift.detect.all_tables import document_records
    from soesift.document import ocr, scan_nets
    from soesift.document.pdf import open_pdf, render_page
    from soesift.sample import make_protocol

    if scan_nets.has_gpu():
        onnxruntime.InferenceSession = partial(_on_gpu, onnxruntime.InferenceSession)
    with TemporaryDirectory() as folder:
        truth = make_protocol(80_001, Path(folder), kind="small")
        with open_pdf(Path(folder) / f"{truth.id}.pdf") as document:
            sizes = [document[i].get_size() for i in range(len(document))]
            drawn = [render_page(document, i, dpi) for i in range(min(pages + 1, len(document)))]
        records = document_records(Path(folder) / f"{truth.id}.pdf", "never")
    ocr.read_scan(drawn[0], *sizes[0], 1)
    started = time.perf_counter()
    for number in range(1, pages + 1):
        at = number % len(drawn)
        ocr.read_scan(drawn[at], *sizes[at], 1)
    page = (time.perf_counter() - started) / pages
    student = load(MODELS / "default")
    judged = [records[i % len(records)] for i in range(tables)]
    student.probabilities(judged[:1])
    started = time.perf_counter()
    student.probabilities(judged)
    return {"page": page, "tables": tables / (time.perf_counter() - started)}


def _on_gpu(real: Any, model: Any, options: Any = None, providers: Any = ()) -> Any:
    return real(model, options, providers=[GPU, *(one for one in providers if one != GPU)])


def row(name: str, visible: str, words: list[str]) -> str:
    """A line of the table: this program in a process that sees the devices `visible`."""
    run = subprocess.run(
        [sys.executable, __file__, *words, "--one"],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": visible},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        return f"| {name} | failed: {' '.join(run.stderr.split())[-160:]} | |"
    found = json.loads(run.stdout.splitlines()[-1])
    return f"| {name} | {found['page']:.2f} | {found['tables']:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--tables", type=int, default=300)
    parser.add_argument("--dpi", type=float, default=200, help="of the pages that are drawn")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.pages, asked.tables, asked.dpi)))
        return
    import onnxruntime

    words = ["--pages", str(asked.pages), "--tables", str(asked.tables), "--dpi", str(asked.dpi)]
    print("| on | OCR, seconds a page | student, tables a second |\n| --- | --- | --- |")
    print(row("processor", "-1", words))
    if GPU in onnxruntime.get_available_providers():
        print(row("GPU", "0", words))
    else:
        print(f"\nNot run on a GPU: this onnxruntime offers {', '.join(onnxruntime.get_available_providers())}.")


if __name__ == "__main__":
    main()
