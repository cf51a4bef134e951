"""The cases of `fuzz_targets` from plain random numbers: no shrinking and no database, many more of them a second.

A case is wholly given by its number, so a number is all that a finding needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import fuzz_targets as targets
import numpy as np

from soesift.document.page import Page
from soesift.label.providers.base import Reply, TokenLogprob

ODD = np.array([0.0, -0.0, 1e-6, 1e6, -1e6, 3e38, np.nan, np.inf, -np.inf], np.float32)
CODES = [ord(c) for c in "XaD1-✓→ \n\u200b*†"]
SPEECH = [
    "YES",
    "NO",
    "no",
    "UNSURE",
    "Answer: ",
    "label is ",
    "<think>",
    "</think>",
    "```json\n",
    "```",
    '{"answer": ',
    '"YES"',
    "}",
    "[",
    "null",
    "\n",
    " ",
    "**",
    "I'm sorry",
    "ſ",
    "ß",
    "İ",
    "\0",
    "{",
    "\\",
    "\ud800",
]
TOML = [
    "[provider]\n",
    "[[x]]\n",
    "[views]\n",
    "model",
    "names",
    " = ",
    '"json"',
    "[",
    "]",
    "{",
    "}",
    "\n",
    "1e999",
    "nan",
    "-0",
    "1979-05-27T07:32:00Z",
    '"""',
    "'",
    "\\u",
    "#",
    "\r",
    "true",
    "\ud800",
]
JSON_KEYS = [
    "choices",
    "message",
    "content",
    "logprobs",
    "usage",
    "finish_reason",
    "refusal",
    "token",
    "logprob",
    "top_logprobs",
    "prompt_tokens",
    "prompt_tokens_details",
    "model",
    "x",
]
CONFIG_KEYS = ["provider", "views", "sampling", "run", "budget", "price", "model", "names", "mdoel", ""]
Rng = np.random.Generator


def places(rng: Rng, count: int, wild: float) -> np.ndarray:
    """(count,) coordinates: on a grid of 20 points, and `wild` of them anywhere or no numbers."""
    found = 20.0 * rng.integers(0, 41, count)
    anywhere, odd = rng.random(count) < wild, rng.random(count) < wild / 3
    found[anywhere] = rng.uniform(-900, 1500, anywhere.sum())
    found[odd] = rng.choice(ODD, odd.sum())
    return found.astype(np.float32)


def boxes(rng: Rng, most: int, wild: float) -> np.ndarray:
    """(n, 4) boxes, from left to right and top to bottom unless there is no number."""
    corners = places(rng, 4 * int(rng.integers(0, most + 1)), wild).reshape(-1, 2, 2)
    return np.concatenate([np.fmin(corners[:, 0], corners[:, 1]), np.fmax(corners[:, 0], corners[:, 1])], axis=1)


def lattice(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Rulings of a table, some of them missing: (n, 4) horizontal and (m, 4) vertical."""
    xs = np.sort(rng.choice(30, rng.integers(2, 9), replace=False)) * 20.0
    ys = np.sort(rng.choice(38, rng.integers(2, 9), replace=False)) * 20.0
    rows = np.array([[xs[0], y, xs[-1], y] for y in ys if rng.random() < 0.9], np.float32).reshape(-1, 4)
    columns = np.array([[x, ys[0], x, ys[-1]] for x in xs if rng.random() < 0.9], np.float32).reshape(-1, 4)
    return rows, columns


def page(number: int) -> Page:
    rng = np.random.default_rng(number)
    wild, size = float(rng.choice([0.0, 0.1, 0.6])), float(rng.choice([9.0, 9.0, 0.0, 400.0]))
    one = Page(1, *map(float, (rng.choice([612.0, 612, 1, 0, 1e6]), rng.choice([792.0, 792, 1, 0, 1e6]))))
    letters = int(rng.integers(0, 60))
    x, y = places(rng, letters, wild), places(rng, letters, wild)
    one.codes = np.where(rng.random(letters) < 0.8, rng.choice(CODES, letters), rng.integers(0, 0x110000, letters))
    one.codes = one.codes.astype(np.uint32)
    one.boxes = np.stack([x + 5, y + 5, x + 5 + size / 2, y + 5 + size], axis=1).astype(np.float32)
    one.upright = rng.choice([0, 0, 0, 90, 180, 270], letters).astype(np.int16)
    rows, columns = lattice(rng) if rng.random() < 0.5 else (np.zeros((0, 4), np.float32),) * 2
    one.horizontal = np.concatenate([rows, boxes(rng, 12, wild)])
    one.vertical = np.concatenate([columns, boxes(rng, 12, wild)])
    one.horizontal[:, 3] = one.horizontal[:, 1] + 1
    one.vertical[:, 2] = one.vertical[:, 0] + 1
    one.fills, one.images = boxes(rng, 4, wild), boxes(rng, 2, wild)
    one.fill_grey = rng.random(len(one.fills)).astype(np.float32)
    return one


def speech(rng: random.Random) -> str:
    if rng.random() < 0.02:
        return rng.choice('[{("<') * rng.randrange(1, 20_000)
    piece = lambda: rng.choice(SPEECH) if rng.random() < 0.8 else chr(rng.randrange(0xD800))  # noqa: E731
    return "".join(piece() for _ in range(rng.randrange(12)))


def reply(number: int) -> Reply:
    rng = random.Random(number)
    tokens = tuple(
        TokenLogprob(speech(rng), rng.choice([-0.1, 0.0, 1e308, float("nan"), float("-inf")]))
        for _ in range(rng.randrange(4))
    )
    finish = rng.choice(["stop", "length", "", "SAFETY", "odd"])
    return Reply(speech(rng), finish, rng.choice(["", "no"]), tokens)


def tree(rng: random.Random, keys: list[str], depth: int) -> Any:
    kind = rng.randrange(9 if depth else 6)
    if kind < 6:
        return [
            None,
            rng.random() < 0.5,
            rng.randrange(-9, 10**20),
            rng.choice([0.5, float("nan"), 1e308]),
            "YES",
            chr(rng.randrange(0x110000)),
        ][kind]
    if kind == 6:
        return [tree(rng, keys, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(keys): tree(rng, keys, depth - 1) for _ in range(rng.randrange(5))}


def body(number: int) -> Any:
    """A chat completion with some parts replaced by anything."""
    rng = random.Random(number)
    odd = lambda usual: usual if rng.random() < 0.85 else tree(rng, JSON_KEYS, 3)  # noqa: E731
    token = {"token": odd("YES"), "logprob": odd(-0.1), "top_logprobs": odd([{"token": "NO", "logprob": odd(-2.0)}])}
    message = odd({"role": "assistant", "content": odd("YES"), "refusal": odd(None)})
    choice = odd({"message": message, "finish_reason": odd("stop"), "logprobs": odd({"content": odd([odd(token)])})})
    details = odd({"cached_tokens": 0})
    usage = odd({"prompt_tokens": odd(9), "completion_tokens": odd(1), "prompt_tokens_details": details})
    return odd({"choices": odd([choice]), "usage": usage, "model": odd("toy")})


def toml(number: int) -> bytes:
    rng = random.Random(number)
    if rng.random() < 0.01:
        return b"a = " + b"[" * rng.randrange(5000) + b"]" * rng.randrange(5000)
    if rng.random() < 0.1:
        return rng.randbytes(rng.randrange(30))
    return "".join(rng.choice(TOML) for _ in range(rng.randrange(25))).encode("utf-8", "surrogatepass")


def config(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    return {rng.choice(CONFIG_KEYS): tree(rng, CONFIG_KEYS, 3) for _ in range(rng.randrange(5))}


def edits(number: int) -> list[tuple[float, int, bytes]]:
    rng = random.Random(number)
    new = lambda: rng.choice(targets.TELLING) if rng.random() < 0.6 else rng.randbytes(rng.randrange(5))  # noqa: E731
    return [(rng.random(), rng.randrange(13), new()) for _ in range(rng.randrange(1, 7))]


CASES: dict[str, Callable[[int], Any]] = {
    "page": page,
    "reply": reply,
    "body": body,
    "toml": toml,
    "config": config,
    "pdf": edits,
    "docx": edits,
}
