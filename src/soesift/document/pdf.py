"""Reading a PDF page by page with pdfium: no page is kept longer than its reader wants it."""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pypdfium
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.characters import MOST_CHARACTERS, page_label, read_characters
from soesift.document.drawing import read_drawing
from soesift.document.kind import is_picture, picture_pdf
from soesift.document.page import Floats, Frame, Page
from soesift.document.text_layer import has_large_picture, hidden_share, text_problem, unshift
from soesift.errors import DocumentError
from soesift.files import write_atomically
from soesift.process.child import Task, Tell, page_in_hand

MOST_PIXELS = 40_000_000
MOSTLY = 0.5  # of a page's area covered by pictures: it is likely to be read as one
MOST_LOOKED_AT = 400  # objects of a page: a scan has few


@contextmanager
def open_pdf(path: Path, password: str | None = None) -> Iterator[Any]:
    """A pdfium document, also of a picture file; raises DocumentError for what is no readable PDF."""
    try:
        given = picture_pdf(path) if is_picture(path) else path
        document = pypdfium.PdfDocument(given, password=password)
    except FileNotFoundError as error:
        raise DocumentError(f"{path.name}: no such file") from error
    except pypdfium.PdfiumError as error:
        raise DocumentError(f"{path.name}: not a readable PDF ({_reason(error, bool(password))})") from error
    try:
        yield document
    finally:
        document.close()


def _reason(error: Exception, tried: bool) -> str:
    text = str(error)
    if "assword" in text:
        return "encrypted, and the password is not right" if tried else "encrypted; a password is needed"
    if "Data format" in text:
        return "damaged, cut short, or not a PDF at all"
    return text.split("(")[-1].rstrip(").") or "damaged"


def read_page(document: Any, index: int) -> Page:
    """Read page `index` (0-based): characters, rulings, fills, pictures and what is wrong with its text."""
    with _loaded(document, index) as (handle, text_page):
        frame = _frame(handle)
        width, height = frame.size
        page = Page(index + 1, width, height, page_label(document.raw, index))
        drawn = read_drawing(handle, frame)
        page.horizontal, page.vertical, page.fills, page.fill_grey, page.images, curves = drawn
        hidden = 0.0
        if text_page:
            page.codes, page.boxes, page.upright = read_characters(text_page, frame)
            page.cut = pdfium.FPDFText_CountChars(text_page) > MOST_CHARACTERS
            hidden = hidden_share(handle, text_page) if has_large_picture(page) else 0.0
    page.problem = text_problem(page, curves, hidden)
    if page.problem == "garbled" and unshift(page):
        page.problem = ""
    return page


def characters_of(document: Any, index: int) -> tuple[NDArray[np.uint32], Floats]:
    """Code points (n,) and display boxes (n, 4) of page `index` (0-based), as `read_page` reads them; none where it has
    no text."""
    with _loaded(document, index) as (handle, text_page):
        frame = _frame(handle)
        page = Page(index + 1, *frame.size)
        if text_page:
            page.codes, page.boxes, page.upright = read_characters(text_page, frame)
    if text_problem(page) == "garbled":
        unshift(page)
    return page.codes, page.boxes


@contextmanager
def _loaded(document: Any, index: int) -> Iterator[tuple[Any, Any]]:
    """Handles of page `index` (0-based) and of its text, which may be empty. Raises DocumentError: no such page."""
    page_in_hand(index + 1)
    handle = pdfium.FPDF_LoadPage(document.raw, index)
    if not handle:
        raise DocumentError(f"page {index + 1} cannot be loaded")
    try:
        text_page = pdfium.FPDFText_LoadPage(handle)
        try:
            yield handle, text_page
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
    finally:
        pdfium.FPDF_ClosePage(handle)


def is_mostly_picture(document: Any, index: int) -> bool:
    """Whether a picture covers half of page `index` (0-based): a look at its objects, cheaper than reading it."""
    page_in_hand(index + 1)
    handle = pdfium.FPDF_LoadPage(document.raw, index)
    if not handle:
        return False
    try:
        wide, high = _frame(handle).size
        box = [ctypes.c_float() for _ in range(4)]
        covered = 0.0
        for number in range(min(pdfium.FPDFPage_CountObjects(handle), MOST_LOOKED_AT)):
            one = pdfium.FPDFPage_GetObject(handle, number)
            is_image = pdfium.FPDFPageObj_GetType(one) == pdfium.FPDF_PAGEOBJ_IMAGE
            if is_image and pdfium.FPDFPageObj_GetBounds(one, *box):
                left, low, right, top = (side.value for side in box)
                covered += max(0.0, right - left) * max(0.0, top - low)
        return covered >= MOSTLY * wide * high
    finally:
        pdfium.FPDF_ClosePage(handle)


def _frame(handle: Any) -> Frame:
    box = pdfium.FS_RECTF()
    rotation = (pdfium.FPDFPage_GetRotation(handle) % 4) * 90
    if pdfium.FPDF_GetPageBoundingBox(handle, box) and box.right > box.left and box.top > box.bottom:
        return Frame(box.left, box.bottom, box.right, box.top, rotation)
    return Frame(0.0, 0.0, 612.0, 792.0, 0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a picture. pixels: (h, w, 3) RGB, or (h, w) grey; width, height: points; scale: pixels a point."""

    pixels: NDArray[np.uint8]
    width: float
    height: float
    scale: float


def draw_page(document: Any, index: int, scale: float, longest: float = math.inf, grey: bool = False) -> Drawn:
    """Page `index` (0-based) at `scale` pixels a point, or less where a side would be longer than `longest` pixels or
    the picture larger than 40 megapixels. Raises what pdfium raises for a page that cannot be drawn."""
    page_in_hand(index + 1)
    page = document[index]
    width, height = page.get_size()
    scale = min(scale, longest / max(width, height, 1), (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    pixels = page.render(scale=scale, rev_byteorder=not grey, grayscale=grey).to_numpy()
    page.close()
    if grey:
        pixels = pixels.reshape(pixels.shape[:2])
    elif pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    return Drawn(np.ascontiguousarray(pixels if grey else pixels[:, :, :3], np.uint8), width, height, scale)


def render_page(document: Any, index: int, dpi: float) -> NDArray[np.uint8]:
    """Page `index` (0-based) as an (h, w, 3) RGB picture of at most 40 megapixels."""
    return draw_page(document, index, dpi / 72).pixels


def page_png(path: Path, number: int, dpi: float, password: str | None = None) -> bytes | None:
    """The picture of page `number` (1-based) as PNG; None if there is no such page. Raises DocumentError."""
    from PIL import Image  # costs its start where no page is drawn

    with open_pdf(path, password) as document:
        if not 1 <= number <= len(document):
            return None
        picture = Image.fromarray(render_page(document, number - 1, dpi))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def work_on_page(task: Task, tell: Tell) -> dict[str, Any]:
    """In a process of its own, which loads no more than drawing needs: the picture of a page (document, page, dpi) is
    written to `task["out"]`; {"found": whether there is such a page}. Without a document nothing is done.
    """
    content = page_png(Path(task["document"]), task["page"], task["dpi"]) if "document" in task else None
    if content is not None:
        write_atomically(task["out"], content)
    return {"found": content is not None}
