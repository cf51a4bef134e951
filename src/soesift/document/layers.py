"""The text layer of a page that is a picture: text put invisibly over it, and print that stands beside it."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.page import Floats, Page

LOOKED_AT = 64  # characters of a page, spread over it
MOST_OBJECTS = 4000  # of a page: a scan has fewer
WHOLE = 0.8  # of what was read beside the pictures must be in the text layer, which then is all that is printed
SMALL = 0.01  # of the page's area: smaller pictures are logos
LARGE = 0.12  # of the page's area: a picture that may cover text


def hidden_share(handle: Any, text_page: Any) -> float:
    """Share of a page's characters, by a sample, that are not painted, or are painted over by a large picture."""
    count = pdfium.FPDFText_CountChars(text_page)
    covered = _covered_texts(handle)
    hidden = seen = 0
    for index in np.unique(np.linspace(0, max(0, count - 1), LOOKED_AT).astype(int)).tolist():
        if index >= count or pdfium.FPDFText_GetUnicode(text_page, index) <= 32:
            continue
        one = pdfium.FPDFText_GetTextObject(text_page, index)
        if not one:
            continue  # a sign that pdfium added
        seen += 1
        unseen = pdfium.FPDFTextObj_GetTextRenderMode(one) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
        hidden += unseen or _address(one) in covered
    return hidden / seen if seen else 0.0


def _address(handle: Any) -> int | None:
    return ctypes.cast(handle, ctypes.c_void_p).value


def _covered_texts(handle: Any) -> set[int | None]:
    """Text objects that are painted before the last large picture."""
    count = pdfium.FPDFPage_CountObjects(handle)
    if count > MOST_OBJECTS:
        return set()
    box = [ctypes.c_float() for _ in range(4)]
    area = float(pdfium.FPDF_GetPageWidthF(handle) * pdfium.FPDF_GetPageHeightF(handle))
    before: list[tuple[int | None, tuple[float, ...]]] = []
    covered: set[int | None] = set()
    for number in range(count):
        one = pdfium.FPDFPage_GetObject(handle, number)
        kind = pdfium.FPDFPageObj_GetType(one)
        if kind not in (pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if not pdfium.FPDFPageObj_GetBounds(one, *box):
            continue
        left, low, right, top = (side.value for side in box)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            before.append((_address(one), (left, low, right, top)))
        elif (right - left) * (top - low) >= LARGE * area and not pdfium.FPDFPageObj_HasTransparency(one):
            here = (left, low, right, top)
            covered |= {who for who, bounds in before if _lies_in(bounds, here)}
    return covered


def _lies_in(box: tuple[float, ...], area: tuple[float, ...]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def with_print_beside(scanned: Page, page: Page) -> Page:
    """`scanned` with the characters of the text layer in place of those that were read outside of the pictures.

    Captions and notes above and below a table that was pasted as a picture are so kept without a slip. Where the text
    layer holds less than was read there, it is not all that is printed, and nothing is changed.
    """
    own, read = _beside(page.boxes, page.codes, page), _beside(scanned.boxes, scanned.codes, page)
    if not own.any() or own.sum() < WHOLE * read.sum():
        return scanned
    own |= np.append(False, own[:-1]) & (page.codes <= 32)  # a space behind it
    kept = ~read
    if len(scanned.sure) != len(scanned.codes):
        scanned = replace(scanned, sure=np.ones(len(scanned.codes), np.float32))
    return replace(
        scanned,
        codes=np.concatenate([scanned.codes[kept], page.codes[own]]),
        boxes=np.concatenate([scanned.boxes[kept], page.boxes[own]]),
        upright=np.concatenate([scanned.upright[kept], page.upright[own]]),
        sure=np.concatenate([scanned.sure[kept], np.ones(int(own.sum()), np.float32)]),
    )


def _beside(boxes: Floats, codes: NDArray[np.uint32], page: Page) -> NDArray[np.bool_]:
    """(n,) characters that stand in none of the page's larger pictures."""
    seen = (codes > 32) & (boxes[:, 3] > boxes[:, 1])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    for x0, y0, x1, y1 in page.images.tolist():
        if (x1 - x0) * (y1 - y0) > SMALL * page.width * page.height:
            seen &= ~((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
    return np.asarray(seen & bool(len(page.images)), np.bool_)
