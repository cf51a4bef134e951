"""Pages for the line finder to learn from: pictures of pages that have a text layer, with the boxes of their lines.

    python benchmarks/line_finder/pages.py --out FILE.npz [--made 60] [--documents DOCUMENTS GOLD]...
        [--leave-out ID,ID]

Of each labelled protocol its schedule pages and some others are drawn, of made-up ones likewise, `LONGEST` pixels high.
A line is a run of words without a wide gap or a ruling between; its box is that of its ink. The file holds pages of the
sponsors: delete it when done, never publish it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from soesift.document import scan_rules as rules
from soesift.document.ocr import LONGEST
from soesift.document.pdf import open_pdf, read_page
from soesift.document.scan_lines import split_lines, tighten
from soesift.document.words import find_words
from soesift.sample import make_protocol
from soesift.sample.kinds import KINDS

APART = 0.8  # of the size of print: words further apart are two lines
INK = 170  # grey level below which a drawn pixel is ink


def line_boxes(page: Any, grey: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    """(n, 4) boxes of the ink of a page's lines, in pixels of its picture; those across first, then the turned."""
    words = find_words(page)
    ink = np.asarray((grey < INK) * 255, np.uint8)
    horizontal, vertical = page.horizontal * scale, page.vertical * scale
    rules.erase(ink, np.concatenate([horizontal, vertical]), 1)
    found = []
    for turned in (False, True):
        mine = np.flatnonzero(np.isin(words.turn, (90, 270)) == turned)
        boxes = words.boxes[mine][:, [1, 0, 3, 2]] if turned else words.boxes[mine]
        lines: list[list[float]] = []
        for box, size in sorted(zip(boxes.tolist(), words.size[mine].tolist(), strict=True)):
            for line in reversed(lines[-60:]):
                level = abs(line[1] - box[1]) + abs(line[3] - box[3]) < 0.5 * size
                if level and -0.5 * size < box[0] - line[2] < APART * size:
                    line[2] = max(line[2], box[2])
                    break
            else:
                lines.append(list(box))
        array = np.asarray(lines, np.float32).reshape(-1, 4) * scale
        found.append(array[:, [1, 0, 3, 2]] if turned else array)
    return tighten(split_lines(np.concatenate(found), horizontal, vertical), ink)


def drawn(path: Path, numbers: list[int]) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    with open_pdf(path) as document:
        for number in numbers:
            page = read_page(document, number - 1)
            if page.problem or len(page.codes) < 40:
                continue
            scale = LONGEST / max(page.width, page.height)
            grey = np.asarray(document[number - 1].render(scale=scale, grayscale=True).to_pil().convert("L"), np.uint8)
            yield grey, line_boxes(page, grey, scale)


def labelled(documents: Path, golds: Path, leave_out: set[str]) -> Iterator[tuple[Path, list[int]]]:
    for number, path in enumerate(sorted(golds.glob("*.json"))):
        source = documents / f"{path.stem}.pdf"
        if path.stem not in leave_out and source.exists():
            gold, chance = json.loads(path.read_text()), random.Random(number)
            tables = [page for table in gold["soe_tables"] for page in table["grid_pages"]]
            some = chance.sample(range(1, gold["n_pages"] + 1), min(5, gold["n_pages"]))
            yield source, sorted({*tables[:5], *some})


def made(count: int, folder: Path) -> Iterator[tuple[Path, list[int]]]:
    kinds = [kind for kind in KINDS if kind not in ("image", "scan", "mixed")]
    for seed in range(count):
        truth = make_protocol(60_000 + seed, folder, kind=kinds[seed % len(kinds)], negatives=2)
        file = folder / f"{truth.id}.pdf"
        if file.exists():
            tables = [page for table in truth.soe_tables for page in table.grid_pages]
            yield file, sorted({*tables[:2], *random.Random(seed).sample(range(1, truth.n_pages + 1), 2)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--made", type=int, default=60)
    parser.add_argument("--documents", nargs=2, type=Path, action="append", default=[], metavar=("DOCUMENTS", "GOLD"))
    parser.add_argument("--leave-out", type=lambda names: set(names.split(",")), default=set())
    options = parser.parse_args()
    arrays: dict[str, NDArray[Any]] = {}
    with TemporaryDirectory() as name:
        sources = [made(options.made, Path(name)), *(labelled(a, b, options.leave_out) for a, b in options.documents)]
        for path, numbers in (one for source in sources for one in source):
            for grey, boxes in drawn(path, numbers):
                place = len(arrays) // 2
                arrays[f"page{place}"] = np.asarray(cv2.imencode(".png", grey & 0xE0 | 16, [16, 6])[1])
                arrays[f"boxes{place}"] = np.asarray(np.round(boxes), np.uint16)
    np.savez(options.out, **arrays)
    print(f"{options.out}: {len(arrays) // 2} pages, {options.out.stat().st_size >> 20} MB")


if __name__ == "__main__":
    main()
