"""The study that a protocol is about: names and numbers that all its parts share."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from soesift.errors import UsageError
from soesift.sample.words import prose
from soesift.sample.words.areas import AREAS, Area

SYLLABLES = ("ve", "zo", "mi", "ra", "lu", "ta", "xo", "be", "ni", "cal", "dor", "fe", "quo", "sil", "par")


@dataclass(frozen=True, slots=True)
class Study:
    area: Area
    indication: str
    drug: str
    dose: str
    sponsor: str
    number: str
    phase: str
    participants: int

    @property
    def title(self) -> str:
        return (
            f"A Phase {self.phase} Study to Evaluate the Efficacy and Safety of {self.drug} Compared with "
            f"{self.area.comparator} in {self.area.population} ({self.indication})"
        )

    def fill(self, text: str) -> str:
        """`text` with the study's names put in."""
        return text.format(
            drug=self.drug,
            indication=self.indication,
            population=self.area.population,
            comparator=self.area.comparator,
            sponsor=self.sponsor,
            number=self.number,
        )


def make_study(rng: Random, area: str | None = None) -> Study:
    """A study of the named area, or of any. Raises UsageError for an unknown area."""
    known = {a.name: a for a in AREAS}
    if area is not None and area not in known:
        raise UsageError(f"sample option area: {area!r} is unknown; choose from {', '.join(known)}")
    chosen = known[area] if area is not None else rng.choice(AREAS)
    drug = "".join(rng.sample(SYLLABLES, 2)).capitalize() + rng.choice(chosen.drug_stems)
    number = f"{rng.choice(('SMP', 'DEMO', 'XS', 'GEN'))}-{rng.randint(100, 999)}-{rng.randint(1, 39):02d}"
    return Study(
        chosen,
        rng.choice(chosen.indications),
        drug,
        rng.choice(chosen.doses),
        rng.choice(prose.SPONSORS),
        number,
        rng.choice(("1", "1b", "2", "2b", "3", "3b", "4")),
        rng.randrange(24, 900, 12),
    )
