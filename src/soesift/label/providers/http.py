"""Any OpenAI-compatible server over HTTP: llama.cpp, vLLM, Ollama or a hosted one, with log-probabilities."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from soesift.errors import MissingExtra, UsageError
from soesift.label.providers.base import Ask, ProviderError, Reply, seconds_to_wait
from soesift.label.providers.openai_body import read_body, request_body

if TYPE_CHECKING:
    from soesift.label.config import ProviderConfig


class HttpProvider:
    """Keeps its connections open between requests; one object a run."""

    def __init__(self, config: ProviderConfig) -> None:
        try:
            import httpx
        except ImportError:
            raise MissingExtra("httpx", "label") from None
        self._httpx = httpx
        self.model = config.model
        base = config.base_url or "https://api.openai.com/v1"
        self._url = base.rstrip("/") + "/chat/completions"
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=256)
        self._client = httpx.AsyncClient(headers=_headers(config), timeout=config.timeout_s, limits=limits)

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply:
        body = json.dumps(request_body(self.model, messages, how), ensure_ascii=False)
        try:
            response = await self._client.post(self._url, content=body.encode("utf-8", "replace"))
        except self._httpx.TimeoutException as error:
            raise ProviderError(
                f"{self._url}: no answer in time ({type(error).__name__})", "timeout"
            ) from None
        except self._httpx.HTTPError as error:
            raise ProviderError(f"{self._url}: {type(error).__name__}: {error}") from None
        if response.status_code != 200:
            wait = seconds_to_wait(response.headers.get("retry-after"))
            said = " ".join(response.text.split())[:160]
            message = f"{self._url}: status {response.status_code}: {said}"
            raise ProviderError(
                message, status=response.status_code, retry_after=wait, raw=response.text[:2000]
            )
        try:
            data = json.loads(response.content)
        except ValueError:
            said = " ".join(response.text.split())[:80]
            message = f"{self._url}: the answer is not JSON: {said}"
            raise ProviderError(message, "unparsable", status=200, raw=response.text[:2000]) from None
        return read_body(data, response.text[:2000])

    async def close(self) -> None:
        await self._client.aclose()


def _headers(config: ProviderConfig) -> dict[str, str]:
    headers = {"content-type": "application/json", **config.headers}
    if config.api_key_env:
        key = os.environ.get(config.api_key_env)
        if not key:
            raise UsageError(
                f"environment variable {config.api_key_env} is not set; put the provider's key there"
            )
        headers["authorization"] = f"Bearer {key}"
    return headers
