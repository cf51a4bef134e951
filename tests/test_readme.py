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


EXAMPLE = ROOT / "src" / "soesift" / "train" / "examples" / "student.toml"
DETECT = (ROOT / "docs" / "detect.md").read_text("utf-8")


def test_every_verb_named_exists_and_every_verb_is_named() -> None:
    table = README.partition("| you want | verb |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(?:soesift )?([a-z]+)[ `]", table)) | set(re.findall(r"^soesift ([a-z]+)", README, re.M))
    assert named == set(VERBS)


def test_every_option_of_detect_is_on_its_page() -> None:
    named = set(re.findall(r"`(--[a-z]+)", DETECT.partition("| option |")[2].partition("\n\n")[0]))
    options = {
        name
        for one in CliRunner().invoke(soesift, ["detect", "--help"]).output.split()
        for name in [one]
        if name.startswith("--")
    }
    assert named == {name.rstrip(",.;") for name in options} - {"--help"}


def test_it_is_short_and_has_its_picture() -> None:
    text = re.sub(r"```.*?```|\]\([^)]*\)|[|#`*-]", " ", README, flags=re.DOTALL)
    assert 350 < len(text.split()) <= 510
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(shown) == 1
    assert (ROOT / shown[0]).read_bytes().startswith(b"\x89PNG")


def test_its_python_runs(tmp_path: Path) -> None:
    from made_protocols import short_protocol

    short_protocol(tmp_path / "my-protocol.pdf")
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("[1, 2] [['Procedure'")


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


def test_the_configuration_to_begin_with_is_valid() -> None:
    shown = CliRunner().invoke(soesift, ["train", "--example"]).output
    assert shown == EXAMPLE.read_text("utf-8")
    assert read_config(EXAMPLE).model.max_tokens == 192
