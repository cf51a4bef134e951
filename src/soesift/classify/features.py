"""What a table looks like, as numbers: marks, planned times, activities, shape, titles, other classes.

For the trees also where activities stand against times, and what fills the cells. The linear model does without: a
schedule with text in its cells lies on the wrong side of the one plane that the others need. Trees can ask for a
time beside the rows first and look into the cells then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from soesift.document.title_page import has_schedule_title
from soesift.table.lexicon import has_activity, has_time, is_mark, is_point
from soesift.table.record import TableRecord

_HOURS = re.compile(r"\b(?:pre-?dose|post-?dose|hours?|hrs?|h|min(?:utes?)?|infusion)\b", re.IGNORECASE)
_SAMPLING = re.compile(
    r"\b(?:pharmacokinetic\w*|pk|pharmacodynamic\w*|pd|biomarker\w*|sampl\w+|blood\s+collection|"
    r"immunogenicity|ada|plasma|serum)\b",
    re.IGNORECASE,
)

# words of the classes that are mistaken for schedules
CLASSES: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in {
        "dose_modification": r"dose\s+(?:modif\w+|reduc\w+|adjust\w+|delay\w*|level\w*)|toxicit\w+|"
        r"grade\s*[1-4≥]|hold|withhold|resume|permanently\s+discontinue",
        "dosing_schedule": r"dos(?:e|ing|age)|mg(?:/kg|/m2)?|capsules?|tablets?|route|frequency|"
        r"formulation|manufactur\w+",
        "objectives_endpoints": r"objectives?|endpoints?|estimands?|primary|secondary|exploratory",
        "amendment_excerpt": r"amend\w+|rationale|previous(?:ly)?\s+(?:text|written|read|version)|"
        r"summary\s+of\s+changes?|document\s+history|version\s+history|(?:was|were|been|is)\s+(?:changed|revised|modified|updated|added|deleted|removed)|"
        r"changed?\s+(?:to|from)|changes\s+(?:to|in|from)|revis(?:ed|ion)s?|new\s+(?:text|wording)|original\s+text|"
        r"now\s+reads?|formerly|deleted|justification|strike-?through|as\s+follows",
        "statistical_matrix": r"analys[ie]s|population\w*|sensitivity|power|hazard|sample\s+size|"
        r"censor\w*|statistic\w*|full\s+analysis|per-?protocol|variance",
        "lab_list": r"hemoglobin|haemoglobin|platelets?|creatinine|bilirubin|albumin|sodium|"
        r"potassium|leukocytes|neutrophils|glucose|ALT|AST|calcium",
        "response_criteria": r"complete\s+response|partial\s+response|progressive\s+disease|stable\s+disease|"
        r"lesions?|CR|PR|SD|PD",
        "abbreviations": r"abbreviations?|acronym|definition|glossary|terms?",
        "toc": r"table\s+of\s+contents|\.{6,}|list\s+of\s+(?:tables|figures)",
        "volume": r"volumes?|m[lL]|total\s+blood|tubes?",
        "eligibility": r"criteri(?:a|on)|eligib\w+",
        "crf_worksheet": r"score|never|always|mild|moderate|severe|not\s+at\s+all|circle|questions?|yes|no",
        "contacts": r"address|telephone|fax|e-?mail|signature|name\s+and\s+title|phone|version|date",
    }.items()
}
NAMES = (
    "rows",
    "columns",
    "marks",
    "mark_share",
    "mark_columns",
    "mark_rows",
    "filled_share",
    "short_share",
    "long_share",
    "number_share",
    "cell_length",
    "header_rows",
    "header_time",
    "header_times",
    "header_points",
    "first_column_time",
    "first_column_activity",
    "activities",
    "consent",
    "title_caption",
    "title_heading",
    "title_above",
    "landscape",
    "rotated",
    "borderless",
    "position",
    "width_share",
    "height_share",
    "hours_header",
    "hours_first",
    "sampling_caption",
    "sampling_first",
    "phases",
    "row_name_words",
    "arrows",
    "ocr",
    "amendment_page",
    "contents_page",
    "ruled",
    *(f"{name}_{part}" for name in CLASSES for part in ("grid", "caption")),
)

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


def features(records: Sequence[TableRecord]) -> NDArray[np.float64]:
    """(n, len(NAMES)) features; shares lie in 0..1, counts are log(1 + n)."""
    return np.asarray([_features(record) for record in records], np.float64).reshape(-1, len(NAMES))


def _features(record: TableRecord) -> list[float]:
    grid, header = record.grid, max(1, record.header_rows)
    body = grid[header:] or grid[-1:]
    data = [row[1:] for row in body]
    cells = [text for row in data for text in row]
    filled = [text for text in cells if text]
    first = [row[0] for row in body if row[0]]
    marks = np.array([[is_mark(text) for text in row] for row in data], bool).reshape(len(data), -1)
    head = list(dict.fromkeys(text for row in grid[:header] for text in row[1:] if text))
    timed, points = sum(map(has_time, head)), sum(map(is_point, head))
    every = max(1, len(filled))
    caption, near = f"{record.caption} {record.heading}", record.above[-250:]
    whole = " ".join(dict.fromkeys(text for row in grid for text in row))[:6000]
    words = max(1, len(whole.split()))
    around = f"{record.above} {record.below}"
    page_width, page_height = record.page_size or (612.0, 792.0)
    x0, y0, x1, y1 = record.bbox or (0.0, 0.0, page_width, page_height)
    wide, high = (y1 - y0, x1 - x0) if record.rotation in (90, 270) else (x1 - x0, y1 - y0)
    numbers = {
        "rows": np.log1p(len(grid)),
        "columns": np.log1p(len(grid[0])),
        "marks": np.log1p(marks.sum()),
        "mark_share": marks.sum() / every,
        "mark_columns": marks.any(axis=0).mean() if marks.size else 0.0,
        "mark_rows": marks.any(axis=1).mean() if marks.size else 0.0,
        "filled_share": len(filled) / max(1, len(cells)),
        "short_share": sum(len(t) <= 12 for t in filled) / every,
        "long_share": sum(len(t) > 60 for t in filled) / every,
        "number_share": sum(t.replace(".", "").isdigit() for t in filled) / every,
        "cell_length": np.log1p(sum(map(len, filled)) / every),
        "header_rows": min(header, 6) / 6,
        "header_time": timed / max(1, len(head)),
        "header_times": np.log1p(timed + points),
        "header_points": points / max(1, len(head)),
        "first_column_time": sum(has_time(t) or is_point(t) for t in first) / max(1, len(first)),
        "first_column_activity": sum(map(has_activity, first)) / max(1, len(first)),
        "activities": np.log1p(sum(map(has_activity, first))),
        "consent": float(any("consent" in t.lower() for t in first)),
        "title_caption": float(has_schedule_title(record.caption) or has_schedule_title(" ".join(grid[0])[:200])),
        "title_heading": float(has_schedule_title(record.heading)),
        "title_above": float(has_schedule_title(near)),
        "landscape": float(page_width > page_height),
        "rotated": float(record.rotation != 0),
        "borderless": float("borderless" in record.flags),
        "position": (record.page or 1) / max(1, record.n_pages or 1),
        "width_share": wide / page_width,
        "height_share": high / page_height,
        "hours_header": sum(bool(_HOURS.search(t)) for t in head) / max(1, len(head)),
        "hours_first": sum(bool(_HOURS.search(t)) for t in first) / max(1, len(first)),
        "sampling_caption": float(bool(_SAMPLING.search(record.caption))),
        "sampling_first": sum(bool(_SAMPLING.search(t)) for t in first) / max(1, len(first)),
        "phases": float(_phases(" ".join(head).lower())),
        "row_name_words": np.log1p(sum(len(t.split()) for t in first) / max(1, len(first))),
        "arrows": float(any("→" in t for t in filled)),
        "ocr": float("image_only" in record.flags),
        "amendment_page": min(1.0, 20 * len(CLASSES["amendment_excerpt"].findall(around)) / (30 + len(around.split()))),
        "ruled": record.ruled,
        "contents_page": float(around.count("....") > 5),
    }
    for name, pattern in CLASSES.items():
        numbers[f"{name}_grid"] = min(1.0, 10 * len(pattern.findall(whole)) / words)
        numbers[f"{name}_caption"] = float(bool(pattern.search(caption)))
    return [float(numbers[name]) for name in NAMES]


def _phases(head: str) -> int:
    """How many of screening, treatment and follow-up the header names, 0 to 3."""
    return sum(
        any(word in head for word in words)
        for words in (
            ("screen", "baseline", "pre-treat", "run-in", "enrol"),
            ("treat", "cycle", "double", "dosing", "intervention", "week", "day", "maintenance", "period"),
            ("follow", "end of", "termination", "eot", "eos", "discharge", "final", "post-"),
        )
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
