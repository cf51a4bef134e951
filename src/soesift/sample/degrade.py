"""Bitmaps of pages, with the wear of printing and scanning."""

from __future__ import annotations

import io
from dataclasses import dataclass


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
