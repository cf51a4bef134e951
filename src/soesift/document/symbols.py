"""Characters of symbol fonts, which stand at U+F0xx or at Latin letters, as what they show: one table for PDF and Word.

The same code shows other things in other fonts. Where the font is not named, Symbol's positions that protocols use
count first (signs of comparison, Greek), then those of Wingdings (arrows, boxes, check marks).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

MUCH = 0.3  # of the page's characters

# fmt: off
FONTS = {
    "wingdings": {
        0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x72: "☐", 0xA7: "▪",
        0x6C: "●", 0x6E: "■", 0x9F: "•", 0x9E: "·", 0xE0: "→", 0xDF: "←", 0xE1: "↑", 0xE2: "↓", 0xE8: "→",
        0xF0: "→", 0xD8: "➢", 0x77: "◆", 0x76: "❖", 0xA1: "○", 0xAB: "★", 0x78: "☒", 0x28: "☎", 0x29: "✆",
        0x2A: "✉", 0x3F: "✍", 0x6D: "○", 0x75: "◆", 0xA0: "▪", 0xA4: "◉", 0xE3: "↖", 0xE4: "↗", 0xE5: "↙",
        0xE6: "↘", 0xEF: "←", 0xF1: "↑", 0xF2: "↓",
    },
    "wingdings 2": {
        0x50: "✓", 0x4F: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x51: "☒", 0xA3: "☐", 0x97: "●", 0x98: "●", 0x27: "☎",
        0x28: "☎",
    },
    "wingdings 3": {
        0x22: "→", 0x21: "←", 0x7D: "▶", 0x67: "→", 0x66: "←",
    },
    "webdings": {
        0x61: "✓", 0x72: "✗", 0x63: "☐", 0x67: "■", 0x6E: "●",
    },
    "symbol": {
        0xB7: "•", 0xD6: "√", 0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB0: "°", 0xB4: "×", 0xB9: "≠", 0xBB: "≈",
        0xAE: "→", 0xAC: "←", 0xAD: "↑", 0xAF: "↓", 0xAB: "↔", 0xDE: "⇒", 0xA5: "∞", 0x61: "α", 0x62: "β",
        0x63: "χ", 0x64: "δ", 0x65: "ε", 0x67: "γ", 0x6B: "κ", 0x6C: "λ", 0x6D: "μ", 0x70: "π", 0x73: "σ",
        0x74: "τ", 0x77: "ω", 0x44: "Δ", 0x57: "Ω", 0x2A: "*", 0x2B: "+", 0x2D: "−", 0xA8: "♦", 0xE2: "®",
        0xD4: "™", 0xD3: "©", 0xA2: "′", 0x40: "≅",
    },
}
# fmt: on

UNNAMED = {
    0x20: " ",
    0x25: "%",
    0x28: "(",
    0x29: ")",
    0x2A: "*",
    0x2B: "+",
    0x2D: "-",
    0x2F: "/",
    0x3C: "<",
    0x3D: "=",
    0x3E: ">",
    0x44: "Δ",
    0x61: "α",
    0x62: "β",
    0x67: "γ",
    0x6D: "μ",
    0xA3: "≤",
    0xA7: "▪",
    0xA8: "☐",
    0xAC: "←",
    0xAD: "↑",
    0xAE: "→",
    0xAF: "↓",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB9: "≠",
    0xBB: "≈",
    0xD6: "√",
    0xD7: "×",
    0xD8: "➢",
    0xDE: "→",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "→",
    0xF0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
    **{0x30 + digit: str(digit) for digit in range(10)},
}

LATIN = sorted({code for table in FONTS.values() for code in table if code > 0xA0})
PLAIN = sorted({code for table in FONTS.values() for code in table if code < 0x7F})
MOST_ASKED = 1000  # of a page: each question to the file costs some microseconds


def show_symbols(codes: NDArray[np.uint32], font_of: Callable[[int], str] = lambda index: "") -> NDArray[np.uint32]:
    """Code points (n,) with those of symbol fonts replaced; `font_of` names the font of a character by its index.

    Where much of the page stands at U+F020 to U+F07E, it is plain text that was encoded as symbols.
    """
    codes = _latin_as_symbols(codes, font_of)
    private = (codes >= 0xF020) & (codes <= 0xF0FF)
    if not private.any():
        return codes
    text = (codes >= 0xF020) & (codes <= 0xF07E)
    if text.sum() > MUCH * (codes > 32).sum():
        return np.where(text, codes - 0xF000, codes).astype(np.uint32)
    shown = codes.copy()
    for index in np.flatnonzero(private).tolist():
        table = FONTS.get(font_named(font_of(index)), UNNAMED)
        low = int(codes[index]) & 0xFF
        shown[index] = ord(table.get(low) or UNNAMED.get(low) or chr(int(codes[index])))
    return shown


def _latin_as_symbols(codes: NDArray[np.uint32], font_of: Callable[[int], str]) -> NDArray[np.uint32]:
    """Code points with those replaced that a file maps to Latin letters though their font is one of symbols: "ß" and
    "à" of Wingdings are arrows, "(" standing alone is a telephone. Fonts are asked for these letters only.
    """
    rare = (codes > 0xA0) & (codes < 0x100) & np.isin(codes, LATIN)
    asked = np.flatnonzero(rare | (np.isin(codes, PLAIN) & _stands_alone(codes)))[:MOST_ASKED]
    shown = codes
    for index in asked.tolist():
        sign = FONTS.get(font_named(font_of(index)), {}).get(int(codes[index]))
        if sign is not None and ord(sign) != codes[index]:
            shown = codes.copy() if shown is codes else shown
            shown[index] = ord(sign)
    return shown


def _stands_alone(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """(n,) characters without another right before or behind them."""
    room = np.concatenate([[True], codes <= 32, [True]])
    alone: NDArray[np.bool_] = room[:-2] & room[2:] & ~room[1:-1]
    return alone


@lru_cache(maxsize=1024)  # names of fonts, asked for character by character
def font_named(name: str) -> str:
    """A font's key in FONTS: "ABCDEF+Wingdings-Regular" is wingdings; "" if it is none of them."""
    lowered = name.rpartition("+")[2].lower().replace("-", " ").replace("_", " ")
    bare = "".join(lowered.split())
    keys = sorted(FONTS, key=len, reverse=True)
    return next((key for key in keys if bare.startswith(key.replace(" ", ""))), "")


def show_symbol(code: int, font: str) -> str:
    """The Unicode character that a code of a named font shows; other characters as they are."""
    table = FONTS.get(font.lower())
    private = 0xF000 <= code <= 0xF0FF
    if table is None and private:
        table = FONTS["wingdings"]  # what the code shows in practice when Word's font is not named
    if table is None or not (private or code < 0x100):
        return chr(code)
    shown = table.get(code & 0xFF)
    return shown if shown is not None else chr(code & 0xFF if private and code & 0xFF >= 0x20 else code)
