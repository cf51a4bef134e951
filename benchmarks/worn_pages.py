"""Pages of born-digital documents as pictures of many kinds, for benchmarks/scanned_tables.py.

A kind says how the picture is worn, how much of the page it covers, and what text lies over it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
from PIL import Image
from scans import Wear, worn

Box = tuple[float, float, float, float]
Layer = Literal["none", "poor", "running", "outside"]
MARKS = frozenset("Xx✓✔√•●■▲◆")
ALIKE = {"l": "1", "1": "l", "O": "0", "0": "O", "e": "c", "rn": "m", "m": "rn", "i": "l", "S": "5", "B": "8", "a": "o"}


@dataclass(frozen=True, slots=True)
class Kind:
    """wear: of the picture. sheet: times as large as the page, with the same print, white around it. area: of the page
    that is a picture: all of it, what lies between running head and foot, or the table's grid alone. layer: no text;
    poor words over the picture, as a bad reader left them; running lines outside of it; all text outside of it.
    rules: a frame and two lines drawn over the page. shade: grey of the paper, darker to one side."""

    wear: Wear
    sheet: float = 1.0
    area: Literal["page", "middle", "grid"] = "page"
    layer: Layer = "none"
    rules: bool = False
    shade: int = 255


KINDS = {
    "100 dpi": Kind(Wear(100, 0.3, 3, quality=60)),
    "144 dpi": Kind(Wear(144, 0.0, 2, quality=60)),
    "200 dpi, skew": Kind(Wear(200, 1.3, 6)),
    "300 dpi": Kind(Wear(300, -0.6, 4)),
    "fax": Kind(Wear(200, 0.5, 8, one_bit=True)),
    "grey paper": Kind(Wear(150, 0.8, 5), shade=190),
    "large sheet": Kind(Wear(144, 0.0, 2, quality=70), sheet=1.7),
    "turned": Kind(Wear(150, 0.3, 4, turned=True)),
    "poor layer": Kind(Wear(200, 0.4, 4), layer="poor"),
    "poor layer, part": Kind(Wear(200, 0.0, 2), area="middle", layer="poor"),
    "poor layer, rules": Kind(Wear(200, 0.0, 2), layer="poor", rules=True),
    "running lines": Kind(Wear(150, 0.0, 2), area="middle", layer="running"),
    "pasted grid": Kind(Wear(144, 0.0, 2), area="grid", layer="outside"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """A born-digital page. image: grey, at the wear's resolution; words: text, box in points, degrees turned."""

    image: Image.Image
    width: float
    height: float
    words: list[tuple[str, Box, int]]


def printed(document: Any, number: int, dpi: float) -> Printed:
    """Page `number` (1-based) of a pdfium document."""
    from soesift.document.pdf import read_page
    from soesift.document.words import find_words

    page = read_page(document, number - 1)
    image = document[number - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    words = find_words(page)
    listed = [
        (text, (box[0], box[1], box[2], box[3]), turn)
        for text, box, turn in zip(words.text, words.boxes.tolist(), words.turn.tolist(), strict=True)
    ]
    return Printed(image, page.width, page.height, listed)


def make_worn(source: Path, pages: dict[int, Box | None], kind: Kind, target: Path, seed: int) -> None:
    """Pages of a document (1-based, with the box of the table's grid on them) as a PDF of pictures."""
    import pypdfium2
    from reportlab.pdfgen.canvas import Canvas

    rng = Random(seed)
    document = pypdfium2.PdfDocument(source)
    part = target.with_suffix(".part")
    canvas = Canvas(str(part), invariant=1)
    for number, grid in sorted(pages.items()):
        page = printed(document, number, kind.wear.dpi)
        area = area_of(page, kind, grid)
        draw(canvas, page, kind, area, rng)
        canvas.showPage()
    canvas.save()
    document.close()
    part.rename(target)


def area_of(page: Printed, kind: Kind, grid: Box | None) -> Box:
    if kind.area == "grid" and grid is not None:
        x0, y0, x1, y1 = grid
        return max(0.0, x0 - 2), max(0.0, y0 - 2), min(page.width, x1 + 2), min(page.height, y1 + 2)
    if kind.area == "grid":  # notes alone
        return 0.0, 0.0, 0.0, 0.0
    if kind.area == "middle":
        return 40.0, 46.0, page.width - 40.0, page.height - 46.0
    return 0.0, 0.0, page.width, page.height


def draw(canvas: Any, page: Printed, kind: Kind, area: Box, rng: Random) -> None:
    """One page: its picture, then the text over or beside it. Large sheets hold the page in their middle."""
    width, height = page.width * kind.sheet, page.height * kind.sheet
    if kind.wear.turned:
        width, height = height, width
    canvas.setPageSize((width, height))
    if area[2] > area[0]:
        draw_picture(canvas, page, kind, area, (width, height), rng)
    write_layer(canvas, page, kind, area, height, rng)
    if kind.rules:
        for y in (30.0, height - 30.0):
            canvas.line(36, y, width - 36, y)
        canvas.rect(20, 20, width - 40, height - 40)


def draw_picture(canvas: Any, page: Printed, kind: Kind, area: Box, size: tuple[float, float], rng: Random) -> None:
    width, height = size
    scale = kind.wear.dpi / 72
    picture = page.image.crop([round(v * scale) for v in area])
    if kind.sheet > 1:
        picture = picture.resize([round(v * kind.sheet) for v in picture.size], Image.Resampling.LANCZOS)
    picture = worn(shaded(picture, kind.shade), kind.wear, rng.randrange(10**6), fill=kind.shade)
    if kind.area == "page":
        canvas.drawImage(encoded(picture, kind.wear), 0, 0, width, height)
    else:
        x0, y0, x1, y1 = area
        canvas.drawImage(encoded(picture, kind.wear), x0, height - y1, x1 - x0, y1 - y0)


def shaded(picture: Image.Image, grey: int) -> Image.Image:
    """On grey paper, a fifth darker at the right."""
    if grey == 255:
        return picture
    across = np.linspace(grey, 0.8 * grey, picture.width)[None, :]
    return Image.fromarray((np.asarray(picture, np.float64) / 255 * across).astype(np.uint8))


def encoded(picture: Image.Image, wear: Wear) -> Any:
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    if wear.one_bit:
        picture.save(out, "PNG")
    else:
        picture.convert("L").save(out, "JPEG", quality=wear.quality)
    return ImageReader(out)


def write_layer(canvas: Any, page: Printed, kind: Kind, area: Box, height: float, rng: Random) -> None:
    if kind.layer == "none":
        return
    x0, y0, x1, y1 = area
    inside = [w for w in page.words if x0 <= (w[1][0] + w[1][2]) / 2 <= x1 and y0 <= (w[1][1] + w[1][3]) / 2 <= y1]
    outside = [w for w in page.words if w not in inside]
    shown = outside if kind.layer == "outside" else [w for w in outside if w[1][3] < 46 or w[1][1] > page.height - 46]
    for word in shown:
        put(canvas, word, height, visible=True)
    if kind.layer == "poor":
        for word in misread(inside, rng):
            put(canvas, word, height, visible=False)


def put(canvas: Any, word: tuple[str, Box, int], height: float, *, visible: bool) -> None:
    """A word over its box, as wide as it."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    text, (x0, y0, x1, y1), turn = word
    long, tall = (y1 - y0, x1 - x0) if turn in (90, 270) else (x1 - x0, y1 - y0)
    size = max(2.0, tall * 0.87)
    drawn = canvas.beginText()
    drawn.setTextRenderMode(0 if visible else 3)
    drawn.setFont("Helvetica", size)
    text = text.encode("cp1252", "replace").decode("cp1252")
    drawn.setHorizScale(100 * long / max(0.1, stringWidth(text, "Helvetica", size)))
    if turn == 270:
        drawn.setTextTransform(0, 1, -1, 0, x1 - 0.2 * tall, height - y1)
    elif turn == 90:
        drawn.setTextTransform(0, -1, 1, 0, x0 + 0.2 * tall, height - y0)
    else:
        drawn.setTextOrigin(x0, height - y1 + 0.2 * tall)
    drawn.textOut(text)
    canvas.drawText(drawn)


def misread(words: list[tuple[str, Box, int]], rng: Random) -> list[tuple[str, Box, int]]:
    """Words as a poor reader leaves them: glued to the next, with wrong letters, marks and a few words lost."""
    found: list[tuple[str, Box, int]] = []
    for text, box, turn in words:
        if rng.random() < (0.35 if text in MARKS else 0.03):
            continue
        said = "".join(ALIKE[c] if c in ALIKE and rng.random() < 0.03 else c for c in text)
        said = rng.choice(("K", "x", "X.", ">(")) if text in MARKS and rng.random() < 0.1 else said
        last = found[-1] if found else None
        beside = last is not None and last[2] == turn == 0 and abs(last[1][1] - box[1]) < 2
        if last is not None and beside and 0 < box[0] - last[1][2] < 5 and rng.random() < 0.12:
            found[-1] = last[0] + said, (last[1][0], last[1][1], box[2], box[3]), turn
        else:
            found.append((said, box, turn))
    return found
