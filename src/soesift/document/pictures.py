"""Picture files (PNG, JPEG, TIFF of several pages) as a PDF of picture pages: what reads a PDF reads them."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soesift.errors import DocumentError


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """How pixels become a page."""

    least_side: float = 4.0  # inches; a page whose longer side is shorter was given a wrong resolution; 1 to 8
    most_side: float = 24.0  # inches; the same for a longer one (a photo marked 72 dpi is metres wide); 17 to 50
    usual_side: float = 11.0  # inches of the longer side where the resolution is missing or wrong; 8 to 17
    screens: tuple[float, ...] = (72.0, 96.0)  # dots an inch that programs write where they know none; no scan has them
    quality: int = 95  # of JPEG, in which colour and grey are kept; below 90 letters get halos; 90 to 100
    most_pixels: int = 120_000_000  # of one page: a sheet of A3 at 800 dpi; more is refused
    most_pages: int = 2000  # of one file


SETTINGS = PictureSettings()


def picture_pdf(path: Path, settings: PictureSettings = SETTINGS) -> bytes:
    """The pages of a picture file as a PDF in memory, in order, turned as the camera says.

    Raises DocumentError for what cannot be decoded and for pictures of absurd size.
    """
    import pypdfium2 as pypdfium
    from PIL import Image, ImageSequence

    whole = pypdfium.PdfDocument.new()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures and odd tags; sizes are checked here
            with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as picture:
                for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
                    if number > settings.most_pages:
                        raise DocumentError(f"{path.name}: has more than {settings.most_pages} pages; split it")
                    page = pypdfium.PdfDocument(_page(frame, path, number, settings))
                    whole.import_pages(page)
                    page.close()
                    if picture.format == "MPO":  # a photo; what follows are previews of it
                        break
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, Image.DecompressionBombError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DocumentError(f"{path.name}: not a readable picture ({reason})") from error
    finally:
        whole.close()


def _page(frame: Any, path: Path, number: int, settings: PictureSettings) -> bytes:
    """One frame as a PDF of one page."""
    from PIL import ImageOps

    if frame.width * frame.height > settings.most_pixels:
        raise DocumentError(f"{path.name}: page {number} has {frame.width} x {frame.height} pixels; scan it coarser")
    dpi = resolution(frame.info.get("dpi"), frame.size, settings)
    turned = ImageOps.exif_transpose(frame)
    if turned.width != frame.width:
        dpi = dpi[1], dpi[0]
    out = io.BytesIO()
    plain = _plain(turned)
    more = {} if plain.mode == "1" else {"quality": settings.quality}  # black and white is packed without loss
    plain.save(out, "PDF", dpi=dpi, **more)
    return out.getvalue()


def resolution(dpi: Any, size: tuple[int, int], settings: PictureSettings = SETTINGS) -> tuple[float, float]:
    """Pixels an inch, across and down: as the file says, if that makes a sheet of paper; else the longer side is
    taken to be that of a letter."""
    try:
        across, down = float(dpi[0]), float(dpi[1])
        side = max(size[0] / across, size[1] / down)
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        side = across = down = 0.0
    if settings.least_side <= side <= settings.most_side and across not in settings.screens:
        return across, down
    usual = max(size) / settings.usual_side
    return usual, usual


def _plain(picture: Any) -> Any:
    """Black and white as it is, else grey or colour on white, of 8 bits."""
    from PIL import Image

    if picture.mode in ("1", "L", "RGB"):
        return picture
    if picture.mode.startswith(("I", "F")):  # 16 bits and more
        low, high = picture.getextrema()
        scale = 255 / max(1, high - low)
        return picture.point(lambda value: value * scale - low * scale).convert("L")
    if "A" in picture.mode or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")
