"""How far each threshold may move before a result changes: its range, with all others as they are.

    python benchmarks/margins.py [--seeds 0-12] [--only table.lattice] [--steps .5,.7,.85,1.15,1.3,1.5]

Prints for each field of the settings of reading and finding its value, and between which tried values the tables of
made-up documents in many styles of print (soesift.sample.restyled) stay the same, word for word.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from soesift.detect.detector import Detector
from soesift.sample.restyled.press import restyle

CHAPTERS = (
    "document.words",
    "table.lattice",
    "table.slivers",
    "table.split_rows",
    "table.stream",
    "table.stream_rows",
    "table.stream_columns",
    "table.rests",
)


def fingerprint(detector: Detector, paths: list[Path]) -> str:
    """A hash of all grids and notes that are read."""
    said = hashlib.sha256()
    for path in paths:
        for table in detector.detect(path, ocr="never").tables:
            said.update(repr((table.grid, table.header_rows, [(n.marker, n.text) for n in table.footnotes])).encode())
    return said.hexdigest()


def moved(value: float, factor: float) -> float:
    """A value times a factor; a whole number moves by one at least."""
    if not isinstance(value, int):
        return value * factor
    return max(0, value + (round(value * (factor - 1)) or (1 if factor > 1 else -1)))


def margin(module: Any, name: str, usual: str, detector: Detector, paths: list[Path], steps: list[float]) -> str:
    """The range in which the fingerprint is the usual one, from the value outwards."""
    settings = module.SETTINGS
    value = getattr(settings, name)
    ends = []
    for way in (sorted((s for s in steps if s < 1), reverse=True), sorted(s for s in steps if s > 1)):
        last = value
        for factor in way:
            module.SETTINGS = replace(settings, **{name: moved(value, factor)})
            same = fingerprint(detector, paths) == usual
            module.SETTINGS = settings
            if not same:
                break
            last = moved(value, factor)
        ends.append(last)
    return f"{name} = {value:g}: the same from {ends[0]:g} to {ends[1]:g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0-12", help="first and one past the last")
    parser.add_argument("--only", help="one chapter, as table.lattice")
    parser.add_argument("--steps", default=".5,.7,.85,1.15,1.3,1.5", help="factors tried")
    options = parser.parse_args()
    first, end = map(int, options.seeds.split("-"))
    steps = [float(step) for step in options.steps.split(",")]
    detector = Detector.load()
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / f"{seed}.pdf" for seed in range(first, end)]
        for seed, path in zip(range(first, end), paths, strict=True):
            restyle(seed, path)
        usual = fingerprint(detector, paths)
        for chapter in [options.only] if options.only else CHAPTERS:
            module = importlib.import_module(f"soesift.{chapter}")
            print(chapter)
            for field in fields(module.SETTINGS):
                print("  " + margin(module, field.name, usual, detector, paths, steps), flush=True)


if __name__ == "__main__":
    main()
