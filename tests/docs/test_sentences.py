"""Sentences of the pages have at most 30 words; benchmarks/sentences.py lists all longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs import program

ROOT = Path(__file__).resolve().parents[2]
DIARIES = ("lab-notes", "results", "speed")  # grow with every measurement; the rest is held to the rule
PAGES = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")]
PAGES += [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.stem not in DIARIES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_sentence_of_a_page_is_long(page: Path) -> None:
    found = program("benchmarks/sentences.py").long_sentences(page.read_text("utf-8"))
    assert list(found) == []


def test_long_ones_are_found_and_code_tables_and_addresses_are_left_out() -> None:
    words = " ".join(["word"] * 31)
    link = f"[x](http://{words.replace(' ', '/')}) y."
    text = f"Short one. {words}.\n\n- {words}\n\n```sh\n{words}\n```\n\n| {words} |\n\n{link}"
    found = list(program("benchmarks/sentences.py").long_sentences(text))
    assert [(line, count) for line, count, _ in found] == [(1, 31), (3, 31)]
