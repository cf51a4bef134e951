"""Matching tables that two finders cut differently: same document and page, overlapping boxes, one to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

Box = tuple[float, float, float, float]


class Placed(Protocol):
    """A table with a place; `page` 1-based, `bbox` in points from the top left."""

    @property
    def table_id(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def page(self) -> int | None: ...
    @property
    def bbox(self) -> Box | None: ...


@dataclass(frozen=True)
class Matching:
    """`pairs`: their id -> our id; the rest of both sides in `theirs` and `ours`."""

    pairs: dict[str, str]
    theirs: list[str]
    ours: list[str]


def overlap(a: Box, b: Box) -> tuple[float, float]:
    """(intersection over union, intersection over the smaller box) of two boxes [x0, top, x1, bottom]."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0, 0.0
    shared, one, two = width * height, _area(a), _area(b)
    return shared / (one + two - shared), shared / min(one, two)


def match(theirs: Iterable[Placed], ours: Iterable[Placed], iou: float = 0.5, contained: float = 0.8) -> Matching:
    """Pair tables whose boxes overlap by `iou`, or lie in one another by `contained`; best overlap first."""
    left, right = list(theirs), list(ours)
    on_page: dict[tuple[str, int | None], list[Placed]] = defaultdict(list)
    for table in right:
        on_page[table.document, table.page].append(table)
    scored = []
    for table in left:
        for other in on_page[table.document, table.page]:
            if table.bbox is None or other.bbox is None:
                continue
            union, inside = overlap(table.bbox, other.bbox)
            if union >= iou or inside >= contained:
                scored.append((-union, table.table_id, other.table_id))
    pairs: dict[str, str] = {}
    for _, mine, yours in sorted(scored):
        if mine not in pairs and yours not in pairs.values():
            pairs[mine] = yours
    taken = set(pairs.values())
    lone = [table.table_id for table in left if table.table_id not in pairs]
    return Matching(pairs, lone, [table.table_id for table in right if table.table_id not in taken])


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
