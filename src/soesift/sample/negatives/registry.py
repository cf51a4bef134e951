"""All makers of hard negatives by the section where they belong."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Block
from soesift.sample.negatives import drawings as figures
from soesift.sample.negatives import paperwork, treatment
from soesift.sample.negatives.scene import Scene

Maker = Callable[[Random, Scene], list[Block]]

MAKERS: dict[str, tuple[Maker, ...]] = {
    "front": (paperwork.abbreviations, paperwork.contacts),
    "synopsis": (figures.synopsis_mention,),
    "background": (paperwork.adverse_event_rates, figures.decision_figure),
    "objectives": (paperwork.objectives_endpoints,),
    "design": (figures.flow_figure, figures.decision_figure),
    "population": (
        paperwork.eligibility,
        treatment.organ_function,
        paperwork.prohibited_medication,
        paperwork.contraception,
    ),
    "treatment": (
        treatment.dosing_schedule,
        treatment.dose_modification,
        treatment.dose_levels,
        treatment.infusion_rates,
        treatment.missed_doses,
    ),
    "procedures": (
        treatment.lab_list,
        treatment.blood_volume,
        treatment.visit_volume,
        treatment.sampling_list,
        treatment.reference_ranges,
        paperwork.response_criteria,
        paperwork.toxicity_grades,
    ),
    "statistics": (
        paperwork.statistical_matrix,
        paperwork.model_terms,
        paperwork.power_table,
        paperwork.pk_parameters,
        treatment.visit_windows,
    ),
    "administration": (paperwork.responsibilities,),
    "appendix": (paperwork.crf_worksheet, paperwork.amendment_summary, paperwork.amendment_summary),
}

FIRST: tuple[Maker, ...] = (
    paperwork.objectives_endpoints,
    treatment.dosing_schedule,
    treatment.dose_modification,
    treatment.lab_list,
    paperwork.statistical_matrix,
    paperwork.amendment_summary,
    figures.flow_figure,
    treatment.blood_volume,
    paperwork.response_criteria,
    paperwork.crf_worksheet,
    treatment.visit_windows,
    paperwork.abbreviations,
)


def choose_makers(rng: Random, count: int) -> dict[str, list[Maker]]:
    """`count` makers by section; many first come from the classes that real protocols nearly always hold."""
    pool = [m for makers in MAKERS.values() for m in dict.fromkeys(makers)]
    first = list(FIRST) if count >= len(FIRST) else rng.sample(FIRST, (count + 1) // 2)
    rest = [m for m in dict.fromkeys(pool) if m not in first]
    chosen = first + rng.sample(rest, min(len(rest), max(count - len(first), 0)))
    used: set[Maker] = set()
    out: dict[str, list[Maker]] = {section: [] for section in MAKERS}
    for section, makers in MAKERS.items():
        for maker in dict.fromkeys(makers):
            if maker in chosen and maker not in used:
                used.add(maker)
                out[section].append(maker)
    return out
