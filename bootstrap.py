"""Set everything up and run it, with Python 3.11 and pip alone.

python3 bootstrap.py demo [FILE...]   a virtual environment, the package, and detection on a sample protocol
                                      (made on the spot), or on your own files
python3 bootstrap.py test [PYTEST...] the same with all extras, then the tests
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
TORCH = "torch==2.13.0"  # before the rest, so that no other package chooses a larger build


def main() -> int:
    """Run the verb named on the command line."""
    verb, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is checked
        print("soesift needs Python 3.11 or later; run this file with it", file=sys.stderr)
        return 2
    if verb == "demo":
        return demo(rest)
    if verb == "test":
        return test(rest)
    print(__doc__, file=sys.stderr)
    return 2


def demo(files: list[str]) -> int:
    """Detect on a sample protocol, or on the files given."""
    install("sample")
    soesift = str(BIN / "soesift")
    if not files:
        subprocess.run([soesift, "sample", "--out", "out/sample", "--seed", "0"], check=True, cwd=ROOT)
        files = ["out/sample"]
    return subprocess.run([soesift, "detect", *files, "--out", "out", "--format", "json,xlsx,csv,html"]).returncode


def test(rest: list[str]) -> int:
    """All extras, then pytest."""
    install("test", TORCH)
    return subprocess.run([str(BIN / "python"), "-m", "pytest", *rest], cwd=ROOT).returncode


def install(extra: str, *first: str) -> None:
    """Make the environment once; again when pyproject.toml has changed."""
    stamp = HOME / f"soesift-{extra}.txt"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        venv.create(HOME, with_pip=True)
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for package in first:
        subprocess.run([*pip, package], check=True, cwd=ROOT)
    subprocess.run([*pip, "--editable", f".[{extra}]"], check=True, cwd=ROOT)
    stamp.write_text(digest)


if __name__ == "__main__":
    sys.exit(main())
