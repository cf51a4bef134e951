"""Small PDF files written by hand, so that a test knows every coordinate in them.

Places are points from the top left of the page as displayed, y downwards, for all rotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import cos, radians, sin
from pathlib import Path
from typing import Any

from soesift.document.page import Page
from soesift.document.pdf import open_pdf, read_page

WIDTH, HEIGHT = 612.0, 792.0
# x, y of PDF space from u (right) and v (up) as displayed; {w} and {h} are the displayed size
TURNED = {0: "1 0 0 1 0 0", 90: "0 1 -1 0 {h} 0", 180: "-1 0 0 -1 {w} {h}", 270: "0 -1 1 0 0 {w}"}


@dataclass
class Sheet:
    """One page: content operators (y upwards, already in display orientation) and its resources."""

    rotate: int = 0
    width: float = WIDTH  # as displayed
    height: float = HEIGHT
    origin: tuple[float, float] = (0.0, 0.0)  # lower left corner of the page in PDF space
    parts: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    picture: bool = False

    def text(self, x: float, y: float, words: str, size: float = 10, turn: float = 0) -> Sheet:
        """Helvetica with its baseline from (x, y), turned clockwise by `turn` degrees."""
        c, s = cos(radians(turn)), sin(radians(turn))
        code = "".join(f"\\{b:03o}" for b in words.encode("cp1252", "replace"))
        matrix = f"{c:.6f} {-s:.6f} {s:.6f} {c:.6f} {x:.3f} {self.height - y:.3f}"
        self.parts.append(f"BT /F1 {size} Tf {matrix} Tm ({code}) Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float, dash: str = "", width: float = 0.6) -> Sheet:
        """A stroked line."""
        h = self.height
        self.parts.append(f"q {width} w [{dash}] 0 d {x0} {h - y0:.3f} m {x1} {h - y1:.3f} l S Q")
        return self

    def box(self, x0: float, y0: float, x1: float, y1: float, paint: str = "S", grey: float = 0.0) -> Sheet:
        """A rectangle, stroked (S), filled (f) or both (B) in a grey."""
        place = f"{x0} {self.height - y1:.3f} {x1 - x0:.3f} {y1 - y0:.3f}"
        self.parts.append(f"q 0.6 w {grey} g {grey if paint == 'S' else 0} G {place} re {paint} Q")
        return self

    def form(self, inner: Sheet, matrix: str = "1 0 0 1 0 0") -> Sheet:
        """Another sheet's content as a form XObject, moved by `matrix` (PDF order a b c d e f)."""
        self.forms.append("\n".join(inner.parts))
        self.parts.append(f"q {matrix} cm /X{len(self.forms) - 1} Do Q")
        return self

    def image(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        self.picture = True
        self.parts.append(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {self.height - y1:.3f} cm /Im Do Q")
        return self

    def content(self) -> str:
        matrix = TURNED[self.rotate].format(w=self.width, h=self.height)
        return f"q 1 0 0 1 {self.origin[0]} {self.origin[1]} cm {matrix} cm\n" + "\n".join(self.parts) + "\nQ"


@dataclass(frozen=True)
class Spanned:
    """A cell over several positions."""

    row: int
    column: int
    text: str = ""
    row_span: int = 1
    column_span: int = 1


def full_grid(texts: list[list[str]]) -> list[Spanned]:
    return [Spanned(r, c, text) for r, row in enumerate(texts) for c, text in enumerate(row)]


def put_text(sheet: Sheet, xs: list[float], ys: list[float], cells: Iterable[Spanned], size: float = 8) -> Sheet:
    """Each cell's text from its upper left corner, a printed line for each "\\n"."""
    for cell in cells:
        for number, line in enumerate(cell.text.split("\n")):
            if line:
                sheet.text(xs[cell.column] + 3, ys[cell.row] + 2 + size * (1 + 1.15 * number), line, size)
    return sheet


STYLES = ["stroke", "dash", "pieces", "fill", "outline", "path", "shaded"]  # ways to draw a rule


def draw_table(
    sheet: Sheet,
    xs: list[float],
    ys: list[float],
    cells: list[Spanned],
    style: str = "stroke",
    size: float = 8,
) -> Sheet:
    """A ruled table; each cell draws its own sides, so rules are doubled as in word processors' files."""
    path: list[str] = []
    for cell in cells:
        x0, x1 = xs[cell.column], xs[cell.column + cell.column_span]
        y0, y1 = ys[cell.row], ys[cell.row + cell.row_span]
        sides = [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
        if style == "shaded":
            sheet.box(x0, y0, x1, y1, "f", 0.85)
        if style == "outline":
            sheet.box(x0, y0, x1, y1)
            continue
        for ax, ay, bx, by in sides:
            if style in ("stroke", "shaded"):
                sheet.line(ax, ay, bx, by)
            elif style == "dash":
                sheet.line(ax, ay, bx, by, dash="2 2")
            elif style == "pieces":
                _pieces(sheet, ax, ay, bx, by)
            elif style == "fill":
                sheet.box(ax - 0.25, ay - 0.25, bx + 0.25, by + 0.25, "f")
            else:
                path.append(f"{ax} {sheet.height - ay} m {bx} {sheet.height - by} l")
    if path:
        sheet.parts.append("q 0.6 w " + " ".join(path) + " S Q")
    return put_text(sheet, xs, ys, cells, size)


def _pieces(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    """A dashed line drawn as separate strokes of 3 points, 2 apart."""
    length = max(x1 - x0, y1 - y0)
    along = ((x1 - x0) / length, (y1 - y0) / length)
    start = 0.0
    while start < length:
        end = min(start + 3, length)
        a, b = [(x0 + along[0] * d, y0 + along[1] * d) for d in (start, end)]
        sheet.line(*a, *b)
        start += 5


def pdf_bytes(sheets: list[Sheet], labels: str = "") -> bytes:
    """The file; `labels` is the inside of a /Nums array of page labels."""
    objects: list[bytes] = [b"", b""]  # catalogue and page tree come last
    font = _add(objects, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    head = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    picture = _add_stream(objects, head, b"\x60")
    fonts = f"/Font << /F1 {font} 0 R >>"
    pages = []
    for sheet in sheets:
        x, y = sheet.origin
        wide, high = (sheet.width, sheet.height) if sheet.rotate % 180 == 0 else (sheet.height, sheet.width)
        box = f"{x} {y} {x + wide} {y + high}"
        drawn = [f"/Im {picture} 0 R"] if sheet.picture else []
        for number, form in enumerate(sheet.forms):
            head = f"/Type /XObject /Subtype /Form /BBox [-2000 -2000 2000 2000] /Resources << {fonts} >>"
            drawn.append(f"/X{number} {_add_stream(objects, head, form.encode('latin-1'))} 0 R")
        content = _add_stream(objects, "", sheet.content().encode("latin-1"))
        pages.append(
            _add(
                objects,
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Rotate {sheet.rotate} /Contents {content} 0 R "
                f"/Resources << {fonts} /XObject << {' '.join(drawn)} >> >> >>",
            )
        )
    names = f" /PageLabels << /Nums [{labels}] >>" if labels else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R{names} >>".encode()
    kids = " ".join(f"{p} 0 R" for p in pages)
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode()
    return _assemble(objects)


def _add(objects: list[bytes], body: str) -> int:
    objects.append(body.encode())
    return len(objects)


def _add_stream(objects: list[bytes], head: str, data: bytes) -> int:
    objects.append(f"<< {head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")
    return len(objects)


def _assemble(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    rows = "".join(f"{p:010d} 00000 n \n" for p in places)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + table.encode() + tail.encode()


def save(folder: Path, sheets: list[Sheet], labels: str = "", name: str = "made.pdf") -> Path:
    path = folder / name
    path.write_bytes(pdf_bytes(sheets, labels))
    return path


@contextmanager
def opened(folder: Path, sheets: list[Sheet], labels: str = "") -> Iterator[Any]:
    with open_pdf(save(folder, sheets, labels)) as document:
        yield document


def read_sheet(folder: Path, sheet: Sheet) -> Page:
    """The page as soesift reads it from a file that holds this sheet alone."""
    with opened(folder, [sheet]) as document:
        return read_page(document, 0)
