"""A cursor over the tokens of a header text: looking ahead, numbers, ranges, units; and what was read so far."""

from __future__ import annotations

from typing import Literal

from soesift.schedule.models import Span, Timing, Unit
from soesift.schedule.tokens import Token, tokens, unit_of

Kind = Literal["visit", "window", "duration", "epoch", "minute", "hour", "day", "week", "month", "year", "cycle"]
Bounds = tuple[float | None, float | None]  # first and last; None: open


class Cursor:
    """`at`: the token that is next. `depth`: of open brackets. Methods step over what they return."""

    def __init__(self, shown: str, kind: Kind | None) -> None:
        self.shown, self.kind = shown, kind
        self.tokens = tokens(shown)
        self.at = 0
        self.depth = 0
        self.timing = Timing(text=shown)
        self.unread: list[str] = []
        self.words: list[str] = []

    def peek(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else Token("end", "", "", -1, -1, False)

    def sees(self, *kinds: str, ahead: int = 0) -> bool:
        return self.peek(ahead).kind in kinds

    def starts_number(self, ahead: int = 0) -> bool:
        if self.sees("number", ahead=ahead):
            return True
        if not (self.sees("dash", ahead=ahead) and self.sees("number", ahead=ahead + 1)):
            return False
        code = self.sees("word", ahead=ahead - 1) and self.peek(ahead).glued  # "Week I-8"
        return self.peek(ahead + 1).glued and not code

    def own_unit(self, ahead: int) -> bool:
        """Whether the number there has a unit of its own behind it: "Day 1, 2 h postdose"."""
        number = self.peek(ahead + 1 if self.sees("dash", ahead=ahead) else ahead)
        ahead += 2 if self.sees("dash", ahead=ahead) else 1
        if self.peek(ahead).text == "Day" and number.value not in ("1", ""):
            return False  # "Cycles 4, 6 and 12 Day": the name of the row below
        if self.sees("dash", "to", ahead=ahead) and self.sees("number", ahead=ahead + 1):
            ahead += 2
        return self.sees("unit", "after", ahead=ahead) and not self.starts_number(ahead + 1)

    def based(self) -> bool:
        """Whether a point was read that a deviation can belong to."""
        timing = self.timing
        return bool(timing.times or timing.cycles or timing.offsets or timing.visit or timing.every)

    def number(self) -> float:
        sign = 1.0
        if self.sees("dash"):
            sign, self.at = -1.0, self.at + 1
        self.at += 1
        return sign * float(self.peek(-1).value)

    def span(self) -> Bounds:
        """A number, a range or an open range, the cursor on its first token."""
        if self.sees("most", "least"):
            most = self.sees("most")
            self.at += 1
            bound = self.number()
            if not most and self.sees("and", "to") and self.sees("most", ahead=1) and self.starts_number(2):
                self.at += 2  # "≥ 28 and < 35"
                return bound, self.number()
            return (None, bound) if most else (bound, None)
        first = self.number()
        if self.range_follows():
            return first, self.number()
        if self.sees("open") or (self.sees("plus") and self.peek().glued and not self.sees("number", ahead=1)):
            self.at += 1
            return first, None
        return first, first

    def range_follows(self) -> bool:
        """Step over "to", "-" and a repeated unit if a second number comes: "D-28 to D-1"."""
        if not self.sees("dash", "to"):
            return False
        skip = 1
        if self.sees("unit", "letter", ahead=skip) and self.starts_number(skip + 1):
            skip += 1
        if not self.starts_number(skip):
            return False
        behind = self.sees("slash", "and", "to", ahead=skip + 1) and self.sees("plus", ahead=skip + 2)
        if behind and self.sees("dash") and self.peek(1).glued:
            return False  # "Week 4 -2/+2 days": a deviation
        self.at += skip
        return True

    def spans(self, unit_behind: bool = False) -> list[Bounds]:
        """ "4, 8 and 12", "3-6/8": numbers of one unit; one with another unit behind it starts a new part."""
        spans = [self.span()]
        while self.sees("and", "slash"):
            skip = 2 if self.sees("and", ahead=1) else 1  # ", and"
            if not self.starts_number(skip) or (not unit_behind and self.own_unit(skip)):
                break
            self.at += skip
            spans.append(self.span())
        return spans

    def unit_here(self, keep: bool = False) -> Unit | None:
        """The unit at the cursor, stepped over unless it starts a new part ("Day 1") or `keep`."""
        unit = unit_of(self.peek())
        if unit is not None and not keep:
            self.at += 1
        return unit

    def unit_behind(self) -> Unit | None:
        """The unit behind a number, unless it leads a part of its own ("1 Day 2")."""
        unit = unit_of(self.peek())
        if unit is None or (self.starts_number(1) and self.peek().kind != "after" and not self.peek().glued):
            return None
        self.at += 1
        return unit

    def add(self, spans: list[Bounds], unit: Unit) -> None:
        into = self.timing.cycles if unit == "cycle" else self.timing.times
        into.extend(s for low, high in spans if (s := Span(first=low, last=high, unit=unit)) not in into)

    def set_every(self, low: float | None, high: float | None, unit: Unit, step: int) -> bool:
        self.timing.every = Span(first=low, last=high, unit=unit)
        self.at += step
        return True
