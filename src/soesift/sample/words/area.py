"""What a therapeutic area is to the generator: its visits, activities and their marks."""

from __future__ import annotations

from dataclasses import dataclass

Special = tuple[tuple[str, ...], str, str]  # synonyms of an activity, pattern of its marks, category


@dataclass(frozen=True, slots=True)
class Area:
    """`scheme` names the calendar in `columns.py`; `special` are activities seen only in this area."""

    name: str
    indications: tuple[str, ...]
    population: str
    drug_stems: tuple[str, ...]
    doses: tuple[str, ...]
    route: str
    comparator: str
    schemes: tuple[str, ...]
    primary: str
    secondary: tuple[str, ...]
    special: tuple[Special, ...]
