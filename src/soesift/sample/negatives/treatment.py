"""Doses and samples.

Doses: schedules of treatment, modification for toxicity, stopping rules. Samples: laboratory lists, blood volumes,
tubes, windows, and forms of one test.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Block, Table
from soesift.sample.negatives.scene import Scene, false_table, keep

# Tables that say how a dose is changed, of many shapes: only in documents of kind `doses`.
#
# They are another class of table to look for (docs/tutorials/another-table-class.md); for a reader of schedules they
# are hard negatives of the class `dose_modification`.
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


def _made(rng: Random, scene: Scene, titles: tuple[str, ...], rows: list[list[str]]) -> Table:
    return false_table(rng, scene, "dose_modification", rng.choice(titles), rows)


def _events(rng: Random, least: int, most: int) -> list[str]:
    return rng.sample(TOXICITIES, rng.randint(least, most))


def by_grade(rng: Random, scene: Scene) -> Table:
    """One row a toxicity, one column a grade."""
    head = [rng.choice(("Adverse event", "Toxicity", "Event")), "Grade 1", "Grade 2", "Grade 3", "Grade 4"]
    rows = [[name, *(rng.choice(texts) for texts in (MILD, MIDDLE, SEVERE, LAST))] for name in _events(rng, 4, 9)]
    return _made(rng, scene, ("Dose Adjustments by Grade", "Treatment Changes for Toxicity"), [head, *rows])


def _drug(rng: Random, scene: Scene) -> str:
    return rng.choice((scene.study.drug, scene.study.drug, "study drug"))


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


def dosing_schedule(rng: Random, scene: Scene) -> list[Block]:
    study, other = scene.study, scene.study.area.comparator
    rows = rng.choice(
        (
            [
                ["Arm", "Treatment", "Dose", "Route", "Days of each cycle"],
                ["A", study.drug, study.dose, study.area.route, "1"],
                ["B", other, "per label", "per label", "1, 8, 15"],
            ],
            [
                ["Week", "Morning dose", "Evening dose", "Total daily dose"],
                *[[f"Week {w}", f"{5 * w} mg", f"{5 * w} mg", f"{10 * w} mg"] for w in range(1, rng.randint(4, 7))],
            ],
            [
                ["Treatment group", "Period 1", "Period 2", "Period 3"],
                ["AB", study.drug, other, study.drug],
                ["BA", other, study.drug, other],
            ],
            [
                ["Drug", "Day 1", "Day 8", "Day 15", "Day 22"],
                [study.drug, "X", "", "X", ""],
                [other, "X", "X", "X", ""],
            ],
            [
                ["Kit", "Visit 2", "Visit 4", "Visit 6", "Number of bottles"],
                [study.dose, "2", "2", "3", "7"],
                ["placebo", "2", "2", "3", "7"],
            ],
        )
    )
    title = rng.choice(
        ("Study Treatments", "Dosing Schedule", "Treatment Administration Schedule", "Titration Schedule")
    )
    return [false_table(rng, scene, "dosing_schedule", title, rows)]


def dose_levels(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Cohort", "Dose level", "Participants (active/placebo)", "Sentinel dosing"]]
    rows += [
        [str(i), f"{2**i * 5} mg", f"{rng.choice((6, 8))}/{rng.choice((2, 2, 4))}", "yes" if i < 3 else "no"]
        for i in range(1, 6)
    ]
    return [false_table(rng, scene, "dosing_schedule", "Dose Escalation Cohorts", rows)]


def dose_modification(rng: Random, scene: Scene) -> list[Block]:
    drug = scene.study.drug
    rows = [
        ["Toxicity", "Grade", "Action", f"Dose of {drug} at next cycle"],
        *keep(
            rng,
            (
                ("Neutropenia", "3", "Hold until grade ≤1", "Same dose"),
                ("Neutropenia", "4", "Hold until grade ≤1", "Reduce by one level"),
                ("Febrile neutropenia", "3", "Hold; give G-CSF", "Reduce by one level"),
                ("Thrombocytopenia", "4", "Hold", "Reduce by one level"),
                ("ALT or AST >3 x ULN", "2", "Repeat within 72 hours", "Same dose if resolved by Day 21"),
                ("ALT or AST >8 x ULN", "3", "Discontinue permanently", "Not applicable"),
                ("Rash", "2", "Topical steroids", "Same dose"),
                ("Diarrhea", "3", "Hold; loperamide", "Reduce by one level"),
                ("QTcF >500 ms", "3", "Hold; repeat ECG", "Discuss with monitor"),
                ("Infusion reaction", "2", "Interrupt; restart at half rate", "Same dose with premedication"),
            ),
            5,
        ),
    ]
    title = rng.choice(
        (
            "Dose Modification for Adverse Events",
            "Guidelines for Dose Delay and Reduction",
            "Management of Toxicity",
        )
    )
    return [false_table(rng, scene, "dose_modification", title, rows)]


def infusion_rates(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Time from start (min)", "Rate (mL/h)", "Volume given (mL)"],
        ["0-15", "20", "5"],
        ["15-30", "40", "15"],
        ["30-60", "80", "55"],
        ["60-120", "120", "175"],
    ]
    return [false_table(rng, scene, "dosing_schedule", "Infusion Rates", rows)]


def missed_doses(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Missed dose", "Time since planned dose", "What to do"],
        ["Week 4", "≤7 days", "Give as soon as possible"],
        ["Week 4", ">7 days", "Skip; next dose at Week 8"],
        ["Week 8 and later", "≤14 days", "Give; keep the calendar"],
    ]
    return [false_table(rng, scene, "dosing_schedule", "Handling of Missed Doses", rows)]


def dose_changes(rng: Random, scene: Scene, count: int) -> list[Table]:
    """`count` tables of different shapes."""
    return [maker(rng, scene) for maker in rng.sample(MAKERS, min(count, len(MAKERS)))]


def lab_list(rng: Random, scene: Scene) -> list[Block]:
    groups = (
        (
            "Hematology",
            (
                "Hemoglobin",
                "Hematocrit",
                "Platelets",
                "Red cells",
                "White cells",
                "Neutrophils",
                "Lymphocytes",
                "Eosinophils",
            ),
        ),
        (
            "Clinical chemistry",
            ("ALT", "AST", "Alkaline phosphatase", "Bilirubin", "Creatinine", "Urea", "Sodium", "Potassium"),
        ),
        (
            "Urinalysis",
            ("pH", "Specific gravity", "Glucose", "Protein", "Blood", "Ketones", "Nitrite", "Microscopy if abnormal"),
        ),
        ("Other", ("FSH", "β-hCG", "HIV antibody", "HBsAg", "HCV antibody", "Urine drug screen", "Cotinine", "TSH")),
    )
    kept = groups[: rng.randint(3, 4)]
    wide = rng.random() < 0.6
    rows = (
        [[g for g, _ in kept], *[list(line) for line in zip(*(names for _, names in kept), strict=True)]]
        if wide
        else [["Laboratory category", "Parameters"], *[[g, ", ".join(names)] for g, names in kept]]
    )
    return [
        false_table(
            rng,
            scene,
            "lab_list",
            rng.choice(
                (
                    "Protocol-required Laboratory Assessments",
                    "Clinical Laboratory Tests",
                    "Safety Laboratory Parameters",
                )
            ),
            rows,
        )
    ]


def organ_function(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["System", "Laboratory value"],
        *keep(
            rng,
            (
                ("Absolute neutrophil count", "≥1500/μL"),
                ("Platelets", "≥100 000/μL"),
                ("Hemoglobin", "≥9.0 g/dL without transfusion"),
                ("Creatinine clearance", "≥50 mL/min"),
                ("Total bilirubin", "≤1.5 x ULN"),
                ("AST and ALT", "≤2.5 x ULN (≤5 x ULN with liver metastases)"),
                ("INR or PT, aPTT", "≤1.5 x ULN unless on anticoagulants"),
            ),
            4,
        ),
    ]
    return [false_table(rng, scene, "eligibility", "Adequate Organ Function Laboratory Values", rows)]


def blood_volume(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Assessment", "Volume per sample (mL)", "Number of samples", "Total volume (mL)"]]
    total = 0
    for name in rng.sample(
        (
            "Hematology",
            "Clinical chemistry",
            "Serology",
            "Pharmacokinetics",
            "Biomarkers",
            "Coagulation",
            "Pharmacogenetics",
            "Pregnancy test",
        ),
        6,
    ):
        volume, count = rng.choice((2, 3, 5, 8)), rng.randint(1, 14)
        total += volume * count
        rows.append([name, str(volume), str(count), str(volume * count)])
    return [false_table(rng, scene, "volume", "Approximate Blood Volume", [*rows, ["Total", "", "", str(total)]])]


def visit_volume(rng: Random, scene: Scene) -> list[Block]:
    """Volumes by visit: numbers where a schedule has marks."""
    visits = ["Screening", "Baseline", "Week 2", "Week 4", "Week 8", "EOT"]
    rows = [["Sample (mL)", *visits, "Total"]]
    for name in ("Safety laboratory", "PK", "Immunology", "DNA"):
        numbers = [rng.choice((0, 4, 6, 10)) for _ in visits]
        rows.append([name, *map(str, numbers), str(sum(numbers))])
    return [false_table(rng, scene, "volume", "Blood Volume per Visit", rows)]


def sampling_list(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Sample", "Tube", "Volume", "Handling", "Shipment"],
        *keep(
            rng,
            (
                ("Plasma PK", "K2-EDTA", "4 mL", "Centrifuge within 30 min, -70 °C", "Dry ice"),
                ("Serum ADA", "SST", "5 mL", "Clot 30 min", "Dry ice"),
                ("Whole blood DNA", "EDTA", "6 mL", "Do not centrifuge", "Ambient"),
                ("RNA", "PAXgene", "2.5 mL", "-20 °C", "Dry ice"),
                ("Urine", "Sterile cup", "10 mL", "Aliquot", "Cold pack"),
                ("PBMC", "CPT", "8 mL", "Process within 8 h", "Liquid nitrogen"),
            ),
        ),
    ]
    return [false_table(rng, scene, "sampling_list", "Sample Collection and Handling", rows)]


def visit_windows(rng: Random, scene: Scene) -> list[Block]:
    step = rng.choice((14, 28, 30))
    rows = [["Analysis visit", "Target day", "Window (days)"], ["Baseline", "1", "≤1"]]
    rows += [
        [f"Week {step * i // 7}", str(step * i), f"{step * i - step // 2 + 1} to {step * i + step // 2}"]
        for i in range(1, rng.randint(5, 9))
    ]
    return [false_table(rng, scene, "visit_windows", "Visit Windows for Statistical Analysis", rows)]


def reference_ranges(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Parameter", "Unit", "Low", "High", "Potentially clinically significant"],
        *keep(
            rng,
            (
                ("Systolic blood pressure", "mmHg", "90", "180", "change ≥20"),
                ("Pulse rate", "bpm", "50", "120", "change ≥15"),
                ("QTcF", "ms", "-", "450", ">480 or change >60"),
                ("Temperature", "°C", "35.5", "37.8", ">38.3"),
                ("Weight", "kg", "-", "-", "change ≥7%"),
            ),
        ),
    ]
    return [false_table(rng, scene, "other", "Criteria for Potentially Clinically Significant Values", rows)]
