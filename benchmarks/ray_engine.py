"""Detection on Ray while its workers and nodes are killed, against the local engine: lost, doubled, different.

    python benchmarks/ray_engine.py --documents 24 --kills 20 --workers 2
    python benchmarks/ray_engine.py --documents 40 --nodes 2 --node-kills 3 --kills 0
    python benchmarks/ray_engine.py --documents 6 --scans 6 --kills 10

Documents are made up (`soesift sample --kind small`), with --scans some of them of pictures only (`--kind scan`), for
which the stage that reads pictures is killed too. With --nodes a cluster of that many nodes, one core each, and a
head without work is started on this machine, and the engine gets its address; a node that is killed is replaced after
a pause, as a cluster's manager would do. `answered` is the number of documents that the command itself counts at its
end: more than there are would be doubled. The seconds of the two engines are printed too; kills slow Ray's, so compare
them without kills.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

STORE = 80 * 1024 * 1024
SOESIFT = [sys.executable, "-m", "soesift.cli.main"]


def workers_of(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Ray's workers that hold a reader, among `processes`."""
    found = []
    for child in processes:
        try:
            if child.name().startswith("ray::Map") or any("ray::Map" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


class Nodes:
    """A cluster on this machine: a head without cores for work, and nodes of one core each."""

    def __init__(self, count: int) -> None:
        from ray.cluster_utils import Cluster

        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        head = {"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.nodes = [self._new() for _ in range(count)]

    def _new(self) -> Any:
        return self.cluster.add_node(num_cpus=1, object_store_memory=STORE)

    def kill_one(self) -> None:
        """SIGKILL of a node with all its processes, and another in its place."""
        node = self.nodes.pop(random.randrange(len(self.nodes)))
        self.cluster.remove_node(node, allow_graceful=False)
        self.nodes.append(self._new())


def run(
    documents: Path,
    out: Path,
    more: list[str],
    kills: int,
    pause: float,
    nodes: Nodes | None = None,
    node_kills: int = 0,
) -> tuple[float, int, list[str]]:
    """Seconds, how many workers or nodes were killed, and the lines that the command printed."""
    started, done = time.monotonic(), 0
    command = [*SOESIFT, "detect", str(documents), "--out", str(out), "--format", "json", *more]
    told = out.with_suffix(".txt")
    with told.open("w") as file:
        process = psutil.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            time.sleep(pause)
            below = psutil.Process() if nodes else process
            alive = workers_of(below.children(recursive=True)) or (workers_of(psutil.process_iter()) if nodes else [])
            if done < kills and alive:
                random.choice(alive).kill()
                done += 1
            elif kills <= done < kills + node_kills and nodes and any(out.glob("*.json")) and process.poll() is None:
                nodes.kill_one()
                done += 1
    return time.monotonic() - started, done, told.read_text().splitlines()


def results(out: Path) -> dict[str, Any]:
    """Each document's result without its timing."""
    return {p.stem: {k: v for k, v in json.loads(p.read_text()).items() if k != "timing"} for p in out.glob("*.json")}


def said(result: Any) -> str:
    """What a result says of its document."""
    about = result["document"]
    return f"{about['has_soe']}, {len(result['tables'])} tables, {about['error'] or ''} {about['unsure_pages']}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=24)
    parser.add_argument("--scans", type=int, default=0, help="documents more, whose pages are pictures")
    parser.add_argument("--kills", type=int, default=20, help="workers, one after another")
    parser.add_argument("--nodes", type=int, default=0, help="of a cluster (default: none, Ray as it starts)")
    parser.add_argument("--node-kills", type=int, default=0, help="nodes, after the workers")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        jobs = ["--jobs", str(options.workers), "--ocr", "auto" if options.scans else "never"]
        for kind, count in (("small", options.documents), ("scan", options.scans)):
            made = [*SOESIFT, "sample", "--kind", kind, "--count", str(count), "--out", str(place / "in")]
            if count:
                subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        local, _, _ = run(place / "in", place / "local", jobs, 0, 0.1)
        nodes = Nodes(options.nodes) if options.nodes else None
        more = [*jobs, "--engine", "ray", *(["--address", nodes.cluster.address] if nodes else [])]
        ray, killed, told = run(
            place / "in", place / "ray", more, options.kills, options.pause, nodes, options.node_kills
        )
        if nodes:
            nodes.cluster.shutdown()
        ours, theirs = results(place / "ray"), results(place / "local")
        answered = int((re.findall(r"^(\d+) documents, ", "\n".join(told), re.MULTILINE) or ["0"])[0])
        lost = [name for name in theirs if name not in ours]
        different = [name for name in theirs if name in ours and ours[name] != theirs[name]]
        print(
            f"{len(theirs)} documents, {answered} answered; {killed} kills of {options.kills} workers and "
            f"{options.node_kills} nodes wanted; {len(lost)} lost, {len(different)} different"
        )
        for name in different:
            print(f"{name}: {said(ours[name])}; by the local engine {said(theirs[name])}")
        print(f"local {local:.1f} s, ray {ray:.1f} s, {options.workers} workers, {options.nodes} nodes")
        raise SystemExit(bool(lost or different or answered != len(theirs)))


if __name__ == "__main__":
    main()
