"""Several footnote markers on one thing, of the text's own size."""

from __future__ import annotations

import pytest

from soesift.schedule.cell_meaning import split_markers


@pytest.mark.parametrize(
    ("text", "known", "markers"),
    [
        ("ECG a-c", "abc", ["a", "b", "c"]),
        ("ECG 1, 2–4", "1234", ["1", "2", "3", "4"]),
        ("ECG (1)(3)", "123", ["1", "3"]),
        ("ECG [1][2]", "12", ["1", "2"]),
        ("ECG a and b", "ab", ["a", "b"]),
        ("ECG a/b", "ab", ["a", "b"]),
        ("ECG¹²", "12", ["1", "2"]),
        ("Procedurea", "a", ["a"]),
    ],
)
def test_lists_and_ranges(text: str, known: str, markers: list[str]) -> None:
    base, found = split_markers(text, frozenset(known), frozenset({"procedure"}))
    assert found == markers
    assert base in ("ECG", "Procedure")


@pytest.mark.parametrize("text", ["Visit 1-4", "Hepatitis A/B", "HbA1c", "Week 1/2", "Grade 3-4", "Weight and height"])
def test_names_that_look_like_lists(text: str) -> None:
    assert split_markers(text, frozenset("1234ABCca"), frozenset()) == (text, [])
