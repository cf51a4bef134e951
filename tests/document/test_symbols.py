from __future__ import annotations

import numpy as np

from soesift.document.symbols import show_symbols


def shown(text: str) -> str:
    return "".join(map(chr, show_symbols(np.array([ord(c) for c in text], np.uint32)).tolist()))


def test_plus_minus_and_comparison_signs_of_the_symbol_font() -> None:
    assert shown("Day 15 \uf0b12 days, \uf0a314 and \uf0b37") == "Day 15 ±2 days, ≤14 and ≥7"


def test_check_mark_of_wingdings_becomes_a_mark() -> None:
    assert shown("consent \uf0fc") == "consent ✓"


def test_a_page_encoded_as_symbols_is_plain_text() -> None:
    hidden = "".join(chr(0xF000 + ord(c)) for c in "Schedule of Activities")
    assert shown(hidden) == "Schedule of Activities"


def test_other_text_is_left_alone() -> None:
    codes = np.array([ord(c) for c in "Visit \ue012 é"], np.uint32)
    assert show_symbols(codes) is codes
