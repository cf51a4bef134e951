"""Today's APIs in their own shapes on a loopback server, with the shipped examples; faults that stop a run early."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, completion
from toys import config, litellm_or_skip, toys

from soesift.cli.label import exit_code
from soesift.config import load_toml
from soesift.label.config import LabelConfig
from soesift.label.ledger import Ledger
from soesift.label.prompt import load_task
from soesift.label.providers.base import Ask
from soesift.label.providers.choose import open_provider
from soesift.label.providers.litellm import cached_prefix
from soesift.label.report import StoredAnswer, stored_answers
from soesift.label.request import build_requests, sampling_json
from soesift.label.run import Outcome, again, label_tables
from soesift.select.from_ledger import belief_of
from soesift.table.record import TableRecord


def run(records: list[TableRecord], how: LabelConfig, path: Path) -> tuple[Outcome, list[StoredAnswer]]:
    """One run on a ledger; its outcome and the answers."""

    async def go() -> Outcome:
        provider = open_provider(how.provider)
        try:
            return await label_tables(records, how, ledger, provider)
        finally:
            await provider.close()

    ledger = Ledger(path)
    try:
        return asyncio.run(go()), stored_answers(ledger)
    finally:
        ledger.close()


EXAMPLES = Path(str(files("soesift.label"))) / "examples"
SAYS = '{"answer": "NO", "confidence": 80}'


def in_its_shape(number: int, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Gemini's, Bedrock's, Anthropic's or OpenAI's reply, by the request's own shape."""
    if "contents" in body:
        parts = [{"text": "let me think", "thought": True}, {"text": SAYS}]
        candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 900, "candidatesTokenCount": 9, "thoughtsTokenCount": 300, "totalTokenCount": 1209}
        return 200, {}, json.dumps({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "g"}).encode()
    if "inferenceConfig" in body:  # Bedrock's Converse
        said = {"message": {"role": "assistant", "content": [{"text": "NO"}]}}
        counts = {"inputTokens": 900, "outputTokens": 1, "totalTokens": 901}
        told = {"output": said, "stopReason": "end_turn", "usage": counts, "metrics": {"latencyMs": 9}}
        return 200, {}, json.dumps(told).encode()
    if "system" in body or "tools" in body or body.get("model", "").startswith("claude"):
        tools = body.get("tools")
        use = {"type": "tool_use", "id": "t1", "name": "json_tool_call", "input": json.loads(SAYS)}
        content = [use] if tools else [{"type": "text", "text": SAYS}]
        said = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": content}
        usage = {
            "input_tokens": 20,
            "output_tokens": 9,
            "cache_read_input_tokens": 880,
            "cache_creation_input_tokens": 0,
        }
        return 200, {}, json.dumps(said | {"stop_reason": "end_turn", "stop_sequence": None, "usage": usage}).encode()
    reasons = "max_completion_tokens" in body
    if reasons and ("temperature" in body or "max_tokens" in body):
        return 400, {}, b'{"error": {"message": "Unsupported parameter", "type": "invalid_request_error"}}'
    if "response_format" in body:
        assert body["response_format"]["json_schema"]["schema"]["properties"]["answer"]["enum"][:2] == ["YES", "NO"]
        return completion(SAYS, logprobs=False)
    return completion("NO")


LOCAL = ["openai", "openai-reasoning", "local", "ollama", "vllm"]


@pytest.mark.parametrize("name", LOCAL)
def test_examples_of_openais_shape_answer(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    with Loopback(in_its_shape) as server:
        outcome, _ = run(toys(2), pointed(name, server.url), tmp_path / "l.db")
    assert (outcome.labelled, outcome.left, outcome.failures) == (4, 0, {})


@pytest.mark.parametrize("name", ["gemini", "anthropic", "azure"])
def test_examples_through_litellm_answer(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    litellm_or_skip()
    for key in ("GEMINI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_API_KEY"):
        monkeypatch.setenv(key, "made-up-key")
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    with Loopback(in_its_shape) as server:
        outcome, answers = run(toys(1), pointed(name, server.url.removesuffix("/v1")), tmp_path / "l.db")
        assert (outcome.labelled, outcome.reasons) == (2, {})
    if name != "azure":
        assert belief_of(answers[:1]).p == pytest.approx(0.2)


def test_the_example_of_vertex_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login alone is a stand-in (it would ask Google): request and reply are Gemini's, below the project's path."""
    litellm_or_skip()
    base = pytest.importorskip("litellm.llms.vertex_ai.vertex_llm_base").VertexBase

    async def logged_in(*_: Any, **__: Any) -> tuple[str, str]:
        return "ya29-made-up", "my-project"

    monkeypatch.setattr(base, "_ensure_access_token_async", logged_in)
    monkeypatch.setenv("VERTEXAI_PROJECT", "my-project")
    monkeypatch.setenv("VERTEXAI_LOCATION", "europe-west4")
    with Loopback(in_its_shape) as server:
        outcome, answers = run(toys(1), pointed("vertex", server.url.removesuffix("/v1")), tmp_path / "l.db")
    assert (outcome.labelled, outcome.reasons) == (2, {})
    assert belief_of(answers[:1]).p == pytest.approx(0.2)
    for head in server.heads:
        place = "/projects/my-project/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generatecontent"
        assert place in head.partition("\r\n")[0]
        assert "authorization: bearer ya29-made-up" in head


def test_the_example_of_bedrock_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are signed with the credentials of the environment, and go to the model's own path."""
    litellm_or_skip()
    pytest.importorskip("boto3")
    for name, value in (
        ("ACCESS_KEY_ID", "AKIAMADEUP"),
        ("SECRET_ACCESS_KEY", "made-up-secret"),
        ("REGION_NAME", "eu-west-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    with Loopback(in_its_shape) as server:
        outcome, answers = run(toys(1), pointed("bedrock", server.url.removesuffix("/v1")), tmp_path / "l.db")
    assert (outcome.labelled, outcome.reasons) == (2, {})
    assert belief_of(answers[:1]).p == pytest.approx(0.25)
    for head in server.heads:
        assert "/model/anthropic.claude-3-5-sonnet-20241022-v2" in head.partition("\r\n")[0]
        assert "/converse " in head.partition("\r\n")[0]
        assert "authorization: aws4-hmac-sha256 credential=akiamadeup/" in head


def pointed(name: str, url: str) -> LabelConfig:
    """A shipped example, asking the loopback server, about every table and without a budget in money."""
    how = load_toml(EXAMPLES / f"{name}.toml", LabelConfig)
    provider = how.provider.model_copy(update={"base_url": url})
    return how.model_copy(update={"provider": provider, "gate": None, "budget": type(how.budget)()})


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_example_is_read_and_leaves_thoughts_room(path: Path) -> None:
    how = load_toml(path, LabelConfig)
    if "gemini" in how.provider.model or how.provider.model.startswith("gpt-5"):
        assert how.sampling.max_tokens >= 1024


def test_keys_of_older_ledgers_stay() -> None:
    old = '{"extra": {}, "logprobs": 10, "max_tokens": 8, "seed": null, "temperature": 0.0}'
    assert sampling_json(Ask(0.0, 8, 10)) == old
    assert sampling_json(Ask(0.0, 8, 10, effort="low")) != old


def test_reasoning_models_get_their_own_fields() -> None:
    how = LabelConfig.model_validate({"provider": {"model": "o3-mini"}})
    (ask, *_) = how.asks(False)
    assert (ask.length_field, ask.send_temperature) == ("max_completion_tokens", False)
    plain = LabelConfig.model_validate({"provider": {"model": "gpt-4.1-mini"}}).asks(True)[0]
    assert (plain.length_field, plain.send_temperature) == ("max_tokens", True)
    assert load_task("soe-v1").labels.yes[0] == "YES"


def test_the_fixed_prefix_is_marked_for_the_cache() -> None:
    turns = [{"role": "system", "content": "rules"}, {"role": "user", "content": "table"}]
    assert cached_prefix(turns)[0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert cached_prefix(turns)[1] == turns[1]


def test_a_further_attempt_is_not_the_same_request() -> None:
    assert again(Ask(), []) == Ask()
    second = again(Ask(), ["truncated"])
    assert (second.max_tokens, second.temperature, second.seed) == (32, 0.7, 1)
    assert again(Ask(seed=5), ["off_label", "off_label"]).seed == 7


def test_a_model_that_thinks_first_is_not_asked_hundreds_of_times(tmp_path: Path) -> None:
    with Loopback(lambda number, body: completion("", finish="length", logprobs=False)) as server:
        outcome, _ = run(toys(200), config(server.url), tmp_path / "l.db")
    assert outcome.asked < 80
    assert "a reasoning model thinks first (raise sampling.max_tokens" in outcome.stopped
    assert exit_code(outcome) == 2


def test_a_request_that_is_refused_again_and_again_stops_with_the_servers_reason(tmp_path: Path) -> None:
    refused = (400, {}, b'{"error": {"message": "model toy is not allowed here"}}')
    with Loopback(lambda number, body: refused) as server:
        outcome, _ = run(toys(200), config(server.url), tmp_path / "l.db")
    assert outcome.asked < 60
    assert "model toy is not allowed here" in outcome.stopped
    assert "model toy is not allowed here" in outcome.reasons["http"]
    assert exit_code(outcome) == 2


def test_a_faulty_teacher_loses_no_table_and_the_exit_code_is_right(tmp_path: Path) -> None:
    """A quarter of the tables' first answers broken in nine ways: gateway pages used to use up a table's attempts.

    Which answer is broken hangs on the table and not on when it is asked: counted over all requests, one table could
    meet a broken answer on every attempt, which is then rightly no label.
    """
    bad = [
        (200, {}, b"<html>502</html>"),
        (200, {}, completion("YES")[2][:40]),
        (200, {}, b'{"detail": "x"}'),
        completion(""),
        completion("", refusal="no"),
        completion("The", finish="length"),
        completion("MAYBE"),
        (500, {}, b"oops"),
        (-1, {}, b""),
    ]
    order: dict[str, int] = {}
    met: Counter[str] = Counter()

    def answer(number: int, body: dict[str, Any]) -> Any:
        asked = json.dumps(body["messages"])
        place, met[asked] = order.setdefault(asked, len(order)), met[asked] + 1
        return bad[(place // 4) % 9] if place % 4 == 0 and met[asked] == 1 else completion("NO")

    with Loopback(answer) as server:
        outcome, _ = run(toys(120), config(server.url), tmp_path / "l.db")
    assert (outcome.labelled, outcome.left, exit_code(outcome)) == (120, 0, 0)
    assert sum(met.values()) == 120 + 120 // 4


def test_what_has_no_label_in_the_end_is_counted(tmp_path: Path) -> None:
    one = next(iter(build_requests(toys(1), config("http://x"), True)))

    def answer(number: int, body: dict[str, Any]) -> Any:
        return completion("MAYBE") if body["messages"] == one.messages() else completion("YES")

    with Loopback(answer) as server:
        outcome, _ = run(toys(5), config(server.url), tmp_path / "l.db")
    assert (outcome.left, exit_code(outcome)) == (1, 4)
