"""The overview of a folder: a line a document, kept current, and never written over what is not its own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from review_made import correction, made_result, write_made

from soesift.app.overview import NAMES, kept_overviews, rows_of, summed, write_overview
from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.result.models import DocumentInfo, TitleFact
from soesift.result.store import sidecar_of
from soesift.review.corrections import add_corrections


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_made(tmp_path, "a")
    info = made_result("b.pdf").document.model_copy(
        update={
            "title_page": {
                "sponsor": TitleFact(text="Made <b>Pharma</b>", page=1),
                "version": TitleFact(text="2.0", page=1),
                "identifier": TitleFact(text="ABC-1", page=1),
            }
        }
    )
    made_result("b.pdf", document=info).to_json(tmp_path / "b.json")
    lost = DocumentInfo(name="c.pdf", sha256="ef" * 32, has_soe="unsure", error="it is damaged")
    made_result("c.pdf", document=lost, tables=[], rejected=[]).to_json(tmp_path / "c.json")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "b.html").write_text("a report")
    return tmp_path


def decide_all(path: Path) -> None:
    """Decide what waits, mend a title, and sign."""
    add_corrections(
        sidecar_of(path),
        [
            correction(action="accept", table="t2"),
            correction(action="reject", near_miss=1),
            correction(action="reject", page=6),
            correction(action="edit_title", table="t1", title="Schedule"),
            correction("Dr. Who", action="sign"),
        ],
    )


def test_a_line_says_what_was_found_and_what_people_did(folder: Path) -> None:
    decide_all(folder / "b.json")
    a, b, c = rows_of(folder)
    assert (a.name, a.state, a.open, a.signed, a.files) == ("a.pdf", "to check", 4, [], [])
    assert (b.sponsor, b.version, b.number, b.state) == ("Made <b>Pharma</b>", "2.0", "ABC-1", "signed")
    assert b.schedules == "Main schedule, pages 1–2; Schedule of one track, page 3"
    assert (b.corrections, b.left_out, b.files) == (4, 0, ["b.html"])
    assert b.signed[0].startswith("Dr. Who, 2")
    assert (c.state, c.schedules) == ("not read", "it is damaged")
    assert summed([a, b, c]) == "3 documents: 1 to check, 1 signed, 1 not read. 4 schedules."


def test_page_and_sheet_are_written_and_follow(folder: Path) -> None:
    from openpyxl import load_workbook

    assert [path.name for path in write_overview(folder)] == list(NAMES)
    assert kept_overviews(folder) == [*NAMES]
    page = (folder / "index.html").read_text("utf-8")
    assert "Made &lt;b&gt;Pharma" in page
    assert '<a href="b.html">b.pdf</a>' in page
    assert "<script" not in page
    before = (folder / "index.xlsx").read_bytes()
    write_overview(folder)
    assert (folder / "index.xlsx").read_bytes() == before
    decide_all(folder / "b.json")
    write_overview(folder)
    sheet = load_workbook(io.BytesIO((folder / "index.xlsx").read_bytes())).active
    assert [sheet.cell(row, 5).value for row in (5, 6, 7)] == ["to check", "signed", "not read"]
    assert sheet.auto_filter.ref == "A4:I7"


def test_files_of_others_stay(folder: Path) -> None:
    (folder / "index.html").write_text("somebody's page")
    with pytest.raises(UsageError, match="no export wrote it"):
        write_overview(folder)
    assert (folder / "index.html").read_text() == "somebody's page"
    assert not (folder / "index.xlsx").exists()
    write_overview(folder, replace=True)
    (folder / "index.html").write_text("changed by hand")
    with pytest.raises(UsageError, match="was changed"):
        write_overview(folder)
    assert (folder / "index.html").read_text() == "changed by hand"


def test_a_document_called_index_keeps_its_report(folder: Path) -> None:
    write_made(folder, "index")
    (folder / "index.html").write_text("its report")
    with pytest.raises(UsageError, match="result of a document"):
        write_overview(folder)
    assert (folder / "index.html").read_text() == "its report"


def test_results_that_did_not_change_are_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rows_of(folder)
    monkeypatch.setattr("soesift.app.overview.row_of", lambda *_: pytest.fail("read again"))
    assert rows_of(folder) == first


def test_the_verb_writes_the_overview_and_every_result_of_a_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (["--to", "overview"], ["--to", "csv"]):
        with pytest.raises(SystemExit) as ended:
            main(["export", str(folder), *options])
        assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "index.html" in said
    assert (folder / "a_export_table1.csv").exists()
    assert (folder / "b_export_table2.csv").exists()
