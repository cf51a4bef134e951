"""Tables that say how a dose is changed, of many shapes: only in documents of kind `doses`.

They are another class of table to look for (docs/tutorials/another-table-class.md); for a reader of schedules they
are hard negatives of the class `dose_modification`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Table
from soesift.sample.negatives.scene import Scene, false_table, keep

TOXICITIES = (
    "Neutropenia",
    "Anemia",
    "Thrombocytopenia",
    "Diarrhea",
    "Nausea or vomiting",
    "Rash",
    "Fatigue",
    "Mucositis",
    "Peripheral neuropathy",
    "Hypertension",
    "Proteinuria",
    "Increased lipase",
    "Pneumonitis",
    "Colitis",
    "Hepatitis",
    "Hypothyroidism",
    "Infusion-related reaction",
    "QTc prolongation",
)
MILD = ("Continue; treat symptoms", "No change", "Maintain dose; repeat tests weekly", "Supportive care only")
MIDDLE = (
    "Interrupt until grade 1 or better",
    "Hold, then resume at the same dose",
    "Withhold up to 14 days",
    "Delay the next dose until recovered",
)
SEVERE = ("Reduce by one dose level", "Hold; resume at 75%", "Interrupt, then lower dose", "Restart one level lower")
LAST = ("Stop for good", "Discontinue permanently", "End study treatment", "Do not restart")


def by_grade(rng: Random, scene: Scene) -> Table:
    """One row a toxicity, one column a grade."""
    head = [rng.choice(("Adverse event", "Toxicity", "Event")), "Grade 1", "Grade 2", "Grade 3", "Grade 4"]
    rows = [[name, *(rng.choice(texts) for texts in (MILD, MIDDLE, SEVERE, LAST))] for name in _events(rng, 4, 9)]
    return _made(rng, scene, ("Dose Adjustments by Grade", "Treatment Changes for Toxicity"), [head, *rows])


def by_event(rng: Random, scene: Scene) -> Table:
    """Two to four rows a toxicity, long texts; often more than a page."""
    head = ["Adverse reaction", "Severity", rng.choice(("Recommended change", "Action with study drug")), "Follow-up"]
    rows = [
        [
            name,
            f"Grade {grade}",
            f"{rng.choice(texts)}. {_drug(rng, scene)} may be given again after recovery.",
            rng.choice(("Weekly until resolved", "Corticosteroids, taper over 4 weeks", "Refer to a specialist")),
        ]
        for name in _events(rng, 4, 10)
        for grade, texts in (("2", MIDDLE), ("3", SEVERE), ("4", LAST))
        if rng.random() < 0.85
    ]
    titles = ("Recommended Modifications for Adverse Reactions", "Management of Immune-Mediated Reactions")
    return _made(rng, scene, titles, [head, *rows])


def by_count(rng: Random, scene: Scene) -> Table:
    """Blood counts and the share of the dose to give."""
    head = ["Neutrophils (x 10^9/L)", "", "Platelets (x 10^9/L)", f"Dose of {_drug(rng, scene)}"]
    rows = [
        ["≥ 1.5", "and", "≥ 100", "100%"],
        ["1.0 to < 1.5", "or", "75 to < 100", "75%"],
        ["0.5 to < 1.0", "or", "50 to < 75", "Delay 1 week, then 75%"],
        ["< 0.5", "or", "< 50", "50% or stop"],
    ]
    return _made(rng, scene, ("Dose by Blood Counts on Day 1", "Hematologic Criteria for Dose Delay"), [head, *rows])


def ladder(rng: Random, scene: Scene) -> Table:
    """The steps by which a dose is lowered."""
    first = rng.choice((60, 80, 100, 200, 400))
    steps = ("Starting dose", "First reduction", "Second reduction", "Third reduction")[: rng.randint(3, 4)]
    rows = [
        [name, f"{first - first * i // 5} mg {rng.choice(('once daily', 'twice daily'))}"]
        for i, name in enumerate(steps)
    ] + [["Further reduction needed", "Discontinue"]]
    return _made(
        rng,
        scene,
        ("Dose Reduction Steps", "Dose Levels for Reduction"),
        [[rng.choice(("Step", "Dose level", "Reduction")), _drug(rng, scene)], *rows],
    )


def by_organ(rng: Random, scene: Scene) -> Table:
    """Kidney or liver function and the dose."""
    kidney = [
        ["Creatinine clearance", "Dose", "Interval"],
        ["≥ 60 mL/min", "Full dose", "Every day"],
        ["30 to 59 mL/min", "Reduce by 25%", "Every day"],
        ["15 to 29 mL/min", "Reduce by 50%", "Every 2 days"],
        ["< 15 mL/min", "Do not give", ""],
    ]
    liver = [
        ["Bilirubin", "ALT or AST", "Adjusted dose"],
        ["≤ ULN", "≤ 3 x ULN", "No adjustment"],
        ["> 1 to 1.5 x ULN", "any", "Lower by one level"],
        ["> 1.5 x ULN", "> 5 x ULN", "Withhold"],
    ]
    return _made(rng, scene, ("Dose Adjustment in Organ Impairment", "Adjusted Doses"), rng.choice((kidney, liver)))


def by_medicine(rng: Random, scene: Scene) -> Table:
    """Medicines taken beside the study drug and the changed dose."""
    rows = keep(
        rng,
        (
            ("Strong CYP3A inhibitor", "Reduce to half"),
            ("Moderate CYP3A inhibitor", "Reduce by 25%"),
            ("Strong CYP3A inducer", "Avoid; else double the dose"),
            ("Acid reducer", "Give 2 hours apart"),
            ("P-gp inhibitor", "Lower by one dose level"),
        ),
        3,
    )
    head = ["Taken together with", f"Change of the {_drug(rng, scene)} dose"]
    return _made(rng, scene, ("Dose Changes with Other Medicines", "Adjustments for Interactions"), [head, *rows])


MAKERS: tuple[Callable[[Random, Scene], Table], ...] = (by_grade, by_event, by_count, ladder, by_organ, by_medicine)


def dose_changes(rng: Random, scene: Scene, count: int) -> list[Table]:
    """`count` tables of different shapes."""
    return [maker(rng, scene) for maker in rng.sample(MAKERS, min(count, len(MAKERS)))]


def _made(rng: Random, scene: Scene, titles: tuple[str, ...], rows: list[list[str]]) -> Table:
    return false_table(rng, scene, "dose_modification", rng.choice(titles), rows)


def _events(rng: Random, least: int, most: int) -> list[str]:
    return rng.sample(TOXICITIES, rng.randint(least, most))


def _drug(rng: Random, scene: Scene) -> str:
    return rng.choice((scene.study.drug, scene.study.drug, "study drug"))
