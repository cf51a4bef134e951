"""Selection where the teacher sorts tables into more than two classes: beliefs, rules, labels and report.

What `belief`, `combine` and `rules` are for YES and NO, generalised: with two classes the numbers are the same. An
audit is drawn from a file of class labels; what people judge in the ledger's own pots are YES and NO.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints
from soesift.json_lines import json_rows, text_of
from soesift.label.report import StoredAnswer
from soesift.select import belief as beliefs_of
from soesift.select.audit import draw_audit
from soesift.select.belief import Failure
from soesift.select.certified import Certificate, certify
from soesift.select.combine import LIMIT
from soesift.select.from_ledger import Cells, cells_of, variants
from soesift.select.pots import Audit
from soesift.select.rules import Reason

UNSURE = "unsure"
LEAST = 1 / (1 + np.exp(LIMIT))  # of a share: one certain view cannot outvote all others for ever


class ClassOpinions(NamedTuple):
    """cells: tables and columns (n, v). classes: k names. beliefs: (n, v, k), rows that sum to 1, NaN without one."""

    cells: Cells
    classes: list[str]
    beliefs: Floats
    failures: list[list[Failure | None]]


class ClassSelection(NamedTuple):
    """keep: (n,). label: (n,) place of the class, -1 without a belief. target: (n, k). reason: (n,)."""

    keep: Bools
    label: Ints
    target: Floats
    reason: list[Reason]


def classes_asked(answers: Sequence[StoredAnswer]) -> list[str]:
    """The classes that answers were asked to tell apart, in the task's order; [] for YES and NO.

    UsageError where some were asked for other classes than others: which question counts must be said.
    """
    asked = {words: list(json.loads(words)) for words in {a.words for a in answers if a.words}}
    sets = {tuple(kind for kind in kinds if kind != UNSURE) for kinds in asked.values()} or {("yes", "no")}
    if len(sets) > 1:
        told = "; ".join(sorted(", ".join(names) for names in sets))
        raise UsageError(f"the ledger holds answers to questions of other classes ({told}): name one with --prompt")
    (names,) = sets
    return [] if names == ("yes", "no") else list(names)


def class_opinions(
    answers: Sequence[StoredAnswer],
    classes: Sequence[str],
    views: Sequence[str] = (),
    models: Sequence[str] = (),
    prompts: Sequence[str] = (),
) -> ClassOpinions:
    """The beliefs of all tables that were asked about; see `from_ledger.opinions`."""
    cells = cells_of(answers, views, models, prompts)
    found = [[shares(cells.of.get((table, column), []), classes) for column in cells.columns] for table in cells.tables]
    beliefs = np.array([[share for share, _ in row] for row in found]).reshape(
        len(cells.tables), len(cells.columns), len(classes)
    )
    return ClassOpinions(cells, list(classes), beliefs, [[why for _, why in row] for row in found])


def shares(answers: Sequence[StoredAnswer], classes: Sequence[str]) -> tuple[list[float], Failure | None]:
    """The belief of a cell in each class, and why there is none (NaN): the best that its answers give.

    Log-probabilities of the answer's first token; else repeated samples, (count + 1 / k) / (S + 1); else one sample
    with its spoken confidence. UNSURE counts for all classes alike.
    """
    k, readable = len(classes), [a for a in answers if a.label]
    none = [float("nan")] * k
    for one in readable:
        if one.logprobs and one.token is not None:
            offered = [(token, value) for token, value in one.logprobs[one.token][2]]
            spelt = variants(json.loads(one.words), [token for token, _ in offered])
            mass, _, why = beliefs_of.mass_on(offered, [spelt.get(name, frozenset()) for name in (*classes, UNSURE)])
            return (none, why) if why else (_spread(mass[:-1], mass[-1]), None)
    if not readable:
        return none, Failure.UNPARSABLE if answers else Failure.NO_ANSWER
    said = Counter(a.label for a in readable)
    one = readable[0]
    if len({a.sample for a in readable}) == 1 and one.confidence is not None and one.label in classes:
        if not 0 <= one.confidence <= 100:
            return none, Failure.BAD_CONFIDENCE
        sure = max(one.confidence / 100, 1 / k)
        return [sure if name == one.label else (1 - sure) / (k - 1) for name in classes], None
    return _spread([float(said[name]) for name in classes], said[UNSURE] + 1.0), None


def _spread(mass: Sequence[float], evenly: float) -> list[float]:
    """Shares that sum to 1 of the mass of each class, and of mass that is spread over all."""
    whole = sum(mass) + evenly
    return [(m + evenly / len(mass)) / whole for m in mass]


def mean_shares(beliefs: Floats) -> Floats:
    """(n, k) geometric means over the views present, each clipped at LEAST, normalised; NaN without any view."""
    logs = np.log(np.clip(beliefs, LEAST, 1 - LEAST))
    present = ~np.isnan(beliefs[:, :, :1])
    mean = np.where(present, logs, 0).sum(1) / np.maximum(present.sum(1), 1)
    raised = np.exp(mean - mean.max(axis=1, keepdims=True))
    found = raised / raised.sum(axis=1, keepdims=True)
    return np.asarray(np.where(present.any(1), found, np.nan))


def agreed(beliefs: Floats) -> Bools:
    """(n,) whether every view has a belief, and all the same likeliest class; two as likely are no agreement."""
    known = ~np.isnan(beliefs).any(axis=(1, 2))
    filled = np.nan_to_num(beliefs, nan=0.0)
    best = filled.argmax(axis=2)
    alone = ((filled == filled.max(axis=2, keepdims=True)).sum(axis=2) == 1).all(axis=1)
    return np.asarray(known & alone & (best == best[:, :1]).all(axis=1))


def select_classes(rule: str, beliefs: Floats) -> ClassSelection:
    """One of CLASS_RULES on beliefs (n, v, k). UsageError for another."""
    if rule not in CLASS_RULES:
        known = ", ".join([*CLASS_RULES, CERTIFIED])
        raise UsageError(f"rule {rule} knows only YES and NO; with more classes there are {known}")
    share = mean_shares(beliefs)
    label = likeliest(share)
    believed = label != UNKNOWN
    keep = believed & CLASS_RULES[rule](beliefs)
    hard = np.where(believed[:, None], np.eye(beliefs.shape[2])[np.maximum(label, 0)], np.nan)
    reason = [
        Reason.KEPT if k else Reason.DISAGREE if b else Reason.NO_BELIEF
        for k, b in zip(keep.tolist(), believed.tolist(), strict=True)
    ]
    return ClassSelection(keep, label, share if rule == "soft_beliefs" else hard, reason)


def likeliest(share: Floats) -> Ints:
    """(n,) place of the likeliest class of shares (n, k), -1 without a belief."""
    return np.where(np.isnan(share[:, 0]), UNKNOWN, np.nan_to_num(share).argmax(axis=1))


def audit_of_classes(truth: Ints, beliefs: Floats, size: int, seed: int) -> Audit:
    """Draw `size` items of each class that all views name, a quarter of it of the rest; see `pots.from_reference`.

    truth: (n,) places, -1 unknown. The audit speaks for the items with known truth only.
    """
    k = beliefs.shape[2]
    label = likeliest(mean_shares(beliefs))
    frame = np.where((truth == UNKNOWN) | (label == UNKNOWN), -1, np.where(agreed(beliefs), label, k))
    draw = draw_audit(frame, {**dict.fromkeys(range(k), size), k: max(1, size // 4)}, seed=seed)
    return Audit(draw, truth[draw.items])


def certified_classes(
    beliefs: Floats, audit: Audit, *, alpha: float, delta: float
) -> tuple[ClassSelection, Certificate]:
    """Agreed items above the certified score of their class; the score is the lowest share that a view gives it.

    Each of the k classes is tested at delta / k, so that with probability 1 - delta at most a share alpha is wrong in
    every one.
    """
    plain, k = select_classes("agreement", beliefs), beliefs.shape[2]
    score = np.nan_to_num(beliefs).max(axis=2).min(axis=1)
    done = certify(plain.label, plain.keep, score, audit.draw, audit.truth, alpha=alpha, delta=delta, k=k)
    empty = np.array([c.kept == 0 for c in done.classes])
    reason = [
        why if not agrees or kept else Reason.NOT_CERTIFIED if empty[label] else Reason.BELOW
        for why, agrees, kept, label in zip(
            plain.reason, plain.keep.tolist(), done.keep.tolist(), plain.label.tolist(), strict=True
        )
    ]
    return plain._replace(keep=done.keep, reason=reason), done


def with_audited(chosen: ClassSelection, audit: Audit) -> ClassSelection:
    """The selection with the audit's label where it differs from a kept one; what is wrong never teaches."""
    label, target, reason = chosen.label.copy(), chosen.target.copy(), list(chosen.reason)
    for item, truth in zip(audit.draw.items.tolist(), audit.truth.tolist(), strict=True):
        if chosen.keep[item] and truth not in (UNKNOWN, label[item]):
            label[item], target[item], reason[item] = truth, np.eye(target.shape[1])[truth], Reason.HUMAN
    return ClassSelection(chosen.keep, label, target, reason)


def _every(beliefs: Floats) -> Bools:
    return np.ones(len(beliefs), np.bool_)


CERTIFIED = "certified"
CLASS_RULES: Mapping[str, Callable[[Floats], Bools]] = {"agreement": agreed, "all": _every, "soft_beliefs": _every}


def class_lines(found: ClassOpinions, chosen: ClassSelection, provenance: str) -> list[str]:
    """One JSON line a kept table, as `soesift train` reads it; a soft target as a share of each class."""
    lines = []
    for i in chosen.keep.nonzero()[0].tolist():
        target = chosen.target[i]
        soft = {name: round(float(share), 6) for name, share in zip(found.classes, target, strict=True)}
        row = {
            "table_id": found.cells.tables[i],
            "label": found.classes[int(chosen.label[i])] if target.max() == 1 else soft,
            "weight": 1.0,
            "provenance": "human" if chosen.reason[i] == Reason.HUMAN else provenance,
            "group": found.cells.documents[i],
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return lines


def known_classes(path: Path, classes: Sequence[str]) -> dict[str, int]:
    """table_id -> place of the class in a labels file. UsageError: a line of another form, or of no such class."""
    known: dict[str, int] = {}
    for number, row in json_rows(text_of(path), path):
        try:
            table, said = str(row["table_id"]), row["label"]
        except (KeyError, TypeError):
            raise UsageError(f"{path}:{number}: needs JSON with table_id and label") from None
        best = max(said, key=said.__getitem__) if isinstance(said, dict) and said else said
        if best not in classes:
            raise UsageError(f"{path}:{number}: label {best!r} is not one of {', '.join(classes)}")
        known[table] = list(classes).index(best)
    return known


def class_report(
    rule: str,
    found: ClassOpinions,
    chosen: ClassSelection,
    known: Mapping[str, int],
    certificate: Certificate | None = None,
) -> str:
    """Markdown: tables kept of each class and, of those with a known class, how many are wrong and taken for which."""
    truth = np.array([known.get(table, UNKNOWN) for table in found.cells.tables], np.int64)
    lines = [
        f"# Selection `{rule}`",
        "",
        f"{int(chosen.keep.sum())} of {len(truth)} tables kept, of "
        f"{len(found.classes)} classes; {len(found.cells.columns)} columns of answers.",
        "",
    ]
    lines += ["| class | labelled | kept | judged of the kept | wrong |", "|---|---|---|---|---|"]
    for place, name in enumerate(found.classes):
        mine = chosen.label == place
        judged = mine & chosen.keep & (truth != UNKNOWN)
        counts = (mine.sum(), (mine & chosen.keep).sum(), judged.sum(), (judged & (truth != place)).sum())
        lines.append(f"| {name} | " + " | ".join(str(int(n)) for n in counts) + " |")
    mistaken = Counter(
        (found.classes[t], found.classes[s])
        for t, s, k in zip(truth.tolist(), chosen.label.tolist(), chosen.keep.tolist(), strict=True)
        if k and t not in (UNKNOWN, s)
    )
    lines += [""] if mistaken or certificate else []
    lines += [f"- {true} taken for {said}: {n}" for (true, said), n in mistaken.most_common()]
    for one in certificate.classes if certificate else ():
        aim = f"at most {one.alpha:.1%} wrong, risk {one.delta:.1%}"
        lines.append(f"- certificate {found.classes[one.label]} ({aim}): {one.kept} of {one.pool} kept; {one.why}")
    return "\n".join([*lines, ""])
