"""Fuzz one target guided by coverage (atheris): `python benchmarks/fuzz_guided.py page --seconds 600`.

Wants `pip install atheris` (libFuzzer within Python, Linux). The cases are those of `benchmarks/fuzz.py`, but the bytes
that they are made from are varied towards branches of soesift not taken before; the corpus is kept in
`--corpus`/TARGET and gone on with. Ends at the first failure, with its case in the same place, or prints the cases run.
Memory grows by the cases (Hypothesis keeps what it has seen; the same targets without it do not grow).
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import atheris

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "fuzz")]

with atheris.instrument_imports(include=["soesift"]):
    from fuzz_targets import TARGETS

    import soesift.detect.word  # with Word's readers, which are otherwise imported when used
    import soesift.table.records  # noqa: F401

from hypothesis import HealthCheck, given, settings  # noqa: E402

SEEDS, LONGEST = 40, 16384


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=Path(".hypothesis/guided"))
    options = parser.parse_args()
    target = TARGETS[options.target]

    @settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(target.cases)
    def run(case: object) -> None:
        target.check(case)

    folder = options.corpus / options.target
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(SEEDS):  # long enough for whole cases: from nothing libFuzzer would take hours to get there
        (folder / f"seed-{seed}").write_bytes(random.Random(seed).randbytes(LONGEST // 2))
    asked = [
        "",
        f"-max_total_time={options.seconds}",
        f"-artifact_prefix={folder}/",
        f"-max_len={LONGEST}",
        "-len_control=0",
        "-timeout=60",
        "-rss_limit_mb=8000",
        "-print_final_stats=1",
        "-close_fd_mask=0",
        str(folder),
    ]
    atheris.Setup(asked, run.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
