"""Every test that the security page leans on is there, under that name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{file}-{name}" for file, name in NAMED])
def test_the_test_is_there(file: str, name: str) -> None:
    assert re.search(rf"^(?:async )?def {name}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE)


def test_every_attack_in_the_table_has_a_test() -> None:
    table = PAGE.partition("| attack |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) >= 8
    assert [row for row in rows if "::test_" not in row] == []
