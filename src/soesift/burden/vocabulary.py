"""Words that tell classes of activities, visits by telephone and conditional marks, from an editable TOML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import load_toml

OTHER = "other"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(_Part):
    """Words by language; all languages are looked for in every document."""

    en: list[str] = []
    de: list[str] = []
    fr: list[str] = []
    es: list[str] = []

    @model_validator(mode="after")
    def some(self) -> Words:
        words = self.all()
        if not words:
            raise ValueError("no word in any language")
        bad = [w for w in words if not w.strip("* ").strip() or "*" in w.strip("*")]
        if bad:
            raise ValueError(f"{bad[0]!r} is no word: letters, with * only at an end")
        return self

    def all(self) -> list[str]:
        return [*self.en, *self.de, *self.fr, *self.es]


class Contact(_Part):
    phone: Words
    maybe: Words
    unscheduled: Words


class ActivityClass(_Part):
    """`participant` is false for what staff do without the participant."""

    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    name: str = Field(min_length=1)
    participant: bool = True
    words: Words


class Vocabulary(_Part):
    contact: Contact
    conditional: Words
    classes: list[ActivityClass] = Field(min_length=1)

    @model_validator(mode="after")
    def distinct(self) -> Vocabulary:
        """Every key once and not "other"; no word in two classes, or the count would depend on their order."""
        keys = [c.key for c in self.classes]
        twice = next((k for k in keys if keys.count(k) > 1 or k == OTHER), None)
        if twice is not None:
            raise ValueError(f"class key {twice!r} is used twice or reserved")
        owner: dict[str, str] = {}
        for one in self.classes:
            for word in map(plain_case, one.words.all()):
                if owner.setdefault(word, one.key) != one.key:
                    raise ValueError(f"word {word!r} is in the classes {owner[word]!r} and {one.key!r}")
        return self

    def class_of(self, texts: Iterable[str]) -> str:
        """The key of the class whose longest word the first matching text holds; "other" if none matches."""
        for text in texts:
            lengths = {c.key: longest_match(text, tuple(c.words.all())) for c in self.classes}
            best = max(lengths, key=lengths.__getitem__)
            if lengths[best]:
                return best
        return OTHER

    def names(self) -> dict[str, str]:
        return {**{c.key: c.name for c in self.classes}, OTHER: "Other"}

    def staff_only(self) -> frozenset[str]:
        return frozenset(c.key for c in self.classes if not c.participant)


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """The vocabulary at `path`, or the shipped one. Raises UsageError naming the key that is wrong."""
    if path is not None:
        return load_toml(path, Vocabulary)
    with as_file(files("soesift.burden").joinpath("vocabulary.toml")) as shipped:
        return load_toml(shipped, Vocabulary)


def shipped_text() -> str:
    """The shipped vocabulary, to edit a copy of."""
    return files("soesift.burden").joinpath("vocabulary.toml").read_text(encoding="utf-8")


def plain_case(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def longest_match(text: str, words: tuple[str, ...]) -> int:
    """Length of the longest part of `text` that one of the words matches; 0 if none does."""
    return max((len(m.group()) for m in _pattern(words).finditer(plain_case(text))), default=0)


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Longest words first, so that one position yields its longest match."""
    plain = sorted({plain_case(w) for w in words}, key=len, reverse=True)
    return re.compile("|".join(map(_word, plain)))


def _word(word: str) -> str:
    front = r"\w*" if word.startswith("*") else r"(?<!\w)"
    back = r"\w*" if word.endswith("*") else r"(?!\w)"
    return front + re.escape(word.strip("*")) + back
