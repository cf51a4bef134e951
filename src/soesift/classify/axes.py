"""Where activities stand against times in a table, and what fills the cells: numbers for the trees beside `features`.

The linear model does without them: a schedule with text in its cells lies on the wrong side of the one plane that the
others need. Trees can ask for a time beside the rows first and look into the cells then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from soesift.table.record import TableRecord
from soesift.table.signs import has_activity, has_time, is_point

# what is measured, asked or done, beyond the words of `signs.has_activity`: academic protocols list it inside cells
_MEASURE = re.compile(
    r"\b(?:consent\w*|random\w+|questionnaires?|scales?|scor(?:e|es|ing)|tests?|sampl(?:e|es|ing)|scans?|x-?rays?|ultraso\w+|"
    r"radiogra\w+|interviews?|histor(?:y|ies)|exam\w*|measure\w*|assess\w*|evaluat\w+|blood|urine|saliva|serum|weight|height|"
    r"pain|quality\s+of\s+life|demograph\w+|adverse|complications?|medications?|diar(?:y|ies)|photo\w*|swabs?|telephone|"
    r"phone\s+call|sessions?|training|survey|recording|vas|sf-?36|index|inventory|records?|allocation|enrol\w+|treatment|"
    r"intervention|surgery|vaccin\w+|biops\w+|spirometry|strength|balance|sleep|mobility|range\s+of\s+motion|function\w*)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"^\W*(?:days?\s*)?[<>≤≥]?\s*-?\d+\s*(?:to|through|and|[-–−,])+\s*(?:days?\s*)?[<>≤≥]?\s*-?\d+\W*$|^[<>≤≥]\s*-?\d+$",
    re.IGNORECASE,
)
_MASK = re.compile(  # xx.x (x.xx) of a shell
    r"^[(\[<]?[x0]{1,4}(?:\.[x0]+)?%?(?:\s*[(,/;–-]+\s*[x0]{1,4}(?:\.[x0]+)?%?\)?)*[)\]]?$"
)
_SHELL = re.compile(r"\.x|xx", re.IGNORECASE)
_WINDOW_HEAD = re.compile(
    r"\b(?:windows?|target|nominal|intervals?|(?:lower|upper)\s*(?:limit|bound)?|planned|relative|avisitn?|deviation|"
    r"analysis)\b",
    re.IGNORECASE,
)
_STATISTIC = re.compile(
    r"^(?:n|n\s*\(%\)|mean.*|median.*|sd|std.*|min.*|max.*|q1.*|q3.*|95\s?%.*|p-?value.*|ls\s?mean.*|missing|statistics?|"
    r"geometric.*|cv.*|ci|se|range)$",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"\b(?:recruitment|ethic\w*|database|publications?|contracts?|milestones?|manuscript|budget|site\s+initiation|"
    r"work\s*packages?|dissemination|drug\s+supply|training\s+of\s+staff|data\s+(?:entry|lock|management))\b",
    re.IGNORECASE,
)
_PROGRAMME = re.compile(
    r"\b(?:\d+\s*[x×]\s*\d+|sets?|rep(?:s|etitions?)|homework|worksheets?|handouts?|modules?|topics?|stretch\w+|squats?|"
    r"warm-?\s?up|cool-?\s?down|exercises?|coping|goals?|relapse)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(r"^[<>=p\s]*-?\d+(?:[.,]\d+)?\s*(?:[(±%\[].*)?$", re.IGNORECASE)
_BLANK = re.compile(r"_{2,}|^[\[(]\s*[\])]$|□|☐")

AXES = (
    "cell_activity",
    "head_activity",
    "first_measure",
    "times_over_activities",
    "times_beside_activities",
    "times_and_activities",
    "time_rows",
    "ranges",
    "masks",
    "window_head",
    "statistics",
    "project",
    "programme",
    "results",
    "blanks",
)


def axes(records: Sequence[TableRecord]) -> NDArray[np.float64]:
    """(n, len(AXES)): shares in 0..1, `time_rows` log(1 + n)."""
    return np.asarray([_axes(record) for record in records], np.float64).reshape(-1, len(AXES))


def _axes(record: TableRecord) -> list[float]:
    grid, header = record.grid, max(1, record.header_rows)
    body = grid[header:] or grid[-1:]
    filled = [text for row in body for text in row[1:] if text]
    first = [row[0] for row in body if row[0]]
    head = list(dict.fromkeys(text for row in grid[:header] for text in row[1:] if text))
    over = share(head, is_time)
    within = share(filled, lambda t: len(t) > 3 and is_measure(t))
    above, beside, before = share(head, is_measure), share(first, is_measure), share(first, is_time)
    numbers = {
        "cell_activity": within,
        "head_activity": above,
        "first_measure": beside,
        "times_over_activities": over * within,
        "times_beside_activities": before * max(within, above),
        "times_and_activities": over * beside,
        "time_rows": float(np.log1p(sum(map(is_time, first)))),
        "ranges": share(filled, lambda t: _RANGE.match(t) is not None),
        "masks": share(filled, lambda t: _SHELL.search(t) is not None and _MASK.match(t) is not None),
        "window_head": share([grid[0][0], *head] if grid[0] else head, lambda t: _WINDOW_HEAD.search(t) is not None),
        "statistics": share([*head, *first, *filled], lambda t: _STATISTIC.match(t) is not None),
        "project": share(first, lambda t: _PROJECT.search(t) is not None),
        "programme": share(filled, lambda t: _PROGRAMME.search(t) is not None),
        "results": share(filled, lambda t: _RESULT.match(t) is not None),
        "blanks": share(filled, lambda t: _BLANK.search(t) is not None),
    }
    return [numbers[name] for name in AXES]


def is_time(text: str) -> bool:
    return has_time(text) or is_point(text)


def is_measure(text: str) -> bool:
    """Whether a text names something measured, asked or done."""
    return _MEASURE.search(text[:200]) is not None or has_activity(text)


def share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    """Share of the texts for which it holds; 0 of none."""
    return sum(map(holds, texts)) / max(1, len(texts))
