"""Raised characters: carried inside a text between two signs, and told apart into markers, exponents and the like.

A text in which some characters are raised travels from words to cells as one string, the raised runs between `UP` and
`DOWN`. Both are noncharacters of Unicode: no file holds them rightly. Unicode's own superscripts are raised as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    # isotopes: 14C, 13C-urea, 18F-FDG, 99mTc
    element: re.Pattern[str] = re.compile(r"(?:C|F|H|N|O|P|S|I|Tc|In|Lu|Ga|Y|Zr|Cu|Xe|Kr|Rb|Sm|Ra|Fe)(?![A-Za-z])")
    isotope: re.Pattern[str] = re.compile(r"\d{1,3}m?")
    degree: re.Pattern[str] = re.compile(r"[o0O]")


DEFAULT = RaisedSettings()
_SIGNS = "*†‡§¶#∫ǂ‖∞△^$@&~!¥£◊♦ψ¤Δ+"
_MARKER = re.compile(rf"[A-Za-z]{{1,3}}\d?|[ivx]{{4,5}}|\d{{1,3}}[a-z]?|[{re.escape(_SIGNS)}]{{1,4}}")
_TOKEN = re.compile(r"[A-Za-z]+\d?|\d+[a-z]?|[^\w\s,;.()\[\]]+")


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
    if not run or _is_other(run, before, after, settings):
        return []
    tokens = _TOKEN.findall(run)
    if not tokens or any(_MARKER.fullmatch(token) is None and token not in known for token in tokens):
        return []
    found = [part for token in tokens for part in _parts(token, known)]
    return [] if any(len(part) > settings.longest and part not in _ROMAN for part in found) else found


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
    if settings.isotope.fullmatch(run) and settings.element.match(after):
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
