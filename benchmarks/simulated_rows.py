"""What the learning half promises, over simulations: intervals, calibration, a teacher that breaks.

    python benchmarks/simulated_rows.py interval [--runs 1000]
    python benchmarks/simulated_rows.py calibration [--runs 100]
    python benchmarks/simulated_rows.py teacher [--tables 251]

`interval`: two arms that are equal but for chance, 36 protocols, seeds that each move an arm by .02; how often the 95 %
interval of their difference holds 0 (two-way over protocols and seeds), beside protocols alone. Four shapes of F1: as
a bell, many protocols at 1, a wide one, and seeds that move nothing.

`calibration`: held-out logits of a student trained with class weights "root", 14 % schedules, good or poor, half too
sure: expected calibration error on 20,000 fresh tables after what `soesift train` does by itself with N held-out rows,
and after a temperature alone (as it was); precision and recall at its threshold.

`teacher`: a server on the loopback address breaks a quarter of its answers in one of nine ways, or in all nine;
`soesift label run` is called as a program: what has no label in the end, its exit code, and the code that is right.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "label"))

from loopback import Loopback, Reply, completion
from toys import toys, write_tables

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated
from soesift.evaluate.bootstrap import macro_difference
from soesift.evaluate.calibration import calibrate, expected_calibration_error, temperature
from soesift.label.ledger import Ledger
from soesift.label.report import stored_answers

PROTOCOLS, EFFECT = 36, 0.02  # of the simulated study; how far a seed moves an arm's F1
SHAPES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "bell": lambda rng: np.clip(0.95 + 0.08 * rng.standard_normal(PROTOCOLS), 0, 1),
    "most at 1": lambda rng: np.where(rng.random(PROTOCOLS) < 0.7, 1.0, rng.uniform(0.4, 1, PROTOCOLS)),
    "wide": lambda rng: rng.beta(2, 1, PROTOCOLS),
}


def covered(shape: str, seeds: int, effect: float, runs: int) -> tuple[float, float]:
    """Share of the runs whose interval holds 0: two-way, and of protocols alone (mean over the seeds)."""
    rng = np.random.default_rng(0)
    hits = np.zeros(2)
    for number in range(runs):
        base = SHAPES[shape](rng)
        noise = lambda: effect * rng.standard_normal((seeds, 1)) + 0.02 * rng.standard_normal((seeds, PROTOCOLS))  # noqa: E731
        arms = [np.clip(base + noise(), 0, 1) for _ in range(2)]
        gaps = (
            macro_difference(*arms, resamples=1000, seed=number),
            macro_difference(*(a.mean(0) for a in arms), resamples=1000, seed=number),
        )
        hits += [gap.low <= 0 <= gap.high for gap in gaps]
    return float(hits[0] / runs), float(hits[1] / runs)


def interval(given: argparse.Namespace) -> int:
    print(f"{given.runs} runs a line, {PROTOCOLS} protocols; share of 95 % intervals that hold 0")
    print("| F1 of protocols | seeds | a seed moves by | two-way | protocols alone |")
    print("|---|---|---|---|---|")
    worst = 1.0
    for shape in SHAPES:
        for seeds, effect in ((3, EFFECT), (5, EFFECT), (3, 0.0)):
            both, alone = covered(shape, seeds, effect, given.runs)
            worst = min(worst, both)
            print(f"| {shape} | {seeds} | {effect:.2f} | {both:.3f} | {alone:.3f} |", flush=True)
    return int(worst < 0.93 - 3 * (0.07 * 0.93 / given.runs) ** 0.5)


WEIGHTS = np.array([1.0, (0.86 / 0.14) ** 0.5])  # class weights "root" at 14 % schedules
STUDENTS = {"good": (-6.5, 6.0), "poor": (-2.85, 2.0)}  # mean and deviation of the true log-odds


def held_out(n: int, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 2) of a student that class weights moved and training made half too sure, and truth (n,)."""
    z = rng.normal(*STUDENTS[kind], n)
    truth = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    return 1.5 * np.stack([np.zeros(n), z + np.log(WEIGHTS[1])], axis=1), truth


def calibration(given: argparse.Namespace) -> int:
    rng = np.random.default_rng(0)
    print(f"{given.runs} students a line; expected calibration error on 20,000 fresh tables")
    print("| student | held-out rows | fitted | error, mean | 95 % below | precision | recall | a temperature alone |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in STUDENTS:
        for n in (32, 60, 120, 300, 1000, 3000):
            told = np.array([one_student(n, kind, rng) for _ in range(given.runs)])
            fitted, error, exact, found, scaled = told.T
            figures = (error.mean(), np.quantile(error, 0.95), np.nanmean(exact), found.mean(), scaled.mean())
            print(f"| {kind} | {n} | {fitted.mean():.0%} | {' | '.join(f'{x:.3f}' for x in figures)} |", flush=True)
    return 0


def one_student(n: int, kind: str, rng: np.random.Generator) -> tuple[float, ...]:
    """Whether anything was fitted; error, precision, recall on fresh tables; error after a temperature alone."""
    logits, truth = held_out(n, kind, rng)
    fresh, known = held_out(20_000, kind, rng)
    found = calibrate(logits, np.eye(2)[truth], [1], 0.99, "rows", WEIGHTS)
    share = calibrated(fresh, found)[:, 1]
    said = share >= found.yes
    scaled = calibrated(fresh, Calibration(scale=temperature(logits, np.eye(2)[truth])))[:, 1]
    first, second = (expected_calibration_error(known, p) for p in (share, scaled))
    precise = float(known[said].mean()) if said.any() else float("nan")
    return float(not found.fitted_on.startswith("nothing")), first, precise, float(said[known == 1].mean()), second


BROKEN: dict[str, Reply] = {
    "gateway page, status 200": (200, {}, b"<html>502 Bad Gateway</html>"),
    "half a body": (200, {}, completion("YES")[2][:40]),
    "other JSON": (200, {}, b'{"detail": "x"}'),
    "empty text": completion(""),
    "refusal": completion("", refusal="no"),
    "cut short": completion("The", finish="length"),
    "another word": completion("MAYBE"),
    "status 500": (500, {}, b"oops"),
    "connection dropped": (-1, {}, b""),
}


def teacher(given: argparse.Namespace) -> int:
    print(f"{given.tables} tables, one view; a quarter of the answers is broken")
    print("| broken in this way | asked | without a label | wrong labels | exit code (right: 0) |")
    print("|---|---|---|---|---|")
    worst = 0
    for name, kinds in [*((name, [reply]) for name, reply in BROKEN.items()), ("all nine", list(BROKEN.values()))]:
        asked, lost, wrong, code = labelled(kinds, given.tables, given.share)
        worst = max(worst, lost, wrong, code)
        print(f"| {name} | {asked} | {lost} | {wrong} | {code} |", flush=True)
    return int(worst > 0)


def labelled(kinds: list[Reply], tables: int, share: float) -> tuple[int, int, int, int]:
    """Requests, tables without a label, wrong labels and exit code of one `soesift label run`."""
    rng = np.random.default_rng(0)
    breaks, which = rng.random(100_000) < share, rng.integers(len(kinds), size=100_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        Loopback(lambda n, body: kinds[which[n]] if breaks[n] else completion("NO")) as server,
    ):
        where = Path(folder)
        write_tables(where / "t.jsonl", toys(tables))
        settings = ['task = "soe-v1"', "[provider]", 'model = "toy"', f"base_url = {json.dumps(server.url)}"]
        settings += ["[views]", 'names = ["json"]', "[sampling]", 'mode = "logprobs"', "[run]", "backoff_s = 0.01"]
        (where / "c.toml").write_text("\n".join(settings))
        command = [sys.executable, "-m", "soesift.cli.main", "label", "run", str(where / "t.jsonl"), "--quiet"]
        done = subprocess.run(
            [*command, "-c", str(where / "c.toml"), "--ledger", str(where / "l.db")], capture_output=True, text=True
        )
        book = Ledger(where / "l.db")
        labels = [answer.label for answer in stored_answers(book) if answer.label]
        book.close()
    return len(server.log), tables - len(labels), sum(label != "no" for label in labels), done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["interval", "calibration", "teacher"])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--tables", type=int, default=251)
    parser.add_argument("--share", type=float, default=0.25, help="of the teacher's answers that are broken")
    given = parser.parse_args()
    return {"interval": interval, "calibration": calibration, "teacher": teacher}[given.what](given)


if __name__ == "__main__":
    raise SystemExit(main())
