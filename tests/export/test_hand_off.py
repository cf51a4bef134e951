"""The hand-off formats: what other programs would read of the toy result, and the verb that writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from soa_contract import EXTRACTION

from soesift import Detector
from soesift.cli.export import FORMATS
from soesift.cli.main import soesift
from soesift.export.soa2usdm import extractions
from soesift.export.usdm4_excel import write_usdm4_excel
from soesift.export.usdm4_input import usdm4_input
from soesift.export.write import write
from soesift.result.models import Cell, Result
from soesift.result.store import read_result, sidecar_of, write_result
from soesift.review.corrections import add_corrections
from soesift.sample import make_protocol

TITLE = {
    "id": "of-the-title",
    "who": "anna",
    "when": "2026-11-28T10:00:00Z",
    "why": "",
    "what": {"action": "edit_title", "table": "t1", "title": "Mended"},
}
DOCS = Path(__file__).parents[2] / "docs" / "hand-off.md"


def test_usdm_blocks_have_an_item_a_column(toy: Result) -> None:
    main = usdm4_input(toy)["soa"][0]
    assert main["table_type"] == "main_soa"
    assert [e["text"] for e in main["epochs"]["items"]] == ["Screening", "Treatment", "Treatment"]
    assert [(t["text"], t["value"], t["unit"]) for t in main["timepoints"]["items"]] == [
        ("Screening | Day -28", -28, "day"),
        ("Treatment | Day 1", 1, "day"),
        ("Treatment | Day 15", 15, "day"),
    ]
    assert {len(main[b]["items"]) for b in ("epochs", "visits", "timepoints", "windows")} == {3}
    assert all(main[block]["found"] for block in ("epochs", "visits", "activities", "conditions"))


def test_usdm_activities_conditions_and_words_of_cells(toy: Result) -> None:
    main = usdm4_input(toy)["soa"][0]
    consent, safety = main["activities"]["items"]
    assert (consent["name"], consent["references"]) == ("Informed consent", ["a"])
    ecg, events = safety["children"]
    assert [(v["index"], v["references"]) for v in ecg["visits"]] == [(0, ["b"]), (1, []), (2, [])]
    assert [v["references"] for v in events["visits"]] == [["cell-1"]] * 3
    assert {"reference": "cell-1", "text": "Continuously"} in main["conditions"]["items"]
    assert any("without marker" in note for note in usdm4_input(toy)["notes"])


def test_usdm_puts_the_main_schedule_first(toy: Result) -> None:
    turned = toy.model_copy(update={"tables": toy.tables[::-1]})
    assert usdm4_input(turned)["soa"][0]["table_type"] == "main_soa"


def test_a_table_without_visit_columns_is_named_among_the_notes(toy: Result) -> None:
    """A list of samples tells its visits in words; it is in no format, and no longer left out in silence."""
    before, grid = len(extractions(toy)), [["Sample", "Comments"], ["Serum", "C1D1, C3D1"], ["Plasma", "Final visit"]]
    listed = toy.tables[0].model_copy(
        update={"id": "t9", "title": "Samples", "grid": grid, "cells": [], "row_pages": []}
    )
    toy.tables.append(listed.model_copy(update={"header_rows": 1, "footnotes": []}))
    found = extractions(toy)
    assert len(found) == before
    assert "Samples: no column of it is a visit; nothing of it is handed on" in found[0]["table_metadata"]["notes"]
    empty = {"grid": [["Procedure", "Day 1", "Day 8"], ["", "", ""]], "header_rows": 1, "footnotes": []}
    toy.tables[-1] = listed.model_copy(update=empty)
    notes = extractions(toy)[0]["table_metadata"]["notes"]
    assert "Samples: no row of it is an activity; nothing of it is handed on" in notes


def test_soa2usdm_keeps_positions_and_marker_places(toy: Result) -> None:
    found = extractions(toy, datetime(2026, 1, 2, tzinfo=UTC))[0]
    assert (found["schema_name"], found["schema_version"]) == ("soa-table-extraction", "1.0")
    assert found["extraction_metadata"]["extracted_at"] == "2026-01-02T00:00:00+00:00"
    assert [p["row_position"] for p in found["schedule_properties"]] == [1, 2]
    merged = [v for v in found["schedule_grid"] if v.get("is_merged_cell")]
    assert {v["merged_cell_range"] for v in merged} == {"3:4"}
    events = [v for v in found["activity_schedule"] if v["row_position"] == 6]
    assert [(v["cell_value"], v["source_range"]) for v in events] == [("Continuously", "2:4")] * 3
    note = next(a for a in found["annotations"] if a["annotation_marker"] == "b")
    assert {(p["location_type"], p["row_position"], p.get("column_position")) for p in note["marker_locations"]} == {
        ("activity_name", 5, None),
        ("schedule_cell", 5, 2),
    }


def test_m11_has_its_headings_and_repeats_header_rows(toy: Result, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    from soesift.export.docx import write_m11

    document = docx.Document(str(write_m11(toy, tmp_path / "a.docx")))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:2] == ["1 PROTOCOL SUMMARY", "1.3 Schedule of Activities"]
    first = document.tables[0]
    repeated = ["w:tblHeader" in row._tr.xml for row in first.rows]
    heads = toy.tables[0].header_rows
    assert repeated == [True] * heads + [False] * (len(repeated) - heads)
    section = document.sections[0]
    assert section.page_width > section.page_height
    widths = [sum(tc.width for tc in row.tc_lst) for row in first._tbl.tr_lst]
    assert max(widths) <= section.page_width - section.left_margin - section.right_margin + 20


def test_usdm4_excel_has_the_fixed_grid_and_never_a_formula(toy: Result, tmp_path: Path) -> None:
    toy.tables[0].grid[2][0] = "=HYPERLINK(1)"
    book = load_workbook(write_usdm4_excel(toy, tmp_path / "a.xlsx"))
    sheet = book["mainTimeline"]
    assert [sheet.cell(r, 3).value for r in range(1, 10)] == [
        "name",
        "description",
        "label",
        "type",
        "default",
        "conditions",
        "epoch",
        "encounter",
        "timeline",
    ]
    assert [sheet.cell(5, c).value for c in (4, 5, 6)] == [sheet.cell(1, 5).value, sheet.cell(1, 6).value, "(EXIT)"]
    rows = {sheet.cell(r, 2).value: r for r in range(11, sheet.max_row + 1)}
    assert [sheet.cell(rows["ECG"], c).value for c in (4, 5, 6)] == ["X", "X", "X"]
    assert "f" not in {cell.data_type for s in book for row in s for cell in row}
    encounters = {row[0].value for row in book["studyDesignEncounters"].iter_rows(min_row=2)}
    assert {sheet.cell(8, c).value for c in (4, 5, 6)} <= encounters
    points = {sheet.cell(1, c).value for c in (4, 5, 6)}
    timing = list(book["studyDesignTiming"].iter_rows(min_row=2, values_only=True))
    assert [(t[3], t[4]) for t in timing] == [("Before", "28 days"), ("Fixed", "0 days"), ("After", "14 days")]
    assert {t[6] for t in timing} == points


def test_docx_has_merged_headers_and_footnotes(toy: Result, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    from soesift.export.docx import write_docx

    first = write_docx(toy, tmp_path / "a.docx").read_bytes()
    assert first == write_docx(toy, tmp_path / "b.docx").read_bytes()
    document = docx.Document(str(tmp_path / "a.docx"))
    cells = document.tables[0].rows[0].cells
    assert cells[2]._tc is cells[3]._tc
    assert [c.text for c in cells] == ["Procedure", "Screening", "Treatment", "Treatment"]
    assert "a Before any procedure; consent is renewed." in [p.text for p in document.paragraphs]


@pytest.mark.parametrize(("words", "high"), [(3, False), (160, True)])
def test_a_word_cell_over_two_rows_has_room_for_its_text(toy: Result, tmp_path: Path, words: int, high: bool) -> None:
    """LibreOffice cuts a text that is longer than the header rows it spans, where these are repeated."""
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    from soesift.export.docx import write_docx

    long = Cell(row=0, column=1, row_span=2, text=" ".join(["before"] * words))
    grid = [["Procedure", long.text, "Day 1"], ["Procedure", long.text, "±2"], ["Weight", "X", "X"]]
    table = toy.tables[0].model_copy(update={"grid": grid, "cells": [long], "header_rows": 2})
    path = write_docx(toy.model_copy(update={"tables": [table]}), tmp_path / "a.docx")
    heights = [row.height for row in docx.Document(str(path)).tables[0].rows]
    assert [height is not None for height in heights] == [False, high, False]
    assert not high or heights[1].pt > 2 * 1.2 * 8  # more than two lines of 8 points


BESIDE = [kind for kind in FORMATS if kind not in ("overview", "json", "parquet")]  # of a folder; elsewhere; below it


@pytest.mark.parametrize("kind", BESIDE)
def test_the_verb_writes_each_format_beside_the_result(toy: Result, tmp_path: Path, kind: str) -> None:
    if kind == "docx":
        pytest.importorskip("docx", reason="python-docx is not installed")
    source = write_result(toy, tmp_path / "toy.json")
    done = CliRunner().invoke(soesift, ["export", str(source), "--to", kind], catch_exceptions=False)
    assert done.exit_code == 0
    wrote = [Path(line.removeprefix("wrote ")) for line in done.output.splitlines() if line.startswith("wrote ")]
    assert wrote
    assert all(path.is_file() and path.parent == tmp_path and path != source for path in wrote)
    tells = ("usdm", "usdm4-input", "soa2usdm", "usdm4-excel", "fhir", "redcap", "odm")
    assert ("stayed text" in done.output) == (kind in tells)


def test_a_corrected_result_is_written_elsewhere(toy: Result, tmp_path: Path) -> None:
    source = write_result(toy, tmp_path / "toy.json")
    add_corrections(sidecar_of(source), [TITLE])
    asked = ["export", str(source), "--to", "json"]
    refused = CliRunner().invoke(soesift, asked)
    assert refused.exit_code == 2
    assert "another folder" in refused.output
    assert CliRunner().invoke(soesift, [*asked, "--out", str(tmp_path / "out" / "toy.json")]).exit_code == 0
    mended = read_result(tmp_path / "out" / "toy.json")
    assert mended.tables[0].title == "Mended"
    assert mended.document.review is not None


def test_the_catalogue_takes_corrections_and_who_signed(toy: Result, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.dataset as ds

    source = write_result(toy, tmp_path / "toy.json")
    write(toy, "parquet", tmp_path, "toy")
    add_corrections(sidecar_of(source), [TITLE])
    assert CliRunner().invoke(soesift, ["export", str(tmp_path), "--to", "parquet"]).exit_code == 0
    rows = {kind: ds.dataset(tmp_path / "parquet" / kind).to_table().to_pylist() for kind in ("tables", "documents")}
    assert [row["title"] for row in rows["tables"]] == ["Mended", *(table.title for table in toy.tables[1:])]
    assert [row["review"].partition(":")[0] for row in rows["documents"]] == ["not signed"]


def test_the_page_names_every_format() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"`{kind}`" in text for kind in FORMATS)


def test_soa2usdm_files_are_what_its_schema_demands(toy: Result, tmp_path: Path) -> None:
    check = jsonschema.Draft7Validator(EXTRACTION, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    truth = make_protocol(3, tmp_path, kind="full")
    found = [*extractions(toy), *extractions(Detector.load("linear").detect(tmp_path / f"{truth.id}.pdf"))]
    assert len(found) >= 3
    for one in found:
        assert [error.message for error in check.iter_errors(json.loads(json.dumps(one)))] == []
        rows = [activity["row_position"] for activity in one["activities"]]
        assert len(rows) == len(set(rows))
        assert {mark["row_position"] for mark in one["activity_schedule"]} <= set(rows)


def test_the_contract_refuses_what_it_should(toy: Result) -> None:
    check = jsonschema.Draft7Validator(EXTRACTION)
    one = json.loads(json.dumps(extractions(toy)[0]))
    assert check.is_valid(one)
    assert not check.is_valid(one | {"more": 1})
    assert not check.is_valid(one | {"table_metadata": one["table_metadata"] | {"table_type": "soa"}})
    nowhere = {"table_number": 1, "row_position": 0, "column_position": 1}
    assert not check.is_valid(one | {"activity_schedule": [nowhere]})
