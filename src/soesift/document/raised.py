"""Characters that are more than letters: raised ones, forms of note markers, the symbols of symbol fonts."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Raised characters: carried inside a text between two signs, and told apart into markers, exponents and the like.
#
# A text in which some characters are raised travels from words to cells as one string, the raised runs between `UP` and
# `DOWN`. Both are noncharacters of Unicode: no file holds them rightly. Unicode's own superscripts are raised as well.

UP, DOWN = "\ufdd0", "\ufdd1"
_OWN = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789abcdefghijklmnoprstuvwxyz", strict=True))
_OWN |= dict(zip("⁺⁻⁽⁾", "+-()", strict=True))
_OWN_RUN = re.compile(rf"[{''.join(_OWN)}](?:[{''.join(_OWN)},]*[{''.join(_OWN)}])?")
_PLAIN = {ord(k): v for k, v in _OWN.items()} | {ord(UP): None, ord(DOWN): None}
_UPWARDS = {v: k for k, v in _OWN.items()} | {"−": "⁻", "–": "⁻"}
_SEAM = re.compile(rf"{DOWN}(\s*){UP}")  # between two raised words


@dataclass(frozen=True, slots=True)
class RaisedSettings:
    """What a raised run may be. Each pattern is matched against the text before it, or against the run itself."""

    longest: int = 3  # characters of one letter or number marker ("aa", "10", "iii"); longer ones are words. 2 to 4
    # behind these a raised figure is a power: 10^9, m^2, cm^3, 1.73 m^2, mm^3; behind a slash: /m^2
    powers: re.Pattern[str] = re.compile(
        r"(?:(?<![\d.])(?:[x×·*]\s?)?10|(?:^|[\d\s/(·×.])(?:[cmkdµμn]?m|s|sec|in|ft))$"
    )
    power: re.Pattern[str] = re.compile(r"[+\-−–]?\d{1,2}")
    ordinal: re.Pattern[str] = re.compile(r"(?:st|nd|rd|th)", re.IGNORECASE)
    trade: re.Pattern[str] = re.compile(r"(?:®|©|™|℠|TM|SM|°|º|R)")
    charge: re.Pattern[str] = re.compile(r"\d?[+\-−–](?:/[+\-−–])?|\+{1,3}")  # Ca2+, CD4+, HER2-
    # isotopes, with what follows: 14C, 13C-urea, 18F-FDG, 99mTc; but "2 In women" is a note
    isotope: re.Pattern[str] = re.compile(
        r"(?:[23]H|1[134]C|1[35]N|1[578]O|18F|3[23]P|35S|\d{3}In?|\d{2,3}m?(?:Tc|Lu|Ga|Y|Zr|Cu|Xe|Kr|Rb|Sm|Ra|Fe))(?![A-Za-z])"
    )
    degree: re.Pattern[str] = re.compile(r"[o0O]")


DEFAULT = RaisedSettings()
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SIGNS = "*†‡§¶#∫ǂ‖∞△^$@&~!¥£◊♦ψ¤Δ+"
_MARKER = re.compile(
    rf"[A-Za-z]{{1,3}}\d?|[ivx]{{4,5}}|\d{{1,3}}[a-z]?|\*\d{{1,2}}|[{re.escape(_SIGNS)}]{{1,4}}|[{CIRCLED}]"
)
_TOKEN = re.compile(rf"[A-Za-z]+\d?|\*\d{{1,2}}(?!\d)|\d+[a-z]?|[{CIRCLED}]|[^\w\s,;.()\[\]{CIRCLED}]+")


def mark_own(text: str) -> str:
    """`text` with Unicode's superscripts between the signs, as other raised characters are."""
    return _SEAM.sub(r"\1", _OWN_RUN.sub(lambda m: f"{UP}{m.group()}{DOWN}", text)) if not text.isascii() else text


def plain(shown: str) -> str:
    """The text without the signs."""
    return shown.replace(UP, "").replace(DOWN, "")


def runs_of(shown: str) -> list[tuple[str, bool]]:
    """Pieces of a text, each with whether it is raised; single spaces, none at the ends; [] if nothing is raised."""
    if UP not in shown:
        return []
    shown = " ".join(_SEAM.sub(r"\1", shown).split())
    runs: list[tuple[str, bool]] = []
    raised = False
    for piece in re.split(f"([{UP}{DOWN}])", shown):
        if piece in (UP, DOWN):
            raised = piece == UP
        elif piece and runs and (runs[-1][1] == raised or not piece.strip()):
            runs[-1] = (runs[-1][0] + piece, runs[-1][1])
        elif piece:
            runs.append((piece, raised))
    return runs if any(up for _, up in runs) else []


def split_raised(
    runs: list[tuple[str, bool]], known: frozenset[str] = frozenset(), settings: RaisedSettings = DEFAULT
) -> tuple[str, list[str]]:
    """The text without footnote markers, and the markers in order.

    `known` are markers that have a note: they settle whether "12" is one marker or two. A raised run that is no marker
    (a power, an ordinal, a trade mark, the charge of an ion, an isotope) stays in the text.
    """
    text = ""
    markers: list[str] = []
    for place, (piece, raised) in enumerate(runs):
        after = runs[place + 1][0] if place + 1 < len(runs) else ""
        found = markers_of(piece, text, after, known, settings) if raised else []
        if found:
            text, markers = text.rstrip(), [*markers, *(m for m in found if m not in markers)]
            text += " " if piece[-1:].isspace() else ""
        else:
            text += _as_text(piece, text, after, settings) if raised else piece
    return " ".join(text.split()), markers


def markers_of(
    run: str, before: str, after: str = "", known: frozenset[str] = frozenset(), settings: RaisedSettings = DEFAULT
) -> list[str]:
    """The footnote markers that a raised run holds; [] if it is something else."""
    run = run.translate(_PLAIN).strip()
    if not run or (_is_other(run, before, after, settings) and not _is_note_of_ten(run, before, after, known)):
        return []
    tokens = _TOKEN.findall(run)
    if not tokens or any(_MARKER.fullmatch(token) is None and token not in known for token in tokens):
        return []
    found = [part for token in tokens for part in _parts(token, known)]
    return [] if any(len(part) > settings.longest and part not in _ROMAN for part in found) else found


def _is_note_of_ten(run: str, before: str, after: str, known: frozenset[str]) -> bool:
    """Whether a figure raised behind a cell's lone "10" is a marker: its note is there, and no unit follows."""
    return run in known and before.strip() == "10" and not after.strip()


def _is_other(run: str, before: str, after: str, settings: RaisedSettings) -> bool:
    """Whether a raised run belongs to its word: "10^9", "1st", "(R)", "Ca2+", "14C", "37 oC"."""
    if settings.trade.fullmatch(run):
        return True
    if before[-1:].isdigit() and settings.ordinal.fullmatch(run):
        return True
    if before[-2:].isalnum() and len(before) > 1 and settings.charge.fullmatch(run):
        return True
    if settings.power.fullmatch(run) and settings.powers.search(before.rstrip()):
        return True
    if settings.isotope.match(f"{run}{after}"):
        return True
    return settings.degree.fullmatch(run) is not None and before.rstrip()[-1:].isdigit() and after[:1] in ("C", "F")


def _as_text(run: str, before: str, after: str, settings: RaisedSettings) -> str:
    """A raised run that is no marker, as plain text that means the same: "10⁹", "37 °C", "™"."""
    bare = run.translate(_PLAIN).strip()
    if settings.power.fullmatch(bare) and settings.powers.search(before.rstrip()):
        return "".join(_UPWARDS.get(c, c) for c in run)
    if settings.degree.fullmatch(bare) and before.rstrip()[-1:].isdigit() and after[:1] in ("C", "F"):
        return run.replace(bare, "°")
    return run.replace(bare, {"TM": "™", "SM": "℠", "R": "®"}.get(bare, bare)) if run.isascii() else run


def _parts(token: str, known: frozenset[str]) -> list[str]:
    """ "ab" is a and b where these have notes and ab has none; "**†" one and another sign."""
    if token in known or len(token) == 1:
        return [token]
    if token[0] == "*" and token[1:].isdecimal():  # "*1" of Japanese protocols, but the notes may be * and 1
        return ["*", token[1:]] if token[1:] in known else [token]
    if not token.isalnum():
        same = [run.group() for run in re.finditer(r"(.)\1*", token)]
        return same
    cut = next((k for k in range(1, len(token)) if token[:k] in known and _known_parts(token[k:], known)), 0)
    if cut:
        return [token[:cut], *_known_parts(token[cut:], known)]
    letters = token.isalpha() and len(set(token)) > 1 and token.lower() not in _ROMAN
    return list(token) if letters else [token]


def _known_parts(token: str, known: frozenset[str]) -> list[str]:
    if token in known:
        return [token]
    for k in range(1, len(token)):
        if token[:k] in known and (rest := _known_parts(token[k:], known)):
            return [token[:k], *rest]
    return []


_ROMAN = frozenset(
    ["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xix"]
)


# The forms in which a line may begin with the marker of a note, where it is known which markers a table carries.

SIGNS = f"*†‡§¶#∫ǂ‖∞△Δ◊^{CIRCLED}"
LEAST = 3  # letters of a note's text
_FORM = re.compile(
    rf"""^(?:[•▪◦■]\s*)?(?P<word>(?:foot)?note\s+)?[\[({{]?([A-Za-z]{{1,2}}|[ivx]{{3,5}}|\*?\d{{1,2}}|[{SIGNS}]{{1,4}})
    (?:[\])}}][.:]?|\s?[.:=/]|\s?[–—-](?=\s)|(?(word)(?=\s)|(?!)))\s+(?=\S)""",
    re.VERBOSE | re.IGNORECASE,
)


def marker_of(text: str, used: Collection[str]) -> tuple[str, str] | None:
    """(marker, rest) of a line that begins, in whatever form, with a marker that a cell carries: "a- Only if",
    "Note a. Only if", "• A: Only if"."""
    match = _FORM.match(text)
    if match is None or match[2] not in used or len(text) - match.end() < LEAST:
        return None
    return match[2], text[match.end() :].strip()


# Characters of symbol fonts, which stand at U+F0xx or at Latin letters, as what they show: one table for PDF and Word.
#
# The same code shows other things in other fonts. Where the font is not named, Symbol's positions that protocols use
# count first (signs of comparison, Greek), then those of Wingdings (arrows, boxes, check marks).

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
