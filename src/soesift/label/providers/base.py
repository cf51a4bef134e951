"""The interface of a teacher: messages and sampling in, a `Reply` out, or a `ProviderError`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol
from urllib.parse import quote

from soesift.errors import SoesiftError


@dataclass(frozen=True)
class Ask:
    """How one answer is sampled; part of the cache key. `logprobs`: alternatives asked for, 0 for none."""

    temperature: float = 0.0
    max_tokens: int = 8
    logprobs: int = 0
    seed: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)  # passed to the provider as it is
    length_field: str = "max_tokens"  # or max_completion_tokens, as reasoning models of OpenAI want it
    send_temperature: bool = True
    effort: str = ""  # reasoning_effort, where the model has one
    answers: tuple[str, ...] = ()  # words of a structured answer (JSON schema) with a spoken confidence; (): free text


@dataclass(frozen=True)
class TokenLogprob:
    """One answer token: natural-log probability, and alternatives as (token, log-probability)."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Reply:
    """What a provider said. `finish` is its own word ("stop", "length", ...); tokens 0: not told."""

    text: str
    finish: str = ""
    refusal: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    model: str = ""


class ProviderError(SoesiftError):
    """No reply. `kind` becomes the failure of the row; `retry_after` in seconds where the server said so.

    kind gateway: status 200, but not from the model (an error page, half a body): asked again, and no attempt is used.
    overloaded: fewer requests are wanted (429, 5xx, timeout). fatal: every other request would fail too.
    """

    def __init__(
        self,
        message: str,
        kind: Literal["http", "timeout", "gateway"] = "http",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        raw: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.raw = raw
        self.fatal = status in (401, 402, 403, 404)
        self.retry = kind in ("timeout", "gateway") or status is None or status in (408, 409, 425, 429) or status >= 500
        self.overloaded = kind == "timeout" or status is None or status in (408, 429) or status >= 500


class Provider(Protocol):
    """A teacher. `ask` may be called concurrently; raises ProviderError."""

    model: str

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply: ...

    async def close(self) -> None: ...


def seconds_to_wait(header: str | None) -> float | None:
    """Value of a Retry-After header (seconds or a date) in seconds; None if absent or unreadable."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def without(secrets: Iterable[str], text: str) -> str:
    """`text` with "[key]" in place of each secret, plain or as in an address: it would be printed and kept."""
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "[key]")
    return text


# LiteLLM fetches lists of prices and the like by itself, also later and in a thread, unless told not to at import.
STAY_HERE = ("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_OFFLINE_MODE")


def import_litellm() -> Any:
    """The package, imported so that it asks nothing of the network but what a request sends; ImportError without it."""
    for name in STAY_HERE:
        os.environ.setdefault(name, "True")
    return importlib.import_module("litellm")
