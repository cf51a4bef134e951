"""The tokens of a BERT that knows no capitals, read from its `tokenizer.json`: all that the shipped student needs.

Same ids as the library `tokenizers`, which other forms of that file are left to. The steps are those of Devlin et al.
2019: a text is cleaned of control characters, accents and capitals; parted at white space and around every sign of
punctuation and ideograph; and each word is spelt with the longest pieces of the vocabulary, from its beginning on.
Categories are those of Python's Unicode, those of `tokenizers` are older: some signs of scripts that came since 2015
are told apart, none of them in the vocabulary of an English model (tests/classify/test_wordpiece.py holds which).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from unicodedata import category, normalize

LONGEST = 100  # characters of a word; a longer one is unknown as a whole
WORDS = 65536  # whose pieces are remembered
_NORMALIZER = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "lowercase": True}
_MODEL = {
    "type": "WordPiece",
    "unk_token": "[UNK]",
    "continuing_subword_prefix": "##",
    "max_input_chars_per_word": LONGEST,
}
_IDEOGRAPHS = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x2A6E0),
    range(0x2A700, 0x2B820),
    range(0x2B920, 0x2CEB0),
    range(0x2F800, 0x2FA20),
)


class Encoded(Protocol):
    """Tokens of a text."""

    @property
    def ids(self) -> list[int]: ...


class Tokenizer(Protocol):
    """What judges ask of a tokenizer; that of the library `tokenizers` has it too."""

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> Encoded: ...

    def encode_batch(self, input: list[str]) -> Sequence[Encoded]: ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ids of a text's tokens in the vocabulary."""

    ids: list[int]


def is_wordpiece(told: Mapping[str, Any]) -> bool:
    """Whether the content of a tokenizer.json is of the form that `WordPiece` reads."""
    normalizer = dict(told.get("normalizer") or {})
    model = {name: value for name, value in (told.get("model") or {}).items() if name != "vocab"}
    plain = ("single_word", "lstrip", "rstrip", "normalized")
    return (
        normalizer.pop("strip_accents", None) is not False
        and normalizer == _NORMALIZER
        and told.get("pre_tokenizer") == {"type": "BertPreTokenizer"}
        and model == _MODEL
        and (told.get("post_processor") or {}).get("type") == "TemplateProcessing"
        and not any(token.get(name) for token in told.get("added_tokens") or () for name in plain)
    )


class WordPiece:
    """The tokenizer of a file's content `told`, which `is_wordpiece`; neither cuts nor pads. Raises KeyError."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._vocabulary: dict[str, int] = told["model"]["vocab"]
        self._longest = max(map(len, self._vocabulary))
        self._unknown = self._vocabulary["[UNK]"]
        self._added = {token["content"]: token["id"] for token in told["added_tokens"]}
        longest_first = sorted(map(re.escape, self._added), key=len, reverse=True)
        self._parting = re.compile(f"({'|'.join(longest_first) or '(?!)'})")
        self._before, self._after = _around(told["post_processor"])
        self._signs = Signs()
        self._spelt = lru_cache(WORDS)(self._spell)

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> Pieces:
        """The ids of a text, between those of its special tokens unless told otherwise."""
        ids = [one for part in self._parting.split(sequence) for one in self._part(part)]
        return Pieces([*self._before, *ids, *self._after] if add_special_tokens else ids)

    def encode_batch(self, input: Iterable[str]) -> list[Pieces]:
        """The ids of each text, special tokens included."""
        return [self.encode(text) for text in input]

    def _part(self, text: str) -> Iterable[int]:
        if text in self._added:
            return (self._added[text],)
        return (one for word in text.translate(self._signs).split() for one in self._spelt(word))

    def _spell(self, word: str) -> tuple[int, ...]:
        """Ids of the longest pieces from the beginning on; that of the unknown if the word cannot be spelt whole."""
        at, ids = 0, []
        while at < len(word) <= LONGEST:
            prefix = "##" if at else ""
            for end in range(min(len(word), at + self._longest), at, -1):
                piece = self._vocabulary.get(prefix + word[at:end])
                if piece is not None:
                    break
            else:
                return (self._unknown,)
            ids.append(piece)
            at = end
        return tuple(ids) if at == len(word) else (self._unknown,)


class Signs(dict[int, str]):
    """What becomes of a character, for `str.translate`: cleaned, in small letters, spaced where it stands alone."""

    def __missing__(self, code: int) -> str:
        self[code] = _cleaned(chr(code))
        return self[code]


def _around(template: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Ids before and after a single text."""
    before: list[int] = []
    after: list[int] = []
    for part in template["single"]:
        if "SpecialToken" in part:
            before += template["special_tokens"][part["SpecialToken"]["id"]]["ids"]
        else:
            before, after = after, before  # what comes now stands behind the text
    return after, before


def _cleaned(sign: str) -> str:
    if sign in "\t\n\r":
        return " "
    if sign in "\0\ufffd" or category(sign) in ("Cc", "Cf", "Co"):
        return ""
    alone = any(ord(sign) in those for those in _IDEOGRAPHS)
    plain = "".join(one.lower() for one in normalize("NFD", sign) if category(one) != "Mn")
    return "".join(f" {one} " if alone or _is_punctuation(one) else one for one in plain)


def _is_punctuation(sign: str) -> bool:
    return category(sign).startswith("P") or (
        sign.isascii() and sign.isprintable() and not (sign.isalnum() or sign == " ")
    )
