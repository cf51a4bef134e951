"""Whole tables and all that is understood of them, in one golden file.

`PYTHONPATH=src:tests:tests/schedule python tests/schedule/test_whole_schedules.py` writes the file anew: then read what
changed, as a data manager would.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from made_tables import TIMES

from soesift.result.models import Cell, Doubt, Footnote, SoeTable
from soesift.schedule import Activity, Schedule, Visit, read_schedule

GOLDEN = Path(__file__).with_name("whole_schedules.txt")
VALUES = ("epoch", *TIMES, "conditions", "markers")


def sections() -> dict[str, tuple[str, str]]:
    """The printed table and what is understood of it, by name."""
    parts = GOLDEN.read_text("utf-8").split("## ")[1:]
    found = {}
    for part in parts:
        name, body = part.split("\n", 1)
        printed, _, wanted = body.partition("\n=>\n")
        found[name] = printed, wanted.strip("\n")
    return found


def table(printed: str) -> SoeTable:
    """`head N`, `flag NAME`, `cell row column row_span column_span [state]`, `doubt row column kind TEXT`, `indent row
    POINTS` of the row's name, `note a TEXT` (- for none), then the grid."""
    lines = printed.split("\n")
    told = [line.split(" ", 1) for line in lines if " | " not in line and not line.endswith(" |")]
    grid = [[text.strip() for text in line.split("|")] for line in lines if " | " in line or line.endswith(" |")]
    notes = [rest.split(" ", 1) for name, rest in told if name == "note"]
    placed = [rest.split() for name, rest in told if name == "cell"]
    set_in = [rest.split() for name, rest in told if name == "indent"]
    doubts = [rest.split(" ", 3) for name, rest in told if name == "doubt"]
    return SoeTable(
        id="t1",
        title="Schedule of Activities",
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        pages=[1],
        header_rows=int(dict(told).get("head", "1")),  # type: ignore[arg-type]
        grid=grid,
        cells=[
            Cell(
                row=int(r),
                column=int(c),
                row_span=int(high),
                column_span=int(wide),
                text=grid[int(r)][int(c)],
                page=1,
                states=states,  # type: ignore[arg-type]
                doubt=[Doubt(kind=kind, why=why) for row, column, kind, why in doubts if (row, column) == (r, c)],
            )
            for r, c, high, wide, *states in placed
        ]
        + [Cell(row=int(r), column=0, text=grid[int(r)][0], page=1, indent=float(points)) for r, points in set_in],
        flags=[rest for name, rest in told if name == "flag"],
        footnotes=[Footnote(marker=marker.strip("-"), text=text) for marker, text in notes],
    )


def of_visit(visit: Visit) -> str:
    found = {name: getattr(visit, name) for name in VALUES}
    said = [
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in found.items()
        if value is not None and value != [] and value is not False
    ]
    doubts = "".join(f" ! {doubt[:26].rstrip()}" for doubt in visit.doubts)
    return f"visit {visit.column} {visit.name}; {' '.join(said)}{doubts}"


def of_row(schedule: Schedule, index: int, row: Activity) -> str:
    marks = [
        f"{m.encounter}"
        + (f":{m.text}" if m.kind == "text" else "")
        + (f"x{m.span}" if m.span != 1 else "")
        + "".join(f"^{ref}" for ref in m.footnotes)
        + (f" if {m.condition}" if m.condition else "")
        + (f" at {[moment.hours for moment in m.moments]}" if m.moments else "")
        for m in schedule.marks
        if m.activity == index
    ]
    remarks = [f" ~ {r.kind} {r.encounter} {r.title} {r.text}" for r in schedule.remarks if r.activity == index]
    group = (" group" if row.category else "") + (f" in {row.parent}" if row.parent is not None else "")
    refs = "".join(f"^{ref}" for ref in row.footnotes)
    return f"row {row.row} {row.name}{refs}{group}: {' '.join(marks)}{''.join(remarks)} {row.details or ''}".rstrip()


def understood(schedule: Schedule) -> str:
    lines = ["epochs " + ", ".join(e.name + "?" * e.inferred for e in schedule.epochs)]
    lines += [f"cycles {schedule.cycle_length}"] if schedule.cycle_length else []
    for column in schedule.encounters:
        more = {"unread": column.unread, "leftover": column.leftover, "limits": column.limits}
        said = "".join(f"; {name} {value}" for name, value in more.items() if value)
        lines.append(f"column {column.column} in {column.epoch}: {column.timing.text}{said}")
    lines += [of_visit(visit) for visit in schedule.visits]
    lines += [of_row(schedule, index, row) for index, row in enumerate(schedule.activities)]
    lines += [f"note {c.marker or '-'} {c.note_class} {c.used}" for c in schedule.conditions]
    lines += [f"doubt {doubt[:40].rstrip()}" for doubt in schedule.doubts]
    return "\n".join([*lines, *(f"unread {text}" for text in schedule.unread)])


@pytest.mark.parametrize("name", sections())
def test_a_whole_table_is_understood(name: str) -> None:
    printed, wanted = sections()[name]
    assert understood(read_schedule(table(printed))) == wanted


if __name__ == "__main__":
    again = [
        f"## {name}\n{printed}\n=>\n{understood(read_schedule(table(printed)))}\n"
        for name, (printed, _) in sections().items()
    ]
    GOLDEN.write_text("\n".join(again), "utf-8")
