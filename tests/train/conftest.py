"""A tiny base model and toy labelled tables, made here: training tests need neither network nor weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TEXT = "rows columns marks empty header visit week activity dose grade x - | : ; / 0 1 2 3 4 5"
WORDS = ["[PAD]", "[UNK]", *TEXT.split()]
""")
    return path
