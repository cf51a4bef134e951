"""Why a table was taken or rejected, in words a reviewer understands."""

from __future__ import annotations

from soesift.classify.features import CLASSES
from soesift.document.title_page import has_schedule_title
from soesift.table.lexicon import has_activity, has_time, is_mark, is_point
from soesift.table.record import TableRecord


def evidence(record: TableRecord) -> list[str]:
    """Signs for a schedule, most telling first."""
    body = record.grid[record.header_rows :]
    marks = sum(is_mark(text) for row in body for text in row[1:])
    times = list(
        dict.fromkeys(t for row in record.grid[: record.header_rows] for t in row[1:] if has_time(t) or is_point(t))
    )
    activities = list(dict.fromkeys(row[0] for row in body if has_activity(row[0])))
    found = []
    if times:
        found.append(f"{len(times)} planned times in the header: {', '.join(t[:24] for t in times[:4])}")
    if marks:
        found.append(f"{marks} marks in the body")
    if activities:
        found.append(f"{len(activities)} rows name activities: {', '.join(a[:32] for a in activities[:3])}")
    if has_schedule_title(record.caption):
        found.append(f"title: {record.caption[:100]}")
    elif has_schedule_title(record.heading):
        found.append(f"heading: {record.heading[:100]}")
    return found


def likely_class(record: TableRecord) -> str:
    """The usual kind of table that is no schedule and whose words are most frequent; else "other"."""
    text = " ".join([record.caption, record.heading, *(t for row in record.grid for t in dict.fromkeys(row))])[:6000]
    words = max(1, len(text.split()))
    scores = {name: len(pattern.findall(text)) / words for name, pattern in CLASSES.items()}
    scores = {n: s + 0.1 * bool(CLASSES[n].search(record.caption)) for n, s in scores.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 0.04 else "other"
