"""The commands of docs/diff-and-burden.md, typed in order."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "diff-and-burden.md").read_text("utf-8")


def test_every_soesift_command_of_the_page_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("soesift ")]
    assert len(lines) == 6
    for line in lines:
        words, _, target = line.partition(" > ")
        command = [sys.executable, "-m", "soesift.cli.main", *shlex.split(words)[1:]]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == (1 if " diff " in line else 0), (line, run.stderr)
        if target:
            (tmp_path / target).write_text(run.stdout, "utf-8")
    for name in ("changes.html", "changes.json", "burden.html", "burden.csv", "burden.json", "words.toml"):
        assert (tmp_path / name).stat().st_size > 100


def test_the_numbers_of_the_page_name_the_command_that_prints_them() -> None:
    command = re.search(r"^python (benchmarks/\S+) --cases (\d+)", PAGE, re.MULTILINE)
    assert command is not None
    assert (ROOT / command[1]).exists()
    assert f" of {int(command[2]):,} cases" in PAGE
