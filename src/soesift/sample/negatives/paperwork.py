"""Abbreviations, amendments, worksheets, criteria, responsibilities."""

from __future__ import annotations

from random import Random

from soesift.sample.blocks import Block, Bullets, Heading, Negative, Paragraph, Table
from soesift.sample.grid import plain_grid
from soesift.sample.negatives.scene import Scene, false_table, keep
from soesift.sample.style import table_look
from soesift.sample.words import prose


def abbreviations(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Abbreviation", "Definition"], *keep(rng, prose.ABBREVIATION_LIST, 14)]
    return [false_table(rng, scene, "abbreviations", "List of Abbreviations", rows)]


def amendment_summary(rng: Random, scene: Scene) -> list[Block]:
    """A summary of changes that quotes rows of the schedule, header and marks included."""
    change = [
        ["Section", "Change", "Rationale"],
        ["1.3 Schedule of Activities", "ECG added at Week 2; window widened", "Request of an authority"],
        ["4.1 Inclusion criteria", "Upper age limit removed", "To broaden the population"],
        ["8.2 Safety", "Wording on pregnancy tests clarified", "Consistency"],
    ]
    label = Negative("amendment_excerpt", "Summary of Changes")
    blocks: list[Block] = [
        Heading(
            rng.choice(("Protocol Amendment Summary of Changes", "Document History", "Summary of Changes")),
            1,
            new_page=True,
        )
    ]
    blocks.append(
        Table(plain_grid(change), table_look(rng, scene.style.face), "Amendment 2 (12 May 2021)", label=label)
    )
    if scene.main is not None:
        grid = scene.main.grid
        body = [r for r in range(grid.header_rows, grid.shape[0]) if r not in grid.bands]
        rows = sorted(rng.sample(body, min(len(body), rng.randint(2, 4))))
        part = grid.window([*range(grid.header_rows), *rows], range(min(grid.shape[1], 9)))
        blocks += [
            Paragraph(
                rng.choice(
                    (
                        "Rows of the Schedule of Activities were changed as follows:",
                        "Section 1.3, previous text:",
                        "Changed to read:",
                    )
                )
            ),
            Table(
                part,
                table_look(rng, scene.style.face),
                "",
                label=Negative("amendment_excerpt", "Changed rows of the schedule"),
            ),
        ]
    return blocks


def crf_worksheet(rng: Random, scene: Scene) -> list[Block]:
    visits = [
        ["Question", "Not at all", "Several days", "More than half the days", "Nearly every day"],
        *[
            [q, "[ ]", "[ ]", "[ ]", "[ ]"]
            for q in (
                "Little interest or pleasure",
                "Feeling down",
                "Trouble sleeping",
                "Poor appetite",
                "Trouble concentrating",
            )
        ],
    ]
    diary = [
        ["Date", "Time of dose", "Number of tablets", "Symptoms (yes/no)", "Initials"],
        *[[f"Day {d}", "", "", "", ""] for d in range(1, 9)],
    ]
    rows = rng.choice(
        (
            visits,
            diary,
            [
                ["Assessment", "Done", "Not done", "Date", "Signature"],
                *[[a, "[ ]", "[ ]", "", ""] for a in ("Vital signs", "ECG", "Blood sample", "Questionnaire")],
            ],
        )
    )
    return [
        false_table(
            rng,
            scene,
            "crf_worksheet",
            rng.choice(("Patient Diary Page", "Visit Worksheet", "Sample Questionnaire")),
            rows,
        )
    ]


def response_criteria(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Target lesions", "Non-target lesions", "New lesions", "Overall response"],
        ["CR", "CR", "No", "CR"],
        ["CR", "Non-CR/non-PD", "No", "PR"],
        ["PR", "Non-PD", "No", "PR"],
        ["SD", "Non-PD", "No", "SD"],
        ["PD", "Any", "Yes or no", "PD"],
        ["Any", "PD", "Yes or no", "PD"],
        ["Any", "Any", "Yes", "PD"],
    ]
    return [
        false_table(
            rng,
            scene,
            "response_criteria",
            rng.choice(("Overall Response", "Time Point Response", "Response Criteria")),
            rows,
        )
    ]


def toxicity_grades(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Reaction", "Mild (grade 1)", "Moderate (grade 2)", "Severe (grade 3)"],
        ["Pain", "Does not interfere", "Interferes", "Prevents daily activity"],
        ["Redness", ">2.0 to 5.0 cm", ">5.0 to 10.0 cm", ">10 cm"],
        ["Fever", "38.0-38.4 °C", "38.5-38.9 °C", "39.0-40.0 °C"],
        ["Vomiting", "1-2 times in 24 h", ">2 times in 24 h", "Needs hydration"],
    ]
    return [false_table(rng, scene, "other", "Grading of Reactions", rows)]


def responsibilities(rng: Random, scene: Scene) -> list[Block]:
    """Marks, but of persons: who does what."""
    roles = ["Investigator", "Study nurse", "Pharmacist", "Sponsor"]
    rows = [
        ["Task", *roles],
        *[
            [t, *["X" if rng.random() < 0.4 else "" for _ in roles]]
            for t in (
                "Obtain informed consent",
                "Randomization",
                "Prepare study drug",
                "Report serious adverse events",
                "Collect blood samples",
                "Data entry",
            )
        ],
    ]
    return [false_table(rng, scene, "other", "Delegation of Responsibilities", rows)]


def contraception(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Highly effective methods", "Other methods"],
        ["Implant", "Male condom"],
        ["Intrauterine device", "Diaphragm with spermicide"],
        ["Bilateral tubal occlusion", "Cervical cap"],
    ]
    return [false_table(rng, scene, "other", "Contraceptive Methods", rows)]


def contacts(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Role", "Name", "Telephone"],
        ["Medical monitor", "To be named", "+00 000 0000"],
        ["Study lead", "To be named", "+00 000 0001"],
        ["24-hour safety line", "", "+00 000 0002"],
    ]
    return [false_table(rng, scene, "other", "Contacts", rows)]


def prohibited_medication(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Drug class", "Chronic use", "Episodic use", "Restriction"],
        *keep(
            rng,
            (
                ("Anticonvulsants", "N", "N", "Washout 14 days"),
                ("Antihistamines", "Y", "Y", "Stable dose"),
                ("Corticosteroids, systemic", "N", "Y", "Not within 30 days before Day 1"),
                ("Strong CYP3A4 inhibitors", "N", "N", "During the study"),
                ("Opioids", "N", "Y", "Not within 24 h of a visit"),
            ),
        ),
    ]
    return [false_table(rng, scene, "other", "Restrictions on Concomitant Therapies", rows)]


def eligibility(rng: Random, scene: Scene) -> list[Block]:
    fill = scene.study.fill
    include, exclude = ([fill(t) for t in rng.sample(texts, 5)] for texts in (prose.INCLUSION, prose.EXCLUSION))
    rows = [["No.", "Inclusion criteria"], *[[str(i), t] for i, t in enumerate(include, 1)]]
    return (
        [Bullets(exclude), false_table(rng, scene, "eligibility", "Inclusion Criteria", rows)]
        if rng.random() < 0.5
        else [Bullets(include), Bullets(exclude)]
    )
