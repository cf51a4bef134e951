"""Answers recorded elsewhere: files of answers and of their tables, matched to ours by place, one to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from soesift.json_lines import model_lines
from soesift.label.ledger import Answer, Ledger
from soesift.label.prompt import Labels, Prompt, sha256
from soesift.label.providers.base import Ask, Reply
from soesift.label.request import Request, parse
from soesift.table.record import TableRecord

Box = tuple[float, float, float, float]

LABELS = Labels(yes=["YES"], no=["NO"], unsure=["UNSURE"])

M = TypeVar("M", bound=BaseModel)


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


class RecordedTable(BaseModel):
    """A table as another finder cut it; empty cells may be null."""

    model_config = ConfigDict(extra="ignore")
    table_id: str
    document: str
    page: int | None = None
    bbox: Box | None = None
    grid: list[list[str | None]] = []


class RecordedAnswer(BaseModel):
    """One answer; `confidence` is spoken, 0 to 100. `sample` tells repeated answers apart."""

    model_config = ConfigDict(extra="ignore")
    table_id: str
    document: str = ""
    page: int | None = None
    view: str
    answer: str
    confidence: float | None = None
    model: str
    sample: int = 0


@dataclass(frozen=True)
class Imported:
    """What an import did. `without_table`: answers to tables missing from the tables file."""

    matching: Matching
    answers: int
    before: int  # already in the ledger
    failures: int  # without a readable label: rows with a reason
    of_unmatched: int  # answers left out because their table matches none of ours
    without_table: int


def read_lines(path: str | Path, model: type[M]) -> list[M]:
    """A JSONL file as models. Raises UsageError naming the line."""
    return list(model_lines(path, model))


def import_answers(
    ledger: Ledger,
    answers: Sequence[RecordedAnswer],
    tables: Sequence[RecordedTable],
    ours: Sequence[TableRecord],
    *,
    iou: float = 0.5,
    contained: float = 0.8,
) -> Imported:
    """Write the answers of all matched tables as rows; importing again adds nothing."""
    matching = match(tables, ours, iou, contained)
    theirs = {table.table_id: table for table in tables}
    mine = {record.table_id: record for record in ours}
    known = [answer for answer in answers if answer.table_id in theirs]
    wanted = [answer for answer in known if answer.table_id in matching.pairs]
    new = failures = 0
    for answer in wanted:
        request = _request(answer, theirs[answer.table_id], mine[matching.pairs[answer.table_id]])
        ledger.add([request])
        if not ledger.open_keys([request.key], attempts=1):
            continue
        parsed = parse(Reply(answer.answer), LABELS)
        failures += parsed.label is None
        new += 1
        row = Answer(request.key, parsed, Reply(answer.answer), source="recorded", confidence=answer.confidence)
        ledger.commit(row)
    lost = len(known) - len(wanted)
    return Imported(matching, new, len(wanted) - new, failures, lost, len(answers) - len(known))


def _request(answer: RecordedAnswer, theirs: RecordedTable, ours: TableRecord) -> Request:
    """A request that stands for the recorded one: its key hashes their table, view, model and sample."""
    content = theirs.model_dump_json()
    digest = sha256(f"recorded\n{answer.view}")
    prompt = Prompt(f"recorded/{answer.view}", answer.view, (), "{{view}}", LABELS, digest)
    key = sha256("\n".join([digest, content, answer.model, str(answer.sample)]))
    place = (ours.table_id, ours.document, ours.page)
    return Request(key, *place, prompt, content, (), answer.model, Ask(), answer.sample)
