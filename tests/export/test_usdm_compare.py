"""The program that holds our USDM studies against published ones: what it calls equal, argued and wrong."""

from __future__ import annotations

from typing import Any

from programs import ROOT, program

bench = program("benchmarks/usdm_compare.py")


def met(key: str, name: str, **more: Any) -> Any:
    return bench.Visit(key, name, bench.words(name), **{"days": None, "window": None, **more})


THEIRS = [
    met("a", "Day 1", days=0.0),
    met("b", "Day 8", days=7.0, window=(1.0, 1.0)),
    met("c", "Follow-up", days=35.0, length=28.0, counts_from="b"),
    met("d", "Phone call", days=90.0),
]


def told(ours: list[Any], argued: dict[tuple[str, str, str], str]) -> dict[str, int]:
    return dict(bench.report("S", bench.paired(THEIRS, ours), argued))


def test_the_same_study_is_equal_in_all() -> None:
    assert told(list(THEIRS), {}) == {"equal": 9}


def test_a_length_from_the_same_encounter_is_an_equal_timing() -> None:
    ours = [met("1", "D1", days=0.0), met("2", "D8", days=7.0, window=(1.0, 1.0))]
    ours.append(met("3", "Safety follow-up", length=28.0, counts_from="2"))
    assert told(ours, {}) == {"equal": 7, "ours wrong": 1}
    assert told(ours, {("S", "encounter", "Phone call"): "none is printed"}) == {"equal": 7, "better argued": 1}


def test_a_day_or_a_window_beside_it_is_not_equal() -> None:
    ours = [*THEIRS[:1], THEIRS[1]._replace(days=8.0, window=(1.0, 2.0)), *THEIRS[2:]]
    assert told(ours, {}) == {"equal": 7, "ours wrong": 2}


def test_each_argued_difference_has_its_page_and_reason() -> None:
    argued = bench.read_argued(ROOT / "benchmarks" / "usdm_argued.tsv")
    assert {study for study, _, _ in argued} <= set(bench.STUDIES)
    assert {kind for _, kind, _ in argued} <= set(bench.KINDS)
