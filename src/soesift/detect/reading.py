"""Reading a whole PDF for detection: pages, tables, records; pictures through OCR where asked.

Pages read from their pictures are kept as files: reading pictures, the dearest part, can so be a stage of its own. A
folder belongs to the bytes of one document, one way of OCR and one version of SoESift; a file to one page.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from soesift import __version__
from soesift.detect import second_look
from soesift.detect.options import LATE, USUAL, Awaiting, ReadOptions
from soesift.document.characters import MOST_CHARACTERS
from soesift.document.page import Page
from soesift.document.pdf import is_mostly_picture, open_pdf, read_page, render_page
from soesift.document.running_lines import learn_furniture
from soesift.document.scan_glance import SETTINGS, likely
from soesift.document.text_layer import with_print_beside
from soesift.document.title_page import has_schedule_title
from soesift.errors import DocumentError, MissingExtra, SoesiftError, fault
from soesift.files import as_text, write_atomically
from soesift.process.child import NONE, page_in_hand
from soesift.table.find import PageTables, find_tables
from soesift.table.record import TableRecord
from soesift.table.records import last_heading, page_records
from soesift.witness.pictures import SeenPage

_TEXT = ("codes", "boxes", "upright", "sure")
_ARRAYS = (*_TEXT, "horizontal", "vertical", "fills", "fill_grey", "images", "pieces", "piece_ink")
_PLAIN = ("number", "width", "height", "label", "source", "problem", "cut")

Progress = Callable[[int, int, str], None]  # page, pages, and what is being done where that takes long

DPI = 200.0

_PROBLEMS = {"image": "the page is a picture", "garbled": "the text layer is garbled"}


@dataclass(frozen=True, slots=True)
class Scan:
    """What became of one picture: a page; None where it is seen to hold no table; or why it was not read.

    likely: probability that it holds a table like a schedule, where the glance or the second look decided.
    """

    page: Page | None
    seconds: float = 0.0
    failed: str = ""
    likely: float | None = None


def scans_folder(root: Path, sha256: str, ocr: str) -> Path:
    return root / f"{sha256}-{ocr}-{__version__}"


def keep_scan(folder: Path, number: int, scan: Scan) -> None:
    """Write one page, whole or not at all. Raises WriteError."""
    about = {"seconds": scan.seconds, "failed": scan.failed, "likely": scan.likely}
    arrays = {}
    if scan.page is not None:
        about |= {"page": {name: getattr(scan.page, name) for name in _PLAIN}}
        arrays = {name: getattr(scan.page, name) for name in _ARRAYS}
    data = BytesIO()
    np.savez(data, about=np.array(json.dumps(about)), **arrays)
    write_atomically(_place(folder, number), data.getvalue())


def kept_scan(folder: Path, number: int) -> Scan | None:
    """The page as it was kept; None if it was not, or is damaged: it is then read again."""
    try:
        with np.load(_place(folder, number), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            plain = about.get("page")
            page = None if plain is None else Page(**plain, **{name: file[name] for name in _ARRAYS})
            return Scan(page, about["seconds"], about["failed"], about.get("likely"))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return None


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number}.npz"


@dataclass(slots=True)
class ReadPage:
    """One page as detection wants it."""

    found: PageTables
    records: list[TableRecord]
    fills: Any
    fill_grey: Any


@dataclass(slots=True)
class Looks:
    """What was seen of pictures before reading, by 0-based index: each is looked at once."""

    glances: dict[int, float] = field(default_factory=dict)
    again: dict[int, float | None] = field(default_factory=dict)  # None: a second look tells nothing


@dataclass(slots=True)
class Reading:
    """What was met on the way: number of pages, picture pages, unread pages with the reason, seconds."""

    n_pages: int = 0
    image_only: list[int] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)
    unlikely: dict[int, float] = field(default_factory=dict)  # pictures seen to hold no table: probability that they do
    unplaced: list[str] = field(default_factory=list)  # the same where there are no pages
    read_s: float = 0.0
    find_s: float = 0.0
    ocr_s: float = 0.0
    until: float = math.inf  # of time.perf_counter(): later, no further picture is begun
    scans: Path | None = None  # pictures are not read here: each is in this folder, or awaited
    awaited: list[int] = field(default_factory=list)
    looks: Looks = field(default_factory=Looks)
    to_read: list[int] | None = None  # 0-based pictures that a glance leaves open; known when the first is met
    spent: list[float] = field(default_factory=list)  # seconds that each of them took so far, read or seen to be none
    seen: dict[int, SeenPage] = field(default_factory=dict)  # pages with tables read from pictures, for the witness

    @classmethod
    def begun(cls, options: ReadOptions, sha256: str) -> Reading:
        """The reading of a document that begins now."""
        until = math.inf if options.ocr_seconds is None else time.perf_counter() + options.ocr_seconds
        scans = None if options.scans is None else scans_folder(options.scans, sha256, options.ocr)
        return cls(until=until, scans=scans)


def read_pdf(
    path: Path,
    sha256: str,
    reading: Reading,
    options: ReadOptions = USUAL,
    progress: Progress | None = None,
) -> Iterator[ReadPage]:
    """Pages of a PDF in order, with their tables; `reading` is filled in on the way.

    Raises Awaiting, after the last page, if `reading.scans` lacks some; pages after the first of them are not given.
    """
    pages = options.pages
    with open_pdf(path, options.password) as document:
        reading.n_pages = len(document)
        if pages is not None and pages.start > reading.n_pages:
            raise DocumentError(f"{path.name}: has {reading.n_pages} pages; --pages starts at {pages.start}")
        started = time.perf_counter()
        kept: dict[int, Page] = {}
        furniture = learn_furniture(document, reading.n_pages, kept, options.without)
        reading.read_s += time.perf_counter() - started
        heading, found = "", None
        for index in range(reading.n_pages):
            if pages is not None and index + 1 not in pages:
                continue
            page = page_of(document, index, reading, options, kept.pop(index, None), progress)
            if reading.awaited:  # all is read once more when they are there
                continue
            started = time.perf_counter()
            before = found if found is not None and found.number == index else None
            try:
                found = find_tables(page, furniture, before)
                records = page_records(found, as_text(path.stem), sha256, reading.n_pages, heading)
            except Exception as error:  # noqa: BLE001  # a fault of ours on one page must not lose the others
                reading.unread[index + 1] = f"its tables could not be read ({fault(error)})"
                found, records = PageTables(index + 1, page.label, page.width, page.height, 0, "", ""), []
            heading = last_heading(found, heading)
            if not found.tables:
                reading.seen.pop(index + 1, None)
            reading.find_s += time.perf_counter() - started
            yield ReadPage(found, records, page.fills, page.fill_grey)
            if progress is not None:
                progress(index + 1, reading.n_pages, "")
    page_in_hand(NONE)
    if reading.scans is not None and reading.awaited:
        raise Awaiting(reading.awaited, reading.scans)


def page_of(
    document: Any,
    index: int,
    reading: Reading,
    options: ReadOptions = USUAL,
    known: Page | None = None,
    progress: Progress | None = None,
) -> Page:
    """The page, read unless it is `known`; with OCR where that is wanted."""
    started, ocr = time.perf_counter(), options.ocr
    if index + 1 in options.without:
        reading.unread[index + 1] = options.without[index + 1]
        return Page(index + 1, 612.0, 792.0)
    page_in_hand(index + 1)
    try:
        page = read_page(document, index) if known is None else known
    except Exception as error:  # noqa: BLE001  # the other pages may well be sound
        reading.unread[index + 1] = str(error) if isinstance(error, DocumentError) else fault(error)
        return Page(index + 1, 612.0, 792.0)
    reading.read_s += time.perf_counter() - started
    if page.problem == "image":
        reading.image_only.append(index + 1)
    if ocr == "always" or (ocr == "auto" and page.problem in ("image", "garbled", "scan")):
        page = _pictured(document, index, page, reading, options, progress)
    elif page.problem in ("image", "garbled"):
        reading.unread[index + 1] = f"{_PROBLEMS[page.problem]}; not read (--ocr never)"
    elif page.cut:
        reading.unread[index + 1] = f"the page holds more than {MOST_CHARACTERS:,} characters; the rest is not read"
    return page


def _pictured(
    document: Any,
    index: int,
    page: Page,
    reading: Reading,
    options: ReadOptions,
    progress: Progress | None = None,
) -> Page:
    """The page as its picture shows it, read here or elsewhere; as it is if that cannot be."""
    if reading.scans is not None:
        scan = kept_scan(reading.scans, index + 1)
        if scan is None:
            reading.awaited.append(index + 1)
            return page
    elif why := late(reading):
        scan = Scan(None, failed=why)
    else:
        if progress is not None:
            _announce(document, page, reading, options, progress)
        scan = scan_page(document, index, page, options, reading.looks)
        if scan.page is not None or index in reading.looks.again:
            reading.spent.append(scan.seconds)
    reading.ocr_s += scan.seconds
    if scan.failed:
        reading.unread[index + 1] = f"{_PROBLEMS.get(page.problem, 'the text is of a scan')}; not read ({scan.failed})"
    elif scan.page is None and scan.likely is not None:
        reading.unlikely[index + 1] = scan.likely
    if scan.page is None:
        return page
    reading.seen[index + 1] = SeenPage(scan.page, page if page.problem == "scan" else None)
    return scan.page


def no_ocr() -> str:
    """Why pictures cannot be read here; empty where they can."""
    from soesift.document.scan_text import without_ocr

    return without_ocr()


def late(reading: Reading) -> str:
    """Why no further picture is read: what is found by now would be lost with the time; empty while there is some."""
    return LATE if time.perf_counter() > reading.until else ""


def scan_page(document: Any, index: int, page: Page, options: ReadOptions, looks: Looks | None = None) -> Scan:
    """A page read from its picture; without OCR asked for ("always"), only if two looks see what may be a schedule.

    looks: what was seen of this document's pictures before; added to.
    """
    from soesift.document.ocr import read_scan

    if why := no_ocr():
        return Scan(None, failed=why)
    started = time.perf_counter()
    scanned, failed, unlikely = None, "", None
    try:
        if options.ocr != "always" and page.problem in ("image", "scan"):
            unlikely = _unlikely(document, index, page, Looks() if looks is None else looks, options.without)
        if unlikely is None:
            picture = render_page(document, index, DPI)
            scanned = read_scan(picture, page.width, page.height, page.number, page.label)
            scanned = with_print_beside(scanned, page)
            scanned.problem = page.problem
    except MissingExtra:
        raise
    except Exception as error:  # noqa: BLE001  # as above
        failed = str(error) if isinstance(error, SoesiftError) else fault(error)
    return Scan(scanned, time.perf_counter() - started, failed, unlikely)


def _unlikely(document: Any, index: int, page: Page, looks: Looks, without: Container[int]) -> float | None:
    """How likely a page holds a schedule, if that is too unlikely to read it; None if it is to be read."""
    seen = _unlikely_at_a_glance(document, index, looks, without)
    if seen is not None or has_schedule_title(page.text()):
        return seen
    again = _looked_again(document, index, looks)
    if again is None or again >= second_look.SETTINGS.read:
        return None
    for other in _beside(document, index, without):
        if _glanced(document, other, looks) >= SETTINGS.beside:
            known = _looked_again(document, other, looks)
            if known is None or known >= second_look.SETTINGS.beside:
                return None
    return round(again, 4)


def _beside(document: Any, index: int, without: Container[int]) -> list[int]:
    return [other for other in (index - 1, index + 1) if 0 <= other < len(document) and other + 1 not in without]


def _unlikely_at_a_glance(document: Any, index: int, looks: Looks, without: Container[int]) -> float | None:
    """How likely a page holds a table, if that is too unlikely to read it; None if it is to be read.

    The first or last rows of a table on a page of their own look like little: a page beside one that surely shows a
    table is read as well, unless it shows hardly anything.
    """
    seen = _glanced(document, index, looks)
    if seen >= SETTINGS.read:
        return None
    if seen < SETTINGS.nothing:
        return round(seen, 4)
    near = (_glanced(document, other, looks) for other in _beside(document, index, without))
    return None if any(other >= SETTINGS.beside for other in near) else round(seen, 4)


def _glanced(document: Any, index: int, looks: Looks) -> float:
    """The glance at a page, which is drawn for it once."""
    if index not in looks.glances:
        looks.glances[index] = _glance(document, index)
    return looks.glances[index]


def _looked_again(document: Any, index: int, looks: Looks) -> float | None:
    """The second look at a page, had once; None where it tells nothing."""
    if index not in looks.again:
        looks.again[index] = _look(document, index, _glanced(document, index, looks))
    return looks.again[index]


def _announce(document: Any, page: Page, reading: Reading, options: ReadOptions, progress: Progress) -> None:
    """Tell that a picture is about to be read, how many are left with it, and about how long they will take."""
    index, ocr, without = page.number - 1, options.ocr, options.without
    glanced = ocr != "always" and page.problem != "garbled"
    if glanced and _unlikely_at_a_glance(document, index, reading.looks, without) is not None:
        return
    if reading.to_read is None:
        rest = [other for other in range(index, reading.n_pages) if other + 1 not in without]
        pictures = [other for other in rest if ocr == "always" or is_mostly_picture(document, other)]
        glance = partial(_unlikely_at_a_glance, document, looks=reading.looks, without=without)
        reading.to_read = sorted({index, *(o for o in pictures if ocr == "always" or glance(o) is None)})
    left = len({index, *(other for other in reading.to_read if other > index)})
    progress(index + 1, reading.n_pages, doing(left, reading.spent))


def doing(left: int, spent: list[float]) -> str:
    """What is said while a picture is read: `left` with this one; `spent`: seconds that those before took."""
    if not spent:
        return f"a picture, reading ({left} left)"
    seconds = left * sum(spent) / len(spent)
    about = f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
    return f"a picture, reading ({left} left, about {about})"


def _glance(document: Any, index: int) -> float:
    """How likely a page holds a table like a schedule, by a small picture; one that cannot be drawn: 1, to be read."""
    picture = _drawn(document, index)
    return 1.0 if picture is None else likely(picture[:, :, 1])


def _look(document: Any, index: int, glanced: float) -> float | None:
    """How likely a page holds a schedule, by some of its lines; None where they tell nothing."""
    picture = _drawn(document, index)
    seen = None if picture is None else second_look.look_again(picture, glanced)
    return None if seen is None else second_look.likely(seen)


def _drawn(document: Any, index: int) -> Any:
    """The page as a picture to look at; None for one that fails: it is drawn again to be read, with its reason."""
    try:
        width, height = document[index].get_size()
        return render_page(document, index, 2 * 72 * SETTINGS.side / max(width, height))
    except Exception:  # noqa: BLE001
        return None
