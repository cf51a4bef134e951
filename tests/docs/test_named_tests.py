"""Every test that a page leans on is there, under that name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("security", "faults", "hostile-input")}
NAMED = sorted(set(re.findall(r"`(?:tests/)?([\w/]+\.py)::(\w+)`", "".join(PAGES.values()))))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{file}-{name}" for file, name in NAMED])
def test_the_test_is_there(file: str, name: str) -> None:
    assert re.search(rf"^(?:async )?def {name}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("page", "head", "least"), [("security", "| attack |", 8), ("faults", "| fault |", 15)])
def test_every_row_of_the_table_has_a_test(page: str, head: str, least: int) -> None:
    table = PAGES[page].partition(head)[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    rows = [row for row in rows if not row.startswith("| what one sees")]
    assert len(rows) >= least
    assert [row for row in rows if "::test_" not in row] == []


def test_every_hostile_file_has_its_row() -> None:
    made = re.findall(r'^    Case\("([\w-]+\.\w+)"', (ROOT / "tests/hostile/hostile_files.py").read_text("utf-8"), re.M)
    assert len(made) > 30
    assert [name for name in made if f"| `{name}` |" not in PAGES["hostile-input"]] == []
