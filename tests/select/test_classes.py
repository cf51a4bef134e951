"""More than two classes: with two they are what YES and NO are; agreement, means and failures with more."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.config import check
from soesift.errors import UsageError
from soesift.label.prompt import Task, load_task, prompt_for
from soesift.label.report import StoredAnswer
from soesift.select import belief as binary
from soesift.select.by_name import Material, select_by
from soesift.select.classes import (
    agreed,
    audit_of_classes,
    certified_classes,
    class_opinions,
    class_report,
    classes_asked,
    known_classes,
    mean_shares,
    select_classes,
    shares,
    with_audited,
)
from soesift.select.combine import agreement, mean_logit
from soesift.select.from_ledger import fingerprint_of_shares, opinions
from soesift.select.pots import from_reference
from soesift.select.rules import Reason

KINDS = ["none", "main", "track", "sampling"]
WORDS = json.dumps({name: [name.upper()] for name in KINDS} | {"unsure": ["UNSURE"]})


def answer(label: str | None, **changes: Any) -> StoredAnswer:
    given: dict[str, Any] = {
        "table_id": "t",
        "document": "d",
        "page": 1,
        "view": "json",
        "model": "m",
        "prompt": "p",
        "sample": 0,
        "label": label,
        "failure": None if label else "off_label",
        "reason": "",
        "raw": "",
        "logprobs": None,
        "token": None,
        "confidence": None,
        "left_out": [],
        "source": "",
        "cost": None,
        "tokens": 0,
        "created": 0.0,
        "words": WORDS,
    }
    return StoredAnswer(**given | changes)


def tokens(**chance: float) -> dict[str, Any]:
    return {"logprobs": [["", 0.0, [[word, math.log(p)] for word, p in chance.items()]]], "token": 0}


@given(st.lists(st.lists(st.floats(0, 1) | st.none(), min_size=2, max_size=2), min_size=1, max_size=5))
def test_two_classes_are_yes_and_no(rows: list[list[float | None]]) -> None:
    p = np.array([[np.nan if x is None else x for x in row] for row in rows], np.float64)
    both = np.stack([1 - p, p], axis=2)
    share = mean_shares(both)
    np.testing.assert_allclose(share[:, 1], 1 / (1 + np.exp(-mean_logit(p))), atol=1e-9)
    np.testing.assert_array_equal(agreed(both), agreement(p))


@pytest.mark.parametrize(("yes", "no", "unsure"), [(3, 1, 0), (0, 2, 1), (1, 0, 0), (1, 1, 3)])
def test_samples_of_two_classes_give_the_belief_of_yes_and_no(yes: int, no: int, unsure: int) -> None:
    said = ["a"] * yes + ["b"] * no + ["unsure"] * unsure
    found, why = shares([answer(label, sample=i) for i, label in enumerate(said)], ["b", "a"])
    names = {"a": "yes", "b": "no", "unsure": "unsure"}
    assert why is None
    assert found[1] == pytest.approx(binary.from_samples([names[label] for label in said]).p)  # type: ignore[misc]


def test_log_probabilities_are_shared_out_over_the_classes() -> None:
    found, why = shares([answer("main", **tokens(MAIN=0.6, TR=0.2, UNSURE=0.1, Paris=0.1))], KINDS)
    assert why is None
    np.testing.assert_allclose(found, np.array([0.025, 0.625, 0.225, 0.025]) / 0.9)


def test_what_gives_no_belief_says_why() -> None:
    assert shares([], KINDS)[1] == binary.Failure.NO_ANSWER
    assert shares([answer(None)], KINDS)[1] == binary.Failure.UNPARSABLE
    found, why = shares([answer("main", **tokens(MAIN=0.3, Paris=0.7))], KINDS)
    assert why == binary.Failure.OFF_LABEL
    assert np.isnan(found).all()
    assert shares([answer("main", confidence=120.0)], KINDS)[1] == binary.Failure.BAD_CONFIDENCE


def test_a_spoken_confidence_is_never_below_even() -> None:
    np.testing.assert_allclose(shares([answer("track", confidence=91.0)], KINDS)[0], [0.03, 0.03, 0.91, 0.03])
    np.testing.assert_allclose(shares([answer("track", confidence=0.0)], KINDS)[0], [0.25] * 4)


def test_a_missing_view_or_a_tie_is_no_agreement() -> None:
    sure, other, even = [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]
    beliefs = np.array([[sure, sure], [sure, other], [even, even], [sure, [np.nan] * 3], [[np.nan] * 3] * 2])
    done = select_classes("agreement", beliefs)
    assert done.keep.tolist() == [True, False, False, False, False]
    assert done.label.tolist()[:1] == [1]
    assert done.label.tolist()[-1] == -1
    every = select_classes("all", beliefs)
    assert every.keep.tolist() == [True, True, True, True, False]
    with pytest.raises(UsageError, match="rule crowd knows only YES and NO"):
        select_classes("crowd", beliefs)


def told(rng: np.random.Generator, said: np.ndarray, k: int) -> np.ndarray:
    """Beliefs (n, 2, k) of two views that both name class `said` (n,), by shares of .5 to 1."""
    top = rng.uniform(0.5, 1, (len(said), 2, 1))
    rest = np.ones(k) - np.eye(k)[said]
    return np.where(rest[:, None, :] > 0, (1 - top) / (k - 1), top)


@pytest.mark.parametrize("wrong", [0.0, 0.03, 0.3])
def test_two_classes_are_certified_as_yes_and_no_are(wrong: float) -> None:
    rng = np.random.default_rng(1)
    said = rng.integers(0, 2, 400)
    beliefs = told(rng, said, 2)
    beliefs[:40, 1] = beliefs[:40, 1, ::-1]  # views disagree
    truth = np.where(rng.random(400) < wrong, 1 - said, said)
    truth[-30:] = -1
    beliefs[50] = np.nan
    plain = Material(beliefs[:, :, 1], np.arange(400).astype(str), said[:, None], ["m"], lambda: beliefs[:, :, 1])
    plain = plain._replace(audit=lambda votes: from_reference(truth, votes, 60, 7), alpha=0.1, delta=0.1)
    wanted = select_by("certified", plain)
    chosen, certificate = certified_classes(beliefs, audit_of_classes(truth, beliefs, 60, 7), alpha=0.1, delta=0.1)
    assert wanted.certificate is not None
    np.testing.assert_array_equal(chosen.keep, wanted.selection.keep)
    assert chosen.keep.any() == (wrong < 0.1)
    assert chosen.reason == wanted.selection.reason.tolist()
    assert [c.steps and c.steps[0].p_value for c in certificate.classes] == [
        c.steps and c.steps[0].p_value for c in wanted.certificate.classes
    ]


def test_a_class_that_is_too_often_wrong_is_not_kept_beside_two_that_are_right() -> None:
    rng = np.random.default_rng(2)
    said = np.repeat([0, 1, 2], 150)
    truth = said.copy()
    truth[said == 2] = np.where(rng.random(150) < 0.4, 0, 2)
    beliefs = told(rng, said, 3)
    audit = audit_of_classes(truth, beliefs, 70, 3)
    chosen, certificate = certified_classes(beliefs, audit, alpha=0.1, delta=0.15)
    assert [c.kept for c in certificate.classes] == [150, 150, 0]
    assert all(c.delta == pytest.approx(0.05) for c in certificate.classes)
    assert {chosen.reason[i] for i in np.flatnonzero(said == 2)} == {Reason.NOT_CERTIFIED}
    done = with_audited(chosen._replace(keep=np.ones(450, bool)), audit)
    judged = audit.draw.items
    assert (done.label[judged] == truth[judged]).all()  # people's labels stand where the teacher's were wrong
    assert done.target[judged].argmax(axis=1).tolist() == truth[judged].tolist()
    assert sum(reason == Reason.HUMAN for reason in done.reason) == int((said != truth)[judged].sum()) > 0


def test_the_guarantee_holds_for_three_classes_at_once() -> None:
    """Each class holds one wrong item more than alpha allows; 200 audits drawn by fixed seeds."""
    rng = np.random.default_rng(5)
    said = np.repeat([0, 1, 2], 100)
    truth, beliefs = said.copy(), told(rng, said, 3)
    for c in range(3):
        truth[100 * c + rng.permutation(100)[:11]] = (c + 1) % 3
    broken = 0
    for seed in range(200):
        chosen, _ = certified_classes(beliefs, audit_of_classes(truth, beliefs, 50, seed), alpha=0.1, delta=0.3)
        pools = [chosen.keep & (said == c) for c in range(3)]
        broken += any((said != truth)[pool].mean() > 0.1 for pool in pools if pool.any())
    assert broken / 200 <= 0.3


def test_questions_of_other_classes_are_not_mixed() -> None:
    four, two = answer("main"), answer("yes", words=json.dumps({"yes": ["YES"], "no": ["NO"], "unsure": []}))
    assert classes_asked([four]) == KINDS
    assert classes_asked([two, answer("yes", words="")]) == []
    with pytest.raises(UsageError, match="name one with --prompt"):
        classes_asked([four, two])
    with pytest.raises(UsageError, match="told main apart"):
        opinions([four])
    assert class_opinions([four], KINDS).beliefs.shape == (1, 1, 4)


def test_another_belief_gives_another_fingerprint() -> None:
    found = class_opinions([answer("main"), answer("track", table_id="u")], KINDS)
    same = fingerprint_of_shares(found.cells, found.beliefs)
    assert len(same) == 64
    assert same == fingerprint_of_shares(found.cells, found.beliefs.copy())
    other = found.beliefs.copy()
    other[1, 0, 3] /= 2
    assert same != fingerprint_of_shares(found.cells, other)


def test_of_a_class_as_many_are_drawn_as_asked_and_of_the_rest_a_quarter() -> None:
    said = np.repeat([0, 1, 2, 0], 40)
    beliefs = told(np.random.default_rng(0), said, 3)
    beliefs[120:, 1] = beliefs[120:, 1][:, [1, 0, 2]]  # views disagree
    truth = said.copy()
    drawn = {
        size: [int(((place <= items) & (items < place + 40)).sum()) for place in (0, 40, 80, 120)]
        for size in (3, 8, 20, 39)
        for items in [audit_of_classes(truth, beliefs, size, 1).draw.items]
    }
    assert drawn == {3: [3, 3, 3, 1], 8: [8, 8, 8, 2], 20: [20, 20, 20, 5], 39: [39, 39, 39, 9]}


def test_a_report_tells_what_is_kept_wrong_and_certified() -> None:
    said = ["main", "main", "track", "none", "track"]
    found = class_opinions([answer(name, table_id=f"t{n}") for n, name in enumerate(said)], KINDS)
    chosen = select_classes("all", found.beliefs)
    chosen = chosen._replace(keep=np.array([True, True, True, False, True]))
    known = {"t0": 1, "t1": 2, "t2": 2, "t3": 1}
    text = class_report("all", found, chosen, known)
    assert text.startswith("# Selection `all`\n\n4 of 5 tables kept, of 4 classes; 1 columns of answers.\n")
    rows = [line for line in text.splitlines() if line.startswith(("| none", "| main", "| track", "| sampling"))]
    assert rows == [
        "| none | 1 | 0 | 0 | 0 |",
        "| main | 2 | 2 | 2 | 1 |",
        "| track | 2 | 2 | 1 | 0 |",
        "| sampling | 0 | 0 | 0 | 0 |",
    ]
    assert "- track taken for main: 1\n" in text
    assert "certificate" not in text
    truth = np.array([known.get(f"t{n}", -1) for n in range(5)])
    _, certificate = certified_classes(
        found.beliefs, audit_of_classes(truth, found.beliefs, 5, 1), alpha=0.1, delta=0.2
    )
    lines = class_report("certified", found, chosen, known, certificate).splitlines()
    told_of = [line.split(" (")[0] for line in lines if line.startswith("- certificate")]
    assert told_of == [f"- certificate {name}" for name in KINDS]
    assert "at most 10.0% wrong, risk 5.0%" in lines[-1]


def test_reference_labels_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"table_id": "a", "label": "main"}\n{"table_id": "b", "label": {"none": 0.2, "track": 0.8}}\n')
    assert known_classes(path, KINDS) == {"a": 1, "b": 2}
    path.write_text('{"table_id": "a", "label": "soe"}\n')
    with pytest.raises(UsageError, match=r"labels.jsonl:1: label 'soe' is not one of none, main"):
        known_classes(path, KINDS)


def test_the_question_names_every_class_and_its_definition() -> None:
    task = load_task("soe-kinds-v1")
    for view in ("json", "page", "header"):
        asked = prompt_for(view, task).messages("a table")
        whole = "".join(message["content"] for message in asked)
        assert "{{" not in whole
        assert all(f"{one.name.upper()}: {one.definition}" in asked[0]["content"] for one in task.labels.classes)
        assert asked[-1]["content"].endswith("NONE, MAIN, TRACK or SAMPLING.")
        assert [m["content"] for m in asked if m["role"] == "assistant"] == ["MAIN", "TRACK", "SAMPLING", "NONE"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"class": [{"name": "a", "definition": ""}]}, "at least two classes"),
        ({"class": [{"name": "a", "definition": ""}, {"name": "yes", "definition": ""}]}, "no class may be called yes"),
        ({"yes": ["Y"], "no": ["N"], "class": [{"name": "a", "definition": ""}]}, "not both"),
        ({"yes": ["Y"]}, "words for yes and no"),
        (
            {"class": [{"name": "a", "definition": "", "words": ["B"]}, {"name": "b", "definition": ""}]},
            "two classes share an answer word",
        ),
    ],
)
def test_a_task_with_odd_labels_is_refused(labels: dict[str, Any], said: str) -> None:
    data = {"id": "t", "name": "n", "source": "s", "definition": "d", "traits": [], "labels": labels}
    with pytest.raises(UsageError, match=said):
        check(data, Task, "task.toml")
