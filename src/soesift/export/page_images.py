"""Pictures of the pages a reader wants to see, as data URLs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soesift.document.kind import has_pages
from soesift.document.pdf import draw_page, open_pdf
from soesift.errors import DocumentError

DPI = 100  # legible when enlarged; about 60-120 kB a page
QUALITY = 60
MOST_PAGES = 60
LONGEST_SIDE = 2400  # pixels, for pages of unusual size


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as displayed; width and height in points, so that boxes can be drawn in their own units."""

    number: int
    width: float
    height: float
    url: str  # data:image/jpeg;base64,...


def render_pages(pdf: Path | None, numbers: Iterable[int], most: int = MOST_PAGES) -> dict[int, PageImage]:
    """The first `most` of the 1-based pages `numbers`, by number; pages that cannot be drawn are left out.

    Without a PDF, or with one that cannot be opened (it may have moved since), the answer is empty.
    """
    wanted = list(dict.fromkeys(numbers))[:most]
    if pdf is None or not wanted or not has_pages(pdf):
        return {}
    try:
        with open_pdf(pdf) as document:
            drawn = (_render(document, number) for number in wanted if 1 <= number <= len(document))
            return {image.number: image for image in drawn if image is not None}
    except DocumentError:
        return {}


def _render(document: Any, number: int) -> PageImage | None:
    import pypdfium2
    from PIL import Image  # costs its start where no page is drawn

    try:
        drawn = draw_page(document, number - 1, DPI / 72, LONGEST_SIDE)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None
    out, pixels = io.BytesIO(), drawn.pixels
    # most pages have no colour: half the work, fewer bytes
    grey = all(np.array_equal(pixels[:, :, 0], pixels[:, :, other]) for other in (1, 2))
    Image.fromarray(np.ascontiguousarray(pixels[:, :, 0]) if grey else pixels).save(out, "JPEG", quality=QUALITY)
    url = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
    return PageImage(number, drawn.width, drawn.height, url)
