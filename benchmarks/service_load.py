"""The service under load, beside the command line on the same documents.

    python benchmarks/service_load.py [--clients 4] [--documents 50] [--workers 2] [--cli 40]

Each client sends its small made-up protocols one after another and waits for each; one document of all kills its
reader (SIGSEGV) whenever it is read. The command line runs once a document, as many at a time as there are clients,
on the first `--cli` of the same documents. Latency is from sending to a finished result, in seconds.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CRASH = b"% kills its reader\n"


def reader(task: dict[str, Any], tell: Any) -> dict[str, Any]:
    """The service's own reader, but for the document that asks for a crash."""
    from soesift.serve.service import detect_document

    if Path(task["document"]).read_bytes().endswith(CRASH):
        os.kill(os.getpid(), signal.SIGSEGV)
    return detect_document(task, tell)


def run_service(data: str, workers: int) -> None:
    from soesift.serve.app import serve
    from soesift.serve.service import Settings, Works, open_service

    settings = Settings(port=0, data=Path(data), workers=workers, attempts=3)
    serve(open_service(settings, None, Works(detect=reader)), lambda line: print(line, flush=True))


def make_documents(folder: Path, count: int) -> list[Path]:
    """Small protocols, all different; the one in the middle is the one that crashes."""
    from soesift.sample import make_protocol

    paths = [folder / f"{make_protocol(seed, folder, kind='small').id}.pdf" for seed in range(count)]
    with paths[count // 2].open("ab") as file:
        file.write(CRASH)
    return paths


def start_service(data: Path, workers: int, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    with log.open("wb") as out:
        command = [sys.executable, __file__, "--serve", str(data), "--workers", str(workers)]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    while "Application startup complete" not in (text := log.read_text()):
        if process.poll() is not None:
            raise SystemExit(f"the service did not start:\n{text}")
        time.sleep(0.05)
    return process, text.split("serving on ")[1].split(",")[0]


def client(url: str, paths: list[Path]) -> list[tuple[float, str]]:
    """Seconds and last state of each document, "lost" for one whose result does not come."""
    import httpx

    found = []
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        for path in paths:
            began = time.perf_counter()
            with path.open("rb") as file:
                job = http.post("/v1/documents", files={"file": file}).raise_for_status().json()
            while job["state"] in ("queued", "running"):
                time.sleep(0.02)
                job = http.get(job["links"]["job"]).raise_for_status().json()
            state = job["state"]
            if state == "done":
                result = http.get(job["links"]["document"])
                same = result.status_code == 200 and result.json()["document"]["sha256"] == job["sha256"]
                state = state if same else "lost"
            found.append((time.perf_counter() - began, state))
    return found


def command_line(paths: list[Path], out: Path) -> list[tuple[float, str]]:
    found = []
    for path in paths:
        began = time.perf_counter()
        command = [sys.executable, "-m", "soesift.cli.main", "detect", str(path), "--out", str(out), "--format", "json"]
        code = subprocess.run(command, capture_output=True).returncode
        found.append((time.perf_counter() - began, f"exit {code}"))
    return found


def line(name: str, told: list[tuple[float, str]], wall: float) -> str:
    seconds = sorted(second for second, _ in told)
    p50, p95 = (seconds[min(len(seconds) - 1, int(share * len(seconds)))] for share in (0.5, 0.95))
    states = ", ".join(f"{count} {state}" for state, count in sorted(Counter(s for _, s in told).items()))
    return f"{name:<14} {len(told):>4} {p50:>8.2f} {p95:>8.2f} {seconds[-1]:>8.2f} {wall:>8.1f}  {states}"


def side_by_side(work: Any, shares: list[list[Path]]) -> tuple[list[tuple[float, str]], float]:
    began = time.perf_counter()
    with ThreadPoolExecutor(len(shares)) as pool:
        told = [one for found in pool.map(work, shares) for one in found]
    return told, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--documents", type=int, default=50, help="of each client")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cli", type=int, default=40, help="documents for the command line; 0: none")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        run_service(asked.serve, asked.workers)
        return
    with tempfile.TemporaryDirectory() as scratch:
        measure(asked, Path(scratch))


def measure(asked: argparse.Namespace, folder: Path) -> None:
    paths = make_documents(folder / "documents", asked.clients * asked.documents)
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}, {asked.workers} workers")
    process, url = start_service(folder / "data", asked.workers, folder / "log")
    try:
        told, wall = side_by_side(
            lambda share: client(url, share), [paths[n :: asked.clients] for n in range(asked.clients)]
        )
    finally:
        process.terminate()
        process.wait(60)
    print(f"load after the service {os.getloadavg()[0]:.1f}")
    print(f"{'':<14} {'n':>4} {'p50 s':>8} {'p95 s':>8} {'most s':>8} {'wall s':>8}  states")
    print(line("service", told, wall))
    good = [one for one in told if one[1] != "poison"]
    print(line("  but the bad", good, wall))
    if asked.cli:
        some = paths[: asked.cli]
        shares = [some[n :: asked.clients] for n in range(asked.clients)]
        told, wall = side_by_side(lambda share: command_line(share, folder / "out"), shares)
        print(line("command line", told, wall))
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
