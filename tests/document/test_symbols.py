from __future__ import annotations

import numpy as np

from soesift.document.raised import FONTS, UNNAMED, font_named, show_symbol, show_symbols


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


def test_the_font_decides_what_a_code_shows() -> None:
    codes = np.array([0xF0E2, 0xF0E2, 0xF050, *map(ord, " and other words")], np.uint32)
    fonts = ["ABCDEF+SymbolMT", "Wingdings-Regular", "XYZABC+Wingdings2"]
    assert "".join(map(chr, show_symbols(codes, fonts.__getitem__).tolist())) == "®↓✓ and other words"
    assert font_named("Helvetica") == ""


def test_latin_letters_of_symbol_fonts_are_what_they_show() -> None:
    text = "\xdf-- Daily --\xe0 \xb3 18, gro\xdf, d\xe9j\xe0"
    wingdings, symbol = text.index("\xdf"), text.index("\xb3")
    fonts = {wingdings: "AB+Wingdings-Regular", text.index("\xe0"): "AB+Wingdings-Regular", symbol: "SymbolMT"}
    codes = show_symbols(np.array([ord(c) for c in text], np.uint32), lambda index: fonts.get(index, "Times"))
    assert "".join(map(chr, codes.tolist())) == "←-- Daily --→ ≥ 18, groß, déjà"


def test_a_lone_plain_letter_of_a_symbol_font_is_what_it_shows() -> None:
    text = "site ( site l (by phone) x visit (l)"
    signs = {text.index("( "): "AB+Wingdings-Regular", text.index(" l ") + 1: "Wingdings"}
    codes = show_symbols(np.array([ord(c) for c in text], np.uint32), lambda index: signs.get(index, "Arial"))
    assert "".join(map(chr, codes.tolist())) == "site ☎ site ● (by phone) x visit (l)"


def test_a_telephone_of_wingdings() -> None:
    assert show_symbol(0xF028, "Wingdings") == "☎"
    codes = np.array([0xF028, *map(ord, " or site, as planned")], np.uint32)
    assert chr(show_symbols(codes, lambda index: "DXQYNC+Wingdings")[0]) == "☎"


def test_arrows_without_a_named_font() -> None:
    assert shown("X \uf0df\uf0e0\uf0e2\uf0e8 X") == "X ←→↓→ X"


def test_one_table_for_word_and_pdf() -> None:
    for font, table in FONTS.items():
        for low, sign in table.items():
            assert show_symbol(0xF000 + low, font) == sign
            codes = np.array([0xF000 + low, *map(ord, "some words of a page")], np.uint32)
            assert chr(show_symbols(codes, lambda index, font=font: font)[0]) == sign
    assert all(len(sign) == 1 for table in (*FONTS.values(), UNNAMED) for sign in table.values())
