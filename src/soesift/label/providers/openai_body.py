"""The body of an OpenAI chat completion, written and read; servers, batch files and LiteLLM share it."""

from __future__ import annotations

from typing import Any

from soesift.label.providers.base import Ask, ProviderError, Reply, TokenLogprob


def request_body(model: str, messages: list[dict[str, str]], how: Ask) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": messages, how.length_field: how.max_tokens}
    if how.send_temperature:
        body["temperature"] = how.temperature
    if how.effort:
        body["reasoning_effort"] = how.effort
    if how.answers:
        body["response_format"] = {"type": "json_schema", "json_schema": answer_schema(how.answers)}
    if how.logprobs:
        body |= {"logprobs": True, "top_logprobs": how.logprobs}
    if how.seed is not None:
        body["seed"] = how.seed
    return body | how.extra


def answer_schema(words: tuple[str, ...]) -> dict[str, Any]:
    """The JSON schema of an answer: one of the label words, and how sure the model says it is, 0 to 100."""
    properties = {"answer": {"type": "string", "enum": list(words)}, "confidence": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["answer", "confidence"]}
    return {"name": "label", "strict": True, "schema": schema | {"additionalProperties": False}}


def read_body(data: Any, raw: str = "") -> Reply:
    """Raises ProviderError("gateway") if `data` is no chat completion."""
    try:
        choice = data["choices"][0]
        message = choice["message"]
        usage = data.get("usage") or {}
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        return Reply(
            text=_text(message.get("content")),
            finish=_text(choice.get("finish_reason")),
            refusal=_text(message.get("refusal")),
            logprobs=_logprobs(choice.get("logprobs")),
            tokens_in=int(usage.get("prompt_tokens") or 0),
            tokens_out=int(usage.get("completion_tokens") or 0),
            tokens_cached=int(cached),
            model=str(data.get("model") or ""),
        )
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError):
        raise ProviderError(f"not a chat completion: {raw[:80]!r}", "gateway", status=200, raw=raw) from None


def _text(value: Any) -> str:
    """`value`, "" for null; raises TypeError for anything else that is no text."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"not text: {value!r}")
    return value or ""


def _logprobs(data: Any) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            _text(item["token"]),
            float(item["logprob"]),
            tuple((_text(top["token"]), float(top["logprob"])) for top in item.get("top_logprobs") or []),
        )
        for item in (data or {}).get("content") or []
    )
