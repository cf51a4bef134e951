"""A cursor over the tokens of a header text: looking ahead, numbers, ranges, units; and what was read so far."""

from __future__ import annotations

import re
from typing import Literal

from soesift.schedule.models import Span, Timing, Unit
from soesift.schedule.tokens import Token, tokens, unit_of

Kind = Literal["visit", "window", "duration", "epoch", "minute", "hour", "day", "week", "month", "year", "cycle"]
LONGEST_BARE = 21  # days of a deviation without its unit or sign, above which it may be a time of its own
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
        self.loose: list[str] = []  # what joins two times and was taken by no rule

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
        value = float(self.peek(-1).value)
        if sign < 0 and value == 0:
            self.unread.append("-0")  # "Month -0": another number was meant
        return sign * value

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
        if self.sees("to") and not self.peek().value.isalpha() and self.sees("end", ahead=1):
            self.at += 1  # "3 →" ends with the row
            return first, None
        if self.sees("open") or (self.sees("plus") and self.peek().glued and not self.sees("number", ahead=1)):
            self.at += 1
            return first, None
        return first, first

    def range_follows(self) -> bool:
        """Step over "to", "-" and a repeated unit if a second number comes: "D-28 to D-1", "-7 d to -1 d"."""
        skip = 1
        if self._same_cycle_again():
            self.at += 4
            return True
        if self._unit_said_twice():
            skip = 2
        elif not self.sees("dash", "to") and self.peek().value not in ("until", "up to") and not self._between():
            return False
        if self.sees("unit", "letter", ahead=skip) and self.starts_number(skip + 1):
            if unit_of(self.peek(skip)) != self._leading_unit():
                return False  # "Cycle 1 - Day 8": two times, no range
            skip += 1
        elif self.sees("visit", ahead=skip) and self.starts_number(skip + 1) and self.sees("visit", ahead=-2):
            skip += 1  # "V3-V9"
        if not self.starts_number(skip):
            return False
        if self.sees("dash") and self.sees("number", ahead=skip) and self._deviates(skip):
            return False
        self.at += skip
        return True

    def _same_cycle_again(self) -> bool:
        """Whether a later day of the same cycle follows: "C1D1 to C1D8"."""
        cycles = self.timing.cycles
        one = len(cycles) == 1 and cycles[0].first == cycles[0].last and not self.timing.times
        if not (one and self.sees("dash", "to") and self.sees("number", ahead=2) and self.sees("number", ahead=4)):
            return False
        units = self._leading_unit(), unit_of(self.peek(1)), unit_of(self.peek(3))
        return units == ("day", "cycle", "day") and float(self.peek(2).value) == cycles[0].first

    def _between(self) -> bool:
        """Whether the cursor is at the "and" of "between Day 8 and Day 15"."""
        return (
            self.sees("and")
            and self.peek().value == "and"
            and any(t.value == "between" for t in self.tokens[: self.at])
        )

    def _deviates(self, at: int) -> bool:
        """Whether the number there is a deviation: "Week 4 -2/+2 days", "Day 15 -1 day to +4 days", "8 -3d"."""
        unit, leading = unit_of(self.peek(at + 1)), self._leading_unit()
        more = at + 2 if unit is not None else at + 1
        signed = self.sees("slash", "and", "to", ahead=more) and self.sees("plus", ahead=more + 1)
        nothing = self.sees("slash", "to", ahead=more) and self.peek(more + 1).value == "0"
        signed = signed or nothing or self.sees("plus", ahead=more)
        smaller = unit is not None and leading is not None and unit != leading and not self.starts_number(at + 2)
        falls = unit is not None and not self.starts_number(at + 2) and self._falls(at)
        spelt = self.sees("slash", ahead=more) and self.sees("plus", ahead=more + 1)  # "14 - 1 / + 3"
        return (signed and self.peek(at).glued) or spelt or smaller or (falls and self.peek(at).glued)

    def _falls(self, at: int) -> bool:
        """Whether the number there is smaller than the one just read: no range runs backwards."""
        first, second = (re.match(r"[\d.]+", self.peek(place).value) for place in (-1, at))
        return first is not None and second is not None and float(second.group()) < float(first.group())

    def _leading_unit(self) -> Unit | None:
        """The unit before the number that was just read: of "Day" in "Day -28"."""
        back = -2
        while self.peek(back).kind in ("dash", "plus", "sign") or self.peek(back).value in ("no", "no.", "number"):
            back -= 1
        return unit_of(self.peek(back))

    def _unit_said_twice(self) -> bool:
        """Whether unit, "to", number and the same unit follow: "-7 d to -1 d"."""
        if not self.sees("after", "unit") or not self.sees("to", ahead=1) or not self.starts_number(2):
            return False
        behind = 4 if self.sees("dash", ahead=2) else 3
        return unit_of(self.peek(behind)) == unit_of(self.peek()) and not self.starts_number(behind + 1)

    def spans(self, unit_behind: bool = False) -> list[Bounds]:
        """ "4, 8 and 12", "3-6/8": numbers of one unit; one with another unit behind it starts a new part."""
        spans = [self.span()]
        while self.sees("and", "slash"):
            skip = 2 if self.sees("and", ahead=1) else 1  # ", and"
            if (spans[-1][0] or 0) > 0 and self.sees("dash", ahead=skip):
                break  # "Week 8; -2/+3": lists rise
            if self.sees("to", "slash", ahead=skip + 1) and self.sees("plus", ahead=skip + 2):
                break  # "Day 15, 0 to +1 days"
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

    def unit_behind_number(self, ahead: int) -> Unit | None:
        """The unit behind the number there, unless that leads a part of its own."""
        unit = unit_of(self.peek(ahead + 1))
        return None if unit is None or self.starts_number(ahead + 2) else unit

    def _signed_both(self, ahead: int) -> bool:
        """Whether a deviation stands there: "90 days -2/+5 days", "90 days -2d/+5d"."""
        more = ahead + 3 if unit_of(self.peek(ahead + 2)) is not None else ahead + 2
        return (
            self.sees("dash", ahead=ahead)
            and self.sees("slash", "and", "to", ahead=more)
            and self.sees("plus", ahead=more + 1)
        )

    def unit_behind(self) -> Unit | None:
        """The unit behind a number, unless it leads a part of its own ("1 Day 2")."""
        unit = unit_of(self.peek())
        numbered = 2 if self.peek(1).value in (":", "#", "no.") else 1  # "Stage 1 Day: 8"
        leads = self.starts_number(numbered) and not self._signed_both(numbered)
        if unit is None or (leads and self.peek().kind != "after" and not self.peek().glued):
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
