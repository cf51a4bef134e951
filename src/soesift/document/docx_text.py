"""Text of a Word paragraph as displayed: tracked changes accepted, symbols and checkboxes as characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from soesift.document.raised import DOWN, UP, mark_own, plain
from soesift.document.symbols import show_symbol

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
W = f"{{{WORD}}}"

LIFT = 4  # half points above the line from which on a run is raised
SMALL = 16  # half points: larger print that is lifted is no superscript
# deleted or moved text, field codes, properties, and the second rendering of the same drawing
_UNSEEN = {"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sdtPr", "Fallback", "tbl", "rt"}
_UNPRINTED = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])  # soft hyphen, zero-width marks
_BLANKS = {"tab", "br", "cr", "ptab"}


@dataclass(slots=True)
class Written:
    """What a paragraph shows; `superscripts` are its raised runs in order, which also stand in the text."""

    parts: list[str] = field(default_factory=list)
    superscripts: list[str] = field(default_factory=list)
    struck: int = 0  # characters of runs that are struck through
    standing: int = 0  # characters of the others

    def text(self) -> str:
        return plain(self.shown())

    def shown(self) -> str:
        """The text with raised characters between signs (soesift.document.raised)."""
        text = "".join(self.parts).translate(_UNPRINTED)
        return " ".join(mark_own(text).split())


def local_name(element: Any) -> str:
    """Tag without namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by local name: producers disagree on namespaces (w, w14, strict)."""
    value: str | None = element.get(W + name)
    if value is None:
        value = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)
    return value


def is_on(element: Any | None) -> bool:
    """Whether a Word on/off property is present and not switched off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


def child(element: Any | None, *path: str) -> Any | None:
    """The first descendant along a path of local names in Word's namespace."""
    for name in path:
        element = None if element is None else element.find(W + name)
    return element


def write_paragraph(paragraph: Any, note_numbers: dict[str, int]) -> Written:
    """Text of a paragraph; `note_numbers` maps footnote ids to printed numbers and grows on the way."""
    written = Written()
    _write(paragraph, written, note_numbers)
    return written


def _write(element: Any, written: Written, notes: dict[str, int]) -> None:
    for node in element:
        name = local_name(node)
        if name in _UNSEEN or not name:
            continue
        if name == "r":
            _write_run(node, written, notes)
        elif name == "sdt" and _checkbox(node) is not None:
            written.parts.append("☒" if _checkbox(node) else "☐")
        else:
            _write(node, written, notes)
            if name == "p":  # of a text box
                written.parts.append(" ")


def _write_run(run: Any, written: Written, notes: dict[str, int]) -> None:
    if is_on(child(run, "rPr", "vanish")):
        return
    before = len(written.parts)
    fonts = child(run, "rPr", "rFonts")
    font = "" if fonts is None else attribute(fonts, "ascii") or ""
    for node in run:
        _write_piece(node, font, written, notes)
    length = len("".join("".join(written.parts[before:]).split()))
    if is_on(child(run, "rPr", "strike")) or is_on(child(run, "rPr", "dstrike")):
        written.struck += length
    else:
        written.standing += length
    raised = child(run, "rPr", "vertAlign")
    marker = plain("".join(written.parts[before:])).strip()
    if marker and ((raised is not None and attribute(raised, "val") == "superscript") or _is_lifted(run)):
        written.superscripts.append(marker)
        written.parts[before:] = [UP, *(part for part in written.parts[before:] if part not in (UP, DOWN)), DOWN]


def _is_lifted(run: Any) -> bool:
    """Whether a run is set higher by its position and smaller, as superscripts are where no style is used."""
    position, size = child(run, "rPr", "position"), child(run, "rPr", "sz")
    if position is None or size is None:
        return False
    lift, half_points = attribute(position, "val") or "", attribute(size, "val") or ""
    return lift.isdecimal() and half_points.isdecimal() and int(lift) >= LIFT and int(half_points) <= SMALL


def _write_piece(node: Any, font: str, written: Written, notes: dict[str, int]) -> None:
    name = local_name(node)
    if name in _UNSEEN:
        return
    if name == "t":
        written.parts.append("".join(show_symbol(ord(c), font) for c in node.text or ""))
    elif name in _BLANKS:
        written.parts.append(" ")
    elif name == "noBreakHyphen":
        written.parts.append("-")
    elif name == "sym":
        written.parts.append(_symbol(node))
    elif name in ("footnoteReference", "endnoteReference"):
        key = f"{name[:-9]} {attribute(node, 'id')}"
        number = str(notes.setdefault(key, len(notes) + 1))
        written.parts += [UP, number, DOWN]
        written.superscripts.append(number)
    elif name == "fldChar":
        box = child(node, "ffData", "checkBox")
        if box is not None:
            checked = child(box, "checked") if child(box, "checked") is not None else child(box, "default")
            written.parts.append("☒" if is_on(checked) else "☐")
    else:
        _write(node, written, notes)


def _symbol(node: Any) -> str:
    try:
        code = int(attribute(node, "char") or "", 16)
        return show_symbol(code, attribute(node, "font") or "")
    except (ValueError, OverflowError):
        return ""


def _checkbox(content: Any) -> bool | None:
    """State of a content control that is a checkbox, None for other controls."""
    properties = child(content, "sdtPr")
    for node in [] if properties is None else properties:
        if local_name(node) == "checkbox":
            state = next((c for c in node if local_name(c) == "checked"), None)
            return is_on(state)
    return None
