"""The LiteLLM adapter against a stand-in module: what it passes on and how it reads errors."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from toys import litellm_or_skip

from soesift.errors import MissingExtra, UsageError
from soesift.label.config import ProviderConfig
from soesift.label.providers.base import Ask, ProviderError, Reply, seconds_to_wait
from soesift.label.providers.choose import open_provider
from soesift.label.providers.litellm import _secrets_of


class RateLimitError(Exception):
    status_code = 429
    response = SimpleNamespace(headers={})
    litellm_response_headers: ClassVar = {"retry-after": "7"}


class Timeout(Exception):
    status_code = 408


class APIConnectionError(Exception):
    status_code = 500


class Answer:
    def model_dump(self) -> dict[str, Any]:
        top = [{"token": "NO", "logprob": -2.0}]
        content = [{"token": "YES", "logprob": -0.1, "top_logprobs": top}]
        message = {"message": {"content": "YES"}, "finish_reason": "stop", "logprobs": {"content": content}}
        return {"choices": [message], "usage": {"prompt_tokens": 5, "completion_tokens": 1}}


def ask(monkeypatch: pytest.MonkeyPatch, reply: Any, key: str = "") -> tuple[Reply, dict[str, Any]]:
    seen: dict[str, Any] = {}

    async def acompletion(**given: Any) -> Any:
        seen.update(given)
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setitem(sys.modules, "litellm", SimpleNamespace(acompletion=acompletion))
    config = ProviderConfig(kind="litellm", model="gemini/toy", base_url="http://127.0.0.1:1", api_key_env=key)
    provider = open_provider(config)

    async def go() -> Reply:
        try:
            return await provider.ask([{"role": "user", "content": "hello"}], Ask(logprobs=3, seed=4))
        finally:
            await provider.close()

    return asyncio.run(go()), seen


@pytest.mark.parametrize(
    ("module", "package"), [("google.auth", "google-auth"), ("boto3", "boto3"), ("some_cloud.login", "some_cloud")]
)
def test_a_missing_package_of_the_provider_ends_the_run_with_its_name(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = APIConnectionError(f"litellm.APIConnectionError: No module named '{module}' Traceback (most recent call ...")
    with pytest.raises(UsageError, match=f"gemini/toy needs a package of its provider: pip install {package}$"):
        ask(monkeypatch, told)


def test_the_request_and_the_reply_are_those_of_a_chat_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    reply, seen = ask(monkeypatch, Answer())
    assert (reply.text, reply.tokens_in, reply.logprobs[0].top) == ("YES", 5, (("NO", -2.0),))
    assert (seen["model"], seen["top_logprobs"], seen["seed"]) == ("gemini/toy", 3, 4)
    assert (seen["num_retries"], seen["api_base"]) == (0, "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("error", "kind", "retry", "wait"),
    [
        (RateLimitError("slow"), "http", True, 7.0),
        (Timeout("late"), "timeout", True, None),
        (APIConnectionError("gone"), "http", True, None),
        (type("AuthenticationError", (Exception,), {"status_code": 401})("key"), "http", False, None),
        (type("BadRequestError", (Exception,), {"status_code": 400})("long"), "http", False, None),
    ],
)
def test_errors_of_all_providers_become_one_kind(
    error: Exception, kind: str, retry: bool, wait: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProviderError) as caught:
        ask(monkeypatch, error)
    assert (caught.value.kind, caught.value.retry, caught.value.retry_after) == (kind, retry, wait)
    assert str(error) in str(caught.value)


@pytest.mark.parametrize("shown", ["key=sk-made/up+0123 is wrong", "GET https://x/?key=sk-made%2Fup%2B0123: 400"])
@pytest.mark.parametrize("variable", ["TOY_KEY", "GEMINI_API_KEY"])
def test_no_key_is_passed_on_with_what_a_provider_says(
    shown: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "sk-made/up+0123")
    key = variable if variable == "TOY_KEY" else ""
    for error in (RateLimitError(shown), Timeout(shown), APIConnectionError(shown)):
        with pytest.raises(ProviderError) as caught:
            ask(monkeypatch, error, key)
        assert "[key]" in str(caught.value)
        assert "0123" not in str(caught.value) + caught.value.raw


def test_an_answer_that_is_none_is_kept_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", "sk-made-up-0123")

    class Odd:
        def model_dump(self) -> dict[str, Any]:
            return {"choices": []}

        def __str__(self) -> str:
            return "used sk-made-up-0123"

    with pytest.raises(ProviderError) as caught:
        ask(monkeypatch, Odd(), "TOY_KEY")
    assert caught.value.raw == "used [key]"


def test_short_and_other_values_are_no_secrets() -> None:
    found = _secrets_of({"TOY": "x", "HOME": "/home/somebody", "A_KEY": "1", "A_TOKEN": "0123456789"}, "TOY")
    assert found == ["x", "0123456789"]


def test_without_the_extra_there_is_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(MissingExtra, match=r"pip install 'soesift\[train\]'"):
        open_provider(ProviderConfig(kind="litellm", model="x"))


ASKS_NOBODY = """
import socket, threading
asked = []
def seen(*arguments, **more):
    asked.append(arguments)
    raise OSError("no network")
socket.getaddrinfo = socket.create_connection = seen
socket.socket.connect = socket.socket.connect_ex = seen
from soesift.label.config import LabelConfig
from soesift.label.plan import price_of
price_of(LabelConfig.model_validate({"provider": {"kind": "litellm", "model": "mistral/some-model"}}))
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join(5)
import sys
print("litellm" in sys.modules, asked)
"""


def test_imported_it_asks_nothing_of_the_network() -> None:
    """A list of prices was fetched in a thread; its failure was told in the middle of what a command said."""
    litellm_or_skip()
    mine = {name: value for name, value in os.environ.items() if not name.startswith("LITELLM")}
    run = subprocess.run([sys.executable, "-c", ASKS_NOBODY], env=mine, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True []", run.stderr


def test_the_detect_path_needs_neither() -> None:
    code = "import soesift, soesift.cli.main, sys; print({'litellm', 'httpx'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize(("header", "seconds"), [("3", 3.0), ("0.5", 0.5), (None, None), ("soon", None), ("-4", 0.0)])
def test_retry_after_in_seconds(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header) == seconds


def test_retry_after_as_a_date() -> None:
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert (seconds_to_wait("Wed, 21 Oct 2099 07:28:00 GMT") or 0) > 1e9
