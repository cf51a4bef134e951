"""Choice of the rows of a schedule: activities, their words, the pattern of their marks, their category."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from soesift.sample.words import activities as words
from soesift.sample.words import timing
from soesift.sample.words.areas import Area, Special

ORDER = (
    "Eligibility",
    "General",
    "Procedure",
    "Education",
    "Treatment",
    "Efficacy",
    "Cognition",
    "Clinical",
    "Imaging",
    "Immunogenicity",
    "Safety",
    "Laboratory",
    "Pharmacokinetics",
    "Biomarkers",
    "Patient reports",
    "Follow-up",
)


@dataclass(frozen=True, slots=True)
class Activity:
    name: str
    pattern: str
    category: str


def spoken(rng: Random, special: Special) -> Activity:
    names, pattern, category = special
    return Activity(rng.choice(names), pattern, category)


def choose_activities(rng: Random, area: Area, count: int) -> list[Activity]:
    """`count` activities, most of them general; consent first, categories together in most."""
    own = rng.sample(area.special, min(len(area.special), max(3, count // 3)))
    always = words.GENERAL[:2]
    general = rng.sample(words.GENERAL[2:], min(len(words.GENERAL) - 2, max(count - len(own) - 2, 1)))
    chosen = [spoken(rng, s) for s in (*always, *own, *general)][:count]
    if rng.random() < 0.85:
        chosen.sort(key=lambda a: ORDER.index(a.category))  # stable: the order within a category is random
    return chosen


def follow_up_activities(rng: Random, area: Area, count: int) -> list[Activity]:
    """Activities of a later track: nothing that is done at entry only."""
    pool = [s for s in (*words.GENERAL, *area.special) if s[1] not in ("consent", "entry", "random")]
    chosen = [spoken(rng, s) for s in rng.sample(pool, min(count, len(pool)))]
    return sorted(chosen, key=lambda a: ORDER.index(a.category))


def laboratory_activities(rng: Random, count: int) -> list[Activity]:
    pool = words.LABORATORY
    chosen = sorted(rng.sample(range(len(pool)), min(count, len(pool))))
    return [spoken(rng, pool[i]) for i in chosen]


def foreign_activities(rng: Random, language: str) -> list[Activity]:
    rows = list(zip(timing.FOREIGN_ACTIVITIES[language], timing.FOREIGN_PATTERNS, strict=True))
    kept = sorted(rng.sample(range(len(rows)), rng.randint(9, len(rows))))
    return [Activity(rows[i][0], rows[i][1], "") for i in kept]


def category_name(rng: Random, category: str) -> str:
    return rng.choice(words.CATEGORY_NAMES.get(category, (category,)))
