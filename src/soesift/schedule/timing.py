"""A header text as a typed `Timing`: a small reader over its tokens, from left to right.

"Day 15 ± 3" has a point and a window, "Days -28 to -1" a range, "Cycles 3-6, Day 1" cycles and a day,
"30 (+7) days after last dose" an offset. A bare number takes the unit of its row's label. Numbers that get no
value are returned as unread; plain words ("Period", "safety") are names and no timing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

from soesift.schedule.models import Event, Offset, Relation, Span, Timing, Unit, Window
from soesift.schedule.tokens import Token, clean, tokens, unit_of

Kind = Literal["visit", "window", "duration", "epoch", "minute", "hour", "day", "week", "month", "year", "cycle"]
ORDINAL_WORDS = frozenset({
    "period", "part", "phase", "group", "cohort", "arm", "step", "stage", "dose", "treatment", "dosing", "segment",
    "course", "vaccination", "injection", "infusion", "block", "sequence", "intervention", "session", "follow-up",
    "screening", "appendix", "section", "table", "grade", "type",
})  # fmt: skip
_OFTEN: dict[str, tuple[float, Unit]] = {
    "daily": (1, "day"), "weekly": (1, "week"), "biweekly": (2, "week"), "bi-weekly": (2, "week"),
    "monthly": (1, "month"), "quarterly": (3, "month"), "yearly": (1, "year"), "annually": (1, "year"),
}  # fmt: skip
_STOPS = {"and", "slash", "open_paren", "close_paren", "plusminus", "sign", "plus", "most", "least", "dash"}


class Read(NamedTuple):
    timing: Timing
    unread: list[str]  # figures without a value
    words: list[str]  # plain words


def read_timing(text: str, kind: Kind | None = None) -> Read:
    """The timing of one header cell; `kind` is what its row says of bare numbers ("Week" | 0 | 2 | 4)."""
    shown = clean(text)
    if kind == "visit" and (visit := _visit_only(shown)):
        return Read(Timing(text=shown, visit=visit), [], [])
    reader = _Reader(shown, kind)
    reader.read()
    return Read(reader.timing, reader.unread, reader.words)


def _visit_only(shown: str) -> str | None:
    """The text of a cell of a visit row if it is but a number or code: 3, V3, 2a, 802 - 8XX, X-Y."""
    found = tokens(shown)
    if found and found[0].kind == "visit":
        found = found[1:]
    plain = all(t.kind in ("number", "dash", "slash", "to", "and", "word", "after", "open") for t in found)
    figures = any(map(str.isdigit, shown)) or (len(found) == 3 and found[1].kind == "dash")
    short = all(t.kind != "word" or len(t.text) <= 4 for t in found)
    return shown[found[0].start :] if found and plain and figures and short and len(shown) <= 24 else None


class _Reader:
    """A cursor over the tokens of one text; each method takes what it understands or leaves the cursor alone."""

    def __init__(self, shown: str, kind: Kind | None) -> None:
        self.shown, self.kind = shown, kind
        self.tokens = tokens(shown)
        self.at = 0
        self.depth = 0
        self.timing = Timing(text=shown)
        self.unread: list[str] = []
        self.words: list[str] = []

    def read(self) -> None:
        steps = (
            self._parens, self._cycle_length, self._often, self._window, self._cycle_open, self._relation,
            self._unit_led, self._visit, self._ordinal, self._number_led, self._event,
        )  # fmt: skip
        while self.at < len(self.tokens):
            if not any(step() for step in steps):
                self._leave()

    # looking ahead

    def _peek(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else Token("end", "", "", -1, -1, False)

    def _is(self, *kinds: str, ahead: int = 0) -> bool:
        return self._peek(ahead).kind in kinds

    def _starts_number(self, ahead: int = 0) -> bool:
        if self._is("number", ahead=ahead):
            return True
        if not (self._is("dash", ahead=ahead) and self._is("number", ahead=ahead + 1)):
            return False
        code = self._is("word", ahead=ahead - 1) and self._peek(ahead).glued  # "Week I-8"
        return self._peek(ahead + 1).glued and not code

    # parts

    def _number(self) -> float:
        sign = 1.0
        if self._is("dash"):
            sign, self.at = -1.0, self.at + 1
        self.at += 1
        return sign * float(self._peek(-1).value)

    def _span(self) -> tuple[float | None, float | None]:
        """A number, a range or an open range, the cursor on its first token."""
        if self._is("most", "least"):
            most = self._is("most")
            self.at += 1
            bound = self._number()
            if not most and self._is("and", "to") and self._is("most", ahead=1) and self._starts_number(2):
                self.at += 2  # "≥ 28 and < 35"
                return bound, self._number()
            return (None, bound) if most else (bound, None)
        first = self._number()
        if self._range_follows():
            return first, self._number()
        if self._is("open") or (self._is("plus") and self._peek().glued and not self._is("number", ahead=1)):
            self.at += 1
            return first, None
        return first, first

    def _range_follows(self) -> bool:
        """Step over "to", "-" and a repeated unit if a second number comes: "D-28 to D-1"."""
        if not self._is("dash", "to"):
            return False
        skip = 1
        if self._is("unit", "letter", ahead=skip) and self._starts_number(skip + 1):
            skip += 1
        if not self._starts_number(skip):
            return False
        self.at += skip
        return True

    def _spans(self, unit_behind: bool = False) -> list[tuple[float | None, float | None]]:
        """ "4, 8 and 12", "3-6/8": numbers of one unit; one with another unit behind it starts a new part."""
        spans = [self._span()]
        while self._is("and", "slash"):
            skip = 2 if self._is("and", ahead=1) else 1  # ", and"
            if not self._starts_number(skip) or (not unit_behind and self._own_unit(skip)):
                break
            self.at += skip
            spans.append(self._span())
        return spans

    def _own_unit(self, ahead: int) -> bool:
        """Whether the number there has a unit of its own behind it: "Day 1, 2 h postdose"."""
        ahead += 2 if self._is("dash", ahead=ahead) else 1
        if self._is("dash", "to", ahead=ahead) and self._is("number", ahead=ahead + 1):
            ahead += 2
        return self._is("unit", "after", ahead=ahead) and not self._starts_number(ahead + 1)

    def _parens(self) -> bool:
        if not self._is("open_paren", "close_paren"):
            return False
        self.depth += 1 if self._is("open_paren") else -1
        self.at += 1
        return True

    def _cycle_length(self) -> bool:
        """ "1 cycle = 28 days", "Cycle = 6 weeks = 42 days"."""
        skip = 1 if self._is("number") or self._peek().value == "one" else 0
        if unit_of(self._peek(skip)) != "cycle" or self._peek(skip + 1).value != "=":
            return False
        start, self.at = self.at, self.at + skip + 1
        while self._peek().value == "=" and self._is("number", ahead=1):
            self.at += 1
            low, high = self._span()
            self.at += self._is("dash")
            unit = unit_of(self._peek())
            if unit is None:
                self.at = start
                return False
            self.at += 1
            self.timing.duration = self.timing.duration or Span(first=low, last=high, unit=unit)
        return self.at > start + skip + 1

    def _often(self) -> bool:
        """every 12 weeks, Q4W, every other week, weekly."""
        token = self._peek()
        if token.kind == "often":
            amount, unit = _OFTEN[token.value]
            return self._set_every(amount, amount, unit, 1)
        if token.kind not in ("q", "every"):
            return False
        if self._peek(1).value == "subsequent":
            self.at += 1  # "every subsequent 84 days"
        other = self._peek(1).value in ("other", "second")
        if self._is("number", ahead=1):
            start, self.at = self.at, self.at + 1
            low, high = self._span()
            self.at += self._is("dash")
            unit_at = unit_of(self._peek())
            if unit_at is not None:
                return self._set_every(low, high, unit_at, 1)
            self.at = start
            return False
        unit_after = unit_of(self._peek(2 if other else 1))
        if unit_after is None:
            return False
        return self._set_every(2 if other else 1, 2 if other else 1, unit_after, 3 if other else 2)

    def _set_every(self, low: float | None, high: float | None, unit: Unit, step: int) -> bool:
        self.timing.every = Span(first=low, last=high, unit=unit)
        self.at += step
        return True

    def _window(self) -> bool:
        """±3, (±3 days), +7, (-3/+5 days): a deviation, given a point before it or a window row."""
        before: float | None = None
        after: float | None = None
        start = self.at
        if self._is("plusminus") and self._starts_number(1):
            self.at += 1
            before = after = abs(self._number())
        elif not self._based() and self.kind != "window":
            return False
        else:
            before, after = self._signed()
        if before is None or after is None:
            self.at = start
            return False
        unit = self._unit_here() or (self.timing.window.unit if self.timing.window else None)
        self.timing.window = Window(before=before, after=after, unit=unit)
        return True

    def _signed(self) -> tuple[float | None, float | None]:
        """ "+7", "-3/+5", "-2 to +3", "+3/-2"; (None, None) if it is no deviation."""
        found: dict[str, float] = {}
        paren = self.depth > 0 or self.kind == "window"
        while self._is("plus", "dash") and self._is("number", ahead=1) and self._peek().kind not in found:
            found[self._peek().kind] = float(self._peek(1).value)
            self.at += 2
            more = 1 if self._is("slash", "and", "to") else 0
            if self._unit_here(keep=True) is not None and self._is("slash", "and", "to", ahead=1):
                more = 2
            if self._is("plus", "dash", ahead=more) and self._is("number", ahead=more + 1):
                self.at += more
        again = self._is("to", "dash") and self._starts_number(1)  # "-28 to -1" is a range
        if again or not found or ("plus" not in found and not paren):
            return None, None
        return found.get("dash", 0.0), found.get("plus", 0.0)

    def _based(self) -> bool:
        """Whether a point was read that a deviation can belong to."""
        timing = self.timing
        return bool(timing.times or timing.cycles or timing.offsets or timing.visit or timing.every)

    def _unit_here(self, keep: bool = False) -> Unit | None:
        """The unit at the cursor, stepped over unless it starts a new part ("Day 1") or `keep`."""
        unit = unit_of(self._peek())
        if unit is not None and not keep:
            self.at += 1
        return unit

    def _cycle_open(self) -> bool:
        """ "subsequent cycles", "all following cycles"."""
        if self._peek().value not in ("subsequent", "additional") or unit_of(self._peek(1)) != "cycle":
            return False
        self.timing.cycles.append(Span(first=None, last=None, unit="cycle"))
        self.at += 2
        return True

    def _unit_led(self) -> bool:
        """Day 1; Weeks 4, 8, 12; C1D1; Days 1 and 15."""
        unit = unit_of(self._peek()) if self._is("unit", "letter") else None
        if unit is None:
            return False
        skip = 2 if self._peek(1).value in ("no", "no.", "number", "#") or self._is("dash", ahead=1) else 1
        if skip == 2 and self._is("dash", ahead=1) and self._starts_number(1):
            skip = 1
        bounded = self._is("most", "least", ahead=skip) and self._starts_number(skip + 1)
        if not self._starts_number(skip) and not bounded:
            return False
        self.at += skip
        self._add(self._spans(), unit)
        return True

    def _add(self, spans: list[tuple[float | None, float | None]], unit: Unit) -> None:
        into = self.timing.cycles if unit == "cycle" else self.timing.times
        into.extend(s for low, high in spans if (s := Span(first=low, last=high, unit=unit)) not in into)

    def _visit(self) -> bool:
        """Visit 3, V2a, Visits 2-5."""
        if not self._is("visit"):
            return False
        skip = 2 if self._peek(1).value in ("no", "no.", "number", "#") else 1
        if not self._starts_number(skip):
            return False
        start = self._peek(skip).start
        self.at += skip
        self._spans()
        if self._is("word", "after") and self._peek().glued and len(self._peek().text) <= 2:
            self.at += 1
        self.timing.visit = self.shown[start : self._peek(-1).end]
        return True

    def _ordinal(self) -> bool:
        """ "Period 1", "Follow-up 2": the number belongs to the name."""
        last = self._peek(-1)
        named = last.text.lower().strip(".") in ORDINAL_WORDS or (last.kind.startswith("event") and not self.kind)
        if not (self.at and named and self._is("number")) or self._own_unit(0):
            return False
        self.words.append(self._peek().text)
        self.at += 1
        return True

    def _number_led(self) -> bool:
        """28 days; 30 (+7) days after last dose; 2 h; or a bare number of the row's kind."""
        if not self._starts_number() and not (self._is("most", "least") and self._starts_number(1)):
            return False
        start = self.at
        spans = self._spans(unit_behind=True)
        inner = self._inner_window()
        self.at += self._is("dash") and unit_of(self._peek(1)) is not None
        unit = self._unit_behind()
        if unit is None:
            return self._bare(spans, start, inner)
        if inner is not None:
            self.timing.window = Window(before=inner[0], after=inner[1], unit=unit)
        if self._peek().value.startswith("interval"):  # "at 52-week intervals"
            return self._set_every(*spans[-1], unit, 1)
        if unit == self.kind and not self._is("relative") and not self._pending():
            self._add(spans, unit)
            return True
        for low, high in spans:
            self._offset(Span(first=low, last=high, unit=unit))
        return True

    def _unit_behind(self) -> Unit | None:
        """The unit behind a number, unless it leads a part of its own ("1 Day 2")."""
        unit = unit_of(self._peek())
        if unit is None or (self._starts_number(1) and self._peek().kind != "after" and not self._peek().glued):
            return None
        self.at += 1
        return unit

    def _inner_window(self) -> tuple[float, float] | None:
        """The deviation between a number and its unit: "28 ± 2 days", "30 (+7) days"."""
        start, depth = self.at, self.depth
        if self._is("open_paren"):
            self.at, self.depth = self.at + 1, depth + 1
        before: float | None
        after: float | None
        if self._is("plusminus") and self._is("number", ahead=1):
            self.at += 1
            before = after = self._number()
        else:
            before, after = self._signed()
        closed = self.depth == depth or self._is("close_paren")
        self.at += self.depth > depth and closed
        unit_follows = unit_of(self._peek()) is not None and not self._starts_number(1)
        self.depth = depth
        if before is None or after is None or not closed or not unit_follows:
            self.at = start
            return None
        return before, after

    def _bare(self, spans: list[tuple[float | None, float | None]], start: int, inner: object) -> bool:
        """Numbers without a unit: what the row says they are, else unread."""
        low, high = spans[0]
        printed = self.shown[self.tokens[start].start : self._peek(-1).end]
        if self.kind == "window" and low is not None and len(spans) == 1:
            if low == high and low >= 0:  # "3"
                self.timing.window = Window(before=low, after=low, unit=None)
            else:
                self._add(spans, "day")
        elif self.kind == "visit":
            self.timing.visit = printed
        elif self.kind == "duration":
            self.timing.duration = Span(first=low, last=high, unit="day")
        elif self.kind is not None and self.kind not in ("epoch", "window"):
            self._add(spans, cast(Unit, self.kind))
        elif low is not None and high is not None and low < high <= -1 + 2 * (low < -2) and len(spans) == 1:
            self._add(spans, "day")  # "Screening (-28 to -1)"
        else:
            self.unread.append(printed)
        return True

    # offsets

    def _offset(self, length: Span) -> None:
        """Add a length, counted from the event that follows, or from the one that came before."""
        pending = self._pending()
        if pending is not None:
            pending.length = length  # "predose, 30 min"; "within 28 days": the relation came first
            if pending.relation == "within":
                pending.length = Span(first=None, last=length.last, unit=length.unit)
                pending.relation = None if self._is("relative") else pending.relation
                if self._is("relative"):
                    self._bind(pending)
                elif self._peek().value in ("of", "from"):
                    self.at += 1
                    pending.anchor = self._anchor()
            return
        offset = Offset(length=length)
        self.timing.offsets.append(offset)
        if self._is("relative") and self._peek().value not in ("within", "up to", "until"):
            self._bind(offset)
        elif self._peek().value == "follow_up" and self._peek().text.lower().startswith("post"):
            offset.relation, offset.anchor = "after", "treatment"
        elif self._peek().value == "from":
            self.at += 1
            offset.relation, offset.anchor = "after", self._anchor()

    def _pending(self) -> Offset | None:
        """The relation read just before that waits for its length: "within", "predose,"."""
        last = self.timing.offsets[-1] if self.timing.offsets else None
        return last if last is not None and last.length is None and last.relation is not None else None

    def _relation(self) -> bool:
        """A relation by itself: predose, after last dose, within ..., up to ..."""
        if not self._is("relative"):
            return False
        if self._peek().value in ("within", "until", "up to"):
            self.at += 1
            if self._is("unit", "letter") and self._starts_number(1):
                unit = cast(Unit, unit_of(self._peek()))
                self.at += 1
                low, high = self._span()
                self._add([(None if low == high else low, high)], unit)
            elif self._starts_number():
                self.timing.offsets.append(Offset(relation="within"))
            elif (anchor := self._anchor()) is not None:
                self.timing.offsets.append(Offset(relation="within", anchor=anchor))
            return True
        open_length = self._last_open()
        offset = open_length or Offset()
        start = self.at
        self._bind(offset)
        if offset.anchor is None and open_length is None:
            offset.relation, self.at = None, start
            return False
        if open_length is None:
            self.timing.offsets.append(offset)
        return True

    def _last_open(self) -> Offset | None:
        last = self.timing.offsets[-1] if self.timing.offsets else None
        return last if last is not None and last.length is not None and last.relation is None else None

    def _bind(self, offset: Offset) -> None:
        """Read relation and anchor at the cursor into the offset, and into unbound ones just before it."""
        value = self._peek().value
        relation: Relation = "before" if value.startswith(("pre", "prior", "before")) else "after"
        self.at += 1
        joined = value.removeprefix("pre").removeprefix("post").lstrip("-")
        anchor = joined if value.startswith(("pre", "post")) and joined not in ("", "ceding") else self._anchor()
        for other in [*self.timing.offsets, offset]:
            if other is offset or (other.relation is None and other.length is not None):
                other.relation, other.anchor = relation, anchor

    def _anchor(self) -> str | None:
        """The event's words: up to the next stop, number of a new part, or unit."""
        start = self.at
        while not self._is("end", *_STOPS) and not (self._is("number") and not self._is("unit", ahead=-1)):
            self.at += 1
        if self.at == start:
            return None
        text = self.shown[self.tokens[start].start : self._peek(-1).end].lower()
        return text.removeprefix("the ").removeprefix("of ") or None

    def _event(self) -> bool:
        if not self._is("event"):
            return False
        event = cast(Event, self._peek().value)
        if event not in self.timing.events:
            self.timing.events.append(event)
        name = self._peek().text.lower()
        self.at += 1
        if self._is("plus") and self._is("number", ahead=1):  # "EOI + 1 h"
            start, self.at = self.at, self.at + 1
            low, high = self._span()
            unit = self._unit_behind()
            if unit is None:
                self.at = start
                return True
            length = Span(first=low, last=high, unit=unit)
            self.timing.offsets.append(Offset(length=length, relation="after", anchor=name))
        return True

    def _leave(self) -> None:
        """What no step takes: a figure is unread, a word is a name, a sign is nothing."""
        token = self._peek()
        self.at += 1
        if token.kind == "number":
            self.unread.append(token.text)
        elif token.kind not in ("and", "slash", "dash", "to", "sign", "plus", "plusminus", "open"):
            self.words.append(token.text)
