"""What becomes of every hostile document: `python benchmarks/hostile.py [--fast] [--page FILE]`.

One batch through the command itself, as a user runs it. Exits 1 if an outcome is not the one named for it, if a
document has none, or if anything but whole files lies in the folder of results. --page docs/hostile-input.md puts the
table into that page.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "hostile")]

from hostile_files import PASSWORD, Case, encrypted_pdf, make_all  # noqa: E402

from soesift.detect.batch import stems  # noqa: E402


def run_all(folder: Path, slow: bool, seconds: float, model: str = "linear") -> list[tuple[Case, str, float]]:
    """(case, outcome, seconds) of each, after one run of `soesift detect` over all."""
    cases = make_all(folder / "in", slow)
    paths = [folder / "in" / case.name for case in cases]
    command = [sys.executable, "-m", "soesift.cli.main", "detect", *map(str, paths), "--out", str(folder / "out")]
    command += ["--model", model, "--format", "json,xlsx,csv,html", "--timeout", str(seconds), "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 4:  # some are read, some are not
        raise SystemExit(f"the batch ended with {done.returncode}: {done.stderr[-2000:]}")
    return [(case, *outcome(folder / "out" / f"{stem}.json")) for case, stem in zip(cases, stems(paths), strict=True)]


def opened(folder: Path, model: str = "linear") -> tuple[Case, str, float]:
    """The encrypted document again, with its password."""
    path = folder / "opened" / "encrypted.pdf"
    path.parent.mkdir()
    path.write_bytes(encrypted_pdf())
    command = [sys.executable, "-m", "soesift.cli.main", "detect", str(path), "--out", str(folder / "with")]
    subprocess.run([*command, "--model", model, "--password", PASSWORD], capture_output=True, check=False)
    case = Case("encrypted.pdf", "encrypted, with its password", lambda path: None, "yes|no|unsure")
    return case, *outcome(folder / "with" / "encrypted.json")


def into_page(page: Path, table: str) -> None:
    """Put the table where the old one stands."""
    text = page.read_text("utf-8")
    start = text.index("| file |")
    end = text.index("\n\n", start)
    page.write_text(f"{text[:start]}{table}{text[end:]}", "utf-8")


def outcome(path: Path) -> tuple[str, float]:
    """What a result says, and the seconds it took; "nothing" without one."""
    if not path.exists():
        return "nothing", 0.0
    result = json.loads(path.read_text("utf-8"))
    error = (result["document"]["error"] or "").replace(f"{path.parent.parent / 'in'}/", "")
    return error or result["document"]["has_soe"], result["timing"]["total"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="only files that take a few seconds")
    parser.add_argument("--keep", type=Path, help="leave files and results here")
    parser.add_argument("--page", type=Path, help="put the table into this page")
    parser.add_argument("--timeout", type=float, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        found = [*run_all(folder, not options.fast, options.timeout), opened(folder)]
        parts = [path.name for path in (folder / "out").iterdir() if path.name.endswith(".part")]
    wrong = [case.name for case, said, _ in found if not re.fullmatch(case.outcome, said, re.DOTALL)]
    lines = [
        f"| `{ascii(case.name)[1:-1]}` | {case.about} | {ascii(said)[1:-1]} | {seconds or ''} |"
        for case, said, seconds in found
    ]
    table = "\n".join(["| file | what it is | outcome | seconds |", "|---|---|---|---|", *lines])
    print(table)
    if options.page:
        into_page(options.page, table)
    print(f"\n{len(found)} files, {len(wrong)} with another outcome: {wrong}; half-written files: {parts}")
    raise SystemExit(bool(wrong or parts))


if __name__ == "__main__":
    main()
