"""OCR of schedule pages as worn scans: CPU seconds a page, words and marks read, beside the text layer they came from.

    python benchmarks/scan_reading.py [--made 5] [--documents DOCUMENTS GOLD] [--leave-out ID,ID] [--pages 20]
        [--beside PATH/src]

One schedule page of each protocol, made up or labelled, is worn in the five ways of benchmarks/scans.py by turns and
read. The words of its text layer are the truth; marks that stand alone (X, ticks, discs) are counted apart, words by
their letters and figures. `--beside` reads the same pages with another checkout of the package in the same run: CPU
seconds mean little on a busy machine, their ratio much; columns of the recogniser's input are the same everywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scans import KINDS, worn

MARKS = frozenset("Xx✓•■▲◆")
READ = """
import pickle, sys, time
from soesift.document import ocr, scan_text
from soesift.document.words import find_words
name, columns = sys.argv[1], [0]
real = scan_text._run
def run(part, inputs):
    columns[0] += inputs.shape[0] * inputs.shape[3] * (part == "rec")
    return real(part, inputs)
scan_text._run = run
picture, width, height = pickle.load(open(name, "rb"))
scan_text.read_crops([picture[:48, :48]])  # loads the models
columns[0], start = 0, time.process_time()
page = ocr.read_scan(picture, width, height, 1)
pickle.dump((find_words(page).text, time.process_time() - start, columns[0]), open(name + ".read", "wb"))
"""


def made(count: int, folder: Path) -> Iterator[tuple[str, Path, int]]:
    from soesift.sample import make_protocol

    for seed in range(count):
        truth = make_protocol(80_000 + seed, folder, kind=("small", "borderless", "rotated")[seed % 3])
        yield truth.id, folder / f"{truth.id}.pdf", random.Random(seed).choice(truth.soe_tables[0].grid_pages)


def labelled(documents: Path, golds: Path, leave_out: set[str]) -> Iterator[tuple[str, Path, int]]:
    for number, path in enumerate(sorted(golds.glob("*.json"))):
        tables = json.loads(path.read_text())["soe_tables"]
        pages = [page for t in tables if t["type"] != "subsidiary" for page in t["grid_pages"]]
        if pages and path.stem not in leave_out:
            yield path.stem, documents / f"{path.stem}.pdf", random.Random(number).choice(pages)


def draw(path: Path, number: int, kind: str, target: Path) -> list[str]:
    """Words of a page's text layer; its picture, worn, with its size in points, goes to a file. None of a picture."""
    from soesift.document.pdf import open_pdf, read_page
    from soesift.document.words import find_words

    wear = KINDS[kind]
    with open_pdf(path) as document:
        page = read_page(document, number - 1)
        image = document[number - 1].render(scale=wear.dpi / 72, grayscale=True).to_pil().convert("L")
    picture = np.asarray(worn(image, wear, number).convert("RGB"))
    size = (page.height, page.width) if wear.turned else (page.width, page.height)
    target.write_bytes(pickle.dumps((picture, *size)))
    return [] if page.problem else find_words(page).text


def read(target: Path, source: Path | None) -> tuple[list[str], float, int]:
    """Words, CPU seconds and columns recognised, by this package or that of `source`, in a process of its own."""
    path = {} if source is None else {"PYTHONPATH": str(source)}
    command = [sys.executable, "-c", READ, str(target)]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1", **path})
    found: tuple[list[str], float, int] = pickle.loads(Path(f"{target}.read").read_bytes())
    return found


def compared(truth: list[str], found: list[str]) -> Counter[str]:
    """Words of the truth, read, and read rightly; the same of marks."""
    wanted, got = (Counter(k for w in words if w not in MARKS and (k := _key(w))) for words in (truth, found))
    marks, seen = (sum(word in MARKS for word in words) for words in (truth, found))
    counts = {"words": wanted.total(), "read": got.total(), "right": (wanted & got).total()}
    return Counter(counts | {"marks": marks, "marks read": min(marks, seen), "marks too many": max(0, seen - marks)})


def _key(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def told(name: str, count: Counter[str], cpu: float, columns: int, pages: int) -> str:
    recall, precision = count["right"] / max(1, count["words"]), count["right"] / max(1, count["read"])
    marks = f"{count['marks read']} of {count['marks']} (+{count['marks too many']})"
    return f"| {name} | {recall:.3f} | {precision:.3f} | {marks} | {cpu / pages:.2f} | {columns // pages} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, default=0)
    parser.add_argument("--documents", nargs=2, type=Path, metavar=("DOCUMENTS", "GOLD"))
    parser.add_argument("--leave-out", type=lambda names: set(names.split(",")), default=set())
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--beside", type=Path, help="src of another checkout")
    options = parser.parse_args()
    ways: dict[str, Any] = {"this": None} | ({"beside": options.beside} if options.beside else {})
    totals: dict[tuple[str, str], list[Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = list(made(options.made, folder))
        if options.documents:
            chosen += list(labelled(*options.documents, options.leave_out))
        for number, (stem, path, page) in enumerate(chosen[: options.pages]):
            kind = list(KINDS)[number % len(KINDS)]
            target = folder / "page"
            if not (truth := draw(path, page, kind, target)):
                continue
            for way, source in ways.items():
                words, cpu, columns = read(target, source)
                count = compared(truth, words)
                print(told(f"{stem}, {page}, {way}", count, cpu, columns, 1), file=sys.stderr, flush=True)
                for key in ((way, kind), (way, "all")):
                    sums = totals.setdefault(key, [Counter(), 0.0, 0, 0])
                    sums[0].update(count)
                    sums[1:] = [sums[1] + cpu, sums[2] + columns, sums[3] + 1]
    print("| scan | words recall | precision | marks | CPU s a page | columns a page |\n|---|---|---|---|---|---|")
    for (way, kind), sums in sorted(totals.items(), key=lambda item: (item[0][1] == "all", item[0][1], item[0][0])):
        print(told(f"{kind}, {way}", *sums))


if __name__ == "__main__":
    main()
