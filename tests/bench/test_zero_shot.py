"""The zero-shot system against a real loopback server, and the page that is written anew."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from soesift.bench.one import KEY, MODEL, URL, ask, says_yes
from soesift.bench.one import main as one
from soesift.bench.run import chosen
from soesift.bench.score import END, START, write_between
from soesift.errors import UsageError
from soesift.sample import make_protocol


class Stub(BaseHTTPRequestHandler):
    """Answers YES to tables with a lone X, and NO to others; keeps what it was asked."""

    asked: list[dict[str, Any]]
    broken = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append({**body, "path": self.path, "key": self.headers.get("Authorization")})
        word = "Yes." if "| x |" in body["messages"][0]["content"].lower() else "NO"
        answer = b"<html>" if self.broken else json.dumps({"choices": [{"message": {"content": word}}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Stub]]:
    Stub.asked, Stub.broken = [], False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(URL, f"http://127.0.0.1:{server.server_port}/v1/")
    monkeypatch.setenv(MODEL, "toy")
    monkeypatch.setenv(KEY, "k")
    yield Stub
    server.shutdown()
    server.server_close()


def test_tables_are_asked_and_pages_of_yes_are_found(stub: type[Stub], tmp_path: Path) -> None:
    truth = make_protocol(5, tmp_path, kind="small")
    one("llm", str(tmp_path / f"{truth.id}.pdf"), str(tmp_path / "out.json"))
    found = {page for t in json.loads((tmp_path / "out.json").read_text())["tables"] for page in t["pages"]}
    assert found & {page for table in truth.soe_tables for page in table.grid_pages}
    first = stub.asked[0]
    assert (first["model"], first["temperature"], first["key"]) == ("toy", 0, "Bearer k")
    assert first["path"] == "/v1/chat/completions"


def test_a_broken_answer_is_a_failure_in_one_line(stub: type[Stub]) -> None:
    stub.broken = True
    with pytest.raises(UsageError, match=r"no answer .*check server") as error:
        ask("?")
    assert "\n" not in str(error.value)


def test_without_an_address_it_is_listed_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    assert chosen(["llm"], None)[0].skip == f"{URL} is not set"
    monkeypatch.setenv(URL, "file:///etc/hosts")
    with pytest.raises(UsageError, match="holds no http address"):
        ask("?")


@pytest.mark.parametrize(
    ("answer", "yes"), [("YES", True), ("no, yes", False), ("It is. Yes!", True), ("", False), ("know", False)]
)
def test_first_word_counts(answer: str, yes: bool) -> None:
    assert says_yes(answer) is yes


def test_a_page_keeps_all_but_its_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Head\n\n{START}\nold\n{END}\n\ntail\n")
    write_between(page, "| new |")
    write_between(page, "| newer |")
    assert page.read_text() == f"# Head\n\n{START}\n\n| newer |\n{END}\n\ntail\n"
    page.write_text("no marks")
    with pytest.raises(UsageError, match="has no lines"):
        write_between(page, "x")
    assert page.read_text() == "no marks"
