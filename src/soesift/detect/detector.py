"""`Detector`: one protocol in, one result out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Unpack

from soesift.classify.judge import Judge
from soesift.classify.shipped import load_judge
from soesift.detect.assemble import assemble_tables, fragments_of, near_misses
from soesift.detect.options import ReadFields, ReadOptions
from soesift.detect.reading import Reading, read_pdf
from soesift.detect.so_far import SoFar
from soesift.document.kind import as_docx, kind_of
from soesift.document.scan_nets import cores
from soesift.document.title_page import FIRST, title_page
from soesift.errors import SoesiftError, fault
from soesift.files import as_text, file_sha256
from soesift.join.fragment import Fragment
from soesift.join.group import lift_continuations
from soesift.result.models import (
    DocumentInfo,
    PictureNotRead,
    Result,
    SoeTable,
    Timing,
    TitleFact,
    TitleField,
    UnsurePage,
)
from soesift.table.context import TextLine
from soesift.witness import examine

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Detector:
    """Finds, joins and types the Schedule-of-Event tables of protocols with one model."""

    judge: Judge

    @classmethod
    def load(cls, model: str | Path = "default") -> Detector:
        """A detector with a shipped model (by name) or a model folder; raises ModelError if unsound.

        It judges on as many cores as this process has (`cores`), with the same results as on one.
        """
        return cls(load_judge(model, cores()))

    def detect(
        self,
        path: str | Path,
        options: ReadOptions | None = None,
        progress: Progress | None = None,
        so_far: Callable[[Result], None] | None = None,
        **some: Unpack[ReadFields],
    ) -> Result:
        """Detect on one document, read by `options`, or with some of their fields given by name (`ocr="never"`).

        `progress` is called with the page, the number of pages and, before a picture is read, what is being done: "a
        picture, reading (9 left, about 30 s)"; after a page that is empty. `so_far` is called, while a PDF is read,
        with what its pages up to there hold, each time that is more.

        Raises DocumentError if it cannot be read. After `ocr_seconds` pages that are pictures are no longer read, but
        reported as unsure. With `scans`, a folder, pictures of a PDF's pages are not read here but taken from there;
        raises Awaiting, which names those missing.
        """
        started = time.perf_counter()
        options = replace(options or ReadOptions(), **some)
        path = Path(path)
        sha256 = file_sha256(path)
        reading = Reading.begun(options, sha256)
        look = so_far and SoFar(self._judged, self.judge.info.threshold, partial(self._decided, path, sha256), so_far)
        fragments, lines = fragments_and_lines(path, sha256, reading, options, progress, look)
        result = self.decide(path, sha256, fragments, lines, reading)
        result.document.title_page = _printed_of_study(fragments, lines)
        del fragments  # 12 KB a page, of no use to what follows
        _seen_again(result, path, options.password, reading, lines)
        result.settings = options.settings
        result.timing.total = round(time.perf_counter() - started, 3)
        return result

    def _judged(self, fragments: list[Fragment], reading: Reading) -> list[Fragment]:
        """The fragments with their probabilities; such as break the judge are left out and told."""
        try:
            found = self.judge.probabilities([f.record for f in fragments]).tolist()
        except SoesiftError:
            raise
        except Exception:  # noqa: BLE001  # one bad page must not lose the others
            found = None
        if found is None:
            fragments, found = self._one_by_one(fragments, reading)
        for fragment, (soe, sampling, *track) in zip(fragments, found, strict=True):
            fragment.soe, fragment.sampling, fragment.track = soe, sampling, track[0] if track else None
        return fragments

    def _one_by_one(self, fragments: list[Fragment], reading: Reading) -> tuple[list[Fragment], list[list[float]]]:
        kept, found = [], []
        for fragment in fragments:
            try:
                found += self.judge.probabilities([fragment.record]).tolist()
                kept.append(fragment)
            except Exception as error:  # noqa: BLE001
                _leave_out(fragment, error, reading)
        return kept, found

    def decide(
        self,
        path: Path,
        sha256: str,
        fragments: list[Fragment],
        lines: dict[int, list[TextLine]],
        reading: Reading,
    ) -> Result:
        """Judge fragments, accept, join and describe them."""
        judged = time.perf_counter()
        fragments = self._judged(fragments, reading)
        took = time.perf_counter() - judged
        result = self._decided(path, sha256, fragments, lines, reading)
        result.timing.classify = round(took, 3)
        return result

    def _decided(
        self, path: Path, sha256: str, fragments: list[Fragment], lines: dict[int, list[TextLine]], reading: Reading
    ) -> Result:
        """Accept judged fragments, join and describe them; they are changed."""
        joining = time.perf_counter()
        lift_continuations(fragments)
        info = self.judge.info
        accepted = [f for f in fragments if f.probability >= info.threshold]
        rejected = [f for f in fragments if f.probability < info.threshold]
        tables = with_rows(_assembled(accepted, lines, reading))
        done = time.perf_counter()
        unsure = unsure_pages(rejected, reading, info.unsure_threshold)
        strict = any(t.table_type != "subsidiary" for t in tables)
        return Result(
            document=DocumentInfo(
                name=as_text(path.name),
                sha256=sha256,
                n_pages=reading.n_pages or None,
                has_soe="yes" if strict else "unsure" if unsure else "no",
                image_only_pages=reading.image_only,
                pictures_not_read=[PictureNotRead(page=page, likely=seen) for page, seen in reading.unlikely.items()],
                unsure_pages=unsure,
            ),
            tables=tables,
            rejected=near_misses(rejected),
            model=info,
            timing=Timing(
                read=round(reading.read_s, 3),
                find=round(reading.find_s, 3),
                ocr=round(reading.ocr_s, 3),
                join=round(done - joining, 3),
            ),
        )


def _assembled(accepted: list[Fragment], lines: dict[int, list[TextLine]], reading: Reading) -> list[SoeTable]:
    """Logical tables; where a fault of ours stops their joining, each page stands alone, and that is said."""
    try:
        return assemble_tables(accepted, lines)
    except Exception as error:  # noqa: BLE001  # one bad page must not lose the others
        reading.unplaced.append(f"the pages of tables could not be joined ({fault(error)}); each stands alone")
    tables: list[SoeTable] = []
    for fragment in accepted:
        try:
            tables += assemble_tables([fragment], lines)
        except Exception as error:  # noqa: BLE001
            _leave_out(fragment, error, reading)
    return [table.model_copy(update={"id": f"t{number}"}) for number, table in enumerate(tables, 1)]


def with_rows(tables: list[SoeTable]) -> list[SoeTable]:
    """The tables that show a row on some page; what has pages and none with a row (a chart, a bare header) is none.

    Tables of Word documents have no pages.
    """
    kept = [t for t in tables if t.pages or all(f.page is None for f in t.fragments)]
    return [t.model_copy(update={"id": f"t{number}"}) for number, t in enumerate(kept, 1)]


def _leave_out(fragment: Fragment, error: Exception, reading: Reading) -> None:
    why = f"a table could not be judged or described ({fault(error)})"
    if fragment.record.page is None:
        reading.unplaced.append(why)
    else:
        reading.unread[fragment.record.page] = why


def fragments_and_lines(
    path: Path,
    sha256: str,
    reading: Reading,
    options: ReadOptions,
    progress: Progress | None = None,
    so_far: SoFar | None = None,
) -> tuple[list[Fragment], dict[int, list[TextLine]]]:
    """Every table of a PDF or Word document as a fragment, and, of a PDF, the lines outside tables by page."""
    if kind_of(path) in ("docx", "office"):
        from soesift.detect.word import word_fragments  # only where a Word file is met: lxml costs its start

        with as_docx(path) as word:
            return word_fragments(word, sha256, reading, options.ocr, path.stem), {}
    fragments: list[Fragment] = []
    lines: dict[int, list[TextLine]] = {}
    for page in read_pdf(path, sha256, reading, options, progress):
        lines[page.found.number] = page.found.lines_and_boxes
        fragments += fragments_of(page.found, page.records, page.fills, page.fill_grey, len(fragments))
        if so_far is not None:
            so_far(fragments, lines, reading)
    return fragments, lines


def unsure_pages(rejected: list[Fragment], reading: Reading, threshold: float) -> list[UnsurePage]:
    """Pages that could hold a schedule and were not accepted: doubtful tables, and pages not read."""
    pages = [
        UnsurePage(page=f.record.page, why=f"a table with probability {f.probability:.2f} of being a schedule")
        for f in rejected
        if f.soe >= threshold
    ]
    pages += [UnsurePage(page=page, why=why) for page, why in reading.unread.items()]
    return pages + [UnsurePage(why=why) for why in reading.unplaced]


def _printed_of_study(fragments: list[Fragment], lines: dict[int, list[TextLine]]) -> dict[TitleField, TitleFact]:
    """What the title page prints behind labels, in lines and in tables of two columns."""
    rows = [(f.page, row) for f in fragments if 0 < f.page <= FIRST for row in f.record.grid]
    found = title_page({page: [line.text for line in of_page] for page, of_page in lines.items()}, rows)
    return {name: TitleFact(text=value.text, page=value.page) for name, value in found.items()}


def _seen_again(
    result: Result, path: Path, password: str | None, reading: Reading, lines: dict[int, list[TextLine]]
) -> None:
    """Let the second witness put doubts into the tables; a witness that breaks costs no table."""
    started = time.perf_counter()
    try:
        examine(result.tables, path, password=password, seen=reading.seen, lines=lines)
    except Exception as error:  # noqa: BLE001  # what was found is worth more than a second look
        why = f"The second look at the tables ended with {fault(error)}: no doubt is marked."
        result.document.unsure_pages.append(UnsurePage(page=None, why=why))
    result.timing.witness = round(time.perf_counter() - started, 3)
