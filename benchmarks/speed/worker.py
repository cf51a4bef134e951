"""One system on some pages of one document, timed in a process of its own; needs nothing of this project.

    PYTHON worker.py SYSTEM DOCUMENT 0,5,9      (0-based pages)

Run by the harness with the Python that has the system installed: peers live in environments of their own, and AGPL
code (PyMuPDF) is never imported by this project. Prints one line of JSON: CPU and wall seconds without the imports,
tables found (readers: characters), peak memory.
"""

from __future__ import annotations

import ctypes
import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout

Pages = list[int]
Run = Callable[[], int]


def pdfium_reads(path: str, pages: Pages) -> Run:
    """All that a table finder needs, by pdfium's own calls: characters with loose boxes, objects with bounds."""
    import pypdfium2 as pypdfium
    import pypdfium2.raw as raw

    def run() -> int:
        document, box, count = pypdfium.PdfDocument(path), raw.FS_RECTF(), 0
        sides = [ctypes.c_float() for _ in range(4)]
        for index in pages:
            page = raw.FPDF_LoadPage(document.raw, index)
            text = raw.FPDFText_LoadPage(page)
            for k in range(raw.FPDFText_CountChars(text)):
                raw.FPDFText_GetUnicode(text, k)
                raw.FPDFText_GetLooseCharBox(text, k, box)
                count += 1
            for k in range(raw.FPDFPage_CountObjects(page)):
                item = raw.FPDFPage_GetObject(page, k)
                raw.FPDFPageObj_GetType(item)
                raw.FPDFPageObj_GetBounds(item, *sides)
            raw.FPDFText_ClosePage(text)
            raw.FPDF_ClosePage(page)
        return count

    return run


def pdfium_text(path: str, pages: Pages) -> Run:
    """The least that pdfium can be asked: the text of each page in one call, without places."""
    import pypdfium2 as pypdfium

    def run() -> int:
        document = pypdfium.PdfDocument(path)
        return sum(len(document[index].get_textpage().get_text_range()) for index in pages)

    return run


def pdfium_pictures(path: str, pages: Pages) -> Run:
    """Pages drawn at 200 dots an inch, as OCR needs them."""
    import pypdfium2 as pypdfium

    def run() -> int:
        document = pypdfium.PdfDocument(path)
        return sum(document[index].render(scale=200 / 72).width > 0 for index in pages)

    return run


def pdfplumber_tables(path: str, pages: Pages) -> Run:
    import pdfplumber

    def run() -> int:
        count = 0
        with pdfplumber.open(path) as document:
            for index in pages:
                count += len(document.pages[index].extract_tables())
                document.pages[index].close()
        return count

    return run


def camelot_lattice(path: str, pages: Pages) -> Run:
    import camelot

    wanted = ",".join(str(index + 1) for index in pages)
    return lambda: camelot.read_pdf(path, pages=wanted, flavor="lattice").n


def pymupdf_tables(path: str, pages: Pages) -> Run:
    import pymupdf

    def run() -> int:
        document = pymupdf.open(path)
        return sum(len([t.extract() for t in document[index].find_tables().tables]) for index in pages)

    return run


def pdf_oxide_tables(path: str, pages: Pages) -> Run:
    import pdf_oxide

    def run() -> int:
        document = pdf_oxide.PdfDocument(path)
        return sum(len(document.extract_tables(index)) for index in pages)

    return run


def pdf_oxide_reads(path: str, pages: Pages) -> Run:
    import pdf_oxide

    def run() -> int:
        document = pdf_oxide.PdfDocument(path)
        return sum(len(document.extract_chars(i)) + 0 * len(document.extract_paths(i)) for i in pages)

    return run


def docling_parse_reads(path: str, pages: Pages) -> Run:
    from docling_parse.pdf_parser import DoclingPdfParser

    def run() -> int:
        document = DoclingPdfParser(loglevel="fatal").load(path, lazy=True)
        return sum(len(document.get_page(index + 1).char_cells) for index in pages)

    return run


def pdfplumber_reads(path: str, pages: Pages) -> Run:
    import pdfplumber

    def run() -> int:
        count = 0
        with pdfplumber.open(path) as document:
            for index in pages:
                count += len(document.pages[index].chars)
                document.pages[index].close()
        return count

    return run


def soesift_reads(path: str, pages: Pages) -> Run:
    from pathlib import Path

    from soesift.document.pdf import open_pdf, read_page

    def run() -> int:
        with open_pdf(Path(path)) as document:
            return sum(len(read_page(document, index).codes) for index in pages)

    return run


def soesift_tables(path: str, pages: Pages) -> Run:
    from pathlib import Path

    from soesift.document.pdf import open_pdf, read_page
    from soesift.table.find import find_tables

    def run() -> int:
        with open_pdf(Path(path)) as document:
            return sum(len(find_tables(read_page(document, index)).tables) for index in pages)

    return run


def soesift_ocr(path: str, pages: Pages) -> Run:
    from pathlib import Path

    from soesift.document.ocr import read_scan
    from soesift.document.pdf import open_pdf, read_page, render_page

    def run() -> int:
        count = 0
        with open_pdf(Path(path)) as document:
            for index in pages:
                page = read_page(document, index)
                picture = render_page(document, index, 200.0)
                count += len(read_scan(picture, page.width, page.height, page.number).codes)
        return count

    return run


SYSTEMS = {name: found for name, found in list(globals().items()) if getattr(found, "__module__", "") == __name__}


def used() -> float:
    """CPU seconds of this process and of those it started."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def high_water() -> float:
    """Peak memory in MB; ru_maxrss counts what the parent held before exec, so only where /proc says nothing."""
    try:
        with open("/proc/self/status") as status:
            return next(float(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(system: str, path: str, pages: str) -> None:
    """Time one system; one page beforehand, untimed, so that libraries imported at first use are not counted."""
    chosen = [int(part) for part in pages.split(",")]
    with redirect_stdout(sys.stderr):
        SYSTEMS[system](path, chosen[:1])()
        run = SYSTEMS[system](path, chosen)
        cpu, wall = used(), time.perf_counter()
        count = run()
        cpu, wall = used() - cpu, time.perf_counter() - wall
    peak = high_water()
    print(json.dumps({"cpu": cpu, "wall": wall, "count": count, "pages": len(chosen), "peak_mb": round(peak)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
