"""Results as JSON: nothing is lost, nothing varies, and what is not a result is refused with a reason."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from soesift.errors import SoesiftError, UsageError
from soesift.files import WriteError
from soesift.result import models as m
from soesift.result.store import (
    SHIPPED,
    generated_schema,
    read_result,
    result_json,
    shipped_schema,
    write_result,
    write_schema,
)

share = st.floats(0, 1)
text = st.text(max_size=20)
page = st.integers(1, 500)
box = st.tuples(*[st.floats(-1e4, 1e4)] * 4)
location = st.builds(m.Location, heading_path=st.lists(text, max_size=3), table_number=page)
fragment = st.builds(
    m.Fragment, page=st.none() | page, bbox=st.none() | box, location=st.none() | location, probability=share
)
run = st.builds(m.Run, text=text, raised=st.booleans())
doubt = st.builds(m.Doubt, kind=text, why=text)
cell = st.builds(
    m.Cell,
    row=page,
    column=page,
    text=text,
    markers=st.lists(text, max_size=2),
    runs=st.lists(run, max_size=2),
    marker_guess=st.booleans(),
    states=st.lists(st.sampled_from(["shaded", "struck", "redacted"]), max_size=2),
    doubt=st.lists(doubt, max_size=1),
    bbox=st.none() | box,
)
note = st.builds(m.Footnote, marker=text, text=text, page=st.none() | page)
table = st.builds(
    m.SoeTable,
    id=text,
    title=text,
    table_type=st.sampled_from(["main_soa", "track", "domain", "subsidiary"]),
    type_probability=share,
    probability=share,
    pages=st.lists(page, max_size=3),
    fragments=st.lists(fragment, max_size=2),
    grid=st.lists(st.lists(text, max_size=4), max_size=4),
    cells=st.lists(cell, max_size=3),
    row_pages=st.lists(st.none() | page, max_size=4),
    footnotes=st.lists(note, max_size=2),
    flags=st.lists(st.sampled_from(["rotated", "redacted", "tiled"]), max_size=2),
    evidence=st.lists(text, max_size=2),
)
rejected = st.builds(m.Rejected, bbox=st.none() | box, probability=share, likely_class=text)
document = st.builds(
    m.DocumentInfo,
    name=text,
    sha256=text,
    has_soe=st.sampled_from(["yes", "no", "unsure"]),
    error=st.none() | text,
)
model = st.builds(m.ModelInfo, name=text, version=text, sha256=text, threshold=share, unsure_threshold=share)
results = st.builds(
    m.Result,
    document=document,
    tables=st.lists(table, max_size=2),
    rejected=st.lists(rejected, max_size=2),
    model=model,
    settings=st.dictionaries(text, text, max_size=3),
    timing=st.builds(m.Timing, total=st.floats(0, 1e6)),
)
VALIDATOR = jsonschema.Draft202012Validator(shipped_schema())


def small(**changes: object) -> m.Result:
    info = m.ModelInfo(name="toy", version="1", sha256="00", threshold=0.5, unsure_threshold=0.3)
    fields = {"document": m.DocumentInfo(name="a.pdf", sha256="11", has_soe="no"), "model": info} | changes
    return m.Result.model_validate(fields)


@given(results)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_round_trip_and_schema(tmp_path: Path, result: m.Result) -> None:
    path = write_result(result, tmp_path / "r.json")
    assert read_result(path) == result
    VALIDATOR.validate(json.loads(path.read_bytes()))


def test_schema_file_is_the_generated_one(tmp_path: Path) -> None:
    assert shipped_schema() == generated_schema()
    shipped = Path(m.__file__).with_name(SHIPPED).read_bytes()
    assert write_schema(tmp_path / "s.json").read_bytes() == shipped, "run: python -m soesift.result.store"
    jsonschema.Draft202012Validator.check_schema(shipped_schema())


@pytest.mark.parametrize(
    ("place", "value"),
    [("format", "soe-result/0"), ("document", {"name": "a.pdf"}), ("extra", 1), ("tables", [{"id": "x"}])],
)
def test_schema_and_reader_refuse_the_same(tmp_path: Path, place: str, value: object) -> None:
    content = json.loads(result_json(small())) | {place: value}
    path = tmp_path / "r.json"
    path.write_text(json.dumps(content))
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(content)
    with pytest.raises(UsageError, match=rf"r\.json is not a soe-result/2 result: {place}.*soesift detect") as caught:
        read_result(path)
    assert "\n" not in str(caught.value)


def test_only_timing_varies() -> None:
    slow = small(timing=m.Timing(total=9.5))
    assert result_json(small()) == result_json(small())
    differing = [
        a for a, b in zip(result_json(small()).splitlines(), result_json(slow).splitlines(), strict=True) if a != b
    ]
    assert differing == ['    "total": 0.0']


def test_one_grid_row_a_line() -> None:
    grid = [["Visit", "x" * 300], ["ECG", "X"]]
    found = m.SoeTable(id="1", table_type="track", type_probability=1, probability=1, fragments=[], grid=grid, cells=[])
    lines = [line.strip().rstrip(",") for line in result_json(small(tables=[found])).splitlines()]
    assert [json.dumps(row) for row in grid] == lines[lines.index('"grid": [') + 1 :][:2]


def test_a_long_result_is_written_table_by_table(tmp_path: Path) -> None:
    cells = [m.Cell(row=row, column=0, text=f"Assessment {row}") for row in range(40)]
    found = [
        m.SoeTable(
            id=f"t{k}", table_type="track", type_probability=1, probability=1, fragments=[], grid=[], cells=cells
        )
        for k in range(60)
    ]
    result = small(tables=found)
    write_result(result, tmp_path / "r.json")  # what is made once is made
    tracemalloc.start()
    write_result(result, tmp_path / "r.json")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * (tmp_path / "r.json").stat().st_size
    assert read_result(tmp_path / "r.json") == result


def test_surrogate_halves_and_control_characters_survive_writing(tmp_path: Path) -> None:
    name = "a\ud800b\x00\u2028\U0001f600.pdf"
    result = small(document=m.DocumentInfo(name=name, sha256="", has_soe="no"))
    assert read_result(result.to_json(tmp_path / "r.json")).document.name == name.replace("\ud800", "\ufffd")


def test_numbers_json_cannot_hold_are_refused_early() -> None:
    with pytest.raises(ValidationError, match="finite"):
        m.Fragment(page=1, bbox=(0, 0, float("nan"), 1), probability=0.5)


def test_reading_what_is_not_there_or_not_json(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_result(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"format": "soe-res')
    with pytest.raises(UsageError, match="the file: Invalid JSON"):
        read_result(tmp_path / "half.json")


def test_unwritable_place_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*r\.json") as caught:
        write_result(small(), tmp_path / "file" / "r.json")
    assert isinstance(caught.value, SoesiftError)


def test_results_of_the_format_before_are_read(tmp_path: Path) -> None:
    """Cells of soe-result/1 know no markers; all they hold means the same today."""
    grid = [["Visit", "Week 22"]]
    cells = [m.Cell(row=0, column=c, text=t) for c, t in enumerate(grid[0])]
    found = m.SoeTable(
        id="1", table_type="track", type_probability=1, probability=1, fragments=[], grid=grid, cells=cells
    )
    result = small(tables=[found])
    old = result_json(result).replace("soe-result/2", "soe-result/1")
    assert "markers" not in old
    (tmp_path / "r.json").write_text(old)
    assert read_result(tmp_path / "r.json") == result
