"""A disk that is full for a while under training, the service and the review page."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / name) for name in ("serve", "review", "train")]

from review_made import correction, write_made  # noqa: E402
from review_process import reviewing  # noqa: E402
from service_process import fragile, running, toy  # noqa: E402

from soesift.cli.main import soesift  # noqa: E402


@contextmanager
def full_disk(pid: int, largest: int = 0) -> Iterator[None]:
    """No file of the process may grow beyond `largest` bytes; its children from before have their own limit."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def test_the_service_says_so_stays_up_and_does_what_it_took_when_there_is_room_again(tmp_path: Path) -> None:
    with running(fragile(tmp_path / "data", workers=1), tmp_path / "log") as service:
        known = service.wait(service.send(toy("before")))
        waits = service.send(toy("please wait"))  # 1.2 seconds, and ends while nothing can be written
        service.until(waits, ("running",))
        with full_disk(service.process.pid):
            answer = service.http.post("/v1/documents", files={"file": ("x.pdf", toy("refused"))})
            assert answer.status_code == 503, answer.text
            assert "later" in answer.json()["detail"]
            assert answer.headers["retry-after"]
            time.sleep(2)
            assert service.http.get("/healthz").json() == {"status": "ok"}
            assert service.http.get(known["links"]["document"]).status_code == 200
            assert service.http.get(waits["links"]["job"]).json()["state"] == "running"  # not told done: not written
            assert list((tmp_path / "data" / "passing").iterdir()) == []
        ended = service.wait(waits)
        assert (ended["state"], ended["attempts"]) == ("done", 1)
        assert service.wait(service.send(toy("refused")))["state"] == "done"


def test_corrections_at_the_service_are_refused_whole_and_can_be_sent_again(tmp_path: Path) -> None:
    with running(fragile(tmp_path / "data", workers=1), tmp_path / "log") as service:
        path = service.wait(service.send(toy("one")))["links"]["document"] + "/corrections"
        what = {"action": "reject", "page": 1}
        body = {"corrections": [{"id": f"full-000{n}", "who": "w", "what": what, "why": ""} for n in range(3)]}
        with full_disk(service.process.pid, 150):  # in the middle of the second
            answer = service.http.put(path, json=body)
            assert answer.status_code == 503, answer.text
        answer = service.http.put(path, json=body)
        assert [one["id"] for one in answer.json()["corrections"]] == ["full-0000", "full-0001", "full-0002"]


def test_the_review_page_is_told_to_try_again_and_a_decision_is_written_once(tmp_path: Path) -> None:
    made = write_made(tmp_path)
    with reviewing([made], tmp_path / "log") as page:
        path = f"/api/documents/{page.http.get('/api/documents').json()['documents'][0]['key']}/corrections"
        body = correction("anna", action="accept", table="t1")
        with full_disk(page.process.pid, 40):
            answer = page.post(path, body)
            assert answer.status_code == 503, answer.text  # the page keeps it and sends it again
            assert "free space" in answer.json()["detail"]
        assert page.post(path, body).status_code == 200
        page.kill()
    lines = made.with_suffix(".corrections.jsonl").read_text("utf-8").splitlines()
    assert len([line for line in lines if body["id"] in line and line.endswith("}")]) == 1


@pytest.mark.parametrize("largest", [60_000, 300_000])
def test_training_ends_in_one_line_and_goes_on(tmp_path: Path, largest: int) -> None:
    """The first limit stops the checkpoint, the second the model that is exported."""
    toml = training(tmp_path)
    command = [sys.executable, "-m", "soesift.cli.main", "train", str(toml)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    done = subprocess.run(command, capture_output=True, text=True, timeout=300, preexec_fn=limit)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2, done.stderr[-2000:]
    assert last.startswith("soesift: cannot write ")
    assert "run it again" in last
    assert not [line for line in done.stderr.splitlines() if line.startswith("Traceback")]  # torch's log has its own
    assert not (tmp_path / "run" / "model").exists()
    with mock.patch.dict(os.environ):  # in this process, for torch takes seconds to load; the verb sets what it needs
        soesift.main(["train", str(toml)], standalone_mode=False)
    assert json.loads((tmp_path / "run" / "model" / "card.json").read_text())["scores"]
    assert [path.name for path in (tmp_path / "run").rglob("*.part")] == []


def training(folder: Path) -> Path:
    """A configuration over the toy tables of the training tests, with a tiny base model."""
    for package in ("torch", "transformers", "peft", "onnx"):
        pytest.importorskip(package)
    from toy_base import make_base

    base = make_base(folder / "base", 32)
    tables, labels = [], []
    for n in range(40):
        head = ["activity", "visit 1", "visit 2"] if n % 2 else ["grade", "dose 1", "dose 2"]
        tables.append({"table_id": f"t{n}", "document": f"d{n % 10}", "header_rows": 1, "grid": [head, head]})
        labels.append({"table_id": f"t{n}", "label": "soe" if n % 2 else "other", "provenance": "toy"})
    for name, rows in (("tables", tables), ("labels", labels)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    toml = folder / "train.toml"
    toml.write_text(
        'classes = ["other", "soe"]\nout = "run"\n[data]\ntables = "tables.jsonl"\nlabels = "labels.jsonl"\n'
        f'[model]\nbase = "{base}"\nmax_tokens = 64\n[fit]\nepochs = 2\nbatch = 8\nthreads = 1\n'
        'precision = "float32"\nvalidation = 0.2\ncheckpoint_steps = 2\n[export]\nint8_agreement = 0.01\n'
    )
    return toml
