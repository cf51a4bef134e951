"""The rule of docs/results-kept.md: second runs of every kind over a finished result, with and without corrections.

After each, the first result is whole somewhere, no result has files of another run beside it, and every correction that
lies beside a result fits it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import made_protocols as made
from soesift.cli.main import soesift
from soesift.detect.batch import jobs_of, run_batch
from soesift.detect.job import Limits, Outcome, ids
from soesift.detect.options import ReadOptions
from soesift.detect.sources import Source
from soesift.export.csv import write_csv
from soesift.export.html import write_html
from soesift.export.xlsx import write_xlsx
from soesift.files import WriteError
from soesift.result.store import fingerprint, read_result, sidecar_of
from soesift.review.corrections import add_corrections
from soesift.review.documents import corrected_result

ALL = ("json", "xlsx", "html", "csv")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    made.protocol(folder / "p.pdf")
    made.short_protocol(folder / "short.pdf")
    return folder


@pytest.fixture(scope="module")
def first_run(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first")
    run(source / "p.pdf", out)
    return out


@pytest.fixture(params=[False, True], ids=["plain", "corrected"])
def corrected(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def out(first_run: Path, tmp_path: Path, corrected: bool) -> Path:
    """A folder with the finished result `p`, and with corrections of it."""
    folder = tmp_path / "out"
    shutil.copytree(first_run, folder)
    if corrected:
        what = {
            "action": "retype",
            "table": "t2",
            "table_type": "domain",
            "result": fingerprint(read_result(folder / "p.json")),
        }
        add_corrections(sidecar_of(folder / "p.json"), [{"id": "one", "who": "a", "what": what, "why": ""}])
    return folder


def run(path: Path, out: Path, model: str = "linear", **more: Any) -> Outcome:
    limits: Limits | None = more.pop("limits", None)
    formats = more.pop("formats", ALL)
    read = ReadOptions(more.pop("ocr", "never"), more.pop("pages", None))
    jobs = jobs_of([Source(path)], out, formats, read=read, **more)
    [outcome] = run_batch(jobs, model, 1, limits=limits)
    return outcome


def files(folder: Path, stem: str = "p") -> dict[str, bytes]:
    """The files of a result, and its corrections, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name.startswith(stem)}


def check(out: Path, before: dict[str, bytes], sources: list[Path]) -> None:
    """Nothing lost, nothing mixed, no correction beside a result that it does not fit."""
    results = sorted(out.rglob("p*.json"))
    assert any(before.items() <= files(path.parent).items() for path in results), "the first result is lost"
    for path in results:
        mixed(path, sources)
        assert corrected_result(path)[1] == []


def mixed(path: Path, sources: list[Path]) -> None:
    """The files beside a result are those that the result gives."""
    result, there = read_result(path), files(path.parent, path.stem)
    apart = path.parent.parent / "made anew"
    apart.mkdir()
    csvs = {csv.name: csv.read_bytes() for csv in write_csv(result, apart, path.stem)}
    assert {name for name in there if name.startswith(f"{path.stem}_table")} in (set(), set(csvs))
    assert all(there.get(name, content) == content for name, content in csvs.items())
    book = write_xlsx(result, apart / "x.xlsx").read_bytes()
    assert there.get(f"{path.stem}.xlsx", book) == book
    pages = {write_html(result, apart / "x.html", one).read_bytes() for one in (*sources, None)}
    assert there.get(f"{path.stem}.html") in {None, *pages}
    shutil.rmtree(apart)


SECOND: dict[str, Callable[[Path, Path], Any]] = {
    "fails: pages that are not there": lambda source, out: run(source / "p.pdf", out, pages=range(90, 100)),
    "fails: no time": lambda source, out: run(source / "p.pdf", out, limits=Limits(0.0, 4096)),
    "fails: gone": lambda source, out: run(source / "gone" / "p.pdf", out),
    "fails: damaged": lambda source, out: run(put(out, b"%PDF-1.7 damaged"), out),
    "other bytes": lambda source, out: run(put(out, (source / "short.pdf").read_bytes()), out),
    "other model": lambda source, out: run(source / "p.pdf", out, "rule"),
    "other formats": lambda source, out: run(source / "p.pdf", out, formats=("json",)),
    "other pages": lambda source, out: run(source / "p.pdf", out, pages=range(1, 4)),
    "other pages, fewer formats": lambda source, out: run(source / "p.pdf", out, pages=range(1, 4), formats=("csv",)),
    "another way of OCR": lambda source, out: run(source / "p.pdf", out, ocr="auto"),
    "the same again": lambda source, out: run(source / "p.pdf", out),
    "resumed with another model": lambda source, out: run(source / "p.pdf", out, "rule", resume=True),
}


def put(out: Path, content: bytes) -> Path:
    """Another document called p.pdf, in a folder of its own."""
    path = out.parent / "other" / "p.pdf"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def content(before: dict[str, bytes], out: Path) -> dict[str, bytes]:
    """What must be whole somewhere: of an equal run the JSON may have other seconds."""
    try:
        now = (out / "p.json").read_text()
    except OSError:
        return before
    same = made.without_timing(now) == made.without_timing(before["p.json"].decode())
    return {name: b for name, b in before.items() if name not in ("p.json", "p.html")} if same else before


@pytest.mark.parametrize("kind", SECOND)
def test_a_second_run_loses_and_mixes_nothing(source: Path, out: Path, kind: str) -> None:
    before = files(out)
    outcome = SECOND[kind](source, out)
    check(out, content(before, out), [source / "p.pdf", out.parent / "other" / "p.pdf"])
    if kind.startswith("fails"):
        assert outcome.result.document.error
    if kind.startswith("fails") and "damaged" not in kind:
        assert files(out) == before
        assert (outcome.files, outcome.said) == ([], "the earlier p.json stays as it is")
    assert not list(out.glob(".new-*"))


@pytest.mark.parametrize("moment", range(1, 14))
def test_a_run_killed_while_it_writes_loses_and_mixes_nothing(source: Path, out: Path, moment: int) -> None:
    before = files(out)
    child = os.fork()
    if child == 0:
        die_at(moment)
        try:
            run(source / "p.pdf", out, pages=range(1, 4))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    shutil.rmtree(out / "earlier" / ".new", ignore_errors=True)
    check(out, before, [source / "p.pdf"])
    again = run(source / "p.pdf", out, pages=range(1, 4))  # and the next one is not in its way
    assert again.result.document.error is None
    check(out, before, [source / "p.pdf"])


def die_at(moment: int) -> None:
    """End this process, as a kill does, at one of its next changes of names in folders."""
    left = [moment]
    for name in ("replace", "unlink"):
        real = getattr(os, name)

        def deadly(*given: Any, real: Callable[..., Any] = real, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return real(*given, **more)

        setattr(os, name, deadly)


def test_other_bytes_have_an_id_of_their_own_in_whatever_order(source: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "p.pdf", tmp_path / "two" / "p.pdf"
    for path, kind in ((one, "p"), (two, "short")):
        path.parent.mkdir()
        path.write_bytes((source / f"{kind}.pdf").read_bytes())
    out = tmp_path / "out"
    assert [run(path, out, formats=("json",)).stem for path in (one, two, one, two)] == ["p", "p-2", "p", "p-2"]
    both = jobs_of([Source(two), Source(one)], out, ("json",))
    assert [job.stem for job in both] == ["p-2", "p"]
    assert [len(read_result(out / f"{stem}.json").tables) for stem in ("p", "p-2")] == [3, 1]


def test_a_corrected_result_stays_and_the_new_one_is_found_again(source: Path, out: Path, corrected: bool) -> None:
    before = files(out)
    found = run(source / "p.pdf", out, pages=range(1, 4), formats=("json",))
    again = run(source / "p.pdf", out, pages=range(1, 4), formats=("json",), resume=True)
    assert (again.stem, again.skipped) == (found.stem, True)
    if corrected:
        assert found.stem.startswith("p-")
        assert found.said.startswith("p.json was corrected by people and stays")
        assert before.items() <= files(out).items()
    else:
        assert (found.stem, found.said) == ("p", "")
        [aside] = (out / "earlier").iterdir()
        assert files(aside) == before


def test_replace_keeps_nothing_but_corrections(source: Path, out: Path, corrected: bool) -> None:
    run(put(out, (source / "short.pdf").read_bytes()), out, replace=True, formats=("json",))
    assert len(read_result(out / "p.json").tables) == 1
    assert not (out / "earlier").exists()
    assert sidecar_of(out / "p.json").exists() == corrected
    mixed(out / "p.json", [out.parent / "other" / "p.pdf"])
    kept = files(out)
    run(put(out, b"damaged"), out, replace=True)
    assert files(out) == kept  # what cannot be read replaces nothing


def test_what_somebody_changed_is_set_aside(source: Path, out: Path) -> None:
    (out / "p.xlsx").write_bytes(b"with notes of mine")
    later = (out / "p.json").stat().st_mtime + 60
    os.utime(out / "p.xlsx", (later, later))
    run(source / "p.pdf", out)
    [aside] = (out / "earlier").iterdir()
    assert (aside / "p.xlsx").read_bytes() == b"with notes of mine"


@pytest.mark.parametrize("name", ["p.json", "p.xlsx", "p.html", "p_table1.csv"])
def test_files_of_others_are_not_overwritten(source: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"mine": 1}')
    assert run(source / "p.pdf", tmp_path).stem == "p-2"
    assert (tmp_path / name).read_bytes() == b'{"mine": 1}'


def test_a_full_disk_leaves_the_earlier_result(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from soesift.export import xlsx

    def full(*given: Any) -> None:
        raise WriteError("no space")

    before = files(out)
    monkeypatch.setattr(xlsx, "write_xlsx", full)
    with pytest.raises(WriteError):
        run(source / "p.pdf", out, pages=range(1, 4))
    assert files(out) == before
    assert sorted(path.name for path in out.iterdir()) == sorted(before)


def test_ids_are_asked_for_hashes_only_where_results_are(tmp_path: Path) -> None:
    def never(number: int) -> str:
        raise AssertionError("nothing of that name is there")

    assert ids([Path("x/p.pdf"), Path("y/P.docx")], tmp_path, never) == ["p", "P-2"]


def verb(*words: str | Path) -> Any:
    return CliRunner().invoke(soesift, [str(word) for word in words], standalone_mode=False)


def test_a_mistyped_name_leaves_nothing(tmp_path: Path) -> None:
    done = verb("detect", tmp_path / "nothere.pdf", "--out", tmp_path / "out", "--model", "linear")
    assert done.return_value == 2
    assert "nothere.pdf" in done.output
    assert list((tmp_path / "out").iterdir()) == []


def test_export_never_touches_what_detect_wrote(out: Path, corrected: bool) -> None:
    before = files(out)
    for kind in ("xlsx", "html", "csv", "usdm", "xlsx", "csv"):
        assert verb("export", out / "p.json", "--to", kind).exception is None, kind
    assert before.items() <= files(out).items()
    assert {"p_export.xlsx", "p_export.html", "p_export_table1.csv", "p_usdm.json"} <= set(files(out))


def test_export_overwrites_only_what_an_export_wrote(out: Path, corrected: bool) -> None:
    for name in ("p.xlsx", "p_table1.csv"):
        (out / name).write_bytes(b"of somebody")
    refused = verb("export", out / "p.json", "--to", "xlsx", "--out", out / "p.xlsx")
    assert "no export wrote it" in str(refused.exception)
    assert "no export wrote it" in str(verb("export", out / "p.json", "--to", "csv", "--out", out).exception)
    mine = out.parent / "mine.xlsx"
    for _ in range(2):
        assert verb("export", out / "p.json", "--to", "xlsx", "--out", mine).exception is None
    mine.write_bytes(b"with notes")
    assert "was changed since" in str(verb("export", out / "p.json", "--to", "xlsx", "--out", mine).exception)
    assert mine.read_bytes() == b"with notes"
    assert verb("export", out / "p.json", "--to", "xlsx", "--out", mine, "--replace").exception is None
    assert mine.read_bytes() != b"with notes"


def test_exported_tables_that_are_no_more_are_taken_away(out: Path) -> None:
    assert verb("export", out / "p.json", "--to", "csv", "--as-detected").exception is None
    what = {"action": "reject", "table": "t3"}
    add_corrections(sidecar_of(out / "p.json"), [{"id": "two", "who": "a", "what": what, "why": ""}])
    assert verb("export", out / "p.json", "--to", "csv").exception is None
    left = {path.name for path in out.glob("p_export*")}
    assert {"p_export_table1.csv", "p_export_table2.csv"} <= left
    assert not any("table3" in name for name in left)


def test_two_documents_of_one_name_are_two_in_one_file_of_tables(source: Path, tmp_path: Path) -> None:
    from soesift.detect.all_tables import write_tables
    from soesift.table.record import TableRecord

    out = tmp_path / "tables.jsonl"
    other = tmp_path / "other" / "p.pdf"
    other.parent.mkdir()
    other.write_bytes((source / "short.pdf").read_bytes())
    for path in (source / "p.pdf", other, source / "p.pdf", tmp_path / "gone.pdf"):
        write_tables([path], out, "never")
    records = [TableRecord.model_validate_json(line) for line in out.read_text().splitlines()]
    assert [record.document for record in records] == ["p"] * 5 + ["p-2"] * 2
    assert len({record.table_id for record in records}) == 7


@pytest.mark.parametrize("kind", ["fails", "other model", "other bytes"])
def test_the_service_keeps_the_same_rule(source: Path, out: Path, corrected: bool, kind: str) -> None:
    from soesift.errors import DocumentError
    from soesift.serve.service import detect_document

    before = files(out)
    document = {"other bytes": source / "short.pdf", "fails": put(out, b"%PDF-1.7 damaged")}.get(kind, source / "p.pdf")
    task = {
        "document": str(document),
        "result": str(out / "p.json"),
        "name": "p.pdf",
        "ocr": "never",
        "max_pages": 99,
        "model": "rule" if kind == "other model" else "linear",
        "seconds": 60.0,
    }
    stays = kind == "fails" or (corrected and kind == "other bytes")
    if stays:
        with pytest.raises(DocumentError):
            detect_document(task, lambda *_: None)
        assert files(out) == before
    else:
        detect_document(task, lambda *_: None)
        check(out, before, [source / "p.pdf", source / "short.pdf"])


@pytest.mark.parametrize("kind", ["fails", "other bytes", "other pages"])
def test_a_worker_of_ray_keeps_the_same_rule(source: Path, out: Path, kind: str) -> None:
    import json

    from soesift.scale.ray_engine import Reader

    before = files(out)
    path = put(out, (source / "short.pdf").read_bytes()) if kind == "other bytes" else source / "p.pdf"
    pages = {"fails": range(90, 99), "other pages": range(1, 4)}.get(kind)
    [job] = jobs_of([Source(path)], out, ALL, read=ReadOptions("never", pages))
    reader = Reader("linear", Limits(60, 4096), alone=True)
    row = reader({"job": json.dumps(job.packed())})
    reader.worker.close()
    assert row["stop"] == ""
    outcome = Outcome.unpacked(job, json.loads(row["outcome"]))
    assert bool(outcome.result.document.error) == (kind == "fails")
    check(out, before, [source / "p.pdf", path])
