"""Characters of symbol fonts, which stand at U+F0xx without a Unicode mapping, as what they show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MUCH = 0.3  # of the page's characters

# Symbol's positions, and those of Wingdings where Symbol has nothing that protocols use
SHOWN = {
    0xF020: " ", 0xF025: "%", 0xF028: "(", 0xF029: ")", 0xF02A: "*", 0xF02B: "+", 0xF02D: "-", 0xF02F: "/",
    0xF03C: "<", 0xF03D: "=", 0xF03E: ">", 0xF044: "Δ", 0xF061: "α", 0xF062: "β", 0xF067: "γ", 0xF06D: "μ",
    0xF0A3: "≤", 0xF0A7: "▪", 0xF0AC: "←", 0xF0AD: "↑", 0xF0AE: "→", 0xF0AF: "↓", 0xF0B0: "°", 0xF0B1: "±",
    0xF0B3: "≥", 0xF0B4: "×", 0xF0B7: "•", 0xF0D7: "×", 0xF0DE: "→", 0xF0E0: "→", 0xF0FB: "✗", 0xF0FC: "✓",
    0xF0FE: "☑",
    **{0xF030 + digit: str(digit) for digit in range(10)},
}  # fmt: skip


def show_symbols(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Code points (n,) with those of symbol fonts replaced.

    Where much of the page stands at U+F020 to U+F07E, it is plain text that was encoded as symbols.
    """
    if not ((codes >= 0xF020) & (codes <= 0xF0FF)).any():
        return codes
    text = (codes >= 0xF020) & (codes <= 0xF07E)
    if text.sum() > MUCH * (codes > 32).sum():
        return np.where(text, codes - 0xF000, codes).astype(np.uint32)
    return np.array([ord(SHOWN[c]) if c in SHOWN else c for c in codes.tolist()], np.uint32)
