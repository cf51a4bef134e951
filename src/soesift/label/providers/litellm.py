"""Any provider that LiteLLM knows (Gemini, Vertex AI, Anthropic, Bedrock, Azure, Ollama), imported lazily."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from soesift.errors import MissingExtra, UsageError
from soesift.label.providers.base import Ask, ProviderError, Reply, import_litellm, seconds_to_wait, without
from soesift.label.providers.http import read_body, request_body

if TYPE_CHECKING:
    from soesift.label.config import ProviderConfig

SHORTEST = 8  # characters of a value that is taken for a secret by the name of its variable
_MISSING = re.compile(r"No module named '([\w.]{1,80})'")
LOGINS = {"google": "google-auth", "boto3": "boto3", "botocore": "boto3"}  # top module -> package of some providers
_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)(_ID)?$")


class LiteLLMProvider:
    """Retries, caching and prices of LiteLLM stay off: the run has its own."""

    def __init__(self, config: ProviderConfig) -> None:
        try:
            litellm = import_litellm()
        except ImportError:
            raise MissingExtra("litellm", "train") from None
        litellm.suppress_debug_info = True
        self._litellm = litellm
        self.model = config.model
        self._timeout = config.timeout_s
        self._cache = "claude" in config.model if config.cache_prefix is None else config.cache_prefix
        self._secrets = _secrets_of(os.environ, config.api_key_env)
        self._where: dict[str, Any] = {"api_base": config.base_url} if config.base_url else {}
        if config.headers:
            self._where["extra_headers"] = config.headers
        if config.api_key_env:
            self._where["api_key"] = os.environ.get(config.api_key_env)
            if not self._where["api_key"]:
                raise UsageError(f"environment variable {config.api_key_env} is not set; put the provider's key there")

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply:
        body = request_body(self.model, messages, how)
        if self._cache:
            body["messages"] = cached_prefix(messages)
        try:
            response = await self._litellm.acompletion(
                **body, **self._where, timeout=self._timeout, num_retries=0, max_retries=0, drop_params=True
            )
        except Exception as error:  # noqa: BLE001 - LiteLLM raises each provider's own classes
            self._refuse_missing(str(error))
            raise _as_error(error, self._secrets) from None
        return read_body(response.model_dump(), without(self._secrets, str(response))[:2000])

    def _refuse_missing(self, said: str) -> None:
        """UsageError where LiteLLM lacks a provider's own package: no further request would do better."""
        if found := _MISSING.search(said):
            module = found[1].partition(".")[0]
            raise UsageError(f"{self.model} needs a package of its provider: pip install {LOGINS.get(module, module)}")

    async def close(self) -> None:
        closing = getattr(self._litellm, "close_litellm_async_clients", None)
        if closing is not None:
            await closing()


def cached_prefix(messages: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The messages, the last of the unchanging ones (all but the last) marked for the provider's prompt cache."""
    if len(messages) < 2:
        return list(messages)
    last = messages[-2]
    marked = {"type": "text", "text": last["content"], "cache_control": {"type": "ephemeral"}}
    return [*messages[:-2], {"role": last["role"], "content": [marked]}, messages[-1]]


def _headers_of(error: Exception) -> Any:
    """LiteLLM puts the provider's own headers beside a response that it made up itself."""
    given = getattr(error, "litellm_response_headers", None)
    return given or getattr(getattr(error, "response", None), "headers", None) or {}


def _secrets_of(environment: Mapping[str, str], named: str) -> list[str]:
    """The key that the configuration names, and what LiteLLM may take for one by itself (GEMINI_API_KEY, ...)."""
    return [
        value
        for name, value in environment.items()
        if name == named or (len(value) >= SHORTEST and _SECRET.search(name))
    ]


def _as_error(error: Exception, secrets: list[str]) -> ProviderError:
    status = getattr(error, "status_code", None)
    headers = _headers_of(error)
    said = " ".join(without(secrets, str(error)).split())[:200]
    name = type(error).__name__
    if "Timeout" in name:
        return ProviderError(f"no answer in time: {said}", "timeout", status=408)
    if "APIConnection" in name:
        return ProviderError(f"no connection: {said}")
    wait = seconds_to_wait(headers.get("retry-after"))
    return ProviderError(f"{name}: {said}", status=int(status) if status else None, retry_after=wait)
