"""Where the time goes, as ratios to pdfium's own reading time in the same run.

    python benchmarks/speed.py DOCUMENT... [--model NAME] [--plumber PAGES]

pdfium's own time: load each page, its text page, every character's code and box, every page object's type and bounds.
`--plumber` adds pdfplumber's table finder on the first PAGES pages of each document, beside our finder on the same.
"""

from __future__ import annotations

import argparse
import ctypes
import resource
import time
from pathlib import Path

import pypdfium2 as pypdfium
import pypdfium2.raw as pdfium

from soesift import Detector
from soesift.document.pdf import open_pdf, read_page
from soesift.table.find import find_tables


def pdfium_seconds(path: Path) -> tuple[float, int]:
    """Seconds that pdfium's own calls take for all text with boxes and all page objects, and the number of pages."""
    document = pypdfium.PdfDocument(path)
    started, box = time.perf_counter(), pdfium.FS_RECTF()
    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(len(document)):
        page = pdfium.FPDF_LoadPage(document.raw, index)
        text = pdfium.FPDFText_LoadPage(page)
        for k in range(pdfium.FPDFText_CountChars(text)):
            pdfium.FPDFText_GetUnicode(text, k)
            pdfium.FPDFText_GetLooseCharBox(text, k, box)
        for k in range(pdfium.FPDFPage_CountObjects(page)):
            item = pdfium.FPDFPage_GetObject(page, k)
            pdfium.FPDFPageObj_GetType(item)
            pdfium.FPDFPageObj_GetBounds(item, *sides)
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    return time.perf_counter() - started, len(document)


def plumber_seconds(path: Path, pages: int) -> tuple[float, float]:
    """Seconds of pdfplumber's finder and of ours on the first pages."""
    import pdfplumber

    started = time.perf_counter()
    with pdfplumber.open(path) as document:
        for page in document.pages[:pages]:
            page.extract_tables()
            page.close()
    theirs, started = time.perf_counter() - started, time.perf_counter()
    with open_pdf(path) as document:
        for index in range(min(pages, len(document))):
            find_tables(read_page(document, index))
    return theirs, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--plumber", type=int, default=0)
    options = parser.parse_args()
    detector = Detector.load(options.model)
    own = pages = whole = read = find = classify = join = theirs = ours = 0.0
    for path in options.documents:
        seconds, count = pdfium_seconds(path)
        timing = detector.detect(path, ocr="never").timing
        own, pages, whole = own + seconds, pages + count, whole + timing.total
        read, find = read + timing.read, find + timing.find
        classify, join = classify + timing.classify, join + timing.join
        if options.plumber:
            a, b = plumber_seconds(path, options.plumber)
            theirs, ours = theirs + a, ours + b
    print(f"{len(options.documents)} documents, {pages:.0f} pages; pdfium's own reading {own:.2f} s")
    for name, value in (("read", read), ("find", find), ("classify", classify), ("join", join), ("whole", whole)):
        print(f"  {name:9} {value:7.2f} s  {value / own:5.2f} x pdfium  {pages / max(value, 1e-9):8.0f} pages/s")
    if options.plumber:
        print(f"pdfplumber {theirs:.2f} s, ours {ours:.2f} s on the same pages: {theirs / ours:.1f} x")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
