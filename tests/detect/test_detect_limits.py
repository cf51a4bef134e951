"""Detection, function by function, without a document: each limit and each reason."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from soesift.detect import batch, sources
from soesift.detect import reading as reading_module
from soesift.detect.all_tables import done_list, finished, hashes, named, not_read, write_tables
from soesift.detect.assemble import assemble_tables, fragments_of, is_redacted, near_misses
from soesift.detect.batch import AroundSettings, outcome_of, run_around, stems, why_it_died, without
from soesift.detect.detector import Detector, unsure_pages, with_rows
from soesift.detect.job import (
    Job,
    Limits,
    Outcome,
    clear_stages,
    failed,
    ids,
    kept_unseen,
    missing_formats,
    put,
    put_failed,
    same_result,
    second_stem,
    unchanged,
    without_scratch,
)
from soesift.detect.options import Awaiting, ReadOptions
from soesift.detect.reading import Reading, Scan, doing, keep_scan, kept_scan, late, page_of, scan_page, scans_folder
from soesift.detect.sources import (
    bring,
    check_urls,
    documents_at,
    find_documents,
    find_sources,
    is_final,
    is_url,
    name_of,
    read_list,
    safe_name,
    scratch,
    shown,
    why,
)
from soesift.document.page import Page
from soesift.document.raised import DOWN, UP
from soesift.errors import DocumentError, ModelError, UsageError
from soesift.files import WriteError
from soesift.join.fragment import Fragment
from soesift.process.child import NONE
from soesift.process.worker import PageTookTooLong, TookTooLong, WorkerDied
from soesift.result.models import DocumentInfo, ModelInfo, Result, SoeTable
from soesift.result.store import read_result, write_result
from soesift.table.context import TextLine
from soesift.table.find import PageTables
from soesift.table.grid import FoundTable, GridCell
from soesift.table.record import TableRecord

INFO = ModelInfo(name="toy", version="1", sha256="", threshold=0.5, unsure_threshold=0.2)
HEADER = ["Procedure", "Screening", "Day 1", "Day 8", "Day 15"]
BODY = [["Vital signs", "X", "X", "", "Xa"], ["ECG", "X", "", "X", ""], ["Weight", "", "X", "X", "X"]]


def fragment(
    grid: list[list[str]], page: int | None = 1, soe: float = 0.9, sampling: float = 0.0, **more: Any
) -> Fragment:
    record = TableRecord(
        table_id=f"{page}",
        document="toy",
        page=page,
        header_rows=more.pop("head", 1),
        grid=grid,
        bbox=None if page is None else (1.04, 2.06, 3.0, 4.0),
        caption=more.pop("caption", ""),
        heading=more.pop("heading", ""),
        flags=more.pop("flags", []),
    )
    cells = [GridCell(r, c, 1, 1, text) for r, row in enumerate(grid) for c, text in enumerate(row)]
    rows, columns = (np.arange(n + 1, dtype=np.float32) * 20 for n in (len(grid), len(grid[0])))
    return Fragment(record, cells, rows, columns, (page or 0) * 10, soe=soe, sampling=sampling, **more)


def result(sha256: str = "a" * 64, error: str | None = None, **more: Any) -> Result:
    document = DocumentInfo(name="p.pdf", sha256=sha256, has_soe="no", error=error)
    return Result(document=document, model=INFO, settings={"ocr": "auto", "pages": ""}, **more)


def job(out: Path, **more: Any) -> Job:
    return Job(more.pop("path", out / "p.pdf"), "p", out, more.pop("formats", ("json",)), **more)


# fragments


def test_a_black_box_over_a_table_redacts_it() -> None:
    def black(x0: float, y0: float, x1: float, y1: float, grey: float = 0.0) -> bool:
        box = np.array([(x0, y0, x1, y1)], np.float32)
        return is_redacted(box, np.array([grey], np.float32), (100, 100, 200, 200))

    assert black(100, 100, 108, 105)
    assert not black(100, 100, 107, 105)
    assert not black(100, 100, 108, 104)
    assert not black(100, 100, 150, 150, 0.1)
    assert black(100, 100, 150, 150, 0.09)
    assert not black(50, 100, 104, 150)
    assert black(50, 100, 105, 150)
    assert not black(100, 50, 150, 103)
    assert black(100, 50, 150, 104)
    assert not is_redacted(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), (0, 0, 9, 9))


def test_lines_stand_over_or_below_a_table() -> None:
    table = FoundTable(1, np.array([100, 200], np.float32), np.array([0, 50], np.float32), [])
    lines = [
        TextLine(str(k), top, bottom, 8)
        for k, (top, bottom) in enumerate([(90, 104), (90, 105), (196, 204), (195, 203)])
    ]
    page = PageTables(1, None, 600, 800, 90, "text", "", [table, table], lines)
    record = TableRecord(table_id="", document="", grid=[["a"]])
    found = fragments_of(page, [record, record], np.zeros((0, 4)), np.zeros(0), 3)
    assert [one.order for one in found] == [3, 4]
    assert [line.text for line in found[0].over] == ["0"]
    assert [line.text for line in found[0].below] == ["2"]
    assert (found[0].turn, found[0].redacted) == (90, False)


# the process that reads


class Told:
    """A worker that does as it is told: a page and an answer, or what is raised with that page in hand."""

    def __init__(self, *acts: tuple[int, Any]) -> None:
        self.acts, self.page, self.seen = list(acts), NONE, []  # type: ignore[var-annotated]

    def run(self, task: dict[str, Any], seconds: float, tell: Any, page_seconds: float) -> dict[str, Any]:
        self.seen.append((dict(task["without"]), page_seconds / seconds))
        self.page, act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act  # type: ignore[no-any-return]


def around(*acts: tuple[int, Any], seconds: float = 100.0, most: int = 20) -> tuple[dict[str, Any], list[Any]]:
    worker = Told(*acts)
    answer = run_around(worker, {}, seconds, lambda *a: None, AroundSettings(most=most))  # type: ignore[arg-type]
    return answer, [set(spared) for spared, _ in worker.seen]


def test_pages_that_end_their_reader_are_spared_one_by_one() -> None:
    died = WorkerDied("by SIGSEGV")
    assert around((4, {"done": 1})) == ({"done": 1}, [set()])
    assert around((4, died), (7, died), (9, {"done": 1})) == ({"done": 1}, [set(), {"4"}, {"4", "7"}])
    assert around((4, {"last": 1}), (9, {"done": 1}))[1] == [set(), {"4"}]
    assert around((4, PageTookTooLong("took long")), (9, {"done": 1}))[1] == [set(), {"4"}]
    with pytest.raises(WorkerDied):
        around((NONE, died))
    with pytest.raises(WorkerDied):
        around((4, died), (4, died))
    with pytest.raises(WorkerDied):
        around((4, died), (5, died), most=1)
    with pytest.raises(TookTooLong):
        around((NONE, TookTooLong("late")))
    with pytest.raises(WorkerDied):
        around((4, died), seconds=1e-9)
    assert around((NONE, {"last": 1}))[0] == {"last": 1}
    worker = Told((1, {}))
    run_around(worker, {}, 100, lambda *a: None)  # type: ignore[arg-type]
    assert worker.seen[0][1] == pytest.approx(0.5)
    assert without({"without": {"3": "why"}}) == {3: "why"}
    assert without({}) == {}


def test_the_end_of_a_reader_is_said_in_a_line() -> None:
    limits = Limits(memory_mb=77)
    assert "processor time" in why_it_died("by SIGXCPU", limits)
    assert "told to end" in why_it_died("by SIGTERM", limits)
    assert "(by SIGSEGV)" in why_it_died("by SIGSEGV", limits)
    assert "--memory 77" in why_it_died("by SIGSEGV", limits)


def test_what_a_process_answers_becomes_an_outcome(tmp_path: Path) -> None:
    one = job(tmp_path)
    with pytest.raises(Awaiting) as waits:
        outcome_of(one, {"done": {"awaits": [2, 3], "scans": str(tmp_path)}}, "linear")
    assert (waits.value.pages, waits.value.folder) == ([2, 3], tmp_path)
    for kind, error in (("model", ModelError), ("write", WriteError)):
        with pytest.raises(error, match="full"):
            outcome_of(one, {"done": {"stop": "full", "kind": kind}}, "linear")
    bad = Outcome(one.path, result(error="bad"), [tmp_path / "p.json"], stem="p", said="so")
    again = outcome_of(one, {"done": json.loads(json.dumps(bad.packed()))}, "linear")
    assert (again.result.document.error, again.files, again.stem, again.said) == ("bad", bad.files, "p", "so")
    write_result(result(), tmp_path / "p.json")
    good = Outcome(one.path, result(), [tmp_path / "p.json"], skipped=True, stem="p")
    again = outcome_of(one, {"done": json.loads(json.dumps(good.packed()))}, "linear")
    assert (again.result.document.sha256, again.skipped) == ("a" * 64, True)


# pages and pictures


def test_a_page_is_read_from_its_picture_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = Page(1, 612, 792, source="ocr")

    def scan(document: Any, index: int, page: Page, options: ReadOptions, glances: Any) -> Scan:
        return Scan(scanned, 2.0)

    monkeypatch.setattr(reading_module, "scan_page", scan)

    def read(problem: str, ocr: Any = "auto", cut: bool = False, **more: Any) -> tuple[str, Reading]:
        reading = Reading(n_pages=3, **more)
        page = Page(1, 612, 792, problem=problem, cut=cut)
        return page_of(None, 0, reading, ReadOptions(ocr), page).source, reading

    for problem in ("image", "garbled", "scan"):
        assert read(problem)[0] == "ocr"
    assert read("spread")[0] == read("")[0] == "text"
    assert read("", "always")[0] == "ocr"
    assert read("image", "never")[0] == "text"
    assert read("image")[1].image_only == [1]
    assert read("garbled")[1].image_only == []
    assert read("image")[1].spent == [2.0]
    assert read("image")[1].ocr_s == 2
    assert read("image", "never")[1].unread == {1: "the page is a picture; not read (--ocr never)"}
    assert read("garbled", "never")[1].unread == {1: "the text layer is garbled; not read (--ocr never)"}
    assert read("scan", "never")[1].unread == {}
    assert "characters" in read("", cut=True)[1].unread[1]
    assert read("")[1].unread == {}
    source, late_one = read("image", until=-math.inf)
    assert source == "text"
    assert "not read (" in late_one.unread[1]
    spared = Reading()
    assert page_of(None, 4, spared, ReadOptions(without={5: "why"})).number == 5
    assert spared.unread == {5: "why"}


def test_pictures_that_are_read_elsewhere_are_taken_or_awaited(tmp_path: Path) -> None:
    def read() -> tuple[Page, Reading]:
        reading = Reading(n_pages=3, scans=tmp_path)
        return page_of(None, 0, reading, ReadOptions("auto"), Page(1, 612, 792, problem="image")), reading

    assert read()[1].awaited == [1]
    keep_scan(tmp_path, 1, Scan(Page(1, 612, 792, source="ocr"), 3.0))
    page, reading = read()
    assert (page.source, reading.ocr_s, reading.awaited) == ("ocr", 3.0, [])
    keep_scan(tmp_path, 1, Scan(None, likely=0.01))
    assert read()[1].unlikely == {1: 0.01}
    keep_scan(tmp_path, 1, Scan(None, failed="broken"))
    assert read()[1].unread == {1: "the page is a picture; not read (broken)"}
    assert kept_scan(tmp_path, 2) is None
    (tmp_path / "2.npz").write_bytes(b"no archive")
    assert kept_scan(tmp_path, 2) is None
    assert scans_folder(tmp_path, "f" * 64, "auto").name.startswith("f" * 64 + "-auto-")


def test_a_glance_decides_which_pictures_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    glance = reading_module.SETTINGS
    little = (glance.nothing + glance.read) / 2
    seen = {0: little, 1: little, 2: 0.99, 3: glance.nothing, 4: little, 5: glance.beside / 1.001}
    monkeypatch.setattr(reading_module, "_glance", lambda document, index: seen[index])
    monkeypatch.setattr(reading_module, "_look", lambda document, index, glanced: None)
    monkeypatch.setattr(reading_module, "render_page", lambda document, index, dpi: np.zeros((4, 4, 3)))
    monkeypatch.setattr("soesift.document.ocr.read_scan", lambda *a: Page(1, 612, 792, source="ocr"))

    def scan(index: int, problem: str = "image", ocr: Any = "auto", without: Any = ()) -> Scan:
        page = Page(index + 1, 612, 792, problem=problem)
        return scan_page([None] * 6, index, page, ReadOptions(ocr, without=dict.fromkeys(without, "")))

    assert scan(0).likely == round(little, 4)
    assert scan(0).page is None
    assert scan(2).page is not None
    assert scan(1).page is not None  # beside one that surely shows a table
    assert scan(3).page is not None
    assert scan(4).page is None  # the page beside it is not sure enough
    seen[5] = glance.beside
    assert scan(4).page is not None
    seen[0] = glance.read
    assert scan(0).page is not None
    seen[0], seen[1] = little, glance.nothing / 1.001
    assert scan(1).page is None  # it shows hardly anything
    assert scan(3, without=(3,)).likely == round(glance.nothing, 4)
    assert scan(0, ocr="always").page is not None
    assert scan(0, "scan").likely == round(little, 4)
    assert scan(0, "garbled").page is not None
    monkeypatch.setattr(reading_module, "no_ocr", lambda: "no reader")
    assert scan(2).failed == "no reader"


def test_what_is_left_is_said_while_pictures_are_read() -> None:
    assert doing(3, []) == "a picture, reading (3 left)"
    assert doing(3, [10, 20]) == "a picture, reading (3 left, about 45 s)"
    assert doing(1, [0.1]) == "a picture, reading (1 left, about 1 s)"
    assert doing(9, [10]) == "a picture, reading (9 left, about 2 min)"
    assert doing(8, [11.1]) == "a picture, reading (8 left, about 89 s)"
    assert late(Reading()) == ""
    assert late(Reading(until=-1.0)) != ""
    begun = Reading.begun(ReadOptions(ocr_seconds=50, scans=Path("s")), "f" * 64)
    assert 40 < begun.until - time.perf_counter() <= 50
    assert begun.scans == scans_folder(Path("s"), "f" * 64, "auto")
    assert Reading.begun(ReadOptions(), "").until == math.inf
    assert Reading.begun(ReadOptions(), "").scans is None


def test_options_survive_packing() -> None:
    options = ReadOptions("never", range(3, 9), "secret", scans=Path("s"))
    assert ReadOptions.unpacked(json.loads(json.dumps(options.packed()))) == options
    assert ReadOptions.unpacked(ReadOptions().packed()) == ReadOptions()
    assert options.settings == {"ocr": "never", "pages": "3-8"}
    assert ReadOptions().settings == {"ocr": "auto", "pages": ""}


def test_a_page_that_cannot_be_read_is_said_and_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> tuple[Page, dict[int, str]]:
        def read(document: Any, index: int) -> Page:
            raise error

        monkeypatch.setattr(reading_module, "read_page", read)
        reading = Reading()
        return page_of(None, 2, reading), reading.unread

    page, said = fail(DocumentError("page 3 is broken"))
    assert ((page.number, page.width, page.height), said) == ((3, 612, 792), {3: "page 3 is broken"})
    assert "ValueError" in fail(ValueError("odd"))[1][3]


def test_a_glance_is_at_a_small_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    class Sheet:
        def get_size(self) -> tuple[float, float]:
            return 600.0, 800.0

    def render(document: Any, index: int, dpi: float) -> Any:
        asked.append(dpi)
        return np.full((160, 120, 3), 255, np.uint8)

    monkeypatch.setattr(reading_module, "render_page", render)
    assert reading_module._glance([Sheet()], 0) < 0.5
    assert asked == [pytest.approx(2 * 72 * reading_module.SETTINGS.side / 800)]
    assert reading_module._glance([None], 0) == 1.0  # one that cannot be drawn is to be read


class Hand:
    """Stands for a worker's process."""

    made: ClassVar[list[Hand]] = []

    def __init__(self, work: Any, memory_mb: int, stop: Any = None) -> None:
        self.memory_mb, self.closed = memory_mb, False
        self.made.append(self)

    def close(self, force: bool = False) -> None:
        self.closed = force


def test_tasks_are_shared_among_workers_that_are_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batch, "Worker", Hand)
    Hand.made = []
    found = list(batch.each_apart([1, 2, 3], lambda worker, task: task * 10, lambda *a: {}, 2, Limits(memory_mb=5)))
    assert sorted(found) == [10, 20, 30]
    assert [(one.memory_mb, one.closed) for one in Hand.made] == [(5, True), (5, True)]
    asked: list[dict[str, Any]] = []

    def ask(worker: Any, task: dict[str, Any], limits: Limits, tell: Any) -> dict[str, Any]:
        asked.append(task)
        tell(1, 3, "reading")
        return {"done": Outcome(tmp_path / "p.pdf", result(error="bad"), stem="p").packed()}

    monkeypatch.setattr(batch, "ask", ask)
    told: list[tuple[Any, ...]] = []
    for workers, alone in ((1, True), (2, False)):
        [one] = batch.run_apart([job(tmp_path)] * 1, "linear", workers, Limits(), lambda *said: told.append(said))
        assert (one.stem, asked[-1]["alone"]) == ("p", alone)
    assert told[0] == (tmp_path / "p.pdf", 1, 3, "reading")


def test_a_process_says_why_it_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batch, "end_with_parent", lambda: None)
    monkeypatch.setattr(batch, "_detector", lambda model: None)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    seen: list[Job] = []

    def work(act: Any, alone: bool = True) -> dict[str, Any]:
        def run(one: Job, detector: Any, progress: Any) -> Outcome:
            seen.append(one)
            if isinstance(act, Exception):
                raise act
            return Outcome(one.path, result(error="bad"), stem="p")

        monkeypatch.setattr(batch, "run_job", run)
        task = {
            "job": job(tmp_path).packed(),
            "model": "linear",
            "alone": alone,
            "seconds": 100.0,
            "without": {"3": "why"},
        }
        return batch.work_on_job(task, lambda *a: None)

    assert work(None)["stem"] == "p"
    assert "OMP_NUM_THREADS" not in os.environ
    assert seen[0].read.without == {3: "why"}
    assert seen[0].read.ocr_seconds == pytest.approx(100 * batch.OCR_SHARE)
    assert work(ModelError("none")) == {"kind": "model", "stop": "none"}
    assert work(WriteError("full")) == {"kind": "write", "stop": "full"}
    assert work(Awaiting([2], tmp_path)) == {"awaits": [2], "scans": str(tmp_path)}
    work(None, alone=False)
    assert os.environ.pop("OMP_NUM_THREADS") == "1"


# what is decided


def test_near_misses_are_the_likeliest_and_at_least_three() -> None:
    some = [
        fragment([HEADER, *BODY], page, soe=soe)
        for page, soe in [(1, 0.01), (2, 0.3), (3, 0.001), (4, 0.019), (5, 0.02)]
    ]
    assert [one.pages for one in near_misses(some)] == [[2], [5], [4]]
    assert [one.pages for one in near_misses([fragment([HEADER], page, soe=0.02) for page in range(1, 12)])] == [
        [page] for page in range(1, 9)
    ]
    assert len(near_misses([fragment([HEADER], page, soe=0.01) for page in range(1, 12)])) == 3
    [one] = near_misses([fragment([HEADER, *BODY], None, soe=0.1, sampling=0.3, heading="6 Plan")])
    assert (one.pages, one.bbox, one.title, one.likely_class) == ([], None, "6 Plan", "sampling_list")
    [two] = near_misses([fragment([HEADER, *BODY], 3, soe=0.12345, caption="Table 1", heading="6 Plan")])
    assert (two.bbox, two.title, two.probability) == ((1.0, 2.1, 3.0, 4.0), "Table 1", 0.1235)


def lines(*texts: str, size: float = 8.0) -> list[TextLine]:
    return [TextLine(text, 100 + 10 * k, 108 + 10 * k, size) for k, text in enumerate(texts)]


def test_fragments_become_a_table_with_its_notes() -> None:
    first = fragment([HEADER, *BODY], 1, caption="Table 1: Visits", below=lines("a Only if needed", "b Before dosing"))
    [table] = assemble_tables([first], {1: first.below, 2: lines("c After dosing", "d Later on", "e Much later")})
    assert (table.id, table.title, table.title_source, table.table_type) == (
        "t1",
        "Table 1: Visits",
        "caption",
        "main_soa",
    )
    assert (table.probability, table.type_probability, table.pages, table.footnote_pages) == (0.9, 1.0, [1], [2])
    assert [note.marker for note in table.footnotes] == ["a", "b", "c", "d", "e"]
    assert (table.fragments[0].role, table.fragments[0].bbox) == ("grid", (1.0, 2.1, 3.0, 4.0))
    second = fragment([HEADER, ["AE", "X", "X", "X", "X"]], 2, below=lines("a Only if needed"))
    [both] = assemble_tables([first, second], {})
    assert (both.pages, [note.marker for note in both.footnotes]) == ([1, 2], ["a", "b"])
    assert [len(table.grid) for table in assemble_tables([first, second], {})] == [5]
    bare = fragment([HEADER], 2, below=lines("a Only if needed"), caption="(continued)")
    [noted] = assemble_tables([fragment([HEADER, *BODY], 1), bare], {})
    assert (noted.pages, noted.footnote_pages, noted.fragments[1].role) == ([1], [2], "footnotes")
    prose = lines("The study goes on", "with this text")
    assert assemble_tables([fragment([HEADER, *BODY], 1)], {2: prose})[0].footnotes == []
    category = [["Category", "Procedure", "Day 1", "Day 8"], *[["Safety", row[0], "X", ""] for row in BODY]]
    [turned] = assemble_tables([fragment(category, 1)], {})
    assert turned.grid[0][:2] == ["Procedure", "Category"]
    assert any("a column printed before them" in said for said in turned.evidence)
    assert not any("printed before them" in said for said in table.evidence)
    tables = assemble_tables(
        [fragment([HEADER, *BODY], 1), fragment([HEADER, *BODY], 9, caption="Schedule of Cohort B")], {}
    )
    assert [one.id for one in tables] == ["t1", "t2"]


def test_pages_of_notes_end_where_nothing_is_left_to_explain() -> None:
    grid = [HEADER, ["ECG", "X", "", "", ""], ["Weight", "X", "X", "X", "X"]]
    raised = [HEADER, [f"ECG{UP}a{DOWN}", "X", "", "", ""], grid[2]]

    def pages(marked: bool, *later: list[TextLine], flags: list[str] | None = None) -> list[int]:
        one = fragment(grid, 1, below=lines("a Only if needed."), flags=flags or [])
        if marked:
            one.cells = [
                GridCell(c.row, c.column, 1, 1, c.text, raised[c.row][c.column] if c.column == 0 else "")
                for c in one.cells
            ]
            one.cells[5] = GridCell(1, 0, 1, 1, "ECGa", raised[1][0])
            one.record.grid[1][0] = "ECGa"
        found = assemble_tables([one], {2 + k: some for k, some in enumerate(later)})[0].footnote_pages
        one.record.grid[1][0] = "ECG"
        return found

    foreign = lines("p Only if needed.", "q Before dosing.")
    assert pages(False, foreign) == [2]
    assert pages(True, foreign) == []
    assert pages(True, foreign, flags=["image_only"]) == [2]
    many = [lines(f"{chr(98 + 2 * k)} One of them.", f"{chr(99 + 2 * k)} Another one.") for k in range(6)]
    assert pages(False, *many) == [2, 3, 4, 5]
    assert pages(False, lines("Prose goes on."), *many) == []


class Judge:
    """Says of each table what it is told; breaks at `broken` tables."""

    info = INFO

    def __init__(self, *said: float, broken: str = "") -> None:
        self.said, self.broken = list(said), broken

    def probabilities(self, records: list[TableRecord]) -> Any:
        if any(record.caption == self.broken for record in records if self.broken):
            raise ValueError("broken")
        return np.array([(self.said.pop(0), 0.0) for _ in records])


def decided(judge: Judge, *fragments: Fragment, reading: Reading | None = None) -> Result:
    return Detector(judge).decide(Path("p.pdf"), "a" * 64, list(fragments), {}, reading or Reading(n_pages=3))  # type: ignore[arg-type]


def test_tables_are_accepted_from_the_threshold_on() -> None:
    table = [HEADER, *BODY]
    assert decided(Judge(0.5), fragment(table)).document.has_soe == "yes"
    low = decided(Judge(0.49), fragment(table))
    assert (low.document.has_soe, len(low.tables), len(low.rejected)) == ("unsure", 0, 1)
    assert low.document.unsure_pages[0].page == 1
    assert decided(Judge(0.2), fragment(table)).document.has_soe == "unsure"
    assert decided(Judge(0.19), fragment(table)).document.has_soe == "no"
    assert decided(Judge()).document.has_soe == "no"
    assert decided(Judge(), reading=Reading(unread={2: "why"})).document.has_soe == "unsure"
    samples = fragment([["Sample", "1 h", "2 h"], ["PK sample", "X", "X"]])
    assert decided(Judge(0.9), samples).document.has_soe == "no"
    about = decided(Judge(), reading=Reading(image_only=[4], unlikely={4: 0.01}, ocr_s=1.23456))
    assert (about.document.n_pages, about.document.image_only_pages) == (None, [4])
    assert (about.document.pictures_not_read[0].page, about.timing.ocr) == (4, 1.235)


def test_a_table_that_breaks_the_judge_is_left_out_and_said() -> None:
    good, bad = fragment([HEADER, *BODY], 1), fragment([HEADER, *BODY], 2, caption="bad")
    found = decided(Judge(0.9, broken="bad"), good, bad)
    assert (len(found.tables), [page.page for page in found.document.unsure_pages]) == (1, [2])
    word = decided(Judge(0.9, broken="bad"), good, fragment([HEADER, *BODY], None, caption="bad"))
    assert "could not be judged" in word.document.unsure_pages[0].why


def test_tables_without_a_row_are_none() -> None:
    def table(pages: list[int], page: int | None) -> SoeTable:
        part = {"page": page, "role": "grid", "probability": 1.0}
        return SoeTable(
            id="x",
            title="",
            table_type="main_soa",
            type_probability=1,
            probability=1,
            pages=pages,
            fragments=[part],  # type: ignore[list-item]
            header_rows=1,
            grid=[["a"]],
            cells=[],
        )

    found = with_rows([table([], 1), table([1], 1), table([], None)])
    assert [(one.id, one.pages) for one in found] == [("t1", [1]), ("t2", [])]
    reading = Reading(unread={7: "why"}, unplaced=["so"])
    unsure = unsure_pages([fragment([HEADER], 1, soe=0.2), fragment([HEADER], 2, soe=0.19)], reading, 0.2)
    assert [page.page for page in unsure] == [1, 7, None]


# files


def test_names_are_free_or_those_of_the_same_bytes(tmp_path: Path) -> None:
    assert stems([Path("a.pdf"), Path("b/a.pdf"), Path("A.pdf"), Path("c.pdf")]) == ["a", "a-2", "A-3", "c"]
    one, two = "1" * 64, "2" * 64
    write_result(result(one), tmp_path / "p.json")
    assert ids([Path("p.pdf")], tmp_path, lambda n: one) == ["p"]
    assert ids([Path("p.pdf")], tmp_path, lambda n: two) == ["p-2"]
    assert ids([Path("p.pdf")], tmp_path, lambda n: "") == ["p"]
    assert ids([Path("p.pdf")], tmp_path, lambda n: two, True) == ["p"]
    write_result(result(two), tmp_path / "p-2.json")
    assert ids([Path("p.pdf")], tmp_path, lambda n: two) == ["p-2"]
    assert ids([Path("p.pdf"), Path("q/p.pdf")], tmp_path, lambda n: [two, one][n]) == ["p-2", "p"]
    assert ids([Path("p.pdf"), Path("q/p.pdf")], tmp_path, lambda n: one) == ["p", "p-3"]
    write_result(result("", error="bad"), tmp_path / "e.json")
    assert ids([Path("e.pdf")], tmp_path, lambda n: one) == ["e"]
    (tmp_path / "f.json").write_text("{}")
    assert ids([Path("f.pdf")], tmp_path, lambda n: one) == ["f-2"]
    (tmp_path / "g_table1.csv").write_text("")
    assert ids([Path("g.pdf")], tmp_path, lambda n: one) == ["g-2"]
    asked: list[int] = []
    ids([Path("new.pdf"), Path("p.pdf")], tmp_path, lambda n: asked.append(n) or one)  # type: ignore[func-returns-value]
    assert asked == [1]


def test_a_later_result_leaves_an_earlier_one_whole(tmp_path: Path) -> None:
    one = job(tmp_path)
    stem, files, said = put(one, result())
    assert (stem, files, said) == ("p", [tmp_path / "p.json"], "")
    assert put(one, result())[0] == "p"
    assert not (tmp_path / "earlier").exists()
    other = result()
    other.settings = {"ocr": "never", "pages": ""}
    assert put(one, other)[0] == "p"
    assert len(list((tmp_path / "earlier").iterdir())) == 1
    stem, _, said = put(one, result("b" * 64))
    assert (stem, "other bytes" in said) == ("p-" + "b" * 8, True)
    assert read_result(tmp_path / "p.json").document.sha256 == "a" * 64
    assert put(job(tmp_path, replace=True), result("b" * 64))[0] == "p"
    assert read_result(tmp_path / "p.json").document.sha256 == "b" * 64
    assert len(list((tmp_path / "earlier").iterdir())) == 1
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".new")] == []
    assert same_result(tmp_path / "p.json", result("b" * 64))
    assert not same_result(tmp_path / "p.json", result("c" * 64))
    assert not same_result(tmp_path / "none.json", result())
    write_result(result("", error="bad"), tmp_path / "e.json")
    assert same_result(tmp_path / "e.json", result())
    assert (
        second_stem(one, INFO) == second_stem(one, INFO) != second_stem(job(tmp_path, read=ReadOptions("never")), INFO)
    )


def test_a_failure_never_takes_the_place_of_a_result(tmp_path: Path) -> None:
    bad = result(error="bad")
    assert put_failed(job(tmp_path), bad) == ([], "")  # no such file
    (tmp_path / "p.pdf").write_bytes(b"")
    assert put_failed(job(tmp_path), bad) == ([tmp_path / "p.json"], "")
    assert put_failed(job(tmp_path), bad)[0] == [tmp_path / "p.json"]
    write_result(result(), tmp_path / "p.json")
    files, said = put_failed(job(tmp_path), bad)
    assert (files, "stays" in said) == ([], True)
    (tmp_path / "p.json").write_text("{}")
    assert put_failed(job(tmp_path), bad)[0] == []
    (tmp_path / "p.json").unlink()
    assert put_failed(job(tmp_path, url="https://host/p.pdf", path=Path("none.pdf")), bad)[0] == [tmp_path / "p.json"]


def test_stages_of_killed_runs_are_cleared_after_an_hour(tmp_path: Path) -> None:
    for name, age in ((".new-old", 3700), (".new-young", 3500), ("other", 9000)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    clear_stages(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-young", "other"]


def test_a_finished_result_is_known_again(tmp_path: Path) -> None:
    (tmp_path / "p.pdf").write_bytes(b"bytes")
    sha256 = failed(tmp_path / "p.pdf", "why", INFO).document.sha256
    assert len(sha256) == 64
    assert failed(tmp_path / "none.pdf", "why", INFO).document.sha256 == ""
    one = job(tmp_path)
    assert unchanged(one, INFO) is None
    write_result(result(sha256), tmp_path / "p.json")
    found = unchanged(one, INFO)
    assert found is not None
    assert found[0] == "p"
    assert unchanged(one, INFO, "c" * 64) is None
    assert unchanged(one, INFO.model_copy(update={"version": "2"})) is None
    assert unchanged(job(tmp_path, read=ReadOptions("never")), INFO) is None
    write_result(result(sha256, error="bad"), tmp_path / "p.json")
    assert unchanged(one, INFO) is None
    write_result(result(sha256), tmp_path / f"{second_stem(one, INFO)}.json")
    again = unchanged(one, INFO)
    assert again is not None
    assert again[0] == second_stem(one, INFO)


def test_formats_that_are_missing_beside_a_result(tmp_path: Path) -> None:
    wanted = job(tmp_path, formats=("json", "xlsx", "html", "csv"))
    assert missing_formats(result(), wanted, "p") == ("xlsx", "html")
    (tmp_path / "p.xlsx").write_bytes(b"")
    assert missing_formats(result(), wanted, "p") == ("html",)
    far = job(tmp_path, url="https://user:key@host/p.pdf?token=1", sha256="a" * 64, resume=True)
    assert kept_unseen(far, INFO) is None
    kept = result()
    kept.settings = far.settings
    write_result(kept, tmp_path / "p.json")
    outcome = kept_unseen(far, INFO)
    assert outcome is not None
    assert (outcome.skipped, outcome.stem) == (True, "p")
    for more in ({"resume": False}, {"sha256": ""}, {"sha256": "b" * 64}, {"formats": ("json", "csv", "html")}):
        given: dict[str, Any] = {"url": far.url, "sha256": "a" * 64, "resume": True, **more}
        assert kept_unseen(job(tmp_path, **given), INFO) is None
    assert far.settings["url"] == "https://host/p.pdf"
    assert "url" not in job(tmp_path).settings
    assert Job.unpacked(json.loads(json.dumps(far.packed()))) == far
    assert far.here == Path(os.devnull) / "p.pdf"
    assert job(tmp_path, url="https://h/p.pdf", scratch="s").here == Path("s") / "p.pdf"
    assert job(tmp_path).here == tmp_path / "p.pdf"
    assert without_scratch(f"{far.here}: bad", far) == "https://host/p.pdf: bad"
    assert without_scratch("p: bad", job(tmp_path)) == "p: bad"


def test_records_of_all_documents_are_whole_lines(tmp_path: Path) -> None:
    out = tmp_path / "tables.jsonl"
    assert (named(out), hashes(out), finished(out)) == ({}, set(), set())
    line = TableRecord(table_id="x", document="p", sha256="1" * 64, grid=[["a"]]).model_dump_json()
    out.write_text(line + "\n" + line[:20])
    assert named(out) == {"p": "1" * 64}
    assert out.read_text() == line + "\n"
    done_list(out).unlink()
    assert finished(out) == {"1" * 64}
    done_list(out).write_text("1" * 64 + "\n" + "2" * 30)
    assert finished(out) == {"1" * 64}
    out.write_text("[]\n")
    with pytest.raises(UsageError):
        named(out)
    assert not_read(Reading(unread={1: "a", 2: "b"}, unplaced=["c"])) == "page 1: a; page 2: b; c"
    assert not_read(Reading(unplaced=list("abcde"))) == "a; b; c; d; e"
    assert not_read(Reading(unplaced=list("abcdefg"))) == "a; b; c; d; e and 2 more"
    assert not_read(Reading()) == ""
    (tmp_path / "bad.pdf").write_bytes(b"nothing")
    count, failures = write_tables([tmp_path / "bad.pdf"], tmp_path / "new" / "t.jsonl")
    assert (count, [path.name for path, _ in failures]) == (0, ["bad.pdf"])


# addresses and lists


def test_addresses_are_known_and_shown_without_secrets() -> None:
    assert is_url("https://host/p.pdf")
    assert is_url("s3://bucket/p.pdf")
    assert not is_url("C:/p.pdf")
    assert not is_url("p.pdf")
    assert shown("https://user:key@host/p.pdf?token=1#x") == "https://host/p.pdf"
    assert name_of("https://host/a%20b/p.pdf?x=1") == "p.pdf"
    assert name_of("https://host/") == "document"
    assert name_of("https://host/folder/") == "folder"
    assert safe_name("../a.pdf").endswith("a.pdf")
    assert "/" not in safe_name("../a.pdf")
    assert safe_name("a.toolongending") == safe_name("a.toolongending").replace("/", "")
    check_urls(["https://host/p.pdf"])
    check_urls([])
    for bad in ("ftps://host/p.pdf", "zip://a::https://host/p.pdf"):
        with pytest.raises(UsageError, match="not read"):
            check_urls([bad])
    assert documents_at("https://host/folder/", {".pdf"}) == ["https://host/folder/"]
    assert documents_at("https://host/p.pdf", {".pdf"}) == ["https://host/p.pdf"]


def test_folders_of_a_store_are_listed() -> None:
    pytest.importorskip("fsspec")
    from fsspec.implementations.memory import MemoryFileSystem

    store = MemoryFileSystem()
    for name in ("/box/a.pdf", "/box/b.DOCX", "/box/c.txt", "/box/deep/d.pdf", "/empty/e.txt"):
        store.pipe_file(name, b"")
    try:
        assert documents_at("memory://box/", {".pdf", ".docx"}) == [
            f"memory:///box/{n}" for n in ("a.pdf", "b.DOCX", "deep/d.pdf")
        ]
        assert documents_at("memory://box/*.pdf", {".pdf"}) == ["memory:///box/a.pdf"]
        with pytest.raises(UsageError, match="no PDF"):
            documents_at("memory://empty/", {".pdf"})
    finally:
        store.rm("/box", recursive=True)
        store.rm("/empty", recursive=True)


class Answered(Exception):
    def __init__(self, status: Any) -> None:
        super().__init__("see https://host/p?key=1 for more")
        self.status = status


def test_which_errors_are_final_and_how_they_are_said() -> None:
    assert [is_final(Answered(n)) for n in (399, 400, 404, 408, 429, 499, 500)] == [
        False,
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert is_final(FileNotFoundError())
    assert is_final(ValueError())
    assert not is_final(OSError())
    assert why(Answered(404)) == "status 404"
    assert why(Answered("odd")) == "Answered: see ... for more"
    assert why(FileNotFoundError("x")) == "not found"
    assert why(OSError()) == "OSError"


def test_what_may_pass_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slept: list[float] = []
    monkeypatch.setattr(sources.time, "sleep", slept.append)

    def fetch(*acts: Any) -> bytes:
        queue = list(acts)
        slept.clear()

        def stream(url: str, place: Path, most: int) -> None:
            act = queue.pop(0)
            place.write_bytes(b"part")
            if isinstance(act, Exception):
                raise act

        monkeypatch.setattr(sources, "_stream", stream)
        sources.copy("https://user:key@host/p.pdf", tmp_path / "p.pdf")
        return (tmp_path / "p.pdf").read_bytes()

    assert (fetch(None), slept) == (b"part", [])
    assert (fetch(OSError("x"), OSError("x"), None), slept) == (b"part", [1.0, 4.0])
    for acts, pauses in (
        ([OSError("x")] * 3, [1.0, 4.0]),
        ([FileNotFoundError("x")], []),
        ([Answered(404)], []),
        ([Answered(500), Answered(404)], [1.0]),
        ([DocumentError("host/p.pdf: too large")], []),
    ):
        with pytest.raises(DocumentError, match=r"host/p\.pdf"):
            fetch(*acts)
        assert slept == pauses
        assert [path.name for path in tmp_path.iterdir()] == ["p.pdf"]  # no part is left behind


def test_lists_are_read_line_by_line(tmp_path: Path) -> None:
    def read(text: str) -> list[tuple[str, str, str, str]]:
        path = tmp_path / "list"
        path.write_text(text)
        return [(one.path, one.url, one.file, one.sha256) for one in read_list(path)]

    here = str(tmp_path / "a.pdf")
    assert read("a.pdf\n\nhttps://h/b.pdf\n") == [(here, "", "", ""), ("https://h/b.pdf", "", "", "")]
    assert read("path,file\na.pdf,x.pdf\n") == [(here, "", "x.pdf", "")]
    assert read("url\tsha256\nhttps://h/b.pdf\t" + "a" * 64) == [("", "https://h/b.pdf", "", "a" * 64)]
    assert read('{"path": "a.pdf"}\n') == [(here, "", "", "")]
    for bad in ("", "path,sha256\na.pdf,abc\n", "path,file\n,x\n", "path\n", "{}\n"):
        with pytest.raises(UsageError):
            read(bad)


def test_documents_are_named_once(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.docx", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "d.PDF").write_bytes(b"")
    found = find_documents([str(tmp_path), str(tmp_path / "a.pdf"), str(tmp_path / "*.docx")])
    assert [path.name for path in found] == ["a.pdf", "b.docx", "d.PDF"]
    assert find_documents(["none.pdf"]) == [Path("none.pdf")]
    with pytest.raises(UsageError):
        find_documents([str(tmp_path / "*.xyz")])
    with pytest.raises(UsageError, match="no document"):
        find_sources([])
    listed = tmp_path / "list.csv"
    listed.write_text(f"path,sha256\na.pdf,{'A' * 64}\n")
    [one] = find_sources([str(tmp_path / "a.pdf")], listed)
    assert one.sha256 == "a" * 64
    listed.write_text(f"path,sha256\na.pdf,{'a' * 64}\na.pdf,{'b' * 64}\n")
    with pytest.raises(UsageError, match="two different"):
        find_sources([], listed)
    listed.write_text("url,file\nhttps://h/x.pdf,my name.pdf\nhttps://h/y.pdf,\n")
    assert [(one.path.name, one.url) for one in find_sources([], listed)] == [
        (safe_name("my name.pdf"), "https://h/x.pdf"),
        ("y.pdf", "https://h/y.pdf"),
    ]


def test_bytes_are_checked_where_a_hash_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "p.pdf"
    path.write_bytes(b"bytes")
    bring("", path, "")
    bring("", path, failed(path, "", INFO).document.sha256)
    with pytest.raises(DocumentError, match="hash"):
        bring("", path, "0" * 64)
    with scratch("") as none, scratch("https://h/p.pdf") as folder:
        assert none == ""
        assert Path(folder).is_dir()
    assert not Path(folder).exists()


def test_documents_are_read_side_by_side_and_written_in_order(tmp_path: Path) -> None:
    names = [tmp_path / f"{name}.pdf" for name in "abc"]
    for path in names:
        path.write_bytes(b"nothing")
    for jobs in (1, 2):
        count, failures = write_tables(names, tmp_path / f"{jobs}.jsonl", jobs=jobs)
        assert (count, [path for path, _ in failures]) == (0, names)
