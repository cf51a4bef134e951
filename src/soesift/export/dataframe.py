"""A table as a pandas DataFrame."""

from __future__ import annotations

from typing import Any

from soesift.errors import MissingExtra
from soesift.export.spans import grid_size, header_count
from soesift.result.models import SoeTable


def to_dataframe(table: SoeTable) -> Any:
    """The joined grid: header rows as column labels, the other rows as data, all of it text.

    One header row gives an Index, several a MultiIndex with one level a row, none the numbers 0, 1, ...
    A label that occurs again gets " (2)", " (3)", ... on its last level: every column can be addressed.
    Raises MissingExtra without pandas.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtra("pandas", "data") from error
    n_columns, n_headers = grid_size(table)[1], header_count(table)
    rows = [[*row, *[""] * (n_columns - len(row))] for row in table.grid]
    labels = unique_labels([tuple(column) for column in zip(*rows[:n_headers], strict=True)])
    columns: Any = range(n_columns)
    if n_headers == 1:
        columns = [label[0] for label in labels]
    elif n_headers > 1:
        columns = pandas.MultiIndex.from_tuples(labels) if labels else None
    return pandas.DataFrame(rows[n_headers:], columns=columns, dtype=object)


def unique_labels(labels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The labels with the later ones of equal ones numbered on their last level."""
    used: set[tuple[str, ...]] = set()
    found: list[tuple[str, ...]] = []
    for label in labels:
        fresh, number = label, 1
        while fresh in used:
            number += 1
            fresh = (*label[:-1], f"{label[-1]} ({number})".strip())
        used.add(fresh)
        found.append(fresh)
    return found
