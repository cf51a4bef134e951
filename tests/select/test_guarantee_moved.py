"""The guarantee where beliefs are other ones than those an audit was drawn on: kept by an exact test, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.errors import UsageError
from soesift.label.humans import HumanLabel
from soesift.label.ledger import Ledger
from soesift.select.audit import AuditDraw, AuditSpent, Draw, Look, draw_audit, keep_draw, keep_test, strata
from soesift.select.certified import certify, hypergeometric_tail, stratified_tail, too_many
from soesift.select.combine import Combined, combine
from soesift.select.pots import frame_of, from_humans

hypergeom = pytest.importorskip("scipy.stats").hypergeom
ALPHA, DELTA = 0.10, 0.10
SIZES = {0: 120, 1: 40, 2: 10}
MORE = {0: 60, 1: 200, 2: 10}  # of "view taken away"


def moved_world(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, Combined, Combined]:
    """truth (900,), the votes an audit is drawn on, and those that are certified. A teacher that leans to YES: what is
    moved to NO was seldom audited and is often wrong, just more often in all than allowed."""
    n = 900
    place = np.repeat([3.0, -1.0, 1.0], [400, 200, 300])
    truth = np.where(place == 3, 1, (place == 1) & (rng.random(n) < 0.22)).astype(int)
    z = place + 0.2 * rng.standard_normal(n)
    raw = 1 / (1 + np.exp(-np.stack([z, z + 0.2 * rng.standard_normal(n)], 1)))
    new = raw
    if kind == "recentred":
        new = 1 / (1 + np.exp(-(np.log(raw / (1 - raw)) - 2)))
    if (
        kind == "view taken away"
    ):  # what the two disagreed on, audited at a fifteenth of the rate, joins the class of YES
        truth[place == 1] = rng.random(300) < 0.7
        raw[place == 1, 1] = 0.2
        new = raw[:, :1]
    if kind == "view added":
        extra = np.where(rng.random(n) < 0.8, truth, 1 - truth)
        new = np.column_stack([raw, np.where(extra == 1, 0.9, 0.1)])
    return truth, combine(raw), combine(new)


def broken(kind: str, audits: int, *, old_way: bool = False, seed: int = 0) -> float:
    """Share of audits after which some class keeps more than ALPHA wrong labels."""
    rng, bad = np.random.default_rng(seed), 0
    for number in range(audits):
        if number % 20 == 0:
            truth, raw, now = moved_world(kind, rng)
        sizes = MORE if kind == "view taken away" else SIZES
        audit = draw_audit(strata(raw.label, raw.agree), sizes, seed=number)
        if old_way:  # as if the audited items were a uniform sample of the new class
            audit = AuditDraw(audit.items, audit.stratum, audit.chance, np.where(audit.frame >= 0, 0, -1))
        done = certify(now.label, now.agree, now.score, audit, truth[audit.items], alpha=ALPHA, delta=DELTA)
        errors = [(truth != now.label)[done.keep & (now.label == c)] for c in (0, 1)]
        bad += any(len(e) and e.mean() > ALPHA for e in errors)
    return bad / audits


def limit(audits: int) -> float:
    return DELTA + 3 * (DELTA * (1 - DELTA) / audits) ** 0.5


@pytest.mark.parametrize("kind", ["plain", "recentred", "view added", "view taken away"])
def test_the_guarantee_holds_on_moved_beliefs(kind: str) -> None:
    assert broken(kind, 60) <= limit(60)


@pytest.mark.parametrize("kind", ["recentred", "view taken away"])
def test_taking_the_audit_for_a_uniform_sample_of_the_new_class_breaks_it(kind: str) -> None:
    assert broken(kind, 20, old_way=True) > 0.3


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.data())
def test_one_stratum_is_the_plain_test(pool: int, data: st.DataObject) -> None:
    audited = data.draw(st.integers(0, pool))
    wrong = data.draw(st.integers(0, audited))
    plain = hypergeometric_tail(wrong, pool, audited, 0.1)
    assert stratified_tail([wrong], [pool], [audited], 0.1) == pytest.approx(plain, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=2, max_size=3), st.data())
def test_the_stratified_test_is_at_most_as_often_wrong_as_it_says(
    strata_of: list[tuple[int, int]], data: st.DataObject
) -> None:
    """All outcomes of the draw counted, for every way of spreading one error too many over the strata."""
    pools = [pool for pool, _ in strata_of]
    audits = [min(n, pool) for pool, n in strata_of]
    spread = [data.draw(st.integers(0, pool)) for pool in pools]
    if sum(spread) < too_many(sum(pools), 0.2):
        return
    rejected = 0.0
    for seen in np.ndindex(*[n + 1 for n in audits]):
        chance = float(
            np.prod([hypergeom.pmf(k, N, e, n) for k, N, e, n in zip(seen, pools, spread, audits, strict=True)])
        )
        if chance > 0 and stratified_tail(seen, pools, audits, 0.2) <= 0.1:
            rejected += chance
    assert rejected <= 0.1 + 1e-9


def test_a_stratum_without_audit_may_be_all_wrong() -> None:
    assert stratified_tail([0, 0], [100, 20], [100, 0], 0.1) == 1.0
    assert stratified_tail([0, 0], [100, 5], [100, 0], 0.1) == 0.0


def humans(n: int, **more: object) -> list[HumanLabel]:
    return [HumanLabel(table_id=f"t{i}", label="yes", pot="audit", **more) for i in range(n)]  # type: ignore[arg-type]


VOTES = combine(np.array([[0.9, 0.8], [0.1, 0.2], [0.9, 0.1], [0.8, 0.9]]))
TABLES = [f"t{i}" for i in range(4)]


def test_an_audit_of_other_beliefs_without_its_draw_is_refused() -> None:
    known = frame_of(humans(2, beliefs="now"), TABLES, {}, VOTES, "now", changed=True)
    assert (known.why_not, known.stratum.tolist()) == ("", [1, 0, 2, 1])
    before = frame_of(humans(2, beliefs="none"), TABLES, {}, VOTES, "now", changed=True)
    assert (before.why_not, before.stratum.tolist()) == ("", [0, 0, 0, 0])
    drawn = frame_of(humans(2, beliefs="then"), TABLES, {"t0": "1", "t1": "1", "t3": "0"}, VOTES, "now", changed=True)
    assert (drawn.why_not, drawn.stratum.tolist()) == ("", [1, 1, -1, 0])
    other = frame_of(humans(2, beliefs="then"), TABLES, {}, VOTES, "now", changed=False)
    assert "judged on other beliefs" in other.why_not
    assert "judged on other beliefs" in from_humans(humans(2, beliefs="then"), TABLES, other).why_not


def test_uneven_chances_within_a_stratum_are_refused() -> None:
    labels = [
        *humans(1, beliefs="now", probability=0.5),
        HumanLabel(table_id="t3", label="yes", pot="audit", beliefs="now", probability=0.1),
    ]
    audit = from_humans(labels, TABLES, frame_of(labels, TABLES, {}, VOTES, "now", changed=False))
    assert "chances from 0.1 to 0.5" in audit.why_not


def test_a_plan_is_written_once(tmp_path) -> None:
    book = Ledger(tmp_path / "l.db")
    keep_draw(book, Draw("file", 0, 60))
    keep_draw(book, Draw("file", 0, 60))
    with pytest.raises(AuditSpent, match="--seed 0 --audit-size 60"):
        keep_draw(book, Draw("file", 1, 60))
    first = Look("certified", 0.05, 0.1, 2, "a", "x")
    assert keep_test(book, "file", first) == (0.05, 1)
    assert keep_test(book, "file", first) == (0.05, 1)
    with pytest.raises(AuditSpent, match=r"--alpha 0\.05 --delta 0\.1 --looks 2"):
        keep_test(book, "file", first._replace(alpha=0.1))
    assert keep_test(book, "file", first._replace(beliefs="b")) == (0.05, 2)
    with pytest.raises(AuditSpent, match="tested 2 times, as planned; the judgements changed"):
        keep_test(book, "file", first._replace(beliefs="b", judged="y"))
    assert issubclass(AuditSpent, UsageError)
    book.close()
