"""A page's text layer: whether it can be trusted; text put invisibly over a picture, and print beside it."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.page import Floats, Page

# Whether a page's text layer can be trusted: image-only, garbled and glyph-spread pages are told apart.

PICTURE_SHARE = 0.12  # of the page's area, from which a picture may hold a table
FEW_CHARACTERS = 0.0006  # visible characters per square point: a page of prose has about 0.006
SHIFT = 29
WHOLE = 0.8  # of the page's area that a scan covers
FEW_RULES = 3
HIDDEN = 0.6  # of a page's characters that are not seen: its print is in the picture
VOWELS = np.array([chr(code) in "aeiouyAEIOUY" for code in range(128)])


def text_problem(page: Page, curves: int = 0, hidden: float = 0.0) -> str:
    """ "" if the text layer is sound, else "image", "garbled", "spread" or "scan".

    hidden: share of the characters that are not seen, as those that a reader of pictures adds.
    """
    visible = page.codes > 32
    if is_picture(page, curves, visible):
        return "image"
    if is_garbled(page.codes[visible]):
        return "garbled"
    if is_spread(page.codes):
        return "spread"
    return "scan" if (hidden >= HIDDEN and has_large_picture(page)) or is_scan(page) else ""


def unshift(page: Page) -> bool:
    """Undo the commonest garbling, in place: glyph numbers of a font, read as text, are ASCII less 29.

    True if the page's text then looks like language; otherwise nothing is changed.
    """
    printed = (page.boxes[:, 3] > page.boxes[:, 1]) & (page.codes >= 3) & (page.codes <= 97)
    codes = np.where(printed, page.codes + SHIFT, page.codes).astype(np.uint32)
    latin = printed & ((codes | 32) >= 97) & ((codes | 32) <= 122)
    leaders = printed & (codes == ord("."))  # dotted lines of a table of contents
    if not latin.any() or latin.sum() < 0.5 * (printed & ~leaders).sum() or is_garbled(codes[printed]):
        return False
    page.codes = codes
    return True


def is_picture(page: Page, curves: int, visible: NDArray[np.bool_]) -> bool:
    """A large picture (or outlined glyphs) with next to no text over it."""
    if curves > 300 and visible.sum() < 150:
        return True
    area = page.width * page.height
    picture = picture_box(page)
    if picture is None:
        return False
    x0, y0, x1, y1 = picture
    size = (x1 - x0) * (y1 - y0)
    if size < PICTURE_SHARE * area:
        return False
    centre = (page.boxes[visible, :2] + page.boxes[visible, 2:]) / 2
    inside = ((centre > (x0, y0)) & (centre < (x1, y1))).all(axis=1).sum() if len(centre) else 0
    return bool(inside < FEW_CHARACTERS * size)


def has_large_picture(page: Page) -> bool:
    """Whether pictures cover as much of the page as may hold a table."""
    picture = picture_box(page)
    if picture is None:
        return False
    return (picture[2] - picture[0]) * (picture[3] - picture[1]) >= PICTURE_SHARE * page.width * page.height


def is_scan(page: Page) -> bool:
    """A picture of the whole page under a text layer (a searchable scan): rulings are only in the picture."""
    picture = picture_box(page)
    if picture is None or len(page.horizontal) + len(page.vertical) > FEW_RULES:
        return False
    x0, y0, x1, y1 = picture
    return (x1 - x0) * (y1 - y0) > WHOLE * page.width * page.height


def picture_box(page: Page) -> tuple[float, float, float, float] | None:
    """Hull of the page's larger pictures (strips of a scan are joined), cut at the page; None without any."""
    if not len(page.images):
        return None
    boxes = np.clip(page.images, 0, [page.width, page.height, page.width, page.height])
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    large = boxes[sizes > 0.01 * page.width * page.height]
    if not len(large):
        return None
    return (
        float(large[:, 0].min()),
        float(large[:, 1].min()),
        float(large[:, 2].max()),
        float(large[:, 3].max()),
    )


def is_garbled(codes: NDArray[np.uint32]) -> bool:
    """Glyphs without a usable Unicode mapping, or a shifted alphabet (hardly any vowels)."""
    if len(codes) < 40:
        return False
    private = ((codes >= 0xE000) & (codes <= 0xF8FF)) | (codes == 0xFFFD) | (codes < 32)
    # Symbol fonts put bullets and Greek at F0xx: a few are normal
    if private.mean() > 0.3:
        return True
    latin = ((codes | 32) >= 97) & ((codes | 32) <= 122)
    if latin.sum() < 200:
        return False
    return bool(VOWELS[codes[latin]].mean() < 0.18)


def is_spread(codes: NDArray[np.uint32]) -> bool:
    """Most letters stand alone between spaces ("S c h e d u l e")."""
    space = codes <= 32
    if (~space).sum() < 200:
        return False
    letter = ((codes | 32) >= 97) & ((codes | 32) <= 122)
    lone = letter[1:-1] & space[:-2] & space[2:]
    return bool(lone.sum() > 0.5 * letter.sum())


# The text layer of a page that is a picture: text put invisibly over it, and print that stands beside it.

LOOKED_AT = 64  # characters of a page, spread over it
MOST_OBJECTS = 4000  # of a page: a scan has fewer
WHOLE_PICTURE = 0.8  # of what was read beside the pictures must be in the text layer, which then is all that is printed
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
    if not own.any() or own.sum() < WHOLE_PICTURE * read.sum():
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
