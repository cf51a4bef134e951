"""Whether a page's text layer can be trusted: image-only, garbled and glyph-spread pages are told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Page

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
