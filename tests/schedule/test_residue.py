"""What a header prints and no rule has used is doubted: numbers, joining words, words of any case."""

from __future__ import annotations

import pytest
from made_tables import visits

from soesift.schedule import Visit


def of_columns(*columns: list[str]) -> list[Visit]:
    return visits([["", *(column[level] for column in columns)] for level in range(len(columns[0]))])


@pytest.mark.parametrize(
    "printed",
    [
        "Birth to 72 h",
        "Day 7 or discharge",
        "Day 3 or ward round",
        "Week 12 through delivery",
        "PACU 2 h",
        "Week 4 Kappa",
        "Q6M then Q12M",
        "Dose 2 Day 8 41",
    ],
)
def test_what_no_rule_used_is_doubted(printed: str) -> None:
    assert of_columns(["Day 1"], [printed])[1].doubts


@pytest.mark.parametrize(
    "printed",
    [
        "Week 52 or ET",
        "Weeks -4 to -1 (28 days)",
        "Part 2 Day 8",
        "Day 8 (±1)",
        "V4 Day 8",
        "Day 36 7 days after Day 29",
        "Week 4 (clinic or phone)",
        "Cohort 3 Week 12",
        "30 days after last dose",
        "Day 15 (13-17)",
    ],
)
def test_what_was_used_is_not(printed: str) -> None:
    assert not of_columns(["Day 1"], [printed])[1].doubts


def test_a_row_that_counts_from_another_day_is_understood_by_its_steady_step() -> None:
    header = [
        ["Study day", "D85", "D119", "D149", "D179"],
        ["Days since most recent vaccination", "56", "90", "120", "151"],
    ]
    assert [bool(v.doubts) for v in visits(header)] == [False, False, False, True]


def test_a_screening_that_ends_at_randomization_is_known() -> None:
    assert not of_columns(["Day -28 to randomization"], ["Day 1"])[0].doubts


def test_a_length_that_does_not_lead_to_the_day_is_doubted() -> None:
    assert of_columns(["Day 1"], ["Day 36 9 days after Day 29"])[1].doubts
