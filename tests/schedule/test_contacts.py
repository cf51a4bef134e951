"""How visits take place: words of the header, rows, letters of a legend, footnotes."""

from __future__ import annotations

import pytest
from made_tables import made, visits

BODY = [["ECG", "X", "X", "", "X"], ["Adverse events", "X", "X", "X", "X"]]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        *((t, "phone") for t in ("Week 2 TC", "Week 2 T/C", "Week 2 ☎", "Phone F/U Week 2")),
        *((t, "video") for t in ("Week 2 video call", "e-Visit Week 2", "Week 2 telehealth", "Remote visit Week 2")),
        *((t, "home") for t in ("Week 2 HHN visit", "Mobile nurse Week 2", "In-home Week 2")),
        *((t, "site") for t in ("Week 2 in-house", "Week 2 outpatient", "Study center visit Week 2", "CTU Week 2")),
        ("Week 2 home or clinic", "site or home"),
        ("Phone/Video Week 2", "phone or video"),
        ("Week 2 injection site check", None),
        ("Week 2", None),
    ],
)
def test_words_of_a_header(text: str, contact: str | None) -> None:
    found = visits([["Procedure", "Screening", "Day 1", text, "Week 4"]], body=BODY)
    assert [v.contact for v in found] == [None, None, contact, None]


@pytest.mark.parametrize("late", [False, True], ids=["in the header", "left in the body"])
@pytest.mark.parametrize(
    ("label", "cells", "contacts"),
    [
        ("Visit type", "Clinic Clinic Phone Clinic", "site site phone site"),
        ("Type of contact", "S S T S", "site site phone site"),
        ("Visit location", "Clinic Clinic Home Clinic", "site site home site"),
        ("Setting", "Inpatient Inpatient Outpatient Outpatient", "site site site site"),
    ],
)
def test_a_row_of_visit_types(label: str, cells: str, contacts: str, late: bool) -> None:
    head, row = ["Procedure", "Screening", "Day 1", "Week 2", "Week 4"], [label, *cells.split()]
    notes = {"-": "S: site; T: telephone"}
    schedule = made([head] if late else [head, row], [row, *BODY] if late else BODY, notes)
    assert [v.contact for v in schedule.visits] == contacts.split()
    assert label not in [a.name for a in schedule.activities]


@pytest.mark.parametrize(
    "name",
    ["Telephone call to assess safety", "Phone contact a", "Contact participant by telephone", "Follow-up phone call"],
)
def test_a_row_of_calls_says_the_contact_of_columns_without_bodily_procedures(name: str) -> None:
    body = [["Vital signs", "X", "X", "", "X"], [name, "", "", "X", "X"]]
    found = visits([["Procedure", "Screening", "Day 1", "Week 2", "Week 4"]], body=body)
    assert found[2].contact == "phone"


def test_calls_between_visits_are_no_contact_of_the_visit() -> None:
    body = [["Blood sample", "X", "X", "X", "X"], ["Telephone contact for safety monitoring", "", "X", "X", "X"]]
    found = visits([["Procedure", "Screening", "Day 1", "Week 2", "Week 4"]], body=body)
    assert [v.contact for v in found] == [None] * 4


@pytest.mark.parametrize(
    "note", ["P = phone visit", "P: by phone", "P denotes phone visit", "AE = event; P = phone; V = visit"]
)
def test_marks_that_are_letters_of_a_legend(note: str) -> None:
    body = [["ECG", "X", "X", "", "X"], ["Adverse events", "X", "X", "P", "X"], ["Medication", "X", "X", "P", "X"]]
    found = visits([["Procedure", "Screening", "Day 1", "Week 2", "Week 4"]], body=body, notes={"-": note})
    assert [v.contact for v in found] == [None, None, "phone", None]


def test_a_note_whose_marker_is_the_letter_of_cells_is_a_legend() -> None:
    body = [["ECG", "X", "X", "", "X"], ["Adverse events", "X", "X", "P", "X"]]
    found = visits([["Procedure", "Screening", "Day 1", "Week 2", "Week 4"]], body=body, notes={"P": "phone visit"})
    assert found[2].contact == "phone"


@pytest.mark.parametrize(
    ("note", "contact"),
    [
        ("Not a study site visit; participants will be contacted by telephone.", "phone"),
        ("No clinic visit is required; phone contact only.", "phone"),
        ("Sites will make a phone call.", "phone"),
        ("By telephone.", "phone"),
        ("Patients will be telephoned.", "phone"),
        ("Either a clinic visit or a phone call.", "site or phone"),
        ("This visit may be conducted by phone.", "site or phone"),
        ("Virtual visit.", "video"),
        ("Samples are collected at home.", None),
        ("Blood is drawn in the clinic.", None),
    ],
)
def test_footnotes_on_a_column(note: str, contact: str | None) -> None:
    found = visits([["Procedure", "Screening", "Day 1", "Week 2^a", "Week 4"]], body=BODY, notes={"a": note})
    assert [v.contact for v in found] == [None, None, contact, None]


@pytest.mark.parametrize(
    ("label", "cells", "contacts"),
    [
        ("Clinic (C) or home (H)", "C C H C", ["site", "site", "home", "site"]),
        ("Visit (site visit (C), phone call (T))", "C C T C", ["site", "site", "phone", "site"]),
        ("Visit (V), Phone (P)", "V1 V2 P3 V4", [None, None, "phone", None]),
        ("Clinic visit (V), Home visit (H)", "V1 V2 H3 V4", ["site", "site", "home", "site"]),
        ("Visit", "V1 V2 TC3 V4", [None, None, "phone", None]),
        ("Type of visit (S = clinic visit; P: call)", "S S P S", ["site", "site", "phone", "site"]),
        ("Place of visit", "Clinic Clinic Home Clinic", ["site", "site", "home", "site"]),
    ],
)
def test_letters_of_a_label_are_ways_and_no_hours(label: str, cells: str, contacts: list[str | None]) -> None:
    header = [[label, *cells.split()], ["Study week", "-2", "0", "4", "8"]]
    found = visits(header, body=BODY)
    assert [v.contact for v in found] == contacts
    assert [v.hours for v in found] == [None] * 4
    assert [v.week for v in found] == [-2, 0, 4, 8]


@pytest.mark.parametrize("name", ["Visit at home", "Home nurse visit", "Home health visit"])
def test_blood_may_be_drawn_at_home(name: str) -> None:
    body = [["Blood sample", "X", "X", "X", "X"], [name, "", "", "X", ""]]
    found = visits([["Procedure", "Screening", "Day 1", "Week 2", "Week 4"]], body=body)
    assert [v.contact for v in found] == [None, None, "home", None]
