"""The program that holds `burden` against a count by hand, on a made-up schedule; and its facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_schedules import toy_result, toy_table

from programs import program
from soesift.result.store import write_result

bench = program("benchmarks/burden_count.py")
TOLD = {"visits": 5, "open": 1, "blood": 4, "ecg": 2}  # of the toy schedule, counted by hand


@pytest.fixture
def results(tmp_path: Path) -> Path:
    table = toy_table().model_copy(update={"pages": [3, 4]})
    write_result(toy_result(table), tmp_path / "toy.json")
    return tmp_path


def words(results: Path, **other: int) -> dict[str, str]:
    hand = bench.Hand(id="toy", **{"page": 3, **TOLD, **other})
    found: dict[str, str] = bench.judged(hand, bench.counted(hand, results))
    return found


def test_equal_figures_are_right_and_only_what_differs_is_wrong(results: Path) -> None:
    assert words(results) == dict.fromkeys(bench.FIGURES, "right")
    for name in bench.FIGURES:
        assert words(results, **{name: TOLD[name] + 1}) == {**dict.fromkeys(bench.FIGURES, "right"), name: "wrong"}


def test_a_column_that_goes_on_must_be_marked(results: Path) -> None:
    assert words(results, open=2) == {"visits": "unstarred", "blood": "right", "ecg": "right"}
    assert words(results, open=0)["visits"] == "right"


def test_a_schedule_on_another_page_is_missed(results: Path) -> None:
    assert set(words(results, page=9).values()) == {"missed"}


def test_the_command_tells_each_schedule_and_the_sums(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = results / "facts.tsv"
    facts.write_text("id\tpage\tvisits\topen\tblood\tecg\trule\ntoy\t3\t5\t1\t4\t9\tmade up\n", "utf-8")
    assert bench.main([str(results), "--facts", str(facts)]) == 0
    told = capsys.readouterr().out
    assert "toy p. 3: visits 5 / 5 right; blood 4 / 4 right; ecg 9 / 2 wrong; open 1 / 1" in told
    assert "schedules with all three right: 0 of 1" in told


def test_the_facts_are_of_twelve_protocols_and_no_draw_is_outside_a_visit() -> None:
    facts = bench.read_facts(bench.FACTS)
    assert len({hand.id for hand in facts}) == 12
    assert all(max(hand.blood, hand.ecg, hand.open) <= hand.visits for hand in facts)
