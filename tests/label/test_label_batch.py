from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toys import config, toys

from soesift.label.batch import read_batch, write_batch
from soesift.label.ledger import Ledger
from soesift.label.plan import Price
from soesift.label.report import stored_answers
from soesift.label.request import Request, build_requests

PRICE = Price(input=10, output=20, cached_input=1, batch=0.5, source="test")


@pytest.fixture
def requests() -> list[Request]:
    return list(build_requests(toys(4), config("https://example.org/v1"), True))


@pytest.fixture
def ledger(tmp_path: Path, requests: list[Request]) -> Ledger:
    book = Ledger(tmp_path / "l.db")
    book.add(requests)
    return book


def test_openai_lines_hold_the_whole_request(tmp_path: Path, requests: list[Request]) -> None:
    assert write_batch(tmp_path / "b.jsonl", [*requests, requests[0]], "openai") == 4
    lines = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
    assert [line["custom_id"] for line in lines] == [request.key for request in requests]
    assert {len(line["custom_id"]) for line in lines} == {64}
    assert (lines[0]["method"], lines[0]["url"]) == ("POST", "/v1/chat/completions")
    assert lines[0]["body"]["messages"] == requests[0].messages()
    assert (lines[0]["body"]["logprobs"], lines[0]["body"]["top_logprobs"]) == (True, 10)


def test_gemini_lines_have_its_roles_and_names(tmp_path: Path, requests: list[Request]) -> None:
    write_batch(tmp_path / "b.jsonl", requests, "gemini")
    line = json.loads((tmp_path / "b.jsonl").read_text().splitlines()[0])
    asked = line["request"]
    assert line["key"] == requests[0].key
    assert [turn["role"] for turn in asked["contents"]] == ["user", "model"] * 4 + ["user"]
    assert asked["contents"][-1]["parts"][0]["text"] == requests[0].messages()[-1]["content"]
    assert asked["systemInstruction"]["parts"][0]["text"] == requests[0].messages()[0]["content"]
    assert asked["generationConfig"] == {
        "temperature": 0.0,
        "maxOutputTokens": 8,
        "responseLogprobs": True,
        "logprobs": 10,
    }


def test_anthropic_is_one_object_with_a_cached_prefix(tmp_path: Path, requests: list[Request]) -> None:
    write_batch(tmp_path / "b.json", requests, "anthropic")
    asked = json.loads((tmp_path / "b.json").read_text())["requests"]
    assert [item["custom_id"] for item in asked] == [request.key for request in requests]
    params = asked[0]["params"]
    assert params["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert {turn["role"] for turn in params["messages"]} == {"user", "assistant"}
    assert not {"logprobs", "seed"} & set(params)


def openai_results(keys: list[str]) -> list[Any]:
    token = {"token": "YES", "logprob": -0.2, "top_logprobs": [{"token": "NO", "logprob": -1.7}]}
    choice = {"message": {"content": "YES"}, "finish_reason": "stop", "logprobs": {"content": [token]}}
    body = {"choices": [choice], "usage": {"prompt_tokens": 1000, "completion_tokens": 1}}
    refused = {"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]}
    return [
        {"custom_id": keys[0], "response": {"status_code": 200, "body": body}, "error": None},
        {"custom_id": keys[1], "response": {"status_code": 200, "body": refused}, "error": None},
        {"custom_id": keys[2], "response": {"status_code": 500, "body": {"error": "oops"}}, "error": None},
        {"custom_id": keys[3], "response": None, "error": {"code": "batch_expired"}},
    ]


def gemini_results(keys: list[str]) -> list[Any]:
    chosen = [{"token": "YES", "logProbability": -0.2}]
    tops = [{"candidates": [{"token": "NO", "logProbability": -1.7}]}]
    first = {"content": {"parts": [{"text": "YES"}], "role": "model"}, "finishReason": "STOP"}
    first["logprobsResult"] = {"chosenCandidates": chosen, "topCandidates": tops}
    usage = {"promptTokenCount": 1000, "candidatesTokenCount": 1}
    return [
        {"key": keys[0], "response": {"candidates": [first], "usageMetadata": usage}},
        {"key": keys[1], "response": {"promptFeedback": {"blockReason": "SAFETY"}}},
        {"key": keys[2], "error": {"code": 500, "message": "oops"}},
        {"key": keys[3], "status": {"code": 13, "message": "expired"}},
    ]


def anthropic_results(keys: list[str]) -> list[Any]:
    usage = {"input_tokens": 300, "cache_read_input_tokens": 700, "output_tokens": 1}
    message = {"content": [{"type": "text", "text": "YES"}], "stop_reason": "end_turn", "usage": usage}
    refused = {"content": [], "stop_reason": "refusal", "usage": {}}
    return [
        {"custom_id": keys[0], "result": {"type": "succeeded", "message": message}},
        {"custom_id": keys[1], "result": {"type": "succeeded", "message": refused}},
        {"custom_id": keys[2], "result": {"type": "errored", "error": {"type": "api_error"}}},
        {"custom_id": keys[3], "result": {"type": "expired"}},
    ]


RESULTS = {"openai": openai_results, "gemini": gemini_results, "anthropic": anthropic_results}


@pytest.mark.parametrize("form", RESULTS)
def test_results_become_rows_once_in_any_order(
    form: Any, tmp_path: Path, ledger: Ledger, requests: list[Request]
) -> None:
    lines = [json.dumps(item) for item in RESULTS[form]([request.key for request in requests])]
    stranger = lines[0].replace(requests[0].key, "f" * 64)
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join([*reversed(lines), stranger, "{half", "[]", "{}"]) + "\n")
    labels = requests[0].prompt.labels
    got = read_batch(path, ledger, labels, form, PRICE)
    assert (got.labelled, got.failed, got.before, got.unknown, got.unreadable) == (1, 3, 0, 1, 3)
    again = read_batch(path, ledger, labels, form, PRICE)
    assert (again.labelled, again.failed, again.before) == (0, 0, 4)
    rows = {row.table_id: row for row in stored_answers(ledger)}
    told = [(rows[r.table_id].label, rows[r.table_id].failure) for r in requests]
    assert told == [("yes", None), (None, "refusal"), (None, "http"), (None, "http")]
    assert all(row.reason for row in rows.values() if row.failure)
    first = rows[requests[0].table_id]
    assert first.tokens == 1001
    paid = 300 * 10 + 700 * 1 if form == "anthropic" else 1000 * 10
    assert first.cost == pytest.approx((paid + 20) / 1e6 / 2)
    if form != "anthropic":
        assert first.logprobs == [["YES", -0.2, [["NO", -1.7]]]]
        assert first.token == 0


def test_what_a_batch_answered_is_not_asked_again(tmp_path: Path, ledger: Ledger, requests: list[Request]) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(map(json.dumps, openai_results([r.key for r in requests]))))
    read_batch(path, ledger, requests[0].prompt.labels, "openai")
    assert ledger.open_keys([r.key for r in requests], attempts=1) == [requests[2].key, requests[3].key]


def test_a_second_batch_answers_what_failed_in_the_first(
    tmp_path: Path, ledger: Ledger, requests: list[Request]
) -> None:
    labels, keys = requests[0].prompt.labels, [request.key for request in requests]
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    lines = openai_results(keys)
    first.write_text("\n".join(map(json.dumps, lines)))
    second.write_text("\n".join(json.dumps(lines[0] | {"custom_id": key}) for key in keys[1:]))
    assert read_batch(first, ledger, labels, "openai").failed == 3
    got = read_batch(second, ledger, labels, "openai")
    assert (got.labelled, got.failed, got.before) == (3, 0, 0)
    again = [read_batch(path, ledger, labels, "openai") for path in (first, second)]
    assert [(read.labelled, read.failed, read.before) for read in again] == [(0, 0, 4), (0, 0, 3)]
    assert {(row.table_id, row.label) for row in stored_answers(ledger) if row.label} == {
        (request.table_id, "yes") for request in requests
    }


def test_what_vllm_writes_for_the_same_file_is_read(tmp_path: Path, ledger: Ledger, requests: list[Request]) -> None:
    """`vllm run-batch` takes the openai format; its lines carry fields of its own, and many that are null."""
    top = [{"token": "NO", "logprob": -0.1, "bytes": [78, 79]}, {"token": "YES", "logprob": -2.4, "bytes": None}]
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "stop_reason": None,
        "token_ids": None,
        "message": {"role": "assistant", "content": "NO", "refusal": None, "tool_calls": [], "reasoning": None},
        "logprobs": {"content": [{"token": "NO", "logprob": -0.1, "bytes": [78, 79], "top_logprobs": top}]},
    }
    usage = {"prompt_tokens": 900, "total_tokens": 901, "completion_tokens": 1, "prompt_tokens_details": None}
    body = {"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage, "prompt_logprobs": None}
    line = {
        "id": "vllm-1",
        "custom_id": requests[0].key,
        "error": None,
        "response": {"status_code": 200, "request_id": "vllm-batch-1", "body": body},
    }
    response = {"status_code": 400, "request_id": "vllm-batch-2"}
    refused = line | {"custom_id": requests[1].key, "error": "too long", "response": response}
    (tmp_path / "r.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(refused) + "\n")
    got = read_batch(tmp_path / "r.jsonl", ledger, requests[0].prompt.labels, "openai")
    assert (got.labelled, got.failed) == (1, 1)
    rows = {row.table_id: row for row in stored_answers(ledger)}
    assert (rows[requests[0].table_id].label, rows[requests[0].table_id].tokens) == ("no", 901)
    assert rows[requests[1].table_id].failure == "http"
