"""Batch files of providers (OpenAI, Gemini, Anthropic): write the missing requests, read the answers back.

The request's key is the id of its line, so answers find their request in whatever order they come.
OpenAI and Anthropic take at most 64 characters there: exactly the length of a key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from soesift.errors import UsageError
from soesift.files import write_atomically
from soesift.label.ledger import Answer, Ledger
from soesift.label.plan import Price
from soesift.label.prompt import Labels, Message
from soesift.label.providers.base import ProviderError, Reply, TokenLogprob
from soesift.label.providers.http import read_body, request_body
from soesift.label.request import Parsed, Request, parse

Format = Literal["openai", "gemini", "anthropic"]


def write_batch(path: str | Path, requests: Sequence[Request], form: Format) -> int:
    """Write one line a request (distinct keys); returns their number. Anthropic's file is one JSON object."""
    distinct = {request.key: request for request in requests}.values()
    if form != "openai" and any(request.picture for request in distinct):
        raise UsageError(f"batch files for {form} hold no pictures here: take the form openai, or label run")
    lines = [_WRITERS[form](request) for request in distinct]
    if form == "anthropic":
        text = json.dumps({"requests": lines}, ensure_ascii=False)
    else:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_atomically(path, text)
    return len(lines)


def _openai(request: Request) -> dict[str, Any]:
    body = request_body(request.model, request.messages(), request.how)
    return {"custom_id": request.key, "method": "POST", "url": "/v1/chat/completions", "body": body}


def _gemini(request: Request) -> dict[str, Any]:
    system, turns = _split(request.messages())
    names = {"user": "user", "assistant": "model"}
    how = request.how
    config: dict[str, Any] = {"temperature": how.temperature, "maxOutputTokens": how.max_tokens}
    if how.logprobs:
        config |= {"responseLogprobs": True, "logprobs": how.logprobs}
    if how.seed is not None:
        config["seed"] = how.seed
    contents = [{"role": names[turn["role"]], "parts": [{"text": turn["content"]}]} for turn in turns]
    asked = {
        "contents": contents,
        "systemInstruction": {"parts": [{"text": system}]},
        "generationConfig": config,
    }
    return {"key": request.key, "request": asked | how.extra}


def _anthropic(request: Request) -> dict[str, Any]:
    """No log-probabilities there; the unchanging prefix is marked for the prompt cache."""
    system, turns = _split(request.messages())
    how = request.how
    marked = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
    params: dict[str, Any] = {"model": request.model, "max_tokens": how.max_tokens}
    if how.send_temperature:
        params["temperature"] = how.temperature
    return {"custom_id": request.key, "params": params | {"system": marked, "messages": turns} | how.extra}


_WRITERS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "openai": _openai,
    "gemini": _gemini,
    "anthropic": _anthropic,
}


def _split(messages: list[Message]) -> tuple[str, list[Message]]:
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    return system, [message for message in messages if message["role"] != "system"]


@dataclass
class BatchRead:
    """`unknown`: lines whose id is no request of the ledger; `unreadable`: lines not of the format."""

    labelled: int = 0
    failed: int = 0
    before: int = 0
    unknown: int = 0
    unreadable: int = 0


def read_batch(path: str | Path, ledger: Ledger, labels: Labels, form: Format, price: Price | None = None) -> BatchRead:
    """Write each answer of a results file as a row, once; a later batch may answer what failed in an earlier one.

    Raises UsageError if the file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None
    known = {row[0] for row in ledger.db.execute("SELECT key FROM request")}
    labelled = {row[0] for row in ledger.db.execute("SELECT key FROM answer WHERE label NOT NULL")}
    failed = {row[0] for row in ledger.db.execute("SELECT key FROM answer WHERE label IS NULL AND source = ?", (form,))}
    read = BatchRead()
    for line in filter(str.strip, lines):
        try:
            data = json.loads(line)
            key = str(data["key" if form == "gemini" else "custom_id"])
        except (ValueError, KeyError, TypeError):
            read.unreadable += 1
            continue
        if key not in known:
            read.unknown += 1
            continue
        answer = _answer(key, data, labels, form, price)
        is_label = answer.parsed.label is not None
        if key in labelled or (not is_label and key in failed):
            read.before += 1
            continue
        (labelled if is_label else failed).add(key)
        ledger.commit(answer)
        read.labelled += is_label
        read.failed += not is_label
    return read


def _answer(key: str, data: Any, labels: Labels, form: Format, price: Price | None) -> Answer:
    try:
        reply = _READERS[form](data)
        parsed, status = parse(reply, labels), 200
    except ProviderError as error:
        reply, parsed, status = Reply(""), Parsed(failure=error.kind, reason=str(error)), error.status or 0
    cost = None
    if price is not None:
        cost = price.batch * price.cost(reply.tokens_in, reply.tokens_out, reply.tokens_cached)
    return Answer(key, parsed, reply, cost, status=status or None, source=form)


def _read_openai(data: Any) -> Reply:
    response = data.get("response") or {}
    status = response.get("status_code")
    if data.get("error") or status != 200:
        raise ProviderError(f"batch: {json.dumps(data.get('error') or response.get('body'))[:160]}", status=status)
    return read_body(response.get("body"), json.dumps(response.get("body"))[:2000])


def _read_gemini(data: Any) -> Reply:
    """Shape of GenerateContentResponse; a blocked prompt has no candidates but says why."""
    response = data.get("response")
    if not isinstance(response, dict):
        raise ProviderError(f"batch: {json.dumps(data.get('error') or data.get('status'))[:160]}")
    usage = response.get("usageMetadata") or {}
    blocked = (response.get("promptFeedback") or {}).get("blockReason") or ""
    first = (response.get("candidates") or [{}])[0]
    parts = (first.get("content") or {}).get("parts") or []
    return Reply(
        text="".join(part.get("text") or "" for part in parts if not part.get("thought")),
        finish=first.get("finishReason") or "",
        refusal=f"prompt blocked: {blocked}" if blocked else "",
        logprobs=_gemini_logprobs(first.get("logprobsResult") or {}),
        tokens_in=int(usage.get("promptTokenCount") or 0),
        tokens_out=int(usage.get("candidatesTokenCount") or 0) + int(usage.get("thoughtsTokenCount") or 0),
        tokens_cached=int(usage.get("cachedContentTokenCount") or 0),
    )


def _gemini_logprobs(result: Any) -> tuple[TokenLogprob, ...]:
    tops: Iterable[Any] = result.get("topCandidates") or []
    alternatives = [
        tuple((one["token"], float(one["logProbability"])) for one in top.get("candidates") or []) for top in tops
    ]
    chosen = result.get("chosenCandidates") or []
    alternatives += [()] * (len(chosen) - len(alternatives))
    pairs = zip(chosen, alternatives, strict=False)
    return tuple(TokenLogprob(one["token"], float(one["logProbability"]), top) for one, top in pairs)


def _read_anthropic(data: Any) -> Reply:
    result = data.get("result") or {}
    if result.get("type") != "succeeded":
        said = json.dumps(result.get("error") or "")[:160]
        raise ProviderError(f"batch: {result.get('type', 'no result')} {said}")
    message = result["message"]
    usage = message.get("usage") or {}
    cached = int(usage.get("cache_read_input_tokens") or 0)
    fresh = int(usage.get("input_tokens") or 0) + int(usage.get("cache_creation_input_tokens") or 0)
    return Reply(
        text="".join(part.get("text") or "" for part in message.get("content") or []),
        finish=message.get("stop_reason") or "",
        tokens_in=fresh + cached,  # unlike the others, Anthropic counts cached tokens apart
        tokens_out=int(usage.get("output_tokens") or 0),
        tokens_cached=cached,
        model=str(message.get("model") or ""),
    )


_READERS: dict[str, Callable[[Any], Reply]] = {
    "openai": _read_openai,
    "gemini": _read_gemini,
    "anthropic": _read_anthropic,
}
