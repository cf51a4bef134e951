"""Words and marks that tell a schedule from other tables: marks, planned times, activities."""

from __future__ import annotations

import re
from functools import lru_cache

_MARK = re.compile(
    r"""^[\(\[\{]?\s*
    (?:[xX×✕✖✗✘✓✔☑☒√●•◦○■□▪◆♦▲►→←↔⟶⟵⇒↑↓*+]|
    [\uf0fc\uf0fb\uf0a8\uf0b7\uf0e0\uf0fe\uf052\uf053]|[-–—]*[>→]|\(x\)|[-–—]{3,}(?![-–—]))+
    (?:\s?[a-z0-9*†‡§¶#,;.\s]{0,8}|\s*[\(\[][^)\]]{0,24}[\)\]])?\s*[\)\]\}]?$""",
    re.VERBOSE,
)
_TIME = re.compile(
    r"""\b(?:screen\w*|baseline|randomi[sz]\w*|visits?|days?|weeks?|months?|years?|hours?|cycles?|follow[\s-]?up|
    end\s+of\s+(?:study|treatment|trial|infusion)|eot|eos|eow|early\s+(?:termination|withdrawal|discontinuation)|
    unscheduled|unsched|pre-?dose|post-?dose|treatment(?:\s+(?:period|phase))?|run-?in|induction|maintenance|
    enrol+ment|wash-?out|period|phase|epoch|discharge|admission|termination|withdrawal|extension|safety\s+fu|
    check-?in|in-?patient|out-?patient|titration|taper|dosing|wk|d\d+|w\d+|v\d+|c\d+d\d+|m\d+|c\d+|
    s[ée]lection|semaine|jour|visite|mois|suivi|woche|tag|monat|besuch|visita|semana|d[ií]a|mes|seguimiento|
    giorno|settimana)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_ACTIVITY = re.compile(
    r"""\b(?:informed\s+consent|consent|inclusion|exclusion|eligibility|demograph\w*|medical\s+history|
    physical\s+exam\w*|
    vital\s+signs?|weight|height|bmi|ecg|electrocardiogram|h[a]?ematology|chemistry|urinalysis|pregnancy|
    concomitant|adverse\s+events?|ae/?sae|randomi[sz]ation|questionnaire|qol|eq-?5d|biomarkers?|pharmacokinetic\w*|pk|
    blood\s+(?:sample|draw|pressure)|laborator\w+|imaging|mri|ct\s+scan|tumou?r\s+assess\w*|dispens\w*|
    drug\s+account\w*|
    study\s+(?:drug|treatment|intervention|medication)|administration|diary|survival|ecog|echocardiogra\w*|
    serology|coagulation|drug\s+screen|vaccin\w*|swab|biopsy|assessment|examination|compliance|temperature|scale|
    spirometry|contraception|prior\s+medications?|procedures?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_TITLE = re.compile(
    r"""\b(?:schedule\s+(?:of|for)\s+(?:study\s+)?(?:events?|activit\w+|assessments?|procedures?|evaluations?|visits?|study|
    observations?|investigations?|examinations?|trial|clinical)|
    time\s+(?:and|&)\s+events?|study\s+(?:flow\s*-?\s*chart|schedule|calendar|plan|schema|procedures?|activities|events)|
    trial\s+(?:flow\s*chart|schedule)|
    flow\s*-?\s*chart|visit\s+(?:schedule|evaluation)|procedural\s+outline|event\s+schedule|assessment\s+schedule|
    (?:assessments?|evaluations?|procedures?)\s+schedule|table\s+of\s+(?:events|procedures|assessments)|soa|soe)\b""",
    re.VERBOSE | re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def is_mark(text: str) -> bool:
    """Whether a cell says only "done here": X, check, bullet, arrow, with or without a footnote marker."""
    return 0 < len(text) <= 40 and _MARK.match(text.strip()) is not None


@lru_cache(maxsize=65536)
def has_time(text: str) -> bool:
    """Whether a cell names a planned time: visit, day, week, cycle, screening, follow-up, hours post dose."""
    return _TIME.search(text[:200]) is not None


@lru_cache(maxsize=65536)
def has_activity(text: str) -> bool:
    """Whether a cell names something done to or by a participant."""
    return _ACTIVITY.search(text[:200]) is not None


def has_schedule_title(text: str) -> bool:
    """Whether a line reads like a schedule's title. Evidence, never proof."""
    return _TITLE.search(text) is not None


_POINT = re.compile(
    r"^[<>≤≥~±+\-–−\s]*(?:[DdWwVvMmCc]|EOT|FU|ET|UNS|BL|SCR|Day|Week|Visit)?"
    r"\s*[<>≤≥~±+\-–−]?\s*\d+(?:[.,]\d+)?"
    r"(?:\s*(?:[-–−/,&±]|to|through|and)+\s*[-–−]?\d+(?:\.\d+)?)*\s*[a-z,*]{0,4}$"
)


@lru_cache(maxsize=65536)
def is_point(text: str) -> bool:
    """Whether a cell is a bare time value: 1, -7, 28±3, D15, 2-3, ≤14."""
    return 0 < len(text) <= 24 and _POINT.match(text.strip()) is not None
