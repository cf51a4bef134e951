"""Fields of the title page: only behind their labels, and only where the pages agree."""

from __future__ import annotations

from soesift.document.title_page import Printed, title_page

PAGE = [
    "Clinical Study Protocol",
    "Protocol Title: A Randomised Study of a Drug in",
    "Adults With a Disease",
    "Protocol Number: AB-123-004",
    "Sponsor:",
    "Sponsor Limited",
    "Version: 2.0",
    "Phase: 2b",
    "NCT Number: NCT01234567",
    "EudraCT Number: 2020-001234-56",
    "This document is confidential.",
]


def test_what_stands_behind_its_label() -> None:
    found = title_page({1: PAGE})
    assert found["title"] == Printed("A Randomised Study of a Drug in Adults With a Disease", 1)
    assert {name: value.text for name, value in found.items() if name != "title"} == {
        "identifier": "AB-123-004",
        "sponsor": "Sponsor Limited",
        "version": "2.0",
        "phase": "2b",
        "nct": "NCT01234567",
        "eudract": "2020-001234-56",
    }


def test_two_different_values_stay_open() -> None:
    found = title_page({1: PAGE, 2: ["Version: 3.0", "Protocol Number: AB-123-004"]})
    assert "version" not in found
    assert found["identifier"].text == "AB-123-004"


def test_values_of_another_form_are_none() -> None:
    found = title_page(
        {1: ["Version: see the last page", "Protocol Number: not yet known", "Phase: Treatment", "Sponsor:"]}
    )
    assert found == {}


def test_rows_of_a_table_and_later_pages() -> None:
    found = title_page(
        {}, [(1, ["Sponsor", "Sponsor Limited"]), (2, ["Protocol number:", "", "X-1"]), (9, ["Version", "1"])]
    )
    assert {name: (value.text, value.page) for name, value in found.items()} == {
        "sponsor": ("Sponsor Limited", 1),
        "identifier": ("X-1", 2),
    }
