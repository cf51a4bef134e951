"""Pages as a PDF file, with the same bytes each time; as bitmaps with the wear of printing and scanning."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

from soesift.sample.drawing import draw_line
from soesift.sample.layout import Book, Sheet

Names = dict[str, str]  # fields of running headers and footers


@dataclass(frozen=True, slots=True)
class Wear:
    """dpi of the bitmap, skew in degrees, standard deviation of grey noise (0 to 255), JPEG quality."""

    dpi: int = 150
    skew: float = 0.0
    noise: float = 0.0
    quality: int = 70
    seed: int = 0


def image_of_page(pdf: bytes, index: int, wear: Wear, area: tuple[float, float, float, float]) -> bytes:
    """JPEG of an area (x0, top, x1, bottom in points of the page as displayed) of one page, in grey."""
    import numpy as np
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf)
    scale = wear.dpi / 72
    image = document[index].render(scale=scale, grayscale=True).to_pil().convert("L")
    document.close()
    image = image.crop(tuple(round(v * scale) for v in area))
    if wear.skew:
        image = image.rotate(wear.skew, resample=Image.Resampling.BILINEAR, fillcolor=255)
    if wear.noise:
        pixels = np.asarray(image, np.float32)
        pixels += np.random.default_rng(wear.seed).normal(0, wear.noise, pixels.shape).astype(np.float32)
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=wear.quality)
    return target.getvalue()


def new_canvas(target: Any, title: str = "") -> Any:
    """A reportlab canvas that writes no dates and no random ids."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(target, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("")
    return canvas


def render(book: Book, names: Names, wear: Wear) -> bytes:
    """The PDF; sheets that are pictures are drawn as bitmaps with the given wear."""
    target = io.BytesIO()
    canvas = new_canvas(target, names.get("number", ""))
    for number, sheet in enumerate(book.sheets, 1):
        draw_sheet(canvas, pictured(book, sheet, wear, number), book, number, names)
    canvas.save()
    return target.getvalue()


def pictured(book: Book, sheet: Sheet, wear: Wear, number: int) -> Sheet:
    """The sheet itself, or one whose only operation places the bitmap of the text area."""
    if not sheet.picture:
        return sheet
    width, height = book.size(sheet.mode)
    target = io.BytesIO()
    canvas = new_canvas(target)
    canvas.setPageSize((width, height))
    for op in sheet.ops:
        op(canvas)
    canvas.save()
    left, top, across, bottom = Book(book.style, [sheet]).frame()
    area = (left - 6, top - 6, left + across + 6, bottom + 4)
    image = image_of_page(target.getvalue(), 0, replace(wear, seed=wear.seed + number), area)
    return Sheet(sheet.mode, [lambda c: place_image(c, image, area, height)], bare=sheet.bare)


def place_image(canvas: Any, image: bytes, area: tuple[float, float, float, float], height: float) -> None:
    from reportlab.lib.utils import ImageReader

    x0, top, x1, bottom = area
    canvas.drawImage(ImageReader(io.BytesIO(image)), x0, height - bottom, x1 - x0, bottom - top)


def draw_sheet(canvas: Any, sheet: Sheet, book: Book, number: int, names: Names) -> None:
    width, height = book.style.width, book.style.height
    landscape = sheet.mode == "landscape"
    displayed_wide = landscape or sheet.mode == "rotate"  # reportlab takes the size as displayed
    canvas.setPageSize((height, width) if displayed_wide else (width, height))
    canvas.setPageRotation(90 if sheet.mode == "rotate" else 0)
    turned = sheet.mode in ("rotate", "turned")
    if not sheet.bare and sheet.mode != "rotate":
        draw_running(canvas, book, number, names, height if landscape else width, width if landscape else height)
    canvas.saveState()
    if turned:  # text that reads upwards on the sheet of paper
        canvas.rotate(90)
        canvas.translate(0, -width)
    if not sheet.bare and sheet.mode == "rotate":
        draw_running(canvas, book, number, names, height, width)
    for op in sheet.ops:
        op(canvas)
    canvas.restoreState()
    canvas.showPage()


def draw_running(canvas: Any, book: Book, number: int, names: Names, width: float, height: float) -> None:
    style = book.style
    fields = {
        **names,
        "page": str(number),
        "label": str(number - style.label_offset),
        "total": str(len(book.sheets)),
    }
    for text, y in ((style.header, height - 34), (style.footer, 28)):
        parts = [part.format(**fields) for part in text.split("|")]
        for part, x, align in zip(parts, (46.0, width / 2, width - 46.0), ("left", "centre", "right"), strict=True):
            draw_line(canvas, x, y, part, style.plain, 8.5, align)
    if style.header_line:
        canvas.setLineWidth(0.5)
        canvas.line(46, height - 40, width - 46, height - 40)


def scanned(pdf: bytes, wear: Wear) -> bytes:
    """Every page of a PDF as a bitmap: what a scanner leaves of a paper copy."""
    import pypdfium2

    target = io.BytesIO()
    canvas = new_canvas(target)
    document = pypdfium2.PdfDocument(pdf)
    sizes = [page.get_size() for page in document]
    document.close()
    for index, (width, height) in enumerate(sizes):
        image = image_of_page(pdf, index, replace(wear, seed=wear.seed + index), (0, 0, width, height))
        canvas.setPageSize((width, height))
        place_image(canvas, image, (0, 0, width, height), height)
        canvas.showPage()
    canvas.save()
    return target.getvalue()
