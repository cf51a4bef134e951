"""Answers to a question that was changed since are put aside, by content and not by name; labels in other words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.label.config import LabelConfig
from soesift.label.ledger import Answer, Ledger
from soesift.label.providers.base import Reply, TokenLogprob
from soesift.label.report import current, status_of, stored_answers
from soesift.label.request import Parsed, build_requests
from soesift.select.choose import Choosing, choose
from soesift.select.from_ledger import opinions
from soesift.table.record import TableRecord

TASK = """
id = "toy"
name = "toy table"
source = "a toy"
definition = "{definition}"
traits = ["has toys"]
[labels]
yes = ["{yes}"]
no = ["{no}"]
"""
GRID = [["Procedure", "Day 1"], *([f"Row {i} of a rather long table", "X"] for i in range(30))]
RECORDS = [TableRecord(table_id=f"t{i}", document="d", grid=[[f"T{i}", "b"], *GRID], header_rows=1) for i in range(6)]


def asked(
    folder: Path,
    label: str,
    *,
    definition: str = "a",
    tokens: int = 60,
    words: tuple[str, str] = ("YES", "NO"),
    model: str = "m",
    says: str = "",
) -> None:
    """Ask about all tables and answer `label`, with log-probabilities of the words."""
    (folder / "toy.toml").write_text(TASK.format(definition=definition, yes=words[0], no=words[1]))
    how = LabelConfig.model_validate(
        {"task": str(folder / "toy.toml"), "provider": {"model": model}, "views": {"names": ["json"], "tokens": tokens}}
    )
    book = Ledger(folder / "l.db")
    requests = list(build_requests(RECORDS, how, True))
    book.add(requests)
    for request in requests:
        said = words[label == "no"]
        tops = ((said[: len(says) or None], np.log(0.9)), (words[label != "no"], np.log(0.1)))
        reply = Reply(said, logprobs=(TokenLogprob(said, -0.1, tops),))
        known = book.db.execute("SELECT 1 FROM answer WHERE key = ?", (request.key,)).fetchone()
        if not known:
            book.commit(Answer(request.key, Parsed(label=label, token=0), reply))  # type: ignore[arg-type]
    book.close()


def beliefs(folder: Path, **named: object) -> list[list[float]]:
    book = Ledger(folder / "l.db")
    found = opinions(stored_answers(book), **named)  # type: ignore[arg-type]
    book.close()
    return np.round(found.beliefs, 3).tolist()


def test_a_definition_edited_in_place_makes_old_answers_stale(tmp_path: Path) -> None:
    asked(tmp_path, "yes", definition="first wording")
    asked(tmp_path, "no", definition="second wording")
    assert beliefs(tmp_path) == [[0.1]] * 6
    book = Ledger(tmp_path / "l.db")
    assert [view.stale for view in status_of(book).views] == [True, False]
    assert opinions(stored_answers(book)).stale == {
        f"json (m), prompt toy/table-v1 {status_of(book).views[0].content}": 6
    }
    book.close()
    asked(tmp_path, "yes", definition="first wording")  # asked again: nothing is paid, and it is today's question
    assert beliefs(tmp_path) == [[0.9]] * 6


def test_more_of_a_table_shown_makes_old_answers_stale(tmp_path: Path) -> None:
    asked(tmp_path, "yes", tokens=60)
    asked(tmp_path, "no", tokens=600)
    assert beliefs(tmp_path) == [[0.1]] * 6
    book = Ledger(tmp_path / "l.db")
    (view,) = status_of(book).views
    book.close()
    assert (view.labelled, view.put_aside, view.stale) == (12, 6, False)


def test_a_second_model_is_a_column_and_can_be_chosen(tmp_path: Path) -> None:
    asked(tmp_path, "yes", model="m")
    asked(tmp_path, "no", model="n")
    assert beliefs(tmp_path) == [[0.9, 0.1]] * 6
    assert beliefs(tmp_path, models=["n"]) == [[0.1]] * 6
    with pytest.raises(UsageError, match="no answer of model o"):
        beliefs(tmp_path, models=["o"])


def test_status_takes_the_first_digits_of_a_hash_but_not_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(tmp_path, "yes")
    book = Ledger(tmp_path / "l.db")
    (view,) = status_of(book).views
    book.close()
    for prompt, rows in ((view.content, 1), (view.content[:6], 1), (view.content[0], 0)):
        with pytest.raises(SystemExit):
            main(["status", str(tmp_path / "l.db"), "--prompt", prompt])
        assert capsys.readouterr().out.count("json") == rows


def test_prompts_that_are_named_stand_side_by_side(tmp_path: Path) -> None:
    asked(tmp_path, "yes", definition="first wording")
    asked(tmp_path, "no", definition="second wording")
    book = Ledger(tmp_path / "l.db")
    old, new = (view.content for view in status_of(book).views)
    answers = stored_answers(book)
    book.close()
    assert {a.label for a in current(answers, prompts=[old]).current} == {"yes"}
    assert {a.label for a in current(answers, prompts=[new]).current} == {"no"}


@pytest.mark.parametrize("words", [("SCHEDULE", "OTHER"), ("RELEVANT", "REST"), ("ja", "nein")])
def test_labels_in_other_words_give_beliefs(tmp_path: Path, words: tuple[str, str]) -> None:
    """Every one of them was `off_label`."""
    asked(tmp_path, "yes", words=words)
    assert beliefs(tmp_path) == [[0.9]] * 6


def test_without_any_belief_select_says_why(tmp_path: Path) -> None:
    asked(tmp_path, "yes", words=("RELEVANT", "REST"), says="RE")  # a token that begins both words tells nothing
    with pytest.raises(UsageError, match=r"no answer gives a belief \(6 off_label\)"):
        choose(tmp_path / "l.db", RECORDS, Choosing())


def test_explain_tells_the_rule_that_was_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(tmp_path, "yes")

    def explained() -> str:
        with pytest.raises(SystemExit):
            main(["explain", "t1", "--ledger", str(tmp_path / "l.db")])
        return capsys.readouterr().out

    assert "decision (agreement; nothing was selected yet): yes, kept" in explained()
    choose(tmp_path / "l.db", RECORDS, Choosing(rule="all"))
    assert "decision (last selection, all" in explained()
    asked(tmp_path, "no", definition="another")
    assert "; stale: asked in another way since" in explained()
