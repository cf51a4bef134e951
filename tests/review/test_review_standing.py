"""What a signature waits for, what ends it, and that every output tells who signed or why nobody did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from review_made import correction, made_result, write_made

from soesift.diff.compare import diff_results
from soesift.export.write import WRITERS, write
from soesift.result.store import read_result, sidecar_of
from soesift.review.corrections import add_corrections
from soesift.review.documents import corrected_result, look_at
from soesift.review.worklist import contents

LOOKED = [
    {"action": "accept", "table": "t1"},
    {"action": "accept", "table": "t2"},
    {"action": "reject", "near_miss": 1},
    {"action": "reject", "page": 6},
]
EDIT: dict[str, Any] = {"action": "edit_cell", "table": "t1", "row": 1, "column": 1}


def said(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """All was looked at by Anna; then more."""
    return [*(correction("anna", **what) for what in LOOKED), *more]


def test_a_sure_table_that_nobody_looked_at_is_waited_for() -> None:
    assert look_at(made_result(), said()).standing.waits == []
    assert look_at(made_result(), said()[1:]).standing.waits == ["1 table nobody has looked at"]


@pytest.mark.parametrize(
    ("second", "differ"),
    [
        (EDIT | {"text": "Z", "seen": 4}, True),
        (EDIT | {"text": "Y", "seen": 4}, False),  # the same word
        (EDIT | {"text": "Z", "seen": 5}, False),  # he saw hers
        (EDIT | {"text": "Z", "seen": 4, "column": 2}, False),  # another cell
        (EDIT | {"action": "check", "seen": 4}, True),  # she mended what he says was right
        ({"action": "edit_note", "table": "t1", "note": 0, "marker": "a", "text": "Z", "seen": 4}, False),
    ],
)
def test_two_people_blind_to_each_other_differ_on_a_cell(second: dict[str, Any], differ: bool) -> None:
    both = said(correction("anna", **EDIT, text="Y", seen=4), correction("ben", **second))
    look = look_at(made_result(), both)
    assert look.standing.waits == (["people differ on 1"] if differ else [])
    if differ:
        [item] = [item for item in look.items if item.kind == "differ"]
        assert "anna and ben on row 2, column 2" in item.why


@pytest.mark.parametrize("word", [EDIT | {"text": "Y"}, {"action": "accept", "table": "t1"}])
def test_a_word_by_one_who_saw_both_settles_a_cell(word: dict[str, Any]) -> None:
    both = said(correction("anna", **EDIT, text="Y", seen=4), correction("ben", **EDIT, text="Z", seen=4))
    assert look_at(made_result(), both).standing.waits
    assert look_at(made_result(), [*both, correction("carl", **word, seen=6)]).standing.waits == []


def test_a_correction_that_no_longer_fits_stops_a_signature_until_it_is_set_aside() -> None:
    lost = correction("ben", action="edit_title", table="t9", title="Of no table")
    sign = correction("anna", action="sign")
    look = look_at(made_result(), said(lost, sign))
    assert look.standing.waits == ["1 correction no longer fits"]
    assert look.standing.signed == []
    aside = correction("anna", action="undo", correction=lost["id"])
    look = look_at(made_result(), said(lost, aside, correction("anna", action="sign")))
    assert look.standing.waits == []
    assert len(look.standing.signed) == 1


def test_a_signature_ends_when_the_document_was_read_anew_with_other_words() -> None:
    result = made_result()
    sign = correction("anna", action="sign", of=contents(look_at(result, said()).applied.result))
    assert len(look_at(result, said(sign)).standing.signed) == 1
    anew = result.model_copy(deep=True)
    anew.tables[0].cells[4].text = "another word"
    assert look_at(anew, said(sign)).standing.signed == []


def test_every_output_tells_who_signed_or_that_nobody_did(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    assert "review" not in json.loads(path.read_text("utf-8"))["document"]  # as detected: nothing was reviewed
    unsigned = corrected_result(path)[0]
    add_corrections(sidecar_of(path), said(correction("Anna Reader", action="sign")))
    signed = corrected_result(path)[0]
    for kind in [kind for kind in WRITERS if kind != "parquet"]:
        assert "not signed: 3 still to decide" in texts(unsigned, kind, tmp_path / f"no-{kind}"), kind
        assert "not signed" not in texts(signed, kind, tmp_path / f"yes-{kind}"), kind
    for kind in ("json", "xlsx", "html", "docx", "visits", "csv", "redcap"):
        assert "signed by Anna Reader (checked), 2" in texts(signed, kind, tmp_path / f"by-{kind}"), kind
    found = diff_results(unsigned, signed)
    assert [line for line in found.cautions if "not signed" in line] == [
        "old: Review: not signed: 3 still to decide, 1 table nobody has looked at"
    ]


def texts(result: Any, kind: str, folder: Path) -> str:
    import sys

    sys.path.append(str(Path(__file__).parents[1] / "app"))
    from app_process import in_full

    folder.mkdir()
    return "\n".join(in_full(path.read_bytes()) for path in write(result, kind, folder, "made"))


def test_a_result_with_review_is_read_again(tmp_path: Path) -> None:
    result = corrected_result(write_made(tmp_path))[0]
    assert read_result(result.to_json(tmp_path / "told.json")).document.review == result.document.review


def test_results_are_evaluated_with_corrections(tmp_path: Path) -> None:
    """A rejected table has no schedule page any more; `--as-detected` scores what was detected."""
    from click.testing import CliRunner

    from soesift.cli.main import soesift

    results, gold = tmp_path / "results", tmp_path / "gold"
    results.mkdir()
    gold.mkdir()
    path = write_made(results)
    table = {"type": "main_soa", "grid_pages": [1, 2], "footnote_pages": []}
    (gold / "made.json").write_text(json.dumps({"soe_tables": [table]}), encoding="utf-8")
    add_corrections(sidecar_of(path), [correction("anna", action="reject", table="t2")])
    asked = ["evaluate", str(results), "--gold", str(gold), "--resamples", "10"]
    figures = {}
    for more in ([], ["--as-detected"]):
        out = tmp_path / f"out{len(more)}.json"
        done = CliRunner().invoke(soesift, [*asked, *more, "--out", str(out)], catch_exceptions=False)
        assert done.exit_code == 0
        figures[len(more)] = json.loads(out.read_text("utf-8"))["strict"]["page_f1"][0]
    assert figures == {0: 1.0, 1: 0.8}  # page 3 is wrongly taken as detected
