"""The view `picture`: a table cut out of the picture of its page, for models that see.

What is asked is named by content: the document's hash, the page, the box and the size. So a plan costs no drawing, and
a picture is drawn only when it is sent.
"""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from soesift.document.pdf import draw_page, open_pdf
from soesift.errors import UsageError
from soesift.files import file_sha256
from soesift.table.record import TableRecord

NAME = "picture"
NOTE = "a picture of the table, cut out of its page with what is printed close to it"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """How a table is cut out. Not tuned: no model that sees was at hand."""

    dpi: float = 120.0  # pixels an inch: letters of 7 points are 12 pixels high; 96 to 200
    longest: int = 1568  # pixels of the longer side, from which Anthropic makes pictures smaller; 768 to 2048
    above: float = 60.0  # points kept above the table, where titles stand; 0 to 144
    around: float = 24.0  # points kept on the other sides: notes begin there; 0 to 144


SETTINGS = PictureSettings()


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of a page. box: points from the top left of the page as displayed; turn: degrees to turn it back."""

    path: Path
    sha256: str
    page: int
    box: Box
    scale: float  # pixels a point
    turn: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, about what is drawn, upright."""
        wide, high = ((b - a) * self.scale for a, b in ((self.box[0], self.box[2]), (self.box[1], self.box[3])))
        return (math.ceil(high), math.ceil(wide)) if self.turn % 180 else (math.ceil(wide), math.ceil(high))

    @property
    def text(self) -> str:
        """Names what is shown, for keys and ledgers."""
        box = " ".join(f"{x:.0f}" for x in self.box)
        return f"picture of {self.sha256} page {self.page} points {box} scale {self.scale:.4f} turn {self.turn}"

    @property
    def tokens(self) -> int:
        return picture_tokens(*self.size)

    def png(self) -> bytes:
        """Drawn and cut. Raises DocumentError for a file that is no PDF, UsageError for a page that is not there."""
        from PIL import Image  # costs its start where no page is drawn

        with open_pdf(self.path) as document:
            if self.page > len(document):
                raise UsageError(f"{self.path.name} has no page {self.page}: the tables are of another document")
            drawn = draw_page(document, self.page - 1, self.scale)
        x0, y0, x1, y1 = (round(x * drawn.scale) for x in self.box)
        cut = np.ascontiguousarray(np.rot90(drawn.pixels[y0:y1, x0:x1], k=self.turn // 90))
        out = io.BytesIO()
        Image.fromarray(cut).save(out, "PNG")
        return out.getvalue()

    def address(self) -> str:
        """As a data address, the form in which chat completions take pictures."""
        return "data:image/png;base64," + base64.b64encode(self.png()).decode("ascii")


def picture_of(record: TableRecord, documents: Path, settings: PictureSettings = SETTINGS) -> Picture | None:
    """Where a table is seen; None for one without a page (Word). Raises UsageError: its PDF is not in the folder."""
    if record.page is None or record.bbox is None or record.page_size is None:
        return None
    path = documents / f"{record.document}.pdf"
    if not path.is_file():
        raise UsageError(f"{path}: no such file; views.documents is the folder of the PDFs that the tables are of")
    sha256 = _hash(path, path.stat().st_mtime_ns)
    if record.sha256 and record.sha256 != sha256:
        raise UsageError(f"{path} is another file than the one that the tables are of; read its tables again")
    width, height = record.page_size[::-1] if record.rotation % 180 else record.page_size  # of the upright frame
    side = settings.above if record.rotation else settings.around  # a turned title stands beside its table
    box = (
        max(0.0, record.bbox[0] - side),
        max(0.0, record.bbox[1] - settings.above),
        min(width, record.bbox[2] + side),
        min(height, record.bbox[3] + side),
    )
    longest = max(box[2] - box[0], box[3] - box[1], 1.0)
    scale = min(settings.dpi / 72, settings.longest / longest)
    return Picture(path, sha256, record.page, box, round(scale, 4), record.rotation % 360)


@lru_cache(maxsize=4096)
def _hash(path: Path, changed: int) -> str:
    return file_sha256(path)


def picture_tokens(width: int, height: int) -> int:
    """The most that OpenAI, Anthropic and Gemini say they count for a picture of so many pixels.

    750 pixels a token; 85 and 170 for each tile of 512 once the shorter side is 768; 258 for each tile of 768.
    """
    by_area = math.ceil(width * height / 750)
    smaller = min(1.0, 768 / max(1, min(width, height)))
    tiles = math.ceil(width * smaller / 512) * math.ceil(height * smaller / 512)
    large = math.ceil(width / 768) * math.ceil(height / 768)
    return max(by_area, 85 + 170 * tiles, 258 * large)
