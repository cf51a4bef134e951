"""The two pots of human labels: `audit` (random: it certifies and calibrates) and `repair` (least confident:
it trains). They never share an item, and repair rows can never certify.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, ValueRangeError, labels, same_length, vector
from soesift.label.ledger import Ledger
from soesift.label.prompt import sha256

SHINGLE = 3  # words
ALIKE = 0.8  # Jaccard similarity of shingles from which on two tables are near-duplicates


class RepairRowsCertify(UsageError):
    """Rows chosen for repair were given as audit: they were not drawn at random, so they certify nothing."""


class AuditDraw(NamedTuple):
    """items: (m,) indices drawn, sorted. stratum: (m,) their stratum. chance: (m,) probability of having been
    drawn.

    frame: (n,) stratum in which each item could have been drawn, -1 for none: what the audit speaks for.
    """

    items: Ints
    stratum: Ints
    chance: Floats
    frame: Ints


class RepairDraw(NamedTuple):
    """items: (m,) indices drawn, least confident first. duplicates: item passed over -> the drawn one it
    repeats.
    """

    items: Ints
    duplicates: dict[int, int]


def strata(label: ArrayLike, agree: ArrayLike) -> Ints:
    """(n,) stratum of each item: 0 and 1 agreed NO and YES, 2 views disagree or one is missing, -1 no
    belief.
    """
    same_length(label=label, agree=agree)
    said = np.asarray(label, np.int64)
    return np.where(said < 0, -1, np.where(np.asarray(agree, bool), said, 2))


def draw_audit(stratum: ArrayLike, counts: Mapping[int, int], *, seed: int, exclude: ArrayLike = ()) -> AuditDraw:
    """Draw counts[c] items of each stratum c at random without replacement; a stratum smaller than that is
    drawn whole. stratum: (n,) ints, see `strata`. exclude: indices that already are in the repair pot.

    Certification needs strata 0 and 1; a few of stratum 2 let the soft rule calibrate on disagreements too.
    With `exclude`, the draw is random among the remaining items only, and certifies only those.
    """
    groups = np.asarray(stratum, np.int64)
    free = mask(len(groups), exclude, invert=True)
    rng = np.random.default_rng(seed)
    parts = []
    for c in sorted(counts):
        if counts[c] < 0 or c < 0:
            raise ValueRangeError(f"stratum {c} asks for {counts[c]} items: give a stratum and a count of 0 or more")
        pool = np.flatnonzero((groups == c) & free)
        drawn = rng.choice(pool, size=min(counts[c], len(pool)), replace=False)
        parts.append((drawn, np.full(len(drawn), len(drawn) / max(1, len(pool)))))
    index = np.concatenate([np.zeros(0, np.int64), *(drawn for drawn, _ in parts)])
    chance = np.concatenate([np.zeros(0), *(p for _, p in parts)])
    order = np.argsort(index)
    frame = np.where(free & np.isin(groups, list(counts)), groups, -1)
    return AuditDraw(index[order], groups[index[order]], chance[order], frame)


def draw_repair(
    confidence: ArrayLike, texts: Sequence[str], size: int, *, exclude: ArrayLike = (), alike: float = ALIKE
) -> RepairDraw:
    """Choose `size` items, least confident first, passing over near-duplicates of those already chosen.

    confidence: (n,) e.g. |z|, NaN (no belief) counts as least confident; texts: n table texts; exclude:
    indices of the audit pot. Fewer are returned where nothing else is left.
    """
    same_length(confidence=confidence, texts=np.asarray(texts, object))
    sure = np.nan_to_num(vector("confidence", confidence), nan=-1.0)
    free = mask(len(sure), exclude, invert=True)
    chosen: list[int] = []
    seen: list[frozenset[int]] = []
    duplicates: dict[int, int] = {}
    for item in np.argsort(sure, kind="stable").tolist():
        if len(chosen) >= size:
            break
        if not free[item]:
            continue
        pieces = shingles(texts[item])
        twin = next((c for c, other in zip(chosen, seen, strict=True) if jaccard(pieces, other) >= alike), None)
        if twin is not None:
            duplicates[item] = twin
            continue
        chosen.append(item)
        seen.append(pieces)
    return RepairDraw(np.array(chosen, np.int64), duplicates)


def shingles(text: str, width: int = SHINGLE) -> frozenset[int]:
    """Hashes of all runs of `width` words, lower case; of the whole text where it is shorter."""
    words = text.casefold().split()
    return frozenset(hash(tuple(words[i : i + width])) for i in range(max(1, len(words) - width + 1)))


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    """Shared over all shingles, 0 to 1."""
    return len(a & b) / len(a | b) if a or b else 1.0


def mask(n: int, index: ArrayLike, *, invert: bool = False) -> Bools:
    """(n,) bool, true at `index`; ValueRangeError where an index lies outside 0..n-1."""
    places = np.asarray(index, np.int64)
    if len(places) and not 0 <= places.min() <= places.max() < n:
        raise ValueRangeError(f"index {places.max()} lies outside the {n} items")
    inside = np.zeros(n, bool)
    inside[places] = True
    return ~inside if invert else inside


def refuse_repair(audit: ArrayLike, repair: ArrayLike) -> None:
    """RepairRowsCertify if the pots share an item (both are indices)."""
    shared = np.intersect1d(np.asarray(audit, np.int64), np.asarray(repair, np.int64))
    if len(shared):
        raise RepairRowsCertify(
            f"{len(shared)} rows (first: {shared[0]}) were chosen for repair and given as audit: "
            "only rows drawn at random certify, so leave them out of the audit"
        )


# The plan of an audit, written once into the ledger, and how often the audit was tested.
#
# A guarantee holds for a test that was fixed before its outcome was known. Who draws again until it passes, or tries
# other beliefs, rules or levels on the same judgements, has none. So the first use of an audit writes down its seed and
# size; the first test writes alpha, delta and how many tests there will be in all (`looks`); each test has delta /
# looks. The same test again is no new one.

HUMANS = "humans"  # source of an audit that is the ledger's own pot
SAME_TABLES = (
    0.5  # share, in (0, 1], of the smaller of two files' tables that both label, from which they are one audit
)


class AuditSpent(UsageError):
    """The audit's plan says otherwise, or all tests that it allows were made."""


class Draw(NamedTuple):
    """What decides which tables of a source are audited. source: HUMANS, or as `source_of` names a file's labels."""

    source: str
    seed: int = 0
    size: int = 0


class Look(NamedTuple):
    """One test of an audit. beliefs, judged: fingerprints of what is tested, and by which judgements."""

    rule: str
    alpha: float
    delta: float
    looks: int
    beliefs: str
    judged: str


def source_of(ledger: Ledger, known: Mapping[str, int]) -> str:
    """The name of an audit whose labels `known` (table_id -> class) come from a file; its tables are written down.

    A file with other labels of mostly the same tables has the name of the earlier one: whoever edits a line has no new
    audit, and no new plan.
    """
    own, tables = sha256(json.dumps(sorted(known.items()))), set(known)
    with ledger.transaction() as db:
        before: dict[str, set[str]] = {}
        for source, table in db.execute("SELECT source, table_id FROM audit_known ORDER BY rowid"):
            before.setdefault(source, set()).add(table)
        for source, labelled in before.items():
            if len(labelled & tables) >= SAME_TABLES * max(1, min(len(labelled), len(tables))):
                return source
        db.executemany("INSERT INTO audit_known VALUES (?,?)", [(own, table) for table in sorted(tables)])
    return own


def keep_draw(ledger: Ledger, draw: Draw) -> None:
    """Write the draw down at its first use; AuditSpent where another was written for this source."""
    with ledger.transaction() as db:
        row = db.execute("SELECT seed, size FROM audit_plan WHERE source = ?", (draw.source,)).fetchone()
        if row is None:
            columns = "INSERT INTO audit_plan (source, seed, size, created) VALUES (?,?,?,?)"
            db.execute(columns, (*draw, time.time()))
        elif tuple(row) != (draw.seed, draw.size):
            raise AuditSpent(
                f"this audit was drawn with --seed {row['seed']} --audit-size {row['size']}: an audit that is drawn "
                "again until it passes guarantees nothing (another file of labels of the same tables is the same "
                "audit); give these, or judge other tables"
            )


def keep_test(ledger: Ledger, source: str, test: Look) -> tuple[float, int]:
    """Write the test down; the risk that it has (delta / looks), and its number among those made of this audit.

    AuditSpent: another alpha, delta or number of looks was planned, or no look is left.
    """
    with ledger.transaction() as db:
        row = db.execute("SELECT alpha, delta, looks FROM audit_plan WHERE source = ?", (source,)).fetchone()
        if row["alpha"] is None:
            query = "UPDATE audit_plan SET alpha = ?, delta = ?, looks = ? WHERE source = ?"
            db.execute(query, (test.alpha, test.delta, test.looks, source))
        elif tuple(row) != (test.alpha, test.delta, test.looks):
            raise AuditSpent(
                f"this audit was planned with --alpha {row['alpha']:g} --delta {row['delta']:g} "
                f"--looks {row['looks']}: give these; levels chosen after its outcome guarantee nothing"
            )
        made = db.execute("SELECT rule, beliefs, judged FROM audit_look WHERE source = ? ORDER BY created", (source,))
        before = [tuple(one) for one in made]
        now = (test.rule, test.beliefs, test.judged)
        if now not in before:
            if len(before) >= test.looks:
                raise AuditSpent(_spent(before, now, test.looks))
            db.execute("INSERT INTO audit_look VALUES (?,?,?,?,?)", (source, *now, time.time()))
            before.append(now)
    return test.delta / test.looks, before.index(now) + 1


def _spent(before: list[tuple[str, ...]], now: tuple[str, ...], looks: int) -> str:
    names = ("the rule", "the beliefs", "the judgements")
    other = [name for name, old, new in zip(names, before[-1], now, strict=True) if old != new]
    times = "once" if looks == 1 else f"{looks} times, as planned"
    return (
        f"this audit was tested {times}; {' and '.join(other)} changed since, and a further test would guarantee "
        "nothing: go on with what was tested, or judge other tables (next time plan it with --looks)"
    )


# Simulated non-experts, for the human arm when only expert labels exist. They are not people: every name,
# column and report that uses them says "simulated".
#
# The paper's six non-experts agreed pairwise on 81.2 % of tables; "do not know" went to an expert; the first
# annotation won. Here each simulated annotator errs independently with one probability, in both directions
# alike, set so that two agree as often as wanted. Real ones share difficult tables, so their errors go
# together: a majority of simulated annotators is better than one of real annotators.

PAPER_AGREEMENT = 0.812
PAPER_ANNOTATORS = 6
SIMULATED = "simulated non-expert"


class SimulatedNonExperts(NamedTuple):
    """votes: (n, m) 1, 0, -1 "do not know". label: (n,) first annotation, or the expert's where it was "do
    not know". asked_expert: (n,) bool. names: m names, each saying simulated."""

    votes: Ints
    label: Ints
    asked_expert: Bools
    names: list[str]


def error_rate(agreement: float) -> float:
    """Error e of each of two independent annotators that agree this often: (1-e)^2 + e^2 = agreement, e <
    1/2.
    """
    if not 0.5 <= agreement <= 1:
        raise ValueRangeError(f"agreement is {agreement:g}: two annotators that guess agree on half, so give .5 to 1")
    return float((1 - np.sqrt(2 * agreement - 1)) / 2)


def simulated_non_experts(
    truth: ArrayLike,
    *,
    seed: int,
    agreement: float = PAPER_AGREEMENT,
    do_not_know: float = 0.05,
    annotators: int = PAPER_ANNOTATORS,
) -> SimulatedNonExperts:
    """Simulate annotations of truth (n,) 0/1. `agreement` is of pairs that both answered; at .812, e = .105.

    do_not_know: chance of each annotator to pass on each item, in [0, 1]. Who is first is drawn for each
    item.
    """
    t = labels("truth", truth, unknown=False)
    if not 0 <= do_not_know <= 1 or annotators < 1:
        raise ValueRangeError("do_not_know must lie in [0, 1], and at least one annotator is needed")
    rng = np.random.default_rng(seed)
    shape = (len(t), annotators)
    wrong = rng.random(shape) < error_rate(agreement)
    votes = np.where(wrong, 1 - t[:, None], t[:, None])
    votes[rng.random(shape) < do_not_know] = UNKNOWN
    first = votes[np.arange(len(t)), rng.integers(0, annotators, len(t))]
    asked = first == UNKNOWN
    names = [f"{SIMULATED} {i}" for i in range(1, annotators + 1)]
    return SimulatedNonExperts(votes, np.where(asked, t, first), asked, names)
