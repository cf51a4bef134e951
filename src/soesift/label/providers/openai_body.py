"""The body of an OpenAI chat completion, written and read; servers, batch files and LiteLLM share it."""

from __future__ import annotations

from typing import Any

from soesift.label.providers.base import Ask, ProviderError, Reply, TokenLogprob


def request_body(model: str, messages: list[dict[str, str]], how: Ask) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": messages, "max_tokens": how.max_tokens}
    body["temperature"] = how.temperature
    if how.logprobs:
        body |= {"logprobs": True, "top_logprobs": how.logprobs}
    if how.seed is not None:
        body["seed"] = how.seed
    return body | how.extra


def read_body(data: Any, raw: str = "") -> Reply:
    """Raises ProviderError("unparsable") if `data` is no chat completion."""
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
        raise ProviderError(f"not a chat completion: {raw[:80]!r}", "unparsable", status=200, raw=raw) from None


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
