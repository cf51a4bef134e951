"""Markers at the end of a cell are found where they are sure, and words are left whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.schedule.cell_meaning import split_markers

KNOWN = frozenset({"a", "b", "c", "d", "s", "1", "2", "3", "12", "*", "†", "§§"})
WHOLE = (
    "Data|Visit 3|Day 1|Week 12|Days 1, 2|Drugs|PHQ2|V1|X|a|1||12|Clinic|Day 1 to 3|±3|Hematologyz|Visit (z)"
    "|Weight|C1D1|Cycle 2|10 - 12|Serum²³⁴|ECG††|Labs§"
)
WORDS = frozenset({"hematology", "consent", "drug", "visit"})


@pytest.mark.parametrize(
    ("text", "base", "markers"),
    [
        ("Xa", "X", ["a"]),
        ("X a, b", "X", ["a", "b"]),
        ("X12", "X", ["12"]),
        ("(X)b", "(X)", ["b"]),
        ("✓1,2", "✓", ["1", "2"]),
        ("X^c", "X", ["c"]),
        ("Hematologyb", "Hematology", ["b"]),
        ("Informed consenta,b", "Informed consent", ["a", "b"]),
        ("ECGa", "ECG", ["a"]),
        ("Pregnancy test (urine)d", "Pregnancy test (urine)", ["d"]),
        ("Vital signs [b]", "Vital signs", ["b"]),
        ("Vital signs c", "Vital signs", ["c"]),
        ("Imaging*†", "Imaging", ["*", "†"]),
        ("Imaging§§*", "Imaging", ["§§", "*"]),
        ("Hematology¹", "Hematology", ["1"]),
        ("Hematologyᵃ,ᵇ", "Hematology", ["a", "b"]),
        ("Urinalysis3", "Urinalysis", ["3"]),
        ("ECG (12)", "ECG", ["12"]),
    ],
)
def test_found(text: str, base: str, markers: list[str]) -> None:
    assert split_markers(text, KNOWN, WORDS) == (base, markers)


@pytest.mark.parametrize("text", WHOLE.split("|"))
def test_left_whole(text: str) -> None:
    assert split_markers(text, KNOWN, WORDS) == (text, [])


def test_no_footnotes_no_markers() -> None:
    assert split_markers("Xa", frozenset()) == ("Xa", [])


@given(st.text(max_size=60))
def test_any_text_keeps_its_start(text: str) -> None:
    base, markers = split_markers(text, KNOWN, WORDS)
    assert text.startswith(base)
    assert set(markers) <= KNOWN
    assert markers or base == text
