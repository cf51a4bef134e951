"""The student's own reader of tokens gives the ids of the library `tokenizers`, and leaves other forms to it."""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from soesift.classify.shipped import MODELS
from soesift.classify.student import read_tokenizer
from soesift.classify.wordpiece import WordPiece, is_wordpiece
from soesift.errors import MissingExtra, ModelError

FILE = MODELS / "default" / "tokenizer.json"
TOLD: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
OURS = WordPiece(TOLD)
THEIRS = Tokenizer.from_file(str(FILE))
# Latin to Arabic; signs of the page; Chinese, Japanese, Korean; letters of formulas; pictures. The library's categories
# are older than Python's: in other blocks 503 marks and signs of scripts, new since 2015, are told apart.
ALIKE = [
    *range(0x61D),
    *range(0x1E00, 0x2E43),
    *range(0x3000, 0xA000),
    *range(0xAC00, 0xD7A4),
    *range(0xF900, 0x10000),
    *range(0x1D400, 0x1D800),
    *range(0x1F000, 0x1FB00),
    *range(0x20000, 0x20100),
]
SIGNS = [chr(code) for code in ALIKE]
WORDS = [
    "Day",
    "−7 ± 2",
    "Visit 1",
    "ECGᵃ",
    "µg/mL",
    "Hämatologie",
    "naïve",
    "≥",
    "☒",
    "✓",
    "Follow-up",
    "C1D1",
    "№",
    "½",
    "检查",
    "İ",
    "ΑΣ",
]
ODD = [
    "[SEP]",
    "[CLS",
    "[PAD]]",
    "\x00",
    "\x1f",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u2028",
    "\u00a0",
    "e\u0301",
    "ﬁ",
    "a" * 99,
    "b" * 101,
    "##ing",
    "_",
    "😀",
]


def ids(texts: list[str]) -> tuple[list[list[int]], list[list[int]]]:
    return [one.ids for one in OURS.encode_batch(texts)], [one.ids for one in THEIRS.encode_batch(texts)]


def test_each_sign_within_a_word_and_alone() -> None:
    ours, theirs = ids([f"a{sign}b {sign}" for sign in SIGNS])
    assert [hex(code) for code, x, y in zip(ALIKE, ours, theirs, strict=True) if x != y] == []


def test_texts_like_tables() -> None:
    """1,500 texts of 1 to 60 words: pieces of words, words of schedules, odd signs, numbers, also run together."""
    draw = random.Random(5)
    pieces = list(TOLD["model"]["vocab"])

    def word() -> str:
        made = [draw.choice(pieces).removeprefix("##").title(), draw.choice(WORDS), draw.choice(ODD)]
        made += [str(draw.randrange(400)), draw.choice(SIGNS), draw.choice(pieces)]
        return "".join(draw.sample(made, draw.randint(1, 2)))

    texts = [draw.choice(" \t\n|").join(word() for _ in range(draw.randint(1, 60))) for _ in range(1500)]
    ours, theirs = ids(texts)
    assert [text for text, x, y in zip(texts, ours, theirs, strict=True) if x != y] == []


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.sampled_from(WORDS + ODD), st.text(st.sampled_from(SIGNS), max_size=12)), max_size=8))
def test_any_text(parts: list[str]) -> None:
    text = "".join(parts)
    assert OURS.encode(text).ids == THEIRS.encode(text).ids
    assert OURS.encode(text, add_special_tokens=False).ids == THEIRS.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize("length", [99, 100, 101, 100_000])
def test_a_long_word_is_unknown_as_a_whole(length: int) -> None:
    text = "day " + "a" * length + " 7"
    assert OURS.encode(text).ids == THEIRS.encode(text).ids


def changed(where: list[str], name: str, value: object) -> dict[str, Any]:
    told = copy.deepcopy({**TOLD, "model": {**TOLD["model"], "vocab": {"[UNK]": 0}}})
    place: Any = told
    for step in where:
        place = place[int(step) if step.isdigit() else step]
    place[name] = value
    return told


@pytest.mark.parametrize(
    "told",
    [
        changed(["normalizer"], "lowercase", False),
        changed(["normalizer"], "strip_accents", False),
        changed(["normalizer"], "clean_text", False),
        changed(["pre_tokenizer"], "type", "Whitespace"),
        changed(["model"], "type", "WordLevel"),
        changed(["model"], "continuing_subword_prefix", "@@"),
        changed(["model"], "max_input_chars_per_word", 50),
        changed(["post_processor"], "type", "BertProcessing"),
        changed(["added_tokens", "4"], "lstrip", True),
        {"model": None},
    ],
)
def test_other_forms_are_left_to_the_library(told: dict[str, Any]) -> None:
    assert is_wordpiece(TOLD)
    assert not is_wordpiece(told)


def plain(place: Path) -> Path:
    path = place / "tokenizer.json"
    told = changed(["pre_tokenizer"], "type", "Whitespace")
    path.write_text(json.dumps(told), "utf-8")
    return path


def test_the_library_reads_another_form(tmp_path: Path) -> None:
    assert isinstance(read_tokenizer(plain(tmp_path)), Tokenizer)
    assert isinstance(read_tokenizer(FILE), WordPiece)


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match=r"tokenizers is not installed.*soesift\[data\]"):
        read_tokenizer(plain(tmp_path))
    assert read_tokenizer(FILE).encode("Day 7").ids == THEIRS.encode("Day 7").ids


@pytest.mark.parametrize("write", [lambda p: p.write_text("{"), lambda p: p.write_text("[]"), lambda p: None])
def test_what_is_no_tokenizer_is_one_line(tmp_path: Path, write: Callable[[Path], object]) -> None:
    write(tmp_path / "tokenizer.json")
    with pytest.raises(ModelError, match="is not a tokenizer file"):
        read_tokenizer(tmp_path / "tokenizer.json")
