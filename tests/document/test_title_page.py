"""Fields of the title page: only behind their labels, and only where the pages agree."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("Protocol AB1-MC-XYZT(c)", "identifier", "AB1-MC-XYZT"),
        ("Protocol ABC-12345DEF3002; Phase 3", "identifier", "ABC-12345DEF3002"),
        ("Clinical Trial Protocol Number XY200095-0022", "identifier", "XY200095-0022"),
        ("Clinical Study Protocol M19-555", "identifier", "M19-555"),
        ("Version 5.1", "version", "5.1"),
        ("Protocol Version 2.0, 26 October 2016", "version", "2.0"),
        ("Version number: 02 (Clean)", "version", "02"),
        ("Version 3.0 (final)", "version", "3.0"),
        ("AMENDMENT INT-6", "amendment", "INT-6"),
        ("Protocol Amendment UK-2", "amendment", "UK-2"),
        ("Final Protocol Amendment 3, 20 October 2015", "amendment", "3"),
    ],
)
def test_a_line_of_the_first_page_says_one_thing(line: str, name: str, value: str) -> None:
    assert {key: one.text for key, one in title_page({1: ["A Study of Something", line]}).items()} == {name: value}
    assert title_page({1: ["A Study of Something"], 2: [line]}) == {}


@pytest.mark.parametrize(
    "lines",
    [
        ["Protocol 2020"],
        ["Amendment 6 of the protocol"],
        ["Version 1.0 Page: 1 of 86"],
        ["Study 12345 will be done in two parts"],
        ["Protocol Template Version 2.0"],
        ["Amendment 1, 20 October 2014", "Amendment 2, 10 December 2014"],  # a history
        ["Version 17.0", "Version 2.0"],
    ],
)
def test_of_two_things_and_of_sentences_nothing_is_taken(lines: list[str]) -> None:
    assert title_page({1: lines}) == {}


def test_a_label_counts_before_a_line() -> None:
    assert title_page({1: ["Version 3.0", "Protocol version: 2.0"]})["version"].text == "2.0"
