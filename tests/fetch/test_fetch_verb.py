"""`soesift fetch` end to end, against a loopback server that answers in the registry's shapes and misbehaves."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from registry_server import PDF, Registry, entry, study

from soesift.cli.main import soesift

NCT = "NCT01234567"
FILE = f"{NCT}_Prot_SAP_000.pdf"
SHA = hashlib.sha256(PDF).hexdigest()


def one_trial(**more: object) -> Registry:
    return Registry({NCT: study(NCT, entry())}, {f"{NCT}/Prot_SAP_000.pdf": PDF}, **more)  # type: ignore[arg-type]


def fetch(registry: Registry, out: Path, *arguments: str) -> tuple[int, Result]:
    done = CliRunner().invoke(
        soesift, ["fetch", "--out", str(out), *registry.options(*arguments)], standalone_mode=False
    )
    assert done.exception is None, done.exception
    return int(done.return_value), done


def index(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "index.jsonl").read_text("utf-8").splitlines()]


def left_over(out: Path) -> list[str]:
    return sorted(p.name for p in out.glob("*") if p.name not in (FILE, "index.jsonl"))


def test_a_protocol_is_fetched_once_and_indexed(tmp_path: Path) -> None:
    with one_trial() as registry:
        code, done = fetch(registry, tmp_path, NCT.lower())
        assert (code, (tmp_path / FILE).read_bytes()) == (0, PDF)
        (line,) = index(tmp_path)
        url = f"{registry.url}/large-docs/67/{NCT}/Prot_SAP_000.pdf"
        assert line.pop("fetched")
        assert line == {
            "nct": NCT,
            "file": FILE,
            "sha256": SHA,
            "url": url,
            "bytes": len(PDF),
            "date": "2019-07-18",
            "label": "Study Protocol and Statistical Analysis Plan",
        }
        assert registry.asked[0][2]["user-agent"].startswith("soesift/")
        code, done = fetch(registry, tmp_path, NCT)
        assert code == 0
        assert "0 fetched, 1 kept" in done.output
        assert len(registry.asked) == 3  # the second time the registry alone is asked
        assert left_over(tmp_path) == []


def test_only_what_holds_a_protocol_unless_asked(tmp_path: Path) -> None:
    documents = [entry("Prot_000.pdf"), entry("SAP_001.pdf"), entry("ICF_002.pdf"), entry("Prot_ICF_003.pdf")]
    with Registry({NCT: study(NCT, *documents)}, {f"{NCT}/{d['filename']}": PDF for d in documents}) as registry:
        fetch(registry, tmp_path / "a", NCT)
        assert [e["file"] for e in index(tmp_path / "a")] == [f"{NCT}_Prot_000.pdf", f"{NCT}_Prot_ICF_003.pdf"]
        fetch(registry, tmp_path / "b", NCT, "--kind", "sap")
        assert [e["file"] for e in index(tmp_path / "b")] == [f"{NCT}_SAP_001.pdf"]
        fetch(registry, tmp_path / "c", NCT, "--kind", "all")
        assert len(index(tmp_path / "c")) == 4


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        ({NCT: [500, 503]}, 4),
        ({"Prot_SAP_000.pdf": [502]}, 3),
        ({"Prot_SAP_000.pdf": ["wait 0"]}, 3),
        ({"Prot_SAP_000.pdf": ["drop", "drop"]}, 4),
        ({"Prot_SAP_000.pdf": ["short", "drop", "short"]}, 5),
        ({NCT: ["html"], "Prot_SAP_000.pdf": ["drop"]}, 4),
    ],
    ids=["500-503", "store-502", "429", "broken", "truncated", "web-page-for-json"],
)
def test_what_passes_is_asked_again(tmp_path: Path, faults: dict[str, list[object]], asked: int) -> None:
    with one_trial(faults=faults) as registry:
        code, done = fetch(registry, tmp_path, NCT)
        assert (code, (tmp_path / FILE).read_bytes(), len(registry.asked)) == (0, PDF, asked), done.output
        assert left_over(tmp_path) == []


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with one_trial(faults={"Prot_SAP_000.pdf": ["drop"] * 4}) as registry:
        code, _ = fetch(registry, tmp_path, NCT)
        assert (code, left_over(tmp_path)) == (2, [f"{FILE}.part", f"{FILE}.part.json"])
        have = (tmp_path / f"{FILE}.part").stat().st_size
        assert len(PDF) * 0.9 < have < len(PDF)
        code, _ = fetch(registry, tmp_path, NCT)
        assert registry.asked[-1][2]["range"] == f"bytes={have}-"
        assert (code, (tmp_path / FILE).read_bytes(), left_over(tmp_path)) == (0, PDF, [])


@pytest.mark.parametrize("way", ["no ranges", "no validator", "new version"])
def test_pieces_of_two_versions_are_never_joined(tmp_path: Path, way: str) -> None:
    with one_trial(faults={"Prot_SAP_000.pdf": ["drop"] * 4}, etags=way != "no validator") as registry:
        assert fetch(registry, tmp_path, NCT)[0] == 2
        new = PDF.replace(b"\x41\x42", b"\x42\x41") if way == "new version" else PDF
        registry.files[f"{NCT}/Prot_SAP_000.pdf"], registry.ranges = new, way != "no ranges"
        assert fetch(registry, tmp_path, NCT)[0] == 0
        assert (tmp_path / FILE).read_bytes() == new


def test_a_silent_server_is_left_and_resumed(tmp_path: Path) -> None:
    with one_trial(faults={"Prot_SAP_000.pdf": ["stall"]}) as registry:
        code, _ = fetch(registry, tmp_path, NCT, "--timeout", "0.2")
        assert (code, (tmp_path / FILE).read_bytes()) == (0, PDF)
        assert "range" in registry.asked[-1][2]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"files": {}}, "not there (answer 404)"),
        ({"files": {f"{NCT}/Prot_SAP_000.pdf": PDF + b"\n"}}, f"has {len(PDF) + 1} bytes, not the {len(PDF)}"),
        ({"files": {f"{NCT}/Prot_SAP_000.pdf": PDF.replace(b"%PDF", b"%FDP")}}, "is no PDF"),
        ({"faults": {"Prot_SAP_000.pdf": ["html"]}}, "the server sent a web page"),
        ({"faults": {"Prot_SAP_000.pdf": [403]}}, "refused (answer 403)"),
        ({"faults": {"Prot_SAP_000.pdf": [500] * 9}}, "answers 500"),
        ({"faults": {"Prot_SAP_000.pdf": ["wait 4000"]}}, "asks to wait 4000 s"),
        ({"studies": {NCT: {"documentSection": {"largeDocumentModule": {"largeDocs": [{"size": 3}]}}}}}, "shape"),
        ({"studies": {NCT: []}}, "shape"),
        ({"studies": {}}, "not there (answer 404)"),
    ],
)
def test_what_does_not_pass_is_said_and_leaves_nothing(tmp_path: Path, change: dict[str, object], says: str) -> None:
    with one_trial() as registry:
        for name, value in change.items():
            setattr(registry, name, value)
        code, done = fetch(registry, tmp_path, NCT)
        assert code == 2
        assert says in done.output, done.output
        assert not (tmp_path / FILE).exists()
        assert left_over(tmp_path) == []


def test_one_bad_trial_never_stops_the_rest(tmp_path: Path) -> None:
    empty, gone, old = "NCT00000001", "NCT00000002", "NCT00000003"
    with one_trial() as registry:
        registry.studies |= {empty: study(empty), old: NCT}
        code, done = fetch(registry, tmp_path, "NCT12", gone, empty, "../../etc", NCT)
        assert code == 4
        assert [e["file"] for e in index(tmp_path)] == [FILE]
        assert "'NCT12' is no trial number" in done.output
        assert f"none {empty}: {empty}: no protocol is posted" in done.output
        assert "1 trials without, 3 failed" in done.output
        assert not any("NCT12?" in path or "etc" in path for path in registry.paths())
        assert fetch(registry, tmp_path, empty)[0] == 3
        code, done = fetch(registry, tmp_path / "alias", old)  # the number of a merged record leads to the other
        assert (code, [e["nct"] for e in index(tmp_path / "alias")]) == (0, [NCT])


def test_a_host_that_asks_for_a_long_rest_gets_it(tmp_path: Path) -> None:
    with one_trial(faults={"Prot_SAP_000.pdf": ["wait 4000"]}) as registry:
        registry.studies["NCT00000009"] = study("NCT00000009", entry())
        code, done = fetch(registry, tmp_path, NCT, "NCT00000009")
        assert code == 2
        assert "asked to be left alone" in done.output
        assert len(registry.asked) == 2


def test_requests_keep_their_distance(tmp_path: Path) -> None:
    with one_trial(faults={NCT: [503, 503]}) as registry:
        fetch(registry, tmp_path, NCT, "--rate", "60", "--wait", "0")
        moments = [moment for moment, _, _ in registry.asked]
        assert len(moments) == 4
        assert moments[-1] - moments[0] > 1.5  # three intervals of a second, less a late first one
        assert min(b - a for a, b in pairwise(moments)) > 0.1


def test_a_manifest_is_verified_by_hash(tmp_path: Path) -> None:
    with one_trial() as registry:
        registry.files[f"{NCT}/Prot_001.pdf"] = other = PDF + b"%%EOF"
        registry.studies[NCT] = study(NCT, entry("Prot_001.pdf", len(other)), entry())
        address = f"{registry.url}/large-docs/67/{NCT}/Prot_001.pdf"
        manifest = tmp_path / "list.tsv"
        rows = [
            ("nct", "url", "file", "sha256", "sponsor"),
            (NCT, "", "", SHA, "A"),
            ("", address, "b.pdf", "", "B"),
            ("", address, "c.pdf", SHA, "C"),
        ]
        manifest.write_text("\n".join("\t".join(row) for row in rows))
        out = tmp_path / "out"
        code, done = fetch(registry, out, "--manifest", str(manifest))
        assert code == 4
        assert "c.pdf: sha256 is" in done.output
        assert {e["file"]: e["sha256"] for e in index(out)} == {FILE: SHA, "b.pdf": hashlib.sha256(other).hexdigest()}
        before = len(registry.asked)
        code, done = fetch(registry, out, "--manifest", str(out / "index.jsonl"))  # an index is a manifest
        assert code == 0
        assert "0 fetched, 2 kept" in done.output
        assert len(registry.asked) == before
        (out / FILE).write_bytes(PDF[:-9])  # damaged since
        code, done = fetch(registry, out, "--manifest", str(out / "index.jsonl"))
        assert (code, (out / FILE).read_bytes()) == (0, PDF)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no row"),
        ("sponsor\tarea\nA\tB\n", "line 2: has neither nct nor url"),
        ('{"nct": "NCT01234567"}\n{"nct"', "line 2: is no JSON"),
        ("nct,sha256\nNCT01234567,abc\n", "line 2: sha256"),
        ("url\nfile:///etc/passwd\n", "line 2: url"),
    ],
)
def test_a_wrong_manifest_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "soesift.cli.main", "fetch", "--manifest", str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1), run.stderr
    assert says in run.stderr


def test_names_from_outside_stay_in_the_folder(tmp_path: Path) -> None:
    hostile = "..%2F..%2Fevil.pdf"
    with Registry({NCT: study(NCT, entry("../../evil.pdf", None, hasProtocol=True))}) as registry:
        registry.files[f"{NCT}/../../evil.pdf"] = PDF
        fetch(registry, tmp_path / "out", NCT)
        assert any(hostile in path for path in registry.paths())
    assert [p.name for p in tmp_path.iterdir()] in ([], ["out"])
