"""The same documents, many runs, one process or two, the other order: are the results the same, bit for bit?

    python benchmarks/stability.py DOCUMENT... [--runs 10] [--made 4] [--model default] [--ocr auto]

Each run is `soesift detect` in a process of its own: even runs take one job, odd ones two, and every second pair
takes the documents the other way round. The JSON of a document is compared byte for byte once `timing` is taken out.
Exit code 1 if any differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path


def fingerprint(path: Path) -> str:
    """Hash of a result without its timing; the order of keys counts."""
    result = json.loads(path.read_text("utf-8"))
    del result["timing"]
    return hashlib.sha256(json.dumps(result).encode()).hexdigest()


def run_detect(paths: list[Path], out: Path, jobs: int, options: argparse.Namespace) -> None:
    """One run of the verb; its exit codes 3 and 4 (none found, unsure) are sound answers."""
    words = [sys.executable, "-m", "soesift.cli.main", "detect", *map(str, paths), "--out", str(out)]
    words += ["--format", "json", "--jobs", str(jobs), "--model", options.model, "--ocr", options.ocr]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        raise SystemExit(f"detect ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def compare(paths: list[Path], options: argparse.Namespace, folder: Path) -> dict[str, Counter[str]]:
    """Per document, how often each fingerprint was seen."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for number in range(options.runs):
        ordered = paths if number // 2 % 2 == 0 else paths[::-1]
        run_detect(ordered, out := folder / f"run{number}", 1 + number % 2, options)
        for path in paths:
            seen[path.name][fingerprint(out / f"{path.stem}.json")] += 1
    return seen


def made_up(count: int, folder: Path) -> list[Path]:
    """Protocols that the project makes itself, of several kinds."""
    from soesift.sample import make_protocol

    kinds = ("full", "rotated", "borderless", "tiled")
    return [folder / f"{make_protocol(n, folder, kind=kinds[n % 4]).id}.pdf" for n in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--made", type=int, default=0, help="made-up protocols added")
    parser.add_argument("--model", default="default")
    parser.add_argument("--ocr", default="auto", choices=("auto", "never", "always"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = [*options.documents, *made_up(options.made, Path(folder))]
        seen = compare(paths, options, Path(folder))
    for name, prints in seen.items():
        print(f"{name}: {options.runs} runs, {len(prints)} distinct result{'s' if len(prints) > 1 else ''}")
    same = sum(len(prints) == 1 for prints in seen.values())
    how = f"{options.runs} runs, 1 and 2 jobs, both orders"
    print(f"{same} of {len(seen)} documents bit-identical but for timing ({how})")
    return int(same < len(seen))


if __name__ == "__main__":
    sys.exit(main())
