"""The columns of all whole tables on one clock, as the hand-off formats want them; a line a table.

`PYTHONPATH=src:tests:tests/schedule python tests/schedule/test_one_clock.py` writes the file anew: then read what
changed, as a data manager would.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from test_whole_schedules import sections, table

from soesift.schedule import read_schedule
from soesift.schedule.clock import Placed, cycle_length, main_unit, placed

GOLDEN = Path(__file__).with_name("one_clock.txt")


def shown(one: Placed) -> str:
    """`8 day -1+2 hour (what was left out)`."""
    window = f" -{one.before}+{one.after} {one.window_unit}" if one.before or one.after else ""
    return f"{'?' if one.value is None else one.value} {one.unit}{window}{f' ({one.note})' if one.note else ''}"


def on_one_clock(printed: str) -> str:
    schedule = read_schedule(table(printed))
    length = cycle_length(schedule)
    told = f"in {main_unit(schedule)}s{f', cycles of {length}' if length else ''}: "
    return told + "; ".join(map(shown, placed(schedule)))


def wanted() -> dict[str, str]:
    return dict(line.split(" => ", 1) for line in GOLDEN.read_text("utf-8").splitlines())


@pytest.mark.parametrize("name", sections())
def test_a_whole_table_is_placed(name: str) -> None:
    assert on_one_clock(sections()[name][0]) == wanted()[name]


def test_no_line_is_left_over() -> None:
    assert list(wanted()) == list(sections())


if __name__ == "__main__":
    lines = [f"{name} => {on_one_clock(printed)}\n" for name, (printed, _) in sections().items()]
    GOLDEN.write_text("".join(lines), "utf-8")
