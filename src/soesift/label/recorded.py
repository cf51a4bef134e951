"""Answers recorded elsewhere: files of answers and of their tables, matched to ours by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from soesift.json_lines import model_lines
from soesift.label.answer import parse
from soesift.label.ledger import Answer, Ledger
from soesift.label.overlap import Box, Matching, match
from soesift.label.prompt import Labels, Prompt, sha256
from soesift.label.providers.base import Ask, Reply
from soesift.label.request import Request
from soesift.table.record import TableRecord

LABELS = Labels(yes=["YES"], no=["NO"], unsure=["UNSURE"])


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


M = TypeVar("M", bound=BaseModel)


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
