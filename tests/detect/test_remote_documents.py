"""Documents by list and by address: read as the same files would be, each fault its own document's, no secret told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import made_protocols as made
from soesift.cli.main import main
from soesift.detect import sources
from soesift.detect.sources import Source, check_urls, copy, find_sources, name_of, read_list, safe_name, shown
from soesift.errors import DocumentError, UsageError

needs_fsspec = pytest.mark.skipif(
    find_spec("fsspec") is None or find_spec("aiohttp") is None, reason="fsspec[http] is not installed (soesift[data])"
)
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (soesift[ray])")
SECRET = "wJalrXUtnFEMI"
HALF, SILENT = 0, -1  # a connection that breaks, or says nothing more, after half of the file


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    made.short_protocol(folder / "a.pdf")
    made.no_schedule(folder / "b.pdf")
    made.word_protocol(folder / "c.docx")
    return folder


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PAUSES", (0.01, 0.01))


@contextmanager
def served(folder: Path, faults: dict[str, list[int]] | None = None) -> Iterator[tuple[str, list[str]]]:
    """A loopback server of a folder: its address, and the paths asked for. Faults are statuses, HALF or SILENT."""
    asked: list[str] = []
    faults, silence = faults or {}, threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(self.path)
            file = folder / path.rpartition("/")[2]
            fault = faults[path].pop(0) if faults.get(path) else 200 if file.is_file() else 404
            body = file.read_bytes() if fault in (HALF, SILENT, 200) else b"<html>no</html>"
            self.send_response(max(fault, 200))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault in (HALF, SILENT) else body)
            if fault == SILENT:
                silence.wait(300)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        silence.set()
        server.shutdown()
        server.server_close()


def run(verb: str, *arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([verb, *map(str, arguments), "--ocr", "never"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def result(path: Path) -> dict:
    return made.without_timing(path.read_text("utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_forms_of_a_list_say_the_same(tmp_path: Path) -> None:
    digest = "ab" * 32
    forms = {
        "plain.txt": "x/a.pdf\n\ns3://bucket/b.pdf\n",
        "table.csv": f'path,url,sha256,more\nx/a.pdf,,,1\n,s3://bucket/b.pdf,{digest},"2, 3"\n',
        "table.tsv": f"url\tsha256\tpath\n\t\tx/a.pdf\ns3://bucket/b.pdf\t{digest}\n",
        "rows.jsonl": f'{{"path": "x/a.pdf"}}\n\n{{"url": "s3://bucket/b.pdf", "sha256": "{digest}"}}\n',
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        found = read_list(tmp_path / name)
        assert [one.place for one in found] == [str(tmp_path / "x" / "a.pdf"), "s3://bucket/b.pdf"], name
        assert [one.sha256 for one in found] == ["", "" if name == "plain.txt" else digest], name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no row"),
        ('{"sha256": "x"}\n', "line 1: sha256"),
        ('{"path": "a.pdf"}\n{"file": "b.pdf"}\n', "line 2: has neither path nor url"),
        ('{"path": "a.pdf"}\nno json\n', "line 2: is no JSON"),
        ("{\n", "line 1: is no JSON"),
        ("gopher://x/a.pdf\n", "of this kind are not read"),
        ("zip://a.pdf::https://x/y.zip\n", "of this kind are not read"),
        (f"path,sha256\na.pdf,{'a' * 64}\na.pdf,{'b' * 64}\n", "two different hashes"),
    ],
)
def test_a_wrong_list_is_one_line(tmp_path: Path, capsys, text: str, said: str) -> None:
    (tmp_path / "list.txt").write_text(text)
    assert run("detect", "--manifest", tmp_path / "list.txt", "--out", tmp_path / "out") == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.glob("out/*.json"))


def test_a_document_is_read_once_however_often_it_is_named(source: Path, tmp_path: Path) -> None:
    digest = sha256(source / "a.pdf")
    listed = lines(tmp_path / "l", {"path": str(source / "a.pdf"), "sha256": digest}, {"path": str(source / "b.pdf")})
    assert find_sources([str(source / "a.pdf"), str(source / "b.pdf")], listed) == [
        Source(source / "a.pdf", sha256=digest),
        Source(source / "b.pdf"),
    ]


def test_paths_of_a_list_and_their_hashes(source: Path, tmp_path: Path) -> None:
    listed = lines(
        tmp_path / "list.jsonl",
        {"path": str(source / "a.pdf"), "sha256": sha256(source / "a.pdf").upper()},
        {"path": str(source / "b.pdf"), "sha256": "0" * 64},
        {"path": "missing.pdf"},
        {"path": str(source)},
    )
    out = tmp_path / "out"
    assert run("detect", "--manifest", listed, "--out", out, "--format", "json") == 4
    assert result(out / "a.json")["document"]["has_soe"] == "yes"
    wrong = result(out / "b.json")["document"]
    assert f"{'0' * 64} is listed" in wrong["error"]
    assert wrong["sha256"] == sha256(source / "b.pdf")
    assert not (out / "missing.json").exists()  # a mistyped name leaves nothing
    assert "is not a file" in result(out / f"{source.name}.json")["document"]["error"]


@needs_fsspec
def test_by_address_as_by_path_and_every_fault_is_its_own_documents(source: Path, tmp_path: Path, capsys) -> None:
    assert run("detect", source, "--out", tmp_path / "local", "--format", "json,html") == 0
    faults = {"/b.pdf": [503, HALF, 200], "/x/b.pdf": [403], "/y/b.pdf": [500, 500, 500, 200]}
    out = tmp_path / "out"
    with served(source, faults) as (address, asked):
        login = address.replace("//", f"//user:{SECRET}@")
        places = [
            f"{address}/a.pdf?X-Signature={SECRET}",
            f"{address}/b.pdf",
            f"{address}/no.pdf?k={SECRET}",
            f"{login}/x/b.pdf",
            f"{address}/y/b.pdf",
            (source / "c.docx").as_uri(),
        ]
        listed = lines(tmp_path / "list.txt", *places)
        assert run("detect", "--manifest", listed, "--out", out, "--format", "json,html", "--jobs", "2") == 4
    for name in ("a", "b", "c"):
        ours, theirs = result(out / f"{name}.json"), result(tmp_path / "local" / f"{name}.json")
        url = ours["settings"].pop("url")
        assert url == (f"{address}/{name}.pdf" if name != "c" else (source / "c.docx").as_uri())
        assert ours == theirs
        assert (out / f"{name}.html").stat().st_size == pytest.approx(
            (tmp_path / "local" / f"{name}.html").stat().st_size, rel=0.01
        )  # page pictures included
    errors = {n: result(out / f"{n}.json")["document"]["error"] for n in ("no", "b-2", "b-3")}
    assert "not found" in errors["no"]
    assert "status 403" in errors["b-2"]
    assert "status 500" in errors["b-3"]
    paths = [path.partition("?")[0] for path in asked]
    assert [paths.count(p) for p in ("/a.pdf", "/b.pdf", "/no.pdf", "/x/b.pdf", "/y/b.pdf")] == [1, 3, 1, 1, 3]
    said = "".join(capsys.readouterr()) + "".join(p.read_text("utf-8") for p in out.iterdir() if p.is_file())
    assert SECRET not in said


@needs_fsspec
def test_resume_fetches_only_what_it_must(source: Path, tmp_path: Path) -> None:
    with served(source) as (address, asked):
        listed = lines(
            tmp_path / "list.jsonl",
            {"url": f"{address}/a.pdf", "sha256": sha256(source / "a.pdf"), "file": "mine.pdf"},
            {"url": f"{address}/b.pdf"},
        )
        detect = ("detect", "--manifest", listed, "--out", tmp_path, "--resume", "--debug", "--format")
        assert run(*detect, "json") == 0
        before = {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("*.json")}
        assert sorted(before) == ["b.json", "mine.json"]
        assert run(*detect, "json") == 0
        assert {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("*.json")} == before
        assert asked == ["/a.pdf", "/b.pdf", "/b.pdf"]
        assert run(*detect, "json,html") == 0
        assert asked[3:] == ["/a.pdf", "/b.pdf"]
    assert (tmp_path / "mine.html").is_file()


@needs_fsspec
def test_what_is_too_large_or_not_what_was_listed_leaves_nothing(tmp_path: Path) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe("/box/a.pdf", b"x" * 3000)
    with pytest.raises(DocumentError, match=r"memory://box/a.pdf: is larger than 2,000 bytes"):
        copy("memory://box/a.pdf", tmp_path / "a.pdf", 2000)
    assert list(tmp_path.iterdir()) == []
    copy("memory://box/a.pdf", tmp_path / "a.pdf", 3000)
    assert (tmp_path / "a.pdf").read_bytes() == b"x" * 3000


@needs_fsspec
def test_tables_by_address_and_none_is_fetched_twice(source: Path, tmp_path: Path, capsys) -> None:
    assert run("tables", source / "a.pdf", source / "c.docx", "--out", tmp_path / "local.jsonl") == 0
    out = tmp_path / "out.jsonl"
    with served(source) as (address, asked):
        listed = lines(
            tmp_path / "list.jsonl",
            {"url": f"{address}/a.pdf", "sha256": sha256(source / "a.pdf")},
            {"url": f"{address}/b.pdf", "sha256": "0" * 64},
            {"url": f"{address}/gone.pdf"},
        )
        assert run("tables", (source / "c.docx").as_uri(), "--manifest", listed, "--out", out) == 4  # two not read
        assert run("tables", "--manifest", listed, "--out", out, "--debug") == 4
        assert asked.count("/a.pdf") == 1
    said = capsys.readouterr().err
    assert "is listed" in said
    assert "gone.pdf: cannot be fetched (not found)" in said.replace("\n", "")
    assert sorted(out.read_text().splitlines()) == sorted((tmp_path / "local.jsonl").read_text().splitlines())


@needs_fsspec
def test_a_server_that_falls_silent_is_left_and_no_copy_stays(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with served(source, {"/a.pdf": [SILENT]}) as (address, _):
        places = (f"{address}/a.pdf", source / "b.pdf")
        assert run("detect", *places, "--out", tmp_path / "out", "--format", "json", "--timeout", "15") == 4
        assert list((tmp_path / "tmp").glob("soesift-*")) == []
    silent = result(tmp_path / "out" / "a.json")["document"]
    assert "took longer than 15 seconds" in silent["error"]
    assert silent["sha256"] == ""
    assert result(tmp_path / "out" / "b.json")["document"]["has_soe"] == "no"


@needs_fsspec
@needs_ray
def test_ray_reads_by_address_what_the_local_engine_reads(source: Path, tmp_path: Path) -> None:
    with served(source) as (address, _):
        listed = lines(tmp_path / "list.txt", f"{address}/a.pdf", f"{address}/no.pdf", (source / "c.docx").as_uri())
        detect = ("detect", "--manifest", listed, "--format", "json", "--out")
        assert run(*detect, tmp_path / "local") == 4
        assert run(*detect, tmp_path / "ray", "--engine", "ray") == 4
    for name in ("a", "no", "c"):
        assert result(tmp_path / "ray" / f"{name}.json") == result(tmp_path / "local" / f"{name}.json")
    assert result(tmp_path / "ray" / "a.json")["tables"]


def test_a_folder_or_a_pattern_of_a_store_names_all_documents_there() -> None:
    import fsspec

    store = fsspec.filesystem("memory")
    for name in ("shelf/a.pdf", "shelf/deep/b.PDF", "shelf/deep/c.docx", "shelf/notes.txt"):
        store.pipe(f"/{name}", b"%PDF")
    named = [source.url for source in find_sources(["memory://shelf/", "memory://shelf/a.pdf"])]
    whole = ["memory:///shelf/a.pdf", "memory:///shelf/deep/b.PDF", "memory:///shelf/deep/c.docx"]
    assert named == [*whole, "memory://shelf/a.pdf"]
    assert [source.url for source in find_sources(["memory://shelf/*/*.docx"])] == whole[2:]
    for empty in ("memory://none/", "memory://shelf/*.xml"):
        with pytest.raises(UsageError, match="no PDF or DOCX there"):
            find_sources([empty])
    assert [source.url for source in find_sources(["https://host/folder/"])] == ["https://host/folder/"]


def test_a_missing_package_is_named_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(UsageError, match=r"soesift\[data\]"):
        check_urls(["https://x/a.pdf"])
    check_urls([])


@needs_fsspec
@pytest.mark.skipif(find_spec("s3fs") is not None, reason="s3fs is installed")
def test_the_package_of_a_store_is_named(capsys) -> None:
    assert run("detect", f"s3://bucket/a.pdf?k={SECRET}") == 2
    said = capsys.readouterr().err
    assert "s3fs" in said
    assert SECRET not in said


words = st.text(st.characters(codec="utf-8"), max_size=30)


@given(words, words)
def test_a_name_from_outside_stays_in_its_folder(path: str, query: str) -> None:
    for name in (name_of(f"https://host/{quote(path)}?{quote(query)}"), safe_name(path)):
        assert name == Path(name).name
        assert name not in ("", ".", "..")
    assert name_of(f"https://host/x%2F..%2F{quote(path, safe='')}.pdf").endswith(".pdf")


@given(st.text("abcdefXYZ0189", min_size=12), st.text("abc/.", max_size=10))
def test_a_secret_is_never_shown(secret: str, path: str) -> None:
    url = f"https://{secret}:{secret}@host/p{path}?sig={secret}#{secret}"
    assert shown(url) == f"https://host/p{path}"
    assert secret not in sources.why(RuntimeError(f"no answer from {url}, url='{url}'"))
