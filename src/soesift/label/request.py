"""What is asked: one request for each table, view and sample, keyed by content alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from soesift.errors import UsageError
from soesift.json_lines import model_lines
from soesift.label.config import LabelConfig
from soesift.label.prompt import Message, Prompt, load_task, prompt_for, sha256
from soesift.label.providers.base import Ask
from soesift.table.record import TableRecord
from soesift.view import View, render
from soesift.view.picture import NAME as PICTURE
from soesift.view.picture import Picture, picture_of


@dataclass(frozen=True)
class Request:
    """`key` hashes prompt, view text, model, sampling and sample index: never concurrency or timeouts."""

    key: str
    table_id: str
    document: str
    page: int | None
    prompt: Prompt
    text: str
    left_out: tuple[str, ...]
    model: str
    how: Ask
    sample: int
    picture: Picture | None = None  # of the view `picture`: `text` names it

    @property
    def view_hash(self) -> str:
        return sha256(self.text)

    def messages(self) -> list[Message]:
        """The turns; a picture is drawn here. Raises DocumentError for a page that cannot be drawn."""
        return self.prompt.messages(self.text, self.picture.address() if self.picture else "")


def request_key(prompt_hash: str, text: str, model: str, how: Ask, sample: int) -> str:
    """64 hex digits; also the `custom_id` of batch files."""
    parts = [prompt_hash, sha256(text), model, sampling_json(how), str(sample)]
    return sha256("\n".join(parts))


def sampling_json(how: Ask) -> str:
    """What is at its default since it was added is left out, so that keys of older ledgers stay."""
    given, plain = asdict(how), asdict(Ask())
    late = ("length_field", "send_temperature", "effort", "answers")
    kept = {name: value for name, value in given.items() if name not in late or value != plain[name]}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def build_requests(records: Iterable[TableRecord], config: LabelConfig, logprobs: bool) -> Iterator[Request]:
    """Requests in the order of `records`; tables of equal text share a key, so they are asked about once.

    Tables without a page (Word) are not asked about in the view `picture`. Raises UsageError: their PDF is not there.
    """
    task, budget = load_task(config.task), config.views.budget()
    asks = config.asks(logprobs, task.labels.asked())
    prompts = {name: prompt_for(name, task, config.views.prompts.get(name)) for name in config.views.names}
    model = config.provider.model
    for record in records:
        for name, prompt in prompts.items():
            picture = picture_of(record, Path(config.views.documents)) if name == PICTURE else None
            if name == PICTURE and picture is None:
                continue
            view = View(picture.text) if picture else render(name, record, budget)
            for sample, how in enumerate(asks):
                key = request_key(prompt.hash, view.text, model, how, sample)
                place = (record.table_id, record.document, record.page)
                yield Request(key, *place, prompt, view.text, tuple(view.left_out), model, how, sample, picture)


def read_tables(path: str | Path) -> tuple[list[TableRecord], list[str]]:
    """Table records of a JSONL file, and what is wrong with each unreadable line. Raises UsageError."""
    wrong: list[str] = []
    records = list(model_lines(path, TableRecord, wrong.append, "; give the JSONL that `soesift tables` writes"))
    if not records:
        raise UsageError(f"{path}: no table in it" + (f"; first mistake: {wrong[0]}" if wrong else ""))
    return records, wrong
