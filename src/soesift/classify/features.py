"""What a table looks like, as numbers: marks, planned times, activities, shape, titles, other classes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soesift.document.titles import has_schedule_title
from soesift.table.record import TableRecord
from soesift.table.signs import has_activity, has_time, is_mark, is_point

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
