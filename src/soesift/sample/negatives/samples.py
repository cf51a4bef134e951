"""Laboratory lists, blood volumes, tubes, windows, and forms of one test."""

from __future__ import annotations

from random import Random

from soesift.sample.blocks import Block
from soesift.sample.negatives.scene import Scene, false_table, keep


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
