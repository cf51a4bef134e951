"""Words by which schedules are titled, in the languages of protocols."""

from __future__ import annotations

import re

_TITLE = re.compile(
    r"""\b(?:schedule\s+(?:of|for)\s+(?:study\s+)?(?:events?|activit\w+|assessments?|procedures?|evaluations?|visits?|study|
    observations?|investigations?|examinations?|trial|clinical)|
    time\s+(?:and|&)\s+events?|study\s+(?:flow\s*-?\s*chart|schedule|calendar|plan|schema|procedures?|activities|events)|
    trial\s+(?:flow\s*chart|schedule)|
    flow\s*-?\s*chart|visit\s+(?:schedule|evaluation)|procedural\s+outline|event\s+schedule|assessment\s+schedule|
    (?:assessments?|evaluations?|procedures?)\s+schedule|table\s+of\s+(?:events|procedures|assessments)|soa|soe|
    schedule\s+of\s+(?:enrol\w*|data|interventions?|tests|measures|measurements|treatments?\s+and|follow)|
    (?:study|trial|assessment)\s+(?:time-?\s?lines?|time-?\s?points)|time-?\s?(?:line|table)\s+(?:of|for)\s+\w+|
    timing\s+of\s+(?:study\s+)?(?:assessments?|procedures|visits)|summary\s+of\s+(?:study\s+)?(?:visits|assessments|procedures)|
    zeitplan|(?:studien)?ablaufplan|untersuchungsplan|visitenplan|studienablauf|flussdiagramm|ablaufschema|
    calendrier\s+(?:des?|du)\s+\w+|tableau\s+des\s+(?:visites|examens|[ée]valuations)|sch[ée]ma\s+(?:de\s+l['’][ée]tude|du\s+suivi)|
    (?:calendario|calend[áa]rio|cronograma|esquema|programa|schema|piano)\s+(?:de|delle|degli|das|dos|del|dello)\s+\w+)\b|
    スケジュール|実施計画表|日程表|流程[图圖表]|研究流程|试验流程|访视计划|訪視計畫""",
    re.VERBOSE | re.IGNORECASE,
)


def has_schedule_title(text: str) -> bool:
    """Whether a line reads like a schedule's title. Evidence, never proof."""
    return _TITLE.search(text) is not None
