"""The small parts that USDM objects are made of: ids, codes, notes, durations, and CDISC's terms for schedules.

Codes are those of CDISC's controlled terminology for USDM 4.0 (DDF, SDTM and Protocol terminology); no code is made up.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

SYSTEM = "http://www.cdisc.org"
SYSTEM_VERSION = "2025-09-26"
STAND_IN = "Stand-in: the schedule does not say this. Give it in a file with --study."

Part = dict[str, Any]
Ids = Counter[str]


class Term(NamedTuple):
    """A term of CDISC's controlled terminology."""

    code: str
    decode: str


VISIT = Term("C25716", "Visit")
FIXED = Term("C201358", "Fixed Reference")
BEFORE = Term("C201357", "Before")
AFTER = Term("C201356", "After")
START_TO_START = Term("C201355", "Start to Start")
SCREENING = Term("C202487", "Screening Epoch")
TREATMENT = Term("C101526", "Treatment Epoch")
FOLLOW_UP = Term("C202578", "Follow-Up Epoch")
RUN_IN = Term("C98779", "Run-in Period")
WASHOUT = Term("C42872", "Washout Period")
IN_PERSON = Term("C175574", "In Person")
TELEPHONE = Term("C171537", "Telephone Call")


def make(ids: Ids, kind: str, **fields: Any) -> Part:
    """A USDM object of class `kind` with the next id of its class."""
    ids[kind] += 1
    return {"id": f"{kind}_{ids[kind]}", "extensionAttributes": [], **fields, "instanceType": kind}


def code(ids: Ids, term: Term, system: str = SYSTEM, version: str = SYSTEM_VERSION) -> Part:
    """A Code object of a term."""
    return make(ids, "Code", code=term.code, codeSystem=system, codeSystemVersion=version, decode=term.decode)


def alias(ids: Ids, term: Term) -> Part:
    """An AliasCode without aliases."""
    return make(ids, "AliasCode", standardCode=code(ids, term), standardCodeAliases=[])


def comment(ids: Ids, text: str) -> Part:
    """A CommentAnnotation, as the lists `notes` hold them."""
    return make(ids, "CommentAnnotation", text=xhtml(text), codes=[])


def xhtml(text: str) -> str:
    """The text as a valid XHTML paragraph."""
    return f"<p>{html.escape(text, quote=False)}</p>"


def duration(days: int = 0, hours: float = 0.0) -> str:
    """ISO 8601 of a length of time that is not negative, in one unit, as usdm4 reads it: P14D, PT2H, PT1530M."""
    minutes = round(hours * 60) + 1440 * days
    if minutes % 1440 == 0:
        return f"P{minutes // 1440}D"
    return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"


def linked(parts: list[Part]) -> list[Part]:
    """The parts, each with the ids of the one before and after it."""
    for before, after in pairwise(parts):
        before["nextId"], after["previousId"] = after["id"], before["id"]
    return parts


def linked_apart(chains: list[list[Part]]) -> list[Part]:
    """The parts of several orders that run side by side, each linked within its own; empty ones do not count.

    The first of each order but the first has no `previousId` at all: where it is null, CORE (000961, 001048) takes the
    order for one that goes on behind the main timeline's.
    """
    for number, chain in enumerate(filter(None, chains)):
        linked(chain)
        if number:
            del chain[0]["previousId"]
    return [part for chain in chains for part in chain]


def make_timeline(ids: Ids, instances: list[Part], timings: list[Part], end: Part, **fields: Any) -> Part:
    """A ScheduleTimeline that is not the main one and begins with its first instance; fields: name, label, description,
    entryCondition.
    """
    return make(
        ids,
        "ScheduleTimeline",
        **fields,
        mainTimeline=False,
        entryId=instances[0]["id"],
        exits=[end],
        timings=timings,
        instances=instances,
        plannedDuration=None,
    )


def make_instance(
    ids: Ids, name: str, label: str, description: str, *, activities: Iterable[str] = (), **places: str
) -> Part:
    """A ScheduledActivityInstance without a successor; activities: ids; places: epochId, encounterId, where known."""
    return make(
        ids,
        "ScheduledActivityInstance",
        name=name,
        label=label,
        description=description,
        defaultConditionId=None,
        epochId=places.get("epochId"),
        timelineId=None,
        timelineExitId=None,
        activityIds=list(activities),
        encounterId=places.get("encounterId"),
    )


def make_timing(
    ids: Ids, label: str, description: str, hours: float, at: str, reference: str, window: tuple[float, float] | None
) -> Part:
    """A Timing of the instance `at`, hours from the instance `reference`: the fixed reference where both are one.

    window: days before and after; both sides or none.
    """
    sign = FIXED if at == reference else BEFORE if hours < 0 else AFTER
    return make(
        ids,
        "Timing",
        name=f"TIMING_{ids['Timing'] + 1}",
        label=label,
        description=description,
        type=code(ids, sign),
        value=duration(0) if sign is FIXED else duration(hours=abs(hours)),
        valueLabel=description or label,
        relativeToFrom=code(ids, START_TO_START),
        relativeFromScheduledInstanceId=at,
        relativeToScheduledInstanceId=reference,
        windowLower=None if window is None else duration(hours=window[0] * 24),
        windowUpper=None if window is None else duration(hours=window[1] * 24),
        windowLabel="" if window is None else f"-{window[0]:g}..+{window[1]:g} days",
    )
