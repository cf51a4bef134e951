"""Cases that fuzzing found to fail, kept."""

from __future__ import annotations

import numpy as np
import pytest
from fuzz_targets import check_body, check_config, check_page, check_reply

from soesift.document.page import Page
from soesift.label.providers.base import Reply


def test_an_answer_of_thousands_of_brackets_is_a_failure_with_a_reason() -> None:
    check_reply(Reply("[" * 6867, "stop"))


@pytest.mark.parametrize("token", [None, 7, ["YES"]])
def test_a_token_that_is_no_text_is_an_empty_one_or_no_completion(token: object) -> None:
    said = {"content": [{"token": token, "logprob": -0.1, "top_logprobs": []}]}
    check_body({"choices": [{"message": {"content": "YES"}, "finish_reason": "stop", "logprobs": said}]})


@pytest.mark.parametrize("content", [1, True, ["YES"], {"text": "YES"}])
def test_content_that_is_no_text_is_no_completion(content: object) -> None:
    check_body({"choices": [{"message": {"content": content}, "finish_reason": 5}]})


def test_brackets_without_end_in_a_configuration_are_one_line() -> None:
    check_config(b"a = " + b"[" * 2524 + b"]" * 2524)


@pytest.mark.parametrize("far", [np.inf, -np.inf, np.nan, 3e38])
def test_a_page_with_boxes_that_are_no_numbers_has_whole_tables(far: float) -> None:
    page = Page(1, 612, 792)
    page.horizontal = np.array([[far, 100, 500, 101], [60, 200, far, 201], [60, 300, 500, 301]], np.float32)
    page.vertical = np.array([[60, far, 61, 300], [200, 100, 201, far], [500, 100, 501, 300]], np.float32)
    page.codes = np.array([88, 88, 88], np.uint32)
    page.boxes = np.array([[far, far, far, far], [100, 120, 106, 130], [far, 120, 300, 130]], np.float32)
    page.upright = np.zeros(3, np.int16)
    check_page(page)
