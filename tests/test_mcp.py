"""`soesift mcp`: an assistant's questions, by the client of the official package over standard input and output."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="mcp is not installed (soesift[app])")
pytest.importorskip("reportlab", reason="reportlab is not installed (soesift[app])")

import anyio
from mcp import Client, StdioServerParameters

from made_protocols import TITLE, short_protocol

Calls = list[tuple[str, dict[str, Any]]]


def ask(folder: Path, calls: Calls) -> tuple[list[str], list[Any]]:
    """The server's tools, and its answer to each call; an answer that is an error is its text."""
    words = ["-m", "soesift.cli.main", "mcp", str(folder), "--out", str(folder.parent / "out"), "--model", "linear"]

    async def talk() -> tuple[list[str], list[Any]]:
        async with Client(StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            answers = [await client.call_tool(name, given) for name, given in calls]
        return tools, [one.content[0].text if one.is_error else one.structured_content for one in answers]

    return anyio.run(talk)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[Any]]:
    folder = tmp_path_factory.mktemp("mcp") / "protocols"
    folder.mkdir()
    short_protocol(folder / "short.pdf")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder.parent / "secret.pdf").write_bytes(b"%PDF-1.4")
    calls: Calls = [
        ("detect", {"path": "short.pdf"}),
        ("tables", {"path": "short.pdf", "number": 1}),
        ("visits", {"path": str(folder / "short.pdf")}),
        ("export", {"path": "short.pdf", "to": "fhir"}),
        ("export", {"path": "short.pdf", "to": "csv"}),
        ("tables", {"path": "short.pdf", "number": 9}),
        ("detect", {"path": "../secret.pdf"}),
        ("detect", {"path": "none.pdf"}),
        ("detect", {"path": "broken.pdf"}),
        ("export", {"path": "short.pdf", "to": "papyrus"}),
    ]
    return ask(folder, calls)


def test_the_tools(said: tuple[list[str], list[Any]]) -> None:
    assert said[0] == ["detect", "tables", "visits", "export"]


def test_detect_tells_what_was_found_and_where_it_is_kept(said: tuple[list[str], list[Any]]) -> None:
    found = said[1][0]
    assert (found["document"], found["has_schedule"]) == ("short.pdf", "yes")
    assert [(one["number"], one["title"], one["pages"]) for one in found["tables"]] == [(1, TITLE, [1, 2])]
    assert json.loads(Path(found["result"]).read_text())["format"] == "soe-result/2"


def test_tables_are_as_printed_and_visits_as_meant(said: tuple[list[str], list[Any]]) -> None:
    table = said[1][1]["tables"][0]
    assert table["grid"][1][1:] == ["Day -28", "Day 1", "Day 15", "Day 29", "Day 57"]
    columns = said[1][2]["tables"][0]["columns"]
    assert [one["day"] for one in columns] == [-28, 1, 15, 29, 57]
    assert columns[0]["epoch"] == "Screening"


def test_exports_are_files(said: tuple[list[str], list[Any]]) -> None:
    fhir, csv = said[1][3]["files"], said[1][4]["files"]
    assert json.loads(Path(fhir[0]).read_text())["resourceType"] == "Bundle"
    assert Path(csv[0]).name == "short_table1.csv"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (5, "no table 9"),
        (6, "outside of the folders"),
        (7, "no such file"),
        (8, "broken.pdf"),
        (9, "no such format; choose from visits"),
    ],
)
def test_what_cannot_be_done_is_said(said: tuple[list[str], list[Any]], call: int, words: str) -> None:
    assert words in said[1][call]
