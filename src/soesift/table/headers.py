"""Which leading rows of a grid are its header."""

from __future__ import annotations

from soesift.table.signs import has_activity, has_time, is_mark, is_point

MOST = 8


def count_header_rows(grid: list[list[str]]) -> int:
    """Number of leading rows that name visits and times; at least 1 for a grid of two rows or more, else 0.

    A row that says nothing of time is taken in where the next row, still without a mark or an activity, does.
    """
    if len(grid) < 2:
        return 0
    count, row = 0, 0
    while row < min(MOST, len(grid) - 1) and not is_body_row(grid[row], count):
        if is_header_row(grid[row], count):
            count = row + 1
        elif row > count:
            break
        row += 1
    return max(1, count)


def is_body_row(row: list[str], above: int) -> bool:
    """Marks, or an activity name in front of cells that are empty or name no time."""
    data = {text for text in row[1:] if text}
    if any(is_mark(text) for text in data):
        return True
    timed = any(has_time(text) or is_point(text) for text in data)
    return above > 0 and bool(row[0]) and has_activity(row[0]) and not has_time(row[0]) and not timed


def is_header_row(row: list[str], above: int) -> bool:
    """Whether a row, with `above` header rows before it, still belongs to the header.

    A body row has marks, or an activity in front of empty or other cells; a row that is one merged cell is a
    title before the first header row and a category after it.
    """
    data = [text for text in row[1:] if text]
    distinct = set(data)
    if any(is_mark(text) for text in distinct):
        return False
    if not data or distinct == {row[0]}:
        return above == 0
    timed = sum(has_time(text) or is_point(text) for text in distinct) / len(distinct)
    if row[0] and has_activity(row[0]) and not has_time(row[0]) and timed < 0.8 and above:
        return False
    if timed >= 0.5:
        return True
    return above == 0 or (not row[0] and timed > 0)
