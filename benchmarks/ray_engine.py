"""Detection on Ray while its workers are killed, against the local engine: documents lost, doubled, different.

    python benchmarks/ray_engine.py --documents 24 --kills 20 --workers 2

Documents are made up (`soesift sample --kind small`). Kills workers only, not nodes. The seconds of the two engines
are printed too; kills slow Ray's, so compare them with --kills 0.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

SOESIFT = [sys.executable, "-m", "soesift.cli.main"]


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Ray's workers that hold a reader, among the processes that `process` started."""
    found = []
    for child in process.children(recursive=True):
        try:
            if child.name().startswith("ray::Map") or any("ray::Map" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


def run(documents: Path, out: Path, more: list[str], kills: int, pause: float) -> tuple[float, int]:
    """Seconds, and how many workers were killed."""
    started, done = time.monotonic(), 0
    command = [*SOESIFT, "detect", str(documents), "--out", str(out), "--format", "json", *more]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        time.sleep(pause)
        if done < kills and (alive := workers_of(process)):
            random.choice(alive).kill()
            done += 1
    return time.monotonic() - started, done


def results(out: Path) -> dict[str, object]:
    """Each document's result without its timing."""
    return {p.stem: {k: v for k, v in json.loads(p.read_text()).items() if k != "timing"} for p in out.glob("*.json")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=24)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place, jobs = Path(scratch), ["--jobs", str(options.workers)]
        made = [*SOESIFT, "sample", "--kind", "small", "--count", str(options.documents), "--out", str(place / "in")]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        local, _ = run(place / "in", place / "local", jobs, 0, 0.1)
        ray, killed = run(place / "in", place / "ray", [*jobs, "--engine", "ray"], options.kills, options.pause)
        ours, theirs = results(place / "ray"), results(place / "local")
        lost = [name for name in theirs if name not in ours]
        different = [name for name in theirs if name in ours and ours[name] != theirs[name]]
        print(f"{len(theirs)} documents, {killed} workers killed, {len(lost)} lost, {len(different)} different")
        print(f"local {local:.1f} s, ray {ray:.1f} s, {options.workers} workers")


if __name__ == "__main__":
    main()
