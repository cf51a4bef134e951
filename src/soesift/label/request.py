"""What is asked: one request for each table, view and sample, keyed by content alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from soesift.errors import UsageError
from soesift.json_lines import model_lines
from soesift.label.config import LabelConfig
from soesift.label.prompt import Label, Labels, Message, Prompt, load_task, prompt_for, sha256
from soesift.label.providers.base import Ask, Reply
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


# From a reply to a label, or to a typed failure with its reason. Nothing is guessed.

Failure = Literal["refusal", "truncated", "off_label", "unparsable", "http", "timeout", "gateway"]
CONTENT_FAILURES = (
    "refusal",
    "truncated",
    "off_label",
    "unparsable",
)  # the model's; http, timeout and gateway are not

_REFUSED = {"content_filter", "refusal", "safety", "blocklist", "prohibited_content", "recitation", "spii"}
_CUT = {"length", "max_tokens", "model_context_window_exceeded"}
_ENDS = r"(?=\W*$|\s*[.,;:!)\]}*_\"'`\n–—-])"  # so that "No table here, but ..." is no NO
_DECLINES = re.compile(
    r"\b(i(?: a|')?m sorry|i can(?:no|')?t|i cannot|i am unable|i'm unable|i won't|as an ai)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Parsed:
    """Exactly one of `label` and `failure`; `token` is the index of the label's first token."""

    label: Label | None = None
    failure: Failure | None = None
    reason: str = ""
    token: int | None = None
    confidence: float | None = None  # as spoken in a structured answer, 0 to 100


def parse(reply: Reply, labels: Labels) -> Parsed:
    """Read the label from `reply`: the word alone, "Answer: YES", JSON, or words around it."""
    if reply.refusal or reply.finish.lower() in _REFUSED:
        return Parsed(failure="refusal", reason=reply.refusal or f"stopped by the provider: {reply.finish}")
    text = _without_thoughts(reply.text)
    found = _labels_in(text, labels)
    if len(found) == 1:
        word, label = found.popitem()
        return Parsed(label=label, token=_token_of(word, reply), confidence=_spoken(text))
    return _failed(text, reply.finish.lower(), sorted(found))


def _failed(text: str, finish: str, found: list[str]) -> Parsed:
    short = " ".join(text.split())[:80]
    if found:
        return Parsed(failure="unparsable", reason=f"more than one label ({', '.join(found)}): {short}")
    if _DECLINES.search(text.replace("’", "'")):
        return Parsed(failure="refusal", reason=short)
    if finish in _CUT:
        return Parsed(failure="truncated", reason=f"cut before a label: {short}" if short else "cut before any text")
    if not short:
        return Parsed(failure="unparsable", reason="empty answer")
    return Parsed(failure="off_label", reason=f"no label in: {short}")


def _labels_in(text: str, labels: Labels) -> dict[str, Label]:
    """Label words at the surest place that has any: JSON, start, "answer: ...", as printed anywhere."""
    words = labels.words()
    by_name = {word.casefold(): label for word, label in words.items()}
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    said = _json_answer(text)
    start = re.match(rf"\W*(?:(?:final )?(?:answer|label)\W+)?({either})\b{_ENDS}", said or text, re.IGNORECASE)
    if start:
        return {start[1]: by_name[start[1].casefold()]}
    named = re.findall(rf"\b(?:answer|label)(?: is)?\W{{1,6}}({either})\b", text, re.IGNORECASE)
    printed = named or re.findall(rf"\b({either})\b", text)
    return {word: by_name[word.casefold()] for word in {word.casefold(): word for word in printed}.values()}


def _json_answer(text: str) -> str | None:
    try:
        data = json.loads(text.strip().removeprefix("```json").strip("`\n "))
    except (ValueError, RecursionError):  # thousands of brackets
        return None
    if not isinstance(data, dict):
        return None
    return next((str(data[key]) for key in ("answer", "label", "Answer", "Label") if key in data), None)


def _spoken(text: str) -> float | None:
    """The confidence of a JSON answer, 0 to 100; None without one. A share of 1 or less is read as such."""
    try:
        said = json.loads(text.strip().removeprefix("```json").strip("`\n "))["confidence"]
        value = float(said) * (100 if isinstance(said, float) and said <= 1 else 1)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if 0 <= value <= 100 else None


def _without_thoughts(text: str) -> str:
    """Text after a reasoning block; an unclosed block is all thought, so no answer."""
    return re.sub(r"<think>.*?(</think>|\Z)", "", text, flags=re.DOTALL)


def _token_of(word: str, reply: Reply) -> int | None:
    """Index of the token in which `word` starts (after any thoughts); None without tokens."""
    joined = "".join(token.token for token in reply.logprobs)
    closed = joined.rfind("</think>")
    match = re.search(rf"\b{re.escape(word)}\b", joined[closed + 1 :])
    if match is None:
        return None
    place, end = match.start() + closed + 1, 0
    for index, token in enumerate(reply.logprobs):
        end += len(token.token)
        if end > place:
            return index
    return None
