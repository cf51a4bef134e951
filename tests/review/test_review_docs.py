"""What docs/review.md says: commands that parse, keys that the page has, options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soesift.cli.main import main

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "review.md").read_text("utf-8")


def test_every_option_on_the_page_is_one_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    known = set()
    for verb in (["review"], ["export"], ["tables"], ["detect"], ["label", "import-humans"]):
        with pytest.raises(SystemExit, match="0"):
            main([*verb, "--help"])
        known |= set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT)) <= known


def test_every_key_on_the_page_is_in_the_script() -> None:
    folder = ROOT / "src" / "soesift" / "review" / "static"
    script = "".join((folder / name).read_text("utf-8") for name in ("check.js", "check_mend.js"))
    table = TEXT.partition("| key | |")[2].partition("\n\n")[0]
    keys = re.findall(r"`([a-z1-4])`", table)
    assert len(keys) >= 15
    assert [key for key in keys if not re.search(rf"[ {{,]{key}: \(\)", script)] == []
