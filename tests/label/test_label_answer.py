from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.label.prompt import Labels
from soesift.label.providers.base import Reply, TokenLogprob
from soesift.label.request import parse

LABELS = Labels(yes=["YES"], no=["NO"], unsure=["UNSURE"])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("YES", "yes"),
        ("no", "no"),
        (" Yes.", "yes"),
        ("**NO**", "no"),
        ("NO - it lists objectives", "no"),
        ("Answer: YES", "yes"),
        ("The final answer is: **NO**.", "no"),
        ('{"answer": "YES", "why": "visits"}', "yes"),
        ('```json\n{"label": "no"}\n```', "no"),
        ("This table lists visits, so YES", "yes"),
        ("<think>It could be NO or YES</think>\nYES", "yes"),
        ("UNSURE", "unsure"),
        ("YES\n\nExplanation: there is no title.", "yes"),
        ("No title is seen. Answer: YES", "yes"),
        ("YES YES", "yes"),
    ],
)
def test_a_label_is_read_however_it_is_wrapped(text: str, label: str) -> None:
    parsed = parse(Reply(text), LABELS)
    assert (parsed.label, parsed.failure) == (label, None)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(""), "unparsable"),
        (Reply("   "), "unparsable"),
        (Reply("YES or NO"), "unparsable"),
        (Reply("", finish="length"), "truncated"),
        (Reply("This table shows", finish="length"), "truncated"),
        (Reply("<think>Let me look. YES", finish="length"), "truncated"),
        (Reply("I cannot answer this."), "refusal"),
        (Reply("I’m sorry, I can’t."), "refusal"),
        (Reply("YES", finish="content_filter"), "refusal"),
        (Reply("", refusal="policy"), "refusal"),
        (Reply("", finish="SAFETY"), "refusal"),
        (Reply("MAYBE"), "off_label"),
        (Reply("Nothing to see"), "off_label"),
        (Reply("Yesterday"), "off_label"),
        (Reply("NOTE"), "off_label"),
    ],
)
def test_no_label_is_a_typed_failure_with_a_reason(reply: Reply, failure: str) -> None:
    parsed = parse(reply, LABELS)
    assert (parsed.label, parsed.failure) == (None, failure)
    assert parsed.reason


@given(st.text(max_size=80), st.sampled_from(["stop", "length", ""]))
def test_any_text_is_a_label_or_a_failure(text: str, finish: str) -> None:
    parsed = parse(Reply(text, finish), LABELS)
    assert (parsed.label is None) != (parsed.failure is None)


@pytest.mark.parametrize(
    ("tokens", "index"),
    [
        (["YES"], 0),
        (["Y", "ES"], 0),
        (["**", "YES", "**"], 1),
        (["Answer", ":", " YES", "\n"], 2),
        (["<think>", "YES?", "</think>", "\n", "YES"], 4),
        ([], None),
    ],
)
def test_the_labels_token_is_found(tokens: list[str], index: int | None) -> None:
    logprobs = tuple(TokenLogprob(token, -0.1) for token in tokens)
    assert parse(Reply("".join(tokens) or "YES", logprobs=logprobs), LABELS).token == index


def test_labels_of_another_task_are_read_too() -> None:
    labels = Labels(yes=["DOSING", "D"], no=["OTHER"])
    assert parse(Reply("dosing"), labels).label == "yes"
    assert parse(Reply("D"), labels).label == "yes"
    assert parse(Reply("Dose"), labels).failure == "off_label"
