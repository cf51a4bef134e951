"""Schedule pages of labelled protocols as they look after printing and scanning: how many are still found.

    python benchmarks/scans.py DOCUMENTS GOLD --out FOLDER [--jobs 2] [--shift 0]

Of each protocol with a schedule at most eight schedule pages, the pages before and after them and three hard negatives
are drawn and worn in one of five ways (protocols take turns; `--shift` turns them on) and put into a PDF without text,
which `soesift detect` reads. Strict pages are scored: subsidiary tables and doubtful pages count for nothing. The same
command goes on where it was stopped. FOLDER/scans holds pages of the sponsors: delete it when done, never publish it.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

SCHEDULE, NEGATIVES = 8, 3  # pages of a document at most


@dataclass(frozen=True)
class Wear:
    """Dots an inch, degrees of skew, grey levels of noise, pixels of blur, JPEG quality, one bit, a quarter turn."""

    dpi: int
    skew: float
    noise: float
    blur: float = 0.0
    quality: int = 60
    one_bit: bool = False
    turned: bool = False


KINDS = {
    "grey, 200 dpi": Wear(200, 0.6, 6),
    "poor, 150 dpi": Wear(150, -1.2, 10, blur=0.7, quality=40),
    "one bit, 200 dpi": Wear(200, 0.4, 8, one_bit=True),
    "coarse, 110 dpi": Wear(110, 0.2, 3, quality=55),
    "turned, 200 dpi": Wear(200, 0.3, 4, turned=True),
}


def worn(page: Image.Image, wear: Wear, seed: int, fill: int = 255) -> Image.Image:
    """The picture of a page, worn; `fill`: grey of the corners that a skew lays bare."""
    page = page.filter(ImageFilter.GaussianBlur(wear.blur)) if wear.blur else page
    page = page.rotate(wear.skew, resample=Image.Resampling.BILINEAR, fillcolor=fill)
    grain = np.random.default_rng(seed).normal(0, wear.noise, (page.height, page.width))
    levels = (np.asarray(page, np.float64) + grain).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(np.rot90(levels)) if wear.turned else levels)
    return (
        image.point(lambda level: 255 * (level > 150)).convert("1", dither=Image.Dither.NONE) if wear.one_bit else image
    )


def chosen_pages(gold: dict[str, Any], seed: int) -> tuple[list[int], dict[int, str]]:
    """Pages to draw, and the type of the schedule on each page that has one ("" where that is doubtful)."""
    types = {page: table["type"] for table in gold["soe_tables"] for page in table["grid_pages"]}
    types |= {entry["page"] if isinstance(entry, dict) else entry: "" for entry in gold.get("uncertain_pages", [])}
    schedule = sorted(page for page, kind in types.items() if kind)[:SCHEDULE]
    near = {page for page in (schedule[0] - 1, schedule[-1] + 1) if 1 <= page <= gold["n_pages"]}
    negatives = sorted({page for entry in gold.get("hard_negatives", []) for page in entry["pages"]})
    others = near | set(random.Random(seed).sample(negatives, min(NEGATIVES, len(negatives))))
    return sorted({*schedule, *(page for page in others if page not in types)}), types


def make_scan(document: Path, pages: list[int], wear: Wear, target: Path) -> None:
    source = pypdfium2.PdfDocument(document)
    images = [
        worn(source[page - 1].render(scale=wear.dpi / 72, grayscale=True).to_pil().convert("L"), wear, page)
        for page in pages
    ]
    more = {} if wear.one_bit else {"quality": wear.quality}
    part = target.with_suffix(".part")
    images[0].save(part, "PDF", save_all=True, append_images=images[1:], resolution=wear.dpi, **more)
    part.rename(target)


def score(result: Path, pages: list[int], types: dict[int, str]) -> tuple[set[int], set[int], set[int]]:
    """Strict pages found, missed (both numbered as in the document) and wrongly taken."""
    tables = json.loads(result.read_text())["tables"]
    taken = {pages[page - 1] for table in tables for page in table["pages"]}
    wanted = {page for page in pages if types.get(page, "subsidiary") in ("main_soa", "track")}
    return taken & wanted, wanted - taken, {page for page in taken if page not in types}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--shift", type=int, default=0)
    options = parser.parse_args()
    scans, results = options.out / "scans", options.out / "results"
    scans.mkdir(parents=True, exist_ok=True)
    made: dict[str, tuple[str, list[int], dict[int, str]]] = {}
    for number, path in enumerate(sorted(options.gold.glob("*.json"))):
        gold = json.loads(path.read_text())
        if any(table["type"] != "subsidiary" for table in gold["soe_tables"]):
            kind = list(KINDS)[(number + options.shift) % len(KINDS)]
            pages, types = chosen_pages(gold, number)
            made[path.stem] = kind, pages, types
            if not (target := scans / f"{path.stem}.pdf").exists():
                make_scan(options.documents / f"{path.stem}.pdf", pages, KINDS[kind], target)
    detect = [sys.executable, "-m", "soesift.cli.main", "detect", str(scans), "--out", str(results), "--resume"]
    subprocess.run(
        [*detect, "--format", "json", "--jobs", options.jobs, "--timeout", "3600"], stdout=subprocess.DEVNULL
    )
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for name, (kind, pages, types) in made.items():
        found, missed, wrong = score(results / f"{name}.json", pages, types)
        counts[kind].update(documents=1, pages=len(pages), found=len(found), missed=len(missed), wrong=len(wrong))
        if missed or wrong:
            print(f"{name} ({kind}): missed {sorted(missed)}, wrongly taken {sorted(wrong)}")
    print("\n| scan | documents | pages | schedule pages | found | wrongly taken |\n|---|---|---|---|---|---|")
    for kind, count in [*counts.items(), ("all", sum(counts.values(), Counter[str]()))]:
        schedule = count["found"] + count["missed"]
        print(
            f"| {kind} | {count['documents']} | {count['pages']} | {schedule} | {count['found']} | {count['wrong']} |"
        )


if __name__ == "__main__":
    main()
