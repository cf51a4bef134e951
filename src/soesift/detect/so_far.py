"""What is found on the pages read by now, told while later ones are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from soesift.detect.reading import Reading
from soesift.join.fragment import Fragment
from soesift.join.group import lift_continuations
from soesift.result.models import Result
from soesift.table.context import TextLine

Lines = dict[int, list[TextLine]]


@dataclass(frozen=True, slots=True)
class SoFarSettings:
    """When what was found is looked at."""

    every: float = 0.5  # seconds between two looks; whoever looks once a second misses none. 0 to 2
    rest: float = 4.0  # times as long as a look took; looks then cost at most a fifth of the reading. 2 to 9


SETTINGS = SoFarSettings()


@dataclass(slots=True)
class SoFar:
    """Judges the fragments of new pages now and then, and tells a result whenever more of them are accepted.

    judged: gives new fragments their probabilities; threshold: from which on one is accepted; decided: makes a result
    of such; tell: hears it. All work is on copies: the result of the whole document is the same with and without it.
    What cannot be judged is left out here, and told when all is read.
    """

    judged: Callable[[list[Fragment], Reading], list[Fragment]]
    threshold: float
    decided: Callable[[list[Fragment], Lines, Reading], Result]
    tell: Callable[[Result], None]
    settings: SoFarSettings = field(default_factory=lambda: SETTINGS)
    _known: list[Fragment] = field(default_factory=list)
    _seen: int = 0  # fragments that were judged
    _told: tuple[int, ...] = ()  # pages that were told
    _next: float = 0.0  # of time.monotonic()

    def __call__(self, fragments: Sequence[Fragment], lines: Lines, reading: Reading) -> None:
        """Look, if it is time: `fragments` and `lines` are those of all pages read by now."""
        begun = time.monotonic()
        if len(fragments) == self._seen or begun < self._next:
            return
        aside = replace(reading, unread=dict(reading.unread), unplaced=[])
        self._known += self.judged([replace(one) for one in fragments[self._seen :]], aside)
        self._seen = len(fragments)
        lifted = [replace(one) for one in self._known]
        lift_continuations(lifted)
        accepted = [one for one in lifted if one.probability >= self.threshold]
        result = self.decided(deepcopy(accepted), lines, aside)  # joining changes what it joins
        pages = tuple(page for table in result.tables for page in table.pages)
        if result.tables and pages != self._told:
            self._told = pages
            self.tell(result)
        done = time.monotonic()
        self._next = done + max(self.settings.every, self.settings.rest * (done - begun))
