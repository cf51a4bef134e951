"""Any OpenAI-compatible server over HTTP: llama.cpp, vLLM, Ollama or a hosted one, with log-probabilities."""

from __future__ import annotations

import json
import os
import ssl
from typing import TYPE_CHECKING, Any

from soesift.errors import UsageError
from soesift.label.providers.base import Ask, ProviderError, Reply, TokenLogprob, seconds_to_wait, without

if TYPE_CHECKING:
    import httpx

    from soesift.label.config import ProviderConfig


# The body of an OpenAI chat completion, written and read; servers, batch files and LiteLLM share it.


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


class HttpProvider:
    """One object a run; connections stay open between requests.

    Each lane is a client with one connection: a shared pool looks through all its connections on every
    request, which at 32 of them costs more than the request itself.
    """

    def __init__(self, config: ProviderConfig) -> None:
        import httpx

        self._httpx = httpx
        self.model = config.model
        base = config.base_url or "https://api.openai.com/v1"
        self._url = base.rstrip("/") + "/chat/completions"
        self._headers, self._timeout = _headers(config), config.timeout_s
        self._tls: ssl.SSLContext | bool = httpx.create_ssl_context() if base.startswith("https") else False
        self._lanes: list[httpx.AsyncClient] = []
        self._free: list[httpx.AsyncClient] = []

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply:
        body = json.dumps(request_body(self.model, messages, how), ensure_ascii=False)
        lane = self._free.pop() if self._free else self._new_lane()
        try:
            response = await lane.post(self._url, content=body.encode("utf-8", "replace"))
        except self._httpx.TimeoutException as error:
            raise ProviderError(f"{self._url}: no answer in time ({type(error).__name__})", "timeout") from None
        except self._httpx.HTTPError as error:
            raise ProviderError(f"{self._url}: {type(error).__name__}: {error}") from None
        finally:
            self._free.append(lane)
        return self._read(response)

    def _new_lane(self) -> httpx.AsyncClient:
        client = self._httpx.AsyncClient(
            headers=self._headers,
            timeout=self._timeout,
            verify=self._tls,
            limits=self._httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60),
        )
        self._lanes.append(client)
        return client

    def _read(self, response: httpx.Response) -> Reply:
        text = self._without_key(response.text)
        if response.status_code != 200:
            wait = seconds_to_wait(response.headers.get("retry-after"))
            said = " ".join(text.split())[:160]
            message = f"{self._url}: status {response.status_code}: {said}"
            raise ProviderError(message, status=response.status_code, retry_after=wait, raw=text[:2000])
        try:
            data = json.loads(response.content)
        except (ValueError, RecursionError):
            said = " ".join(text.split())[:80]
            message = f"{self._url}: the answer is not JSON: {said}"
            raise ProviderError(message, "gateway", status=200, raw=text[:2000]) from None
        return read_body(data, text[:2000])

    def _without_key(self, text: str) -> str:
        """`text` without the key, which some gateways show in their refusals."""
        return without([self._headers.get("authorization", "").removeprefix("Bearer ")], text)

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.aclose()


def _headers(config: ProviderConfig) -> dict[str, str]:
    headers = {"content-type": "application/json", **config.headers}
    if config.api_key_env:
        key = os.environ.get(config.api_key_env)
        if not key:
            raise UsageError(f"environment variable {config.api_key_env} is not set; put the provider's key there")
        headers["authorization"] = f"Bearer {key}"
    return headers
