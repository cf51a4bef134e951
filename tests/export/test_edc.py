"""REDCap and ODM: events, offsets, forms; read back, and held against the public ODM schema."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path

import pytest

from soesift.cli.main import main
from soesift.export.edc import edc_of, event_name, odm_text, redcap_files, redcap_key, write_odm, write_redcap
from soesift.result.models import Result
from soesift.result.store import write_result
from soesift.schedule import Visit
from toy_table import made_result, made_table

GRID = [
    ["", "Screening", "Treatment", "Treatment", "Treatment", "Follow-up", ""],
    ["Procedure", "Day -28 to -1", "Day 1", "Week 2 ± 2 days", "Cycles 3+", "30 days after last dose", "Unscheduled"],
    ["Informed consent", "X", "", "", "", "", ""],
    ["Safety", "", "", "", "", "", ""],
    ["ECG", "X", "X", "X", "No", "-", "X"],
    ["Vital signs", "X", "X", "X", "X", "X", ""],
    ["=HYPERLINK(1)", "", "X", "", "", "", ""],
]


@pytest.fixture
def result() -> Result:
    table = made_table(GRID, notes=[("a", "Note.")], title="Schedule & <Activities>", pages=[3], header_rows=2)
    again = table.model_copy(update={"id": "t2", "title": "Part 2"})
    sampling = table.model_copy(update={"id": "t3", "table_type": "subsidiary"})
    return made_result(table, again, sampling, name="toy & co.pdf")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_events_have_offsets_and_windows_only_where_the_print_gives_them(result: Result) -> None:
    events = [e for e in rows(redcap_files(result)["events"]) if e["arm_num"] == "1"]
    found = [(e["event_name"], e["day_offset"], e["offset_min"], e["offset_max"]) for e in events]
    assert found == [
        ("Day -28 to -1", "-28", "0", "27"),
        ("Day 1", "0", "", ""),
        ("Week 2", "14", "2", "2"),
        ("Cycles 3", "", "", ""),
        ("30 days after last dose", "", "", ""),
        ("Unscheduled", "", "", ""),
    ]


def test_every_schedule_is_an_arm_but_sampling_times_are_none(result: Result) -> None:
    assert [arm["name"] for arm in rows(redcap_files(result)["arms"])] == ["Schedule & <Activities>", "Part 2"]


def test_what_stays_open_or_is_left_out_is_told(
    result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = edc_of(result).notes
    assert [note for note in notes if "left out" in note] == [
        "Schedule & <Activities>: times of samples, no visits; left out"
    ]
    assert any("Cycles 3: its day" in note for note in notes)
    bare = result.tables[2].model_copy(update={"title": ""})
    numbered = edc_of(result.model_copy(update={"tables": [result.tables[0], bare]})).notes
    assert numbered[-1].startswith("Subsidiary schedule (table 2, untitled)")
    with pytest.raises(SystemExit):
        main(["export", str(write_result(result, tmp_path / "toy.json")), "--to", "odm"])
    told = capsys.readouterr().out
    assert f"{len(notes)} things stayed text or were simplified:\n  {notes[0]}" in told


def test_the_mapping_names_events_and_forms_that_are_there(result: Result) -> None:
    found = {name: rows(text) for name, text in redcap_files(result).items()}
    events = {event["unique_event_name"] for event in found["events"]}
    forms = {field["Form Name"] for field in found["dictionary"]}
    assert len(events) == len(found["events"]) == 12
    assert {row["unique_event_name"] for row in found["mapping"]} <= events
    assert {row["form"] for row in found["mapping"]} == forms
    assert {row["event_name"] for row in found["repeating"]} == {"cycles_3_arm_1", "cycles_3_arm_2"}
    names = [field["Variable / Field Name"] for field in found["dictionary"]]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() and len(name) <= 26 for name in names)


def test_what_is_not_done_is_in_no_form(result: Result) -> None:
    edc = edc_of(result)
    followed = next(event for event in edc.events if event.name.startswith("30 days"))
    assert followed.forms == ["safety"]  # vital signs; the ECG of this group is "-"
    alone = edc_of(
        result.model_copy(
            update={
                "tables": [
                    result.tables[0].model_copy(update={"grid": [*GRID[:2], ["ECG", "No", "-", "N/A", "X", "X", "X"]]})
                ]
            }
        )
    )
    assert [event.forms for event in alone.events] == [[], [], [], ["ecg"], ["ecg"], ["ecg"]]


def test_marks_of_a_row_without_a_name_have_a_form_with_a_field(result: Result) -> None:
    table = result.tables[0].model_copy(update={"grid": [*GRID[:2], ["", "X", "X", "", "", "", ""]]})
    found = {n: rows(text) for n, text in redcap_files(result.model_copy(update={"tables": [table]})).items()}
    assert {row["form"] for row in found["mapping"]} <= {field["Form Name"] for field in found["dictionary"]}


def test_a_spreadsheet_runs_nothing(result: Result, tmp_path: Path) -> None:
    for path in write_redcap(result, tmp_path, "toy"):
        for line in csv.reader(io.StringIO(path.read_text("utf-8"))):
            assert not any(cell.startswith(("=", "+", "@")) for cell in line)


@pytest.mark.parametrize(
    ("name", "key"),
    [("Run-in 2", "runin_2"), ("Day -14", "day_14"), ("End of the long treatment", "end_of_the_long_tr")],
)
def test_keys_are_those_that_redcap_makes(name: str, key: str) -> None:
    assert redcap_key(name) == key


def test_a_visit_without_words_has_a_name() -> None:
    assert event_name(Visit(column=1, name="7", printed=["7"])) == "open"


def test_odm_is_valid_by_the_public_schema(result: Result, tmp_path: Path) -> None:
    import xmlschema

    path = write_odm(result, tmp_path / "toy_odm.xml")
    schema = files("odmlib").joinpath("schemas/odm/1.3.2/ODM1-3-2.xsd")
    assert [str(error) for error in xmlschema.XMLSchema(str(schema)).iter_errors(str(path))] == []


def test_odm_refers_only_to_what_it_defines(result: Result) -> None:
    import xml.etree.ElementTree as ET

    root = ET.fromstring(odm_text(result))
    space = "{http://www.cdisc.org/ns/odm/v1.3}"
    for kind in ("StudyEvent", "Form", "ItemGroup", "Item"):
        defined = [node.get("OID") for node in root.iter(f"{space}{kind}Def")]
        referred = {node.get(f"{kind}OID") for node in root.iter(f"{space}{kind}Ref")}
        assert len(set(defined)) == len(defined)
        assert referred <= set(defined)
    assert odm_text(result) == odm_text(result)
