"""Toy tables and configurations for labelling tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from soesift.label.config import LabelConfig
from soesift.label.providers.base import import_litellm
from soesift.table.record import TableRecord

PLAIN = """
[provider]
model = "toy"
[views]
names = ["json", "page"]
[sampling]
mode = "logprobs"
"""


def toy(number: int, **changes: Any) -> TableRecord:
    grid = [["Procedure", "Day 1", "Day 8"], [f"Toy test {number}", "X", ""], ["Weight", "X", "X"]]
    box = (50.0, 100.0, 400.0, 300.0)
    page_text = f"Calendar of visits {number}\nProcedure Day 1 Day 8\nToy test {number} X"
    whole: dict[str, Any] = {"table_id": f"toy{number:09d}", "document": "TOY-1", "page": number, "bbox": box}
    whole |= {"grid": grid, "header_rows": 1, "page_text": page_text} | changes
    return TableRecord(**whole)


def toys(count: int) -> list[TableRecord]:
    return [toy(number) for number in range(1, count + 1)]


def write_tables(path: Path, records: list[TableRecord]) -> Path:
    path.write_text("".join(record.model_dump_json() + "\n" for record in records))
    return path


def config(url: str, **parts: Any) -> LabelConfig:
    """Fast retries; `parts` are tables of the configuration, merged into these."""
    whole: dict[str, Any] = {
        "provider": {"model": "toy", "base_url": url, "timeout_s": 120},
        "views": {"names": ["json"]},
        "sampling": {"mode": "logprobs"},
        "run": {"backoff_s": 0.01, "retries": 3},
    }
    for name, part in parts.items():
        whole[name] = whole.get(name, {}) | part if isinstance(part, dict) else part
    return LabelConfig.model_validate(whole)


def litellm_or_skip() -> None:
    """Skips the test where LiteLLM is not installed. `pytest.importorskip` would import it free to fetch its lists."""
    try:
        import_litellm()
    except ImportError:
        pytest.skip("litellm is not installed")
