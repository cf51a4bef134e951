"""Characters of a PDF page with their boxes and the way they are turned."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.calls import char_angles, char_boxes, char_codes, font_name
from soesift.document.frame import Frame, to_display
from soesift.document.page import Floats
from soesift.document.symbols import show_symbols

SPACE = 32
MOST_CHARACTERS = 200_000  # of a page; a full one has 6,000
SLANT = 12.0  # degrees off the page's axes
LINE_HYPHEN = 2  # pdfium's code for a hyphen that ends a line


def read_characters(
    text_page: Any, frame: Frame, most: int = MOST_CHARACTERS
) -> tuple[NDArray[np.uint32], Floats, NDArray[np.int16]]:
    """Code points (n,), display boxes (n, 4) and clockwise turn (n,) in degrees of `most` or fewer."""
    count = min(pdfium.FPDFText_CountChars(text_page), most)
    if count <= 0:
        return np.zeros(0, np.uint32), np.zeros((0, 4), np.float32), np.zeros(0, np.int16)
    codes, raw = char_codes(text_page, count), char_boxes(text_page, count)
    boxes = to_display(raw[:, [0, 3, 2, 1]], frame)
    empty = ~raw.any(axis=1)
    boxes[empty] = 0
    codes[(codes == 0) | (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))] = 0xFFFD
    codes[codes == LINE_HYPHEN] = ord("-")
    codes = show_symbols(codes, lambda index: font_name(text_page, index))
    turns = read_turns(text_page, boxes, codes, frame)
    straight = turns >= 0
    return codes[straight], boxes[straight], turns[straight]


def read_turns(text_page: Any, boxes: Floats, codes: NDArray[np.uint32], frame: Frame) -> NDArray[np.int16]:
    """Clockwise turn of each character as displayed, -1 for slanted ones (watermarks).

    Asks pdfium only where the text may be turned.

    Upright text advances along x; a page on which almost every step does, and whose /Rotate is 0, is upright.
    """
    if frame.rotation == 0 and not may_be_turned(boxes, codes):
        return np.zeros(len(codes), np.int16)
    turned = np.degrees(char_angles(text_page, len(codes))) + frame.rotation  # as seen here, pdfium measures clockwise
    quarter = np.round(turned / 90) * 90
    return np.where(np.abs(turned - quarter) > SLANT, -1, quarter % 360).astype(np.int16)


def may_be_turned(boxes: Floats, codes: NDArray[np.uint32]) -> bool:
    """Whether three or more pairs of neighbouring characters step well off the x axis, or back on it."""
    visible = (codes > SPACE) & (boxes[:, 3] > boxes[:, 1])
    pair = visible[1:] & visible[:-1]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    along, across = np.diff(centre, axis=0).T
    near = np.abs(along) + np.abs(across) < 150
    off = near & (np.abs(across) > 0.35 * np.abs(along) + 2.5)
    off |= near & (np.abs(across) > 0.2 * np.abs(along)) & (np.abs(across) > 6)  # large slanted letters
    back = (along < -1) & (along > -20) & (np.abs(across) < 1)
    return int((pair & (off | back)).sum()) >= 3


def page_label(document: Any, index: int) -> str | None:
    """The printed label of page `index` (0-based), if the file states one."""
    length = pdfium.FPDF_GetPageLabel(document, index, None, 0)
    if length <= 2:
        return None
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDF_GetPageLabel(document, index, buffer, length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")
