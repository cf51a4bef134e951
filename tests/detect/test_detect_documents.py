"""One document in, one result out: on small protocols whose every table, page and note is known."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import numpy as np
import pytest

import made_protocols as made
from soesift.classify.judge import Judge
from soesift.detect.assemble import NEAR_MISSES, is_redacted, near_misses
from soesift.detect.detector import Detector
from soesift.errors import DocumentError
from soesift.files import file_sha256
from soesift.join.fragment import Fragment
from soesift.result.models import ModelInfo, Result, SoeTable
from soesift.result.store import result_json, shipped_schema
from soesift.table.record import TableRecord


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="module", params=["linear", "rule"])
def whole(request: pytest.FixtureRequest, folder: Path) -> Result:
    path = made.protocol(folder / f"whole-{request.param}.pdf")
    return Detector.load(request.param).detect(path, ocr="never")


def detect(path: Path, **options) -> Result:
    return Detector.load("linear").detect(path, **({"ocr": "never"} | options))


def assert_sound(result: Result) -> None:
    """The shipped schema holds, cells make the grid, boxes lie in their fragments and pages in the document."""
    jsonschema.validate(result.model_dump(mode="json"), shipped_schema())
    for table in result.tables:
        assert made.spread(table.cells, len(table.grid), len(table.grid[0])) == table.grid
        assert len(table.row_pages) == len(table.grid)
        boxes = {fragment.page: fragment.bbox for fragment in table.fragments}
        for cell in table.cells:
            if cell.bbox is not None:
                outer = boxes[cell.page]
                assert outer is not None
                assert outer[0] - 2 <= cell.bbox[0] < cell.bbox[2] <= outer[2] + 2
                assert outer[1] - 2 <= cell.bbox[1] < cell.bbox[3] <= outer[3] + 2


def test_all_schedules_are_found_and_typed_and_nothing_else(whole: Result) -> None:
    assert_sound(whole)
    assert whole.document.has_soe == "yes"
    assert (whole.document.n_pages, whole.document.unsure_pages) == (7, [])
    found = [(t.id, t.title, t.table_type, t.pages, t.population_track) for t in whole.tables]
    assert found == [
        ("t1", made.TITLE, "main_soa", [3, 4], None),
        ("t2", made.TRACK_TITLE, "track", [6], "Open-label Extension"),
        ("t3", made.SAMPLING_TITLE, "subsidiary", [7], None),
    ]
    assert all(t.title_source == "caption" for t in whole.tables)


def test_the_two_pages_are_one_grid_with_one_header(whole: Result) -> None:
    table = whole.tables[0]
    assert table.grid == made.HEADER + made.BODY
    assert table.header_rows == 2
    assert table.row_pages == [3] * 11 + [4] * 7
    assert [(f.page, f.role) for f in table.fragments] == [(3, "grid"), (4, "grid")]
    merged = {
        (c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells if c.row_span * c.column_span > 1
    }
    assert merged == {(0, 0, 2, 1, "Procedure"), (0, 2, 1, 3, "Treatment")}
    assert [t.grid for t in whole.tables[1:]] == [made.EXTENSION, made.SAMPLING]


def test_notes_come_from_under_the_table_and_from_the_next_page(whole: Result) -> None:
    table = whole.tables[0]
    assert [(n.marker, n.text, n.page) for n in table.footnotes] == [
        ("a", made.NOTES["a"], 4),
        ("b", made.NOTES["b"], 4),
        ("c", made.NOTES["c"], 5),
        ("d", made.NOTES["d"], 5),
    ]
    assert table.footnote_pages == [5]


def test_a_page_of_notes_between_two_pages_of_rows_is_read_too(folder: Path) -> None:
    path = folder / "between.pdf"
    pages = made.Pages(path)
    for number, rows in enumerate((made.BODY[:9], made.BODY[9:])):
        pages.page(landscape=True)
        pages.line(made.TITLE + " (continued)" * number, 10, bold=True)
        pages.table(made.HEADER + rows, 660, made.SPANS)
        made.notes(pages, "ad"[number])
        if number == 0:
            pages.page()
            made.notes(pages, "b", "c")
    pages.save()
    (table,) = detect(path).tables
    assert (table.pages, table.footnote_pages) == ([1, 3], [2])
    assert [(n.marker, n.page) for n in table.footnotes] == [("a", 1), ("b", 2), ("c", 2), ("d", 3)]
    assert table.grid == made.HEADER + made.BODY


def test_evidence_settings_model_and_times_are_given(whole: Result) -> None:
    assert any(line.startswith("title: Table 1") for line in whole.tables[0].evidence)
    assert whole.settings == {"ocr": "never", "pages": ""}
    assert whole.model.name in ("linear", "rule")
    assert 0 < whole.timing.total < 20
    assert whole.document.sha256
    assert len(whole.document.sha256) == 64


def test_a_document_without_schedule_has_none(folder: Path) -> None:
    result = detect(made.no_schedule(folder / "none.pdf"))
    assert_sound(result)
    assert (result.document.has_soe, result.tables) == ("no", [])


def test_turned_text_is_read_and_boxes_lie_on_the_page_as_displayed(folder: Path) -> None:
    result = detect(made.turned_protocol(folder / "turned.pdf"))
    assert_sound(result)
    (table,) = result.tables
    assert table.grid == made.HEADER + made.BODY
    assert table.flags == ["rotated"]
    assert table.fragments[0].rotation in (90, 270)
    box = table.fragments[0].bbox
    assert box is not None
    assert box[3] <= 792
    assert box[2] <= 612
    assert box[3] - box[1] > box[2] - box[0]  # as displayed, the turned table stands upright


def test_a_word_document_has_places_instead_of_pages(folder: Path) -> None:
    result = detect(made.word_protocol(folder / "word.docx"))
    assert_sound(result)
    (table,) = result.tables
    assert table.grid == made.HEADER + made.BODY
    assert (table.pages, table.footnote_pages, set(table.row_pages)) == ([], [], {None})
    place = table.fragments[0].location
    assert place is not None
    assert (place.heading_path, place.table_number) == (["1 Introduction", "1.1 Schedule"], 2)
    assert [n.marker for n in table.footnotes] == ["a", "b"]
    assert result.document.n_pages is None


def test_only_the_pages_asked_for_are_read(folder: Path) -> None:
    path = made.protocol(folder / "span.pdf")
    result = detect(path, pages=range(4, 7))
    assert [t.pages for t in result.tables] == [[4], [6]]
    assert result.settings["pages"] == "4-6"
    assert result.document.n_pages == 7
    assert detect(path, pages=range(1, 3)).document.has_soe == "no"


def test_progress_names_each_page(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    detect(made.short_protocol(folder / "ticks.pdf"), progress=lambda page, of, doing: seen.append((page, of)))
    assert seen == [(1, 2), (2, 2)]


def test_the_same_document_gives_the_same_bytes_but_for_timing(folder: Path) -> None:
    path = made.protocol(folder / "again.pdf")
    first, second = (made.without_timing(result_json(detect(path))) for _ in range(2))
    assert first == second


def test_a_picture_is_named_unsure_without_ocr_and_read_with_it(folder: Path) -> None:
    path = made.pictured_protocol(folder / "picture.pdf")
    unread = detect(path)
    assert (unread.document.has_soe, unread.document.image_only_pages) == ("unsure", [1])
    assert [(u.page, u.why) for u in unread.document.unsure_pages] == [
        (1, "the page is a picture; not read (--ocr never)")
    ]
    result = detect(path, ocr="auto")
    assert_sound(result)
    (table,) = result.tables
    assert (result.document.has_soe, table.flags, table.pages) == ("yes", ["image_only"], [1])
    wanted = made.HEADER + made.BODY[:9]
    assert (len(table.grid), len(table.grid[0])) == (len(wanted), 6)
    pairs = [(a, b) for x, y in zip(table.grid, wanted, strict=True) for a, b in zip(x, y, strict=True)]
    marks = [(a, b) for a, b in pairs if b in ("", "X")]
    assert np.mean([a.upper() == b for a, b in marks]) > 0.95
    assert np.mean([a.replace(" ", "") == b.replace(" ", "") for a, b in pairs]) > 0.9


@pytest.mark.parametrize("content", [b"", b"no pdf at all", b"%PDF-1.7\n%%EOF"])
@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_what_is_no_document_is_one_error(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"bad{ending}"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        detect(path)
    assert "bad" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.pdf", tmp_path):
        with pytest.raises(DocumentError, match="check the path"):
            file_sha256(path)


def test_any_truncated_file_is_read_or_is_a_document_error(folder: Path, tmp_path: Path) -> None:
    whole = made.protocol(folder / "cut.pdf").read_bytes()
    outcomes = []
    for share in np.linspace(0.05, 0.98, 12):
        path = tmp_path / "cut.pdf"
        path.write_bytes(whole[: int(share * len(whole))])
        try:
            outcomes.append(detect(path).document.has_soe)
        except DocumentError:
            outcomes.append("error")
    assert set(outcomes) <= {"error", "yes", "no", "unsure"}
    assert len(outcomes) == 12


def judged(*chances: tuple[float, float]) -> list[Fragment]:
    return [
        Fragment(
            TableRecord(
                table_id=str(k), document="d", page=k + 1, bbox=(1.04, 2, 3, 4), grid=made.DOSES, caption=f"Table {k}"
            ),
            [],
            np.arange(5, dtype=np.float32),
            np.arange(4, dtype=np.float32),
            k,
            soe=soe,
            sampling=sampling,
        )
        for k, (soe, sampling) in enumerate(chances)
    ]


def test_near_misses_are_ranked_and_named() -> None:
    found = near_misses(judged((0.1, 0.0), (0.4, 0.05), (0.001, 0.0), (0.02, 0.3), (0.1, 0.0)))
    assert [(r.title, r.probability) for r in found] == [
        ("Table 1", 0.45),
        ("Table 3", 0.32),
        ("Table 0", 0.1),
        ("Table 4", 0.1),
    ]
    assert [r.likely_class for r in found][:2] == ["dose_modification", "sampling_list"]
    assert found[0].pages == [2]
    assert found[0].bbox == (1.0, 2.0, 3.0, 4.0)
    assert len(near_misses(judged(*[(0.3, 0.0)] * 30))) == NEAR_MISSES


def judging(soe: float) -> Detector:
    info = ModelInfo(name="set", version="1", sha256="0", threshold=0.5, unsure_threshold=0.3)
    return Detector(Judge(info, lambda records: np.tile([soe, 0.0], (len(records), 1))))


def test_a_doubtful_table_makes_the_document_unsure_and_a_near_miss(folder: Path) -> None:
    path = made.no_schedule(folder / "doubt.pdf")
    doubtful = judging(0.4).detect(path, ocr="never")
    assert doubtful.document.has_soe == "unsure"
    assert [(u.page, u.why) for u in doubtful.document.unsure_pages] == [
        (2, "a table with probability 0.40 of being a schedule")
    ]
    assert [(r.pages, r.likely_class) for r in doubtful.rejected] == [([2], "dose_modification")]
    assert judging(0.2).detect(path, ocr="never").document.has_soe == "no"
    assert judging(0.5).detect(path, ocr="never").document.has_soe == "yes"  # the threshold itself accepts


def test_a_black_box_over_a_table_is_a_redaction() -> None:
    grey = np.array([0.0], np.float32)
    table = (100.0, 100.0, 300.0, 200.0)
    assert is_redacted(np.array([[120, 120, 160, 130]], np.float32), grey, table)
    assert not is_redacted(np.array([[400, 120, 460, 130]], np.float32), grey, table)  # beside it
    assert not is_redacted(np.array([[120, 120, 160, 121]], np.float32), grey, table)  # a rule
    assert not is_redacted(np.array([[120, 120, 160, 130]], np.float32), grey + 0.8, table)  # a shade
    assert not is_redacted(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), table)


def test_tables_of_a_result_can_be_read_back(whole: Result) -> None:
    assert Result.model_validate_json(result_json(whole)) == whole
    assert all(isinstance(table, SoeTable) for table in whole.tables)
