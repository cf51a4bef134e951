"""The columns of a schedule as the USDM timeline needs them."""

from __future__ import annotations

from typing import NamedTuple

from soesift.export.hand_off import Handed
from soesift.export.usdm.clock import Visit


class Column(NamedTuple):
    """A visit column. place: among the visits; encounter: in the schedule's encounters; column: of the grid;
    window: days before and after; repeated: the words that say so, else ""."""

    place: int
    encounter: int
    column: int
    name: str
    epoch: str
    visit: Visit
    window: tuple[float, float] | None
    repeated: str
    contact: str | None
    doubts: list[str]
    comments: list[str]

    @property
    def time_label(self) -> str:
        """What the print says of the time."""
        return " / ".join(self.visit.names) or self.name


def columns_of(one: Handed) -> list[Column]:
    """The visit columns of a table, in order."""
    found: list[Column] = []
    for index, encounter in enumerate(one.schedule.encounters):
        timing = encounter.timing
        days = [s for s in timing.times if s.unit == "day" and s.first is not None and s.first == s.last]
        weeks = [s for s in timing.times if s.unit == "week" and s.first is not None and s.first == s.last]
        cycle = timing.cycles[0].first if timing.cycles and timing.cycles[0].first == timing.cycles[0].last else None
        visit = Visit(
            names=tuple(encounter.headers),
            cycle=None if cycle is None else int(cycle),
            day=int(days[0].first or 0) if days else None,
            week=weeks[0].first if weeks else None,
        )
        window = timing.window
        scale = {"week": 7.0, "day": 1.0, "hour": 1 / 24}.get((window.unit if window else None) or "day")
        found.append(
            Column(
                len(found),
                index,
                encounter.column,
                encounter.name,
                one.schedule.epochs[encounter.epoch].name,
                visit,
                (window.before * scale, window.after * scale) if window is not None and scale else None,
                timing.text if timing.every is not None else "",
                None,
                list(encounter.unread),
                [],
            )
        )
    return found


def cycle_days(one: Handed) -> dict[str, int] | None:
    """Days of the cycles by number, "*" for the others; None if none is printed."""
    from soesift.schedule.clock import cycle_length

    length = cycle_length(one.schedule)
    return None if length is None else {"*": length}
