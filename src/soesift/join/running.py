"""Running heads and feet that a sample of the document does not show, as those of a few pages laid across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from soesift.document.running_lines import normalise
from soesift.join.footnotes import opens_note
from soesift.table.context import TextLine


@dataclass(frozen=True, slots=True)
class RunningSettings:
    """What makes a line a running one."""

    most: int = 3  # lines of a head or foot. 2 to 4
    apart: float = 1.5  # of the print's size: so far from it stands the text. 1 to 2.5
    least: int = 6  # letters; a shorter line is no evidence. 5 to 12
    step: float = 3.0  # points by which its height may differ from page to page. 1 to 5


DEFAULT = RunningSettings()


def running_lines(pages: Mapping[int, Sequence[TextLine]], settings: RunningSettings = DEFAULT) -> set[int]:
    """Ids of first and last lines of pages, set apart, that come again at the same height of another page.

    Lines that open notes are none: notes may be printed on each page.
    """
    seen: dict[tuple[str, int], dict[int, TextLine]] = {}
    for number, lines in pages.items():
        for line in outermost(lines, settings):
            key = normalise(line.text)
            if len(key) >= settings.least and not opens_note(line):
                seen.setdefault((key, round(line.top / settings.step)), {})[number] = line
    return {id(line) for found in seen.values() if len(found) > 1 for line in found.values()}


def outermost(lines: Sequence[TextLine], settings: RunningSettings = DEFAULT) -> list[TextLine]:
    """The lines at the head and the foot of a page, up to the first wide gap on the way to its middle."""
    ordered = sorted(lines, key=lambda line: line.top)
    found: list[TextLine] = []
    for way in (ordered, ordered[::-1]):
        for count, (line, inner) in enumerate(pairwise(way[: settings.most + 1]), 1):
            if max(inner.top - line.bottom, line.top - inner.bottom) > settings.apart * max(line.size, 6.0):
                found += way[:count]
                break
    return found
