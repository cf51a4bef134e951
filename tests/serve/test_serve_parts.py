"""The service's parts alone: Host names, the way into a folder, the queue, the sidecar, the settings."""

from __future__ import annotations

import io
import os
import socket
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from soesift.cli.local import serve_verb
from soesift.errors import DocumentError, UsageError
from soesift.serve.queue import Queue, open_store
from soesift.serve.routes import plain_name
from soesift.serve.service import Pool, Settings, detect_document
from soesift.serve.wire import NotADocument, TooLarge, open_inside, receive
from soesift.web import host_name, is_loopback, listen, take_token


@pytest.mark.parametrize(
    ("header", "name"),
    [("localhost:80", "localhost"), ("[::1]:8000", "::1"), ("A.Example", "a.example"), ("", ""), ("::1@evil", "")],
)
def test_host_names(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "localhost.evil.example", "127.0.0.1.nip.io"]
)
def test_only_loopback_is_loopback(host: str) -> None:
    assert not is_loopback(host)
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost", "127.8.8.8", "[::1]")))


def test_an_address_that_is_told_can_be_reached() -> None:
    with listen("127.0.0.1", 0) as bound:
        host, port = bound.getsockname()
        with socket.create_connection((host, port), timeout=30):
            pass
        with pytest.raises(UsageError, match="cannot listen"):
            listen(host, port)


def test_the_token_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOESIFT_TOKEN", "0123456789abcdef")
    assert take_token("0.0.0.0") == "0123456789abcdef"
    assert "SOESIFT_TOKEN" not in os.environ
    with pytest.raises(UsageError, match="set SOESIFT_TOKEN"):
        take_token("0.0.0.0")


@given(
    st.lists(
        st.sampled_from(["..", ".", "in", "out", "link", "secret.pdf", "a.pdf", "", "/", "~", "%2e%2e"]), max_size=6
    )
)
def test_no_path_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    base = tmp_path_factory.getbasetemp() / "way"
    if not base.exists():
        for inner in ("in/in", "out"):
            (base / inner).mkdir(parents=True)
        for path in ("in/a.pdf", "in/in/a.pdf"):
            (base / path).write_bytes(b"inside")
        (base / "out" / "secret.pdf").write_bytes(b"outside")
        (base / "in" / "link").symlink_to(base / "out")
    for start in ("", f"{base / 'in'}/", f"{base}/", "/"):
        with suppress(DocumentError), open_inside([base / "in"], start + "/".join(steps)) as file:
            assert file.read() == b"inside"
    with open_inside([base / "in"], "in/a.pdf") as file:
        assert file.read() == b"inside"


def test_what_is_received_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    store, lock = open_store(tmp_path)
    with lock:
        one = receive(io.BytesIO(b"%PDF one"), store, 100)
        assert store.document(one.sha256, ".pdf").read_bytes() == b"%PDF one"
        assert receive(io.BytesIO(b"PK\x03\x04 word"), store, 100).suffix == ".docx"
        with pytest.raises(TooLarge, match="more than 100 bytes"):
            receive(io.BytesIO(b"%PDF" + bytes(97)), store, 100)
        with pytest.raises(NotADocument):
            receive(io.BytesIO(b"<html>"), store, 100)
        assert len(list(store.folder.rglob("documents/*"))) == 2
        assert not list(store.passing.iterdir())
        assert store.folder.stat().st_mode & 0o077 == 0


@given(st.text(max_size=300))
def test_shown_names_have_no_path_and_no_tricks(name: str) -> None:
    shown = plain_name(name, ".pdf")
    assert shown.isprintable()
    assert 0 < len(shown) <= 200
    assert "/" not in shown
    assert "\\" not in shown


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "queue.sqlite")


def test_first_in_first_out_and_crashed_last(queue: Queue) -> None:
    ids = [queue.add(str(n), "x", ".pdf", "r")[0].id for n in range(3)]
    first = queue.claim(0)
    assert first is not None
    assert (first.id, first.state, first.attempts) == (ids[0], "running", 1)
    assert queue.crashed(ids[0], "by SIGSEGV", 2) == "queued"
    assert [job.id for _ in range(3) if (job := queue.claim(0))] == [ids[1], ids[2], ids[0]]
    assert queue.claim(0) is None
    assert queue.crashed(ids[0], "by SIGSEGV", 2) == "poison"
    assert queue.counts() == {"queued": 0, "running": 2, "done": 0, "failed": 0, "poison": 1}


def test_one_job_for_the_same_bytes_and_recipe(queue: Queue) -> None:
    job, new = queue.add("a", "x", ".pdf", "one")
    assert new
    assert queue.add("a", "other name", ".pdf", "one", again=True) == (job, False)
    assert queue.add("a", "x", ".pdf", "another model")[1]
    queue.finish(job.id, "failed", "why")
    assert queue.add("a", "x", ".pdf", "one") == (queue.get(job.id), False)
    assert queue.add("a", "x", ".pdf", "one", again=True)[1]


def test_a_job_is_claimed_by_one_thread_only(queue: Queue) -> None:
    for n in range(50):
        queue.add(str(n), "x", ".pdf", "r")
    got: list[str] = []

    def take() -> None:
        while (job := queue.claim(0)) is not None:
            got.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 50


def test_another_version_or_another_file_is_no_queue(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "new.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    (tmp_path / "text.sqlite").write_text("not a database, but long enough to be looked at " * 20)
    for name in ("new.sqlite", "text.sqlite"):
        with pytest.raises(UsageError, match=name):
            Queue(tmp_path / name)


def test_a_mistake_in_the_configuration_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "serve.toml").write_text("max_page = 3\n")
    run = CliRunner().invoke(serve_verb, ["--config", str(tmp_path / "serve.toml")])
    assert isinstance(run.exception, UsageError)
    assert "did you mean max_pages?" in str(run.exception)
    run = CliRunner().invoke(serve_verb, ["--workers", "0"])
    assert "workers" in str(run.exception)


@pytest.mark.parametrize(("workers", "cores"), [(1, None), (2, "1")])
def test_a_document_that_is_read_alone_may_take_all_cores(
    workers: int, cores: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "")  # put back afterwards
    monkeypatch.delenv("OMP_NUM_THREADS")
    store, lock = open_store(tmp_path)
    queue = Queue(store.queue)
    job, _ = queue.add("a" * 64, "one.pdf", ".pdf", "recipe")
    task = Pool(queue, store, Settings(workers=workers), lambda *_: {})._task(job)
    with pytest.raises(DocumentError):  # there is no such file
        detect_document({**task, "seconds": 1.0}, lambda *_: None)
    assert os.environ.get("OMP_NUM_THREADS") == cores
    queue.close()
    lock.close()
