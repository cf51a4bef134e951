"""Words by which schedules are titled, in the languages of protocols."""

from __future__ import annotations

import re

LONGEST_HEAD = 90  # characters of a line that is nothing but a head over notes

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


# what stands over notes and says nothing itself, alone in its line or row
_HEAD_OF_NOTES = re.compile(
    r"""\W*(?:\d+(?:\.\d+)*\.?\s+)?(?:(?:table|appendix)\s+\w{1,5}\b.{0,80}?\W)?(?:
    (?:(?:list|explanation|key|legend)\s+(?:of|to|for)\s+(?:the\s+)?)?(?:explanatory\s+|general\s+)?
    (?:foot-?\s?notes?|endnotes?|notes?|superscripts?|legend|key|comments?|remarks?)
    (?:\s+(?:for|to|of|on|in)\s+(?:the\s+|above\s+)*(?:tables?|schedules?|flow|soa|soe|study|time|assessments?|procedures?)\b.{0,60}|
       \s*\((?:table|appendix|schedule).{0,40}\))?|
    (?:(?:foot)?notes?|symbols?|markers?|superscripts?|\#)\s+
    (?:descriptions?|texts?|meanings?|comments?|explanations?|details?|definitions?|instructions?))\s*[:.]?\W*""",
    re.VERBOSE | re.IGNORECASE,
)
_TITLED_NOTES = re.compile(r"(?:foot-?)?notes?\s*:?", re.IGNORECASE)


def is_head_of_notes(text: str) -> bool:
    """Whether a line or row only says that notes follow: "Footnotes for Table 3", "Note | Description"."""
    if _HEAD_OF_NOTES.fullmatch(text):
        return True
    rest = _TITLE.sub("", text, count=1) if len(text) < LONGEST_HEAD else text
    return rest != text and _TITLED_NOTES.fullmatch(rest.strip(" -–—:,.()")) is not None


def has_schedule_title(text: str) -> bool:
    """Whether a line reads like a schedule's title. Evidence, never proof."""
    return _TITLE.search(text) is not None
