"""Sentences of the pages that one reads first have at most 30 words; benchmarks/sentences.py lists all longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs import program

ROOT = Path(__file__).resolve().parents[2]
FIRST = ["README", "CONTRIBUTING", "SECURITY", *(f"docs/{name}" for name in ("index", "install", "limits", "glossary"))]
FIRST += [f"docs/{name}" for name in ("questions", "detect", "mcp", "model-hub", "architecture", "tutorials/detect")]
FIRST += [f"docs/{name}" for name in ("app", "security", "train-a-student", "shipped-models")]
FIRST += [f"docs/concepts/{path.stem}" for path in sorted((ROOT / "docs" / "concepts").glob("*.md"))]


@pytest.mark.parametrize("page", FIRST)
def test_no_sentence_of_a_page_read_first_is_long(page: str) -> None:
    found = program("benchmarks/sentences.py").long_sentences((ROOT / f"{page}.md").read_text("utf-8"))
    assert list(found) == []


def test_long_ones_are_found_and_code_tables_and_addresses_are_left_out() -> None:
    words = " ".join(["word"] * 31)
    link = f"[x](http://{words.replace(' ', '/')}) y."
    text = f"Short one. {words}.\n\n- {words}\n\n```sh\n{words}\n```\n\n| {words} |\n\n{link}"
    found = list(program("benchmarks/sentences.py").long_sentences(text))
    assert [(line, count) for line, count, _ in found] == [(1, 31), (3, 31)]
