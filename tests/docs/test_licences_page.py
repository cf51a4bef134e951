"""The list of licences names what the lock file of the core pins, and nothing of it is outside the allowed set."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "licences.md").read_text("utf-8")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_page_names_what_is_locked() -> None:
    lock = (ROOT / "requirements" / "core.lock").read_text("utf-8")
    locked = {(plain(name), version) for name, version in re.findall(r"^([\w.-]+)==([\w.+]+)", lock, re.MULTILINE)}
    rows = re.findall(r"^\| ([\w.-]+) \| ([\d][\w.+]*) \|", PAGE, re.MULTILINE)
    shown = {(plain(name), version) for name, version in rows}
    elsewhere = {name for name, _ in locked - shown}  # another system's needs
    assert {name for name, _ in shown - locked} <= elsewhere
    assert len(elsewhere) <= 3, sorted(elsewhere)
    assert "not allowed" not in PAGE
