"""Word styles and automatic numbers: outline levels of headings, and "1.2" or "a." that no text run holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from soesift.document.docx_text import W, attribute, child

LEVELS = 9
_HEADING = re.compile(r"^heading\s*([1-9])\b", re.IGNORECASE)


@dataclass(slots=True)
class Style:
    name: str
    parent: str | None
    level: int | None  # outline level, 0 is the highest; 9 is body text
    number: tuple[str | None, int | None]  # numbering id and level


@dataclass(slots=True)
class Level:
    start: int
    kind: str
    pattern: str


@dataclass(slots=True)
class Numbering:
    """Definitions, and the counters as the document is read from top to bottom."""

    levels: dict[str, list[Level]] = field(default_factory=dict)  # by numbering id
    lists: dict[str, str] = field(default_factory=dict)  # numbering id -> list whose counters it shares
    counts: dict[str, list[int]] = field(default_factory=dict)


def read_styles(root: Any | None) -> dict[str, Style]:
    """Paragraph styles by id."""
    styles = {}
    for node in [] if root is None else root.iterfind(f"{W}style"):
        name, parent = child(node, "name"), child(node, "basedOn")
        styles[attribute(node, "styleId") or ""] = Style(
            "" if name is None else attribute(name, "val") or "",
            None if parent is None else attribute(parent, "val"),
            _integer(child(node, "pPr", "outlineLvl")),
            _number(child(node, "pPr", "numPr")),
        )
    return styles


def style_chain(paragraph: Any, styles: dict[str, Style]) -> list[Style]:
    """The style of a paragraph and those it is based on, nearest first."""
    node = child(paragraph, "pPr", "pStyle")
    key = None if node is None else attribute(node, "val")
    chain: list[Style] = []
    while key in styles and len(chain) < 20:
        chain.append(styles[key])
        key = chain[-1].parent
    return chain


def outline_level(paragraph: Any, chain: list[Style]) -> int | None:
    """0-based level of a heading; None for body text."""
    level = _integer(child(paragraph, "pPr", "outlineLvl"))
    for style in chain:
        if level is not None:
            break
        named = _HEADING.match(style.name)
        level = style.level if style.level is not None or not named else int(named[1]) - 1
    return level if level is not None and 0 <= level < LEVELS else None


def read_numbering(root: Any | None) -> Numbering:
    """Definitions of automatic numbers; overrides of single levels are taken over, their restarts are not."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {attribute(n, "abstractNumId"): _levels(n) for n in root.iterfind(f"{W}abstractNum")}
    for node in root.iterfind(f"{W}num"):
        reference = child(node, "abstractNumId")
        key = None if reference is None else attribute(reference, "val")
        number = attribute(node, "numId") or ""
        numbering.levels[number] = list(abstract.get(key, []))
        restarted = child(node, "lvlOverride", "startOverride") is not None
        numbering.lists[number] = f"num {number}" if restarted else f"abstract {key}"
    return numbering


def next_number(paragraph: Any, chain: list[Style], numbering: Numbering) -> str:
    """The automatic number in front of a paragraph ("" for none and for bullets); advances the counter."""
    number, depth = _number(child(paragraph, "pPr", "numPr"))
    for style in chain:
        number = style.number[0] if number is None else number
        depth = style.number[1] if depth is None else depth
    levels = numbering.levels.get(number or "0", [])
    place = depth or 0
    if not 0 <= place < len(levels):
        return ""
    counts = numbering.counts.setdefault(
        numbering.lists.get(number or "", ""), [level.start - 1 for level in levels] + [0] * LEVELS
    )
    counts[place] += 1
    for deeper in range(place + 1, len(levels)):
        counts[deeper] = levels[deeper].start - 1
    if levels[place].kind in ("bullet", "none"):
        return ""
    printed = re.sub(r"%([1-9])", lambda m: _printed(levels, counts, int(m[1]) - 1), levels[place].pattern)
    return printed.strip()


def _printed(levels: list[Level], counts: list[int], place: int) -> str:
    if place >= len(levels):
        return ""
    return format_number(max(counts[place], levels[place].start), levels[place].kind)


def format_number(value: int, kind: str) -> str:
    """A count as Word prints it; kinds that protocols do not use come out as decimals."""
    if kind in ("lowerLetter", "upperLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26) * min(1 + (value - 1) // 26, 9)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < value < 400:
        roman = _roman(value)
        return roman if kind == "lowerRoman" else roman.upper()
    return f"{value:02d}" if kind == "decimalZero" else str(value)


_ROMAN = {100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}


def _roman(value: int) -> str:
    text = ""
    for size, sign in _ROMAN.items():
        text += sign * (value // size)
        value %= size
    return text


def _levels(node: Any) -> list[Level]:
    found = [Level(1, "none", "")] * LEVELS
    for level in node.iterfind(f"{W}lvl"):
        place = int(attribute(level, "ilvl") or 0)
        if 0 <= place < LEVELS:
            kind, pattern = child(level, "numFmt"), child(level, "lvlText")
            start = _integer(child(level, "start"))
            found[place] = Level(
                1 if start is None else start,
                "decimal" if kind is None else attribute(kind, "val") or "decimal",
                "" if pattern is None else attribute(pattern, "val") or "",
            )
    return found


def _number(node: Any | None) -> tuple[str | None, int | None]:
    number = child(node, "numId")
    return None if number is None else attribute(number, "val"), _integer(child(node, "ilvl"))


def _integer(node: Any | None) -> int | None:
    value = None if node is None else attribute(node, "val")
    return int(value) if value is not None and value.lstrip("-").isdigit() else None
