"""A ledger of made-up answers about made-up tables, for the tests of labelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from soesift.label.ledger import Answer, Ledger
from soesift.label.prompt import Prompt, load_task, prompt_for
from soesift.label.providers.base import Ask, Reply
from soesift.label.request import Parsed, Request, request_key
from soesift.table.record import TableRecord

VIEWS = ("html", "markdown")


def records(count: int) -> list[TableRecord]:
    return [
        TableRecord(
            table_id=f"table{n:04}",
            document=f"doc{n % 7}",
            sha256=f"{n % 7}" * 64,
            page=n,
            n_pages=count,
            grid=[["Procedure", "Day 1"], [f"{word(n)} sample", "X"], [f"{word(n + 1)} visit {n}", ""]],
            header_rows=1,
            caption=f"Table {n} {word(n)}",
        )
        for n in range(count)
    ]


def word(n: int) -> str:
    return "".join(chr(97 + (n * 7 + i * (n + 3)) % 26) for i in range(9))


def made_ledger(folder: Path, count: int = 40, answered: bool = True) -> tuple[Path, Path]:
    """(ledger, tables): every third table agreed YES by two views, every eighth in dispute, the rest agreed NO."""
    tables = folder / "tables.jsonl"
    made = records(count)
    tables.write_text("".join(record.model_dump_json() + "\n" for record in made))
    ledger = Ledger(folder / "labels.db")
    if answered:
        for number, record in enumerate(made):
            for view in VIEWS:
                _answer(ledger, record, view, said(number, view))
    ledger.close()
    return folder / "labels.db", tables


def said(number: int, view: str) -> Literal["yes", "no"]:
    if number % 8 == 0:
        return "yes" if view == VIEWS[0] else "no"
    return "yes" if number % 3 == 0 else "no"


def _answer(ledger: Ledger, record: TableRecord, view: str, label: Literal["yes", "no"]) -> None:
    prompt: Prompt = prompt_for(view, load_task("soe-v1"), None)
    how, text = Ask(), json.dumps([view, record.grid])
    key = request_key(prompt.hash, text, "toy", how, 0)
    asked = Request(key, record.table_id, record.document, record.page, prompt, text, (), "toy", how, 0)
    ledger.add([asked])
    ledger.commit(Answer(key, Parsed(label=label), Reply(text=label.upper()), confidence=90.0))
