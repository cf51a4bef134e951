"""What the README says can be typed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from soesift.cli.main import VERBS, soesift
from soesift.train.config import read_config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_verb_and_option_named_exists() -> None:
    verbs = set(re.findall(r"^soesift ([a-z]+)|`soesift ([a-z]+)", README, re.MULTILINE))
    assert {one or other for one, other in verbs} <= set(VERBS)
    assert len(verbs) >= 3
    shown = CliRunner().invoke(soesift, ["detect", "--help"]).output
    for option in re.findall(r"^\| `(--[a-z]+)", README, re.MULTILINE):
        assert option in shown, option


def test_the_demo_writes_what_the_readme_promises(tmp_path: Path) -> None:
    def run(*arguments: str) -> int:
        return subprocess.run([sys.executable, "-m", "soesift.cli.main", *arguments], cwd=tmp_path).returncode

    assert run("sample", "--out", "out/sample", "--seed", "0") == 0
    assert run("detect", "out/sample", "--out", "out", "--format", "json,xlsx,csv,html") == 0
    for name in ("sample-0000.html", "sample-0000.xlsx", "sample-0000.json", "sample-0000_table1.csv"):
        assert (tmp_path / "out" / name).stat().st_size > 100


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_shipped_students_configuration_is_valid() -> None:
    assert read_config(ROOT / "configs" / "student-minilm.toml").model.max_tokens == 192
