"""Tables as visit tables, read once each: a table that nobody mended is the same object from one look to the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from soesift.export.visit_words import COLUMNS, visit_rows
from soesift.export.wording import plain
from soesift.result.models import SoeTable
from soesift.schedule import Schedule, Visit, read_schedule
from soesift.schedule.said import SaidValues

KEPT = 400  # tables whose meaning is held in memory
T = TypeVar("T")


class OfTable(Generic[T]):
    """What a function makes of a table, kept for the table objects last asked for."""

    def __init__(self, make: Callable[[SoeTable], T]) -> None:
        self.make = make
        self.kept: OrderedDict[int, tuple[SoeTable, T]] = OrderedDict()  # the table is held, so its id stays its own
        self.lock = threading.Lock()

    def __call__(self, table: SoeTable) -> T:
        with self.lock:
            if id(table) in self.kept:
                self.kept.move_to_end(id(table))
                return self.kept[id(table)][1]
        made = self.make(table)
        with self.lock:
            self.kept[id(table)] = (table, made)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return made


understood: OfTable[Schedule] = OfTable(read_schedule)


def doubtful_visits(table: SoeTable) -> int:
    """How many columns carry a doubt about what they mean as visits, and doubts about the whole visit table."""
    schedule = understood(table)
    return sum(bool(visit.doubts) for visit in schedule.visits) + len(schedule.doubts)


def visits_view(table: SoeTable) -> dict[str, Any]:
    """The visit table for the page's script: its columns' names, one row of words and of values a printed column."""
    schedule = understood(table)
    said = {one.column for one in table.visits_said}
    lines = zip(schedule.visits, visit_rows(table, schedule), strict=True)
    return {
        "columns": list(COLUMNS),
        "rows": [
            {
                "column": visit.column,
                "words": [plain(word) for word in words],
                "values": _values(visit),
                "doubt": plain(" ".join(visit.doubts)),
                "mended": visit.column in said,
                "annotation": visit.encounter is None,
            }
            for visit, words in lines
        ],
        "doubts": [plain(doubt) for doubt in schedule.doubts],
        "transposed": schedule.transposed,
    }


def _values(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in SaidValues.model_fields}
